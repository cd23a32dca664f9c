"""One event, one finding: series that alarm for the same loss are told together.

A box that is gone is short as an item and as the substance in it; what left one area is short in the whole site too.
Series alarm for the same event where they point the same way, overlap in time, and the amounts agree: what the items
hold lies within the interval of the substance's loss.

Where what is missing from a series is there again, the two are told as one that cancels. If a wrong count stands
between them, it has left the same difference, with opposite signs, before and after its inventory.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar

import polars as pl

from stockward.accountancy.holdings import holdings_of
from stockward.accountancy.known import KnownBooks
from stockward.accountancy.testing import discrepant
from stockward.answers.balances import Balances
from stockward.answers.items import Discrepancy
from stockward.answers.losses import Cancelled, Event, ExactDifference, SeriesVerdict
from stockward.terms.verdicts import ALARMING, URGENCY, Basis, PeriodStatus, Scope, Verdict, most_urgent

_AGREE = 1e-6
"""Exact amounts agree within this share of them."""

_NEAR = 0.5
"""The difference of one period is what a wrong count has left, if it lies within this share of what cancels of it."""


_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class _Claim:
    """What one series says of one loss: positive is missing."""

    amount: float
    low: float
    high: float
    start: datetime
    end: datetime

    def overlaps(self, other: _Claim) -> bool:
        return self.start < other.end and other.start < self.end

    def holds(self, amount: float) -> bool:
        slack = _AGREE * abs(amount)
        return self.low - slack <= amount <= self.high + slack

    def cancels(self, other: _Claim) -> bool:
        """Whether it is of the opposite sign, and as large within the interval of each."""
        slack = _AGREE * abs(self.amount)
        low, high = max(self.low, -other.high), min(self.high, -other.low)
        return self.amount * other.amount < 0 and low <= high + slack


class _Period(NamedTuple):
    """One period of an alarming series; ``discrepant`` says that no error can have left its difference."""

    inventory: str
    start: datetime
    end: datetime
    difference: float | None
    closed: bool
    discrepant: bool


@dataclass(frozen=True, slots=True)
class _Alarming:
    """A series that alarms: its row, its periods, and what it claims."""

    row: Mapping[str, Any]
    periods: Sequence[_Period]
    claims: Sequence[_Claim]


def events_of(
    books: KnownBooks,
    balances: Balances,
    verdicts: Sequence[SeriesVerdict],
    discrepancies: Sequence[Discrepancy],
) -> tuple[Event, ...]:
    """Every alarming series in one event, those of one event together, the most urgent first."""
    alarming = _alarming(balances, verdicts, discrepancies)
    leads = _leads(alarming, _contents(books))
    groups: dict[int, list[int]] = {number: [number] for number in alarming if number not in leads}
    for number in leads:
        groups[_lead(leads, number)].append(number)
    found = (_event(verdicts, alarming, group) for group in groups.values())
    return tuple(sorted(found, key=lambda one: _urgency(one, verdicts)))


def _alarming(
    balances: Balances, verdicts: Sequence[SeriesVerdict], discrepancies: Sequence[Discrepancy]
) -> dict[int, _Alarming]:
    """Every alarming series by its number, in order."""
    numbers = [number for number, one in enumerate(verdicts) if one.verdict in ALARMING]
    periods, exact = _periods(balances, numbers), _grouped((one.id, one) for one in discrepancies)
    rows = dict(zip(numbers, balances.series[numbers].iter_rows(named=True), strict=True))
    return {
        number: _Alarming(
            row, periods[number], _claims(row, verdicts[number], periods[number], exact.get(row["id"], []))
        )
        for number, row in rows.items()
    }


def _periods(balances: Balances, numbers: Sequence[int]) -> dict[int, list[_Period]]:
    """The periods of these series, in order of time."""
    closed = pl.col("status") == PeriodStatus.CLOSED.value
    told = balances.periods.select(
        "series", "inventory", "start", "end", "difference", closed=closed, discrepant=discrepant().fill_null(False)
    )
    kept = told.filter(pl.col("series").is_in(numbers))
    found: dict[int, list[_Period]] = {number: [] for number in numbers}
    for series, *period in kept.iter_rows():
        found[series].append(_Period(*period))
    return found


def _contents(books: KnownBooks) -> dict[str, dict[str, float]]:
    """How much of each substance one unit of each material holds."""
    held = holdings_of(books).filter(pl.col("basis") == Basis.BULK.value)
    found: dict[str, dict[str, float]] = {}
    for substance, material, amount in held.select("holding", "material", "amount").rows():
        found.setdefault(substance, {})[material] = amount
    return found


def _grouped(pairs: Iterable[tuple[_Key, _Value]]) -> dict[_Key, list[_Value]]:
    groups: dict[_Key, list[_Value]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups


def _leads(alarming: Mapping[int, _Alarming], contents: Mapping[str, Mapping[str, float]]) -> dict[int, int]:
    """Of every series that does not tell its event itself, one nearer to the series that does."""
    items = _grouped((one.row["area"], n) for n, one in alarming.items() if one.row["basis"] == Basis.ITEM.value)
    areas = _grouped((one.row["substance"], n) for n, one in alarming.items() if one.row["scope"] == Scope.AREA.value)
    leads: dict[int, int] = {}
    for number, one in alarming.items():
        if one.row["basis"] == Basis.BULK.value and one.row["scope"] == Scope.AREA.value:
            there = {item: alarming[item] for item in items.get(one.row["area"], [])}
            held = _items_of(one, there, contents.get(one.row["substance"], {}))
            for other in (number, *held) if held else ():
                _join(leads, other, held[0])
    for number, one in alarming.items():
        if one.row["scope"] == Scope.SITE.value:
            area = _largest_area(one, {area: alarming[area] for area in areas.get(one.row["substance"], [])})
            if area is not None:
                _join(leads, number, area)
    return leads


def _event(verdicts: Sequence[SeriesVerdict], alarming: Mapping[int, _Alarming], group: Sequence[int]) -> Event:
    """What the series of one event say together."""
    return Event(
        series=tuple(group),
        exact=tuple(
            ExactDifference(series=number, difference=one.amount, start=one.start, end=one.end)
            for number in group
            if verdicts[number].verdict == Verdict.DISCREPANCY
            for one in alarming[number].claims
        ),
        cancelled=tuple(one for number in group for one in _cancelled(number, alarming[number])),
    )


def _cancelled(number: int, one: _Alarming) -> list[Cancelled]:
    """Neighbours in time that cancel, each in one pair only."""
    claims, found = one.claims, list[Cancelled]()
    place = 0
    while place + 1 < len(claims):
        first, second = claims[place], claims[place + 1]
        if not first.cancels(second):
            place += 1
            continue
        wrong = _between(one.periods, first, second)
        found.append(
            Cancelled(series=number, first=place, second=place + 1, all_told=len(claims) == 2, inventories=wrong)
        )
        place += 2
    return found


def _between(periods: Sequence[_Period], first: _Claim, second: _Claim) -> tuple[str, ...]:
    """The inventories between the two before and after which the differences are what cancels."""
    return tuple(
        before.inventory
        for before, after in pairwise(one for one in periods if one.closed)
        if second.start <= before.end <= first.end
        and before.end == after.start
        and _explains(first, before)
        and _explains(second, after)
    )


def _explains(claim: _Claim, period: _Period) -> bool:
    """Whether the difference of a period is about all that is claimed."""
    return period.difference is not None and abs(period.difference - claim.amount) < _NEAR * abs(claim.amount)


def _lead(leads: Mapping[int, int], number: int) -> int:
    """The series that tells the event of this one."""
    while number in leads:
        number = leads[number]
    return number


def _join(leads: dict[int, int], number: int, other: int) -> None:
    """Make the event of one series that of the other."""
    led, lead = _lead(leads, number), _lead(leads, other)
    if led != lead:
        leads[led] = lead


def _urgency(event: Event, verdicts: Sequence[SeriesVerdict]) -> tuple[int, float, int]:
    said = [verdicts[number] for number in event.series]
    return (
        URGENCY[most_urgent(one.verdict for one in said)],
        min((one.p_value for one in said if one.p_value is not None), default=1.0),
        event.series[0],
    )


def _claims(
    row: Mapping[str, Any], verdict: SeriesVerdict, periods: Sequence[_Period], discrepancies: Sequence[Discrepancy]
) -> list[_Claim]:
    if verdict.losses:
        return [_Claim(one.estimate, one.low, one.high, one.not_before, one.not_after) for one in verdict.losses]
    found = [_exactly(one.difference, one.start, one.end) for one in discrepancies]
    if row["scope"] == Scope.SITE.value:
        found += [_exactly(one.difference, one.start, one.end) for one in periods if one.discrepant and one.difference]
    found += [_exactly(left, one.start, one.end) for left, one in zip(verdict.left, periods, strict=True) if left]
    return sorted(found, key=lambda one: (one.end, one.start))


def _exactly(amount: float, start: datetime, end: datetime) -> _Claim:
    """A claim of what no error can have left."""
    return _Claim(amount, amount, amount, start, end)


def _items_of(one: _Alarming, items: Mapping[int, _Alarming], content: Mapping[str, float]) -> list[int]:
    """Item series of the same area whose missing pieces hold what is missing of this substance, the largest first.

    ``content`` is how much of the substance one piece of each material holds.
    """
    for loss in one.claims:
        parts = [
            (content[own.row["material"]] * claim.amount, item)
            for item, own in items.items()
            if own.row["material"] in content
            for claim in own.claims
            if claim.amount * loss.amount > 0 and claim.overlaps(loss)
        ]
        if parts and loss.holds(sum(amount for amount, _ in parts)):
            return [item for _, item in sorted(parts, key=lambda part: (-abs(part[0]), part[1]))]
        single = [item for amount, item in parts if loss.holds(amount)]
        if single:
            return single[:1]
    return []


def _largest_area(one: _Alarming, areas: Mapping[int, _Alarming]) -> int | None:
    """The series of an area that alarms for most of what the whole site lacks of the substance in the same time."""
    found = [
        (-abs(claim.amount), area)
        for area, own in areas.items()
        for claim in own.claims
        if any(claim.amount * loss.amount > 0 and claim.overlaps(loss) for loss in one.claims)
    ]
    return min(found)[1] if found else None
