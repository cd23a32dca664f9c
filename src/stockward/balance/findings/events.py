"""One event, one finding: series that alarm for the same loss are told together [``told_together``].

With them stands what may explain it: what cancels in a series or came to light again [``cancelling``], what one area
lacks and another has more of [``between_areas``], what the missing items hold [``in_items``], and rows that may be
wrong [``rows_to_check``].
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stockward.answers.balances import Balances
from stockward.answers.items import Discrepancy
from stockward.answers.losses import (
    BetweenAreas,
    Cancelled,
    CancelledInPart,
    ContentOfItems,
    Event,
    ExactDifference,
    Returned,
    RowToCheck,
    SeriesVerdict,
)
from stockward.balance.findings.alarming import AlarmingSeries, alarming_series
from stockward.balance.findings.between_areas import between_areas
from stockward.balance.findings.cancelling import cancelled_in, cancelled_in_part, returned_in
from stockward.balance.findings.in_items import HeldInItems, held_in_items
from stockward.balance.findings.over_site import whole_sites
from stockward.balance.findings.rows_to_check.single import rows_to_check
from stockward.balance.findings.told_together import told_together
from stockward.book.known import KnownBooks
from stockward.terms.verdicts import URGENCY, Verdict, most_urgent


def events_of(
    books: KnownBooks,
    balances: Balances,
    verdicts: Sequence[SeriesVerdict],
    discrepancies: Sequence[Discrepancy],
) -> tuple[Event, ...]:
    """Every alarming series in one event, those of one event together, the most urgent first."""
    alarming = alarming_series(balances, verdicts, discrepancies)
    if not alarming:
        return ()
    held = held_in_items(books, alarming)
    # What cancels over the whole site may lie in two areas, and then cancels in neither: each area speaks for itself.
    sites = whole_sites(balances, alarming)
    cancelled = {
        number: cancelled_in(one, sites.get((one.basis, one.holding))) if one.area is not None else []
        for number, one in alarming.items()
    }
    in_pairs = {(pair.series, place) for pairs in cancelled.values() for pair in pairs for place in pair.places}
    moved = between_areas(alarming, sites, in_pairs)
    in_pairs |= {place for pair in moved for place in pair.places}
    returned = {number: returned_in(one, in_pairs) for number, one in alarming.items() if one.in_items}
    to_check = rows_to_check(books, alarming, cancelled, moved)
    told = _Told(alarming, cancelled, returned, _by_loss(moved), held, to_check)
    events = map(told.event, told_together(alarming, held, moved))
    return tuple(sorted(events, key=lambda event: _urgency([alarming[number] for number in event.series])))


def _by_loss(moved: Sequence[BetweenAreas]) -> dict[int, list[BetweenAreas]]:
    """The same by the series of the area that lacks it, whose event tells of it."""
    found = defaultdict(list)
    for pair in moved:
        found[pair.lost].append(pair)
    return found


def _urgency(series: Sequence[AlarmingSeries]) -> tuple[int, float, int]:
    """The order of the events: by verdict, then by the least p-value, then by the series that tells it."""
    least = min((one.p_value for one in series if one.p_value is not None), default=1.0)
    return URGENCY[most_urgent(one.verdict for one in series)], least, series[0].number


@dataclass(frozen=True, slots=True)
class _Told:
    """All that is said of each alarming series, from which each event takes what is of its own."""

    alarming: Mapping[int, AlarmingSeries]
    cancelled: Mapping[int, Sequence[Cancelled]]
    returned: Mapping[int, Sequence[Returned]]
    moved: Mapping[int, Sequence[BetweenAreas]]
    held: Mapping[int, HeldInItems]
    to_check: Mapping[int, Sequence[RowToCheck]]

    def event(self, group: Sequence[int]) -> Event:
        """What the series of one event say together."""
        # What is told of series beside each other stands in their order; the rest begins with the one that tells it.
        in_order = sorted(group)
        return Event(
            series=tuple(group),
            exact=tuple(one for number in group for one in self._exact(number)),
            cancelled=tuple(one for number in group for one in self.cancelled[number]),
            in_part=tuple(one for number in group for one in self._in_part(number)),
            returned=tuple(one for number in in_order for one in self.returned.get(number, ())),
            between_areas=tuple(pair for number in in_order for pair in self.moved.get(number, ())),
            contents=tuple(
                ContentOfItems(series=number, amounts=self.held[number].contents, beside=self.held[number].beside)
                for number in in_order
                if number in self.held and self.held[number].contents
            ),
            to_check=tuple(one for number in group for one in self.to_check.get(number, ())),
        )

    def _in_part(self, number: int) -> list[CancelledInPart]:
        """What cancels of a series of an area in part, but for what another area or a return accounts for."""
        one = self.alarming[number]
        if one.area is None:
            return []
        elsewhere = {place for pairs in self.moved.values() for pair in pairs for place in pair.places}
        parts = cancelled_in_part(one, self.cancelled[number])
        back = {place for some in self.returned.get(number, ()) for place in (*some.losses, *some.gains)}
        return [
            part
            for part in parts
            if not back & {part.first, part.second} and not elsewhere & {(number, part.first), (number, part.second)}
        ]

    def _exact(self, number: int) -> list[ExactDifference]:
        """What a series claims of differences that no error of measuring can have left."""
        one = self.alarming[number]
        claims = one.claims if one.verdict == Verdict.DISCREPANCY else ()
        return [
            ExactDifference(series=number, difference=claim.amount, start=claim.start, end=claim.end)
            for claim in claims
        ]
