"""A drill in a terminal, at most 100 columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stockward.answers.drill import Drill, DrillLine
from stockward.report import drill_sentences as say
from stockward.report import words
from stockward.report.words import WIDTH_MAX
from stockward.terms.signs import printable

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table

# Signs that some terminals cannot show; the words around them say the same.
_PLAIN = str.maketrans({words.NARROW_SPACE: " ", words.MINUS: "-", words.NOTHING: "-", "±": "+/-", "“": '"', "”": '"'})
_NOT_BORNE_MAX = 8
_PATTERN_WIDTH = 11


def print_drill(drill: Drill, console: Console) -> None:
    """Print the drill: what came out, a table by series and pattern, and what it stands on."""
    _line(console, f"{drill.site}: {say.asked(drill)}")
    _line(console, say.headline(drill), style="bold")
    for text in say.agreement(drill):
        _line(console, text)
    if drill.lines:
        console.print()
        _show(console, _table(drill))
        console.print()
    for text in [*say.spread(drill), *say.elsewhere(drill), *say.causes(drill)]:
        _line(console, text)
    not_borne = say.not_borne(drill)
    if not_borne:
        _line(console, "Not made, as the books cannot bear the loss there:")
    for text in not_borne[:_NOT_BORNE_MAX]:
        _line(console, f"  {text}.")
    if len(not_borne) > _NOT_BORNE_MAX:
        _line(console, f"  and {len(not_borne) - _NOT_BORNE_MAX} more: see the page.")
    for text in [*say.left_out(drill), *say.basis(drill)]:
        _line(console, text)


def _table(drill: Drill) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), show_edge=False)
    table.add_column("Out of", overflow="fold", ratio=1)
    table.add_column("Pattern", max_width=_PATTERN_WIDTH)
    table.add_column("Loss", justify="right", no_wrap=True)
    if drill.as_recorded:
        table.add_column("Found", justify="right", no_wrap=True)
        table.add_column("Alarm without it", justify="right")
    else:
        table.add_column("Copies", justify="right", no_wrap=True)
        table.add_column("Predicted", justify="right", no_wrap=True)
        table.add_column("Found", justify="right", no_wrap=True)
    table.add_column("Days: half, 90 %", justify="right")
    for line in drill.lines:
        table.add_row(*_cells(drill, line))
    return table


def _cells(drill: Drill, line: DrillLine) -> list[RenderableType]:
    from rich.text import Text

    middle = (
        [say.found(line), words.number(line.without)]
        if drill.as_recorded
        else [words.number(line.copies), say.percent(line.predicted), say.found(line)]
    )
    cells = [line.label, say.PATTERN_WORD[line.pattern], say.loss(line), *middle, say.days(line)]
    return [Text(_plain(cell)) for cell in cells]


def _plain(text: str) -> str:
    return printable(text.translate(_PLAIN))


def _line(console: Console, text: str, style: str = "") -> None:
    from rich.text import Text

    _show(console, Text(_plain(text), style=style))


def _show(console: Console, what: RenderableType) -> None:
    console.print(what, width=min(console.width, WIDTH_MAX), highlight=False)
