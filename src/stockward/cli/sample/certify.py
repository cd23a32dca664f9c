"""The command ``stockward sample certify``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

import click

from stockward.cli.kit.options import FILE, OUTPUT, OUTPUT_OR_STREAM, PAPER, STREAM, TextCommand, examples
from stockward.cli.kit.reading import moment_now
from stockward.cli.kit.saying import say, tell
from stockward.cli.kit.writing import write_answer
from stockward.cli.sample.sealed import find_places_beside, sealed_options, tell_unpublished
from stockward.version import VERSION


@click.command(
    cls=TextCommand,
    epilog=examples(
        "sample plan docs/first_count --items box=3 --commit plan.json",
        "sample draw plan.json --csv sheets.csv",
        "sample certify sheets.csv --plan plan.json --counter K-1 --witness K-2 --counted-at 2026-02-01",
    ),
)
@click.argument("sheet", type=FILE)
@click.option("--plan", type=FILE, metavar="PLAN", required=True, help="The sealed plan of the sheet.")
@sealed_options
@click.option("--counter", default="", metavar="NAME", help="Who counted.")
@click.option("--witness", default="", metavar="NAME", help="Who watched.")
@click.option("--counted-at", default="", metavar="TIME", help="When the count ended, such as 2026-06-30T14:05.")
@click.option("--html", type=OUTPUT, metavar="FILE", help="Write the certificate to print.")
@click.option("--json", "json_file", type=OUTPUT_OR_STREAM, metavar="FILE",
              help="Write the certificate as JSON; - for standard output.")  # fmt: skip
@click.option("--paper", type=PAPER, default="A4", show_default=True, help="Paper to print on.")
def certify_command(
    sheet: Path, plan: Path, commitment: str | None, seed_file: Path | None, seed_text: str | None, counter: str,
    witness: str, counted_at: str, html: Path | None, json_file: Path | str | None, paper: Literal["A4", "Letter"],
) -> None:  # fmt: skip
    """Take a filled SHEET back, CSV or XLSX, and certify the count."""
    from stockward.counting import certify, counted_moment, draw_from, read_filled
    from stockward.questions.concluded import certificate_concluded
    from stockward.report.counting import certificate as report

    find_places_beside(plan, seed_file)
    draw = draw_from(plan, commitment=commitment, seed_text=seed_text, seed_file=seed_file)
    filled = read_filled(sheet, draw)
    moment = counted_moment(counted_at, draw.plan.timezone, now=moment_now())
    certificate = certify(draw, filled, counter=counter, witness=witness, counted_at=moment)
    tell(certificate.notices)
    at = moment_now()
    if html is not None:
        write_answer(report.write_certificate_html(certificate, version=VERSION, at=at, paper=paper), html)
    if json_file is not None:
        write_answer(report.write_certificate_json(certificate, version=VERSION, at=at), json_file)
    if json_file != STREAM:
        for line in report.summary(certificate):
            say(line)
    tell_unpublished(draw)
    sys.exit(certificate_concluded(certificate))
