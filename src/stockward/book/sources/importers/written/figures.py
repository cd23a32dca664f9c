"""Figures that say more than a number: so many packs of so many, or thousands below a header that says so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Protocol

from stockward.book.sources.importers.grid.files import CellValue
from stockward.book.sources.importers.mapping import MappingFile, Path
from stockward.book.sources.importers.written.numerals import bare_fraction, packs_in

_IN_THOUSANDS = re.compile(
    r"(?i)['’(\[x×*]\s?(?:1\s?)?000\s?'?s?\b|\bthousands?\b|\btsd\b|\btausend\b|\bmilliers\b|\bтыс|\bтис|\(k\)"
)
"""Stands in a header of figures that are so many thousands."""
_ARE_PARTS = "they are fractions"
_IT_IS, _ASIDE = "it is", "leave these rows aside"
_THOUSANDS, _AS_THEY_STAND = "they are thousands", "they count as they stand"


class Waiting(Protocol):
    """A row that may wait for answers, or have faults."""

    waits: list[Path]
    faults: list[str]


class Figures:
    """What the figures of one source are, below the ``headers`` of each role."""

    def __init__(self, source: str, headers: Mapping[str, str], mapping: MappingFile) -> None:
        self._source, self._mapping = source, mapping
        self._in_thousands = {role: header for role, header in headers.items() if _IN_THOUSANDS.search(header)}

    def meant(self, row: Waiting, role: str, cell: CellValue, value: float) -> float:
        """The number that a cell means, whose plain value is known; while that is asked the row waits."""
        if isinstance(cell, str) and (packs := packs_in(cell)) is not None:
            asks = f"Is {cell.strip()!r} in {self._source} {packs[0] * packs[1]}, {packs[0]} times {packs[1]}?"
            if self._told(row, "packs", asks, (_IT_IS, _ASIDE)) == _ASIDE:
                row.faults.append(f"{role} {cell.strip()!r} is no number: write how many it is in all")
        if role in self._in_thousands:
            header = self._in_thousands[role]
            asks = f"Are the figures below {header!r} of {self._source} thousands: is {value:g} {1000 * value:g}?"
            if self._told(row, "thousands", asks, (_THOUSANDS, _AS_THEY_STAND)) == _THOUSANDS:
                return 1000 * value
        return value

    def fraction(self, row: Waiting, role: str, cell: CellValue) -> float | None:
        """The number that a figure such as 1/2 is, by a person's word alone; ``None`` for any other cell."""
        value = bare_fraction(cell) if isinstance(cell, str) else None
        if value is None:
            return None
        shown = str(cell).strip()
        asks = f"Is {shown!r} in {self._source} the fraction {value:.4g}? It may be a day as well, or one of several"
        if self._told(row, "fractions", asks, (_ARE_PARTS, _ASIDE), never_accepted=True) == _ASIDE:
            row.faults.append(f"{role} {shown!r} is no number: write how much it is, such as {value:.4g}")
        return value

    def _told(
        self, row: Waiting, about: str, asks: str, choices: tuple[str, str], *, never_accepted: bool = False
    ) -> str | None:
        path: Path = ("source", self._source, about)
        answer = self._mapping.ask(*path, asks=asks, choices=choices, never_accepted=never_accepted)
        if answer is None and path not in row.waits:
            row.waits.append(path)
        return answer


def no_number(cell: CellValue) -> str:
    """What is wrong with a cell in which a number should stand, and the mend of what a spreadsheet made of it."""
    if isinstance(cell, date):
        return "is a date: a spreadsheet makes one of 1/2 or 3-4; write the number, and format the cell as one"
    return "is no number"
