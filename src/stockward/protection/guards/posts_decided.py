"""Which options on guards at posts a plan takes: each set that goes together is planned for by itself.

What the posts take, and who answers alarms, hangs on the set; with one given, guards and all else are planned as ever.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from stockward.answers.plan import PlannedScenario, RobustPlan
from stockward.answers.planned.guards import ForceGoalKind, ForcePart, PlannedForceGoal
from stockward.book.known import KnownBooks
from stockward.protection.choosing import CheapestChoice
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
            measures=(*found.measures, *post_measures(self.sets, self.chosen, planner.costs)),
            interruption=None if found.interruption is None or now is None else replace(found.interruption, now=now),
        )
        return whole, self._guards(part, force) if self.chosen else part

    def beside(
        self, scenarios: Sequence[PlannedScenario], robust: RobustPlan | None
    ) -> tuple[tuple[PlannedScenario, ...], RobustPlan | None]:
        """What may come, with the cost of these options in the plans for it: they have the posts of the plan."""

        def more(cost: float | None, prices: float = 1.0) -> float | None:
            return None if cost is None else cost + float(self.cost) * prices

        if not self.chosen:
            return tuple(scenarios), robust
        kept = robust and replace(robust, cost=more(robust.cost), bound=more(robust.bound))
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
    tried = [_Tried.of(planner, some, today if not some else force_with(some)) for some in sets]
    possible = [(one.cost, place) for place, one in enumerate(tried) if one.cost is not None]
    best = tried[min(possible)[1]] if possible else tried[0]
    bounds = [one.bound for one in tried if one is not best and one.bound is not None]
    return DecidedPosts(
        chosen=best.chosen, planner=best.planner, force=best.force, cost=cost_of_posts(best.chosen, planner.costs),
        bound=min(bounds, default=None), as_today=as_today, sets=tuple(sets),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Tried:
    """One set, who plans with it, and what everything costs then; ``None`` where there is no plan."""

    chosen: tuple[PostOption, ...]
    planner: Planner
    force: ForcePlanner | None
    cost: Fraction | None
    bound: Fraction | None

    @classmethod
    def of(cls, planner: Planner, chosen: tuple[PostOption, ...], force: ForcePlanner | None) -> _Tried:
        books = with_posts(planner.books, chosen)
        if chosen and planner.response.held is not None and not _answers(books):
            return cls(chosen, planner, force, None, None)
        other = planner.in_books(books) if chosen else planner
        rest: CheapestChoice = other.cheapest([other.case])
        own = cost_of_posts(chosen, planner.costs)
        guards = (None, None) if force is None else (force.cost, force.bound)
        cost, bound = (
            None if one is None or more is None else one + more + own
            for one, more in zip((rest.cost, rest.bound), guards, strict=True)
        )
        return cls(chosen, other, force, cost, bound)


def _answers(books: KnownBooks) -> bool:
    """Whether anybody is left who answers alarms."""
    layered = Layered.of(books)
    return layered is not None and layered.reason is None
