"""The scan over windows of time: for each, the optimal statistic of a loss that goes on evenly in it.

For a window over periods a..b the loss of a period is in proportion to its days, l, and the statistic is
``(l'Σ⁻¹MUF) / sqrt(l'Σ⁻¹l)``, Σ being the leading block up to b [Dümbgen & Spokoiny 2001 for the scan; Neyman & Pearson
for the statistic]. With y = L⁻¹ MUF it is the inner product of y with the unit vector along L⁻¹l up to b, so the whole
scan is one matrix product.

Windows are spans of time, not counts of periods: of each length of ``LENGTHS`` the one that ends with a period and
comes nearest to it, and each single period. Lengths do not share the false-alarm probability equally.
``DEFAULT_SHARES`` makes the greatest regret smallest: how much detection probability is given away, against the best
single test for that pattern, over losses in 1 to 52 of 52 periods, first, middle or last (``benchmarks/regret.py``
measures it).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stockward.stats.arrays import Array, Places
from stockward.stats.scanning.planned import PlannedYears
from stockward.terms.periods import YEAR_DAYS

LENGTHS = np.array([1, 2, 3, 4, 6, 8, 10, 13, 17, 20, 26, 32, 39, 45, 52]) / 52.0
"""Lengths of the windows, in planned years."""

DEFAULT_SHARES = np.array(
    [0.69, 0.131, 0.135, 0.215, 0.128, 0.237, 0.266, 0.896, 0.544, 0.613, 0.751, 0.334, 0.082, 0.129, 0.31]
)
EQUAL_SHARES = np.ones(len(LENGTHS))
_FINEST = 1.0 / 52.0
_DENSEST = 24
"""A window of more than so many periods need not end with each of them: its neighbours say nearly the same."""

LEAST_DAYS = 1e-4
"""A loss between two inventories at one moment is a loss at once: it has a length, if none that matters."""


@dataclass(frozen=True, slots=True)
class Windows:
    """Windows in order of their last period: first and last period, and the weight of each at its inventory.

    Weights say how the windows that end with one period share what may be spent at it.
    """

    first: Places
    last: Places
    weight: Array

    def ending_within(self, periods: slice) -> Windows:
        """Those that end within a run of periods."""
        a, b = (int(place) for place in np.searchsorted(self.last, [periods.start, periods.stop]))
        return Windows(self.first[a:b], self.last[a:b], self.weight[a:b])

    def within(self, period: int) -> Windows:
        """The windows as they count in a record that begins with this period."""
        return Windows(np.maximum(self.first - period, 0), self.last - period, self.weight)


def windows_of(start: Array, end: Array, years: PlannedYears, *, shares: Array = DEFAULT_SHARES) -> Windows:
    """The windows of periods (days, shape (n,), in order of time) that end with each of them, at most a year long.

    A length begins with the period whose start is nearest to it; none where the record is too short for it, but the
    first planned year as it is closed is a year, if a few days short. A window that is the nearest of several lengths
    has their shares together.
    """
    ends, days = end[:, None], np.maximum(end - start, LEAST_DAYS)
    wanted = ends - LENGTHS * YEAR_DAYS
    after = np.searchsorted(start, wanted.ravel()).reshape(wanted.shape)
    before = np.maximum(after - 1, 0)
    after = np.minimum(after, len(start) - 1)
    nearer = wanted - start[before] <= start[after] - wanted
    last = np.arange(len(end))[:, None]
    first = np.minimum(np.where(nearer, before, after), last)
    reached = (wanted >= start[0] - days[0] / 2) | (years.closes & (years.number == 0))[:, None]
    count = last - first + 1
    # The inventory that closes a year is looked at from every length, so that none stands there for its neighbours.
    step = np.where(years.closes[:, None], 1, np.maximum(count // _DENSEST, 1))
    taken = (reached | (count == 1)) & (last % step == 0)
    weight = _weights(years, shares) * step * taken
    # Every single period is looked at, however short it is.
    weight[:, 0] = shares[0]
    first[:, 0] = last[:, 0]
    return _together(first, np.broadcast_to(last, first.shape), weight)


def _weights(years: PlannedYears, shares: Array) -> Array:
    """Weight of each length at each inventory: its share over the part of the year in which it can end.

    In the first year a length can end only once it has passed; later, a window may begin in the year before.
    """
    room = np.where((years.number == 0) | years.closes, 1.0, 0.0)[:, None] * (1.0 - LENGTHS + _FINEST)
    return np.asarray(shares / np.where(room > 0, room, 1.0))


def _together(first: Places, last: Places, weight: Array) -> Windows:
    """One window a first and last period, with the sum of its weights; in order of the last, then the first."""
    taken = weight > 0
    periods = int(last.max(initial=0)) + 1
    codes, place = np.unique(last[taken] * periods + first[taken], return_inverse=True)
    return Windows(codes % periods, codes // periods, np.bincount(place, weight[taken], len(codes)).astype(float))


def window_directions(inverse: Array, days: Array, first: Places, last: Places) -> tuple[Array, Array]:
    """Unit directions of the windows in the space of y, and their lengths ``sqrt(l'Σ⁻¹l)``.

    ``inverse`` is L⁻¹, shape (..., n, n), ``days`` the length of each period; directions have shape (..., n, windows),
    norms (..., windows). l is 1 a day. A window that carries no variance has a zero direction.
    """
    directions = np.take(_onward(inverse, days), first, axis=-1)
    directions *= np.arange(inverse.shape[-1])[:, None] <= last
    norms = np.sqrt(np.sum(np.square(directions), axis=-2))
    directions /= np.where(norms > 0, norms, 1.0)[..., None, :]
    return directions, norms


def window_statistics(y: Array, inverse: Array, days: Array, windows: Windows) -> Array:
    """Statistic of each window; shape (..., windows).

    ``y`` has shape (..., n), ``inverse`` (..., n, n): leading axes are realisations, each with its own L⁻¹. A window
    that carries no variance is no evidence: its statistic is 0.
    """
    onward = _onward(inverse, days)
    reach = np.cumsum(onward * y[..., None], axis=-2)[..., windows.last, windows.first]
    norm = np.cumsum(np.square(onward), axis=-2)[..., windows.last, windows.first]
    return np.asarray(reach / np.sqrt(np.maximum(norm, np.finfo(float).tiny)))


def largest_by_period(values: Array, windows: Windows, periods: int) -> Array:
    """For each period the largest figure among the windows that end with it, 0 where none does; shape (..., n)."""
    found = np.zeros((*values.shape[:-1], periods))
    begins = np.flatnonzero(np.diff(windows.last, prepend=-1))
    found[..., windows.last[begins]] = np.maximum.reduceat(values, begins, axis=-1)
    return found


def _onward(inverse: Array, days: Array) -> Array:
    """Column a: L⁻¹ times l from a on; cut at b it gives the window a..b, as L⁻¹ is lower triangular."""
    lost = inverse * np.maximum(days, LEAST_DAYS)
    return np.cumsum(lost[..., ::-1], axis=-1)[..., ::-1]
