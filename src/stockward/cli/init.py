"""The command ``stockward init``."""

from __future__ import annotations

from pathlib import Path

import click

from stockward.cli.kit.asking import can_ask
from stockward.cli.kit.options import DETECTION, FALSE_ALARM, NEW_SITE, PURPOSES, TextCommand, examples
from stockward.cli.kit.saying import say, say_path


@click.command(
    cls=TextCommand,
    epilog=examples(
        "init mysite",
        "init mysite-csv --for stock --timezone Asia/Seoul --false-alarm 0.05 --detection 0.95 --csv",
    ),
)
@click.argument("folder", type=NEW_SITE)
@click.option("--name", default="My site", show_default=True, help="Name of the site.")
@click.option("--timezone", default="UTC", show_default=True, help="IANA time zone, such as Asia/Seoul.")
@click.option(
    "--for", "purpose", type=click.Choice(PURPOSES), help="Tables of stock, of guards, or both; asked at a terminal."
)
@click.option("--false-alarm", type=FALSE_ALARM, help="Chance of a false shortage in a year; 0.05 is usual.")
@click.option("--detection", type=DETECTION, help="Chance to detect the loss that matters; 0.95 is usual.")
@click.option("--csv", "as_csv", is_flag=True, help="Write one CSV file a table in place of a workbook.")
def init_command(
    folder: Path, name: str, timezone: str, purpose: str | None, false_alarm: float | None, detection: float | None,
    as_csv: bool,
) -> None:  # fmt: skip
    """Make a blank site to fill in: site.toml and a workbook with every table of its purpose."""
    from stockward.book.blank import USUAL, blank_site
    from stockward.book.schema.dictionary import tables
    from stockward.book.settings import SETTINGS
    from stockward.outputs import write_folder

    purpose = purpose or (_asked() if can_ask() else "both")
    files = blank_site(
        name=name, timezone=timezone, false_alarm=false_alarm, detection=detection, as_csv=as_csv, purpose=purpose
    )
    write_folder(folder, files, names=[*tables(), "site"], last=SETTINGS, over=False)
    for file in files:
        say_path(folder / file)
    stated = {"false_alarm": false_alarm, "detection": detection}
    if usual := [f"{key} = {USUAL[key]}" for key, value in stated.items() if value is None]:
        values = (
            "usual values, and the site's to decide" if len(usual) > 1 else "a usual value, and the site's to decide"
        )
        say(f"{' and '.join(usual)} in {folder / SETTINGS}: {values}", err=True)
    say(f"what to fill in first is told by: stockward check {folder}", err=True)


def _asked() -> str:
    """Ask at the terminal what the site is for; a blank answer is both."""
    from stockward.ending import hear_while_waiting

    question = "What is the site for: stock only, guards only, or both? (stock, guards, both)"
    hear_while_waiting()
    answer: str = click.prompt(
        question, default="both", type=click.Choice(PURPOSES, case_sensitive=False), show_choices=False, err=True
    )
    return answer
