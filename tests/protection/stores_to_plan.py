"""Small stores of items drawn at random, of which every plan of counts can be looked at."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from tests import sites

from stockward.book import Site

BEGINS = datetime(2025, 1, 6, 7)  # noqa: DTZ001


def store_of_items(seed: int, *, more: str = "", goals: list[dict[str, Any]] | None = None) -> Site:
    """Two or three stores with one or two kinds of items each, counted whole some times in a year."""
    draw = random.Random(seed)
    areas = ["north", "south", "west"][: draw.randint(2, 3)]
    kinds = {"grenade": 0.5, "shell": 2.0}
    tables: dict[str, list[dict[str, Any]]] = {
        "areas": [{"area": area, "kind": "store"} for area in areas],
        "materials": [{"material": name, "kind": "item", "unit": "each"} for name in kinds],
        "contents": [{"material": name, "substance": "RDX", "amount": kg, "unit": "kg"} for name, kg in kinds.items()],
        "counts": [],
        "movements": [],
        "costs": [
            *({"what": "inventory", "area": area, "money": draw.randint(5, 60)} for area in areas),
            {"what": "calibration", "money": 1},
            {"what": "item", "money": draw.randint(1, 3)},
            {"what": "item", "material": "shell", "area": areas[0], "money": draw.randint(1, 6)},
        ],
        "goals": goals
        or [
            {"substance": "RDX", "quantity": draw.choice((3, 5, 8)), "within_days": draw.choice((60, 120, 365))},
            {"substance": "RDX", "quantity": 2, "area": areas[0], "within_days": 365},
        ],
    }
    for area in areas:
        every = draw.choice((30, 90, 180))
        held = {name: draw.randint(2, 6) for name in kinds if draw.random() < 0.8 or name == "shell"}
        for day in range(0, 361, every):
            for name, number in held.items():
                tables["counts"].append(
                    {
                        "inventory": f"{area} {day}", "at": (BEGINS + timedelta(days=day)).isoformat(), "area": area,
                        "material": name, "quantity": number,
                    }
                )  # fmt: skip
        tables["movements"] += [
            {
                "movement": f"{area}-{name}", "at": (BEGINS - timedelta(days=2)).isoformat(), "kind": "receipt",
                "to_area": area, "material": name, "quantity": number,
            }
            for name, number in held.items()
        ]  # fmt: skip
    return sites.in_memory(tables, sites.settings(more=more))
