"""Rows and columns that a spreadsheet hides, by hand or by a filter: they are read, and who looks does not see them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import islice

import polars as pl

from stockward.book.sources.raw import Header, letters_of
from stockward.terms.limits import grouped

_SIGNS = b"hidden", b'ht="0', b"ht='0", b'width="0', b"width='0"
_RIGHT = b"rig"
"""Begins the width of a margin, which has one of these signs in it and hides nothing."""
_HIDDEN = rb"\bhidden\s*=\s*[\"'](?:1|true)[\"']|\b(?:ht|width)\s*=\s*[\"']0(?:\.[0-9]*)?[\"']"
"""By the mark, or so low or narrow that no letter is seen."""
_TAG = re.compile(rb"<(?:[^<>/:\s]*:)?(row|col)\s([^<>]*(?:" + _HIDDEN + rb")[^<>]*)>")
_PLACES = re.compile(rb"\b(r|min|max)\s*=\s*[\"']([0-9]{1,7})[\"']")

_MOST = 1_100_000
"""No sheet has more rows and columns."""


def _may_hide(xml: bytes) -> bool:
    """Whether a sign stands in a sheet of which each row and column must be looked at."""
    return any(sign in xml and xml.count(sign) > xml.count(_RIGHT + sign) for sign in _SIGNS)


def hidden_lines(xml: bytes, file: str) -> Iterator[str]:
    """What is hidden of a sheet whose header is not known: how many rows, and which columns."""
    if not _may_hide(xml):
        return
    found = [(tag[1], dict(_PLACES.findall(tag[2]))) for tag in islice(_TAG.finditer(xml), _MOST)]
    rows = [int(places[b"r"]) for name, places in found if name == b"row" and b"r" in places]
    if rows:
        yield f"{file}: {grouped(len(rows))} hidden rows, the first is row {min(rows)}, are read like the others"
    columns = [letters_of(int(places.get(b"min", 1)) - 1) for name, places in found if name == b"col"]
    if columns:
        yield f"{file}: hidden columns from {columns[0]} on are read like the others"


def hidden_notices(xml: bytes, header: Header, rows: pl.Series, hides: Collection[str]) -> Iterator[str]:
    """What is hidden of the ``rows`` and columns that are read of a sheet, but for the columns that it ``hides``."""
    if not _may_hide(xml):
        return
    tags = islice(_TAG.finditer(xml), _MOST)
    found = [(tag[1], dict(_PLACES.findall(tag[2]))) for tag in tags]
    numbers = [int(places[b"r"]) for name, places in found if name == b"row" and b"r" in places]
    hidden = rows.filter(rows.is_in(numbers))
    if len(hidden):
        told = f"{grouped(len(hidden))} rows are hidden, the first is row {hidden[0]}; they are"
        told = told if len(hidden) > 1 else f"row {hidden[0]} is hidden; it is"
        yield f"{header.file}: {told} read like the others"
    spans = [(int(places.get(b"min", 0)), int(places.get(b"max", 0))) for name, places in found if name == b"col"]
    names = [
        f"{letters_of(place)} ({name})"
        for name, place in header.known.items()
        if name not in hides and any(first <= place + 1 <= last for first, last in spans)
    ]
    if names:
        several = len(names) > 1
        told = f"columns {', '.join(names)} are hidden; they are" if several else f"column {names[0]} is hidden; it is"
        yield f"{header.file}: {told} read like the others"
