"""Entries that their keeper cancelled: struck through, or with the word for it beside them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from stockward.book.sources.importers.entries import SourceEntry
from stockward.book.sources.importers.grid.files import CellValue
from stockward.book.sources.importers.grid.layout import STRUCK, STRUCK_IN_PART, Block
from stockward.book.sources.importers.mapping import MappingFile, Path
from stockward.book.sources.workbook.looks.colours import LETTERS
from stockward.book.sources.workbook.looks.rules import BY_A_RULE, STRUCK_BY_A_RULE
from stockward.terms.spelling import folded

_ARE_CANCELLED, _COUNT, _ASIDE = "they were: leave them out", "they count", "leave these rows aside"
_HAPPENED, _HAPPENED_NOT = "they did", "they did not: leave them out"
_WORDS = re.compile(
    r"\b(?:cancell?ed|void(?:ed)?|annull?ed|storniert|annulliert|ungultig|annule[es]?|anulad[oa]s?|annullat[oa]|"
    r"anulowano|iptal(?: edildi)?|аннулирован[оаы]?|отменен[оаы]?|анульован[оаи]?|скасован[оаи]?|ملغى|ملغي|ملغاة|"
    r"作废|取消|無効|취소)(?:\b|$)"
)
_LONGEST = 6
"""More words than this tell a story in which something else may have been cancelled."""
_NO_REMARKS = frozenset(
    (
        "material",
        "material_name",
        "area",
        "from_area",
        "to_area",
        "unit",
        "document",
        "state",
        "cancelled",
        "kind",
        "reason",
    )
)
"""Roles whose columns name things, or say in words of their own what happened."""
STRUCK_THROUGH, CALLED_CANCELLED, COLOURED = "struck", "cancelled_rows", "coloured"
_FADES = frozenset(("red", "grey", f"red {LETTERS}", f"grey {LETTERS}", f"white {LETTERS}"))
"""Colours in which entries are crossed out, or taken out of sight."""
_FEWEST_OF_A_SIDE = 5


def without_struck(
    entries: Sequence[SourceEntry], source: str, mapping: MappingFile, left_out: dict[str, list[str]]
) -> list[SourceEntry]:
    """The entries of a source but for those that are struck through, as a person says; until then they wait.

    ``left_out`` gets the places of those that are left out, by the rule that is told.
    """
    partly = [entry for entry in entries if entry.row.struck == STRUCK_IN_PART]
    _ask_about_parts(partly, source, mapping)
    struck = [entry for entry in entries if entry.row.struck == STRUCK]
    asks = f"{_shown(struck, source)} struck through: were they cancelled?"
    gone = _left_out(struck, ("source", source, STRUCK_THROUGH), asks, (_ARE_CANCELLED, _COUNT), mapping)
    return _rest(entries, gone, "it is struck through", left_out)


def without_coloured(
    entries: Sequence[SourceEntry], source: str, mapping: MappingFile, left_out: dict[str, list[str]]
) -> list[SourceEntry]:
    """The entries of a source but for those in a colour of their own that a person says to leave out.

    A colour that all rows bear says nothing; nor does one below most of them or every second, or of one side alone.
    """
    found: dict[str, list[SourceEntry]] = defaultdict(list)
    for entry in entries:
        if entry.row.colour:
            found[entry.row.colour].append(entry)
    gone: list[SourceEntry] = []
    for colour, coloured in found.items():
        may_be_struck = colour.startswith(STRUCK_BY_A_RULE)
        if not may_be_struck and _says_nothing(colour, coloured, entries):
            continue
        how = f"{colour} of conditional formatting, or may be" if may_be_struck else f"coloured ({colour})"
        asks = f"{_shown(coloured, source)} {how}: cancelled, or do they count?"
        may_be_gone = may_be_struck or colour.removesuffix(f" {BY_A_RULE}") in _FADES
        gone += _left_out(
            coloured, ("source", source, COLOURED, colour), asks, (_COUNT, _ARE_CANCELLED), mapping,
            never_accepted=may_be_gone,
        )  # fmt: skip
    return _rest(entries, gone, "it is coloured as what was cancelled", left_out)


def _says_nothing(colour: str, coloured: Sequence[SourceEntry], entries: Sequence[SourceEntry]) -> bool:
    """Whether a colour is there for the eye alone."""
    return len(coloured) == len(entries) or _is_a_side(coloured, entries) or _is_a_pattern(colour, coloured, entries)


def _is_a_side(coloured: Sequence[SourceEntry], entries: Sequence[SourceEntry]) -> bool:
    """Whether several rows are all that came in, or all that went out, and no others."""
    ids = {id(entry) for entry in coloured}
    sides = [{id(entry) for entry in entries if (entry.change or 0.0) * sign > 0} for sign in (1, -1)]
    return len(coloured) >= _FEWEST_OF_A_SIDE and ids in sides


def _is_a_pattern(colour: str, coloured: Sequence[SourceEntry], entries: Sequence[SourceEntry]) -> bool:
    """Whether a ground lies below most rows, or below every second one for the eye alone."""
    if colour == "red" or colour.endswith((LETTERS, BY_A_RULE)):
        return False
    numbers = [entry.row.number for entry in coloured]
    in_turn = len(numbers) > 1 and all(other - one in {0, 2} for one, other in pairwise(numbers))
    return 2 * len(coloured) > len(entries) or (in_turn and 2 * len(coloured) + 1 >= len(entries))


def without_cancelled(
    entries: Sequence[SourceEntry],
    roles: Mapping[str, tuple[str, ...]],
    source: str,
    mapping: MappingFile,
    left_out: dict[str, list[str]],
) -> list[SourceEntry]:
    """The entries of a source but for those that a remark calls cancelled, as a person says; until then they wait."""
    taken = {header for role in _NO_REMARKS for header in roles.get(role, ())}
    remarks: dict[int, list[int]] = {}
    worded: list[tuple[SourceEntry, str]] = []
    for entry in entries:
        block = entry.block
        if id(block) not in remarks:
            places = (place for place, header in enumerate(block.headers) if header not in taken)
            remarks[id(block)] = [place for place in places if any(map(_says_cancelled, set(_texts(block, place))))]
        if word := next((text for place in remarks[id(block)] if _says_cancelled(text := entry.row.cells[place])), ""):
            worded.append((entry, str(word)))
    if not worded:
        return list(entries)
    found = [entry for entry, _ in worded]
    asks = f"{_shown(found, source)} called cancelled ({worded[0][1]!r}): did they happen?"
    # One that is negative undoes another row, and both of them count.
    undo = any((size or 0.0) < 0 for entry in found for size in entry.numbers.values())
    choices = (_HAPPENED, _HAPPENED_NOT) if undo else (_HAPPENED_NOT, _HAPPENED)
    gone = _left_out(found, ("source", source, CALLED_CANCELLED), asks, choices, mapping)
    return _rest(entries, gone, "it is called cancelled", left_out)


def may_be_cancelled(entry: SourceEntry) -> bool:
    """Whether it is asked whether an entry was cancelled."""
    return any(path[2:3] in {(STRUCK_THROUGH,), (CALLED_CANCELLED,), (COLOURED,)} for path in entry.waits)


def _rest(
    entries: Sequence[SourceEntry], gone: Sequence[SourceEntry], rule: str, left_out: dict[str, list[str]]
) -> list[SourceEntry]:
    if gone:
        left_out.setdefault(rule, []).extend(entry.place for entry in gone)
    ids = {id(entry) for entry in gone}
    return [entry for entry in entries if id(entry) not in ids]


def _left_out(
    entries: list[SourceEntry],
    path: Path,
    asks: str,
    choices: Sequence[str],
    mapping: MappingFile,
    *,
    never_accepted: bool = False,
) -> list[SourceEntry]:
    """Those of entries that a person says to leave out."""
    if not entries:
        return []
    answer = mapping.ask(*path, asks=asks, choices=choices, never_accepted=never_accepted)
    if answer is None:
        for entry in entries:
            entry.waits.append(path)
    return entries if answer in {_ARE_CANCELLED, _HAPPENED_NOT} else []


def _ask_about_parts(entries: Sequence[SourceEntry], source: str, mapping: MappingFile) -> None:
    """What is struck through in a part of a row was corrected, and which of two figures counts no reader can tell."""
    if not entries:
        return
    path: Path = ("source", source, "struck_in_part")
    asks = f"{_shown(entries, source)} struck through in part: does all that stands in them count?"
    answer = mapping.ask(*path, asks=asks, choices=[_ASIDE, _COUNT], never_accepted=True)
    for entry in entries:
        if answer is None:
            entry.waits.append(path)
        elif answer == _ASIDE:
            entry.faults.append("a part of it is struck through: write what counts alone, and import it again")


def _shown(entries: Sequence[SourceEntry], source: str) -> str:
    if not entries:
        return ""
    rows = "1 row" if len(entries) == 1 else f"{len(entries)} rows"
    be = "is" if len(entries) == 1 else "are"
    return f"{rows} of {source}, the first {entries[0].place}, {be}"


def _texts(block: Block, place: int) -> Iterator[str]:
    return (cell for row in block.rows if isinstance(cell := row.cells[place], str) and cell)


@lru_cache(100_000)
def _says_cancelled(text: CellValue) -> bool:
    return isinstance(text, str) and len(text.split()) <= _LONGEST and bool(_WORDS.search(folded(text)))
