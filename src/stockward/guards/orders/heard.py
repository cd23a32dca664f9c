"""What reports say beside an order: their words and grades, and never their sources."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import polars as pl

from stockward.answers.orders import HeardOtherwise
from stockward.book.known import KnownBooks

INSTEAD = "…"
"""Stands where the pseudonym of a source stood inside a text."""
_SHORT = 3
"""Pseudonyms up to this length are taken out as whole words alone: S would else be taken out of every word."""


def without_sources(books: KnownBooks) -> Callable[[str], str]:
    """A function that takes the pseudonyms of all sources on record out of a text.

    Those of rows that were set aside are taken out as well, in capitals or small letters, the longest first.
    """
    names = (
        pl.concat([books["reports"]["source"], books.set_aside["reports"]["source"]]).drop_nulls().unique().to_list()
    )
    patterns = [_pattern(name) for name in sorted(names, key=lambda name: (-len(name), name)) if name.strip()]
    if not patterns:
        return lambda text: text
    known = re.compile("|".join(patterns), re.IGNORECASE)
    return lambda text: known.sub(INSTEAD, text)


def _pattern(name: str) -> str:
    words = r"\s+".join(re.escape(word) for word in name.split())
    return rf"(?<!\w){words}(?!\w)" if len(name) <= _SHORT else words


def reports_received(books: KnownBooks, by: date) -> Callable[[str], tuple[HeardOtherwise, ...]]:
    """A function that gives for an order all reports received by a day, in order of date.

    All of them stand beside every order: what a report is about, and whether that is the order, a reader can see.
    """
    hidden = without_sources(books)
    columns = ("report", "received_on", "about", "text", "source_grade", "information_grade")
    table = books["reports"].filter(pl.col("received_on") <= by).sort("received_on", "row").select(columns).rows()

    def beside(order: str) -> tuple[HeardOtherwise, ...]:
        return tuple(
            HeardOtherwise(
                report=hidden(report),
                received_on=received_on,
                about=hidden(about),
                text=hidden(text),
                source_grade=source_grade,
                information_grade=information_grade,
                names_the_order=about == order,
            )
            for report, received_on, about, text, source_grade, information_grade in table
        )

    return beside
