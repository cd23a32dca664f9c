"""The tree of errors. Each says in one line what is wrong, where, and the mend.

StockwardError
├── SiteError          the site cannot be read: a folder, a file, a table, a column, a setting
├── SheetError         a plan or a filled count sheet does not match: a file, a row, a column
├── UsageError         the question cannot be asked so: an option, an argument
├── BookError          the book does not take an entry, cannot be reached, or is not what it was
│   └── ConflictError      somebody else was first
└── FigureError        a figure cannot be computed from these numbers
    └── ProbabilityError   a probability outside its range

Bad rows are no errors: they are set aside and listed (see ``site.problems``).
"""

from __future__ import annotations

from collections.abc import Sequence


class StockwardError(Exception):
    """Base of every error that Stockward raises on purpose; the doors print it in one line."""


class SiteError(StockwardError):
    """A site that cannot be read: names the file, what is wrong with it, and the mend."""

    def __init__(self, file: str, problem: str, mend: str) -> None:
        self.file = file
        self.problem = problem
        self.mend = mend
        super().__init__(f"{file}: {problem}: {mend}")


def require_none(faults: Sequence[SiteError]) -> None:
    """Raise the first of the faults, where there are any; it says the others too."""
    if faults:
        others = "".join(f"; also {error}" for error in faults[1:])
        raise SiteError(faults[0].file, faults[0].problem, faults[0].mend + others)


class SheetError(StockwardError):
    """A plan or a filled count sheet that cannot be taken: names file, row and column where known, and the mend."""

    def __init__(self, file: str, problem: str, mend: str, *, row: int | None = None, column: str = "") -> None:
        self.file = file
        self.problem = problem
        self.mend = mend
        self.row = row
        self.column = column
        place = ", ".join(word for word in (f"row {row}" if row is not None else "", column) if word)
        super().__init__(f"{file}{' ' if row is not None else ', ' if column else ''}{place}: {problem}: {mend}")


class UsageError(StockwardError):
    """A question that cannot be asked so."""


class BookError(StockwardError):
    """A book that does not take an entry, cannot be reached, or is not what it was: says what to do."""


class ConflictError(BookError):
    """An entry for which another came first: what it was made from has changed since."""


class FigureError(StockwardError, ValueError):
    """Numbers from which the figure asked for cannot be computed."""


class ProbabilityError(FigureError):
    """A probability outside the range in which the question makes sense."""


def require_probability(name: str, value: float, *, low: float = 0.0, high: float = 1.0) -> None:
    """Raise ``ProbabilityError`` unless ``low < value < high``; the message shows the interval and the value."""
    if not low < value < high:
        raise ProbabilityError(f"{name} must lie between {low:g} and {high:g}, both excluded; got {value!r}")
