"""The pool: every worker and applicant on record, and whether the tested, job-related standards let them into it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Set
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import polars as pl

from stockward.answers.selection import Candidate
from stockward.book.known import KnownBooks
from stockward.book.settings import Affiliation
from stockward.guards.roll import PATROL, PATROLLING
from stockward.guards.written import written_number

WORKER, APPLICANT = "worker", "applicant"

NOT_PASSED = "the tests of the job were not passed"
NOT_TESTED = "no result of the tests of the job is on record"
NOT_QUALIFIED = "every post of the order asks for a qualification that is not held"
NOT_IN_AREAS = "every post of the order that could be given stands in an area that this person must not guard"
NO_ROOM = "the bands of the site leave no room for this affiliation"
LEAVES = "leaves before being ready, or before the order is due"
REASONS = (NOT_PASSED, NOT_TESTED, NOT_QUALIFIED, NOT_IN_AREAS, NO_ROOM, LEAVES)
"""Every standard that keeps a candidate out of the pool; no other is known."""


def candidates_of(books: KnownBooks, *, measure: str, due_on: date, day: date) -> tuple[Candidate, ...]:
    """Every worker and applicant on record on a day, in order of the table, none left out.

    Each that holds of ``REASONS`` is given; nothing else of a person is looked at. A candidate would count from
    ``ready_on``: the day, ``since`` or ``available_from``, whichever is last, and ``training_weeks`` from then (none
    stated: no training). Who is ready after ``due_on`` is in the pool, and serves the later plans.

    Parameters
    ----------
    measure
        Of the order: ``patrolling_guards`` looks at the posts of kind patrol, ``guards`` at all.
    due_on, day
        Due date of the order, and the day of the review.
    """
    posts = posts_to_fill(books, measure)
    bands = books.site.settings.force.affiliation
    people = books["people"].filter(
        pl.col("role").is_in([WORKER, APPLICANT]) & (pl.col("until").is_null() | (pl.col("until") >= day))
    )
    affiliations = people["affiliation"].unique()
    no_room = {affiliation for affiliation in affiliations if room_for(affiliation, bands) <= 0}
    return tuple(_candidate(person, posts, no_room, due_on, day) for person in people.iter_rows(named=True))


def posts_to_fill(books: KnownBooks, measure: str) -> tuple[tuple[str | None, str | None], ...]:
    """Qualification and area of each post at which somebody chosen for an order may stand; ``None``: asks for none."""
    posts = books["posts"].filter(pl.col("guards") > 0)
    if measure == PATROLLING:
        posts = posts.filter(pl.col("kind") == PATROL)
    return tuple(posts.select("qualification", "area").iter_rows())


def _candidate(
    person: Mapping[str, Any],
    posts: tuple[tuple[str | None, str | None], ...],
    no_room: Set[str],
    due_on: date,
    day: date,
) -> Candidate:
    ready_on = _ready_on(person, day)
    reasons = tuple(_kept_out(person, posts, no_room, max(ready_on, due_on)))
    return Candidate(
        person=person["person"],
        row=person["row"],
        role=person["role"],
        affiliation=person["affiliation"],
        line=person["line"],
        ready_on=ready_on,
        until=person["until"],
        in_pool=not reasons,
        reasons=reasons,
    )


def _ready_on(person: Mapping[str, Any], day: date) -> date:
    """The first day after training; the last day of the calendar for one that lies beyond it."""
    begins = max(one for one in (day, person["since"], person["available_from"]) if one is not None)
    training = math.ceil((person["training_weeks"] or 0.0) * 7)
    return begins + timedelta(days=min(training, (date.max - begins).days))


def _kept_out(
    person: Mapping[str, Any],
    posts: tuple[tuple[str | None, str | None], ...],
    no_room: Set[str],
    needed_on: date,
) -> Iterable[str]:
    """Each reason that holds, in the order of the list."""
    if person["tested_fit"] is None:
        yield NOT_TESTED
    elif not person["tested_fit"]:
        yield NOT_PASSED
    held = set(person["qualifications"] or ())
    barred = set(person["not_in_areas"] or ())
    allowed = [area for asked, area in posts if asked is None or asked in held]
    if posts and not allowed:
        yield NOT_QUALIFIED
    if posts and all(area in barred for area in allowed or [area for _, area in posts]):
        yield NOT_IN_AREAS
    if person["affiliation"] in no_room:
        yield NO_ROOM
    if person["until"] is not None and person["until"] < needed_on:
        yield LEAVES


def room_for(affiliation: str, bands: Iterable[Affiliation]) -> Fraction:
    """The largest share that the bands leave an affiliation: its upper bound, or what the lower ones leave to all."""
    own = {band.name: written_number(band.share[1]) for band in bands}
    others = sum((written_number(band.share[0]) for band in bands if band.name != affiliation), start=Fraction(0))
    return min(own.get(affiliation, Fraction(1)), 1 - others)
