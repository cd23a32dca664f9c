"""The command ``stockward plan``."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from stockward.cli.kit.options import (
    FILE,
    OUTPUT,
    OUTPUT_OR_STREAM,
    SEED,
    SITE_OR_BOOK,
    STREAM,
    TextCommand,
    examples,
    surge_options,
)  # fmt: skip
from stockward.cli.kit.reading import moment_now, read_facts, tell_notices
from stockward.cli.kit.saying import progress, say_path, terminal
from stockward.cli.kit.writing import find_places, place_found, write_answer
from stockward.terms.limits import MOST_DRAWS


@click.command(
    "plan",
    cls=TextCommand,
    epilog=examples(
        "plan examples/quarry",
        "plan examples/quarry --budget 12000 --html plan.html",
        "plan examples/quarry --scenario examples/scenarios/quarry.csv",
    ),
)
@click.argument("site", type=SITE_OR_BOOK)
@click.option("--as-of", metavar="DATE", help="Use only what was recorded by the end of this day, such as 2026-06-30.")
@surge_options("Plan for production times X (5), or for that of a substance or line alone (TNT=5); may be repeated.")
@click.option("--budget", type=click.FloatRange(0), metavar="COST", help="What the plan may cost a year.")
@click.option("--scenario", type=FILE, metavar="FILE",
              help="What may come, with the columns of scenarios.csv, in place of that of the site.")  # fmt: skip
@click.option("--share", type=click.FloatRange(0, 1, min_open=True), default=0.95, show_default=True,
              help="In how much of a range of scenarios.csv one plan must hold.")  # fmt: skip
@click.option("--front", is_flag=True, help="Say what larger and smaller losses than those of the goals would cost.")
@click.option("--draws", type=click.IntRange(1, MOST_DRAWS), metavar="N",
              help="Draw the factors of every range of scenarios.csv N times.")  # fmt: skip
@click.option("--drill", type=click.IntRange(1, 1_000_000), metavar="N",
              help="Look for the losses of the goals in N copies of the planned books.")  # fmt: skip
@click.option("--html", type=OUTPUT, metavar="FILE", help="Write the plan as one HTML file.")
@click.option("--xlsx", type=OUTPUT, metavar="FILE", help="Write the plan as a workbook, with its calendar.")
@click.option("--ics", type=OUTPUT, metavar="FILE", help="Write the days of counts and calibrations as an iCalendar.")
@click.option("--json", "json_file", type=OUTPUT_OR_STREAM, metavar="FILE",
              help="Write the answers as JSON; - for standard output.")  # fmt: skip
@click.option("--seed", type=SEED, default=1, show_default=True, help="Seed of what is sampled, and of the search.")
@click.option("--quiet", is_flag=True, help="Print no plan and no notices.")
def planning_command(
    site: Path | str, as_of: str | None, production: tuple[str, ...], dispatch: float, weighings: str,
    since: datetime | None, until: datetime | None, budget: float | None, scenario: Path | None, share: float,
    draws: int | None, front: bool, drill: int | None, html: Path | None, xlsx: Path | None, ics: Path | None,
    json_file: Path | str | None, seed: int, quiet: bool,
) -> None:  # fmt: skip
    """The cheapest plan that meets every goal: what to count, to calibrate and to buy, and how many guards join?"""
    from stockward.surge.asked import Surge

    days = {name: day and day.date() for name, day in (("since", since), ("until", until))}
    surge = Surge.asked(production, dispatch=dispatch, weighings=weighings, **days)
    find_places()
    with progress(quiet) as step:
        step("reading the site")
        facts = read_facts(site)
        if scenario is not None:
            from stockward.book.sources.single_table import with_table_from

            facts = with_table_from(facts, "scenarios", scenario)
        from stockward.questions.plan import make_protection_plan

        answers = make_protection_plan(
            facts,
            as_of=as_of,
            surge=surge,
            budget=budget,
            share=share,
            draws=draws,
            front=front,
            drill=drill,
            seed=seed,
            generated=moment_now(),
            progress=step,
        )
    from stockward.questions.concluded import protection_concluded
    from stockward.report.plan.document import write_protection_json
    from stockward.report.plan.page import write_protection_html
    from stockward.report.plan.terminal import print_protection
    from stockward.report.plan.workbook import write_plan_ics, write_plan_xlsx

    if html is not None:
        write_answer(write_protection_html(answers), html)
    if xlsx is not None:
        write_plan_xlsx(answers, place_found(xlsx))
    if ics is not None:
        write_answer(write_plan_ics(answers), ics)
    if json_file is not None:
        write_answer(write_protection_json(answers), json_file)
    if not quiet:
        tell_notices(facts)
        if json_file != STREAM:
            print_protection(answers, terminal())
    if html is not None and json_file != STREAM:
        say_path(html)
    sys.exit(protection_concluded(answers))
