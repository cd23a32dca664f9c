"""Tables as files: workbooks, OpenDocument sheets, and texts with any separator and encoding."""

from __future__ import annotations

import csv
import io
import random
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from xml.sax.saxutils import escape

import openpyxl

Cells = list[object]
_SPACES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"' for short in ("office", "table", "text")
)
_KIND = "application/vnd.oasis.opendocument.spreadsheet"
_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest '
    'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_KIND}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)


def save(rng: random.Random, path: Path, tables: dict[str, Sequence[Cells]]) -> Path:
    """Write tables into one file; a text has them one below the other, each under its name where there are several."""
    if path.suffix == ".xlsx":
        _save_xlsx(path, tables)
    elif path.suffix == ".ods":
        _save_ods(path, tables)
    else:
        _save_text(rng, path, tables)
    return path


def _save_xlsx(path: Path, tables: dict[str, Sequence[Cells]]) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in tables.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)


def _save_text(rng: random.Random, path: Path, tables: dict[str, Sequence[Cells]]) -> None:
    made = io.StringIO()
    writer = csv.writer(made, delimiter=rng.choice(",;\t|") if path.suffix == ".csv" else "\t")
    for name, rows in tables.items():
        if len(tables) > 1:
            writer.writerow([name])
        writer.writerows(rows)
        if len(tables) > 1:
            writer.writerow([])
    path.write_bytes(made.getvalue().encode(rng.choice(("utf-8", "utf-8-sig", "utf-16", "cp1252"))))


def _save_ods(path: Path, tables: dict[str, Sequence[Cells]]) -> None:
    sheets = "".join(
        f'<table:table table:name="{escape(name)}">{"".join(map(_ods_row, rows))}</table:table>'
        for name, rows in tables.items()
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_SPACES} office:version="1.2">'
        f"<office:body><office:spreadsheet>{sheets}</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("mimetype", _KIND)
        made.writestr("content.xml", content)
        made.writestr("META-INF/manifest.xml", _MANIFEST)


def _ods_row(row: Cells) -> str:
    return f"<table:table-row>{''.join(map(_ods_cell, row)) or '<table:table-cell/>'}</table:table-row>"


def _ods_cell(cell: object) -> str:
    if cell is None or cell == "":
        return "<table:table-cell/>"
    if isinstance(cell, (datetime, date)):
        kind, shown = f'date" office:date-value="{cell.isoformat()}', cell.isoformat()
    elif isinstance(cell, (int, float)):
        kind, shown = f'float" office:value="{cell}', str(cell)
    else:
        kind, shown = "string", escape(str(cell))
    return f'<table:table-cell office:value-type="{kind}"><text:p>{shown}</text:p></table:table-cell>'
