"""Accounts with two sides: what came in on the left and what went out on the right, each with days of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from stockward.book.sources.importers.grid.layout import Block
from stockward.book.sources.naming.aliases import role_of
from stockward.terms.spelling import folded
from stockward.terms.units import written_units

_SIDES, _ENDS, _FROM_OR_TO = ("in", "out"), frozenset(("from_area", "to_area")), "From/To"


def with_joined_accounts(blocks: Sequence[Block], is_known: Callable[[Block], bool]) -> list[Block]:
    """The tables of a grid, with both sides of an account as one table that has a column for each.

    A row of the sheet is up to two of that table. Sides that name materials of their own stay tables of their own,
    and so do those that were imported as such before: of these ``is_known`` says so.
    """
    found: list[Block] = []
    for block in blocks:
        other = found[-1] if found else None
        if other is not None and _are_sides(other, block) and not is_known(block):
            found[-1] = _joined(other, block)
        else:
            found.append(block)
    return found


def _are_sides(one: Block, other: Block) -> bool:
    return (
        one.top == other.top
        and {role_of(one.over), role_of(other.over)} == set(_SIDES)
        and all(_quantity(block) and "at" in _roles(block) for block in (one, other))
        and not {"material", "material_name", "in", "out", "counted"} & (_roles(one) | _roles(other))
    )


def _roles(block: Block) -> set[str]:
    return {role_of(header) for header in block.headers}


def _quantity(block: Block) -> str:
    """The header of the quantities of a side: one that is known as such, or a unit; empty where there is none."""
    known = (header for header in block.headers if role_of(header) == "quantity")
    units = (header for header in block.headers if folded(header) in written_units())
    return next(known, next(units, ""))


def _joined(one: Block, other: Block) -> Block:
    names = [[_named(block, header) for header in block.headers] for block in (one, other)]
    headers = tuple(dict.fromkeys([*names[0], *names[1]]))
    places = tuple(range(one.places[0], one.places[0] + len(headers)))
    block = Block(one.grid, one.top, headers, places, one.titles)
    for side, named in zip((one, other), names, strict=True):
        for row in side.rows:
            cells = dict(zip(named, row.cells, strict=True))
            block.rows.append(row._replace(cells=tuple(cells.get(name, "") for name in headers)))
        for rule, numbers in side.dropped.items():
            block.dropped[rule] = sorted({*block.dropped.get(rule, ()), *numbers})
    block.rows.sort(key=lambda row: row.number)
    return block


def _named(block: Block, header: str) -> str:
    """A header of a side: that of its quantities is called as the side is."""
    plain = header.rpartition(" (")[0] if header.endswith(")") and header[-2:-1].isdigit() else header
    if role_of(plain) in _ENDS:
        # Where it came from and where it went to stands beside each other in the account of one place.
        return _FROM_OR_TO
    if header != _quantity(block):
        return plain
    unit = plain if folded(plain) in written_units() else ""
    return f"{block.over} ({unit})" if unit else block.over
