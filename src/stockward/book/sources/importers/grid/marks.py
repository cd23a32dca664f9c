"""What a spreadsheet shows in place of a value: its errors, formulas without a result, and signs that repeat a cell."""

from __future__ import annotations

from functools import lru_cache

from stockward.book.cells.reading import MERGED, UNCALCULATED
from stockward.book.sources.importers.grid.files import CellValue

_MARKS = ("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", UNCALCULATED, MERGED)
_DITTO = frozenset(('"', "''", "”", "“", "„", "〃", "do.", "do", "ditto", "dto", "dto.", "idem", "id.", '-"-', '- " -'))
LONGEST_DITTO = max(map(len, _DITTO))


_NOTHING = frozenset(("-", "–", "—", "--"))


def is_nothing(cell: CellValue) -> bool:
    """Whether a cell shows that nothing came in, or went out: a dash."""
    return isinstance(cell, str) and cell.strip() in _NOTHING


def is_mark(cell: CellValue) -> bool:
    """Whether a cell shows an error, or a formula that was never calculated."""
    return isinstance(cell, str) and cell.startswith("#") and cell.startswith(_MARKS)


@lru_cache(50_000)
def repeats(text: str) -> bool:
    """Whether a text only says that the cell above stands here too: of which row that is, nobody can be sure."""
    return text.strip().casefold() in _DITTO


def what_it_shows(mark: str) -> str:
    """A cell that shows no value, in words: what stands there, and the mend."""
    if mark == UNCALCULATED:
        return (
            "is a formula that was never calculated: open the file in a spreadsheet program, save it, import it again"
        )
    if mark.startswith(MERGED):
        return "is merged with other cells: unmerge it, and write into each what is its own"
    return f"shows {mark.split()[0]}: correct that cell in the file, and import it again"
