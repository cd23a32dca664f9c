"""What a plan costs where costs are known within ranges, and at which of them another plan would be cheaper."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from stockward.answers.plan import CostHinge, CostRanges, PlannedMeasure
from stockward.protection.costs import CostEnd, MeasureCosts, RangedCost
from stockward.protection.decisions import DecidedLevels
from stockward.protection.guards.planning import ForcePlanner
from stockward.protection.guards.post_options import PostOption, cost_of_posts, post_measures
from stockward.protection.guards.posts_decided import DecidedPosts
from stockward.protection.planning import Planned, Planner
from stockward.stats.arrays import Array

_DRAWS = 10_000
_NINE_TENTHS = (0.05, 0.95)


def cost_ranges(
    planner: Planner,
    force: ForcePlanner | None,
    found: Planned,
    posts: DecidedPosts,
    budget: Fraction | None,
    seed: int,
    progress: Callable[[str], None],
) -> CostRanges | None:
    """The ranges of the cost of a plan; ``None`` without one, and where every cost is a single figure.

    Each end of each cost is looked at with all other costs as likely, and all costs at the same end together. A cost of
    which the plan takes nothing is not looked at where it is higher: no other plan gets cheaper by that. Options on
    guards at ``posts`` are decided anew there. Draws are held against the ``budget``.
    """
    ranged = planner.costs.ranged
    if not ranged or found.choice is None or (force is not None and force.cost is None):
        return None
    priced = _PricedPlan(planner, force, found, posts)
    likely = priced.at({})
    slopes = [_slopes(priced, likely, one) for one in ranged]
    hinges = []
    for one, (slope, _) in zip(ranged, slopes, strict=True):
        progress(f"looking at what else {one.what} of {one.of or 'all'} may cost")
        ends = [end for end in CostEnd if _figure(one, end) != one.likely and (slope or end is CostEnd.LOW)]
        hinges += [hinge for end in ends if (hinge := priced.at({one: end}).hinge(one, end)) is not None]
    together = {end: priced.at(dict.fromkeys(ranged, end)) for end in CostEnd}
    hinges += [hinge for end, there in together.items() if (hinge := there.hinge(None, end)) is not None]
    more = [(own - today) for own, today in slopes]
    drawn = _drawn(ranged, [own for own, _ in slopes], seed)
    low, high = _nine_tenths(drawn)
    more_low, more_high = _nine_tenths(_drawn(ranged, more, seed))
    beyond = likely.kept - likely.today
    return CostRanges(
        costs=len(ranged),
        lowest=float(together[CostEnd.LOW].kept),
        highest=float(together[CostEnd.HIGH].kept),
        low=float(likely.kept) + low,
        high=float(likely.kept) + high,
        more_low=float(beyond) + more_low,
        more_high=float(beyond) + more_high,
        draws=_DRAWS,
        within_budget=None if budget is None else float(np.mean(drawn <= float(budget - likely.kept))),
        hinges=tuple(sorted(hinges, key=lambda one: -one.regret)),
    )


@dataclass(frozen=True, slots=True)
class _PricedPlan:
    """A plan, and who priced it as likely."""

    planner: Planner
    force: ForcePlanner | None
    found: Planned
    posts: DecidedPosts

    def at(self, ends: Mapping[RangedCost, CostEnd]) -> _AtCosts:
        """The same plan with some costs at an end of their range."""
        costs = self.planner.costs.at(ends)
        force = None if self.force is None else self.force.at_costs(costs)
        return _AtCosts(self, self.planner.at_costs(costs), force)


@dataclass(frozen=True, slots=True)
class _AtCosts:
    """The plan at other costs: what it takes there, what today takes, and whether another is cheaper."""

    plan: _PricedPlan
    planner: Planner
    force: ForcePlanner | None

    @property
    def kept(self) -> Fraction:
        """What the plan costs there: what is done, what is drawn and who joins stay as they are."""
        kept = self.planner.as_decided(self.plan.found.choice or {})
        drawn = self.plan.planner.drawn_by(self.plan.found.choice or {})
        levels = sum((one.levels[place].cost for one, place in kept.items()), Fraction(0))
        lots = sum((one.cost_of(own) for one, own in zip(self.planner.lots.counts, drawn, strict=True)), Fraction(0))
        return levels + lots + self._guards(self.plan.force) + self._posts

    @property
    def _posts(self) -> Fraction:
        return cost_of_posts(self.plan.posts.chosen, self.planner.costs)

    @property
    def today(self) -> Fraction:
        """What is spent there today."""
        own = sum((one.levels[one.today].cost for one in self.planner.decisions), Fraction(0))
        return own + (Fraction(0) if self.force is None else self.force.cost_now)

    def _guards(self, force: ForcePlanner | None) -> Fraction:
        cost = None if self.force is None or force is None else self.force.cost_of(force)
        return cost or Fraction(0)

    def hinge(self, one: RangedCost | None, end: CostEnd) -> CostHinge | None:
        """What is cheaper there than the plan; ``None`` where nothing is."""
        if len(self.plan.posts.tried) > 1:
            tried = [one.at_costs(self.planner.costs) for one in self.plan.posts.tried]
            found = [(one.cost, place) for place, one in enumerate(tried) if one.cost is not None]
            cost, place = min(found, default=(None, 0))
            other = tried[place]
            choice, posts = other.planner.cheapest([other.planner.case]).choice, other.chosen
        else:
            best = self.planner.cheapest([self.planner.case])
            guards = Fraction(0) if self.force is None else self.force.cost
            choice, posts = best.choice, ()
            cost = None if best.cost is None or guards is None else best.cost + guards
        if cost is None or choice is None or self.kept <= cost:
            return None
        return self._hinge(one, end, self.kept - cost, choice, posts)

    def _hinge(
        self,
        one: RangedCost | None,
        end: CostEnd,
        regret: Fraction,
        choice: DecidedLevels,
        posts: tuple[PostOption, ...],
    ) -> CostHinge:
        kept = self.planner.as_decided(self.plan.found.choice or {})
        return CostHinge(
            what=None if one is None else one.what,
            of=None if one is None else one.of,
            low=None if one is None else float(one.low),
            likely=None if one is None else float(one.likely),
            high=None if one is None else float(one.high),
            end=end.value,
            regret=float(regret),
            changes=(
                *self.planner.changes(kept, self.planner.as_decided(choice)),
                *_other_posts(self.plan.posts, posts, self.planner.costs),
            ),
        )


def _other_posts(decided: DecidedPosts, other: tuple[PostOption, ...], costs: MeasureCosts) -> Iterator[PlannedMeasure]:
    """The posts at which another option is taken than in the plan, or none."""
    now, then = (post_measures(decided.sets, some, costs) for some in (decided.chosen, other))
    for before, after in zip(now, then, strict=True):
        if (before.name, before.a_year) != (after.name, after.a_year):
            name = after.name if after.a_year else before.name
            yield replace(after, name=name, now_a_year=0.0 if after.a_year else 1.0, cost_now=before.cost)


def _figure(one: RangedCost, end: CostEnd) -> Fraction:
    return one.low if end is CostEnd.LOW else one.high


def _slopes(priced: _PricedPlan, likely: _AtCosts, one: RangedCost) -> tuple[float, float]:
    """By how much the plan, and what is done today, cost more for each unit by which a cost is higher."""
    end = CostEnd.HIGH if one.high > one.likely else CostEnd.LOW
    there, step = priced.at({one: end}), _figure(one, end) - one.likely
    return float((there.kept - likely.kept) / step), float((there.today - likely.today) / step)


def _drawn(ranged: Sequence[RangedCost], slopes: Sequence[float], seed: int) -> Array:
    """Differences from what is likely in draws of all costs; what is paid is linear in each."""
    random, total = np.random.default_rng(seed), np.zeros(_DRAWS)
    for one, slope in zip(ranged, slopes, strict=True):
        drawn = random.triangular(float(one.low), float(one.likely), float(one.high), _DRAWS)
        total += slope * (drawn - float(one.likely))
    return total


def _nine_tenths(drawn: Array) -> tuple[float, float]:
    low, high = np.quantile(drawn, _NINE_TENTHS)
    return float(low), float(high)
