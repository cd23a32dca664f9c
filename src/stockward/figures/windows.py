"""The scan over windows of periods: for each, the optimal statistic of a constant loss in it.

For a window l of ones over periods a..b the statistic is ``(l'Σ⁻¹MUF) / sqrt(l'Σ⁻¹l)``, Σ being the leading block up
to b [Dümbgen & Spokoiny 2001 for the scan; Neyman & Pearson for the statistic]. With y = L⁻¹ MUF it is the inner
product of y with the unit vector along L⁻¹l up to b, so the whole scan is one matrix product.

Windows of different lengths do not share the false-alarm probability equally. ``DEFAULT_SHARES`` makes the
greatest regret smallest: how much detection probability is given away, against the best single test for that
pattern, over losses in 1 to 52 of 52 periods, first, middle or last (``benchmarks/regret.py`` measures it).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from stockward.figures.scan import Family

Array = NDArray[np.float64]

RELATIVE_LENGTHS = np.array([1, 2, 3, 4, 6, 8, 10, 13, 17, 20, 26, 32, 39, 45, 52]) / 52.0
DEFAULT_SHARES = np.array(
    [0.70, 0.14, 0.15, 0.26, 0.15, 0.30, 0.16, 0.78, 0.46, 0.90, 0.44, 0.30, 0.12, 0.24, 0.34]
)  # fmt: skip


def window_lengths(periods: int) -> tuple[NDArray[np.intp], Array]:
    """Lengths of the windows that are scanned among n periods, and the share of each in the default test.

    A single period is always among them, and so is the whole; shares of lengths that fall together add up.
    """
    lengths = np.rint(RELATIVE_LENGTHS * periods).astype(np.intp)
    lengths[0] = 1
    counted = np.where((lengths > 1) | (np.arange(len(lengths)) == 0), DEFAULT_SHARES, 0.0)
    found, place = np.unique(np.maximum(lengths, 1), return_inverse=True)
    shares = np.bincount(place, weights=counted)
    return found, shares / shares.sum()


@lru_cache(maxsize=256)
def windows_of(periods: int) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """First period, last period and length class of every window, in order of the last period."""
    lengths, _ = window_lengths(periods)
    starts = np.concatenate([np.arange(periods - length + 1) for length in lengths])
    classes = np.repeat(np.arange(len(lengths)), periods - lengths + 1)
    ends = starts + lengths[classes] - 1
    order = np.argsort(ends, kind="stable")
    return starts[order], ends[order], classes[order]


def window_directions(inverse: Array, starts: NDArray[np.intp], ends: NDArray[np.intp]) -> tuple[Array, Array]:
    """Unit directions of the windows in the space of y, and their lengths ``sqrt(l'Σ⁻¹l)``.

    ``inverse`` is L⁻¹, shape (..., n, n); directions have shape (..., n, windows), norms (..., windows). A window
    that carries no variance has a zero direction.
    """
    periods = inverse.shape[-1]
    directions = np.take(_onward(inverse), starts, axis=-1)
    directions *= np.arange(periods)[:, None] <= ends
    norms = np.sqrt(np.sum(np.square(directions), axis=-2))
    directions /= np.where(norms > 0, norms, 1.0)[..., None, :]
    return directions, norms


def window_family(inverse: Array, *, equal: bool = False) -> Family:
    """The scan as a family of directions; ``equal`` gives every length the same share."""
    starts, ends, classes = windows_of(inverse.shape[-1])
    lengths, shares = window_lengths(inverse.shape[-1])
    directions, _ = window_directions(inverse, starts, ends)
    return Family(directions, ends, classes, np.full(len(lengths), 1.0 / len(lengths)) if equal else shares)


def scan_ratios(y: Array, inverse: Array, limits: Array) -> Array:
    """For each period, the largest ratio of statistic to limit among the windows that end there; shape (..., n).

    ``limits`` has one entry a length of ``window_lengths``. Leading axes are realisations, each with its own L⁻¹. A
    window that carries no variance is no evidence: its ratio is 0.
    """
    factors, hidden = _scanned(inverse.shape[-1], limits)
    onward = _onward(inverse)
    reach = np.cumsum(onward * y[..., None], axis=-2)
    norm = np.cumsum(np.square(onward), axis=-2)
    # Windows that end before they start have norm 0 as well; they are hidden.
    np.sqrt(np.maximum(norm, np.finfo(float).tiny, out=norm), out=norm)
    reach /= norm
    reach *= factors
    reach += hidden
    return np.asarray(reach.max(axis=-1))


def _scanned(periods: int, limits: Array) -> tuple[Array, Array]:
    """By last and first period: 1/limit of the windows that are scanned, and −∞ for all others."""
    starts, ends, classes = windows_of(periods)
    factors, hidden = np.zeros((periods, periods)), np.full((periods, periods), -np.inf)
    factors[ends, starts] = 1.0 / limits[classes]
    hidden[ends, starts] = 0.0
    return factors, hidden


def _onward(inverse: Array) -> Array:
    """Column a: L⁻¹ times ones from a on; cut at b it gives the window a..b, as L⁻¹ is lower triangular."""
    return np.cumsum(inverse[..., ::-1], axis=-1)[..., ::-1]
