"""The plan of patrols as a file, schema ``stockward.patrol_plan/1``: sealed by a SHA-256 over all that it says."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from stockward.answers.patrols.answer import PatrolAnswer
from stockward.answers.patrols.sealed import PatrolPlan
from stockward.counting.seeds import is_sha256
from stockward.guards.need.post_hours import WEEKDAYS
from stockward.terms.errors import SheetError, SiteError, UsageError
from stockward.terms.files import read_bytes
from stockward.terms.signs import escaped

if TYPE_CHECKING:
    from pydantic import TypeAdapter

PATROL_PLAN_SCHEMA = "stockward.patrol_plan/1"
_MEND = "use the file as stockward patrol SITE --commit PLAN wrote it"


def patrol_plan_of(answer: PatrolAnswer, seed_sha256: str) -> PatrolPlan:
    """The plan of an answer, bound to a seed. Raises ``UsageError`` where there are no walks."""
    if answer.value is None:
        raise UsageError(f"there are no walks to commit to: {answer.reason}")
    return PatrolPlan(
        site=answer.site,
        patrols=answer.patrols,
        bases=answer.bases,
        step_minutes=answer.step_minutes,
        shift_minutes=answer.shift_minutes,
        starts=answer.starts,
        unit=answer.unit,
        gain=answer.value,
        mixture=answer.mixture,
        seed_sha256=seed_sha256,
        timezone=answer.timezone,
        days=answer.days,
    )


def patrol_plan_digest(plan: PatrolPlan) -> str:
    """SHA-256 of all that the plan says, in hexadecimal digits: the commitment."""
    text = json.dumps(_fields(plan), ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def patrol_plan_text(plan: PatrolPlan) -> str:
    """The plan as JSON text; the same plan gives the same bytes."""
    document = {"schema": PATROL_PLAN_SCHEMA, "digest": patrol_plan_digest(plan), **_fields(plan)}
    lines = (f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in document.items())
    return escaped("{\n" + ",\n".join(lines) + "\n}\n")


def read_patrol_plan(path: Path) -> PatrolPlan:
    """Read a plan. Raises ``SheetError`` where the file is none, or was changed since it was sealed."""
    try:
        text = read_bytes(path).decode("utf-8-sig")
        document = json.loads(text)
    except SiteError:
        raise SheetError(str(path), "the plan cannot be read", "name the file of a sealed plan") from None
    except (ValueError, RecursionError):
        raise SheetError(path.name, "this is no plan of patrols", _MEND) from None
    if not isinstance(document, dict) or document.pop("schema", None) != PATROL_PLAN_SCHEMA:
        raise SheetError(path.name, f"this is no plan of patrols (schema {PATROL_PLAN_SCHEMA})", _MEND)
    digest = document.pop("digest", None)
    plan = _plan_of(path.name, document)
    # What the seal does not cover, such as a key that stands twice, shows in the bytes.
    if patrol_plan_digest(plan) != digest or text.rstrip() != patrol_plan_text(plan).rstrip():
        raise SheetError(path.name, "the plan was changed since it was sealed: its SHA-256 differs", _MEND)
    _require_sound(path.name, plan)
    return plan


def _plan_of(file: str, document: dict[str, Any]) -> PatrolPlan:
    from pydantic import ValidationError

    try:
        plan: PatrolPlan = _adapter().validate_json(json.dumps(document))
        patrol_plan_text(plan)
    except (ValidationError, ValueError, OverflowError):
        raise SheetError(file, "the plan is damaged", _MEND) from None
    return plan


def _require_sound(file: str, plan: PatrolPlan) -> None:
    weights = [one.weight for one in plan.mixture]
    whole = bool(weights) and min(weights) > 0 and is_sha256(plan.seed_sha256) and bool(plan.starts)
    if (
        not whole
        or not _is_dated(plan)
        or any(len(one.walks) != plan.patrols for one in plan.mixture)
        or len(plan.bases) != plan.patrols
    ):
        raise SheetError(file, "the plan does not add up", _MEND)


def _is_dated(plan: PatrolPlan) -> bool:
    """Whether zone and days are such, where they are stated."""
    days = plan.days is None or list(plan.days) == [day for day in WEEKDAYS if day in plan.days] != []
    try:
        return days and (plan.timezone is None or bool(ZoneInfo(plan.timezone)))
    except (ValueError, KeyError, OSError):
        return False


@cache
def _adapter() -> TypeAdapter[PatrolPlan]:
    """What reads and writes plans: it takes longer to make than any plan takes."""
    from pydantic import TypeAdapter

    return TypeAdapter(PatrolPlan)


def _fields(plan: PatrolPlan) -> dict[str, Any]:
    """All keys, without those that a plan of before does not state: its digest and its bytes have none of them."""
    fields: dict[str, Any] = _adapter().dump_python(plan, mode="json")
    return {key: value for key, value in fields.items() if value is not None}
