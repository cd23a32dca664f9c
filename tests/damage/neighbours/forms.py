"""The forms in which a site keeps its tables: CSV of many makes, Parquet, a workbook with or without titles."""

from __future__ import annotations

import csv
import io
import random
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
from xlsxwriter import Workbook

from stockward.book.schema.dictionary import tables as dictionary

from .books import Books, Row


@dataclass(frozen=True)
class Form:
    """How the tables of a site are written."""

    kind: str = "csv"
    separator: str = ","
    decimal: str = "."
    encoding: str = "utf-8"
    quoted: bool = False
    ends: str = "\n"
    titles: int = 0
    typed: bool = False
    merged: tuple[tuple[str, str, int, int], ...] = ()
    """Cells of a workbook that are merged: table, column, place of the first row and of the last."""

    def row(self, place: int) -> int:
        """The row that a spreadsheet shows, of the row in this place."""
        return place + 2 + (self.titles if self.kind != "parquet" else 0)

    def file(self, table: str) -> str:
        """The file that messages name for a table."""
        return {"csv": f"{table}.csv", "parquet": f"{table}.parquet", "xlsx": "site.xlsx"}[self.kind]


def form_of(rng: random.Random, kind: str | None = None) -> Form:
    """A form drawn at random."""
    decimal = rng.choice((".", ".", ","))
    kind = kind or rng.choice(("csv", "csv", "csv", "xlsx", "parquet"))
    return Form(
        kind=kind,
        separator=rng.choice((",", ";", "\t", "|")),
        decimal=decimal,
        encoding=rng.choice(("utf-8", "utf-8", "utf-8-sig", "utf-8-sig", "utf-16")),
        quoted=rng.random() < 0.4,
        ends=rng.choice(("\n", "\r\n")),
        titles=rng.choice((0, 0, 2)),
        typed=rng.random() < 0.5,
    )


def plain(form: Form) -> Form:
    """The same form in an encoding that the format asks for."""
    return replace(form, encoding="utf-8")


def write(books: Books, form: Form, folder: Path) -> None:
    """Write a site."""
    folder.mkdir(parents=True)
    (folder / "site.toml").write_text(settings(books, form), encoding="utf-8")
    if form.kind == "xlsx":
        write_workbook(books, form, folder / "site.xlsx")
        return
    for table, rows in books.tables.items():
        header = header_of(books, table)
        if form.kind == "parquet":
            frame(table, header, rows, form).write_parquet(folder / f"{table}.parquet")
        else:
            (folder / f"{table}.csv").write_bytes(csv_bytes(table, header, rows, form))


def settings(books: Books, form: Form) -> str:
    decimal = 'decimal = ","\n' if form.decimal == "," else ""
    return (
        f'format = 1\n[site]\nname = "T"\ntimezone = "{books.zone}"\n{decimal}'
        f"[detection]\nfalse_alarm = 0.05\ndetection = 0.95\n{books.settings}"
    )


def header_of(books: Books, table: str) -> list[str]:
    rows = books.tables[table]
    known = books.columns.get(table, ())
    present = {name for row in rows for name in row}
    return [name for name in known if name in present or not rows] + sorted(
        present - set(known), key=lambda name: next(i for row in rows for i, own in enumerate(row) if own == name)
    )


def csv_bytes(table: str, header: list[str], rows: list[Row], form: Form) -> bytes:
    """One table as the bytes of a CSV file."""
    text = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if form.quoted else csv.QUOTE_MINIMAL
    writer = csv.writer(text, delimiter=form.separator, quoting=quoting, lineterminator=form.ends)
    writer.writerows([[f"Title {number}"] for number in range(form.titles)])
    writer.writerow(header)
    writer.writerows([[local(table, name, row.get(name, ""), form) for name in header] for row in rows])
    return text.getvalue().encode(form.encoding)


def local(table: str, column: str, cell: str, form: Form) -> str:
    """A cell with the decimal mark of the site."""
    return cell.replace(".", form.decimal) if is_number(table, column) else cell


def is_number(table: str, column: str) -> bool:
    columns = dictionary().get(table)
    return columns is not None and column in columns.names and columns[column].type in {"number", "integer"}


def frame(table: str, header: list[str], rows: list[Row], form: Form) -> pl.DataFrame:
    """One table as typed columns, or as texts."""
    columns = []
    for name in header:
        cells = [row.get(name, "") for row in rows]
        if form.typed and is_number(table, name) and all(_is_number(cell) for cell in cells if cell):
            columns.append(pl.Series(name, [float(cell) if cell else None for cell in cells], dtype=pl.Float64))
        else:
            columns.append(pl.Series(name, [local(table, name, cell, form) or None for cell in cells], dtype=pl.String))
    return pl.DataFrame(columns)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def write_workbook(books: Books, form: Form, path: Path) -> None:
    """All tables in one workbook; titles stand in merged cells above the header."""
    book = Workbook(str(path), {"default_date_format": "yyyy-mm-dd hh:mm"})
    for table, rows in books.tables.items():
        page = book.add_worksheet(table)
        header = header_of(books, table)
        for number in range(form.titles):
            page.merge_range(number, 0, number, max(len(header) - 1, 1), f"Title {number}", book.add_format())
        for place, name in enumerate(header):
            page.write_string(form.titles, place, name)
        for line, row in enumerate(rows, form.titles + 1):
            for place, name in enumerate(header):
                write_cell(page, line, place, table, name, row.get(name, ""), form)
        for of, name, first, last in form.merged:
            if of == table and name in header:
                merge(book, page, table, name, header.index(name), first, last, rows, form)
    book.close()


def merge(
    book: Any, page: Any, table: str, name: str, place: int, first: int, last: int, rows: list[Row], form: Form
) -> None:  # fmt: skip
    """Merge a cell over rows: what stands in the first of them stands for all."""
    top, bottom = first + form.titles + 1, last + form.titles + 1
    page.merge_range(top, place, bottom, place, "", book.add_format())
    write_cell(page, top, place, table, name, rows[first].get(name, ""), form)


def write_cell(page: Any, line: int, place: int, table: str, name: str, cell: str, form: Form) -> None:
    if not cell:
        return
    if form.typed and is_number(table, name) and _is_number(cell):
        page.write_number(line, place, float(cell))
    elif form.typed and name in {"at", "start", "end"} and _is_moment(cell):
        page.write_datetime(line, place, datetime.fromisoformat(cell))
    else:
        page.write_string(line, place, local(table, name, cell, form))


def _is_moment(cell: str) -> bool:
    try:
        return datetime.fromisoformat(cell).tzinfo is None
    except ValueError:
        return False
