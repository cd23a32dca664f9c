"""Books of a small site whose truth is known: what moved, what was counted, and what is missing where and when."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

Row = dict[str, str]
Tables = dict[str, list[Row]]
Period = tuple[str, str]
"""A series by its name, and the inventory that ends the period."""

MOVED = ("movement", "at", "kind", "material", "quantity", "unit", "from_area", "to_area", "method", "reverses", "note")
COUNTED = ("inventory", "at", "area", "material", "quantity", "unit", "method", "sheet")
# Some look alike, some lose their zeros, some look like numbers: all of them are names that sites use.
AREAS = ("M1", "М1", "0010", "10", "Halle 3", "halle 3", "магазин", "A-1", "1-2", "store #4")
ITEMS = ("BOX", "ВОХ", "007", "7", "shell 105", "1E5", "fuze, M739")
BULK = ("TNT", "ТNТ", "RDX", "0001", "powder; wet")
INVENTORIES = (("A", "B", "C", "D", "E", "F"), ("0001", "0002", "0003", "0004", "0005", "0006"),
               ("2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06"))  # fmt: skip
SCALE = "W1"
STOCK = 1000


@dataclass
class Books:
    """The tables of a site with its settings, and what is truly missing in each period; elsewhere nothing is."""

    tables: Tables
    zone: str
    missing: dict[Period, float]
    settings: str = ""
    columns: dict[str, tuple[str, ...]] = field(default_factory=lambda: {"movements": MOVED, "counts": COUNTED})

    def changed(self, change: Callable[[Tables], object]) -> Books:
        """A copy of the books with something changed."""
        tables = copy.deepcopy(self.tables)
        change(tables)
        return Books(tables, self.zone, self.missing, self.settings, self.columns)


@dataclass
class Entry:
    """A row of the ledger, the period that it falls into, and what truly moved."""

    row: Row
    period: int
    moved: list[tuple[str, str, float]]


class Works:
    """A site at work: areas, materials and inventories drawn at random, and a ledger; perhaps something is lost."""

    def __init__(
        self, rng: random.Random, *, zone: str = "UTC", dated: bool = False, first: date = date(2026, 1, 5),
        periods: int | None = None, kinds: str | None = None, lossy: bool | None = None,
    ) -> None:  # fmt: skip
        self.rng, self.zone, self.dated = rng, zone, dated
        self.areas = rng.sample(AREAS, rng.choice((1, 2, 3)))
        of = kinds or rng.choice(("item", "bulk", "both"))
        self.items = rng.sample(ITEMS, rng.choice((1, 2))) if of != "bulk" else []
        self.bulk = rng.sample(BULK, rng.choice((1, 2))) if of != "item" else []
        number = periods or rng.choice((2, 3, 4))
        self.inventories = list(rng.choice(INVENTORIES)[: number + 1])
        self.days = [first + timedelta(days=28 * place) for place in range(number + 1)]
        self.hour = time(0) if dated else time(6)
        self.entries: list[Entry] = []
        self.losses: dict[tuple[str, str, int], float] = {}
        for period in range(1, number + 1):
            for material in self.materials:
                for _ in range(rng.choice((1, 2, 3))):
                    self.work(period, material)
        if rng.random() < 0.5 if lossy is None else lossy:
            self.lose(rng.choice(self.areas), rng.choice(self.materials), rng.randint(1, number))

    @property
    def materials(self) -> list[str]:
        return [*self.items, *self.bulk]

    @property
    def periods(self) -> range:
        return range(1, len(self.inventories))

    def lose(self, area: str, material: str, period: int) -> None:
        """Take so much that no error of measuring explains it."""
        lost = self.rng.randint(1, 90) if material in self.items else self.rng.choice((60, 100, 150))
        self.losses[area, material, period] = float(lost)

    def work(self, period: int, material: str, kind: str | None = None, day: date | None = None) -> Entry:
        """Something is received, issued or carried over."""
        kind = kind or self.rng.choice(
            ("receipt", "issue", "transfer") if len(self.areas) > 1 else ("receipt", "issue")
        )
        of, to = (self.rng.sample(self.areas, 2) if len(self.areas) > 1 else self.areas * 2)[:2]
        quantity = float(self.rng.randint(2, 40))
        return self.enter(period, kind, material, quantity, of=of, to=to, day=day)

    def enter(
        self, period: int, kind: str, material: str, quantity: float, *, of: str = "", to: str = "",
        day: date | None = None, moved: bool = True,
    ) -> Entry:  # fmt: skip
        """Write a row into the ledger, about something that truly moved or not."""
        of = of if kind in {"issue", "transfer", "discard"} else ""
        to = to if kind in {"receipt", "transfer"} else ""
        day = day or self.days[period - 1] + timedelta(days=self.rng.randint(2, 25))
        row = {
            "movement": f"{len(self.entries) + 1:04d}", "at": self.moment(day), "kind": kind, "material": material,
            "quantity": number(quantity), "unit": "", "from_area": of, "to_area": to,
            "method": SCALE if material in self.bulk else "", "reverses": "", "note": "",
        }  # fmt: skip
        change = [(of, material, -quantity), (to, material, quantity)]
        entry = Entry(row, period, [one for one in change if one[0] and moved])
        self.entries.append(entry)
        return entry

    def moment(self, day: date) -> str:
        if self.dated:
            return f"{day}"
        minute = self.rng.randint(8 * 60, 20 * 60)
        return f"{day}T{minute // 60:02d}:{minute % 60:02d}"

    def touched(self, areas: Iterable[str], materials: Iterable[str], periods: Iterable[int]) -> set[Period]:
        """The periods of these areas and materials."""
        ends = [self.inventories[period] for period in periods if period in self.periods]
        return {(f"{area}/{material}", end) for area in areas if area for material in materials for end in ends}

    def books(self) -> Books:
        """The tables, with every count as it truly was."""
        stock = {(area, material): float(STOCK) for area in self.areas for material in self.materials}
        counts: list[Row] = []
        for period, (inventory, day) in enumerate(zip(self.inventories, self.days, strict=True)):
            for area, material, change in (
                one for entry in self.entries if entry.period == period for one in entry.moved
            ):
                stock[area, material] += change
            for (area, material), quantity in stock.items():
                stock[area, material] = quantity - self.losses.get((area, material, period), 0.0)
            counts += [self._count(inventory, day, *thing, quantity) for thing, quantity in stock.items()]
        missing = {
            (f"{area}/{material}", self.inventories[period]): lost
            for (area, material, period), lost in self.losses.items()
        }
        tables: Tables = {
            "areas": [{"area": area, "kind": "store"} for area in self.areas],
            "materials": [{"material": name, "kind": "item", "unit": "each"} for name in self.items]
            + [{"material": name, "kind": "bulk", "unit": "kg"} for name in self.bulk],
            "movements": [entry.row for entry in self.entries],
            "counts": counts,
        }
        if self.bulk:
            tables["methods"] = [{"method": SCALE, "random_rel": "0.0005", "systematic_rel": "0.0002"}]
        return Books(tables, self.zone, missing)

    def _count(self, inventory: str, day: date, area: str, material: str, quantity: float) -> Row:
        at = f"{day}" if self.dated else f"{datetime.combine(day, self.hour):%Y-%m-%dT%H:%M}"
        return {
            "inventory": inventory, "at": at, "area": area, "material": material, "quantity": number(quantity),
            "unit": "", "method": SCALE if material in self.bulk else "", "sheet": "",
        }  # fmt: skip


def number(quantity: float) -> str:
    """A quantity in English notation."""
    return f"{quantity:.6f}".rstrip("0").rstrip(".")


def found(rows: list[Row], **cells: str) -> Row:
    """The first row that has these cells."""
    return next(row for row in rows if all(row[name] == cell for name, cell in cells.items()))


def place_of(rows: list[Row], row: Row) -> int:
    """The place of this very row, and of none that only equals it."""
    return next(place for place, one in enumerate(rows) if one is row)
