"""The command ``stockward patrol``."""

from __future__ import annotations

import sys
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
)  # fmt: skip
from stockward.cli.kit.reading import moment_now, read_facts, tell_notices
from stockward.cli.kit.saying import progress, say_path, terminal
from stockward.cli.kit.writing import find_places, write_answer


@click.command(
    "patrol",
    cls=TextCommand,
    epilog=examples("patrol examples/works", "patrol examples/works --html patrols.html --rounds 20"),
)
@click.argument("site", type=SITE_OR_BOOK)
@click.option("--post", metavar="POST", help="Plan for this patrol post, where several have different hours.")
@click.option("--gap", type=click.FloatRange(0, 1), default=0.01, show_default=True,
              help="How close to the least a thief can be left is close enough, as a share of it.")  # fmt: skip
@click.option("--rounds", type=click.IntRange(0, 100_000), default=150, show_default=True,
              help="How often walks are looked for at most.")  # fmt: skip
@click.option("--html", type=OUTPUT, metavar="FILE", help="Write the answer as one HTML file; it holds no walk.")
@click.option("--json", "json_file", type=OUTPUT_OR_STREAM, metavar="FILE",
              help="Write the answer as JSON, with every walk; - for standard output.")  # fmt: skip
@click.option(
    "--seed", type=SEED, default=1, show_default=True, help="Seed of the test whether patrols can be predicted."
)
@click.option("--quiet", is_flag=True, help="Print no answer and no notices.")
def patrol_command(
    site: Path | str, post: str | None, gap: float, rounds: int, html: Path | None, json_file: Path | str | None,
    seed: int, quiet: bool,
) -> None:  # fmt: skip
    """On which ways, at which times, do the patrols leave the best-informed thief the least?"""
    find_places()
    with progress(quiet) as step:
        step("reading the site")
        facts = read_facts(site)
        from stockward.questions.patrol import make_patrols

        answer = make_patrols(
            facts, post=post, gap=gap, rounds=rounds, seed=seed, generated=moment_now(), progress=step
        )
    from stockward.questions.concluded import patrols_concluded
    from stockward.report.patrol.document import write_patrol_json
    from stockward.report.patrol.page import write_patrol_html
    from stockward.report.patrol.terminal import print_patrols

    if html is not None:
        write_answer(write_patrol_html(answer), html)
    if json_file is not None:
        write_answer(write_patrol_json(answer), json_file)
    if not quiet:
        tell_notices(facts)
        if json_file != STREAM:
            print_patrols(answer, terminal())
    if html is not None and json_file != STREAM:
        say_path(html)
    sys.exit(patrols_concluded(answer))
