"""Floor 7: what people and programs read: JSON, one HTML page, a workbook, and the terminal.

Every function here takes a ``Review`` and shows it; none computes a figure of the field, reads a file of the site, uses
the network, or asks the clock.
"""

from __future__ import annotations

from stockward.report.review.document import write_json
from stockward.report.review.page import write_html
from stockward.report.review.terminal import print_review
from stockward.report.review.workbook import write_xlsx

__all__ = ["print_review", "write_html", "write_json", "write_xlsx"]
