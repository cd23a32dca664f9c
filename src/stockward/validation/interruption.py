"""Figures of response in time: the chance to meet a thief, the worst way, and the cheapest upgrades."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from stockward.book import Site
from stockward.book.known import KnownBooks, known_at
from stockward.protection.choosing import Chooser
from stockward.protection.costs import MeasureCosts
from stockward.protection.response.planned import ResponsePlan
from stockward.stats.arrays import Array
from stockward.stats.interruption.chance import Response, Tasks, interruption_chance, timely_chance
from stockward.terms.limits import DEFAULT_SEED

_LEFT = {"begin": 1.0, "middle": 0.5, "end": 0.0}
_POST = "response"
_UPGRADE = ("of", "figure", "value", "cost")
_COLUMNS = {"detection": "detection", "delay": "delay_minutes", "response": "response_minutes"}


def chance_of_a_way(inputs: Mapping[str, str]) -> tuple[float, ...]:
    """The chance of interruption on one way, and by mean times alone."""
    left = np.array([_LEFT[one] for one in inputs["detects"].split(",")])
    tasks = Tasks(_figures(inputs["detection"]), left, _figures(inputs["delay"]), _figures(inputs["spread"]))
    response = Response(float(inputs["response"]), float(inputs["response_spread"]), float(inputs["communication"]))
    return float(interruption_chance(tasks, response)), float(timely_chance(tasks, response))


def cheapest_upgrades(inputs: Mapping[str, str]) -> tuple[float, ...]:
    """The worst way today and with all upgrades, and the cheapest set that meets the goal with its worst way."""
    books = _books(inputs)
    held = ResponsePlan.of(books, MeasureCosts.of(books)).goals[0]
    today, everything = (held.chance(dict.fromkeys(held.others, place)) for place in (0, -1))
    found = Chooser(held.others, DEFAULT_SEED).cheapest([held])
    if found.choice is None or found.cost is None:
        return today, everything
    return today, everything, float(found.cost), held.chance(found.choice)


def _books(inputs: Mapping[str, str]) -> KnownBooks:
    """The books of a site of these layers; times, which have no unit there, are taken for minutes."""
    upgrades = [dict(zip(_UPGRADE, one.split(":"), strict=True)) for one in inputs["upgrades"].split(",")]
    options = [
        {
            "option": f"{number}",
            "post" if one["of"] == _POST else "element": one["of"],
            _COLUMNS[one["figure"]]: one["value"],
            "money": one["cost"],
        }
        for number, one in enumerate(upgrades)
    ]
    post = {
        "post": _POST, "kind": "response", "guards": "1", "start": "00:00", "end": "24:00", "days": "daily",
        "response_minutes": inputs["response"], "communication": inputs["communication"],
    }  # fmt: skip
    tables = {"layers": _layers(inputs), "posts": [post], "options": options}
    settings = {
        "format": 1,
        "site": {"name": "Layers", "timezone": "UTC"},
        "detection": {"false_alarm": 0.05, "detection": 0.95},
        "plan": {"interruption": float(inputs["goal"])},
    }
    frames = {name: pl.DataFrame(rows, infer_schema_length=None) for name, rows in tables.items()}
    return known_at(Site.from_tables(frames, settings), None)


def _layers(inputs: Mapping[str, str]) -> list[dict[str, str]]:
    """The rows of ``layers``; elements stand between commas, and layers between bars."""
    columns = {"elements": "element", "detection": "detection", "detects": "detects", "delay": "delay_minutes"}
    each = {column: [layer.split(",") for layer in inputs[name].split("|")] for name, column in columns.items()}
    return [
        {"layer": str(number + 1), **{column: cells[number][place] for column, cells in each.items()}}
        for number, layer in enumerate(each["element"])
        for place in range(len(layer))
    ]


def _figures(text: str) -> Array:
    return np.array([float(one) for one in text.split(",")])
