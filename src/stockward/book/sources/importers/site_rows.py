"""The tables of a site, made of postings: keys, units, ids, and the place in the original file of every row."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from stockward.book.sources.importers.entries import UNREAD, SourceEntry
from stockward.book.sources.importers.grid.boxes import BOXES_APART
from stockward.book.sources.importers.ledger.meanings import INWARD
from stockward.book.sources.importers.ledger.posting import Posting
from stockward.book.sources.importers.mapping import MappingFile, Path, dotted
from stockward.book.sources.importers.written.names import (
    WrittenUnit,
    ask_places,
    ask_spellings,
    material_kind,
    place_as,
    same_as,
    unit_answered,
    unit_of,
)
from stockward.terms.spelling import folded
from stockward.terms.units import factor

MOVEMENT_COLUMNS = (
    "movement", "at", "kind", "material", "quantity", "unit", "from_area", "to_area", "document", "recorded_at",
    "recorded_by", "reverses", "note", "other_quantity", "from_balance", "to_balance", "source",
)  # fmt: skip
COUNT_COLUMNS = (
    "inventory",
    "at",
    "area",
    "material",
    "quantity",
    "unit",
    "sheet",
    "counted_by",
    "recorded_at",
    "book",
    "source",
)
LOG_COLUMNS = ("source", "mapping", "table", "key", "state", "why")
_BY_MATERIAL, BY_PLACE = "by material", "by place"
_COUNTED, _WEIGHED = ["each", "kg", "g", "t", "lb"], ["kg", "g", "t", "lb", "each"]
_START, _END = "start of the day", "end of the day"
_LAST_SECOND = "T23:59:59"

_Row = dict[str, str]
_NOTHING_PRINTED = dict.fromkeys(("other_quantity", "from_balance", "to_balance"), "")


@dataclass(slots=True)
class SiteRows:
    """Rows of the tables that are made, and a line of the log for every row of every source."""

    movements: list[_Row] = field(default_factory=list)
    counts: list[_Row] = field(default_factory=list)
    materials: list[_Row] = field(default_factory=list)
    areas: list[_Row] = field(default_factory=list)
    scopes: list[_Row] = field(default_factory=list)
    people: list[_Row] = field(default_factory=list)
    absences: list[_Row] = field(default_factory=list)
    log: list[_Row] = field(default_factory=list)


class RowWriter:
    """Makes rows of the postings of all sources, which share materials, places and units."""

    def __init__(self, mapping: MappingFile, count_moments: Mapping[str, bool]) -> None:
        self.mapping = mapping
        self.rows = SiteRows()
        self._by_day = count_moments
        self._names: dict[str, str] = {}
        self._first: dict[str, str] = {}
        self._units: dict[str, Counter[str]] = defaultdict(Counter)
        self._areas: dict[str, str] = {}
        self._measures: dict[tuple[str, str, float | None], tuple[str, float]] = {}
        self._fractions: dict[str, set[str]] = defaultdict(set)

    def prepare(self, postings: Sequence[Posting]) -> None:
        """Look at all spellings and units, so that one source can tell what another leaves out."""
        spellings = Counter(name for one in postings if (name := one.entry.text("material")))
        called = {one.entry.text("material"): one.entry.text("material_name") for one in postings}
        ask_spellings(spellings, called, self.mapping)
        places = Counter(end for one in postings for end in (one.from_area, one.to_area) if end and end[0] != UNREAD)
        ask_places(places, self.mapping)
        keys = {name: same_as(name, self.mapping)[0] for name in spellings}
        alike: dict[tuple[str, str, float | None], list[SourceEntry]] = defaultdict(list)
        for one in postings:
            entry = one.entry
            if not entry.text("material"):
                continue
            key = keys[entry.text("material")]
            self._names.setdefault(key, entry.text("material_name"))
            self._first.setdefault(key, entry.place)
            if one.quantity is not None and one.quantity % 1:
                self._fractions[entry.source].add(key)
            if entry.text("unit"):
                alike[entry.text("unit"), key, entry.numbers.get("per_pack")].append(entry)
        for (_, key, _), entries in alike.items():
            unit, _ = unit_of(_unit_in(entries[0], key), self.mapping)
            if unit is not None:
                self._units[key][unit[0]] += len(entries)

    def write(self, movements: Iterable[Posting], counts: Iterable[Posting]) -> SiteRows:
        """Every posting as a row; those that wait in a form that the checks set aside."""
        for one in movements:
            self._movement(one)
        for one in counts:
            self._count(one)
        for key in sorted(self._names):
            self._material(key)
        self._write_areas()
        return self.rows

    def _write_areas(self) -> None:
        """Every place with its kind, which no ledger tells."""
        keys = sorted(self._areas)
        kinds = ["store", "process", "dock", "gate", "other"]
        shown = ", ".join(keys[:5]) + (f" and {len(keys) - 5} more" if len(keys) > 5 else "")
        asks = f"What kind of places are {shown}?"
        every = self.mapping.ask("areas", "kind", asks=asks, choices=["store", BY_PLACE, *kinds[1:]]) if keys else None
        for key in keys:
            kind = every
            if every == BY_PLACE:
                asks = f"What kind of place is {key!r}?"
                kind = self.mapping.ask("areas", key, "kind", asks=asks, choices=kinds)
            self.rows.areas.append({"area": key, "kind": kind or "other", "source": self._areas[key]})

    def _movement(self, one: Posting) -> None:
        entry, waits = one.entry, _all_waits(one)
        material, unit, quantity, times = self._measured(one, waits)
        ends = [self._area(end, one, waits) if end else "" for end in (one.from_area, one.to_area)]
        if not any(ends):
            ends[one.kind in INWARD] = self._area("", one, waits)
        key = f"{_short(entry.source, self.mapping)}{one.identity}"
        reverses = f"{_short(entry.source, self.mapping)}{one.reverses}" if one.reverses not in {"", UNREAD} else ""
        faults = [*entry.faults, *(one.other.faults if one.other else [])]
        self._count_waits(waits, entry)
        is_open = bool(waits or faults)
        kind = one.kind if not is_open or one.kind.startswith(UNREAD) else f"{UNREAD} {one.kind}"
        note = " ".join(filter(None, (entry.text("batch"), entry.text("note"))))
        source = entry.place if one.other is None else f"{entry.place} and {one.other.place}"
        self.rows.movements.append(
            {
                "movement": key, "at": entry.at, "kind": kind, "material": material, "quantity": quantity,
                "unit": unit, "from_area": ends[0], "to_area": ends[1], "document": entry.text("document"),
                "recorded_at": entry.recorded_at, "recorded_by": entry.text("recorded_by"), "reverses": reverses,
                "note": note, **_printed(one, times), "source": source,
            }
        )  # fmt: skip
        for half in filter(None, (entry, one.other)):
            self.rows.log.append(log_line(half, "movements", key, waits, faults))

    def _count(self, one: Posting) -> None:
        entry, waits = one.entry, _all_waits(one)
        material, unit, quantity, times = self._measured(one, waits)
        area = self._area(one.to_area, one, waits)
        at = self._counted_at(entry, waits)
        inventory = entry.text("inventory") or f"count {at[:10]}"
        self._count_waits(waits, entry)
        if (waits or entry.faults) and not quantity.startswith(UNREAD):
            quantity = f"{UNREAD} {quantity}"
        self.rows.counts.append(
            {
                "inventory": inventory, "at": at, "area": area, "material": material, "quantity": quantity,
                "unit": unit, "sheet": _sheet(entry), "counted_by": entry.text("counted_by"),
                "recorded_at": entry.recorded_at,
                "book": _times(entry.numbers.get("book"), times * (entry.numbers.get("pack_size") or 1.0)),
                "source": entry.place,
            }
        )  # fmt: skip
        key = ", ".join(filter(None, (inventory, area, material, entry.text("batch"))))
        self.rows.log.append(log_line(entry, "counts", key, waits, entry.faults))

    def _counted_at(self, entry: SourceEntry, waits: list[Path]) -> str:
        """A count dated by day, with movements of that day, stands on one side of them by a person's word."""
        if "T" in entry.at or not self._by_day.get(entry.at[:10]):
            return entry.at
        path = ("counts", "moment")
        asks = "Some counts and movements have the same day and no time of day. When in the day was counted?"
        answer = self.mapping.ask(*path, asks=asks, choices=[_END, _START])
        if answer is None:
            waits.append(path)
        return f"{entry.at}{_LAST_SECOND}" if answer == _END else entry.at

    def _measured(self, one: Posting, waits: list[Path]) -> tuple[str, str, str, float]:
        """Material, unit and quantity of a row, as the tables write them, and by what its figures are multiplied."""
        entry = one.entry
        material, path = same_as(entry.text("material"), self.mapping)
        if material.startswith(UNREAD):
            path = None
        if path is not None:
            waits.append(path)
            # It could be either: a row that waits must leave the balances of both untested.
            material = f"{UNREAD} {material}"
        if not material and not waits:
            entry.faults.append("no material")
        unit, times = self._unit(entry, material, waits)
        quantity = one.quantity
        if quantity is None:
            if not waits and not entry.faults:
                entry.faults.append("no quantity")
            raw = next((entry.raw[role] for role in ("quantity", "counted", "in", "out") if entry.raw.get(role)), "")
            return material or UNREAD, unit, f"{UNREAD} {raw}", times
        return material or UNREAD, unit, _number(quantity * times), times

    def _unit(self, entry: SourceEntry, material: str, waits: list[Path]) -> tuple[str, float]:
        if entry.text("unit"):
            written = (entry.text("unit"), material, entry.numbers.get("per_pack"))
            measure = self._measures.get(written)
            if measure is None:
                measure, asked = unit_of(_unit_in(entry, material), self.mapping)
                if measure is None:
                    waits.append(asked)
                    return entry.text("unit"), 1.0
                self._measures[written] = measure
            return measure
        stated = self.mapping.get("materials", material, "unit")
        if stated:
            return unit_answered(stated) or ("", 1.0)
        seen = self._units.get(material)
        if seen and len({factor(unit, next(iter(seen))) is None for unit in seen}) == 1:
            # Another list gives the unit of this material.
            return seen.most_common(1)[0][0], 1.0
        path: Path = ("source", entry.source, "unit")
        asks = f"Which unit are the quantities in {entry.source} in? It has no column of units"
        weighed = self._fractions[entry.source]
        likely = [_BY_MATERIAL, *_WEIGHED] if weighed else [*_COUNTED, _BY_MATERIAL]
        answer = self.mapping.ask(*path, asks=asks, choices=likely)
        if answer == _BY_MATERIAL:
            path = ("materials", material, "unit")
            asks = f"Which unit are the quantities of {material!r} in?"
            because = "some of them have decimals" if material in weighed else "all of them are whole"
            choices = _WEIGHED if material in weighed else _COUNTED
            answer = self.mapping.ask(*path, asks=asks, choices=choices, because=because)
        if answer is None:
            waits.append(path)
            return "", 1.0
        found = unit_answered(answer)
        if found is not None:
            self._units[material][found[0]] += 1
        return found or ("", 1.0)

    def _area(self, written: str, one: Posting, waits: list[Path]) -> str:
        """The key of a place; where the source names none, that which a person gives for it."""
        entry = one.entry
        if written.startswith(UNREAD):
            return written
        if not written:
            # A column of places that is blank in this row.
            path: Path = ("source", entry.source, "blank_area")
            asks = f"Of which place are the rows of {entry.source} that name none?"
            answer = self.mapping.ask(*path, asks=asks, choices=[*self._areas], free=True)
            if answer is None:
                waits.append(path)
                return UNREAD
            written = answer
        key, doubt = place_as(written, self.mapping)
        if doubt is not None:
            waits.append(doubt)
            return f"{UNREAD} {written}"
        self._areas.setdefault(key, entry.place)
        return key

    def _material(self, key: str) -> None:
        units = self._units.get(key)
        stated = self.mapping.get("materials", key, "unit")
        unit = (unit_answered(stated) or ("",))[0] if stated else units.most_common(1)[0][0] if units else ""
        if units and any(factor(one, unit) is None for one in units):
            unit = ""
        row = {"material": key, "kind": material_kind(unit) if unit else UNREAD, "unit": unit or UNREAD}
        self.rows.materials.append({**row, "name": self._names[key], "source": self._first[key]})

    def _count_waits(self, waits: Iterable[Path], entry: SourceEntry) -> None:
        for path in waits:
            self.mapping.wait(path, entry.place)


def _all_waits(one: Posting) -> list[Path]:
    """What a posting waits for, each once; most wait for nothing."""
    return list(dict.fromkeys([*one.entry.waits, *one.waits])) if one.waits or one.entry.waits else []


def _unit_in(entry: SourceEntry, material: str) -> WrittenUnit:
    return WrittenUnit(entry.text("unit"), material, entry.place, entry.numbers.get("per_pack"))


def log_line(entry: SourceEntry, table: str, key: str, waits: Sequence[Path], faults: Sequence[str]) -> dict[str, str]:
    """The line of the log for a row of a source: whether it was taken, and why not."""
    state = "set aside" if faults else "waits" if waits else "taken"
    why = "; ".join(faults or map(dotted, waits))
    return {"source": entry.place, "mapping": entry.source, "table": table, "key": key, "state": state, "why": why}


def days_with_movements(movements: Iterable[Posting], is_dated: Callable[[str], bool]) -> dict[str, bool]:
    """Days on which movements stand that have no time of day."""
    return {one.entry.at[:10]: True for one in movements if is_dated(one.entry.at)}


def _printed(one: Posting, times: float) -> dict[str, str]:
    """What stands beside the quantity of a movement: that of its other side, and the balances of its areas."""
    entry, other = one.entry, one.other
    if other is None and entry.numbers.get("balance") is None:
        return _NOTHING_PRINTED
    alike = other is not None and folded(other.text("unit")) == folded(entry.text("unit"))
    balances = {entry.area: entry.numbers.get("balance")}
    if other is not None:
        balances[other.area] = other.numbers.get("balance") if alike else None
    return {
        "other_quantity": _times(one.other_quantity if alike else None, times),
        "from_balance": _times(balances.get(one.from_area) if one.from_area else None, times),
        "to_balance": _times(balances.get(one.to_area) if one.to_area else None, times),
    }


def _times(value: float | None, times: float) -> str:
    return "" if value is None else _number(value * times)


def _number(value: float) -> str:
    """A quantity as the tables write it, without the noise of a multiplication."""
    text = repr(round(value, 12))
    return text.removesuffix(".0") if "e" not in text else f"{value:.12f}".rstrip("0").rstrip(".")


def _short(source: str, mapping: MappingFile) -> str:
    """What stands before the ids of a source where there are several: ids of two ledgers may be alike."""
    named = mapping.get("source", source, "ids_begin_with")
    return named or ""


def _sheet(entry: SourceEntry) -> str:
    """What tells counts of one thing in one place apart, which add up: the lot; and boxes from loose pieces."""
    unit = entry.text("unit") if BOXES_APART in entry.block.headers else ""
    return " ".join(filter(None, (entry.text("batch"), unit)))
