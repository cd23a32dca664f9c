"""What really happened in a small store: the rows that every layout of its ledger writes down."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

AREAS = ("M1", "M2", "Melt")
UNITS = {"TNT-01": "kg", "RDX-02": "kg", "SHELL-105": "each", "FUZE-7": "each"}
NAMES = {"TNT-01": "TNT flakes", "RDX-02": "RDX wet", "SHELL-105": "Shell 105 mm", "FUZE-7": "Fuze M7"}
_FIRST = datetime(2025, 1, 6, 7)  # noqa: DTZ001  # the clock on the wall


@dataclass(frozen=True)
class Happened:
    """A movement; an end that is outside, or a process, is empty."""

    at: datetime
    kind: str
    material: str
    quantity: float
    from_area: str
    to_area: str
    document: str


@dataclass(frozen=True)
class Store:
    """What happened in order of time, what was there at first, and what was counted at the end."""

    moved: tuple[Happened, ...]
    opening: dict[tuple[str, str], float]
    counted_at: datetime
    counted: dict[tuple[str, str], float]


def store(rng: random.Random) -> Store:
    """Some weeks of a store in which nothing goes below zero."""
    stock: dict[tuple[str, str], float] = defaultdict(float)
    for material, unit in UNITS.items():
        for area in AREAS[:2]:
            stock[area, material] = _size(rng, unit) * 4
    opening = dict(stock)
    at, moved = _FIRST, []
    for number in range(rng.randint(15, 60)):
        at += timedelta(minutes=rng.choice((35, 90, 300, 1440, 2900)))
        one = _next(rng, stock, at, f"{rng.choice((4900, 5000))}{number:06d}")
        if one is not None:
            moved.append(one)
            stock[one.from_area, one.material] -= one.quantity
            stock[one.to_area, one.material] += one.quantity
    counted_at = at.replace(hour=18, minute=0) + timedelta(days=3)
    counted = {
        place: round(max(0.0, size + rng.choice((0, 0, 0, -1, 0.5 if UNITS[place[1]] == "kg" else 1))), 3)
        for place, size in stock.items()
        if place[0] in AREAS[:2]
    }
    return Store(tuple(moved), opening, counted_at, counted)


def _next(rng: random.Random, stock: dict[tuple[str, str], float], at: datetime, document: str) -> Happened | None:
    material = rng.choice([*UNITS])
    size, area = _size(rng, UNITS[material]), rng.choice(AREAS[:2])
    kind = rng.choice(("receipt", "receipt", "issue", "transfer", "use", "make", "discard"))
    if kind in {"receipt", "make"}:
        return Happened(at, kind, material, size, "", area, document)
    held = stock[area, material]
    if held < size:
        return None
    other = next(one for one in AREAS[:2] if one != area) if kind == "transfer" else ""
    return Happened(at, kind, material, size, area, other, document)


def _size(rng: random.Random, unit: str) -> float:
    if unit == "each":
        return float(rng.choice((1, 2, 5, 12, 40, 1200)))
    return round(rng.choice((1, 10, 100, 1000)) * rng.uniform(1, 9.9), rng.choice((0, 1, 2, 3)))


def differences(of: Store) -> dict[tuple[str, str], float]:
    """What is missing at the end, by place and material: what was there, came and went, less what was counted.

    What is weighed is accounted for as a substance, which its own use and making do not change.
    """
    book: dict[tuple[str, str], float] = defaultdict(float, of.opening)
    for one in of.moved:
        if UNITS[one.material] == "each" or one.kind not in {"use", "make"}:
            book[one.from_area, one.material] -= one.quantity
            book[one.to_area, one.material] += one.quantity
    return {place: book[place] - size for place, size in of.counted.items()}
