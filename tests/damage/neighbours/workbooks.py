"""Neighbours in workbooks: merged cells, the strict form of the format, a cell far away from the table."""

from __future__ import annotations

import random
import zipfile
from dataclasses import replace
from pathlib import Path

from .books import Works
from .forms import form_of, header_of
from .holding import Mend, Neighbour, Truth, reviewed

_STRICT = {
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main": "http://purl.oclc.org/ooxml/spreadsheetml/main",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships":
        "http://purl.oclc.org/ooxml/officeDocument/relationships",
    "http://schemas.openxmlformats.org/drawingml/2006/main": "http://purl.oclc.org/ooxml/drawingml/main",
    "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties":
        "http://purl.oclc.org/ooxml/officeDocument/extendedProperties",
}  # fmt: skip


def merged_cells(rng: random.Random) -> Neighbour:
    """One cell merged over rows that all mean it: the rows but the first have no value of their own."""
    works = Works(rng)
    books = works.books()
    table = rng.choice(("movements", "movements", "counts"))
    rows = books.tables[table]
    columns = [name for name in header_of(books, table) if name not in {"movement", "quantity", "reverses", "sheet"}]
    name = rng.choice(columns)
    for row in rows:
        if name == "unit" and row["material"] in works.bulk:
            row.update(unit="g", quantity=str(int(float(row["quantity"]) * 1000)))
        elif name == "note":
            row["note"] = "one lorry"
    runs = [
        (first, last)
        for first in range(len(rows))
        for last in range(first + 1, min(first + 5, len(rows)))
        if len({row[name] for row in rows[first : last + 1]}) == 1 and rows[first][name]
    ]
    form = form_of(rng, "xlsx")
    if not runs:
        return reviewed("nothing to merge", books, form, Truth())
    first, last = rng.choice([runs[0], runs[-1], rng.choice(runs)])
    form = replace(form, merged=((table, name, first, last),))
    at_fault = {(table, place) for place in range(first + 1, last + 1)}
    hidden = works.touched(works.areas, works.materials, works.periods)
    mend = Mend("unmerge it, and write the value into each row", lambda tables: None)
    told = f"{table} {name} merged over rows {first} to {last}"
    return reviewed(told, books, form, Truth(at_fault, hidden), [mend])


def strict_workbook(rng: random.Random) -> Neighbour:
    """A workbook saved as Strict Open XML: it is read, or the one line says under which type to save it."""
    works = Works(rng)
    form = form_of(rng, "xlsx")
    part = rng.random() < 0.3

    def strict(site: Path) -> None:
        _make_strict(site / "site.xlsx", only="xl/worksheets/sheet1.xml" if part else "")

    truth = Truth(stop="Strict")
    words = f"strict{' in one sheet' if part else ''}"
    return reviewed(words, works.books(), form, truth, [Mend("", lambda tables: None)], after=strict)


def _make_strict(path: Path, only: str) -> None:
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    for name, content in parts.items():
        if (only and name != only) or name.endswith("Content_Types].xml") or name == "_rels/.rels":
            continue
        for loose, strict in _STRICT.items():
            content = content.replace(loose.encode(), strict.encode())
        if name.endswith("workbook.xml"):
            content = content.replace(b"<workbook ", b'<workbook conformance="strict" ', 1)
        parts[name] = content
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(name, content)


def far_cell(rng: random.Random) -> Neighbour:
    """One cell far below or beside a table: it is told, or it harms nothing."""
    works = Works(rng)
    form = form_of(rng, "xlsx")
    row, column = rng.choice(((1_048_576, "A"), (3, "XFD"), (1_048_576, "XFD"), (60_000, "C"), (900, "AZ")))
    content = rng.choice(('<c r="{0}" t="inlineStr"><is><t>x</t></is></c>', '<c r="{0}"><v>1</v></c>', '<c r="{0}"/>'))
    sheet = rng.randint(1, len(works.books().tables))

    def add(site: Path) -> None:
        _add_cell(site / "site.xlsx", sheet, row, content.format(f"{column}{row}"))

    tables = list(works.books().tables)
    rows = works.books().tables[tables[sheet - 1]]
    # A row that holds nothing but a stray cell is no row of the table that could be read, so all of it may be doubted.
    fault = {(tables[sheet - 1], row - 2 - form.titles)} if row > len(rows) else set()
    hidden = works.touched(works.areas, works.materials, works.periods)
    truth = Truth(fault, hidden, stop="site.xlsx")
    told = f"a cell {column}{row} in {tables[sheet - 1]}: {content}"
    return reviewed(told, works.books(), form, truth, [Mend("", lambda tables: None)], after=add)


def _add_cell(path: Path, sheet: int, row: int, cell: str) -> None:
    part = f"xl/worksheets/sheet{sheet}.xml"
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    content = parts[part]
    if (at := content.find(f'<row r="{row}"'.encode())) >= 0:
        end = content.find(b"</row>", at)
        parts[part] = content[:end] + cell.encode() + content[end:]
    else:
        parts[part] = content.replace(b"</sheetData>", f'<row r="{row}">{cell}</row></sheetData>'.encode())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in parts.items():
            book.writestr(name, text)
