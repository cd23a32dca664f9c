"""The command ``stockward cards``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from stockward.cli.kit.options import DAY, FILE, OUTPUT, TextCommand, examples
from stockward.cli.kit.saying import say, say_path, tell
from stockward.cli.kit.writing import place_found, write_answer
from stockward.cli.sample.sealed import find_places_beside, sealed_options

_CLOCK = click.DateTime(["%H:%M"])


@click.command(
    "cards",
    cls=TextCommand,
    epilog=examples(
        "patrol examples/works --rounds 5 --commit patrols.json --quiet",
        "cards patrols.json --night 2026-12-01 --html cards.html",
    ),
)
@click.argument("plan", type=FILE)
@click.option("--night", type=DAY, required=True, metavar="DATE", help="Day on which the shift begins.")
@click.option("--shift", type=_CLOCK, metavar="TIME", help="Time at which it begins, where several do on a day.")
@sealed_options
@click.option("--html", type=OUTPUT, metavar="FILE", help="Write the cards to print, one a patrol.")
@click.option("--xlsx", type=OUTPUT, metavar="FILE", help="Write the cards as a workbook.")
def cards_command(
    plan: Path, night: datetime, shift: datetime | None, commitment: str | None, seed_file: Path | None,
    seed_text: str | None, html: Path | None, xlsx: Path | None,
) -> None:  # fmt: skip
    """Draw the walks of one shift from a sealed PLAN of patrols, and write their cards."""
    from stockward.patrol.sealed.drawing import draw_patrols_from
    from stockward.report.patrol.cards import clock_change, write_cards_html, write_cards_xlsx
    from stockward.terms.errors import UsageError

    find_places_beside(plan, seed_file)
    if html is None and xlsx is None:
        raise UsageError("nothing to write: name --html or --xlsx FILE for the cards")
    start = None if shift is None else shift.hour * 60 + shift.minute
    drawn = draw_patrols_from(
        plan, night.date(), start, commitment=commitment, seed_text=seed_text, seed_file=seed_file
    )
    if html is not None:
        write_answer(write_cards_html(drawn), html)
    if xlsx is not None:
        write_cards_xlsx(drawn, place_found(xlsx))
    for file in (html, xlsx):
        if file is not None:
            say_path(file)
    if not drawn.published:
        tell(["the plan was not compared with the commitment that was published: give it with --commitment"])
    tell(clock_change(drawn))
    if drawn.plan.timezone is None:
        tell(["the plan does not state the site's time zone and the days of its posts: where the clocks change, or on "
              "a day without patrols, its cards are wrong: seal a new plan"])  # fmt: skip
    say("hand each card out at the start of its shift, and show none before", err=True)
