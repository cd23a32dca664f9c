"""A booked row that would explain what is claimed of a series if it were wrong in one plain way: to be checked first.

A movement of quantity q, positive where it comes in, on the wrong side of an inventory leaves q in the difference on
one side of it, and −q in that on the other [``borders``]. So a row may explain a claim

- *on the day of the count*: it, or the inventory, is dated by day alone, and both stand on one day. Which of them came
  first nobody can say. Named where both differences around the inventory are about what the other side would make of
  them, and it explains no more than is claimed; one of them, or all of one side, or all of the day.
- *on the wrong side*: where two claims cancel around an inventory, and the row is booked in the period before or after
  it, with a quantity that both claims allow.
- *by its decimal point* or *its unit*: where f q is true and a claim allows (1 − f) q, in a period that differs by
  about all of it (0.9 q where ten times too much was booked, −9 q where a tenth, 0.999 q where g were meant, not kg),
  and the row is out of line: so corrected it would come nearer to the median of its kind and material; of several f
  the one that brings it nearest. A count is looked at where two claims cancel around its inventory, and at the first
  and the last inventory, beyond which nothing could cancel.
- *by its digits*: where two digits beside each other were exchanged, or a digit was written twice, or once for twice,
  and what is too much by that is allowed, where chance would hardly bring such a row about [``digits``]. Counts as
  above.
- *as a repeat*: where a row of the same day is alike in kind and quantity, and a claim allows that quantity, in a
  period that differs by about all of it.
- *by its kind*: where a claim allows 2 q, in a period that differs by about all of it: it may have gone out where it is
  booked in, or the other way round. Named where no other row brings its quantity in, or takes it out as this one
  does; transfers as below.
- *by its year*: where a row a season or more before the first inventory, or after the last, would lie within the days
  of a claim in another year, and the claim allows its quantity.
- *by its area*: where what one area lacks another has more of, and a row of the days of both brings that amount into
  the one, or takes it out of the other, from or to somewhere else: it may belong to the other of the two.
- *by its material*: where an area lacks of one material what it has more of another, and a row of the days of both
  brings that amount of the one in, or takes it out of the other: it may be of the other of the two.
- *by its direction*: where such a row went from the one that has more to the one that lacks, with half of the amount.

A claim allows an amount within three σ [``Claim.allows``]. More than a few rows for one claim are none: then the
match is by chance [``match.few``].
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from itertools import islice, permutations
from typing import NamedTuple
from zoneinfo import ZoneInfo

from stockward.answers.losses import BetweenAreas, Cancelled, RowToCheck
from stockward.balance.findings.alarming import AlarmingSeries
from stockward.balance.findings.borders import Border, borders_of
from stockward.balance.findings.claims import Claim, about_all
from stockward.balance.findings.entered_rows import EnteredRow, EnteredRows, Miswritten, entered_rows
from stockward.balance.findings.periods import ClosedPeriod, places_between
from stockward.balance.findings.rows_to_check.digits import miscopied, miscounted_digits
from stockward.balance.findings.rows_to_check.match import Match, few
from stockward.balance.findings.rows_to_check.rates import rates_to_check
from stockward.balance.findings.rows_to_check.together import (
    YEAR,
    in_days_of,
    outside_of,
    rows_together,
    sent_the_other_way,
)
from stockward.book.known import KnownBooks
from stockward.terms.periods import first_moment
from stockward.terms.verdicts import Slip

_MOST = 0.5
"""A slip explains most of a claim from this share of it on."""
_TENFOLD = 10.0
_TRANSFER = "transfer"


def rows_to_check(
    books: KnownBooks,
    alarming: Mapping[int, AlarmingSeries],
    cancelled: Mapping[int, Sequence[Cancelled]],
    moved: Sequence[BetweenAreas],
) -> dict[int, list[RowToCheck]]:
    """The rows to be checked first for what is claimed of each series of an area."""
    areas = [one for one in alarming.values() if one.area is not None]
    pairs = [_Moved(pair, *(alarming[number].claims[place] for number, place in pair.places)) for pair in moved]
    # A transfer of the wrong material leaves both areas with too much of one and too little of the other.
    taken = {(number, place) for number, some in cancelled.items() for pair in some for place in pair.places}
    mistaken = [*_mistaken(areas, taken)]
    both: list[_Moved | _Mistaken] = [*pairs, *mistaken]
    found: dict[int, list[RowToCheck]] = {}
    shared: dict[tuple[int, _Moved | _Mistaken], Sequence[EnteredRow]] = {}
    for one, rows in entered_rows(books, areas):
        found[one.number] = [
            match.told(one.number) for match in _matches(one, rows, cancelled[one.number], books.site.timezone)
        ]
        found[one.number] += rates_to_check(books, one)
        of_both = (pair for pair in both if pair.has(one.number))
        shared.update({(one.number, pair): rows.between(*_shared_days(pair.gone, pair.came)) for pair in of_both})
    for pair in pairs:
        lost, gained = pair.told.lost, pair.told.gained
        wrong = few(_misdirected(pair, shared[lost, pair], shared[gained, pair]))
        wrong += _all_misdirected(pair, shared[lost, pair], shared[gained, pair])
        found[lost] += [match.told(lost) for match in wrong]
    for two in mistaken:
        wrong = few(_of_the_other_material(two, shared[two.lost, two], shared[two.gained, two]))
        found[two.lost] += [match.told(two.lost) for match in wrong]
    return {number: _without_parts(rows) for number, rows in found.items()}


def _without_parts(found: Sequence[RowToCheck]) -> list[RowToCheck]:
    """Those that explain all of a claim, and of a part only where nothing explains all."""
    explained = {place for one in found if one.whole for place in one.places}
    return [one for one in found if one.whole or not explained & {*one.places}]


def _shared_days(gone: Claim, came: Claim) -> tuple[datetime, datetime]:
    """From when to when both claims may be."""
    return max(gone.start, came.start), min(gone.end, came.end)


class _Mistaken(NamedTuple):
    """Two series of one area: of one it lacks, at the ``place`` among its claims, what it has more of the other."""

    lost: int
    gained: int
    material_lost: str
    material_gained: str
    place: int
    gone: Claim
    came: Claim

    def has(self, series: int) -> bool:
        """Whether a series is one of the two."""
        return series in (self.lost, self.gained)


def _mistaken(areas: Sequence[AlarmingSeries], taken: AbstractSet[tuple[int, int]]) -> Iterator[_Mistaken]:
    """Every loss in an area with a gain of another material there that cancels it; not those that are ``taken``."""
    alike = defaultdict(list)
    for one in areas:
        alike[one.area, one.basis].append(one)
    for lost, gained in (two for some in alike.values() for two in permutations(some, 2)):
        for place, gone in enumerate(lost.claims):
            for other, came in enumerate(gained.claims):
                free = not {(lost.number, place), (gained.number, other)} & taken
                if free and gone.amount > 0 and gone.overlaps(came) and gone.cancels(came):
                    yield _Mistaken(lost.number, gained.number, lost.holding, gained.holding, place, gone, came)


def _of_the_other_material(two: _Mistaken, lost: Sequence[EnteredRow], gained: Sequence[EnteredRow]) -> Iterator[Match]:
    """Rows that brought in what is lacked, or took out what there is more of, and may be of the other material."""
    sides = ((lost, 1.0, two.material_gained), (gained, -1.0, two.material_lost))
    for row, amount, other in ((row, sign * row.value, other) for rows, sign, other in sides for row in rows):
        if amount > 0 and two.gone.allows(amount) and two.came.allows(-amount):
            yield Match(row, Slip.WRONG_MATERIAL, (two.place,), amount, meant=other)


class _Moved(NamedTuple):
    """What one area lacks and another has more of."""

    told: BetweenAreas
    gone: Claim
    came: Claim

    def has(self, series: int) -> bool:
        """Whether a series is one of the two."""
        return series in (self.told.lost, self.told.gained)

    def allows(self, amount: float) -> bool:
        """Whether so much of it may be one movement: of both, where they agree, and else of the smaller."""
        gone, came = self.gone.allows(amount), self.came.allows(-amount)
        return gone and came if self.told.agree else gone if self.gone.amount < -self.came.amount else came


def _misdirected(moved: _Moved, lost: Sequence[EnteredRow], gained: Sequence[EnteredRow]) -> Iterator[Match]:
    """Rows that came to the area that lacks, or left the one that has more, and may belong to the other of the two."""
    between = {row.row for row in lost} & {row.row for row in gained}
    places, whole = (moved.told.loss,), moved.told.agree
    for row, amount in [*((row, row.value) for row in lost), *((row, -row.value) for row in gained)]:
        if row.row not in between and amount > 0 and moved.allows(amount):
            yield Match(row, Slip.WRONG_AREA, places, amount, whole)
    for row in lost:
        if row.row in between and row.value > 0 and moved.allows(2.0 * row.value):
            yield Match(row, Slip.WRONG_WAY, places, 2.0 * row.value, whole)


def _all_misdirected(moved: _Moved, lost: Sequence[EnteredRow], gained: Sequence[EnteredRow]) -> Iterator[Match]:
    """All transfers from the one that has more to the one that lacks, which may have gone the other way."""
    left = {row.row for row in gained if row.value < 0}
    between = [row for row in lost if row.value > 0 and row.row in left]
    return sent_the_other_way(between, (moved.told.loss,), moved.allows, whole=moved.told.agree)


def _matches(one: AlarmingSeries, rows: EnteredRows, cancelled: Sequence[Cancelled], timezone: str) -> list[Match]:
    """All rows that would explain a claim of one series: those of a day of count first."""
    borders = {border.inventory: border for border in borders_of(one.periods)}
    by_day = rows.by_day()
    same = [match for border in borders.values() for match in _on_the_day(border, by_day, one.claims, timezone)]
    accounted = {match.places for match in same if match.whole}
    found = []
    for pair in cancelled:
        around = [borders[name] for name in pair.inventories]
        if pair.places not in accounted:
            found += few(_on_the_wrong_side(pair, around, one.claims, rows))
        found += few(_miscounted(pair, around, one.claims, rows.counted))
        found += miscounted_digits(pair, one.claims, rows.counted)
    in_pairs = {place for pair in cancelled for place in pair.places}
    for place, claim in enumerate(one.claims):
        if place not in in_pairs:
            found += few(_misplaced(place, claim, one.periods, rows))
            found += few(_miscounted_at_the_ends(place, claim, one.periods, rows.counted))
            found += miscopied(place, claim, one.periods, rows)
            found += few(_repeated(place, claim, one.periods, rows))
            found += few(_the_other_way(place, claim, one.periods, rows))
            found += few(_of_another_year(place, claim, one.periods, rows.moved))
            found += rows_together(place, claim, one.periods, rows)
    explained = {place for match in found for place in match.places}
    # What explains a part of a claim is of no use beside what explains all of it.
    told = [match for match in same if match.whole or not explained & set(match.places)]
    return [*told, *found]


def _on_the_day(
    border: Border, moved: Mapping[date, Sequence[EnteredRow]], claims: Sequence[Claim], timezone: str
) -> list[Match]:
    """Movements of the day of an inventory of which nobody can say whether they came before the count."""
    day = border.at.astimezone(ZoneInfo(timezone)).date()
    begins = border.at == first_moment(day, timezone)
    same = [row for row in moved.get(day, ()) if begins or row.begins]
    before, after = ([row for row in same if (row.at <= border.at) is side] for side in (True, False))
    # One row that is wrong is likelier than several, and the largest tells most.
    alone = sorted(([row] for row in same), key=lambda rows: -abs(border.shift(rows[0])))
    sides = [side for side in (before, after) if len(side) > 1]
    sets = [*alone, *sides, *([same] if before and after else [])]
    for all_of_it in (True, False):
        for rows in sets:
            shift = sum(map(border.shift, rows))
            touched = border.touched(claims, shift)
            whole = any(claims[place].allows(left) for place, left in touched)
            within = any(abs(left) < abs(claims[place].amount) for place, left in touched)
            if border.fits(shift) and (whole if all_of_it else within):
                places, way = tuple(place for place, _ in touched), 1.0 if shift > 0 else -1.0
                return few(Match(row, Slip.SAME_DAY, places, way * border.shift(row), whole, border) for row in rows)
    return []


def _on_the_wrong_side(
    pair: Cancelled, borders: Sequence[Border], claims: Sequence[Claim], rows: EnteredRows
) -> Iterator[Match]:
    """Movements near an inventory around which two claims cancel, as large as both of them."""
    first, second = (claims[place] for place in pair.places)
    for border in borders:
        near = rows.between(border.before.start, border.until)
        for row in sorted(near, key=lambda row: abs(row.at - border.at)):
            shift = border.shift(row)
            if first.allows(shift) and second.allows(-shift):
                yield Match(row, Slip.OTHER_SIDE, pair.places, abs(shift), border=border)


def _miscounted(
    pair: Cancelled, borders: Sequence[Border], claims: Sequence[Claim], counted: Sequence[EnteredRow]
) -> Iterator[Match]:
    """Counts of such an inventory that a misplaced decimal point would have made so wrong."""
    first, second = (claims[place] for place in pair.places)
    inventories = {border.inventory for border in borders}
    for row in counted:
        if row.inventory in inventories:
            both = (one for one in row.miswritten() if first.allows(one.excess) and second.allows(-one.excess))
            yield from _likeliest(row, pair.places, both)


def _likeliest(
    row: EnteredRow, places: tuple[int, ...], ways: Iterable[Miswritten], *, whole: bool = True
) -> Iterator[Match]:
    """The likeliest of the ways in which a row may have been written so wrong, if there is one."""
    for one in islice(ways, 1):
        slip = Slip.DECIMAL_POINT if one.meant is None else Slip.WRONG_UNIT
        yield Match(row, slip, places, abs(one.excess), whole, meant=one.meant)


def _misplaced(place: int, claim: Claim, periods: Sequence[ClosedPeriod], rows: EnteredRows) -> list[Match]:
    """Movements that a misplaced decimal point, or a wrong unit, would have made so wrong, in a period that differs by
    all of a claim.

    Where none explains all of it, those that explain most: what was stolen beside such a slip adds to the claim, or is
    hidden by it.
    """
    near = [
        row
        for period in periods[places_between(periods, claim.start, claim.end)]
        if about_all(claim.amount, period.difference)
        for row in rows.between(period.start, period.end)
    ]
    whole = [
        match
        for row in near
        for match in _likeliest(row, (place,), (one for one in row.miswritten() if claim.allows(one.excess)))
    ]
    return whole or [match for row in near for match in _for_the_most(row, place, claim)]


def _for_the_most(row: EnteredRow, place: int, claim: Claim) -> Iterator[Match]:
    """The row where it was written so wrong that this explains most of a claim; by ten times at the least, as smaller
    factors would explain most of anything."""
    most = (
        one for one in row.miswritten() if one.times >= _TENFOLD and _MOST < one.excess / claim.amount < 1.0 / _MOST
    )
    return _likeliest(row, (place,), most, whole=False)


def _miscounted_at_the_ends(
    place: int, claim: Claim, periods: Sequence[ClosedPeriod], counted: Sequence[EnteredRow]
) -> Iterator[Match]:
    """Counts of the first and of the last inventory: what they are wrong by stands in one difference alone."""
    first, last = periods[0], periods[-1]
    for row in counted:
        for at, period, way in ((first.start, first, -1.0), (last.end, last, 1.0)):
            if row.at == at and about_all(claim.amount, period.difference):
                yield from _likeliest(
                    row, (place,), (one for one in row.miswritten() if claim.allows(way * one.excess))
                )


def _repeated(place: int, claim: Claim, periods: Sequence[ClosedPeriod], rows: EnteredRows) -> Iterator[Match]:
    """Movements that stand twice, as large as a claim."""
    for period in periods[places_between(periods, claim.start, claim.end)]:
        if about_all(claim.amount, period.difference):
            seen = set()
            for row in rows.between(period.start, period.end):
                what = (row.day, row.kind, row.value)
                if what in seen and claim.allows(row.value):
                    yield Match(row, Slip.TWICE, (place,), abs(row.value))
                seen.add(what)


def _the_other_way(place: int, claim: Claim, periods: Sequence[ClosedPeriod], rows: EnteredRows) -> Iterator[Match]:
    """Movements in from outside that may have gone out, and the other way round: half as large as a claim.

    Only such whose quantity no other row brings in, or takes out: a usual one is half of a theft as usual by chance.
    """
    alike = Counter(row.value for row in rows.moved)
    for period in periods[places_between(periods, claim.start, claim.end)]:
        if about_all(claim.amount, period.difference):
            for row in rows.between(period.start, period.end):
                if row.kind != _TRANSFER and alike[row.value] == 1 and claim.allows(2.0 * row.value):
                    yield Match(row, Slip.REVERSED, (place,), 2.0 * abs(row.value))


def _of_another_year(
    place: int, claim: Claim, periods: Sequence[ClosedPeriod], moved: Sequence[EnteredRow]
) -> Iterator[Match]:
    """Movements outside the record that were meant for the days of a claim in another year, and as large as it."""
    for row in outside_of(periods, moved):
        if claim.allows(-row.value) and any(in_days_of(claim, row.at + years * YEAR) for years in (-1, 1)):
            yield Match(row, Slip.WRONG_YEAR, (place,), abs(row.value))
