"""A layout drawn at random: which columns the ledger has, what stands around its rows, and in what kind of file."""

from __future__ import annotations

import csv
import io
import random
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from xml.sax.saxutils import escape

import openpyxl
from tests.importing.any_layout.truth import AREAS, NAMES, UNITS, Happened, Store, store
from tests.importing.any_layout.wording import Wording, date_of, number_of, wording

SHAPES = ("signed", "in_out", "both_ends", "unsigned", "sheets")
OUTSIDE = {
    "receipt": "Supplier Ltd", "issue": "Unit 7", "use": "Line 3", "make": "Line 3", "discard": "Burning ground",
}  # fmt: skip
Row = tuple[str, str, str, float, str, str]
_Cells = list[object]


@dataclass
class Written:
    """Files in one layout, with what they say and how they say it."""

    seed: int
    shape: str
    how: Wording
    truth: Store
    files: list[Path]
    movements: Counter[Row]
    counts: Counter[tuple[str, str, str, float]]
    drawn: dict[str, object] = field(default_factory=dict)


@dataclass
class _Draw:
    shape: str
    file: str
    has_balance: bool
    has_name: bool
    has_unit: bool
    unit_in_header: bool
    noise: int
    titles: int
    months: bool
    totals: bool
    again: bool
    blanks: bool
    newest_first: bool
    with_count: str
    words_for_signs: bool


def write(seed: int, folder: Path) -> Written:
    """Write a store in the layout of a seed."""
    rng = random.Random(seed)
    truth, how = store(rng), wording(rng)
    shape = rng.choice(SHAPES)
    draw = _Draw(
        shape, rng.choice(("xlsx", "xlsx", "csv", "txt", "ods")), rng.random() < 0.5, rng.random() < 0.4,
        rng.random() < 0.8, rng.random() < 0.1, rng.randint(0, 2), rng.choice((0, 0, 1, 3)), rng.random() < 0.25,
        rng.random() < 0.3, rng.random() < 0.2, rng.random() < 0.2, rng.random() < 0.2,
        rng.choice(("none", "sheet", "file")), rng.random() < 0.3,
    )  # fmt: skip
    typed = draw.file in {"xlsx", "ods"}
    tables = {
        name: _decorated(rng, header, rows, draw) for name, header, rows in _ledgers(rng, truth, how, draw, typed=typed)
    }
    counts: Counter[tuple[str, str, str, float]] = Counter()
    apart: dict[str, list[_Cells]] = {}
    if draw.with_count != "none":
        apart["Stocktake"] = _count_rows(rng, truth, how, draw, typed=typed)
        day = truth.counted_at.strftime("%Y-%m-%d")
        counts.update((day, area, material, size) for (area, material), size in truth.counted.items())
    files = []
    if draw.with_count == "sheet" and typed:
        files.append(_saved(rng, folder / f"books.{draw.file}", {**tables, **apart}))
    else:
        files.append(_saved(rng, folder / f"ledger.{draw.file}", tables))
        if apart:
            files.append(_saved(rng, folder / f"stocktake.{draw.file}", apart))
    return Written(seed, shape, how, truth, files, _said(truth, draw), counts, vars(draw))


def _said(truth: Store, draw: _Draw) -> Counter[Row]:
    return Counter(
        (one.at.strftime("%Y-%m-%d"), one.kind, one.material, one.quantity, one.from_area, one.to_area)
        for one in truth.moved
    )


def _ledgers(
    rng: random.Random, truth: Store, how: Wording, draw: _Draw, *, typed: bool
) -> Iterator[tuple[str, _Cells, list[tuple[datetime, _Cells]]]]:
    """Header and rows of each table of the ledger."""
    lines = [*_lines(truth, draw)]
    if draw.newest_first and not draw.has_balance:
        lines.reverse()
    roles = _roles(rng, draw)
    for name in AREAS[:2] if draw.shape == "sheets" else ("Ledger",):
        rows = [
            (one.at, [_cell(role, one, area, sign, after, how, typed=typed) for role in roles])
            for one, area, sign, after in lines
            if draw.shape != "sheets" or area == name
        ]
        yield name, [_header(role, how, draw) for role in roles], rows


def _roles(rng: random.Random, draw: _Draw) -> list[str]:
    roles = ["at", "document", "material"]
    roles += ["name"] * draw.has_name
    if draw.shape == "both_ends":
        roles += ["from", "to", "quantity"]
    elif draw.shape == "sheets":
        roles += ["kind", "in", "out"]
    else:
        roles += ["area", "kind", *(("in", "out") if draw.shape == "in_out" else ("quantity",))]
    if draw.has_balance and draw.shape != "both_ends":
        roles.append("balance")
    roles += ["unit"] * draw.has_unit
    roles += [f"noise{number}" for number in range(draw.noise)]
    if rng.random() < 0.4:
        rng.shuffle(roles)
    return roles


def _header(role: str, how: Wording, draw: _Draw) -> str:
    if role.startswith("noise"):
        return ("Unit price", "Cost center")[int(role[5:])]
    return how.headers[role]


def _lines(truth: Store, draw: _Draw) -> Iterator[tuple[Happened, str, int, float]]:
    """A line of the ledger: what happened, at which place, which way, and how much is there afterwards."""
    stock: dict[tuple[str, str], float] = defaultdict(float, truth.opening)
    for one in truth.moved:
        if draw.shape == "both_ends":
            yield one, "", 0, 0.0
            continue
        for area, sign in ((one.from_area, -1), (one.to_area, 1)):
            if area:
                stock[area, one.material] += sign * one.quantity
                yield one, area, sign, stock[area, one.material]


def _cell(role: str, one: Happened, area: str, sign: int, after: float, how: Wording, *, typed: bool) -> object:
    unsigned = how.kinds.get("unsigned")
    match role:
        case "at":
            return date_of(one.at, how, typed=typed)
        case "document":
            return one.document
        case "material":
            return one.material
        case "name":
            return NAMES[one.material]
        case "area":
            return area
        case "kind":
            return how.kinds[one.kind]
        case "quantity":
            return number_of(one.quantity * (sign if not unsigned and sign else 1), how, typed=typed)
        case "in":
            return number_of(one.quantity if sign > 0 else None, how, typed=typed)
        case "out":
            return number_of(one.quantity if sign < 0 else None, how, typed=typed)
        case "balance":
            return number_of(after, how, typed=typed)
        case "unit":
            return how.units[UNITS[one.material]]
        case "from":
            return one.from_area or OUTSIDE[one.kind]
        case "to":
            return one.to_area or OUTSIDE[one.kind]
    return {"noise0": 12.5 if typed else "12.5", "noise1": "C100"}[role]


def _decorated(rng: random.Random, header: _Cells, rows: list[tuple[datetime, _Cells]], draw: _Draw) -> list[_Cells]:
    """What people and printers put around the rows."""
    titles: list[_Cells] = [["STOCK LEDGER 2025"], ["printed 1 April 2025"], []][: draw.titles]
    found: list[_Cells] = [*titles, header]
    month = None
    for number, (at, row) in enumerate(rows):
        if draw.months and at.month != month:
            month = at.month
            found.append([at.strftime("%B %Y")])
        if draw.blanks and rng.random() < 0.1:
            found.append([])
        if draw.again and number and number % 15 == 0:
            found.append(header)
        found.append(row)
    if draw.totals:
        total: _Cells = ["" for _ in header]
        total[0] = "Total"
        total[-1] = 12345
        found.append(total)
    return found


def _count_rows(rng: random.Random, truth: Store, how: Wording, draw: _Draw, *, typed: bool) -> list[_Cells]:
    roles = ["at", "area", "material", "book", "counted", "unit"]
    book: dict[tuple[str, str], float] = defaultdict(float, truth.opening)
    for one in truth.moved:
        book[one.from_area, one.material] -= one.quantity
        book[one.to_area, one.material] += one.quantity
    rows: list[_Cells] = [[how.headers[role] for role in roles]]
    for (area, material), size in truth.counted.items():
        rows.append(
            [
                date_of(truth.counted_at, how, typed=typed), area, material,
                number_of(book[area, material], how, typed=typed), number_of(size, how, typed=typed),
                how.units[UNITS[material]],
            ]
        )  # fmt: skip
    return rows


def _saved(rng: random.Random, path: Path, tables: dict[str, list[_Cells]]) -> Path:
    if path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        book.remove(book.active)
        for name, rows in tables.items():
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(row)
        book.save(path)
    elif path.suffix == ".ods":
        _save_ods(path, tables)
    else:
        # A text has one table: those of several places follow one another, each below the name of its place.
        separator = rng.choice(",;\t|") if path.suffix == ".csv" else "\t"
        made = io.StringIO()
        writer = csv.writer(made, delimiter=separator)
        for name, rows in tables.items():
            if len(tables) > 1:
                writer.writerow([name])
            writer.writerows(rows)
            if len(tables) > 1:
                writer.writerow([])
        path.write_bytes(made.getvalue().encode(rng.choice(("utf-8", "utf-8-sig", "utf-16", "cp1252"))))
    return path


def _save_ods(path: Path, tables: dict[str, list[_Cells]]) -> None:
    names = (
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2"'
    )
    sheets = "".join(
        f'<table:table table:name="{escape(name)}">'
        + "".join(
            f"<table:table-row>{''.join(map(_ods_cell, row)) or '<table:table-cell/>'}</table:table-row>"
            for row in rows
        )
        + "</table:table>"
        for name, rows in tables.items()
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {names}><office:body>'
        f"<office:spreadsheet>{sheets}</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest '
        'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("mimetype", kind)
        made.writestr("content.xml", content)
        made.writestr("META-INF/manifest.xml", manifest)


def _ods_cell(cell: object) -> str:
    if cell is None or cell == "":
        return "<table:table-cell/>"
    if isinstance(cell, (datetime, date)):
        value = cell.isoformat()
        return f'<table:table-cell office:value-type="date" office:date-value="{value}"><text:p>{value}</text:p></table:table-cell>'
    if isinstance(cell, (int, float)):
        return f'<table:table-cell office:value-type="float" office:value="{cell}"><text:p>{cell}</text:p></table:table-cell>'
    text = escape(str(cell))
    return f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
