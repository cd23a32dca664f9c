"""The command ``stockward book export``."""

from __future__ import annotations

from pathlib import Path

import click

from stockward.cli.kit.options import NEW_SITE, TextCommand, examples
from stockward.cli.kit.saying import say


@click.command(
    "export", cls=TextCommand, epilog=examples("book export sqlite:///examples/book/book.sqlite --into exported")
)
@click.argument("address")
@click.option("--into", "folder", type=NEW_SITE, required=True, help="A folder that is not there yet.")
@click.option("--site", help="The site; needed where the book has several.")
@click.option("--as-of", metavar="DATE", help="As approved by the end of this day.")
def export_command(address: str, folder: Path, site: str | None, as_of: str | None) -> None:
    """Write a site out of a book as a folder of files, with the log that proves them."""
    from stockward.book.store import open_book, require_installed

    require_installed()
    from stockward.book.store.exporting import export_files
    from stockward.book.store.facts import moment_of_book
    from stockward.outputs import write_new_folder

    with open_book(address) as book:
        named = site or book.database.asked.get("site")
        moment = None if as_of is None else moment_of_book(book, named, as_of)
        files = export_files(book, named, moment)
    write_new_folder(folder, files)
    say(f"{folder}: {len(files)} files; check them with: stockward book verify {folder}", err=True)
