"""Which series alarm for the same event, and which of them tells it.

A box that is gone is short as an item and as the substance in it; what left one area is short in the whole site too.
Series alarm for the same event where they point the same way, overlap in time, and the amounts agree: what the items
hold lies within the interval of the substance's loss. What is missing from one area and surplus in another
[``between_areas``] is one event, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from stockward.answers.losses import BetweenAreas
from stockward.balance.findings.alarming import AlarmingSeries
from stockward.balance.findings.in_items import HeldInItems


def told_together(
    alarming: Mapping[int, AlarmingSeries], held: Mapping[int, HeldInItems], moved: Sequence[BetweenAreas]
) -> list[list[int]]:
    """The series of each event, the one that tells it first: items, or else an area, before the whole site."""
    events = _Events()
    for substance, found in held.items():
        for number in (substance, *found.items) if found.items else ():
            events.join(number, found.items[0])
    for site, area in _largest_areas(alarming).items():
        events.join(site, area)
    for pair in moved:
        events.join(pair.gained, pair.lost)
    return events.of(alarming)


class _Events:
    """Series joined to events; each series that does not tell its event itself is led by one that is nearer to it."""

    def __init__(self) -> None:
        self._leads: dict[int, int] = {}

    def join(self, number: int, other: int) -> None:
        """Make the event of one series that of the other."""
        led, lead = self._teller(number), self._teller(other)
        if led != lead:
            self._leads[led] = lead

    def of(self, series: Iterable[int]) -> list[list[int]]:
        """All of these series by their events: first the one that tells it, then the others as they were joined."""
        groups = {number: [number] for number in series if number not in self._leads}
        for number in self._leads:
            groups[self._teller(number)].append(number)
        return list(groups.values())

    def _teller(self, number: int) -> int:
        """The series that tells the event of this one."""
        while number in self._leads:
            number = self._leads[number]
        return number


def _largest_areas(alarming: Mapping[int, AlarmingSeries]) -> dict[int, int]:
    """For the whole site, the area that alarms for most of what it lacks of a substance in the same time."""
    areas = defaultdict(list)
    for one in alarming.values():
        if one.area is not None and not one.in_items:
            areas[one.holding].append(one)
    found = {}
    for number, site in alarming.items():
        if site.area is None:
            shares = [
                (-abs(claim.amount), area.number)
                for area in areas[site.holding]
                for claim in area.claims
                if any(claim.agrees(loss) for loss in site.claims)
            ]
            if shares:
                found[number] = min(shares)[1]
    return found
