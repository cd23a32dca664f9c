"""Blind count sheets: printed, and as a workbook or CSV to fill in. No figure of the book stands on them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

from markupsafe import Markup, escape

from stockward.answers.counting import CountingDraw, CountingStratum, SheetLine
from stockward.counting.drawing import LINES_A_SHEET
from stockward.counting.sheets.blank import UNMARKED, marked
from stockward.counting.sheets.filled import (
    COUNT_SHEET,
    MOST_LINES_READ,
    README,
    SHEET_COLUMNS,
    TITLES,
    how,
    sheet_words,
)
from stockward.outputs import OutputTarget
from stockward.report.counting import rules as count_rules
from stockward.report.kit import words
from stockward.report.kit.sheet import workbook_at
from stockward.report.review.page import fill
from stockward.terms.counting import TASK_MEANING, Task
from stockward.terms.signs import printable
from stockward.terms.spreadsheet_text import csv_text

Paper = Literal["A4", "Letter"]

TASK_WORD = {Task.COUNT: "Count", Task.MEASURE: "Measure", Task.WEIGH: "Weigh"}
_ROWS = LINES_A_SHEET // 2
_EDITABLE = ("quantity", "remark")
_WIDTHS = {"sheet": 7, "line": 6, "area": 24, "material": 34, "task": 10, "unit_number": 14, "quantity": 14, "unit": 8}
_REMARK_WIDTH = 40
_HEADER_ROW = TITLES + 1
_HEAVIEST = 1e15


@dataclass(frozen=True, slots=True)
class LineView:
    """One line: its number on the sheet, material, unit, and whether it is answered by 1 or 0 alone (``tick``)."""

    number: int
    material: str
    unit: str
    tick: bool
    in_unit: str


@dataclass(frozen=True, slots=True)
class SheetView:
    """One sheet, which is one page: where, what to do, the rule to keep, its columns of lines, its barcode (SVG)."""

    number: int
    area: str
    area_key: str
    task: str
    meaning: str
    rule: str
    columns: tuple[tuple[LineView, ...], ...]
    lines: int
    barcode: Markup


@dataclass(frozen=True, slots=True)
class SheetsPage:
    """All sheets of a draw.

    ``paper`` is the page size; ``draw`` the id of the draw, ``commitment`` the SHA-256 of its plan; ``frozen`` the
    moment of the book, in words; ``rules`` what a counter is told; ``sheets`` one entry a sheet.
    """

    site: str
    paper: Paper
    draw: str
    commitment: str
    frozen: str
    rules: tuple[str, ...]
    sheets: tuple[SheetView, ...]


def write_sheets_html(draw: CountingDraw, *, paper: Paper = "A4") -> str:
    """The sheets as one self-contained page to print: a cover with the rules, then one sheet a printed page."""
    return fill("count_sheet.html.j2", sheets_page(draw, paper=paper))


def sheets_page(draw: CountingDraw, *, paper: Paper) -> SheetsPage:
    """The context of the printed sheets."""
    strata = {one.id: one for one in draw.plan.strata}
    sheets = [list(lines) for _, lines in groupby(draw.lines, key=lambda line: line.sheet)]
    return SheetsPage(
        site=printable(draw.plan.site),
        paper=paper,
        draw=draw.id,
        commitment=draw.commitment,
        frozen=words.moment(draw.plan.frozen_at, draw.plan.timezone),
        rules=count_rules.counting_rules(draw),
        sheets=tuple(_sheet(lines, strata, draw, len(sheets)) for lines in sheets),
    )


def barcode_text(draw: CountingDraw, sheet: int, sheets: int) -> str:
    """What the barcode of a sheet says."""
    return f"stockward count {draw.id} sheet {sheet}/{sheets}"


def _sheet(lines: list[SheetLine], strata: dict[str, CountingStratum], draw: CountingDraw, sheets: int) -> SheetView:
    first = strata[lines[0].stratum]
    views = tuple(_line(line, strata[line.stratum]) for line in lines)
    return SheetView(
        number=lines[0].sheet,
        area=printable(first.area_name or first.area),
        area_key=printable(first.area),
        task=TASK_WORD[lines[0].task],
        meaning=TASK_MEANING[lines[0].task],
        rule=count_rules.rule_of_a_sheet(draw, boxes=any(strata[line.stratum].kind == "box" for line in lines)),
        columns=tuple(part for part in (views[:_ROWS], views[_ROWS:]) if part),
        lines=len(lines),
        barcode=_barcode(barcode_text(draw, lines[0].sheet, sheets)),
    )


def _barcode(said: str) -> Markup:
    """A barcode as one image, with what it says as its name."""
    import segno  # only the printed sheets need the library

    code = segno.make(said, error="m", micro=False)
    drawn = code.svg_inline(border=2, omitsize=True, svgclass="code", lineclass=None)
    return Markup(drawn.replace("<svg ", f'<svg role="img" aria-label="Barcode: {escape(said)}" ', 1))


def _line(line: SheetLine, stratum: CountingStratum) -> LineView:
    return LineView(
        number=line.line,
        material=printable(stratum.material_name or stratum.material),
        unit=unit_text(line, stratum),
        tick=line.task is Task.MEASURE or stratum.kind == "item",
        in_unit=str(sheet_words(line, stratum)["unit"]),
    )


def unit_text(line: SheetLine, stratum: CountingStratum) -> str:
    """Which unit a line is about, in words."""
    if line.task is Task.WEIGH:
        return "all of it"
    return f"{'box' if stratum.kind == 'box' else 'item'} {words.number(line.position)}"


def sheets_csv(draw: CountingDraw) -> str:
    """The lines as CSV to fill in: ``quantity`` and ``remark`` are blank, and no cell can run as a formula.

    Where it holds more than plain letters it begins with a mark of UTF-8, without which spreadsheets misread it.
    """
    strata = {one.id: one for one in draw.plan.strata}
    text = csv_text([SHEET_COLUMNS, *(_cells(line, strata[line.stratum], draw) for line in draw.lines)])
    return text if text.isascii() else "\ufeff" + text


def _cells(line: SheetLine, stratum: CountingStratum, draw: CountingDraw) -> list[str | int]:
    cells = {
        "draw": draw.id,
        "key": line.key,
        "unit_number": line.position,
        "quantity": "",
        "remark": "",
        "how": how(line, stratum),
        **sheet_words(line, stratum),
    }
    return [cells[name] for name in SHEET_COLUMNS]


def write_sheets_xlsx(draw: CountingDraw, path: OutputTarget) -> None:
    """Write the lines as a workbook to fill in: only quantity and remark can be changed, keys are hidden.

    The same draw gives the same bytes. Raises ``UsageError`` where the file cannot be written.
    """
    with workbook_at(path, finish=marked) as book:
        frozen = words.local(draw.plan.frozen_at, draw.plan.timezone).replace(tzinfo=None)
        book.set_properties(
            {
                "title": f"{printable(draw.plan.site)}: count sheet {draw.id}",
                "comments": f"commitment {draw.commitment}",
                "keywords": UNMARKED,
                "created": frozen,
            }
        )
        _fill_lines(book, draw)
        _fill_rules(book, draw)


def _fill_lines(book: Any, draw: CountingDraw) -> None:
    page = book.add_worksheet(COUNT_SHEET)
    formats = {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "quiet": book.add_format({"font_color": "#565656"}),
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
        # Marked as text, so that it stays one also where a cell is opened and closed again.
        "locked": book.add_format({"border": 1, "border_color": "#bfbfbf", "quote_prefix": True}),
        "quantity": book.add_format({"border": 1, "locked": False, "bg_color": "#fffbe6"}),
        "remark": book.add_format({"border": 1, "locked": False, "bg_color": "#fffbe6", "num_format": "@"}),
    }
    _lay_out(page)
    # Titles stand right of the hidden columns.
    site = printable(draw.plan.site)
    page.write_string(0, 2, f"Count sheet, {site}, draw {draw.id}", formats["title"])
    told = "Fill in the yellow cells: 0 is counted, none there; blank is not counted."
    page.write_string(1, 2, f"Commitment {draw.commitment}. {told}", formats["quiet"])
    # One line has no room for the rule on boxes: it stands at each of them, under ``how``.
    page.write_string(2, 2, count_rules.rule_of_a_sheet(draw, boxes=False), formats["quiet"])
    for column, name in enumerate(SHEET_COLUMNS):
        page.write_string(_HEADER_ROW - 1, column, name, formats["head"])
    strata = {one.id: one for one in draw.plan.strata}
    for row, line in enumerate(draw.lines, _HEADER_ROW):
        for column, (name, value) in enumerate(
            zip(SHEET_COLUMNS, _cells(line, strata[line.stratum], draw), strict=True)
        ):
            if name in _EDITABLE:
                page.write_blank(row, column, None, formats[name])
            elif isinstance(value, int):
                page.write_number(row, column, value, formats["locked"])
            else:
                page.write_string(row, column, value, formats["locked"])
        page.data_validation(
            row, SHEET_COLUMNS.index("quantity"), row, SHEET_COLUMNS.index("quantity"), _allowed(line, strata)
        )


def _lay_out(page: Any) -> None:
    page.protect("", {"select_locked_cells": True, "format_columns": True, "autofilter": True, "sort": False})
    page.freeze_panes(_HEADER_ROW, 0)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(_HEADER_ROW - 1)
    page.set_footer("&L&A&R&P / &N")
    page.set_column(0, 1, 18, None, {"hidden": True})
    for column, name in enumerate(SHEET_COLUMNS[2:], 2):
        page.set_column(column, column, _WIDTHS.get(name, _REMARK_WIDTH))


def _allowed(line: SheetLine, strata: dict[str, CountingStratum]) -> dict[str, Any]:
    """What a spreadsheet program lets in: 0 or 1, a number of items, or a weight."""
    tick = line.task is Task.MEASURE or strata[line.stratum].kind == "item"
    whole = line.task is not Task.WEIGH
    return {
        "validate": "integer" if whole else "decimal",
        "criteria": "between",
        "minimum": 0,
        "maximum": 1 if tick else MOST_LINES_READ if whole else _HEAVIEST,
        "error_title": "Not a quantity",
        "error_message": "Write 1 or 0." if tick else "Write a number, 0 for none.",
    }


def _fill_rules(book: Any, draw: CountingDraw) -> None:
    page = book.add_worksheet(README)
    page.protect("")
    page.set_column(0, 0, 110)
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    said = (
        f"Draw {draw.id}: {printable(draw.plan.site)}",
        f"Commitment, published before the draw: {draw.commitment}",
        f"Book frozen at {words.moment(draw.plan.frozen_at, draw.plan.timezone)}",
        *count_rules.counting_rules(draw),
        *(f"{TASK_WORD[task]}: {meaning}" for task, meaning in TASK_MEANING.items()),
        f"Hand the file back as it is: {_taken_back(draw)} takes it.",
    )
    for row, text in enumerate(said):
        page.write_string(row, 0, text, wrapped)


def _taken_back(draw: CountingDraw) -> str:
    """The command that certifies the count; a seed that is a public value stands in no file."""
    seed = "" if draw.plan.seed_source is None else " --seed-text SEED"
    return (
        f"stockward sample certify FILE --plan PLAN --commitment SHA256{seed} --counter NAME --witness NAME "
        "--counted-at TIME"
    )
