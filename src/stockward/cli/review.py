"""The command ``stockward review``."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from stockward.cli.kit.options import (
    OUTPUT,
    OUTPUT_OR_STREAM,
    SEED,
    SITE_OR_BOOK,
    STREAM,
    TextCommand,
    examples,
    surge_options,
)  # fmt: skip
from stockward.cli.kit.reading import lead_on, moment_now, read_facts
from stockward.cli.kit.saying import progress, say_path, tell, terminal
from stockward.cli.kit.writing import find_places, place_found, write_answer


@click.command(
    cls=TextCommand,
    epilog=examples(
        "review docs/first_site",
        "review examples/ridgeway --production 5 --html ridgeway.html",
        "review docs/first_site --as-of 2026-02-15 --json -",
    ),
)
@click.argument("site", type=SITE_OR_BOOK)
@click.option("--as-of", metavar="DATE", help="Use only what was recorded by the end of this day, such as 2026-06-30.")
@surge_options(
    "Ask again with production times X (5), or with that of a substance or line alone (TNT=5); may be repeated."
)
@click.option(
    "--guards", metavar="ORDER", help='Ask for an order on guards that is not on record: ">2" is more than double.'
)
@click.option("--due", metavar="DATE", help="Day by which that order is to be met; 90 days ahead without it.")
@click.option("--plan", is_flag=True, help="Look for the cheapest plan that meets every goal as well: takes longer.")
@click.option("--html", type=OUTPUT, metavar="FILE", help="Write the report as one HTML file.")
@click.option("--json", "json_file", type=OUTPUT_OR_STREAM, metavar="FILE",
              help="Write the answers as JSON; - for standard output.")  # fmt: skip
@click.option("--xlsx", type=OUTPUT, metavar="FILE", help="Write the answers as a workbook.")
@click.option("--covariance", is_flag=True, help="Put the covariance of the differences into the JSON.")
@click.option("--seed", type=SEED, default=1, show_default=True, help="Seed of what is sampled: limits and p-values.")
@click.option("--quiet", is_flag=True, help="Print no report and no notices.")
def review_command(
    site: Path | str, as_of: str | None, production: tuple[str, ...], dispatch: float, weighings: str,
    since: datetime | None, until: datetime | None, guards: str | None, due: str | None, plan: bool,
    html: Path | None, json_file: Path | str | None, xlsx: Path | None, covariance: bool, seed: int, quiet: bool,
) -> None:  # fmt: skip
    """Review a site: what is missing, what would go unseen, and what guards do the posts and orders take?"""
    from stockward.guards.orders.asked import AskedOrder
    from stockward.surge.asked import Surge

    days = {name: day and day.date() for name, day in (("since", since), ("until", until))}
    surge = Surge.asked(production, dispatch=dispatch, weighings=weighings, **days)
    asked = AskedOrder.asked(guards, due)
    find_places()
    with progress(quiet) as step:
        step("reading the site")
        facts = read_facts(site)
        from stockward import report
        from stockward.questions.review import make_review

        answers = make_review(
            facts, as_of=as_of, surge=surge, guards=asked, seed=seed, plan=plan, generated=moment_now(),
            progress=step,
        )  # fmt: skip
        if html is not None:
            step("writing the report")
            write_answer(report.write_html(answers), html)
        if xlsx is not None:
            step("writing the workbook")
            report.write_xlsx(answers, place_found(xlsx))
    if json_file is not None:
        write_answer(report.write_json(answers, covariance=covariance), json_file)
    if not quiet:
        tell(answers.facts.notices)
        if json_file != STREAM:
            report.print_review(answers, terminal())
        lead_on(facts)
    if html is not None and json_file != STREAM:
        say_path(html)
    from stockward.questions.concluded import review_concluded

    sys.exit(review_concluded(answers))
