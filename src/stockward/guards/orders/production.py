"""Output by month: what the lines that make a material have on record, and what is planned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from stockward.book.known import KnownBooks
from stockward.guards.need.faults import set_aside_words
from stockward.guards.roll import month_of
from stockward.guards.written import counted, written_number

PRODUCTION = "production:"
_LINES_SAID = 5


@dataclass(frozen=True, slots=True)
class ProductionOutput:
    """The output of one month over all lines of a material, exactly; without a ``value``, ``reason`` says why."""

    value: Fraction | None
    rows: tuple[int, ...]
    reason: str | None


@dataclass(frozen=True, slots=True)
class _Row:
    row: int
    actual: Fraction
    planned: Fraction | None


@dataclass(frozen=True, slots=True)
class Production:
    """What is on record of one material: its lines, their rows by line and month, and rows at fault.

    ``aside`` has (row, month) of rows of ``production`` that could be one of its lines' (``None``: any month);
    ``lines_aside`` has rows of ``lines`` that could be one of its lines.
    """

    material: str
    lines: tuple[str, ...]
    rows: Mapping[tuple[str, date], _Row]
    aside: tuple[tuple[int, date | None], ...]
    lines_aside: tuple[int, ...]

    @classmethod
    def of(cls, books: KnownBooks, material: str) -> Production:
        """Read it from the books."""
        makers = [str(line) for line, made in books["lines"].select("line", "material").rows() if made == material]
        table = books["production"].select("line", "month", "row", "actual", "planned")
        return cls(
            material=material,
            lines=tuple(sorted(makers)),
            rows={
                (line, month): _Row(row, written_number(actual), None if planned is None else written_number(planned))
                for line, month, row, actual, planned in table.rows()
                if line in makers
            },
            aside=tuple(_aside(books, set(makers))),
            lines_aside=tuple(
                row["row"]
                for row in books.set_aside["lines"].iter_rows(named=True)
                if "material" in row["unreadable"] or row["material"] == material
            ),
        )

    def in_month(self, month: date) -> ProductionOutput:
        """What was made in the month that begins on ``month``."""
        return self._summed(month, planned=False)

    def planned_for(self, month: date) -> ProductionOutput:
        """What is planned for it."""
        return self._summed(month, planned=True)

    def latest(self, until: date) -> date | None:
        """The latest month with all lines on record, not after that of ``until``."""
        months = {month for _, month in self.rows if month <= until}
        whole = (month for month in months if all((line, month) in self.rows for line in self.lines))
        return max(whole, default=None)

    def doubt_since(self, latest: date | None, until: date) -> str | None:
        """The rows at fault of months after the latest one on record, which they may have made incomplete."""
        rows = [row for row, of in self.aside if of is not None and (latest is None or of > latest) and of <= until]
        return set_aside_words("production", rows, "be of the latest month")

    def months_after(self, day: date) -> list[date]:
        """Months on record that begin after a day, in order."""
        return sorted({month for _, month in self.rows if month > day})

    def doubt(self, month: date | None) -> str | None:
        """The rows at fault that could change the output of a month; ``None`` where there are none."""
        if self.lines_aside:
            return set_aside_words("lines", self.lines_aside, f"make {self.material}")
        rows = [row for row, of in self.aside if of is None or of == month]
        return set_aside_words("production", rows, "be of that month")

    def _summed(self, month: date, *, planned: bool) -> ProductionOutput:
        reason = self._lacks(month, planned=planned)
        if reason is not None:
            return ProductionOutput(None, (), reason)
        found = [self.rows[line, month] for line in self.lines]
        values = [row.planned if planned else row.actual for row in found]
        return ProductionOutput(
            sum((value for value in values if value is not None), Fraction()), _numbers(found), None
        )

    def _lacks(self, month: date, *, planned: bool) -> str | None:
        """Why there is no output of a month; ``None`` where there is."""
        if not self.lines and not self.lines_aside:
            return f"no line on record makes {self.material}"
        doubt = self.doubt(month)
        if doubt is not None:
            return doubt
        found = {line: self.rows.get((line, month)) for line in self.lines}
        without = [line for line, row in found.items() if row is None or (planned and row.planned is None)]
        if not without:
            return None
        said = ", ".join(without[:_LINES_SAID])
        more = f" and {counted(len(without) - _LINES_SAID, 'more line')}" if len(without) > _LINES_SAID else ""
        what = "planned" if planned else "on record"
        return f"no output of {said}{more} is {what} for {month:%Y-%m}"


def _numbers(rows: list[_Row]) -> tuple[int, ...]:
    return tuple(sorted(row.row for row in rows))


def _aside(books: KnownBooks, makers: set[str]) -> Iterator[tuple[int, date | None]]:
    for row in books.set_aside["production"].iter_rows(named=True):
        lost = set(row["unreadable"])
        if "line" in lost or row["line"] in makers:
            month = row["month"]
            yield row["row"], None if "month" in lost or month is None else month_of(month)
