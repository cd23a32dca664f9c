"""Comments on cells: they stand beside the sheet, and may say that what the cell holds is not so."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Container, Iterator, Sequence

from stockward.book.sources.workbook.extent import column_of
from stockward.book.sources.workbook.unpacking import DAMAGED

_LARGEST = 5_000_000
"""So many bytes of a list of comments are looked at."""
_TARGET = re.compile(rb"<(?:[^<>/:\s]*:)?Relationship\s[^<>]*>")
_OF_COMMENTS = re.compile(rb"Type\s*=\s*[\"'][^\"']*/(?:comments|threadedComment)[\"']")
_PATH = re.compile(rb"Target\s*=\s*[\"']([^\"']*)[\"']")
_CELL = re.compile(
    rb"<(?:[^<>/:\s]*:)?(?:comment|threadedComment)\s[^<>]*?\bref\s*=\s*[\"']([A-Z]{1,3}[0-9]{1,7})[\"']"
)


def commented_cells(content: bytes, sheet: str) -> list[str]:
    """The cells of a sheet, by the path of its XML, that have a comment, in their order; none where none is read."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            found = {cell for path in _lists(archive, sheet, names) for cell in _CELL.findall(_top(archive, path))}
    except DAMAGED:
        return []
    return sorted((cell.decode() for cell in found), key=lambda cell: (int(re.sub(r"\D", "", cell)), len(cell), cell))


def commented_in(commented: Sequence[str], top: int, columns: Container[int]) -> list[str]:
    """Those of the cells that stand in these columns, from 0, and not above this row."""
    places = ((cell, re.fullmatch(r"([A-Z]+)([0-9]+)", cell)) for cell in commented)
    return [cell for cell, at in places if at and int(at[2]) > top and column_of(at[1].encode()) in columns]


def told_of_comments(commented: Sequence[str], name: str) -> list[str]:
    """What is said of comments: one may correct the cell that it stands beside, and whoever wrote it may be named."""
    if not commented:
        return []
    cells = f"cell {commented[0]} has a comment" if len(commented) == 1 else f"{len(commented)} cells have comments"
    first = "" if len(commented) == 1 else f", the first is {commented[0]}"
    return [f"{name}: {cells}{first}; comments are not read: where one corrects a figure, write that into the cell"]


def _lists(archive: zipfile.ZipFile, sheet: str, names: set[str]) -> Iterator[str]:
    folder, name = posixpath.split(sheet)
    relations = f"{folder}/_rels/{name}.rels"
    for one in _TARGET.findall(_top(archive, relations)) if relations in names else ():
        target = _PATH.search(one) if _OF_COMMENTS.search(one) else None
        if target is not None:
            path = posixpath.normpath(posixpath.join("/", folder, target[1].decode(errors="replace"))).lstrip("/")
            if path in names:
                yield path


def _top(archive: zipfile.ZipFile, path: str) -> bytes:
    if archive.getinfo(path).compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return b""
    with archive.open(path) as part:
        return part.read(_LARGEST)
