"""The cheapest plan in plain words, the same for the terminal and the page."""

from __future__ import annotations

import math
from collections.abc import Sequence

from stockward.answers.plan import CostUnit, GoalInTheWay, MeasureKind, PlanAnswer, PlannedGoal, PlannedMeasure
from stockward.report.interruption import planned as response
from stockward.report.kit import words
from stockward.report.plan.guards import (
    as_given_row,
    force_basis,
    force_in_the_way,
    force_met,
    force_proof,
    force_ways_out,
    joins,
    order_as_given,
)
from stockward.terms.verdicts import Solved

_NAMES = 4
_ON_THE_WAY = (MeasureKind.ELEMENT, MeasureKind.RESPONSE, MeasureKind.POST)
BOUGHT = (MeasureKind.OPTION, MeasureKind.CHECK_WEIGH, MeasureKind.SPLIT, *_ON_THE_WAY)
"""What is done or not, and not so many times a year."""


def protection_asked(plan: PlanAnswer) -> str:
    """What was asked for."""
    surge = f" with {plan.production}" if plan.production else ""
    budget = "" if plan.budget is None else f", for at most {cost_words(plan, plan.budget)} a year"
    goals = "of detection" if plan.guards is None else "of detection and of the guards"
    thief = response.interruption_asked(plan.interruption)
    return f"the cheapest plan that meets every goal {goals}{thief}{surge}{budget}"


def cost_words(plan: PlanAnswer, cost: float | None) -> str:
    """A cost with what it is counted in."""
    if cost is None:
        return words.NOTHING
    places = 0 if abs(cost) >= 100 else 1 if cost % 1 else 0
    return f"{words.number(cost, places)} {cost_unit(plan)}"


def enough_words(plan: PlanAnswer, cost: float | None) -> str:
    """A cost rounded up: so much is enough."""
    if cost is None:
        return words.NOTHING
    return cost_words(plan, float(math.ceil(cost)) if abs(cost) >= 100 else math.ceil(10 * cost) / 10)


def cost_unit(plan: PlanAnswer) -> str:
    """What costs are counted in."""
    if plan.cost_unit is CostUnit.MONEY:
        return plan.currency or "in money"
    times = "counts and calibrations" if plan.guards is None else "counts, calibrations and guards"
    return "hours" if plan.cost_unit is CostUnit.HOURS else times


def cost_in_table(plan: PlanAnswer, cost: float | None) -> str:
    """The same without the words, where everything counts as one."""
    return words.number(cost) if plan.cost_unit is CostUnit.TIMES else cost_words(plan, cost)


def plan_headline(plan: PlanAnswer) -> str:
    """What came out, in one sentence."""
    if plan.cost is None:
        return _impossible(plan)
    if not any(one.changes for one in plan.measures) and not joins(plan):
        return f"Every goal is met as things are, for {cost_words(plan, plan.cost)} a year, and nothing is cheaper."
    change = plan.cost - plan.cost_now
    than = (
        "as much as today"
        if not change
        else f"{cost_words(plan, abs(change))} {'more' if change > 0 else 'less'} than today"
    )
    return f"Every goal is met for {cost_words(plan, plan.cost)} a year, {than}."


def _impossible(plan: PlanAnswer) -> str:
    thief = plan.interruption is not None and plan.interruption.in_the_way
    hindering = [*(one.label for one in plan.in_the_way), *([response.RESPONSE_GOAL] if thief else [])]
    names = words.listed(hindering, _NAMES)
    if plan.needs is not None:
        return (
            f"No plan meets every goal for {cost_words(plan, plan.budget)} a year: "
            f"the cheapest takes {enough_words(plan, plan.needs)}."
        )
    if plan.status is Solved.OUT_OF_TIME:
        return "The search ended before a plan was found."
    goals = "the goal" if len(hindering) == 1 else "the goals"
    texts = [f"{goals} of {names} cannot be met by what can be decided"] if names else []
    if plan.guards is not None and plan.guards.in_the_way:
        texts.append(force_in_the_way(plan.guards))
    return f"No plan meets every goal: {'; '.join(texts)}."


def proof_words(plan: PlanAnswer) -> list[str]:
    """How sure it is that nothing is cheaper, and how the goals were measured."""
    texts = []
    if plan.cost is not None and plan.status is Solved.PROVEN:
        texts.append("Nothing cheaper among the measures looked at meets every goal: that is proven.")
    elif plan.cost is not None:
        texts.append(f"A cheaper plan may exist; none costs less than {cost_words(plan, plan.bound)} a year.")
    if plan.closed_again:
        goals = words.count(plan.closed_again, "goal")
        texts.append(
            f"The books were closed again with the plan in them, and {goals} measured there: each loss is found with "
            f"{words.percent(plan.detection)} or more."
        )
    if plan.cost is not None and plan.closed_again < len(plan.goals):
        goals = words.count(len(plan.goals) - plan.closed_again, "goal")
        texts.append(
            f"{goals} could not be measured in closed books, which tell nothing of the parts of an area, nor of second "
            "weighings with errors that do not grow with what is weighed: met as the errors of the series tell."
        )
    if plan.cost is not None and any(one.kind is MeasureKind.SPLIT and one.changes for one in plan.measures):
        texts.append("Where an area is split, its goals stand for a loss from one of its parts.")
    if plan.counts and plan.cost is not None:
        losses = words.count(sum(len(one.goals) for one in plan.counts), "loss", "losses")
        texts.append(
            f"Of {losses} taken as items, the mix that is least likely to be seen was looked for: it is seen with "
            f"{words.percent(plan.detection)} or more."
        )
    return [*texts, *force_proof(plan)]


def found_then(plan: PlanAnswer, goal: PlannedGoal) -> str:
    """The loss that is found with the plan; nothing without one."""
    return words.NOTHING if plan.cost is None else loss_words(goal, goal.needed)


def loss_words(goal: PlannedGoal, loss: float | None) -> str:
    """A loss that is found, or that none is."""
    return "none" if loss is None else _rounded(loss, goal.unit)


def _rounded(loss: float, unit: str) -> str:
    """A loss to three digits: the chance to find it is simulated."""
    return words.quantity(loss, unit, max(0, 2 - math.floor(math.log10(loss))) if loss > 0 else 0)


def goal_words(goal: PlannedGoal) -> str:
    """The goal: so much within so many days."""
    return f"{words.quantity(goal.quantity, goal.unit)} in {words.count(round(goal.within_days), 'day')}"


def chance_words(chance: float | None) -> str:
    """A chance in per cent."""
    return words.NOTHING if chance is None else f"{words.number(100 * chance, 0)}{words.NARROW_SPACE}%"


def measure_name(measure: PlannedMeasure) -> str:
    """What is decided on."""
    if measure.kind is MeasureKind.INVENTORIES:
        return f"Count {measure.name}"
    if measure.kind is MeasureKind.CALIBRATIONS:
        return f"Calibrate {measure.name}"
    if measure.kind is MeasureKind.DRAW:
        return f"Look at {measure.name}"
    if measure.kind is MeasureKind.CHECK_WEIGH:
        return f"Weigh again what {measure.of} weighed"
    if measure.kind is MeasureKind.SPLIT:
        return f"Split {measure.of}"
    if measure.kind is MeasureKind.ELEMENT:
        return f"Strengthen {measure.of}"
    if measure.kind is MeasureKind.RESPONSE:
        return f"Response of {measure.of}"
    if measure.kind is MeasureKind.POST:
        return f"Guards at {measure.of}"
    return f"Replace {measure.of}"


def level_words(measure: PlannedMeasure, *, now: bool) -> str:
    """How often it is done, or what is bought."""
    times = measure.now_a_year if now else measure.a_year
    if measure.kind in BOUGHT:
        return measure.name if times else "as it is" if measure.kind in _ON_THE_WAY else "no"
    if not times:
        return "never"
    of = " items" if measure.kind is MeasureKind.DRAW else ""
    return f"{words.number(times, 0 if times >= 10 else 1)}{of} a year"


def measure_cells(plan: PlanAnswer, measure: PlannedMeasure) -> tuple[str, str, str, str, str]:
    """What is decided on, today and in the plan, and what each costs a year."""
    return (
        measure_name(measure), level_words(measure, now=True), level_words(measure, now=False),
        cost_words(plan, measure.cost_now), cost_words(plan, measure.cost),
    )  # fmt: skip


def changed_measures(plan: PlanAnswer) -> list[PlannedMeasure]:
    """What differs from today, the dearest change first."""
    measures = [one for one in plan.measures if one.changes]
    return sorted(measures, key=lambda one: (-abs(one.cost - one.cost_now), one.kind, one.of))


def stays_words(plan: PlanAnswer) -> list[str]:
    """What stays as it is."""
    if plan.cost is None:
        return []
    kept = [one for one in plan.measures if not one.changes and one.kind not in BOUGHT]
    undone = [one for one in plan.measures if one.kind in BOUGHT and not one.changes]
    dear = [one for one in undone if one.cheapest != 0]
    on_the_way = [one.of for one in dear if one.kind in _ON_THE_WAY]
    unbought = [one.of for one in dear if one.kind is MeasureKind.OPTION]
    texts = []
    if kept:
        names = words.listed([measure_name(one)[0].lower() + measure_name(one)[1:] for one in kept], _NAMES)
        texts.append(f"As often as today: {names}.")
    left = [measure_name(one) for one in dear if one.kind in (MeasureKind.CHECK_WEIGH, MeasureKind.SPLIT)]
    if left:
        texts.append(f"Not worth its price: {words.listed([one[0].lower() + one[1:] for one in left], _NAMES)}.")
    if unbought:
        texts.append(f"Not worth their price: other methods in place of {words.listed(sorted(set(unbought)), _NAMES)}.")
    if on_the_way:
        texts.append(f"Not worth their price: options on {words.listed(sorted(set(on_the_way)), _NAMES)}.")
    free = sorted({one.of for one in undone if one.cheapest == 0})
    if free:
        texts.append(f"No goal needs, though it would cost nothing: options on {words.listed(free, _NAMES)}.")
    return texts


def ways_out(plan: PlanAnswer) -> list[str]:
    """What would have to give for there to be a plan."""
    texts = [way_out(plan, one) for one in plan.in_the_way]
    if plan.interruption is not None and plan.interruption.in_the_way:
        without = plan.interruption.cost_without
        cost = None if without is None else cost_words(plan, without)
        texts.append(response.interruption_way_out(plan.interruption, cost))
    if plan.needs is not None:
        texts.append(f"A budget of {enough_words(plan, plan.needs)} a year would do for all of them.")
    if plan.guards is not None:
        texts += force_ways_out(plan, [cost_words(plan, one.cost) for one in plan.guards.ways_out])
    return texts


def way_out(plan: PlanAnswer, one: GoalInTheWay) -> str:
    """What stands in the way of one goal, and what would have to give."""
    goal = f"{one.label}, {words.quantity(one.quantity, one.unit)}"
    if one.reason:
        return f"{goal}: {one.reason}."
    parts = []
    if one.reachable is not None and one.reachable > one.quantity:
        best = _rounded(one.reachable, one.unit)
        parts.append(
            f"the best that can be decided finds {best}: set the goal to that, or state better methods in options.csv"
        )
    if one.cost_without is not None:
        parts.append(f"without this goal the cheapest plan costs {cost_words(plan, one.cost_without)} a year")
    return f"{goal}: {'; '.join(parts) or 'no measure that was looked at finds any loss in time'}."


def basis_words(plan: PlanAnswer) -> list[str]:
    """What the plan stands on."""
    texts = [
        "A plan decides how often each area is counted (a quarter to four times as often as today), how often each "
        "method is calibrated besides today's calibrations, and which of the options takes the place of a method.",
        "The books of the record stand for a year as it will be. A goal is met where its loss, at once or evenly "
        f"within its days, is found with {words.percent(plan.detection)} by the test in force, at "
        f"{words.percent(plan.false_alarm)} false alarms in a year over all series.",
        *response.basis_of_response(plan.interruption),
        *plan.assumptions,
        *plan.left_out,
        *force_basis(plan),
    ]
    if plan.cost_unit is CostUnit.TIMES:
        texts.append(
            "No costs are stated: each inventory of an area and each calibration counts as one. State what they take "
            "in costs.csv to have the plan in hours or money."
        )
    if plan.set_aside:
        texts.append(f"{words.count(plan.set_aside, 'row was', 'rows were')} set aside: see stockward check.")
    return texts


def compared(plan: PlanAnswer) -> list[tuple[str, str, str]]:
    """What is done, how many goals that meets, and what it costs."""
    found_now, found = goals_met(plan, now=True), goals_met(plan, now=False)
    rows = [("As today", _of_goals(found_now, force_met(plan, now=True)), cost_words(plan, plan.cost_now))]
    given = None if plan.guards is None else plan.guards.as_given
    if given is not None:
        met = _of_goals(found_now, force_met(plan, given)) if given.cost is not None else "not possible"
        row = as_given_row(plan, met, cost_words(plan, _cost_as_given(plan)))
        rows += [row] if row is not None else []
    if plan.cost is not None:
        rows.append(("The cheapest plan", _of_goals(found, force_met(plan)), cost_words(plan, plan.cost)))
    return rows


def goals_met(plan: PlanAnswer, *, now: bool) -> list[bool]:
    """Whether each goal is met, those of counts by lot and that a thief is met included."""
    chances = [goal.chance_now if now else goal.chance for count in plan.counts for goal in count.goals]
    return [
        *(one.met_now if now else one.met for one in plan.goals),
        *(chance is not None and chance >= plan.detection for chance in chances),
        *response.interruption_goals_met(plan.interruption)[not now],
    ]


def _cost_as_given(plan: PlanAnswer) -> float | None:
    """What the orders as given cost, with everything else as today."""
    part = plan.guards
    if part is None or part.as_given is None or part.as_given.cost is None:
        return None
    return plan.cost_now - part.cost_now + part.as_given.cost


def order_helps(plan: PlanAnswer) -> list[str]:
    """Whether the orders as given help at all."""
    cost = _cost_as_given(plan)
    return order_as_given(plan, None if cost is None else cost_words(plan, cost - plan.cost_now))


def thief_words(plan: PlanAnswer) -> list[str]:
    """Whether a thief is met in time, today and with the plan; nothing for a site without layers."""
    price = None if plan.interruption is None else plan.interruption.price
    return response.planned_lines(plan.interruption, cost_words(plan, price))


def _of_goals(met: Sequence[bool], on_guards: Sequence[bool]) -> str:
    losses = f"{sum(met)} of {len(met)}"
    if not on_guards:
        return losses
    guards = f"{sum(on_guards)} of {len(on_guards)} on guards"
    return f"{losses} losses, {guards}" if met else guards
