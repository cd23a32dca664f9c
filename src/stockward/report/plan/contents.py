"""What the JSON of a plan says, by itself or in that of a review."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from stockward.answers.plan import PlanAnswer
from stockward.answers.response.interruption import PlannedInterruption
from stockward.report.interruption.sheets import interruption_document


def plan_contents(plan: PlanAnswer) -> dict[str, Any]:
    """Every figure of a plan by its key; of which site, and when it was made, stands around it."""
    return {
        "detection": {"false_alarm": plan.false_alarm, "detection": plan.detection},
        "production": plan.production,
        "assumptions": plan.assumptions,
        "status": plan.status,
        "cost": {
            "unit": plan.cost_unit,
            "currency": plan.currency,
            "a_year": plan.cost,
            "bound": plan.bound,
            "now": plan.cost_now,
            "budget": plan.budget,
            "needs": plan.needs,
        },
        "measures": [{**asdict(one), "changes": one.changes} for one in plan.measures],
        "goals": [{**asdict(one), "met_now": one.met_now, "met": one.met} for one in plan.goals],
        **({"counts": plan.counts} if plan.counts else {}),
        "in_the_way": plan.in_the_way,
        "calendar": plan.calendar,
        "scenarios": plan.scenarios,
        "robust": plan.robust,
        **_interruption(plan.interruption),
        **({"front": plan.front} if plan.front else {}),
        **({} if plan.ranges is None else {"ranges": plan.ranges}),
        **({"drilled": plan.drilled} if plan.drilled else {}),
        "left_out": plan.left_out,
        "closed_again": plan.closed_again,
        "looked_at": plan.looked_at,
        "set_aside": plan.set_aside,
        **({} if plan.guards is None else {"guards": {**asdict(plan.guards), "joining": plan.guards.joining}}),
    }


def _interruption(planned: PlannedInterruption | None) -> dict[str, Any]:
    """The goal that a thief is met in time; no key for a site without layers."""
    if planned is None:
        return {}
    then = None if planned.then is None else interruption_document(planned.then)
    return {"interruption": {**asdict(planned), "now": interruption_document(planned.now), "then": then}}
