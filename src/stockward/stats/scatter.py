"""How much the differences of many series scatter beside what their Σ lets expect.

With the right Σ the m standardised independent differences y of a series have a sum of squares that is χ² with m
degrees of freedom [Rao 1973, 3b]; so it is of what is left of them in any directions. Over several series that share
errors, the sum Q of N such squares is a quadratic form of y with the covariance ``C = I + E``, E between different
series. It is referred to the χ² of the same first three moments [Pearson 1959; Imhof 1961, Computing the distribution
of quadratic forms in normal variables]: with ``c₂ = tr C² = N + tr E²`` and ``c₃ = tr C³ = N + 3 tr E² + tr E³``,
``χ² = ν + (Q − N) √(ν / c₂)`` has ``ν = c₂³ / c₃²`` degrees of freedom. Where no two series share an error, that is Q
and N.

Where σ of an error was estimated with νe degrees of freedom, its true variance is ``νe / χ²`` times the stated one, χ²
with νe degrees of freedom. Given these ratios, Q has the mean R N, R their mean in proportion to what of N each error
makes; every chance is the mean of those with Q / R for Q. With one error, which makes all, that is F with N and νe.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtr, chdtrc, chdtri, gammainc

from stockward.stats.arrays import Array, Index
from stockward.stats.whitening import whitener

_REACHED = 0.05
"""A direction is reached where systematic errors make up more than this share of its variance.

The quantities of all groups of a series add up to its difference, so that their directions hold the difference itself,
with the little weight of a relative error of its own size: that is no reach. What is left of systematic errors in the
other directions hardly moves their scatter, even where these errors are twice as large as stated.
"""
_VALUES, _SEED = 1024, 1
"""Values of R, so many that a chance of 1 % is known to a few per cent of itself."""


def chance_of_less_scatter(y: NDArray[np.float64]) -> float:
    """The chance that n independent standard normal figures ``y`` (shape (n,)) scatter as little, or less.

    ``P(χ²_n ≤ yᵀy)``, the regularised lower incomplete gamma function of n/2 and yᵀy/2 [DLMF 8.2.4].
    """
    return float(gammainc(len(y) / 2, float(y @ y) / 2))


@dataclass(frozen=True, slots=True)
class ScatterSample:
    """The differences of one series with their Σ, shapes (n,) and (n, n), and what their errors are made of.

    ``systematic`` has the signed σ of each group of measurements that share a systematic error, shape (n, groups).
    ``shared`` has the signed σ of every error that the series shares with another, shape (n, k), and ``columns``,
    shape (k,), the numbers of these errors. ``estimated`` has of each error whose σ was estimated, by a name that all
    series have in common, its degrees of freedom and the part of Σ that it makes, shape (n, n).
    """

    differences: Array
    covariance: Array
    systematic: Array
    shared: Array
    columns: Index
    estimated: Mapping[str, tuple[float, Array]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SumOfSquares:
    """The sum Q of N squares; ``pairs`` is tr E² and ``triples`` tr E³ of the covariances E between series.

    ``estimated`` has of each error that was estimated its degrees of freedom, and what of N it makes.
    """

    total: float
    number: int
    pairs: float = 0.0
    triples: float = 0.0
    estimated: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def degrees_of_freedom(self) -> float:
        """``ν = c₂³ / c₃²``; N where no two series share an error."""
        return self._squares**3 / (self.number + 3.0 * self.pairs + self.triples) ** 2

    @property
    def chi_square(self) -> float:
        """``ν + (Q − N) √(ν / c₂)``, and never below 0."""
        return float(self._chi_square(self.total))

    def _chi_square(self, total: float | Array) -> Array:
        degrees = self.degrees_of_freedom
        return np.asarray(np.maximum(degrees + (total - self.number) * np.sqrt(degrees / self._squares), 0.0))

    @property
    def _squares(self) -> float:
        return self.number + self.pairs

    @property
    def ratio(self) -> float:
        """How many times as much they scatter: ``√(Q / N)``."""
        return float(np.sqrt(self.total / self.number))

    @property
    def p_more(self) -> float:
        """The chance of as much scatter, or more."""
        return float(np.mean(chdtrc(self.degrees_of_freedom, self._chi_square(self.total / self._in_doubt()))))

    @property
    def p_less(self) -> float:
        """The chance of as little scatter, or less: by the scaled χ² of the first two moments [Satterthwaite 1946].

        The third moment is that of the upper tail, and would make too much of the lower one.
        """
        scale = self.number / self._squares
        return float(np.mean(chdtr(self.number * scale, self.total / self._in_doubt() * scale)))

    def _in_doubt(self) -> Array:
        """R, equally likely values of it in a Latin hypercube of the ratios; 1 where all errors are known."""
        found, rng = np.ones(_VALUES if self.estimated else 1), np.random.default_rng(_SEED)
        for freedom, made in self.estimated.values():
            chances = (rng.permutation(_VALUES) + 0.5) / _VALUES
            found += made / self.number * (freedom / chdtri(freedom, chances) - 1.0)
        return np.maximum(found, np.finfo(np.float64).tiny)

    def less(self, other: Self) -> SumOfSquares:
        """What is left of it without a part of it."""
        left = max(self.pairs - other.pairs, 0.0)
        estimated = {
            name: (freedom, max(made - other.estimated.get(name, (freedom, 0.0))[1], 0.0))
            for name, (freedom, made) in self.estimated.items()
        }
        return SumOfSquares(
            max(self.total - other.total, 0.0), self.number - other.number, left,
            max(self.triples - other.triples, -left), estimated,
        )  # fmt: skip


def sum_of_squares(samples: Sequence[ScatterSample], *, clean: bool) -> SumOfSquares:
    """Of all directions of the differences, or ``clean``: of those that no systematic error reaches.

    Per series these are the projections orthogonal to every systematic group, whose variance is that of the random
    errors alone. ``number`` is 0 where there is none.
    """
    total, number, parts = 0.0, 0, []
    estimated: dict[str, tuple[float, float]] = {}
    for sample in samples:
        weights = _clean_weights(sample) if clean else _weights(sample)
        y = weights @ sample.differences
        total, number = total + float(y @ y), number + len(y)
        parts.append((weights @ sample.shared, sample.columns))
        for name, (freedom, part) in sample.estimated.items():
            made = float(np.sum(weights * (weights @ part)))
            estimated[name] = (freedom, estimated.get(name, (freedom, 0.0))[1] + made)
    return SumOfSquares(total, number, *_in_common(parts), estimated)


def _weights(sample: ScatterSample) -> Array:
    """L⁻¹, without the directions that have no variance."""
    inverse = whitener(sample.covariance)
    return np.asarray(inverse[np.diagonal(inverse) > 0])


def _clean_weights(sample: ScatterSample) -> Array:
    """The same for the directions of y that are not reached: orthogonal to those of L⁻¹ G that are."""
    weights = _weights(sample)
    directions, sizes, _ = np.linalg.svd(weights @ sample.systematic)
    return np.asarray(directions[:, int(np.sum(sizes**2 > _REACHED)) :].T @ weights)


def _in_common(parts: Sequence[tuple[Array, Index]]) -> tuple[float, float]:
    """tr E² and tr E³, with ``E_st = A_s A_tᵀ`` for s ≠ t, A_s the weight of each shared error in series s.

    With ``M_s = A_sᵀ A_s`` and K their sum: ``tr K² − Σ tr M_s²``, ``tr K³ − 3 Σ tr K M_s² + 2 Σ tr M_s³``.
    """
    from scipy.sparse import csr_array

    count = 1 + max((int(np.max(columns, initial=-1)) for _, columns in parts), default=-1)
    if not count:
        return 0.0, 0.0
    grams = [(weights.T @ weights, columns) for weights, columns in parts]
    place = [(np.repeat(columns, len(columns)), np.tile(columns, len(columns))) for _, columns in grams]
    rows, across = (np.concatenate(some) for some in zip(*place, strict=True))
    whole = csr_array((np.concatenate([gram.ravel() for gram, _ in grams]), (rows, across)), shape=(count, count))
    pairs = float(whole.multiply(whole).sum()) - sum(float(np.sum(gram**2)) for gram, _ in grams)
    triples = float((whole @ whole).multiply(whole).sum())
    for gram, columns in grams:
        square = gram @ gram
        own = whole[columns][:, columns].toarray()
        triples += 2.0 * float(np.sum(square * gram)) - 3.0 * float(np.sum(own * square))
    return max(pairs, 0.0), triples
