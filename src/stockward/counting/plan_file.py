"""The plan as a file, schema ``stockward.plan/3``: sealed by a SHA-256 over all that it says."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stockward.answers.counting import CountingPlan
from stockward.terms.errors import SheetError, SiteError
from stockward.terms.files import read_bytes
from stockward.terms.signs import escaped

if TYPE_CHECKING:
    from pydantic import TypeAdapter

PLAN_SCHEMA = "stockward.plan/3"
_BEFORE = {
    "stockward.plan/1": "whose commitment does not cover it",
    "stockward.plan/2": "which an earlier version made, and whose book says less",
}
_AGAIN = "make it again with stockward sample plan SITE --commit PLAN"
_MEND = "use the file as stockward sample plan SITE --commit PLAN wrote it"


def plan_text(plan: CountingPlan) -> str:
    """The plan as JSON text; the same plan gives the same bytes."""
    document = {"schema": PLAN_SCHEMA, "digest": plan_digest(plan), **_fields(plan)}
    lines = (f"{json.dumps(key)}: {_shown(value)}" for key, value in document.items())
    return escaped("{\n" + ",\n".join(lines) + "\n}\n")


def plan_digest(plan: CountingPlan) -> str:
    """The commitment: SHA-256 of the plan's JSON, keys sorted and without spaces, less ``schema`` and ``digest``."""
    canonical = json.dumps(_fields(plan), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def as_written(content: bytes) -> str:
    """The text of a plan without what mail and editors put into it: marks of UTF-8, other line ends.

    Raises ``UnicodeDecodeError`` for what is no UTF-8.
    """
    return content.decode("utf-8-sig").removeprefix("\ufeff").replace("\r\n", "\n")


def read_plan(path: Path) -> CountingPlan:
    """Read a plan.

    Raises ``SheetError`` in one line where the file is none, was changed since it was sealed, or does not add up.
    """
    from stockward.counting.plan_checks import fault_of
    from stockward.counting.sizes import too_many_in

    try:
        text = as_written(read_bytes(path, "OTHER_MB"))
        document = json.loads(text)
    except SiteError as error:
        raise SheetError(path.name, error.problem, "name the plan with its folder") from None
    except (ValueError, RecursionError):
        raise SheetError(path.name, "this is no plan of a count", _MEND) from None
    schema = document.pop("schema", None) if isinstance(document, dict) else None
    if isinstance(schema, str) and schema in _BEFORE:
        raise SheetError(path.name, f"the plan is of schema {schema}, {_BEFORE[schema]}", _AGAIN)
    if schema != PLAN_SCHEMA:
        raise SheetError(path.name, f"this is no plan of a count (schema {PLAN_SCHEMA})", _MEND)
    digest = document.pop("digest", None)
    plan = _plan_of(path.name, document)
    if plan_digest(plan) != digest:
        raise SheetError(path.name, "the plan was changed since it was sealed: its SHA-256 differs", _MEND)
    too_large = too_many_in(plan)
    if too_large is not None:
        raise SheetError(path.name, *too_large)
    fault = fault_of(plan)
    # What the seal does not cover, such as a key that stands twice, shows in the bytes.
    if fault is None and text.rstrip() != plan_text(plan).rstrip():
        fault = "the file is not written as plans are"
    if fault is not None:
        raise SheetError(path.name, fault, _MEND)
    return plan


def _plan_of(file: str, document: dict[str, Any]) -> CountingPlan:
    from pydantic import ValidationError

    try:
        plan: CountingPlan = _adapter().validate_json(json.dumps(document))
        plan_digest(plan)
    except (ValidationError, ValueError, OverflowError):
        raise SheetError(file, "the plan is damaged", _MEND) from None
    return plan


@cache
def _adapter() -> TypeAdapter[CountingPlan]:
    """What reads and writes plans: it takes longer to make than any plan takes."""
    from pydantic import TypeAdapter

    return TypeAdapter(CountingPlan)


def _fields(plan: CountingPlan) -> dict[str, Any]:
    fields: dict[str, Any] = _adapter().dump_python(plan, mode="json")
    return fields


def _shown(value: Any) -> str:
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in value) + "\n]"
    return json.dumps(value, ensure_ascii=False)
