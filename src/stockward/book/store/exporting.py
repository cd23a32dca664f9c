"""A site out of the book as a folder of format 1, with the log that proves it."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import select

from stockward.book.store.entries import time_text
from stockward.book.store.facts import site_named, written_files
from stockward.book.store.proof import ABOUT, HEADS_FILE, LOG, LOG_FOLDER
from stockward.book.store.records import Book
from stockward.book.store.standing import approved_in, standing_of
from stockward.book.store.tables import ENTRIES, TREE_HEADS
from stockward.terms.errors import BookError


def export_files(book: Book, site: str | None = None, as_of: datetime | None = None) -> dict[str, bytes]:
    """What an export holds, by its path in the folder.

    Beside the files of the site stands its log: every entry that is about the site or about none, of the others the
    hash alone, so that one site's export shows nothing of another and proves as much. Raises as ``site_files_in``.
    """
    with book.database.reading() as connection:
        named = site_named(connection, book, site)
        files = written_files(standing_of(approved_in(connection, named, as_of)))
        if not files:
            raise BookError(f"{book.database.shown}: nothing of {named} was approved by then: name a later moment")
        entries = connection.execute(
            select(ENTRIES.c.number, ENTRIES.c.site, ENTRIES.c.leaf, ENTRIES.c.entry).order_by(ENTRIES.c.number)
        )
        lines = [
            one.entry if one.site in (None, named) else json.dumps({"leaf": bytes(one.leaf).hex()}) for one in entries
        ]
        signed = connection.execute(select(TREE_HEADS).order_by(TREE_HEADS.c.size)).mappings()
        heads = [json.dumps(dict(row)) for row in signed]
    about = {"as_of": None if as_of is None else time_text(as_of), "site": named}
    log = {LOG: _lines(lines), HEADS_FILE: _lines(heads), ABOUT: json.dumps(about) + "\n"}
    return files | {f"{LOG_FOLDER}/{name}": text.encode() for name, text in log.items()}


def _lines(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
