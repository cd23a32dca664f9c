"""Putting a row of the book right: what stands, what is wrong with it as it would be, and the correction itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from stockward.book.schema.dictionary import Column, tables
from stockward.book.settings import SETTINGS, settings_in
from stockward.book.site import Site
from stockward.book.store.facts import tables_in, written_files
from stockward.book.store.handed_in import Correction, HandedIn
from stockward.book.store.standing import StandingFacts, approved_in, standing_of
from stockward.terms.signs import printable
from stockward.web.records.the_book import the_book

_FIRST_ROW = 2
LONGEST_CELL = 2_000
"""Letters of a cell that is typed into a page."""


@dataclass(frozen=True, slots=True)
class ShownCell:
    """A cell of a row that is put right: its column, what is typed, and what is wrong with that."""

    column: Column
    text: str
    faults: tuple[str, ...] = ()

    @property
    def required(self) -> bool:
        """Whether it may not be blank."""
        return self.column.required


@dataclass(frozen=True, slots=True)
class StandingEntry:
    """A row as it stands in the book, among all that stands there."""

    entry: int
    table: str
    cells: Mapping[str, str]
    place: int
    facts: StandingFacts

    def shown(self, cells: Mapping[str, str], faults: Mapping[str, list[str]] | None = None) -> list[ShownCell]:
        """Cells of such a row, with what is wrong with each."""
        return [
            ShownCell(column, cells.get(column.name, ""), tuple((faults or {}).get(column.name, ())))
            for column in tables()[self.table].columns
        ]

    def faults_with(self, typed: Mapping[str, str]) -> dict[str, list[str]]:
        """What would be wrong with these cells, by column; with the row as a whole under the empty name."""
        rows = [replace(row, cells=typed) if row.entry == self.entry else row for row in self.facts.rows]
        site = _read(replace(self.facts, rows=tuple(rows)))
        faults: dict[str, list[str]] = {}
        for problem in site.problems:
            if problem.table == self.table and problem.row == self.place + _FIRST_ROW:
                faults.setdefault(problem.column, []).append(printable(problem.reason))
        return faults


def standing_entry(site: str, number: int, parts: Collection[str]) -> StandingEntry | None:
    """The row of an entry, where it stands and is of a table of these parts; ``None`` for any other."""
    with the_book().database.reading() as connection:
        facts = standing_of(approved_in(connection, site))
    row = next((row for row in facts.rows if row.entry == number and row.finding is None), None)
    if row is None or tables()[row.table].part not in parts:
        return None
    place = [one.entry for one in facts.rows if one.table == row.table].index(number)
    return StandingEntry(number, row.table, row.cells, place, facts)


def typed_cells(table: str, said: Mapping[str, str]) -> dict[str, str]:
    """What is typed into the cells of a row of the table, without blanks around it; blank cells are left out."""
    cells = {name: " ".join(said.get(f"cell-{name}", "").split())[:LONGEST_CELL] for name in tables()[table].names}
    return {name: text for name, text in cells.items() if text}


def hand_in_correction(
    site: str, by: str, row: StandingEntry, cells: Mapping[str, str] | None, reason: str, once: str | None
) -> int:
    """Hand in what a row really says, or that it does not hold; returns the number of the submission."""
    return the_book().submit(
        site, by, HandedIn(corrections=(Correction(row.entry, row.table, cells, reason),)), once=once
    )


def _read(facts: StandingFacts) -> Site:
    files = written_files(facts)
    settings = settings_in(files[SETTINGS], SETTINGS)
    return Site.from_raw(tables_in(files, settings.site.decimal), settings)
