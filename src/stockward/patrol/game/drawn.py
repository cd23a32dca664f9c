"""Walks by which a flow of patrols is walked as nearly as whole walks can, and no theft is met twice in vain.

From every area and step as many go each way as the flow says, to the next whole number. Who of them goes which way is
free: whoever was in an area lately had better not be the one that goes back there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stockward.patrol.game.ground import ON_THE_WAY

if TYPE_CHECKING:
    from stockward.patrol.game.ground import Floats, Ground, Integers
    from stockward.patrol.game.thefts import Thefts

_LONG_AGO = -(2**15)


def drawn_walks(
    ground: Ground, thefts: Thefts, base: int, moves: Integers, shares: Floats, prices: Floats, number: int, seed: int
) -> Integers:
    """So many walks from a base along the moves of a flow, in proportion to its shares, shape (number, steps).

    ``prices`` of thefts say what it costs to meet one twice, shape (thefts,).
    """
    from scipy.optimize import linear_sum_assignment

    draw = np.random.default_rng(seed)
    sums = np.zeros((ground.areas, ground.steps + 1))
    np.cumsum(thefts.by_place(prices * thefts.prevented), axis=1, out=sums[:, 1:])
    out: dict[tuple[int, int], list[int]] = {}
    for place, (area, step) in enumerate(moves[:, :2].tolist()):
        out.setdefault((area, step), []).append(place)
    walks = np.full((number, ground.steps), ON_THE_WAY)
    seen = np.full((number, ground.areas), _LONG_AGO)
    waiting: list[dict[int, list[int]]] = [{} for _ in range(ground.steps)]
    waiting[0][base] = list(range(number))
    walks[:, 0] = base
    for step in range(ground.steps - 1):
        for area, there in sorted(waiting[step].items()):
            who = draw.permutation(np.array(there))
            seen[who, area] = step
            ways = np.array(out[area, step])
            taken = np.repeat(ways, _whole(shares[ways], len(who), draw))
            to, at = moves[taken, 2], moves[taken, 3]
            alive = np.maximum(at - thefts.lasts[to] + 1, 0)
            met = np.clip(seen[who][:, to] + 1, alive, ground.steps)
            twice = np.where(to == area, 0.0, sums[to, met] - sums[to, alive])
            patrols, places = linear_sum_assignment(twice + 1e-9 * draw.random(twice.shape))
            for patrol, place in zip(who[patrols].tolist(), places.tolist(), strict=True):
                walks[patrol, at[place]] = to[place]
                waiting[int(at[place])].setdefault(int(to[place]), []).append(patrol)
    return walks


def _whole(shares: Floats, number: int, draw: np.random.Generator) -> Integers:
    """A number cut into whole parts, each its share to the next whole number; which are rounded up is drawn."""
    parts = shares / shares.sum() * number if shares.sum() > 0 else np.full(len(shares), number / len(shares))
    sums = np.concatenate([[0.0], np.cumsum(parts)])
    # The last sum is the number itself, but for a hair.
    cut = np.minimum(np.floor(sums + draw.random()).astype(np.int64), number)
    cut[-1] = number
    return np.diff(cut)
