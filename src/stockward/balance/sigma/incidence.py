"""The differences as a function of every measured row, from the same code that closes the balances.

The differences of all periods are linear in what was measured: ``D = A x − d``, x the rows of the ledger and counts, d
the normal loss that goes by the day. The balances sum rows that share their errors before they close; here each row
keeps its own column, so that the differences and their covariance Σ can be had again for other values of x: measured
afresh, or with a loss taken out. The propagation of errors is that of ``stats.propagation`` [Jaech, Statistical
Methods in Nuclear Material Control, 1973].

The variance of a row from its random errors is ``(σr x)² + σa²``, and the content adds ``(σc x)²`` of bulk, and
``σc² x`` of items, which are drawn one by one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from stockward.answers.balances import Balances
from stockward.balance.assembly import Assembly
from stockward.balance.layout import Layout
from stockward.balance.legs import Entries, Pairing, entries_of_counts, entries_of_flows, flow_legs
from stockward.balance.sigma.account import Account, draws_of
from stockward.balance.sigma.errors import Errors, Terms
from stockward.balance.sigma.measured import MeasuredRows
from stockward.balance.sigma.plates import Loads, Plates
from stockward.balance.sigma.readings import OWN, Readings, readings_of
from stockward.balance.sigma.terms import ReadLedger, count_terms, flow_rows, key_list, ranked, time_cuts
from stockward.balance.whole_site.series import Transfers
from stockward.book.known import KnownBooks
from stockward.stats.arrays import Array, Flags, Index
from stockward.stats.propagation import (
    CANCELLED,
    gathered,
    items_drawn,
    random_covariance,
    shared_covariance,
    systematic_covariance,
)
from stockward.terms.periods import MICROSECONDS_A_DAY
from stockward.terms.verdicts import PeriodStatus

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(frozen=True, slots=True)
class ContentErrors:
    """Errors of contents as they enter one series: they are in no record, only in the substance.

    Per unit of a row's quantity: ``random`` by ``cell`` (row or reading with its material, and holding),
    ``systematic`` by ``group`` (material and holding), both with the sign of the row in the difference; of an ``item``
    row ``random`` is per root of its quantity. Items of a reading that several rows share are known by their ``lot``
    alone (−1: none), and each of their lines has two cells for what is left of it. ``span`` counts from the first of
    the series, ``row`` points into the rows of the series.
    """

    span: Index
    row: Index
    cell: Index
    group: Index
    item: Flags
    lot: Index
    random: Array
    systematic: Array

    def left_of_lots(self, quantity: Array, spans: int) -> tuple[Index, Index, Array]:
        """Span, cell and signed σ of what is left of each lot, from the quantities of the rows, shape (rows,)."""
        here = np.flatnonzero((self.random != 0) & (self.lot >= 0))
        variance = self.random[here] * np.abs(self.random[here]) * np.maximum(quantity[self.row[here]], 0.0)
        span, draw, signed = items_drawn(self.span[here], self.lot[here], variance, spans)
        return span, np.concatenate([self.cell[here], self.cell[here] + 1])[-1 - draw], signed

    def covariance_of_lots(self, quantity: Array, spans: int) -> Array:
        """Their part of Σ, unit²; (copies, spans, spans) from quantities of shape (copies, rows)."""
        if not np.any((self.random != 0) & (self.lot >= 0)):
            return np.zeros((len(quantity), spans, spans))
        return np.stack([shared_covariance(*self.left_of_lots(own, spans), spans) for own in quantity])


@dataclass(frozen=True, slots=True)
class SharedDraws:
    """Lines of one series whose random errors are those of a reading that several rows share; ``row`` as above.

    ``numbers``, ``of_quantity`` and ``fixed`` have one row for each of the three draws of a reading (r, a and that of
    the content): the number of the draw, and its signed σ per unit of quantity, and alone. Contents of items
    are not among them: they are drawn for each item [``ContentErrors``].
    """

    span: Index
    row: Index
    numbers: Index
    of_quantity: Array
    fixed: Array

    def covariance(self, quantity: Array, spans: int) -> Array:
        """Their part of Σ, unit²; (copies, spans, spans) from quantities of shape (copies, rows)."""
        part = np.zeros((len(quantity), spans, spans))
        if len(self.row):
            span, draw = np.tile(self.span, 3), self.numbers.ravel()
            for place, own in enumerate(quantity[:, self.row]):
                drawn = gathered(span, draw, (self.of_quantity * own + self.fixed).ravel(), spans)
                part[place] = shared_covariance(*drawn, spans)
        return part


@dataclass(frozen=True, slots=True)
class NormalLosses:
    """Normal losses that enter one series, one part for each span of an area: of the site a span has several.

    ``span`` and ``group`` (of those that share a systematic error) count from 0 in the series; ``number`` is the number
    of the area's span among all, ``place`` that of the area's series. ``of_quantity`` has shape (parts, rows), the
    errors are relative.
    """

    span: Index
    group: Index
    number: Index
    place: Index
    of_quantity: csr_array
    daily: Array
    random_rel: Array
    systematic_rel: Array

    def quantities(self, quantity: Array) -> Array:
        """Normal loss of every part, unit; (copies, parts) from quantities of shape (copies, rows)."""
        return np.asarray((self.of_quantity @ quantity.T).T + self.daily)

    def by_span(self, values: Array, spans: int) -> Array:
        """Sums of figures of the parts; (copies, spans)."""
        return self._gathered(values, self.span, spans)

    def signed(self, lost: Array, spans: int) -> Array:
        """G diag(σs) of the normal losses, (copies, spans, groups)."""
        groups = int(np.max(self.group, initial=0)) + 1
        gathered = self._gathered(-self.systematic_rel * lost, self.span * groups + self.group, spans * groups)
        return gathered.reshape(len(lost), spans, groups)

    def _gathered(self, values: Array, place: Index, size: int) -> Array:
        from scipy.sparse import csr_array

        into = csr_array((np.ones(len(place)), (place, np.arange(len(place)))), shape=(size, len(place)))
        return np.asarray((into @ values.T).T)


@dataclass(frozen=True, slots=True)
class SeriesIncidence:
    """One series: its differences and Σ as functions of the quantities of the rows that enter it.

    ``rows`` are their numbers among all rows; ``incidence`` has shape (spans, rows). All matrices are per unit of the
    material's quantity. ``kept`` are the spans that are closed and tested.
    """

    number: int
    id: str
    unit: str
    rows: Index
    incidence: csr_array
    offset: Array
    squares: csr_array
    plain: csr_array
    fixed: Array
    end_squares: csr_array
    end_plain: csr_array
    end_fixed: Array
    shared: csr_array
    shared_size: csr_array
    shared_span: Index
    shared_group: Index
    shared_fixed: Array
    lost: NormalLosses
    contents: ContentErrors
    repeated: SharedDraws
    inventory: tuple[str, ...]
    start: Index
    end: Index
    kept: Flags

    def differences(self, quantity: Array) -> Array:
        """``A x − d`` of every span, unit; (copies, spans) from quantities of shape (copies, rows)."""
        return np.asarray((self.incidence @ quantity.T).T - self.offset)

    def covariance(self, quantity: Array) -> Array:
        """Σ of the kept spans, unit²; (copies, kept, kept) from quantities of shape (copies, rows)."""
        squares, plain = np.square(quantity), np.maximum(quantity, 0.0)
        lost = self.lost.quantities(quantity)
        single = (self.squares @ squares.T).T + (self.plain @ plain.T).T + self.fixed
        single += self.lost.by_span((self.lost.random_rel * lost) ** 2, len(self.inventory))
        ends = (self.end_squares @ squares.T).T + (self.end_plain @ plain.T).T + self.end_fixed
        signed = np.concatenate([self.lost.signed(lost, len(self.inventory)), self._signed(quantity)], axis=2)
        covariance = systematic_covariance(signed, np.ones(signed.shape[2]))
        covariance += random_covariance(single, ends[:, :-1])
        covariance += self.repeated.covariance(quantity, single.shape[1])
        covariance += self.contents.covariance_of_lots(quantity, single.shape[1])
        return covariance if self.kept.all() else covariance[:, self.kept][:, :, self.kept]

    def _signed(self, quantity: Array) -> Array:
        """G diag(σs), shape (copies, spans, groups); what cancels leaves no σ, as when the balances are closed."""
        values = (self.shared @ quantity.T).T
        values[np.abs(values) <= CANCELLED * (self.shared_size @ np.abs(quantity).T).T] = 0.0
        signed = np.repeat(self.shared_fixed[None], len(quantity), axis=0)
        signed[:, self.shared_span, self.shared_group] += values
        return signed


@dataclass(frozen=True, slots=True)
class Incidence:
    """All series that have a span, in order, over the same rows: first ``areas`` of areas, and after them the site's.

    ``area_spans`` is the number of all spans of areas.
    """

    rows: MeasuredRows
    series: tuple[SeriesIncidence, ...]
    areas: int
    area_spans: int
    cells: int
    content_groups: int

    def of(self, number: int) -> SeriesIncidence:
        """The series with this row number in the balances."""
        return next(one for one in self.series if one.number == number)


def incidence_of(books: KnownBooks, assembly: Assembly, balances: Balances) -> Incidence:
    """The incidence of the books, from what their balances were made of and the balances themselves."""
    return _Builder(books, assembly, balances).incidence()


@dataclass(frozen=True, slots=True)
class _Lines:
    """Every row as it enters a span, with its errors per unit of its quantity; arrays of one length."""

    row: Index
    span: Index
    ends: Flags
    coefficient: Array
    amount: Array
    random: Array
    fixed: Array
    relative: Array
    absolute: Array
    content_random: Array
    content_systematic: Array
    item: Flags
    method: Index
    calibration: Index
    material: Index
    holding: Index
    reading: Index

    def where(self, kept: slice | Index | Flags) -> _Lines:
        return _Lines(*(getattr(self, name)[kept] for name in _Lines.__slots__))


def _together(lines: Sequence[_Lines]) -> _Lines:
    return _Lines(*(np.concatenate([getattr(part, name) for part in lines]) for name in _Lines.__slots__))


@dataclass(frozen=True, slots=True)
class _Received:
    """Rows that an area received, of which a share is normally lost: the part that each falls into, and its amount."""

    row: Index
    part: Index
    amount: Array


class _Builder:
    def __init__(self, books: KnownBooks, assembly: Assembly, balances: Balances) -> None:
        self._books = books
        self._assembly = assembly
        self._layout: Layout = assembly.layout
        self._errors = Errors.of(books, assembly.layout)
        cuts = time_cuts(books, assembly.inventories)
        readings = readings_of(books)
        ledger = ReadLedger.of(books, cuts, readings)
        legs = flow_legs(*flow_rows(ledger, cuts), key_list(books.movements["kind"]))
        counts = count_terms(books, assembly.inventories, cuts, readings)
        self._readings: Readings = readings
        self._legs, self._counts = legs, counts
        pairing = Pairing(self._layout, len(key_list(books.counts["material"])))
        flat = legs.drop("movement")
        self._movement = legs["movement"].to_numpy()[pairing.expand(flat)[0]]
        self._count = books.movements.height + pairing.expand(counts)[0]
        self._flows = entries_of_flows(flat, self._layout, pairing)
        transfers = flat.filter(legs["transfer"])
        self._transfers = entries_of_flows(transfers, self._layout, pairing)
        moved = legs.filter("transfer")["movement"].to_numpy()
        self._movement = np.concatenate([self._movement, moved[pairing.expand(transfers)[0]]])
        self._counted = entries_of_counts(counts, self._layout, pairing)
        spans = balances.periods.filter(pl.col("status") != PeriodStatus.INCOMPLETE.value)
        self._spans = spans.select(
            "series", "inventory", "status", start=pl.col("start").to_physical(), end=pl.col("end").to_physical()
        )
        holdings = [*self._layout.series["holding"], *(one.substance for one in assembly.sites)]
        codes = {name: code for code, name in enumerate(dict.fromkeys(holdings))}
        self._holding = np.array([codes[name] for name in holdings], dtype=np.int64)
        self._holdings = len(codes)
        self._materials = len(assembly.materials)
        self._series = balances.series
        self._by_rows = self._row_assembly()

    def incidence(self) -> Incidence:
        rows = self._by_rows
        accounts = (rows.areas, rows.site.account)
        lines = [self._lines(account) for account in accounts]
        lines = [own.where(np.argsort(own.span, kind="stable")) for own in lines]
        cell, cells = self._cells(_together(lines))
        cells_of = np.split(cell, [len(lines[0].row)])
        within = (np.arange(rows.areas.spans), np.flatnonzero(rows.site.of >= 0))
        series = [
            self._of_series(account, own, drawn, number, int(one))
            for account, own, drawn, number in zip(accounts, lines, cells_of, within, strict=True)
            for one in np.unique(account.owner)
        ]
        areas = len(np.unique(rows.areas.owner))
        groups = self._materials * self._holdings
        return Incidence(self._rows(), tuple(series), areas, rows.areas.spans, cells, groups)

    def _cells(self, lines: _Lines) -> tuple[Index, int]:
        """Numbers of the fresh draws of contents (−1 none): by row or reading and material, and by holding; of lots two
        a line, as what is left of one is cut at most so often."""
        of_lots = lines.item & (lines.reading != OWN)
        fresh = (lines.content_random > 0) & ~of_lots
        own = lines.row * self._holdings + lines.holding
        reading = (lines.reading * self._materials + lines.material) * self._holdings + lines.holding
        rows = (self._books.movements.height + self._books.counts.height) * self._holdings
        # A transfer over two periods of the site is a reading there, and in its areas a row of its own.
        alone = (lines.reading == OWN) | (lines.reading >= len(self._readings.at))
        codes, rank = np.unique(np.where(alone, own, rows + reading)[fresh], return_inverse=True)
        cell = np.full(len(lines.row), -1)
        cell[fresh] = rank
        cell[of_lots] = len(codes) + 2 * np.arange(np.count_nonzero(of_lots))
        return cell, len(codes) + 2 * int(np.count_nonzero(of_lots))

    def _rows(self) -> MeasuredRows:
        books, errors = self._books, self._errors
        count = books.movements.height
        calibration = np.zeros(count, np.int64)
        calibration[self._legs["movement"].to_numpy()] = self._legs["calibration"].to_numpy()
        calibration = np.concatenate([calibration, self._counts["calibration"].to_numpy().astype(np.int64)])
        method, material = (
            np.concatenate([_codes(table[name]) for table in (books.movements, books.counts)])
            for name in ("method", "material")
        )
        scale, kind = errors.scale(method, material), errors.item[material].astype(np.int64)
        quantity = np.concatenate([table["quantity"].to_numpy() for table in (books.movements, books.counts)])
        plates = Plates.of(books)
        loads = Loads.single(len(quantity)) if plates is None else plates.loads(method, material, quantity)
        code = method * (1 + int(np.max(calibration, initial=0))) + calibration
        codes, rank = np.unique(code[method >= 0], return_inverse=True)
        group = np.full(len(method), -1)
        group[method >= 0] = rank
        return MeasuredRows(
            movements=count,
            quantity=quantity,
            random_rel=errors.random_rel[method] / np.sqrt(loads.times),
            random_abs=errors.random_abs[kind, method] * scale * np.sqrt(loads.times),
            systematic_rel=errors.systematic_rel[method],
            systematic_abs=errors.systematic_abs[method] * scale * loads.steps,
            group=group,
            groups=len(codes),
            reading=np.concatenate([self._readings.movements, self._readings.counts]),
            readings=len(self._readings.at),
            plates=plates,
            method=method,
            material=material,
        )

    def _lines(self, account: Account) -> _Lines:
        """One line for each row and span; errors come from ``Terms.of``, for one unit and for one measurement."""
        parts = []
        for name, stream in account.entering.items():
            entries = stream.terms.entries
            row = (self._count if name in {"begin", "end_quantity"} else self._movement)[stream.entry]
            unit = Terms.of(_with(entries, 1.0, 0), self._errors)
            once = Terms.of(_with(entries, 0.0, 1), self._errors)
            pair = entries.pair
            parts.append(
                _Lines(
                    row=row,
                    span=stream.span,
                    ends=np.full(len(pair), name == "end_quantity"),
                    coefficient=stream.coefficient,
                    amount=unit.value,
                    random=np.sqrt(unit.random_relative),
                    fixed=np.sqrt(once.random_absolute),
                    relative=unit.relative,
                    absolute=once.absolute,
                    content_random=self._errors.content_random[pair] * unit.value,
                    content_systematic=unit.content,
                    item=self._errors.item[entries.material],
                    method=entries.method.astype(np.int64),
                    calibration=entries.calibration.astype(np.int64),
                    material=entries.material.astype(np.int64),
                    holding=self._holding[account.base + account.owner[stream.span]],
                    reading=entries.reading,
                )
            )
        return _together(parts)

    def _row_assembly(self) -> Assembly:
        """The same assembly with every row by itself; a transfer is its own cell."""
        terms = Terms.of(self._transfers, self._errors)
        moved = self._movement[len(self._flows.pair) :]
        return dataclasses.replace(
            self._assembly,
            flows=Terms.of(self._flows, self._errors),
            counts=Terms.of(self._counted, self._errors),
            transfers=Transfers(terms, moved, len(self._flows.pair)),
        )

    def _of_series(self, account: Account, lines: _Lines, cell: Index, within: Index, one: int) -> SeriesIncidence:
        """``one`` counts the series of the account; ``within`` numbers the spans of areas of its normal losses."""
        first, end = int(account.first[one]), int(account.first[one + 1])
        cut = slice(*(int(place) for place in np.searchsorted(lines.span, [first, end])))
        own, number = lines.where(cut), account.base + one
        spans = self._spans.filter(pl.col("series") == number)
        parts = np.flatnonzero((account.lost.span >= first) & (account.lost.span < end))
        received = self._received(within[parts])
        rows, local = np.unique(np.concatenate([own.row, received.row]), return_inverse=True)
        lost = self._lost(account, parts, within[parts], received, local[len(own.row) :], len(rows))
        lost = dataclasses.replace(lost, span=lost.span - first)
        local, span = local[: len(own.row)], own.span - first
        named = self._series.row(number, named=True)
        of_lots, root = own.item & (own.reading != OWN), np.sqrt(np.abs(own.coefficient))
        return SeriesIncidence(
            number=number,
            id=named["id"],
            unit=named["unit"],
            rows=rows,
            offset=np.bincount(lost.span, lost.daily, end - first).astype(np.float64),
            lost=lost,
            contents=ContentErrors(
                span=span,
                row=local,
                cell=cell[cut],
                group=own.material * self._holdings + own.holding,
                item=own.item,
                lot=np.where(of_lots, own.reading * self._materials + own.material, -1),
                random=np.where(of_lots, np.sign(own.coefficient) * root, own.coefficient) * own.content_random,
                systematic=own.coefficient * own.content_systematic,
            ),
            repeated=_shared_draws(own, span, local, self._materials),
            inventory=tuple(spans["inventory"]),
            start=spans["start"].to_numpy(),
            end=spans["end"].to_numpy(),
            kept=(spans["status"] == PeriodStatus.CLOSED.value).to_numpy(),
            **_matrices(own, span, local, (end - first, len(rows))),
        )

    def _received(self, spans: Index) -> _Received:
        """What was received in these spans of areas, in order of the span."""
        flow = self._by_rows.areas.entering["received"]
        order = np.argsort(flow.span, kind="stable")
        first, end = (np.searchsorted(flow.span[order], spans, side=side) for side in ("left", "right"))
        part = np.repeat(np.arange(len(spans)), end - first)
        taken = order[np.arange(len(part)) + np.repeat(first - np.cumsum(end - first) + (end - first), end - first)]
        amount = self._errors.amount[flow.terms.entries.pair[taken]]
        return _Received(self._movement[flow.entry[taken]], part, amount)

    def _lost(
        self, account: Account, parts: Index, within: Index, received: _Received, local: Index, rows: int
    ) -> NormalLosses:
        from scipy.sparse import csr_array

        lost, areas = account.lost, self._assembly.areas
        series, spans, at = lost.series[parts], self._assembly.spans, self._assembly.moments
        days = (at[spans.end[within]] - at[spans.start[within]]) / MICROSECONDS_A_DAY
        share = lost.share[parts][received.part] * received.amount
        return NormalLosses(
            span=lost.span[parts],
            group=lost.group[parts],
            number=within,
            place=np.searchsorted(np.unique(areas.owner), series),
            of_quantity=csr_array((share, (received.part, local)), shape=(len(parts), rows)),
            daily=self._assembly.normal.daily[series] * days,
            random_rel=lost.random_rel[parts],
            systematic_rel=lost.systematic_rel[parts],
        )


def _matrices(own: _Lines, span: Index, local: Index, shape: tuple[int, int]) -> dict[str, Any]:
    """The sparse matrices of one series, and the parts that do not depend on quantities."""
    from scipy.sparse import csr_array

    def matrix(values: Array, kept: Flags | slice = slice(None)) -> csr_array:
        return csr_array((values[kept], (span[kept], local[kept])), shape=shape)

    weight = np.where(own.reading == OWN, own.coefficient**2, 0.0)
    squares = weight * (own.random**2 + np.where(own.item, 0.0, own.content_random**2))
    plain, own_fixed = weight * np.where(own.item, own.content_random**2, 0.0), weight * own.fixed**2
    group, groups = _groups(own)
    method, absolute, content = group
    lines = np.arange(len(span))
    relative, of_content = own.relative != 0, own.content_systematic != 0
    line = np.concatenate([lines[relative], lines[of_content]])
    codes = span[line] * groups + np.concatenate([method[relative], content[of_content]])
    value = np.concatenate([own.relative[relative], own.content_systematic[of_content]]) * own.coefficient[line]
    occurring, place = ranked(codes, shape[0] * groups)
    sizes = (len(occurring), shape[1])
    fixed = np.bincount(span * groups + absolute, own.coefficient * own.absolute, shape[0] * groups)
    size = np.bincount(span * groups + absolute, np.abs(own.coefficient * own.absolute), shape[0] * groups)
    fixed = np.where(np.abs(fixed) <= CANCELLED * size, 0.0, fixed)
    return {
        "incidence": matrix(own.coefficient * own.amount),
        "squares": matrix(squares),
        "plain": matrix(plain),
        "fixed": np.bincount(span, own_fixed, shape[0]),
        "end_squares": matrix(squares, own.ends),
        "end_plain": matrix(plain, own.ends),
        "end_fixed": np.bincount(span[own.ends], own_fixed[own.ends], shape[0]),
        "shared": csr_array((value, (place, local[line])), shape=sizes),
        "shared_size": csr_array((np.abs(value), (place, local[line])), shape=sizes),
        "shared_span": occurring // groups,
        "shared_group": occurring % groups,
        "shared_fixed": fixed.reshape(shape[0], groups),
    }


def _shared_draws(own: _Lines, span: Index, local: Index, materials: int) -> SharedDraws:
    here = np.flatnonzero(own.reading != OWN)
    lines = own.where(here)
    nothing = np.zeros(len(here))
    content = lines.content_random
    return SharedDraws(
        span=span[here],
        row=local[here],
        numbers=np.stack(draws_of(lines.reading, lines.material, materials)),
        of_quantity=lines.coefficient * np.stack([lines.random, nothing, np.where(lines.item, 0.0, content)]),
        fixed=lines.coefficient * np.stack([nothing, lines.fixed, nothing]),
    )


def _groups(own: _Lines) -> tuple[tuple[Index, Index, Index], int]:
    """Groups of one series: relative and absolute errors of each method and calibration, contents."""
    codes = (own.method + 1) * (1 + int(np.max(own.calibration, initial=0))) + own.calibration
    methods, method = np.unique(codes, return_inverse=True)
    materials, material = np.unique(own.material, return_inverse=True)
    count = len(methods)
    return (method, count + method, 2 * count + material), 2 * count + len(materials)


def _with(entries: Entries, quantity: float, times: int) -> Entries:
    """The same entries with one quantity, measured so many times as often."""
    each, rows, steps = np.full(len(entries.pair), quantity), entries.rows * times, entries.steps * times
    # A counted zero needs no method; whether the error is known was settled when the balances were closed.
    return dataclasses.replace(entries, quantity=each, squares=each**2 / entries.rows, rows=rows, steps=steps)


def _codes(column: pl.Series) -> Index:
    """Codes of the keys, −1 where blank."""
    return column.to_physical().cast(pl.Int64).fill_null(-1).to_numpy()
