"""The command ``stockward reports grade``."""

from __future__ import annotations

from pathlib import Path

import click

from stockward.cli.kit.options import FILE, OUTPUT, TextCommand, examples
from stockward.cli.kit.saying import say
from stockward.cli.kit.writing import find_places, place_found


@click.command(
    "grade",
    cls=TextCommand,
    epilog=examples('reports grade examples/reports/opened/1f3a90c2.txt --about "store M2" --source C --information 3'),
)
@click.argument("report", type=FILE)
@click.option("--about", required=True, help="What it is about, in words that all readers of the book may see.")
@click.option("--source", type=click.Choice(list("ABCDEF")), required=True, help="How reliable the source is.")
@click.option(
    "--information", type=click.Choice(list("123456")), required=True, help="How credible the information is."
)
@click.option("--into", "table", type=OUTPUT, default=Path("reports.csv"), show_default=True,
              help="The table of reports; a row is added to it.")  # fmt: skip
@click.option("--with-text", is_flag=True, help="Write the text of the report into the table, too.")
def grade_command(report: Path, about: str, source: str, information: str, table: Path, with_text: bool) -> None:
    """Add an opened report to a table of reports, to be entered into the book: about, grades and date alone.

    A is a reliable source and E an unreliable one, 1 is confirmed and 5 improbable; F and 6 cannot be judged.
    """
    from stockward.outputs import write_whole
    from stockward.sealed.received import OpenedReport, graded
    from stockward.sealed.texts import text_given
    from stockward.terms.errors import UsageError

    find_places()
    if not about.strip():
        raise UsageError("--about is empty: say in a few words what the report is about")
    former = text_given(table) if table.is_file() else ""
    grades = {"about": about.strip(), "source_grade": source, "information_grade": information}
    write_whole(place_found(table), graded(former, OpenedReport.read(report), grades, with_text=with_text))
    say(f"{table}: one row more; upload it as any table of the site", err=True)
