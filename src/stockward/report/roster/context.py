"""The context of the page of a roster: every field is what the page shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from stockward.report.review.context import Badge, KeyFigure
from stockward.report.roster.views import Code, DayHead


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthCell:
    """One day of one guard."""

    code: Annotated[str, "letter code, blank for a day off"]
    tone: Annotated[str, "colour class of the code"]
    title: Annotated[str, "times and post in words"]
    mark: Annotated[str, "a sign for a locked or changed shift"]
    weekend: Annotated[bool, "whether the day is Saturday or Sunday"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthRow:
    """One guard in the month on one page, and beside the fair shares."""

    person: Annotated[str, "code of the guard"]
    affiliation: Annotated[str, "affiliation"]
    cells: Annotated[tuple[MonthCell, ...], "the days in order"]
    hours: Annotated[str, "hours worked"]
    contract: Annotated[str, "hours that the contract gives"]
    hours_apart: Annotated[str, "hours less the fair share"]
    nights: Annotated[str, "nights"]
    nights_apart: Annotated[str, "nights less the fair share"]
    weekends: Annotated[str, "shifts at weekends"]
    weekends_apart: Annotated[str, "weekend shifts less the fair share"]
    wishes: Annotated[str, "wishes met of those made"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverRow:
    """One post in the table of coverage."""

    name: Annotated[str, "name of the post"]
    code: Annotated[str, "code of the post"]
    asks: Annotated[str, "qualification and mix that it asks for"]
    posts: Annotated[str, "how many such posts, and guards in each"]
    begins: Annotated[str, "times of day at which its shifts begin"]
    places: Annotated[str, "places to fill"]
    filled: Annotated[str, "places filled"]
    hours: Annotated[str, "hours filled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PostLine:
    """One time of day at a post: who stands there on each day of a week."""

    times: Annotated[str, "from when to when"]
    guards: Annotated[tuple[str, ...], "codes, by day"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PostWeek:
    """One week at a post."""

    days: Annotated[tuple[DayHead, ...], "the days"]
    lines: Annotated[tuple[PostLine, ...], "the times of day"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PostSheet:
    """The printed sheet of one post."""

    name: Annotated[str, "name of the post"]
    code: Annotated[str, "code of the post"]
    weeks: Annotated[tuple[PostWeek, ...], "the weeks"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDay:
    """One day on the sheet of a person."""

    head: Annotated[DayHead, "the day"]
    times: Annotated[str, "from when to when, blank for a day off"]
    post: Annotated[str, "where"]
    tone: Annotated[str, "colour class"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSheet:
    """The printed sheet of one person."""

    person: Annotated[str, "code of the guard"]
    summary: Annotated[str, "shifts, hours, nights"]
    weeks: Annotated[tuple[tuple[PersonDay, ...], ...], "the weeks from Monday to Sunday"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterPage:
    """The whole page."""

    site: Annotated[str, "name of the site"]
    period: Annotated[str, "first and last day"]
    headline: Annotated[str, "the answer in one sentence"]
    held: Annotated[str, "which rules of the site it keeps, and which there are not"]
    badge: Annotated[Badge, "the status"]
    status: Annotated[tuple[str, ...], "how sure the answer is"]
    figures: Annotated[tuple[KeyFigure, ...], "the figures below the verdict"]
    measures: Annotated[tuple[str, ...], "fairness, wishes, changes"]
    conflicts: Annotated[tuple[str, ...], "the rules that collide"]
    irreducible: Annotated[bool, "whether it is proven that none of them can be left out"]
    relaxations: Annotated[tuple[str, ...], "the ways out"]
    coverage: Annotated[tuple[CoverRow, ...], "the posts"]
    codes: Annotated[tuple[Code, ...], "the letter codes"]
    days: Annotated[tuple[DayHead, ...], "the days"]
    month: Annotated[tuple[MonthRow, ...], "the guards by days"]
    posts: Annotated[tuple[PostSheet, ...], "a sheet a post"]
    people: Annotated[tuple[PersonSheet, ...], "a sheet a person"]
    four_a_page: Annotated[bool, "whether four sheets of people fit on a printed page"]
    rules: Annotated[tuple[str, ...], "the rules that the site states, and those that hold at every site"]
    assumed: Annotated[tuple[str, ...], "what the roster rests on, and others must see to"]
    points: Annotated[tuple[tuple[str, str], ...], "points that count against the roster, in all and by part"]
    left_out: Annotated[tuple[str, ...], "guards who are not rostered"]
    notes: Annotated[tuple[str, ...], "what is told beside"]
    generated: Annotated[str, "version, seed and moment"]
