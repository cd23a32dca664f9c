"""Each movement as it touches an area: what came in, what went out, and what only changed the book."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from stockward.balance.layout import Layout
from stockward.stats.arrays import Array, Index

ROLES = ("received", "sent", "made", "used", "found", "written_off")
"""What a movement is to an area. ``made`` and ``used`` convert inside it; the last two change the book alone."""

BOOK_SIGN = np.array([1.0, -1.0, 1.0, -1.0, 1.0, -1.0])
"""How each role changes the book of a material in an area."""

CONVERSIONS = ("use", "make")
"""Movements that convert inside an area: they are flows of an item material, and none of a substance."""

_OUT = {"issue": "sent", "transfer": "sent", "discard": "sent", "use": "used", "write_off": "written_off"}
_IN = {"receipt": "received", "transfer": "received", "make": "made", "found": "found"}


def flow_legs(left: pl.DataFrame, reached: pl.DataFrame, kinds: list[str]) -> pl.DataFrame:
    """Flows by area with their ``role`` (place in ``ROLES``) in place of the kind; what left comes first."""
    return pl.concat([_side(left, _OUT, kinds), _side(reached, _IN, kinds)])


def _side(flows: pl.DataFrame, roles: dict[str, str], kinds: list[str]) -> pl.DataFrame:
    by_code = {kinds.index(kind): ROLES.index(role) for kind, role in roles.items()}
    role = pl.col("kind").replace_strict(by_code, default=None, return_dtype=pl.Int64)
    transfer = pl.col("kind") == kinds.index("transfer")
    return flows.with_columns(role=role, transfer=transfer).drop("kind").filter(pl.col("role").is_not_null())


class Pairing:
    """Finds, for rows of an area and a material, the pairs of series and material that they enter."""

    def __init__(self, layout: Layout, materials: int) -> None:
        area, material = layout.pairs["area_code"].to_numpy(), layout.pairs["material"].to_numpy()
        code = area.astype(np.int64) * materials + material
        self._order = np.argsort(code, kind="stable")
        self._codes = code[self._order]
        self._materials = materials

    def expand(self, rows: pl.DataFrame) -> tuple[Index, Index]:
        """Row and pair of every entry: a row appears once for each series that it enters, in order of rows."""
        code = rows["area"].to_numpy() * self._materials + rows["material"].to_numpy()
        first = np.searchsorted(self._codes, code)
        count = np.searchsorted(self._codes, code, side="right") - first
        row = np.repeat(np.arange(len(code)), count)
        within = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
        return row, self._order[first[row] + within]


@dataclass(frozen=True, slots=True)
class Entries:
    """Rows as they enter the series, one entry a row and series; codes as in the ledger, −1 for no method.

    ``slot`` is the slot of the layout; ``quantity`` and ``squares`` are in the material's own unit, ``rows`` counts the
    measurements and ``steps`` their permissible errors, 1 each where there is no plate. ``reading`` is that of a row
    which shares its reading with others, −1 for those that are measurements of their own; ``transfer`` says that what
    left one area has reached another.
    """

    pair: Index
    slot: Index
    role: Index
    material: Index
    method: Index
    calibration: Index
    quantity: Array
    squares: Array
    rows: Index
    steps: Array
    reading: Index
    transfer: NDArray[np.bool_]

    def joined(self, other: Entries) -> Entries:
        """These entries, and then the others."""
        columns = ([getattr(part, name) for part in (self, other)] for name in Entries.__slots__)
        return Entries(*(np.concatenate(column) for column in columns))

    def where(self, kept: NDArray[np.bool_] | Index) -> Entries:
        """The entries for which ``kept`` holds, or that it numbers."""
        return Entries(*(getattr(self, name)[kept] for name in Entries.__slots__))


def entries_of_flows(legs: pl.DataFrame, layout: Layout, pairing: Pairing) -> Entries:
    """Flows as entries of their series."""
    row, pair = pairing.expand(legs)
    columns = {name: legs[name].to_numpy()[row] for name in Entries.__slots__ if name in legs.columns}
    slot = _slots(layout, pair) + legs["interval"].to_numpy()[row]
    return Entries(pair=pair, slot=slot, **columns)


def entries_of_counts(counts: pl.DataFrame, layout: Layout, pairing: Pairing) -> Entries:
    """Counted rows as entries of their series; their slot is that of their inventory, and they have no role."""
    row, pair = pairing.expand(counts)
    quantity, rows = (counts[name].to_numpy()[row] for name in ("quantity", "rows"))
    return Entries(
        pair=pair,
        slot=_slots(layout, pair) + counts["interval"].to_numpy()[row],
        role=np.full(len(row), -1),
        material=counts["material"].to_numpy()[row],
        method=counts["method"].to_numpy()[row],
        calibration=counts["calibration"].to_numpy()[row].astype(np.int64),
        quantity=quantity,
        squares=quantity**2 / rows,
        rows=rows,
        steps=counts["steps"].to_numpy()[row],
        reading=counts["reading"].to_numpy()[row],
        transfer=np.zeros(len(row), bool),
    )


def _slots(layout: Layout, pair: Index) -> Index:
    """First slot of the series of each pair."""
    series = layout.pairs["series"].to_numpy().astype(np.int64)
    return np.asarray(layout.first[:-1][series][pair])
