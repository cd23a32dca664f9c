"""The roster in force: the assignments of the site, or an earlier roster out of a file, as duties."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import polars as pl

from stockward.answers.roster import Duty
from stockward.book import Site
from stockward.roster.site.demand import WEEK_DAYS, Horizon, RosterPost, post_spans, read_posts, shift_of
from stockward.roster.site.problem import GuardProblem, make_problem
from stockward.roster.site.staff import Worked, end_of_shift, history_days, read_assignments
from stockward.terms.errors import UsageError

PlannedShifts = Mapping[tuple[str, datetime], str]
"""Post by guard's code and moment of start."""


@dataclass(frozen=True)
class StandingRoster:
    """A roster in force, with the facts that it is judged by.

    ``site`` has of the assignments those before the roster, and what is locked after it; ``problem`` is that of the
    roster as if nothing stood yet: who could stand where, and what would be fair.
    """

    site: Site
    roll: pl.DataFrame
    problem: GuardProblem
    numbers: Mapping[str, int]
    duties: tuple[Duty, ...]
    notes: tuple[str, ...] = ()

    @property
    def horizon(self) -> Horizon:
        """The days of the roster."""
        return self.problem.horizon

    def of(self, person: str, day: date) -> tuple[Duty, ...]:
        """The shifts of a guard that begin on a day."""
        return tuple(duty for duty in self.duties if (duty.person, duty.day) == (person, day))

    def post(self, name: str) -> RosterPost | None:
        """A post at which somebody stands."""
        return next((post for post in self.problem.posts if post.post == name), None)


def read_standing(site: Site, roll: pl.DataFrame, horizon: Horizon, planned: PlannedShifts | None) -> StandingRoster:
    """The roster in force on the days of a horizon.

    Parameters
    ----------
    site
        The facts. Its assignments are the roster where ``planned`` is ``None``, locked or not; beside a roster out of a
        file the locked ones count, in the place of what the file has of that guard at that moment.
    roll
        Guards who can stand at a post, as ``staff.read_staff`` takes them.
    horizon
        The days by which contracts and fair shares are judged.
    planned
        A roster out of a file.

    Raises
    ------
    UsageError
        Where nobody has a shift on these days, and for a post that cannot be cut into shifts.
    """
    posts = {post.post: post for post in read_posts(site, {})}
    entered = [one for one in read_assignments(site, horizon, posts) if 0 <= one[0].shift.day < horizon.days]
    taken = [one for one, locked in entered if locked or planned is None]
    if planned is not None:
        own = {(one.guard, one.shift.start) for one in taken}
        taken += shifts_out_of_file(site, {key: planned[key] for key in planned.keys() - own}, horizon, posts)
    if not taken:
        last = horizon.date(horizon.days - 1)
        raise UsageError(
            f"no roster is on record for {horizon.start} to {last}: enter it in assignments, or name its file with "
            "--previous"
        )
    around = site.replace(assignments=_around(site, horizon))
    numbers = _numbers(taken, posts)
    locked = {(one.guard, one.shift.start) for one, is_locked in entered if is_locked}
    return StandingRoster(
        site=around,
        roll=roll,
        problem=make_problem(around, roll, horizon, numbers=numbers),
        numbers=numbers,
        duties=_as_duties(site, _in_order(taken, planned), posts, locked, horizon),
        notes=_of_copies(site, numbers),
    )


def shifts_out_of_file(
    site: Site, planned: PlannedShifts, horizon: Horizon, posts: Mapping[str, RosterPost]
) -> list[Worked]:  # fmt: skip
    """The shifts of a roster out of a file that begin on days of the horizon."""
    hours = site.settings.force.shift_hours
    low, high = horizon.moment(0, 0), horizon.moment(horizon.days, 0)
    ends = {(post.post, start): end for post in posts.values() for start, end in post_spans(horizon, post)}
    shifts = {}
    for post, start in {(post, start) for (_, start), post in planned.items() if low <= start < high}:
        end = ends.get((post, start)) or end_of_shift(start, posts.get(post), horizon, hours)
        shifts[post, start] = shift_of(horizon, start, end)
    return [
        Worked(person, post, shifts[post, start], 0)
        for (person, start), post in planned.items()
        if (post, start) in shifts
    ]


def _around(site: Site, horizon: Horizon) -> pl.DataFrame:
    """The assignments that were worked before the roster, and those that are locked after it."""
    before = (pl.col("start") < horizon.moment(0, 0)) & (
        pl.col("start") >= horizon.moment(-history_days(site.settings.work_rules), 0)
    )
    after = pl.col("locked").fill_null(False) & (pl.col("start") >= horizon.moment(horizon.days, 0))
    return site["assignments"].filter(before | after)


def _numbers(taken: list[Worked], posts: Mapping[str, RosterPost]) -> dict[str, int]:
    """How many of each post stand, by how many guards stand there at a time at most."""
    there = Counter((one.post, one.shift.start) for one in taken)
    numbers: dict[str, int] = {}
    for (name, _), guards in there.items():
        if name in posts:
            numbers[name] = max(numbers.get(name, 1), -(-guards // posts[name].guards))
    return numbers


def _in_order(taken: list[Worked], planned: PlannedShifts | None) -> list[Worked]:
    """In order of time, then as a file has them, which lists several such posts one after the other."""
    places = {key: place for place, key in enumerate(planned or {})}
    return sorted(
        taken,
        key=lambda one: (one.shift.start, places.get((one.guard, one.shift.start), len(places)), one.post, one.guard),
    )


def _as_duties(
    site: Site,
    taken: list[Worked],
    posts: Mapping[str, RosterPost],
    locked: set[tuple[str, datetime]],
    horizon: Horizon,
) -> tuple[Duty, ...]:
    """The shifts in order of time; several guards at one post are at several such posts as far as there are any."""
    affiliations = dict(site["people"].select("person", "affiliation").iter_rows())
    at: Counter[tuple[str, datetime]] = Counter()
    found = []
    for one in taken:
        guards = posts[one.post].guards if one.post in posts else 1
        number = at[one.post, one.shift.start] // guards + 1
        at[one.post, one.shift.start] += 1
        found.append(
            Duty(
                person=one.guard, affiliation=affiliations.get(one.guard) or "", post=one.post, number=number,
                day=horizon.date(one.shift.day), start=one.shift.start, end=one.shift.end,
                hours=one.shift.minutes / 60, night=one.shift.night, weekend=one.shift.weekend,
                locked=(one.guard, one.shift.start) in locked, changed=None,
            )
        )  # fmt: skip
    return tuple(found)


def _of_copies(site: Site, numbers: Mapping[str, int]) -> tuple[str, ...]:
    """What is told where it is not on record who stands together: pairs are then as the codes of guards follow."""
    several = sorted(name for name, number in numbers.items() if number > 1)
    if not several or site.settings.work_rules.max_same_pair is None:
        return ()
    return (
        f"{', '.join(several)}: at which of several such posts a guard stands is not on record; who stands together "
        "there is taken in the order of the file, or of codes",
    )


def days_in_force(planned: PlannedShifts | None, site: Site, days: Sequence[date]) -> tuple[date, int]:
    """The first day by which a change is judged, and how many weeks, where nobody says: those of the roster's file.

    Without a file four weeks from the Monday of the first change on, or up to the last week that assignments tell of.
    """
    day = min(days)
    horizon = Horizon(day, 1, site.timezone)
    if planned:
        held = [start.astimezone(horizon.zone).date() for _, start in planned]
        first, last = min(held), max(held)
    else:
        first = day - timedelta(days=day.weekday())
        starts = site["assignments"]["start"]
        ahead = starts.filter(starts >= horizon.moment(0, 0)).max()
        known = ahead.astimezone(horizon.zone).date() if isinstance(ahead, datetime) else day
        last = max(min(known, first + timedelta(days=_LONGEST - 1)), *days)
    return first, (last - first).days // WEEK_DAYS + 1


_LONGEST = 28
"""Days by which a change is judged at most, where nobody says."""
