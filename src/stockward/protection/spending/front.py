"""The front of cost against the loss that would go unseen: the cheapest plan for every goal larger, and smaller."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import polars as pl

from stockward.answers.plan import FrontPoint
from stockward.protection.case_goals import ClosedAgain
from stockward.protection.choosing import CheapestChoice
from stockward.protection.planning import Planned, Planner

LOSSES_LOOKED_AT = (4.0, 2.0, 1.5, 1.0, 0.75, 0.5, 0.25)
"""Losses as shares of those of the goals, the largest first."""


def loss_front(
    planner: Planner,
    found: Planned,
    guards: Fraction,
    posts: Fraction,
    closed_again: Callable[[pl.DataFrame], ClosedAgain],
    progress: Callable[[str], None],
) -> tuple[FrontPoint, ...]:
    """The cheapest plan for each of these losses, up to the first that none finds; each is closed again as any plan is.

    ``guards`` and options on ``posts`` cost as much whatever losses it must find, and ``found`` has the guards in it;
    ``closed_again`` closes books with a plan for other goals. Where a budget allows no plan, or none finds the losses
    of the goals, what is otherwise is told against today. Nothing where no goal is a loss.
    """
    if not planner.sees_losses:
        return ()
    if found.choice is None or found.cost is None:
        own = planner.cheapest([planner.case])
    else:
        own = CheapestChoice(found.status, found.choice, found.cost - guards, (found.bound or Fraction(0)) - guards)
    points, asked = [], planner
    for share in LOSSES_LOOKED_AT:
        if share != 1.0:
            progress(f"looking for the cheapest plan that finds {share:g} times the losses of the goals")
            goals = planner.goals.with_columns(pl.col("quantity") * share)
            asked = asked.asking(goals, closed_again(goals))
        best = own if share == 1.0 else asked.cheapest([asked.case])
        points.append(_point(asked, share, best, guards + posts, found))
        if best.choice is None:
            break
    return tuple(points)


def _point(asked: Planner, share: float, best: CheapestChoice, beside: Fraction, plan: Planned) -> FrontPoint:
    kept = asked.as_decided(plan.choice or {})
    return FrontPoint(
        share=share,
        status=best.status,
        cost=None if best.cost is None else float(best.cost + beside),
        bound=None if best.bound is None else float(best.bound + beside),
        changes=() if best.choice is None or best.choice == plan.choice else asked.changes(kept, best.choice),
    )
