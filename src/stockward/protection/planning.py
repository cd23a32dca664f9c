"""The plan of a site: goals and decisions from its books, the cheapest choice, and the proof in books closed anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from fractions import Fraction

import polars as pl

from stockward.answers.plan import GoalInTheWay, MeasureKind, PlannedGoal, PlannedMeasure
from stockward.answers.planned.draws import LotCount
from stockward.answers.response.interruption import PlannedInterruption
from stockward.book.known import KnownBooks
from stockward.protection.case_goals import CaseGoals, ClosedAgain, WantedGoals, planned_goal, with_resting
from stockward.protection.choosing import CheapestChoice, Chooser
from stockward.protection.closed.counted_books import CountedBooks
from stockward.protection.closed.seen_books import SeenBooks
from stockward.protection.closed_search import ClosedSearch
from stockward.protection.costs import MeasureCosts
from stockward.protection.counts.drawing import CountedGoal
from stockward.protection.counts.facts import counts_by_lot
from stockward.protection.counts.planned import draw_measures, planned_count
from stockward.protection.decisions import DecidedLevels, Decision, Level, Option, decisions_of, options_of
from stockward.protection.further_options import Doubled, Parted, not_looked_at
from stockward.protection.goals_held import HeldGoal
from stockward.protection.proposing import HeldRequirement
from stockward.protection.response.figures import Upgrade
from stockward.protection.response.planned import ResponsePlan
from stockward.terms.errors import UsageError
from stockward.terms.verdicts import Solved

_OPTIONS = (Upgrade, Option, Doubled, Parted)


@dataclass(frozen=True, slots=True)
class Planned:
    """What a plan comes to; ``closed_again`` goals were measured in books closed anew."""

    status: Solved
    cost: Fraction | None
    bound: Fraction | None
    cost_now: Fraction
    needs: Fraction | None
    choice: DecidedLevels | None
    measures: tuple[PlannedMeasure, ...]
    goals: tuple[PlannedGoal, ...]
    in_the_way: tuple[GoalInTheWay, ...]
    interruption: PlannedInterruption | None
    left_out: tuple[str, ...]
    closed_again: int
    looked_at: int
    counts: tuple[LotCount, ...]


class Planner:
    """Plans for the goals of one site; ``today`` are its books as they are, with what a review sees in them.

    ``seed`` is that of the search. Raises ``UsageError`` for a cost that is not stated.
    """

    def __init__(
        self,
        seen: SeenBooks,
        goals: pl.DataFrame,
        seed: int,
        closed_again: ClosedAgain,
        costs: MeasureCosts | None = None,
        counted: CountedBooks | None = None,
    ) -> None:
        self.books, self.costs, self._seen = seen.books, costs or MeasureCosts.of(seen.books), seen
        looked = list(options_of(seen.books))
        options = [one for one, _ in looked if one is not None]
        self.goals, self.lots = goals, counts_by_lot(seen.books, goals, self.costs)
        self.response, self._seed = ResponsePlan.of(seen.books, self.costs), seed
        wanted = WantedGoals(seen, goals)
        self.left_out = (
            *(why for _, why in looked if why),
            *not_looked_at(seen.books, wanted.areas, wanted.methods),
            *self.lots.left_out,
            *self.response.left_out,
        )
        used = [one for one in options if one.method in wanted.methods]
        of_books = decisions_of(seen.books, self.costs, wanted.areas, wanted.methods, used, self.lots.areas)
        self.decisions = [*of_books, *self.response.decisions]
        self._counted = counted or CountedBooks(seen, self.decisions)
        self.case = wanted.held(self.decisions, closed_again, self._counted)
        self.chooser = Chooser(self.decisions, seed, self.lots.counts)

    def case_of(self, seen: SeenBooks, closed_again: ClosedAgain) -> CaseGoals:
        """The goals in books in which something came, with the same decisions on them."""
        return WantedGoals(seen, self.goals).held(self.decisions, closed_again, CountedBooks(seen, self.decisions))

    def asking(self, goals: pl.DataFrame, closed_again: ClosedAgain) -> Planner:
        """The same for goals that ask for other losses."""
        return self._taught(Planner(self._seen, goals, self._seed, closed_again, self.costs, self._counted))

    def at_costs(self, costs: MeasureCosts) -> Planner:
        """The same at other costs."""
        other = self._taught(Planner(self._seen, self.goals, self._seed, self.case.closed_again, costs, self._counted))
        for goal, known in zip(other.response.goals, self.response.goals, strict=True):
            goal.learn(known)
        return other

    def in_books(self, books: KnownBooks) -> Planner:
        """The same with other posts in the books: nothing in them that is weighed or counted is another."""
        seen = replace(self._seen, books=books)
        return self._taught(Planner(seen, self.goals, self._seed, self.case.closed_again, self.costs, self._counted))

    def _taught(self, other: Planner) -> Planner:
        """A planner that knows what was measured here: which losses a plan finds is the same there."""
        for one, same in zip(other.case.held, self.case.held, strict=True):
            one.learn(same)
        return other

    def as_decided(self, choice: DecidedLevels) -> DecidedLevels:
        """A choice that was made at other costs, or for other goals; as today where it says nothing."""
        values = {(one.kind, one.of): one.levels[place].value for one, place in choice.items()}
        return {one: one.place_of(values.get((one.kind, one.of))) for one in self.decisions}

    @property
    def sees_losses(self) -> bool:
        """Whether it has goals of detection that a plan can do something about."""
        return bool(self.case.held or self.lots.counts)

    def with_stock_of(self, books: KnownBooks) -> Planner:
        """The same, which draws by lot from the stock of books in which something came."""
        other, lots = copy(self), counts_by_lot(books, self.goals, self.costs, may_come=True)
        other.lots, other.chooser = lots, Chooser(self.decisions, self._seed, lots.counts)
        return self if lots == self.lots else other

    @property
    def today(self) -> DecidedLevels:
        """What is done today."""
        return {one: one.today for one in self.decisions}

    def cost(self, choice: DecidedLevels) -> Fraction:
        """What a choice costs a year, with what counts by lot draw beside it."""
        return self.chooser.cost(choice)

    def drawn_by(self, choice: DecidedLevels) -> list[Mapping[str, int]]:
        """How many items of each stratum the counts by lot draw with a choice."""
        return [one.drawn for one in self.chooser.samples(choice, self.lots.goals)]

    def changes(self, now: DecidedLevels, then: DecidedLevels) -> tuple[PlannedMeasure, ...]:
        """What one choice does otherwise than another."""
        return tuple(self._measure(one, now[one], then[one]) for one in self.decisions if now[one] != then[one])

    def plan(self, budget: Fraction | None, *, alone: bool = True) -> Planned:
        """The cheapest plan that meets every goal, measured again in books closed with it; ``alone``: there are no
        goals beside those of detection.
        """
        if alone and not (self._all(self.case) or self.case.unmet or self.case.exact or self.lots.counts):
            raise UsageError(
                "no goal can be planned for: add goals.csv with substance and quantity, the losses that must not go "
                "unseen, of what the site accounts for"
            )
        best = self.cheapest([self.case], budget)
        if best.choice is None:
            needs = self.cheapest([self.case]).cost if budget is not None else None
            held, counted = ([], []) if self.case.unmet else self._conflict(self.case, budget)
            hindering = self.case.unmet or self._told(self.case, held, counted)
            thief = self._thief_in_the_way(held)
            return self._planned(best, {}, in_the_way=hindering, interruption=thief, needs=needs)
        prices = {
            id(one): (best.cost or Fraction(0)) - (self._without(self.case, one).cost or Fraction(0))
            for one in self._all(self.case)
        }
        return self._planned(best, prices)

    def _all(self, *cases: CaseGoals) -> list[HeldRequirement]:
        """All that a plan must meet in these cases: that a thief is met does not hang on the books."""
        return [*(one for case in cases for one in case.held), *self.response.goals]

    def cheapest(self, cases: Sequence[CaseGoals], most: Fraction | None = None) -> CheapestChoice:
        """The cheapest choice of which the books of all cases, closed with it, meet every goal, too.

        Where there are several cases, one choice serves them all.
        """
        return ClosedSearch(self.chooser, cases, self._all(*cases)).cheapest(most)

    def cost_without(self, goal: HeldRequirement | None) -> Fraction | None:
        """What the cheapest plan costs without one of its goals."""
        return None if goal is None else self._without(self.case, goal).cost

    def _without(self, case: CaseGoals, left_out: HeldRequirement) -> CheapestChoice:
        """The cheapest plan for all goals of a case but one."""
        return self.chooser.cheapest([one for one in self._all(case) if one is not left_out])

    def in_the_way(self, case: CaseGoals, budget: Fraction | None) -> tuple[GoalInTheWay, ...]:
        """Why there is no plan for a case: the goals in conflict, as few as there can be, and what each would take."""
        if case.unmet:
            return case.unmet
        return self._told(case, *self._conflict(case, budget))

    def _told(
        self, case: CaseGoals, held: Sequence[HeldRequirement], counted: Sequence[CountedGoal]
    ) -> tuple[GoalInTheWay, ...]:
        """Goals in conflict, with what each would take; that a thief is met is told apart."""
        of_books = [one for one in held if isinstance(one, HeldGoal)]
        return (*(self._of(case, one) for one in of_books), *(self._of_counted(case, one) for one in counted))

    def _thief_in_the_way(self, conflict: Sequence[HeldRequirement]) -> PlannedInterruption | None:
        """The goal that a thief is met, where it is among those in conflict."""
        held = self.response.held
        if held is None or all(one is not held for one in conflict):
            return None
        return self.response.in_the_way(_real(self._without(self.case, held).cost), self._seed)

    def _conflict(self, case: CaseGoals, budget: Fraction | None) -> tuple[list[HeldRequirement], list[CountedGoal]]:
        """The goals that no plan meets even alone; else a smallest set that none meets together.

        Such a set is found by leaving goals out one by one, while there is still no plan for those that are left.
        """
        alone = [one for one in self._all(case) if self.chooser.cheapest([one], counted=()).choice is None]
        if alone:
            return alone, []
        held, counted = self._all(case), list(self.lots.goals)
        for one in self._all(case):
            fewer = [other for other in held if other is not one]
            if self.chooser.cheapest(fewer, most=budget, counted=counted).choice is None:
                held = fewer
        for goal in self.lots.goals:
            less = [other for other in counted if other is not goal]
            if self.chooser.cheapest(held, most=budget, counted=less).choice is None:
                counted = less
        return held, counted

    def _of_counted(self, case: CaseGoals, goal: CountedGoal) -> GoalInTheWay:
        others = [one for one in self.lots.goals if one is not goal]
        return GoalInTheWay(
            id=goal.id,
            label=goal.label,
            quantity=goal.quantity,
            unit=goal.unit,
            reachable=None,
            cost_without=_real(self.chooser.cheapest(self._all(case), counted=others).cost),
            reason=None,
        )

    def _of(self, case: CaseGoals, held: HeldGoal) -> GoalInTheWay:
        known = [(limit, key) for key in held.strongest() if (limit := held.limit(key)) is not None]
        best = held.held(min(known, key=lambda one: one[0])[1]).detectable if known else None
        return GoalInTheWay(
            id=held.id,
            label=held.label,
            quantity=held.goal.quantity,
            unit=held.unit,
            reachable=with_resting(best, held.resting),
            cost_without=_real(self._without(case, held).cost),
            reason=None if held.target > 0 else "it may be taken out of what stands at earlier readings",
        )

    def _planned(
        self,
        best: CheapestChoice,
        prices: Mapping[int, Fraction],
        *,
        in_the_way: tuple[GoalInTheWay, ...] = (),
        interruption: PlannedInterruption | None = None,
        needs: Fraction | None = None,
    ) -> Planned:
        choice = best.choice
        counts = self._counts(choice, best.cost)
        return Planned(
            status=best.status,
            cost=best.cost,
            bound=best.bound,
            cost_now=self.chooser.cost(self.today, ()),
            needs=needs,
            choice=choice,
            measures=(
                *(
                    self._measure(one, one.today, one.today if choice is None else choice[one])
                    for one in self.decisions
                ),
                *draw_measures(counts),
            ),
            goals=tuple(planned_goal(one, self.today, choice, _real(prices.get(id(one)))) for one in self.case.held),
            in_the_way=in_the_way,
            interruption=interruption or self.response.planned(choice, _real(prices.get(id(self.response.held)))),
            left_out=self.left_out,
            closed_again=0 if choice is None else sum(one.closed_with(choice) for one in self.case.held),
            looked_at=sum(one.measured for one in self.case.held) + sum(one.measured for one in self.response.goals),
            counts=counts,
        )

    def _counts(self, choice: DecidedLevels | None, cost: Fraction | None) -> tuple[LotCount, ...]:
        """The counts by lot of a plan, and what each of their goals costs."""

        def price(goal: CountedGoal) -> float | None:
            if cost is None:
                return None
            others = [one for one in self.lots.goals if one is not goal]
            without = self.chooser.cheapest(self._all(self.case), counted=others).cost
            return None if without is None else float(cost - without)

        decided = self.today if choice is None else choice
        samples = self.chooser.samples(decided, self.lots.goals) if choice is not None else []
        return tuple(
            planned_count(
                count,
                samples[place] if samples else None,
                self.chooser.counted_whole(count, self.today),
                self.chooser.counted_whole(count, decided),
                price,
            )
            for place, count in enumerate(self.lots.counts)
        )

    def _measure(self, decision: Decision, now_at: int, place: int) -> PlannedMeasure:
        now, then = decision.levels[now_at], decision.levels[place]
        bought = [one for one in decision.levels if one is not now and isinstance(one.value, _OPTIONS)]
        added = then.value if decision.kind is MeasureKind.CALIBRATIONS and isinstance(then.value, Fraction) else None
        return PlannedMeasure(
            kind=decision.kind,
            of=decision.of,
            name=self._name(decision, then if then.a_year else now),
            now_a_year=now.a_year,
            a_year=then.a_year,
            every_days=float(added) if added else None,
            cost_now=float(now.cost),
            cost=float(then.cost),
            cheapest=min((float(one.cost) for one in bought), default=None),
        )

    def _name(self, decision: Decision, level: Level) -> str:
        if isinstance(level.value, Upgrade):
            return level.value.name
        if isinstance(level.value, _OPTIONS):
            return level.value.name or decision.of
        if decision.kind is MeasureKind.INVENTORIES:
            names = dict(self.books["areas"].select(pl.col("area").cast(pl.String), "name").rows())
            return names.get(decision.of) or decision.of
        return decision.of


def _real(cost: Fraction | None) -> float | None:
    return None if cost is None else float(cost)
