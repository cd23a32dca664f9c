"""Options on how many guards stand at a post: sets of them that go together, and the books with one of these sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

import polars as pl

from stockward.answers.plan import MeasureKind, PlannedMeasure
from stockward.book.known import KnownBooks
from stockward.protection.costs import MeasureCosts
from stockward.terms.errors import UsageError

_MOST_SETS = 64
"""Each set is planned for by itself."""
_OF_A_RESPONSE = ("response_minutes", "response_rel", "communication")


@dataclass(frozen=True, slots=True)
class PostOption:
    """So many ``guards`` at a post at once, and what its response is then (``None``: as it is)."""

    key: str
    name: str
    post: str
    guards: int
    response: tuple[float | None, ...]


def post_choices(books: KnownBooks) -> list[tuple[PostOption, ...]]:
    """All sets of options on guards at posts, at most one a post; the first is none of them.

    Raises ``UsageError`` where there are more than can be planned for.
    """
    posts: dict[str, list[PostOption]] = {}
    for row in books["options"].filter(pl.col("guards").is_not_null()).sort("post", "option").to_dicts():
        option = PostOption(
            key=str(row["option"]),
            name=str(row["name"] or row["option"]),
            post=str(row["post"]),
            guards=row["guards"],
            response=tuple(row[name] for name in _OF_A_RESPONSE),
        )
        posts.setdefault(option.post, []).append(option)
    sets = prod(1 + len(own) for own in posts.values())
    if sets > _MOST_SETS:
        raise UsageError(
            f"options.csv: {sets} sets of options on guards at posts go together, and at most {_MOST_SETS} can be "
            "planned for: leave out those that are dearer than another and no better"
        )
    ways = product(*([None, *own] for own in posts.values()))
    return sorted((tuple(one for one in way if one is not None) for way in ways), key=len)


def with_posts(books: KnownBooks, chosen: Sequence[PostOption]) -> KnownBooks:
    """The books with what these options state in the table of posts; at a post of no guards nobody answers an alarm."""
    if not chosen:
        return books
    by_post, posts = {one.post: one for one in chosen}, books["posts"]
    rows = [_changed(row, by_post.get(str(row["post"]))) for row in posts.to_dicts()]
    return replace(books, site=books.site.replace(posts=pl.DataFrame(rows, schema=posts.schema)))


def _changed(row: dict[str, Any], option: PostOption | None) -> dict[str, Any]:
    if option is None:
        return row
    stated = dict(zip(_OF_A_RESPONSE, option.response, strict=True))
    return {**row, "guards": option.guards, **{name: value for name, value in stated.items() if value is not None}}


def cost_of_posts(chosen: Sequence[PostOption], costs: MeasureCosts) -> Fraction:
    """What these options cost a year, without the guards."""
    return sum((costs.of_option(one.key) for one in chosen), Fraction(0))


def post_measures(
    choices: Sequence[Sequence[PostOption]], chosen: Sequence[PostOption], costs: MeasureCosts
) -> tuple[PlannedMeasure, ...]:
    """A measure for each post that there are options on: the option that is taken, or that none is."""
    posts: dict[str, str] = {one.post: one.name for some in choices for one in some}
    taken = {one.post: one for one in chosen}
    prices: dict[str, list[float]] = {}
    for one in {one.key: one for some in choices for one in some}.values():
        prices.setdefault(one.post, []).append(float(costs.of_option(one.key)))
    return tuple(
        replace(_measure(post, name, taken.get(post), costs), cheapest=min(prices[post]))
        for post, name in sorted(posts.items())
    )


def _measure(post: str, name: str, option: PostOption | None, costs: MeasureCosts) -> PlannedMeasure:
    return PlannedMeasure(
        kind=MeasureKind.POST,
        of=post,
        name=name if option is None else option.name,
        now_a_year=0.0,
        a_year=0.0 if option is None else 1.0,
        every_days=None,
        cost_now=0.0,
        cost=0.0 if option is None else float(costs.of_option(option.key)),
    )
