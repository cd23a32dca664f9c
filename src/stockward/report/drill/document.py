"""A drill as JSON, schema ``stockward.drill/1``: every figure raw, in the unit beside it; unknown is ``null``."""

from __future__ import annotations

from typing import Any

from stockward.answers.drill import DrillAnswer
from stockward.report.kit.json_texts import json_text

DRILL_SCHEMA = "stockward.drill/1"


def write_drill_json(drill: DrillAnswer) -> str:
    """Return the drill as JSON text: the same drill gives the same bytes, apart from ``generated.at``."""
    document: dict[str, Any] = {
        "schema": DRILL_SCHEMA,
        "generated": {"version": drill.version, "at": drill.at, "seed": drill.seed, "options": drill.options},
        "site": {"name": drill.site},
        "detection": {
            "false_alarm": drill.false_alarm,
            "detection": drill.detection,
            "default_test": drill.default_test,
        },
        "as_recorded": drill.as_recorded,
        "rows": drill.rows,
        "copies": drill.copies,
        "agreement": drill.agreement,
        "causes": drill.causes,
        "lines": drill.lines,
        "spread": drill.spread,
        "elsewhere": drill.elsewhere,
        "left_out": [{"id": name, "reason": reason} for name, reason in drill.left_out],
        "standing": [{"id": name, "difference": value, "unit": unit} for name, value, unit in drill.standing],
        "adjusted": drill.adjusted,
        "untested": drill.untested,
        "checked": {"copies": drill.checked, "deviation": drill.deviation},
        "own_limits": {"copies": drill.own_limits, "differ": drill.own_limits_differ},
        "cut": drill.cut,
    }
    return json_text(document, drill.timezone)
