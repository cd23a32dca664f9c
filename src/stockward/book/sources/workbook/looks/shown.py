"""Cells that look otherwise than a reader of values takes them: struck through, or unseen, by a format or by a rule.

The one place that tells; whoever reads a table of a workbook has it from here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from stockward.book.cells.reading import SHOWN_OTHERWISE, STRUCK, STRUCK_IN_PART, UNSEEN
from stockward.book.sources.workbook.extent import CellPlace
from stockward.book.sources.workbook.looks.letters import cells_out_of_sight
from stockward.book.sources.workbook.looks.rules import ShowingRule, rules_of
from stockward.book.sources.workbook.looks.strikes import struck_cells
from stockward.terms.errors import SiteError

_LONGEST_SHOWN = 40
_AS_SIGNED = "write it without a stroke as it stands on the signed sheet, or leave it blank"
"""No row of a form is ever deleted."""


class ShownOtherwise:
    """What of a table on a sheet looks otherwise than it is, in the cells of its rows that hold something.

    ``below`` is the first row of the table under its header, and its columns by their places; ``strictly``, no rule
    hides a zero either. Raises one of ``DAMAGED`` where the formats cannot be read.
    """

    def __init__(
        self,
        xml: bytes,
        styles: bytes,
        strings: bytes,
        records: Sequence[Sequence[str]],
        below: tuple[int, Mapping[int, str]],
        *,
        strictly: bool,
    ) -> None:
        self._records, (self._top, self._columns) = records, below
        struck = struck_cells(xml, styles, strings)
        found: dict[CellPlace, str] = dict.fromkeys(cells_out_of_sight(xml, styles), UNSEEN)
        found |= dict.fromkeys(struck.partly, STRUCK_IN_PART) | dict.fromkeys(struck.whole, STRUCK)
        self._untold: list[ShowingRule] = []
        for rule in rules_of(xml, styles):
            changed = rule.cells(records) if rule.strikes or rule.hides else ()
            if changed is None and any(map(self._is_filled, self._places(rule))):
                self._untold.append(rule)
            for place in changed or ():
                # Most rules that hide anything hide zeros, and a blank for a zero misleads nobody but on a form.
                if rule.strikes or strictly or not self._is_zero(place):
                    found.setdefault(place, STRUCK if rule.strikes else UNSEEN)
        self._marks = {place: mark for place, mark in sorted(found.items()) if self._is_filled(place)}

    def require_none(self, file: str) -> None:
        """Raise ``SiteError`` for the first cell that looks otherwise, and for a rule by which one may."""
        for (row, column), mark in self._marks.items():
            problem, _, mend = SHOWN_OTHERWISE[mark].partition(": ")
            at = f"{file} row {row + 1}, {self._columns[column]}"
            raise SiteError(at, problem, _AS_SIGNED if mark in {STRUCK, STRUCK_IN_PART} else mend)
        for rule in self._untold:
            raise _refusal(rule, file)

    def mark(self, records: list[list[str]]) -> None:
        """Put marks before what the cells hold; in a row that is struck through as a whole, before one of them.

        That one is a number where there is one: what the row is about is still told by the others.
        """
        for row in {row for row, _ in self._marks}:
            filled = [column for column in self._columns if self._is_filled((row, column))]
            marked = {column: self._marks[row, column] for column in filled if (row, column) in self._marks}
            if len(marked) == len(filled) and set(marked.values()) == {STRUCK}:
                column = next((one for one in filled if _is_number(records[row][one])), filled[-1])
                marked = {column: STRUCK}
            for column, mark in marked.items():
                records[row][column] = f"{mark} {records[row][column]}"

    def told(self, file: str) -> Iterator[str]:
        """What is said of rules that may hide; one that may strike through raises ``SiteError``."""
        for rule in self._untold:
            if rule.strikes:
                raise _refusal(rule, file)
            yield (
                f"{file}, conditional formatting of {rule.places[:_LONGEST_SHOWN]}: it may hide what cells hold, which "
                "is read: take the rule away, and look at them again"
            )

    def _places(self, rule: ShowingRule) -> Iterator[CellPlace]:
        last = len(self._records) - 1
        for span in rule.spans:
            for row in range(max(span.top, self._top), min(span.bottom, last) + 1):
                yield from ((row, column) for column in self._columns if span.left <= column <= span.right)

    def _is_zero(self, place: CellPlace) -> bool:
        return self._is_filled(place) and not self._records[place[0]][place[1]].strip("0., ")

    def _is_filled(self, place: CellPlace) -> bool:
        row, column = place
        if row < self._top or column not in self._columns or row >= len(self._records):
            return False
        return column < len(self._records[row]) and bool(self._records[row][column].strip())


def _refusal(rule: ShowingRule, file: str) -> SiteError:
    does = "strike cells through" if rule.strikes else "hide what cells hold"
    mend = "take the rule away, and whatever does not count" if rule.strikes else "take the rule away"
    at = f"{file}, conditional formatting of {rule.places[:_LONGEST_SHOWN]}"
    return SiteError(at, f"it may {does}", mend)


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).replace(",", "", 1).lstrip("-").isdigit()
