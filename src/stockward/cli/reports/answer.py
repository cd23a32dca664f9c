"""The command ``stockward reports answer``."""

from __future__ import annotations

from pathlib import Path

import click

from stockward.cli.kit.options import FILE, OUTPUT, TextCommand, examples
from stockward.cli.kit.saying import say


@click.command(
    "answer",
    cls=TextCommand,
    epilog=examples(
        "reports answer examples/reports/opened/1f3a90c2.txt --text examples/reports/answer.txt --into answer.age"
    ),
)
@click.argument("report", type=FILE)
@click.option("--text", "text_file", type=FILE, required=True, help="The answer, as a text file in UTF-8.")
@click.option("--into", "file", type=OUTPUT, required=True, help="The sealed answer; a file that is not there yet.")
def answer_command(report: Path, text_file: Path, file: Path) -> None:
    """Seal an answer to the writer of an opened report, who alone can read it, with the receipt code."""
    from stockward.outputs import free_name, write_new
    from stockward.sealed import require_age
    from stockward.sealed.received import OpenedReport, sealed_answer
    from stockward.sealed.texts import text_given

    require_age()
    opened = OpenedReport.read(report)
    write_new({free_name(file): sealed_answer(opened, text_given(text_file))})
    say(f"{file}: upload it on the page of the receivers, for report {opened.number}", err=True)
