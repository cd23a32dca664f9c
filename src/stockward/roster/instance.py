"""Reads an instance of the public employee shift scheduling benchmark (Curtois & Qu 2014), text format.

Sections: SECTION_HORIZON, SECTION_SHIFTS, SECTION_STAFF, SECTION_DAYS_OFF, SECTION_SHIFT_ON_REQUESTS,
SECTION_SHIFT_OFF_REQUESTS, SECTION_COVER; ``#`` starts a comment line. Day 0 is a Monday.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import numpy as np

from stockward.roster.engine.problem import Costs, DayTable, Demand, Person, PersonRules, RosterProblem, ShiftKind
from stockward.terms.errors import SheetError, SiteError
from stockward.terms.files import read_text

SECTIONS = (
    "SECTION_HORIZON",
    "SECTION_SHIFTS",
    "SECTION_STAFF",
    "SECTION_DAYS_OFF",
    "SECTION_SHIFT_ON_REQUESTS",
    "SECTION_SHIFT_OFF_REQUESTS",
    "SECTION_COVER",
)
_LONGEST_HORIZON = 3660
_LARGEST_NUMBER = 10**9
_COMPLETE = "take the complete file as published"


@dataclass(frozen=True)
class _Line:
    """One line that says something: where it stands, and its cells."""

    file: str
    number: int
    cells: tuple[str, ...]

    def fail(self, problem: str, mend: str) -> NoReturn:
        raise SheetError(self.file, problem, mend, row=self.number)

    def require(self, cells: int, what: str) -> None:
        if len(self.cells) != cells:
            self.fail(f"{what} has {len(self.cells)} cells in place of {cells}", _COMPLETE)

    def number_at(self, cell: int, name: str, *, high: int = _LARGEST_NUMBER) -> int:
        text = _without_sign_of_zero(self.cells[cell])
        if not (text.isascii() and text.isdigit()):
            self.fail(f"{name} {text!r} is no whole number", "write digits alone")
        if len(text) > 12 or int(text) > high:
            self.fail(f"{name} {text} is above {high}", "correct that number")
        return int(text)


def _without_sign_of_zero(text: str) -> str:
    """The benchmark's files write some zeros as -0: no such number is less than none."""
    return "0" if text.startswith("-") and text[1:] and not text[1:].strip("0") else text


@dataclass
class _Section:
    """The lines of a section, and where its last one stands: at first its own head."""

    last: int
    lines: list[_Line] = field(default_factory=list)


@dataclass
class _Draft:
    """What has been read so far, by code."""

    file: str
    days: int = 0
    shifts: dict[str, ShiftKind] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    """Of the shifts, in their order."""
    rules: dict[str, PersonRules] = field(default_factory=dict)
    off: dict[str, set[int]] = field(default_factory=dict)
    costs: dict[str, Costs] = field(default_factory=dict)
    cover: dict[tuple[int, int], tuple[int, int, int]] = field(default_factory=dict)

    def day(self, line: _Line, cell: int) -> int:
        return line.number_at(cell, "day", high=self.days - 1)

    def shift(self, line: _Line, code: str) -> int:
        if code not in self.places:
            line.fail(f"there is no shift {code!r}", "name a shift of SECTION_SHIFTS")
        return self.places[code]

    def person(self, line: _Line, code: str) -> str:
        if code not in self.rules:
            line.fail(f"there is no person {code!r}", "name a person of SECTION_STAFF")
        return code


def read_instance(path: Path) -> RosterProblem:
    """Read one instance.

    Raises
    ------
    SheetError
        In one line, with file and line: a section that is missing, cut short, out of order or given twice; a line with
        too few cells; a number that is none; a person, day or shift that does not exist.
    """
    sections, last = _sections(path)
    draft = _Draft(str(path))
    for name in SECTIONS:
        if name not in sections:
            raise SheetError(draft.file, f"the file ends here, and {name} is missing", _COMPLETE, row=last)
        for line in sections[name].lines:
            _READERS[name](draft, line)
        _require_enough(draft, name, sections[name])
    return _problem(draft)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        text = read_text(path)
    except UnicodeDecodeError:
        raise SheetError(str(path), "the file is no UTF-8 text", _COMPLETE) from None
    except SiteError as error:
        raise SheetError(str(path), error.problem, error.mend) from None
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield number, line.strip()


def _sections(path: Path) -> tuple[dict[str, _Section], int]:
    """The sections, and the last line that says something."""
    found: dict[str, _Section] = {}
    current, number = "", 1
    for number, text in _lines(path):
        line = _Line(str(path), number, tuple(cell.strip() for cell in text.split(",")))
        if text.startswith("SECTION_"):
            current = text
            if current not in SECTIONS:
                line.fail(f"section {current!r} is not known", f"use {', '.join(SECTIONS)}")
            if current in found:
                line.fail(f"{current} stands there twice", "keep one of the two")
            found[current] = _Section(number)
        elif current:
            found[current].lines.append(line)
            found[current].last = number
        else:
            line.fail("no section has begun here", "start the file with SECTION_HORIZON")
    return found, number


def _read_horizon(draft: _Draft, line: _Line) -> None:
    line.require(1, "the horizon")
    if draft.days:
        line.fail("the horizon stands there twice", "keep one number of days")
    draft.days = line.number_at(0, "horizon", high=_LONGEST_HORIZON)
    if not draft.days:
        line.fail("the horizon has no days", "give at least one day")


def _read_shift(draft: _Draft, line: _Line) -> None:
    line.require(3, "a shift")
    code, _, after = line.cells
    if not code or code in draft.shifts:
        line.fail(f"shift {code!r} has no code of its own", "give each shift one code")
    minutes = line.number_at(1, "length")
    if not minutes:
        line.fail(f"shift {code} has no length", "give its minutes")
    draft.places[code] = len(draft.shifts)
    draft.shifts[code] = ShiftKind(code, minutes, frozenset(part.strip() for part in after.split("|") if part.strip()))


def _read_person(draft: _Draft, line: _Line) -> None:
    line.require(8, "a person")
    code = line.cells[0]
    if not code or code in draft.rules:
        line.fail(f"person {code!r} has no code of their own", "give each person one code")
    names = ("longest minutes", "least minutes", "longest run", "least run", "least days off", "weekends")
    high, low, max_run, min_run, min_off, weekends = (line.number_at(2 + i, name) for i, name in enumerate(names))
    if low > high:
        line.fail(f"at least {low} and at most {high} minutes exclude each other", "correct one of the two")
    draft.rules[code] = PersonRules(low, high, _most_of_shifts(draft, line), max_run, min_run, min_off, weekends)
    draft.off[code] = set()
    draft.costs[code] = np.zeros((draft.days, 1 + len(draft.shifts)), np.int64)


def _most_of_shifts(draft: _Draft, line: _Line) -> tuple[int, ...]:
    most: dict[int, int] = {}
    for part in line.cells[1].split("|"):
        code, equals, number = (piece.strip() for piece in part.partition("="))
        number = _without_sign_of_zero(number)
        if not equals or not (number.isascii() and number.isdigit()) or len(number) > 9:
            line.fail(f"{part!r} is no most of a shift", "write SHIFT=NUMBER, separated by |")
        shift = draft.shift(line, code)
        if shift in most:
            line.fail(f"shift {code} stands there twice", "give each shift one most")
        most[shift] = int(number)
    missing = [code for i, code in enumerate(draft.shifts) if i not in most]
    if missing:
        line.fail(f"the most of shift {missing[0]} is missing", "give one for every shift")
    return tuple(most[i] for i in range(len(draft.shifts)))


def _read_days_off(draft: _Draft, line: _Line) -> None:
    person = draft.person(line, line.cells[0])
    if len(line.cells) < 2:
        line.fail(f"no days off of {person}", _COMPLETE)
    draft.off[person] |= {draft.day(line, cell) for cell in range(1, len(line.cells))}


def _read_on_request(draft: _Draft, line: _Line) -> None:
    line.require(4, "a request")
    person, shift = draft.person(line, line.cells[0]), draft.shift(line, line.cells[2])
    day, weight = draft.day(line, 1), line.number_at(3, "weight")
    draft.costs[person][day] += weight
    draft.costs[person][day, 1 + shift] -= weight


def _read_off_request(draft: _Draft, line: _Line) -> None:
    line.require(4, "a request")
    person, shift = draft.person(line, line.cells[0]), draft.shift(line, line.cells[2])
    draft.costs[person][draft.day(line, 1), 1 + shift] += line.number_at(3, "weight")


def _read_cover(draft: _Draft, line: _Line) -> None:
    line.require(5, "a cover")
    place = draft.day(line, 0), draft.shift(line, line.cells[1])
    if place in draft.cover:
        line.fail(f"day {place[0]} and shift {line.cells[1]} stand there twice", "keep one of the two")
    required, under, over = (
        line.number_at(2 + i, name) for i, name in enumerate(("requirement", "weight for under", "weight for over"))
    )
    draft.cover[place] = required, under, over


_READERS: dict[str, Callable[[_Draft, _Line], None]] = dict(
    zip(
        SECTIONS,
        (_read_horizon, _read_shift, _read_person, _read_days_off, _read_on_request, _read_off_request, _read_cover),
        strict=True,
    )
)


def _require_enough(draft: _Draft, section: str, read: _Section) -> None:
    """A section that must not be empty, or must be complete, is cut short."""
    wanted = draft.days * len(draft.shifts)
    short = {
        "SECTION_HORIZON": not draft.days,
        "SECTION_SHIFTS": not draft.shifts,
        "SECTION_STAFF": not draft.rules,
        "SECTION_COVER": len(draft.cover) < wanted,
    }
    if short.get(section):
        told = f": {len(draft.cover)} lines in place of {wanted}" if section == "SECTION_COVER" else " and has no line"
        raise SheetError(draft.file, f"{section} is cut short{told}", _COMPLETE, row=read.last)
    for shift, line in zip(draft.shifts.values(), read.lines, strict=False):
        unknown = sorted(shift.not_followed_by - draft.shifts.keys())
        if section == "SECTION_SHIFTS" and unknown:
            line.fail(
                f"shift {shift.code} must not be followed by {unknown[0]!r}, no shift", "name a shift of SECTION_SHIFTS"
            )


def _problem(draft: _Draft) -> RosterProblem:
    people = []
    for code, rules in draft.rules.items():
        choices = np.ones((draft.days, 1 + len(draft.shifts)), np.bool_)
        choices[:, 1:] = np.array(rules.max_of_shift) > 0
        choices[sorted(draft.off[code]), 1:] = False
        people.append(Person(code, rules, draft.costs[code], choices))
    tables: list[DayTable] = [np.zeros((draft.days, len(draft.shifts)), np.int64) for _ in range(3)]
    for (day, shift), values in draft.cover.items():
        for table, value in zip(tables, values, strict=True):
            table[day, shift] = value
    return RosterProblem(draft.days, tuple(draft.shifts.values()), tuple(people), Demand(*tables))
