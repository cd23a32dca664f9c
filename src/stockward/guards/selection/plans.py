"""Selection: from workers and applicants, the plans that meet an order, or come as near to it as the rules allow."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType

import polars as pl

from stockward.answers.orders import OrderAnswer
from stockward.answers.selection import Alike, Candidate, SelectionAnswer, SelectionPlan
from stockward.book.known import KnownBooks
from stockward.book.settings import Affiliation
from stockward.guards.roll import GUARDS, PATROL, PATROLLING, roll
from stockward.guards.selection.checking import PlanChecker
from stockward.guards.selection.choosing import Choice, SelectionRequest, groups_of, serves
from stockward.guards.selection.front import front_of
from stockward.guards.selection.lines import FULL_DAYS, Line, at_work, lines_of, losses, output_lost
from stockward.guards.selection.lots import in_order_of_lot
from stockward.guards.selection.pool import APPLICANT, WORKER, posts_to_fill
from stockward.guards.selection.strength import Strength
from stockward.guards.written import written_number
from stockward.optim.linear import DETERMINISTIC_SECONDS
from stockward.terms.errors import UsageError
from stockward.terms.verdicts import Solved

POINTS = 12
"""Plans of a front, at most, where nobody asks for another number."""


def selection_of(
    books: KnownBooks,
    *,
    order: OrderAnswer,
    candidates: Sequence[Candidate],
    day: date,
    seed: int,
    points: int = POINTS,
    deterministic_seconds: float = DETERMINISTIC_SECONDS,
) -> SelectionAnswer:
    """The Pareto front of the plans for one order on guards.

    A plan takes workers and applicants of the pool. Its aims are guards on the due date (the more the better), output
    lost a day and days late (the less the better). The figure on a day is that of the record with those chosen who are
    ready; every band holds on the due date and on the day on which the order is met. A line makes output_per_day ×
    min(1, staff ÷ workers_needed), so the first transfer may cost nothing and the next one much. Candidates that are
    the same in all this are alike: the program decides how many of them, and the lot who.

    Every plan is proven to be better in some aim than any other that the rules allow, or states its gap; and every one
    is measured again from the facts by ``PlanChecker``.

    Parameters
    ----------
    order
        On ``guards`` or ``patrolling_guards``, with its required figure.
    candidates
        Those of ``candidates_of`` for the same order and day.
    day, seed
        Day of the review, and the seed of lot and solver.
    points
        Plans at most; where there are more, ends, cheapest in time and soonest stay, and the rest are spread.
    deterministic_seconds
        Limit of one solution in the solver's deterministic time; a plan cut short by it has a gap.

    Raises ``UsageError`` where fewer than one point is asked for, or the order is not on guards or not measurable;
    ``StockwardError`` where a plan is not sound.
    """
    if points < 1:
        raise UsageError(f"a front has at least one point; got {points}")
    due_on, required = _asked_for(order)
    pool = in_order_of_lot((one for one in candidates if one.in_pool), seed=seed, order=order.order)
    working = at_work(books, day)
    used = {working[one.person] for one in pool if one.person in working}
    lines, unit = lines_of(books, working, used)
    strength = Strength.of(roll(books), order.measure)
    expected = strength.ordered.on(due_on)
    reason = _no_plan(
        order, candidates, required, expected, ", ".join(_rows_in_doubt(books, order.measure, lines, day))
    )
    answer = SelectionAnswer(
        order=order.order,
        measure=order.measure,
        due_on=due_on,
        required=required,
        expected=expected,
        loss_unit=unit,
        candidates=tuple(candidates),
        pool=len(pool),
        refused=MappingProxyType(dict(sorted(Counter(said for one in candidates for said in one.reasons).items()))),
        seed=seed,
        lots=tuple(one.person for one in pool),
        front=(),
        complete=False,
        assumptions=(),
        reason=reason,
    )
    if reason is not None:
        return answer
    asked = SelectionRequest(
        order=order.order,
        seed=seed,
        day=day,
        due_on=due_on,
        required=required,
        strength=strength,
        pool=tuple(pool),
        working=working,
        lines=lines,
        bands=tuple(
            (band.name, written_number(band.share[0]), written_number(band.share[1]))
            for band in books.site.settings.force.affiliation
        ),
        deterministic_seconds=deterministic_seconds,
    )
    answer = replace(answer, assumptions=tuple(_assumptions(books, asked, order.measure, unit)))
    return _with_front(books, answer, asked, points)


def _with_front(books: KnownBooks, answer: SelectionAnswer, asked: SelectionRequest, points: int) -> SelectionAnswer:
    front = front_of(asked, points=points)
    if front.status is Solved.IMPOSSIBLE:
        return replace(answer, reason=_bands_broken(asked, books.site.settings.force.affiliation))
    if front.status is not Solved.PROVEN:
        return replace(answer, reason="the time ended before any plan was found: allow the solver more")
    scale = asked.costs()
    plans = [
        _plan(asked, choice, f"P{place}", lost_at_least=scale.at_least(choice.bound, times=len(asked.pool)))
        for place, choice in enumerate(front.choices, 1)
    ]
    checker = PlanChecker(books, measure=answer.measure, due_on=asked.due_on, required=asked.required, day=asked.day)
    for plan in plans:
        checker.require_sound(plan, in_currency=answer.loss_unit != FULL_DAYS)
    return replace(answer, front=tuple(plans), complete=front.complete)


def _plan(asked: SelectionRequest, choice: Choice, name: str, *, lost_at_least: float) -> SelectionPlan:
    """The plan of a choice: who the lot takes, and every figure measured from the facts."""
    groups = groups_of(asked, choice.met)
    taken = [(group, groups[group], count) for group, count in choice.taken.items()]
    chosen = [one for _, alike, count in taken for one in alike[:count]]
    strength = asked.strength.with_chosen((one.affiliation, one.ready_on, one.until) for one in chosen)
    met_on = _met_on(asked, strength)
    late = None if met_on is None else max(0, (met_on - asked.due_on).days)
    numbers_on = met_on if met_on is not None and late else asked.due_on
    numbers = {affiliation: count for affiliation, count in strength.numbers(numbers_on).items() if count}
    from_line = Counter(asked.working[one.person] for one in chosen if one.person in asked.working)
    lost = float(output_lost(asked.lines, from_line))
    # A search that was cut short may have left its own figure of the loss above the true one.
    bound = lost if choice.gap == 0 else min(lost, lost_at_least)
    return SelectionPlan(
        plan=name,
        guards_by_due=strength.ordered.on(asked.due_on),
        output_lost=lost,
        met_on=met_on,
        days_late=late,
        chosen=tuple(one.person for one in sorted(chosen, key=lambda one: (one.ready_on or date.min, one.person))),
        recruits=sum(one.role == APPLICANT for one in chosen),
        transfers=sum(one.role == WORKER for one in chosen),
        alike=tuple(
            Alike(
                affiliation=affiliation,
                line=line,
                by_due=by_due,
                by_met=None if choice.met is None else by_met,
                among=len(alike),
                taken=count,
            )
            for (affiliation, line, by_due, by_met), alike, count in taken
        ),
        lines=tuple(losses(asked.lines, from_line)),
        numbers_on=numbers_on,
        numbers=MappingProxyType(numbers),
        shares=MappingProxyType({name: count / sum(numbers.values()) for name, count in numbers.items()}),
        status=choice.status,
        bound=bound,
        gap=(lost - bound) / lost if lost else 0.0,
    )


def _met_on(asked: SelectionRequest, strength: Strength) -> date | None:
    """The day from which on the order is met through its due date, or the first after it with every band kept."""
    changes = sorted(strength.changes())
    if strength.ordered.on(asked.due_on) >= asked.required:
        days = [asked.day, *(day for day in changes if asked.day < day <= asked.due_on)]
        held_from = min(asked.due_on, asked.day)
        for day in days:
            if strength.ordered.on(day) < asked.required:
                held_from = date.max
            elif held_from == date.max:
                held_from = day
        return held_from
    later = (day for day in changes if day > asked.due_on and strength.ordered.on(day) >= asked.required)
    return next((day for day in later if _bands_hold(asked, strength.numbers(day))), None)


def _bands_hold(asked: SelectionRequest, numbers: Mapping[str, int]) -> bool:
    total = sum(numbers.values())
    return all(low * total <= numbers.get(name, 0) <= high * total for name, low, high in asked.bands)


def _asked_for(order: OrderAnswer) -> tuple[date, int]:
    """Due date and required figure of an order on guards that can be measured."""
    if order.measure not in (GUARDS, PATROLLING):
        raise UsageError(f"order {order.order} is on {order.measure}: people are chosen for orders on guards alone")
    if order.due_on is None or order.required is None:
        raise UsageError(f"nobody can be chosen for order {order.order}, which is not measurable: {order.reason}")
    return order.due_on, math.ceil(order.required)


def _no_plan(
    order: OrderAnswer, candidates: Sequence[Candidate], required: int, expected: int, in_doubt: str
) -> str | None:
    """Why nobody is to be chosen, or can be; ``None`` where plans can be made."""
    if in_doubt:
        return f"rows set aside could change every plan ({in_doubt}): mend them first"
    if order.expected is not None and order.expected != expected:
        return f"the record gives {expected} on the due date, the order {order.expected:g}: no plan on two figures"
    if expected >= required:
        return f"nobody need be chosen: {expected} are expected on the due date, and {required} required"
    if not candidates:
        return "no worker or applicant is on record"
    if not any(one.in_pool for one in candidates):
        return f"the pool is empty: none of the {len(candidates)} candidates meets every standard"
    return None


def _rows_in_doubt(books: KnownBooks, measure: str, lines: Mapping[str, Line], day: date) -> Iterable[str]:
    """Rows set aside that a plan could depend on, by table and row; what is readable of them may rule that out."""
    gone = pl.col("until").is_not_null() & (pl.col("until") < day)
    no_patrol = pl.col("kind").is_not_null() & (pl.col("kind") != PATROL) & (measure == PATROLLING)
    materials = sorted({line.material for line in lines.values()})
    may_matter = {
        "people": ~gone,
        "posts": ~no_patrol,
        "lines": pl.col("line").is_null() | pl.col("line").is_in(list(lines)),
        "materials": pl.col("material").is_in(materials),
    }
    for table, matters in may_matter.items():
        rows = books.set_aside[table]
        if rows.height:
            found = rows.filter(matters.fill_null(True))["row"].to_list()
            if found:
                yield f"{table} {_listed(found)}"


def _listed(rows: Sequence[int]) -> str:
    shown = ", ".join(str(row) for row in rows[:5])
    more = f" and {len(rows) - 5} more" if len(rows) > 5 else ""
    return f"row{'s' if len(rows) > 1 else ''} {shown}{more}"


def _bands_broken(asked: SelectionRequest, bands: Sequence[Affiliation]) -> str:
    """That no choice keeps the bands, with the numbers of the record."""
    numbers = asked.strength.numbers(asked.due_on)
    total = sum(numbers.values())
    own = ", ".join(
        f"{numbers.get(band.name, 0)} {band.name} (asked for: {float(low * total):g} to {float(high * total):g})"
        for band, (_, low, high) in zip(bands, asked.bands, strict=True)
    )
    highest = sum(high for _, _, high in asked.bands)
    note = f"; the upper shares sum to {float(highest):g}, less than 1" if highest < 1 else ""
    return (
        f"no choice keeps the bands: of {total} guards on {asked.due_on} the record has {own}, "
        f"and no choice among the candidates mends it{note}"
    )


def _assumptions(books: KnownBooks, asked: SelectionRequest, measure: str, unit: str) -> Iterable[str]:
    """What the plans take for granted, each with its number."""
    pool = pl.Series([one.person for one in asked.pool], dtype=pl.String)
    rows = books["people"].filter(pl.col("person").is_in(pool.implode()))
    yield (
        "those chosen serve where the order asks"
        + (", on patrol" if measure == PATROLLING else "")
        + ", and leave their line when their training begins"
    )
    yield "who of several alike is taken falls by lot: the smallest SHA-256 of seed, order and code"
    untrained = rows["training_weeks"].null_count()
    if untrained:
        yield f"{untrained} of the pool have no training weeks on record: none is reckoned"
    late = sum(not serves(one, asked.due_on) for one in asked.pool)
    if late:
        yield f"{late} of the pool are not ready by the due date: they serve in later plans"
    lineless = sum(one.role == WORKER and one.person not in asked.working for one in asked.pool)
    if lineless:
        yield f"{lineless} workers of the pool are on no line on the day: their transfer costs no output"
    if not posts_to_fill(books, measure):
        yield "no post of the order is on record: no qualification and no area is asked for"
    if unit == FULL_DAYS and asked.lines:
        yield "not every line's product has a value: output lost is a sum of shares of each line's full output"
    costs = asked.costs()
    if not costs.exact:
        yield f"losses are compared in steps of {float(1 / costs.scale):.0e} {unit}, rounded up: they have more digits"
