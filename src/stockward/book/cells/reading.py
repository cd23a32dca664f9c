"""What reading a column gives: values, and for every cell that cannot be read the reason with its mend."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from stockward.book.cells.date_forms import DateForm

UNCALCULATED = "#UNCALCULATED"
"""Stands in the cell of a formula that no spreadsheet program has calculated."""

MERGED = "#MERGED"
"""Stands in a cell that a merged one covers, with the range of that behind it."""

STRUCK, STRUCK_IN_PART, UNSEEN = "#STRUCK", "#STRUCK_IN_PART", "#UNSEEN"
"""Stand before what a cell holds, and a blank behind them, where its sheet shows it otherwise."""

SHOWN_OTHERWISE = {
    STRUCK: "it is struck through: delete the row where it does not count, or take the stroke away where it does",
    STRUCK_IN_PART: "a part of it is struck through: write what counts alone, without a stroke",
    UNSEEN: "nobody sees it, by the colour or the size of its letters: format it like the others, and look at it again",
}
"""What is said of a cell with each of these marks."""

MOST_SPELT_OUT = 10
"""So many cells of a column are each told what to write; of more it is said once, so that they make one list."""


_NO_TEXT, _NO = pl.Series([None], dtype=pl.String), pl.Series([False])
"""One row of each, of which longer columns are made: most readings are of a few rows, and to make these took longer."""


@dataclass(frozen=True, slots=True)
class Locale:
    """How this site writes: its decimal mark, its time zone, and its dates beside those of ISO 8601.

    What stands in a ``private`` table is in no reason.
    """

    decimal: str
    timezone: str
    private: bool = False
    dates: DateForm | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """Values of a column, null where blank or at fault, and the reason for each fault; both of the same length."""

    values: pl.Series
    fault: pl.Series

    @classmethod
    def of(cls, values: pl.Series) -> Reading:
        """Values of which nothing has been refused yet."""
        return cls(values, no_text(len(values)))

    def refuse(self, where: pl.Series, reason: str | pl.Series) -> Reading:
        """Take these cells out, and give the reason to those that have none yet; null in ``where`` refuses nothing."""
        if not where.any():
            return self
        words = pl.lit(reason) if isinstance(reason, str) else reason
        new = pl.lit(where).fill_null(False) & pl.lit(self.fault).is_null()
        fault = pl.select(pl.when(new).then(words).otherwise(self.fault))
        return Reading(without(self.values, where), fault.to_series())

    def named(self, name: str) -> Reading:
        """The same, both columns under this name."""
        return Reading(self.values.alias(name), self.fault.alias(name))


def no_text(height: int) -> pl.Series:
    """A column of text in which every cell is blank."""
    return _NO_TEXT.new_from_index(0, height)


def nowhere(height: int) -> pl.Series:
    """A column that is false in every row."""
    return _NO.new_from_index(0, height)


def without(values: pl.Series, where: pl.Series) -> pl.Series:
    """The values with those cells blank."""
    return values.clear(len(values)).zip_with(where, values) if where.any() else values
