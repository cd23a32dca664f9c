"""The command ``stockward book verify``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from stockward.cli.kit.options import FILE, SITE_OR_BOOK, TextCommand, examples
from stockward.cli.kit.saying import say

_FOUND = 1


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

    A file that ``book proof`` printed is checked with nothing but the key. Ends with 0 where the book is whole or the
    proof holds, and 1 where anything is wrong.
    """
    from stockward.book.store import require_installed

    require_installed()
    from stockward.book.store.tree_heads import read_note

    former = [read_note(path) for path in heads]
    if isinstance(place, Path) and place.is_file():
        _check(place, key, former)
    else:
        _verify(place, key, former)


def _verify(place: Path | str, key: str | None, former: Sequence[str]) -> None:
    """A whole book, or an export."""
    from stockward.book.store.proof import verify_database, verify_export

    if isinstance(place, str):
        found = verify_database(place, key=key, former=former)
    else:
        found = verify_export(place, key=key, former=former)
    _end_with(found.faults, f"{place}: this is not the book that was entered: keep it as it is, and put back a copy")
    held = f", and begins with the {len(former)} kept" if former else ""
    say(f"{found.book}: whole: {found.size} entries, root {found.root.hex()}{held}")
    if key is None:
        say("its own first entry names the key: give --key, kept elsewhere, to know that the book is yours", err=True)


def _check(place: Path, key: str | None, former: Sequence[str]) -> None:
    """A proof in a file."""
    from stockward.book.store.proving.log_proofs import check_proof
    from stockward.book.store.tree_heads import read_note

    checked = check_proof(read_note(place), key, former)
    _end_with(checked.faults, f"{place}: this proves nothing: have another made from the book, and verify the book")
    say(checked.said)


def _end_with(faults: Sequence[str], mend: str) -> None:
    """Where anything was found: say it, and end."""
    for fault in faults:
        say(fault)
    if faults:
        say(mend, err=True)
        sys.exit(_FOUND)
