"""The counting plan on the terminal, and as JSON."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from stockward.answers.counting import Goal, Plan, Stratum
from stockward.report import words
from stockward.terms.signs import printable


def print_plan(plan: Plan, console: Console) -> None:
    """What must be counted, by loss and stratum; then what could not be planned, and why."""
    strata = {one.id: one for one in plan.strata}
    console.print(_plain(title(plan)), style="bold")
    for goal in plan.goals:
        console.print()
        console.print(_plain(goal_sentence(goal)))
        console.print(_table(goal, strata))
        if goal.bulk:
            console.print(_plain(f"Bulk to be weighed whole, and not covered by the sample: {', '.join(goal.bulk)}."))
    console.print()
    console.print(_plain("N units by the book; d of them hold the whole loss; n are drawn."))
    console.print(_plain(in_all(plan)), style="bold")
    console.print(_plain(f"Frozen book, SHA-256 {plan.book_digest}"))
    for one in plan.not_planned:
        console.print(_plain(f"not planned: {one.what}: {one.reason}"))


def title(plan: Plan) -> str:
    """The site, and the moment up to which its book goes."""
    return f"{plan.site}, book frozen at {words.moment(plan.frozen_at, plan.timezone)}"


def in_all(plan: Plan) -> str:
    """How much there is to count and to weigh."""
    drawn = words.count(sum(one.counted for one in plan.strata if one.kind != "bulk"), "unit")
    bulk = sum(one.kind == "bulk" for one in plan.strata)
    weighed = f", {words.count(bulk, 'holding of bulk', 'holdings of bulk')} to weigh" if bulk else ""
    return f"In all: {drawn} to count{weighed}."


def goal_sentence(goal: Goal) -> str:
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


def _table(goal: Goal, strata: dict[str, Stratum]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    heads = ("stratum", "N", "one holds", "d", "n to measure" if goal.partial else "n", "worst mix")
    for place, head in enumerate(heads):
        table.add_column(
            head,
            justify="left" if place == 0 else "right",
            overflow="fold" if place == 0 else "ellipsis",
            no_wrap=place > 0,
        )
    for part in goal.strata:
        boxes = strata[part.stratum].kind == "box"
        table.add_row(
            _plain(part.stratum),
            words.count(part.units, "box" if boxes else "item", "boxes" if boxes else "items"),
            words.quantity(part.content, goal.unit),
            words.number(part.defects),
            words.number(part.n),
            words.number(part.worst),
        )
    return table


def _plain(text: str) -> Text:
    """Text of the site as it is, without marks that a terminal would heed."""
    return Text(words.NARROW_SPACE.join(printable(part) for part in text.split(words.NARROW_SPACE)))
