"""A drill in a terminal, at most 100 columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stockward.answers.drill import DrillAnswer
from stockward.report.drill import sentences as say
from stockward.report.kit import lines as terminal
from stockward.report.kit import words

if TYPE_CHECKING:
    from rich.console import Console

_NOT_BORNE_MAX = 8
_LEFT = frozenset({"Out of", "Pattern"})


def print_drill(drill: DrillAnswer, console: Console) -> None:
    """Print the drill: what came out, a table by series and pattern, and what it stands on."""
    terminal.say_block(console, f"{drill.site}: {say.asked(drill)}" if drill.lines else drill.site)
    terminal.say_block(console, say.drill_headline(drill), style="bold")
    for text in say.agreement(drill):
        terminal.say_block(console, text)
    if drill.lines:
        console.print()
        terminal.table(console, _columns(drill))
        console.print()
    for text in [*say.spread_words(drill), *say.elsewhere(drill), *say.causes(drill)]:
        terminal.say_block(console, text)
    not_borne = say.not_borne(drill)
    if not_borne:
        terminal.say_block(console, "Not made, as the books cannot bear the loss there:")
    for text in not_borne[:_NOT_BORNE_MAX]:
        terminal.say_block(console, f"  {text}.")
    if len(not_borne) > _NOT_BORNE_MAX:
        terminal.say_block(console, f"  and {len(not_borne) - _NOT_BORNE_MAX} more: see the page.")
    for text in [*say.drill_left_out(drill), *say.drill_basis(drill)]:
        terminal.say_block(console, text)


def _columns(drill: DrillAnswer) -> list[terminal.LineColumn]:
    lines = drill.lines
    texts = {
        "Out of": [line.label for line in lines],
        "Pattern": [say.PATTERN_WORD[line.pattern] for line in lines],
        "Loss": [say.drill_loss(line) for line in lines],
        "Copies": [words.number(line.copies) for line in lines],
        "Predicted": [say.drill_percent(line.predicted) for line in lines],
        "Found": [say.found(line) for line in lines],
        "Alarm without it": [words.number(line.without) for line in lines],
        "Days: half, 90 %": [say.drill_days(line) for line in lines],
    }
    left_out = {"Copies", "Predicted"} if drill.as_recorded else {"Alarm without it"}
    return [
        terminal.LineColumn(head, cells, head not in _LEFT) for head, cells in texts.items() if head not in left_out
    ]
