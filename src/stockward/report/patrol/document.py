"""Patrols as JSON, schema ``stockward.patrol/1``: every figure raw, times in minutes, unknown is ``null``."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from stockward.answers.patrols.answer import PatrolAnswer
from stockward.report.kit.json_texts import json_text

PATROL_SCHEMA = "stockward.patrol/1"


def write_patrol_json(answer: PatrolAnswer) -> str:
    """Return the answer as JSON text: the same answer gives the same bytes, apart from ``generated.at``."""
    document: dict[str, Any] = {
        "schema": PATROL_SCHEMA,
        "generated": {"version": answer.version, "at": answer.at, "seed": answer.seed, "options": answer.options},
        "site": {"name": answer.site},
        "shift": {
            "patrols": answer.patrols,
            "bases": answer.bases,
            "starts": answer.starts,
            "days": answer.days,
            "minutes": answer.shift_minutes,
            "step_minutes": answer.step_minutes,
            "change": answer.change,
        },
        "status": answer.status,
        "reason": answer.reason,
        "value": {"unit": answer.unit, "gain": answer.value, "bound": answer.bound, "gap": answer.gap},
        "rounds": answer.rounds,
        "best": answer.best,
        "outcomes": [asdict(one) for one in answer.outcomes],
        "targets": [asdict(one) for one in answer.targets],
        "otherwise": [asdict(one) for one in answer.otherwise],
        "predicted": answer.predicted,
        "mixture": [asdict(one) for one in answer.mixture],
        "notes": answer.notes,
        "set_aside": answer.set_aside,
    }
    return json_text(document, answer.timezone)
