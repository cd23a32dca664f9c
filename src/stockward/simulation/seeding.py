"""Losses and errors that suit any plant, for a drill: put into a clean plan, in amounts that fit its size."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from stockward.simulation.plan import (
    DAYS_A_WEEK,
    WORK_DAYS,
    ClericalErrors,
    LinePlan,
    SeededLoss,
    ShipmentPlan,
    SitePlan,
)

TRICKLE_SHARE = 0.004
"""Of what a line works up in quiet times; a trickle takes so much as long as it lasts."""
BOXES = 3
CLERICAL = ClericalErrors(late=0.005, reversed=0.002, swapped=0.002)


def with_losses(plan: SitePlan) -> SitePlan:
    """The same plan with clerical errors and three losses in place of its own.

    A trickle from the first line's hall, from a quarter to four fifths of the time; boxes from the magazine of the
    last product that is shipped; and, where a second line works up bulk, a trickle there that write-offs hide.
    """
    working_up = [line for line in plan.lines if _bulk_of(plan, line)]
    losses = [_trickle(plan, line, number) for number, line in enumerate(working_up[:2])]
    losses.append(_boxes(plan, plan.shipments[-1]))
    return replace(plan, losses=tuple(losses), clerical=CLERICAL)


def _day(plan: SitePlan, course: float) -> date:
    """The day on which this share of the plan's time has passed."""
    return plan.start + timedelta(days=int(course * (plan.weeks * DAYS_A_WEEK - 1)))


def _bulk_of(plan: SitePlan, line: LinePlan) -> str | None:
    return next((part.material for part in line.ingredients if not plan.is_item(part.material)), None)


def _trickle(plan: SitePlan, line: LinePlan, number: int) -> SeededLoss:
    first, last = _day(plan, 0.25), _day(plan, 0.8)
    material = _bulk_of(plan, line) or line.product
    substance, share = next(iter(plan.contents(material).items()))
    weekly = plan.contents(line.product)[substance] / share * line.output_per_day * WORK_DAYS
    weeks = ((last - first).days + 1) / DAYS_A_WEEK
    return SeededLoss(
        loss=f"trickle-{number + 1}", area=line.area, material=material,
        amount=round(TRICKLE_SHARE * weekly * weeks, 2), first_day=first, last_day=last,
        hidden="write_offs" if number else "nothing",
    )  # fmt: skip


def _boxes(plan: SitePlan, ship: ShipmentPlan) -> SeededLoss:
    return SeededLoss(
        loss="boxes", area=ship.magazine, material=ship.material, amount=BOXES * ship.box, first_day=_day(plan, 0.6)
    )
