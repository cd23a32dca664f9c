"""The command ``stockward sample draw``."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from stockward.cli.kit.options import FILE, OUTPUT, OUTPUT_OR_STREAM, PAPER, STREAM, TextCommand, examples
from stockward.cli.kit.saying import say, say_path
from stockward.cli.kit.writing import place_found, write_answer
from stockward.cli.sample.sealed import find_places_beside, sealed_options, tell_unpublished


@click.command(
    cls=TextCommand,
    epilog=examples(
        "sample plan docs/first_count --items box=3 --commit plan.json",
        "sample draw plan.json --html sheets.html --csv sheets.csv",
    ),
)
@click.argument("plan", type=FILE)
@sealed_options
@click.option("--html", type=OUTPUT, metavar="FILE", help="Write the count sheets to print.")
@click.option("--xlsx", type=OUTPUT, metavar="FILE", help="Write the count sheets as a workbook to fill in.")
@click.option("--csv", "csv_file", type=OUTPUT_OR_STREAM, metavar="FILE",
              help="Write the count sheets as CSV to fill in; - for standard output.")  # fmt: skip
@click.option("--paper", type=PAPER, default="A4", show_default=True, help="Paper to print on.")
def draw_command(
    plan: Path, commitment: str | None, seed_file: Path | None, seed_text: str | None, html: Path | None,
    xlsx: Path | None, csv_file: Path | str | None, paper: Literal["A4", "Letter"],
) -> None:  # fmt: skip
    """Draw from a sealed PLAN, and write its count sheets."""
    from stockward.counting import draw_from
    from stockward.report.counting import sheet as count_sheet
    from stockward.report.kit import words
    from stockward.terms.errors import UsageError

    find_places_beside(plan, seed_file)
    files = [file for file in (html, xlsx, csv_file) if file is not None]
    if not files:
        raise UsageError("nothing to write: name --html, --xlsx or --csv FILE for the count sheets")
    draw = draw_from(plan, commitment=commitment, seed_text=seed_text, seed_file=seed_file)
    if html is not None:
        write_answer(count_sheet.write_sheets_html(draw, paper=paper), html)
    if xlsx is not None:
        count_sheet.write_sheets_xlsx(draw, place_found(xlsx))
    if csv_file is not None:
        write_answer(count_sheet.sheets_csv(draw), csv_file)
    say(
        f"draw {draw.id}: {words.count(len(draw.lines), 'line')} on {words.count(draw.lines[-1].sheet, 'sheet')}",
        err=True,
    )
    if csv_file != STREAM:
        for file in files:
            say_path(file)
    tell_unpublished(draw)
