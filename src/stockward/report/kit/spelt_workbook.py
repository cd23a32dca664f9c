"""A workbook in which every sign of a text is seen, whoever writes which cell."""

from __future__ import annotations

from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from stockward.terms.signs import spelt


class _SpeltSheet(Worksheet):  # type: ignore[misc]
    def write_string(self, row: int, col: int, string: str, cell_format: Any = None) -> Any:
        return super().write_string(row, col, spelt(string), cell_format)


class SpeltWorkbook(Workbook):  # type: ignore[misc]
    """A workbook whose texts hold no sign that is unseen, or turns the writing behind it."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.worksheet_class = _SpeltSheet

    def set_properties(self, properties: dict[str, Any]) -> None:
        """Title and comments, and the like, as a file manager shows them."""
        super().set_properties({key: spelt(one) if isinstance(one, str) else one for key, one in properties.items()})
