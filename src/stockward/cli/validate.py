"""The command ``stockward validate``."""

from __future__ import annotations

import sys

import click

from stockward.cli.kit.options import TextCommand, examples
from stockward.cli.kit.saying import say, terminal
from stockward.terms.conclusions import Conclusion


@click.command(cls=TextCommand, epilog=examples("validate"))
def validate_command() -> None:
    """Compute published figures again, and print computed beside published."""
    from stockward.report.published import print_compared
    from stockward.validation import validate

    compared, waiting = validate()
    print_compared(compared, terminal())
    if waiting:
        say(f"not computed here: {', '.join(published.id for published in waiting)}", err=True)
    sys.exit(Conclusion.NOTHING_ALARMED if all(row.agrees for row in compared) else Conclusion.ALARMED)
