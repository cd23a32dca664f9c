"""Figures that say more than a number: so many packs of so many, or thousands below a header that says so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Protocol

from stockward.book.sources.importers.grid.files import CellValue
from stockward.book.sources.importers.mapping import MappingFile, Path
from stockward.book.sources.importers.written.numerals import packs_in

_IN_THOUSANDS = re.compile(
    r"(?i)['’(\[x×*]\s?(?:1\s?)?000\s?'?s?\b|\bthousands?\b|\btsd\b|\btausend\b|\bmilliers\b|\bтыс|\bтис|\(k\)"
)
"""Stands in a header of figures that are so many thousands."""
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

    def _told(self, row: Waiting, about: str, asks: str, choices: tuple[str, str]) -> str | None:
        path: Path = ("source", self._source, about)
        answer = self._mapping.ask(*path, asks=asks, choices=choices)
        if answer is None and path not in row.waits:
            row.waits.append(path)
        return answer
