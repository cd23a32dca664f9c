"""Small games of patrols drawn at random, and their values by every walk there is: nothing shared with the engine."""

from __future__ import annotations

from itertools import combinations_with_replacement, pairwise

import numpy as np
from scipy.optimize import linprog

from stockward.patrol.game.ground import Break, Ground
from stockward.patrol.game.thefts import Thefts


def drawn_game(seed: int, *, areas: int, steps: int, patrols: int = 1, visits: int = 0, rests: bool = False):
    draw = np.random.default_rng(seed)
    travel = draw.integers(1, 4, (areas, areas))
    np.fill_diagonal(travel, 0)
    needed = np.zeros(areas, np.int64)
    needed[draw.choice(areas, visits, replace=False)] = 1
    ground = Ground(
        travel=travel,
        steps=steps,
        bases=(0,) * patrols,
        visits=needed,
        rest=Break(2, 2, steps - 5) if rests else None,
    )
    thefts = Thefts(
        worth=draw.integers(0, 10, areas).astype(float) + np.eye(areas)[-1],
        lasts=draw.integers(2, 5, areas),
        seen=draw.choice([0.6, 0.8, 1.0], areas),
        begin=1,
        end=steps - 2,
        steps=steps,
    )
    return ground, thefts


def every_walk(ground: Ground) -> list[tuple[int, ...]]:
    """Every walk from the base to the base, the break taken where there is one."""
    found = []

    def go(walk: tuple[int, ...], at: int, rested: bool) -> None:
        step = len(walk)
        if step == ground.steps:
            if walk[-1] == 0 and at == 0 and (rested or ground.rest is None):
                found.append(walk)
            return
        go((*walk, at), at, rested)
        for to in range(ground.areas):
            takes = int(ground.travel[at, to])
            if to != at and step + takes <= ground.steps:
                go((*walk, *(-1,) * (takes - 1), to), to, rested)
        rest = ground.rest
        begins = rest is not None and not rested and at == 0 and rest.first <= step - 1 <= rest.last
        if begins and step + rest.steps <= ground.steps:
            go((*walk, *(-2,) * (rest.steps - 1), 0), at, True)

    go((0,), 0, False)
    return found


def losses_of(ground: Ground, thefts: Thefts, walks: tuple[tuple[int, ...], ...]) -> np.ndarray:
    """What each theft gains against fixed walks, theft by theft and step by step."""
    losses = []
    for area in range(ground.areas):
        if thefts.worth[area] <= 0:
            continue
        for start in range(thefts.begin, thefts.end + 1):
            steps = range(start, start + int(thefts.lasts[area]))
            if steps[-1] > thefts.end:
                continue
            met = any(walk[step] == area for walk in walks for step in steps)
            losses.append(thefts.worth[area] * (1 - thefts.seen[area] * met))
    return np.array(losses)


def entered(ground: Ground, walks: tuple[tuple[int, ...], ...], area: int) -> int:
    number = 0
    for walk in walks:
        places = [place for place in walk if place >= 0]
        number += sum(to == area != at for at, to in pairwise(places))
    return number


def joint_walks(ground: Ground) -> list[tuple[tuple[int, ...], ...]]:
    """All walks of all patrols that make every visit; those that are there at the same places only once."""
    several = combinations_with_replacement(every_walk(ground), len(ground.bases))
    return [
        walks
        for walks in several
        if all(entered(ground, walks, area) >= ground.needed[area] for area in range(ground.areas))
    ]


def exact_value(ground: Ground, thefts: Thefts) -> float:
    table = {tuple(losses_of(ground, thefts, walks)) for walks in joint_walks(ground)}
    losses = np.array(sorted(table)).T
    rows, columns = losses.shape
    found = linprog(
        np.append(np.zeros(columns), 1.0),
        np.column_stack([losses, -np.ones(rows)]),
        np.zeros(rows),
        np.append(np.ones(columns), 0.0)[None, :],
        [1.0],
        [(0, None)] * (columns + 1),
    )
    return float(found.fun)
