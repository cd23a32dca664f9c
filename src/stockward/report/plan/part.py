"""The part of a review's page on the cheapest plan: what to do, and what that buys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from stockward.answers.plan import PlanAnswer
from stockward.report.kit.sheet import Cell, Sheet
from stockward.report.plan import sentences as say


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPart:
    """What came out, what is done otherwise, and how it compares with today and with the order as given."""

    lines: Annotated[tuple[str, ...], "what came out, and how sure it is"]
    measures: Annotated[tuple[tuple[str, ...], ...], "what to do: what, today, plan, cost today, cost"]
    compared: Annotated[tuple[tuple[str, ...], ...], "as today, as ordered, and the plan: goals met, cost"]


def plan_part(plan: PlanAnswer | None) -> PlanPart | None:
    """The part; ``None`` for a review that asks for no plan."""
    if plan is None:
        return None
    return PlanPart(
        lines=tuple(plan_lines(plan)),
        measures=tuple(say.measure_cells(plan, one) for one in say.changed_measures(plan)),
        compared=tuple(say.compared(plan)),
    )


def plan_lines(plan: PlanAnswer) -> list[str]:
    """What came out, in a few sentences."""
    return [say.plan_headline(plan), *say.ways_out(plan), *say.proof_words(plan), *say.order_helps(plan)]


def plan_part_sheets(plan: PlanAnswer | None) -> list[Sheet]:
    """The sheet of a review's workbook on its plan; none where it asks for none."""
    if plan is None:
        return []
    rows: list[tuple[Cell, ...]] = [("what came out", text, None, None, None) for text in plan_lines(plan)]
    rows += [("done", done, None, met, cost) for done, met, cost in say.compared(plan)]
    rows += [("to do", *say.measure_cells(plan, one)[:3], say.measure_cells(plan, one)[4])
             for one in say.changed_measures(plan)]  # fmt: skip
    header = ("about", "what", "today", "plan, or goals met", "cost a year")
    return [Sheet(name="plan", header=header, rows=rows)]
