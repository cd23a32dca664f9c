"""Errors of the methods from their readings of standards: what the table ``checks`` says of each, and who takes it.

A method that states no error takes those that its readings show, where these are enough [``terms.measuring``]; one that
states any keeps them. Sessions between the same two calibrations share one systematic error, so that they are one
adjustment, seen several times.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import polars as pl

from stockward.book.checks.refused.stated_errors import states_an_error
from stockward.stats.arrays import Array, Index
from stockward.stats.measuring.components import Estimate
from stockward.stats.measuring.sessions import (
    SystematicPart,
    about_zero,
    is_relative,
    systematic_part,
    within_sessions,
)
from stockward.terms.measuring import LEAST_ADJUSTMENTS, LEAST_FREEDOM, ChecksUse
from stockward.terms.periods import MICROSECONDS_A_DAY
from stockward.terms.units import factor

_WIDE = 2.0
"""Standards that differ by this factor tell whether errors grow with what is read."""

_ABSOLUTE = ("random_abs", "systematic_abs", "division", "max")
"""A method that gives any of these has absolute errors, where its standards are too much alike to tell."""

_ROOT_12 = np.sqrt(12.0)
_ROUNDED = 1e-12


@dataclass(frozen=True, slots=True)
class Session:
    """Readings of one session: ``standard`` and ``error`` (reading less standard), unit of the method, shape (n,)."""

    standard: Array
    error: Array
    as_found: bool
    adjustment: int


@dataclass(frozen=True, slots=True)
class MethodRecord:
    """What the readings of standards say of one method.

    ``random`` and ``systematic`` are variances of errors that are shares of what is read where ``relative``, and else
    in ``unit`` (``None``: the material's); ``None`` where nothing shows them. ``displayed`` says that the random error
    is smaller than that of rounding to the division, which then stands for it, and is added to the other. ``use`` says
    whether the method takes them.
    """

    method: str
    unit: str | None
    sessions: tuple[Session, ...]
    relative: bool
    random: Estimate | None
    systematic: SystematicPart | None
    displayed: bool
    use: ChecksUse

    @property
    def readings(self) -> int:
        """Readings of all sessions."""
        return sum(len(one.error) for one in self.sessions)

    @property
    def as_found(self) -> tuple[Session, ...]:
        """Sessions before which nothing was adjusted."""
        return tuple(one for one in self.sessions if one.as_found)

    @property
    def adjustments(self) -> int:
        """Adjustments that were seen as found."""
        return len({one.adjustment for one in self.as_found})

    @property
    def standards(self) -> tuple[float, float]:
        """The smallest and the largest standard, in the unit of the method."""
        every = np.concatenate([one.standard for one in self.sessions])
        return float(every.min()), float(every.max())


def records_of_methods(
    methods: pl.DataFrame, checks: pl.DataFrame, calibrations: pl.DataFrame, timezone: str, lost: Iterable[str] = ()
) -> Mapping[str, MethodRecord]:
    """What the checks say of each method that has any, by its key, in order of the keys.

    ``lost`` are methods of which a calibration was set aside: without another on record nobody can say which sessions
    it parts, and all pass for one adjustment.
    """
    if checks.is_empty():
        return {}
    day = pl.col("at").dt.convert_time_zone(timezone).dt.date().cast(pl.String)
    rows = checks.with_columns(
        moment=pl.col("at").to_physical(),
        left=pl.col("state").eq_missing(pl.lit("as_left")),
        part=pl.coalesce(pl.format("session {}", "session"), day),
    ).sort("method", "moment", "part", "left", "standard", "reading")
    stated = {row["method"]: row for row in methods.with_columns(states=states_an_error()).iter_rows(named=True)}
    known, found = frozenset(lost), {}
    for (method,), own in rows.partition_by("method", as_dict=True, maintain_order=True).items():
        if method in stated:
            moments = calibrations.filter(pl.col("method") == method)["at"].to_physical().sort().to_numpy()
            adjusted = _Adjusted(moments, stated[method]["calibration_days"], method in known)
            found[str(method)] = _record(stated[method], own, adjusted)
    return found


@dataclass(frozen=True, slots=True)
class _Adjusted:
    """When a method was adjusted: at these moments, or every so many days; ``lost`` where nobody can say."""

    moments: Index
    days: float | None
    lost: bool

    def numbers(self, at: Index) -> Index:
        """The adjustment that each moment found: one at the moment of a calibration found that before it."""
        if len(self.moments):
            return np.searchsorted(self.moments, at, side="left")
        if self.lost:
            return np.zeros(len(at), np.int64)
        if self.days:
            return np.asarray((at - at.min()) // int(self.days * MICROSECONDS_A_DAY))
        return np.arange(len(at))


def _record(method: Mapping[str, Any], rows: pl.DataFrame, adjusted: _Adjusted) -> MethodRecord:
    sessions = _sessions(rows, method["unit"], adjusted)
    standard, error = (np.concatenate([getattr(one, name) for one in sessions]) for name in ("standard", "error"))
    wide = standard.max() >= _WIDE * standard.min()
    relative = is_relative(standard, error) if wide else all(method[name] is None for name in _ABSOLUTE)
    scaled = [one.error / one.standard if relative else one.error for one in sessions]
    repeated = any(len(one) > 1 for one in scaled)
    random = within_sessions(scaled) if repeated else None
    as_found = [one for one, own in zip(scaled, sessions, strict=True) if own.as_found]
    adjustments = len({own.adjustment for own in sessions if own.as_found})
    shared = systematic_part(about_zero(as_found, random, adjustments)) if as_found and random is not None else None
    step = (method["division"] or 0.0) / _ROOT_12 / (float(np.median(standard)) if relative else 1.0)
    displayed = random is not None and step > 0 and random.variance < step**2
    if displayed and shared is not None:
        # What rounding hides of the readings it hides of their mean.
        whole = Estimate(shared.estimate.variance + step**2, shared.estimate.freedom)
        shared = SystematicPart(whole, shared.corrected)
    rounded = _ROUNDED * (1.0 if relative else float(standard.max()))
    scatters = displayed or (random is not None and random.variance > rounded**2)
    return MethodRecord(
        method=method["method"],
        unit=method["unit"],
        sessions=sessions,
        relative=bool(relative),
        random=random,
        systematic=shared,
        displayed=bool(displayed),
        use=_use(bool(method["states"]), random, shared, adjustments, scatters),
    )


def _use(
    stated: bool, random: Estimate | None, systematic: SystematicPart | None, adjustments: int, scatters: bool
) -> ChecksUse:
    if stated:
        return ChecksUse.STATED
    if random is None or systematic is None or random.freedom < LEAST_FREEDOM or adjustments < LEAST_ADJUSTMENTS:
        return ChecksUse.TOO_FEW
    return ChecksUse.TAKEN if scatters else ChecksUse.NO_SCATTER


def _sessions(rows: pl.DataFrame, unit: str | None, adjusted: _Adjusted) -> tuple[Session, ...]:
    """The sessions in order of time; what was read after an adjustment is one of its own."""
    scale = pl.Series([factor(own, unit) or 1.0 if own and unit else 1.0 for own in rows["unit"]], dtype=pl.Float64)
    figures = rows.select("part", "left", "moment", pl.col("standard", "reading") * scale).sort(
        "part", "left", "moment"
    )
    parts = [list(own) for _, own in groupby(figures.rows(named=True), key=lambda row: (row["part"], row["left"]))]
    parts.sort(key=lambda own: (own[0]["moment"], own[0]["left"], own[0]["part"]))
    numbers = adjusted.numbers(np.array([own[0]["moment"] for own in parts], dtype=np.int64))
    return tuple(
        Session(
            standard=np.array([row["standard"] for row in own]),
            error=np.array([row["reading"] - row["standard"] for row in own]),
            as_found=not own[0]["left"],
            adjustment=int(number),
        )
        for own, number in zip(parts, numbers, strict=True)
    )


def with_measured_errors(methods: pl.DataFrame, records: Mapping[str, MethodRecord]) -> pl.DataFrame:
    """The methods, those that take their errors from readings of standards with these in place of the blank ones."""
    given = [_given(one) for one in records.values() if one.use is ChecksUse.TAKEN]
    if not given:
        return methods
    names = [name for name in given[0] if name != "method"]
    found = pl.DataFrame(given, schema=pl.Schema({name: methods.schema[name] for name in ("method", *names)}))
    joined = methods.join(found, on="method", how="left", suffix="_measured", maintain_order="left")
    return joined.with_columns(pl.coalesce(f"{name}_measured", name).alias(name) for name in names).select(
        methods.columns
    )


def _given(record: MethodRecord) -> dict[str, object]:
    assert record.random is not None and record.systematic is not None
    kind = "rel" if record.relative else "abs"
    random, systematic = record.random, record.systematic.estimate
    errors = {f"{of}_{form}": None for of in ("random", "systematic") for form in ("rel", "abs")}
    return {
        "method": record.method,
        **errors,
        f"random_{kind}": None if record.displayed else random.variance**0.5,
        f"systematic_{kind}": systematic.variance**0.5,
        "basis": "measured",
        "random_df": None if record.displayed else float(random.freedom),
        "systematic_df": float(systematic.freedom),
    }
