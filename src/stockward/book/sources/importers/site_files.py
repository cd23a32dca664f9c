"""Tables of a site with what somebody has written into them by hand: rows of their own, and changes of others."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from stockward.terms.errors import SiteError
from stockward.terms.files import read_bytes
from stockward.terms.spreadsheet_text import csv_of_columns, text_of

_KEYS = {
    "movements": ("movement",), "counts": ("inventory", "area", "material", "sheet", "source"),
    "scopes": ("inventory", "area", "material"), "materials": ("material",), "areas": ("area",), "people": ("person",),
    "absences": ("person", "start", "source"),
}  # fmt: skip
"""What names a row of each table that is written."""


_MOST_NAMED = 5
_PLACE = re.compile(r"(?:\[[^\[\]]*\])?(?: columns [A-Z]+:[A-Z]+)? (?:row|cell) \w+$")
"""Behind the name of a file: the sheet, the columns of one of several tables beside each other, and the row."""


class OwnRows:
    """What somebody has written into a table by hand: rows of their own, and changes of those that were imported."""

    def __init__(self, site: Path, table: str) -> None:
        self.table, self._key = table, _KEYS[table]
        self._now = _rows_of(site / f"{table}.csv", self._key[:1])
        self._imported = {self._named(row): row for row in _rows_of(site / "imported" / f"{table}.csv", self._key[:1])}
        self.notices: list[str] = []

    def columns(self, columns: Sequence[str]) -> list[str]:
        """PlacesByRole that the import does not write."""
        return [name for name in (self._now[0] if self._now else ()) if name not in columns]

    def beside(self, made: Sequence[dict[str, str]]) -> list[dict[str, str]]:
        """Rows that were made, but for those that were changed by hand, and behind them rows that somebody added."""
        if not (self._now or self._imported):
            return [*made]
        now = {self._named(row): row for row in self._now}
        changed = {
            name
            for name, row in now.items()
            if name in self._imported and any(row.get(key, "") != cell for key, cell in self._imported[name].items())
        }
        fresh = {self._named(row) for row in made}
        added = sorted(name[0] for name in fresh - now.keys() - self._imported.keys())
        if self.table == "areas" and self._imported and added:
            more = f" and {len(added) - _MOST_NAMED} more" if len(added) > _MOST_NAMED else ""
            self.notices.append(f"places that no file before had: {', '.join(added[:_MOST_NAMED])}{more}")
        if changed & fresh:
            self.notices.append(
                f"{self.table}.csv: {len(changed & fresh)} rows that were changed by hand stay as they are"
            )
        gone = self._imported.keys() & fresh - now.keys()
        if gone:
            places = list(dict.fromkeys(row["source"] for name, row in self._imported.items() if name in gone))
            self.notices.append(
                f"{self.table}.csv: {len(gone)} rows that were taken out by hand are put back, since their file has "
                f"them: take them out there ({', '.join(places[:_MOST_NAMED])})"
            )
        rows = [now[name] if (name := self._named(row)) in changed else {**now.get(name, {}), **row} for row in made]
        return rows + [row for name, row in now.items() if name not in fresh and name not in self._imported]

    def _named(self, row: Mapping[str, str]) -> tuple[str, ...]:
        return tuple(row.get(key, "") for key in self._key)


def require_own_table(site: Path, table: str) -> None:
    """Raise ``SiteError`` where a file bears the name of a table and is none of this site."""
    _rows_of(site / f"{table}.csv", _KEYS[table][:1])


def files_of(site: Path, table: str) -> list[str]:
    """The files that the imported rows of a table came from."""
    sources = (row.get("source", "") for row in _rows_of(site / "imported" / f"{table}.csv", ()))
    return list(dict.fromkeys(_PLACE.sub("", source) for source in sources if source))


def _rows_of(path: Path, key: Sequence[str]) -> list[dict[str, str]]:
    if not path.exists():
        return []
    try:
        text = read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SiteError(str(path), "it is no UTF-8", "save it as CSV UTF-8, so that no sign of it is lost") from None
    # Spreadsheet programs of some countries put another sign between the cells when they save a table.
    between = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=between)
    if text.strip() and not set(key) <= set(reader.fieldnames or ()):
        mend = "save it with that header, or, if it is of another program, take it out of this folder and import it"
        raise SiteError(str(path), f"its first row is no header with {', '.join(key)}", mend)
    return [{key: text_of(value or "") for key, value in row.items() if key} for row in reader]


def table_text(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> str:
    """Rows as a CSV with a header; what a row lacks is blank, and no cell runs as a formula."""
    return csv_of_columns(columns, [[row.get(name, "") for row in rows] for name in columns])
