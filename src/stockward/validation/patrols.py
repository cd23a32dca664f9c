"""Figures of games of patrols: small shifts and graphs whose value is known exactly."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from stockward.patrol.game.ground import NO_WAY, Ground
from stockward.patrol.game.mixing import best_mixture
from stockward.patrol.game.thefts import Thefts


def value_of_a_shift(inputs: Mapping[str, str]) -> tuple[float, ...]:
    """What a thief gains at best against the best mixture of walks of a shift."""
    travel = np.array([_whole(row) for row in inputs["travel"].split("|")])
    ground = Ground(
        travel=travel,
        steps=int(inputs["steps"]),
        bases=(int(inputs["base"]),) * int(inputs["guards"]),
        returns=inputs["returns"] == "1",
        visits=_whole(inputs["visits"]),
    )
    thefts = Thefts(
        worth=np.array(inputs["worth"].split(","), np.float64),
        lasts=_whole(inputs["lasts"]),
        seen=np.array(inputs["seen"].split(","), np.float64),
        begin=int(inputs["begin"]),
        end=int(inputs["end"]),
        steps=ground.steps,
    )
    return (_value(ground, thefts),)


def chance_on_a_graph(inputs: Mapping[str, str]) -> tuple[float, ...]:
    """The chance that one patrol, which begins anywhere, meets an attack on any node at any step."""
    nodes, steps = int(inputs["nodes"]), int(inputs["steps"])
    travel = np.full((nodes, nodes), NO_WAY, np.int64)
    for edge in inputs["edges"].split(","):
        one, other = (int(node) for node in edge.split("-"))
        travel[one, other] = travel[other, one] = 1
    every = np.ones(nodes)
    lasts = np.full(nodes, int(inputs["attack"]))
    thefts = Thefts(worth=every, lasts=lasts, seen=every, begin=0, end=steps - 1, steps=steps)
    return (1.0 - _value(Ground(travel, steps, (None,), returns=False), thefts),)


def _value(ground: Ground, thefts: Thefts) -> float:
    mixture = best_mixture(ground, thefts)
    return np.nan if mixture is None or mixture.gap > 1e-6 else mixture.value


def _whole(text: str) -> NDArray[np.int64]:
    return np.array(text.split(","), np.int64)
