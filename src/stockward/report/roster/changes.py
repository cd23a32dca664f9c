"""Who can stand in, and what a swap does: on the terminal, and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from stockward.answers.roster import Duty
from stockward.answers.rostered.changes import (
    BrokenRule,
    ReplacementAnswer,
    ShiftToFill,
    StandIn,
    SwapAnswer,
    SwapSide,
)
from stockward.report.kit import words
from stockward.report.kit.json_texts import json_text
from stockward.report.kit.lines import LineColumn, say_block, table
from stockward.report.roster.views import WEEKDAY_NAMES, times

if TYPE_CHECKING:
    from rich.console import Console

REPLACEMENT_SCHEMA = "stockward.replacement/1"
SWAP_SCHEMA = "stockward.swap/1"
_KEPT = "all kept"


def print_replacement(answer: ReplacementAnswer, console: Console) -> None:
    """For each shift a line on how many could take it, the best of them, and who cannot and why."""
    say_block(console, f"{answer.site}: who can stand in for {answer.person} on {words.day(answer.day)}", style="bold")
    for shift in answer.shifts:
        console.print()
        say_block(console, replacement_headline(shift, answer.timezone))
        if shift.stand_ins:
            table(console, _columns(shift.stand_ins), needed=3)
        for line in (*_broken_lines(shift), *_cannot(shift)):
            say_block(console, line)
    _print_notes(answer.notes, console)


def replacement_headline(shift: ShiftToFill, timezone: str) -> str:
    """The shift, and whether anybody can take it within the rules."""
    where = shift_words(shift.duty, timezone)
    if not shift.asked:
        return f"{where}: nobody can stand there{f': {_left(shift)}' if shift.left_alone else ''}."
    if not shift.keep_every_rule:
        return (
            f"{where}: {words.count(shift.asked, 'guard')} could stand there, and each would break a rule; the rules "
            f"are hard limits, so {_left(shift)}, or agree on a swap (--swap)."
        )
    kept = words.count(shift.keep_every_rule, "guard")
    others = shift.asked - shift.keep_every_rule
    rest = f"; {others} more would break a rule" if others else ""
    return f"{where}: {kept} can take it and keep every rule{rest}. The best come first."


def _left(shift: ShiftToFill) -> str:
    """What is left where nobody may stand in: a mixed post is never held by one affiliation alone."""
    if shift.left_alone:
        return "leave the post empty, since one affiliation alone must not stand there"
    return "leave the place open"


def shift_words(duty: Duty, timezone: str) -> str:
    """Post, day and times of a shift."""
    weekday = WEEKDAY_NAMES[duty.day.weekday()]
    return f"{duty.post}, {weekday} {words.day(duty.day)}, {times(duty, ZoneInfo(timezone))}"


def _columns(stand_ins: Sequence[StandIn]) -> list[LineColumn]:
    return [
        LineColumn("Guard", [one.person for one in stand_ins]),
        LineColumn("Rules", [_rules_word(one.breaks) for one in stand_ins]),
        LineColumn("Points", [words.number(one.points, 0, signed=True) for one in stand_ins], right=True),
        LineColumn("Rest before", [_hours(one.rest_before) for one in stand_ins], right=True),
        LineColumn("Rest after", [_hours(one.rest_after) for one in stand_ins], right=True),
        LineColumn("Hours in the week", [_hours(one.hours_of_week) for one in stand_ins], right=True),
        LineColumn("Hours of contract", [f"{_hours(one.hours)} of {_hours(one.contract)}" for one in stand_ins],
                   right=True),
        LineColumn("Wishes lost", [str(one.wishes_lost) for one in stand_ins], right=True),
    ]  # fmt: skip


def _rules_word(breaks: Sequence[BrokenRule]) -> str:
    return f"breaks {words.count(len({one.rule for one in breaks}), 'rule')}" if breaks else _KEPT


def _hours(value: float | None) -> str:
    return words.NOTHING if value is None else words.number(round(value, 1))


def _broken_lines(shift: ShiftToFill) -> list[str]:
    return [
        f"  {stand_in.person}: {'; '.join(one.text for one in stand_in.breaks)}"
        for stand_in in shift.stand_ins
        if stand_in.breaks
    ]


def _cannot(shift: ShiftToFill) -> list[str]:
    if not shift.cannot:
        return []
    total = sum(number for _, number in shift.cannot)
    parts = [f"{number} {why}" for why, number in shift.cannot]
    return [f"Cannot: {words.count(total, 'guard')} ({', '.join(parts)})."]


def print_swap(answer: SwapAnswer, console: Console) -> None:
    """Whether the swap keeps every rule, what each guard gives and takes, and what it breaks."""
    say_block(console, f"{answer.site}: a swap of {' and '.join(side.person for side in answer.sides)}", style="bold")
    say_block(console, swap_headline(answer))
    for side in answer.sides:
        say_block(console, f"  {_side_words(side, answer.timezone)}")
    for title, before in (("It breaks:", False), ("Broken without it as well:", True)):
        lines = [one.words for one in answer.breaks if one.before is before]
        if lines:
            console.print()
            say_block(console, title, style="bold")
            for line in lines:
                say_block(console, f"  {line}")
    _print_notes(answer.notes, console)


def swap_headline(answer: SwapAnswer) -> str:
    """Whether the swap can be."""
    if answer.allowed:
        points = sum(side.points for side in answer.sides)
        return f"The swap keeps every rule that is kept without it; {words.number(points, 0, signed=True)} points."
    broken = words.count(len([one for one in answer.breaks if not one.before]), "breach", "breaches")
    return f"The swap cannot be: {broken} of the rules."


def _side_words(side: SwapSide, timezone: str) -> str:
    return (
        f"{side.person} gives {shift_words(side.gives, timezone)} and takes {shift_words(side.takes, timezone)}: "
        f"{_hours(side.hours)} of {_hours(side.contract)} contract hours, {words.number(side.points, 0, signed=True)} "
        "points"
    )


def _print_notes(notes: Sequence[str], console: Console) -> None:
    if notes:
        console.print()
        say_block(console, "To know beside it:", style="bold")
        for line in notes:
            say_block(console, f"  {line}")


def write_replacement_json(answer: ReplacementAnswer) -> str:
    """Who can stand in as JSON, schema ``stockward.replacement/1``."""
    document = _head(answer, REPLACEMENT_SCHEMA)
    document |= {"person": answer.person, "day": answer.day}
    document["shifts"] = [
        {"duty": shift.duty, "asked": shift.asked, "keep_every_rule": shift.keep_every_rule,
         "left_alone": shift.left_alone, "stand_ins": shift.stand_ins,
         "cannot": [{"reason": why, "guards": number} for why, number in shift.cannot]}
        for shift in answer.shifts
    ]  # fmt: skip
    return json_text(document | _end(answer), answer.timezone)


def write_swap_json(answer: SwapAnswer) -> str:
    """What a swap does as JSON, schema ``stockward.swap/1``."""
    document = _head(answer, SWAP_SCHEMA)
    document |= {"allowed": answer.allowed, "sides": answer.sides, "breaks": answer.breaks}
    return json_text(document | _end(answer), answer.timezone)


def _head(answer: ReplacementAnswer | SwapAnswer, schema: str) -> dict[str, Any]:
    return {
        "schema": schema,
        "generated": {"version": answer.version, "at": answer.at, "options": answer.options},
        "site": {"name": answer.site, "timezone": answer.timezone},
        "start": answer.start,
        "weeks": answer.weeks,
        "rules": {rule.key: rule.value for rule in answer.rules},
    }


def _end(answer: ReplacementAnswer | SwapAnswer) -> dict[str, Any]:
    return {"notes": answer.notes, "set_aside": sum(answer.set_aside.values())}
