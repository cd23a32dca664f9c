"""Site folders on disk in every form that the format knows: CSV, Parquet, one workbook; points or commas."""

from __future__ import annotations

import csv
import io
import random
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
from clean_site import COLUMNS, SETTINGS, Tables
from xlsxwriter import Workbook

from stockward.book.schema.dictionary import tables as dictionary

NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2})?")


@dataclass
class Sheet:
    """One table as it is to be written: a header and rows of text cells."""

    header: list[str]
    rows: list[list[str]]

    def column(self, name: str) -> int | None:
        """Place of a column, where it is still there."""
        return self.header.index(name) if name in self.header else None


@dataclass
class SiteDraft:
    """A site before it is written. Cells are in English notation until ``localise``."""

    sheets: dict[str, Sheet]
    settings: str
    form: str
    decimal: str
    separator: str
    quoting: int
    titles: int
    byte_order_mark: bool


def draft_of(tables: Tables, rng: random.Random) -> SiteDraft:
    """A clean site in a form drawn at random."""
    form = rng.choice(("csv", "csv", "csv", "xlsx", "parquet", "mixed"))
    decimal = rng.choice((".", ".", ","))
    sheets = {name: sheet_of(name, rows) for name, rows in tables.items()}
    if rng.random() < 0.5:
        for name in ("goals", "posts", "people", "absences", "orders", "reports", "incidents"):
            del sheets[name]
    draft = SiteDraft(
        sheets=sheets,
        settings=SETTINGS.format(decimal=decimal),
        form=form,
        decimal=decimal,
        separator=rng.choice((";", "\t")) if decimal == "," else rng.choice((",", ",", ";", "\t")),
        quoting=rng.choice((csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL)),
        titles=rng.choice((0, 0, 0, 2)),
        byte_order_mark=rng.random() < 0.2,
    )
    localise(draft)
    return draft


def sheet_of(name: str, rows: list[dict[str, str]]) -> Sheet:
    """Rows of text as a sheet; a table without rows keeps its required columns."""
    known = COLUMNS.get(name, dictionary()[name].required_names)
    header = list(rows[0]) if rows else list(known)
    return Sheet(header, [[row.get(column, "") for column in header] for row in rows])


def localise(draft: SiteDraft) -> None:
    """Write numbers with the site's decimal mark."""
    if draft.decimal == ".":
        return
    for name, sheet in draft.sheets.items():
        for place, column in enumerate(sheet.header):
            if dictionary()[name][column].type in {"number", "integer"}:
                for row in sheet.rows:
                    row[place] = row[place].replace(".", draft.decimal)


def write(draft: SiteDraft, folder: Path) -> None:
    """Write every table in the form of the draft."""
    folder.mkdir(parents=True)
    (folder / "site.toml").write_text(draft.settings, encoding="utf-8")
    forms = {"mixed": ("csv", "parquet", "xlsx")}.get(draft.form, (draft.form,))
    in_workbook = {}
    for number, (name, sheet) in enumerate(draft.sheets.items()):
        form = forms[number % len(forms)]
        if form == "csv":
            (folder / f"{name}.csv").write_bytes(csv_bytes(sheet, draft))
        elif form == "parquet":
            _frame(sheet, draft.decimal).write_parquet(folder / f"{name}.parquet")
        else:
            in_workbook[name] = sheet
    if in_workbook:
        _write_workbook(folder / "site.xlsx", in_workbook, draft)


def csv_bytes(sheet: Sheet, draft: SiteDraft) -> bytes:
    """One table as the bytes of a CSV file."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=draft.separator, quoting=draft.quoting, lineterminator="\n")  # type: ignore[arg-type]
    for number in range(draft.titles):
        writer.writerow([f"Title {number}"])
    writer.writerow(sheet.header)
    writer.writerows(sheet.rows)
    return text.getvalue().encode("utf-8-sig" if draft.byte_order_mark else "utf-8")


def _frame(sheet: Sheet, decimal: str) -> pl.DataFrame:
    """A typed table: numbers and times where every cell is one, text elsewhere."""
    columns = [
        _typed(name, [row[place] for row in sheet.rows], decimal)
        for place, name in enumerate(sheet.header)
        if name not in sheet.header[:place]
    ]
    return pl.DataFrame(columns)


def _typed(name: str, cells: list[str], decimal: str) -> pl.Series:
    filled = [cell.replace(decimal, ".") for cell in cells if cell]
    special = {"nan", "inf", "-inf"}
    numeric = name in {"quantity", "amount", "rate", "random_rel", "systematic_rel", "random_abs", "calibration_days"}
    if numeric and filled and all(NUMBER.fullmatch(cell) or cell.lower() in special for cell in filled):
        return pl.Series(name, [float(cell.replace(decimal, ".")) if cell else None for cell in cells])
    if filled and name in {"at", "recorded_at"} and all(_is_time(cell) for cell in filled):
        return pl.Series(name, [datetime.fromisoformat(cell) if cell else None for cell in cells])
    return pl.Series(name, [cell or None for cell in cells], dtype=pl.String)


def _is_time(cell: str) -> bool:
    try:
        datetime.fromisoformat(cell)
    except ValueError:
        return False
    return bool(_TIME.fullmatch(cell))


def _write_workbook(path: Path, sheets: dict[str, Sheet], draft: SiteDraft) -> None:
    """Numbers in numeric columns and times become typed cells, the rest stays text; ``=`` begins a formula."""
    book = Workbook(str(path), {"default_date_format": "yyyy-mm-dd hh:mm", "nan_inf_to_errors": True})
    for name, sheet in sheets.items():
        page = book.add_worksheet(name)
        for number in range(draft.titles):
            page.write_string(number, 0, f"Title {number}")
        for number, row in enumerate([sheet.header, *sheet.rows]):
            for place, cell in enumerate(row):
                kind = dictionary()[name][sheet.header[place]].type if _known(name, sheet, place) else "text"
                _write_cell(page, number + draft.titles, place, cell, kind if number else "text", draft.decimal)
    book.close()


def _known(name: str, sheet: Sheet, place: int) -> bool:
    return place < len(sheet.header) and sheet.header[place] in dictionary()[name].names


def _write_cell(page: Any, row: int, place: int, cell: str, kind: str, decimal: str) -> None:
    number = cell.replace(decimal, ".")
    if not cell:
        return
    if cell.startswith("="):
        page.write_formula(row, place, cell)
    elif kind == "number" and NUMBER.fullmatch(number) and abs(float(number)) < 1e300:
        page.write_number(row, place, float(number))
    elif kind == "time" and _is_time(cell):
        page.write_datetime(row, place, datetime.fromisoformat(cell))
    else:
        page.write_string(row, place, cell)
