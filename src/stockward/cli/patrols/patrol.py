"""The command ``stockward patrol``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

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
from stockward.cli.kit.saying import progress, say, say_path, terminal
from stockward.cli.kit.writing import find_places, write_answer

if TYPE_CHECKING:
    from stockward.answers.patrols.answer import PatrolAnswer
    from stockward.counting import Seal


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
@click.option("--commit", type=OUTPUT, metavar="PLAN",
              help="Write the walks as a plan to draw from, and its seed beside it; print the commitment.")  # fmt: skip
@click.option("--seed-text", metavar="TEXT", help="The seed that draws, in place of one made anew.")
@click.option(
    "--seed", type=SEED, default=1, show_default=True, help="Seed of the test whether patrols can be predicted."
)
@click.option("--quiet", is_flag=True, help="Print no answer and no notices.")
def patrol_command(
    site: Path | str, post: str | None, gap: float, rounds: int, html: Path | None, json_file: Path | str | None,
    commit: Path | None, seed_text: str | None, seed: int, quiet: bool,
) -> None:  # fmt: skip
    """On which ways, at which times, do the patrols leave the best-informed thief the least?"""
    import secrets

    from stockward import counting

    find_places(beside_written={} if commit is None else {"the seed beside": counting.seed_beside(commit)})
    seal = counting.prepare_seal(
        commit, seed_source=None, seed_sha256=None, seed_text=seed_text, fresh=secrets.token_hex(32)
    )
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
    if seal is not None and commit is not None:
        _commit(answer, seal, commit, json_file)
    if not quiet:
        tell_notices(facts)
        if json_file != STREAM:
            print_patrols(answer, terminal())
    if html is not None and json_file != STREAM:
        say_path(html)
    sys.exit(patrols_concluded(answer))


def _commit(answer: PatrolAnswer, seal: Seal, commit: Path, json_file: Path | str | None) -> None:
    """Write the plan and its seed, and print the commitment."""
    from stockward.counting import seed_beside
    from stockward.outputs import OutputTarget, write_new
    from stockward.patrol.sealed.plan_file import patrol_plan_digest, patrol_plan_of, patrol_plan_text

    plan = patrol_plan_of(answer, seal.bound["seed_sha256"])
    write_new({OutputTarget(seed_beside(seal.path)): f"{seal.seed}\n", seal.path: patrol_plan_text(plan)})
    say(f"the seed stands in {seed_beside(commit)}: keep it from everybody who walks or watches", err=True)
    say(f"commitment {patrol_plan_digest(plan)}", err=json_file == STREAM)
