"""What rows do not name themselves: the place or material of a whole card, and what stands above a blank."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath

from stockward.book.sources.importers.columns import speaks_of_a_count
from stockward.book.sources.importers.entries import UNREAD, SourceEntry
from stockward.book.sources.importers.grid.labels import BETWEEN_LABELS, line_of_labels
from stockward.book.sources.importers.grid.layout import cell_as_text
from stockward.book.sources.importers.ledger.openings import is_undated_opening
from stockward.book.sources.importers.mapping import MappingFile, Path
from stockward.book.sources.importers.written.days import ways_that_fit
from stockward.book.sources.importers.written.month_lines import may_be_a_month_line
from stockward.book.sources.importers.written.titled import last_day_of, month_and_year, said_by
from stockward.book.sources.naming.aliases import in_brackets, role_of
from stockward.terms.spelling import folded
from stockward.terms.units import written_units

_MOST_LINES = 5
_NUMBERED_PLACE = re.compile(r"\s\S*\d|\s[A-Z]\b|\s(?!Ledger|Register|Card|Account|Book|List|Report|Stock)[A-Z][a-z]+$")
_BETWEEN = re.compile(r"\s+[-–—|/]\s+|[,;]\s+|(?<=[^\W\d_]{5})\.\s+(?!\d)")
"""Between the parts of a title; a full stop behind a short word is that of an abbreviation: *Magazine No. 3*."""
_HEADING = "the line above each part"
_ROWS_A_PART = 1.5
_IT_HOLDS, _IT_DOES_NOT = "it does", "leave these rows aside"
_REPEATED = (
    ("material", frozenset(("material",)), "material"),
    ("at", frozenset(("at", "count_date")), "day"),
    ("area", frozenset(("area",)), "place"),
    ("unit", frozenset(("unit",)), "unit"),
)
_PLACE, _MATERIAL, _UNIT = frozenset(("area",)), frozenset(("material", "material_name")), frozenset(("unit",))
_DAYS, _LAST_DAY, _FIRST_DAY = frozenset(("at", "count_date")), "the last day", "the first day"
_FIELDS = ("at", "area")
"""What keepers write once, and leave blank below: with the columns that it stands in, and in words."""


def fill_from_above(
    entries: Sequence[SourceEntry], places: Sequence[str], columns: Sequence[str], mapping: MappingFile
) -> None:
    """Give entries the place and the material that their table has no column for, as a person says.

    ``places`` are those that other sources name, ``columns`` the headers that nobody knows and that may be of a key:
    each may be what is lacking. What is not answered stands as ``UNREAD``, and its row waits.
    """
    for entry in entries:
        block, lacks = entry.block, [*_lacks(entry)]
        if "area" in lacks:
            path: Path = ("source", entry.source, "area", block.label)
            asks = f"Of which place is {block.described}? It has no column of places"
            entry.area = _told(entry, path, asks, _Proposed(places, columns), mapping)
        if "material" in lacks:
            path = ("source", entry.source, "material", block.label)
            asks = f"Of which material is {block.described}? It has no column of materials"
            entry.texts["material"] = _told(entry, path, asks, _Proposed((), columns, entry.area), mapping)
        if "unit" not in entry.columns and not entry.text("unit"):
            entry.texts["unit"] = _behind_label(entry.heading, _UNIT)


def date_from_titles(entries: Sequence[SourceEntry], mapping: MappingFile) -> None:
    """Give movements whose table has no column of days the day that a person says: of the month in the title, often."""
    undated = [entry for entry in entries if not entry.at and not _DAYS & entry.columns]
    if not undated:
        return
    doubted: Path = ("source", undated[0].source, "holds", "at")
    if doubted in mapping.questions:
        # Its days may stand in the column of which that is asked.
        for entry in undated:
            entry.waits.append(doubted)
            entry.at = UNREAD
        return
    lasts = {id(entry.block): _last_day_titled(entry) for entry in undated}
    first = undated[0]
    if all(lasts.values()):
        path: Path = ("source", first.source, "day")
        asks = (
            f"{first.block.grid.name} has no column of days. Are its rows of the last day of the month that stands "
            f"above it, {lasts[id(first.block)]}, or of the first?"
        )
        choices, free = [_LAST_DAY, _FIRST_DAY], False
    for entry in undated:
        last = lasts[id(entry.block)]
        if not all(lasts.values()):
            path = ("source", entry.source, "day", entry.block.label)
            described = entry.block.described
            asks = f"Of which day are the rows of {described}? It has no column of days; write one as 2026-01-31"
            choices, free = [str(last)] if last else [], True
        answer = mapping.get(*path)
        if answer is not None and answer not in {_LAST_DAY, _FIRST_DAY} and not _is_day(answer):
            mapping.take_back(path, "is no day such as 2026-01-31")
        answer = mapping.ask(*path, asks=asks, choices=choices, free=free)
        if answer is None:
            entry.waits.append(path)
            entry.at = UNREAD
        elif last is not None and answer in {_LAST_DAY, _FIRST_DAY}:
            entry.at = (last if answer == _LAST_DAY else last.replace(day=1)).isoformat()
        elif _is_day(answer):
            entry.at = answer


def _last_day_titled(entry: SourceEntry) -> date | None:
    """The last day of the month that stands above a table, or in the name of its sheet or file."""
    grid = entry.block.grid
    return last_day_of(said_by([grid.sheet, *entry.block.titles, PurePath(grid.file).stem]).text)


def _is_day(text: str) -> bool:
    return ways_that_fit([text])[:1] == ["year-month-day"]


@dataclass(frozen=True, slots=True)
class _Proposed:
    """What a table may be of: names that others have, columns that nobody knows, and least what it is taken for."""

    known: Sequence[str]
    columns: Sequence[str]
    taken: str = ""


def _told(entry: SourceEntry, path: Path, asks: str, proposed: _Proposed, mapping: MappingFile) -> str:
    """What a person says that a table is of; most likely not what it is taken for already, as its place."""
    grid, above = entry.block.grid, entry.block.titles
    # A name that a program gave the sheet says less than what a person wrote above the table.
    lines = [*filter(None, (grid.sheet, *above) if grid.label == grid.sheet else (*above, grid.sheet))]
    if entry.block.over in lines:
        # What stands directly above one of several tables is what tells it from the others.
        lines.insert(0, lines.pop(lines.index(entry.block.over)))
    roles = _PLACE if path[2] == "area" else _MATERIAL
    titles = names_above(lines, roles)
    others = [name for name in proposed.known if name not in titles]
    named = [*others, *titles] if any(map(speaks_of_a_count, lines[:4])) else [*titles, *others]
    heads = [_headed(row.heading, roles) for row in entry.block.rows if not may_be_a_month_line(row.heading)]
    headings = {*filter(None, heads)}
    if len(headings) > 1:
        # Parts of one table that are headed apart are most likely of several; lines as many as rows are notes to these.
        named.insert(0 if _ROWS_A_PART * len(headings) <= len(entry.block.rows) else len(named), _HEADING)
    named.sort(key=lambda name: name == proposed.taken)
    # Where a column may tell things apart, they are not made one without a person's word.
    is_doubtful = named[:1] == [proposed.taken] or bool(proposed.columns and (roles == _MATERIAL or not named))
    choices = list(dict.fromkeys([*named, *map(_of_column, proposed.columns)]))
    answer = mapping.ask(*path, asks=asks, choices=choices, free=True, never_accepted=is_doubtful)
    if answer is None:
        entry.waits.append(path)
        return UNREAD
    header = next((one for one in entry.block.headers if _of_column(one) == answer), None)
    if header is not None:
        return _key_below(entry, header)
    return _headed(entry.heading, roles) if answer == _HEADING else answer


def may_be_read_as_a_key(entry: SourceEntry, header: str, mapping: MappingFile) -> bool:
    """Whether a person has named a column as that of what a table lacks, or may still: then it is not left unread."""
    answers = [mapping.get("source", entry.source, role, entry.block.label) for role in _lacks(entry)]
    return None in answers or _of_column(header) in answers


def _lacks(entry: SourceEntry) -> Iterator[str]:
    """The roles of which a table has no column, and of which it is asked what it is as a whole."""
    if not {"area", "from_area", "to_area", "tracked_item"} & entry.columns:
        yield "area"
    if not {"material", "tracked_item"} & entry.columns:
        yield "material"


def _of_column(header: str) -> str:
    """The answer that the cells below a header are what is asked for."""
    return f"the column {header}"


def _key_below(entry: SourceEntry, header: str) -> str:
    return " ".join(cell_as_text(entry.row.cells[entry.block.headers.index(header)]).split())


def _headed(heading: str, roles: frozenset[str]) -> str:
    """What the line above a part names: what stands behind the label of the role, or the line where it has no label."""
    return _behind_label(heading, roles) if line_of_labels(heading.split(BETWEEN_LABELS)) else heading


def _behind_label(heading: str, roles: frozenset[str]) -> str:
    """What stands behind the label of one of the roles in a line of labels; empty where none does."""
    parts = (part.partition(":") for part in heading.split(BETWEEN_LABELS))
    return next((_without_unit(after.strip()) for before, _, after in parts if after and role_of(before) in roles), "")


def names_above(lines: Sequence[str], roles: frozenset[str]) -> list[str]:
    """What the lines above a table propose as the name of a thing: values behind its label first, and no other's.

    ``roles`` are those of the columns that would hold the name. A line that is a label, or a date, names nothing.
    """
    behind, sure, plain, label = list[str](), list[str](), list[str](), ""
    for line in lines:
        before, _, after = (part.strip() for part in line.partition(":"))
        if after and role_of(before):
            behind += [_without_unit(after)] if role_of(before) in roles else []
        elif line.rstrip().endswith(":") or (not label and line != lines[0] and role_of(before)):
            label = before
            continue
        elif label:
            behind += [line] if role_of(label) in roles else []
        elif not may_be_a_month_line(line) and not ways_that_fit([line]) and not line.strip().isdigit():
            parts = [part.strip() for part in _BETWEEN.split(line if "area" in roles else after or line)]
            of_role = _names_a_place if "area" in roles else _names_no_place
            plain += [part for part in parts if part != line and of_role(part)]
            sure += [place for part in parts if "area" in roles and (place := _place_within(part))]
            # Magazine 2 is a place, and names no material.
            plain += [line] if "area" in roles or len(parts) > 1 or not _names_a_place(line) else []
        label = ""
    return list(dict.fromkeys([*behind, *sure, *plain[:_MOST_LINES]]))


def _names_a_place(text: str) -> bool:
    return bool(_NUMBERED_PLACE.search(text)) and _is_a_place(text)


def _place_within(text: str) -> str:
    """The numbered place that stands behind other words: Bunker 4 in *Stock ledger Bunker 4*; empty for none."""
    words = text.split(" ")
    ends = (" ".join(words[begin:]) for begin in range(1, len(words)))
    return next((end for end in ends if _names_a_place(end) and any(map(str.isdigit, end))), "")


def _names_no_place(text: str) -> bool:
    return bool(text) and not _is_a_place(text) and not speaks_of_a_count(text) and not month_and_year(text).month


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
        if role == "at" and is_undated_opening(entry):
            continue
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
