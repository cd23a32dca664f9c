"""The command ``stockward book verify``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from stockward.cli.kit.options import FILE, SITE_OR_BOOK, TextCommand, examples
from stockward.cli.kit.saying import say

_WHOLE, _FOUND = 0, 1


@click.command(
    "verify",
    cls=TextCommand,
    epilog=examples("book verify sqlite:///examples/book/book.sqlite --head examples/book/head.txt"),
)
@click.argument("place", type=SITE_OR_BOOK)
@click.option("--key", help="The key that it must be signed with: the line that ``book head`` prints.")
@click.option("--head", "heads", type=FILE, multiple=True, help="A signed head that was kept; may be given again.")
def verify_command(place: Path | str, key: str | None, heads: tuple[Path, ...]) -> None:
    """Find any entry that was changed, lost, moved or put into a book, or into an export; no server is needed.

    Ends with 0 where the book is whole, and 1 where anything is wrong with it.
    """
    from stockward.book.store import require_installed

    require_installed()
    from stockward.book.store.proof import verify_database, verify_export
    from stockward.terms.files import read_text

    former = [read_text(path) for path in heads]
    if isinstance(place, str):
        found = verify_database(place, key=key, former=former)
    else:
        found = verify_export(place, key=key, former=former)
    for fault in found.faults:
        say(fault)
    if not found.whole:
        say(f"{place}: this is not the book that was entered: keep it as it is, and put back a copy", err=True)
        sys.exit(_FOUND)
    held = f", and begins with the {len(former)} kept" if former else ""
    say(f"{found.book}: whole: {found.size} entries, root {found.root.hex()}{held}")
    if key is None:
        say("its own first entry names the key: give --key, kept elsewhere, to know that the book is yours", err=True)
    sys.exit(_WHOLE)
