"""Figures on how records are kept: rates of errors, clusters in time, and which way write-offs go.

All are shown and never alarm; each has a p-value, exact or by seeded simulation.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtrc

from stockward.stats.arrays import Array

SIMULATIONS = 999
RISE = 2.0
"""The Poisson CUSUM is made to notice a rate that has doubled."""

_MOST_COUNTS = 200

CLUSTER_DAYS = 28
"""The longest cluster that is looked for."""


def poisson_cusum(days: Array, expected: Array) -> tuple[float, int]:
    """Largest rise of errors over what was expected, and the day on which it stood (−1: it never rose).

    ``S = max(S + errors − k expected, 0)`` day by day, with ``k = (RISE − 1)/ln RISE``: the likelihood-ratio CUSUM for
    a Poisson rate that rises from ``expected`` to ``RISE × expected`` [Lucas 1985]. ``days`` lists the day of each
    error in order; ``expected`` is the expected number of errors of each day.
    """
    if not len(days):
        return 0.0, -1
    rises = _rises(days[None, :], np.ones((1, len(days)), bool), _ever(expected))[0]
    best = int(np.argmax(rises))
    return max(float(rises[best]), 0.0), int(days[best])


def _ever(expected: Array) -> Array:
    """Expected errors up to each day, before the first day included."""
    return np.concatenate([[0.0], np.cumsum(expected)])


def _rises(days: Array, present: NDArray[np.bool_], ever: Array) -> Array:
    """The CUSUM at the day of each error: it is largest there, and begins to rise on the day of one.

    For errors i ≤ j in order of time the rise is ``(j − i + 1) − k (E[day j] − E[before day i])``.
    """
    reference = (RISE - 1.0) / math.log(RISE)
    number = np.arange(days.shape[1])
    place = days.astype(np.intp)
    begun = np.where(present, number - reference * ever[place], np.inf)
    reached = number + 1 - reference * ever[place + 1]
    # Several errors of one day all stand in it once the last has come.
    return np.where(present, reached - np.minimum.accumulate(begun, axis=1), -np.inf)


def cusum_p_value(errors: Array, records: Array, rate: float, *, seed: int) -> tuple[float, int, float]:
    """Largest CUSUM, its day, and the p-value by simulation at the site's own rate of errors per record.

    ``errors`` and ``records`` are numbers a day. Simulated errors fall on days in proportion to the records.
    """
    expected = rate * records
    days = np.repeat(np.arange(len(errors)), errors.astype(np.intp)).astype(float)
    largest, day = poisson_cusum(days, expected)
    if largest <= 0.0:
        return 0.0, -1, 1.0
    rng = np.random.default_rng([seed, len(errors)])
    numbers = rng.poisson(expected.sum(), SIMULATIONS)
    drawn, present = _drawn_days(rng, numbers, expected)
    maxima = _rises(drawn, present, _ever(expected)).max(axis=1, initial=0.0)
    return largest, day, (1 + int(np.sum(maxima >= largest - 1e-12))) / (SIMULATIONS + 1)


def _drawn_days(rng: np.random.Generator, numbers: NDArray[np.intp], weight: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Days of so many events a row, drawn in proportion to a weight, in order; the rest of a row is not present."""
    widest = max(int(np.max(numbers, initial=0)), 1)
    present = np.arange(widest) < numbers[:, None]
    share = np.cumsum(weight) / weight.sum()
    uniform = np.where(present, rng.random((len(numbers), widest)), 1.0)
    drawn = np.searchsorted(share, np.sort(uniform, axis=1), side="right")
    return np.minimum(drawn, len(weight) - 1).astype(float), present


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
    share = np.concatenate([[0.0], np.cumsum(records)]) / records.sum()
    days = np.repeat(np.arange(len(events)), events.astype(np.intp)).astype(float)
    ratio, first, last = _strongest_cluster(days[None, :], share)
    rng = np.random.default_rng([seed, len(events), total])
    # Many events make each draw dear and the p-value small or large: fewer draws will do.
    simulations = max(99, SIMULATIONS * 50 // max(total, 50))
    drawn, _ = _drawn_days(rng, np.full(simulations, total), records)
    maxima, _, _ = _strongest_cluster(drawn, share)
    p_value = (1 + int(np.sum(maxima >= ratio[0] - 1e-12))) / (simulations + 1)
    start, end = int(first[0]), int(last[0])
    return start, end, float(total * (share[end + 1] - share[start])), p_value


def _strongest_cluster(days: Array, share: Array) -> tuple[Array, Array, Array]:
    """Largest log-likelihood ratio of each row of ordered event days, and the first and last day of its window.

    A strongest window begins and ends on the day of an event, so windows from one event to another are enough. Of many
    events, windows with numbers of them in small steps are looked at, the same for what was drawn as for what was seen.
    """
    rows, total = days.shape
    place = days.astype(np.intp)
    best, first, last = np.full(rows, -np.inf), np.zeros(rows), np.zeros(rows)
    for count in _counts(total):
        begin, end = place[:, : total - count + 1], place[:, count - 1 :]
        if np.all(end - begin >= CLUSTER_DAYS):
            break
        expected = total * (share[end + 1] - share[begin])
        ratio = np.where(end - begin < CLUSTER_DAYS, _likelihood_ratio(count, expected, total), -np.inf)
        strongest = np.argmax(ratio, axis=1)
        here = ratio[np.arange(rows), strongest]
        better = here > best
        best = np.where(better, here, best)
        first = np.where(better, begin[np.arange(rows), strongest], first)
        last = np.where(better, end[np.arange(rows), strongest], last)
    return best, first, last


def _counts(total: int) -> list[int]:
    """Every number of events up to the total; of many, steps of about 5 %."""
    if total <= _MOST_COUNTS:
        return list(range(1, total + 1))
    return [int(count) for count in np.unique(np.geomspace(1, total, _MOST_COUNTS).astype(int))]


def _likelihood_ratio(observed: int, expected: Array, total: int) -> Array:
    rest, rest_expected = total - observed, np.maximum(total - expected, 1e-12)
    inside = observed * np.log(observed / np.maximum(expected, 1e-12))
    outside = rest * np.log(rest / rest_expected) if rest else 0.0
    return np.where(observed > expected, inside + outside, 0.0)


def sign_test(losses: int, gains: int) -> float:
    """Chance of at least so many losses among all, were both as likely: one-sided binomial, exact."""
    if losses == 0:
        return 1.0
    return float(bdtrc(losses - 1, losses + gains, 0.5))
