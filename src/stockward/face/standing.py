"""The roster in force: who can stand in, what a swap does, and what was worked of what was planned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from stockward import book as facts
from stockward.answers.rostered.changes import ReplacementAnswer, SwapAnswer
from stockward.answers.rostered.hours import HoursAnswer
from stockward.face.asked import FilePlace, asked_day, asked_text, asked_whole, path_of
from stockward.face.places import own_place
from stockward.face.shown import Shown, frame_of, now
from stockward.face.sites import site_of
from stockward.outputs import write_whole
from stockward.questions.roster_changes import (
    WEEKS,
    ChangeRequest,
    guard_and_day,
    what_a_swap_does,
    who_can_stand_in,
)
from stockward.questions.roster_hours import planned_and_worked
from stockward.report import cards
from stockward.report.review.card import Card
from stockward.report.roster import changes as told
from stockward.report.roster import hours as hours_told
from stockward.report.roster.files import duties_csv, read_earlier_roster
from stockward.roster.site.demand import MOST_WEEKS
from stockward.terms.errors import UsageError


@dataclass(frozen=True, slots=True, repr=False)
class StandIns(Shown):
    """Who can stand in for a guard; ``answers`` has all of it."""

    answers: ReplacementAnswer

    @property
    def stand_ins(self) -> pl.DataFrame:
        """One row a shift and a guard who could take it, best first; ``breaks`` are the rules that would be broken."""
        rows = [
            {
                "post": shift.duty.post, "start": shift.duty.start, "person": one.person,
                "affiliation": one.affiliation, "breaks": [broken.text for broken in one.breaks],
                "points": one.points, "hours": one.hours, "contract": one.contract, "rest_before": one.rest_before,
                "rest_after": one.rest_after, "wishes_lost": one.wishes_lost,
            }
            for shift in self.answers.shifts
            for one in shift.stand_ins
        ]  # fmt: skip
        return pl.DataFrame(rows, schema_overrides={"breaks": pl.List(pl.String)}, strict=False)

    def to_json(self, path: FilePlace) -> None:
        """Write the answer as JSON (schema stockward.replacement/1)."""
        write_whole(own_place(path), told.write_replacement_json(self.answers))

    def card(self) -> Card:
        """What is shown: how many can take each shift, and the best of them."""
        return cards.stand_ins_card(self.answers)


@dataclass(frozen=True, slots=True, repr=False)
class Swap(Shown):
    """What a swap of two shifts breaks and costs; ``answers`` has all of it."""

    answers: SwapAnswer

    @property
    def allowed(self) -> bool:
        """Whether it breaks no rule that is kept without it."""
        return self.answers.allowed

    @property
    def breaks(self) -> pl.DataFrame:
        """One row a rule that is broken after it; ``before`` where it is broken just so without it."""
        return frame_of(self.answers.breaks, ("rule", "words", "person", "day", "before"))

    def to_json(self, path: FilePlace) -> None:
        """Write the answer as JSON (schema stockward.swap/1)."""
        write_whole(own_place(path), told.write_swap_json(self.answers))

    def to_csv(self, path: FilePlace) -> None:
        """Write the roster after the swap as flat CSV; raises ``UsageError`` where it breaks a rule."""
        if not self.allowed:
            raise UsageError("the swap breaks a rule: read breaks, and ask for another")
        write_whole(own_place(path), duties_csv(self.answers.duties, self.answers.timezone))

    def card(self) -> Card:
        """What is shown: whether it can be, and what it breaks."""
        return cards.swap_card(self.answers)


@dataclass(frozen=True, slots=True, repr=False)
class WorkedHours(Shown):
    """Planned and worked hours; ``answers`` has all of it."""

    answers: HoursAnswer

    @property
    def guards(self) -> pl.DataFrame:
        """One row a guard, by code: hours ``planned`` and ``worked``, shifts ``missed`` and ``added``."""
        return frame_of(self.answers.guards, hours_told.HOURS_COLUMNS)

    @property
    def apart(self) -> pl.DataFrame:
        """One row a shift that was not worked as planned, with the hours of both."""
        return frame_of(self.answers.apart, ("person", "day", "post", "start", "planned", "worked"))

    def to_json(self, path: FilePlace) -> None:
        """Write the answer as JSON (schema stockward.hours/1)."""
        write_whole(own_place(path), hours_told.write_hours_json(self.answers))

    def to_csv(self, path: FilePlace) -> None:
        """Write it as flat CSV, one row a guard."""
        write_whole(own_place(path), hours_told.write_hours_csv(self.answers))

    def card(self) -> Card:
        """What is shown: all hours, and who is short or over."""
        return cards.hours_card(self.answers)


def stand_ins(
    site: facts.Site | FilePlace,
    person: str,
    *,
    on: str | date,
    previous: FilePlace | None = None,
    start: str | date | None = None,
    weeks: int = WEEKS,
) -> StandIns:
    """Say who can stand in for a guard: those who keep every rule first, then the cheapest.

    Parameters
    ----------
    site
        A site, or the folder that holds it.
    person
        Code of the guard who drops out.
    on
        The day on which the shifts begin that are left.
    previous
        The roster in force, the CSV or workbook that was written of it; else it is that of ``assignments``.
    start, weeks
        The days by which contracts and fair shares are judged; those of the roster without ``start``.

    Returns
    -------
    StandIns
        ``stand_ins`` with one row a shift and guard, the best five of each.

    Raises
    ------
    UsageError
        A guard or a day that the roster does not know.
    SheetError
        A roster that cannot be read, with its row.

    Examples
    --------
    >>> import stockward as sw
    >>> sw.stand_ins("examples/ridgeway", "G-005", on="2026-07-11", previous="roster.csv")  # doctest: +SKIP
    """
    code, day = asked_text(person, "person"), asked_day("on", on)
    if day is None:
        raise UsageError("a guard drops out on a day: give on, such as 2026-07-11")
    books = site_of(site)
    asked = _request(books, previous, start, weeks, {"replace": code, "on": str(day)})
    return StandIns(who_can_stand_in(books, code, day, asked))


def swap(
    site: facts.Site | FilePlace,
    one: str,
    other: str,
    *,
    previous: FilePlace | None = None,
    start: str | date | None = None,
    weeks: int = WEEKS,
) -> Swap:
    """Say what it breaks and costs where two guards swap a shift each.

    Parameters
    ----------
    site
        A site, or the folder that holds it.
    one, other
        The guards, each with the day on which the shift begins: ``"G-062:2026-07-07"``.
    previous
        The roster in force, the CSV or workbook that was written of it; else it is that of ``assignments``.
    start, weeks
        The days by which contracts and fair shares are judged; those of the roster without ``start``.

    Returns
    -------
    Swap
        ``allowed`` and ``breaks``; ``to_csv`` writes the roster after it.

    Raises
    ------
    UsageError
        A guard or a day that the roster does not know, or guards who are one.
    SheetError
        A roster that cannot be read, with its row.

    Examples
    --------
    >>> import stockward as sw
    >>> sw.swap("examples/ridgeway", "G-062:2026-07-07", "G-078:2026-07-07", previous="roster.csv")  # doctest: +SKIP
    """
    sides = asked_text(one, "one"), asked_text(other, "other")
    books = site_of(site)
    asked = _request(books, previous, start, weeks, {"swap": list(sides)})
    return Swap(what_a_swap_does(books, guard_and_day(sides[0]), guard_and_day(sides[1]), asked))


def worked_hours(
    site: facts.Site | FilePlace,
    *,
    until: str | date,
    previous: FilePlace | None = None,
    start: str | date | None = None,
    weeks: int = WEEKS,
) -> WorkedHours:
    """Say what was planned for each guard, and what is on record as worked.

    Parameters
    ----------
    site
        A site, or the folder that holds it; its locked ``assignments`` say what was worked.
    until
        The last day that is looked at.
    previous
        The roster as it was planned, the CSV or workbook that was written of it; else the assignments are.
    start, weeks
        The days of the roster; those of ``previous`` without ``start``.

    Returns
    -------
    WorkedHours
        ``guards`` with one row a guard, ``apart`` with one row a shift that was not worked as planned.

    Raises
    ------
    UsageError
        Days before the roster, and where nothing was planned or worked.
    SheetError
        A roster that cannot be read, with its row.

    Examples
    --------
    >>> import stockward as sw
    >>> sw.worked_hours("examples/ridgeway", until="2026-07-12", previous="roster.csv")  # doctest: +SKIP
    """
    day = asked_day("until", until)
    if day is None:
        raise UsageError("hours are told up to a day: give until, such as 2026-07-12")
    books = site_of(site)
    asked = _request(books, previous, start, weeks, {"worked": str(day)})
    return WorkedHours(planned_and_worked(books, day, asked))


def _request(
    site: facts.Site, previous: FilePlace | None, start: str | date | None, weeks: int, options: dict[str, object]
) -> ChangeRequest:
    """What is asked, with the roster out of its file where one is named."""
    first, number = asked_day("start", start), asked_whole("weeks", weeks, 1, MOST_WEEKS)
    file = path_of(previous, "previous")
    found = (None, ()) if file is None else read_earlier_roster(file, site.timezone)
    return ChangeRequest.of_file(
        None if file is None else file.name, found, generated=now(), start=first, weeks=number, options=options
    )
