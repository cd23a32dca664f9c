"""Detection and guards in one plan: their costs add up, and one budget is all that ties the two together.

So the cheapest of both is the cheapest of each, and a budget is met by some plan only where it is met by these.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from stockward.answers.planned.guards import ForcePart
from stockward.protection.guards.planning import ForcePlanner
from stockward.protection.planning import Planned, Planner
from stockward.terms.verdicts import Solved


def planned_together(
    planner: Planner, force: ForcePlanner | None, budget: Fraction | None
) -> tuple[Planned, ForcePart | None]:
    """The cheapest plan of both, with its costs; that of detection alone for a site that asks nothing of its guards."""
    if force is None:
        return planner.plan(budget), None
    found = planner.plan(left_of_budget(force, budget), alone=False)
    over = []
    if found.cost is None and found.needs is not None and budget is not None:
        over = list(force.needed_beside(_of_those_in_the_way(planner, found), budget))
    part = force.part(detection_cost=found.cost if found.needs is None else found.needs, in_budget=over)
    whole = replace(
        found,
        status=worse_of(found.status, force.best.status),
        cost=_sum(found.cost, force.cost),
        bound=_sum(found.bound, force.bound),
        cost_now=found.cost_now + force.cost_now,
        needs=_sum(found.needs, force.cost),
        in_the_way=tuple(replace(one, cost_without=_beside(one.cost_without, force.cost)) for one in found.in_the_way),
        interruption=found.interruption
        and replace(found.interruption, cost_without=_beside(found.interruption.cost_without, force.cost)),
    )
    return whole, part


def left_of_budget(force: ForcePlanner | None, budget: Fraction | None) -> Fraction | None:
    """What the guards leave of a budget for detection."""
    if budget is None or force is None or force.cost is None:
        return budget
    return budget - force.cost


def _of_those_in_the_way(planner: Planner, found: Planned) -> Fraction:
    """What the goals of detection take that stand in the way of a budget."""
    named = {(one.id, one.quantity) for one in found.in_the_way}
    held = [one for one in planner.case.held if (one.id, one.goal.quantity) in named]
    return planner.chooser.cheapest(held).cost or Fraction(0)


def worse_of(detection: Solved, guards: Solved) -> Solved:
    """What is said of both: the worse of the two."""
    worst = (Solved.IMPOSSIBLE, Solved.OUT_OF_TIME, Solved.FEASIBLE, Solved.PROVEN)
    return min(detection, guards, key=worst.index)


def _sum(one: Fraction | None, other: Fraction | None) -> Fraction | None:
    return None if one is None or other is None else one + other


def _beside(cost: float | None, guards: Fraction | None) -> float | None:
    """A cost with that of the guards beside it; ``None`` where there are none that meet their goals."""
    return None if cost is None or guards is None else cost + float(guards)
