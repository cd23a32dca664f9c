"""Net work hours of a guard, and each guard's own rate of unplanned absence, from the absences on record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import count

import numpy as np
import polars as pl
from numpy.typing import NDArray

from stockward.answers.force import NetHours
from stockward.book.known import KnownBooks
from stockward.guards.roll import on_posts
from stockward.stats.arrays import Array
from stockward.stats.net_hours import WorkHours, net_hours_interval, share_unseen, work_hours

ABSENCE_WINDOW_DAYS = 52 * 7
LEAST_WINDOW_DAYS = 28
LEAST_OBSERVED_DAYS = 20
"""Working days that must be observed of a guard for a rate of their own; below, the mean of all stands in."""

HOURS_DECIMALS = 3
"""Of contract hours a week: what adds them up, whole, must not differ from what takes their mean."""

_PLANNED = ("leave", "training")
_WORKING_DAYS_A_WEEK = 5
_SILENT_DAYS = 28
_CONFIDENCE = 0.95
_RESAMPLES, _DRAWN = 20_000, 2_000_000
"""Weightings at least, and weights in all: a small force has so many more, as its bounds lie where few fall."""
_MOST_UNSEEN = 0.5
"""Where more of all guards could be absent all year with none of them observed, an interval would say nothing."""
LEAST_GUARDS = next(guards for guards in count(1) if share_unseen(guards, confidence=_CONFIDENCE) <= _MOST_UNSEEN)
"""A smaller force is too small for the interval of its net hours to say much."""
_TOO_FEW = (
    f"fewer than {LEAST_GUARDS} guards were observed, too small a force: "
    "half of all could be absent all year with none of them among so few"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendance:
    """Guards who counted between ``first`` and ``last``: working days observed, and those absent.

    Arrays have one entry a guard; ``hours_per_week`` is NaN where no contract hours are on record. ``last_begun`` is
    the first day of the absence that began last.
    """

    first: date
    last: date
    persons: tuple[str, ...]
    hours_per_week: Array
    days: Array
    planned: Array
    unplanned: Array
    last_begun: date

    def absent_times(self, factor: float) -> Attendance:
        """The same with so many times the days absent, of all that were observed at most; planned ones go first."""
        planned = np.minimum(self.planned * factor, self.days)
        return replace(self, planned=planned, unplanned=np.minimum(self.unplanned * factor, self.days - planned))

    @property
    def with_contract(self) -> NDArray[np.bool_]:
        """Guards whose contract hours are known, and of whom at least one working day was observed."""
        return (self.hours_per_week > 0) & (self.days > 0)

    @property
    def silent_since(self) -> date | None:
        """The day on which the last absence began, where none has for long: the record may end there."""
        return self.last_begun if (self.last - self.last_begun).days >= _SILENT_DAYS else None

    def always_absent(self) -> int:
        """How many were absent on every working day."""
        return int(((self.days > 0) & (self.planned + self.unplanned >= self.days)).sum())

    def mostly_absent(self) -> int:
        """How many guards with known contract hours were absent on more than half of their working days."""
        return int(((self.planned + self.unplanned)[self.with_contract] > self.days[self.with_contract] / 2).sum())

    def absent_rates(self) -> tuple[Mapping[str, float], float]:
        """Unplanned absence of each guard, and the mean: absent working days ÷ those not planned to be absent.

        Guards of whom too few days were observed are left out of the first.
        """
        rosterable = self.days - self.planned
        enough = rosterable >= LEAST_OBSERVED_DAYS
        total = float(rosterable.sum())
        mean = float(self.unplanned.sum()) / total if total > 0 else 0.0
        rates = np.divide(self.unplanned, rosterable, out=np.zeros_like(self.days), where=enough)
        return {self.persons[place]: float(rates[place]) for place in np.flatnonzero(enough)}, mean


def first_of_window(day: date) -> date:
    """The first of the 52 weeks that end with a day, as far back as the calendar goes."""
    return date.fromordinal(max(day.toordinal() - ABSENCE_WINDOW_DAYS + 1, 1))


def attendance_of(books: KnownBooks, guards: pl.DataFrame, day: date) -> Attendance | str:
    """What is on record of the guards' attendance up to a day; in words why nothing can be said.

    The window is the last 52 weeks, or begins with the first absence on record where that is later. Contract hours
    stand on Monday to Friday, so those are the days counted; a spell over a weekend counts the same as others in the
    mean. A day in two absences counts once, planned (leave, training) before unplanned (sick, other).
    """
    absences = _absences_begun(books, guards, day)
    began = absences["begins"].min()
    latest = absences["begins"].max()
    if not isinstance(began, date) or not isinstance(latest, date):
        return (
            f"no absence of a guard is on record up to {day}, and that says nothing of how often they are absent: add "
            "absences"
        )
    first = max(first_of_window(day), began)
    length = (day - first).days + 1
    if length < LEAST_WINDOW_DAYS:
        return f"absences are on record for {length} days only: {LEAST_WINDOW_DAYS} are the least that says something"
    counted_guards = on_posts(guards).filter(
        (pl.col("counts_from").is_null() | (pl.col("counts_from") <= day))
        & (pl.col("counts_to").is_null() | (pl.col("counts_to") >= first))
    )
    at_work = _counted(counted_guards, first, length)
    planned, unplanned = _absent(counted_guards["person"], absences, first, length)
    return Attendance(
        first=first,
        last=day,
        persons=tuple(counted_guards["person"]),
        hours_per_week=counted_guards["hours_per_week"].cast(pl.Float64).fill_null(np.nan).to_numpy(),
        days=at_work.sum(axis=1).astype(float),
        planned=(at_work & planned).sum(axis=1).astype(float),
        unplanned=(at_work & unplanned & ~planned).sum(axis=1).astype(float),
        last_begun=latest,
    )


def _absences_begun(books: KnownBooks, guards: pl.DataFrame, day: date) -> pl.DataFrame:
    """Absences of guards that had begun by a day, with their first and last day in the site's time zone."""
    zone = books.site.timezone
    begins, ends = (pl.col(name).dt.convert_time_zone(zone).dt.date() for name in ("start", "end"))
    return (
        books["absences"]
        .filter(pl.col("person").is_in(guards["person"].implode()))
        .select("person", begins=begins, ends=ends, planned=pl.col("kind").is_in(_PLANNED))
        .filter(pl.col("begins") <= day)
    )


def _counted(guards: pl.DataFrame, first: date, length: int) -> NDArray[np.bool_]:
    """Monday to Friday on which each guard counted, shape (guards, days)."""
    days = np.arange(length)
    working = (days + first.weekday()) % 7 < _WORKING_DAYS_A_WEEK
    begins, ends = (
        (guards[name] - first).dt.total_days().fill_null(beyond).to_numpy()[:, None]
        for name, beyond in (("counts_from", 0), ("counts_to", length))
    )
    counted: NDArray[np.bool_] = working & (days >= begins) & (days <= ends)
    return counted


def _absent(
    persons: pl.Series, absences: pl.DataFrame, first: date, length: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Days within a planned and within another absence, shape (guards, days) each."""
    place = {person: number for number, person in enumerate(persons)}
    known = absences.filter(pl.col("person").is_in(persons.implode()) & (pl.col("ends") >= first))
    row = known["person"].replace_strict(place, return_dtype=pl.Int64).to_numpy() if known.height else np.zeros(0, int)
    begins, ends = ((known[name] - first).dt.total_days().clip(0, length - 1).to_numpy() for name in ("begins", "ends"))
    planned, size = known["planned"].to_numpy(), len(place) * (length + 1)

    def covered(chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
        here = row[chosen] * (length + 1)
        steps = np.bincount(here + begins[chosen], minlength=size)
        steps = steps - np.bincount(here + ends[chosen] + 1, minlength=size)
        inside: NDArray[np.bool_] = steps.reshape(-1, length + 1).cumsum(axis=1)[:, :length] > 0
        return inside

    return covered(planned), covered(~planned)


def contracts_of(guards: pl.DataFrame) -> Array:
    """Contract hours a week of the rows of the roll that state them."""
    return guards["hours_per_week"].drop_nulls().cast(pl.Float64).round(HOURS_DECIMALS).to_numpy()


def mean_hours(attendance: Attendance, contracts: Array, *, weeks: float) -> WorkHours | str:
    """Mean hours a year of a guard with these ``contracts``; in words why there are none."""
    known = attendance.with_contract
    if not known.any() or not contracts.any():
        return "no guard has hours_per_week: add them to people"
    figures = (attendance.hours_per_week, attendance.days, attendance.planned, attendance.unplanned)
    mean = work_hours(*(values[known] for values in figures), contracts=contracts, weeks=weeks)
    return mean if mean.net > 0 else "no guard was at work on any day on record, so there are no net hours"


def net_hours_of(
    attendance: Attendance, contracts: Array, *, weeks: float, seed: int
) -> tuple[NetHours, WorkHours] | str:
    """Mean net hours a year of a guard, with an interval where there are enough guards; in words why there is none.

    ``contracts`` are those of the guards asked about. A guard without contract hours is left out of the mean; one who
    was absent all the time stays in.
    """
    mean = mean_hours(attendance, contracts, weeks=weeks)
    if isinstance(mean, str):
        return mean
    known = attendance.with_contract
    guards = int(known.sum())
    low, high = None, None
    if guards > 1:
        low, high = net_hours_interval(
            attendance.hours_per_week[known],
            attendance.days[known],
            (attendance.planned + attendance.unplanned)[known],
            contracts=contracts,
            weeks=weeks,
            confidence=_CONFIDENCE,
            resamples=max(_RESAMPLES, _DRAWN // guards),
            seed=seed,
        )
    figures = NetHours(
        contract=mean.contract,
        planned=mean.planned,
        unplanned=mean.unplanned,
        net=mean.net,
        low=low,
        high=high,
        confidence=_CONFIDENCE,
        guards=guards,
        first=attendance.first,
        last=attendance.last,
        reason=None if guards >= LEAST_GUARDS else _TOO_FEW,
    )
    return figures, mean


def notes_on_attendance(attendance: Attendance) -> list[str]:
    """What a reader should know of the records behind the net hours."""
    notes = []
    length = (attendance.last - attendance.first).days + 1
    if length < ABSENCE_WINDOW_DAYS:
        notes.append(f"Net hours rest on {length} days of absences on record, not on 52 weeks.")
    always, without = attendance.always_absent(), int(np.isnan(attendance.hours_per_week).sum())
    if always:
        were = "guard was" if always == 1 else "guards were"
        notes.append(f"{always} {were} absent all the time, and counted with 0 net hours.")
    if without:
        have = "guard has" if without == 1 else "guards have"
        notes.append(f"{without} {have} no hours_per_week, and {'is' if without == 1 else 'are'} not in the net hours.")
    if attendance.silent_since is not None:
        notes.append(
            f"No absence has begun since {attendance.silent_since}: if the record ends there, net hours are too high."
        )
    observed = int(attendance.with_contract.sum())
    if observed >= LEAST_GUARDS and not attendance.mostly_absent():
        unseen = 100 * share_unseen(observed, confidence=_CONFIDENCE)
        notes.append(
            f"None of the {observed} guards observed was absent most of the time, but up to {unseen:.2g} % of all "
            "guards could be with none of them observed, and the interval of the net hours allows for it."
        )
    return notes
