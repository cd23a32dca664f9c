"""Re-measures a roster from the problem alone: every hard rule, and the objective.

It shares no code with the model or the search: it walks through the days of each person as a reader of the rules
would, with plain numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from stockward.terms.errors import UsageError

if TYPE_CHECKING:
    from stockward.roster.engine.problem import Person, RosterProblem, RosterRows


@dataclass(frozen=True)
class PersonBreach:
    """One hard rule that a roster breaks: whose, which, from which day, and in words."""

    person: str
    rule: str
    day: int | None
    words: str

    def __str__(self) -> str:
        return f"{self.person}{'' if self.day is None else f', day {self.day}'}: {self.words}"


@dataclass(frozen=True)
class MeasuredRoster:
    """A roster measured: its objective, the parts of it, and the hard rules that it breaks."""

    objective: int
    wishes: int
    under: int
    over: int
    breaches: tuple[PersonBreach, ...]


def measure(problem: RosterProblem, roster: RosterRows) -> MeasuredRoster:
    """Measure ``roster`` against every rule of ``problem``; raises ``UsageError`` where its shape does not fit."""
    shape = (len(problem.people), problem.days)
    if roster.shape != shape or roster.min(initial=0) < 0 or roster.max(initial=0) > len(problem.shifts):
        raise UsageError(f"a roster of this problem has {shape[0]} people, {shape[1]} days and known shifts alone")
    rows = [[int(cell) for cell in row] for row in roster]
    breaches = [
        breach
        for person, row in zip(problem.people, rows, strict=True)
        for check in PERSON_CHECKS
        for breach in check(problem, person, row)
    ]
    wishes = sum(
        int(person.costs[day][choice])
        for person, row in zip(problem.people, rows, strict=True)
        for day, choice in enumerate(row)
    )
    under, over = _cover(problem, rows)
    return MeasuredRoster(wishes + under + over, wishes, under, over, tuple(breaches))


def _cover(problem: RosterProblem, rows: list[list[int]]) -> tuple[int, int]:
    under = over = 0
    for day in range(problem.days):
        for shift in range(len(problem.shifts)):
            there = sum(1 for row in rows if row[day] == shift + 1)
            wanted = int(problem.demand.required[day][shift])
            if there < wanted:
                under += (wanted - there) * int(problem.demand.under_weight[day][shift])
            else:
                over += (there - wanted) * int(problem.demand.over_weight[day][shift])
    return under, over


def _runs(row: list[int]) -> Iterator[tuple[bool, int, int]]:
    """Each run of days: worked or off, its first day, its length."""
    day = 0
    for worked, cells in groupby(row, key=lambda cell: cell > 0):
        length = len(list(cells))
        yield worked, day, length
        day += length


def _open_choices(problem: RosterProblem, person: Person, row: list[int]) -> Iterator[PersonBreach]:
    """No choice that is ruled out: a fixed day off, a shift the person cannot do, another than a locked one."""
    for day, choice in enumerate(row):
        if not person.open[day][choice]:
            what = f"shift {problem.shifts[choice - 1].code}" if choice else "a day off"
            yield PersonBreach(person.code, "open_choices", day, f"{what} is ruled out on that day")


def _successions(problem: RosterProblem, person: Person, row: list[int]) -> Iterator[PersonBreach]:
    """No shift on the day after one that must not be followed by it."""
    for day in range(1, len(row)):
        if row[day - 1] and row[day]:
            before, after = problem.shifts[row[day - 1] - 1], problem.shifts[row[day] - 1]
            if after.code in before.not_followed_by:
                yield PersonBreach(person.code, "successions", day, f"{after.code} must not follow {before.code}")


def _most_of_shifts(problem: RosterProblem, person: Person, row: list[int]) -> Iterator[PersonBreach]:
    """At most so many of each shift."""
    for shift, most in enumerate(person.rules.max_of_shift):
        number = row.count(shift + 1)
        if number > most:
            code = problem.shifts[shift].code
            yield PersonBreach(person.code, "most_of_shifts", None, f"{number} times {code}, at most {most}")


def _minutes(problem: RosterProblem, person: Person, row: list[int]) -> Iterator[PersonBreach]:
    """Minutes between the two bounds."""
    total = sum(problem.shifts[choice - 1].minutes for choice in row if choice)
    if total > person.rules.max_minutes:
        yield PersonBreach(person.code, "minutes", None, f"{total} minutes, at most {person.rules.max_minutes}")
    if total < person.rules.min_minutes:
        yield PersonBreach(person.code, "minutes", None, f"{total} minutes, at least {person.rules.min_minutes}")


def _longest_runs(problem: RosterProblem, person: Person, row: list[int]) -> Iterator[PersonBreach]:
    """At most so many days of work in a row."""
    for worked, first, length in _runs(row):
        if worked and length > person.rules.max_run:
            most = person.rules.max_run
            yield PersonBreach(person.code, "longest_runs", first, f"{length} days of work in a row, at most {most}")


def _shortest_runs(problem: RosterProblem, person: Person, row: list[int]) -> Iterator[PersonBreach]:
    """At least so many days of work, and of days off, in a row, unless the run touches the first or last day."""
    for worked, first, length in _runs(row):
        least = person.rules.min_run if worked else person.rules.min_off_run
        if first > 0 and first + length < len(row) and length < least:
            what, rule = ("of work", "shortest_runs") if worked else ("off", "shortest_off_runs")
            yield PersonBreach(person.code, rule, first, f"{length} days {what} in a row, at least {least}")


def _weekends(problem: RosterProblem, person: Person, row: list[int]) -> Iterator[PersonBreach]:
    """At most so many weekends with any work on Saturday or Sunday."""
    worked = {
        (problem.first_weekday + day) // 7
        for day, choice in enumerate(row)
        if choice and (problem.first_weekday + day) % 7 >= 5
    }
    if len(worked) > person.rules.max_weekends:
        yield PersonBreach(
            person.code, "weekends", None, f"{len(worked)} weekends with work, at most {person.rules.max_weekends}"
        )


PERSON_CHECKS = (_open_choices, _successions, _most_of_shifts, _minutes, _longest_runs, _shortest_runs, _weekends)
