"""The checker of plans: every rule and every figure of a plan, measured again from the rows of the site alone.

It shares no code with the program that made the plan, nor with the roll and the pool: it reads people, posts, lines
and bands as the site wrote them, and counts by hand. It is short on purpose, so that an auditor can read it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction
from itertools import accumulate
from typing import Any

from stockward.answers.selection import SelectionPlan
from stockward.book.known import KnownBooks
from stockward.terms.errors import StockwardError

Row = Mapping[str, Any]


class PlanChecker:
    """The rows of one site, ready to measure plans for one order."""

    def __init__(self, books: KnownBooks, *, measure: str, due_on: date, required: int, day: date) -> None:
        self._patrols = measure == "patrolling_guards"
        self._due_on, self._required, self._day = due_on, required, day
        self._people: dict[str, Row] = {row["person"]: row for row in books["people"].iter_rows(named=True)}
        self._posts: list[Row] = [
            row
            for row in books["posts"].iter_rows(named=True)
            if row["guards"] > 0 and (row["kind"] == "patrol" or not self._patrols)
        ]
        self._lines: dict[str, Row] = {row["line"]: row for row in books["lines"].iter_rows(named=True)}
        self._values: dict[str, float | None] = dict(books["materials"].select("material", "unit_value").iter_rows())
        self._bands = {band.name: band.share for band in books.site.settings.force.affiliation}
        self._staff = Counter(
            row["line"]
            for row in self._people.values()
            if row["role"] == "worker" and self._there(row["since"], row["until"], day)
        )
        self._guards = [row for row in self._people.values() if row["role"] == "guard"]
        self._stays = {person: self._stay(row) for person, row in self._people.items()}

    def require_sound(self, plan: SelectionPlan, *, in_currency: bool) -> None:
        """Raise ``StockwardError`` in one line where a plan breaks a rule, or states a figure that is not so."""
        breaches = list(self.breaches(plan, in_currency=in_currency))
        if breaches:
            raise StockwardError(f"selection plan {plan.plan} is not sound: {'; '.join(breaches)}: report it")

    def breaches(self, plan: SelectionPlan, *, in_currency: bool) -> Iterator[str]:
        """Every rule that a plan breaks and every figure that it misstates, one sentence each, no person named."""
        chosen = [self._people[code] for code in plan.chosen if code in self._people]
        if len({row["person"] for row in chosen}) != len(plan.chosen):
            yield "somebody is chosen twice, or is not on record"
        yield from self._not_eligible(chosen)
        yield from self._misstated(plan, chosen)
        yield from self._mix_broken(plan, chosen)
        lost = self._lost(chosen, in_currency=in_currency)
        if not math.isclose(float(lost), plan.output_lost, rel_tol=1e-9, abs_tol=1e-12):
            yield f"output lost is {float(lost):g}, not {plan.output_lost:g}"

    def _not_eligible(self, chosen: Iterable[Row]) -> Iterator[str]:
        for row in chosen:
            place = f"row {row['row']} of people"
            if row["role"] not in ("worker", "applicant") or not self._there(None, row["until"], self._day):
                yield f"{place} is no candidate"
            if row["tested_fit"] is not True:
                yield f"{place} has not passed the tests"
            if self._posts and not any(self._may_stand(row, post) for post in self._posts):
                yield f"{place} can stand at no post of the order"

    @staticmethod
    def _may_stand(row: Row, post: Row) -> bool:
        qualified = post["qualification"] is None or post["qualification"] in (row["qualifications"] or ())
        return qualified and (post["area"] is None or post["area"] not in (row["not_in_areas"] or ()))

    def _misstated(self, plan: SelectionPlan, chosen: list[Row]) -> Iterator[str]:
        figure = self._figure(self._due_on, chosen)
        if figure != plan.guards_by_due:
            yield f"the figure on the due date is {figure}, not {plan.guards_by_due}"
        met = self._met_on(chosen, figure)
        late = None if met is None else max(0, (met - self._due_on).days)
        if (met, late) != (plan.met_on, plan.days_late):
            yield f"the order is met on {met}, not on {plan.met_on}"
        roles = Counter(row["role"] for row in chosen)
        if (roles["worker"], roles["applicant"]) != (plan.transfers, plan.recruits):
            yield "transfers and recruits are not those chosen"
        when = plan.numbers_on or self._due_on
        if any(not self._counts(row, when) and not self._counts(row, self._due_on) for row in chosen):
            yield "somebody chosen serves neither on the due date nor when the order is met"
        numbers = self._department(when, chosen)
        if numbers != Counter(dict(plan.numbers)):
            yield f"the department on {when} is not the one stated"
        if any(not math.isclose(plan.shares[name] * numbers.total(), count) for name, count in numbers.items()):
            yield f"the shares on {when} are not those stated"

    def _mix_broken(self, plan: SelectionPlan, chosen: list[Row]) -> Iterator[str]:
        days = [] if self._due_on < self._day else [self._due_on]
        if plan.met_on is not None and plan.days_late:
            days.append(plan.met_on)
        for day in days:
            if not self._mix_holds(day, chosen):
                yield f"the bands do not hold on {day}"

    def _mix_holds(self, day: date, chosen: list[Row]) -> bool:
        numbers = self._department(day, chosen)
        total = sum(numbers.values())
        return all(
            Fraction(str(low)) * total <= numbers[name] <= Fraction(str(high)) * total
            for name, (low, high) in self._bands.items()
        )

    def _met_on(self, chosen: list[Row], on_due: int) -> date | None:
        """In time, the day from which on the figure holds until the due date; else the first day after it, mix kept."""
        days = self._day_by_day(chosen)
        if on_due >= self._required:
            in_time = [(day, figure) for day, figure in days if day <= self._due_on]
            since = self._due_on
            for day, figure in reversed(in_time):
                if figure < self._required:
                    break
                since = max(day, self._day)
            return min(since, self._due_on)
        for day, figure in days:
            if day > self._due_on and figure >= self._required and self._mix_holds(day, chosen):
                return day
        return None

    def _day_by_day(self, chosen: Iterable[Row]) -> list[tuple[date, int]]:
        """The figure on every day on which anything changes in the department, from the first of the calendar."""
        steps: Counter[date] = Counter({date.min: 0})
        for row in (*self._guards, *chosen):
            first, last = self._stays[row["person"]]
            counted = int(row["role"] != "guard" or not self._patrols or row["duty"] == "patrol")
            if first is not None and last is not None and first > last:
                continue
            steps[first or date.min] += counted
            if last is not None and last < date.max:
                steps[last + timedelta(days=1)] -= counted
        return list(zip(sorted(steps), accumulate(steps[day] for day in sorted(steps)), strict=True))

    def _figure(self, day: date, chosen: Iterable[Row]) -> int:
        """Guards (on patrol, where the order asks for those) on a day; those chosen go where the order asks."""
        counted = [row for row in self._guards if not self._patrols or row["duty"] == "patrol"]
        return sum(self._counts(row, day) for row in (*counted, *chosen))

    def _department(self, day: date, chosen: Iterable[Row]) -> Counter[str]:
        return Counter(row["affiliation"] for row in (*self._guards, *chosen) if self._counts(row, day))

    def _counts(self, row: Row, day: date) -> bool:
        return self._there(*self._stays[row["person"]], day)

    def _stay(self, row: Row) -> tuple[date | None, date | None]:
        """First and last day as a guard: nobody chosen begins before the day of the review."""
        begins = [one for one in (row["since"], row["available_from"]) if one is not None]
        if row["role"] != "guard":
            begins.append(self._day)
        if not begins:
            return None, row["until"]
        training = math.ceil((row["training_weeks"] or 0) * 7)
        return date.fromordinal(min(max(begins).toordinal() + training, date.max.toordinal())), row["until"]

    @staticmethod
    def _there(first: date | None, last: date | None, day: date) -> bool:
        return (first is None or first <= day) and (last is None or day <= last)

    def _lost(self, chosen: Iterable[Row], *, in_currency: bool) -> Fraction:
        """Σ over lines of output before less output after, each output × min(1, staff ÷ workers needed)."""
        taken = Counter(
            row["line"]
            for row in chosen
            if row["role"] == "worker" and row["line"] and self._there(row["since"], row["until"], self._day)
        )
        lost = Fraction(0)
        for line, count in taken.items():
            row = self._lines[line]
            output = Fraction(str(row["output_per_day"]))
            needed = Fraction(str(row["workers_needed"]))
            if not needed or not output:
                continue
            shares = [min(Fraction(1), (self._staff[line] - gone) / needed) for gone in (0, count)]
            value = self._values[row["material"]]
            worth = output * Fraction(str(value)) if in_currency and value is not None else Fraction(1)
            lost += (shares[0] - shares[1]) * worth
        return lost
