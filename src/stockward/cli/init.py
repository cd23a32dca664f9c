"""The command ``stockward init``."""

from __future__ import annotations

from pathlib import Path

import click

from stockward.cli.kit.options import DETECTION, FALSE_ALARM, NEW_SITE, TextCommand, examples
from stockward.cli.kit.saying import say, say_path


@click.command(
    cls=TextCommand,
    epilog=examples("init mysite", "init mysite-csv --timezone Asia/Seoul --false-alarm 0.05 --detection 0.95 --csv"),
)
@click.argument("folder", type=NEW_SITE)
@click.option("--name", default="My site", show_default=True, help="Name of the site.")
@click.option("--timezone", default="UTC", show_default=True, help="IANA time zone, such as Asia/Seoul.")
@click.option("--false-alarm", type=FALSE_ALARM, help="Chance of a false shortage in a year.")
@click.option("--detection", type=DETECTION, help="Chance to detect the loss that matters.")
@click.option("--csv", "as_csv", is_flag=True, help="Write one CSV file a table in place of a workbook.")
def init_command(
    folder: Path, name: str, timezone: str, false_alarm: float | None, detection: float | None, as_csv: bool
) -> None:
    """Make a blank site to fill in: site.toml and a workbook with every table."""
    from stockward.book.blank import blank_site
    from stockward.book.schema.dictionary import tables
    from stockward.book.settings import SETTINGS
    from stockward.outputs import write_folder

    files = blank_site(name=name, timezone=timezone, false_alarm=false_alarm, detection=detection, as_csv=as_csv)
    write_folder(folder, files, names=[*tables(), "site"], last=SETTINGS, over=False)
    for file in files:
        say_path(folder / file)
    if false_alarm is None or detection is None:
        say(f"now decide false_alarm and detection in {folder / SETTINGS}", err=True)
