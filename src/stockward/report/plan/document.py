"""The cheapest plan as JSON, schema ``stockward.protection/1``: every figure raw, unknown is ``null``."""

from __future__ import annotations

from typing import Any

from stockward.answers.plan import PlanAnswer
from stockward.report.kit.json_texts import json_text
from stockward.report.plan.contents import plan_contents

PROTECTION_SCHEMA = "stockward.protection/1"


def write_protection_json(plan: PlanAnswer) -> str:
    """Return the plan as JSON text: the same plan gives the same bytes, apart from ``generated.at``."""
    document: dict[str, Any] = {
        "schema": PROTECTION_SCHEMA,
        "generated": {"version": plan.version, "at": plan.at, "seed": plan.seed, "options": plan.options},
        "site": {"name": plan.site},
        **plan_contents(plan),
    }
    return json_text(document, plan.timezone)
