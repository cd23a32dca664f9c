"""Site → roster: the one place that knows the order of the steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType

import polars as pl

from stockward.accountancy.known import known_at
from stockward.answers.roster import Duty, GuardMonth, OpenPlace, PostMonth, RosterAnswer, RosterCost
from stockward.facts import Site
from stockward.guards.roll import on_posts, roll
from stockward.roster.guards_checking import Checked, check_roster
from stockward.roster.guards_costs import changed, fair_shares, is_met, measure_cost
from stockward.roster.guards_demand import Horizon, set_aside_rows
from stockward.roster.guards_making import Limit, Made, make_guard_roster
from stockward.roster.guards_problem import GuardProblem, make_problem
from stockward.terms.errors import FigureError, UsageError
from stockward.terms.verdicts import Solved
from stockward.version import VERSION

DEFAULT_SEED = 1
MOST_WEEKS = 26


def make_guards_roster(
    site: Site,
    *,
    start: date,
    weeks: int,
    seed: int = DEFAULT_SEED,
    limit: Limit,
    numbers: Mapping[str, int] | None = None,
    earlier: Mapping[tuple[str, datetime], str] | None = None,
    generated: datetime,
    progress: Callable[[int | None, float], None] = lambda best, bound: None,
) -> RosterAnswer:
    """Make a guards' roster of a site.

    Parameters
    ----------
    site
        The facts.
    start, weeks
        The first day, and how many weeks from it on (1 to 26).
    seed
        Of everything drawn.
    limit
        When to stop: seconds, or rounds for the same roster every time.
    numbers
        How many of each post stand; one where it does not say.
    earlier
        An earlier roster, of which as much as possible is kept: post by guard's code and moment of start.
    generated
        The moment to print on it.
    progress
        Told of each better cost (``None`` before the first) and bound.

    Returns
    -------
    RosterAnswer
        With duties where a roster keeps every rule; the checker has passed it.

    Raises
    ------
    UsageError
        For weeks out of range, rules that exclude each other, and posts that cannot be cut into shifts.
    SheetError
        For a locked assignment that is no shift, of nobody on the roster, or that breaks a rule: with its row.
    FigureError
        Where the checker finds a breach: then no roster is given.
    """
    if not 1 <= weeks <= MOST_WEEKS:
        raise UsageError(f"a roster is for 1 to {MOST_WEEKS} weeks, not {weeks}")
    if not date(1970, 1, 1) <= start <= date(9000, 1, 1):
        raise UsageError(f"{start} is no day to start a roster on: write a date such as 2026-07-06")
    horizon = Horizon(start, weeks, site.timezone)
    guards = on_posts(roll(known_at(site, None)))
    problem = make_problem(site, guards, horizon, numbers=numbers, earlier=earlier)
    made = make_guard_roster(problem, seed=seed, limit=limit, progress=progress)
    duties = _duties(problem, made)
    if duties:
        checked = Checked(site, guards, duties, start=start, weeks=weeks, numbers=numbers or {})
        breaches = check_roster(checked)
        if breaches:
            raise FigureError(f"the search made a roster that breaks a rule ({breaches[0]}): it is not given out")
    return _answer(site, problem, made, duties, seed, generated)


def _duties(problem: GuardProblem, made: Made) -> tuple[Duty, ...]:
    if made.settling is None:
        return ()
    found = []
    for number, there in made.settling.at.items():
        shift = problem.shifts[number]
        for who in there:
            guard = problem.guards[who.guard]
            earlier = problem.earlier
            found.append(
                Duty(
                    person=guard.code,
                    affiliation=guard.affiliation,
                    post=who.place.post,
                    number=who.place.number,
                    day=problem.horizon.date(shift.day),
                    start=shift.start,
                    end=shift.end,
                    hours=shift.minutes / 60,
                    night=shift.night,
                    weekend=shift.weekend,
                    locked=(who.guard, number) in problem.locked,
                    changed=None if earlier is None else earlier.get((who.guard, number)) != who.place.post,
                )
            )
    order = {post.post: place for place, post in enumerate(problem.posts)}
    return tuple(sorted(found, key=lambda duty: (duty.start, order[duty.post], duty.number, duty.person)))
