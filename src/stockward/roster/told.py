"""What is told beside a roster of its days: hours that it does not fill, work that it takes in, hours that moved."""

from __future__ import annotations

from datetime import datetime

from stockward.roster.engine.problem import SATURDAY
from stockward.roster.site.demand import begun_before
from stockward.roster.site.problem import GuardProblem

_MOST_NAMED = 12


def told_of_days(problem: GuardProblem) -> tuple[str, ...]:
    """All of it, in a line each."""
    return (*_of_the_first_hours(problem), *_of_worked_otherwise(problem), *_of_other_absences(problem))


def _of_the_first_hours(problem: GuardProblem) -> tuple[str, ...]:
    """What is told where a shift from the day before reaches into the first day: this roster does not fill it."""
    ends: dict[datetime, list[str]] = {}
    for post in problem.posts:
        end = begun_before(problem.horizon, post)
        if end is not None:
            ends.setdefault(end, []).append(post.post)
    zone = problem.horizon.zone
    return tuple(
        f"{', '.join(posts)}: until {end.astimezone(zone):%H:%M} on {problem.horizon.start} the guards of the day "
        "before stand there, whom this roster does not name, since a shift belongs to the day on which it begins"
        for end, posts in sorted(ends.items())
    )


def _of_worked_otherwise(problem: GuardProblem) -> tuple[str, ...]:
    """What is told where shifts were worked at other times than their posts have."""
    zone, said = problem.horizon.zone, []
    for guard, number in sorted(problem.taken_in, key=lambda one: (problem.shifts[one[1]].start, one[0])):
        shift = problem.shifts[number]
        start, end = (moment.astimezone(zone) for moment in (shift.start, shift.end))
        said.append(
            f"{problem.guards[guard].code} at {problem.locked[guard, number]} from {start:%Y-%m-%d %H:%M} to "
            f"{end:%H:%M}"
        )
    if not said:
        return ()
    named = ", ".join(said[:_MOST_NAMED]) + (f" and {len(said) - _MOST_NAMED} more" if said[_MOST_NAMED:] else "")
    return (f"worked at other times than the post has, and taken in as worked: {named}",)


def _of_other_absences(problem: GuardProblem) -> tuple[str, ...]:
    """What is told where contract hours lie on other days than usual, since guards are not available on some."""
    codes = [guard.code for guard in problem.guards if any(day.weekday() < SATURDAY for day in guard.other)]
    if not codes:
        return ()
    named = ", ".join(codes[:_MOST_NAMED]) + (f" and {len(codes) - _MOST_NAMED} more" if codes[_MOST_NAMED:] else "")
    return (
        f"{named}: on days of absence of the kind other they are not available, but the contract keeps its hours; they "
        "lie on the days of the week that are left; an absence that takes hours is leave, sick or training",
    )
