"""The site that is asked for, as a plan."""

from __future__ import annotations

from stockward.simulation.catalogue import standard_plan
from stockward.simulation.plan import ForcePlan, SitePlan
from stockward.simulation.ridgeway import ridgeway_plan
from stockward.simulation.seeding import with_losses


def plan_asked(*, ridgeway: bool, weeks: int, lines: int, losses: bool) -> SitePlan:
    """The example of the documentation, whatever else is asked for; or a plant with guards, and losses if asked."""
    if ridgeway:
        return ridgeway_plan()
    plan = standard_plan(weeks=weeks, lines=lines, force=ForcePlan())
    return with_losses(plan) if losses else plan
