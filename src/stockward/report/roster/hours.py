"""Planned against worked hours: on the terminal, as CSV, and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from stockward.answers.rostered.hours import GuardHours, HoursAnswer, HoursApart
from stockward.report.kit import words
from stockward.report.kit.json_texts import json_text
from stockward.report.kit.lines import LineColumn, say_block, table
from stockward.report.roster.views import WEEKDAY_NAMES, clock_words
from stockward.terms.spreadsheet_text import csv_text

if TYPE_CHECKING:
    from rich.console import Console

HOURS_SCHEMA = "stockward.hours/1"
HOURS_COLUMNS = (
    "person", "affiliation", "planned_shifts", "planned", "worked_shifts", "worked", "difference", "missed", "added",
    "ahead", "contract",
)  # fmt: skip
"""Columns of the flat file, one row a guard."""


def print_hours(answer: HoursAnswer, console: Console) -> None:
    """How much was planned and worked, who is short or over, and the shifts that were worked otherwise than planned."""
    say_block(console, f"{answer.site}: planned and worked, {hours_period(answer)}", style="bold")
    say_block(console, hours_headline(answer))
    shown = [one for one in answer.guards if one.difference or one.missed or one.added]
    if shown:
        console.print()
        table(console, _columns(shown), needed=4)
    if answer.apart:
        console.print()
        say_block(console, "Shifts that were not worked as planned:", style="bold")
        for shift in answer.apart:
            say_block(console, f"  {_apart_words(shift, answer.timezone)}")
    if answer.notes:
        console.print()
        say_block(console, "To know beside it:", style="bold")
        for line in answer.notes:
            say_block(console, f"  {line}")


def hours_period(answer: HoursAnswer) -> str:
    """The days that are told of."""
    return f"{words.day(answer.start)} to {words.day(answer.until)}"


def hours_headline(answer: HoursAnswer) -> str:
    """All hours, and how many guards are short or over."""
    planned, worked = sum(one.planned for one in answer.guards), sum(one.worked for one in answer.guards)
    short = sum(one.difference < 0 for one in answer.guards)
    over = sum(one.difference > 0 for one in answer.guards)
    said = f"{_hours(worked)} hours worked of {_hours(planned)} planned, {words.count(len(answer.guards), 'guard')}"
    return f"{said}: {short or 'none'} short, {over or 'none'} over."


def _columns(guards: Sequence[GuardHours]) -> list[LineColumn]:
    return [
        LineColumn("Guard", [one.person for one in guards]),
        LineColumn("Planned (h)", [_hours(one.planned) for one in guards], right=True),
        LineColumn("Worked (h)", [_hours(one.worked) for one in guards], right=True),
        LineColumn("Difference", [words.number(round(one.difference, 1), signed=True) for one in guards], right=True),
        LineColumn("Missed", [words.number(one.missed) for one in guards], right=True),
        LineColumn("Added", [words.number(one.added) for one in guards], right=True),
        LineColumn("Ahead (h)", [_hours(one.ahead) for one in guards], right=True),
        LineColumn("Contract (h)", [_hours(one.contract) for one in guards], right=True),
    ]


def _hours(value: float | None) -> str:
    return words.NOTHING if value is None else words.number(round(value, 1))


def _apart_words(shift: HoursApart, timezone: str) -> str:
    when = f"{WEEKDAY_NAMES[shift.day.weekday()]} {words.day(shift.day)} {clock_words(shift.start, ZoneInfo(timezone))}"
    where = f"{shift.person}, {shift.post}, {when}"
    if not shift.worked:
        return f"{where}: {_hours(shift.planned)} h planned, not worked"
    if not shift.planned:
        return f"{where}: {_hours(shift.worked)} h worked, not planned"
    return f"{where}: {_hours(shift.worked)} h worked of {_hours(shift.planned)} h planned"


def write_hours_csv(answer: HoursAnswer) -> str:
    """Planned and worked hours as flat CSV, one row a guard, by code; codes survive a spreadsheet."""
    return csv_text([HOURS_COLUMNS, *map(_values, answer.guards)])


def _values(one: GuardHours) -> tuple[str | float | None, ...]:
    return tuple(getattr(one, name) for name in HOURS_COLUMNS)


def write_hours_json(answer: HoursAnswer) -> str:
    """Planned and worked hours as JSON, schema ``stockward.hours/1``."""
    document = {
        "schema": HOURS_SCHEMA,
        "generated": {"version": answer.version, "at": answer.at, "options": answer.options},
        "site": {"name": answer.site, "timezone": answer.timezone},
        "start": answer.start,
        "weeks": answer.weeks,
        "until": answer.until,
        "guards": [dict(zip(HOURS_COLUMNS, _values(one), strict=True)) for one in answer.guards],
        "apart": answer.apart,
        "notes": answer.notes,
        "set_aside": sum(answer.set_aside.values()),
    }
    return json_text(document, answer.timezone)
