"""Figures on how records are kept: rates of errors, clusters in time, and which way write-offs go.

All are shown and never alarm; each has a p-value, exact or by seeded simulation.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtrc

Array = NDArray[np.float64]

SIMULATIONS = 1999
RISE = 2.0
"""The Poisson CUSUM is made to notice a rate that has doubled."""

CLUSTER_DAYS = 28
"""The longest cluster that is looked for."""


def poisson_cusum(errors: Array, expected: Array) -> Array:
    """Largest rise of errors over what was expected, day by day; shape of ``errors`` (..., days).

    ``S = max(S + errors − k expected, 0)`` with ``k = (RISE − 1)/ln RISE``, the likelihood-ratio CUSUM for a Poisson
    rate that rises from ``expected`` to ``RISE × expected`` [Lucas 1985].
    """
    reference = (RISE - 1.0) / math.log(RISE)
    drift = np.cumsum(errors - reference * expected, axis=-1)
    lowest = np.minimum.accumulate(np.minimum(drift, 0.0), axis=-1)
    before = np.concatenate([np.zeros((*drift.shape[:-1], 1)), lowest[..., :-1]], axis=-1)
    return np.maximum(drift - before, 0.0)


def cusum_p_value(errors: Array, records: Array, rate: float, *, seed: int) -> tuple[float, int, float]:
    """Largest CUSUM, the day on which it stood, and its p-value by simulation at the site's own rate per record."""
    expected = rate * records
    path = poisson_cusum(errors, expected)
    largest = float(np.max(path, initial=0.0))
    if largest <= 0.0:
        return 0.0, -1, 1.0
    rng = np.random.default_rng([seed, len(errors)])
    simulated = rng.poisson(np.broadcast_to(expected, (SIMULATIONS, len(errors))))
    maxima = poisson_cusum(simulated.astype(float), expected).max(axis=-1)
    return largest, int(np.argmax(path)), (1 + int(np.sum(maxima >= largest))) / (SIMULATIONS + 1)


def cluster(events: Array, records: Array, *, seed: int) -> tuple[int, int, float, float] | None:
    """The days in which events stand closest together, given how many records each day had.

    The temporal scan statistic [Kulldorff 1997]: over windows of up to ``CLUSTER_DAYS`` days, the largest
    log-likelihood ratio ``c ln(c/e) + (C − c) ln((C − c)/(C − e))``, e being the share of all C events that falls to
    the window's records. Returns first day, last day (included), expected events and p-value, by drawing the events
    afresh among the records; ``None`` where there are fewer than two events.
    """
    total = int(events.sum())
    if total < 2 or records.sum() <= 0:
        return None
    share = records / records.sum()
    starts, lengths = _windows(len(events))
    expected = total * _window_sums(share[None, :], starts, lengths)[0]
    ratio = _likelihood_ratio(_window_sums(events[None, :], starts, lengths), expected, total)[0]
    best = int(np.argmax(ratio))
    rng = np.random.default_rng([seed, len(events), total])
    drawn = rng.multinomial(total, share, size=SIMULATIONS // 4).astype(float)
    maxima = np.array([
        _likelihood_ratio(_window_sums(draw[None, :], starts, lengths), expected, total).max() for draw in drawn
    ])
    p_value = (1 + int(np.sum(maxima >= ratio[best] - 1e-12))) / (len(maxima) + 1)
    return int(starts[best]), int(starts[best] + lengths[best] - 1), float(expected[best]), p_value


def _windows(days: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    longest = min(CLUSTER_DAYS, max(days // 2, 1))
    lengths = np.repeat(np.arange(1, longest + 1), days)
    starts = np.tile(np.arange(days), longest)
    inside = starts + lengths <= days
    return starts[inside], lengths[inside]


def _window_sums(values: Array, starts: NDArray[np.intp], lengths: NDArray[np.intp]) -> Array:
    sums = np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1)], axis=1)
    return np.asarray(sums[:, starts + lengths] - sums[:, starts])


def _likelihood_ratio(observed: Array, expected: Array, total: int) -> Array:
    outside, outside_expected = total - observed, np.maximum(total - expected, 1e-12)
    inside = observed * np.log(np.where(observed > 0, observed, 1.0) / np.maximum(expected, 1e-12))
    beyond = outside * np.log(np.where(outside > 0, outside, 1.0) / outside_expected)
    return np.where(observed > expected, inside + beyond, 0.0)


def sign_test(losses: int, gains: int) -> float:
    """Chance of at least so many losses among all, were both as likely: one-sided binomial, exact."""
    if losses == 0:
        return 1.0
    return float(bdtrc(losses - 1, losses + gains, 0.5))
