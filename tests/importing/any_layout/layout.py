"""A layout drawn at random: which columns the ledger has, what stands around its rows, and in what kind of file."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from tests.importing.any_layout.saving import Cells, save
from tests.importing.any_layout.truth import AREAS, NAMES, UNITS, Happened, Store, store
from tests.importing.any_layout.wording import Wording, date_of, number_of, spelt, wording

SHAPES = ("signed", "in_out", "without_kinds", "both_ends", "unsigned", "a_sheet_an_area", "a_sheet_a_material")
_HABITS: Mapping[str, float] = MappingProxyType(
    {
        "balance": 0.5, "name": 0.4, "unit": 0.8, "shuffled": 0.4, "titles": 0.4, "months": 0.25, "totals": 0.3,
        "header again": 0.2, "blank lines": 0.2, "newest first": 0.2, "count in the same file": 0.4, "count": 0.6,
        "price": 0.3, "cost centre": 0.3, "zeros for blanks": 0.15, "dashes for blanks": 0.1, "unit in the cell": 0.1,
        "trailing minus": 0.15, "in brackets": 0.1, "two spellings": 0.15, "footer": 0.2, "header in two rows": 0.15,
        "blank repeats": 0.1, "clock apart": 0.15, "entered": 0.3, "remarks": 0.3,
        "opening line": 0.25, "sums of months": 0.15, "two files": 0.2, "places across": 0.15, "code and name": 0.1,
    }
)  # fmt: skip
"""What some keepers do, and how often."""
OUTSIDE: Mapping[str, str] = MappingProxyType(
    {"receipt": "Supplier Ltd", "issue": "Unit 7", "use": "Line 3", "make": "Line 3", "discard": "Burning ground"}
)
_OPENED = datetime(2025, 1, 1, 6)  # noqa: DTZ001  # the clock on the wall
Moved = tuple[str, str, str, float, str, str]
Counted = tuple[str, str, str, float]


@dataclass(frozen=True)
class Line:
    """A line of a ledger: what happened, at which place, which way (0 for an opening), and what is there afterwards."""

    what: Happened
    area: str
    sign: int
    after: float


Row = tuple[Line | None, Cells]


@dataclass
class Layout:
    """How one store keeps its books: the shape of its ledger, its habits, and its wording."""

    seed: int
    shape: str
    file: str
    habits: frozenset[str]
    how: Wording

    @property
    def opens(self) -> bool:
        """Whether its ledger begins with what was there."""
        return {"opening line", "balance"} <= self.habits and self.shape not in {"both_ends", "without_kinds"}

    @property
    def is_typed(self) -> bool:
        """Whether its files hold typed cells."""
        return self.file in {"xlsx", "ods"}


@dataclass
class Written:
    """Files in one layout, and what they say."""

    layout: Layout
    files: list[Path]
    movements: Counter[Moved]
    counts: Counter[Counted]
    counted_at: str


def write(seed: int, folder: Path) -> Written:
    """Write a store in the layout of a seed."""
    rng = random.Random(seed)
    truth, how = store(rng), wording(rng)
    habits = frozenset(name for name, often in _HABITS.items() if rng.random() < often)
    layout = Layout(seed, rng.choice(SHAPES), rng.choice(("xlsx", "xlsx", "csv", "txt", "ods")), habits, how)
    tables = dict(_tables(rng, truth, layout))
    counts: Counter[Counted] = Counter()
    if layout.opens:
        counts.update((_OPENED.strftime("%Y-%m-%d"), *place, size) for place, size in truth.opening.items())
    ledger = {name: _decorated(rng, rows, layout) for name, rows in tables.items()}
    books = {f"ledger.{layout.file}": ledger}
    if "two files" in habits and not layout.opens:
        # The second file begins before the first one ends.
        first = {name: _decorated(rng, rows[: 1 + 2 * len(rows) // 3], layout) for name, rows in tables.items()}
        later = {name: _decorated(rng, [rows[0], *_begun(rows)], layout) for name, rows in tables.items()}
        books = {f"january.{layout.file}": first, f"later.{layout.file}": later}
        ledger = later
    if "count" in habits:
        day = truth.counted_at.strftime("%Y-%m-%d")
        counts.update((day, area, material, size) for (area, material), size in truth.counted.items())
        within = "count in the same file" in habits and layout.is_typed
        book = ledger if within else books.setdefault(f"stocktake.{layout.file}", {})
        book["Stocktake"] = (_places_across if "places across" in habits else _count_rows)(truth, layout)
    files = [save(rng, folder / name, tables) for name, tables in books.items()]
    return Written(
        layout, files, Counter(_said(one, layout) for one in truth.moved), counts, truth.counted_at.isoformat()
    )


def _begun(rows: list[Row]) -> list[Row]:
    """The rows from a third on, the first of them with nothing that only the row above it says."""
    start = 1 + len(rows) // 3
    while start < len(rows) and "" in rows[start][1][:1]:
        start += 1
    return rows[start:]


def _said(one: Happened, layout: Layout) -> Moved:
    kind = one.kind
    if layout.shape == "without_kinds" and kind != "transfer":
        kind = "issue" if one.from_area else "receipt"
    return one.at.strftime("%Y-%m-%d"), kind, one.material, one.quantity, one.from_area, one.to_area


def _tables(rng: random.Random, truth: Store, layout: Layout) -> Iterator[tuple[str, list[Row]]]:
    """Each table of the ledger: its header, and a row a line."""
    lines = [*_lines(truth, layout)]
    if "newest first" in layout.habits and "balance" not in layout.habits:
        lines.reverse()
    roles = _roles(rng, layout)
    names = {"a_sheet_an_area": AREAS[:2], "a_sheet_a_material": tuple(UNITS)}.get(layout.shape, ("Ledger",))
    for name in names:
        own = [line for line in lines if len(names) == 1 or name in {line.area, line.what.material}]
        rows: list[Row] = [(None, [layout.how.headers[role] for role in roles])]
        before: Cells = []
        for line in own:
            row = [_cell(rng, role, line, layout) for role in roles]
            shown = row
            if "blank repeats" in layout.habits and before:
                # Some write a day and a place once, and leave the rows below blank.
                shown = [
                    "" if role in {"at", "area"} and cell == above else cell
                    for role, cell, above in zip(roles, row, before, strict=True)
                ]
            before = row
            rows.append((line, shown))
        yield name, rows


def _roles(rng: random.Random, layout: Layout) -> list[str]:
    shape, habits = layout.shape, layout.habits
    roles = ["at", *["clock"] * ("clock apart" in habits), "document"]
    roles += ["material", *["name"] * ("name" in habits)] if shape != "a_sheet_a_material" else []
    if shape == "both_ends":
        roles += ["from", "to", "quantity"]
    else:
        roles += ["area"] if shape != "a_sheet_an_area" else []
        roles += ["kind"] if shape != "without_kinds" else []
        roles += ["quantity"] if shape in {"signed", "unsigned"} else ["in", "out"]
        roles += ["balance"] if "balance" in habits else []
    wanted = {"unit": "unit", "price": "price", "cost": "cost centre", "entered": "entered", "remarks": "remarks"}
    roles += [role for role, habit in wanted.items() if habit in habits]
    if "shuffled" in habits:
        rng.shuffle(roles)
    return roles


def _lines(truth: Store, layout: Layout) -> Iterator[Line]:
    if layout.opens:
        for (area, material), size in truth.opening.items():
            yield Line(Happened(_OPENED, "opening", material, size, "", area, ""), area, 0, size)
    stock: dict[tuple[str, str], float] = defaultdict(float, truth.opening)
    for one in truth.moved:
        if layout.shape == "both_ends":
            yield Line(one, "", 0, 0.0)
            continue
        for area, sign in ((one.from_area, -1), (one.to_area, 1)):
            if area:
                stock[area, one.material] += sign * one.quantity
                yield Line(one, area, sign, stock[area, one.material])


def _cell(rng: random.Random, role: str, line: Line, layout: Layout) -> object:
    one, how = line.what, layout.how
    plain: dict[str, object] = {
        "document": one.document, "name": NAMES[one.material], "area": line.area, "cost": "C100",
        "price": 12.5 if layout.is_typed else "12.5", "unit": how.units[UNITS[one.material]],
        "from": one.from_area or OUTSIDE.get(one.kind, ""), "to": one.to_area or OUTSIDE.get(one.kind, ""),
        "entered": f"U{rng.randint(1, 9):02d}", "remarks": rng.choice(("", "", "see file", "ok")),
        "clock": one.at.strftime("%H:%M"),
    }  # fmt: skip
    if role == "material" and "code and name" in layout.habits and "two spellings" not in layout.habits:
        return f"[{one.material}] {NAMES[one.material]}"
    if role == "material":
        return rng.choice(spelt(one.material)) if "two spellings" in layout.habits else one.material
    if role == "at":
        clock = "clock apart" not in layout.habits and how.clock
        return date_of(one.at, how, typed=layout.is_typed, clock=clock)
    if role == "kind" and one.kind == "opening":
        return how.opening
    if role == "kind":
        word = how.kinds[one.kind]
        if layout.shape == "unsigned" and one.kind == "transfer":
            return f"{word} {how.sides[line.sign > 0]}"
        return word
    if role in {"quantity", "in", "out", "balance"}:
        return _measure(role, line, layout)
    return plain[role]


def _measure(role: str, line: Line, layout: Layout) -> object:
    habits, how, typed = layout.habits, layout.how, layout.is_typed
    size = line.what.quantity
    if line.sign == 0 and layout.shape != "both_ends" and role != "balance":
        return ""
    if (role == "in" and line.sign < 0) or (role == "out" and line.sign > 0):
        zero = 0 if typed else "0"
        return zero if "zeros for blanks" in habits else "-" if "dashes for blanks" in habits else ""
    value = line.after if role == "balance" else -size if role == "quantity" and layout.shape == "signed" and (
        line.sign < 0
    ) else size  # fmt: skip
    if value < 0 and {"trailing minus", "in brackets"} & habits:
        text = str(number_of(-value, how, typed=False))
        return f"{text}-" if "trailing minus" in habits else f"({text})"
    if "unit in the cell" in habits and "unit" not in habits and role != "balance":
        return f"{number_of(value, how, typed=False)} {how.units[UNITS[line.what.material]]}"
    return number_of(value, how, typed=typed)


def _decorated(rng: random.Random, rows: list[Row], layout: Layout) -> list[Cells]:
    """What people and printers put around the rows."""
    habits, header = layout.habits, rows[0][1]
    found: list[Cells] = [["STOCK LEDGER 2025"], ["printed 1 April 2025"], []] if "titles" in habits else []
    if "header in two rows" in habits:
        found += _in_two_rows(header, layout)
    else:
        found.append(header)
    month, sums = None, "sums of months" in habits
    for number, (line, row) in enumerate(rows[1:]):
        assert line is not None
        if sums and number and line.what.at.month != rows[number][0].what.at.month:  # type: ignore[union-attr]
            found.append([f"Total {rows[number][0].what.at:%B}", *[""] * (len(header) - 2), 99])  # type: ignore[union-attr]
        if "months" in habits and line.what.at.month != month:
            month = line.what.at.month
            found.append([datetime(2025, month, 1).strftime("%B %Y")])  # noqa: DTZ001
        if "blank lines" in habits and rng.random() < 0.1:
            found.append([])
        if "header again" in habits and "header in two rows" not in habits and number and number % 15 == 0:
            found.append(header)
        found.append(row)
    if "totals" in habits:
        found.append(["Total", *[""] * (len(header) - 2), 12345])
    if "footer" in habits:
        found += [[], ["Checked by:", "", "Date:"], ["* corrected entries are marked"]]
    return found


def _in_two_rows(header: Cells, layout: Layout) -> list[Cells]:
    """What came in and went out below a common name."""
    names = {layout.how.headers["in"], layout.how.headers["out"]}
    places = [place for place, name in enumerate(header) if name in names]
    if not places or places != [*range(places[0], places[-1] + 1)]:
        return [header]
    above: Cells = ["" if name in names else name for name in header]
    above[places[0]] = layout.how.headers["quantity"]
    return [above, [name if name in names else "" for name in header]]


def _count_rows(truth: Store, layout: Layout) -> list[Cells]:
    how, typed = layout.how, layout.is_typed
    book: dict[tuple[str, str], float] = defaultdict(float, truth.opening)
    for one in truth.moved:
        book[one.from_area, one.material] -= one.quantity
        book[one.to_area, one.material] += one.quantity
    rows: list[Cells] = [[how.headers[role] for role in ("at", "area", "material", "book", "counted", "unit")]]
    for (area, material), size in truth.counted.items():
        figures = (number_of(value, how, typed=typed) for value in (book[area, material], size))
        day = date_of(truth.counted_at, how, typed=typed, clock=how.clock)
        rows.append([day, area, material, *figures, how.units[UNITS[material]]])
    return rows


def _places_across(truth: Store, layout: Layout) -> list[Cells]:
    """A list with a column for each place."""
    how = layout.how
    rows: list[Cells] = [[how.headers["material"], how.headers["unit"], *AREAS[:2]]]
    for material, unit in UNITS.items():
        sizes = (number_of(truth.counted[area, material], how, typed=layout.is_typed) for area in AREAS[:2])
        rows.append([material, how.units[unit], *sizes])
    return rows
