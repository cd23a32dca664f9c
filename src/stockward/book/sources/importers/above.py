"""What rows do not name themselves: the place or material of a whole card, and what stands above a blank."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from stockward.book.sources.importers.columns import speaks_of_a_count
from stockward.book.sources.importers.entries import UNREAD, SourceEntry
from stockward.book.sources.importers.mapping import MappingFile, Path
from stockward.book.sources.importers.written.days import is_a_month, ways_that_fit
from stockward.book.sources.naming.aliases import in_brackets, role_of
from stockward.terms.spelling import folded
from stockward.terms.units import written_units

_MOST_LINES = 5
_NUMBERED_PLACE = re.compile(r"\s\S*\d|\s[A-Z]\b")
_BETWEEN = re.compile(r"\s+[-–—|/]\s+|[,;]\s+")
_HEADING = "the line above each part"
_ROWS_A_PART = 1.5
_IT_HOLDS, _IT_DOES_NOT = "it does", "leave these rows aside"
_REPEATED = (
    ("material", frozenset(("material",)), "material"),
    ("at", frozenset(("at", "count_date")), "day"),
    ("area", frozenset(("area",)), "place"),
    ("unit", frozenset(("unit",)), "unit"),
)
_FIELDS = ("at", "area")
"""What keepers write once, and leave blank below: with the columns that it stands in, and in words."""


def fill_from_above(entries: Sequence[SourceEntry], places: Sequence[str], mapping: MappingFile) -> None:
    """Give entries the place and the material that their table has no column for, as a person says.

    ``places`` are those that other sources name. What is not answered stands as ``UNREAD``, and its row waits.
    """
    ends = {"from_area", "to_area", "tracked_item"}
    for entry in entries:
        grid = entry.block.grid
        if "area" not in entry.columns and not ends & entry.columns:
            path: Path = ("source", entry.source, "area", entry.block.label)
            asks = f"Of which place is {grid.name}? It has no column of places"
            entry.area = _told(entry, path, asks, places, mapping)
        if "material" not in entry.columns and "tracked_item" not in entry.columns:
            path = ("source", entry.source, "material", entry.block.label)
            asks = f"Of which material is {grid.name}? It has no column of materials"
            entry.texts["material"] = _told(entry, path, asks, (), mapping)


def _told(entry: SourceEntry, path: Path, asks: str, known: Sequence[str], mapping: MappingFile) -> str:
    lines = [*filter(None, (entry.block.grid.sheet, *entry.block.titles))]
    titles = names_above(lines, frozenset(("area",)) if path[2] == "area" else frozenset(("material", "material_name")))
    others = [name for name in known if name not in titles]
    named = [*others, *titles] if any(map(speaks_of_a_count, lines[:4])) else [*titles, *others]
    headings = {row.heading for row in entry.block.rows if row.heading and not is_a_month(row.heading)}
    if len(headings) > 1:
        # Parts of one table that are headed apart are most likely of several; lines as many as rows are notes to these.
        named.insert(0 if _ROWS_A_PART * len(headings) <= len(entry.block.rows) else len(named), _HEADING)
    answer = mapping.ask(*path, asks=asks, choices=list(dict.fromkeys(named)), free=True)
    if answer is None:
        entry.waits.append(path)
        return UNREAD
    return entry.heading if answer == _HEADING else answer


def names_above(lines: Sequence[str], roles: frozenset[str]) -> list[str]:
    """What the lines above a table propose as the name of a thing: values behind its label first, and no other's.

    ``roles`` are those of the columns that would hold the name. A line that is a label, or a date, names nothing.
    """
    behind, plain, label = list[str](), list[str](), ""
    for line in lines:
        before, _, after = (part.strip() for part in line.partition(":"))
        if after and role_of(before):
            behind += [_without_unit(after)] if role_of(before) in roles else []
        elif line.rstrip().endswith(":") or (not label and line != lines[0] and role_of(before)):
            label = before
            continue
        elif label:
            behind += [line] if role_of(label) in roles else []
        elif not is_a_month(line) and not ways_that_fit([line]) and not line.strip().isdigit():
            parts = [part.strip() for part in _BETWEEN.split(line)] if "area" in roles else []
            plain += [part for part in parts if part != line and _NUMBERED_PLACE.search(part) and _is_a_place(part)]
            plain.append(line)
        label = ""
    return list(dict.fromkeys([*behind, *plain[:_MOST_LINES]]))


def _is_a_place(text: str) -> bool:
    """Whether a text begins with a word for a place: Magazine 2."""
    return role_of(text.split(" ")[0]) == "area"


def _without_unit(text: str) -> str:
    """A name without the unit in brackets behind it."""
    unit = in_brackets(text)
    return text.rpartition(unit)[0].rstrip(" ([") if folded(unit) in written_units() else text


def repeat_what_stands_above(entries: Sequence[SourceEntry], mapping: MappingFile) -> None:
    """Give rows with a figure, whose day, place or material is blank, those of the row above, by a person's word."""
    for role, columns, word in _REPEATED:
        blank = [*_blank_below(entries, role, columns)]
        if not blank:
            continue
        source = blank[0][0].source
        path: Path = ("source", source, "blank", role)
        asks = f"Rows of {source} have no {word} of their own: does that of the row above hold for them?"
        answer = mapping.ask(*path, asks=asks, choices=[_IT_HOLDS, _IT_DOES_NOT])
        for entry, above in blank:
            if answer is None:
                entry.waits.append(path)
            elif answer == _IT_HOLDS:
                _give(entry, role, above)
            else:
                entry.faults.append(f"no {word}")


def _blank_below(
    entries: Sequence[SourceEntry], role: str, columns: frozenset[str]
) -> Iterator[tuple[SourceEntry, str]]:
    """Rows with a figure that lack what a row above them in the same part has, and what that is."""
    owns = [str(getattr(entry, role)) if role in _FIELDS else entry.text(role) for entry in entries]
    if all(owns):
        return
    part: tuple[int, str] = (0, "")
    above = ""
    for entry, own in zip(entries, owns, strict=True):
        if all(size is None for size in entry.numbers.values()):
            continue
        if part != (id(entry.block), entry.heading):
            part, above = (id(entry.block), entry.heading), ""
        above = own or above
        # A row without a material and a day is a subtotal, unless a sign says that it repeats.
        beside = entry.at if role == "material" else entry.text("material")
        is_row = role in entry.dittos or (role != "unit" and bool(beside))
        if not own and above and is_row and columns & entry.columns:
            yield entry, above


def _give(entry: SourceEntry, role: str, value: str) -> None:
    if role in _FIELDS:
        setattr(entry, role, value)
    else:
        entry.texts[role] = value
