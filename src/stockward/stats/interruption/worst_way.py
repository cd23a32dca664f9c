"""The way through layers on which the chance of interruption is least: one element of each layer, in their order.

From the last layer back, what is behind an element matters by three figures only: the mean and the variance of the
delay that is left, and the chance of interruption there. Of ways alike in the first two only the least of the third can
be part of the least, as the chance from one layer on grows with that from the next [Bellman 1957]. What cannot fall
below a way that is known already is left out: a bound takes the least that each layer could add at best and at worst of
what is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stockward.stats.arrays import Array, Places
from stockward.stats.interruption.chance import Response, Tasks, in_time, interruption_chance

_AT_ONCE = 20_000
"""Ways that are looked at together: those from one layer on are gone through in such parts, the last part first."""
_ROUNDING = 1e-13


@dataclass(frozen=True, slots=True)
class WorstWay:
    """The least chance, and the place of the element taken in each layer."""

    chance: float
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Behind:
    """Ways from one layer on: mean and variance of their delay, their chance of interruption, and their elements."""

    delay: Array
    variance: Array
    chance: Array
    places: Places

    def taken(self, which: Places) -> _Behind:
        return _Behind(self.delay[which], self.variance[which], self.chance[which], self.places[which])


def worst_way(layers: Sequence[Tasks], response: Response) -> WorstWay:
    """The way with the least chance of interruption; of several, always the same one.

    ``layers`` are the elements of each layer, the first to be met first; none may be empty.
    """
    best = _improved(layers, response, _cautious(layers, response))
    nothing = np.zeros(1)
    parts = [_Behind(nothing, nothing, nothing, np.zeros((1, 0), np.intp))]
    while parts:
        behind = parts.pop()
        length = behind.places.shape[1]
        if length == len(layers):
            best = min(best, _least(behind), key=lambda one: one.chance)
            continue
        longer = _least_of_alike(_longer(layers[-1 - length], behind, response))
        kept = _bound(layers[: len(layers) - length - 1], longer, response) <= best.chance + _ROUNDING
        longer = longer.taken(np.flatnonzero(kept))
        parts += [
            longer.taken(np.arange(begin, min(begin + _AT_ONCE, len(longer.delay))))
            for begin in range(0, len(longer.delay), _AT_ONCE)
        ]
    return best


def _least(ways: _Behind) -> WorstWay:
    at = int(ways.chance.argmin())
    return WorstWay(float(ways.chance[at]), tuple(int(one) for one in ways.places[at]))


def _longer(layer: Tasks, behind: _Behind, response: Response) -> _Behind:
    """Each way with each element of the layer before it."""
    number, elements = len(behind.delay), len(layer.delay)
    ahead = layer.left[:, None] * layer.delay[:, None] + behind.delay - response.time
    variance = (layer.left * layer.spread)[:, None] ** 2 + behind.variance + response.spread**2
    met = response.communication * in_time(ahead, variance)
    seen = layer.detection[:, None]
    return _Behind(
        (layer.delay[:, None] + behind.delay).ravel(),
        (layer.spread[:, None] ** 2 + behind.variance).ravel(),
        (seen * met + (1.0 - seen) * behind.chance).ravel(),
        np.column_stack([np.repeat(np.arange(elements), number), np.tile(behind.places, (elements, 1))]),
    )


def _least_of_alike(ways: _Behind) -> _Behind:
    """Of ways alike in what is left, one with the least chance."""
    order = np.lexsort((*ways.places.T[::-1], ways.chance, ways.variance, ways.delay))
    delay, variance = ways.delay[order], ways.variance[order]
    first = np.concatenate([[True], (np.diff(delay) != 0) | (np.diff(variance) != 0)])
    return ways.taken(order[first])


def _bound(before: Sequence[Tasks], ways: _Behind, response: Response) -> Array:
    """A chance below which no way falls that goes on from these through the layers before them."""
    least, most = ways.variance, ways.variance
    delay, chance = ways.delay, ways.chance
    for layer in reversed(before):
        ahead = (layer.left * layer.delay)[:, None] + delay - response.time
        own = (layer.left * layer.spread)[:, None] ** 2 + response.spread**2
        # A wider spread helps where the response is too late on average, and harms where it is in time.
        met = response.communication * in_time(ahead, np.where(ahead >= 0, own + most, own + least))
        seen = layer.detection[:, None]
        chance = (seen * met + (1.0 - seen) * chance).min(axis=0)
        delay = delay + layer.delay.min()
        least, most = least + (layer.spread**2).min(), most + (layer.spread**2).max()
    return chance


def _cautious(layers: Sequence[Tasks], response: Response) -> WorstWay:
    """A way that takes the worst element of each layer, from the last back."""
    behind = _Behind(np.zeros(1), np.zeros(1), np.zeros(1), np.zeros((1, 0), np.intp))
    for layer in reversed(layers):
        longer = _longer(layer, behind, response)
        behind = longer.taken(np.array([int(longer.chance.argmin())]))
    return _least(behind)


def _improved(layers: Sequence[Tasks], response: Response, way: WorstWay) -> WorstWay:
    """The same, with one element exchanged after the other while that makes it worse."""
    while True:
        found = way
        for at, layer in enumerate(layers):
            others = np.tile(np.array(found.places), (len(layer.delay), 1))
            others[:, at] = np.arange(len(layer.delay))
            chances = interruption_chance(tasks_of_ways(layers, others), response)
            one = int(chances.argmin())
            if chances[one] < found.chance - _ROUNDING:
                found = WorstWay(float(chances[one]), tuple(int(place) for place in others[one]))
        if found is way:
            return way
        way = found


def tasks_of_ways(layers: Sequence[Tasks], places: Places) -> Tasks:
    """The tasks of ways, one a row of ``places``: the place of the element in each layer."""
    parts = [layer.taken(places[:, at]) for at, layer in enumerate(layers)]
    return Tasks(
        np.stack([one.detection for one in parts], axis=-1),
        np.stack([one.left for one in parts], axis=-1),
        np.stack([one.delay for one in parts], axis=-1),
        np.stack([one.spread for one in parts], axis=-1),
    )
