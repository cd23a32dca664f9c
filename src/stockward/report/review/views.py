"""One series with all that was said of it: what the tables of the answers hold, taken together for the writers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from stockward.answers.losses import (
    BetweenAreas,
    Cancelled,
    CancelledInPart,
    Event,
    ExactDifference,
    Loss,
    Outliers,
    Returned,
    RowToCheck,
    SeriesVerdict,
    TestOfLoss,
)
from stockward.answers.review import ReviewAnswer
from stockward.answers.unstated import UnstatedSeries
from stockward.report.kit import words
from stockward.terms.verdicts import ALARMING, URGENCY, Basis, PeriodStatus, Scope, Slip, Verdict, most_urgent

WHOLE_SITE = "the whole site"


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodView:
    """One balance period, in the series' unit; unknown is ``None``, as the begin of one that no inventory begins."""

    inventory: str
    start: datetime | None
    end: datetime
    begin: float | None
    received: float | None
    sent: float | None
    end_quantity: float | None
    normal_loss: float | None
    difference: float | None
    sigma: float | None
    sigma_random: float | None
    sigma_systematic: float | None
    written_off: float | None
    found: float | None
    status: str
    reason: str | None
    taken: float
    settled: bool

    @property
    def closed(self) -> bool:
        """Whether the period has a difference."""
        return self.status == PeriodStatus.CLOSED


_PERIOD_COLUMNS = tuple(PeriodView.__dataclass_fields__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteView:
    """What a series of the whole site adds up: areas, by key and as people call them, and which inventories are joined.

    ``inventories`` is how many of the site there are; ``alike`` says that those of the areas have the same name each
    time. ``latest`` are the moments at which its areas were counted for the last of them. ``since`` is when the first
    of them stands; ``counted_before`` are areas that had been counted by then, ``first_counted`` those that had not.
    ``joined`` are the rows of ``Balances.joined``.
    """

    area_keys: tuple[str, ...]
    outside_keys: tuple[str, ...]
    before_keys: tuple[str, ...]
    first_keys: tuple[str, ...]
    areas: tuple[str, ...]
    outside: tuple[str, ...]
    inventories: int
    alike: bool
    latest: tuple[tuple[str, datetime], ...]
    apart_days: float | None
    since: datetime | None
    counted_before: tuple[str, ...]
    first_counted: tuple[str, ...]
    reason: str | None
    joined: pl.DataFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class BetweenView:
    """What is missing from one area and surplus in another, seen from one of the two: ``place`` is its own there.

    ``explained`` are booked rows that would explain both if they were wrong. ``as_well`` says what is missing or
    surplus elsewhere and would fit in the place of one of the two. ``site`` is the verdict on the whole site; ``None``
    where it has no such series.
    """

    pair: BetweenAreas
    missing: bool
    place: int
    origin: str
    destination: str
    explained: tuple[RowToCheck, ...]
    as_well: tuple[str, ...]
    site: Verdict | None


@dataclass(frozen=True, kw_only=True)
class SeriesView:
    """One series: its names, periods, verdict, and the rows that explain or built it.

    ``area`` and ``holding`` are keys; ``place`` and ``what`` are what people call them. ``balances`` are the rows of
    its periods. ``exact`` are its differences that no error can have left, where the verdict is of them; ``cancelled``
    what cancels of it, ``in_part`` what does so for the larger part, ``returned`` what came to light again in parts,
    ``between`` what cancels with another area, ``in_areas`` the places of what the whole site claims since areas do,
    and cancels in these, and ``to_check`` rows that would explain it. ``contents`` is there within an event that its
    items tell: what these hold, one entry a claim; and ``beside`` what they do not account for of it. ``site`` is there
    for a series of the whole site, ``unstated`` for one that is not tested as no error is stated.
    """

    number: int
    id: str
    scope: Scope
    area: str | None
    holding: str
    place: str
    what: str
    basis: Basis
    unit: str
    timezone: str
    balances: pl.DataFrame
    covariance: NDArray[np.float64]
    verdict: SeriesVerdict
    causes: pl.DataFrame
    evidence: pl.DataFrame
    assumed_exact: pl.DataFrame
    exact: tuple[ExactDifference, ...] = ()
    cancelled: tuple[Cancelled, ...] = ()
    in_part: tuple[CancelledInPart, ...] = ()
    returned: tuple[Returned, ...] = ()
    between: tuple[BetweenView, ...] = ()
    in_areas: tuple[int, ...] = ()
    to_check: tuple[RowToCheck, ...] = ()
    contents: tuple[float | None, ...] = ()
    beside: tuple[float | None, ...] = ()
    site: SiteView | None = None
    unstated: UnstatedSeries | None = None
    outliers: Outliers | None = None

    @cached_property
    def periods(self) -> tuple[PeriodView, ...]:
        """Its periods, in order of time: made only for whom they are told of."""
        return tuple(PeriodView(**row) for row in self.balances.select(_PERIOD_COLUMNS).to_dicts())

    @property
    def anchor(self) -> str:
        """Where the page holds this series."""
        return f"series-{self.number}"

    @property
    def label(self) -> str:
        """What and where, as a person says it."""
        return f"{self.what} in {self.place}"

    @property
    def alarming(self) -> bool:
        """Whether somebody has to look into it."""
        return self.verdict.verdict in ALARMING

    @property
    def losses(self) -> tuple[Loss, ...]:
        """What went and what came to light; nothing of which the data say that it may be nothing, or was 0."""
        signs = ((one, np.sign(one.estimate)) for one in self.verdict.losses)
        return tuple(one for one, sign in signs if max(sign * one.low, sign * one.high) > 0)

    @property
    def tests(self) -> Mapping[str, TestOfLoss]:
        """The tests that stand behind the verdict: for a gain those of the mirrored differences."""
        return self.verdict.gains if self.verdict.verdict == Verdict.GAIN else self.verdict.tests

    @property
    def direction(self) -> str:
        """Which way these tests look."""
        return "gain" if self.verdict.verdict == Verdict.GAIN else "shortage"

    def local(self, at: datetime) -> datetime:
        """A moment in the site's time zone."""
        return words.local(at, self.timezone)

    def day(self, at: datetime) -> date:
        """The day at the site."""
        return self.local(at).date()

    def period(self, inventory: str | None) -> PeriodView | None:
        """The period which that inventory closes."""
        return next((period for period in self.periods if period.inventory == inventory), None)

    def days(self) -> float:
        """Days from the first inventory to the last."""
        begun = [period.start for period in self.periods if period.start is not None]
        return (self.periods[-1].end - begun[0]).total_seconds() / 86_400 if begun else 0.0

    def closed(self) -> int:
        """How many periods have a difference."""
        return sum(period.closed for period in self.periods)


def gather(review: ReviewAnswer) -> tuple[SeriesView, ...]:
    """Every series of a review, in the order of the answers."""
    periods, causes = _by_series(review.balances.periods), _by_series(review.balances.causes)
    evidence, assumed = _by_series(review.evidence), _by_series(review.balances.assumed_exact)
    sites = _sites(review)
    exact = _grouped(one for event in review.events for one in event.exact)
    cancelled = _grouped(one for event in review.events for one in event.cancelled)
    in_part = _grouped(one for event in review.events for one in event.in_part)
    called = names(review)
    to_check = _grouped(_named(one, called) for event in review.events for one in event.to_check)
    returned = _grouped(one for event in review.events for one in event.returned)
    between = _between(review, called)
    in_areas, unstated = _in_areas(review), {one.series: one for one in review.unstated}
    return tuple(
        SeriesView(
            number=number,
            id=row["id"],
            area=row["area"],
            holding=row["substance"] if row["substance"] is not None else row["material"],
            scope=Scope(row["scope"]),
            place=_place(row),
            what=row["substance"] or row["holding_name"] or row["material"],
            basis=Basis(row["basis"]),
            unit=row["unit"],
            timezone=review.timezone,
            balances=periods.get(number, review.balances.periods.clear()),
            covariance=review.balances.covariances[number],
            verdict=review.verdicts[number],
            causes=causes.get(number, review.balances.causes.clear()),
            evidence=evidence.get(number, review.evidence.clear()),
            assumed_exact=assumed.get(number, review.balances.assumed_exact.clear()),
            exact=tuple(exact.get(number, ())),
            cancelled=tuple(cancelled.get(number, ())),
            in_part=tuple(in_part.get(number, ())),
            returned=tuple(returned.get(number, ())),
            between=tuple(between.get(number, ())),
            in_areas=tuple(sorted(in_areas.get(number, ()))),
            to_check=tuple(to_check.get(number, ())),
            site=sites.get(number),
            unstated=unstated.get(number),
            outliers=next((one for one in review.outliers if one.series == number), None),
        )
        for number, row in enumerate(review.balances.series.iter_rows(named=True))
    )


def _place(row: Mapping[str, Any]) -> str:
    return row["area_name"] or row["area"] or WHOLE_SITE


def _between(review: ReviewAnswer, called: Mapping[str, str]) -> dict[int, list[BetweenView]]:
    """What cancels between two areas, for both of them."""
    rows = review.balances.series.to_dicts()
    site = {row["substance"]: number for number, row in enumerate(rows) if row["scope"] == Scope.SITE}
    found: dict[int, list[BetweenView]] = {}
    for of, pair in ((event, pair) for event in review.events for pair in event.between_areas):
        whole = site.get(rows[pair.lost]["substance"])
        as_well = (
            *(f"what is missing from {_place(rows[number])}" for number in pair.lost_as_well),
            *(f"what is surplus in {_place(rows[number])}" for number in pair.gained_as_well),
        )
        for missing, (number, place) in zip((True, False), pair.places, strict=True):
            view = BetweenView(
                pair=pair,
                missing=missing,
                place=place,
                origin=_place(rows[pair.lost]),
                destination=_place(rows[pair.gained]),
                explained=tuple(_named(row, called) for row in _explained(of, pair)),
                as_well=as_well,
                site=None if whole is None else review.verdicts[whole].verdict,
            )
            found.setdefault(number, []).append(view)
    return found


def _named(row: RowToCheck, called: Mapping[str, str]) -> RowToCheck:
    """A row to check whose material that may be meant has its name beside its key."""
    if row.slip != Slip.WRONG_MATERIAL or row.meant is None or row.meant not in called:
        return row
    return replace(row, meant=f"{called[row.meant]} ({row.meant})")


def _explained(event: Event, pair: BetweenAreas) -> tuple[RowToCheck, ...]:
    """Movements between the two areas, or into one that may belong to the other, which would explain both claims."""
    found: dict[tuple[int, Slip], RowToCheck] = {}
    for row in event.to_check:
        of_pair = any(row.series == series and place in row.places for series, place in pair.places)
        between = row.table == "movements" and (row.kind == "transfer" or row.slip == Slip.WRONG_AREA)
        if of_pair and between and row.whole and row.slip not in (Slip.SAME_DAY, Slip.OTHER_SIDE):
            found.setdefault((row.row, row.slip), row)
    return tuple(found.values())


def _in_areas(review: ReviewAnswer) -> dict[int, set[int]]:
    """By series of the whole site, the places of what it claims since areas do, and cancels in these."""
    found: dict[int, set[int]] = {}
    for event in review.events:
        for same in (*(one.over_site for one in event.cancelled), *(one.over_site for one in event.between_areas)):
            if same is not None:
                found.setdefault(same.series, set()).update(same.places)
    return found


def _sites(review: ReviewAnswer) -> dict[int, SiteView]:
    """How the series of the whole site are made up."""
    called, joined = names(review), _by_series(review.balances.joined)
    found = {}
    for row in review.balances.sites.iter_rows(named=True):
        own = joined.get(row["series"], review.balances.joined.clear())
        found[row["series"]] = SiteView(
            area_keys=tuple(row["areas"]),
            outside_keys=tuple(row["outside"]),
            before_keys=tuple(row["counted_before"]),
            first_keys=tuple(row["first_counted"]),
            areas=tuple(called.get(area, area) for area in row["areas"]),
            outside=tuple(called.get(area, area) for area in row["outside"]),
            inventories=own["inventory"].n_unique(),
            alike=bool((own["inventory"] == own["area_inventory"]).all()),
            latest=_latest(own, called),
            apart_days=row["apart_days"],
            since=row["since"],
            counted_before=tuple(called.get(area, area) for area in row["counted_before"]),
            first_counted=tuple(called.get(area, area) for area in row["first_counted"]),
            reason=row["reason"],
            joined=own,
        )
    return found


def _latest(joined: pl.DataFrame, called: Mapping[str, str]) -> tuple[tuple[str, datetime], ...]:
    """Areas of the last joined inventory, and when each was counted."""
    last = joined.filter(pl.col("inventory") == joined["inventory"][-1]) if joined.height else joined
    return tuple((called.get(area, area), at) for area, at in last.select("area", "at").rows())


def events(review: ReviewAnswer, series: Sequence[SeriesView]) -> list[tuple[SeriesView, ...]]:
    """The alarming series, those that alarm for one loss together, the most urgent first."""
    return [tuple(_within(event, series[number]) for number in event.series) for event in review.events]


def _within(event: Event, one: SeriesView) -> SeriesView:
    """A series as its event tells it."""
    held = next((held for held in event.contents if held.series == one.number), None)
    return one if held is None else replace(one, contents=held.amounts, beside=held.beside)


def event_verdict(event: Sequence[SeriesView]) -> Verdict:
    """The most urgent verdict of the series that alarm for one loss."""
    return most_urgent(one.verdict.verdict for one in event)


def by_urgency(series: Sequence[SeriesView]) -> list[SeriesView]:
    """Shortages first, balanced last; within a verdict the least likely without loss first."""

    def urgency(one: SeriesView) -> tuple[int, float, int]:
        p_value = one.verdict.p_value
        return URGENCY[one.verdict.verdict], 1.0 if p_value is None else p_value, one.number

    return sorted(series, key=urgency)


def figure(values: Sequence[float | None], index: int) -> float | None:
    """The figure of one period; a series that is not tested may have none at all."""
    return values[index] if values else None


def names(review: ReviewAnswer) -> dict[str, str]:
    """What people call the areas and item materials, by key; a key stands for what has no name."""
    series = review.balances.series
    pairs = [*series.select("area", "area_name").rows(), *series.select("material", "holding_name").rows()]
    return {key: name for key, name in pairs if key is not None and name is not None}


def _by_series(frame: pl.DataFrame) -> dict[int, pl.DataFrame]:
    return {int(key[0]): part for key, part in frame.partition_by("series", as_dict=True, maintain_order=True).items()}


_Told = TypeVar("_Told", ExactDifference, Cancelled, CancelledInPart, Returned, RowToCheck)


def _grouped(told: Iterable[_Told]) -> dict[int, list[_Told]]:
    groups: dict[int, list[_Told]] = {}
    for one in told:
        groups.setdefault(one.series, []).append(one)
    return groups
