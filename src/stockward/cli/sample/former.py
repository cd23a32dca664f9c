"""What was typed when plan, draw and certificate were one command, in the words of today."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

import click

_STEPS = {"--result": "certify", "--draw": "draw"}
"""Options that named a step, and the file that it takes; without them a site was named, for a plan."""

Given = list[tuple[str, str | None]]
"""Options, each with what it was given."""


def in_words_of_today(group: click.Group, context: click.Context, typed: Iterable[str]) -> str | None:
    """Where, what and the mend: the command to type, with all that was given and means something to its step.

    What is needed and was not given stands there in capitals, as in a help. ``None`` for what never was a command.
    """
    sites, given = _read(typed)
    if len(sites) > 1:
        return None
    named = [(option, file) for option, file in given if option in _STEPS]
    way, place = named[0] if named else ("", sites[0] if sites else None)
    step = _STEPS.get(way, "plan")
    command = group.get_command(context, step)
    assert command is not None
    taken = {option for one in command.params for option in one.opts} | set(context.help_option_names)
    strange = [*(sites if named else ()), *(option for option, _ in given if option not in taken | {way})]
    words = ["stockward", "sample", step, place or str(command.params[0].human_readable_name)]
    for option, value in [one for one in given if one[0] in taken] + _lacking(command, given):
        words += [option] if value is None else [option, value]
    left_out = f", and {step} does not take {', '.join(strange)}" if strange else ""
    return f"stockward sample: plan, draw and certify are commands of their own{left_out}: type {shlex.join(words)}"


def _lacking(command: click.Command, given: Given) -> Given:
    """The options that are needed and were not given."""
    needed = [one for one in command.params if isinstance(one, click.Option) and one.required]
    return [(one.opts[0], one.metavar) for one in needed if one.opts[0] not in dict(given)]


def _read(typed: Iterable[str]) -> tuple[list[str], Given]:
    """Words that stand alone, and options; each but help took a word."""
    alone: list[str] = []
    given: Given = []
    words = iter(typed)
    for word in words:
        option, mark, value = word.partition("=")
        if not word.startswith("-"):
            alone.append(word)
        elif option in ("-h", "--help"):
            given.append((option, None))
        else:
            given.append((option, value if mark else next(words, None)))
    return alone, given
