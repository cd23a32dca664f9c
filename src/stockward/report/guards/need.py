"""Need and mix as the page shows them: hours, steps, months, posts, shifts, qualifications, and the bands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise

from stockward.answers.force import ForceAnswer, MonthNeed, NeedStep, NetHours, PostNeed, QualificationNeed, ShiftNeed
from stockward.answers.mix import Band, GrowthAlone, MixAnswer, TotalMix
from stockward.answers.orders import OrderAnswer
from stockward.answers.selection import SelectionAnswer
from stockward.report.guards import charts as guards_charts
from stockward.report.guards import context as guards_context
from stockward.report.guards import sentences as said
from stockward.report.kit import words
from stockward.report.kit.context_parts import Pair

MONTHS_MAX = 36
POSTS_MAX = 60
SHIFTS_MAX = 40
QUALIFICATIONS_MAX = 20
NOTES_MAX = 20
BREAKS_MAX = 10
NEED_TOTALS_MAX = 60

_DRIVER = {"areas": "occupied areas", "stock": "of stock"}
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def cut_list(entries: int, most: int, one: str, many: str | None = None) -> str:
    """How many entries are not shown; empty where all are."""
    more, plural = entries - most, many or f"{one}s"
    return f"{words.count(more, f'more {one}', f'more {plural}')} in the workbook" if more > 0 else ""


def need_note(force: ForceAnswer) -> str:
    """How the need comes about, in a few words."""
    if force.fill_probability is None:
        return f"by net hours {_range(force)}"
    asked = words.percent(force.fill_probability)
    return f"each shift filled with a chance of {asked}; by net hours alone {words.number(force.by_net_hours, 1)}"


def need(force: ForceAnswer, order: OrderAnswer | None) -> guards_context.Need:
    """What the posts take, beside who is there."""
    months = force.by_month[-MONTHS_MAX:]
    chart = guards_charts.months_chart(months, order, force.on) if months else None
    return guards_context.Need(
        sentence=_sentence(force),
        hours=_hours(force),
        steps=_steps(force.steps),
        chart=chart,
        caption=_caption(force) if chart is not None else "There is no month to draw.",
        months=tuple(_month(one) for one in months),
        months_note=cut_list(len(force.by_month), MONTHS_MAX, "earlier month"),
        posts=tuple(_post(one, force.output_base) for one in force.posts[:POSTS_MAX]),
        posts_note=cut_list(len(force.posts), POSTS_MAX, "post"),
        shifts=tuple(_shift(one) for one in force.shifts[:SHIFTS_MAX]),
        shifts_note=cut_list(len(force.shifts), SHIFTS_MAX, "shift"),
        asked="" if force.fill_probability is None else words.percent(force.fill_probability),
        crews=said.CREWS if force.shifts else "",
        qualifications=tuple(_qualification(one) for one in force.qualifications[:QUALIFICATIONS_MAX]),
        qualifications_note=cut_list(len(force.qualifications), QUALIFICATIONS_MAX, "qualification"),
        notes=_notes(force.notes),
    )


def _notes(notes: Sequence[str]) -> tuple[str, ...]:
    more = cut_list(len(notes), NOTES_MAX, "note")
    return (*notes[:NOTES_MAX], more) if more else tuple(notes)


def _sentence(force: ForceAnswer) -> str:
    there = f"{words.count(force.on_hand, 'guard')} are on hand, {words.number(force.on_posts)} of whom can stand there"
    if not force.on_hand:
        there = "no guard is on record"
    if force.need is None:
        return f"What the posts take is not measurable, as {said.worded_reason(force.reason)}; {there}."
    short = f": {words.number(force.short_by)} too few" if force.short_by else ""
    taken = f"The posts take {words.count(force.need, 'guard')}{said.later_need(force)}"
    return f"{taken}. On {words.day(force.on)} {there}{short}."


def _range(force: ForceAnswer) -> str:
    if force.by_net_hours_low is None or force.by_net_hours_high is None:
        return words.number(force.by_net_hours, 1)
    low, high = words.number(force.by_net_hours_low, 1), words.number(force.by_net_hours_high, 1)
    return f"{words.number(force.by_net_hours, 1)} ({low} to {high})"


def _hours(force: ForceAnswer) -> tuple[Pair, ...]:
    """The two ways to count beside each other, and the hours under them."""
    pairs = []
    if force.post_hours is not None:
        weeks = words.number(force.weeks_per_year)
        hours = words.number(force.post_hours, 0)
        pairs.append(Pair(name="Hours at all posts", value=f"{hours} h a year of {weeks} weeks"))
    if force.net_hours is not None:
        pairs.append(Pair(name="Net hours of a guard", value=_net_hours(force)))
    if force.by_net_hours is not None:
        how = "hours at all posts ÷ net hours; fills the posts on average only"
        pairs.append(Pair(name="Guards by net hours", value=f"{_range(force)}: {how}"))
    if force.by_fill is not None and force.fill_probability is not None:
        asked = words.percent(force.fill_probability)
        value = f"{words.number(force.by_fill, 1)}: each shift has all its posts filled with a chance of {asked}"
        pairs.append(Pair(name="Guards by fill probability", value=value))
    if force.need is not None:
        pairs.append(Pair(name="Needed, in whole guards", value=words.number(force.need)))
    return tuple(pairs)


def _net_hours(force: ForceAnswer) -> str:
    net = force.net_hours
    assert net is not None  # the caller has looked
    parts = [
        f"{words.number(net.net, 0)} h a year ({_interval(net)})",
        f"contract {words.number(net.contract, 0)} less planned absences {words.number(net.planned, 0)} "
        f"less unplanned {words.number(net.unplanned, 0)}",
        f"from {words.count(net.guards, 'guard')}, {words.between(net.first, net.last)}",
    ]
    return "; ".join(parts)


def _interval(net: NetHours) -> str:
    if net.low is None or net.high is None:
        return f"no interval, as {said.worded_reason(net.reason)}"
    text = f"{words.percent(net.confidence)} interval {words.number(net.low, 0)} to {words.number(net.high, 0)}"
    return text if net.reason is None else f"{text}, hardly one, as {said.worded_reason(net.reason)}"


def _steps(steps: Sequence[NeedStep]) -> tuple[guards_context.StepLine, ...]:
    added = [words.NOTHING, *(words.number(two.guards - one.guards, 1, signed=True) for one, two in pairwise(steps))]
    return tuple(
        guards_context.StepLine(step=one.step, guards=words.number(one.guards, 1), added=more)
        for one, more in zip(steps, added, strict=False)
    )


def _caption(force: ForceAnswer) -> str:
    parts = ["Last day of each month. Solid: on record"]
    if any(month.expected for month in force.by_month):
        parts.append("dashed: expected, from joiners, leavers and training on record and stock as it piles up")
    parts.append("dotted with a diamond: what the order requires, up to its due date")
    return f"{'; '.join(parts)}. The values stand in the table."


def _month(one: MonthNeed) -> guards_context.MonthLine:
    return guards_context.MonthLine(
        month=words.month(one.month),
        when="expected" if one.expected else "on record",
        needed=words.number(one.needed),
        mean=words.number(one.by_net_hours, 1),
        on_posts=words.number(one.on_posts),
        strength=words.number(one.strength),
        patrolling=words.number(one.patrolling),
        areas=words.number(one.occupied_areas),
        output=words.NOTHING if one.output is None else f"× {words.number(one.output, 2)}",
    )


def _post(one: PostNeed, base: date | None) -> guards_context.PostNeedLine:
    return guards_context.PostNeedLine(
        name=one.name or one.post,
        code=one.post,
        kind=one.kind,
        guards=words.number(one.guards),
        driver=_driver(one, base),
        posts=_posts(one),
        hours=words.number(one.hours, 0),
        relief=words.number(one.relief_factor, 2),
        needed=words.number(one.needed, 1),
        reason="" if one.reason is None else f"{said.NOT_MEASURABLE}: {said.worded_reason(one.reason)}",
    )


def _driver(one: PostNeed, base: date | None) -> str:
    """What makes a post grow, by how much, and where that stands today."""
    if one.driver is None:
        return ""
    per = "" if one.per is None else f"one for each {words.number(one.per)} "
    now = "" if one.driven_by is None else f", now {words.number(round(one.driven_by, 2))}"
    if one.driver != "output":
        return f"{per}{_DRIVER.get(one.driver, one.driver)}{now}"
    since = "the base output" if base is None else f"the output of {words.month(base)}"
    return f"{per}times {since}{now and f'{now} times'}"


def _posts(one: PostNeed) -> str:
    now = words.number(one.posts)
    return now if one.surged is None or one.surged == one.posts else f"{now} → {words.number(one.surged)}"


def _shift(one: ShiftNeed) -> guards_context.ShiftLine:
    return guards_context.ShiftLine(
        span=f"{one.start}–{one.end}",
        days=need_days(one.weekdays),
        standing=words.number(one.standing),
        chance_of_standing=said.guards_chance(one.chance_of_standing),
        rostered=words.number(one.rostered),
        chance=said.guards_chance(one.chance),
        groups=", ".join(f"{words.number(number)} {name or 'any guard'}" for name, number in one.groups.items()),
    )


def need_days(weekdays: Sequence[str]) -> str:
    """Days of the week in short: daily, a run, or a list.

    >>> need_days(("mon", "tue", "wed"))
    'mon to wed'
    """
    if len(weekdays) == len(_DAYS):
        return "daily"
    places = [_DAYS.index(day) for day in weekdays]
    if len(places) > 2 and places == list(range(places[0], places[0] + len(places))):
        return f"{weekdays[0]} to {weekdays[-1]}"
    return " ".join(weekdays)


def _qualification(one: QualificationNeed) -> guards_context.QualificationLine:
    short = None if one.needed is None else max(one.needed - one.on_hand, 0.0)
    return guards_context.QualificationLine(
        qualification=one.qualification,
        needed=said.NOT_MEASURABLE if one.needed is None else words.number(one.needed, 1),
        on_hand=words.number(one.on_hand),
        short=words.number(short, 1 if short else 0),
    )


def mix(answer: MixAnswer, selection: SelectionAnswer | None) -> guards_context.MixView:
    """Whether the mix holds, what it leaves open, and which numbers break it."""
    chart = guards_charts.mix_chart(answer, selection)
    alone = {one.affiliation: one for one in answer.growth_alone}
    totals = _totals(guards_charts.totals_that_matter(answer, selection), answer)
    return guards_context.MixView(
        sentence=_mix_sentence(answer),
        bands=tuple(_band(one, alone.get(one.affiliation), holds=answer.holds) for one in answer.bands),
        breaks=answer.breaks[:BREAKS_MAX],
        breaks_note=cut_list(len(answer.breaks), BREAKS_MAX, "number that breaks a band", "numbers that break a band"),
        chart=chart,
        caption=_mix_caption(answer) if chart is not None else "No total that was looked at keeps every band.",
        totals=tuple(_total(one) for one in totals),
        totals_note=cut_list(len(answer.by_total), len(totals), "total"),
    )


def _mix_sentence(answer: MixAnswer) -> str:
    if answer.holds is None:
        return f"Whether the shares hold cannot be said: {said.worded_reason(answer.reason)}."
    holding = "keep every band" if answer.holds else "break a band"
    text = f"The {words.count(answer.total, 'guard')} of today {holding}"
    if answer.others:
        text += f"; {words.number(answer.others)} of them are of an affiliation without a band"
    return f"{text}."


def _mix_caption(answer: MixAnswer) -> str:
    parts = ["Shaded: numbers that keep every band", "diamond: today", "circle: a plan, once all chosen are ready"]
    if answer.required is not None:
        parts.append("dashed: the total that the largest order on guards asks for")
    return f"{'; '.join(parts)}. The values stand in the table."


def _band(band: Band, growth: GrowthAlone | None, *, holds: bool | None) -> guards_context.BandLine:
    return guards_context.BandLine(
        affiliation=band.affiliation,
        allowed=f"{words.percent(band.low)} to {words.percent(band.high)}",
        now=words.number(band.now),
        share=said.guards_percent(band.share),
        alone=_alone(growth, holds=holds),
        then=_parts(growth.shares if growth is not None else None),
        at_required=_parts(growth.shares_at_required if growth is not None else None),
    )


def _alone(growth: GrowthAlone | None, *, holds: bool | None) -> str:
    if growth is None or holds is None:
        return words.NOTHING
    if growth.more is None:
        return "as many as may be" if holds else "a band is broken now"
    return f"{words.number(growth.more)} more, to {words.number(growth.total)} in all"


def _parts(shares: Mapping[str, float] | None) -> str:
    if not shares:
        return words.NOTHING
    return ", ".join(f"{name} {said.guards_percent(share)}" for name, share in shares.items())


def _totals(near: Sequence[TotalMix], answer: MixAnswer) -> list[TotalMix]:
    """Totals at even steps, as many as the table may have; today's and the required one are always among them."""
    step = -(-len(near) // NEED_TOTALS_MAX)
    return [one for place, one in enumerate(near) if place % step == 0 or one.total in (answer.total, answer.required)]


def _total(one: TotalMix) -> guards_context.TotalLine:
    if one.numbers is None:
        return guards_context.TotalLine(total=words.number(one.total), numbers="no numbers keep every band")
    texts = [
        f"{name} {words.number(low)}" if low == high else f"{name} {words.number(low)} to {words.number(high)}"
        for name, (low, high) in one.numbers.items()
    ]
    return guards_context.TotalLine(total=words.number(one.total), numbers=", ".join(texts))
