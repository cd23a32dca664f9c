"""What a finding came to with an amount: the row that the book makes of it, and what is wrong with that as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from stockward.book.settings import SETTINGS, settings_in
from stockward.book.site import Site
from stockward.book.store.facts import tables_in, written_files
from stockward.book.store.findings import REQUIRED_CELLS, SETTLED_CELLS, FindingRecord, FindingState
from stockward.book.store.standing import StandingRow, approved_in, standing_of
from stockward.terms.signs import printable
from stockward.terms.units import dimension
from stockward.web.records.the_book import the_book

_KNOWN_LATER = {"known_since": "2000-01-01"}
"""The approval gives the day: any stands for it until then."""


def settled_cells(record: FindingRecord, state: FindingState, typed: Mapping[str, str]) -> dict[str, str]:
    """The cells of the row of ``settled``: whose series it is, and what was typed of amount and inventories.

    The key of a series is that of its area, a stroke, and that of what is kept there; either may hold strokes itself,
    so that the books say where the one ends.
    """
    subject = record.subject
    area, holding = _parted(record)
    kept = "material" if dimension(subject.unit) == "count" else "substance"
    said = {
        "settled": f"finding-{record.number}",
        "basis": state.value,
        "area": "" if area == "*" else area,
        kept: holding,
        "unit": subject.unit,
        "direction": "surplus" if _is_surplus(record) else "missing",
    }
    cells = said | dict(typed)
    return {name: cells.get(name, "") for name in SETTLED_CELLS if cells.get(name) or name in REQUIRED_CELLS}


def faults_of_settled(record: FindingRecord, cells: Mapping[str, str]) -> list[str]:
    """What is wrong with such a row beside the facts as they stand, in one line each."""
    with the_book().database.reading() as connection:
        facts = standing_of(approved_in(connection, record.site or ""))
    beside = [row for row in facts.rows if row.finding != record.number]
    number = max((row.first for row in beside), default=0) + 1
    row = StandingRow(number, number, "settled", {**cells, **_KNOWN_LATER}, "", number, record.number)
    place = sum(one.table == "settled" for one in beside) + _FIRST_ROW
    files = written_files(replace(facts, rows=(*beside, row)))
    settings = settings_in(files[SETTINGS], SETTINGS)
    problems = Site.from_raw(tables_in(files, settings.site.decimal), settings).problems
    found = [one for one in problems if one.table == "settled" and one.row == place]
    return [printable(f"{one.column}: {one.reason}" if one.column else one.reason) for one in found]


_FIRST_ROW = 2


def may_be_settled(record: FindingRecord) -> bool:
    """Whether an amount may be said of it: of a series, as against two methods that differ."""
    return record.subject.of in ("shortage", "gain", "discrepancy")


def _is_surplus(record: FindingRecord) -> bool:
    amounts = [one.amount for one in record.alarms if one.amount is not None]
    return record.subject.of == "gain" or bool(amounts and amounts[-1] < 0)


def _parted(record: FindingRecord) -> tuple[str, str]:
    """Area and holding of a series, by the areas of the books."""
    with the_book().database.reading() as connection:
        facts = standing_of(approved_in(connection, record.site or ""))
    areas = {row.cells.get("area", "").strip() for row in facts.rows if row.table == "areas"} | {"*"}
    series = record.subject.series
    ends = [place for place, sign in enumerate(series) if sign == "/" and series[:place] in areas]
    place = ends[-1] if ends else series.find("/")
    return series[:place], series[place + 1 :]
