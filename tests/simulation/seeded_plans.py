"""A plan that has one of each thing that can be put into a site."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from stockward.simulation import (
    ClericalCluster,
    ClericalErrors,
    Miscount,
    ProductionSurge,
    ScaleDrift,
    SeededLoss,
    SitePlan,
    standard_plan,
)


def plan_with_everything() -> SitePlan:
    """A short plan that has one of each thing that can be put in."""
    plan = standard_plan(
        weeks=12,
        lines=5,
        surge=ProductionSurge(factor=4.0, first_week=5, ramp_weeks=4),
        clerical=ClericalErrors(
            late=0.02,
            reversed=0.01,
            swapped=0.01,
            clusters=(
                ClericalCluster(
                    area="melt_pour", shift="A", first_day=date(2025, 7, 14), last_day=date(2025, 7, 25), late=0.5,
                    reversed=0.2,
                ),
            ),
            miscounts=(Miscount(week=4, area="parts_store", material="body_105", error=3),),
        ),
    )  # fmt: skip
    losses = (
        SeededLoss(
            loss="trickle", area="pressing", material="RDX", amount=20.0, first_day=date(2025, 7, 14),
            last_day=date(2025, 9, 7), hidden="write_offs",
        ),
        SeededLoss(loss="boxes", area="magazine_2", material="grenade", amount=40, first_day=date(2025, 8, 10)),
    )  # fmt: skip
    drift = ScaleDrift(method="HS-6", first_day=date(2025, 8, 1), last_day=date(2025, 9, 10), relative=0.02)
    return replace(plan, losses=losses, drifts=(drift,))
