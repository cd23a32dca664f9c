"""The counts by lot of a plan, in plain words: what is drawn, and what a thief could still take."""

from __future__ import annotations

from stockward.answers.plan import PlanAnswer
from stockward.answers.planned.draws import DrawnGoal, DrawnStratum, LotCount
from stockward.report.kit import words
from stockward.report.kit.sheet import Sheet
from stockward.report.plan import sentences as say

_STRATA = 3


def lot_words(plan: PlanAnswer) -> list[str]:
    """How counts by lot are meant, for the one who has them made."""
    if not plan.counts:
        return []
    return [
        "A count by lot looks at items drawn by chance from the books as they are frozen then: stockward sample draws "
        "and certifies it. It must find each loss of items within its days, however a thief spreads it over areas and "
        "materials. Of an area that is counted whole as often, nothing is drawn."
    ]


def drawn_rows(plan: PlanAnswer) -> list[tuple[str, ...]]:
    """Of each stratum: what, items by the books, how many are drawn, how often, and the cost of a year."""
    return [
        (stratum_name(one), words.number(one.units), _drawn(one), _every(count), say.cost_words(plan, one.cost))
        for count in plan.counts
        for one in count.strata
        if plan.cost is not None
    ]


def lot_goal_rows(plan: PlanAnswer) -> list[tuple[str, ...]]:
    """Of each loss of items: what, how much in which time, chance to be seen today and then, least seen mix, price."""
    return [
        (
            goal.label, _loss(goal), say.chance_words(goal.chance_now), say.chance_words(goal.chance),
            _worst(goal, count), say.cost_words(plan, goal.price),
        )
        for count in plan.counts
        for goal in count.goals
    ]  # fmt: skip


def stratum_name(one: DrawnStratum) -> str:
    """What people call an item material in an area."""
    return f"{one.material_name or one.material} in {one.area_name or one.area}"


def _drawn(one: DrawnStratum) -> str:
    if one.whole:
        return "counted whole"
    return words.number(one.drawn) if one.drawn else "none"


def _every(count: LotCount) -> str:
    return f"every {words.count(round(count.every_days), 'day')}"


def _loss(goal: DrawnGoal) -> str:
    return f"{words.quantity(goal.quantity, goal.unit)} in {words.count(round(goal.within_days), 'day')}"


def _worst(goal: DrawnGoal, count: LotCount) -> str:
    """The mix that is seen least."""
    if goal.chance is None:
        return words.NOTHING
    if not goal.worst:
        return "none goes unseen"
    names = {one.stratum: stratum_name(one) for one in count.strata}
    return words.listed([f"{words.number(one.taken)} of {names[one.stratum]}" for one in goal.worst], _STRATA)


def drawn_sheets(plan: PlanAnswer) -> list[Sheet]:
    """The sheets of a workbook on what is drawn, and on the losses that it finds; none without counts by lot."""
    if not plan.counts:
        return []
    unit = say.cost_unit(plan)
    drawn = [
        (
            one.stratum, stratum_name(one), one.units, one.drawn, one.whole, count.every_days, one.cost,
        )
        for count in plan.counts
        for one in count.strata
    ]  # fmt: skip
    losses = [
        (
            goal.label, goal.unit, goal.quantity, goal.within_days, goal.chance_now, goal.chance, _worst(goal, count),
            goal.price,
        )
        for count in plan.counts
        for goal in count.goals
    ]  # fmt: skip
    heads = ("key", "what", "items by the books", "drawn in each count", "area counted whole", "days apart")
    goal_heads = ("loss of items", "unit", "loss to find", "within days", "chance today", "chance with the plan")
    return [
        Sheet(name="draws", header=(*heads, f"cost a year ({unit})"), rows=drawn),
        Sheet(name="items", header=(*goal_heads, "seen least", f"the goal costs a year ({unit})"), rows=losses),
    ]
