"""``stockward book``: what anybody can ask of a book of record without its server, a file a command."""

from __future__ import annotations

import click

from stockward.cli.group import LazyGroup


@click.group("book", cls=LazyGroup, package="stockward.cli.book", names=("export", "head", "proof", "verify"))
def book_command() -> None:
    """Verify a book of record, export a site from it, print its signed head, or a proof out of its log."""
