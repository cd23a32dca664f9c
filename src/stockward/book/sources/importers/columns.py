"""Which column of a table holds what: by the profile of a program, or by the name that its header is known under."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import islice

from stockward.book.sources.importers.grid.days_across import DAYS_ACROSS
from stockward.book.sources.importers.grid.files import CellValue, is_blank_cell
from stockward.book.sources.importers.grid.held import are_numbers, cells_below, headers_of, may_be_books
from stockward.book.sources.importers.grid.layout import Block, cell_as_text
from stockward.book.sources.importers.grid.marks import is_nothing
from stockward.book.sources.importers.mapping import MAPPING, MappingFile
from stockward.book.sources.importers.profiles import Profile
from stockward.book.sources.importers.written.days import is_serial_day, ways_that_fit
from stockward.book.sources.importers.written.numerals import bare_fraction, share_of_numbers
from stockward.book.sources.importers.written.unsaid import are_days_of_a_month, lack_a_part
from stockward.book.sources.naming.aliases import LEDGERS, PEOPLE_LISTS, known_as, role_of
from stockward.terms.spelling import folded

NUMBERS = (
    "quantity", "in", "out", "balance", "counted", "book", "difference", "pack_size", "per_pack", "hours", "days",
    "training_weeks",
)  # fmt: skip
OF_PERSONS = ("start", "end", "since", "until", "half_date", "available_from")
"""Dates in lists of people and of their absences."""
DATES = ("at", "recorded_at", "recorded_date", "count_date", *OF_PERSONS)
_MOSTLY, _AT_LEAST = 0.8, 0.2
"""So much of a column is of another kind than its header says where the header lies; less are cells to correct."""
_LOOKED_AT = 2_000
"""So many filled cells tell what a column holds."""
SIGNED = ("+/-", "-/+", "±", "+-")
"""Stands in the header of quantities that bear the sign of their direction."""
_NUMBERED = re.compile(r" \(\d+\)$")
_MOST_NAMED = 12
_IT_IS, _IT_IS_NOT = "it is", "it is not"
_SIGNED_BY = frozenset(("sign", "sign of"))
JOINT = " + "
"""Between headers whose columns are read as one."""
COUNTED_AGAIN = "counted_again"
"""Columns of later counts of the same: the last that is filled stands in the place of what was counted first."""
ACROSS = ("counted", "quantity")
"""Roles of which each place, or each material, may have a column of its own."""

MOVEMENTS, COUNTS, BOOK, ITEMS, LEFT_OUT = "movements", "counts", "book", "items", "leave out"
_TABLES = (MOVEMENTS, COUNTS, LEFT_OUT)
_IN_WORDS = {
    "at": "dates", "count_date": "days of counting", "quantity": "quantities", "in": "what came in",
    "out": "what went out", "counted": "what was counted", "start": "first days", "end": "last days",
    "since": "first days", "until": "last days", "half_date": "half days", "hours": "contract hours",
    "days": "numbers of days", "available_from": "first days",
}  # fmt: skip
_COUNT_WORDS = ("count", "stocktake", "stock take", "inventory", "inventur", "inventaire", "zahlung", "physical")


def roles_of(
    blocks: Sequence[Block], profile: Profile, mapping: MappingFile, source: str
) -> dict[str, tuple[str, ...]]:
    """The headers of each role, and where the mapping has none yet, those that the headers and cells speak for."""
    headers = headers_of(blocks)
    vocabulary = PEOPLE_LISTS if blocks[0].of_people else LEDGERS
    stated = {
        path[3]: tuple(header for header in value.split(JOINT) if header)
        for path, value in mapping.settled.items()
        if path[:3] == ("source", source, "columns")
    }
    asked = [path for path in mapping.settled if path[:3] == ("source", source, "holds")]
    if stated and all(path[3] in stated or mapping.settled[path] == _IT_IS_NOT for path in asked):
        known = {folded(header) for names in stated.values() for header in names} | set(mapping.headers.get(source, ()))
        added = [header for header in headers if folded(header) not in known]
        for role, header in _proposed(added, profile, vocabulary).items() if added else ():
            # A column that a later file has more: what it says of state or document counts from then on.
            if role not in stated and role not in NUMBERS and role not in DATES and role != "plant":
                stated[role] = (mapping.settle("source", source, "columns", role, value=header),)
        plain = {folded(header) for header in headers}
        return {role: found for role, found in stated.items() if found and {*map(folded, found)} <= plain}
    roles = _proposed(headers, profile, vocabulary)
    cells = {header: cells_below(blocks, header) for header in headers}
    _take_signed_quantity(roles, cells)
    roles = {
        role: header
        for role, header in roles.items()
        if _holds(role, cells[header]) or _asked_to_hold(role, header, cells[header], mapping, source)
    }
    found: dict[str, tuple[str, ...]] = {role: (header,) for role, header in roles.items()}
    if "area" in profile.rules and "area" in found and "plant" in found:
        found["area"] = (*found["plant"], *found["area"])
    found.pop("plant", None)
    _ask_sides(found, mapping, source)
    _ask_places(found, headers, profile, mapping, source)
    is_open = any(path[:3] == ("source", source, "holds") for path in mapping.questions)
    for role, names in found.items() if not is_open else ():
        # While it is asked what a column holds, nobody knows yet which columns there are.
        mapping.settle("source", source, "columns", role, value=JOINT.join(names))
    return found


def lacking_columns(blocks: Sequence[Block], mapping: MappingFile, source: str) -> list[str]:
    """What is said of columns that the mapping names and no table of the source has."""
    plain = {folded(header) for header in headers_of(blocks)}
    stated = [(path, mapping.settled[path]) for path in mapping.settled if path[:3] == ("source", source, "columns")]
    lacking = [
        (path[3], header) for path, value in stated for header in value.split(JOINT) if folded(header) not in plain
    ]
    return [
        f"{MAPPING} names {header!r} as the column of {role}, and no column is called so: write one of "
        f"{', '.join(repr(one) for one in headers_of(blocks)[:_MOST_NAMED])} there"
        for role, header in lacking
    ]


def _take_signed_quantity(roles: dict[str, str], cells: Mapping[str, Sequence[CellValue]]) -> None:
    """Below *+/-* stands which way a row goes, or how much with its sign: the quantity, where no other column is."""
    signed = [
        header for header in cells if header.replace(" ", "") in SIGNED and share_of_numbers(cells[header]) > _MOSTLY
    ]
    if not signed or "quantity" in roles or {"in", "out"} & roles.keys():
        return
    roles["quantity"] = signed[0]
    if roles.get("kind") == signed[0]:
        others = [header for header in cells if header != signed[0] and role_of(header) == "kind"]
        roles.pop("kind")
        roles |= {"kind": others[0]} if others else {}


def _ask_sides(found: dict[str, tuple[str, ...]], mapping: MappingFile, source: str) -> None:
    """Debit adds to stock in some books, and takes away in others."""
    if {"debit", "credit"} <= found.keys() and not {"in", "out", "quantity"} & found.keys():
        debit, credit = found.pop("debit"), found.pop("credit")
        asks = f"Which column of {source} adds to stock: {debit[0]!r} or {credit[0]!r}?"
        answer = mapping.ask("source", source, "adds", asks=asks, choices=[debit[0], credit[0]])
        if answer is not None:
            found["in"], found["out"] = (debit, credit) if answer == debit[0] else (credit, debit)
    found.pop("debit", None)
    found.pop("credit", None)


def _ask_places(
    found: dict[str, tuple[str, ...]], headers: Sequence[str], profile: Profile, mapping: MappingFile, source: str
) -> None:
    """Two columns of places may name one together: a building, and a store in it."""
    named = tuple(header for header in headers if (known_as(header) or ("",))[0] == "area")
    if profile.name or len(named) < 2 or "area" not in found:
        return
    asks = f"Which columns of {source} name the place of a row?"
    answer = mapping.ask("source", source, "places", asks=asks, choices=[JOINT.join(named), *named])
    found["area"] = tuple((answer or JOINT.join(named)).split(JOINT))


def also_columns(block: Block, roles: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Headers of quantities that are not read, since another column has their role: *Gain* beside *Received*."""
    taken = {header for names in roles.values() for header in names}
    return [
        header
        for header in block.headers
        if header not in taken and role_of(_NUMBERED.sub("", header)) in {"in", "out", "quantity", "counted"}
    ]


def tells_its_kind(block: Block) -> bool:
    """Whether the columns of a table say what its rows are; else its name alone does."""
    roles = {role_of(_NUMBERED.sub("", header)) for header in block.headers}
    return bool(roles & {"in", "out", "from_area", "to_area", "kind", "deltas", "counted"} or block.over)


def table_of(
    blocks: Sequence[Block], roles: Mapping[str, tuple[str, ...]], profile: Profile, mapping: MappingFile, source: str
) -> str | None:
    """What the rows of a source are; ``None`` while it is asked."""
    if profile.table:
        return mapping.settle("source", source, "table", value=profile.table, because=profile.title)
    roles = {("material" if role == "material_name" else role): names for role, names in roles.items()}
    flows = bool({"in", "out", "from_area", "to_area", "kind", "deltas"} & roles.keys())
    flows |= all(block.over for block in blocks)
    if "material" in roles and "at" in roles and flows and {"quantity", "in", "out"} & roles.keys():
        return mapping.settle("source", source, "table", value=MOVEMENTS)
    if "material" in roles and "counted" in roles:
        return mapping.settle("source", source, "table", value=COUNTS)
    if {"in", "out"} <= roles.keys() and {"at", "material"} & roles.keys():
        return mapping.settle("source", source, "table", value=MOVEMENTS)
    likely = _likely(blocks, roles)
    asks = f"What is {blocks[0].name}, with the columns {', '.join(blocks[0].headers[:8])}?"
    # What has days and numbers is most likely no other list, and not left out without a person's word.
    doubtful = likely == LEFT_OUT and may_be_books(blocks)
    choices = [*_TABLES] if doubtful else [likely, *(one for one in _TABLES if one != likely)]
    return mapping.ask("source", source, "table", asks=asks, choices=choices, never_accepted=doubtful)


def speaks_of_a_count(text: str) -> bool:
    """Whether a title or the name of a sheet has a word for a physical inventory in it."""
    return any(word in folded(text) for word in _COUNT_WORDS)


def _likely(blocks: Sequence[Block], roles: Mapping[str, tuple[str, ...]]) -> str:
    """What a source most likely is: its name and its numbers speak for it."""
    if len({"in", "out", "balance"} & roles.keys()) > 1:
        return MOVEMENTS
    names = " ".join(" ".join((block.name, *block.titles)) for block in blocks)
    if not {"quantity", "counted"} & roles.keys() and not ({"material", "balance"} & roles.keys() and "at" in roles):
        figures = any(are_numbers(cells_below(blocks, header)) for header in headers_of(blocks))
        return COUNTS if speaks_of_a_count(names) and ("material" in roles or figures) else LEFT_OUT
    if "at" in roles and {"in", "out", "from_area", "to_area"} & roles.keys():
        return MOVEMENTS
    cells = [cell for block in blocks for header in roles.get("quantity", ()) for cell in block.column(header)]
    signed = any(str(cell).strip().startswith("-") or str(cell).strip().endswith("-") for cell in cells)
    return COUNTS if not signed and speaks_of_a_count(names) else MOVEMENTS


def _proposed(headers: Sequence[str], profile: Profile, vocabulary: str) -> dict[str, str]:
    """The best header of each role: what the profile says first, then the name that is known best."""
    plain = {header: folded(header) for header in headers}
    found: dict[str, str] = {}
    for role, names in profile.columns.items():
        best = [header for name in names for header in headers if plain[header] == name]
        if best:
            found[role] = best[0]
    taken = set(found.values())
    ranked = sorted(
        (known[1], place, known[0], header)
        for place, header in enumerate(headers)
        if header not in taken and (known := known_as(header, vocabulary)) is not None
    )
    for _, _, role, header in ranked:
        if role not in profile.columns and role not in found and role not in {"ignored", "row_number"}:
            found[role] = header
    return _without_twins(found, headers, plain)


def _without_twins(found: dict[str, str], headers: Sequence[str], plain: Mapping[str, str]) -> dict[str, str]:
    """``Item`` beside ``Material`` is a line of a document; a place with both ends has no third."""
    if "from_area" in found and "to_area" in found and plain.get(found.get("area", "")) == "location":
        found.pop("area", None)
    if {"in", "out"} <= found.keys():
        found.pop("quantity", None)
        if plain.get(found.get("kind", "")) in _SIGNED_BY:
            # Beside what came in and went out stands who signed for it.
            found.setdefault("recorded_by", found.pop("kind"))
    elif found.keys() & {"in", "out"} and "quantity" in found:
        found.pop("in", None)
        found.pop("out", None)
    if {"in", "out"} <= found.keys() and "balance" not in found and "book" in found and "counted" not in found:
        # On hand is the book beside what was counted, and the balance beside what came in and went out.
        found["balance"] = found.pop("book")
    if "counted" in found and "quantity" in found and "book" not in found and not found.keys() & {"in", "out", "kind"}:
        found["book"] = found.pop("quantity")
    return found


def _holds(role: str, cells: Sequence[CellValue]) -> bool:
    """Whether the cells of a column are of the kind that its role needs."""
    filled = list(islice((cell for cell in cells if not (is_blank_cell(cell) or is_nothing(cell))), _LOOKED_AT))
    if role in NUMBERS:
        # Below a header of quantities 1/2 is a figure, be it of what it may.
        figures = [cell for cell in filled if not (isinstance(cell, str) and bare_fraction(cell))]
        return len(figures) <= (1 - _AT_LEAST) * len(filled) or share_of_numbers(figures) >= _AT_LEAST
    if role in DATES:
        texts = [cell for cell in filled if isinstance(cell, str)]
        others = [cell for cell in filled if isinstance(cell, (int, float))]
        return lack_a_part(filled) or (
            all(is_serial_day(cell) or bool(ways_that_fit([str(cell)])) for cell in others)
            and (not texts or _mostly_dates(texts))
        )
    if role == "unit":
        return share_of_numbers(filled) < 1 - _MOSTLY
    return True


def _asked_to_hold(role: str, header: str, cells: Sequence[CellValue], mapping: MappingFile, source: str) -> bool:
    """Whether a person says that a column is what its header says, though its cells speak against it.

    Numbers that stood across are days.
    """
    if role not in _IN_WORDS:
        return False
    if header == DAYS_ACROSS:
        return True
    example = next(cell_as_text(cell) for cell in cells if not is_blank_cell(cell))
    is_likely = role in DATES and are_days_of_a_month(cells)
    choices = [_IT_IS, _IT_IS_NOT] if is_likely else [_IT_IS_NOT, _IT_IS]
    asks = f"Is {header!r} of {source} the column of {_IN_WORDS[role]}? {example!r} stands below it"
    return mapping.ask("source", source, "holds", role, asks=asks, choices=choices) == _IT_IS


def _mostly_dates(texts: Sequence[str]) -> bool:
    allowed = len(texts) - int(_AT_LEAST * len(texts))
    odd = 0
    for text in texts:
        odd += not ways_that_fit([text])
        if odd > allowed:
            return False
    return True
