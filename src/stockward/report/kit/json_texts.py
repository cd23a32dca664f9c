"""An answer as JSON text: every figure raw, unknown as ``null``."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import Any

import numpy as np

from stockward.report.kit import words
from stockward.terms.signs import escaped

_AS_THEY_ARE = frozenset({str, int, bool, type(None)})


def _clean(value: Any, timezone: str) -> Any:
    """Only what JSON holds: moments in the site's time zone, and no number that is not one."""
    kind = type(value)
    if kind in _AS_THEY_ARE:
        return value
    if kind is float:
        return value + 0.0 if math.isfinite(value) else None
    if kind is dict:
        return {str(key): _clean(entry, timezone) for key, entry in value.items()}
    if isinstance(value, datetime):
        return words.local(value, timezone).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, np.generic | np.ndarray):
        return _clean(value.tolist(), timezone)
    if is_dataclass(value):
        return {field.name: _clean(getattr(value, field.name), timezone) for field in fields(value)}
    if isinstance(value, Mapping):
        return _clean(dict(value), timezone)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_clean(entry, timezone) for entry in value]
    return value


def json_text(document: dict[str, Any], timezone: str) -> str:
    """A document as JSON text, each top key on its own line; moments in the time zone, unknown ``null``."""
    return _text(_clean(document, timezone))


def _text(document: dict[str, Any]) -> str:
    lines = [f"{_compact(key)}: {_value(value)}" for key, value in document.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _value(value: Any) -> str:
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(_compact(entry) for entry in value) + "\n]"
    return _compact(value)


def _compact(value: Any) -> str:
    return escaped(json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(", ", ": ")))
