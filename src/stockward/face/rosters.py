"""Rosters: who stands where, and if nobody can say, which rules collide."""

from __future__ import annotations

import time as clock
from dataclasses import dataclass
from datetime import date

import polars as pl

from stockward import book as facts
from stockward.answers.roster import RosterAnswer
from stockward.answers.rostered.sheet import DutySheet
from stockward.face.asked import FilePlace, Words, asked_day, asked_whole, asked_words, number_of, path_of, place_of
from stockward.face.places import own_folder, own_place
from stockward.face.shown import Shown, frame_of, now
from stockward.face.sites import site_of
from stockward.outputs import write_whole
from stockward.questions.planned_roll import with_planned_guards
from stockward.questions.roster import (
    RosterRequest,
    make_guards_roster,
    numbers_given,
)
from stockward.report import cards
from stockward.report.plan.guards import joining_told, posts_told
from stockward.report.review.card import Card
from stockward.report.roster import calendars as roster_calendars
from stockward.report.roster import files as roster_files
from stockward.report.roster import named as roster_named
from stockward.report.roster.page import write_roster_html
from stockward.report.roster.sheets import write_roster_xlsx
from stockward.roster.site.demand import MOST_WEEKS
from stockward.roster.site.making import Limit
from stockward.terms.errors import UsageError
from stockward.terms.limits import DEFAULT_SEED, LONGEST_SEARCH


@dataclass(frozen=True, slots=True, repr=False)
class Roster(Shown):
    """A roster, or why there is none; ``answers`` has all of it."""

    answers: RosterAnswer

    @property
    def duties(self) -> pl.DataFrame:
        """One row a shift of a guard, none without a roster: ``person`` at ``post`` from ``start`` to ``end`` (UTC)."""
        names = (
            "person", "affiliation", "post", "number", "day", "start", "end", "hours", "night", "weekend", "locked",
            "changed",
        )  # fmt: skip
        return frame_of(self.answers.duties, names)

    @property
    def guards(self) -> pl.DataFrame:
        """One row a guard: shifts, ``hours`` beside ``fair_hours``, nights and weekend shifts likewise, wishes met."""
        names = (
            "person", "affiliation", "days_there", "shifts", "hours", "contract", "fair_hours", "nights", "fair_nights",
            "weekend_shifts", "fair_weekend_shifts", "wishes", "met", "changed",
        )  # fmt: skip
        return frame_of(self.answers.guards, names)

    @property
    def posts(self) -> pl.DataFrame:
        """One row a post: ``places`` to fill in all its shifts, ``filled`` ones, and their ``hours``."""
        return frame_of(
            self.answers.posts, ("post", "name", "qualification", "posts", "guards", "places", "filled", "hours")
        )

    @property
    def relaxations(self) -> pl.DataFrame:
        """Where no roster keeps every rule, one row a way out: the ``amount``, the ``least`` by proof, ``words``."""
        return frame_of(self.answers.relaxations, ("what", "status", "amount", "least", "words"))

    def to_html(self, path: FilePlace) -> None:
        """Write the page: coverage, the month, fairness, and a sheet for each post and person; or what collides."""
        write_whole(own_place(path), write_roster_html(self.answers))

    def to_json(self, path: FilePlace) -> None:
        """Write the answer as JSON (schema stockward.roster/1)."""
        write_whole(own_place(path), roster_files.write_roster_json(self.answers))

    def to_xlsx(self, path: FilePlace) -> None:
        """Write the roster as a workbook; raises ``UsageError`` where there is none."""
        self._require_duties()
        write_roster_xlsx(self.answers, own_place(path))

    def to_csv(self, path: FilePlace) -> None:
        """Write the roster as flat CSV, one row a shift of a guard; raises ``UsageError`` where there is none."""
        self._require_duties()
        write_whole(own_place(path), roster_files.write_roster_csv(self.answers))

    def to_ics(self, folder: FilePlace) -> None:
        """Write an iCalendar for each person into a folder; raises ``UsageError`` where there is no roster."""
        self._require_duties()
        roster_calendars.write_calendars(self.answers, *own_folder(folder))

    def to_sheet(self, path: FilePlace, *, names: FilePlace) -> None:
        """Write the sheet with names to print, out of a CSV with ``person`` and ``name`` that nothing else reads."""
        self._require_duties()
        called = roster_named.read_names(place_of(names, "names"))
        write_whole(own_place(path), roster_named.write_named_sheet(DutySheet.of(self.answers), called))

    def _require_duties(self) -> None:
        if not self.answers.duties:
            raise UsageError("there is no roster to write: read relaxations for the ways out")

    def card(self) -> Card:
        """What is shown: how good it is, or what collides; coverage and fair shares."""
        return cards.roster_card(self.answers)


def roster(
    site: facts.Site | FilePlace,
    *,
    start: str | date,
    weeks: int = 4,
    number: Words = (),
    planned: bool = False,
    previous: FilePlace | None = None,
    time: float = 60,
    deterministic: int | None = None,
    seed: int = DEFAULT_SEED,
) -> Roster:
    """Make the best roster of a site's guards that keeps every rule, and prove how good it is.

    The search runs in processes of its own, and each of them runs the script again that called it. So a script must
    call this under ``if __name__ == "__main__":``; a notebook need not.

    Parameters
    ----------
    site
        A site, or the folder that holds it.
    start
        The first day, such as ``"2026-07-06"``.
    weeks
        1 to 26.
    number
        How many of a post stand, whatever its driver says: ``{"patrol-stores": 2}``.
    planned
        With those who join by the cheapest plan of the guards, numbered: who they are is drawn by lot.
    previous
        An earlier roster (the CSV or workbook that was written of it), of which as much as possible is kept.
    time
        Seconds after which the best roster found is given; with them alone, two runs may differ.
    deterministic
        Rounds of exchanges after which it stops, in place of seconds: the same seed gives the same roster.
    seed
        Of everything drawn, from 0 on.

    Returns
    -------
    Roster
        ``duties`` with one row a shift of a guard, in order of time; where no roster keeps every rule they are empty,
        and ``relaxations`` says what would mend it.

    Raises
    ------
    UsageError
        A number out of range, no date, a post that is not there, rules that exclude each other.
    SheetError
        A locked assignment or an earlier roster that cannot be kept, with its row.
    SiteError
        Where the site cannot be read at all.

    Examples
    --------
    >>> import stockward as sw
    >>> roster = sw.roster("examples/ridgeway", start="2026-07-06", weeks=1, time=20)  # doctest: +SKIP
    """
    time = number_of(time, "time")
    if not 0 < time <= LONGEST_SEARCH:
        raise UsageError(f"time {time:g} is no number of seconds up to {LONGEST_SEARCH}: write it as 60")
    weeks = asked_whole("weeks", weeks, 1, MOST_WEEKS)
    seed = asked_whole("seed", seed, 0)
    ends = clock.monotonic() + time
    limit = (
        Limit(lambda: ends - clock.monotonic())
        if deterministic is None
        else Limit(rounds=asked_whole("deterministic", deterministic, 1, LONGEST_SEARCH))
    )
    first, file, numbers = asked_day("start", start), path_of(previous, "previous"), asked_words(number, "number")
    if first is None:
        raise UsageError("a roster needs its first day: give start, such as 2026-07-06")
    facts = site_of(site)
    earlier, told = (None, ()) if file is None else roster_files.read_earlier_roster(file, facts.timezone)
    if planned:
        facts, codes, posts = with_planned_guards(facts, now=now(), seed=seed)
        told = (*told, joining_told(codes), *([posts_told(posts)] if posts else []))
    asked = RosterRequest(
        start=first, weeks=weeks, generated=now(), seed=seed, numbers=numbers_given(numbers),
        earlier=earlier, told=told,
        options={"start": str(first), "weeks": weeks, "numbers": list(numbers), "seconds": time,
                 "deterministic": deterministic, "previous": None if file is None else file.name,
                 **({"planned": True} if planned else {})},
    )  # fmt: skip
    return Roster(make_guards_roster(facts, asked, limit=limit))
