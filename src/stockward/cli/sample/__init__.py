"""The commands ``stockward sample plan``, ``draw`` and ``certify``: one a step of a count.

``sealed`` is what the last two share. Each takes the words that mean something to it, and no others; what was typed
when the three were one command is answered with the command to type (``former``).
"""

from __future__ import annotations

import sys

import click

from stockward.cli.group import LazyGroup
from stockward.cli.kit.saying import say_whole
from stockward.terms.conclusions import Conclusion


class _Steps(LazyGroup):
    """The steps of a count."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in (*self.names, *ctx.help_option_names) and not ctx.resilient_parsing:
            from stockward.cli.sample.former import in_words_of_today

            if (said := in_words_of_today(self, ctx, args)) is not None:
                say_whole(f"error: {said}")
                sys.exit(Conclusion.WRONG_USE)
        return super().parse_args(ctx, args)


@click.group("sample", cls=_Steps, package="stockward.cli.sample", names=("plan", "draw", "certify"))
def sample_command() -> None:
    """Plan what must be counted, draw it, and certify the count."""
