"""The command ``stockward tables``."""

from __future__ import annotations

import click

from stockward.cli.kit.options import TextCommand, examples
from stockward.cli.kit.saying import terminal


@click.command(cls=TextCommand, epilog=examples("tables", "tables counts"))
@click.argument("table", required=False)
def tables_command(table: str | None) -> None:
    """List the tables of a site, or the columns of one TABLE: what they are named, hold and mean."""
    from stockward.report.dictionary import print_columns, print_tables

    if table is None:
        print_tables(terminal())
    else:
        print_columns(table, terminal())
