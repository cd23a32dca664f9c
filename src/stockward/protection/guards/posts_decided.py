"""Which options on guards at posts a plan takes: each set that goes together is planned for by itself.

What the posts take, and who answers alarms, hangs on the set; with one given, guards and all else are planned as ever.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from stockward.answers.plan import GoalInTheWay, PlannedGoal, PlannedScenario, RobustPlan
from stockward.answers.planned.guards import ForceGoalKind, ForcePart, PlannedForceGoal
from stockward.answers.response.interruption import InterruptionAnswer, PlannedInterruption
from stockward.book.known import KnownBooks
from stockward.protection.choosing import CheapestChoice
from stockward.protection.costs import MeasureCosts
from stockward.protection.guards.measured import measured_goals
from stockward.protection.guards.planning import ForcePlanner
from stockward.protection.guards.post_options import PostOption, cost_of_posts, post_measures, with_posts
from stockward.protection.planning import Planned, Planner
from stockward.protection.response.layered import Layered
from stockward.terms.verdicts import Solved

_OF_POSTS = (ForceGoalKind.POSTS, ForceGoalKind.QUALIFICATION, ForceGoalKind.WORK_RULES)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedPosts:
    """The options on guards at posts that are taken, and who plans with them.

    ``cost`` is that of the options, ``bound`` what no plan with another set costs less than (``None``: there is none).
    ``as_today`` are those who plan with the posts as they are; ``sets`` are all that were looked at.
    """

    chosen: tuple[PostOption, ...]
    planner: Planner
    force: ForcePlanner | None
    cost: Fraction
    bound: Fraction | None
    as_today: tuple[Planner, ForcePlanner | None]
    sets: tuple[tuple[PostOption, ...], ...]
    tried: tuple[TriedPosts, ...] = ()
    left_out: tuple[str, ...] = ()

    def told(self, found: Planned, part: ForcePart | None) -> tuple[Planned, ForcePart | None]:
        """The plan with these options and their costs in it, and beside it today and the order as given as they are."""
        planner, force = self.as_today
        found = replace(found, left_out=(*found.left_out, *self.left_out))
        if len(self.sets) == 1 or force is None or part is None:
            return found, part
        cost = None if found.cost is None else found.cost + self.cost
        bound = None if found.bound is None else min([found.bound + self.cost, *([self.bound] if self.bound else [])])
        unsure = cost is not None and bound is not None and bound < cost
        now = planner.response.now
        whole = replace(
            found,
            status=Solved.FEASIBLE if unsure and found.status is Solved.PROVEN else found.status,
            cost=cost,
            bound=bound,
            needs=None if found.needs is None else found.needs + self.cost,
            in_the_way=tuple(self._in_the_way(one) for one in found.in_the_way),
            measures=(
                *found.measures,
                *post_measures(self.sets, () if cost is None else self.chosen, planner.costs),
            ),
            goals=tuple(replace(one, price=self._price(cost, _without_loss(one))) for one in found.goals),
            interruption=self._interruption(found, now, cost),
        )
        part = replace(part, goals=tuple(replace(one, price=self._price(cost, _without(one))) for one in part.goals))
        return whole, self._guards(part, force) if self.chosen else part

    def _interruption(
        self, found: Planned, now: InterruptionAnswer | None, cost: Fraction | None
    ) -> PlannedInterruption | None:
        if found.interruption is None or now is None:
            return None
        asked = self.planner.response.held is not None
        price = self._price(cost, TriedPosts.without_response) if asked else found.interruption.price
        return replace(found.interruption, now=now, price=price)

    def _in_the_way(self, goal: GoalInTheWay) -> GoalInTheWay:
        without = goal.cost_without
        return replace(goal, cost_without=None if without is None else without + float(self.cost))

    def _price(self, cost: Fraction | None, without: Callable[[TriedPosts], Fraction | None]) -> float | None:
        """What a plan would cost less without a goal, whichever options it takes then."""
        costs = [one for one in map(without, self.tried) if one is not None]
        return None if cost is None or not costs else float(cost - min(costs))

    def beside(
        self, scenarios: Sequence[PlannedScenario], robust: RobustPlan | None
    ) -> tuple[tuple[PlannedScenario, ...], RobustPlan | None]:
        """What may come, with the cost of these options in the plans for it: they have the posts of the plan."""

        def more(cost: float | None, prices: float = 1.0) -> float | None:
            return None if cost is None else cost + float(self.cost) * prices

        if not self.chosen:
            return tuple(scenarios), robust
        options = post_measures(self.sets, self.chosen, self.planner.costs)
        taken = tuple(one for one in options if one.changes)
        kept = robust and replace(
            robust,
            cost=more(robust.cost),
            bound=more(robust.bound),
            measures=(*robust.measures, *taken) if robust.cost is not None else (),
            at_once=(*robust.at_once, *taken) if robust.cost is not None else (),
        )
        costing = [replace(one, cost=more(one.cost, one.prices)) for one in scenarios]
        return tuple(replace(one, drawn=one.drawn and one.drawn.costing(one.cost)) for one in costing), kept

    def _guards(self, part: ForcePart, today: ForcePlanner) -> ForcePart:
        """The guards of the plan beside those of today, whose posts are as they are."""
        now = {(goal.kind, goal.of): one for goal, one in measured_goals(today.facts, None).items()}

        def beside(goal: PlannedForceGoal) -> PlannedForceGoal:
            one = now.get((goal.kind, goal.of)) if goal.kind in _OF_POSTS else None
            return goal if one is None else replace(goal, figure_now=one.figure, met_now=one.met)

        asked = {goal.kind: goal.low for goal in part.goals}.get(ForceGoalKind.POSTS)
        asked_now = now.get((ForceGoalKind.POSTS, next((one.of for one in part.goals
                                                        if one.kind is ForceGoalKind.POSTS), "")))  # fmt: skip
        fewer = asked is not None and asked_now is not None and asked_now.low != asked
        note = f"The posts take {asked:g} guards so, in place of {asked_now.low:g}." if fewer and asked_now else ""
        return replace(
            part,
            goals=tuple(beside(goal) for goal in part.goals),
            as_given=today.as_given(),
            notes=(*part.notes, *([note] if note else [])),
        )


def decide_posts(
    planner: Planner,
    sets: Sequence[tuple[PostOption, ...]],
    force_with: Callable[[tuple[PostOption, ...]], ForcePlanner | None],
) -> DecidedPosts:
    """The set with which everything costs the least; of sets that cost as much the first, with the fewest options.

    ``sets`` begin with the one that leaves the posts as they are; that is taken where no set has any plan.
    """
    today = force_with(())
    as_today = planner, today
    asked = today is not None and today.facts.posts is not None
    if len(sets) == 1 or today is None or not asked:
        unheld = () if len(sets) == 1 else (
            "options on guards at posts: no fill_probability is asked for under [force] in site.toml",
        )  # fmt: skip
        return DecidedPosts(chosen=(), planner=planner, force=today, cost=Fraction(0), bound=None, as_today=as_today,
                            sets=(tuple(sets)[:1]), left_out=unheld)  # fmt: skip
    tried = [TriedPosts.of(planner, some, today if not some else force_with(some)) for some in sets]
    possible = [(one.cost, place) for place, one in enumerate(tried) if one.cost is not None]
    best = tried[min(possible)[1]] if possible else tried[0]
    bounds = [one.bound for one in tried if one is not best and one.bound is not None]
    return DecidedPosts(
        chosen=best.chosen, planner=best.planner, force=best.force, cost=cost_of_posts(best.chosen, planner.costs),
        bound=min(bounds, default=None), as_today=as_today, sets=tuple(sets), tried=tuple(tried),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class TriedPosts:
    """One set, who plans with it, and what everything costs then; ``None`` where there is no plan.

    ``rest`` is what all costs but that of the guards and of the options on posts.
    """

    chosen: tuple[PostOption, ...]
    planner: Planner
    force: ForcePlanner | None
    rest: Fraction | None
    cost: Fraction | None
    bound: Fraction | None

    @classmethod
    def of(cls, planner: Planner, chosen: tuple[PostOption, ...], force: ForcePlanner | None) -> TriedPosts:
        """The set, planned for by itself."""
        books = with_posts(planner.books, chosen)
        if chosen and planner.response.held is not None and not _answers(books):
            return cls(chosen, planner, force, None, None, None)
        other = planner.in_books(books) if chosen else planner
        rest: CheapestChoice = other.cheapest([other.case])
        own = cost_of_posts(chosen, planner.costs)
        guards = (None, None) if force is None else (force.cost, force.bound)
        cost, bound = (
            None if one is None or more is None else one + more + own
            for one, more in zip((rest.cost, rest.bound), guards, strict=True)
        )
        return cls(chosen, other, force, rest.cost, cost, bound)

    def at_costs(self, costs: MeasureCosts) -> TriedPosts:
        """The same at other costs."""
        if self.rest is None or self.force is None:
            return self
        return TriedPosts.priced(self.planner.at_costs(costs), self.chosen, self.force.at_costs(costs))

    @classmethod
    def priced(cls, planner: Planner, chosen: tuple[PostOption, ...], force: ForcePlanner) -> TriedPosts:
        """The set by who plans with it, in whose books it is."""
        rest = planner.cheapest([planner.case]).cost
        cost = None if rest is None or force.cost is None else rest + force.cost + cost_of_posts(chosen, planner.costs)
        return cls(chosen, planner, force, rest, cost, None)

    def without_response(self) -> Fraction | None:
        """The cheapest plan with this set that need not meet a thief in time."""
        return self._sum(self.planner.cost_without(self.planner.response.held), self._guards())

    def without_loss(self, name: tuple[str, float, float]) -> Fraction | None:
        """The cheapest plan with this set that need not find a loss."""
        held = [one for one in self.planner.case.held if (one.id, one.goal.quantity, one.goal.within_days) == name]
        return self._sum(self.planner.cost_without(held[0]), self._guards()) if held else None

    def without_guards(self, kind: ForceGoalKind, of: str) -> Fraction | None:
        """The cheapest plan with this set without a goal on guards."""
        if self.force is None:
            return None
        left = [one for one in self.force.goals if (one.kind, one.of) != (kind, of)]
        cost = self.force.chooser.cheapest(left).cost
        return self._sum(self.rest, None if cost is None else cost + self.force.record_cost)

    def _guards(self) -> Fraction | None:
        return None if self.force is None else self.force.cost

    def _sum(self, rest: Fraction | None, guards: Fraction | None) -> Fraction | None:
        if rest is None or guards is None:
            return None
        return rest + guards + cost_of_posts(self.chosen, self.planner.costs)


def _without(goal: PlannedForceGoal) -> Callable[[TriedPosts], Fraction | None]:
    return lambda tried: tried.without_guards(goal.kind, goal.of)


def _without_loss(goal: PlannedGoal) -> Callable[[TriedPosts], Fraction | None]:
    return lambda tried: tried.without_loss((goal.id, goal.quantity, goal.within_days))


def _answers(books: KnownBooks) -> bool:
    """Whether anybody is left who answers alarms."""
    layered = Layered.of(books)
    return layered is not None and layered.reason is None
