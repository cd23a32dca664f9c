"""Patrols in a terminal, at most 100 columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from stockward.answers.patrols.answer import PatrolAnswer
from stockward.report.kit import lines as terminal
from stockward.report.patrol import sentences as say

if TYPE_CHECKING:
    from rich.console import Console

OUTCOME_HEADS = ("Walked", "Patrols", "Leaves a thief", "Where", "Begun", "Seen with")
TARGET_HEADS = ("Target", "A theft takes", "In", "A patrol sees it with", "Leaves him", "Seen with")
_TEXTS = {"Walked", "Target", "Where", "Begun"}
_TARGETS = 20


def print_patrols(answer: PatrolAnswer, console: Console) -> None:
    """Print what the patrols leave a thief, and every way to walk that is compared."""
    terminal.say_block(console, f"{answer.site}: {say.patrol_asked(answer)}")
    terminal.say_block(console, say.patrol_headline(answer), style="bold")
    if answer.value is not None:
        for text in (say.theft_sentence(answer), say.proof_sentence(answer)):
            terminal.say_block(console, text)
        console.print()
        _table(console, OUTCOME_HEADS, [say.outcome_cells(answer, one) for one in answer.outcomes])
        console.print()
        for text in [*say.bought_sentences(answer), *say.predicted_sentences(answer.predicted)]:
            terminal.say_block(console, text)
        console.print()
        _table(console, TARGET_HEADS, say.target_rows(answer)[:_TARGETS])
        console.print()
    for text in [*say.assumed_sentences(answer), *say.basis_sentences(answer)]:
        terminal.say_block(console, text)


def _table(console: Console, heads: Sequence[str], rows: Sequence[tuple[str, ...]]) -> None:
    columns = zip(heads, zip(*rows, strict=True), strict=True)
    terminal.table(console, [terminal.LineColumn(head, list(cells), head not in _TEXTS) for head, cells in columns])
