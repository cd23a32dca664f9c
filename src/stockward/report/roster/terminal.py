"""A roster on the terminal: status, how good it is, and what it stands on; the roster itself goes into files."""

from __future__ import annotations

from rich.console import Console

from stockward.answers.roster import RosterAnswer
from stockward.report.kit.lines import say_block
from stockward.report.roster import sentences as said


def print_roster(answer: RosterAnswer, console: Console) -> None:
    """The headline, how good it is, and, where no roster keeps every rule, what stands in the way and the ways out."""
    say_block(console, f"{answer.site}, {said.period(answer)}", style="bold")
    say_block(console, said.roster_headline(answer))
    for line in (*said.status(answer), *said.measures(answer), said.begins(answer)):
        say_block(console, line)
    for title, lines in (
        ("What stands in the way:", said.conflicts(answer)),
        ("Ways out, each found with a roster that keeps every other rule:", said.relaxations(answer)),
        ("Left out:", said.left_out(answer)),
        ("To know beside it:", answer.notes),
    ):
        if lines:
            console.print()
            say_block(console, title, style="bold")
            for line in lines:
                say_block(console, f"  {line}")
