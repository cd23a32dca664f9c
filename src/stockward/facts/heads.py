"""The first rows of files and sheets that are no tables by their name, looked at without unpacking what is below."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from pathlib import Path
from typing import cast
from xml.etree import ElementTree

from stockward.facts.dictionary import tables
from stockward.facts.folder import text_heads
from stockward.facts.parquet import column_names
from stockward.facts.raw import TITLE_ROWS
from stockward.facts.unpacking import DAMAGED, MAIN, begins
from stockward.terms.errors import SiteError
from stockward.terms.files import read_bytes, read_head

SHOWN_TEXTS = (".csv", ".txt", ".tsv")
SHOWN_WORKBOOKS = (".xlsx", ".xlsm")
"""Files whose first rows can be seen, beside Parquet files."""

_TELLING = 3
"""So many required columns are no header by chance."""

_HEAD_LENGTH = 65_536
"""So many bytes of a text are looked at."""


def table_headed(rows: Iterable[Set[str]]) -> str | None:
    """The table whose required columns, three or more, one of these rows names; the most of them."""
    rows = list(rows)
    headed = {
        name: len(table.required_names)
        for name, table in tables().items()
        if len(table.required_names) >= _TELLING and any(row >= set(table.required_names) for row in rows)
    }
    return max(headed, key=headed.__getitem__, default=None)


def heads_of_text(path: Path) -> list[Set[str]]:
    """The first rows of a text, under every separator."""
    return text_heads(read_head(path, _HEAD_LENGTH))


def head_of_parquet(path: Path) -> list[Set[str]]:
    """The names of the columns; none where the file cannot be read."""
    try:
        return [column_names(read_bytes(path))]
    except SiteError:
        return []


def heads_of_workbook(path: Path) -> Mapping[str, list[Set[str]]]:
    """The first rows of each sheet by its name; none where the file cannot be read."""
    try:
        return heads_of_sheets(read_bytes(path))
    except SiteError:
        return {}


def heads_of_sheets(content: bytes) -> Mapping[str, list[Set[str]]]:
    """The first rows of each sheet of a workbook by its name; none where it is damaged."""
    try:
        sheets, strings = begins(content)
        shared = list(_texts(strings))
        return {name: list(_rows(xml, shared)) for name, xml in sheets.items()}
    except DAMAGED:
        return {}


def _begun(xml: bytes) -> Iterator[ElementTree.Element]:
    """The elements that end within the begin of an XML."""
    parser: ElementTree.XMLPullParser[ElementTree.Element] = ElementTree.XMLPullParser(("end",))
    parser.feed(xml)
    return (element for _, element in cast("Iterator[tuple[str, ElementTree.Element]]", parser.read_events()))


def _texts(xml: bytes) -> Iterator[str]:
    """The first texts that cells share."""
    return ("".join(_words(element)) for element in _begun(xml) if element.tag == f"{MAIN}si")


def _words(element: ElementTree.Element) -> Iterator[str]:
    return (part.text or "" for part in element.iter(f"{MAIN}t"))


def _rows(xml: bytes, shared: list[str]) -> Iterator[Set[str]]:
    """The first rows of a sheet, as what stands in their cells."""
    rows = [element for element in _begun(xml) if element.tag == f"{MAIN}row"]
    for row in rows[:TITLE_ROWS]:
        yield {_cell(cell, shared).strip() for cell in row.iter(f"{MAIN}c")}


def _cell(cell: ElementTree.Element, shared: list[str]) -> str:
    if cell.get("t") != "s":
        return "".join(_words(cell))
    place = int(cell.findtext(f"{MAIN}v") or -1)
    return shared[place] if 0 <= place < len(shared) else ""
