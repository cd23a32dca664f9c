"""How many units to count: exact hypergeometric sizes, chances of detection and limits on what may be missing.

Of N units d are defective, n are drawn without replacement. None of the defective ones is among them with the chance
``q(N, n, d) = C(N − d, n) / C(N, n) = Π_{i<n} (1 − d/(N − i))``, which is the same with n and d exchanged [IAEA,
Statistical concepts and techniques for IAEA safeguards; INMM 58924]. A probability is taken as the decimal that a
person writes: 0.95 is 95/100, so that a tie is a tie.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from stockward.stats.arrays import Array
from stockward.terms.errors import FigureError, require_probability

SAMPLE_ROUNDING = 1e-9
"""A loss within this share of a whole number of units is that number."""

_NEAR = 1e-9
"""Chances that differ by less, as logarithms, are compared as whole numbers."""


def defects_of(loss: float, content: float) -> int:
    """The fewest units that hold the loss together: loss ÷ content of a unit, rounded up; both in one unit of quantity.

    >>> defects_of(10.0, 0.15)
    67
    """
    if not (loss > 0 and content > 0 and math.isfinite(loss / content)):
        raise FigureError(f"the loss and the content of a unit must be above zero; got {loss!r} and {content!r}")
    return max(math.ceil(loss / content * (1 - SAMPLE_ROUNDING)), 1)


def least_n(units: int, defects: int, *, detection: float) -> int:
    """The least n that finds at least one of the defective units with the chance asked for, exactly.

    The least n with ``q(N, n, d) ≤ 1 − detection``. ``N' (1 − β^(1/d))``, N' = N − (d − 1)/2, is where the search
    begins; the answer is decided in whole numbers.

    Parameters
    ----------
    units, defects
        N and d, with 1 ≤ d ≤ N.
    detection
        1 − β, between 0 and 1.

    Raises ``FigureError`` for d outside 1 to N, and ``ProbabilityError`` for a chance outside 0 to 1.

    >>> least_n(300, 10, detection=0.9)
    61
    """
    _require_units(units, defects)
    beta = missed_chance(detection)
    target = math.log(beta[0]) - math.log(beta[1])
    size = (1 - math.exp(target / defects)) * (units - (defects - 1) / 2)
    n = _float_least(units, defects, target, int(min(max(size, 0), units - defects + 1)))
    while n > 0 and _rarely_missed(units, n - 1, defects, beta):
        n -= 1
    while not _rarely_missed(units, n, defects, beta):
        n += 1
    return n


def detection_chance(units: int, n: int, defects: int, *, notice: float = 1.0) -> float:
    """The chance that a sample of n of N units shows at least one of d defective ones.

    ``notice`` is the chance that a defective unit in the sample is seen to be one: 1 for a unit that is wholly missing
    (a *gross* defect); less for a unit of which part is missing (a *partial* defect), which only a measurement with
    errors can show.
    """
    _require_units(units, max(defects, 1))
    if not 0 <= n <= units:
        raise FigureError(f"n must lie between 0 and the {units} units; got {n}")
    return float(-np.expm1(-evidence(units, n, np.array([defects]), notice=notice)[0]))


def evidence(units: int, n: int, defects: NDArray[np.int64], *, notice: float = 1.0) -> Array:
    """``−ln`` of the chance that nothing is noticed, for each number of defective units; infinite where that is 0.

    Gross defects: ``−Σ_{i<min(n,d)} ln(1 − max(n,d)/(N − i))``. Partial ones: ``−ln Σ_k P(k defective in the sample)
    (1 − notice)^k``. Both are convex in d for fixed n, and in n for fixed d: the first because its terms grow, the
    second as the binomial mixture of a log-concave sequence [Karlin & Proschan 1960, Pólya type distributions of
    convolutions].

    Parameters
    ----------
    defects
        Shape (k,), each from 0 to N.

    Returns an array of shape (k,).
    """
    if notice == 1.0:
        return _gross_evidence(units, n, defects)
    return np.array([_partial_evidence(units, n, int(one), notice) for one in defects])


def evidence_up_to(units: int, n: int, most: int, *, notice: float = 1.0) -> Array:
    """``evidence`` for 0, 1, …, ``most`` defective units, shape (most + 1,)."""
    if notice != 1.0:
        return evidence(units, n, np.arange(most + 1), notice=notice)
    found = np.zeros(most + 1)
    reach = min(most, units - n)
    found[1 : reach + 1] = np.cumsum(-np.log1p(-n / (units - np.arange(reach))))
    found[reach + 1 :] = np.inf
    return found


def least_measured(units: int, defects: int, *, notice: float, detection: float) -> int | None:
    """The least number of units to measure so that d partial defects are noticed with the chance asked for.

    ``None`` where even measuring all N does not reach it, since a defect is noticed with the chance ``notice`` alone.
    For notice = 1 it is ``least_n``; else the sum is compared in floating point, to a relative 10⁻¹².
    """
    _require_units(units, defects)
    if notice == 1.0:
        return least_n(units, defects, detection=detection)
    require_probability("notice", notice)
    num, den = missed_chance(detection)
    target = (math.log(den) - math.log(num)) * (1 - 1e-12)
    if _partial_evidence(units, units, defects, notice) < target:
        return None
    low, high = 0, units
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _partial_evidence(units, middle, defects, notice) >= target else (middle, high)
    return high


def upper_limit(units: int, n: int, found: int, *, confidence: float) -> int:
    """The exact upper confidence limit on the number of defective units when ``found`` of n drawn ones were.

    The largest D with ``P(X ≤ found | N, D, n) > 1 − confidence``, X hypergeometric: had more been defective, so few
    would have been drawn with at most the chance 1 − confidence [Clopper & Pearson 1934, for a finite lot: Wright
    1991, Exact confidence bounds when sampling from small finite universes].
    """
    if not 0 <= found <= n <= units:
        raise FigureError(f"found, n and N must be in this order; got {found}, {n}, {units}")
    beta = missed_chance(confidence)
    low, high = found, units - (n - found)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _few_are_likely(units, n, found, middle, beta) else (low, middle - 1)
    return low


def missed_chance(detection: float) -> tuple[int, int]:
    """1 − detection as numerator and denominator, of the decimal that stands for the number.

    >>> missed_chance(0.95)
    (5, 100)
    """
    require_probability("detection", detection)
    digits = np.format_float_positional(detection, trim="-").partition(".")[2]
    den = 10 ** len(digits)
    return den - int(digits), den


def _require_units(units: int, defects: int) -> None:
    if not 1 <= defects <= units:
        raise FigureError(f"the defective units must be 1 to all {units}; got {defects}")


def _rarely_missed(units: int, n: int, defects: int, beta: tuple[int, int]) -> bool:
    """Whether q(N, n, d) ≤ β: by logarithms where that is plain, and where it is near in whole numbers.

    (N − m)! / (N − m − k)! · den ≤ num · N! / (N − k)! with k the smaller and m the larger of n and d.
    """
    if n + defects > units:
        return True
    excess = float(_gross_evidence(units, n, np.array([defects]))[0]) + math.log(beta[0]) - math.log(beta[1])
    if abs(excess) > _NEAR:
        return excess > 0
    few, many = min(n, defects), max(n, defects)
    return math.perm(units - many, few) * beta[1] <= beta[0] * math.perm(units, few)


def _float_least(units: int, defects: int, target: float, start: int) -> int:
    """About the least n: a bracket around the start, halved until it is one wide."""

    def reached(n: int) -> bool:
        return -float(_gross_evidence(units, n, np.array([defects]))[0]) <= target

    most = units - defects + 1
    low, high, step = start, start, 1
    while low > 0 and reached(low):
        low, high, step = max(low - step, 0), low, 2 * step
    while high < most and not reached(high):
        low, high, step = high, min(high + step, most), 2 * step
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if reached(middle) else (middle, high)
    return high


def _gross_evidence(units: int, n: int, defects: NDArray[np.int64]) -> Array:
    found = np.full(len(defects), np.inf)
    for place, one in enumerate(defects.tolist()):
        if n + one <= units:
            few, many = min(n, one), max(n, one)
            found[place] = -np.log1p(-many / (units - np.arange(few))).sum()
    return found


def _partial_evidence(units: int, n: int, defects: int, notice: float) -> float:
    """From ratios of neighbouring hypergeometric chances, scaled to add up to one: no large factorial is needed."""
    least, most = max(0, n + defects - units), min(n, defects)
    k = np.arange(least, most)
    ratios = np.log((defects - k) * (n - k)) - np.log((k + 1) * (units - defects - n + k + 1))
    chances = np.concatenate([[0.0], np.cumsum(ratios)])
    unseen = chances + np.arange(least, most + 1) * math.log1p(-notice)
    return float(np.logaddexp.reduce(chances) - np.logaddexp.reduce(unseen))


def _few_are_likely(units: int, n: int, found: int, defects: int, beta: tuple[int, int]) -> bool:
    """Whether P(X ≤ found | N, D, n) > β; by logarithms where it is plain, in whole numbers where it is near."""
    target = math.log(beta[0]) - math.log(beta[1])
    least, most = max(0, n + defects - units), min(n, defects)
    if found >= most:
        return True
    k = np.arange(least, most)
    ratios = np.log((defects - k) * (n - k)) - np.log((k + 1) * (units - defects - n + k + 1))
    chances = np.concatenate([[0.0], np.cumsum(ratios)])
    share = float(np.logaddexp.reduce(chances[: found - least + 1]) - np.logaddexp.reduce(chances))
    if abs(share - target) > _NEAR:
        return share > target
    few = sum(math.comb(defects, x) * math.comb(units - defects, n - x) for x in range(least, found + 1))
    return few * beta[1] > beta[0] * math.comb(units, n)
