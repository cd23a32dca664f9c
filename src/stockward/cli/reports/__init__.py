"""``stockward reports``: what a receiver does with sealed reports on a machine of their own, a file a command."""

from __future__ import annotations

import click

from stockward.cli.group import LazyGroup


@click.group("reports", cls=LazyGroup, package="stockward.cli.reports", names=("answer", "grade", "keygen", "open"))
def reports_command() -> None:
    """Open, grade and answer confidential reports; no network and no server is needed."""
