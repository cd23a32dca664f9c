"""Texts in a CSV that a spreadsheet program must leave as they are, and whose signs are all seen.

A program that opens a CSV runs a cell that begins like a formula [OWASP, CSV injection], and turns what looks like a
number, a date or a truth value into one: 007 becomes 7, 1-2 the second of January, 1E5 a hundred thousand. An
apostrophe before it keeps the text a text; who reads it back takes the apostrophe away.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence

from stockward.terms.signs import spelt, unspelt

TEXT_MARK = "'"
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\u2212")
"""White space before them or not; the wide signs are read as the narrow ones where those are usual."""

_MONTH = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?"
)
_BECOMES_ANOTHER = re.compile(rf"(?=.*\d)(?:[\W\d_]|(?<=[\d.])e(?=[+-]?\d)|{_MONTH}|am|pm)+|true|false", re.IGNORECASE)
"""A number, a date, a time or a truth value, in whatever form: signs and digits, with no other letters."""


def no_formula(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would run it, or where one stands there already."""
    if text[:1].isalnum():
        # Most texts: they begin with nothing that a program runs.
        return text
    runs = text.startswith(_BEGINS_A_FORMULA) or text.lstrip().startswith(_BEGINS_A_FORMULA)
    return f"{TEXT_MARK}{text}" if runs or text.startswith(TEXT_MARK) else text


def as_text(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would take it for something else.

    >>> as_text("1E5"), as_text("M1")
    ("'1E5", 'M1')
    """
    return f"{TEXT_MARK}{text}" if _BECOMES_ANOTHER.fullmatch(text) else no_formula(text)


def csv_text(rows: Iterable[Iterable[str | float | None]], guard: Callable[[str], str] = as_text) -> str:
    """The rows as CSV, in which ``guard`` has made each text safe; a number without a fraction stands without one.

    A sign that is unseen, or turns the writing behind it, is spelt out; ``text_of`` gives the text of a cell again.

    A row in which a text holds a line end is quoted whole: a bare carriage return would else be read as one.
    """
    text = io.StringIO()
    plain = csv.writer(text, lineterminator="\n")
    quoted = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    safe = _Safe(guard)
    for row in rows:
        cells = [safe[cell] if isinstance(cell, str) else _number(cell) for cell in row]
        holds_an_end = safe.with_ends and not safe.with_ends.isdisjoint(cells)
        (quoted if holds_an_end else plain).writerow(cells)
    return text.getvalue()


def csv_of_columns(header: Sequence[str], columns: Sequence[Sequence[str]]) -> str:
    """The CSV that ``csv_text`` makes of rows of texts, guarded by ``no_formula``, from the columns of these.

    Long tables have few columns in which any text needs care, and the others are told all at once.
    """
    care = [not _is_plain(column) for column in columns]
    doubtful = [column for needs, column in zip(care, columns, strict=True) if needs]
    if any("\r" in text for texts in (header, *doubtful) for text in texts):
        return csv_text([header, *zip(*columns, strict=True)], guard=no_formula)
    text, safe = io.StringIO(), _Safe(no_formula)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([safe[name] for name in header])
    made = [list(map(safe.__getitem__, one)) if needs else one for needs, one in zip(care, columns, strict=True)]
    writer.writerows(zip(*made, strict=True))
    return text.getvalue()


def unguarded_csv(rows: Iterable[Iterable[object]]) -> str:
    """The rows as CSV, each text as it stands: for what Stockward itself reads back, and nobody opens."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _is_plain(column: Sequence[str]) -> bool:
    """Whether no text of a column begins like a formula, or has a sign that ``spelt`` might spell."""
    together = " ".join(column)
    firsts = {text[:1] for text in column} - {""}
    is_usual = together.isascii() and together.isprintable() and spelt(together) == together
    return is_usual and all(map(str.isalnum, firsts))


class _Safe(dict[str, str]):
    """Texts as they are written, each made safe once: ledgers repeat most of theirs; ``with_ends`` hold a line end."""

    def __init__(self, guard: Callable[[str], str]) -> None:
        self._guard, self.with_ends = guard, set[str]()

    def __missing__(self, text: str) -> str:
        safe = self[text] = self._guard(spelt(text))
        if "\r" in safe:
            self.with_ends.add(safe)
        return safe


def text_of(cell: str) -> str:
    """The text that ``csv_text`` wrote into a cell."""
    return unspelt(cell.removeprefix(TEXT_MARK))


def _number(cell: float | None) -> float | None:
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell
