"""Where no error of measuring is stated: the differences by size, and the error it would take to explain them.

What if every weighing had one relative random error e, and nothing systematic? Then Σ is ``e² R``, R as the books give
it, and the e is known at which the test in force just ceases to alarm [``stats.break_even``]. It is no verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from stockward.answers.balances import Balances
from stockward.answers.losses import SeriesVerdict
from stockward.answers.unstated import Ranked, UnstatedPeriod, UnstatedSeries
from stockward.balance.closing import close_balances
from stockward.balance.series_periods import SeriesPeriods
from stockward.balance.sigma.freedom import within_periods
from stockward.balance.testing import calibrated_tests, left_without_error
from stockward.book.checks.refused.stated_errors import known_errors
from stockward.book.known import KnownBooks
from stockward.stats.arrays import Array
from stockward.stats.break_even import error_needed
from stockward.stats.loss_tests import CalibratedTests
from stockward.stats.scanning.planned import rolling_year
from stockward.terms.periods import MICROSECONDS_A_DAY
from stockward.terms.units import dimension, factor
from stockward.terms.verdicts import PeriodStatus, Verdict

_ASSUMED = 0.01
"""The error with which R is found; any would do."""


def errors_needed(
    books: KnownBooks, balances: Balances, verdicts: Sequence[SeriesVerdict], *, false_alarm: float, seed: int
) -> tuple[UnstatedSeries, ...]:
    """Every series that is not tested because σ is unknown, in order; a period that a row at fault touches is left out.

    The share of the false-alarm probability is what each series would have if all could be tested.
    """
    periods = balances.periods.filter(_unstated())
    asked = [number for number in periods["series"].unique().sort() if verdicts[number].verdict is Verdict.NOT_TESTED]
    if not asked:
        return ()
    assumed, fixed = (_only_of(_with_error(books, error), balances) for error in (_ASSUMED, 0.0))
    tests = calibrated_tests(assumed, false_alarm=false_alarm, seed=seed, only=asked)
    found = []
    for number in asked:
        own = periods.filter(pl.col("series") == number)
        tested, test = tests[number]
        found.append(_series(number, own, tested, test, fixed.covariances[number]))
    return _ranked(found, balances.series)


def _unstated() -> pl.Expr:
    """Periods that are not tested for no other reason than an unknown σ: their difference is known."""
    return (pl.col("status") == PeriodStatus.NOT_TESTED.value) & pl.col("difference").is_not_null()


def _with_error(books: KnownBooks, error: float) -> Balances:
    """The balances if every weighing had this relative random error: every bulk row, and items of unknown error."""
    name = "assumed"
    while name in books["methods"]["method"].to_list():
        name += "'"
    added = pl.DataFrame({"method": [name], "random_rel": [error], "row": [0]})
    methods = pl.concat([books["methods"], added.cast({"row": books["methods"].schema["row"]})], how="diagonal")
    keys = pl.Enum(methods["method"].sort())
    bulk = books["materials"].filter(pl.col("kind") == "bulk")["material"]
    unknown = known_errors(books["methods"]).filter(~pl.col("items"))["method"]
    weighed = pl.col("material").cast(pl.String).is_in(bulk.implode()) | pl.col("method").cast(pl.String).is_in(
        unknown.implode()
    ).fill_null(False)
    given = pl.when(weighed).then(pl.lit(name)).otherwise(pl.col("method").cast(pl.String)).cast(keys).alias("method")
    tables = {table: getattr(books, table).with_columns(given) for table in ("movements", "counts")}
    return close_balances(replace(books, methods=methods, **tables))


def _only_of(assumed: Balances, balances: Balances) -> Balances:
    """Of the balances with an assumed error, the periods whose difference is known without it."""
    keys = ["id", "inventory"]
    known, now = (
        one.periods.with_columns(id=one.series["id"].gather(one.periods["series"])) for one in (balances, assumed)
    )
    known = known.filter(pl.col("difference").is_not_null()).select(*keys, known=pl.lit(True))
    kept = now.join(known, on=keys, how="left", maintain_order="left")["known"].fill_null(False)
    closed = now["status"] == PeriodStatus.CLOSED.value
    if kept.filter(closed).all():
        return assumed
    covariances, estimated = [], []
    for number, covariance in enumerate(assumed.covariances):
        own = kept.filter(closed & (now["series"] == number)).to_numpy()
        covariances.append(covariance[np.ix_(own, own)])
        if assumed.estimated:
            estimated.append(within_periods(assumed.estimated[number], own))
    status = pl.when(pl.Series(kept)).then("status").otherwise(pl.lit(PeriodStatus.NOT_TESTED.value)).alias("status")
    return replace(
        assumed,
        periods=assumed.periods.with_columns(status),
        covariances=tuple(covariances),
        estimated=tuple(estimated),
    )


def _series(
    number: int, table: pl.DataFrame, periods: SeriesPeriods, test: CalibratedTests | None, fixed: Array
) -> UnstatedSeries:
    """One series, its ranks still to be found; what decides is all of it where no test can tell."""
    rows = table.rows(named=True)
    days = table.select(pl.col("start", "end").to_physical() / MICROSECONDS_A_DAY)
    year = rows[rolling_year(days["start"].to_numpy(), days["end"].to_numpy())]
    error, first, last = _needed(periods, test, fixed)
    names = [row["inventory"] for row in rows]
    run = rows[names.index(first) : names.index(last) + 1] if first in names and last in names else rows
    return UnstatedSeries(
        series=number,
        periods=tuple(
            UnstatedPeriod(inventory=row["inventory"], start=row["start"], end=row["end"], ranked=_unranked([row]))
            for row in rows
        ),
        year=_unranked(year),
        error=error,
        difference=sum(row["difference"] for row in run),
        start=run[0]["start"],
        end=run[-1]["end"],
        first_inventory=run[0]["inventory"],
        last_inventory=run[-1]["inventory"],
    )


def _needed(
    periods: SeriesPeriods, test: CalibratedTests | None, fixed: Array
) -> tuple[float | None, str | None, str | None]:
    """The error it would take, and the inventories of the periods that decide; none where no error explains it all."""
    if test is None:
        return None, None, None
    differences = periods.tested
    if periods.discrepant.any() or any(left_without_error(periods, test, differences)):
        return None, None, None
    tested = periods.uncertain[periods.closed]
    error, decisive = error_needed(test, differences, fixed=fixed[np.ix_(tested, tested)], assumed=_ASSUMED)
    first, last = (periods.inventory[periods.places[place]] for place in (decisive.first, decisive.last))
    return error, first, last


def _unranked(rows: Sequence[dict[str, float]]) -> Ranked:
    difference, through = (sum(row[name] for row in rows) for name in ("difference", "throughput"))
    share = abs(difference) / through if through else None
    return Ranked(difference=difference, throughput=through, share=share, rank=0, rank_by_share=0)


def _ranked(found: Sequence[UnstatedSeries], series: pl.DataFrame) -> tuple[UnstatedSeries, ...]:
    """The same with the places of all periods, and of all years, by size and by share."""
    kinds = [_kind(*series.select("scope", "unit").row(one.series)) for one in found]
    years = _places([(kind, one.year) for kind, one in zip(kinds, found, strict=True)])
    periods = iter(
        _places([(kind, part.ranked) for kind, one in zip(kinds, found, strict=True) for part in one.periods])
    )
    return tuple(
        replace(one, year=year, periods=tuple(replace(part, ranked=next(periods)) for part in one.periods))
        for one, year in zip(found, years, strict=True)
    )


_Kind = tuple[str, str, float]


def _kind(scope: str, unit: str) -> _Kind:
    """What differences are compared with each other: their scope and their measure, and how much of it one unit is."""
    base = "kg" if dimension(unit) == "mass" else unit
    return scope, base, factor(unit, base) or 1.0


def _places(entries: Sequence[tuple[_Kind, Ranked]]) -> list[Ranked]:
    """Each with its places among those of one kind; equal ones share the better place."""
    table = pl.DataFrame(
        {
            "scope": [scope for (scope, _, _), _ in entries],
            "base": [base for (_, base, _), _ in entries],
            "size": [scale * abs(one.difference) for (_, _, scale), one in entries],
            "share": [one.share or 0.0 for _, one in entries],
        },
        schema={"scope": pl.String, "base": pl.String, "size": pl.Float64, "share": pl.Float64},
    )
    place = pl.col("size", "share").rank("min", descending=True).over("scope", "base")
    ranks = table.select(place).rows()
    return [
        replace(one, rank=size, rank_by_share=share) for (_, one), (size, share) in zip(entries, ranks, strict=True)
    ]
