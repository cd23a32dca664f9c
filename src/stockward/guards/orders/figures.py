"""What an order is measured by: guards by day, or the output of a month; each figure with the rows behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Protocol

from stockward.answers.orders import CountedRow
from stockward.book.known import KnownBooks
from stockward.guards.orders.production import PRODUCTION, Production, ProductionOutput
from stockward.guards.people import MANY_GUARDS, Guards
from stockward.guards.roll import PATROLLING, end_of_month, month_of
from stockward.guards.written import counted

Meets = Callable[[Fraction], bool]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure, exactly, on the day ``on``, with the rows counted for it; without a ``value``, ``reason`` says why.

    ``doubtful`` marks one that rows at fault, or a record that does not reach back so far, put beyond measuring.
    ``note`` is what a reader should know of it.
    """

    on: date
    value: Fraction | None
    rows: tuple[CountedRow, ...] = ()
    reason: str | None = None
    doubtful: bool = False
    note: str | None = None


class Ruler(Protocol):
    """One way to measure an order."""

    @property
    def unit(self) -> str:
        """The unit of its figures."""

    @property
    def whole(self) -> bool:
        """Whether its figures are whole numbers."""

    @property
    def what(self) -> str:
        """What is counted, in a few words."""

    def on(self, day: date) -> Figure:
        """The figure of a day of the record."""

    def now(self, day: date) -> Figure:
        """The latest figure at the day of the review."""

    def at(self, due: date, day: date) -> Figure:
        """The figure of the due date: on record, or expected from what is on record."""

    def met_on(self, meets: Meets, now: Figure) -> date | None:
        """The first day from now on on which the record reaches the target, with nothing more done."""

    def movement(self, day: date, due: date) -> tuple[int, int] | None:
        """How many join and leave after one day and up to another; ``None`` where nobody is counted."""


@dataclass(frozen=True, slots=True)
class GuardRuler:
    """All guards, or those on patrol, by day."""

    guards: Guards
    measure: str
    unit: str = "guards"
    whole: bool = True

    @property
    def what(self) -> str:
        """``guards``, or ``guards on patrol``."""
        return MANY_GUARDS[self.measure]

    def on(self, day: date) -> Figure:
        """Those who count on a day; duties are as recorded last, for the books keep no history of them."""
        reason = self._no_figure(day)
        if reason is not None:
            return Figure(day, None, reason=reason, doubtful=True)
        found = self.guards.counting(self.measure, day)
        rows = tuple(CountedRow(table="people", row=guard.row) for guard in found)
        return Figure(day, Fraction(len(found)), rows, note=self._note(day))

    def now(self, day: date) -> Figure:
        """Those who count on the day of the review."""
        return self.on(day)

    def at(self, due: date, day: date) -> Figure:
        """Those who count on the due date by the roll: joiners and leavers on record, and ends of training."""
        return self.on(due)

    def met_on(self, meets: Meets, now: Figure) -> date | None:
        """The first day on which enough count; only days on which somebody begins to need be looked at."""
        days = [now.on, *self.guards.changes_after(self.measure, now.on)]
        return next((day for day in days if meets(Fraction(self.guards.number(self.measure, day)))), None)

    def movement(self, day: date, due: date) -> tuple[int, int]:
        """Those who count on the due date and not today, and the reverse."""
        today, then = ({guard.row for guard in self.guards.counting(self.measure, one)} for one in (day, due))
        return len(then - today), len(today - then)

    def _no_figure(self, day: date) -> str | None:
        doubt = self.guards.doubt(self.measure, day)
        if doubt is not None:
            return doubt
        if not self.guards.roll:
            return "no guard is on record"
        if self.measure == PATROLLING and all(guard.duty is None for guard in self.guards.roll):
            return "no guard has a duty on record: fill in duty in people"
        first = self.guards.first
        return f"the first guard on record counts from {first}" if first is not None and day < first else None

    def _note(self, day: date) -> str | None:
        notes = []
        undated = self.guards.undated(self.measure, day)
        if undated:
            notes.append(f"{undated} of them without a first day on record, counted from the beginning")
        idle = self.guards.without_duty(day)
        if self.measure == PATROLLING and idle:
            notes.append(f"{counted(idle, 'guard')} without a duty on record not counted")
        return "; ".join(notes) or None


@dataclass(frozen=True, slots=True)
class OutputRuler:
    """The output of a month over all lines that make a material, in the material's unit."""

    production: Production
    unit: str
    whole: bool = False

    @property
    def what(self) -> str:
        """What is made, with its unit."""
        return f"{'items' if self.unit == 'each' else self.unit} of {self.production.material}"

    def on(self, day: date) -> Figure:
        """The output of the month in which a day lies."""
        return self._figure(day, self.production.in_month(month_of(day)))

    def now(self, day: date) -> Figure:
        """The output of the latest month with all its lines on record; its last day, or the day of the review."""
        latest = self.production.latest(month_of(day))
        doubt = self.production.doubt_since(latest, month_of(day))
        if doubt is not None:
            return Figure(day, None, reason=doubt, doubtful=True)
        if latest is None:
            return self._figure(day, self.production.in_month(month_of(day)))
        return self._figure(min(end_of_month(latest), day), self.production.in_month(latest))

    def at(self, due: date, day: date) -> Figure:
        """What was made in the month of the due date, or what is planned for it where that is not on record yet.

        The cell ``actual`` of a month that has not begun is no record of anything.
        """
        month = month_of(due)
        if month <= month_of(day):
            made = self._figure(due, self.production.in_month(month))
            if made.value is not None or due < day:
                return replace(made, doubtful=made.value is None)
        planned = self._figure(due, self.production.planned_for(month))
        return replace(planned, doubtful=planned.value is None and self.production.doubt(month) is not None)

    def met_on(self, meets: Meets, now: Figure) -> date | None:
        """The day of now, or the end of the first month whose planned output is enough."""
        if now.value is not None and meets(now.value):
            return now.on
        for month in self.production.months_after(month_of(now.on)):
            planned = self.production.planned_for(month).value
            if planned is not None and meets(planned):
                return end_of_month(month)
        return None

    def movement(self, day: date, due: date) -> None:
        """Nobody is counted."""
        return

    def _figure(self, on: date, output: ProductionOutput) -> Figure:
        rows = tuple(CountedRow(table="production", row=row) for row in output.rows)
        return Figure(on, output.value, rows, output.reason, doubtful=output.value is None)


def ruler_of(books: KnownBooks, guards: Guards, measure: str) -> Ruler:
    """The way to measure an order."""
    if not measure.startswith(PRODUCTION):
        return GuardRuler(guards, measure)
    material = measure.removeprefix(PRODUCTION).strip()
    units = dict(books["materials"].select("material", "unit").rows())
    return OutputRuler(Production.of(books, material), str(units.get(material, "")))
