"""Labels below a table, or between its rows: totals, and balances carried on; a row of a day sums up no others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache

from stockward.book.checks.refused.totals import is_a_total_alone, names_a_total
from stockward.book.sources.importers.grid.files import CellValue, is_blank_cell
from stockward.book.sources.importers.written.days import ways_that_fit, with_year
from stockward.book.sources.importers.written.month_lines import is_a_month_line
from stockward.book.sources.naming.aliases import role_of

_OPENING = re.compile(
    r"(?i)opening|brought|balance (?:b|forward)|b/?f\b|anfangsbestand|.*vortrag|report à nouveau|initial|saldo inicial"
)
_CARRIED = re.compile(
    r"(?i)\b[bc]\s?/?\s?f(?:wd)?\b|brought|carried|forward|vortrag|(?:ü|ue)bertrag|nouveau|"
    r"riporto|reporter|y sigue|结转|繰越|이월|перенос|devir"
)
_LONGEST_LABEL = 4
TOTALS = ("a total", "a balance brought forward")
"""Rules by which lines with the label of a total are left out."""
BETWEEN_LABELS = "; "
"""Between what the labels of one line say."""
_LEAP_YEAR = 2000
CODES_OF_ROWS = frozenset(("document", "id"))
"""Roles of the columns in which a row has a code of its own."""
_FLOWS = frozenset(("in", "out", "quantity"))
_SUMMED = _FLOWS | {"balance"}
_DAYS = frozenset((date, datetime))


def line_of_labels(cells: Sequence[CellValue]) -> str:
    """What a line says that has labels alone, each with its value behind it or beside it; empty for any other line.

    >>> line_of_labels(["Item: TNT", "Unit:", "kg"])
    'Item: TNT; Unit: kg'
    """
    said, label = list[str](), ""
    for cell in cells:
        before, colon, after = (part.strip() for part in cell.partition(":")) if isinstance(cell, str) else ("", "", "")
        if label:
            said.append(f"{label}: {cell}")
            label = ""
        elif not colon or not role_of(before):
            return ""
        elif after:
            said.append(f"{before}: {after}")
        else:
            label = before
    return BETWEEN_LABELS.join(said)


@lru_cache(50_000)
def is_a_total_label(text: str) -> bool:
    """Whether a text is a label of a total; an opening is a row, and so is what is told in a sentence."""
    plain = text.strip()
    if plain in {"*", "**", "***"}:
        return True
    return (
        names_a_total(plain)
        and not _OPENING.match(plain)
        and sum(any(map(str.isalpha, word)) for word in plain.split()) <= _LONGEST_LABEL
    )


def calls_itself_a_total(headers: Sequence[str], cells: Sequence[CellValue], codes: Sequence[int]) -> bool:
    """Whether a row has a word for a total below one of its ``codes``, beside what came or went: it sums up others.

    Who writes such a word in place of a document means a total, however full the row is, and with a day too.
    """
    texts = (cells[place] for place in codes)
    if not any(isinstance(text, str) and text and is_a_total_label(text) and is_a_total_alone(text) for text in texts):
        return False
    figures = (cell for header, cell in zip(headers, cells, strict=True) if role_of(header) in _FLOWS)
    return any(not isinstance(cell, str) or any(map(str.isdigit, cell)) for cell in figures)


def rule_of_label(text: str) -> str:
    """By which rule a line with the label of a total is left out: one may carry a balance on to the next page."""
    return TOTALS[bool(_CARRIED.search(text))]


def sums_up_others(cells: Sequence[CellValue], days: Sequence[int]) -> bool:
    """Whether a row has the label of a total, and no day: a row of a day sums up no others.

    Below one of its ``days`` such a label says so by itself, however much a key beside it looks like a day.
    """
    dated = (cells[place] for place in days)
    if any(isinstance(cell, str) and cell and is_a_total_label(cell) for cell in dated):
        return True
    if not _DAYS.isdisjoint(map(type, cells)):
        return False
    texts = [cell for cell in cells if isinstance(cell, str)]
    return any(map(is_a_total_label, texts)) and not any(map(_is_a_day, texts))


def has_sums_alone(headers: Sequence[str], cells: Sequence[CellValue]) -> bool:
    """Whether a row says no more than what came, went and is there: beside a total it is one too."""
    said = (header for header, cell in zip(headers, cells, strict=True) if not is_blank_cell(cell))
    return all(role_of(header) in _SUMMED for header in said)


def heading_of(titles: Sequence[str]) -> str:
    """What heads the first rows below titles: what their labels say, or else the last of them."""
    titles = [title for title in titles if not is_a_month_line(title)]
    labelled = [title for title in titles if line_of_labels([title])]
    return BETWEEN_LABELS.join(labelled) if labelled else titles[-1] if titles else ""


def _is_a_day(text: str) -> bool:
    return bool(ways_that_fit([text])) or with_year(text, _LEAP_YEAR) is not None
