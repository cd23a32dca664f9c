"""Booked rows that would explain what is claimed of a series if they were wrong in one plain way: to be checked first.

Moving a movement of quantity q (positive where it comes in) from before an inventory to after it takes q from the
difference before, and adds it to that after. So a row may explain a claim

- *on the day of the count*: it, or the inventory, is dated by day alone, and both stand on one day. Which of them came
  first nobody can say. Named where both differences around the inventory are about what the other side would make of
  them, and it explains no more than is claimed; all such rows of an inventory together, else the first alone.
- *on the wrong side*: where two claims cancel around an inventory, and the row is booked in the period before or after
  it, with a quantity that both claims allow.
- *by its decimal point*: where a claim allows 0.9 q (ten times too much was booked) or −9 q (a tenth), in a period that
  differs by about all of it, and the row is out of line: with its point moved it would come nearer to the median of
  its kind and material. A count is looked at where two claims cancel around its inventory.

A claim allows an amount within three σ [``Claim.allows``]. More than ``_FEW`` rows for one claim are none: then the
match is by chance.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from itertools import pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import polars as pl

from stockward.accountancy.claims import Claim, about_all, closed_periods
from stockward.accountancy.evidence import entering
from stockward.accountancy.holdings import holdings_of
from stockward.accountancy.known import KnownBooks
from stockward.answers.balances import Balances
from stockward.answers.losses import Cancelled, RowToCheck
from stockward.facts.checks import CLAIMS
from stockward.terms.verdicts import Slip

_FEW = 3
_TEN = 10.0
_OUT_OF_LINE = _TEN**0.5
"""A quantity so many times the usual one, or more, is nearer to it with its decimal point moved."""


class _Period(NamedTuple):
    inventory: str
    start: datetime
    end: datetime
    difference: float


class _Row(NamedTuple):
    """A movement of a series, or a count; ``value`` in its unit, positive where it adds to what should be there.

    ``usual`` is the median quantity of its kind and material; ``day`` and ``clock`` are those of the site.
    """

    table: str
    row: int
    at: datetime
    kind: str
    quantity: float
    unit: str
    document: str | None
    inventory: str | None
    value: float
    usual: float
    day: date
    clock: time

    def slips(self) -> Iterator[float]:
        """What is too much in the difference, where ten times or a tenth was booked, if that is out of line."""
        if self.quantity > _OUT_OF_LINE * self.usual:
            yield self.value * (1.0 - 1.0 / _TEN)
        elif 0.0 < self.quantity < self.usual / _OUT_OF_LINE:
            yield self.value * (1.0 - _TEN)


class _Border(NamedTuple):
    """An inventory with the periods that it ends and begins; the second is ``None`` where it is not closed."""

    inventory: str
    before: _Period
    after: _Period | None

    @property
    def at(self) -> datetime:
        return self.before.end

    def shift(self, row: _Row) -> float:
        """By how much the difference before it would fall, and that after it rise, were the row on its other side."""
        return row.value if row.at <= self.at else -row.value

    def fits(self, shift: float) -> bool:
        """Whether the differences around it are about what so much on the wrong side leaves."""
        after = self.after is None or about_all(self.after.difference, -shift)
        return about_all(self.before.difference, shift) and after

    def touched(self, claims: Sequence[Claim], shift: float) -> list[tuple[int, float]]:
        """Claims that so much on the wrong side leaves, with what it leaves of each."""
        found = []
        for place, claim in enumerate(claims):
            if claim.start < self.at <= claim.end and claim.amount * shift > 0:
                found.append((place, shift))
            elif claim.start <= self.at < claim.end and claim.amount * shift < 0:
                found.append((place, -shift))
        return found


class _Match(NamedTuple):
    """A row, and how much of which claims it would explain; ``whole`` where that lies within the interval of one."""

    row: _Row
    slip: Slip
    places: tuple[int, ...]
    explains: float
    whole: bool = True
    border: _Border | None = None

    def told(self, series: int) -> RowToCheck:
        """The same as an answer."""
        row, border = self.row, self.border
        return RowToCheck(
            series=series,
            slip=self.slip,
            places=self.places,
            table=row.table,
            row=row.row,
            at=row.at,
            kind=row.kind,
            quantity=row.quantity,
            unit=row.unit,
            document=row.document,
            inventory=None if border is None else border.inventory,
            taken_before=None if border is None else row.at <= border.at,
            explains=self.explains,
            whole=self.whole,
        )


def rows_to_check(
    books: KnownBooks,
    balances: Balances,
    number: int,
    claims: Sequence[Claim],
    cancelled: Sequence[Cancelled],
) -> list[RowToCheck]:
    """The rows to be checked first for what is claimed of one series of an area."""
    key = balances.series.row(number, named=True)
    periods = [_Period(*row) for row in closed_periods(balances, number).select(_Period._fields).rows()]
    moved, counted = _rows(books, key)
    borders = {border.inventory: border for border in _borders(periods)}
    zone = ZoneInfo(books.site.timezone)
    by_day: dict[date, list[_Row]] = {}
    for row in moved:
        by_day.setdefault(row.day, []).append(row)
    same = [one for border in borders.values() for one in _on_the_day(border, by_day, claims, zone)]
    accounted, found = [one.places for one in same if one.whole], []
    for pair in cancelled:
        around = [borders[name] for name in pair.inventories]
        if pair.places not in accounted:
            found += _few(_on_the_wrong_side(pair, around, claims, moved))
        found += _few(_miscounted(pair, around, claims, counted))
    in_pairs = {place for pair in cancelled for place in pair.places}
    for place, claim in enumerate(claims):
        if place not in in_pairs:
            found += _few(_misplaced(place, claim, periods, moved))
    explained = {place for one in found for place in one.places}
    # What explains a part of a claim is of no use beside what explains all of it.
    told = [one for one in same if one.whole or not explained & set(one.places)]
    return [one.told(number) for one in (*told, *found)]


def _few(found: Iterable[_Match]) -> list[_Match]:
    """Those that match a claim, the nearest in time first; none where they are so many that chance explains it."""
    rows = list(found)
    return rows if len(rows) <= _FEW else []


def _borders(periods: Sequence[_Period]) -> Iterator[_Border]:
    """Every inventory that ends a closed period, with that period and the next, where that is closed as well."""
    for before, after in pairwise([*periods, None]):
        if before is not None:
            follows = after if after is not None and after.start == before.end else None
            yield _Border(before.inventory, before, follows)


def _rows(books: KnownBooks, key: Mapping[str, Any]) -> tuple[list[_Row], list[_Row]]:
    """Movements and counts of a series, in time order, with what each adds to what should be there."""
    held = holdings_of(books).filter(
        (pl.col("holding") == (key["substance"] or key["material"])) & (pl.col("basis") == key["basis"])
    )
    moved, counted, _ = entering(books, key["area"], held["material"].to_list(), key["basis"])
    claimed = pl.col("kind").cast(pl.String).is_in(CLAIMS)
    coming = pl.col("to_area").cast(pl.String).eq_missing(pl.lit(key["area"]))
    units = books["materials"].select("material", "unit")
    texts = pl.col("kind", "document").cast(pl.String)
    local = pl.col("at").dt.convert_time_zone(books.site.timezone)
    flows = moved.filter(~claimed).with_columns(
        texts,
        table=pl.lit("movements"),
        inventory=pl.lit(None, pl.String),
        sign=pl.when(coming).then(1.0).otherwise(-1.0),
    )
    stood = counted.with_columns(
        table=pl.lit("counts"), kind=pl.lit("count"), document=pl.lit(None, pl.String), sign=pl.lit(-1.0)
    )
    return tuple(
        [
            _Row(*row)
            for row in frame.with_columns(pl.col("material").cast(pl.String), pl.col("inventory").cast(pl.String))
            .drop("unit", strict=False)
            .join(held.select("material", "amount"), on="material", maintain_order="left")
            .join(units, on="material", maintain_order="left")
            .with_columns(
                value=pl.col("quantity") * pl.col("amount") * pl.col("sign"),
                usual=pl.col("quantity").median().over("kind", "material"),
                day=local.dt.date(),
                clock=local.dt.time(),
            )
            .sort("at", "row")
            .select(_Row._fields)
            .rows()
        ]
        for frame in (flows, stood)
    )  # type: ignore[return-value]


def _within(moved: Sequence[_Row], start: datetime, end: datetime) -> Sequence[_Row]:
    """Movements after one inventory and up to another."""
    first, last = (bisect_right(moved, at, key=lambda row: row.at) for at in (start, end))
    return moved[first:last]


def _on_the_day(
    border: _Border, moved: Mapping[date, list[_Row]], claims: Sequence[Claim], zone: ZoneInfo
) -> list[_Match]:
    """Movements of the day of an inventory of which nobody can say whether they came before the count."""
    counted = border.at.astimezone(zone)
    same = [row for row in moved.get(counted.date(), ()) if time() in (row.clock, counted.time())]
    before, after = ([row for row in same if (row.at <= border.at) is side] for side in (True, False))
    alone = [[row] for row in same]
    for rows in (*(side for side in (before, after) if len(side) > 1), *alone):
        shift = sum(map(border.shift, rows))
        touched = border.touched(claims, shift)
        whole = any(claims[place].allows(left) for place, left in touched)
        within = any(abs(left) < abs(claims[place].amount) for place, left in touched)
        if border.fits(shift) and (whole or within):
            places = tuple(place for place, _ in touched)
            way = 1.0 if shift > 0 else -1.0
            found = [_Match(row, Slip.SAME_DAY, places, way * border.shift(row), whole, border) for row in rows]
            return found if len(found) <= _FEW else []
    return []


def _on_the_wrong_side(
    pair: Cancelled, borders: Sequence[_Border], claims: Sequence[Claim], moved: Sequence[_Row]
) -> Iterator[_Match]:
    """Movements near an inventory around which two claims cancel, as large as both of them."""
    first, second = (claims[place] for place in pair.places)
    for border in borders:
        near = _within(moved, border.before.start, border.at if border.after is None else border.after.end)
        for row in sorted(near, key=lambda row: abs(row.at - border.at)):
            shift = border.shift(row)
            if first.allows(shift) and second.allows(-shift):
                yield _Match(row, Slip.OTHER_SIDE, pair.places, abs(shift), border=border)


def _miscounted(
    pair: Cancelled, borders: Sequence[_Border], claims: Sequence[Claim], counted: Sequence[_Row]
) -> Iterator[_Match]:
    """Counts of such an inventory that a misplaced decimal point would have made so wrong."""
    first, second = (claims[place] for place in pair.places)
    for row in counted:
        if row.inventory in [border.inventory for border in borders]:
            both = (slip for slip in row.slips() if first.allows(slip) and second.allows(-slip))
            yield from (_by_its_point(row, pair.places, slip) for slip in both)


def _by_its_point(row: _Row, places: tuple[int, ...], slip: float) -> _Match:
    return _Match(row, Slip.DECIMAL_POINT, places, abs(slip))


def _misplaced(place: int, claim: Claim, periods: Sequence[_Period], moved: Sequence[_Row]) -> Iterator[_Match]:
    """Movements that a misplaced decimal point would have made so wrong, in a period that differs by all of a claim."""
    for period in periods:
        inside = claim.start < period.end and period.start < claim.end
        if inside and about_all(claim.amount, period.difference):
            for row in _within(moved, period.start, period.end):
                yield from (_by_its_point(row, (place,), slip) for slip in row.slips() if claim.allows(slip))
