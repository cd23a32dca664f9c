"""The chance with which each named test finds a loss that moves y = L⁻¹ MUF by a known vector.

Standardised, CUMUF, GEMUF and Page are exact; the pair of Page tests is a scan over windows, simulated as in
``stats.detection``. Each test's limit is computed for its own false-alarm probability over the whole sequence.
"""

from __future__ import annotations

import numpy as np
from scipy.special import chdtri, chndtr, ndtr, ndtri

from stockward.stats.arrays import Array
from stockward.stats.detection import DETECTION_DRAWS, detection_curves
from stockward.stats.page import PAGE_PAIR_K, page_detection_probability, page_threshold


def standardised_power(move: Array, *, false_alarm: float) -> float:
    """Any single figure of independent periods beyond the limit that all of them share: ``1 − Π Φ(z − m)``."""
    limit = float(-ndtri(-np.expm1(np.log1p(-false_alarm) / len(move))))
    return float(-np.expm1(np.sum(np.log(ndtr(limit - move)))))


def cumuf_power(loss: float, sigma: float, *, false_alarm: float) -> float:
    """The sum of all differences at the last period, σ its own: ``Φ(L/σ − z)``."""
    return float(ndtr(loss / sigma + ndtri(false_alarm)))


def gemuf_power(move: Array, *, false_alarm: float) -> float:
    """``Σ y²`` at the last period: non-central chi-square with ``|move|²`` [Avenhaus & Canty 1996]."""
    limit = float(chdtri(len(move), false_alarm))
    return float(1.0 - chndtr(limit, len(move), float(move @ move)))


def page_power(move: Array, *, k: float, false_alarm: float) -> float:
    """Page's test at any period, from the integral equation of its chain."""
    return page_detection_probability(move, k, page_threshold(len(move), k, false_alarm))


def page_pair_power(move: Array, thresholds: tuple[float, float], *, seed: int, draws: int = DETECTION_DRAWS) -> float:
    """Either of two Page tests at any period, with their thresholds (``page_pair_thresholds``).

    P exceeds h exactly where the sum of y over some window exceeds ``h + k × length``, so the pair is a scan over all
    windows, with the lower of both limits for each length.
    """
    periods = len(move)
    starts, ends = np.triu_indices(periods)
    lengths = ends - starts + 1.0
    each = np.arange(periods)[:, None]
    directions = ((each >= starts) & (each <= ends)) / np.sqrt(lengths)
    limits = np.min(np.array(thresholds)[:, None] + np.array(PAGE_PAIR_K)[:, None] * lengths, axis=0) / np.sqrt(lengths)
    return float(detection_curves(directions, limits, [move], seed=seed, draws=draws)[0].probability(1.0))
