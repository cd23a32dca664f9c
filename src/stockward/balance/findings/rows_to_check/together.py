"""Rows that would explain a claim together, if all of them were wrong in the same way: to be checked first.

Many rows say nothing each, and much where exactly all that are alike add up to what is claimed. So a claim may be
explained

- *by what was used*: where bulk was used in the days of a claim, nothing was made in the area that holds it, and the
  claim allows all of it: the books hold it there still, and it may have been consumed, or have left. One row is enough.
- *as repeats*: where rows repeat earlier ones of the same moment, kind, quantity and document, and the claim allows
  all.
- *by their unit*: where rows were entered in one unit, not that of the material, and the claim allows all that another
  unit of mass would change: ``gr`` is a grain, and many write it for a gram.
- *by their year*: where rows a season or more outside the record would lie within the days of a claim in another year,
  and the claim allows all of them.
- *by their direction*: where all transfers between two areas, of the days of what one lacks and the other has more of,
  went to the one that lacks, with half of the amount.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from stockward.balance.findings.claims import Claim
from stockward.balance.findings.entered_rows import EnteredRow, EnteredRows
from stockward.balance.findings.periods import ClosedPeriod
from stockward.balance.findings.rows_to_check.match import Match
from stockward.terms.periods import SEASON_DAYS
from stockward.terms.units import MASS, factor
from stockward.terms.verdicts import Slip

DAY, SEASON, YEAR = timedelta(days=1), timedelta(days=SEASON_DAYS), timedelta(days=365)


def rows_together(place: int, claim: Claim, periods: Sequence[ClosedPeriod], rows: EnteredRows) -> Iterator[Match]:
    """Several rows that would explain a claim of one series together."""
    yield from _used_up(place, claim, rows)
    yield from _repeats(place, claim, rows)
    yield from _in_another_unit(place, claim, rows)
    yield from _of_another_year(place, claim, periods, rows.moved)


def _all_of(
    rows: Sequence[EnteredRow], slip: Slip, places: tuple[int, ...], explains: float, meant: str | None = None
) -> Match:
    first, *others = sorted(rows, key=lambda row: row.row)
    return Match(first, slip, places, abs(explains), meant=meant, others=tuple(row.row for row in others))


def _used_up(place: int, claim: Claim, rows: EnteredRows) -> Iterator[Match]:
    """What was used where nothing was made of it: the books have it there still."""
    used = [row for row in rows.converted if claim.start < row.at <= claim.end]
    amount = -sum(row.value for row in used)
    if used and all(row.value < 0.0 for row in used) and claim.allows(amount):
        yield _all_of(used, Slip.USED_UP, (place,), amount)


def _repeats(place: int, claim: Claim, rows: EnteredRows) -> Iterator[Match]:
    """Movements that stand in the books twice, with their moment and document."""
    seen, again = set(), []
    for row in rows.between(claim.start, claim.end):
        what = (row.at, row.kind, row.value, row.document)
        if what in seen:
            again.append(row)
        seen.add(what)
    amount = sum(row.value for row in again)
    if len(again) > 1 and claim.allows(amount):
        yield _all_of(again, Slip.TWICE, (place,), amount)


def _in_another_unit(place: int, claim: Claim, rows: EnteredRows) -> Iterator[Match]:
    """Movements, and the counts around them, of one unit where another may have been meant."""
    moved = rows.between(claim.start, claim.end)
    entered = {row.entered_unit for row in moved if row.entered_unit != row.unit}
    for unit in sorted(entered & {*MASS}):
        own = [row for row in moved if row.entered_unit == unit]
        counted = [(row, claim.end == row.at) for row in rows.counted if row.entered_unit == unit]
        around = [(row, ends) for row, ends in counted if ends or row.at == claim.start]
        value = sum(row.value for row in own) + sum(row.value if ends else -row.value for row, ends in around)
        ways = ((meant, value * (1.0 - (factor(meant, unit) or 1.0))) for meant in MASS if meant != unit)
        fits = next(((meant, excess) for meant, excess in ways if claim.allows(excess)), None)
        if len(own) > 1 and fits is not None:
            yield _all_of(own, Slip.WRONG_UNIT, (place,), fits[1], meant=fits[0])


def _of_another_year(
    place: int, claim: Claim, periods: Sequence[ClosedPeriod], moved: Sequence[EnteredRow]
) -> Iterator[Match]:
    """Movements outside the record that were meant for the days of a claim in another year."""
    for years in (1, -1):
        outside = [row for row in outside_of(periods, moved) if in_days_of(claim, row.at + years * YEAR)]
        amount = -sum(row.value for row in outside)
        if len(outside) > 1 and claim.allows(amount):
            yield _all_of(outside, Slip.WRONG_YEAR, (place,), amount)


def outside_of(periods: Sequence[ClosedPeriod], moved: Iterable[EnteredRow]) -> Iterator[EnteredRow]:
    """Movements a season or more before the first inventory, or after the last."""
    first, last = periods[0].start - SEASON, periods[-1].end + SEASON
    return (row for row in moved if row.at < first or row.at > last)


def in_days_of(claim: Claim, at: datetime) -> bool:
    """Whether it lies in the days of a claim; a year may have a day more."""
    return claim.start - DAY < at <= claim.end + DAY


def sent_the_other_way(
    between: Sequence[EnteredRow], places: tuple[int, ...], allows: Callable[[float], bool], *, whole: bool
) -> Iterator[Match]:
    """All transfers between two areas to the one that lacks, where half of what it lacks went so."""
    amount = 2.0 * sum(row.value for row in between)
    if len(between) > 1 and allows(amount):
        yield _all_of(between, Slip.WRONG_WAY, places, amount)._replace(whole=whole)
