"""Small sites with guards, workers and applicants, and the front of their plans by trying every subset."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import chain, combinations

import sites
from stockward.answers.orders import OrderAnswer
from stockward.answers.selection import SelectionAnswer
from stockward.book.known import KnownBooks, known_at
from stockward.guards.selection.plans import selection_of
from stockward.guards.selection.pool import candidates_of
from stockward.terms.verdicts import OrderVerdict

DAY = date(2026, 6, 30)
DUE = date(2026, 8, 30)

TABLES = {
    "areas": "area,kind\nA,store\nB,store\n",
    "materials": "material,kind,unit,unit_value\nSHELL,item,each,30\nBOMB,item,each,12.5\n",
    "movements": "movement,at,kind,material,quantity\n",
    "counts": "inventory,at,area,material,quantity\n",
    "posts": "post,kind,guards,start,end,days\nP,patrol,1,00:00,24:00,daily\n",
    "lines": "line,material,workers_needed,output_per_day\n",
}
Bands = Mapping[str, tuple[float, float]]
Person = dict[str, str]
Aims = tuple[int, float, int | None]
"""Guards on the due date, output lost, days late."""


def guard(code: str, affiliation: str = "ministry", **more: str) -> Person:
    return {"person": code, "role": "guard", "affiliation": affiliation, "duty": "patrol", **more}


def applicant(code: str, affiliation: str = "ministry", **more: str) -> Person:
    return {"person": code, "role": "applicant", "affiliation": affiliation, "tested_fit": "yes", **more}


def worker(code: str, line: str, affiliation: str = "ministry", **more: str) -> Person:
    return {
        "person": code, "role": "worker", "affiliation": affiliation, "line": line, "tested_fit": "yes", **more,
    }  # fmt: skip


def read(
    people: Sequence[Person], *, bands: Bands | None = None, currency: str | None = "USD", **tables: str
) -> KnownBooks:
    """The books of a site with these people."""
    stated = "" if currency is None else f'currency = "{currency}"'
    said = sites.settings(site=stated, more=sites.bands(bands or {}))
    return known_at(sites.in_memory({**TABLES, "people": people, **tables}, said), None)


def order(required: int | None, *, measure: str = "patrolling_guards", due_on: date = DUE) -> OrderAnswer:
    """An order that requires so many guards by its due date."""
    return OrderAnswer(
        order="ORD-1", measure=measure, unit="guards", issuer=None, scope=None, issued_on=DAY, due_on=due_on,
        comparator=">=", factor=None, value=required, baseline_on=None, baseline=None, baseline_rows=(),
        target=required, strict=False, required=required, now_on=DAY, now=None, now_rows=(), joining=None, leaving=None,
        expected=None, short_now=None, short_by=None, reachable=None, met_on=None, verdict=OrderVerdict.SHORT,
        reason="no baseline", stated_reason=None, heard=(), asked=False,
    )  # fmt: skip


def select(
    books: KnownBooks, required: int, *, seed: int = 1, points: int = 1000, measure: str = "patrolling_guards",
    due_on: date = DUE, day: date = DAY,
) -> SelectionAnswer:  # fmt: skip
    """The selection for an order that requires so many."""
    candidates = candidates_of(books, measure=measure, due_on=due_on, day=day)
    asked = order(required, measure=measure, due_on=due_on)
    return selection_of(books, order=asked, candidates=candidates, day=day, seed=seed, points=points)


def aims(answer: SelectionAnswer) -> set[Aims]:
    """The three aims of each plan."""
    return {(plan.guards_by_due, round(plan.output_lost, 6), plan.days_late) for plan in answer.front}


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


class EverySubset:
    """The front by trying every subset of the pool; it shares nothing with the program but the rows."""

    def __init__(
        self, people: Sequence[Person], lines: Mapping[str, tuple[str, str]], required: int, *, bands: Bands | None,
        values: Mapping[str, Fraction], due_on: date = DUE,
    ) -> None:  # fmt: skip
        self.people, self.lines, self.required = people, lines, required
        self.bands, self.values, self.due_on = bands or {}, values, due_on
        self.guards = [row for row in people if row["role"] == "guard"]
        self.pool = [
            row
            for row in people
            if row["role"] != "guard" and row.get("tested_fit") == "yes" and self.may_serve(row) and self.has_room(row)
        ]
        self.days = sorted(
            {
                day
                for row in people
                for first, last in [self.stay(row)]
                for day in (first, last + timedelta(days=1) if last else None)
                if day is not None and day > due_on
            }
        )

    def may_serve(self, row: Person) -> bool:
        first, last = self.stay(row)
        return last is None or last >= max(first or DAY, self.due_on)

    def has_room(self, row: Person) -> bool:
        lows = sum(Fraction(str(low)) for name, (low, _) in self.bands.items() if name != row["affiliation"])
        own = self.bands.get(row["affiliation"])
        return lows < 1 and (own is None or own[1] > 0)

    def stay(self, row: Person) -> tuple[date | None, date | None]:
        begins = [one for one in (_day(row.get("since", "")), _day(row.get("available_from", ""))) if one]
        if row["role"] != "guard":
            begins.append(DAY)
        training = timedelta(days=math.ceil(float(row.get("training_weeks") or 0) * 7))
        return (max(begins) + training if begins else None), _day(row.get("until", ""))

    def counts(self, row: Person, day: date) -> bool:
        first, last = self.stay(row)
        return (first is None or first <= day) and (last is None or last >= day)

    def figure(self, chosen: Iterable[Person], day: date) -> int:
        patrolling = [row for row in self.guards if row["duty"] == "patrol"]
        return sum(self.counts(row, day) for row in chain(patrolling, chosen))

    def mix_holds(self, chosen: Iterable[Person], day: date) -> bool:
        there = [row["affiliation"] for row in chain(self.guards, chosen) if self.counts(row, day)]
        return all(
            Fraction(str(low)) * len(there) <= there.count(name) <= Fraction(str(high)) * len(there)
            for name, (low, high) in self.bands.items()
        )

    def late(self, chosen: Sequence[Person]) -> int | None:
        for day in (self.due_on, *self.days):
            if self.figure(chosen, day) >= self.required and self.mix_holds(chosen, day):
                return (day - self.due_on).days
        return None

    def lost(self, chosen: Sequence[Person]) -> Fraction:
        total = Fraction(0)
        for line, (needed, output) in self.lines.items():
            staff = sum(row["role"] == "worker" and row.get("line") == line for row in self.people)
            taken = Counter(row.get("line") for row in chosen)[line]
            if Fraction(needed):
                before, after = (min(Fraction(1), n / Fraction(needed)) for n in (staff, staff - taken))
                total += (before - after) * Fraction(output) * self.values[line]
        return total

    def front(self) -> set[Aims]:
        """The aims that no other subset is better than."""
        subsets = chain.from_iterable(combinations(self.pool, size) for size in range(len(self.pool) + 1))
        found = {
            (self.figure(chosen, self.due_on), self.lost(chosen), self.late(chosen))
            for chosen in subsets
            if self.due_on < DAY or self.mix_holds(chosen, self.due_on)
        }

        def never(late: int | None) -> float:
            return math.inf if late is None else late

        return {
            (guards, round(float(lost), 6), late)
            for guards, lost, late in found
            if not any(
                other != (guards, lost, late)
                and other[0] >= guards
                and other[1] <= lost
                and never(other[2]) <= never(late)
                for other in found
            )
        }
