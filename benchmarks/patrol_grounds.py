"""Grounds of patrols drawn with a seed: a grid of areas, points in the plane, and clusters far apart."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from stockward.patrol.game.ground import NO_WAY, Ground
from stockward.patrol.game.thefts import Thefts

KINDS = ("grid", "plane", "clusters")
STEP_MINUTES, METRES_PER_MINUTE = 5.0, 60.0
_SIDE, _FAR, _NEAR, _IN_A_CLUSTER = 900.0, 1_500.0, 60.0, 5


def drawn_ground(
    kind: str, *, areas: int, patrols: int, minutes: float, spread: bool, seed: int, hours: float = 8.0
) -> tuple[Ground, Thefts]:
    """Areas of one kind, walked from the first, with thefts of so many minutes, worth the same or from 1 to 10."""
    draw = np.random.default_rng([seed, areas, KINDS.index(kind)])
    travel = _grid(areas) if kind == "grid" else _walked(_points(kind, areas, draw))
    steps = round(hours * 60 / STEP_MINUTES)
    ground = Ground(travel, steps, (0,) * patrols)
    worth = np.round(draw.uniform(1.0, 10.0, areas), 1) if spread else np.ones(areas)
    thefts = Thefts(
        worth=worth,
        lasts=np.full(areas, round(minutes / STEP_MINUTES)),
        seen=np.ones(areas),
        begin=int(ground.shortest[0].max()),
        end=steps - 1 - int(ground.shortest[:, 0].max()),
        steps=steps,
    )
    return ground, thefts


def _grid(areas: int) -> npt.NDArray[np.int64]:
    """Neighbours in a grid are a step apart, and there are no other ways."""
    width = math.ceil(math.sqrt(areas))
    rows, columns = np.divmod(np.arange(areas), width)
    apart = np.abs(rows[:, None] - rows) + np.abs(columns[:, None] - columns)
    found: npt.NDArray[np.int64] = np.where(apart > 1, NO_WAY, apart)
    return found


def _points(kind: str, areas: int, draw: np.random.Generator) -> npt.NDArray[np.float64]:
    """Places in metres."""
    if kind == "plane":
        return draw.uniform(0.0, _SIDE, (areas, 2))
    centres = draw.uniform(0.0, _FAR, (math.ceil(areas / _IN_A_CLUSTER), 2))
    found: npt.NDArray[np.float64] = np.repeat(centres, _IN_A_CLUSTER, axis=0)[:areas]
    found += draw.uniform(-_NEAR, _NEAR, (areas, 2))
    return found


def _walked(points: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Straight walks, in whole steps."""
    metres = np.hypot(*(points[:, None, :] - points[None, :, :]).transpose(2, 0, 1))
    found: npt.NDArray[np.int64] = np.maximum(np.ceil(metres / METRES_PER_MINUTE / STEP_MINUTES), 1).astype(np.int64)
    np.fill_diagonal(found, 0)
    return found
