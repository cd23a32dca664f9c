"""Columns whose headers nobody knows: one that a table needs is asked for, among those whose cells could be it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from stockward.book.sources.importers.columns import COUNTS, JOINT, MOVEMENTS
from stockward.book.sources.importers.grid.aliases import folded, known_as
from stockward.book.sources.importers.grid.files import CellValue, is_blank_cell
from stockward.book.sources.importers.grid.held import (
    are_kinds,
    are_names,
    are_numbers,
    are_units,
    cells_below,
    headers_of,
    may_be_days,
    name_every_row,
)
from stockward.book.sources.importers.grid.layout import Block, cell_as_text
from stockward.book.sources.importers.mapping import MappingFile, Path

NO_COLUMN = "no column"

Roles = dict[str, tuple[str, ...]]
_Lacks = tuple[str, str, Callable[[Sequence[CellValue]], bool], bool]
"""A role that a table lacks: its name, in words, what its cells are like, and whether no row can do without it."""


def with_asked_columns(
    blocks: Sequence[Block], roles: Roles, table: str, mapping: MappingFile, source: str, places: Collection[str]
) -> tuple[Roles, list[Path]]:
    """The columns of each role with those that a person has named, and the questions that are open.

    A column is asked for where the table needs it, no header is known for it, and some unread column could be it.
    Counts may have a column for each place; ``places`` are those that other sources name.
    """
    cells = {header: cells_below(blocks, header) for header in _unread(blocks, roles)}
    found, open_questions = dict(roles), list[Path]()
    if "unit" not in found:
        units = [header for header, column in cells.items() if are_units(column)]
        if len(units) == 1:
            unit = mapping.settle("source", source, "columns", "unit", value=units[0], because="its cells are units")
            found["unit"] = (unit,)
            del cells[units[0]]
    for role, words, could_be, is_needed in _lacking(blocks, found, table):
        if role == "area" and len(found.get("counted", ())) > 1:
            continue
        candidates = [header for header, column in cells.items() if could_be(column)]
        if role == "material" and "material_name" in found:
            # Where things have a name alone, it is what tells them apart.
            candidates += found.pop("material_name")
            cells[candidates[-1]] = cells_below(blocks, candidates[-1])
            if len(candidates) == 1:
                found["material"] = (candidates[0],)
                continue
        if not candidates:
            continue
        path: Path = ("source", source, "columns_answered", role)
        example = cell_as_text(next(cell for cell in cells[candidates[0]] if not is_blank_cell(cell)))
        asks = f"Which column of {blocks[0].name} holds {words}? Below {candidates[0]!r} stands {example!r}"
        choices = [*_across(role, candidates, places), NO_COLUMN]
        if JOINT in "".join(choices):
            asks += f"; or has each place a column of its own, as in {JOINT.join(candidates)!r}?"
        is_sure = is_needed and len(choices) == len((*candidates, NO_COLUMN)) == len(("one", NO_COLUMN))
        answer = mapping.ask(*path, asks=asks, choices=choices, never_accepted=not is_sure)
        if answer is None:
            open_questions.append(path)
        elif answer != NO_COLUMN:
            found[role] = tuple(answer.split(JOINT))
            cells = {header: column for header, column in cells.items() if header not in found[role]}
    return found, open_questions


def _across(role: str, candidates: Sequence[str], places: Collection[str]) -> list[str]:
    """The columns that could be one; for what was counted, all of them together too, a place each."""
    if role != "counted" or len(candidates) < 2:
        return [*candidates]
    together = JOINT.join(candidates)
    return [together, *candidates] if set(candidates) & set(places) else [*candidates, together]


def _unread(blocks: Sequence[Block], roles: Roles) -> list[str]:
    """Headers that nobody knows, and no role has."""
    taken = {folded(header) for names in roles.values() for header in names}
    return [header for header in headers_of(blocks) if folded(header) not in taken and known_as(header) is None]


def _lacking(blocks: Sequence[Block], roles: Roles, table: str) -> Iterator[_Lacks]:
    have = roles.keys()
    if table == MOVEMENTS and "at" not in have:
        yield "at", "the days of the movements", may_be_days, True
    if table == COUNTS and not {"at", "count_date"} & have:
        yield "count_date", "the days of counting", may_be_days, False
    if not {"material", "tracked_item"} & have:
        yield "material", "the materials", are_names, True
    if table == COUNTS and not {"counted", "quantity"} & have:
        yield "counted", "what was counted", are_numbers, True
    if table == MOVEMENTS:
        yield from _lacking_flows(blocks, roles)
    if not {"area", "from_area", "to_area", "tracked_item"} & have:
        yield "area", "the places", name_every_row, False


def _lacking_flows(blocks: Sequence[Block], roles: Roles) -> Iterator[_Lacks]:
    have = roles.keys()
    if not {"quantity", "in", "out", "deltas"} & have:
        yield "quantity", "the quantities", are_numbers, True
    for one, other, words in (("in", "out", "what went out"), ("out", "in", "what came in")):
        if one in have and other not in have and "quantity" not in have:
            yield other, words, are_numbers, False
    ends = (("from_area", "to_area", "where goods went to"), ("to_area", "from_area", "where goods came from"))
    for one, other, words in ends:
        if one in have and other not in have:
            yield other, words, are_kinds, False
    if not {"kind", "reason", "deltas", "tracked_item"} & have and not _names_both_ends(have):
        yield "kind", "what kind of movement a row is", name_every_row, False


def _names_both_ends(roles: Collection[str]) -> bool:
    """Whether rows name both ends, which say what happened."""
    return {"from_area", "to_area"} <= set(roles)
