"""The differences of each series with all that their errors are made of, those that several series share in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import polars as pl

from stockward.answers.balances import Balances
from stockward.balance.series_periods import unsettled
from stockward.balance.sigma.freedom import within_periods
from stockward.stats.arrays import Array, Flags
from stockward.stats.scatter import ScatterSample
from stockward.terms.verdicts import PeriodStatus

_CANCELLED = 1e-12
_CALIBRATED = ("relative", "absolute")
_SIGN = pl.col("coefficient").sign()


def scatter_samples(balances: Balances, kept: Mapping[int, Flags]) -> list[ScatterSample]:
    """A sample of each of these series of areas: of those of its closed periods that are ``kept``, in order of time."""
    if not kept:
        return []
    errors = _errors(balances, list(kept))
    of_series = {int(key[0]): rows for key, rows in errors.partition_by("series", as_dict=True).items()}
    closed = balances.periods.filter(pl.col("status") == PeriodStatus.CLOSED.value)
    differences = {
        int(key[0]): rows.select(unsettled()).to_series().to_numpy()
        for key, rows in closed.partition_by("series", as_dict=True, maintain_order=True).items()
    }
    return [
        replace(
            _sample(differences[series], balances.covariances[series], of_series.get(series, errors.clear()), periods),
            estimated=_estimated(balances, series, periods),
        )
        for series, periods in kept.items()
    ]


def _estimated(balances: Balances, series: int, kept: Flags) -> dict[str, tuple[float, Array]]:
    """The errors that were estimated: one σ stands for all calibrations of a method, in every series."""
    own = within_periods(balances.estimated[series], kept) if balances.estimated else None
    if own is None:
        return {}
    names = [f"{method}|{kind}" for method, kind in zip(own.methods, own.kinds, strict=True)]
    return dict(zip(names, zip(own.freedom.tolist(), own.parts, strict=True), strict=True))


def _sample(differences: Array, covariance: Array, errors: pl.DataFrame, kept: Flags) -> ScatterSample:
    systematic, _ = _matrix(errors.filter("systematic"), len(differences))
    shared, columns = _matrix(errors.filter("several"), len(differences))
    return ScatterSample(
        differences=differences[kept],
        covariance=covariance[np.ix_(kept, kept)],
        systematic=systematic[kept],
        shared=shared[kept],
        columns=columns,
    )


def _matrix(errors: pl.DataFrame, periods: int) -> tuple[Array, np.ndarray]:
    """The signed σ of each error in each period, and the numbers of the errors."""
    columns, place = np.unique(errors["error"].to_numpy().astype(np.int64), return_inverse=True)
    matrix = np.zeros((periods, len(columns)))
    matrix[errors["period"].to_numpy().astype(np.int64), place] = errors["sigma"].to_numpy()
    return matrix, columns


def _errors(balances: Balances, series: list[int]) -> pl.DataFrame:
    """Every error that several terms have in common: ``series``, ``period``, ``error`` (number), ``sigma`` with its
    sign, whether it is ``systematic``, and whether ``several`` series share it.
    """
    terms = balances.terms.filter(pl.col("series").is_in(series))
    passed = balances.passed.filter(pl.col("series").is_in(series))
    holding = balances.series["substance"].gather(terms["series"])
    tables = [*_systematic(terms, holding), *_readings(terms, holding), _transfers(passed)]
    found = pl.concat([one.select("series", "period", "key", "sigma", "systematic") for one in tables])
    found = found.group_by("series", "period", "key", "systematic", maintain_order=True).agg(
        pl.col("sigma").sum(), size=pl.col("sigma").abs().sum()
    )
    found = found.filter(pl.col("sigma").abs() > _CANCELLED * pl.col("size"))
    return found.with_columns(
        error=pl.col("key").rank("dense").cast(pl.Int64) - 1, several=pl.col("series").n_unique().over("key") > 1
    )


def _systematic(terms: pl.DataFrame, holding: pl.Series) -> list[pl.DataFrame]:
    """Errors of a method between two calibrations, of the content of a material, and of a normal loss."""
    lost = pl.col("part") == "normal_loss"
    tables = []
    for kind in _CALIBRATED:
        key = pl.concat_str(
            pl.when(lost).then(pl.format("loss {}", "series")).otherwise(pl.lit("method")), pl.lit(kind),
            pl.col("calibration"), pl.col("method"), separator="|", ignore_nulls=True,
        )  # fmt: skip
        tables.append(terms.with_columns(key=key, sigma=pl.col(kind), systematic=pl.lit(True)))
    key = pl.concat_str(pl.lit("content"), pl.lit(holding), "material", separator="|", ignore_nulls=True)
    tables.append(terms.with_columns(key=key, sigma=pl.col("content"), systematic=pl.lit(True)))
    return [one.filter(pl.col("sigma") != 0) for one in tables]


def _readings(terms: pl.DataFrame, holding: pl.Series) -> list[pl.DataFrame]:
    """Random errors of the readings that several rows repeat."""
    terms = terms.with_columns(holding=holding).filter(pl.col("reading").is_not_null())
    tables = []
    for kind in ("relative", "absolute", "content"):
        of_content = [pl.col("holding"), pl.col("material")] if kind == "content" else []
        key = pl.concat_str(pl.lit(f"reading {kind}"), pl.col("reading"), *of_content, separator="|", ignore_nulls=True)
        sigma = _SIGN * pl.col(f"random_{kind}").sqrt()
        tables.append(terms.with_columns(key=key, sigma=sigma, systematic=pl.lit(False)).filter(sigma != 0))
    return tables


def _transfers(passed: pl.DataFrame) -> pl.DataFrame:
    """Random errors of what passed between two areas; weighings between the same two periods count as one."""
    ends = (
        passed.sort("cell", "series", "period")
        .group_by("cell", maintain_order=True)
        .agg(key=pl.format("passed {}|{}", "series", "period").str.join("|"), ends=pl.len())
    )
    of_cells = passed.join(ends.filter(pl.col("ends") == 2), on="cell", maintain_order="left")
    sums = of_cells.group_by("series", "period", "key", maintain_order=True).agg(
        sigma=pl.col("sigma").first().sign() * (pl.col("sigma") ** 2).sum().sqrt()
    )
    return sums.with_columns(systematic=pl.lit(False))
