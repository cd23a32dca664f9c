"""A roster on the terminal: status, how good it is, and what it stands on; the roster itself goes into files."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from stockward.answers.roster import RosterAnswer
from stockward.report import roster_sentences as say


def print_roster(answer: RosterAnswer, console: Console) -> None:
    """The headline, how good it is, and, where no roster keeps every rule, what stands in the way and the ways out."""
    console.print(Text(f"{answer.site}, {say.period(answer)}"), style="bold")
    console.print(Text(say.headline(answer)))
    for line in (*say.status(answer), *say.measures(answer), say.begins(answer)):
        console.print(Text(line))
    for title, lines in (
        ("What stands in the way:", say.conflicts(answer)),
        ("Ways out, each found with a roster that keeps every other rule:", say.relaxations(answer)),
        ("Left out:", say.left_out(answer)),
        ("To know beside it:", answer.notes),
    ):
        if lines:
            console.print()
            console.print(Text(title), style="bold")
            for line in lines:
                console.print(Text(f"  {line}"))
