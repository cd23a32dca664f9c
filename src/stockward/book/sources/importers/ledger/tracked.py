"""Ledgers of single lots that say what is there after each step, and not what came or went (InvenTree).

The material, lot and place of a lot stand in another export, of the lots themselves; steps name these by number.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from stockward.book.sources.importers.entries import SourceEntry
from stockward.book.sources.importers.mapping import MappingFile, Path

ITEMS_ASKED = "items"


@dataclass(frozen=True, slots=True)
class Lot:
    """What the list of lots says of one."""

    material: str
    name: str
    batch: str
    unit: str


def lots_of(entries: Iterable[SourceEntry]) -> tuple[dict[str, Lot], dict[str, str]]:
    """Lots by their number, and names of places by theirs."""
    lots, places = {}, {}
    for entry in entries:
        lots[entry.text("id")] = Lot(
            entry.text("material"), entry.text("material_name"), entry.text("batch"), entry.text("unit")
        )
        number = entry.raw.get("place")
        if number:
            places[number] = entry.area
    return lots, places


def with_lots(
    entries: Sequence[SourceEntry], lots: Mapping[str, Lot], places: Mapping[str, str], mapping: MappingFile
) -> list[SourceEntry]:
    """The steps with material, place and change of stock; those of a lot that is not listed wait for the list."""
    path: Path = ("source", entries[0].source, ITEMS_ASKED) if entries else ()
    missing = [entry for entry in entries if entry.text("tracked_item") not in lots]
    if missing:
        asks = (
            "Which materials are the stock items of the tracking? Export the stock items too, with part, batch and "
            "location, and name both files"
        )
        mapping.ask(*path, asks=asks, free=True)
    quantity: dict[str, float] = {}
    place: dict[str, str] = {}
    for entry in entries:
        item = entry.text("tracked_item")
        steps = _deltas(entry)
        if item in lots:
            lot = lots[item]
            entry.texts |= {"material": lot.material, "material_name": lot.name, "batch": lot.batch, "unit": lot.unit}
        else:
            entry.waits.append(path)
        before, left = quantity.get(item), place.get(item, "")
        number = steps.get("location")
        if number is not None:
            place[item] = places.get(str(number), str(number))
        entry.area = place.get(item, "")
        if left and left != entry.area:
            entry.texts["from_area"], entry.texts["to_area"] = left, entry.area
        after = steps.get("quantity")
        entry.numbers["quantity"] = None
        if isinstance(after, (int, float)) and not isinstance(after, bool):
            entry.numbers["balance"] = float(after)
            entry.numbers["quantity"] = float(after) - (before or 0.0)
            quantity[item] = float(after)
        elif left and left != entry.area:
            entry.numbers["quantity"] = before
    return list(entries)


def _deltas(entry: SourceEntry) -> Mapping[str, object]:
    try:
        steps = json.loads(entry.text("deltas") or "{}")
    except (ValueError, RecursionError):
        entry.faults.append("its deltas are no JSON")
        return {}
    return steps if isinstance(steps, dict) else {}
