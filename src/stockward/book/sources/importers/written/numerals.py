"""Numbers as people and programs write them, under one decimal mark or the other."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from stockward.book.sources.importers.grid.files import CellValue

_BLANKS = dict.fromkeys(map(ord, "\u00a0\u202f\u2009 '’"), None)
_MARKS = ".,"
_PARTED = re.compile(r"\d[\s'’]+\d")
_IN_GROUPS = re.compile(r"[-−–+(]?\s*\d{1,3}(?:[\s'’]\d{3})+(?:[.,]\d*)?\s*[-)]?")
"""Figures with blanks between, and those that are thousands in groups of three: 1 2 may be two numbers."""
_PACKS = re.compile(
    r"(?P<packs>\d{1,6})\s*(?:[x×*]|[^\W\d_]+\.?\s+(?:of|à|a|zu|je|de|по|@)|@)\s*(?P<each>\d{1,6})(?:\s+[^\W\d_]+\.?)?",
    re.IGNORECASE,
)
"""So many packs of so many: 2 boxes of 500, 3 x 50."""
_FRACTION = "¼½¾⅓⅔⅛⅜⅝⅞"
_WITH_UNIT = re.compile(
    rf"^([-+(]?\s*[\d.,'’/{_FRACTION}\s]*[\d.,'’{_FRACTION}\s][-)]?)\s*([^\W\d_{_FRACTION}][\w./]*)\.?$"
)
_BROKEN = re.compile(rf"(?P<whole>\d+)?(?:\s*(?P<sign>[{_FRACTION}])|\s+(?P<over>[1-9]\d?)\s*/\s*(?P<under>2|4|8|16))")
"""A whole number with a fraction behind it, or a fraction alone: 12½, 1 1/2, ½."""


_BARE = re.compile(r"\s*(?P<over>[1-9]\d?)\s*/\s*(?P<under>[2-9]|1[0-9]|2[045])\s*(?P<unit>[^\W\d_][\w.]*)?\s*")
"""A fraction with nothing before it, and a unit behind it or none."""


_OTHER_FIGURES = {zero + figure: str(figure) for zero in (0x660, 0x6F0, 0x966, 0xFF10) for figure in range(10)}
"""Figures of Arabic, Persian, Devanagari and of wide letters."""


def in_western_figures(text: str) -> str:
    """A text with its figures as 0 to 9, whichever they are written in."""
    return text if text.isascii() else text.translate(_OTHER_FIGURES)


@lru_cache(200_000)
def number_as_written(text: str, decimal: str) -> float | None:
    """The number that a text is under a decimal mark; ``None`` for what is none.

    A sign may stand behind it, brackets make it negative, and thousands may stand apart, in whole groups of three.
    """
    if (broken := _broken_number(text)) is not None:
        return broken
    if _PARTED.search(text) and not _IN_GROUPS.fullmatch(text.strip()):
        return None
    plain = in_western_figures(text).replace("٫", decimal).translate(_BLANKS).replace("−", "-").replace("–", "-")
    negative = False
    if plain.startswith("(") and plain.endswith(")"):
        plain, negative = plain[1:-1], True
    if plain.endswith("-"):
        plain, negative = plain[:-1], True
    if plain[:1] in {"+", "-"}:
        negative, plain = negative or plain[0] == "-", plain[1:]
    whole, mark, decimals = plain.partition(decimal)
    group = "," if decimal == "." else "."
    parts = whole.split(group)
    if not all(part.isascii() and part.isdigit() for part in parts if part) or group in decimals:
        return None
    grouped = 1 <= len(parts[0]) <= 3 and parts[0][0] != "0" and all(len(part) == 3 for part in parts[1:])
    if len(parts) > 1 and not grouped:
        return None
    if mark and not (decimals.isascii() and decimals.isdigit()) and decimals:
        return None
    digits = "".join(parts)
    if not digits and not decimals:
        return None
    found = float(f"{digits or '0'}.{decimals or '0'}")
    return -found if negative else found


def _broken_number(text: str) -> float | None:
    """The number that a text with a fraction is: behind a whole number in figures, or as a sign of its own.

    Figures with a stroke between and nothing before them, such as 1/2, may be a day, and are no number here.
    """
    found = _BROKEN.fullmatch(text.strip()) if not text.isascii() or "/" in text else None
    if found is None or (found["sign"] is None and found["whole"] is None):
        return None
    if found["sign"] is not None:
        part = unicodedata.numeric(found["sign"])
    elif int(found["over"]) < int(found["under"]):
        part = int(found["over"]) / int(found["under"])
    else:
        return None
    return float(found["whole"] or 0) + part


@lru_cache(50_000)
def bare_fraction(text: str) -> float | None:
    """What a figure is as a fraction that may be a day as well, or one of several: 1/2; ``None`` for any other text.

    >>> bare_fraction("3/4 kg")
    0.75
    """
    found = _BARE.fullmatch(text)
    if found is None or int(found["over"]) >= int(found["under"]):
        return None
    return int(found["over"]) / int(found["under"])


def split_unit(text: str) -> tuple[str, str]:
    """A number, and the unit that stands behind it in one cell; no unit where none does."""
    found = _WITH_UNIT.match(text.strip()) if packs_in(text) is None else None
    return (found[1].strip(), found[2]) if found else (text, "")


@lru_cache(50_000)
def packs_in(text: str) -> tuple[int, int] | None:
    """How many packs of how many a text says; ``None`` for any other text.

    >>> packs_in("2 boxes of 500")
    (2, 500)
    """
    found = _PACKS.fullmatch(text.strip())
    return (int(found["packs"]), int(found["each"])) if found else None


def value_of(cell: CellValue, decimal: str) -> float | None:
    """The number in a cell: one that is typed as such, or a text."""
    if isinstance(cell, bool):
        return None
    if isinstance(cell, (int, float)):
        return float(cell) if math.isfinite(cell) else None
    if not isinstance(cell, str) or not cell.strip():
        return None
    if (packs := packs_in(cell)) is not None:
        return float(packs[0] * packs[1])
    return number_as_written(split_unit(cell)[0], decimal)


def decimal_marks(cells: Iterable[CellValue]) -> tuple[str, list[str]]:
    """What the numbers among the cells say of their decimal mark, and those that can be read in two ways.

    ``.`` or ``,`` where all that say something say so; ``both`` where they differ; empty where none says anything.
    """
    marks: set[str] = set()
    doubtful: list[str] = []
    for cell in cells:
        if not isinstance(cell, str) or not cell.strip():
            continue
        text = split_unit(cell)[0]
        readings = {mark: number_as_written(text, mark) for mark in _MARKS}
        if readings["."] == readings[","]:
            continue
        possible = [mark for mark, value in readings.items() if value is not None]
        if len(possible) == 1:
            marks.add(possible[0])
        else:
            doubtful.append(text)
    said = marks.pop() if len(marks) == 1 else "both" if marks else ""
    return said, doubtful


def share_of_numbers(cells: Iterable[CellValue]) -> float:
    """Which part of the filled cells are numbers, under either mark."""
    filled = [cell for cell in cells if not (isinstance(cell, str) and not cell.strip())]
    numbers = sum(value_of(cell, ".") is not None or value_of(cell, ",") is not None for cell in filled)
    return numbers / len(filled) if filled else 0.0
