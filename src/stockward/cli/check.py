"""The command ``stockward check``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from stockward.cli.kit.options import SITE_OR_BOOK, TextCommand, examples
from stockward.cli.kit.reading import lead_on, read_facts, tell_notices
from stockward.cli.kit.saying import say
from stockward.terms.limits import SHOWN_PROBLEMS


@click.command(cls=TextCommand, epilog=examples("check docs/first_site", "check docs/faulty --all"))
@click.argument("site", type=SITE_OR_BOOK)
@click.option("--all", "show_all", is_flag=True, help=f"List every problem, not only the first {SHOWN_PROBLEMS}.")
def check_command(site: Path | str, show_all: bool) -> None:
    """List every problem of a site's files: file, row, column, value, reason and mend."""
    facts = read_facts(site)
    from stockward.questions.concluded import check_concluded
    from stockward.report.problems import problem_lines, rows_read

    tell_notices(facts)
    if facts.blank:
        facts.require_filled()
    for line in problem_lines(facts, every=show_all):
        say(line)
    say(rows_read(facts), err=True)
    facts.require_filled()
    lead_on(facts)
    sys.exit(check_concluded(facts))
