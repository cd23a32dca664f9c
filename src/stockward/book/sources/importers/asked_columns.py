"""Columns whose headers nobody knows: one that a table needs is asked for, among those whose cells could be it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from stockward.book.checks.refused.totals import is_a_total_alone
from stockward.book.sources.importers.columns import ACROSS, COUNTED_AGAIN, COUNTS, JOINT, MOVEMENTS, speaks_of_a_count
from stockward.book.sources.importers.grid.files import CellValue, is_blank_cell
from stockward.book.sources.importers.grid.held import (
    are_kinds,
    are_numbers,
    are_units,
    cells_below,
    headers_of,
    may_be_days,
    may_be_materials,
    may_say_kinds,
    name_every_row,
)
from stockward.book.sources.importers.grid.layout import Block, cell_as_text
from stockward.book.sources.importers.ledger.assigned import sides_that_follow
from stockward.book.sources.importers.mapping import MappingFile, Path
from stockward.book.sources.naming.aliases import known_as, role_of
from stockward.terms.spelling import folded

NO_COLUMN = "no column"
_FLOWS = frozenset(("in", "out"))
_MOVED = frozenset(("in", "out", "quantity"))
_LAST_FILLED = "the last that is filled: "
_NO_QUANTITIES = re.compile(
    r"(?i)price|value|cost|amount|weight|page|folio|\brow\b|\bline\b|\bno\b|number|\bnr\b|#|%|per cent|year|class|"
    r"neq|phone|serial|s/n|n[°º]|№|requested|asked|ordered|demanded|authori[sz]ed|^bal(?:ance)?\b|preis|wert|gewicht|seite|blatt|nummer|prix|valeur|poids|precio|valor|peso|\bper\b|\bje\b|\bpro\b"
)
"""Stands in headers of figures that are no quantities."""
SIDES = "one column for what came in, another for what went out"

_TOLD_APART_BY = ("material", "area", "batch")
"""Roles of the columns that may tell one balance from another."""

Roles = dict[str, tuple[str, ...]]
_Lacks = tuple[str, str, Callable[[Sequence[CellValue]], bool], bool]
"""A role that a table lacks: its name, in words, what its cells are like, and whether no row can do without it."""


def with_asked_columns(
    blocks: Sequence[Block], roles: Roles, table: str, mapping: MappingFile, source: str, places: Collection[str]
) -> tuple[Roles, list[Path]]:
    """The columns of each role with those that a person has named, and the questions that are open.

    A column is asked for where the table needs it, no header is known for it, and some unread column could be it.
    Each place, material or day may have a column of its own; ``places`` are those that other sources name.
    """
    if table == COUNTS and not {"counted", "quantity"} & roles.keys():
        # Nothing comes and goes in a list of counts: below *In* stands what was counted in a place that is called so.
        roles = {role: names for role, names in roles.items() if role not in _FLOWS}
    cells = {header: cells_below(blocks, header) for header in _that_could_be(blocks, roles, table)}
    found, open_questions = dict(roles), list[Path]()
    units = [header for header, column in cells.items() if are_units(column)]
    if "unit" not in found and len(units) == 1:
        mapping.settle("source", source, "columns", "unit", value=units[0], because="its cells are units")
        found["unit"] = (units[0],)
    seen = {header for block in blocks if not block.is_new for header in block.headers}
    for role, words, could_be, is_needed in _lacking(blocks, found, table):
        path: Path = ("source", source, "columns_answered", role)
        taken = {header for names in found.values() for header in names}
        candidates = [header for header, column in cells.items() if header not in taken and could_be(column)]
        if role not in ACROSS:
            candidates = [header for header in candidates if not is_a_total_alone(header)]
        if (answered := mapping.get(*path)) is None:
            # What was read before without it is not asked about again: other cells make no other column of it.
            candidates = [header for header in candidates if header not in seen]
        else:
            named = answered.removeprefix(_LAST_FILLED).split(JOINT)
            candidates += [header for header in cells if header in named and header not in {*candidates, *taken}]
        if role == "material" and "material_name" in found:
            # Where things have a name alone, it is what tells them apart.
            candidates += found.pop("material_name")
            if len(candidates) == 1:
                found["material"] = (candidates[0],)
                continue
        if not candidates:
            continue
        # What was asked for, or a number of something, is least likely what moved.
        candidates.sort(key=lambda header: role in _MOVED and bool(_NO_QUANTITIES.search(header)))
        choices = [*_with_all(role, candidates, found, places), NO_COLUMN]
        if role == "quantity" and len(candidates) > 1:
            sides = _Sides(blocks, candidates, found, cells)
            choices = sides.among(choices)
        asks = f"Which column of {blocks[0].name} holds {words}? {_shown(blocks, candidates, choices)}"
        is_sure = (is_needed and choices == [candidates[0], NO_COLUMN]) or choices[0] == SIDES
        answer = mapping.ask(*path, asks=asks, choices=choices, never_accepted=not is_sure)
        if answer is None:
            open_questions.append(path)
        elif answer.startswith(_LAST_FILLED):
            first, *later = answer.removeprefix(_LAST_FILLED).split(JOINT)
            found |= {role: (first,), COUNTED_AGAIN: tuple(later)}
        elif answer == SIDES:
            open_questions += sides.ask(found, mapping, source)
        elif answer != NO_COLUMN:
            found[role] = tuple(answer.split(JOINT))
    return found, open_questions


def _that_could_be(blocks: Sequence[Block], roles: Roles, table: str) -> list[str]:
    """The headers that nobody knows, and in a list of counts those of what comes and goes that are not read."""
    unread = unread_columns(blocks, roles)
    taken = {header for names in roles.values() for header in names}
    flows = table == COUNTS and not {"counted", "quantity"} & roles.keys()
    return [
        header
        for header in headers_of(blocks)
        if header in unread or (flows and header not in taken and role_of(header) in _FLOWS)
    ]


class _Sides:
    """Columns of numbers of which one holds what came in, and another what went out, and a third may the balance."""

    def __init__(
        self, blocks: Sequence[Block], candidates: Sequence[str], roles: Roles, cells: Mapping[str, Sequence[CellValue]]
    ) -> None:
        self._blocks, self._candidates = blocks, candidates
        names = [header for role in _TOLD_APART_BY for header in roles.get(role, ())]
        names += [header for header, column in cells.items() if header not in candidates and are_kinds(column)]
        proved = sides_that_follow(blocks, candidates, names, *roles.get("balance", ())[:1])
        self._proved = dict(zip(("in", "out", "balance"), proved[0], strict=True)) if len(proved) == 1 else {}

    def among(self, choices: Sequence[str]) -> list[str]:
        """The choices with that of two columns: first where only these make the balances follow."""
        return [SIDES, *choices] if self._proved else [*choices[:-1], SIDES, choices[-1]]

    def ask(self, found: Roles, mapping: MappingFile, source: str) -> list[Path]:
        """Ask which column is which; returns the questions that are open, with both sides among the roles."""
        wanted = [("in", "what came in"), ("out", "what went out")]
        if len(self._candidates) > 2 and "balance" not in found:
            wanted.append(("balance", "the balance after each row"))
        because = "only so does every balance follow from the one before" if self._proved else ""
        left, open_questions = [*self._candidates], list[Path]()
        for role, words in wanted:
            path: Path = ("source", source, "columns_answered", role)
            answer = mapping.get(*path)
            if answer is not None and answer not in {*left, NO_COLUMN}:
                mapping.take_back(path, "is named for another, or is no column of numbers")
            ranked = sorted(left, key=lambda header: header != self._proved.get(role))
            choices = [*ranked, *([NO_COLUMN] if role == "balance" else [])]
            if role == "balance" and not self._proved:
                choices = [NO_COLUMN, *ranked]
            asks = f"Which column of {self._blocks[0].name} holds {words}? {_shown(self._blocks, ranked, ())}"
            answer = mapping.ask(*path, asks=asks, choices=choices, because=because, never_accepted=not self._proved)
            if answer is None:
                open_questions.append(path)
            if answer != NO_COLUMN:
                found[role] = (answer or ranked[0],)
                left.remove(answer or ranked[0])
        return open_questions


def _shown(blocks: Sequence[Block], candidates: Sequence[str], choices: Sequence[str]) -> str:
    """What stands below the first candidate, and that several columns may be meant together."""
    first = next(cell for cell in cells_below(blocks, candidates[0]) if not is_blank_cell(cell))
    said = f"Below {candidates[0]!r} stands {cell_as_text(first)!r}"
    together = _together(candidates)
    is_offered = len(candidates) > 1 and together in choices
    return f"{said}; {together!r} if each is a column of its own place, material or day" if is_offered else said


def _with_all(role: str, candidates: Sequence[str], roles: Roles, places: Collection[str]) -> list[str]:
    """The columns that could be one; or all of them together, where each place or each material may have its own."""
    lacks_a_thing = "material" not in roles or not {"area", "from_area", "to_area"} & roles.keys()
    if role not in ACROSS or len(candidates) < 2:
        return [*candidates]
    if not lacks_a_thing:
        counts = [header for header in candidates if speaks_of_a_count(header)] if role == "counted" else []
        return [*([f"{_LAST_FILLED}{JOINT.join(counts)}"] if len(counts) > 1 else []), *candidates]
    together = _together(candidates)
    if JOINT not in together:
        return [*candidates]
    has_a_total = any(map(is_a_total_alone, candidates))
    is_likely = "material" not in roles or has_a_total or set(candidates) & set(places)
    return [together, *candidates] if is_likely else [*candidates, together]


def _together(candidates: Sequence[str]) -> str:
    """The columns as one each for a place or a material; a total of them is none."""
    return JOINT.join(header for header in candidates if not is_a_total_alone(header))


def unread_quantities(blocks: Sequence[Block], roles: Roles) -> list[str]:
    """Headers that nobody knows, above figures that may be quantities beside those that are read: *Returned*."""
    return [
        header
        for header in unread_columns(blocks, roles)
        if are_numbers(cells_below(blocks, header))
        and not _NO_QUANTITIES.search(header)
        and not is_a_total_alone(header)
    ]


def unread_columns(blocks: Sequence[Block], roles: Roles) -> list[str]:
    """Headers that nobody knows, and that no role has."""
    taken = {folded(header) for names in roles.values() for header in names}
    return [header for header in headers_of(blocks) if folded(header) not in taken and known_as(header) is None]


def _lacking(blocks: Sequence[Block], roles: Roles, table: str) -> Iterator[_Lacks]:
    have = roles.keys()
    if table == MOVEMENTS and "at" not in have:
        yield "at", "the days of the movements", may_be_days, True
    if table == COUNTS and not {"at", "count_date"} & have:
        yield "count_date", "the days of counting", may_be_days, False
    if not {"material", "tracked_item"} & have:
        yield "material", "the materials", may_be_materials, True
    if table == COUNTS and not {"counted", "quantity"} & have:
        yield "counted", "what was counted", are_numbers, True
    if table == MOVEMENTS:
        yield from _lacking_flows(blocks, roles)
    is_across = any(len(roles.get(role, ())) > 1 for role in ACROSS) and "material" in have
    if not {"area", "from_area", "to_area", "tracked_item"} & have and not is_across:
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
        yield "kind", "what kind of movement a row is", may_say_kinds, False


def _names_both_ends(roles: Collection[str]) -> bool:
    """Whether rows name both ends, which say what happened."""
    return {"from_area", "to_area"} <= set(roles)
