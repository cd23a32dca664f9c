"""Pairs of measurements of one thing: whether two differ for good, and whether their stated errors explain it.

A shipper and a receiver, or two scales, seldom agree. The mean difference is tested by itself, from the scatter of the
differences; where the errors of both are stated, a difference that their systematic errors explain is told, and is no
finding [US AEC Regulatory Guide 5.28]. No pair enters a balance.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from stockward.answers.measuring.records import MeasuredError, PairedMethods, StatedDifference
from stockward.balance.measuring.standards import beside
from stockward.balance.sigma.at_loads import LoadErrors, errors_at
from stockward.balance.sigma.terms import calibrations_of
from stockward.book.known import KnownBooks
from stockward.stats.arrays import Array, Index
from stockward.stats.measuring.components import Estimate
from stockward.stats.measuring.pairs import MeanDifference, StatedErrors, explained, mean_difference, together
from stockward.terms.measuring import INTERVAL, LEAST_PAIRS, PairsVerdict
from stockward.terms.units import dimension, factor

_GROUP = ("partner", "first_method", "second_method", "dimension")


def standing_pairs(books: KnownBooks) -> pl.DataFrame:
    """The pairs of things whose movement was not reversed, with the ``own`` unit of each and its ``dimension``."""
    cancelled = books.reversed["movement"].implode()
    units = books["materials"].select("material", own="unit")
    rows = books.pairs.filter(~pl.col("movement").is_in(cancelled).fill_null(False))
    rows = rows.join(units, on="material", how="left", maintain_order="left")
    kinds = {unit: dimension(unit) for unit in units["own"].unique()}
    return rows.with_columns(dimension=pl.col("own").replace_strict(kinds, return_dtype=pl.String))


def in_one_unit(rows: pl.DataFrame) -> tuple[pl.DataFrame, str]:
    """Rows of one dimension in the unit of the first material by key, and that unit."""
    unit = str(rows.sort("material")["own"][0])
    factors = {own: factor(own, unit) for own in rows["own"].unique()}
    scale = pl.col("own").replace_strict(factors, return_dtype=pl.Float64)
    return rows.with_columns(pl.col("first", "second") * scale), unit


def compared_pairs(books: KnownBooks, *, false_alarm: float) -> tuple[PairedMethods, ...]:
    """Every partner and two methods with their differences, in order of partner and methods.

    ``false_alarm`` is the probability that any of them is falsely called a bias in one review; each that is tested has
    an equal share of it.
    """
    if books.pairs.is_empty():
        return ()
    rows = standing_pairs(books)
    groups = [own for _, own in rows.sort(*_GROUP, "at", "pair").group_by(*_GROUP, maintain_order=True)]
    tested = sum(own.height >= LEAST_PAIRS for own in groups)
    calibrated = _Calibrations.of(books)
    return tuple(_compared(books, own, false_alarm / max(tested, 1), calibrated) for own in groups)


@dataclass(frozen=True, slots=True)
class _Calibrations:
    """Moments of the calibrations of each method, microseconds."""

    moments: dict[str, Index]

    @classmethod
    def of(cls, books: KnownBooks) -> _Calibrations:
        methods = books["methods"]["method"].sort().to_list()
        owner, moment = calibrations_of(books, methods)
        return cls({method: np.sort(moment[owner == code]) for code, method in enumerate(methods)})

    def numbers(self, method: str, at: Array) -> Index:
        """The calibration that holds at each moment; one at that moment is new."""
        return np.searchsorted(self.moments[method], at, side="right")


def _compared(books: KnownBooks, rows: pl.DataFrame, share: float, calibrated: _Calibrations) -> PairedMethods:
    rows, unit = in_one_unit(rows)
    first, second = (rows[name].to_numpy() for name in ("first", "second"))
    differences = first - second
    count = len(differences)
    tested = mean_difference(differences, confidence=INTERVAL) if count >= LEAST_PAIRS else None
    stated = _stated(books, rows, unit, calibrated, differences) if tested is not None else None
    return PairedMethods(
        partner=rows["partner"][0],
        first_method=rows["first_method"][0],
        second_method=rows["second_method"][0],
        materials=tuple(rows["material"].unique().sort()),
        unit=unit,
        pairs=count,
        first_at=rows["at"].min(),  # type: ignore[arg-type]
        last_at=rows["at"].max(),  # type: ignore[arg-type]
        first=float(first.sum()),
        second=float(second.sum()),
        difference=float(differences.sum()),
        mean=float(differences.mean()),
        mean_low=None if tested is None else tested.low,
        mean_high=None if tested is None else tested.high,
        low=None if tested is None else tested.low * count,
        high=None if tested is None else tested.high * count,
        p_value=None if tested is None else tested.p_value,
        share=None if tested is None else share,
        scatter=None
        if tested is None
        else MeasuredError(sigma=float(differences.std(ddof=1)), freedom=float(count - 1)),
        stated=stated,
        verdict=_verdict(tested, stated, share),
    )


def _verdict(tested: MeanDifference | None, stated: StatedDifference | None, share: float) -> PairsVerdict:
    if tested is None:
        return PairsVerdict.NOT_TESTED
    if tested.p_value > share:
        return PairsVerdict.NO_BIAS
    if stated is not None and stated.p_value > share:
        return PairsVerdict.WITHIN_ERRORS
    return PairsVerdict.BIAS


def _stated(
    books: KnownBooks, rows: pl.DataFrame, unit: str, calibrated: _Calibrations, differences: Array
) -> StatedDifference | None:
    """What the stated errors of both methods say of these differences."""
    sides = list(_sides(books, rows, unit, calibrated))
    if len(sides) < 2:
        return None
    parts, freedom = zip(*(pair for side in sides for pair in side.parts), strict=True)
    variance, scatter = [one.of_sum for one in parts], [one.scatter for one in parts]
    if not sum(variance) > 0 or not sum(scatter) > 0:
        return None
    expected, own = sum(scatter), together(parts)
    doubt = sum((part / expected) ** 2 / of for part, of in zip(scatter, freedom, strict=True))
    observed = Estimate(float(differences.var(ddof=1)), own.freedom_of_scatter)
    return StatedDifference(
        sigma=sum(variance) ** 0.5,
        p_value=explained(float(differences.sum()), variance, freedom),
        scatter=beside(observed, expected, 1 / doubt if doubt > 0 else np.inf),
    )


@dataclass(frozen=True, slots=True)
class _Side:
    """The errors of one of the two at every pair, and those that pairs share: columns of relative and absolute ones."""

    errors: LoadErrors
    shared: Array

    @property
    def parts(self) -> Iterator[tuple[StatedErrors, float]]:
        """Its random and its systematic part, each with its degrees of freedom."""
        count = len(self.errors.random)
        yield StatedErrors(self.errors.random**2, np.zeros((count, 0))), self.errors.random_freedom
        yield StatedErrors(np.zeros(count), self.shared), self.errors.systematic_freedom


def _sides(books: KnownBooks, rows: pl.DataFrame, unit: str, calibrated: _Calibrations) -> Iterator[_Side]:
    at = rows["at"].to_physical().to_numpy()
    for name in ("first", "second"):
        method = rows[f"{name}_method"][0]
        errors = None if method is None else errors_at(books.methods, method, rows[name].to_numpy(), unit)
        if errors is not None:
            number = calibrated.numbers(method, at)
            columns = (number[:, None] == np.unique(number)).astype(float)
            yield _Side(errors, np.hstack([columns * one[:, None] for one in (errors.relative, errors.absolute)]))
