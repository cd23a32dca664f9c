"""The guards of a plan, from the books to the answer: the cheapest, the order as given, and what is in the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from functools import cached_property

from stockward.answers.planned.guards import (
    ForceGoalKind,
    ForcePart,
    ForceWayOut,
    OrderAsGiven,
    PlannedForceGoal,
    PlannedGuards,
    TransferredLine,
)
from stockward.book.known import KnownBooks
from stockward.guards.roll import GUARDS
from stockward.protection.costs import MeasureCosts
from stockward.protection.guards.cheapest import ForceChooser, Goals, served_by, without_needless
from stockward.protection.guards.facts import ForceFacts
from stockward.protection.guards.goals import ForceGoal
from stockward.protection.guards.measured import MeasuredGoal, measured_goals
from stockward.protection.guards.pool import CandidateGroup
from stockward.protection.guards.posts import ForceQuestion
from stockward.protection.guards.program import Joining
from stockward.protection.guards.ways import ways_out_of
from stockward.terms.errors import StockwardError
from stockward.terms.verdicts import Solved

ON_RECORD = "guard"
"""The source of guards who are on record as such."""


class ForcePlanner:
    """Plans the guards of one site."""

    def __init__(self, facts: ForceFacts, costs: MeasureCosts) -> None:
        self.facts, self._costs = facts, costs
        self.chooser = ForceChooser(facts)
        self.goals: Goals = tuple(one for one in facts.goals if one.reason is None)
        self.unmeasured: Goals = tuple(one for one in facts.goals if one.reason is not None)

    @classmethod
    def of(cls, books: KnownBooks, asked: ForceQuestion, costs: MeasureCosts) -> ForcePlanner | None:
        """The planner; ``None`` for a site that asks nothing of its guards."""
        facts = ForceFacts.of(books, asked, costs)
        return None if facts is None else cls(facts, costs)

    def if_comes(self, asked: ForceQuestion) -> ForcePlanner:
        """The planner if something comes, on the same day and with the same record."""
        return ForcePlanner(self.facts.if_comes(asked, self._costs), self._costs)

    def at_costs(self, costs: MeasureCosts) -> ForcePlanner:
        """The same at other costs."""
        return ForcePlanner(self.facts.at_costs(costs), costs)

    def cost_of(self, other: ForcePlanner) -> Fraction | None:
        """What the guards of a plan that was made at other costs cost a year at these."""
        return None if other.best.chosen is None else self.facts.market.cost(other.best.chosen) + self.record_cost

    @cached_property
    def best(self) -> Joining:
        """Who joins at the least cost so that every goal holds; nobody where one cannot be measured."""
        if self.unmeasured:
            return Joining(Solved.IMPOSSIBLE, (), None, None, None)
        return self.chooser.cheapest(self.goals)

    @cached_property
    def record_cost(self) -> Fraction:
        """What a year of the guards costs whom the record has on the last day, whoever joins."""
        return sum((self._of(name, number) for name, number in self._on_record(last=True).items()), Fraction(0))

    @property
    def cost_now(self) -> Fraction:
        """What a year of the guards of today costs."""
        return sum((self._of(name, number) for name, number in self._on_record(last=False).items()), Fraction(0))

    @property
    def cost(self) -> Fraction | None:
        """What a year of the guards of the plan costs."""
        return None if self.best.cost is None else self.best.cost + self.record_cost

    @property
    def bound(self) -> Fraction | None:
        """What no guards that meet every goal cost less than."""
        return None if self.best.bound is None else self.best.bound + self.record_cost

    def _of(self, affiliation: str, number: int) -> Fraction:
        return number * self._costs.of_guard(affiliation, ON_RECORD)

    def _on_record(self, *, last: bool) -> Counter[str]:
        return self.facts.guards.by_affiliation(GUARDS, self.facts.until if last else self.facts.asked.day)

    def needed_beside(self, others: Fraction, budget: Fraction) -> Goals:
        """The goals that no guards meet within a budget of which ``others`` is taken; none can be left out."""

        def fails(goals: Goals) -> bool:
            cost = self.chooser.cheapest(goals).cost
            return cost is not None and cost + self.record_cost + others > budget

        return without_needless(self.goals, fails)

    def part(self, *, detection_cost: Fraction | None, in_budget: Iterable[ForceGoal] = ()) -> ForcePart:
        """The answer; ``in_budget`` are the goals that stand in the way of a budget alone."""
        measured = self._measured(self.best) if self.best.chosen is not None else {}
        by_record = measured_goals(self.facts, None)
        conflict = self.conflict or tuple(in_budget)
        return ForcePart(
            day=self.facts.asked.day,
            until=self.facts.until,
            status=self.best.status,
            cost_now=float(self.cost_now),
            cost=_real(self.cost),
            bound=_real(self.bound),
            detection_cost=_real(detection_cost),
            groups=tuple(self.groups(self.best)),
            lines=tuple(self._lines()),
            goals=tuple(self._goal(one, by_record.get(one), measured.get(one)) for one in self.facts.goals),
            in_the_way=tuple(one.label for one in conflict),
            ways_out=self.ways_out,
            as_given=self.as_given(),
            measured=len(measured),
            pool=len(self.facts.market.pool),
            candidates=self.facts.candidates,
            notes=self.facts.notes,
        )

    @cached_property
    def conflict(self) -> Goals:
        """The fewest goals that no choice meets together, or those that cannot be measured; none for a plan."""
        if self.best.status is not Solved.IMPOSSIBLE:
            return ()
        return self.unmeasured or self.chooser.conflict(self.goals)

    @cached_property
    def ways_out(self) -> tuple[ForceWayOut, ...]:
        """What of the conflict could give way, the cheapest first."""
        if self.unmeasured or not self.conflict:
            return ()
        return ways_out_of(self.chooser, self.goals, self.conflict, self.record_cost)

    def _measured(self, joining: Joining) -> dict[ForceGoal, MeasuredGoal]:
        """Every goal measured in the roll with the plan in it; a plan that misses one is a fault of ours."""
        measured = measured_goals(self.facts, joining)
        missed = [goal.label for goal, found in measured.items() if not found.met]
        if missed:
            raise StockwardError(f"the guards of the plan miss {', '.join(missed)}: report it")
        return measured

    def as_given(self) -> OrderAsGiven | None:
        """The orders on guards alone: nobody asks about posts, bands or output."""
        orders = [one for one in self.goals if one.kind is ForceGoalKind.ORDER]
        if not orders:
            return None
        found = self.chooser.cheapest(orders)
        if found.cost is None or found.chosen is None:
            return OrderAsGiven(cost=None, joining=0, goals=())
        met = tuple(goal.label for goal, one in measured_goals(self.facts, found).items() if one.met)
        joining = sum(number for number, _ in found.chosen.values())
        return OrderAsGiven(cost=float(found.cost + self.record_cost), joining=joining, goals=met)

    def groups(self, joining: Joining) -> Iterable[PlannedGuards]:
        """The guards on record, and those who join, by affiliation and source."""
        now, then = self._on_record(last=False), self._on_record(last=True)
        for name in sorted({*now, *then}):
            yield PlannedGuards(
                affiliation=name, source=ON_RECORD, now=now[name], then=then[name], patrolling=0,
                cost_now=float(self._of(name, now[name])), cost=float(self._of(name, then[name])), training=0.0,
                serves=(),
            )  # fmt: skip
        chosen = joining.chosen or {}
        kinds: dict[tuple[str, str], list[CandidateGroup]] = {}
        for group in chosen:
            kinds.setdefault((group.affiliation, group.role), []).append(group)
        for (affiliation, role), groups in sorted(kinds.items()):
            number = sum(chosen[group][0] for group in groups)
            trained = sum(chosen[group][0] for group in groups if group.trains)
            training = trained * self._costs.of_training(affiliation, role) if trained else Fraction(0)
            yield PlannedGuards(
                affiliation=affiliation, source=role, now=0, then=number,
                patrolling=sum(chosen[group][1] for group in groups), cost_now=0.0,
                cost=float(number * self._costs.of_guard(affiliation, role)), training=float(training),
                serves=tuple(served_by(self.facts, self.goals, joining, groups)),
            )  # fmt: skip

    def _lines(self) -> Iterable[TransferredLine]:
        taken: Counter[str] = Counter()
        for group, (number, _) in (self.best.chosen or {}).items():
            if group.line is not None:
                taken[group.line] += number
        for code, number in sorted(taken.items()):
            line = self.facts.market.lines[code]
            share = line.share_lost(number)
            yield TransferredLine(
                line=code, staff=line.staff, taken=number, share_lost=float(share), cost=float(line.worth * share)
            )

    def _goal(self, goal: ForceGoal, by_record: MeasuredGoal | None, measured: MeasuredGoal | None) -> PlannedForceGoal:
        shown = measured or by_record
        price = None if self.best.chosen is None else self.chooser.price(self.goals, goal)
        return PlannedForceGoal(
            kind=goal.kind,
            of=goal.of,
            label=goal.label,
            on=self.facts.until if shown is None else shown.on,
            low=None if shown is None else shown.low,
            high=None if shown is None else shown.high,
            figure_now=None if by_record is None else by_record.figure,
            figure=None if measured is None else measured.figure,
            met_now=by_record is not None and by_record.met,
            met=measured is not None and measured.met,
            late=goal.late,
            price=_real(price),
            reason=goal.reason,
        )


def _real(cost: Fraction | None) -> float | None:
    return None if cost is None else float(cost)
