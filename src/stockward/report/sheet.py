"""A sheet of a workbook as a value: a header, and rows of cells by their own type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

Cell = str | int | float | bool | date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet: a header, and rows of as many cells."""

    name: str
    header: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
