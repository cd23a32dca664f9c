"""Guards in the cheapest plan, in plain words, the same for the terminal and the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stockward.answers.plan import CostUnit, PlanAnswer
from stockward.answers.planned.coming import GuardsMissed, ScenarioGuards
from stockward.answers.planned.guards import (
    ForceGoalKind,
    ForcePart,
    ForceWayOut,
    OrderAsGiven,
    PlannedForceGoal,
    PlannedGuards,
    TransferredLine,
)
from stockward.report.kit import words
from stockward.terms.verdicts import Solved

_NAMES = 4
_ON_RECORD = "guard"
_SOURCES = {_ON_RECORD: "on record", "worker": "transferred", "applicant": "recruited"}
_EVERY_DAY = (ForceGoalKind.BAND, ForceGoalKind.OUTPUT)


def joins(plan: PlanAnswer) -> bool:
    """Whether anybody joins the guards."""
    return plan.guards is not None and plan.guards.joining > 0


def guards_group(one: PlannedGuards) -> str:
    """Who they are."""
    return f"{one.affiliation}, {_SOURCES[one.source]}"


def guards_then(one: PlannedGuards) -> str:
    """How many in the plan, and how many of those who join patrol."""
    return f"{one.then} ({one.patrolling} on patrol)" if one.patrolling else str(one.then)


def force_goal_asked(goal: PlannedForceGoal) -> str:
    """What a goal on the guards asks for, and by when."""
    if goal.reason is not None:
        return words.NOTHING
    if goal.kind is ForceGoalKind.OUTPUT:
        return f"at most {words.number(goal.high)} taken"
    if goal.kind is ForceGoalKind.BAND:
        return f"{words.percent(goal.low or 0.0)} to {words.percent(goal.high or 0.0)} on {goal.on}"
    return f"{words.number(goal.low)} on {goal.on}"


def force_figure(goal: PlannedForceGoal, figure: float | None) -> str:
    """The figure of a goal on the guards."""
    if figure is None:
        return words.NOTHING
    return words.percent(figure) if goal.kind is ForceGoalKind.BAND else words.number(figure)


def force_in_the_way(part: ForcePart) -> str:
    """The goals on the guards that cannot be measured, or that no choice meets, or meets together."""
    names = words.listed(list(part.in_the_way), _NAMES)
    if any(goal.reason for goal in part.goals):
        return f"{names} cannot be measured"
    return f"{names} cannot be met{' together' if len(part.in_the_way) > 1 else ''} by those who could join"


def force_proof(plan: PlanAnswer) -> Iterator[str]:
    """How the goals on the guards were measured."""
    part = plan.guards
    if part is not None and part.measured:
        goals = words.count(part.measured, "goal")
        were = "was" if part.measured == 1 else "were"
        yield f"{goals} on the guards {were} measured in the roll with the plan in it, as a review measures them."
        if plan.cost is None:
            yield (
                "What stands here on guards is the cheapest that meets their own goals, whatever losses take and "
                "whatever may be spent: it is no plan for all."
            )
    if part is not None:
        yield from part.notes


def force_ways_out(plan: PlanAnswer, costs: list[str]) -> list[str]:
    """What of a conflict on the guards could give way; ``costs`` are those of the ways, in words."""
    part = plan.guards
    if part is None:
        return []
    texts = [f"{goal.label}: {goal.reason}." for goal in part.goals if goal.reason]
    if plan.needs is not None and part.in_the_way:
        names = words.listed(list(part.in_the_way), _NAMES)
        texts.append(f"Of the goals on the guards these stand in the way of that budget: {names}.")
    return [*texts, *force_ways(part.ways_out, costs)]


def force_ways(found: Sequence[ForceWayOut], costs: Sequence[str]) -> list[str]:
    """Ways out of a conflict on the guards, with their costs in words."""
    ways = list(zip(found, costs, strict=True))
    jointly = [_way(one) for one, _ in ways if one.jointly]
    if jointly:
        return [f"Together: {'; '.join(jointly)}. The guards then cost {ways[0][1]} a year."]
    return [f"{_way(one)}: the guards then cost {cost} a year." for one, cost in ways]


def guards_joining(groups: Sequence[PlannedGuards]) -> str:
    """Those who join, by affiliation and source."""
    joining = [one for one in groups if one.source != _ON_RECORD and one.then]
    return words.listed([f"{one.then} {one.affiliation}, {_SOURCES[one.source]}" for one in joining], _NAMES)


def guards_coming(there: ScenarioGuards | None) -> list[str]:
    """What becomes of the guards if something comes: who still joins, and what is missed from when."""
    if there is None:
        return []
    texts = []
    if there.still < there.joining:
        texts.append(f"Of the {there.joining} who join by it {there.still} still can.")
    missed = [f"{one.label} from {words.day(one.on)}{_there(one)}" for one in there.missed]
    if missed:
        by_record = "By the record alone these are missed" if there.met is None else "On the guards are missed"
        texts.append(f"{by_record}: {words.listed(missed, _NAMES)}.")
    return texts


def _there(one: GuardsMissed) -> str:
    """What there is of a goal on the guards, and what it asks for."""
    if one.figure is None:
        return " (it cannot be measured)"
    if one.kind is ForceGoalKind.BAND:
        band = f"{words.percent(one.low or 0.0)} to {words.percent(one.high or 0.0)}"
        return f" ({words.percent(one.figure)}, of {band})"
    if one.low is None:
        return f" ({words.number(one.figure)} taken, {words.number(one.high)} can be spared)"
    return f" ({words.number(one.figure)} of {words.number(one.low)})"


def _way(one: ForceWayOut) -> str:
    """One way out, said so that to follow it mends."""
    if one.on is not None:
        day = f"due on {one.on}" if one.kind is ForceGoalKind.ORDER else f"posts_filled_by = {one.on}"
        return f"{_subject(one)} with {day}"
    if one.probability is not None:
        return f"Posts filled with fill_probability = {one.probability:g}"
    if one.kind is ForceGoalKind.BAND:
        return f"{_subject(one)} with share = [{one.low:g}, {one.high:g}]"
    if one.kind is ForceGoalKind.ORDER:
        return f"{_subject(one)} for {words.number(one.low)} guards ({words.number(one.short)} fewer)"
    if one.kind is ForceGoalKind.OUTPUT:
        return f"{_subject(one)} with {words.count(one.short or 0, 'worker')} more taken than can be spared"
    return f"{_subject(one)} with {words.number(one.short)} more who can stand there"


def _subject(one: ForceWayOut) -> str:
    return one.label[:1].upper() + one.label[1:]


def order_as_given(plan: PlanAnswer, more: str | None) -> list[str]:
    """Whether the orders help at all; ``more`` is what they cost beyond today."""
    part = plan.guards
    if part is None or part.as_given is None:
        return []
    name = _orders_named(part)
    if part.as_given.cost is None:
        return [f"{name} as given cannot be met by those who could join."]
    found = sum(one.met_now for one in plan.goals)
    texts = [f"{name} as given {'bring' if name.startswith('The orders') else 'brings'} "
             f"{words.count(part.as_given.joining, 'guard')}, for {more} a year beyond today."]  # fmt: skip
    if plan.goals:
        texts[0] += f" No loss is found by it that is not found today: {found} of {len(plan.goals)} goals."
    missed = [one.label for one in part.goals if one.label not in part.as_given.goals]
    if missed:
        texts.append(f"With it alone these are missed: {words.listed(missed, _NAMES)}.")
    return texts


def _orders_named(part: ForcePart) -> str:
    return "The orders" if sum(one.kind is ForceGoalKind.ORDER for one in part.goals) > 1 else "The order"


def as_given_row(plan: PlanAnswer, met: str, cost: str | None) -> tuple[str, str, str] | None:
    """The row of the orders as given beside today and the plan."""
    if plan.guards is None or plan.guards.as_given is None:
        return None
    return f"{_orders_named(plan.guards)} as given", met, cost or words.NOTHING


def force_met(plan: PlanAnswer, given: OrderAsGiven | None = None, *, now: bool = False) -> list[bool]:
    """Of each goal on the guards whether it is met: with nothing done, by the orders as given, or by the plan."""
    goals = () if plan.guards is None else plan.guards.goals
    if given is not None:
        return [one.label in given.goals for one in goals]
    return [one.met_now if now else one.met for one in goals]


def force_basis(plan: PlanAnswer) -> list[str]:
    """What the guards of the plan stand on."""
    part = plan.guards
    if part is None:
        return []
    texts = [
        f"Guards are counted from {part.day} to {part.until}. Nobody on record is dismissed; who joins begins after "
        f"training, on the day after {part.day} at the earliest. {part.pool} of "
        f"{words.count(part.candidates, 'candidate')} could join by the tested standards of the job. Which of several "
        "alike joins is left to the selection of a review.",
        "An order is held on its due date and on the last day, and a band on every day on which guards are counted. "
        "The roster proves rest and the other rules of work; here the hours a week are held.",
    ]
    if any(one.workforce != 1 for one in plan.scenarios):
        texts.append(
            "Where fewer workers remain, those who leave are spread evenly over lines and affiliations: nobody knows "
            "who it will be. Whoever has joined before the day from which it is so stays."
        )
    if plan.cost_unit is CostUnit.TIMES:
        texts.append("Each guard counts as one as well, and training and output lost as nothing.")
    if part.status is Solved.PROVEN and part.lines:
        taken = [f"{one.taken} of {one.staff} from {one.line}{_lost(plan, one)}" for one in part.lines]
        texts.append(f"Workers are taken from lines: {words.listed(taken, 8)}.")
    return texts


def _lost(plan: PlanAnswer, line: TransferredLine) -> str:
    """What the output costs that a line loses, which is in the cost of the plan."""
    if not line.cost:
        return ""
    unit = "hours" if plan.cost_unit is CostUnit.HOURS else plan.currency or "in money"
    return f" (output lost: {words.number(line.cost, 0)} {unit} a year, part of the cost)"


def posts_told(names: Sequence[str]) -> str:
    """What is said on a roster of posts that are not so yet."""
    return f"its posts are those of the cheapest plan: they rest on {words.listed(list(names), 8)}, to be had before"


def joining_told(codes: Sequence[str]) -> str:
    """What is said on a roster of guards who are not there yet."""
    if not codes:
        return "nobody joins by the plan: the guards on record meet every goal"
    names = codes[0] if len(codes) == 1 else f"{codes[0]} to {codes[-1]}"
    return f"{names} are guards who join by the cheapest plan: who they are is drawn by lot, see stockward review"
