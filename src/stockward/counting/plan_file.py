"""The plan as a file, schema ``stockward.plan/1``: sealed by a SHA-256 over all that it says."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from stockward.answers.counting import Plan
from stockward.terms.errors import SheetError, SiteError
from stockward.terms.files import read_text

SCHEMA = "stockward.plan/1"
_MEND = "use the file as stockward sample SITE --commit wrote it"


def plan_text(plan: Plan) -> str:
    """The plan as JSON text; the same plan gives the same bytes."""
    document = {"schema": SCHEMA, "digest": plan_digest(plan), **_fields(plan)}
    lines = (f"{json.dumps(key)}: {_shown(value)}" for key, value in document.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def plan_digest(plan: Plan) -> str:
    """SHA-256 of the plan's JSON, keys sorted and without spaces, less ``schema`` and ``digest``."""
    canonical = json.dumps(_fields(plan), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def read_plan(path: Path) -> Plan:
    """Read a plan. Raises ``SheetError`` in one line where the file is none, or was changed since it was sealed."""
    from pydantic import TypeAdapter, ValidationError

    try:
        document = json.loads(read_text(path))
    except SiteError as error:
        raise SheetError(path.name, error.problem, "name the plan with its folder") from None
    except (ValueError, RecursionError):
        raise SheetError(path.name, "this is no plan of a count", _MEND) from None
    if not isinstance(document, dict) or document.pop("schema", None) != SCHEMA:
        raise SheetError(path.name, f"this is no plan of a count (schema {SCHEMA})", _MEND)
    digest = document.pop("digest", None)
    try:
        plan = TypeAdapter(Plan).validate_json(json.dumps(document))
    except (ValidationError, ValueError):
        raise SheetError(path.name, "the plan is damaged", _MEND) from None
    if plan_digest(plan) != digest:
        raise SheetError(path.name, "the plan was changed since it was sealed: its SHA-256 differs", _MEND)
    _require_its_book(path.name, plan)
    return plan


def _require_its_book(file: str, plan: Plan) -> None:
    from stockward.counting.planning import book_digest

    if book_digest(plan.site, plan.frozen_at, plan.strata) != plan.book_digest:
        raise SheetError(file, "the strata are not those of the frozen book: its SHA-256 differs", _MEND)


def _fields(plan: Plan) -> dict[str, Any]:
    from pydantic import TypeAdapter

    fields: dict[str, Any] = TypeAdapter(Plan).dump_python(plan, mode="json")
    return fields


def _shown(value: Any) -> str:
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in value) + "\n]"
    return json.dumps(value, ensure_ascii=False)
