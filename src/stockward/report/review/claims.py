"""How much of what is missing or came to light, where and when: the amounts of one series in words.

What was missing may have come to light again, and a series may have losses and gains. All of them are told, each with
its days; where two cancel, it is said what may have left them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from stockward.answers.losses import Cancelled, CancelledInPart, ExactDifference, Loss, Returned, RowToCheck
from stockward.report.kit import words
from stockward.report.review.views import WHOLE_SITE, BetweenView, SeriesView
from stockward.terms.verdicts import Basis, Slip, Verdict

_LISTED = 4
_INVENTORIES_LISTED = 3
_DECIMALS = 3


@dataclass(frozen=True, slots=True)
class _Part:
    """One loss, gain or exact difference: its size without a sign, its days in words and as dates."""

    missing: bool
    size: str
    days: str
    dates: str
    lasting: bool
    magnitude: float
    in_items: bool = False

    @property
    def amount(self) -> str:
        """The size with its sign, plus is missing."""
        return f"{'+' if self.missing else words.MINUS}{self.size}"

    @property
    def way(self) -> str:
        return f"{self.size} {'missing' if self.missing else 'surplus'}"


def claim(series: SeriesView) -> str:
    """How much of what is missing or surplus, where and when, without a full stop."""
    parts = _parts(series)
    if not parts:
        return f"{series.label} does not agree with the books"
    if series.verdict.verdict == Verdict.DISCREPANCY:
        return _exact_claim(series, parts)
    if len({part.missing for part in parts}) > 1:
        return _both_ways(series, parts)
    return _one(series, parts[0]) if len(parts) == 1 else _several(series, parts)


def size(series: SeriesView) -> str:
    """How much, without a sign where all of it goes the way that the claim before it has said."""
    parts = _parts(series)
    both = len({part.missing for part in parts}) > 1
    return words.listed([part.way if both else part.size for part in parts], _LISTED) or words.NOTHING


def amounts(series: SeriesView) -> list[str]:
    """How much is missing (plus) or surplus, each for itself: what may still go on first, then the largest."""
    return _cut([part.amount for part in _urgent(series)])


def amount(series: SeriesView) -> str:
    """The same in one line, as the table of actions shows it."""
    return words.listed([part.amount for part in _urgent(series)], _LISTED) or words.NOTHING


def when(series: SeriesView) -> str:
    """The days of each, in the order of the amounts."""
    return "; ".join(part.days for part in _urgent(series)[:_LISTED]) or words.NOTHING


def spans(series: SeriesView) -> list[str]:
    """The same days, first and last of each, short enough for a narrow table."""
    return [part.dates for part in _urgent(series)[:_LISTED]]


def going_on(series: SeriesView, loss: Loss) -> bool:
    """Whether the data leave open that it goes on beyond the last inventory; what went in one period was at once."""
    closed = [period.inventory for period in series.periods if period.closed]
    return loss.periods > 1 and bool(closed) and loss.last_inventory == closed[-1]


def cancels(series: SeriesView) -> bool:
    """Whether all that is claimed of a series cancels, in it or with another area."""
    claimed = len(series.losses) or len(series.exact)
    in_parts = sum(len(one.losses) + len(one.gains) for one in series.returned if not one.left)
    moved = sum(not one.pair.left for one in series.between)
    accounted = 2 * len(series.cancelled) + in_parts + moved + len(series.in_areas)
    return accounted > 0 and accounted == claimed


def says_what_to_check(series: SeriesView) -> bool:
    """Whether what is told of a series names what to check before anything else."""
    return any(told(series) for told in (advice, moved, to_check))


def advice(series: SeriesView) -> str:
    """What to do where a loss and a gain cancel, a sentence each."""
    texts = [_cancelled(series, one) for one in series.cancelled[:_LISTED]]
    texts += [_in_part(series, one) for one in series.in_part[:_LISTED]]
    return " ".join([*texts, *(_returned(series, one) for one in series.returned)])


def moved(series: SeriesView) -> str:
    """What to do where what is missing from one area is surplus in another."""
    return " ".join(_moved(series, one) for one in series.between[:_LISTED])


def _moved(series: SeriesView, one: BetweenView) -> str:
    own = _claimed(series)
    missing, surplus = f"what is missing from {one.origin}", f"what is surplus in {one.destination}"
    if one.pair.agree and len(own) > 1:
        which = f"Of these, {own[one.place].way} cancels with {surplus if one.missing else missing}"
    else:
        may = "cancel" if one.pair.agree else "may in part be one movement"
        which = f"{missing[0].upper()}{missing[1:]} and {surplus} {may}"
    look = (
        f"look for a transfer from {one.origin} to {one.destination} that was not booked, or a movement booked to the "
        "wrong one of them"
    )
    if one.explained:
        # A row that stands in the books twice, or goes the wrong way, looks just like a transfer the other way that
        # does not: who books that as well has two mistakes in place of one.
        check = " ".join(f"Check first {_if_wrong(series, row, both=one.pair.agree)}." for row in one.explained)
        one_paper = len(one.explained) == 1 and not one.explained[0].others
        said = "the document says" if one_paper else "the documents say"
        look = f"{which}. {check} Only if {said} the same, {look}."
    else:
        look = f"{which}: {look}, before anything else."
    told = _left_over(series, one) if one.pair.left else _whole_site(series, one)
    return " ".join(part for part in (look, _as_well(one), told) if part)


def _as_well(one: BetweenView) -> str:
    """What would fit in the place of one of the two; nobody can say from the amounts which it was."""
    if not one.as_well:
        return ""
    others = words.listed(list(one.as_well), _LISTED)
    fits = "fits" if len(one.as_well) == 1 else "fit"
    return f"{others[0].upper()}{others[1:]} {fits} as well: the documents must say which of them it was."


def _left_over(series: SeriesView, one: BetweenView) -> str:
    """What no transfer between the two can account for."""
    pair = one.pair
    sign = 1 if pair.left > 0 else -1
    way, verb = "missing" if pair.left > 0 else "surplus", _are(series, pair.left)
    if pair.left_low is None or pair.left_high is None:
        exact = series.verdict.verdict == Verdict.DISCREPANCY
        size = words.exact(abs(pair.left), series.unit, _DECIMALS) if exact else _about(pair.left, series.unit)
        return f"Even then {size} {verb} {way}."
    low, high = sorted((sign * pair.left_low, sign * pair.left_high))
    size = words.interval(abs(pair.left), low, high, series.unit)
    if pair.agree:
        return f"Over {WHOLE_SITE} {size} {verb} {way} all the same."
    return f"Even then {size} {verb} {way} over {WHOLE_SITE}."


def _about(value: float, unit: str) -> str:
    return f"about {words.quantity(abs(value), unit, words.decimals(abs(value) / 10))}"


def _whole_site(series: SeriesView, one: BetweenView) -> str:
    """What the whole site says of the same days; empty where it has no figure."""
    if one.pair.site_sum is None:
        return ""
    figure = words.measured(one.pair.site_sum, one.pair.site_sigma, series.unit, signed=True)
    if one.pair.over_site is not None:
        return (
            "The two areas were counted on different days, so over the whole site the same stands in two periods: "
            f"together its differences of these days give {figure}."
        )
    said = "The whole site is balanced" if one.site == Verdict.BALANCED else "Over the whole site"
    return f"{said}: its differences of these days give {figure}."


def _returned(series: SeriesView, one: Returned) -> str:
    """What to do where items may have been brought back in parts."""
    which = "What" if one.all_told else f"Of the others, some came to light again, {_left(series, one)}. What"
    return (
        f"{which} was missing may have been brought back, or movements be booked on a wrong day: check the movements "
        "of all these times."
    )


def _cancelled(series: SeriesView, one: Cancelled) -> str:
    claimed = _claimed(series)
    first, second = claimed[one.first], claimed[one.second]
    which = "They" if one.all_told else f"Of these, {first.size} and {second.size}"
    if one.inventories:
        names = words.either(list(one.inventories), _INVENTORIES_LISTED)
        return (
            f"{which} cancel, so a movement may be booked on the wrong side of inventory {names}, or its count be "
            f"wrong: check {_near(series, one)}, and its quantity and unit."
        )
    if first.missing:
        return (
            f"{which} cancel: what was missing may have been brought back, or a movement be booked on a wrong day. "
            "Check the movements of both times."
        )
    return f"{which} cancel: a movement may be booked on a wrong day. Check the movements of both times."


def _in_part(series: SeriesView, one: CancelledInPart) -> str:
    """What to do where a wrong count, or a movement on its wrong side, may stand beside a loss."""
    claimed, names = _claimed(series), words.either(list(one.inventories), _INVENTORIES_LISTED)
    way, verb = "missing" if one.left > 0 else "surplus", _are(series, one.left)
    exact = series.verdict.verdict == Verdict.DISCREPANCY
    left = words.exact(abs(one.left), series.unit, _DECIMALS) if exact else _about(one.left, series.unit)
    first, second = claimed[one.first].way, claimed[one.second].way
    which = "The two" if len(claimed) == 2 else f"Of these, {first} and {second}"
    return (
        f"{which} may in part be one mistake: check the count of inventory {names}, and the movements near it, before "
        f"anything else. Even then {left} {verb} {way}."
    )


def _near(series: SeriesView, one: Cancelled) -> str:
    """The movements near an inventory, those with the amount that cancels by name."""
    rows = [_row(series, row) for row in series.to_check if row.slip == Slip.OTHER_SIDE and row.places == one.places]
    if not rows:
        return "the movements near it"
    return (
        f"first {' and '.join(rows)}, which {'has' if len(rows) == 1 else 'have'} about this amount, by its document; "
        "then the others near it"
    )


def to_check(series: SeriesView) -> str:
    """Rows that would explain what is claimed, each as a possibility: those of a day of count, and slips of the pen."""
    by_day: dict[str | None, list[RowToCheck]] = {}
    for row in series.to_check:
        if row.slip == Slip.SAME_DAY:
            by_day.setdefault(row.inventory, []).append(row)
    told = {(row.row, row.slip) for one in series.between[:_LISTED] for row in one.explained}
    slips = [row for row in series.to_check if row.slip in _NAMED and (row.row, row.slip) not in told]
    return " ".join(
        [*(_on_one_day(series, rows) for rows in by_day.values()), *(_slipped(series, row) for row in slips)]
    )


def _on_one_day(series: SeriesView, rows: Sequence[RowToCheck]) -> str:
    """Movements of the day of a count: on which side they were taken to be, and what the other would explain."""
    names = " and ".join(_row(series, row) for row in rows)
    stand = "stands" if len(rows) == 1 else "stand"
    amount = _explained(series, rows)
    return (
        f"{names[0].upper()}{names[1:]} {stand} on the day of inventory {rows[0].inventory}, and a time of day is "
        f"missing: {_sides(rows)}, that explains {amount}."
    )


def _sides(rows: Sequence[RowToCheck]) -> str:
    """Which of them were taken to come before the count and which after it, and that it may be the other way."""
    before, after = ([row.row for row in rows if bool(row.taken_before) is side] for side in (True, False))
    if before and after:
        numbers = [words.listed(list(map(str, side)), _LISTED) for side in (before, after)]
        return (
            f"row {numbers[0]} was taken to come before the count, and row {numbers[1]} after it. If each came on the "
            "other side of it"
        )
    were = "it was" if len(rows) == 1 else "they were"
    taken, other = ("before", "after") if before else ("after", "before")
    return f"{were} taken to come {taken} the count. If {were.split()[0]} came {other} it"


_SLIPPED = {
    Slip.DECIMAL_POINT: "and its decimal point: if that was misplaced",
    Slip.WRONG_UNIT: "and its unit: if {meant} was meant",
    Slip.WRONG_DIGITS: "and its digits: if {meant} was meant",
    Slip.TWICE: "as another row of that day has the same quantity: if one of the two is a repeat",
    Slip.REVERSED: "and its kind: if it went the other way",
    Slip.WRONG_YEAR: "and its year, as it lies outside the record: if it was meant for these days",
    Slip.WRONG_AREA: "and its area: if that is the other of these two",
    Slip.WRONG_MATERIAL: "and its material: if that is {meant}",
    Slip.WRONG_WAY: "and its direction: if it went the other way between these two",
}

_SLIPPED_TOGETHER = {
    Slip.WRONG_UNIT: "and their unit: if {meant} was meant in all of them",
    Slip.TWICE: "as they repeat other rows in moment, quantity and document: if they were put in twice",
    Slip.WRONG_YEAR: "and their year, as they lie outside the record: if all were meant for these days",
    Slip.WRONG_WAY: "and their direction: if all went the other way between these two",
}
"""Why rows may be wrong together, and what of them."""

_NAMED = frozenset({*_SLIPPED, *_SLIPPED_TOGETHER, Slip.USED_UP, Slip.RATE})
_OF_BOTH = frozenset({Slip.WRONG_AREA, Slip.WRONG_MATERIAL, Slip.WRONG_WAY})
"""What would explain a loss and a gain at once."""


def _slipped(series: SeriesView, row: RowToCheck) -> str:
    """A row that may hold a slip of the pen; where its paper says the same, this is none, and the claim stands."""
    if row.slip in (Slip.USED_UP, Slip.RATE):
        return (_used_up if row.slip == Slip.USED_UP else _taken_as_lost)(series, row)
    check = _if_wrong(series, row, both=row.slip in _OF_BOTH)
    proof = f"{_proof(row)} says" if not row.others else f"{_proof(row)}s say"
    return f"Check {check}. If the {proof} the same, look further."


def _used_up(series: SeriesView, row: RowToCheck) -> str:
    """What was used where nothing was made of it: the books hold it there until it is made into something, or left."""
    it_has, it_was = ("they have", "they were") if row.others else ("it has", "it was")
    return (
        f"Check first {_row(series, row)}: what was used there makes up {_explained(series, [row])}, and nothing that "
        f"holds {series.what} was made in {series.place}. If {it_was} consumed or left, {it_has} to be "
        "booked as discard or issue; if something was made of it, add the make, and what that holds to contents."
    )


def _taken_as_lost(series: SeriesView, row: RowToCheck) -> str:
    """A normal loss that took out of the books what came to light."""
    mend = f"Write {row.meant} if it was meant in per cent." if row.meant else "Correct it if less was lost."
    taken = f"{_explained(series, [row])} was taken as normal loss in these days"
    share = "all" if row.whole else "most"
    return (
        f"Check first {row.table} row {row.row}: by its rate, {words.number(row.quantity)}, {taken}, which makes up "
        f"{share} of this. {mend}"
    )


def _proof(row: RowToCheck) -> str:
    return "list" if row.table == "counts" else "document"


def _if_wrong(series: SeriesView, row: RowToCheck, *, both: bool) -> str:
    """Rows, and what they would explain if they were wrong: a loss, or ``both`` that and a gain."""
    amount = _explained(series, [row])
    explained = f"both, {amount} each" if both else amount
    does = f"that explains {explained}" if row.whole else f"it changes this by {amount}"
    does += "" if row.expected is None else f" (by chance {row.expected:.2g} rows would)"
    its, slipped = (f"their {_proof(row)}s", _SLIPPED_TOGETHER) if row.others else (f"its {_proof(row)}", _SLIPPED)
    return f"{_row(series, row)} against {its}, {slipped[row.slip].format(meant=row.meant)}, {does}"


def _explained(series: SeriesView, rows: Sequence[RowToCheck]) -> str:
    """How much rows explain together, told as finely as what they explain."""
    amount = sum(row.explains for row in rows)
    if series.verdict.verdict == Verdict.DISCREPANCY:
        return words.exact(amount, series.unit, _DECIMALS)
    told = [series.verdict.losses[place] for place in rows[0].places if place < len(series.verdict.losses)]
    finest = min(((one.high - one.low) / 4 for one in told), default=None)
    return words.quantity(amount, series.unit, words.decimals(finest))


def _row(series: SeriesView, row: RowToCheck) -> str:
    """A row by its table and number, with what stands in it; of several, in the first."""
    proof = f", document {row.document}" if row.document else ""
    what = f"{row.kind.replace('_', ' ')} of {words.quantity(row.quantity, row.unit)}"
    origin, first = (f", from {row.source}" if row.source else ""), ("the first: " if row.others else "")
    return f"{row_numbers(row)} ({first}{what} on {words.day(series.day(row.at))}{proof}{origin})"


def row_numbers(row: RowToCheck) -> str:
    """Where rows to check stand, by their table and numbers."""
    numbers = words.listed([str(one) for one in (row.row, *row.others)], _LISTED)
    return f"{row.table} {'rows' if row.others else 'row'} {numbers}"


def in_items(series: SeriesView, *, left: bool) -> str:
    """How much of a substance the items of its event hold: those that are ``left`` missing, or each time so many."""
    amounts = [one for one in series.contents if one is not None]
    if left:
        return words.exact(abs(sum(amounts)), series.unit, _DECIMALS) if sum(amounts) else ""
    parts = [part for part in _parts(series) if part.in_items]
    both = len({part.missing for part in parts}) > 1
    return words.listed([part.way if both else part.size for part in parts], _LISTED)


def beside_items(series: SeriesView) -> list[str]:
    """What is claimed of a substance that the items of its event do not account for, each with its days."""
    parts = _parts(series) if series.contents else []
    return [_beside(series, part) for part in parts if not part.in_items]


def _beside(series: SeriesView, part: _Part) -> str:
    if part.missing:
        return f"{part.size} more of {series.what} went missing {part.days}"
    return f"{part.size} of {series.what}, more than the books say, came to light {part.days}"


def _claimed(series: SeriesView) -> list[_Part]:
    """All that is claimed of a series, in time order, one part a claim."""
    return [parts[0] for parts in _each(series)]


def _parts(series: SeriesView) -> list[_Part]:
    """Those that are told: not such as the data say were nothing."""
    if series.verdict.verdict == Verdict.DISCREPANCY:
        return [part for parts in _each(series) for part in parts]
    told = [one in series.losses for one in series.verdict.losses]
    return [part for parts, is_told in zip(_each(series), told, strict=True) if is_told for part in parts]


def _each(series: SeriesView) -> list[list[_Part]]:
    """Each difference of an exact verdict, or each loss: where items hold some of it, that, and what is beside them."""
    if series.verdict.verdict == Verdict.DISCREPANCY:
        return [
            _with_contents(series, place, _exact_part(series, one), _exact_beside(series, one, place))
            for place, one in enumerate(series.exact)
        ]
    return [
        _with_contents(series, place, _measured_part(series, one), _measured_beside(series, one, place))
        for place, one in enumerate(series.verdict.losses)
    ]


def _with_contents(series: SeriesView, place: int, part: _Part, beside: _Part | None) -> list[_Part]:
    """The stated content of missing items in place of what was measured with the bulk beside them."""
    content = series.contents[place] if series.contents else None
    if content is None:
        return [part]
    size = words.exact(abs(content), series.unit, _DECIMALS)
    held = replace(part, in_items=True, missing=content > 0, size=size, magnitude=abs(content))
    return [held] if beside is None else [held, beside]


def _exact_beside(series: SeriesView, one: ExactDifference, place: int) -> _Part | None:
    left = series.beside[place] if series.beside else None
    return None if left is None else _exact_part(series, replace(one, difference=left))


def _measured_beside(series: SeriesView, one: Loss, place: int) -> _Part | None:
    """What is left of a loss beside what items hold, which has no error."""
    left = series.beside[place] if series.beside else None
    if left is None:
        return None
    shift = left - one.estimate
    return _measured_part(series, replace(one, estimate=left, low=one.low + shift, high=one.high + shift))


def _urgent(series: SeriesView) -> list[_Part]:
    """What may still go on first, then the largest; such as are alike stay in time order."""
    return sorted(_parts(series), key=lambda part: (not part.lasting, -float(f"{part.magnitude:.2g}")))


def _cut(texts: list[str]) -> list[str]:
    more = len(texts) - _LISTED
    return texts if more <= 0 else [*texts[:_LISTED], f"and {more} more"]


def _measured_part(series: SeriesView, loss: Loss) -> _Part:
    missing = loss.estimate > 0
    sign = 1 if missing else -1
    low, high = sorted((sign * loss.low, sign * loss.high))
    return _Part(
        missing=missing,
        size=words.interval(abs(loss.estimate), low, high, series.unit),
        days=_days(series, loss),
        dates=f"{series.day(loss.not_before).isoformat()} {series.day(loss.not_after).isoformat()}",
        lasting=going_on(series, loss),
        magnitude=abs(loss.estimate),
    )


def _exact_part(series: SeriesView, one: ExactDifference) -> _Part:
    start, end = series.day(one.start), series.day(one.end)
    return _Part(
        missing=one.difference > 0,
        size=words.exact(abs(one.difference), series.unit, _DECIMALS),
        days=words.between(start, end),
        dates=f"{start.isoformat()} {end.isoformat()}",
        lasting=False,
        magnitude=abs(one.difference),
    )


def _days(series: SeriesView, loss: Loss) -> str:
    """The days that hold a loss. One that reaches the last inventory may be going on: who reads it must know."""
    if going_on(series, loss):
        return f"not before {words.day(series.day(loss.not_before))} and may still go on"
    return words.not_before_not_after(series.day(loss.not_before), series.day(loss.not_after))


def _one(series: SeriesView, part: _Part) -> str:
    if not part.missing:
        began = "the gain began" if part.lasting else "it came"
        return f"{part.size} more {series.what} {_stands(series)} than the books say; {began} {part.days}"
    began = "the loss began" if part.lasting else "it went"
    verb = "are" if series.unit == "each" else "is"
    return f"{part.size} of {series.what} {verb} missing from {series.place}; {began} {part.days}"


def _stands(series: SeriesView) -> str:
    return f"{'stand' if series.unit == 'each' else 'stands'} in {series.place}"


def _several(series: SeriesView, parts: Sequence[_Part]) -> str:
    """Losses, or gains, that can be told apart, each with its days."""
    texts = "; ".join(f"{part.size} {part.days}" for part in parts)
    if parts[0].missing:
        return f"{series.what} is missing from {series.place}, {len(parts)} losses: {texts}"
    return f"More {series.what} {_stands(series)} than the books say, {len(parts)} gains: {texts}"


def _both_ways(series: SeriesView, parts: Sequence[_Part]) -> str:
    """What went and what came to light, in time order: first what the verdict says, then the other way."""
    lost = series.verdict.verdict != Verdict.GAIN
    first, *others = sorted(parts, key=lambda part: part.missing != lost)
    if first.missing:
        begin = f"{first.size} of {series.what} went missing from {series.place}{_since(first)}"
    else:
        begin = f"{first.size} more {series.what} than the books say came to light in {series.place}{_since(first)}"
    return "; ".join([begin, *(f"{part.size} {_went(part)}{_since(part)}" for part in others)])


def _went(part: _Part) -> str:
    return "went missing" if part.missing else "more than the books say came to light"


def _since(part: _Part) -> str:
    return f": that began {part.days}" if part.lasting else f" {part.days}"


def _exact_claim(series: SeriesView, parts: Sequence[_Part]) -> str:
    if series.returned and series.returned[0].all_told and len(parts) <= _LISTED:
        return _came_back(series, series.returned[0], parts)
    if len(parts) == 1:
        (only,) = parts
        verb = "are" if only.size.endswith(" items") else "is"
        way = "missing from" if only.missing else "surplus in"
        return f"{only.size} of {series.what} {verb} {way} {series.place} {only.days}"
    largest = set(map(id, sorted(parts, key=lambda part: -part.magnitude)[:_LISTED]))
    texts = "; ".join(f"{part.way} {part.days}" for part in parts if id(part) in largest)
    which = f", the {_LISTED} largest" if len(parts) > _LISTED else ""
    return f"{series.label} has {len(parts)} exact differences{which}: {texts}"


def _came_back(series: SeriesView, one: Returned, parts: Sequence[_Part]) -> str:
    """Items that went missing, those that came to light again, and how many are left, told once."""
    gone = _at_times([parts[place] for place in one.losses], "went missing")
    came = _at_times([parts[place] for place in one.gains], "came to light again")
    return f"Of {series.what} in {series.place}, {gone}; {came}; {_left(series, one)}"


def _at_times(parts: Sequence[_Part], what: str) -> str:
    """What happened with the first, and with each later one the same."""
    first, *others = parts
    return " and ".join([f"{first.size} {what} {first.days}", *(f"{part.size} {part.days}" for part in others)])


def _left(series: SeriesView, one: Returned) -> str:
    if not one.left:
        return "so none is still missing"
    return f"so {words.exact(one.left, series.unit, _DECIMALS)} {_are(series, one.left)} still missing"


def _are(series: SeriesView, amount: float) -> str:
    return "are" if series.unit == "each" and abs(amount) != 1 else "is"


def grounds(series: SeriesView) -> list[str]:
    """What the verdict of a series rests on that the books state as having no error, each a sentence."""
    texts = [f"The error of {text} is blank, so it is taken as exact: give it." for text in assumed(series)]
    return [*texts, *_errorless(series)]


def assumed(series: SeriesView) -> list[str]:
    """What passes for exact because the books state no error of it."""
    taken = dict.fromkeys(zip(series.assumed_exact["kind"], series.assumed_exact["material"], strict=True))
    return [
        f"the content of {series.what} in {material}" if kind == "content" else f"the normal loss of {series.what}"
        for kind, material in taken
    ]


def _errorless(series: SeriesView) -> list[str]:
    """The methods that measured what has no error, and state none."""
    if series.basis == Basis.ITEM or series.verdict.verdict != Verdict.DISCREPANCY:
        return []
    exact = [period.inventory for period in series.periods if period.closed and not period.sigma]
    rows = series.evidence.filter(pl.col("inventory").is_in(exact) & pl.col("exact"))
    methods = rows["method"].drop_nulls().unique(maintain_order=True).to_list()
    if not methods:
        return []
    named = words.listed(methods, _LISTED)
    if len(methods) == 1:
        return [f"Method {named} states an error of 0, as if it measured exactly: give its errors."]
    return [f"Methods {named} state an error of 0, as if they measured exactly: give their errors."]
