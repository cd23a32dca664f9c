"""Which columns of a table a header names, where it does not use their own names to the letter.

A column has its own name in any letter case, and the names that people and programs give it. A name is read where it
can mean one column that the table lacks; one that may mean two, and two that may mean one, are refused with the mend.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from stockward.book.problems import did_you_mean
from stockward.book.schema.dictionary import UNIT_COLUMNS, Table
from stockward.book.sources.naming.aliases import doubtful_names, role_of, sure_names
from stockward.terms.errors import SiteError
from stockward.terms.spelling import folded, joined
from stockward.terms.units import UNITS, unit_written

_LONGEST_NAME = 80
"""Letters beyond which nothing is the name of a column."""

IMPORT_IT = "bring the file in as it is: stockward import FILE --into FOLDER"
"""What to do with a file that another program or person keeps in its own way."""

_OF_A_KEY = re.compile(r"[\s_]*(?:no|nr|num|number|code|id|key)?[\s_.:#°º]*$")
"""What people write behind the name of a thing for its key: ``Inventory No.``, ``Area code``."""

_BARE_UNIT = rf"[\s_/,]+(?:in\s+)?(?P<plain>{'|'.join((*UNITS, 'kgs', 'lbs', 'pcs', 'pc', 'ea'))})"
_UNIT_IN_BRACKETS = r"\s*[(\[](?:in\s+)?(?P<bracketed>[^()\[\]]+)[)\]]"
_WITH_UNIT = re.compile(rf"(?is)(?P<name>.+?)(?:{_BARE_UNIT}|{_UNIT_IN_BRACKETS})")
"""The header of a column with a unit behind its name."""


@dataclass(frozen=True, slots=True)
class Headings:
    """Where the columns stand that go by another name.

    places
        Place of each column.
    told
        Of names that are no mere spelling, how each is read.
    units
        By the name of a unit's column which the table lacks: the unit that the header of the quantity names.
    """

    places: Mapping[str, int]
    told: tuple[str, ...]
    units: Mapping[str, str]


def columns_meant(table: Table, header: str) -> tuple[str, ...]:
    """The columns of a table that a header may mean: its own name in any spelling, or the others that people use."""
    if len(header) > _LONGEST_NAME:
        return ()
    own = _own_names(table.names).get(joined(header), ())
    return own or _sure().get(table.name, {}).get(folded(header)) or _of_a_key(table, header)


def columns_named(table: Table, cells: Iterable[str]) -> set[str]:
    """The columns of a table that cells name, under whatever name, and those of the units that stand behind them."""
    found: set[str] = set()
    for cell in set(cells):
        name, unit = _without_unit(cell)
        columns = columns_meant(table, cell) or (columns_meant(table, name) if unit else ())
        if len(columns) == 1:
            found.update(columns)
            if unit and table[columns[0]].unit in UNIT_COLUMNS:
                found.add(table[columns[0]].unit)
    return found


def read_headings(table: Table, file: str, names: Sequence[str], known: Mapping[str, int]) -> Headings:
    """Where the columns stand that the table lacks by their own names; ``known`` are those that it has so.

    Raises ``SiteError`` for a name that may mean two columns, and for two that may mean one, unless it is a text that
    no row needs: then none of them is read.
    """
    places: dict[str, list[int]] = {}
    units: dict[str, str] = {}
    for place, name in enumerate(names):
        if not name or name in known:
            continue
        column = _column_meant(table, file, name, known)
        if column is None and (said := _quantity_with_unit(table, name, known)):
            column, units[name] = said
        if column is not None:
            places.setdefault(column, []).append(place)
    for column, where in places.items():
        # ``Qty`` beside ``Count`` may be the book, and the other what was counted.
        if table[column].type == "number":
            where += [place for place, name in enumerate(names) if _is_doubtful(table, name, column, known)]
    found = {column: where[0] for column, where in places.items() if len(where) == 1}
    for column, where in places.items():
        if len(where) > 1 and (table[column].required or table[column].type != "text"):
            _refuse_two(file, column, [names[place] for place in where])
    of_units = _units_of_columns(table, names, {**known, **found}, units)
    found = {column: place for column, place in found.items() if names[place] not in units or of_units}
    _refuse_time_apart(file, names, found)
    return Headings(found, tuple(_told(names, found, units)), of_units)


def _column_meant(table: Table, file: str, name: str, known: Mapping[str, int]) -> str | None:
    """The one column that a name means; ``None`` where it means none, or one that has its own name."""
    columns = columns_meant(table, name)
    if not columns or any(column in known for column in columns):
        return None
    if len(columns) > 1:
        problem = f"the column {name} may be {' or '.join(columns)}"
        raise SiteError(file, problem, f"rename it to the one that is meant{_or_import(table)}")
    return columns[0]


def _or_import(table: Table) -> str:
    return f", or {IMPORT_IT}" if table.name in {"movements", "counts"} else ""


def _refuse_two(file: str, column: str, names: Sequence[str]) -> None:
    said = f"{', '.join(names[:-1])} and {names[-1]}"
    raise SiteError(file, f"the columns {said} may each be {column}", f"rename the one that is meant to {column}")


def _refuse_time_apart(file: str, names: Sequence[str], found: Mapping[str, int]) -> None:
    """A time of day in a column of its own would be lost, and the date alone is the begin of its day."""
    clocks = [name for place, name in enumerate(names) if role_of(name) == "time" and place not in found.values()]
    if "at" in found and clocks:
        problem = f"the time of day of {names[found['at']]} stands in a column {clocks[0]} of its own"
        mend = f"write both into one column at, as 2026-06-30 14:05, or {IMPORT_IT}"
        raise SiteError(file, problem, mend)


def _quantity_with_unit(table: Table, name: str, known: Mapping[str, int]) -> tuple[str, str] | None:
    """The column of quantities and its unit, where a header such as ``Qty (kg)`` says both, and no column the unit."""
    bare, unit = _without_unit(name)
    columns = columns_meant(table, bare) if unit else ()
    if len(columns) != 1 or columns[0] in known:
        return None
    of, meant = table[columns[0]].unit, unit_written(unit)
    return (columns[0], meant) if meant is not None and of in UNIT_COLUMNS and of not in known else None


def _without_unit(header: str) -> tuple[str, str]:
    found = _WITH_UNIT.fullmatch(header.strip()) if len(header) <= _LONGEST_NAME else None
    return (found["name"], (found["plain"] or found["bracketed"]).strip()) if found else (header, "")


def _units_of_columns(
    table: Table, names: Sequence[str], places: Mapping[str, int], units: Mapping[str, str]
) -> dict[str, str]:
    """The unit of each column of units that the table lacks; none where its headers do not say it of all quantities."""
    found: dict[str, str] = {}
    for of in {table[column].unit for column, place in places.items() if names[place] in units}:
        said = {units.get(names[place]) for column, place in places.items() if table[column].unit == of}
        unit = said.pop() if len(said) == 1 else None
        if unit is None or of in places:
            return {}
        found[of] = unit
    return found


def _told(names: Sequence[str], found: Mapping[str, int], units: Mapping[str, str]) -> Iterable[str]:
    verb = "is read as"
    for column, place in sorted(found.items(), key=lambda one: one[1]):
        name = " ".join(names[place].split())
        if name in units or names[place] in units:
            yield f"{name} {verb} {column} in {units[names[place]]}"
        elif joined(name) != joined(column):
            yield f"{name} {verb} {column}"
        else:
            continue
        verb = "as"


def refuse_units_in_names(table: Table, file: str, unknown: Sequence[str], lacking: Sequence[str]) -> None:
    """Raise for a column that says its unit in the header: renamed alone, it would lose it."""
    for name in unknown:
        bare, unit = _without_unit(name)
        columns = [column for column in columns_meant(table, bare) if column in lacking] if unit else []
        guess = columns[0] if columns else did_you_mean(bare, lacking) if unit else None
        if guess and table[guess].unit in UNIT_COLUMNS:
            meant = unit_written(unit) or unit_written(unit.lower()) or f"its unit (one of {', '.join(UNITS)})"
            mend = f"rename it {guess}, and write {meant} in each row of a column {table[guess].unit}"
            raise SiteError(file, f"unknown column {name!r} (did you mean {guess}?)", mend)


def may_be(table: Table, name: str, column: str) -> bool:
    """Whether a header is a usual name of a column that may be another thing all the same: it is asked for."""
    return _is_doubtful(table, name, column, {}) or column in columns_meant(table, name)


def _is_doubtful(table: Table, name: str, column: str, known: Mapping[str, int]) -> bool:
    return name not in known and folded(name) in _doubtful().get((table.name, column), ())


def is_of_a_ledger(table: Table, unknown: Iterable[str]) -> bool:
    """Whether headers are those of a ledger with columns for in and out, or of a list beside the book."""
    roles = {role_of(name) for name in unknown}
    return table.name in {"movements", "counts"} and bool(roles & {"in", "out", "balance", "book"})


def _of_a_key(table: Table, header: str) -> tuple[str, ...]:
    """The key that a header such as ``Area code`` means."""
    written = header.strip().lower()
    thing = _OF_A_KEY.sub("", written)
    if not thing or thing == written:
        return ()
    keys = {column.name for column in table.columns if column.type == "key"}
    own = tuple(name for name in keys if joined(name) == joined(thing))
    others = _sure().get(table.name, {}).get(folded(thing), ())
    return own or (others if keys.issuperset(others) else ())


@cache
def _own_names(names: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """By spelling, the columns that are called so."""
    found: dict[str, tuple[str, ...]] = {}
    for name in names:
        found[joined(name)] = (*found.get(joined(name), ()), name)
    return found


@cache
def _sure() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """By table and folded name, the columns that it means."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for row in _rows("columns"):
        names = [*map(folded, row["names"].split(";"))]
        names += [name for role in row["roles"].split() for name in sure_names()[role]]
        of_table = found.setdefault(row["table"], {})
        for name in dict.fromkeys(names):
            if name:
                of_table[name] = (*of_table.get(name, ()), row["column"])
    return found


@cache
def _doubtful() -> Mapping[tuple[str, str], frozenset[str]]:
    """By table and column, the folded names that may mean it."""
    return {
        (row["table"], row["column"]): frozenset(
            [
                *map(folded, row["asked"].split(";")),
                *(name for role in row["roles"].split() for name in doubtful_names()[role]),
            ]
        )
        - {""}
        for row in _rows("columns")
    }


def _rows(name: str) -> list[dict[str, str]]:
    text = files("stockward.book.sources.naming").joinpath(f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
