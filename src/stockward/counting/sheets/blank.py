"""A blank count sheet as a draw writes it, known again by all that stands in it and by nothing else.

A counter may have written anywhere: beside the columns, into words that the draw wrote, into a comment, on another
sheet. So a sheet is blank only where it is, as a whole, what was written.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from stockward.book.sources.workbook.unpacking import DAMAGED
from stockward.counting.drawing import LETTER, LINES_A_SHEET
from stockward.counting.sheets.filled import HOW, SHEET_COLUMNS
from stockward.terms.counting import Task
from stockward.terms.limits import limit_bytes
from stockward.terms.spreadsheet_text import csv_text, text_of
from stockward.terms.units import UNITS

UNMARKED = "written by stockward, SHA-256 of its parts " + "0" * 64
"""What stands among the properties of a workbook until it is ``marked``."""

_PROPERTIES = "docProps/core.xml"
_MARK = re.compile(UNMARKED.rstrip("0").encode() + rb"([0-9a-f]{64})")
_DRAW = re.compile(r"S[0-9a-f]{15}")
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
_NUMBERS = ("sheet", "line", "unit_number")
_KEY = re.compile(rf"([1-9][0-9]{{0,8}})([{''.join(LETTER.values())}])([1-9][0-9]*)")


def marked(workbook: bytes) -> bytes:
    """The workbook with the SHA-256 of its parts among its properties: whatever changes it, it shows."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        parts = {one: archive.read(one) for one in archive.infolist()}
    digest = _digest({one.filename: content for one, content in parts.items()})
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for one, content in parts.items():
            mark = UNMARKED.replace("0" * 64, digest).encode()
            archive.writestr(one, content.replace(UNMARKED.encode(), mark) if one.filename == _PROPERTIES else content)
    return made.getvalue()


def is_blank_workbook(content: bytes) -> bool:
    """Whether this is a workbook of a draw, and no program has written it again since."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = archive.infolist()
            if sum(one.file_size for one in infos) > limit_bytes("UNPACKED_MB") or not all(map(_is_packed_so, infos)):
                return False
            parts = {one.filename: archive.read(one) for one in infos}
    except DAMAGED:
        return False
    found = _MARK.search(parts.get(_PROPERTIES, b""))
    if found is None or len(parts) < len(infos):
        return False
    parts[_PROPERTIES] = parts[_PROPERTIES].replace(found[0], UNMARKED.encode())
    return _digest(parts) == found[1].decode()


def _is_packed_so(part: zipfile.ZipInfo) -> bool:
    return part.compress_type == zipfile.ZIP_DEFLATED


def _digest(parts: Mapping[str, bytes]) -> str:
    listing = "".join(f"{name}\n{hashlib.sha256(parts[name]).hexdigest()}\n" for name in sorted(parts))
    return hashlib.sha256(listing.encode()).hexdigest()


def is_blank_csv(content: bytes) -> bool:
    """Whether each cell of a sheet is what a draw writes there, and there is nothing else."""
    try:
        text = content.decode("utf-8-sig")
        header, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    except (ValueError, csv.Error):
        return False
    if tuple(header) != SHEET_COLUMNS or not rows or any(len(row) != len(SHEET_COLUMNS) for row in rows):
        return False
    lines = [{name: text_of(cell) for name, cell in zip(SHEET_COLUMNS, row, strict=True)} for row in rows]
    return all(_is_as_written(line) for line in lines) and _belong_together(lines) and text == _again(lines)


def _is_as_written(line: Mapping[str, str]) -> bool:
    key = _KEY.fullmatch(line["key"])
    if key is None or line["task"] not in set(Task) or not all(_NUMBER.fullmatch(line[name]) for name in _NUMBERS):
        return False
    task = Task(line["task"])
    unit = line["unit"] in UNITS if task is Task.WEIGH else line["unit"] == "items"
    return (
        (key[2], key[3]) == (LETTER[task], line["unit_number"])
        and unit
        and line["how"] in HOW[task]
        and line["quantity"] == line["remark"] == ""
        and _DRAW.fullmatch(line["draw"]) is not None
    )


def _belong_together(lines: Sequence[Mapping[str, str]]) -> bool:
    """Whether they are of one draw, follow one another, and say the same of a stratum and of a sheet each time."""
    places = [(int(line["sheet"]), int(line["line"])) for line in lines]
    follow = all(
        after in ((sheet, number + 1), (sheet + 1, 1)) and after[1] <= LINES_A_SHEET
        for (sheet, number), after in pairwise([(0, LINES_A_SHEET), *places])
    )
    words = [(line["key"].partition(LETTER[Task(line["task"])])[0], line["area"], line["material"]) for line in lines]
    strata = ((f"{area}\n{material}", number) for number, area, material in words)
    hows = ((line["key"].rstrip("0123456789"), line["unit"], line["how"]) for line in lines)
    sheets = ((line["sheet"], line["area"], line["task"]) for line in lines)
    one_draw = len({line["draw"] for line in lines}) == 1
    return follow and one_draw and all(map(_say_one, (words, strata, hows, sheets)))


def _say_one(told: Iterable[tuple[str, ...]]) -> bool:
    """Whether the same is told of each that is told of: the first word is which."""
    distinct = set(told)
    return len({which for which, *_ in distinct}) == len(distinct)


def _again(lines: Sequence[Mapping[str, str]]) -> str:
    rows = ([int(line[name]) if name in _NUMBERS else line[name] for name in SHEET_COLUMNS] for line in lines)
    return csv_text([SHEET_COLUMNS, *rows])
