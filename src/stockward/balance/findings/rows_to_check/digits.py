"""Quantities of which a digit may be written wrongly: two beside each other exchanged, one doubled, or one of two left.

Nearly every figure can be misread in some such way, so a match alone says little. How many there would be by chance is
counted where the books are: of all ways to misread the rows that are looked at, those that would explain from half of
what is claimed to one and a half times as much, by the share of that span which the interval of the claim covers.
Named is only what chance brings about in one of twenty cases at most.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from stockward.answers.losses import Cancelled
from stockward.balance.findings.claims import Claim, about_all
from stockward.balance.findings.entered_rows import EnteredRow, EnteredRows
from stockward.balance.findings.periods import ClosedPeriod, places_between
from stockward.balance.findings.rows_to_check.match import Match, few
from stockward.terms.verdicts import Slip

_BY_CHANCE = 0.05
_SPAN = 0.5
_WIDENED = 1.5
_DECIMALS = 6


def miscopied(place: int, claim: Claim, periods: Sequence[ClosedPeriod], rows: EnteredRows) -> list[Match]:
    """Movements of a period that differs by about all of a claim, and counts at the ends of the record."""
    near = [
        row
        for period in periods[places_between(periods, claim.start, claim.end)]
        if about_all(claim.amount, period.difference)
        for row in rows.between(period.start, period.end)
    ]
    first, last = periods[0], periods[-1]
    near += [
        row
        for row in rows.counted
        for at, period in ((first.start, first), (last.end, last))
        if row.at == at and about_all(claim.amount, period.difference)
    ]
    # What is counted at the first inventory should be there at the second.
    return _named(near, (place,), claim, lambda row: -1.0 if row.table == "counts" and row.at == first.start else 1.0)


def miscounted_digits(pair: Cancelled, claims: Sequence[Claim], counted: Sequence[EnteredRow]) -> list[Match]:
    """Counts of an inventory around which two claims cancel."""
    own = [row for row in counted if row.inventory in pair.inventories]
    first, second = (claims[place] for place in pair.places)
    return [
        match
        for match in _named(own, pair.places, first, lambda row: 1.0)
        if second.allows(-match.explains if first.amount > 0 else match.explains)
    ]


def _named(
    rows: Sequence[EnteredRow], places: tuple[int, ...], claim: Claim, way: Callable[[EnteredRow], float]
) -> list[Match]:
    """The rows that a claim allows to be misread, where chance would hardly bring about as many."""
    misread = [
        (row, meant, way(row) * row.value / row.entered * (row.entered - float(meant)))
        for row in rows
        for meant in ways_to_misread(f"{row.entered:.{_DECIMALS}f}")
    ]
    near = [one for one in misread if abs(one[2] - claim.amount) <= _SPAN * abs(claim.amount)]
    if not near:
        return []
    step = min(abs(row.value / row.entered) * 10.0 ** -_places(row.entered) for row, _, _ in near)
    width = max(_WIDENED * (claim.high - claim.low), step)
    expected = len(near) * min(width / (2.0 * _SPAN * abs(claim.amount)), 1.0)
    if expected > _BY_CHANCE * max(len(rows), 1) or expected > _BY_CHANCE:
        return []
    return few(_of_rows(near, places, claim, expected))


def _of_rows(
    near: Sequence[tuple[EnteredRow, str, float]], places: tuple[int, ...], claim: Claim, expected: float
) -> Iterator[Match]:
    """Each row once, by the way that comes nearest to what is claimed."""
    allowed = [one for one in near if claim.allows(one[2])]
    for row in dict.fromkeys(row for row, _, _ in allowed):
        _, meant, excess = min((one for one in allowed if one[0] is row), key=lambda one: abs(one[2] - claim.amount))
        yield Match(row, Slip.WRONG_DIGITS, places, abs(excess), meant=meant, expected=expected)


def _places(value: float) -> int:
    return len(f"{value:.{_DECIMALS}f}".rstrip("0").partition(".")[2])


@lru_cache(20_000)
def ways_to_misread(written: str) -> tuple[str, ...]:
    """What may have been meant by a number, without such as have its decimal point elsewhere."""
    whole, _, fraction = written.rstrip("0").rstrip(".").partition(".")
    digits, found = whole + fraction, set()
    for place, digit in enumerate(digits):
        doubled = digits[: place + 1] + digit + digits[place + 1 :]
        found.add((doubled, len(whole) + (place < len(whole))))
        if digits[place : place + 2] == 2 * digit:
            found.add((digits[:place] + digits[place + 1 :], len(whole) - (place < len(whole))))
        elif place + 1 < len(digits):
            found.add((digits[:place] + digits[place + 1] + digit + digits[place + 2 :], len(whole)))
    numbers = (f"{number[:point] or '0'}.{number[point:]}".rstrip(".") for number, point in found)
    same = digits.strip("0")
    return tuple(sorted(one for one in numbers if one.replace(".", "").strip("0") != same and float(one) > 0))
