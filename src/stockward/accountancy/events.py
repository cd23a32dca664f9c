"""One event, one finding: series that alarm for the same loss are told together.

A box that is gone is short as an item and as the substance in it; what left one area is short in the whole site too.
Series alarm for the same event where they point the same way, overlap in time, and the amounts agree: what the items
hold lies within the interval of the substance's loss.

Where what is missing from a series is there again, the two are told as one that cancels. If a wrong count stands
between them, it has left the same difference, with opposite signs, before and after its inventory. What is missing from
one area and surplus in another [``between_areas``] is told as one, too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

from stockward.accountancy.between_areas import between_areas
from stockward.accountancy.claims import Claim, about_all, claims_of, closed_periods
from stockward.accountancy.in_items import HeldInItems, held_in_items
from stockward.accountancy.known import KnownBooks
from stockward.accountancy.rows_to_check import rows_to_check
from stockward.answers.balances import Balances
from stockward.answers.items import Discrepancy
from stockward.answers.losses import (
    BetweenAreas,
    Cancelled,
    ContentOfItems,
    Event,
    ExactDifference,
    Returned,
    RowToCheck,
    SeriesVerdict,
)
from stockward.terms.verdicts import ALARMING, URGENCY, Basis, Scope, Verdict, most_urgent


def events_of(
    books: KnownBooks,
    balances: Balances,
    verdicts: Sequence[SeriesVerdict],
    discrepancies: Sequence[Discrepancy],
) -> tuple[Event, ...]:
    """Every alarming series in one event, those of one event together, the most urgent first."""
    rows = balances.series.to_dicts()
    alarming = [number for number, one in enumerate(verdicts) if one.verdict in ALARMING]
    claims = {number: claims_of(balances, number, rows[number], verdicts[number], discrepancies) for number in alarming}
    leads: dict[int, int] = {}
    held: dict[int, HeldInItems] = {}
    for number in alarming:
        if rows[number]["basis"] == Basis.BULK.value and rows[number]["scope"] == Scope.AREA.value:
            held[number] = held_in_items(books, rows, claims, number)
            for one in (number, *held[number].items) if held[number].items else ():
                _join(leads, one, held[number].items[0])
    for number in alarming:
        if rows[number]["scope"] == Scope.SITE.value:
            area = _largest_area(rows, claims, number)
            if area is not None:
                _join(leads, number, area)
    cancelled = {number: _cancelled(balances, number, claims[number]) for number in alarming}
    taken = {(number, place) for number, pairs in cancelled.items() for one in pairs for place in one.places}
    moved = between_areas(balances, claims, taken)
    taken |= {place for pair in moved for place in pair.places}
    for pair in moved:
        _join(leads, pair.gained, pair.lost)
    groups: dict[int, list[int]] = {number: [number] for number in alarming if number not in leads}
    for number in leads:
        groups[_lead(leads, number)].append(number)
    items = [number for number in alarming if rows[number]["basis"] == Basis.ITEM.value]
    returned = [one for number in items for one in _returned(number, claims[number], taken)]
    contents = [ContentOfItems(series=number, amounts=one.contents) for number, one in held.items() if one.contents]
    to_check = [
        one
        for number in alarming
        if rows[number]["scope"] == Scope.AREA.value
        for one in rows_to_check(books, balances, number, claims[number], cancelled[number])
    ]
    told = _Told(verdicts, claims, cancelled, returned, moved, contents, to_check)
    return tuple(sorted((told.event(group) for group in groups.values()), key=lambda one: _urgency(one, verdicts)))


@dataclass(frozen=True, slots=True)
class _Told:
    """All that is said of the alarming series, from which each event takes what is of its own."""

    verdicts: Sequence[SeriesVerdict]
    claims: Mapping[int, list[Claim]]
    cancelled: Mapping[int, list[Cancelled]]
    returned: Sequence[Returned]
    moved: Sequence[BetweenAreas]
    contents: Sequence[ContentOfItems]
    to_check: Sequence[RowToCheck]

    def event(self, group: Sequence[int]) -> Event:
        """What the series of one event say together."""
        return Event(
            series=tuple(group),
            exact=tuple(
                ExactDifference(series=number, difference=one.amount, start=one.start, end=one.end)
                for number in group
                if self.verdicts[number].verdict == Verdict.DISCREPANCY
                for one in self.claims[number]
            ),
            cancelled=tuple(one for number in group for one in self.cancelled[number]),
            returned=tuple(one for one in self.returned if one.series in group),
            between_areas=tuple(pair for pair in self.moved if pair.lost in group),
            contents=tuple(one for one in self.contents if one.series in group),
            to_check=tuple(one for number in group for one in self.to_check if one.series == number),
        )


def _cancelled(balances: Balances, number: int, claims: Sequence[Claim]) -> list[Cancelled]:
    """Neighbours in time that cancel, each in one pair only."""
    found: list[Cancelled] = []
    place = 0
    while place + 1 < len(claims):
        first, second = claims[place], claims[place + 1]
        if not first.cancels(second):
            place += 1
            continue
        wrong = _between(balances, number, first, second)
        found.append(
            Cancelled(series=number, first=place, second=place + 1, all_told=len(claims) == 2, inventories=wrong)
        )
        place += 2
    return found


def _returned(number: int, claims: Sequence[Claim], taken: Collection[tuple[int, int]]) -> list[Returned]:
    """Items of which some came to light again, and never more than were missing by then; at most one a series."""
    places = [place for place in range(len(claims)) if (number, place) not in taken]
    standing = list(accumulate(claims[place].amount for place in places))
    losses = tuple(place for place in places if claims[place].amount > 0)
    gains = tuple(place for place in places if claims[place].amount < 0)
    if not (losses and gains) or min(standing) < 0:
        return []
    all_told = len(places) == len(claims)
    return [Returned(series=number, losses=losses, gains=gains, left=standing[-1], all_told=all_told)]


def _between(balances: Balances, number: int, first: Claim, second: Claim) -> tuple[str, ...]:
    """The inventories between the two before and after which the differences are what cancels."""
    periods = closed_periods(balances, number).select("inventory", "start", "end", "difference").rows()
    return tuple(
        before[0]
        for before, after in pairwise(periods)
        if second.start <= before[2] <= first.end
        and before[2] == after[1]
        and about_all(first.amount, before[3])
        and about_all(second.amount, after[3])
    )


def _lead(leads: Mapping[int, int], number: int) -> int:
    """The series that tells the event of this one."""
    while number in leads:
        number = leads[number]
    return number


def _join(leads: dict[int, int], number: int, other: int) -> None:
    """Make the event of one series that of the other."""
    led, lead = _lead(leads, number), _lead(leads, other)
    if led != lead:
        leads[led] = lead


def _urgency(event: Event, verdicts: Sequence[SeriesVerdict]) -> tuple[int, float, int]:
    said = [verdicts[number] for number in event.series]
    return (
        URGENCY[most_urgent(one.verdict for one in said)],
        min((one.p_value for one in said if one.p_value is not None), default=1.0),
        event.series[0],
    )


def _largest_area(rows: Sequence[Mapping[str, Any]], claims: Mapping[int, list[Claim]], number: int) -> int | None:
    """The series of an area that alarms for most of what the whole site lacks of a substance in the same time."""
    found = [
        (-abs(claim.amount), area)
        for area, own in claims.items()
        if rows[area]["scope"] == Scope.AREA.value and rows[area]["substance"] == rows[number]["substance"]
        for claim in own
        if any(claim.amount * loss.amount > 0 and claim.overlaps(loss) for loss in claims[number])
    ]
    return min(found)[1] if found else None
