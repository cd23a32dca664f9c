"""What holds of every plan that Stockward makes, looked at again when a plan is read.

Anybody can change a plan and seal it anew, so the seal shows nothing by itself: only the published commitment does.
What follows from other fields is computed again here all the same: nobody draws from a plan that does not add up.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import MAXYEAR, MINYEAR
from zoneinfo import ZoneInfo

from stockward.answers.counting import CountingGoal, CountingPlan, CountingStratum, GoalStratum
from stockward.counting.planning import LEAST_DETECTION, book_digest, name_of_loss, with_sample
from stockward.counting.seeds import is_sha256, is_source
from stockward.stats.sampling import defects_of
from stockward.terms.errors import FigureError
from stockward.terms.units import UNITS

_NEAR = 1e-9
"""Chances computed on two machines differ by less."""


def fault_of(plan: CountingPlan) -> str | None:
    """What does not hold of the plan, in one line; ``None`` for one that adds up."""
    return next((fault for check in PLAN_CHECKS for fault in check(plan)), None)


def the_settings_can_be(plan: CountingPlan) -> Iterator[str]:
    """A time zone, a decimal mark, a chance, and a moment that stands for one."""
    try:
        ZoneInfo(plan.timezone)
    except (ValueError, OSError, KeyError):
        yield f"there is no time zone {plan.timezone!r}"
    if plan.decimal not in {".", ","}:
        yield f"the decimal mark is {plan.decimal!r}"
    if not LEAST_DETECTION <= plan.detection < 1:
        yield f"the chance to detect is {plan.detection!r}"
    if plan.frozen_at.tzinfo is None:
        yield "the moment of the book names no offset"
    elif not MINYEAR < plan.frozen_at.year < MAXYEAR:
        yield "the moment of the book is at an end of the calendar"


def the_seed_is_bound(plan: CountingPlan) -> Iterator[str]:
    """A plan in a file is committed: to a secret seed, or to the source of a public one."""
    if (plan.seed_sha256 is None) is (plan.seed_source is None):
        yield "it names neither a secret seed nor the source of a public one, or both"
    elif plan.seed_sha256 is not None and not is_sha256(plan.seed_sha256):
        yield "what it holds of the seed is no SHA-256"
    elif plan.seed_source is not None and not is_source(plan.seed_source):
        yield "the source of its seed is not one line of words"


def the_strata_are_the_book(plan: CountingPlan) -> Iterator[str]:
    """The frozen book, with its names, each stratum once, and no more units drawn than there are."""
    if book_digest(plan) != plan.book_digest:
        yield "it is not of the frozen book: the SHA-256 of that differs"
    if len({one.id for one in plan.strata}) < len(plan.strata):
        yield "a stratum stands twice"
    yield from (f"the stratum {one.id!r} does not add up" for one in plan.strata if not _adds_up(one))
    if not any(one.counted for one in plan.strata):
        yield "no unit is drawn"


def the_goals_follow(plan: CountingPlan) -> Iterator[str]:
    """Each loss is about strata of the plan, and the sample finds it with the chance that is stated and asked for."""
    if not plan.goals or len({one.id for one in plan.goals}) < len(plan.goals):
        yield "there is no loss that matters, or one stands twice"
    strata = {one.id: one for one in plan.strata}
    for goal in plan.goals:
        if not _parts_add_up(goal, strata):
            yield f"the loss {goal.id!r} does not add up"
        elif not _is_found(goal, plan):
            yield f"the units drawn do not find the loss {goal.id!r} with the chance that the plan states"


PLAN_CHECKS: tuple[Callable[[CountingPlan], Iterator[str]], ...] = (
    the_settings_can_be,
    the_seed_is_bound,
    the_strata_are_the_book,
    the_goals_follow,
)


def _adds_up(one: CountingStratum) -> bool:
    if one.id != f"{one.area}/{one.material}" or not 0 < one.book < math.inf or one.per_unit < 1:
        return False
    if one.kind == "bulk":
        return (one.units, one.per_unit, one.counted, one.measured) == (1, 1, 1, 0)
    if one.kind == "item" and one.per_unit != 1:
        return False
    whole = one.book == round(one.book) and one.units == math.ceil(one.book / one.per_unit)
    return whole and 0 <= one.measured <= one.counted <= one.units


def _parts_add_up(goal: CountingGoal, strata: dict[str, CountingStratum]) -> bool:
    names = [part.stratum for part in goal.strata]
    return (
        0 < goal.loss < math.inf
        and all(0 <= one < math.inf for one in (goal.cost, goal.bound))
        and goal.id == name_of_loss(goal.holding, goal.area, partial=goal.partial)
        and goal.unit in UNITS
        and all(goal.area in (None, strata[name].area) for name in (*names, *goal.bulk) if name in strata)
        and 0 < len(names) == len(set(names))
        and all(name in strata and strata[name].kind == "bulk" for name in goal.bulk)
        and all(part.stratum in strata and _part_adds_up(part, goal, strata[part.stratum]) for part in goal.strata)
    )


def _part_adds_up(part: GoalStratum, goal: CountingGoal, stratum: CountingStratum) -> bool:
    if stratum.kind == "bulk" or part.units != stratum.units or not 0 < part.content < math.inf:
        return False
    if goal.loss / part.content == math.inf:
        return False
    if not (0 < part.notice <= 1 if goal.partial else part.notice == 1):
        return False
    defects = defects_of(goal.loss, part.content)
    return part.defects == (defects if defects <= part.units else None) and 0 <= part.worst <= part.units


def _is_found(goal: CountingGoal, plan: CountingPlan) -> bool:
    try:
        again = with_sample(goal, plan.strata)
    except FigureError:
        return False
    same = all(part.n == other.n for part, other in zip(goal.strata, again.strata, strict=True))
    return same and abs(goal.reached - again.reached) <= _NEAR and again.reached >= plan.detection - _NEAR
