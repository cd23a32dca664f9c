"""Passes over the days: the least cost of each state forward, and of each choice between both ends.

Forward, the least cost of each state after each day; backward, the least cost from each state to the end. A schedule
that makes a choice on a day costs at least the least, over the states before it, of the cost so far, the choice's
price, and the cost from there on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from stockward.roster.engine.spaces import Arcs, Space

    Floats = npt.NDArray[np.float64]


class Forward:
    """The least cost of each state after each day, for a few people of one space.

    ``values[day]`` has shape (states, people, flat cells of units × weekends × counts), so that a move is one shift of
    contiguous cells; what it moves past the end of an axis falls on a cell that is emptied.
    """

    def __init__(self, space: Space, prices: Floats) -> None:
        """``prices``: shape (people, days, moves + 1), the last column is the day off; infinite where ruled out."""
        self.space, self.prices = space, prices
        first = np.full((space.states, prices.shape[0], space.rows(0) * space.inner), np.inf)
        first[space.off(space.rest), :, 0] = 0.0
        self.values = [first]
        for day in range(space.problem.days):
            self.values.append(self._step(day))

    def _step(self, day: int) -> Floats:
        space, old = self.space, self.values[day]
        new = np.full((space.states, old.shape[1], space.rows(day + 1) * space.inner), np.inf)
        self._rest(day, old, new)
        begin = old[space.off(space.rest)]
        lasting = old[: space.off(1)].reshape(-1, space.longest, *old.shape[1:])[:, :-1]
        sources: dict[tuple[int, ...], Floats] = {}
        for number, move in enumerate(space.moves):
            if move.after not in sources:
                sources[move.after] = _least(lasting, move.after)
            price = self.prices[:, day, number, None]
            first = space.work(move.group, 1)
            _keep_better(new[first], begin, price, self.shift(day, number, begins=True))
            target = new[first + 1 : first + space.longest]
            _keep_better(target, sources[move.after], price, self.shift(day, number, begins=False))
        _empty_overflow(space, new)
        return new

    def shift(self, day: int, number: int, *, begins: bool) -> int:
        """Flat distance that a move on ``day`` carries a state; the number after the last move is the day off."""
        space = self.space
        rest = (space.band[day][0] - space.band[day + 1][0]) * space.inner
        if number == len(space.moves):
            return rest
        move, (weekend, *counted) = space.moves[number], space.strides
        counts = sum(stride * count for stride, count in zip(counted, move.counts, strict=True))
        return rest + move.minutes * space.inner + space.gain(day, begins=begins) * weekend + counts

    def _rest(self, day: int, old: Floats, new: Floats) -> None:
        space = self.space
        price = self.prices[:, day, -1, None]
        shift = self.shift(day, len(space.moves), begins=False)
        work = old[: space.off(1)].reshape(-1, space.longest, *old.shape[1:])
        ending = work[:, [length - 1 for length in space.ends_at(day)]]
        ended = ending.min(axis=(0, 1)) if ending.size else np.full(old.shape[1:], np.inf)
        before = [ended, *(old[space.off(length)] for length in range(1, space.rest + 1))]
        for length in range(1, space.rest + 1):
            _keep_better(new[space.off(length)], before[length - 1], price, shift)
        _keep_better(new[space.off(space.rest)], before[space.rest], price, shift)


def _keep_better(target: Floats, source: Floats, price: Floats, shift: int) -> None:
    """Move each flat cell of ``source`` by ``shift`` at ``price`` and keep the better; shapes (…, people, cells)."""
    first = max(0, -shift)
    last = min(source.shape[-1], target.shape[-1] - shift)
    if first < last:
        kept = target[..., first + shift : last + shift]
        np.minimum(kept, source[..., first:last] + price, out=kept)


def _least(lasting: Floats, groups: tuple[int, ...]) -> Floats:
    """Least over the groups of last shifts; shape (lengths, people, …)."""
    if not groups:
        return np.full(lasting.shape[1:], np.inf)
    least = lasting[groups[0]]
    for group in groups[1:]:
        least = np.minimum(least, lasting[group])
    return np.asarray(least)


def through(forward: Forward, arcs: Arcs) -> Floats:
    """The least cost of a schedule that makes each move on each day, shape (people, days, moves + 1), last the day off.

    With f the least cost after a day and b the least from there to the end, over all states before and after the move:
    ``min f_day(state) + price + b_day+1(state moved)``. Infinite where no schedule makes the move.
    """
    least = np.full(forward.prices.shape, np.inf)
    later = np.zeros_like(forward.values[-1])
    _empty_overflow(forward.space, later)
    for day in range(forward.space.problem.days - 1, -1, -1):
        later = _step_back(forward, arcs, day, later, least[:, day])
    return least


def _step_back(forward: Forward, arcs: Arcs, day: int, later: Floats, least: Floats) -> Floats:
    """Least cost to the end from each state before ``day``; sets ``least`` through each move, (people, moves + 1)."""
    old, space = forward.values[day], forward.space
    earlier, ends = np.full(old.shape, np.inf), space.ends_at(day)
    for state, origin, move, begins, length in arcs.each():
        if length and length not in ends:
            continue
        onwards = np.full(old.shape[1:], np.inf)
        shift = forward.shift(day, move, begins=begins)
        _keep_better(onwards, later[state], forward.prices[:, day, move, None], -shift)
        np.minimum(earlier[origin], onwards, out=earlier[origin])
        np.minimum(least[:, move], (old[origin] + onwards).min(axis=1), out=least[:, move])
    _empty_overflow(space, earlier)
    return earlier


def _empty_overflow(space: Space, values: Floats) -> None:
    """Empty the cells where too many fall."""
    if space.axes:
        values.reshape(*values.shape[:2], -1, space.inner)[..., space.overflow] = np.inf
