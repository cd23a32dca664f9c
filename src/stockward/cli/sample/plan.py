"""The command ``stockward sample plan``."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stockward.cli.kit.options import DETECTION, OUTPUT, OUTPUT_OR_STREAM, SITE_OR_BOOK, STREAM, TextCommand, examples
from stockward.cli.kit.reading import moment_now, read_facts, tell_notices
from stockward.cli.kit.saying import say, terminal
from stockward.cli.kit.writing import find_places, write_answer

if TYPE_CHECKING:
    from stockward.answers.counting import CountingPlan


@click.command(
    cls=TextCommand,
    epilog=examples(
        "sample plan examples/ridgeway --area magazine_2 --items grenade=60 --box grenade=24",
        "sample plan docs/first_count --items box=3 --commit plan.json",
    ),
)
@click.argument("site", type=SITE_OR_BOOK)
@click.option("--as-of", metavar="DATE", help="Freeze the book as known at the end of this day, such as 2026-06-30.")
@click.option("--area", "areas", metavar="AREA", multiple=True, help="Count in this area alone; may be given again.")
@click.option(
    "--loss", "losses", metavar="SUBSTANCE=QUANTITY", multiple=True, help="Loss that matters, not the site's goals."
)
@click.option(
    "--items", metavar="MATERIAL=NUMBER", multiple=True, help="Items whose loss matters, not the site's goals."
)
@click.option(
    "--box", "boxes", metavar="MATERIAL=NUMBER", multiple=True, help="Draw boxes of so many items, and open them."
)
@click.option(
    "--partial", metavar="MATERIAL=SHARE@CHANCE", multiple=True, help="Part of each item taken; measuring notices."
)
@click.option(
    "--cost", "costs", metavar="MATERIAL=NUMBER", multiple=True, help="Cost of counting one unit; 1 without it."
)
@click.option("--detection", type=DETECTION, help="Chance to find the loss, in place of the site's.")
@click.option(
    "--commit", type=OUTPUT, metavar="PLAN", help="Write the plan, and its seed beside it; print the commitment."
)
@click.option("--seed-source", metavar="TEXT", help="Which public value, not known yet, will be the seed.")
@click.option("--seed-sha256", metavar="SHA256", help="SHA-256 of a seed that somebody else keeps.")
@click.option("--seed-text", metavar="TEXT", help="The seed itself, in place of one made anew.")
@click.option("--json", "json_file", type=OUTPUT_OR_STREAM, metavar="FILE",
              help="Write the plan as JSON; - for standard output.")  # fmt: skip
def plan_command(
    site: Path | str, as_of: str | None, areas: tuple[str, ...], losses: tuple[str, ...], items: tuple[str, ...],
    boxes: tuple[str, ...], partial: tuple[str, ...], costs: tuple[str, ...], detection: float | None,
    commit: Path | None, seed_source: str | None, seed_sha256: str | None, seed_text: str | None,
    json_file: Path | str | None,
) -> None:  # fmt: skip
    """Plan what must be counted at a SITE, and with --commit seal the plan."""
    import secrets

    from stockward import counting
    from stockward.questions.concluded import plan_concluded

    find_places(beside_written={} if commit is None else {"the seed beside": counting.seed_beside(commit)})
    seal = counting.prepare_seal(
        commit, seed_source=seed_source, seed_sha256=seed_sha256, seed_text=seed_text, fresh=secrets.token_hex(32)
    )
    facts = read_facts(site)
    facts.require_filled()
    asked = counting.parse_asked(
        facts, areas=areas, losses=losses, items=items, boxes=boxes, partial=partial, costs=costs, detection=detection
    )
    plan = counting.make_plan(facts, asked, as_of=as_of)
    if seal is not None:
        plan = counting.seal_plan(plan, seal, facts, now=moment_now())
    if isinstance(json_file, Path):
        write_answer(counting.plan_text(plan), json_file)
    if seal is not None and commit is not None:
        # A command that failed has printed no commitment: everything is written by now.
        counting.write_seal(plan, seal)
        if seal.seed is not None:
            beside = counting.seed_beside(commit)
            say(f"the seed stands in {beside}: keep it from everybody until the draw", err=True)
        say(f"commitment {counting.plan_digest(plan)}", err=json_file == STREAM)
    if json_file == STREAM:
        write_answer(counting.plan_text(plan), json_file)
    else:
        from stockward.report.counting.plan import print_plan

        print_plan(plan, _following(plan, commit), terminal())
    tell_notices(facts)
    sys.exit(plan_concluded(plan))


def _following(plan: CountingPlan, commit: Path | None) -> str:
    """The next command, which can be copied."""
    from stockward import counting

    if commit is None:
        return "the same command with --commit PLAN.json seals this plan; then stockward sample draw prints the sheets."
    seed = "" if plan.seed_sha256 and counting.seed_beside(commit).exists() else " --seed-text SEED"
    commitment = counting.plan_digest(plan)
    return (
        "publish the commitment above; then stockward sample draw "
        f"{shlex.quote(str(commit))} --commitment {commitment}{seed} --html sheets.html"
    )
