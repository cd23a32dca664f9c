"""The measured terms of the balances: flows and counts, summed as far as they share area, period and errors.

The ledger is the only long table, so it is passed over a few times with codes and nothing else: each row falls into a
cell of stream (area, material, kind, method), interval between inventories and calibration, and cells are summed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from stockward.balance.inventories import Inventories
from stockward.balance.sigma.plates import Loads, loads_of
from stockward.balance.sigma.readings import OWN, Readings
from stockward.balance.sums import sums_by
from stockward.book.known import KnownBooks
from stockward.stats.arrays import Array, Index
from stockward.terms.periods import MICROSECONDS_A_DAY

_DENSEST = 1 << 24
"""Cells that may be held in one array whatever the number of rows."""


@dataclass(frozen=True, slots=True)
class Passed:
    """How many moments of each owner have passed, slice of time by slice.

    ``keys`` are the owner and the slice in which each moment has passed, as one sorted number; ``first`` the number of
    moments before those of each owner, ``most`` the most that one has. ``table`` has them by owner and slice, and is
    quicker to ask; it is left out (``None``) where it would be large, so that memory grows with the moments alone.
    """

    slices: int
    keys: Index
    first: Index
    most: int
    table: NDArray[np.int32] | None

    @classmethod
    def of(cls, owner: Index, moment: Index, cuts: Index, owners: int) -> Passed:
        """Moments of the owners (0 up to ``owners``) between the cuts, each of which is a moment."""
        slices = len(cuts) + 1
        passed = np.searchsorted(cuts, moment) + 1
        first = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=owners))])
        table = None
        if owners * slices <= _DENSEST:
            table = np.zeros((owners, slices), np.int32)
            np.add.at(table, (owner, passed), 1)
            np.cumsum(table, axis=1, out=table)
        return cls(slices, np.sort(owner * slices + passed), first, int(np.max(np.diff(first), initial=0)), table)

    def __len__(self) -> int:
        return len(self.first) - 1

    def by(self, owner: NDArray[np.integer] | int, place: NDArray[np.integer] | int) -> NDArray[np.int32]:
        """The number for owners (counted from 0) and slices, of one shape."""
        if self.table is not None:
            return np.asarray(self.table[owner, place])
        key = np.asarray(owner, np.int64) * self.slices + place
        return np.asarray(np.searchsorted(self.keys, key, side="right") - self.first[owner], np.int32)


@dataclass(frozen=True, slots=True)
class TimeCuts:
    """Every moment at which an inventory stood or a method was calibrated; between two, nothing need be told apart.

    A row at time t falls into slice u, the number of cuts before t. ``interval`` has by area and slice the number of
    inventories of the area before t: a movement at the moment of an inventory still belongs to the period it ends.
    ``calibration`` has by method and slice the number of calibrations of the method up to and at t.
    """

    cuts: Index
    interval: Passed
    calibration: Passed

    def slices(self, at: pl.Series) -> NDArray[np.int32]:
        """The slice of each moment; quick where the ledger stands in order of time."""
        moments = at.to_physical().to_numpy()
        if at.is_sorted():
            steps = np.searchsorted(moments, self.cuts, side="right")
            lengths = np.diff(steps, prepend=0, append=len(moments))
            return np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
        return np.searchsorted(self.cuts, moments).astype(np.int32)


def time_cuts(books: KnownBooks, inventories: Inventories) -> TimeCuts:
    """The cuts of all inventories, of the calibrations on record, and of those that follow from their period."""
    methods = key_list(books.counts["method"])
    calibrated, moments = calibrations_of(books, methods)
    # A measurement at the moment of a calibration uses the new one, so that cut lies just before it.
    cuts = np.unique(np.concatenate([inventories.at, moments - 1]))
    return TimeCuts(
        cuts=cuts,
        interval=Passed.of(inventories.area, inventories.at, cuts, len(inventories.areas)),
        calibration=Passed.of(calibrated, moments - 1, cuts, len(methods)),
    )


def calibrations_of(books: KnownBooks, methods: list[str]) -> tuple[Index, Index]:
    """Method (code) and moment (microseconds) of every calibration; the table overrides ``calibration_days``."""
    codes = {method: code for code, method in enumerate(methods)}
    recorded = books.calibrations.select("method", moment=pl.col("at").to_physical())
    owners = [codes[method] for method in recorded["method"]]
    moments = recorded["moment"].to_list()
    listed = set(recorded["method"])
    periodic = books["methods"].filter(pl.col("calibration_days").is_not_null() & ~pl.col("method").is_in(list(listed)))
    used = _uses(books) if periodic.height else {}
    for method, days in periodic.select("method", "calibration_days").rows():
        if method in used:
            first, last = used[method]
            step = days * MICROSECONDS_A_DAY
            count = int((last - first) / step)
            moments.extend(int(np.ceil(first + (number + 1) * step)) for number in range(count))
            owners.extend([codes[method]] * count)
    return np.array(owners, dtype=np.int64), np.array(moments, dtype=np.int64)


def _uses(books: KnownBooks) -> dict[str, tuple[int, int]]:
    """First and last use of each method, microseconds."""
    at = pl.col("at").to_physical()
    uses = pl.concat(
        [
            table.group_by(pl.col("method").cast(pl.String)).agg(first=at.min(), last=at.max())
            for table in (books.movements, books.counts)
        ]
    )
    spans = uses.drop_nulls().group_by("method").agg(pl.col("first").min(), pl.col("last").max())
    return {method: (first, last) for method, first, last in spans.rows()}


@dataclass(frozen=True, slots=True)
class ReadLedger:
    """The ledger as codes (0 where blank), each row with its slice of time, and that of its reading's calibration.

    ``source`` and ``target`` are 0 where a row names no area, and where it names the same twice: that moves nothing.
    """

    material: NDArray[np.integer]
    kind: NDArray[np.integer]
    method: NDArray[np.integer]
    source: NDArray[np.integer]
    target: NDArray[np.integer]
    slice: NDArray[np.int32]
    calibrated: NDArray[np.int32]
    quantity: Array
    reading: Index
    loads: Loads | None
    sizes: tuple[int, int, int]

    @classmethod
    def of(cls, books: KnownBooks, cuts: TimeCuts, readings: Readings) -> ReadLedger:
        """The movements of the books, in their order."""
        movements = books.movements
        columns = [movements[name] for name in ("material", "kind", "method")]
        material, kind, method = (_codes_from_one(column) for column in columns)
        sizes = tuple(len(key_list(column)) + 1 for column in columns)
        slices = cuts.slices(movements["at"])
        source, target = _sides(movements)
        quantity = movements["quantity"].to_numpy()
        return cls(
            material=material,
            kind=kind,
            method=method,
            source=source,
            target=target,
            slice=slices,
            calibrated=_calibrated(slices, readings.movements, readings, cuts),
            quantity=quantity,
            reading=readings.movements,
            loads=loads_of(books, method, material, quantity),
            sizes=sizes,  # type: ignore[arg-type]
        )

    def where(self, rows: Index) -> ReadLedger:
        """These rows of it."""
        columns = {name: getattr(self, name)[rows] for name in ReadLedger.__slots__ if name not in {"sizes", "loads"}}
        loads = None if self.loads is None else self.loads.where(rows)
        return ReadLedger(**columns, loads=loads, sizes=self.sizes)


def _calibrated(slices: NDArray[np.int32], reading: Index, readings: Readings, cuts: TimeCuts) -> NDArray[np.int32]:
    """The slice of each row's calibration: its own, or that of the earliest row of its reading."""
    if not len(readings.at):
        return slices
    earliest = np.searchsorted(cuts.cuts, readings.at).astype(np.int32)
    return np.where(reading == OWN, slices, earliest[reading])


def flow_sums(ledger: ReadLedger, cuts: TimeCuts) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Sums over what left each area, and over what reached it.

    Both have the columns ``area``, ``material``, ``kind``, ``method`` (codes, −1 none), ``interval``,
    ``calibration``, ``quantity``, ``squares``, ``rows``, ``steps`` and ``reading``; quantities in the material's own
    unit. A row that shares its reading with others keeps a line of its own. A movement from an area into itself moves
    nothing and is left out.
    """
    shared = ledger.reading != OWN
    if not np.any(shared):
        return _side_sums(ledger, ledger.source, cuts), _side_sums(ledger, ledger.target, cuts)
    summed, alone = ledger.where(np.flatnonzero(~shared)), ledger.where(_ordered(ledger, shared))
    left = [_side_sums(summed, summed.source, cuts), _side_rows(alone, alone.source, cuts)]
    reached = [_side_sums(summed, summed.target, cuts), _side_rows(alone, alone.target, cuts)]
    return _stacked(left), _stacked(reached)


def _ordered(ledger: ReadLedger, kept: NDArray[np.bool_]) -> Index:
    """The rows for which it holds, in an order that is theirs and not that of the file."""
    rows = np.flatnonzero(kept)
    keys = (ledger.quantity, ledger.target, ledger.source, ledger.kind, ledger.material, ledger.slice, ledger.reading)
    return rows[np.lexsort([key[rows] for key in keys])]


def _stacked(tables: list[pl.DataFrame]) -> pl.DataFrame:
    """One below the other, with the columns of the first."""
    return pl.concat([table.select(tables[0].columns) for table in tables], how="vertical_relaxed")


def flow_rows(ledger: ReadLedger, cuts: TimeCuts) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What left each area, and what reached it, one line a movement: the sums of ``flow_sums`` before they are summed.

    The columns are the same, each row its own cell, with ``movement``, the place of the row in the ledger.
    """
    return _side_rows(ledger, ledger.source, cuts), _side_rows(ledger, ledger.target, cuts)


def transfer_sums(ledger: ReadLedger, cuts: TimeCuts, kind: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What left an area for another, and the same as it reached that: sums over rows that share both intervals.

    ``kind`` is the code of transfers. The columns are those of ``flow_sums`` with ``cell``, by which a line of the one
    is found in the other; a row that shares its reading with others is a cell of its own.
    """
    moved = (ledger.kind == kind + 1) & (ledger.source > 0) & (ledger.target > 0)
    shared = ledger.reading != OWN
    left, reached = _transfer_cells(ledger.where(np.flatnonzero(moved & ~shared)), cuts)
    alone = ledger.where(_ordered(ledger, moved & shared))
    cell = pl.int_range(pl.len(), dtype=pl.Int64)
    lines = (_side_rows(alone, side, cuts) for side in (alone.source, alone.target))
    return tuple(  # type: ignore[return-value]
        _stacked([cells, rows]).with_columns(cell=cell) for cells, rows in zip((left, reached), lines, strict=True)
    )


def _transfer_cells(ledger: ReadLedger, cuts: TimeCuts) -> tuple[pl.DataFrame, pl.DataFrame]:
    areas, (materials, kinds, methods) = len(cuts.interval) + 1, ledger.sizes
    routes = [(ledger.source, areas), (ledger.target, areas)]
    stream = _combined([*routes, (ledger.material, materials), (ledger.kind, kinds), (ledger.method, methods)])
    streams, number = ranked(stream, areas * areas * materials * kinds * methods)
    intervals, calibrations = cuts.interval.most + 1, cuts.calibration.most + 1
    times = [(_looked_up(cuts.interval, area, ledger.slice), intervals) for area, _ in routes]
    calibration = _looked_up(cuts.calibration, ledger.method, ledger.calibrated)
    cell = _combined([(number, 1), *times, (calibration, calibrations)])
    size = len(streams) * intervals * intervals * calibrations
    cells, figures = _cell_sums(cell, ledger, size)
    table = {"calibration": cells % calibrations}
    cells = cells // calibrations
    reached_in, left_in, code = cells % intervals, cells // intervals % intervals, streams[cells // intervals**2]
    for name, limit in (("method", methods), ("kind", kinds), ("material", materials)):
        table[name] = code % limit - 1
        code = code // limit
    left = pl.DataFrame({"area": code // areas - 1, "interval": left_in, **table, **figures})
    return left, left.with_columns(area=pl.Series(code % areas - 1), interval=pl.Series(reached_in))


def _sides(movements: pl.DataFrame) -> tuple[NDArray[np.integer], NDArray[np.integer]]:
    """Codes from 1 of the area that each movement leaves and of that which it reaches; 0 none."""
    source, target = _codes_from_one(movements["from_area"]), _codes_from_one(movements["to_area"])
    nowhere = (source == target) & (source > 0)
    if nowhere.any():
        source, target = np.where(nowhere, 0, source), np.where(nowhere, 0, target)
    return source, target


def _side_rows(ledger: ReadLedger, area: NDArray[np.integer], cuts: TimeCuts) -> pl.DataFrame:
    rows = np.flatnonzero(area)
    own, method = area[rows], ledger.method[rows]
    quantity = ledger.quantity[rows]
    loads = Loads.single(len(rows)) if ledger.loads is None else ledger.loads.where(rows)
    return pl.DataFrame(
        {
            "interval": _looked_up(cuts.interval, own, ledger.slice[rows]).astype(np.int64),
            "calibration": _looked_up(cuts.calibration, method, ledger.calibrated[rows]).astype(np.int64),
            "method": method.astype(np.int64) - 1,
            "kind": ledger.kind[rows].astype(np.int64) - 1,
            "material": ledger.material[rows].astype(np.int64) - 1,
            "area": own.astype(np.int64) - 1,
            "quantity": quantity,
            "squares": quantity * quantity / loads.times,
            "rows": loads.times,
            "steps": loads.steps,
            "reading": ledger.reading[rows],
            "movement": rows,
        }
    )


def _side_sums(ledger: ReadLedger, area: NDArray[np.integer], cuts: TimeCuts) -> pl.DataFrame:
    areas, (materials, kinds, methods) = len(cuts.interval) + 1, ledger.sizes
    stream = _combined([(area, areas), (ledger.material, materials), (ledger.kind, kinds), (ledger.method, methods)])
    streams, number = ranked(stream, areas * materials * kinds * methods)
    intervals, calibrations = cuts.interval.most + 1, cuts.calibration.most + 1
    cell = number
    cell *= intervals
    cell += _looked_up(cuts.interval, area, ledger.slice)
    if calibrations > 1:
        cell *= calibrations
        cell += _looked_up(cuts.calibration, ledger.method, ledger.calibrated)
    cells, figures = _cell_sums(cell, ledger, len(streams) * intervals * calibrations)
    code = streams[cells // (intervals * calibrations)]
    table = {"interval": cells // calibrations % intervals, "calibration": cells % calibrations}
    for name, size in (("method", methods), ("kind", kinds), ("material", materials), ("area", areas)):
        table[name] = code % size - 1
        code = code // size
    return pl.DataFrame({**table, **figures}).filter(pl.col("area") >= 0)


def _combined(parts: list[tuple[NDArray[np.integer], int]]) -> NDArray[np.int64]:
    """One code from several, the first counting most."""
    codes = parts[0][0].astype(np.int64)
    for part, size in parts[1:]:
        codes *= size
        codes += part
    return codes


def ranked(codes: NDArray[np.int64], size: int) -> tuple[Index, NDArray[np.int64]]:
    """The codes that occur, in order, and the rank of each row's."""
    if size > max(_DENSEST, 4 * len(codes)):
        occurring, rank = np.unique(codes, return_inverse=True)
        return occurring, rank.astype(np.int64)
    present = np.zeros(size, bool)
    present[codes] = True
    occurring = np.flatnonzero(present)
    rank_of = np.zeros(size, np.int64)
    rank_of[occurring] = np.arange(len(occurring))
    return occurring, rank_of[codes]


def _looked_up(passed: Passed, owner: NDArray[np.integer], slices: NDArray[np.int32]) -> NDArray[np.int32]:
    """How much has passed for each row's owner (counted from 1; 0 is none, for whom nothing has) and slice."""
    if passed.table is None:
        return np.where(owner > 0, passed.by(np.maximum(owner.astype(np.int64) - 1, 0), slices), 0)
    flat = np.concatenate([np.zeros(passed.slices, np.int32), passed.table.ravel()])
    place = owner.astype(np.int64)
    place *= passed.slices
    place += slices
    return flat[place]


def _cell_sums(cell: NDArray[np.int64], ledger: ReadLedger, size: int) -> tuple[Index, dict[str, Array | Index]]:
    """Cells that occur, and by name the sums of what is in them."""
    cells, rank = ranked(cell, size)
    quantity, squares = ledger.quantity, ledger.quantity * ledger.quantity
    rows = steps = np.bincount(rank, minlength=len(cells))
    if ledger.loads is not None:
        squares /= ledger.loads.times
        rows, steps = (np.bincount(rank, of, len(cells)) for of in (ledger.loads.times, ledger.loads.steps))
    total, squares = (sums_by(rank, values, len(cells)) for values in (quantity, squares))
    own = np.full(len(cells), OWN)
    return cells, {"quantity": total, "squares": squares, "rows": rows, "steps": steps, "reading": own}


def count_terms(books: KnownBooks, inventories: Inventories, cuts: TimeCuts, readings: Readings) -> pl.DataFrame:
    """Every counted row: ``row``, ``place`` of its inventory, its ``interval`` (number within the area), and codes."""
    counts = books.counts
    slices = _calibrated(cuts.slices(counts["at"]), readings.counts, readings, cuts)
    place = inventories.places(counts["area"], counts["inventory"])
    area = counts["area"].to_physical().cast(pl.Int64)
    material, method = (_codes_from_one(counts[name]) for name in ("material", "method"))
    loads = loads_of(books, method, material, counts["quantity"].to_numpy()) or Loads.single(counts.height)
    return pl.DataFrame(
        {
            "row": counts["row"],
            "place": place,
            "interval": place - pl.Series(inventories.first)[area],
            "area": area,
            "material": pl.Series(material).cast(pl.Int64) - 1,
            "method": pl.Series(method).cast(pl.Int64) - 1,
            "calibration": _looked_up(cuts.calibration, method, slices),
            "quantity": counts["quantity"],
            "rows": loads.times,
            "steps": loads.steps,
            "reading": readings.counts,
        }
    )


def key_list(column: pl.Series) -> list[str]:
    """The keys whose codes a column holds."""
    dtype = column.dtype
    return dtype.categories.to_list() if isinstance(dtype, pl.Enum) else []


def _codes_from_one(column: pl.Series) -> NDArray[np.integer]:
    """Codes from 1 and 0 where blank, in as few bytes as they need."""
    size = pl.UInt8 if len(key_list(column)) < 255 else pl.UInt16 if len(key_list(column)) < 65_535 else pl.UInt32
    return (column.to_physical().cast(size) + 1).fill_null(0).to_numpy()
