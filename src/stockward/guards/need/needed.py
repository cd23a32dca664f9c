"""How many guards the posts take: by net hours, so that each shift is filled, and month by month.

Post-hours a year ÷ net annual work hours of a guard [US Army MP1000C, Computation of Security Force Requirements];
beside it the least number rostered for each shift that fills its posts with ``fill_probability``, at the absence rates
of the guards on hand (``stats.staffing``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from stockward.answers.force import ForceAnswer, MonthNeed, NeedStep, PostNeed, QualificationNeed
from stockward.book.known import KnownBooks
from stockward.guards.need.drivers import Driven, Worth
from stockward.guards.need.faults import posts_at_fault
from stockward.guards.need.net_hours import notes_on_attendance
from stockward.guards.need.post_hours import Post, posts_of
from stockward.guards.need.staff import Staff, staff_of
from stockward.guards.need.taken import PostTaker, Taken, guards_for
from stockward.guards.need.timeline import Month, Timeline, timeline_of
from stockward.guards.roll import PATROL, can_stand, counts_on, on_posts, present

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
    staff = staff_of(books, guards, day, seed)
    taker = PostTaker(posts=posts, staff=staff, weeks=force.weeks_per_year)
    driven = [timeline.drivers.of(post, timeline.today.moment) for post in posts]
    taken = taker.take(driven)
    reasons = [*posts_reasons(books, posts, driven), *staff.reasons]
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
        by_net_hours=guards_for(post_hours, hours.net if hours else None),
        by_net_hours_low=guards_for(post_hours, hours.high if hours else None),
        by_net_hours_high=guards_for(post_hours, hours.low if hours else None),
        by_fill=whole.by_fill if whole else None,
        need=need,
        on_hand=present(guards, day).height,
        on_posts=staff.on_posts.height,
        short_by=None if need is None else max(need - staff.on_posts.height, 0),
        steps=_steps(whole, staff, force.fill_probability) if whole else (),
        posts=_post_needs(posts, driven, timeline, staff),
        shifts=whole.shifts if whole else (),
        qualifications=_qualifications(posts, driven, whole, staff),
        by_month=_month_needs(timeline, taker, guards, posts_at_fault(books)),
        notes=tuple(_notes(posts, driven, timeline, staff)),
        reason="; ".join(reasons) or None,
        output_base=timeline.output.base,
        silent_since=None if staff.attendance is None else staff.attendance.silent_since,
    )


def posts_reasons(books: KnownBooks, posts: Sequence[Post], driven: Sequence[Driven]) -> list[str]:
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


def _steps(taken: Taken, staff: Staff, probability: float | None) -> tuple[NeedStep, ...]:
    """From the posts alone to the need: guards after each cause was added."""
    if staff.mean is None:
        return ()
    steps = [
        ("posts alone, with nobody ever absent", guards_for(taken.post_hours, staff.mean.contract)),
        ("with leave and training", guards_for(taken.post_hours, staff.mean.rostered)),
        ("with sickness and other absence, on average", taken.by_net_hours),
    ]
    if probability is not None:
        steps.append((f"so that each shift is filled with {100 * probability:g} %", taken.by_fill))
    return tuple(NeedStep(step=words, guards=guards) for words, guards in steps if guards is not None)


def _post_needs(
    posts: Sequence[Post], driven: Sequence[Driven], timeline: Timeline, staff: Staff
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
                relief_factor=guards_for(each, staff.net),
                needed=guards_for(hours, staff.net),
                reason=state.reason,
            )
        )
    return tuple(rows)


def _qualifications(
    posts: Sequence[Post], driven: Sequence[Driven], taken: Taken | None, staff: Staff
) -> tuple[QualificationNeed, ...]:
    """Holders that the shifts of each qualification take, beside the holders on hand."""
    asked = sorted({post.qualification for post in posts if post.qualification})
    found = []
    for name in asked:
        holders = holding(name, staff.on_posts)
        needed = None if taken is None else holders_needed(name, posts, driven, taken, staff, holders)
        found.append(QualificationNeed(qualification=name, needed=needed, on_hand=holders.height))
    return tuple(found)


def holders_needed(
    name: str, posts: Sequence[Post], driven: Sequence[Driven], taken: Taken, staff: Staff, holders: pl.DataFrame
) -> float | None:
    """Guards with the contracts of these ``holders`` of one qualification that its shifts take.

    ``None`` where net hours are not known.
    """
    each = staff.mean_of(holders)
    if each is None:
        return None
    if staff.crews is None:
        hours = sum(
            post.hours * (state.posts or 0)
            for post, state in zip(posts, driven, strict=True)
            if post.qualification == name
        )
        return guards_for(hours, each.net)
    hours = sum(shift.hours * shift.groups.get(name, 0) / shift.rostered for shift in taken.shifts)
    return guards_for(hours, each.rostered)


def holding(name: str, guards: pl.DataFrame) -> pl.DataFrame:
    """The rows of the roll that hold a qualification."""
    return guards.filter(pl.col("qualifications").list.contains(name).fill_null(False))


def _month_needs(
    timeline: Timeline, taker: PostTaker, guards: pl.DataFrame, at_fault: str | None
) -> tuple[MonthNeed, ...]:
    strengths = _strengths(guards, [month.on for month in timeline.months])
    return tuple(
        _month_need(month, strength, timeline, taker.with_force(on_posts(present(guards, month.on))), at_fault)
        for month, strength in zip(timeline.months, strengths, strict=True)
    )


def _strengths(guards: pl.DataFrame, days: Sequence[date]) -> list[tuple[int, int, int]]:
    """Guards on each day: all, those who can stand at posts, and those on patrol."""
    kinds = (pl.lit(True), can_stand(), (pl.col("duty") == PATROL).fill_null(False))
    sums = [(counts_on(day) & kind).sum().alias(f"{day} {place}") for day in days for place, kind in enumerate(kinds)]
    found = guards.select(sums).row(0)
    return [(found[place], found[place + 1], found[place + 2]) for place in range(0, len(found), len(kinds))]


def _month_need(
    month: Month, strength: tuple[int, int, int], timeline: Timeline, taker: PostTaker, at_fault: str | None
) -> MonthNeed:
    """One month; ``taker`` knows the force of its day."""
    taken = None
    if at_fault is None and taker.posts:
        taken = taker.take([timeline.drivers.of(post, month.moment) for post in taker.posts])
    everybody, standing, patrolling = strength
    return MonthNeed(
        month=month.month,
        on=month.on,
        post_hours=taken.post_hours if taken else None,
        by_net_hours=taken.by_net_hours if taken else None,
        needed=taken.need if taken else None,
        strength=everybody,
        on_posts=standing,
        patrolling=patrolling,
        occupied_areas=timeline.drivers.occupied(month.moment),
        output=month.moment.output,
        expected=month.expected,
    )


def _notes(posts: Sequence[Post], driven: Sequence[Driven], timeline: Timeline, staff: Staff) -> list[str]:
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
