"""By how much the errors of a series would have to differ for the test in force to say otherwise.

The limits depend on the shape of Σ alone: with Σ scaled by f², y and with it every statistic is divided by f, and no
limit moves. So the test just ceases to alarm at the f that is the largest ratio of a statistic to its limit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from stockward.stats.arrays import Array, Flags
from stockward.stats.loss_tests import CalibratedTests

_TO = 1e-5
"""An error that needs a search is found to this share of itself."""
_LEAST = 1e-3
"""An error of less than this share of what the other errors leave to be explained is none."""


@dataclass(frozen=True, slots=True)
class Decisive:
    """The window that comes nearest to its limit, or furthest beyond it: the ratio, its first and its last period."""

    factor: float
    first: int
    last: int


def decisive_window(test: CalibratedTests, differences: Array) -> Decisive:
    """The window of the test in force with the largest ratio of statistic to limit, missing or surplus.

    ``factor`` is ``max |t_w| / limit_w``: the least f so that neither the differences (shape (n,)) nor their mirror
    image alarm with Σ scaled by f². Above 1 for a series that is alarmed; 0 where nothing is left in any window.
    """
    found = Decisive(0.0, 0, len(differences) - 1)
    for scan in test.scans:
        ratios = np.abs(scan.ratios(differences))
        place = int(np.argmax(ratios))
        if ratios[place] > found.factor:
            first, last = (scan.since + int(edge[place]) for edge in (scan.windows.first, scan.windows.last))
            found = Decisive(float(ratios[place]), first, last)
    return found


def error_needed(test: CalibratedTests, differences: Array, *, fixed: Array, assumed: float) -> tuple[float, Decisive]:
    """The least relative error e of every weighing at which the test does not alarm, and the window that decides.

    Σ is ``C + e² R``. Where C = 0, e is ``assumed`` times the ratio of the window that decides; else it is searched
    for, with limits for the Σ of each step.

    Parameters
    ----------
    test
        Calibrated for the error ``assumed`` of every weighing.
    fixed
        C: what other errors, which are stated, add to Σ; unit², shape (n, n).
    """
    decisive = decisive_window(test, differences)
    if not np.any(fixed) or not decisive.factor:
        return assumed * decisive.factor, decisive
    weighed = test.covariance - fixed

    def at(scale: float) -> Decisive:
        return decisive_window(test.recalibrated(fixed + scale * weighed), differences)

    return _searched(at, decisive.factor**2, assumed)


def _searched(at: Callable[[float], Decisive], high: float, assumed: float) -> tuple[float, Decisive]:
    """Where ``1 / factor²``, which is nearly straight in the scale of R, becomes 1."""
    from scipy.optimize import brentq

    while at(high).factor > 1.0:
        high *= 2.0
    low = _LEAST**2 * high
    if at(low).factor <= 1.0:
        return 0.0, at(low)
    scale = float(brentq(lambda scale: 1.0 - at(scale).factor ** -2, low, high, rtol=_TO, xtol=_TO * low))
    return assumed * float(np.sqrt(scale)), at(scale)


def alarmed_periods(test: CalibratedTests, differences: Array) -> Flags:
    """The periods of the windows that are alarmed, missing or surplus, shape (n,).

    The window furthest beyond its limit comes first, then of those that have no period in common with it the next: the
    others alarm for what they share with these.
    """
    found = np.zeros(len(differences), bool)
    windows = [
        (-float(ratio), scan.since + int(first), scan.since + int(last))
        for scan in test.scans
        for ratio, first, last in zip(
            np.abs(scan.ratios(differences)), scan.windows.first, scan.windows.last, strict=True
        )
        if ratio > 1.0
    ]
    for _, first, last in sorted(windows):
        if not found[first : last + 1].any():
            found[first : last + 1] = True
    return found


def least_amounts(test: CalibratedTests, differences: Array, run: slice, exact: tuple[Array, Array]) -> Array | None:
    """The least amounts ≥ 0 that have to come out of the periods of a run for nothing to alarm in it, shape (n,).

    Every statistic is linear in the differences, so that they follow from a linear program: of all amounts with which
    no window that ends in the run passes its limit, those with the least sum [HiGHS]. Windows that begin before the run
    count where nothing alarms before it: else they tell of another loss. Nothing comes out where nothing alarms, and
    ``None`` says that no amounts do it. Limits are as they are.

    Parameters
    ----------
    test, differences
        Calibrated for the Σ of the differences, shape (n,), missing is positive.
    run
        Periods that stand together.
    exact
        Combinations of differences without error, shape (k, n), and how far each may be from 0, shape (k,).
    """
    effects, ratios, began = _of_windows(test, differences, run)
    earlier = test.ratios(differences)[: run.start]
    if np.max(earlier, initial=0.0) > 1.0:
        effects, ratios = effects[:, began >= run.start], ratios[began >= run.start]
    own = np.any(exact[0][:, run] != 0, axis=1)
    rows, least = exact[0][own], exact[1][own]
    left = rows @ differences
    found = np.zeros(len(differences))
    if np.max(ratios, initial=0.0) <= 1.0 and np.all(np.abs(left) <= least):
        return found
    tables = -effects[run].T, rows[:, run], -rows[:, run]
    bounds = _WITHIN - ratios, left + least, least - left
    amounts = _least_sum(np.vstack(tables), np.concatenate(bounds))
    if amounts is None:
        return None
    found[run] = amounts
    return found


_WITHIN = 1.0 - 1e-9
"""A statistic at its limit, whatever the solver leaves to its tolerance."""


def _of_windows(test: CalibratedTests, differences: Array, run: slice) -> tuple[Array, Array, Array]:
    """Of the windows that end in a run: what each difference adds to its ratio, the ratio, and its first period."""
    effects, ratios, began = [], [], []
    for scan in test.scans:
        own = np.isin(scan.since + scan.windows.last, np.arange(run.start, run.stop)) & np.isfinite(scan.limits)
        effect = np.zeros((len(differences), int(own.sum())))
        effect[scan.periods] = scan.inverse.T @ scan.directions[:, own] / scan.limits[own]
        effects.append(effect)
        ratios.append(scan.ratios(differences)[own])
        began.append(scan.since + scan.windows.first[own])
    return np.hstack(effects), np.concatenate(ratios), np.concatenate(began)


def _least_sum(table: Array, bounds: Array) -> Array | None:
    """The amounts ≥ 0 with the least sum for which ``table @ amounts ≤ bounds``; ``None`` where there are none."""
    from scipy.optimize import linprog

    size = np.abs(table).max(axis=1, initial=0.0)
    kept = size > 0
    if np.any(bounds[~kept] < 0):
        return None
    scale = float(size.max(initial=1.0))
    found = linprog(np.ones(table.shape[1]), table[kept] / scale, bounds[kept], bounds=(0, None), method="highs")
    return np.asarray(found.x) / scale if found.success else None


def amounts_alone(test: CalibratedTests, differences: Array) -> Array:
    """From how much to how much one period alone would have to be off for the test in force not to alarm, shape (n, 2).

    Every statistic is linear in the differences, so that of an amount v taken out of period i the ratio of each window
    to its limit is ``r − v e``: none of them passes 1, missing or surplus, between two bounds. Where the first is above
    the second, no amount does it. Σ and the limits are as they are.
    """
    low, high = np.full(len(differences), -np.inf), np.full(len(differences), np.inf)
    for scan in test.scans:
        ratios = scan.ratios(differences)
        effects = np.zeros((len(differences), len(ratios)))
        effects[scan.periods] = scan.inverse.T @ scan.directions / scan.limits
        with np.errstate(divide="ignore", invalid="ignore"):
            bounds = np.sort(np.stack([(ratios - 1.0) / effects, (ratios + 1.0) / effects]), axis=0)
        still = effects == 0
        alarmed = np.abs(ratios) > 1.0
        low = np.maximum(low, np.where(still, np.where(alarmed, np.inf, -np.inf), bounds[0]).max(axis=1))
        high = np.minimum(high, np.where(still, np.where(alarmed, -np.inf, np.inf), bounds[1]).min(axis=1))
    return np.stack([low, high], axis=1)
