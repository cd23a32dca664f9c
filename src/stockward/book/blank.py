"""A blank site to fill in: ``site.toml`` and one workbook (or CSV files), made from the data dictionary."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from stockward.book.first_rows import GUARDS_FIRST, STOCK_FIRST
from stockward.book.schema.dictionary import Column, Table, tables
from stockward.book.settings import SETTINGS, require_site
from stockward.book.site import WORKBOOK
from stockward.book.sources.site_folder import README_SHEET
from stockward.terms.units import UNITS

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

_ROWS = 5000

USUAL = MappingProxyType({"false_alarm": 0.05, "detection": 0.95})
"""What sites usually decide; it stands in a new one until the site decides otherwise."""

_SETTINGS = """\
format = 1

[site]
name = {name}
timezone = {timezone}
# currency = "USD"
# decimal = ","            # if numbers are written 1,5
# dates = "DD.MM.YYYY"     # if dates are written 30.06.2026; 2026-06-30 is always read

[detection]                # {whose}
{false_alarm}    # chance that any series of the site is falsely called a shortage in a year
{detection}      # chance to detect the loss that matters
"""
_DECIDED, _USUAL = "decided by the site", "usual values: the site may change them, and answers for them"
_FORCE = """
# [force]
# weeks_per_year = 52
# shift_hours = 8
# fill_probability = 0.95
# [[force.affiliation]]
# name = "ministry"
# share = [0.70, 0.80]

# [work_rules]             # a roster needs the first two: a number, or "none" in words
# max_hours_per_week = 48
# min_rest_hours = 11
# max_consecutive_shifts = 6
"""


def blank_site(
    *,
    name: str,
    timezone: str,
    false_alarm: float | None = None,
    detection: float | None = None,
    as_csv: bool = False,
    purpose: str = "both",
) -> dict[str, str | bytes]:
    """The files of a blank site by their names, the settings first; the tables are those of its purpose.

    Raises ``UsageError`` for a name or time zone that no site can have.
    """
    require_site(name=name, timezone=timezone)
    stated = {"false_alarm": false_alarm, "detection": detection}
    values = {key: USUAL[key] if value is None else value for key, value in stated.items()}
    settings = _SETTINGS.format(
        name=_quoted(name),
        timezone=_quoted(timezone),
        whose=_USUAL if None in stated.values() else _DECIDED,
        **{key: f"{key} = {value}" for key, value in values.items()},
    ) + ("" if purpose == "stock" else _FORCE)
    made = _tables_for(purpose)
    if as_csv:
        return {SETTINGS: settings, **{f"{one.name}.csv": ",".join(one.names) + "\n" for one in made}}
    return {SETTINGS: settings, WORKBOOK: _workbook(made)}


def _tables_for(purpose: str) -> list[Table]:
    """Tables of a site with this purpose; one of guards alone has areas, and none that need other tables of stock."""
    if purpose == "both":
        return list(tables().values())
    if purpose == "stock":
        return [table for table in tables().values() if table.part == "stock"]
    guards = {name for name, table in tables().items() if table.part == "guards"} | {"areas"}
    needed = {name: {one.refers_to for one in tables()[name].columns if one.required} - {""} for name in guards}
    while lacking := [name for name in guards if not needed[name] <= guards]:
        guards -= set(lacking)
    return [table for name, table in tables().items() if name in guards]


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _workbook(made: Sequence[Table]) -> bytes:
    from xlsxwriter import Workbook as NewWorkbook

    content = BytesIO()
    book = NewWorkbook(content, {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True})
    _write_readme(book, made)
    for table in made:
        _write_sheet(book, table)
    book.close()
    return content.getvalue()


def _write_readme(book: Workbook, made: Sequence[Table]) -> None:
    sheet = book.add_worksheet(README_SHEET)
    title = book.add_format({"bold": True, "font_size": 14})
    plain = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 90)
    sheet.write(0, 0, "How to fill in this workbook", title)
    lines = [
        ("First", f"Fill in {_first(made)}, and then ask: stockward check."),
        ("Sheets", "One sheet a table. Leave out what you do not have: delete the sheet or leave it empty."),
        ("Columns", "Keep the header names. Blue columns must be filled, grey ones may be blank; the order is free."),
        ("Codes", "Areas, materials, methods and people are codes. They are text: 0012 stays 0012."),
        ("Dates", "2026-06-30, or 2026-06-30 14:05, or a date cell. Times are in the site's time zone."),
        (
            "Blank and zero",
            "A count of 0 means counted, and nothing was there. Leave out the row of what was not counted.",
        ),
        *((table.name, table.meaning) for table in made),
    ]
    for row, (word, meaning) in enumerate(lines, start=2):
        sheet.write_string(row, 0, word, plain)
        sheet.write_string(row, 1, meaning, plain)


def _first(made: Sequence[Table]) -> str:
    """The sheets without which nothing can be asked, in the order in which they refer to one another."""
    names = {table.name for table in made}
    ways = [", ".join(name for name in order if name in names) for order in (STOCK_FIRST, GUARDS_FIRST)]
    if "counts" not in names:
        return ways[1]
    return ways[0] + (f" for stock, {ways[1]} for guards" if "posts" in names else "")


def _write_sheet(book: Workbook, table: Table) -> None:
    sheet = book.add_worksheet(table.name)
    required = book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1})
    optional = book.add_format({"bg_color": "#F2F2F2", "border": 1})
    text, moment = book.add_format({"num_format": "@"}), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    formats = {"number": None, "integer": None, "time": moment, "date": day, "month": day}
    for place, column in enumerate(table.columns):
        sheet.set_column(place, place, max(12, len(column.name) + 3), formats.get(column.type, text))
        sheet.write_string(0, place, column.name, required if column.required else optional)
        sheet.write_comment(0, place, _hint(column))
        _restrict(sheet, place, column)
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.repeat_rows(0)


def _hint(column: Column) -> str:
    parts = [column.meaning, "Must be filled." if column.required else "May be blank."]
    if column.choices:
        parts.append(f"One of: {', '.join(column.choices)}.")
    if column.refers_to:
        parts.append(f"A key of {column.refers_to}.")
    return " ".join(parts)


def _restrict(sheet: Worksheet, place: int, column: Column) -> None:
    """Offer the choices as a list; what is typed otherwise is warned of, not refused: the check decides."""
    source: dict[str, Any] | None = None
    if column.choices:
        source = {"validate": "list", "source": list(column.choices)}
    elif column.type == "unit":
        source = {"validate": "list", "source": list(UNITS)}
    elif column.type == "flag":
        source = {"validate": "list", "source": ["yes", "no"]}
    if source is not None:
        sheet.data_validation(1, place, _ROWS, place, {**source, "error_type": "warning"})
