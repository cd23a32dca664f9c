"""The plan of a site: goals and decisions from its books, the cheapest choice, and the proof in books closed anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import polars as pl

from stockward.answers.balances import Balances
from stockward.answers.detection import GoalAnswer, SeriesDetection
from stockward.answers.plan import GoalInTheWay, MeasureKind, PlannedGoal, PlannedMeasure
from stockward.book.known import KnownBooks
from stockward.protection.choosing import CheapestChoice, Chooser
from stockward.protection.costs import MeasureCosts
from stockward.protection.decisions import DecidedLevels, Decision, Option, decisions_of, options_of
from stockward.protection.goals_held import HeldGoal
from stockward.terms.errors import UsageError
from stockward.terms.periods import MICROSECONDS_A_DAY, YEAR_DAYS
from stockward.terms.verdicts import Scope, Solved
from stockward.unseen.goals import Goal, goals_of
from stockward.unseen.sight import Sight

_LEAST_MARGIN = 1.001
"""A plan that misses a goal by rounding is not looked at again."""

Measured = Callable[[DecidedLevels], Mapping[tuple[str, float, float], GoalAnswer]]
"""Every goal of the site, by series, quantity and days, in books closed anew with a choice in them."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What a plan comes to; ``closed_again`` goals were measured in books closed anew."""

    status: Solved
    cost: Fraction | None
    bound: Fraction | None
    cost_now: Fraction
    needs: Fraction | None
    measures: tuple[PlannedMeasure, ...]
    goals: tuple[PlannedGoal, ...]
    in_the_way: tuple[GoalInTheWay, ...]
    left_out: tuple[str, ...]
    closed_again: int
    looked_at: int


class Planner:
    """Plans for the goals of one site; ``seen`` and ``found`` are what a review sees in each series of its books."""

    def __init__(
        self,
        books: KnownBooks,
        balances: Balances,
        seen: Sequence[Sight | None],
        found: Sequence[SeriesDetection],
        goals: pl.DataFrame,
        seed: int,
    ) -> None:
        self.books, self.costs = books, MeasureCosts.of(books)
        looked = list(options_of(books))
        self.options = {one.key: one for one, _ in looked if one is not None}
        self.left_out = tuple(why for _, why in looked if why)
        self._rows = balances.series.to_dicts()
        self._found = found
        wanted = _Wanted(balances, goals.to_dicts())
        tested = [(number, sight) for number, sight in enumerate(seen) if sight is not None and wanted.of(number)]
        decisions = self._decisions(wanted, tested)
        self.held = [held for number, sight in tested for held in self._held(wanted, number, sight, decisions)]
        self.untested = [
            (number, held) for number in range(len(seen)) if seen[number] is None for held in _answers(found[number])
        ]
        self.chooser = Chooser(decisions, seed)

    def _decisions(self, wanted: _Wanted, tested: Sequence[tuple[int, Sight]]) -> list[Decision]:
        areas = sorted({area for number, _ in tested for area in wanted.areas(number)})
        methods = sorted({method for _, sight in tested for method in sight.terms.methods})
        options = [one for one in self.options.values() if one.method in methods]
        return decisions_of(self.books, self.costs, areas, methods, options)

    def _held(self, wanted: _Wanted, number: int, sight: Sight, decisions: Sequence[Decision]) -> list[HeldGoal]:
        """The goals of one series, with the decisions that touch it."""
        row, methods = self._rows[number], sight.terms.methods
        areas = wanted.areas(number)
        of_areas = [one for one in decisions if one.kind is MeasureKind.INVENTORIES and one.of in areas]
        own = 1.0 if len(of_areas) == 1 else _periods_a_year(sight)
        losing = {area: place for place, area in enumerate(areas) if place in sight.terms.losing}
        others = [
            one
            for one in decisions
            if (one.of in losing if one.kind is MeasureKind.INVENTORIES else one.of in methods and len(one.levels) > 1)
        ]
        return [
            HeldGoal(
                id=row["id"],
                label=_called(row),
                area=row["area"],
                substance=row["substance"],
                unit=row["unit"],
                goal=goal,
                sight=sight,
                resting=self._found[number].resting,
                areas=tuple((one, 1.0 if len(of_areas) == 1 else _today(one) / own) for one in of_areas),
                others=tuple(others),
                losing=losing,
            )
            for goal in wanted.of(number)
        ]

    @property
    def today(self) -> DecidedLevels:
        """What is done today."""
        return {one: one.today for one in self.chooser.decisions}

    def plan(self, measured: Measured, budget: Fraction | None) -> Planned:
        """The cheapest plan that meets every goal, measured again in books closed with it."""
        if not self.held and not self.untested:
            raise UsageError(
                "no goal can be planned for: add goals.csv with substance and quantity, the losses that must not go "
                "unseen, of what the site accounts for"
            )
        best = self._proven(measured, self.held, budget) if not self._unmet else _nothing()
        if best.choice is None:
            return self._impossible(best, budget)
        prices = {id(one): (best.cost or Fraction(0)) - (self._without([one]).cost or Fraction(0)) for one in self.held}
        return self._planned(best, prices)

    @property
    def _unmet(self) -> list[tuple[int, GoalAnswer]]:
        """Goals of series that are not tested and not exact: no measure of a plan meets them."""
        return [(number, held) for number, held in self.untested if not held.met]

    def _without(self, left_out: Sequence[HeldGoal]) -> CheapestChoice:
        """The cheapest plan for all goals but some."""
        return self.chooser.cheapest([one for one in self.held if one not in left_out])

    def _proven(self, measured: Measured, goals: Sequence[HeldGoal], most: Fraction | None) -> CheapestChoice:
        """The cheapest choice of which the books, closed with it, meet every goal, too.

        Where they need a larger loss than the terms of error let expect, the goal is held against by so much less from
        then on; what was cheapest before that is a bound.
        """
        first = best = self.chooser.cheapest(goals, most=most)
        while best.choice is not None:
            again = measured(best.choice)
            missed = [one for one in goals if not _is_met(again.get(_key(one)), one)]
            if not missed:
                proven = best.status is Solved.PROVEN and best.cost == first.cost
                return replace(best, status=Solved.PROVEN if proven else Solved.FEASIBLE, bound=first.bound)
            for one in missed:
                self._tighten(one, best.choice, again.get(_key(one)))
            best = self.chooser.cheapest(goals, most=most)
        return best

    def _tighten(self, held: HeldGoal, choice: DecidedLevels, again: GoalAnswer | None) -> None:
        key = held.key(choice)
        needed, expected = None if again is None else again.detectable, held.held(key).detectable
        if needed is None or expected is None:
            self.chooser.rule_out(held, key)
        else:
            held.margin *= max((needed + held.resting) / (expected + held.resting), _LEAST_MARGIN)

    def _impossible(self, best: CheapestChoice, budget: Fraction | None) -> Planned:
        """Why there is no plan: the goals in conflict, as few as there can be, and what each would take."""
        unmet = self._unmet
        if unmet:
            in_the_way = tuple(
                GoalInTheWay(
                    id=self._rows[number]["id"],
                    label=_called(self._rows[number]),
                    quantity=held.quantity,
                    unit=self._rows[number]["unit"],
                    reachable=None,
                    cost_without=None,
                    reason=held.reason or "the series is not tested",
                )
                for number, held in unmet
            )
            return self._planned(best, {}, in_the_way=in_the_way)
        conflict = self._conflict(budget)
        needs = self.chooser.cheapest(self.held).cost if budget is not None else None
        return self._planned(best, {}, in_the_way=tuple(self._of(one) for one in conflict), needs=needs)

    def _conflict(self, budget: Fraction | None) -> list[HeldGoal]:
        """The goals that no plan meets even alone; else a smallest set that none meets together.

        Such a set is found by leaving goals out one by one, while there is still no plan for those that are left.
        """
        alone = [one for one in self.held if self.chooser.cheapest([one]).choice is None]
        if alone:
            return alone
        conflict = list(self.held)
        for one in self.held:
            fewer = [other for other in conflict if other is not one]
            if self.chooser.cheapest(fewer, most=budget).choice is None:
                conflict = fewer
        return conflict

    def _of(self, held: HeldGoal) -> GoalInTheWay:
        known = [(limit, key) for key in held.strongest() if (limit := held.limit(key)) is not None]
        best = held.held(min(known, key=lambda one: one[0])[1]).detectable if known else None
        return GoalInTheWay(
            id=held.id,
            label=held.label,
            quantity=held.goal.quantity,
            unit=held.unit,
            reachable=_with(best, held.resting),
            cost_without=_real(self._without([held]).cost),
            reason=None if held.target > 0 else "it may be taken out of what stands at earlier readings",
        )

    def _planned(
        self,
        best: CheapestChoice,
        prices: Mapping[int, Fraction],
        *,
        in_the_way: tuple[GoalInTheWay, ...] = (),
        needs: Fraction | None = None,
    ) -> Planned:
        choice = best.choice
        cost_now = sum((one.levels[one.today].cost for one in self.chooser.decisions), Fraction(0))
        return Planned(
            status=best.status,
            cost=best.cost,
            bound=best.bound,
            cost_now=cost_now,
            needs=needs,
            measures=tuple(
                self._measure(one, one.today if choice is None else choice[one]) for one in self.chooser.decisions
            ),
            goals=tuple(self._goal(one, choice, prices.get(id(one))) for one in self.held),
            in_the_way=in_the_way,
            left_out=self.left_out,
            closed_again=0 if choice is None else len(self.held),
            looked_at=sum(one.measured for one in self.held),
        )

    def _measure(self, decision: Decision, place: int) -> PlannedMeasure:
        now, then = decision.levels[decision.today], decision.levels[place]
        added = then.value if decision.kind is MeasureKind.CALIBRATIONS and isinstance(then.value, Fraction) else None
        return PlannedMeasure(
            kind=decision.kind,
            of=decision.of,
            name=then.value.name if isinstance(then.value, Option) else self._name(decision),
            now_a_year=now.a_year,
            a_year=then.a_year,
            every_days=float(added) if added else None,
            cost_now=float(now.cost),
            cost=float(then.cost),
        )

    def _name(self, decision: Decision) -> str:
        if decision.kind is MeasureKind.INVENTORIES:
            names = dict(self.books["areas"].select(pl.col("area").cast(pl.String), "name").rows())
            return names.get(decision.of) or decision.of
        return decision.of

    def _goal(self, held: HeldGoal, choice: DecidedLevels | None, price: Fraction | None) -> PlannedGoal:
        now = held.held(held.key(self.today))
        then = None if choice is None else held.held(held.key(choice))
        return PlannedGoal(
            id=held.id,
            label=held.label,
            area=held.area,
            substance=held.substance,
            quantity=held.goal.quantity,
            unit=held.unit,
            within_days=held.goal.within_days,
            needed_now=_with(now.detectable, held.resting),
            needed=None if then is None else _with(then.detectable, held.resting),
            chance_now=now.probability,
            chance=None if then is None else then.probability,
            price=_real(price),
        )


class _Wanted:
    """The goals of each series, and the areas that it is made of."""

    def __init__(self, balances: Balances, goals: list[dict[str, Any]]) -> None:
        self._series, self._goals = balances.series.to_dicts(), goals
        self._joined = {row["substance"] for row in self._series if row["scope"] == Scope.SITE.value}
        self._members = dict(balances.sites.select("series", "areas").rows())

    def of(self, number: int) -> list[Goal]:
        """The goals of a series, as a review holds them against it."""
        row = self._series[number]
        whole = row["substance"] not in self._joined
        return goals_of(self._goals, row["area"], row["substance"], row["unit"], whole=whole)

    def areas(self, number: int) -> list[str]:
        """The area of a series, or all areas that are added up in it."""
        area = self._series[number]["area"]
        return [area] if area is not None else list(self._members.get(number, []))


def _answers(found: SeriesDetection) -> list[GoalAnswer]:
    return [*([found.goal] if found.goal else []), *found.further_goals]


def _key(held: HeldGoal) -> tuple[str, float, float]:
    return held.id, held.goal.quantity, held.goal.within_days


def _is_met(again: GoalAnswer | None, held: HeldGoal) -> bool:
    return again is not None and again.met


def _with(needed: float | None, resting: float) -> float | None:
    return None if needed is None else needed + resting


def _real(cost: Fraction | None) -> float | None:
    return None if cost is None else float(cost)


def _nothing() -> CheapestChoice:
    return CheapestChoice(Solved.IMPOSSIBLE, None, None, None)


def _today(decision: Decision) -> float:
    return decision.levels[decision.today].a_year


def _periods_a_year(sight: Sight) -> float:
    days = float(sight.end[-1] - sight.start[0]) / MICROSECONDS_A_DAY
    return sight.periods * YEAR_DAYS / days


def _called(row: dict[str, Any]) -> str:
    """What people call a series: the substance and its area, the latter blank for the whole site."""
    holding, area = row["holding_name"] or row["substance"], row["area_name"] or row["area"]
    return f"{holding}, whole site" if area is None else f"{holding} in {area}"
