"""Small sites with posts, orders and a few who could join, drawn at random; and every choice among those, by hand."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import product
from typing import Any

from tests import sites

from stockward.book import Site
from stockward.book.known import KnownBooks, known_at
from stockward.guards.need.needed import need_of
from stockward.guards.roll import roll
from stockward.protection.costs import MeasureCosts
from stockward.protection.guards.planning import ForcePlanner
from stockward.protection.guards.posts import ForceQuestion

DAY = date(2026, 6, 30)
YEAR_END = date(2027, 6, 30)
_SOON = ("", "2026-07-15", "2026-09-01", "2026-12-01")
_DUE = ("2026-08-30", "2026-10-31", "2026-12-31", "2026-06-15")

Row = dict[str, Any]


def drawn_force(seed: int, *, toml: str = "", contracts: Sequence[float] = (40,)) -> Site:
    """Guards, at most seven who could join, a post or two, an order or two, bands or none, and costs."""
    draw = random.Random(seed)
    names = ("ministry", "civilian")
    guards = [_guard(draw, number, names) for number in range(draw.randint(5, 9))]
    joining = [_candidate(draw, number, names) for number in range(draw.randint(4, 7))]
    hours = random.Random(seed)
    for row in (*guards, *joining):
        row["hours_per_week"] = hours.choice(contracts)
    posts = [
        {"post": "G", "kind": "gate", "guards": 1, "start": "00:00", "end": "24:00", "days": "daily"},
        {
            "post": "P", "kind": "patrol", "guards": 1, "start": "08:00", "end": "16:00", "days": "daily",
            "qualification": draw.choice(("", "armed")),
        },
    ]  # fmt: skip
    tables: dict[str, str | Sequence[Row]] = {
        "areas": [{"area": "A", "kind": "store"}],
        "materials": [{"material": "SHELL", "kind": "item", "unit": "each"}],
        "movements": "movement,at,kind,material,quantity\n",
        "counts": [{"inventory": "1", "at": "2026-01-01", "area": "A", "material": "SHELL", "quantity": 1}],
        "posts": posts[: draw.randint(1, 2)],
        "people": [*guards, *joining],
        "absences": _absences(draw, guards),
        "orders": [_order(draw, number, guards) for number in range(draw.randint(1, 2))],
        "lines": [
            {"line": "L1", "material": "SHELL", "workers_needed": 2, "output_per_day": 10},
            {"line": "L2", "material": "SHELL", "workers_needed": draw.choice((1, 1.5, 3)), "output_per_day": 5},
        ],
        "costs": [
            {"what": "guard", "money": draw.randint(10, 60)},
            *(
                {"what": "guard", "affiliation": name, "money": draw.randint(10, 60)}
                for name in names[: draw.randint(0, 2)]
            ),
            {"what": "guard", "source": "applicant", "money": draw.randint(10, 60)},
            {"what": "training", "money": draw.randint(0, 20)},
            {"what": "output", "money": draw.randint(0, 200)},
        ],
    }  # fmt: skip
    bands = {"ministry": draw.choice(((0.4, 0.8), (0.6, 0.9), (0.0, 1.0)))} if draw.random() < 0.7 else {}
    force = f"[force]\nfill_probability = {draw.choice((0.8, 0.9, 0.95))}\n" if draw.random() < 0.8 else ""
    return sites.in_memory(tables, sites.settings(more=toml + force + sites.bands(bands)))


def _guard(draw: random.Random, number: int, names: Sequence[str]) -> Row:
    return {
        "person": f"G{number}", "role": "guard", "affiliation": draw.choice((*names, names[0])), "hours_per_week": 40,
        "duty": draw.choice(("patrol", "post", "office", "post")), "since": "2020-01-01",
        "until": draw.choice(("", "", "", "2026-08-01", "2027-01-31")),
        "qualifications": draw.choice(("armed", "", "")),
    }  # fmt: skip


def _candidate(draw: random.Random, number: int, names: Sequence[str]) -> Row:
    role = draw.choice(("worker", "applicant"))
    return {
        "person": f"C{number}", "role": role, "affiliation": draw.choice(names), "hours_per_week": 40,
        "line": draw.choice(("L1", "L2", "")) if role == "worker" else "",
        "since": "2021-01-01" if role == "worker" else "", "available_from": draw.choice(_SOON),
        "training_weeks": draw.choice(("", 4, 8)), "tested_fit": draw.choice(("yes", "yes", "yes", "yes", "no")),
        "until": draw.choice(("", "", "", "", "2027-03-01")), "qualifications": draw.choice(("armed", "")),
    }  # fmt: skip


def _absences(draw: random.Random, guards: Sequence[Row]) -> list[Row]:
    first = {"person": "G0", "start": "2025-05-01", "end": "2025-05-02", "kind": "leave"}
    days = [date(2025, 9, 1) + timedelta(days=draw.randint(0, 270)) for _ in guards]
    return [
        first,
        *(
            {
                "person": one["person"], "start": day, "end": day + timedelta(days=draw.randint(0, 20)),
                "kind": draw.choice(("sick", "leave")),
            }
            for one, day in zip(guards, days, strict=True)
        ),
    ]  # fmt: skip


def _order(draw: random.Random, number: int, guards: Sequence[Row]) -> Row:
    measure = draw.choice(("guards", "patrolling_guards"))
    staying = [row for row in guards if not row["until"] and (measure == "guards" or row["duty"] == "patrol")]
    return {
        "order": f"O{number}", "issued_on": "2026-06-01", "measure": measure,
        "comparator": draw.choice((">", ">=")), "due_on": draw.choice(_DUE),
        "value": max(len(staying) + draw.choice((-1, 0, 1, 1, 2, 3)), 1),
    }  # fmt: skip


def planner_for(site: Site, *, seed: int = 1) -> ForcePlanner:
    """Who plans the guards of a site, as of its day."""
    books = known_at(site, None)
    planner = ForcePlanner.of(books, ForceQuestion(day=DAY, today=None, seed=seed), MeasureCosts.of(books))
    assert planner is not None
    return planner


@dataclass
class EveryChoice:
    """Every choice among those who could join, counted row by row; it shares nothing with the program but the rows."""

    site: Site

    def __post_init__(self) -> None:
        self.books: KnownBooks = known_at(self.site, None)
        self.people = list(self.books["people"].iter_rows(named=True))
        self.guards = [row for row in self.people if row["role"] == "guard"]
        self.orders = list(self.books["orders"].iter_rows(named=True))
        self.lines = list(self.books["lines"].iter_rows(named=True))
        self.staff = Counter(row["line"] for row in self.people if row["role"] == "worker" and row["line"])
        self.money = {
            (row["what"], row["affiliation"], row["source"]): Fraction(str(row["money"]))
            for row in self.books["costs"].iter_rows(named=True)
        }
        self.days = {YEAR_END}
        self.posts = list(self.books["posts"].iter_rows(named=True))
        self.need = need_of(self.books, guards=roll(self.books), day=DAY, seed=1)
        self.fills = self.site.settings.force.fill_probability is not None
        self.pool = [row for row in self.people if row["role"] != "guard" and self._may_join(row)]

    def _may_join(self, row: Row) -> bool:
        first = self.begins(row)
        able = any(
            not post["qualification"] or post["qualification"] in (row["qualifications"] or ()) for post in self.posts
        )
        room = all(
            band.share[0] < 1 if band.name != row["affiliation"] else band.share[1] > 0
            for band in self.site.settings.force.affiliation
        )
        stays = row["until"] is None or row["until"] >= first
        return bool(row["tested_fit"]) and (able or self.may_patrol(row)) and room and stays

    def may_patrol(self, row: Row) -> bool:
        patrols = [post for post in self.posts if post["kind"] == "patrol"]
        held = row["qualifications"] or ()
        return not patrols or any(not post["qualification"] or post["qualification"] in held for post in patrols)

    def begins(self, row: Row) -> date:
        """The first day as a guard of somebody who joins."""
        begin = max(one for one in (DAY, row["since"], row["available_from"]) if one is not None)
        ready = begin + timedelta(days=math.ceil((row["training_weeks"] or 0) * 7))
        return max(ready, DAY + timedelta(days=1))

    def there(self, row: Row, day: date) -> bool:
        first = (row["since"] or date.min) if row["role"] == "guard" else self.begins(row)
        return first <= day and (row["until"] is None or row["until"] >= day)

    def choices(self) -> Iterator[dict[str, str]]:
        """Who joins, and in which duty."""
        for duties in product(("", "post", "patrol"), repeat=len(self.pool)):
            chosen = {row["person"]: duty for row, duty in zip(self.pool, duties, strict=True) if duty}
            if all(chosen.get(row["person"]) != "patrol" or self.may_patrol(row) for row in self.pool):
                yield chosen

    def cost(self, chosen: Mapping[str, str]) -> Fraction:
        """What they cost a year, beside the guards on record."""
        total, taken = Fraction(0), Counter[str]()
        for row in self._joining(chosen):
            name, role = row["affiliation"], row["role"]
            fits = [(name, role), (name, None), (None, role), (None, None)]
            total += next(self.money["guard", *one] for one in fits if ("guard", *one) in self.money)
            total += self.money["training", None, None] if row["training_weeks"] else 0
            if role == "worker" and row["line"]:
                taken[row["line"]] += 1
        for line in self.lines:
            staff = self.staff[line["line"]]
            needed = Fraction(str(line["workers_needed"]))
            before, after = (min(Fraction(1), Fraction(one) / needed) for one in (staff, staff - taken[line["line"]]))
            total += (before - after) * self.money["output", None, None]
        return total

    def _joining(self, chosen: Mapping[str, str]) -> list[Row]:
        return [row for row in self.pool if row["person"] in chosen]

    def meets(self, chosen: Mapping[str, str]) -> bool:
        """Whether every order, post, qualification and band holds."""
        joined = [{**row, "duty": chosen[row["person"]]} for row in self._joining(chosen)]
        everybody, days = [*self.guards, *joined], set(self.days)
        for order in self.orders:
            on = {YEAR_END} | ({order["due_on"]} if order["due_on"] >= DAY else set())
            days |= on
            for day in on:
                number = sum(
                    self.there(row, day) and (order["measure"] == "guards" or row["duty"] == "patrol")
                    for row in everybody
                )
                if not (number > order["value"] if order["comparator"] == ">" else number >= order["value"]):
                    return False
        return self._filled(everybody) and all(self._in_bands(everybody, day) for day in days)

    def _filled(self, everybody: Sequence[Row]) -> bool:
        if not self.fills:
            return True
        standing = [row for row in everybody if row["duty"] != "office" and self.there(row, YEAR_END)]
        assert self.need.net_hours is not None
        weeks, own = self.need.weeks_per_year, self.need.net_hours
        share = weeks * (own.contract - own.planned) / own.contract
        hours: Counter[str] = Counter()
        for shift in self.need.shifts:
            for name, number in shift.groups.items():
                hours[name] += shift.hours * number / shift.rostered
        given = {
            name: share * sum(row["hours_per_week"] for row in standing if name in ("", *(row["qualifications"] or ())))
            for name in ("", *hours)
        }
        hours[""] = sum(shift.hours for shift in self.need.shifts)
        return all(given[name] >= asked * (1 - 1e-9) for name, asked in hours.items())

    def _in_bands(self, everybody: Sequence[Row], day: date) -> bool:
        there = Counter(row["affiliation"] for row in everybody if self.there(row, day))
        return all(
            Fraction(str(band.share[0])) * there.total()
            <= there[band.name]
            <= Fraction(str(band.share[1])) * there.total()
            for band in self.site.settings.force.affiliation
        )
