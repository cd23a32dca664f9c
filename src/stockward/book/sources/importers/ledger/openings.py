"""Balances brought forward: the first of a thing says what was there, and later ones repeat what its rows came to."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from datetime import date, timedelta

from stockward.book.sources.importers.entries import UNREAD, SourceEntry
from stockward.book.sources.importers.ledger.meanings import AFTER_OTHERS, Meanings, is_brought_forward
from stockward.book.sources.importers.ledger.posting import code_of
from stockward.book.sources.importers.mapping import MappingFile, Path
from stockward.book.sources.importers.written.days import ways_that_fit
from stockward.book.sources.importers.written.names import material_meant

_DAY_BEFORE, _ASIDE, _ISO = "the day before the row below", "leave these rows aside", "year-month-day"


def tell_openings_apart(entries: Sequence[SourceEntry], meanings: Meanings) -> None:
    """Give a balance brought forward after other rows of its material and place a code of its own."""
    first: dict[tuple[str, str], str] = {}
    codes = [*map(code_of, entries)]
    if not any(map(is_brought_forward, codes)):
        return
    for entry, code in zip(entries, codes, strict=True):
        day = entry.at[:10]
        if day and not is_brought_forward(code):
            first[_thing(entry, meanings)] = min(day, first.get(_thing(entry, meanings), day))
    for entry, code in zip(entries, codes, strict=True):
        is_dated = not entry.at.startswith(UNREAD)
        if is_dated and is_brought_forward(code) and entry.at[:10] > first.get(_thing(entry, meanings), entry.at[:10]):
            entry.texts["kind"] = f"{code}{AFTER_OTHERS}"


def dated_openings(
    entries: Sequence[SourceEntry], source: str, mapping: MappingFile, left_out: dict[str, list[str]]
) -> list[SourceEntry]:
    """The entries without those undated balances brought forward that repeat what the rows above them came to.

    Any other undated one is of the day before the row below it, if a person says so. ``left_out`` gets the places of
    those that are left out, by the rule that is told.
    """
    before: dict[Hashable, float] = {}
    repeated = set[int]()
    for entry in entries:
        balance = entry.numbers.get("balance")
        if is_undated_opening(entry) and balance is not None and before.get(_part(entry)) == balance:
            repeated.add(id(entry))
            left_out.setdefault("a balance brought forward, as the rows above left it", []).append(entry.place)
        elif balance is not None:
            before[_part(entry)] = balance
    rest = [entry for entry in entries if id(entry) not in repeated]
    below: dict[Hashable, str] = {}
    undated: list[tuple[SourceEntry, date]] = []
    for entry in reversed(rest):
        if is_undated_opening(entry) and _part(entry) in below:
            undated.append((entry, date.fromisoformat(below[_part(entry)]) - timedelta(days=1)))
        elif entry.at and not entry.at.startswith(UNREAD):
            below[_part(entry)] = entry.at[:10]
    if undated:
        _ask_days(undated[::-1], source, mapping)
    return rest


def _ask_days(undated: Sequence[tuple[SourceEntry, date]], source: str, mapping: MappingFile) -> None:
    path: Path = ("source", source, "opening_day")
    first, day = undated[0]
    asks = (
        f"Of which day are balances brought forward without one in {source}, the first {first.place}? That before the "
        f"row below is {day} there; write any other as 2026-01-01"
    )
    answer = mapping.get(*path)
    if answer is not None and answer not in {_DAY_BEFORE, _ASIDE} and ways_that_fit([answer])[:1] != [_ISO]:
        mapping.take_back(path, "is no day such as 2026-01-01")
    answer = mapping.ask(*path, asks=asks, choices=[_DAY_BEFORE, _ASIDE], free=True)
    for entry, before in undated:
        if answer is None:
            entry.waits.append(path)
            entry.at = f"{UNREAD} {before}"
        elif answer != _ASIDE:
            entry.at = before.isoformat() if answer == _DAY_BEFORE else answer


def is_undated_opening(entry: SourceEntry) -> bool:
    """Whether an entry is a balance brought forward without a day."""
    return not entry.at and entry.change is None and not entry.faults and is_brought_forward(code_of(entry))


def _part(entry: SourceEntry) -> Hashable:
    """What a balance is of, as far as the rows themselves say."""
    return id(entry.block), entry.heading, entry.text("material"), entry.area, entry.text("batch")


def _thing(entry: SourceEntry, meanings: Meanings) -> tuple[str, str]:
    return material_meant(entry.text("material"), meanings.mapping), entry.area
