"""The command ``stockward book head``."""

from __future__ import annotations

import click

from stockward.cli.kit.options import TextCommand, examples
from stockward.cli.kit.saying import say


@click.command("head", cls=TextCommand, epilog=examples("book head sqlite:///examples/book/book.sqlite"))
@click.argument("address")
def head_command(address: str) -> None:
    """Print the last signed head of a book: whoever keeps it can prove later that nothing before it was changed.

    The key by which it is checked goes to standard error; it stays the same as long as the book lives.
    """
    from stockward.book.store import open_book

    with open_book(address) as book:
        head, key = book.head(), book.key.text
    for line in head.splitlines():
        say(line)
    say(f"key: {key}", err=True)
