"""Seeded ledgers as people keep them: true ones in many habits, and the same with one fault planted.

Two stores and a hall, a bulk material and two kinds of items, a year of rows, inventories about every month. What is
true never lies below zero, balances are printed as a book that begins with the first inventory runs on, and documents
are numbered as they are written.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

import stockward as sw
from stockward.answers.items import LedgerFinding
from stockward.balance.closing import close_balances
from stockward.balance.ledger.faults import faults_of_ledger
from stockward.book import Site
from stockward.book.known import known_at

AREAS, MATERIALS = ("MAIN", "YARD", "HALL"), ("TNT", "BOX", "FUZE")
BEGIN = datetime.fromisoformat("2025-01-02T06:00")
Row = dict[str, Any]


@dataclass
class Habits:
    """How a ledger is kept: all of it is right."""

    times: bool = True
    newest_first: bool = False
    aligned: bool = False
    error: float | None = 0.001
    numbering: str = "one"
    year_in_number: bool = False
    start: int = 1
    lines: int = 3
    late: float = 0.0
    decimals: int = 2
    timezone: str = "UTC"

    @classmethod
    def drawn(cls, seed: int) -> Habits:
        """Habits at random, none of them a fault."""
        rng = np.random.default_rng([seed, 7])
        return cls(
            times=bool(rng.random() < 0.7),
            newest_first=bool(rng.random() < 0.3),
            aligned=bool(rng.random() < 0.5),
            error=[0.001, 0.01, None][rng.integers(3)],
            numbering=["one", "by kind", "shared"][rng.integers(3)],
            year_in_number=bool(rng.random() < 0.5),
            start=int(rng.integers(1, 5000)),
            lines=int(rng.integers(1, 5)),
            late=0.0,
            decimals=int(rng.integers(1, 4)),
            timezone=["UTC", "Asia/Seoul", "America/New_York"][rng.integers(3)],
        )


@dataclass
class Ledger:
    """The rows of both tables, before they become a site; ``keep`` finishes what hangs on their order."""

    habits: Habits
    movements: list[Row] = field(default_factory=list)
    counts: list[Row] = field(default_factory=list)
    areas: tuple[str, ...] = AREAS

    def row(self, number: int) -> Row:
        """The movement that the site has in this row, as a spreadsheet counts."""
        return self.movements[number - 2]

    def number(self, row: Row) -> int:
        """In which row a movement stands."""
        return self.movements.index(row) + 2

    def site(self) -> Site:
        """The facts, read as those of a folder are."""
        error = {} if self.habits.error is None else {"random_rel": [self.habits.error]}
        frames = {
            "areas": pl.DataFrame({"area": self.areas, "kind": ["store"] * len(self.areas)}),
            "materials": pl.DataFrame(
                {"material": MATERIALS, "kind": ["bulk", "item", "item"], "unit": ["kg", "each", "each"]}
            ),
            "methods": pl.DataFrame({"method": ["scale"], **error}),
            "movements": _texts(self.movements),
            "counts": _texts(self.counts),
        }
        settings = {
            "format": 1,
            "site": {"name": "Made", "timezone": self.habits.timezone},
            "detection": {"false_alarm": 0.05, "detection": 0.95},
        }
        return sw.Site.from_tables(frames, settings)

    def findings(self) -> tuple[LedgerFinding, ...]:
        """What the arithmetic of the ledger shows."""
        site = self.site()
        books = known_at(site, None)
        return faults_of_ledger(books, close_balances(books))


def _texts(rows: list[Row]) -> pl.DataFrame:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pl.DataFrame(
        {name: ["" if row.get(name) is None else str(row[name]) for row in rows] for name in names},
        schema=dict.fromkeys(names, pl.String),
    )


def made(seed: int, habits: Habits | None = None, months: int = 9, a_month: int = 40) -> Ledger:
    """A true ledger."""
    habits = Habits.drawn(seed) if habits is None else habits
    rng = np.random.default_rng(seed)
    ledger = Ledger(habits)
    stock = {(area, material): 0.0 for area in AREAS for material in MATERIALS}
    book = dict(stock)
    opening = {("MAIN", "TNT"): 4000.0, ("MAIN", "BOX"): 900.0, ("MAIN", "FUZE"): 5000.0, ("YARD", "TNT"): 600.0}
    stock.update(opening)
    _count(ledger, stock, book, BEGIN, "INV-00", rng)
    book.update({(row["area"], row["material"]): float(row["quantity"]) for row in ledger.counts})
    ledger.counts = [{**row, "book": None} for row in ledger.counts]
    moment = BEGIN
    for month in range(months):
        for _ in range(a_month):
            moment += timedelta(hours=float(rng.uniform(6, 30)))
            _document(ledger, stock, book, moment.replace(minute=int(rng.integers(60)), second=0, microsecond=0), rng)
        moment = (moment + timedelta(days=1)).replace(hour=5, minute=0, second=0, microsecond=0)
        _count(ledger, stock, book, moment, f"INV-{month + 1:02d}", rng)
        moment += timedelta(days=1)
    _number(ledger, rng)
    if habits.newest_first:
        ledger.movements.reverse()
    return ledger


def _count(
    ledger: Ledger, stock: dict[Any, float], book: dict[Any, float], at: datetime, name: str, rng: np.random.Generator
) -> None:
    decimals, error = ledger.habits.decimals, ledger.habits.error or 0.002
    for (area, material), held in stock.items():
        found = round(held * (1 + error * rng.standard_normal()), decimals) if material == "TNT" else held
        when = at if ledger.habits.times else at.date()
        ledger.counts.append(
            {
                "inventory": name, "at": when.isoformat(), "area": area, "material": material, "quantity": found,
                "method": "scale" if material == "TNT" else "", "book": round(book[area, material], decimals),
            }
        )  # fmt: skip
        if ledger.habits.aligned:
            book[area, material] = found


def _document(
    ledger: Ledger, stock: dict[Any, float], book: dict[Any, float], at: datetime, rng: np.random.Generator
) -> None:
    """One paper with its lines, written one below the other."""
    kind = str(rng.choice(["receipt", "issue", "transfer", "transfer"]))
    paper = len({row["document"] for row in ledger.movements})
    for material in rng.choice(MATERIALS, size=int(rng.integers(1, min(ledger.habits.lines, 3) + 1)), replace=False):
        origin, target = (str(area) for area in rng.choice(AREAS, size=2, replace=False))
        held = stock[origin, material]
        share = held * float(rng.uniform(0.02, 0.3))
        size = round(share, ledger.habits.decimals) if material == "TNT" else float(int(share))
        if kind == "receipt":
            size = round(float(rng.uniform(20, 200)), ledger.habits.decimals if material == "TNT" else 0)
        if size <= 0:
            continue
        noise = 1 + (ledger.habits.error or 0.002) * rng.standard_normal() if material == "TNT" else 1.0
        weighed = round(size * noise, ledger.habits.decimals) if material == "TNT" else size
        row: Row = {
            "movement": f"M{len(ledger.movements):05d}", "at": (at if ledger.habits.times else at.date()).isoformat(),
            "kind": kind, "material": str(material), "quantity": weighed, "document": paper,
            "from_area": "" if kind == "receipt" else origin, "to_area": "" if kind == "issue" else target,
            "method": "scale" if material == "TNT" else "",
        }  # fmt: skip
        for side, sign in (("from", -1.0), ("to", 1.0)):
            if area := row[f"{side}_area"]:
                stock[area, material] += sign * size
                book[area, material] += sign * weighed
                row[f"{side}_balance"] = round(book[area, material], ledger.habits.decimals)
        ledger.movements.append(row)


def _number(ledger: Ledger, rng: np.random.Generator) -> None:
    """Give every paper its number: one numbering, one a kind of paper, or one that other books share."""
    habits, given = ledger.habits, dict[int, str]()
    last: dict[tuple[str, int], int] = {}
    for row in ledger.movements:
        if row["document"] not in given:
            year = date.fromisoformat(row["at"][:10]).year if habits.year_in_number else 0
            sign = row["kind"][:1].upper() if habits.numbering == "by kind" else "D"
            begin = habits.start - 1 if not year else 0
            step = 1 + int(rng.poisson(1.5)) if habits.numbering == "shared" else 1
            last[sign, year] = last.get((sign, year), begin) + step
            given[row["document"]] = f"{sign}-{f'{year}-' if year else ''}{last[sign, year]:05d}"
    for row in ledger.movements:
        row["document"] = given[row["document"]]
