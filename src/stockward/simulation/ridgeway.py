"""Ridgeway Works, the example: a year of an ammunition plant that surges fivefold, and what leaves it meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from stockward.simulation.catalogue import standard_plan
from stockward.simulation.plan import (
    ClericalCluster,
    ClericalErrors,
    ForcePlan,
    Miscount,
    ProductionSurge,
    ScaleDrift,
    SeededLoss,
    SitePlan,
)
from stockward.simulation.seeding import with_losses

RIDGEWAY_SEED = 1

LOSSES = (
    SeededLoss(
        loss="L1-trickle", area="melt_pour", material="TNT", amount=34.0, first_day=date(2025, 11, 3),
        last_day=date(2026, 5, 10),
    ),
    SeededLoss(loss="L2-abrupt", area="pressing", material="RDX", amount=6.0, first_day=date(2026, 1, 23)),
    SeededLoss(loss="L3-boxes", area="magazine_2", material="grenade", amount=60, first_day=date(2026, 4, 11)),
    SeededLoss(
        loss="L4-written-off", area="charge_loading", material="propellant", amount=22.0,
        first_day=date(2025, 9, 15), last_day=date(2026, 3, 1), hidden="write_offs", write_off_note="spillage",
    ),
)  # fmt: skip

DRIFTS = (ScaleDrift(method="HS-6", first_day=date(2026, 3, 14), last_day=date(2026, 5, 26), relative=0.006),)

RIDGEWAY_CLERICAL = ClericalErrors(
    late=0.004,
    reversed=0.002,
    swapped=0.0015,
    clusters=(
        ClericalCluster(
            area="parts_store", shift="A", first_day=date(2025, 11, 10), last_day=date(2025, 11, 21), late=0.35,
            reversed=0.01,
        ),
        ClericalCluster(
            area="mortar_fill", shift="B", first_day=date(2026, 3, 2), last_day=date(2026, 3, 22), late=0.01,
            reversed=0.12,
        ),
    ),
    miscounts=(Miscount(week=20, area="parts_store", material="body_81", error=-2),),
)  # fmt: skip


FORCE = ForcePlan(
    guards=96, in_training=4, leaving=3, worker_ministry_share=0.4, spare_workers=0.1, applicants=60,
    applicant_ministry_share=0.45, available_days=(-30, 75),
)  # fmt: skip


def ridgeway_plan() -> SitePlan:
    """The plan of ``examples/ridgeway``: 52 weeks, five lines of finished goods and the two that feed them."""
    plain = standard_plan(
        name="Ridgeway Works",
        weeks=52,
        lines=5,
        surge=ProductionSurge(factor=5.0, first_week=27, ramp_weeks=20),
        clerical=RIDGEWAY_CLERICAL,
        force=FORCE,
    )
    return replace(plain, losses=LOSSES, drifts=DRIFTS)


def plan_asked(*, ridgeway: bool, weeks: int, lines: int, losses: bool) -> SitePlan:
    """The example of the documentation, whatever else is asked for; or a plant with guards, and losses if asked."""
    if ridgeway:
        return ridgeway_plan()
    plan = standard_plan(weeks=weeks, lines=lines, force=ForcePlan())
    return with_losses(plan) if losses else plan
