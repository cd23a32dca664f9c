"""The certificate: what a filled count sheet says of each stratum and of each loss that matters.

Nothing is taken over from what the plan promises: the limits follow from the units drawn and counted. Where the plan
was not compared with the commitment that was published, its book may be any, and no limit or exclusion is stated.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from stockward.answers.counting import (
    CountCertificate,
    CountingDraw,
    CountingGoal,
    CountingPlan,
    CountingStratum,
    GoalResult,
    LineResult,
    SheetLine,
    StratumResult,
)
from stockward.counting import boxes
from stockward.counting.planning import figure_strata
from stockward.counting.sheets.filled import Filled
from stockward.counting.two_people import require_two
from stockward.stats.sampling import SAMPLE_ROUNDING, upper_limit
from stockward.stats.splitting import most_missing
from stockward.terms.counting import CountVerdict, Task
from stockward.terms.errors import UsageError
from stockward.terms.periods import end_of


def certify(
    draw: CountingDraw, filled: Filled, *, counter: str, witness: str, counted_at: datetime,
    drawn_at: datetime | None = None,
) -> CountCertificate:  # fmt: skip
    """Evaluate a sheet that was matched with its draw.

    A unit that was not counted is taken as missing in every limit, and no loss is called excluded while there is one.
    ``drawn_at`` is when the units were drawn, where that is known: no file says it. Raises ``UsageError`` where counter
    or witness are not named, or are one, or the count is older than the book or the draw.
    """
    counter, witness = counter.strip(), witness.strip()
    require_two(counter, witness)
    if counted_at < draw.plan.frozen_at:
        raise UsageError(
            f"counted at {counted_at.isoformat()}, before the book was frozen at {draw.plan.frozen_at.isoformat()}: "
            f"{_mend_of_moment(counted_at, draw.plan)}"
        )
    if drawn_at is not None:
        _require_drawn(counted_at, drawn_at, draw.plan)
    lines = tuple(_lines(draw, filled))
    results = tuple(_stratum_results(draw, lines))
    return CountCertificate(
        draw=draw,
        file=filled.file,
        file_sha256=filled.sha256,
        counter=counter,
        witness=witness,
        counted_at=counted_at,
        notices=(*filled.notices, *_each_as_one(draw, lines)),
        lines=lines,
        strata=results,
        goals=tuple(_goal(goal, draw, results) for goal in draw.plan.goals),
    )


_FEWEST_AS_ONE = 3


def _each_as_one(draw: CountingDraw, lines: Sequence[LineResult]) -> Iterator[str]:
    """Boxes of several items each of which was counted as 1: the box was counted perhaps, and not what is in it."""
    for stratum in draw.plan.strata:
        own = [one for one in lines if one.line.stratum == stratum.id and one.line.task is Task.COUNT]
        found = [one.quantity for one in own if one.quantity is not None]
        if stratum.kind == "box" and stratum.per_unit > 1 and len(found) >= _FEWEST_AS_ONE and {*found} == {1.0}:
            yield (
                f"{stratum.id}: all {len(found)} boxes were counted as 1, and each may hold {stratum.per_unit:g}: if "
                "boxes were counted, and not what is in them, count what each holds"
            )


def _require_drawn(counted_at: datetime, drawn_at: datetime, plan: CountingPlan) -> None:
    """Raise ``UsageError`` for a count before its draw: nobody knew yet which units to count."""
    drawn = drawn_at.astimezone(ZoneInfo(plan.timezone)).replace(second=0, microsecond=0)
    if counted_at < drawn:
        raise UsageError(
            f"counted at {counted_at.astimezone(drawn.tzinfo).isoformat(' ', 'minutes')}, before the units were drawn "
            f"at {drawn.isoformat(' ', 'minutes')}: write when this count ended; one that was made before the draw is "
            "another count"
        )


def _mend_of_moment(counted_at: datetime, plan: CountingPlan) -> str:
    """A book that is frozen as of a day goes to its end, and so does a count that names the day alone."""
    days = [moment.astimezone(ZoneInfo(plan.timezone)).date() for moment in (counted_at, plan.frozen_at)]
    if days[0] == days[1]:
        return f"write the day alone, --counted-at {days[0]}, or count on a later one"
    return "correct --counted-at"


def counted_moment(text: str, timezone: str, *, now: datetime) -> datetime:
    """When the count ended: a date and time in the site's time zone, or a date, which means the end of that day.

    Raises ``UsageError`` for anything else, for a time that is yet to come, and for a day that has not begun.
    """
    if not text:
        raise UsageError("a certificate says when it was counted: give --counted-at, such as 2026-06-30T14:05")
    moment = end_of(text, timezone, "--counted-at")
    here = now.astimezone(ZoneInfo(timezone))
    is_day = len(text.strip()) == len("2026-06-30")
    if moment.astimezone(here.tzinfo).date() > here.date() if is_day else moment > here:
        raise UsageError(
            f"--counted-at {text.strip()} is yet to come, it is {here.isoformat(' ', 'minutes')} now: write when the "
            "count ended"
        )
    return moment


def _lines(draw: CountingDraw, filled: Filled) -> Iterator[LineResult]:
    strata = {one.id: one for one in draw.plan.strata}
    found = list(zip(draw.lines, filled.quantities, filled.remarks, strict=True))
    expected: dict[str, float] = {}
    for stratum, of_it in groupby(found, key=lambda one: one[0].stratum):
        expected |= _expected(strata[stratum], [(line, quantity) for line, quantity, _ in of_it])
    for line, quantity, remark in found:
        difference = None if quantity is None else expected[line.key] - quantity
        yield LineResult(
            line=line, quantity=quantity, expected=expected[line.key], difference=difference, remark=remark
        )


def _expected(stratum: CountingStratum, lines: list[tuple[SheetLine, float | None]]) -> dict[str, float]:
    """By key: all of a bulk holding; one item; what a box holds."""
    if stratum.kind == "box":
        held = boxes.expected(stratum, {line.position: quantity for line, quantity in lines})
        return {line.key: held[line.position] for line, _ in lines}
    return {line.key: stratum.book if line.task is Task.WEIGH else 1.0 for line, _ in lines}


def _stratum_results(draw: CountingDraw, lines: Sequence[LineResult]) -> list[StratumResult]:
    results = []
    for stratum in draw.plan.strata:
        for task in Task:
            own = [one for one in lines if one.line.stratum == stratum.id and one.line.task is task]
            if own or (task is Task.COUNT and stratum.kind != "bulk"):
                results.append(_stratum_result(stratum, task, own, draw))
    return results


def _stratum_result(
    stratum: CountingStratum, task: Task, lines: Sequence[LineResult], draw: CountingDraw
) -> StratumResult:
    lost = [one.difference for one in lines if one.difference is not None and one.difference > 0]
    more = [-one.difference for one in lines if one.difference is not None and one.difference < 0]
    blank = [one for one in lines if one.quantity is None]
    missing, surplus = math.fsum(lost), math.fsum(more)
    lacking = missing + math.fsum(one.expected for one in blank)
    if stratum.kind == "box":
        counted = {one.line.position: one.quantity for one in lines}
        missing, surplus = boxes.missing(stratum, counted), boxes.surplus(stratum, counted)
    limit = None
    if task is not Task.WEIGH and draw.published:
        limit = _limit(stratum, task, len(lines), len(lost) + len(blank), lacking, draw.plan.detection)
    return StratumResult(
        stratum=stratum.id,
        task=task,
        drawn=len(lines),
        not_counted=len(blank),
        defective=len(lost),
        lacking=lacking,
        missing=missing,
        surplus=surplus,
        limit=limit,
    )


def _limit(stratum: CountingStratum, task: Task, n: int, defective: int, known: float, confidence: float) -> float:
    """What could be missing from the whole stratum, in items: what is known, and all of each further defective unit."""
    further = upper_limit(stratum.units, n, defective, confidence=confidence) - defective
    per_unit = 1 if task is Task.MEASURE else stratum.per_unit
    return min(known + further * per_unit, stratum.book)


def _goal(goal: CountingGoal, draw: CountingDraw, results: Sequence[StratumResult]) -> GoalResult:
    task = Task.MEASURE if goal.partial else Task.COUNT
    own = {one.stratum: one for one in results if one.task is task}
    strata = {one.id: one for one in draw.plan.strata}
    parts = [own.get(part.stratum) for part in goal.strata]
    missing = math.fsum(
        _in_goal(part.content, one.missing, strata[part.stratum], task)
        for part, one in zip(goal.strata, parts, strict=True)
        if one is not None
    )
    limit = _goal_limit(goal, draw, own, task) if draw.published else None
    return GoalResult(
        goal=goal.id,
        verdict=_verdict(goal, [one for one in parts if one is not None], limit),
        missing=missing,
        limit=limit,
        confidence=draw.plan.detection,
    )


def _goal_limit(goal: CountingGoal, draw: CountingDraw, own: dict[str, StratumResult], task: Task) -> float:
    """The most that can be missing from all strata together: by the worst mix where no unit is short, else as a sum."""
    parts = [own.get(part.stratum) for part in goal.strata]
    if all(one is None or (one.defective == 0 and one.not_counted == 0) for one in parts):
        drawn = [0 if one is None else one.drawn for one in parts]
        return most_missing(figure_strata(goal), drawn, detection=draw.plan.detection)
    return _summed_limit(goal, draw, {one.id: one for one in draw.plan.strata}, own, task)


def _in_goal(content: float, items: float, stratum: CountingStratum, task: Task) -> float:
    """Items in the unit of the loss; the content is that of a unit."""
    return items * content / (1 if task is Task.MEASURE else stratum.per_unit)


def _summed_limit(
    goal: CountingGoal,
    draw: CountingDraw,
    strata: dict[str, CountingStratum],
    own: dict[str, StratumResult],
    task: Task,
) -> float:
    """The sum of limits that hold all together with the chance asked for, the strata not counted whole sharing β.

    Bonferroni: each gets β ÷ their number; safe, and wider than need be.
    """
    open_strata = sum(part.n < part.units for part in goal.strata)
    share = math.floor((1 - draw.plan.detection) / max(open_strata, 1) * 1e12) / 1e12
    confidence = round(1 - share, 12)
    total = 0.0
    for part in goal.strata:
        stratum, one = strata[part.stratum], own.get(part.stratum)
        drawn = 0 if one is None else one.drawn
        defective = 0 if one is None else one.defective + one.not_counted
        known = 0.0 if one is None else one.lacking
        total += _in_goal(part.content, _limit(stratum, task, drawn, defective, known, confidence), stratum, task)
    return total


def _verdict(goal: CountingGoal, parts: Sequence[StratumResult], limit: float | None) -> CountVerdict:
    if any(one.missing > 0 for one in parts):
        return CountVerdict.FOUND_MISSING
    if any(one.surplus > 0 for one in parts):
        return CountVerdict.FOUND_MORE
    if any(one.not_counted for one in parts):
        return CountVerdict.INCOMPLETE
    if limit is None:
        return CountVerdict.NOT_COMMITTED
    return CountVerdict.EXCLUDED if limit < goal.loss * (1 - SAMPLE_ROUNDING) else CountVerdict.NOT_EXCLUDED
