"""The counting plan on the terminal, and as JSON."""

from __future__ import annotations

from rich.console import Console

from stockward.answers.counting import CountingGoal, CountingPlan, CountingStratum
from stockward.report.kit import words
from stockward.report.kit.lines import LineColumn, say_block, table


def print_plan(plan: CountingPlan, following: str, console: Console) -> None:
    """What to do, and what is done next; then what must be counted by loss and stratum, and what is not planned."""
    strata = {one.id: one for one in plan.strata}
    say_block(console, title(plan))
    say_block(console, to_do(plan), style="bold")
    say_block(console, f"Next: {following}")
    for goal in plan.goals:
        console.print()
        say_block(console, goal_sentence(goal))
        table(console, _columns(goal, strata))
        if goal.bulk:
            say_block(console, f"Bulk to be weighed whole, and not covered by the sample: {', '.join(goal.bulk)}.")
    console.print()
    say_block(console, "N units by the book; d of them hold the whole loss; n are drawn.")
    say_block(console, in_all(plan), style="bold")
    say_block(console, f"Frozen book, SHA-256 {plan.book_digest}")
    for one in plan.not_planned:
        say_block(console, f"not planned: {one.what}: {one.reason}")


def title(plan: CountingPlan) -> str:
    """The site, and the moment up to which its book goes."""
    return f"{plan.site}, book frozen at {words.moment(plan.frozen_at, plan.timezone)}"


_LISTED = 2
"""Strata that are named one by one in the first sentence."""


def to_do(plan: CountingPlan) -> str:
    """What has to be counted and weighed, and where."""
    drawn = [one for one in plan.strata if one.kind != "bulk" and one.counted]
    parts = [f"{_drawn(one)} in {one.area_name or one.area}" for one in drawn]
    texts = [f"Count {_listed(parts)}.", "The draw says which units."] if parts else []
    if weighed := [f"{_named(one)} in {one.area_name or one.area}" for one in plan.strata if one.kind == "bulk"]:
        texts.append(f"Weigh as a whole {_listed(weighed)}.")
    return " ".join(texts)


def _listed(parts: list[str]) -> str:
    """Names of places hold commas, so that none stands between them."""
    more = len(parts) - _LISTED
    return (
        f"{'; '.join(parts[:_LISTED])}; and in {words.count(more, 'more place')} below"
        if more > 0
        else " and ".join(parts)
    )


def _drawn(one: CountingStratum) -> str:
    """``66 of 120 items of fuze``, or ``all 4 boxes of grenade``, with what is measured of them."""
    units = _units(one.units, one)
    many = f"all {units}" if one.counted == one.units else f"{words.number(one.counted)} of {units}"
    measured = f", and measure {words.number(one.measured)} of them" if one.measured else ""
    return f"{many} of {_named(one)}{measured}"


def _named(one: CountingStratum) -> str:
    return one.material_name or one.material


def in_all(plan: CountingPlan) -> str:
    """How much there is to count and to weigh."""
    drawn = words.count(sum(one.counted for one in plan.strata if one.kind != "bulk"), "unit")
    bulk = sum(one.kind == "bulk" for one in plan.strata)
    weighed = f", and bulk on {words.count(bulk, 'line')} of the sheets, to be weighed whole" if bulk else ""
    return f"In all: {drawn} to count{weighed}."


def goal_sentence(goal: CountingGoal) -> str:
    """What the plan promises for one loss."""
    where = f" from {goal.area}" if goal.area else ""
    share = " as a part of each item's content" if goal.partial else ""
    proof = (
        "no cheaper sample does it" if goal.proved else f"a cheaper one would cost {words.number(goal.bound)} or more"
    )
    return (
        f"{words.quantity(goal.loss, goal.unit)} of {goal.holding}{where}, taken{share} in any mix: found with "
        f"{words.percent(int(goal.reached * 1e4) / 1e4)} or more; {proof}."
    )


def _columns(goal: CountingGoal, strata: dict[str, CountingStratum]) -> list[LineColumn]:
    parts = goal.strata
    return [
        LineColumn("stratum", [part.stratum for part in parts]),
        LineColumn("N", [_units(part.units, strata[part.stratum]) for part in parts], right=True),
        LineColumn("one holds", [words.quantity(part.content, goal.unit) for part in parts], right=True),
        LineColumn("d", [words.number(part.defects) for part in parts], right=True),
        LineColumn("n to measure" if goal.partial else "n", [words.number(part.n) for part in parts], right=True),
        LineColumn("worst mix", [words.number(part.worst) for part in parts], right=True),
    ]


def _units(number: int, stratum: CountingStratum) -> str:
    return words.count(number, "box", "boxes") if stratum.kind == "box" else words.count(number, "item")
