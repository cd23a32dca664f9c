"""How many guards the posts take: by net hours, so that each shift is filled, and month by month.

Post-hours a year ÷ net annual work hours of a guard [US Army MP1000C, Computation of Security Force Requirements];
beside it the least number rostered for each shift that fills its posts with ``fill_probability``, at the absence rates
of the guards on hand (``figures.staffing``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from stockward.accountancy.known import KnownBooks
from stockward.answers.force import ForceAnswer, MonthNeed, NeedStep, NetHours, PostNeed, QualificationNeed, ShiftNeed
from stockward.figures.staffing import WorkHours, relief_factor, whole_guards
from stockward.guards.drivers import Driven, Worth
from stockward.guards.faults import absences_at_fault, people_at_fault, posts_at_fault
from stockward.guards.net_hours import Attendance, attendance_of, first_of_window, net_hours_of, notes_on_attendance
from stockward.guards.post_hours import Post, posts_of
from stockward.guards.roll import on_posts, present
from stockward.guards.shifts import Crews, shift_needs, shifts_of
from stockward.guards.timeline import Month, Timeline, timeline_of

_MOST_NAMED = 5


def need_of(
    books: KnownBooks,
    *,
    guards: pl.DataFrame,
    day: date,
    flows: pl.DataFrame | None = None,
    output_factors: Mapping[str, float] | None = None,
    seed: int,
) -> ForceAnswer:
    """What the posts take on a day, who is there, and both by month.

    Parameters
    ----------
    books
        The books as known.
    guards
        The roll (``guards.roll``): every guard on record with the days on which they count.
    day
        The day of the review; absences begun, and production of months over, by then are used.
    flows
        The movements with a ``factor`` each, where a surge is asked for: stock to come grows with them.
    output_factors
        Factor of the output of each product at the surge; ``None`` without one.
    seed
        Of the bootstrap of net hours.

    Returns
    -------
    ForceAnswer
        Where rows set aside, or records that are missing, leave the need open, it is ``None`` with a ``reason``; what
        can be told without them is told.
    """
    force = books.site.settings.force
    posts = posts_of(books["posts"], shift_hours=force.shift_hours, weeks=force.weeks_per_year)
    timeline = timeline_of(books, posts, day=day, flows=flows, output_factors=output_factors)
    staff = _staff(books, guards, day, seed)
    taker = _Taker(posts=posts, staff=staff, weeks=force.weeks_per_year)
    driven = [timeline.drivers.of(post, timeline.today.moment) for post in posts]
    taken = taker.take(driven)
    reasons = [*_posts_reasons(books, posts, driven), *staff.reasons]
    if not reasons and taken is not None and taken.reason is not None:
        reasons.append(taken.reason)
    post_hours = None if taken is None or posts_at_fault(books) or not posts else taken.post_hours
    need = None if reasons or taken is None else taken.need
    hours, whole = staff.hours, taken if need is not None else None
    return ForceAnswer(
        on=day,
        weeks_per_year=force.weeks_per_year,
        fill_probability=force.fill_probability,
        post_hours=post_hours,
        net_hours=hours,
        by_net_hours=_over(post_hours, hours.net if hours else None),
        by_net_hours_low=_over(post_hours, hours.high if hours else None),
        by_net_hours_high=_over(post_hours, hours.low if hours else None),
        by_fill=whole.by_fill if whole else None,
        need=need,
        on_hand=present(guards, day).height,
        on_posts=staff.on_posts.height,
        short_by=None if need is None else max(need - staff.on_posts.height, 0),
        steps=_steps(whole, staff, force.fill_probability) if whole else (),
        posts=_post_needs(posts, driven, timeline, staff),
        shifts=whole.shifts if whole else (),
        qualifications=_qualifications(posts, driven, whole, staff),
        by_month=tuple(_month_need(month, timeline, taker, guards, posts_at_fault(books)) for month in timeline.months),
        notes=tuple(_notes(posts, driven, timeline, staff)),
        reason="; ".join(reasons) or None,
        output_base=timeline.output.base,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Staff:
    """Who stands at posts, their hours and their absences; what is missing is ``None``, and ``reasons`` say why."""

    on_posts: pl.DataFrame
    attendance: Attendance | None
    hours: NetHours | None
    mean: WorkHours | None
    crews: Crews | None
    reasons: tuple[str, ...]

    @property
    def net(self) -> float | None:
        """Net hours a year of a guard."""
        return self.mean.net if self.mean else None

    @property
    def rostered(self) -> float | None:
        """Hours a year for which a guard can be put on the roster."""
        return self.mean.rostered if self.mean else None


def _staff(books: KnownBooks, guards: pl.DataFrame, day: date, seed: int) -> _Staff:
    force = books.site.settings.force
    hand = on_posts(present(guards, day))
    observed = attendance_of(books, guards, day)
    attendance = None if isinstance(observed, str) else observed
    first = attendance.first if attendance else first_of_window(day)
    # Where the record does not reach back over the whole window, any earlier row of it would make the window longer.
    reaches_back = first == first_of_window(day)
    at_fault = [people_at_fault(books, first), absences_at_fault(books, first if reaches_back else date.min, day)]
    reasons = [words for words in at_fault if words] or ([observed] if isinstance(observed, str) else [])
    hours = mean = crews = None
    if attendance is not None and not reasons:
        found = net_hours_of(attendance, weeks=force.weeks_per_year, seed=seed)
        if isinstance(found, str):
            reasons.append(found)
        else:
            hours, mean = found
    if hand.height == 0:
        reasons.insert(0, f"no guard who could stand at a post is on record on {day}")
    elif attendance is not None and hours is not None and force.fill_probability is not None:
        crews = Crews.of(hand, *attendance.absent_rates(), probability=force.fill_probability)
    return _Staff(on_posts=hand, attendance=attendance, hours=hours, mean=mean, crews=crews, reasons=tuple(reasons))


def _posts_reasons(books: KnownBooks, posts: Sequence[Post], driven: Sequence[Driven]) -> list[str]:
    """Why the hours of the posts cannot be told."""
    at_fault = posts_at_fault(books)
    if at_fault is not None:
        return [at_fault]
    if not posts:
        return ["no posts are on record: add posts"]
    unknown: dict[str, list[str]] = {}
    for post, state in zip(posts, driven, strict=True):
        if state.posts is None:
            unknown.setdefault(state.reason or "its driver is not known", []).append(post.post)
    return [f"{_named(names)}: {words}" for words, names in unknown.items()]


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """What so many of each post take; the figures in guards are ``None`` where ``reason`` (or the staff's) says why."""

    post_hours: float
    by_net_hours: float | None
    by_fill: float | None
    need: int | None
    shifts: tuple[ShiftNeed, ...]
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taker:
    """Works out what numbers of posts take; the same numbers once."""

    posts: tuple[Post, ...]
    staff: _Staff
    weeks: float
    _found: dict[tuple[int, ...], _Taken] = field(default_factory=dict, init=False)

    def take(self, driven: Sequence[Driven]) -> _Taken | None:
        """What these posts take; ``None`` where the number of one is not known."""
        numbers = [state.posts for state in driven]
        known = tuple(number for number in numbers if number is not None)
        if len(known) < len(numbers):
            return None
        if known not in self._found:
            self._found[known] = self._taken(known)
        return self._found[known]

    def _taken(self, numbers: tuple[int, ...]) -> _Taken:
        total = sum(post.hours * number for post, number in zip(self.posts, numbers, strict=True))
        by_net = _over(total, self.staff.net)
        by_fill, reason = None, None
        shifts: tuple[ShiftNeed, ...] = ()
        crews = self.staff.crews
        if crews is not None:
            week = shifts_of(self.posts, numbers)
            reason = next(filter(None, (crews.cannot_fill(groups) for groups in week.values())), None)
            if reason is None:
                shifts = shift_needs(week, crews, weeks=self.weeks)
                by_fill = _over(sum(shift.hours for shift in shifts), self.staff.rostered)
        guards = by_net if crews is None else by_fill
        return _Taken(
            post_hours=total,
            by_net_hours=by_net,
            by_fill=by_fill,
            need=None if guards is None or self.staff.reasons else whole_guards(guards),
            shifts=shifts,
            reason=reason,
        )


def _over(hours: float | None, each: float | None) -> float | None:
    """Guards for so many hours; ``None`` where either is unknown, or a guard has none."""
    return None if hours is None or each is None or each <= 0 else relief_factor(hours, each)


def _steps(taken: _Taken, staff: _Staff, probability: float | None) -> tuple[NeedStep, ...]:
    """From the posts alone to the need: guards after each cause was added."""
    if staff.mean is None:
        return ()
    steps = [
        ("posts alone, with nobody ever absent", _over(taken.post_hours, staff.mean.contract)),
        ("with leave and training", _over(taken.post_hours, staff.mean.rostered)),
        ("with sickness and other absence, on average", taken.by_net_hours),
    ]
    if probability is not None:
        steps.append((f"so that each shift is filled with {100 * probability:g} %", taken.by_fill))
    return tuple(NeedStep(step=words, guards=guards) for words, guards in steps if guards is not None)


def _post_needs(
    posts: Sequence[Post], driven: Sequence[Driven], timeline: Timeline, staff: _Staff
) -> tuple[PostNeed, ...]:
    last = timeline.months[-1].moment
    rows = []
    for post, state in zip(posts, driven, strict=True):
        hours = None if state.posts is None else post.hours * state.posts
        each = post.hours / post.guards if post.guards else None
        rows.append(
            PostNeed(
                post=post.post,
                name=post.name,
                kind=post.kind,
                guards=post.guards,
                driver=post.driver,
                per=post.per if post.driver else None,
                driven_by=state.value,
                posts=state.posts,
                surged=timeline.drivers.of(post, last).posts,
                hours=hours,
                relief_factor=_over(each, staff.net),
                needed=_over(hours, staff.net),
                reason=state.reason,
            )
        )
    return tuple(rows)


def _qualifications(
    posts: Sequence[Post], driven: Sequence[Driven], taken: _Taken | None, staff: _Staff
) -> tuple[QualificationNeed, ...]:
    """Holders that the shifts of each qualification take, beside the holders on hand."""
    asked = sorted({post.qualification for post in posts if post.qualification})
    held = [set(listed if listed is not None else ()) for listed in staff.on_posts["qualifications"]]
    return tuple(
        QualificationNeed(
            qualification=name,
            needed=None if taken is None else _holders(name, posts, driven, taken, staff),
            on_hand=sum(name in one for one in held),
        )
        for name in asked
    )


def _holders(name: str, posts: Sequence[Post], driven: Sequence[Driven], taken: _Taken, staff: _Staff) -> float | None:
    if staff.crews is None:
        hours = sum(
            post.hours * (state.posts or 0)
            for post, state in zip(posts, driven, strict=True)
            if post.qualification == name
        )
        return _over(hours, staff.net)
    hours = sum(shift.hours * shift.groups.get(name, 0) / shift.rostered for shift in taken.shifts)
    return _over(hours, staff.rostered)


def _month_need(
    month: Month, timeline: Timeline, taker: _Taker, guards: pl.DataFrame, at_fault: str | None
) -> MonthNeed:
    taken = taker.take([timeline.drivers.of(post, month.moment) for post in taker.posts])
    if at_fault is not None or not taker.posts:
        taken = None
    there = present(guards, month.on)
    return MonthNeed(
        month=month.month,
        on=month.on,
        post_hours=taken.post_hours if taken else None,
        by_net_hours=taken.by_net_hours if taken else None,
        needed=taken.need if taken else None,
        strength=there.height,
        on_posts=on_posts(there).height,
        patrolling=there.filter(pl.col("duty") == "patrol").height,
        occupied_areas=timeline.drivers.occupied(month.moment),
        output=month.moment.output,
        expected=month.expected,
    )


def _notes(posts: Sequence[Post], driven: Sequence[Driven], timeline: Timeline, staff: _Staff) -> list[str]:
    """What a reader should know beside the figures, one sentence each."""
    notes = [] if staff.attendance is None else notes_on_attendance(staff.attendance)
    held = {name for listed in staff.on_posts["qualifications"] for name in (listed if listed is not None else ())}
    asked: dict[str, list[str]] = {}
    for post, state in zip(posts, driven, strict=True):
        if post.qualification and post.qualification not in held and post.guards and state.posts != 0:
            asked.setdefault(post.qualification, []).append(post.post)
    if staff.on_posts.height:
        notes += [
            f"Nobody on hand holds {name}, which {_named(by)} {'asks' if len(by) == 1 else 'ask'} for: the need is "
            "reckoned with the absences of all guards."
            for name, by in sorted(asked.items())
        ]
    notes += _notes_on_drivers(posts, timeline)
    return notes


def _notes_on_drivers(posts: Sequence[Post], timeline: Timeline) -> list[str]:
    notes = []
    without: dict[tuple[str, ...], list[str]] = {}
    for post in posts:
        worth = timeline.drivers.worth.get(post.post)
        if isinstance(worth, Worth) and worth.without_value:
            without.setdefault(worth.without_value, []).append(post.post)
    notes += [
        f"The stock that drives {_named(by)} leaves out what has no unit_value: {_named(materials)}."
        for materials, by in without.items()
    ]
    lines = timeline.output.left_out() if any(post.driver == "output" for post in posts) else []
    if lines:
        notes.append(f"Output leaves out {_named(lines)}: the first or the last month has no row of it.")
    if timeline.full_from is not None:
        notes.append(
            f"From {timeline.full_from:%Y-%m} on stock finds no empty store any more: it is taken to stay at capacity."
        )
    if any(post.driver for post in posts):
        notes.append("By month, posts and absences are those of today; what their drivers see changes.")
    return notes
