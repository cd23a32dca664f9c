"""The command ``stockward book proof``."""

from __future__ import annotations

from pathlib import Path

import click

from stockward.cli.kit.options import FILE, SITE_OR_BOOK, TextCommand, examples
from stockward.cli.kit.saying import say


@click.command(
    "proof",
    cls=TextCommand,
    epilog=examples(
        "book proof sqlite:///examples/book/book.sqlite --entry 3",
        "book proof sqlite:///examples/book/book.sqlite --since examples/book/head.txt",
    ),
)
@click.argument("place", type=SITE_OR_BOOK)
@click.option("--entry", type=click.IntRange(min=0), help="The number of an entry that stands under a head.")
@click.option("--since", type=FILE, help="A signed head that was kept, from which the book has grown.")
@click.option("--under", type=FILE, help="The head under which it is proved; the last one without it.")
def proof_command(place: Path | str, entry: int | None, since: Path | None, under: Path | None) -> None:
    """Print a proof that anybody can check without the book: of one entry, or that it has only grown since a head.

    It is checked with: stockward book verify PROOF --key KEY
    """
    from stockward.book.store import require_installed
    from stockward.terms.errors import UsageError

    require_installed()
    from stockward.book.store.proving.log_proofs import EntryProof, GrowthProof
    from stockward.book.store.proving.logs import BookLog
    from stockward.book.store.tree_heads import read_note

    if (entry is None) == (since is None):
        raise UsageError("give --entry N for an entry, or --since HEAD for the growth of the book")
    log = BookLog.of_database(place, entry) if isinstance(place, str) else BookLog.of_export(place, entry)
    head = None if under is None else read_note(under)
    proof: EntryProof | GrowthProof
    if entry is not None:
        proof = log.proof_of_entry(entry, head)
    else:
        assert since is not None
        proof = log.proof_of_growth(read_note(since), head)
    for line in proof.text.splitlines():
        say(line)
