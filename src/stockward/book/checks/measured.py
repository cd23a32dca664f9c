"""The methods of a draft, with the errors that readings of standards give where they state none."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from stockward.book.checks.draft import Draft
from stockward.book.standards import MethodRecord, records_of_methods, with_measured_errors


def records_of_draft(draft: Draft) -> Mapping[str, MethodRecord]:
    """What the good readings of standards say of each good method."""
    checks = draft["checks"].good()
    if checks.is_empty():
        return {}
    calibrations, methods = draft["calibrations"], draft["methods"].good()
    lost = calibrations.values.filter(calibrations.bad)["method"].drop_nulls()
    return records_of_methods(methods, checks, calibrations.good(), draft.settings.site.timezone, lost)


def methods_with_errors(draft: Draft) -> pl.DataFrame:
    """The good methods, those that state no error with what readings of standards give."""
    return with_measured_errors(draft["methods"].good(), records_of_draft(draft))
