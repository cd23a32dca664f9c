"""What the rows of a card do not name, since it is of one place or one material: a title or the sheet does."""

from __future__ import annotations

from collections.abc import Sequence

from stockward.book.sources.importers.columns import speaks_of_a_count
from stockward.book.sources.importers.entries import UNREAD, SourceEntry
from stockward.book.sources.importers.mapping import MappingFile, Path
from stockward.book.sources.importers.written.days import is_a_month

_HEADING = "the line above each part"


def fill_from_above(entries: Sequence[SourceEntry], places: Sequence[str], mapping: MappingFile) -> None:
    """Give entries the place and the material that their table has no column for, as a person says.

    ``places`` are those that other sources name. What is not answered stands as ``UNREAD``, and its row waits.
    """
    for entry in entries:
        grid = entry.block.grid
        ends = {"from_area", "to_area", "tracked_item"}
        if "area" not in entry.columns and not ends & entry.columns:
            path: Path = ("source", entry.source, "area", entry.block.label)
            asks = f"Of which place is {grid.name}? It has no column of places"
            entry.area = _told(entry, path, asks, places, mapping)
        if "material" not in entry.columns and "tracked_item" not in entry.columns:
            path = ("source", entry.source, "material", entry.block.label)
            asks = f"Of which material is {grid.name}? It has no column of materials"
            entry.texts["material"] = _told(entry, path, asks, (), mapping)


def _told(entry: SourceEntry, path: Path, asks: str, known: Sequence[str], mapping: MappingFile) -> str:
    titles = [*filter(None, (entry.block.grid.sheet, *entry.block.titles[:3]))]
    others = [name for name in known if name not in titles]
    named = [*others, *titles] if any(map(speaks_of_a_count, titles)) else [*titles, *others]
    headings = {row.heading for row in entry.block.rows if row.heading and not is_a_month(row.heading)}
    if len(headings) > 1:
        # Parts of one table that are headed apart are most likely of several.
        named.insert(0, _HEADING)
    answer = mapping.ask(*path, asks=asks, choices=list(dict.fromkeys(named)), free=True)
    if answer is None:
        entry.waits.append(path)
        return UNREAD
    return entry.heading if answer == _HEADING else answer
