"""The layers of a site and the hours at which its posts answer alarms, as the tables say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from stockward.book.known import KnownBooks
from stockward.guards.need.post_hours import DAY_MINUTES, WEEK_MINUTES, WEEKDAYS, days_listed, minutes_of_day
from stockward.protection.response.figures import ElementFigures, ResponseFigures
from stockward.stats.interruption.chance import Response, Tasks
from stockward.stats.interruption.worst_way import WorstWay, worst_way

_LEFT = {"begin": 1.0, "middle": 0.5, "end": 0.0}
_LAYERS, _POSTS = "layers", "posts"


@dataclass(frozen=True, slots=True)
class LayeredElement:
    """One element; ``left`` is the share of its delay that is still to come when it notices a thief."""

    key: str
    name: str
    layer: int
    detects: str
    left: float
    figures: ElementFigures
    spread_stated: bool


@dataclass(frozen=True, slots=True)
class HoursOfResponse:
    """Hours at which the same posts answer: those posts, the first stretch in minutes from Monday, hours a week."""

    posts: tuple[str, ...]
    begins: int
    ends: int
    minutes: int


@dataclass(frozen=True, slots=True)
class WorstHours:
    """The least chance of interruption at some hours: at which, by which post, and on which way."""

    hours: HoursOfResponse
    post: str | None
    way: WorstWay


@dataclass(frozen=True, slots=True)
class Layered:
    """Elements by layer, the responses of posts (``None``: it answers no alarm), and the hours of the week.

    ``reason`` says why nobody can tell the chance, though there are layers. At ``unmanned`` posts nobody stands.
    """

    layers: tuple[tuple[LayeredElement, ...], ...]
    responses: Mapping[str, ResponseFigures | None]
    hours: tuple[HoursOfResponse, ...]
    unspread: int
    reason: str | None
    unmanned: frozenset[str]

    @classmethod
    def of(cls, books: KnownBooks) -> Layered | None:
        """What the tables say; ``None`` for a site without layers."""
        rows = books[_LAYERS].sort("layer", "element").to_dicts()
        aside = _set_aside(books, _LAYERS)
        if not rows and not aside:
            return None
        elements = [_element(row) for row in rows]
        numbers = sorted({one.layer for one in elements})
        posts = books[_POSTS].to_dicts()
        responses = {str(row["post"]): ResponseFigures.of(row) if row["guards"] else None for row in posts}
        answering = [one for one in responses.values() if one is not None]
        unspread = sum(not one.spread_stated for one in elements)
        unspread += sum(
            bool(row["guards"]) and row["response_minutes"] is not None and row["response_rel"] is None for row in posts
        )
        nobody = None if answering else "no post answers alarms: write response_minutes and communication in posts"
        return cls(
            tuple(tuple(one for one in elements if one.layer == number) for number in numbers),
            responses,
            hours_of(posts),
            unspread,
            aside or _set_aside(books, _POSTS) or nobody,
            frozenset(str(row["post"]) for row in posts if not row["guards"]),
        )

    @property
    def ways(self) -> int:
        """How many ways there are."""
        return int(np.prod([len(one) for one in self.layers], dtype=object))

    @property
    def elements(self) -> dict[str, LayeredElement]:
        """Every element by key."""
        return {one.key: one for layer in self.layers for one in layer}

    def worst_at_each(self, decided: Mapping[str, ElementFigures], responses: ResponsesDecided) -> list[WorstHours]:
        """The worst way at each kind of hours, those with the least chance first.

        ``decided`` are figures in place of those of elements, ``responses`` those of all posts.
        """
        layers = [self.tasks(layer, decided) for layer in self.layers]
        known: dict[ResponseFigures, WorstWay] = {}
        found = []
        for hours in self.hours:
            post, response = first_there(hours.posts, responses)
            if response is None:
                found.append(WorstHours(hours, None, WorstWay(0.0, (0,) * len(layers))))
                continue
            if response not in known:
                known[response] = worst_way(layers, drawn(response))
            found.append(WorstHours(hours, post, known[response]))
        return sorted(found, key=lambda one: one.way.chance)

    @staticmethod
    def tasks(elements: Sequence[LayeredElement], decided: Mapping[str, ElementFigures]) -> Tasks:
        """Elements as tasks, with what is decided in place of their own figures; times in minutes."""
        figures = [decided.get(one.key, one.figures) for one in elements]
        delay = np.array([one.delay for one in figures])
        return Tasks(
            np.array([one.detection for one in figures]),
            np.array([one.left for one in elements]),
            delay,
            delay * np.array([one.spread for one in figures]),
        )


ResponsesDecided = Mapping[str, ResponseFigures | None]


def drawn(response: ResponseFigures) -> Response:
    """A response with its spread in minutes."""
    return Response(response.minutes, response.minutes * response.spread, response.communication)


def first_there(posts: Sequence[str], responses: ResponsesDecided) -> tuple[str | None, ResponseFigures | None]:
    """Of posts that stand at the same hours the one that is there first on average; of several the surest."""
    answering = [(figures, post) for post in posts if (figures := responses[post]) is not None]
    if not answering:
        return None, None
    figures, post = min(answering, key=lambda one: (one[0].minutes, -one[0].communication, one[0].spread, one[1]))
    return post, figures


def hours_of(posts: Sequence[Mapping[str, Any]]) -> tuple[HoursOfResponse, ...]:
    """The kinds of hours of a week: at each kind the same posts stand, with at least one guard."""
    stretches = [(str(row["post"]), *one) for row in posts if row["guards"] for one in _stretches(row)]
    edges = sorted({0, WEEK_MINUTES, *(edge for _, begin, end in stretches for edge in (begin, end))})
    kinds: dict[tuple[str, ...], list[tuple[int, int]]] = {}
    for begin, end in pairwise(edges):
        standing = tuple(sorted({post for post, start, stop in stretches if start <= begin and end <= stop}))
        own = kinds.setdefault(standing, [])
        if own and own[-1][1] == begin:
            own[-1] = own[-1][0], end
        else:
            own.append((begin, end))
    return tuple(
        HoursOfResponse(standing, *own[0], sum(end - begin for begin, end in own)) for standing, own in kinds.items()
    )


def _stretches(row: Mapping[str, Any]) -> list[tuple[int, int]]:
    """When a post stands, in minutes from Monday; what goes on after the end of the week is at its begin."""
    found = []
    for day in days_listed(row["days"]):
        begin = WEEKDAYS.index(day) * DAY_MINUTES + row["start"] % DAY_MINUTES
        end = begin + minutes_of_day(row["start"], row["end"])
        found.append((begin, min(end, WEEK_MINUTES)))
        if end > WEEK_MINUTES:
            found.append((0, end - WEEK_MINUTES))
    return found


def _element(row: Mapping[str, Any]) -> LayeredElement:
    return LayeredElement(
        key=str(row["element"]),
        name=str(row["name"] or row["element"]),
        layer=int(row["layer"]),
        detects=row["detects"],
        left=_LEFT[row["detects"]],
        figures=ElementFigures.of(row),
        spread_stated=row["delay_rel"] is not None,
    )


def _set_aside(books: KnownBooks, table: str) -> str | None:
    """Why nothing can be told where a row is set aside: what it says could be the worst."""
    problems = [one for one in books.site.problems if one.table == table]
    if not problems:
        return None
    return f"a row of {table} is set aside: mend {problems[0].file} row {problems[0].row} first"
