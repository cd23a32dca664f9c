"""The oracle's half: sites in which every row that was set aside stands mended, in agreement with what is readable.

The damaged site as read is written anew, good rows as they are. A row at fault becomes the clean row that agrees with
its readable cells, where there is one, or is filled in at random; a value that contradicts a rule is drawn again.
Two things are taken for granted, as the format does where it says that a count touches both its periods: a count at an
unreadable time belongs near the others of its inventory, and an unreadable material is one that its area counts.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
from clean_site import SETTINGS
from writing import Sheet, SiteDraft, csv_bytes, sheet_of

from stockward.book import Problem, Site, read_site
from stockward.book.schema.dictionary import Column
from stockward.book.schema.dictionary import tables as dictionary

BOOKS = ("areas", "materials", "contents", "methods", "calibrations", "movements", "counts", "normal_losses")
ROUNDS = 12
_NEEDS = {
    (True, True): ("transfer",),
    (True, False): ("issue", "use", "discard", "write_off"),
    (False, True): ("receipt", "make", "found"),
}


@dataclass
class Entry:
    """One row of the site that is being mended, as text; ``lost`` columns could not be read."""

    table: str
    cells: dict[str, str]
    at_fault: bool
    lost: set[str] = field(default_factory=set)


class Mender:
    """Mends one damaged site in several ways."""

    def __init__(self, site: Site, clean: Site, rng: random.Random) -> None:
        self._site = site
        self._rng = rng
        self._clean = {name: [as_text(name, row) for row in clean[name].iter_rows(named=True)] for name in BOOKS}

    def mend(self, folder: Path, *, from_clean: bool) -> Site | None:
        """Write a mended site and read it; ``None`` where no way was found to mend every row."""
        entries = {name: self._entries(name, from_clean=from_clean) for name in BOOKS}
        folder.mkdir(parents=True)
        for attempt in range(ROUNDS):
            site = self._read(folder, entries)
            if not site.problems:
                return site
            if not self._repair(entries, site.problems, give_up=attempt >= ROUNDS - 4):
                return None
        return None

    def _entries(self, name: str, *, from_clean: bool) -> list[Entry]:
        good = [
            (row["row"], Entry(name, as_text(name, row), at_fault=False))
            for row in self._site[name].iter_rows(named=True)
        ]
        bad = []
        for row in self._site.set_aside[name].iter_rows(named=True):
            lost = set(row.pop("unreadable"))
            entry = Entry(name, as_text(name, row, as_entered=True), at_fault=True, lost=lost)
            self._fill(entry, from_clean=from_clean)
            bad.append((row["row"], entry))
        return [entry for _, entry in sorted([*good, *bad], key=lambda pair: pair[0])]

    def _fill(self, entry: Entry, *, from_clean: bool) -> None:
        """Fill in what cannot be read."""
        known = [row for row in self._clean[entry.table] if _agrees(entry, row)] if from_clean else []
        original = self._rng.choice(known) if known else {}
        for name in sorted(entry.lost, key=lambda name: name == "material"):
            entry.cells[name] = original[name] if name in original else self._draw(entry, name)

    def _read(self, folder: Path, entries: dict[str, list[Entry]]) -> Site:
        timezone = self._site.timezone
        settings = SETTINGS.format(decimal=".").replace("Europe/Berlin", timezone)
        (folder / "site.toml").write_text(settings, encoding="utf-8")
        # A cell may hold a carriage return, which only quotation marks keep inside it.
        plain = SiteDraft({}, "", "csv", ".", ",", csv.QUOTE_ALL, 0, byte_order_mark=False)
        for name, rows in entries.items():
            sheet = sheet_of(name, [entry.cells for entry in rows])
            sheet = sheet if rows else Sheet(list(dictionary()[name].names), [])
            (folder / f"{name}.csv").write_bytes(csv_bytes(sheet, plain))
        return read_site(folder)

    def _repair(self, entries: dict[str, list[Entry]], problems: Iterable[Problem], *, give_up: bool) -> bool:
        """Answer every reason that still stands; ``False`` where a good row would have to change."""
        faults = [(entries[problem.table][problem.row - 2], problem) for problem in problems]
        for entry, problem in faults:
            if "is set aside" in problem.reason:
                continue
            if not entry.at_fault:
                return False
            if give_up:
                _remove(entries, entry)
            else:
                self._answer(entries, entry, problem)
        return any("is set aside" not in problem.reason for _, problem in faults)

    def _answer(self, entries: dict[str, list[Entry]], entry: Entry, problem: Problem) -> None:
        """Mend what one reason says."""
        reason, column, cells = problem.reason, problem.column, entry.cells
        if "in an earlier row" in reason:
            self._answer_duplicate(entries, entry)
        elif "must name it" in reason or "has none: blank it" in reason:
            self._answer_areas(entry, column)
        elif "of another material" in reason and "material" in entry.lost:
            cells["material"] = self._draw(entry, "material")
        elif column == "reverses" and column not in entry.lost:
            cells["reverses"] = ""
        elif " is not in " in reason and column not in entry.lost:
            _remove(entries, entry)
        elif column:
            cells[column] = self._draw(entry, column)

    def _answer_duplicate(self, entries: dict[str, list[Entry]], entry: Entry) -> None:
        """A key of its own, or one of the two rows goes."""
        key = dictionary()[entry.table].key
        lost = [name for name in key if name in entry.lost]
        if lost:
            entry.cells[lost[0]] = self._draw(entry, lost[0])
        elif entry.table == "counts":
            entry.cells["sheet"] = f"extra {self._rng.randrange(10**6)}"
        elif len(key) == 1 and self._rng.random() < 0.7:
            entry.cells[key[0]] = f"new {self._rng.randrange(10**6)}"
        elif entry.table in {"methods", "materials"} and self._rng.random() < 0.7:
            earlier = next(other for other in entries[entry.table] if other.cells[key[0]] == entry.cells[key[0]])
            _remove(entries, earlier)
        else:
            _remove(entries, entry)

    def _answer_areas(self, entry: Entry, column: str) -> None:
        """An area that cannot be read may be any; of what can, one area is too many, or the kind is wrong."""
        cells = entry.cells
        if column in entry.lost and self._rng.random() < 0.7:
            cells[column] = self._draw(entry, column)
        elif cells[column] and "kind" not in entry.lost and self._rng.random() < 0.5:
            cells[column] = ""
        else:
            named = bool(cells["from_area"]), bool(cells["to_area"])
            cells["kind"] = self._rng.choice(_NEEDS.get(named, ("transfer",)))
            if not any(named):
                cells["from_area"], cells["to_area"] = self._rng.choices(self._keys("areas") or [""], k=2)

    def _draw(self, entry: Entry, name: str) -> str:
        """Any value that the column could hold in this row."""
        rng, column = self._rng, dictionary()[entry.table][name]
        if not column.required and rng.random() < 0.3:
            return ""
        if entry.table in {"movements", "counts"} and name == "material":
            return rng.choice(self._materials_of(entry) or self._keys("materials") or [""])
        if column.refers_to:
            return rng.choice(self._keys(column.refers_to) or [""])
        if entry.table == "counts" and name == "at" and "inventory" not in entry.lost:
            return self._moment_of(entry)
        if column.type == "time":
            return (
                f"2026-0{rng.randint(1, 4)}-{rng.randint(1, 28):02d}T{rng.randint(4, 23):02d}:{rng.randint(0, 59):02d}"
            )
        if column.type in {"number", "integer"}:
            return self._draw_number(column)
        if column.choices:
            return rng.choice(column.choices)
        if column.type == "unit":
            return rng.choice(("kg", "g", "each", "lb"))
        return self._draw_code(column.name)

    def _materials_of(self, entry: Entry) -> list[str]:
        """Materials that every area of the row counts: what else it might be, no inventory would ever settle."""
        named = [entry.cells[name] for name in ("area", "from_area", "to_area") if entry.cells.get(name)]
        counts = self._site["counts"].select(pl.col("area").cast(pl.String), pl.col("material").cast(pl.String))
        counted = [set(counts.filter(pl.col("area") == area)["material"]) for area in named]
        return sorted(set.intersection(*counted)) if counted else []

    def _moment_of(self, entry: Entry) -> str:
        """A moment near the other counts of the inventory: one count does not move it past its neighbours."""
        same = (pl.col("inventory") == entry.cells["inventory"]) & (pl.col("area") == entry.cells["area"])
        moments = self._site["counts"].filter(same)["at"].to_list()
        near = self._rng.choice(moments) if moments else datetime(2026, self._rng.randint(1, 4), 12, tzinfo=UTC)
        return (near + timedelta(hours=self._rng.randint(-20, 20))).isoformat()

    def _draw_number(self, column: Column) -> str:
        high = column.range.high if column.range else 1000.0
        if high <= 1:
            return f"{self._rng.uniform(0, 0.01):.6f}"
        if high <= 4:
            return "1"
        return self._rng.choice(("0", "1", "7.5", "120", "4000")) if column.type == "number" else "7"

    def _draw_code(self, name: str) -> str:
        codes = {
            "inventory": [*(f"INV{number}" for number in range(8)), "INVX"],
            "substance": ["TNT", "RDX", "MIX", "HMX"],
            "sheet": ["", "1", "9"],
            "area": ["0010", "P1", "S2", "S9"],
            "material": ["TNT", "RDX", "MIX", "SHELL", "FUZE", "PETN"],
            "method": ["W1", "W2", "EYE", "W9"],
        }
        return self._rng.choice(codes.get(name, [f"new {self._rng.randrange(10**6)}"]))

    def _keys(self, table: str) -> list[str]:
        """Keys that a mended row could refer to."""
        if table == "substances":
            return ["TNT", "RDX"]
        key = dictionary()[table].key[0]
        standing = [str(value) for value in self._site[table][key].to_list()]
        return standing + [
            row[key] for row in self._clean[table] if row[key] not in standing and self._rng.random() < 0.3
        ]


def _remove(entries: dict[str, list[Entry]], entry: Entry) -> None:
    entries[entry.table] = [other for other in entries[entry.table] if other is not entry]


def _agrees(entry: Entry, row: dict[str, str]) -> bool:
    """Whether a clean row says what the readable cells say."""
    cells = _in_own_unit(entry.cells)
    return all(_same(cells[name], row[name]) for name in row if name not in entry.lost)


def _in_own_unit(cells: dict[str, str]) -> dict[str, str]:
    """Quantities of the books without a unit; the books keep kilograms and pieces."""
    if "quantity" not in cells:
        return cells
    if cells["unit"] == "g" and cells["quantity"]:
        return {**cells, "quantity": repr(float(cells["quantity"]) / 1000), "unit": ""}
    return {**cells, "unit": ""} if cells["unit"] in {"kg", "each"} else cells


def _same(read: str, clean: str) -> bool:
    """Whether two texts mean the same."""
    if read == clean:
        return True
    try:
        return abs(float(read) - float(clean)) < 1e-9 * (1 + abs(float(clean)))
    except ValueError:
        return False


def as_text(table: str, row: dict[str, Any], *, as_entered: bool = False) -> dict[str, str]:
    """A row as it was read, written so that it reads the same again; quantities are in the unit of the books."""
    cells = {column.name: _cell(row.get(column.name)) for column in dictionary()[table].columns}
    if table in {"movements", "counts"} and not as_entered:
        cells["unit"] = ""
    return cells


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, list):
        return " ".join(value)
    return str(value)
