"""The command ``stockward drill``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from stockward.cli.kit.options import (
    OUTPUT,
    OUTPUT_OR_STREAM,
    PROCESSES,
    SEED,
    SITE_OR_BOOK,
    STREAM,
    TextCommand,
    examples,
)
from stockward.cli.kit.reading import moment_now, read_facts, tell_notices
from stockward.cli.kit.saying import progress, say_path, terminal
from stockward.cli.kit.writing import find_places, write_answer
from stockward.terms.limits import all_cores


@click.command(
    cls=TextCommand,
    epilog=examples(
        "drill docs/first_site --copies 100",
        "drill docs/first_site --copies 100 --pattern even --in movements --html drill.html",
    ),
)
@click.argument("site", type=SITE_OR_BOOK)
@click.option("--copies", type=click.IntRange(1, 1_000_000), default=1000, show_default=True, help="Copies to search.")
@click.option("--loss", metavar="QUANTITY", help="Size of each loss, such as 5kg; sized to be found without it.")
@click.option(
    "--pattern",
    type=click.Choice(["abrupt", "even", "spread"]),
    help="All in one period, evenly over a year, or so over all areas of a substance.",
)
@click.option("--goals", is_flag=True, help="Take the losses of goals.csv, at once and evenly within their days.")
@click.option("--in", "place", type=click.Choice(["counts", "movements"]), help="Where a loss is left in the books.")
@click.option("--series", metavar="ID", help="One series, AREA/SUBSTANCE or */SUBSTANCE, in place of all.")
@click.option("--as-recorded", is_flag=True, help="Keep the errors of the records; no chance is claimed.")
@click.option("--seed", type=SEED, default=1, show_default=True, help="Seed of everything drawn.")
@click.option("--jobs", type=PROCESSES, help="Processes; all cores without it.")
@click.option("--html", type=OUTPUT, metavar="FILE", help="Write the report as one HTML file.")
@click.option("--json", "json_file", type=OUTPUT_OR_STREAM, metavar="FILE",
              help="Write the answers as JSON; - for standard output.")  # fmt: skip
@click.option("--quiet", is_flag=True, help="Print no report and no notices.")
def drill_command(
    site: Path | str, copies: int, loss: str | None, pattern: str | None, goals: bool, place: str | None,
    series: str | None, as_recorded: bool, seed: int, jobs: int | None, html: Path | None,
    json_file: Path | str | None, quiet: bool,
) -> None:  # fmt: skip
    """Take losses out of copies of a site's records: how often are they found, beside the predicted chance?"""
    find_places()
    with progress(quiet) as step:
        step("reading the site")
        facts = read_facts(site)
        from stockward.drill.running import DrillOptions, make_drill

        options = DrillOptions(copies, loss, pattern, place, series, as_recorded, seed, goals)
        answers = make_drill(facts, options, generated=moment_now(), jobs=jobs or all_cores(), progress=step)
    from stockward.questions.concluded import drill_concluded
    from stockward.report.drill.document import write_drill_json
    from stockward.report.drill.page import write_drill_html
    from stockward.report.drill.terminal import print_drill

    if html is not None:
        write_answer(write_drill_html(answers), html)
    if json_file is not None:
        write_answer(write_drill_json(answers), json_file)
    if not quiet:
        tell_notices(facts)
        if json_file != STREAM:
            print_drill(answers, terminal())
    if html is not None and json_file != STREAM:
        say_path(html)
    sys.exit(drill_concluded(answers, facts))
