"""The cheapest plan in a terminal, at most 100 columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stockward.answers.plan import PlanAnswer
from stockward.answers.planned.guards import ForcePart
from stockward.report.kit import lines as terminal
from stockward.report.plan import guards
from stockward.report.plan import sentences as say
from stockward.report.plan.coming import robust_words, scenario_row, scenario_words
from stockward.report.plan.counts import drawn_rows, lot_goal_rows, lot_words
from stockward.report.plan.drilled import DRILL_HEADS, drilled_rows, drilled_words
from stockward.report.plan.spending import front_against, front_rows, front_words, range_words

if TYPE_CHECKING:
    from rich.console import Console

_MEASURES, _STAYING = 20, 12


def print_protection(plan: PlanAnswer, console: Console) -> None:
    """Print the plan: what it costs, what to do, and what each goal takes."""
    terminal.say_block(console, f"{plan.site}: {say.protection_asked(plan)}")
    terminal.say_block(console, say.plan_headline(plan), style="bold")
    for text in [*say.ways_out(plan), *say.proof_words(plan)]:
        terminal.say_block(console, text)
    changes = say.changed_measures(plan)
    if changes:
        console.print()
        terminal.table(console, _measures(plan))
    if len(changes) > _MEASURES:
        terminal.say_block(console, f"and {len(changes) - _MEASURES} more: see the page.")
    if plan.goals:
        console.print()
        terminal.table(console, _goals(plan))
    for text in say.thief_words(plan):
        terminal.say_block(console, text)
    if plan.counts:
        _say_counts(plan, console)
    if plan.guards is not None:
        for columns in (_guards(plan, plan.guards), _guard_goals(plan, plan.guards)):
            console.print()
            terminal.table(console, columns)
    console.print()
    terminal.table(console, _compared(plan))
    console.print()
    if plan.scenarios:
        terminal.table(console, _coming(plan))
        console.print()
        for text in [*robust_words(plan), *scenario_words(plan)]:
            terminal.say_block(console, text)
        console.print()
    if plan.drilled:
        cells = zip(DRILL_HEADS, zip(*drilled_rows(plan), strict=True), strict=True)
        columns = [terminal.LineColumn(head, list(column), place > 2) for place, (head, column) in enumerate(cells)]
        terminal.table(console, columns)
        console.print()
        for text in drilled_words(plan):
            terminal.say_block(console, text)
    if plan.front:
        rows = front_rows(plan)
        heads = ("Losses to find", "Cost a year", front_against(plan))
        cells = zip(heads, zip(*rows, strict=True), strict=True)
        terminal.table(console, [terminal.LineColumn(head, list(column), head == heads[1]) for head, column in cells])
        console.print()
    for text in [*front_words(plan), *range_words(plan)]:
        terminal.say_block(console, text)
    for text in [*say.order_helps(plan), *say.stays_words(plan), *say.basis_words(plan)]:
        terminal.say_block(console, text)


def _say_counts(plan: PlanAnswer, console: Console) -> None:
    drawn = drawn_rows(plan)
    tables = (
        (("To draw by lot", "Items", "Drawn", "How often", "Cost a year"), drawn[:_MEASURES]),
        (("Loss of items", "Loss to find", "Today", "Then", "Seen least", "Costs"), lot_goal_rows(plan)),
    )
    for heads, rows in tables:
        if rows:
            console.print()
            columns = zip(heads, zip(*rows, strict=True), strict=True)
            terminal.table(
                console,
                [terminal.LineColumn(head, list(cells), bool(place)) for place, (head, cells) in enumerate(columns)],
            )
    if len(drawn) > _MEASURES:
        terminal.say_block(console, f"and {len(drawn) - _MEASURES} more: see the page.")
    console.print()
    for text in lot_words(plan):
        terminal.say_block(console, text)


def _measures(plan: PlanAnswer) -> list[terminal.LineColumn]:
    shown = say.changed_measures(plan)[:_MEASURES]
    return [
        terminal.LineColumn("What", [say.measure_name(one) for one in shown], False),
        terminal.LineColumn("Today", [say.level_words(one, now=True) for one in shown], True),
        terminal.LineColumn("Plan", [say.level_words(one, now=False) for one in shown], True),
        terminal.LineColumn("Cost today", [say.cost_words(plan, one.cost_now) for one in shown], True),
        terminal.LineColumn("Cost", [say.cost_words(plan, one.cost) for one in shown], True),
    ]


def _goals(plan: PlanAnswer) -> list[terminal.LineColumn]:
    goals = plan.goals
    return [
        terminal.LineColumn("Goal", [one.label for one in goals], False),
        terminal.LineColumn("Loss to find", [say.goal_words(one) for one in goals], True),
        terminal.LineColumn("Found today", [say.loss_words(one, one.needed_now) for one in goals], True),
        terminal.LineColumn("Found then", [say.found_then(plan, one) for one in goals], True),
        terminal.LineColumn("Costs", [say.cost_words(plan, one.price) for one in goals], True),
    ]


def _guards(plan: PlanAnswer, part: ForcePart) -> list[terminal.LineColumn]:
    groups = part.groups
    return [
        terminal.LineColumn("Guards", [guards.guards_group(one) for one in groups], False),
        terminal.LineColumn("Today", [str(one.now) for one in groups], True),
        terminal.LineColumn("Plan", [guards.guards_then(one) for one in groups], True),
        terminal.LineColumn("Cost today", [say.cost_in_table(plan, one.cost_now) for one in groups], True),
        terminal.LineColumn("Cost", [say.cost_in_table(plan, one.cost + one.training) for one in groups], True),
        terminal.LineColumn("Serves", [", ".join(one.serves) for one in groups], False),
    ]


def _guard_goals(plan: PlanAnswer, part: ForcePart) -> list[terminal.LineColumn]:
    goals = part.goals
    return [
        terminal.LineColumn("Goal", [one.label for one in goals], False),
        terminal.LineColumn("Asked for", [guards.force_goal_asked(one) for one in goals], True),
        terminal.LineColumn("By record", [guards.force_figure(one, one.figure_now) for one in goals], True),
        terminal.LineColumn("Plan", [guards.force_figure(one, one.figure) for one in goals], True),
        terminal.LineColumn("Costs", [say.cost_in_table(plan, one.price) for one in goals], True),
    ]


def _compared(plan: PlanAnswer) -> list[terminal.LineColumn]:
    rows = say.compared(plan)
    return [
        terminal.LineColumn("Done", [done for done, _, _ in rows], False),
        terminal.LineColumn("Goals met", [met for _, met, _ in rows], True),
        terminal.LineColumn("Cost a year", [cost for _, _, cost in rows], True),
    ]


def _coming(plan: PlanAnswer) -> list[terminal.LineColumn]:
    rows = [scenario_row(plan, one) for one in plan.scenarios]
    heads = ("If this comes", "Met as today", "By the plan", "Cheapest there", "Plan costs more by")
    return [
        terminal.LineColumn(head, list(column), bool(place))
        for place, (head, column) in enumerate(zip(heads, zip(*rows, strict=True), strict=True))
    ]
