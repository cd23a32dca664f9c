"""Floor 7: what people and programs read: JSON, one HTML page, a workbook, and the terminal.

Every function here takes a ``Review`` and shows it; none computes a figure of the field, reads a file of the site, uses
the network, or asks the clock. They are fetched when they are first used: a roster need not load what shows a review.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stockward.report.review.document import write_json
    from stockward.report.review.page import write_html
    from stockward.report.review.terminal import print_review
    from stockward.report.review.workbook import write_xlsx

__all__ = ["print_review", "write_html", "write_json", "write_xlsx"]

_HOME = {"print_review": "terminal", "write_html": "page", "write_json": "document", "write_xlsx": "workbook"}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'stockward.report' has no attribute {name!r}")
    return getattr(import_module(f"stockward.report.review.{_HOME[name]}"), name)
