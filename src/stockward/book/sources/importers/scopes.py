"""What a list of counts was meant to count: asked where it has few of the materials of a place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from stockward.book.sources.importers.entries import UNREAD, SourceEntry
from stockward.book.sources.importers.ledger.posting import Posting
from stockward.book.sources.importers.mapping import MappingFile, Path
from stockward.book.sources.importers.written.names import place_as, same_as

SCOPE_COLUMNS = ("inventory", "area", "material")
_LISTED, _ALL = "what it lists, and nothing else", "all that is kept there"
_FEW, _FEWEST_LEFT_OUT = 0.5, 3
"""A list with no more than this share of what a place keeps, and so many fewer, may be one of a part alone."""

ScopeRow = dict[str, str]


def scopes_of_counts(
    counts: Sequence[Posting],
    rows: Sequence[Mapping[str, str]],
    movements: Iterable[Mapping[str, str]],
    uncounted: Iterable[SourceEntry],
    mapping: MappingFile,
) -> list[ScopeRow]:
    """Rows of ``scopes``, one a material that a list has, be its line filled in or blank.

    ``rows`` are those that were made of ``counts``. While it is asked, the scope stands there as one that no reader
    takes, so that nothing is concluded of what the list has no line of.
    """
    kept = _kept(rows, movements)
    meant: dict[tuple[str, str], set[str]] = defaultdict(set)
    first: dict[tuple[str, str], Posting] = {}
    of_block: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for one, row in zip(counts, rows, strict=True):
        key = row["inventory"], row["area"]
        if not row["area"].startswith(UNREAD):
            meant[key].add(row["material"])
            of_block[id(one.entry.block)].add(key)
            first.setdefault(key, one)
    for entry in uncounted:
        material, area = same_as(entry.text("material"), mapping)[0], place_as(entry.area, mapping)[0]
        for key in of_block[id(entry.block)]:
            if key[1] == area:
                meant[key].add(material)
    found: list[ScopeRow] = []
    for (inventory, area), materials in meant.items():
        left = len(kept[area] - materials)
        if len(materials) > _FEW * len(kept[area]) or left < _FEWEST_LEFT_OUT:
            continue
        entry = first[inventory, area].entry
        path: Path = ("counts", "scope", inventory, area)
        asks = (
            f"The inventory {inventory} of {area} ({entry.place} and on) lists {len(materials)} of {len(kept[area])} "
            "materials that are kept there: what was to be counted?"
        )
        answer = mapping.ask(*path, asks=asks, choices=[_LISTED, _ALL])
        if answer is None:
            mapping.wait(path, entry.place, len(materials))
            found.append({"inventory": inventory, "area": area, "material": UNREAD})
        elif answer == _LISTED:
            found += [{"inventory": inventory, "area": area, "material": one} for one in sorted(materials)]
    return found


def _kept(rows: Iterable[Mapping[str, str]], movements: Iterable[Mapping[str, str]]) -> dict[str, set[str]]:
    """The materials of which the books of each place speak."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        found[row["area"]].add(row["material"])
    for row in movements:
        for end in ("from_area", "to_area"):
            found[row[end]].add(row["material"])
    return {area: {one for one in materials if not one.startswith(UNREAD)} for area, materials in found.items()}
