"""The plans of the selection as the page shows them: what each gives and costs, who is chosen, and the pool."""

from __future__ import annotations

from collections.abc import Sequence

from stockward.answers.orders import OrderAnswer
from stockward.answers.selection import Alike, Candidate, LineLoss, SelectionAnswer, SelectionPlan
from stockward.report.guards import charts as guards_charts
from stockward.report.guards import context as guards_context
from stockward.report.guards import sentences as said
from stockward.report.guards.need import cut_list
from stockward.report.kit import words
from stockward.report.kit.context_parts import Pair
from stockward.terms.verdicts import Solved

PLANS_MAX = 25
CODES_MAX = 200
PLAN_LINES_MAX = 20
PLAN_REASONS_MAX = 20
LOTS_MAX = 20
RECORD = "Why each candidate was or was not in the pool stands in the sheet pool of the workbook, code by code."


def selection(answer: SelectionAnswer, orders: Sequence[OrderAnswer]) -> guards_context.Selection:
    """The plans for one order, and the pool from which they choose."""
    order = next((one for one in orders if one.order == answer.order), None)
    people = {one.person: one for one in answer.candidates}
    chart = guards_charts.front_chart(answer, answer.loss_unit)
    return guards_context.Selection(
        sentence=_sentence(answer, order),
        chart=chart,
        caption=_caption(answer) if chart is not None else "There is no plan to draw.",
        plans=tuple(_plan(one, answer, people) for one in answer.front[:PLANS_MAX]),
        plans_note=_plans_note(answer),
        pool=_pool(answer),
        pool_note=" ".join(text for text in (_reasons_note(answer), RECORD, _seed(answer)) if text),
        assumptions=answer.assumptions,
    )


def _sentence(answer: SelectionAnswer, order: OrderAnswer | None) -> str:
    what = said.measured_what(answer.measure)
    asked = (
        f"{answer.order} requires {words.number(answer.required)} {what} by {words.day(answer.due_on)}; "
        f"{words.number(answer.expected)} are expected"
    )
    if not answer.front:
        return f"{asked}. There is no plan, as {said.worded_reason(answer.reason)}."
    best = said.best_plan(answer.front)
    if best is not None and best.days_late == 0:
        lost = f"{said.output_loss(best.output_lost, answer.loss_unit)} a day" if best.output_lost else "none"
        text = f"Plan {best.plan} meets it in time at the least output lost ({lost}): {said.who(best)}"
    else:
        most = max(answer.front, key=lambda one: one.guards_by_due)
        text = f"No plan meets it in time; plan {most.plan} comes nearest, with {words.number(most.guards_by_due)}"
    reason = f" ({said.worded_reason(answer.reason)})" if answer.reason else ""
    free = _free(answer)
    stated = f" {order.order} is {said.ORDER_WORD[order.verdict]} without a plan." if order is not None else ""
    return f"{asked}. {text}{reason}. {free}{stated}".replace("  ", " ").strip()


def _free(answer: SelectionAnswer) -> str:
    """The most guards that cost no output."""
    free = max((one for one in answer.front if not one.output_lost), key=lambda one: one.guards_by_due, default=None)
    if free is None:
        return ""
    return f"Without any output lost, plan {free.plan} brings {words.number(free.guards_by_due)}."


def _caption(answer: SelectionAnswer) -> str:
    parts = ["One point a plan. Circle: the order is met in time"]
    if any(one.days_late for one in answer.front):
        parts.append("triangle: met late")
    if any(one.days_late is None for one in answer.front):
        parts.append("open square: not met")
    parts.append("dashed: what the order requires")
    return f"{'; '.join(parts)}. The values stand in the table."


def _plan(plan: SelectionPlan, answer: SelectionAnswer, people: dict[str, Candidate]) -> guards_context.PlanLine:
    groups, hidden = _groups(plan, people)
    return guards_context.PlanLine(
        plan=plan.plan,
        guards=words.number(plan.guards_by_due),
        lost=said.output_loss(plan.output_lost, answer.loss_unit),
        recruits=words.number(plan.recruits),
        transfers=words.number(plan.transfers),
        shares=said.shares(plan.numbers, plan.shares),
        met=_met(plan),
        proven=_proven(plan),
        groups=groups,
        codes_note=f"{words.count(hidden, 'more code')} in the workbook" if hidden else "",
        lots=_lots(plan),
        lines=tuple(_line(one) for one in plan.lines[:PLAN_LINES_MAX]),
        lines_note=cut_list(len(plan.lines), PLAN_LINES_MAX, "line"),
    )


def _met(plan: SelectionPlan) -> str:
    if plan.met_on is None:
        return "not met"
    late = f", {words.count(plan.days_late, 'day')} late" if plan.days_late else ", in time"
    return f"{words.day(plan.met_on)}{late}"


def _proven(plan: SelectionPlan) -> str:
    if plan.status != Solved.PROVEN and plan.gap is not None:
        return f"{said.SOLVED_WORD[plan.status]}, gap {said.guards_percent(plan.gap)}"
    return said.SOLVED_WORD[plan.status]


def _groups(plan: SelectionPlan, people: dict[str, Candidate]) -> tuple[tuple[guards_context.ChosenGroup, ...], int]:
    """The chosen codes by role, line and affiliation, in the order of the answer, and how many are not shown."""
    groups: dict[tuple[str, str], list[str]] = {}
    for code in plan.chosen[:CODES_MAX]:
        groups.setdefault(_kind(people.get(code)), []).append(code)
    lines = tuple(
        guards_context.ChosenGroup(kind=f"{words.count(len(codes), *kind)}", codes=", ".join(codes))
        for kind, codes in groups.items()
    )
    return lines, max(len(plan.chosen) - CODES_MAX, 0)


def _kind(one: Candidate | None) -> tuple[str, str]:
    """What a chosen candidate is, in the singular and the plural."""
    if one is None:
        return "candidate", "candidates"
    tail = f", {one.affiliation}" + (f", ready on {words.day(one.ready_on)}" if one.ready_on is not None else "")
    if one.line is not None:
        return f"worker of {one.line}{tail}", f"workers of {one.line}{tail}"
    return f"{one.role}{tail}", f"{one.role}s{tail}"


def _lots(plan: SelectionPlan) -> str:
    """From which groups of candidates alike the lot took some; empty where it had nothing to decide."""
    texts = [f"{words.number(one.taken)} of {words.number(one.among)} {_alike(one)}" for one in plan.alike]
    drawn = [text for text, one in zip(texts, plan.alike, strict=True) if one.taken < one.among]
    return f"By lot, among candidates alike to this plan: {words.listed(drawn, LOTS_MAX)}." if drawn else ""


def _alike(one: Alike) -> str:
    line = f" of {one.line}" if one.line is not None else ""
    return f"{one.affiliation}{line}{'' if one.by_due else ', ready after the due date'}"


def _line(one: LineLoss) -> guards_context.LossLine:
    return guards_context.LossLine(
        line=f"{one.line}, {one.material}",
        taken=f"{words.number(one.taken)} of {words.number(one.staff)}",
        needed=words.number(one.workers_needed),
        lost=(
            f"{said.output_loss(one.lost, one.unit)} of {words.number(one.output_per_day)} a day "
            f"({said.guards_percent(one.share)})"
        ),
    )


def _plans_note(answer: SelectionAnswer) -> str:
    texts = [cut_list(len(answer.front), PLANS_MAX, "plan")]
    if answer.front and not answer.complete:
        texts.append("Not every point between the ends was looked at: other plans may lie between these.")
    return " ".join(f"{text.rstrip('.')}." for text in texts if text)


def _pool(answer: SelectionAnswer) -> tuple[Pair, ...]:
    """Candidates, pool, and the reasons that keep people out, the most frequent first."""
    roles: dict[str, int] = {}
    for one in answer.candidates:
        roles[one.role] = roles.get(one.role, 0) + 1
    total = ", ".join(words.count(number, role) for role, number in roles.items()) or "nobody"
    reasons = sorted(answer.refused.items(), key=lambda entry: (-entry[1], entry[0]))[:PLAN_REASONS_MAX]
    return (
        Pair(name="Candidates", value=total),
        Pair(name="In the pool", value=words.number(answer.pool)),
        *(Pair(name=f"Not: {reason}", value=words.number(number)) for reason, number in reasons),
    )


def _seed(answer: SelectionAnswer) -> str:
    return f"The lot among those alike was drawn with seed {answer.seed}." if answer.lots else ""


def _reasons_note(answer: SelectionAnswer) -> str:
    more = cut_list(len(answer.refused), PLAN_REASONS_MAX, "reason")
    several = "One candidate may be kept out by several reasons." if answer.refused else ""
    return " ".join(text for text in (f"{more}." if more else "", several) if text)
