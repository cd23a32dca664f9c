"""Small sites drawn at random, of which every plan can be looked at."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from tests import sites

from stockward.book import Site

_BEGINS = datetime(2025, 1, 6, 7)  # noqa: DTZ001


def drawn_site(seed: int, *, goal: float | None = None, costs: bool = True, budget: float | None = None) -> Site:
    """One or two stores with a scale or two, counted every two or four weeks for a year, an option for one scale."""
    draw = random.Random(seed)
    areas = ["north", "south"][: draw.randint(1, 2)]
    every = draw.choice((14, 28))
    tables: dict[str, list[dict[str, Any]]] = {
        "areas": [{"area": area, "kind": "store"} for area in areas],
        "materials": [{"material": "TNT", "kind": "bulk", "unit": "kg"}],
        "methods": [_method(draw, name) for name in ("BRIDGE", "SCALE")],
        "movements": [],
        "counts": [],
        "goals": [
            {"substance": "TNT", "quantity": goal or round(draw.uniform(15, 60), 1), "area": area, "within_days": 120}
            for area in areas
        ],
        "options": [
            {"option": "BETTER", "method": "SCALE", "random_rel": 0.0002, "systematic_rel": 0.0002, "money": 900}
        ],
    }
    if costs:
        tables["costs"] = [
            *({"what": "inventory", "area": area, "money": draw.randint(20, 400)} for area in areas),
            {"what": "calibration", "money": draw.randint(20, 300)},
        ]
    for area in areas:
        _year_of(draw, tables, area, every)
    more = "" if budget is None else f"[plan]\nbudget = {budget}\n"
    return sites.in_memory(tables, sites.settings(more=more))


def _method(draw: random.Random, name: str) -> dict[str, Any]:
    return {
        "method": name,
        "random_rel": round(draw.uniform(0.0005, 0.002), 5),
        "systematic_rel": round(draw.uniform(0.0005, 0.002), 5),
        "calibration_days": draw.choice((91, 182, 365)),
    }


def _year_of(draw: random.Random, tables: dict[str, list[dict[str, Any]]], area: str, every: int) -> None:
    held, number = draw.uniform(1000, 4000), 0
    for day in range(0, 365, every):
        at = _BEGINS + timedelta(days=day)
        tables["counts"].append(
            {
                "inventory": f"{area} {day}", "at": at.isoformat(), "area": area, "material": "TNT",
                "quantity": round(held, 2), "method": "SCALE",
            }
        )  # fmt: skip
        for kind, side in (("receipt", "to_area"), ("issue", "from_area")):
            moved = draw.uniform(300, 900)
            held += moved if kind == "receipt" else -moved
            number += 1
            tables["movements"].append(
                {
                    "movement": f"{area}-{day}-{number}", "at": (at + timedelta(days=1 + number % 5)).isoformat(),
                    "kind": kind, "material": "TNT", "quantity": round(moved, 2), side: area,
                    "method": "BRIDGE" if kind == "receipt" else "SCALE",
                }
            )  # fmt: skip
