"""The command ``stockward reports open``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from stockward.cli.kit.options import FILE, NEW_SITE, TextCommand, examples
from stockward.cli.kit.saying import say

_FOUND = 1


@click.command(
    "open",
    cls=TextCommand,
    epilog=examples(
        "reports open examples/reports/sealed-reports.zip --key examples/reports/receiver.key --into opened"
    ),
)
@click.argument("file", type=FILE)
@click.option("--key", type=FILE, required=True, help="The private key, as keygen has written it.")
@click.option("--into", "folder", type=NEW_SITE, required=True, help="A folder that is not there yet.")
def open_command(file: Path, key: Path, folder: Path) -> None:
    """Open the reports in FILE that are sealed to a key, each into a text file that its owner alone may read.

    Ends with 0 where all that is sealed to the key was opened, and 1 where a report was cut or changed.
    """
    from stockward.outputs import write_new_folder
    from stockward.sealed import require_age
    from stockward.sealed.keys import read_identity
    from stockward.sealed.received import open_export

    require_age()
    came_to = open_export(file, read_identity(key))
    for line in came_to.damaged:
        say(line, err=True)
    if came_to.reports:
        write_new_folder(folder, came_to.files)
    others = f", {came_to.of_others} sealed to other keys" if came_to.of_others else ""
    say(f"{len(came_to.reports)} opened{f' into {folder}' if came_to.reports else ''}{others}")
    if came_to.damaged:
        sys.exit(_FOUND)
