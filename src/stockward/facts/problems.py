"""What is wrong with a row, where, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

HIDDEN = "(not shown)"


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason for which a row was set aside: where it stands, the cell's value, and why, with the mend.

    ``row`` is counted as a spreadsheet shows it; ``column`` is empty where the row as a whole is at fault.
    """

    table: str
    file: str
    row: int
    column: str
    value: str | None
    reason: str

    def __str__(self) -> str:
        cell = f"{self.column} = {self.value!r}" if self.value is not None else self.column
        return f"{self.file} row {self.row}" + (f", {cell}" if cell else "") + f": {self.reason}"


def did_you_mean(word: str, known: list[str] | tuple[str, ...], *, cutoff: float = 0.8) -> str | None:
    """The known word that ``word`` looks like a misspelling of; ``None`` where none does."""
    folded = {name.lower().replace(" ", "_").replace("-", "_"): name for name in known}
    same = folded.get(word.strip().lower().replace(" ", "_").replace("-", "_"))
    if same is not None:
        return same
    close = get_close_matches(word.strip().lower(), list(folded), n=1, cutoff=cutoff)
    return folded[close[0]] if close else None
