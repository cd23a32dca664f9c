"""The chance that a thief is met in time, with the way on which it is least, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from stockward.answers.response.interruption import (
    AssumedOtherwise,
    Assumption,
    HoursAnswered,
    InterruptionAnswer,
    WayElement,
)
from stockward.book.known import KnownBooks
from stockward.protection.response.figures import ElementFigures, ResponseFigures
from stockward.protection.response.layered import Layered, ResponsesDecided, WorstHours, drawn
from stockward.stats.interruption.chance import Tasks, delay_left, timely_chance

OFF_BY = 0.25
"""By so much an assumption is taken to be off: delays and chances are estimates, and responses seldom drilled."""


def interruption_of(books: KnownBooks) -> InterruptionAnswer | None:
    """The chance of interruption by the tables; ``None`` for a site without layers."""
    layered = Layered.of(books)
    if layered is None:
        return None
    goal = books.site.settings.plan.interruption
    if layered.reason is not None:
        return _untold(layered, goal)
    hours = layered.worst_at_each({}, layered.responses)
    worst = hours[0]
    response = None if worst.post is None else layered.responses[worst.post]
    tasks = _on_way(layered, worst)
    return InterruptionAnswer(
        goal=goal,
        reason=None,
        chance=worst.way.chance,
        timely=0.0 if response is None else float(timely_chance(tasks, drawn(response))),
        ways=layered.ways,
        way=tuple(_elements(layered, worst, tasks, response)),
        hours=tuple(_hours(layered, one) for one in hours),
        otherwise=tuple(_otherwise(layered, one) for one in Assumption),
        unspread=layered.unspread,
    )


def _untold(layered: Layered, goal: float | None) -> InterruptionAnswer:
    return InterruptionAnswer(
        goal=goal,
        reason=layered.reason,
        chance=None,
        timely=None,
        ways=layered.ways,
        way=(),
        hours=(),
        otherwise=(),
        unspread=layered.unspread,
    )


def _on_way(layered: Layered, worst: WorstHours) -> Tasks:
    """The tasks of the worst way, in order."""
    return layered.tasks([layered.layers[at][place] for at, place in enumerate(worst.way.places)], {})


def _elements(
    layered: Layered, worst: WorstHours, tasks: Tasks, response: ResponseFigures | None
) -> Iterator[WayElement]:
    left = delay_left(tasks)
    for at, place in enumerate(worst.way.places):
        one = layered.layers[at][place]
        yield WayElement(
            element=one.key,
            name=one.name,
            layer=one.layer,
            detection=one.figures.detection,
            detects=one.detects,
            delay_minutes=one.figures.delay,
            delay_sd_minutes=float(tasks.spread[at]),
            left_minutes=float(left[at]),
            in_time=response is not None and bool(left[at] >= response.minutes),
        )


def _hours(layered: Layered, one: WorstHours) -> HoursAnswered:
    response = None if one.post is None else layered.responses[one.post]
    return HoursAnswered(
        begins=one.hours.begins,
        ends=one.hours.ends,
        hours_a_week=one.hours.minutes / 60,
        posts=tuple(post for post in one.hours.posts if layered.responses[post] is not None),
        post=one.post,
        response_minutes=None if response is None else response.minutes,
        response_sd_minutes=None if response is None else response.minutes * response.spread,
        communication=None if response is None else response.communication,
        chance=one.way.chance,
    )


def _otherwise(layered: Layered, assumption: Assumption) -> AssumedOtherwise:
    """The chance where every figure of a kind is worse by a quarter, spreads keeping their share."""
    everything = assumption is Assumption.ALL
    longer = 1 + OFF_BY if everything or assumption is Assumption.RESPONSE else 1.0
    shorter = 1 - OFF_BY if everything or assumption is Assumption.DELAYS else 1.0
    rarer = 1 - OFF_BY if everything or assumption is Assumption.DETECTION else 1.0
    decided: Mapping[str, ElementFigures] = {
        key: replace(one.figures, detection=one.figures.detection * rarer, delay=one.figures.delay * shorter)
        for key, one in layered.elements.items()
    }
    responses: ResponsesDecided = {
        post: None if one is None else replace(one, minutes=one.minutes * longer)
        for post, one in layered.responses.items()
    }
    return AssumedOtherwise(
        assumption=assumption, factor=OFF_BY, chance=layered.worst_at_each(decided, responses)[0].way.chance
    )
