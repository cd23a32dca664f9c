"""A table as its file holds it: text (or typed) cells, the row numbers of a spreadsheet, and rows that are torn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

import polars as pl

from stockward.book.problems import did_you_mean
from stockward.book.schema.dictionary import TELLING_COLUMNS, Table, tables
from stockward.book.sources.naming.headings import (
    columns_named,
    is_of_a_ledger,
    may_be,
    read_headings,
    refuse_units_in_names,
)
from stockward.terms.errors import SiteError
from stockward.terms.limits import require_within
from stockward.terms.spelling import joined
from stockward.terms.units import is_plainly_a_unit

TITLE_ROWS = 20
"""The header stands among the first rows of a sheet: above it there may be titles."""

_BATCH = 20_000

_LONGEST_NAME = 80
"""Letters beyond which nothing is the name of a column."""

_DAYS = (date(1, 1, 2) - date(1970, 1, 1)).days, (date(9999, 12, 30) - date(1970, 1, 1)).days
"""The first and last of which it can be told, in any time zone, what date they are."""
_PER_DAY = {None: 1, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}
"""Units of a column of dates, or of times in this unit, in a day."""

Record = Sequence[str]


@dataclass(frozen=True, slots=True)
class TornRow:
    """A row whose cells cannot be told apart, and why."""

    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class RawTable:
    """Cells of one table, column by column; ``rows`` are the row numbers as a spreadsheet shows them."""

    table: Table
    file: str
    cells: dict[str, pl.Series]
    rows: pl.Series
    torn: tuple[TornRow, ...]
    notices: tuple[str, ...]
    headers: Mapping[str, str] = field(default_factory=dict)
    """What stands in the header of each column."""

    @classmethod
    def of_frame(cls, table: Table, file: str, frame: pl.DataFrame) -> RawTable:
        """Take a table of typed or text columns. Its first row counts as row 2, as under a header.

        Raises ``SiteError`` as ``Header.of`` and ``Header.typed_table_of`` do.
        """
        header = Header.of(table, file, frame.columns)
        return header.typed_table_of([frame.to_series(place) for place in header.places], frame.height)


@dataclass(frozen=True, slots=True)
class Header:
    """Where the columns stand: the known ones by name, those that have no name at all, and the others.

    The others (``strange``) are kept where the table has no ``unit``, which one of them may be. ``units`` are those
    that the header of a quantity names, by the column of units that the table lacks.
    """

    table: Table
    file: str
    known: dict[str, int]
    unnamed: tuple[int, ...]
    strange: dict[int, str]
    notices: tuple[str, ...]
    names: tuple[str, ...] = ()
    units: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, table: Table, file: str, cells: Record) -> Header:
        """Read a header row.

        Raises ``SiteError`` for a required column that is missing, a column that stands twice, and an unknown one
        that looks like a misspelt column which the table lacks: a default must never stand in for a value that the
        site gave.
        """
        names = [name.strip() for name in cells]
        exact = {name: names.index(name) for name in table.names if name in names}
        _refuse_twice(file, [name for name in exact if names.count(name) > 1])
        others = read_headings(table, file, names, exact)
        known = {name: place for name in table.names if (place := {**others.places, **exact}.get(name)) is not None}
        read = {names[place] for place in known.values()}
        unknown = [name for name in names if name and name not in read]
        lacking = [name for name in table.names if name not in known and name not in others.units]
        refuse_units_in_names(table, file, unknown, lacking)
        missing = [name for name in table.required_names if name in lacking]
        _refuse_synonyms(table, file, unknown, missing)
        _refuse_misspelt(file, unknown, lacking)
        _refuse_missing(table, file, missing, unknown)
        shown = _places_of(names, unknown) if table.private else ", ".join(unknown)
        left_out = f"{file}: left out what the format does not know: column {shown}"
        told = [f"{file}: {', '.join(others.told)}"] if others.told else []
        unnamed = tuple(place for place, name in enumerate(names) if not name)
        lacks_unit = "unit" in table.names and "unit" in lacking
        strange = {place: name for place, name in enumerate(names) if name in unknown} if lacks_unit else {}
        notices = (*told, *([left_out] if unknown else []))
        return cls(table, file, known, unnamed, strange, notices, tuple(names), others.units)

    @property
    def places(self) -> tuple[int, ...]:
        """Places of the columns to be read: the known ones, then those without a name, then the strange ones."""
        return (*self.known.values(), *self.unnamed, *self.strange)

    def table_of(
        self, columns: Sequence[pl.Series], rows: pl.Series, torn: Sequence[TornRow] = (), notices: Sequence[str] = ()
    ) -> RawTable:
        """Bring the columns, read at ``places``, under their names. Values without a column name are said."""
        cells = {name: column.alias(name) for name, column in zip(self.known, columns, strict=False)}
        cells |= {of: self._unit_column(of, unit, cells) for of, unit in self.units.items()}
        others = columns[len(self.known) :]
        _refuse_units(self.file, zip(self.strange.values(), others[len(self.unnamed) :], strict=True))
        nameless = [
            letters_of(place) for place, column in zip(self.unnamed, others, strict=False) if _holds_something(column)
        ]
        words = f"{self.file}: left out what has no name in the header: column {', '.join(nameless)}"
        said = (*self.notices, *([words] if nameless else []), *notices)
        written = {name: self.names[place] for name, place in self.known.items()}
        return RawTable(self.table, self.file, cells, rows.cast(pl.UInt32).alias("row"), tuple(torn), said, written)

    def _unit_column(self, of: str, unit: str, cells: Mapping[str, pl.Series]) -> pl.Series:
        """The unit that a header names, in every row that has a quantity."""
        measured = [column for name, column in cells.items() if self.table[name].unit == of]
        filled = pl.any_horizontal(pl.lit(_filled(column)) for column in measured)
        return pl.select(pl.when(filled).then(pl.lit(unit)).alias(of)).to_series()

    def typed_table_of(self, columns: Sequence[pl.Series], height: int) -> RawTable:
        """Bring typed columns, read at ``places``, under their names; the first row counts as row 2.

        Raises ``SiteError`` for a column of what nobody would write in a cell.
        """
        for name, column in zip(self.known, columns, strict=False):
            _refuse_unreadable(self.file, name, column)
        return self.table_of(columns, pl.int_range(2, height + 2, dtype=pl.UInt32, eager=True))


def find_header(table: Table, file: str, records: Sequence[Record]) -> int:
    """Index of the header among the first records: the one that names most columns, all required ones among them.

    Where none names the required ones, the record with most names that look known is taken, so that the error can
    say what it lacks.
    """
    require_within("COLUMNS", max((len(record) for record in records[:TITLE_ROWS]), default=0), file)
    first = [{cell.strip() for cell in record} for record in records[:TITLE_ROWS]]
    whole = [index for index, names in enumerate(first) if names.issuperset(table.required_names)]
    if whole:
        return max(whole, key=lambda index: len(first[index].intersection(table.names)))
    named = [columns_named(table, record) for record in records[:TITLE_ROWS]]
    whole = [index for index, names in enumerate(named) if names.issuperset(table.required_names)]
    if whole:
        return max(whole, key=lambda index: len(named[index]))
    alike = [sum(did_you_mean(name, table.names) is not None for name in names if name) for names in first]
    # One cell alone may be a value: many words are names of something.
    alike = [max(number, len(names) * (len(names) > 1)) for number, names in zip(alike, named, strict=True)]
    if not any(alike):
        raise SiteError(file, "there is no header row", f"begin with a row of column names: {', '.join(table.names)}")
    return alike.index(max(alike))


def table_headed(records: Iterable[Record]) -> str | None:
    """The table whose header stands among the first records; the one with most of its columns there, where several do.

    All required columns of a table with a key, four or more, are no chance, whatever others stand among them. Three,
    or all but one, are its header where not as many others stand there: those of a list or a report about the same
    things.
    """
    rows = [{joined(cell) for cell in record if len(cell) < _LONGEST_NAME} - {""} for record in records]
    named = {name: max((_names_in(row, table) for row in rows), default=0) for name, table in tables().items()}
    most = max(named, key=lambda name: (named[name], len(tables()[name].required_names)))
    return most if named[most] else None


def headed_as(table: Table, records: Iterable[Record]) -> bool:
    """Whether among the first records one names every required column of the table, under whatever names."""
    return any(columns_named(table, record).issuperset(table.required_names) for record in records)


def _names_in(row: Set[str], table: Table) -> int:
    """How many columns of the table the row names; none where it is no header of the table."""
    names, required = set(map(joined, table.names)), set(map(joined, table.required_names))
    keyed = bool(table.key) and row >= required & set(map(joined, table.key))
    found = len(row & required)
    if keyed and found == len(required) and table.is_telling:
        return len(row & names)
    asked = max(len(required) - keyed, TELLING_COLUMNS)
    return len(row & names) if found >= asked and len(row - names) < len(row & names) else 0


def columns_of(records: Iterable[tuple[int, Record]], places: Sequence[int]) -> tuple[list[pl.Series], pl.Series]:
    """Turn records (row number, cells) into one text series a place, and the row numbers."""
    parts: list[list[pl.Series]] = [[pl.Series([], dtype=pl.String)] for _ in places]
    rows = [pl.Series([], dtype=pl.UInt32)]
    for numbers, cells in _batches(records):
        rows.append(pl.Series(numbers, dtype=pl.UInt32))
        for part, place in zip(parts, places, strict=True):
            part.append(pl.Series(cells[place], dtype=pl.String))
    return [pl.concat(part) for part in parts], pl.concat(rows)


def is_blank(record: Record) -> bool:
    """Whether no cell of the record holds anything."""
    return not "".join(record).strip()


def _filled(column: pl.Series) -> pl.Series:
    """Whether each cell holds anything."""
    if column.dtype != pl.String:
        return column.is_not_null()
    return (column.str.strip_chars() != "").fill_null(False)


def _holds_something(column: pl.Series) -> bool:
    return bool(_filled(column).any())


def _batches(records: Iterable[tuple[int, Record]]) -> Iterator[tuple[list[int], list[tuple[str, ...]]]]:
    """Row numbers, and columns, of so many records at a time."""
    remaining = iter(records)
    while batch := list(islice(remaining, _BATCH)):
        yield [number for number, _ in batch], list(zip(*(record for _, record in batch), strict=True))


def _refuse_twice(file: str, twice: list[str]) -> None:
    if twice:
        raise SiteError(file, f"column {', '.join(twice)} stands twice", "keep one of them")


def _refuse_misspelt(file: str, unknown: list[str], lacking: list[str]) -> None:
    guesses = {name: guess for name in unknown if (guess := did_you_mean(name, lacking))}
    if guesses:
        misspelt = ", ".join(f"{name!r} (did you mean {guess}?)" for name, guess in guesses.items())
        raise SiteError(file, f"unknown column {misspelt}", "correct the header, or rename the column")


def _refuse_synonyms(table: Table, file: str, unknown: list[str], missing: list[str]) -> None:
    """Raise for a required column that most likely stands under another usual name."""
    written = {column: [name for name in unknown if may_be(table, name, column)] for column in missing}
    meant = {column: names[0] for column, names in written.items() if len(names) == 1}
    if meant:
        words = ", and ".join(f"{column} is missing, which {name} may be" for column, name in meant.items())
        mends = [f"rename {name} to {column}" for column, name in meant.items()]
        others = ", ".join(column for column in missing if column not in meant)
        raise SiteError(file, f"the required column {words}", ", ".join(mends) + (f", add {others}" if others else ""))


def _refuse_missing(table: Table, file: str, missing: list[str], unknown: list[str]) -> None:
    if missing:
        way = (
            ", or bring the file in as it is: stockward import FILE --into FOLDER"
            if is_of_a_ledger(table, unknown)
            else ""
        )
        mend = f"add it to the header row{way}"
        raise SiteError(file, f"the required column {', '.join(missing)} is missing", mend)


def _refuse_units(file: str, strange: Iterable[tuple[str, pl.Series]]) -> None:
    """Raise for a column of units under another name: without it, every quantity would be taken in the books' unit."""
    for name, column in strange:
        if column.dtype not in (pl.String, pl.Categorical, pl.Enum):
            continue
        cells = column.cast(pl.String).str.strip_chars()
        filled = cells.filter(cells != "")
        if len(filled) and all(map(is_plainly_a_unit, filled.unique())):
            raise SiteError(file, f"the column {name} holds units, and would not be read", "rename it to unit")


def _places_of(names: list[str], unknown: list[str]) -> str:
    """Where columns stand, in place of their names: a name or a pseudonym may have slipped into the header."""
    return ", ".join(letters_of(place) for place, name in enumerate(names) if name in unknown) + " (names not shown)"


def letters_of(place: int) -> str:
    """The letters by which a spreadsheet names a column."""
    letters = ""
    place += 1
    while place:
        place, letter = divmod(place - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def _refuse_unreadable(file: str, name: str, column: pl.Series) -> None:
    """Raise for what has no text that a person would write in a cell; only a list of words can stand inside one."""
    dtype = column.dtype.inner if isinstance(column.dtype, pl.List) else column.dtype
    if dtype in (pl.List, pl.Array, pl.Struct, pl.Object):
        raise SiteError(file, f"column {name} holds cells inside cells", "write one value a cell")
    if dtype == pl.Binary and column.dtype == pl.List:
        raise SiteError(file, f"column {name} holds lists of bytes", "write it as text")
    if dtype == pl.Duration:
        raise SiteError(file, f"column {name} holds lengths of time", "write it as text or numbers, as in a CSV")
    if dtype in (pl.Date, pl.Datetime):
        days = column.explode() if column.dtype == pl.List else column
        far = ~(days.to_physical() / _PER_DAY[getattr(dtype, "time_unit", None)]).is_between(*_DAYS)
        if far.any():
            problem = f"column {name} holds dates outside the years 1 to 9999"
            raise SiteError(file, problem, "correct them, or blank those that are not known")
