"""The part of the page on what would go unseen: losses today and at a surge, goals, remedies, and when stores fill."""

from __future__ import annotations

from collections.abc import Sequence

from stockward.answers.detection import (
    Detectable,
    FillingStore,
    GoalAnswer,
    Remedy,
    SeriesDetection,
    SiteRemedy,
    SurgedSeries,
    UnheldGoal,
)
from stockward.answers.review import ReviewAnswer
from stockward.report.kit import words
from stockward.report.review import charts as detection_charts
from stockward.report.review import context
from stockward.report.review.views import WHOLE_SITE, SeriesView, names
from stockward.terms.units import factor
from stockward.terms.verdicts import Scope

REMEDIES_SHOWN = 3
CURVES_SHOWN = 4
NAMES_SHOWN = 4
ANY_SHOWS = "any loss shows"
NEARLY_A_YEAR = 360.0
"""A record of so many days is a year in words."""
FAR = 3.0
"""A loss that stands so many times above that over a year is told beside it."""
GOALS_SHOWN = 10


def unseen_headline(review: ReviewAnswer, series: Sequence[SeriesView]) -> str:
    """What a manager should know of what the books cannot see; empty where nothing was measured.

    The series is the one whose goal is furthest out of reach at the surge, or today where none was asked for; without
    goals it is the one that needs the largest loss.
    """
    chosen = next(iter(by_blindness(review, series)), None)
    if chosen is None:
        return ""
    found = review.unseen[chosen.number]
    known = found.detectable
    if known is None or known.even_year is None:
        return ""
    if found.in_items:
        return _in_items(chosen)
    if found.resting and not known.even_year:
        return _resting(chosen, found)
    text = f"{_spread(chosen, found, known, known.even_year)}{_at_once(chosen, known, known.even_year)}"
    if found.resting:
        text += f" {_resting(chosen, found)}"
    surged = _at_surge(review, chosen.number)
    blinder = surged.at_surge.detectable if surged is not None else None
    if surged is None or review.surge is None or blinder is None or blinder.even_year is None:
        return f"{text} {_restoring(found.remedies, chosen.unit)}".strip()
    if blinder.even_year:
        text += f" With {review.surge.production} it must reach {unseen_amount(blinder.even_year, chosen.unit)}."
    return f"{text} {_restoring(surged.at_surge.remedies, chosen.unit)} {_filling(review)}".strip()


def _in_items(one: SeriesView) -> str:
    return (
        f"{one.what} in {one.place} is counted in items of stated content: any missing item shows, but not what is "
        "taken out of one."
    )


def _resting(one: SeriesView, found: SeriesDetection) -> str:
    return (
        f"{unseen_amount(found.resting, one.unit)} of {one.what} in {one.place} stood in an inventory at earlier "
        "readings: any missing piece shows, but what is taken out of one shows only where it is weighed at an "
        "inventory."
    )


def _spread(one: SeriesView, found: SeriesDetection, known: Detectable, loss: float) -> str:
    if not loss:
        return f"Any loss of {one.what} from {one.place}, {spread_over(one, found)}, would show."
    return (
        f"A loss of {unseen_amount(loss, one.unit)} of {one.what} from {one.place}, {spread_over(one, found)}, would "
        f"be found with {words.percent(known.probability)}; a smaller one may go unseen."
    )


def spread_over(one: SeriesView, found: SeriesDetection) -> str:
    """Over what an even loss is spread, in words."""
    days = found.even_days
    if days is None or days >= NEARLY_A_YEAR:
        return "spread over a year"
    tested = "" if round(days) >= round(one.days()) else " that could be tested"
    return f"spread over the {words.count(round(days), 'day')} of the record{tested}"


def _at_once(one: SeriesView, known: Detectable, even: float) -> str:
    """A loss at once that is far harder to see than one that is spread, the worst of them; empty where none is."""
    if known.abrupt_last is None:
        return " At once in the last period, a loss of no size could be told from errors."
    loss, where = max((known.abrupt_last, "in the last period"), (known.abrupt or 0.0, "in the middle of the record"))
    if loss <= FAR * even:
        return ""
    return f" At once {where}, it would be found only from {unseen_amount(loss, one.unit)}."


def _filling(review: ReviewAnswer) -> str:
    """The store that is full first at the surge, in a sentence."""
    dated = [(one.full_on, one.area) for one in review.surge.stores if one.full_on] if review.surge is not None else []
    if not dated:
        return ""
    day, area = min(dated)
    called = names(review)
    return f"{called.get(area, area)} would be full first, on {words.day(day)}."


def by_blindness(review: ReviewAnswer, series: Sequence[SeriesView]) -> list[SeriesView]:
    """Measured series, those first whose needed loss stands highest above its goal; of the others, the largest loss.

    Losses of mass are compared by the kilogram. The whole site takes part: it is blinder than any of its areas.
    """

    def excess(one: SeriesView) -> tuple[bool, bool, bool, float]:
        measured = not review.unseen[one.number].in_items
        surged = _at_surge(review, one.number)
        found = surged.at_surge if surged is not None else review.unseen[one.number]
        if found.goal is not None and found.goal.detectable is not None:
            return measured, True, True, found.goal.detectable / found.goal.quantity
        loss = found.detectable.even_year if found.detectable is not None else None
        to_kg = factor(one.unit, "kg")
        return measured, False, to_kg is not None, (loss or 0.0) * (to_kg or 1.0)

    measured = [one for one in series if _measured(review.unseen[one.number])]
    return sorted(measured, key=excess, reverse=True)


def _measured(found: SeriesDetection) -> bool:
    return found.detectable is not None and not found.exact and found.detectable.even_year is not None


def _restoring(remedies: Sequence[Remedy], unit: str) -> str:
    """The remedy that brings a loss over a year down most, in a sentence."""
    helping = [
        (remedy.detectable.even_year, remedy.measure)
        for remedy in remedies
        if remedy.note is None and remedy.detectable.even_year is not None
    ]
    if not helping:
        return ""
    loss, measure = min(helping)
    brought = f"that brings it to {unseen_amount(loss, unit)}" if loss else "any shows"
    return f"{measure[0].upper()}{measure[1:]}: {brought}."


def _at_surge(review: ReviewAnswer, number: int) -> SurgedSeries | None:
    if review.surge is None:
        return None
    return next((one for one in review.surge.series if one.number == number), None)


def unseen_amount(loss: float | None, unit: str) -> str:
    """A loss to three digits, one below a thousandth to two; what no size tells from errors is a dash.

    Where any loss shows, however small, that is said.
    """
    if loss is None:
        return words.NOTHING
    if not loss:
        return ANY_SHOWS
    if unit == "each" and loss == int(loss):
        return words.quantity(loss, unit)
    places = _digits(loss)
    return words.quantity(loss, unit, places) if round(loss, places) else words.exact(loss, unit, places)


def _digits(value: float) -> int:
    """Decimal places that show three digits, and no digit that the simulation does not carry."""
    whole = len(str(int(abs(value)))) if abs(value) >= 1 else 0
    return max(0, 3 - whole) if value else 0


def sentence(one: SeriesView, found: SeriesDetection) -> str:
    """What would have been seen beside a verdict."""
    known = found.detectable
    if found.exact:
        return _resting(one, found) if found.resting else "Counts are exact here: any loss shows as a discrepancy."
    if known is None:
        return "What would go unseen here cannot be said, as the series is not tested."
    losses = ((known.abrupt, "at once"), (known.even_year, spread_over(one, found)))
    texts = [_found(loss, how, one.unit) for loss, how in losses]
    shown = f"Any loss {' or '.join(how for loss, how in losses if loss == 0)} shows. " if 0 in dict(losses) else ""
    begin = "Found"
    if found.in_items:
        shown, begin = f"{_in_items(one)} By their content alone: ", "found"
    elif found.resting:
        shown, begin = f"{_resting(one, found)} ", "Of all else, found"
    measured = [text for text in texts if text]
    if not measured:
        return shown.strip()
    chance = words.percent(known.probability)
    return f"{shown}{begin} with {chance}: a loss {', or '.join(measured)}; smaller ones may go unseen."


def _found(loss: float | None, how: str, unit: str) -> str:
    """A loss that is found; empty where any is."""
    if loss is None:
        return f"of no size {how}"
    return f"of {unseen_amount(loss, unit)} {how}" if loss else ""


def build_unseen(review: ReviewAnswer, series: Sequence[SeriesView]) -> context.Unseen | None:
    """The section; ``None`` where no series is measured."""
    measured = _by_substance([one for one in series if _measured(review.unseen[one.number])])
    if not measured:
        return None
    drawn = [losses for one in measured if (losses := _drawn(review, one)).today]
    surge = review.surge
    # At a surge the curves of several series are worth their drawing; without one they all look alike.
    shown = by_blindness(review, series)[: CURVES_SHOWN if surge is not None else 1]
    return context.Unseen(
        chance=words.percent(review.detection),
        chart=detection_charts.losses_chart(drawn) if drawn else None,
        curves=tuple(curve for number, one in enumerate(shown) if (curve := _curve(review, one, number)) is not None),
        production=surge.production if surge is not None else "",
        spread=_spread_over_areas(measured),
        unheld=unheld(review),
        lines=tuple(_line(review, one, measured) for one in measured),
        assumptions=surge.assumptions if surge is not None else (),
        remedies=tuple(line for one in measured for line in _remedies(review, one)),
        site_remedies=_site_remedies(review, series),
        stores=tuple(_store(store, names(review)) for store in surge.stores) if surge is not None else (),
        error=words.number(max((review.unseen[one.number].error_points or 0.0 for one in measured), default=0.0), 2),
    )


def _by_substance(series: Sequence[SeriesView]) -> list[SeriesView]:
    """Series of one substance together, that of the whole site before those of its areas."""
    first = {one.holding: one.number for one in reversed(series)}
    return sorted(series, key=lambda one: (first[one.holding], one.scope != Scope.SITE, one.number))


def _spread_over_areas(measured: Sequence[SeriesView]) -> str:
    """What the rows of the whole site are for; empty where there are none."""
    if not any(one.scope == Scope.SITE for one in measured):
        return ""
    return (
        "A loss may be spread over the areas in any way, so little from each that no area shows it. What is found of "
        "such a loss stands in the row of the whole site, above those of its areas. A goal without an area is held "
        "against that row alone: were it met in every area, the site could still miss it."
    )


def unheld(review: ReviewAnswer) -> tuple[str, ...]:
    """Goals that no series answers for."""
    return tuple(_unheld(goal, names(review)) for goal in review.unheld_goals)


def _unheld(goal: UnheldGoal, called: dict[str, str]) -> str:
    place = WHOLE_SITE if goal.area is None else called.get(goal.area, goal.area)
    return (
        f"Goal of {words.quantity(goal.quantity, goal.unit or '').strip()} of {goal.substance} in {place}: nobody "
        "holds any of it there by these books, so nothing answers for it. Check the goal, or the contents."
    )


def _drawn(review: ReviewAnswer, one: SeriesView) -> detection_charts.Losses:
    known, surged = review.unseen[one.number], _at_surge(review, one.number)
    blinder = surged.at_surge.detectable if surged is not None else None
    return detection_charts.Losses(
        label=one.label,
        unit=one.unit,
        today=known.detectable.even_year if known.detectable is not None else None,
        surge=blinder.even_year if blinder is not None else None,
        goal=known.goal.quantity if known.goal is not None else None,
    )


def _curve(review: ReviewAnswer, one: SeriesView, number: int) -> context.Curve | None:
    surged = _at_surge(review, one.number)
    after = surged.at_surge.curves if surged is not None else None
    now = review.unseen[one.number].curves
    if now is None:
        return None
    chart = detection_charts.curves_chart(one.label, one.unit, now, after, review.detection, number=number)
    return context.Curve(label=one.label, chart=chart)


def _line(review: ReviewAnswer, one: SeriesView, measured: Sequence[SeriesView]) -> context.UnseenLine:
    found, surged = review.unseen[one.number], _at_surge(review, one.number)
    known = found.detectable
    assert known is not None  # measured series have it
    after = surged.at_surge.detectable if surged is not None else None
    return context.UnseenLine(
        label=one.label,
        abrupt=unseen_amount(known.abrupt, one.unit),
        last=unseen_amount(known.abrupt_last, one.unit),
        even=_even(found, known, one.unit),
        worst=unseen_amount(known.worst_pattern, one.unit),
        limit=unseen_amount(known.limit_even_year, one.unit),
        whole=one.scope == Scope.SITE,
        goal="; ".join(_goal(goal, one.unit) for goal in _goals(found)) or _no_goal(review, one, measured),
        surge_abrupt=unseen_amount(after.abrupt, one.unit) if after is not None else words.NOTHING,
        surge_even=unseen_amount(after.even_year, one.unit) if after is not None else words.NOTHING,
        ratio=words.number(surged.sigma_ratio, 1) if surged is not None else words.NOTHING,
        still_found=_chances(surged),
    )


def _even(found: SeriesDetection, known: Detectable, unit: str) -> str:
    """The smallest loss over a year; of a shorter record with its days."""
    text, days = unseen_amount(known.even_year, unit), found.even_days
    return text if days is None or days >= NEARLY_A_YEAR else f"{text} in {words.count(round(days), 'day')}"


def _chances(surged: SurgedSeries | None) -> str:
    if surged is None or surged.found_abrupt is None or surged.found_even_year is None:
        return words.NOTHING
    return f"{_chance(surged.found_abrupt)}, {_chance(surged.found_even_year)}"


def _chance(value: float) -> str:
    return f"{100 * value:.0f}{words.NARROW_SPACE}%"


def _no_goal(review: ReviewAnswer, one: SeriesView, measured: Sequence[SeriesView]) -> str:
    """Why a series has no goal of its own."""
    whole = [other for other in measured if other.scope == Scope.SITE and other.holding == one.holding]
    return "see the whole site" if any(review.unseen[other.number].goal for other in whole) else "none stated"


def goals(review: ReviewAnswer, series: Sequence[SeriesView]) -> list[tuple[SeriesView, str]]:
    """Every goal that a series answers for, those that are not met first: whether it is met, and what to do."""
    found = [(one, review.unseen[one.number]) for one in series]
    told = [
        (goal.met, one, f"Goal for {one.label}, {_goal(goal, one.unit)}{_only_content(held)}.{_reaching(goal, held)}")
        for one, held in found
        for goal in _goals(held)
    ]
    return [(one, text) for _, one, text in sorted(told, key=lambda line: line[0])]


def goal_lines(review: ReviewAnswer, series: Sequence[SeriesView]) -> tuple[str, ...]:
    """The same for a first page: as many as it has room for, and how many more there are."""
    texts = [text for _, text in goals(review, series)]
    more = len(texts) - GOALS_SHOWN
    return tuple(texts) if more <= 0 else (*texts[:GOALS_SHOWN], f"and {words.count(more, 'more goal')}.")


def _goals(found: SeriesDetection) -> list[GoalAnswer]:
    return [] if found.goal is None else [found.goal, *found.further_goals]


def _only_content(found: SeriesDetection) -> str:
    return "; any missing item shows" if found.in_items else ""


def _reaching(goal: GoalAnswer, found: SeriesDetection) -> str:
    """The first measure that reaches a goal which is not met, in a sentence."""
    if goal.met or goal.detectable is None or goal is not found.goal:
        return ""
    restoring = [remedy.measure for remedy in found.remedies if remedy.restores]
    if not restoring:
        return " No single measure that was tried reaches it." if found.remedies else ""
    return f" {restoring[0][0].upper()}{restoring[0][1:]}: that reaches it."


def _goal(goal: GoalAnswer, unit: str) -> str:
    asked = f"{words.quantity(goal.quantity, unit)} in {words.number(goal.within_days)} days"
    if goal.met:
        days = goal.found_within_days
        waits = f", found after {words.number(days, 0)} days" if days is not None else ""
        found = f"from {unseen_amount(goal.detectable, unit)}" if goal.detectable else ANY_SHOWS
        return f"{asked}: met, {found}{waits}"
    if goal.detectable is None:
        return f"{asked}: not met ({goal.reason or 'no loss could be told from errors'})"
    return f"{asked}: not met, only from {unseen_amount(goal.detectable, unit)}"


def _remedies(review: ReviewAnswer, one: SeriesView) -> list[context.RemedyLine]:
    """What restores the series at the surge, or today where none was asked for."""
    surged = _at_surge(review, one.number)
    found = surged.at_surge if surged is not None else review.unseen[one.number]
    helping = [remedy for remedy in found.remedies if remedy.note is None][:REMEDIES_SHOWN]
    unhelpful = [remedy for remedy in found.remedies if remedy.kind == "calibrate" and remedy.note is not None]
    return [
        context.RemedyLine(
            label=one.label,
            measure=remedy.measure,
            even=unseen_amount(remedy.detectable.even_year, one.unit),
            abrupt=unseen_amount(remedy.detectable.abrupt, one.unit),
            effect=remedy.note or ("reaches the goal" if remedy.restores else f"× {words.number(remedy.ratio, 2)}"),
        )
        for remedy in [*helping, *unhelpful]
    ]


def _site_remedies(review: ReviewAnswer, series: Sequence[SeriesView]) -> tuple[context.Pair, ...]:
    """The measures over the whole site, at the surge where one was asked for."""
    labels = {one.id: one.label for one in series}
    found = review.surge.remedies if review.surge is not None else review.remedies
    return tuple(
        context.Pair(
            name=_family(one),
            value=f"helps in {words.count(len(one.helps), 'series', 'series')}, reaches the goal in "
            f"{words.number(len(one.restores))}: "
            f"{words.listed([labels.get(name, name) for name in one.helps], NAMES_SHOWN)}",
        )
        for one in found
    )


_FAMILY = {
    "calibrate": "calibrate more often",
    "random_error": "weigh with a smaller random error",
    "systematic_error": "weigh with a smaller systematic error",
    "split": "split the area",
    "count_more": "count more often",
    "count_less": "count less often",
    "check_weigh": "check-weigh on a second scale",
}


def _family(remedy: SiteRemedy) -> str:
    name = _FAMILY[remedy.kind]
    return f"{name}: {remedy.method}" if remedy.method is not None else name


def _store(store: FillingStore, called: dict[str, str]) -> context.StoreLine:
    return context.StoreLine(
        name=called.get(store.area, store.area),
        stock=words.quantity(store.stock, store.unit, 0 if store.unit == "each" else 1),
        capacity=words.quantity(store.capacity, store.unit),
        today=words.day(store.full_on_today) if store.full_on_today is not None else "never",
        surge=words.day(store.full_on) if store.full_on is not None else "never",
    )


def worst(found: Detectable | None, unit: str) -> str:
    """The smallest loss over a year, as the table of all series shows it."""
    return words.NOTHING if found is None else unseen_amount(found.even_year, unit)
