"""Who can stand at posts, how long they work, and how often they are absent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from stockward.answers.force import NetHours
from stockward.book.known import KnownBooks
from stockward.guards.need.faults import absences_at_fault, people_at_fault
from stockward.guards.need.net_hours import (
    HOURS_DECIMALS,
    Attendance,
    attendance_of,
    contracts_of,
    first_of_window,
    mean_hours,
    net_hours_of,
)
from stockward.guards.need.shifts import Crews
from stockward.guards.roll import on_posts, present
from stockward.stats.arrays import Array
from stockward.stats.net_hours import WorkHours


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """Who stands at posts, their hours and their absences; what is missing is ``None``, and ``reasons`` say why."""

    on_posts: pl.DataFrame
    attendance: Attendance | None
    hours: NetHours | None
    mean: WorkHours | None
    crews: Crews | None
    weeks: float
    reasons: tuple[str, ...]

    @property
    def net(self) -> float | None:
        """Net hours a year of a guard."""
        return self.mean.net if self.mean else None

    def absent_times(self, factor: float) -> Staff:
        """The same, absent for so many times as long; the interval of net hours stays that of the record."""
        if factor == 1.0 or self.attendance is None or self.mean is None:
            return self
        attendance = self.attendance.absent_times(factor)
        mean = mean_hours(attendance, contracts_of(self.on_posts), weeks=self.weeks)
        if isinstance(mean, str):
            return replace(self, attendance=attendance, mean=None, crews=None, reasons=(*self.reasons, mean))
        crews = self.crews
        if crews is not None:
            crews = Crews.of(self.on_posts, *attendance.absent_rates(), probability=crews.probability)
        return replace(self, attendance=attendance, mean=mean, crews=crews)

    @property
    def rostered(self) -> float | None:
        """Hours a year for which a guard can be put on the roster."""
        return self.mean.rostered if self.mean else None

    @property
    def usual_hours(self) -> float:
        """Mean contract hours a week of those on hand."""
        stated = contracts_of(self.on_posts)
        return float(stated.mean()) if len(stated) else 0.0

    def hours_a_week(self, guards: pl.DataFrame) -> Array:
        """Contract hours of rows of the roll; who states none is taken to have the usual ones."""
        stated = guards["hours_per_week"].cast(pl.Float64)
        return stated.fill_null(self.usual_hours).round(HOURS_DECIMALS).to_numpy()

    def mean_of(self, guards: pl.DataFrame) -> WorkHours | None:
        """The hours of a guard were the force these rows of the roll: absences as observed, contracts their own."""
        hours = self.hours_a_week(guards)
        if self.mean is None or not hours.any():
            return self.mean
        return self.mean.of_contract(self.weeks * float(hours.mean()))

    def with_force(self, guards: pl.DataFrame) -> Staff:
        """The same with the contracts of these rows of the roll, who are there on another day."""
        return replace(self, mean=self.mean_of(guards))


def staff_of(books: KnownBooks, guards: pl.DataFrame, day: date, seed: int) -> Staff:
    """Who is there on a day, and what their records say; rows set aside that could change it leave it open."""
    force = books.site.settings.force
    hand = on_posts(present(guards, day))
    observed = attendance_of(books, guards, day)
    attendance = None if isinstance(observed, str) else observed
    first = attendance.first if attendance else first_of_window(day)
    # Where the record does not reach back over the whole window, any earlier row of it would make the window longer.
    reaches_back = first == first_of_window(day)
    at_fault = [people_at_fault(books, first), absences_at_fault(books, first if reaches_back else date.min, day)]
    reasons = [words for words in at_fault if words] or ([observed] if isinstance(observed, str) else [])
    hours = mean = crews = None
    contracts = contracts_of(hand if hand.height else on_posts(guards))
    if attendance is not None and not reasons:
        found = net_hours_of(attendance, contracts, weeks=force.weeks_per_year, seed=seed)
        if isinstance(found, str):
            reasons.append(found)
        else:
            hours, mean = found
    if hand.height == 0:
        reasons.insert(0, f"no guard who could stand at a post is on record on {day}")
    elif attendance is not None and hours is not None and force.fill_probability is not None:
        crews = Crews.of(hand, *attendance.absent_rates(), probability=force.fill_probability)
    return Staff(
        on_posts=hand,
        attendance=attendance,
        hours=hours,
        mean=mean,
        crews=crews,
        weeks=force.weeks_per_year,
        reasons=tuple(reasons),
    )
