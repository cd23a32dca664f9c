"""What was put into a synthetic site, told so that a verdict can be held against it."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import polars as pl

from stockward.simulation.closing import (
    FLOW_SIGNS,
    Books,
    ClosedSeries,
    SeriesKey,
    every_series,
    largest_single,
    strength,
)
from stockward.simulation.ledger import Miscounted, SimulatedLedger
from stockward.simulation.measuring import Floats
from stockward.simulation.plan import ScaleDrift, SeededLoss, SitePlan
from stockward.simulation.plant import History, Taking
from stockward.terms.verdicts import Basis, Verdict

PLAIN, FAINT = 4.0, 1.0
"""Strength in σ from which a seeded pattern must be found, and below which it may not change the verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What was recorded of flows and standings, and the part of it that comes from drifting scales."""

    flows: Floats
    standings: Floats
    flows_drifted: Floats
    standings_drifted: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trace:
    """What one seeded thing makes appear missing in one series, period by period."""

    cause: str
    series: SeriesKey
    pattern: Floats


def tell_truth(
    plan: SitePlan, seed: int, history: History, recorded: Recorded, ledger: SimulatedLedger, counts: pl.DataFrame,
    miscounted: Sequence[Miscounted],
) -> dict[str, Any]:  # fmt: skip
    """Everything that was put in, as plain values for ``truth.json``."""
    books = Books(plan, ledger.movements, counts)
    closed = {key: series for key in every_series(plan) if (series := books.close(key)) is not None}
    traces = [
        *_traces_of_losses(plan, history.takings, closed, books),
        *_traces_of_drifts(plan, history, recorded, closed, books),
        *_traces_of_miscounts(miscounted, closed, books),
    ]
    return {
        "site": plan.name,
        "seed": seed,
        "sign": "positive is missing",
        "losses": [_told_loss(plan, loss, history, traces, closed) for loss in plan.losses],
        "drifts": [_told_drift(plan, drift, traces, closed) for drift in plan.drifts],
        "clerical": _told_clerical(plan, ledger, miscounted),
        "surge": asdict(plan.surge),
        "series": [_told_series(key, series, traces) for key, series in closed.items()],
        "plan": _plain(asdict(plan)),
    }


# --- what each seeded thing makes appear ------------------------------------------------------------------------------


def _traces_of_losses(
    plan: SitePlan, takings: Sequence[Taking], closed: dict[SeriesKey, ClosedSeries], books: Books
) -> list[_Trace]:
    traces = []
    for loss in plan.losses:
        mine = [taking for taking in takings if taking.loss == loss.loss]
        for key, series in closed.items():
            holds = books.holds(key, loss.material)
            if key.area == loss.area and holds > 0:
                pattern = _by_period(series, [(taking.at, holds * taking.quantity) for taking in mine])
                traces.append(_Trace(cause=loss.loss, series=key, pattern=pattern))
    return traces


def _by_period(series: ClosedSeries, amounts: Sequence[tuple[datetime, float]]) -> Floats:
    pattern = np.zeros(len(series.differences))
    for at, amount in amounts:
        period = series.period_of(at)
        if period is not None:
            pattern[period] += amount
    return pattern


def _traces_of_drifts(
    plan: SitePlan, history: History, recorded: Recorded, closed: dict[SeriesKey, ClosedSeries], books: Books
) -> list[_Trace]:
    """What the drifted part of every weighing adds to the differences that it enters."""
    patterns: dict[tuple[str, SeriesKey], Floats] = {}
    bulk = {key: series for key, series in closed.items() if key.basis is Basis.BULK}

    def add(method: str | None, key: SeriesKey, period: int | None, amount: float) -> None:
        if method is not None and period is not None and 0 <= period < len(bulk[key].differences):
            pattern = patterns.setdefault((method, key), np.zeros(len(bulk[key].differences)))
            pattern[period] += amount

    for flow, drifted in zip(history.flows, recorded.flows_drifted, strict=True):
        for area, sign in zip((flow.from_area, flow.to_area), FLOW_SIGNS.get(flow.kind, (0, 0)), strict=True):
            for key in _keys_that_hold(bulk, books, area, flow.material) if drifted and sign else ():
                add(flow.method, key, bulk[key].period_of(flow.at), sign * drifted * books.holds(key, flow.material))
    for standing, drifted in zip(history.standings, recorded.standings_drifted, strict=True):
        for key in _keys_that_hold(bulk, books, standing.area, standing.material) if drifted else ():
            number = bisect_left(bulk[key].ends, standing.at)
            amount = drifted * books.holds(key, standing.material)
            add(standing.method, key, number - 1, -amount)
            add(standing.method, key, number, amount)
    return [
        _Trace(cause=_name_of_drift(drift), series=key, pattern=pattern)
        for drift in plan.drifts
        for (method, key), pattern in patterns.items()
        if method == drift.method
    ]


def _keys_that_hold(
    bulk: dict[SeriesKey, ClosedSeries], books: Books, area: str | None, material: str
) -> list[SeriesKey]:
    return [key for key in bulk if key.area == area and books.holds(key, material) > 0]


def _name_of_drift(drift: ScaleDrift) -> str:
    return f"drift of {drift.method}"


def _traces_of_miscounts(
    miscounted: Sequence[Miscounted], closed: dict[SeriesKey, ClosedSeries], books: Books
) -> list[_Trace]:
    """An item counted too many is a gain in the period that the count ends, and missing in the next."""
    traces = []
    for miscount in miscounted:
        for key, series in closed.items():
            holds = books.holds(key, miscount.material)
            if key.area == miscount.area and holds > 0:
                pattern = np.zeros(len(series.differences))
                period = series.inventories.index(miscount.inventory)
                pattern[period] -= miscount.error * holds
                pattern[period + 1 : period + 2] += miscount.error * holds
                cause = f"miscount of {miscount.material} at {miscount.inventory}"
                traces.append(_Trace(cause=cause, series=key, pattern=pattern))
    return traces


# --- in plain values --------------------------------------------------------------------------------------------------


def _told_loss(
    plan: SitePlan, loss: SeededLoss, history: History, traces: Sequence[_Trace],
    closed: dict[SeriesKey, ClosedSeries],
) -> dict[str, Any]:  # fmt: skip
    taken = [taking.quantity for taking in history.takings if taking.loss == loss.loss]
    claimed = [
        flow.quantity
        for flow in history.flows
        if flow.kind == "write_off" and (flow.from_area, flow.material) == (loss.area, loss.material)
        and flow.note == loss.write_off_note
    ]  # fmt: skip
    return {
        "loss": loss.loss,
        "area": loss.area,
        "material": loss.material,
        "first_day": loss.first_day.isoformat(),
        "last_day": (loss.last_day or loss.first_day).isoformat(),
        "pattern": "abrupt" if loss.last_day is None else "spread evenly over the nights",
        "amount": round(sum(taken), 6),
        "unit": plan.material(loss.material).unit,
        "hidden": loss.hidden,
        "written_off": round(sum(claimed), 6) if loss.hidden == "write_offs" else 0.0,
        "write_offs": len(claimed) if loss.hidden == "write_offs" else 0,
        "series": [_told_trace(plan, trace, closed) for trace in traces if trace.cause == loss.loss],
    }


def _told_trace(plan: SitePlan, trace: _Trace, closed: dict[SeriesKey, ClosedSeries]) -> dict[str, Any]:
    """What a cause makes of one series: how much, when, and how plainly it can be seen in σ (None: exactly)."""
    key, series = trace.series, closed[trace.series]
    unit = plan.substance_unit(key.holding) if key.basis is Basis.BULK else plan.material(key.holding).unit
    exact = key.basis is Basis.ITEM
    return {
        "area": key.area,
        "holding": key.holding,
        "basis": key.basis.value,
        "missing": round(float(trace.pattern.sum()), 4),
        "unit": unit,
        "strength_sigma": None if exact else _finite(strength(trace.pattern, series.covariance)),
        "largest_single_period_sigma": None if exact else _finite(largest_single(trace.pattern, series.covariance)),
        "by_inventory": {
            inventory: round(float(amount), 4)
            for inventory, amount in zip(series.inventories, trace.pattern, strict=True)
            if amount
        },
    }


def _finite(value: float) -> float | None:
    return round(value, 3) if math.isfinite(value) else None


def _told_drift(
    plan: SitePlan, drift: ScaleDrift, traces: Sequence[_Trace], closed: dict[SeriesKey, ClosedSeries]
) -> dict[str, Any]:
    return {
        **_plain(asdict(drift)),
        "series": [_told_trace(plan, trace, closed) for trace in traces if trace.cause == _name_of_drift(drift)],
    }


def _told_clerical(plan: SitePlan, ledger: SimulatedLedger, miscounted: Sequence[Miscounted]) -> dict[str, Any]:
    by_mistake: dict[str, int] = defaultdict(int)
    for mistake in ledger.mistakes:
        by_mistake[mistake.mistake] += 1
    return {
        "late_rows": int(ledger.late["rows"].sum()),
        "late_rows_by_area_and_shift": ledger.late.to_dicts(),
        "mistakes_by_kind": dict(sorted(by_mistake.items())),
        "mistakes": [asdict(mistake) for mistake in ledger.mistakes],
        "clusters": [_plain(asdict(cluster)) for cluster in plan.clerical.clusters],
        "miscounts": [asdict(miscount) for miscount in miscounted],
    }


def _told_series(key: SeriesKey, series: ClosedSeries, traces: Sequence[_Trace]) -> dict[str, Any]:
    """What must be said of a series in the end; null where the seeded thing may or may not be found."""
    mine = [trace for trace in traces if trace.series == key and np.any(trace.pattern)]
    return {
        "area": key.area,
        "holding": key.holding,
        "basis": key.basis.value,
        "periods": len(series.differences),
        "expected": _expected(key, series, mine),
        "because_of": [trace.cause for trace in mine],
    }


def _expected(key: SeriesKey, series: ClosedSeries, traces: Sequence[_Trace]) -> str | None:
    if not traces:
        return Verdict.BALANCED.value
    if key.basis is Basis.ITEM:
        return Verdict.DISCREPANCY.value
    pattern = np.sum([trace.pattern for trace in traces], axis=0)
    plainness = strength(pattern, series.covariance)
    if plainness < FAINT:
        return Verdict.BALANCED.value
    if plainness < PLAIN:
        return None
    return (Verdict.SHORTAGE if pattern[np.argmax(np.abs(pattern))] > 0 else Verdict.GAIN).value


def _plain(value: Any) -> Any:
    """Dates as text, tuples as lists, so that the plan can be written down."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    return value.isoformat() if isinstance(value, date) else value
