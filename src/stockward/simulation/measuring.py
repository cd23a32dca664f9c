"""What the scales say of what truly moved and stood: recorded = true × (1 + r + s) + a + b, as in the site format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray

from stockward.simulation.plan import DAYS_A_WEEK, MethodPlan, ScaleDrift, SitePlan
from stockward.terms.units import factor

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighing:
    """One quantity to be recorded: when, over which scale (None: counted exactly), its unit, and how much in truth."""

    at: datetime
    method: str | None
    unit: str
    quantity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredStock:
    """What was recorded, and which part of it came from a drifting scale; both in the unit of the material."""

    recorded: Floats
    drifted: Floats


def calibration_times(plan: SitePlan, method: MethodPlan, first_use: datetime | None) -> list[datetime]:
    """When a scale was calibrated in the time of the plan; a calibration is at 05:00, in the quiet hour."""
    start = datetime.combine(plan.start, time(5))
    if method.calibrated_every:
        every, first = timedelta(days=method.calibrated_every), start + timedelta(days=method.first_calibration)
    elif method.calibration_days and first_use:
        every = timedelta(days=method.calibration_days)
        first = first_use + every
    else:
        return []
    end = start + timedelta(days=plan.weeks * DAYS_A_WEEK)
    return [first + number * every for number in range(max((end - first) // every + 1, 0))]


def weigh_all(plan: SitePlan, weighings: Sequence[Weighing], rng: np.random.Generator) -> MeasuredStock:
    """Record every weighing with the errors of its method; systematic errors are drawn anew at each calibration."""
    true = np.array([weighing.quantity for weighing in weighings])
    recorded, drifted = true.copy(), np.zeros_like(true)
    for method in plan.methods:
        rows = [number for number, weighing in enumerate(weighings) if weighing.method == method.method]
        if rows:
            mine = [weighings[number] for number in rows]
            recorded[rows], drifted[rows] = _weigh(plan, method, mine, rng)
    return MeasuredStock(recorded=recorded, drifted=drifted)


def _weigh(
    plan: SitePlan, method: MethodPlan, weighings: Sequence[Weighing], rng: np.random.Generator
) -> tuple[Floats, Floats]:
    true = np.array([weighing.quantity for weighing in weighings])
    at = np.array([weighing.at for weighing in weighings], dtype="datetime64[us]")
    calibrations = calibration_times(plan, method, at.min().astype(object))
    epoch = np.searchsorted(np.array(calibrations, dtype="datetime64[us]"), at, side="right")
    systematic = rng.standard_normal((2, len(calibrations) + 1))[:, epoch]
    random = rng.standard_normal((2, len(weighings)))
    to_material = np.array([factor(method.unit, weighing.unit) or 1.0 for weighing in weighings])
    relative = method.random_rel * random[0] + method.systematic_rel * systematic[0]
    absolute = (method.random_abs * random[1] + method.systematic_abs * systematic[1]) * to_material
    drifted = true * _drift(plan, method, at)
    shown = true * (1.0 + relative) + absolute + drifted
    return np.maximum(_as_shown(shown, method.step), 0.0), drifted


def _as_shown(quantity: Floats, step: float) -> Floats:
    """A scale shows whole steps; nine decimals keep the figure short."""
    return np.round(np.round(quantity / step) * step, 9)


def _drift(plan: SitePlan, method: MethodPlan, at: NDArray[np.datetime64]) -> Floats:
    """Relative error beyond the stated one, at each moment."""
    total = np.zeros(len(at))
    for drift in plan.drifts:
        if drift.method == method.method:
            total += _drift_of(drift, at)
    return total


def _drift_of(drift: ScaleDrift, at: NDArray[np.datetime64]) -> Floats:
    first = np.datetime64(datetime.combine(drift.first_day, time()), "us")
    after = np.datetime64(datetime.combine(drift.last_day + timedelta(days=1), time()), "us")
    course = (at - first) / (after - first)
    return np.where((course >= 0) & (course < 1), drift.relative * course, 0.0)
