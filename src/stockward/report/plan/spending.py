"""What larger and smaller losses would cost to find, and how sure the costs are, in plain words."""

from __future__ import annotations

from collections.abc import Iterator

from stockward.answers.plan import CostHinge, CostRanges, FrontPoint, PlanAnswer
from stockward.report.kit import words
from stockward.report.kit.sheet import Cell, Sheet
from stockward.report.plan import sentences as say
from stockward.report.plan.coming import measures_words

_HINGES = 3
_NAMES = {
    "inventory": "an inventory of", "calibration": "a calibration of", "item": "looking at one item of",
    "weighing": "one more weighing on", "guard": "a guard, ", "training": "the training of one guard, ",
    "output": "a year without output of line", "option": "the option",
}  # fmt: skip


def front_rows(plan: PlanAnswer) -> list[tuple[str, str, str]]:
    """Losses as shares of the goals, what the cheapest plan for them costs, and what it does otherwise."""
    rows = [(one.share, _share(one), _cost(plan, one), _otherwise(plan, one)) for one in plan.front]
    # With guards the plans of the front have costs and goals that today has not.
    today = _found_today(plan) if plan.front and plan.guards is None else None
    if today is not None:
        rows.append((today, f"{_times(today)} × the goals, as today", say.cost_words(plan, plan.cost_now), "as today"))
    return [(losses, cost, otherwise) for _, losses, cost, otherwise in sorted(rows, key=lambda row: -row[0])]


def _found_today(plan: PlanAnswer) -> float | None:
    """By how many times the loss of every goal is found with what is done today; ``None`` where some are at no size."""
    found = [None if one.needed_now is None else one.needed_now / one.quantity for one in plan.goals]
    known = [one for one in found if one is not None]
    return max(known) if known and len(known) == len(found) and not plan.counts else None


def _times(share: float) -> str:
    text = words.number(share, 2)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _share(one: FrontPoint) -> str:
    return "the goals" if one.share == 1 else f"{_times(one.share)} × the goals"


def _cost(plan: PlanAnswer, one: FrontPoint) -> str:
    if one.cost is None:
        return "no plan finds them"
    doubt = one.bound is not None and one.bound < one.cost
    return f"{say.cost_words(plan, one.cost)}{f' (at least {say.cost_words(plan, one.bound)})' if doubt else ''}"


def _otherwise(plan: PlanAnswer, one: FrontPoint) -> str:
    if one.cost is None:
        return words.NOTHING
    return measures_words(one.changes) if one.changes else "as today" if plan.cost is None else "the plan above"


def front_against(plan: PlanAnswer) -> str:
    """What the plans of the front are told against: the plan, or today where there is none."""
    return "Otherwise than today" if plan.cost is None else "Otherwise than the plan"


def front_words(plan: PlanAnswer) -> list[str]:
    """What the front says: up to where sight costs nothing more, and beyond what there is none."""
    if not plan.front:
        why = "Nothing is said of larger and smaller losses: no goal is a loss, or no guards meet their goals."
        return [why] if plan.options.get("front") else []
    texts = [
        "What would it cost to find larger losses only, or smaller ones? Every loss of the goals is taken so many "
        "times as large; each plan is the cheapest, whatever the budget, measured in closed books as a plan is."
    ]
    blind = [one for one in plan.front if one.cost is None]
    if blind:
        texts.append(f"No plan among these measures finds losses of {_share(blind[0])}.")
    same = [
        one
        for one in plan.front
        if plan.cost is not None and one.share < 1 and one.cost is not None and not one.changes
    ]
    if same:
        texts.append(f"The plan above finds losses of {_share(same[-1])} as well, for nothing more.")
    return texts


def range_words(plan: PlanAnswer) -> list[str]:
    """What the plan costs where costs are known within ranges, and on which of them it hinges."""
    found = plan.ranges
    if found is None:
        return []
    return [_range(plan, found), *(_hinge(plan, one) for one in found.hinges[:_HINGES]), *_more_hinges(found)]


def _range(plan: PlanAnswer, found: CostRanges) -> str:
    one = found.costs == 1
    costs = "One cost is known within a range" if one else f"{found.costs} costs are known within ranges"
    sure = " At either end of it no other plan is cheaper."
    if not one:
        sure = (
            " With any one of them at either end, the others as likely, no other plan is cheaper, "
            "nor with all at one end."
        )
    return (
        f"{costs} only: the plan costs from {_from_to(plan, found.lowest, found.highest)} a year, "
        f"in nine cases of ten from {_from_to(plan, found.low, found.high)}.{_skewed(plan, found)} "
        f"That is {_beyond(plan, found)}.{_in_budget(plan, found)}{'' if found.hinges else sure}"
    )


def _in_budget(plan: PlanAnswer, found: CostRanges) -> str:
    if found.within_budget is None or found.within_budget == 1.0:
        return ""
    share = words.percent(round(found.within_budget, 2))
    return f" The budget of {say.cost_words(plan, plan.budget)} is kept in {share} of the draws."


def _skewed(plan: PlanAnswer, found: CostRanges) -> str:
    """The sum of what is likely is not likely itself where costs can rise further than they can fall."""
    if plan.cost is None or found.low <= plan.cost <= found.high:
        return ""
    side, further = ("more", "rise further than they can fall") if plan.cost < found.low else ("less", "fall further "
                     "than they can rise")  # fmt: skip
    return f" It will hardly be the {say.cost_words(plan, plan.cost)} above, but {side}: the costs can {further}."


def _from_to(plan: PlanAnswer, low: float, high: float) -> str:
    return f"{say.cost_words(plan, low)} to {say.cost_words(plan, high)}"


def _beyond(plan: PlanAnswer, found: CostRanges) -> str:
    low, high = found.more_low, found.more_high
    if low >= 0:
        return f"{_from_to(plan, low, high)} more than today at the same prices"
    if high <= 0:
        return f"{_from_to(plan, -high, -low)} less than today at the same prices"
    return f"between {say.cost_words(plan, -low)} less and {say.cost_words(plan, high)} more than today"


def _hinge(plan: PlanAnswer, one: CostHinge) -> str:
    cheaper = f"another plan is cheaper by {say.cost_words(plan, one.regret)} a year: {measures_words(one.changes)}"
    if not one.changes:
        cheaper = f"other guards are cheaper by {say.cost_words(plan, one.regret)} a year"
    if one.what is None:
        return f"If every cost turns out to be as {one.end} as it may, {cheaper}."
    figure = one.low if one.end == "low" else one.high
    name = f"{_NAMES[one.what]} {one.of or 'any kind'}".replace("  ", " ")
    return (
        f"If {name} costs {say.cost_words(plan, figure)} in place of {say.cost_words(plan, one.likely)}, {cheaper}. "
        "Find out which before you decide."
    )


def _more_hinges(found: CostRanges) -> Iterator[str]:
    more = len(found.hinges) - _HINGES
    if more > 0:
        yield f"So it is at {words.count(more, 'further end')} of a range, for less: see the workbook."


def spending_sheets(plan: PlanAnswer) -> list[Sheet]:
    """The sheets of the front and of the costs on which the plan hinges, where there are any."""
    unit, sheets = say.cost_unit(plan), list[Sheet]()
    if plan.front:
        rows: list[tuple[Cell, ...]] = [(one.share, one.status.value, one.cost, one.bound, _otherwise(plan, one))
                                        for one in plan.front]  # fmt: skip
        header = ("times the losses of the goals", "status", f"cost a year ({unit})", f"no plan costs less ({unit})",
                  front_against(plan))  # fmt: skip
        sheets.append(Sheet(name="front", header=header, rows=rows))
    if plan.ranges is not None and plan.ranges.hinges:
        hinges: list[tuple[Cell, ...]] = [
            (one.what or "every cost", one.of, one.low, one.likely, one.high, one.end, one.regret,
             measures_words(one.changes))
            for one in plan.ranges.hinges
        ]  # fmt: skip
        heads = ("what", "of", f"low ({unit})", f"likely ({unit})", f"high ({unit})", "at its end",
                  f"another plan is cheaper by ({unit})", "which does otherwise")  # fmt: skip
        sheets.append(Sheet(name="hinges", header=heads, rows=hinges))
    return sheets
