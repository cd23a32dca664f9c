"""A loss taken out of the books, as a thief would leave them.

In the counts: the store is short from then on. In the movements: what was sent on its way out is recorded lower by what
was taken, and whoever received it has so much less. What an area is short of stays short in its later counts while they
can bear it; where a count would lose more than half, the area drew again before that count: what it received in that
period is recorded higher, and its supplier is short in its place. A supplier outside the site sends more. So no book
but that of the area in question shows anything, and nothing below zero is ever counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from stockward.balance.inventories import Inventories
from stockward.balance.sigma.terms import key_list
from stockward.book.known import KnownBooks
from stockward.stats.arrays import Array, Index

PLACES = ("counts", "movements")
"""Where a loss is left in the books."""

BEARS = 0.5
"""A count bears a shortage up to this share of what is there; beyond it the area draws again, if it can."""

_DEPTH = 12
_IN = ("receipt", "transfer")
_OUT = ("issue", "transfer", "discard")
_OUTSIDE = -1


@dataclass(frozen=True, slots=True)
class TakenLoss:
    """Rows that change, and by how much (the material's unit); ``why`` says what is in the way, if anything is."""

    rows: Index
    change: Array
    why: str | None = None


@dataclass(frozen=True, slots=True)
class LossShare:
    """A part of a loss: so much of a material, gone between two moments (microseconds), the first excluded."""

    amount: float
    start: int
    end: int


@dataclass(slots=True)
class _Stream:
    """Movements of one material that leave or reach one area, in order of time."""

    rows: Index
    at: Index
    other: Index

    def between(self, start: int, end: int) -> slice:
        return slice(*(int(place) for place in np.searchsorted(self.at, [start, end], side="right")))


@dataclass(slots=True)
class _Attempt:
    """Quantities as they become while one loss is laid into the books."""

    quantity: Array
    why: str | None = None
    changed: dict[int, float] = field(default_factory=dict)

    def change(self, rows: Index, amounts: Array) -> None:
        for row, amount in zip(rows, amounts, strict=True):
            self.changed[int(row)] = self.changed.get(int(row), 0.0) + float(amount)

    def now(self, rows: Index) -> Array:
        return np.asarray(self.quantity[rows] + np.array([self.changed.get(int(row), 0.0) for row in rows]))


class LossLedger:
    """The rows of the books by area and material, to find what a loss must change.

    ``quantity`` are the quantities that the loss is taken out of, one for each row of the incidence.
    """

    def __init__(self, books: KnownBooks, inventories: Inventories, quantity: Array) -> None:
        movements, counts = books.movements, books.counts
        self._quantity = quantity
        self._areas = inventories.areas
        self._materials = key_list(counts["material"])
        kind = movements["kind"].cast(pl.String)
        source, target = _codes(movements["from_area"]), _codes(movements["to_area"])
        material, at = _codes(movements["material"]), movements["at"].to_physical().to_numpy()
        moves = source != target
        entering = np.flatnonzero(kind.is_in(_IN).to_numpy() & (target >= 0) & moves)
        leaving = np.flatnonzero(kind.is_in(_OUT).to_numpy() & (source >= 0) & moves)
        self._entering = _streams(entering, target, material, at, source)
        self._leaving = _streams(leaving, source, material, at, target)
        self._counted: dict[tuple[int, int], dict[int, list[int]]] = {}
        places = inventories.places(counts["area"], counts["inventory"]).to_list()
        for number, (area, held, place) in enumerate(
            zip(_codes(counts["area"]), _codes(counts["material"]), places, strict=True)
        ):
            by_place = self._counted.setdefault((int(area), int(held)), {})
            by_place.setdefault(place, []).append(movements.height + number)
        self._inventories = inventories
        self._material = np.concatenate([material, _codes(counts["material"])])

    def passed(self, rows: Index) -> dict[int, float]:
        """How much of each material (code) stands in these rows."""
        sums = np.bincount(self._material[rows], self._quantity[rows], len(self._materials))
        return {material: float(amount) for material, amount in enumerate(sums)}

    def take(
        self, area: int, material: int, shares: Sequence[LossShare], place: str, after: TakenLoss | None = None
    ) -> TakenLoss:
        """Take the shares out of an area (codes of area and material), in the counts or in the movements.

        What was taken ``after`` which these are stays taken, and is among the rows that change.
        """
        attempt = _Attempt(self._quantity)
        if after is not None:
            attempt.change(after.rows, after.change)
        if place == "counts":
            self._short(attempt, area, material, [(share.end, share.amount) for share in shares], _DEPTH)
        else:
            self._understate(attempt, area, material, shares)
        rows = np.array(sorted(attempt.changed), dtype=np.int64)
        change = np.array([attempt.changed[int(row)] for row in rows], dtype=float)
        return TakenLoss(rows, change, attempt.why)

    def _understate(self, attempt: _Attempt, area: int, material: int, shares: Sequence[LossShare]) -> None:
        """Record what was sent in each period lower by what was taken, in proportion; the receivers have less."""
        stream = self._leaving.get((area, material))
        short: dict[int, list[tuple[int, float]]] = {}
        for share in shares:
            cut = slice(0, 0) if stream is None else stream.between(share.start, share.end)
            sent = np.zeros(0) if stream is None else attempt.now(stream.rows[cut])
            if stream is None or sent.sum() < share.amount:
                attempt.why = f"{_little(float(sent.sum()))} {self._materials[material]} was sent on in a period"
                return
            lower = share.amount * sent / sent.sum()
            attempt.change(stream.rows[cut], -lower)
            for other, at, amount in zip(stream.other[cut], stream.at[cut], lower, strict=True):
                short.setdefault(int(other), []).append((int(at), float(amount)))
        for other, events in short.items():
            if other != _OUTSIDE:
                self._short(attempt, other, material, events, _DEPTH)

    def _short(self, attempt: _Attempt, area: int, material: int, events: list[tuple[int, float]], depth: int) -> None:
        """Carry a shortage that grows at these moments through the later inventories of an area."""
        first, last = (int(self._inventories.first[area + step]) for step in (0, 1))
        moments = self._inventories.at[first:last]
        arrives = np.bincount(
            np.searchsorted(moments, [at for at, _ in events]), [amount for _, amount in events], len(moments) + 1
        )
        counted = self._counted.get((area, material), {})
        short = 0.0
        for number, moment in enumerate(moments):
            short += float(arrives[number])
            if short <= 0.0:
                continue
            rows = np.array(counted.get(first + number, []), dtype=np.int64)
            there = attempt.now(rows)
            bears = float(there.sum())
            before = int(moments[number - 1]) if number else np.iinfo(np.int64).min
            if short > BEARS * bears and self._draw_again(attempt, area, material, before, int(moment), short, depth):
                short = 0.0
            elif short <= bears:
                attempt.change(rows, -short * there / bears)
            else:
                held = f"{_little(bears)} {self._materials[material]} was counted in {self._areas[area]}"
                attempt.why = attempt.why or f"{held} at {self._inventories.name[first + number]}"
                return

    def _draw_again(
        self, attempt: _Attempt, area: int, material: int, start: int, end: int, amount: float, depth: int
    ) -> bool:
        """Let the area receive so much more between two inventories; whether it received enough to hide it in."""
        stream = self._entering.get((area, material))
        if stream is None or depth == 0:
            return False
        cut = stream.between(start, end)
        received = attempt.now(stream.rows[cut])
        if received.sum() < amount:
            return False
        more = amount * received / received.sum()
        attempt.change(stream.rows[cut], more)
        suppliers: dict[int, list[tuple[int, float]]] = {}
        for other, at, part in zip(stream.other[cut], stream.at[cut], more, strict=True):
            suppliers.setdefault(int(other), []).append((int(at), float(part)))
        for other, events in suppliers.items():
            if other != _OUTSIDE:
                self._short(attempt, other, material, events, depth - 1)
        return True


def _little(amount: float) -> str:
    return f"only {amount:.4g} of" if amount > 0 else "no"


def _streams(rows: Index, own: Index, material: Index, at: Index, other: Index) -> dict[tuple[int, int], _Stream]:
    """Movements by area and material, in order of time."""
    table = pl.DataFrame(
        {"row": rows, "own": own[rows], "material": material[rows], "at": at[rows], "other": other[rows]}
    )
    return {
        (int(key[0]), int(key[1])): _Stream(*(part[name].to_numpy() for name in ("row", "at", "other")))
        for key, part in table.sort("at", maintain_order=True)
        .partition_by("own", "material", as_dict=True, maintain_order=True)
        .items()
    }


def _codes(column: pl.Series) -> Index:
    return column.to_physical().cast(pl.Int64).fill_null(-1).to_numpy()
