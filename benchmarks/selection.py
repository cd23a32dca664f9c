"""A 20-point front among 2,000 candidates with 12 lines, every point proven; beside it the plain program.

    python -m benchmarks.selection

The peer solves the same points on the same door with a Boolean a candidate, as the question is usually posed, without
groups of alike candidates. Output lost must be the same at every point. Seconds of one thread.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from benchmarks import figure
from stockward.answers.orders import OrderAnswer
from stockward.answers.selection import Candidate, SelectionAnswer, SelectionPlan
from stockward.book import read_site
from stockward.book.known import KnownBooks, known_at
from stockward.guards.selection.lines import Line, at_work, lines_of
from stockward.guards.selection.plans import selection_of
from stockward.guards.selection.pool import as_written, candidates_of
from stockward.optim.linear import Program
from stockward.optim.whole import whole_costs
from stockward.terms.verdicts import OrderVerdict, Solved

CANDIDATES, LINES, GUARDS, POINTS = 2_000, 12, 300, 20
DAY, DUE = date(2026, 6, 30), date(2030, 4, 30)
BANDS = {"ministry": (0.7, 0.8), "civilian": (0.2, 0.3)}
SETTINGS = """\
format = 1
[site]
name = "Large works"
timezone = "UTC"
currency = "USD"
[detection]
false_alarm = 0.05
detection = 0.95
""" + "".join(f'[[force.affiliation]]\nname = "{name}"\nshare = {list(band)}\n' for name, band in BANDS.items())


def large_site() -> KnownBooks:
    """A department of 300, 1,500 workers on 12 lines and 500 applicants, all ready on a day of their own."""
    rng = np.random.default_rng(1)
    days = rng.permutation(CANDIDATES)
    people = ["person,role,affiliation,line,duty,available_from,tested_fit"]
    people += [
        f"G{n},guard,{'civilian' if n % 4 == 0 else 'ministry'},,{'patrol' if n % 2 else 'post'},,yes"
        for n in range(GUARDS)
    ]
    lines = rng.integers(0, LINES, CANDIDATES)
    civilian = rng.random(CANDIDATES) < 0.6
    for n in range(CANDIDATES):
        role, line = ("worker", f"L{lines[n]:02}") if n < 1_500 else ("applicant", "")
        affiliation = "civilian" if civilian[n] else "ministry"
        people.append(f"C{n},{role},{affiliation},{line},,{DAY + timedelta(days=int(days[n]))},yes")
    materials = [f"M{n},item,each,{rng.integers(100, 90_000) / 100}" for n in range(LINES)]
    made = [f"L{n:02},M{n},{rng.integers(60, 140)},{rng.integers(20, 4_000)}" for n in range(LINES)]
    tables = {
        "areas": ["area,kind", "A,store"],
        "materials": ["material,kind,unit,unit_value", *materials],
        "movements": ["movement,at,kind,material,quantity"],
        "counts": ["inventory,at,area,material,quantity"],
        "people": people,
        "posts": ["post,kind,guards,start,end,days", "P,patrol,40,00:00,24:00,daily"],
        "lines": ["line,material,workers_needed,output_per_day", *made],
    }
    with tempfile.TemporaryDirectory() as place:
        for name, rows in tables.items():
            (Path(place) / f"{name}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
        (Path(place) / "site.toml").write_text(SETTINGS, encoding="utf-8")
        return known_at(read_site(place), None)


def the_order(required: int) -> OrderAnswer:
    """An order on guards on patrol."""
    return OrderAnswer(
        order="ORD-1", measure="patrolling_guards", unit="guards", issuer=None, scope=None, issued_on=DAY, due_on=DUE,
        comparator=">=", factor=None, value=required, baseline_on=None, baseline=None, baseline_rows=(),
        target=required, strict=False, required=required, now_on=DAY, now=None, now_rows=(), joining=None, leaving=None,
        expected=None, short_now=None, short_by=None, reachable=None, met_on=None, verdict=OrderVerdict.SHORT,
        reason="", stated_reason=None, heard=(), asked=False,
    )  # fmt: skip


@dataclass(frozen=True)
class Plain:
    """The question as usually posed: one Boolean a candidate."""

    books: KnownBooks
    answer: SelectionAnswer
    working: dict[str, str]
    lines: dict[str, Line]

    def least_loss(self, plan: SelectionPlan) -> tuple[float, Solved]:
        """Output lost at least with as many guards when due, the order met on the day of the plan."""
        program = Program()
        pool = [one for one in self.answer.candidates if one.in_pool]
        chosen = [program.number(0, 1) for _ in pool]
        late = plan.met_on if plan.days_late else None
        days = [DUE] if late is None else [DUE, late]
        present = self.books["people"].filter(role="guard")["affiliation"].value_counts()
        numbers = dict(present.iter_rows())
        for day in days:
            self._keep_bands(program, self._serving(pool, chosen, day), numbers)
        due = self._serving(pool, chosen, DUE)
        program.rule(dict.fromkeys((n for n, _ in due), 1), low=plan.guards_by_due - self.answer.expected)
        if late is not None:
            serving = self._serving(pool, chosen, late)
            program.rule(dict.fromkeys((n for n, _ in serving), 1), low=self.answer.required - self.answer.expected)
        used = list(self.lines.values())
        costs = whole_costs([cost for line in used for cost in (line.first, line.each)], times=len(pool))
        lost: dict[int, int] = {}
        for place, line in enumerate(used):
            taken = {n: 1 for n, one in zip(chosen, pool, strict=True) if self.working.get(one.person) == line.line}
            free, part = program.number(0, line.free), program.number(0, 1)
            rest = program.number(0, line.staff)
            program.rule({**taken, free: -1, part: -1, rest: -1}, low=0, high=0)
            lost |= {part: costs.costs[2 * place], rest: costs.costs[2 * place + 1]}
        solved = program.minimise(lost, seed=1)
        return costs.real(solved.objective or 0), solved.status

    @staticmethod
    def _serving(pool: list[Candidate], chosen: list[int], day: date) -> list[tuple[int, Candidate]]:
        return [
            (n, one) for n, one in zip(chosen, pool, strict=True) if one.ready_on is not None and one.ready_on <= day
        ]

    @staticmethod
    def _keep_bands(program: Program, serving: list[tuple[int, Candidate]], now: dict[str, int]) -> None:
        total = sum(now.values())
        for name, (low, high) in BANDS.items():
            for share, sign in ((as_written(low), 1), (as_written(high), -1)):
                part, whole = share.numerator, share.denominator
                terms = {n: sign * (whole * (one.affiliation == name) - part) for n, one in serving}
                program.rule(terms, low=sign * (part * total - whole * now.get(name, 0)))


def main() -> None:
    """Measure and print."""
    books = large_site()
    wanted = the_order(900)
    selection_of(books, order=the_order(1), candidates=(), day=DAY, seed=1)  # loads what it needs
    started, cpu = time.perf_counter(), time.process_time()
    candidates = candidates_of(books, measure=wanted.measure, due_on=DUE, day=DAY)
    answer = selection_of(books, order=wanted, candidates=candidates, day=DAY, seed=1, points=POINTS)
    wall, spent = time.perf_counter() - started, time.process_time() - cpu
    proven = sum(plan.status is Solved.PROVEN for plan in answer.front)
    print(
        f"{answer.pool} in the pool; {len(answer.front)} points, {proven} proven; wall {wall:.1f} s, CPU {spent:.1f} s"
    )
    working = at_work(books, DAY)
    lines, _ = lines_of(books, working, set(working.values()))
    plain = Plain(books, answer, working, lines)
    cpu, differ = time.process_time(), 0.0
    unproven = 0
    for plan in answer.front:
        loss, status = plain.least_loss(plan)
        unproven += status is not Solved.PROVEN
        differ = max(differ, abs(loss - plan.output_lost) / max(1.0, plan.output_lost))
        print(
            f"{plan.plan:>4} {plan.guards_by_due} guards, {plan.output_lost:>12,.0f} lost, "
            f"{plan.days_late} days late; plain {loss:>12,.0f} {status}"
        )
    plainly = time.process_time() - cpu
    print(f"the plain program: {plainly:.1f} s CPU for the same points, loss alone; {unproven} not proven")
    figure("front among 2,000 candidates and 12 lines: points short of 20", POINTS - len(answer.front), limit=0)
    figure("front among 2,000 candidates and 12 lines: points not proven", len(answer.front) - proven, limit=0)
    figure("front among 2,000 candidates and 12 lines: s, wall", wall, limit=60)
    figure("front among 2,000 candidates and 12 lines: s, CPU", spent, limit=60)
    figure("output lost beside the plain program: largest relative difference", differ, limit=1e-9)
    figure("whole front / its points alone by the plain program, CPU", spent / plainly, limit=None)


if __name__ == "__main__":
    main()
