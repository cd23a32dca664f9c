"""Small sites with layers drawn at random, and the cheapest upgrades found by looking at every set, by other code."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from itertools import combinations, product
from typing import Any

from tests import sites

from stockward.book import Site

Row = dict[str, Any]
_LEFT = {"begin": 1.0, "middle": 0.5, "end": 0.0}
_FIGURES = (
    "detection", "delay_minutes", "delay_rel", "response_minutes", "response_rel", "communication",
)  # fmt: skip


def drawn_layers(seed: int) -> dict[str, list[Row]]:
    """Two or three layers, a post by day and another all day, and up to seven options, some of which exclude others."""
    draw = random.Random(seed)
    layers = [
        {
            "element": f"E{layer}{number}", "layer": layer, "detection": draw.choice((0.05, 0.3, 0.5, 0.7, 0.9)),
            "detects": draw.choice(tuple(_LEFT)), "delay_minutes": draw.choice((0.2, 0.5, 1.0, 2.0)),
            "delay_rel": draw.choice((None, 0.1, 0.0)),
        }
        for layer in range(1, draw.randint(2, 3) + 1)
        for number in range(draw.randint(1, 3))
    ]  # fmt: skip
    posts = [
        {
            "post": "NIGHT", "kind": "response", "guards": 2, "start": "00:00", "end": "24:00", "days": "daily",
            "response_minutes": draw.choice((1.0, 1.5, 3.0)), "communication": draw.choice((0.9, 1.0)),
        },
        {
            "post": "DAY", "kind": "response", "guards": 1, "start": "06:00", "end": "18:00", "days": "mon tue wed",
            "response_minutes": draw.choice((None, 0.5, 2.0)), "communication": None,
        },
    ]  # fmt: skip
    if posts[1]["response_minutes"]:
        posts[1]["communication"] = 0.95
    options = []
    for number in range(draw.randint(3, 7)):
        kind = draw.choice(("sensor", "sensor", "barrier", "barrier", "both", "response"))
        option: Row = {"option": f"O{number}", "money": draw.randint(5, 60)}
        if kind == "response":
            option |= {"post": "NIGHT", "response_minutes": draw.choice((0.4, 0.8)), "response_rel": 0.2}
        else:
            option |= {"element": draw.choice(layers)["element"]}
            option |= {"detection": draw.choice((0.8, 0.95))} if kind != "barrier" else {}
            option |= {"delay_minutes": draw.choice((3.0, 4.0))} if kind != "sensor" else {}
        options.append(option)
    return {"layers": layers, "posts": posts, "options": options}


def site_with(tables: Mapping[str, Sequence[Row]], goal: float | None, *, budget: float | None = None) -> Site:
    """A site of these tables, with the goal and budget under ``[plan]``."""
    lines = [f"interruption = {goal!r}"] if goal is not None else []
    lines += [f"budget = {budget!r}"] if budget is not None else []
    kept = {name: rows for name, rows in tables.items() if rows}
    return sites.in_memory(kept, sites.settings(more="\n".join(["[plan]", *lines, ""])))


def cheapest_by_every_set(tables: Mapping[str, Sequence[Row]], goal: float) -> tuple[float | None, float]:
    """The least cost of a set with which the goal is met (``None``: of none), and the largest chance of any set."""
    least, best = None, 0.0
    options = tables["options"]
    for number in range(len(options) + 1):
        for bought in combinations(options, number):
            chance = None if _exclude_each_other(bought) else worst_with(tables, bought)
            if chance is not None:
                best = max(best, chance)
                cost = sum(one["money"] for one in bought)
                if chance >= goal and (least is None or cost < least):
                    least = cost
    return least, best


def _exclude_each_other(bought: Sequence[Row]) -> bool:
    replaced = [
        (one.get("element"), one.get("post"), name) for one in bought for name in _FIGURES if one.get(name) is not None
    ]
    return len(replaced) > len(set(replaced))


def worst_with(tables: Mapping[str, Sequence[Row]], bought: Sequence[Row]) -> float:
    """The least chance over all ways, by day on the first three weekdays and at all other hours."""
    elements = [_with(one, [row for row in bought if row.get("element") == one["element"]]) for one in tables["layers"]]
    posts = {
        one["post"]: _with(one, [row for row in bought if row.get("post") == one["post"]]) for one in tables["posts"]
    }
    numbers = sorted({one["layer"] for one in elements})
    ways = list(product(*([one for one in elements if one["layer"] == number] for number in numbers)))
    responses = [posts["NIGHT"]]
    if posts["DAY"]["response_minutes"]:
        responses.append(min(posts["NIGHT"], posts["DAY"], key=_first))
    return min(chance_by_hand(way, response) for way in ways for response in responses)


def _first(post: Row) -> tuple[float, float]:
    return post["response_minutes"], -post["communication"]


def _with(row: Row, bought: Sequence[Row]) -> Row:
    stated = {name: one[name] for one in bought for name in _FIGURES if one.get(name) is not None}
    return {**row, **stated}


def chance_by_hand(way: Sequence[Row], response: Row) -> float:
    """The sum over tasks, each term in full."""
    total = 0.0
    share = response.get("response_rel")
    coming = (response["response_minutes"] * (0.3 if share is None else share)) ** 2
    for at, one in enumerate(way):
        unseen = math.prod(1 - before["detection"] for before in way[:at])
        left = _LEFT[one["detects"]]
        remaining = left * one["delay_minutes"] + sum(later["delay_minutes"] for later in way[at + 1 :])
        variance = (left * _spread(one)) ** 2 + sum(_spread(later) ** 2 for later in way[at + 1 :]) + coming
        ahead = remaining - response["response_minutes"]
        met = 0.5 * math.erfc(-ahead / math.sqrt(2 * variance)) if variance else float(ahead >= 0)
        total += unseen * one["detection"] * response["communication"] * met
    return total


def _spread(one: Row) -> float:
    share = one.get("delay_rel")
    return float(one["delay_minutes"] * (0.3 if share is None else share))
