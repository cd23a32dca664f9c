"""An answer as a notebook shows it: a few lines of text, or a headline and the first rows of its tables as HTML.

Both are bounded, whatever the size of the site; the whole answer stands in its tables and files.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Annotated

from stockward.report.kit import words
from stockward.report.kit.lines import plain, wrapped_lines
from stockward.report.review.page import fill
from stockward.terms.signs import printable
from stockward.terms.wrapping import WIDTH_MAX

LINES_MAX = 12
ROWS_MAX = 20
LETTERS_MAX = 300
"""Letters of one text; the names of a site can be of any length."""
_COLUMN_MAX = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The first rows of a table."""

    title: Annotated[str, "what the rows are"]
    heads: Annotated[tuple[str, ...], "the head of each column"]
    rows: Annotated[tuple[tuple[str, ...], ...], "the cells of each row that is shown"]
    more: Annotated[str, "how many rows are not shown, and where they stand; empty where all are"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a notebook shows of an answer."""

    title: Annotated[str, "the site, and what was asked"]
    headline: Annotated[str, "the answer in one sentence"]
    lines: Annotated[tuple[str, ...], "what else is said, a sentence or a count each"]
    grids: Annotated[tuple[Grid, ...], "the tables that matter"]


def grid(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]], *, total: int, where: str) -> Grid | None:
    """The first of ``total`` rows, the others being had as ``where`` says; ``None`` where there are none."""
    shown = tuple(tuple(map(_short, row)) for row in islice(rows, ROWS_MAX))
    if not shown:
        return None
    more = f"and {words.count(total - len(shown), 'more row')}: see {where}" if total > len(shown) else ""
    return Grid(title=title, heads=tuple(heads), rows=shown, more=more)


def card(title: str, headline: str, lines: Iterable[str] = (), grids: Iterable[Grid | None] = ()) -> Card:
    """A card of these texts, none of them longer than a screen bears."""
    return Card(
        title=_short(title),
        headline=_short(headline),
        lines=tuple(_short(line) for line in islice((line for line in lines if line), LINES_MAX)),
        grids=tuple(one for one in grids if one is not None),
    )


def card_text(shown: Card) -> str:
    """The card in at most 12 lines of 100 columns: what is said, and rows of the tables as far as there is room."""
    lines = _wrapped(shown.title) + _wrapped(shown.headline)
    for text in shown.lines:
        more = _wrapped(text)
        if len(lines) + len(more) <= LINES_MAX:
            lines += more
    for one in shown.grids:
        rows, room = _rows(one), LINES_MAX - len(lines)
        lines += rows if len(rows) <= room else [*rows[: room - 1], "..."] if room > 1 else []
    return "\n".join(lines)


def card_html(shown: Card) -> str:
    """The card as a piece of HTML: every text escaped, with no script and nothing from outside."""
    return fill("card.html.j2", shown)


def _wrapped(text: str) -> list[str]:
    return wrapped_lines(text, WIDTH_MAX)


def _rows(shown: Grid) -> list[str]:
    """A table as lines, its columns one below the other; a line that is too long is cut."""
    rows = [tuple(words.cut(plain(cell), _COLUMN_MAX) for cell in row[:-1]) for row in (shown.heads, *shown.rows)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lasts = [plain(row[-1]) for row in (shown.heads, *shown.rows)]
    lines = [
        "  ".join((*(cell.ljust(width) for cell, width in zip(row, widths, strict=True)), last)).rstrip()
        for row, last in zip(rows, lasts, strict=True)
    ]
    return [words.cut(line, WIDTH_MAX) for line in [*lines, *([shown.more] if shown.more else [])]]


def _short(text: str) -> str:
    return words.cut(printable(text.replace("\n", " ")), LETTERS_MAX)
