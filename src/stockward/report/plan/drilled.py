"""A drill of the planned books in plain words."""

from __future__ import annotations

from stockward.answers.plan import DrilledGoal, PlanAnswer
from stockward.report.drill.sentences import PATTERN_WORD, drill_percent
from stockward.report.kit import words

_HALF_A_POINT = 0.005
"""The prediction is drawn as well."""
DRILL_HEADS = ("Goal", "Loss", "Taken", "Copies", "Chance by plan", "Found")


def drilled_words(plan: PlanAnswer) -> list[str]:
    """Whether what was found agrees with the chances of the plan."""
    if not plan.drilled:
        return []
    tried = [one for one in plan.drilled if one.copies]
    apart = [one for one in tried if not _agrees(one)]
    copies = words.count(sum(one.copies for one in tried), "copy", "copies")
    said = "each is found as often as predicted for these books, to two standard errors or half a point"
    if apart:
        said = (
            f"{len(apart)} of {len(tried)} lie further from what is predicted for these books than two standard errors "
            "and half a point, as one in twenty may by chance"
        )
    return [f"Drill: the losses of the goals were taken out of {copies} of the planned books, measured afresh: {said}."]


def _agrees(one: DrilledGoal) -> bool:
    if one.predicted is None or one.error is None:
        return True
    return abs(one.found / one.copies - one.predicted) <= max(one.error, _HALF_A_POINT)


def drilled_rows(plan: PlanAnswer) -> list[tuple[str, ...]]:
    """Goal, loss, how it is taken, copies, its chance by the plan, how often it was found."""
    return [_row(one) for one in plan.drilled]


def _row(one: DrilledGoal) -> tuple[str, ...]:
    loss = words.NOTHING if one.quantity is None else words.quantity(one.quantity, one.unit)
    if not one.copies:
        return (one.label, loss, PATTERN_WORD[one.pattern], "0", words.NOTHING, one.why or words.NOTHING)
    found = f"{drill_percent(one.found / one.copies)} ± {words.number(100 * (one.error or 0.0), 1)}"
    return (one.label, loss, PATTERN_WORD[one.pattern], str(one.copies), drill_percent(one.chance), found)
