"""``sites.json``, schema ``stockward.sites/1``: what all sites come to, and a row for each of them."""

from __future__ import annotations

from typing import Any

import polars as pl

from stockward.answers.many.authority import SitesAnswer
from stockward.report.kit.json_texts import json_text

SITES_JSON_SCHEMA = "stockward.sites/1"


def write_sites_json(answer: SitesAnswer) -> str:
    """Return the answer as JSON text: the same results give the same bytes, apart from ``generated``."""
    document: dict[str, Any] = {
        "schema": SITES_JSON_SCHEMA,
        "generated": {"version": answer.version, "at": answer.at, "seed": answer.seed},
        "as_of": answer.as_of,
        "totals": answer.totals,
        "sites": _rows(answer.sites),
        "alarms": _rows(answer.alarms),
        "unseen": _rows(answer.unseen),
        "largest": _rows(answer.largest),
        "orders": _rows(answer.orders),
        "routes": _rows(answer.routes),
        "missing": _rows(answer.missing),
        "patterns": _rows(answer.patterns),
    }
    return json_text(document, "UTC")


def _rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    return list(frame.iter_rows(named=True))
