"""Lines and tables of a terminal in which no word and no figure is broken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from stockward.report.kit import words
from stockward.terms import wrapping
from stockward.terms.signs import printable
from stockward.terms.wrapping import WIDTH_MAX
from stockward.terms.wrapping import columns as columns_of

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

# Signs that some terminals cannot show; the words around them say the same. What holds the parts of a figure together
# goes last, once the lines are made.
_PLAIN = str.maketrans(
    {words.MINUS: "-", words.NOTHING: "-", "σ": "sigma", "±": "+/-", "“": '"', "”": '"'}
)  # fmt: skip
_GAPS = (3, 2, 1)
_INDENT = "  "


@dataclass(frozen=True, slots=True)
class LineColumn:
    """A column of a table: its head, its cells, and how they stand; a style for each cell, where any has one."""

    head: str
    cells: Sequence[str]
    right: bool = False
    styles: Sequence[str] = ()


def plain(text: str) -> str:
    """A text in signs that every terminal can show, and that steer none."""
    return printable(_held(text).replace(words.NARROW_SPACE, " "))


def say_block(console: Console, text: str, style: str = "") -> None:
    """Print a text in lines that are broken between words."""
    from rich.text import Text

    _show(console, [Text(line, style=style) for line in wrapped_lines(text, _width(console))])


def wrapped_lines(text: str, width: int) -> list[str]:
    """The lines of a text, in plain signs; words and figures stay whole."""
    return [plain(line) for line in wrapping.wrapped(_held(text), width)]


def table(console: Console, columns: Sequence[LineColumn], *, needed: int | None = None) -> None:
    """Print a table that is no wider than the terminal.

    Where it finds no room, the last columns are left out, down to ``needed`` (all without it). Where not even those
    find room, each row becomes a few lines, and nothing is left out.
    """
    width = _width(console)
    fewest = len(columns) if needed is None else needed
    for number, whole, gap in product(range(len(columns), fewest - 1, -1), (True, False), _GAPS):
        shown = columns[:number]
        widths = _widths(shown, width - gap * (number - 1), whole)
        if widths is not None:
            _show(console, list(_rows(shown, widths, gap)))
            return
    _show(console, list(_stacked(columns, width)))


def _held(text: str) -> str:
    """A text in plain signs whose figures are still held together."""
    return text.translate(_PLAIN)


def _width(console: Console) -> int:
    return min(console.width, WIDTH_MAX)


def _show(console: Console, lines: Sequence[Text]) -> None:
    for line in lines:
        console.print(line, width=_width(console), highlight=False)


def _widths(columns: Sequence[LineColumn], room: int, whole: bool) -> list[int] | None:
    """Each column as wide as its longest word, or ``whole`` figures; what is left goes evenly to those that need it.

    ``None`` where there is no room for that.
    """
    heads, cells = [column.head for column in columns], [[_held(cell) for cell in one.cells] for one in columns]
    widest = [max((columns_of(line) for cell in each for line in cell.split("\n")), default=0) for each in cells]
    wanted = [max(columns_of(head), most) for head, most in zip(heads, widest, strict=True)]
    widths = [
        max(_longest_word([head]), most if whole and column.right else _longest_word(each))
        for column, head, each, most in zip(columns, heads, cells, widest, strict=True)
    ]
    left = room - sum(widths)
    if left < 0:
        return None
    while left and (short := [place for place, width in enumerate(widths) if width < wanted[place]]):
        for place in short[:left]:
            widths[place] += 1
        left -= len(short[:left])
    return widths


def _longest_word(texts: Sequence[str]) -> int:
    return max((columns_of(word) for text in texts for word in text.replace("\n", " ").split(" ")), default=0)


def _rows(columns: Sequence[LineColumn], widths: Sequence[int], gap: int) -> Iterator[Text]:
    """The heads, a rule below them, and the rows."""
    from rich.text import Text

    heads = [wrapped_lines(column.head, width) for column, width in zip(columns, widths, strict=True)]
    most = max(map(len, heads))
    # The heads stand on the rule.
    yield from _row(columns, widths, gap, [[""] * (most - len(head)) + head for head in heads], ["bold"] * len(heads))
    yield Text("─" * (sum(widths) + gap * (len(widths) - 1)))
    for number in range(len(columns[0].cells)):
        parts = [wrapped_lines(column.cells[number], width) for column, width in zip(columns, widths, strict=True)]
        styles = [column.styles[number] if column.styles else "" for column in columns]
        yield from _row(columns, widths, gap, parts, styles)


def _row(
    columns: Sequence[LineColumn],
    widths: Sequence[int],
    gap: int,
    parts: Sequence[Sequence[str]],
    styles: Sequence[str],
) -> Iterator[Text]:
    from rich.text import Text

    for number in range(max(map(len, parts))):
        line = Text()
        for place, column in enumerate(columns):
            text = parts[place][number] if number < len(parts[place]) else ""
            space = " " * (widths[place] - columns_of(text))
            line.append(" " * gap if place else "").append(space if column.right else "")
            line.append(text, style=styles[place]).append("" if column.right else space)
        line.rstrip()
        yield line


def _stacked(columns: Sequence[LineColumn], width: int) -> Iterator[Text]:
    """Each row as lines: its first cell, and below it every other one with its head."""
    from rich.text import Text

    lead, *others = columns
    for number, first in enumerate(lead.cells):
        yield from (Text(line, style="bold") for line in (wrapped_lines(first, width) if first else []))
        for column in others:
            cell = column.cells[number].replace("\n", " ")
            if cell:
                style = column.styles[number] if column.styles else ""
                said = f"{_INDENT}{column.head}: {cell}"
                yield from (Text(line, style=style) for line in wrapped_lines(said, width))
