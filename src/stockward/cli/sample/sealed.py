"""What a draw and a certificate share: a sealed plan, its seed, and the commitment that was published."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from stockward.cli.kit.options import FILE
from stockward.cli.kit.saying import tell
from stockward.cli.kit.writing import find_places

if TYPE_CHECKING:
    from stockward.answers.counting import CountingDraw

_Command = TypeVar("_Command", bound=Callable[..., Any])


def sealed_options(command: _Command) -> _Command:
    """The options that name the seed and the commitment of a sealed plan."""
    for option in (
        click.option("--seed-text", metavar="TEXT", help="The seed itself, in place of one from a file."),
        click.option("--seed-file", type=FILE, metavar="FILE", help="File with the seed; PLAN.seed without it."),
        click.option(
            "--commitment", metavar="SHA256", help="The commitment as it was published; no other plan is taken."
        ),
    ):
        command = option(command)
    return command


def find_places_beside(plan: Path, seed_file: Path | None) -> None:
    """Find where each output goes: never onto the plan, its seed, or the sheet that was filled in."""
    from stockward.counting import seed_beside

    find_places(beside_read=[seed_file or seed_beside(plan)])


def tell_unpublished(draw: CountingDraw) -> None:
    """Say that a draw stands on a plan that was not compared with a commitment."""
    if not draw.published:
        tell(
            [
                "the plan was not compared with the commitment that was published, and nothing is certified without: "
                "give it with --commitment"
            ]
        )
