"""The page of a roster: the answer first, the month on one page, then a sheet to print for each post and person."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from stockward.answers.roster import Duty, RosterAnswer
from stockward.report.kit import words
from stockward.report.review.context import Badge, KeyFigure
from stockward.report.review.page import fill
from stockward.report.roster import sentences as say
from stockward.report.roster import views as views
from stockward.report.roster.context import (
    CoverRow,
    MonthCell,
    MonthRow,
    PersonDay,
    PersonSheet,
    PostLine,
    PostSheet,
    PostWeek,
    RosterPage,
)
from stockward.report.roster.views import Code, DayHead
from stockward.terms.verdicts import Solved

_BADGES = {
    Solved.PROVEN: Badge(key="balanced", mark="=", word="proven best"),
    Solved.FEASIBLE: Badge(key="balanced", mark="✓", word="keeps every rule"),
    Solved.IMPOSSIBLE: Badge(key="shortage", mark="≠", word="impossible"),
    Solved.OUT_OF_TIME: Badge(key="not_tested", mark="?", word="out of time"),
}
_MOST_WEEKS_OF_FOUR = 6
"""Weeks from Monday to Sunday up to which four sheets of people fit on a page."""
LOCKED, CHANGED = "•", "*"


def write_roster_html(answer: RosterAnswer) -> str:
    """Return the roster as one self-contained page."""
    return fill("roster.html.j2", build_roster_page(answer))


def build_roster_page(answer: RosterAnswer) -> RosterPage:
    """The context of the page."""
    heads, codes = views.days(answer), views.codes(answer)
    return RosterPage(
        site=answer.site,
        period=say.period(answer),
        headline=say.answered(answer),
        held=say.held(answer),
        badge=_BADGES[answer.status],
        status=say.status(answer),
        figures=_figures(answer),
        measures=say.measures(answer),
        conflicts=say.conflicts(answer),
        irreducible=answer.irreducible,
        relaxations=say.relaxations(answer),
        coverage=tuple(_cover(answer)),
        codes=tuple(codes.values()),
        days=heads,
        month=tuple(_month(answer, heads, codes)),
        posts=tuple(_post_sheets(answer, heads)),
        people=tuple(_person_sheets(answer, heads, codes)),
        four_a_page=len(views.weeks(heads)) <= _MOST_WEEKS_OF_FOUR,
        rules=say.rules(answer),
        points=say.points(answer),
        assumed=say.ASSUMED,
        left_out=say.left_out(answer),
        notes=answer.notes,
        generated=(
            f"Stockward {answer.version}, seed {answer.seed}, {words.moment(answer.at, answer.timezone)} at the site"
        ),
    )


def _figures(answer: RosterAnswer) -> tuple[KeyFigure, ...]:
    places = words.number(sum(post.places for post in answer.posts))
    if not answer.duties:
        return (KeyFigure(value=places, label="shifts to fill", badge=None),)
    guards, hours, contract = say.crew(answer)
    each = f"hours each on average, of {words.number(contract, 0)} by contract"
    pairs = [
        (words.number(guards), "guards"), (words.number(say.at_a_time(answer)), "places at a time"),
        (places, "shifts, all filled"), (words.number(hours, 0), each),
    ]  # fmt: skip
    wishes = sum(one.wishes for one in answer.guards)
    pairs += [(f"{sum(one.met for one in answer.guards)} / {wishes}", "wishes met")] if wishes else []
    return tuple(KeyFigure(value=value, label=label, badge=None) for value, label in pairs)


def _cover(answer: RosterAnswer) -> list[CoverRow]:
    return [
        CoverRow(
            name=post.name or post.post,
            code=post.post,
            asks=", ".join(part for part in (post.qualification, "mixed" if post.mixed else None) if part),
            posts=f"{post.posts} × {post.guards}",
            begins=" ".join(post.begins),
            places=words.number(post.places),
            filled=words.number(post.filled),
            hours=words.number(post.hours),
        )
        for post in answer.posts
    ]


def _month(answer: RosterAnswer, heads: tuple[DayHead, ...], codes: dict[str, Code]) -> list[MonthRow]:
    duties = views.by_person(answer)
    return [
        MonthRow(
            person=one.person,
            affiliation=one.affiliation,
            cells=tuple(_cell(answer, head, duties[one.person].get(head.day), codes) for head in heads),
            hours=words.number(one.hours),
            contract=words.number(one.contract),
            hours_apart=views.difference(one.hours, one.fair_hours),
            nights=words.number(one.nights),
            nights_apart=views.difference(one.nights, one.fair_nights),
            weekends=words.number(one.weekend_shifts),
            weekends_apart=views.difference(one.weekend_shifts, one.fair_weekend_shifts),
            wishes=f"{one.met} / {one.wishes}" if one.wishes else words.NOTHING,
        )
        for one in answer.guards
    ]


def _cell(answer: RosterAnswer, head: DayHead, duty: Duty | None, codes: dict[str, Code]) -> MonthCell:
    if duty is None:
        return MonthCell(code="", tone="off", title="off", mark="", weekend=head.weekend)
    when = views.times(duty, ZoneInfo(answer.timezone))
    return MonthCell(
        code=codes[when].code,
        tone=codes[when].tone,
        title=f"{when}, {views.post_name(answer, duty.post, duty.number)}",
        mark=LOCKED if duty.locked else CHANGED if duty.changed else "",
        weekend=head.weekend,
    )


def _post_sheets(answer: RosterAnswer, heads: tuple[DayHead, ...]) -> list[PostSheet]:
    return [
        PostSheet(
            name=views.post_name(answer, post, number),
            code=post,
            weeks=tuple(
                PostWeek(
                    days=tuple(week),
                    lines=tuple(
                        PostLine(
                            times=when,
                            guards=tuple(
                                ", ".join(sorted(duty.person for duty in days.get(head.day, ()))) for head in week
                            ),
                        )
                        for when, days in shifts.items()
                    ),
                )
                for week in views.weeks(heads)
            ),
        )
        for (post, number), shifts in views.by_post(answer).items()
    ]


def _person_sheets(answer: RosterAnswer, heads: tuple[DayHead, ...], codes: dict[str, Code]) -> list[PersonSheet]:
    zone = ZoneInfo(answer.timezone)
    duties = views.by_person(answer)

    def day(person: str, head: DayHead) -> PersonDay:
        duty = duties[person].get(head.day)
        if duty is None:
            return PersonDay(head=head, times="", post="", tone="off")
        when = views.times(duty, zone)
        return PersonDay(
            head=head, times=when, post=views.post_name(answer, duty.post, duty.number), tone=codes[when].tone
        )

    return [
        PersonSheet(
            person=one.person,
            summary=(
                f"{words.count(one.shifts, 'shift')}, {words.number(one.hours)} h, {words.count(one.nights, 'night')}, "
                f"{words.count(one.weekend_shifts, 'shift')} at weekends"
            ),
            weeks=tuple(tuple(day(one.person, head) for head in week) for week in views.weeks(heads)),
        )
        for one in answer.guards
        if one.shifts
    ]
