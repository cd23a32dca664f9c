"""The cheapest plan as a workbook and as a calendar: what to do on which day, and what that buys."""

from __future__ import annotations

from datetime import timedelta
from uuid import NAMESPACE_OID, uuid5

from stockward.answers.plan import MeasureKind, PlanAnswer, PlannedDay
from stockward.answers.planned.guards import ForcePart
from stockward.outputs import OutputTarget
from stockward.report.interruption.planned import interruption_shown
from stockward.report.interruption.sheets import interruption_sheets
from stockward.report.kit import words
from stockward.report.kit.calendar import calendar_moment, calendar_text, calendar_words
from stockward.report.kit.sheet import Cell, Sheet, write_sheets
from stockward.report.plan import sentences as say
from stockward.report.plan.coming import robust_words, scenario_row, scenario_words
from stockward.report.plan.counts import drawn_sheets
from stockward.report.plan.spending import range_words, spending_sheets


def write_plan_xlsx(plan: PlanAnswer, path: OutputTarget) -> None:
    """Write the plan as a workbook; the same plan gives the same bytes.

    Sheets: plan (what came out), measures, goals, the worst way and the hours of response (where there are layers),
    draws and items (of counts by lot), guards and goals on guards (where the site asks for any), calendar, coming
    (where scenarios are stated), front and hinges (where asked for, and where costs are ranges), basis.

    Raises ``UsageError`` where the file cannot be written.
    """
    made = words.local(plan.at, plan.timezone).replace(tzinfo=None)
    write_sheets(path, f"{plan.site}: cheapest plan", made, plan_sheets(plan))


def plan_sheets(plan: PlanAnswer) -> tuple[Sheet, ...]:
    """Every sheet of the workbook, in order."""
    said = [("what came out", say.plan_headline(plan)), *(("proof", text) for text in say.proof_words(plan))]
    said += [("way out", text) for text in say.ways_out(plan)]
    said += [("response in time", text) for text in say.thief_words(plan)]
    said += [(f"{done}: goals met", met) for done, met, _ in say.compared(plan)]
    said += [("costs within ranges", text) for text in range_words(plan)]
    said += [("order as given", text) for text in say.order_helps(plan)]
    sheets = [Sheet(name="plan", header=("about", "in plain words"), rows=said), _measures(plan), _goals(plan)]
    sheets += interruption_sheets(interruption_shown(plan.interruption))
    sheets += drawn_sheets(plan)
    if plan.guards is not None:
        sheets += [_guards(plan, plan.guards), _guard_goals(plan, plan.guards)]
    if plan.calendar:
        sheets.append(_calendar(plan))
    if plan.scenarios:
        sheets.append(_coming(plan))
    sheets += spending_sheets(plan)
    basis: list[tuple[Cell, ...]] = [(text,) for text in [*say.stays_words(plan), *say.basis_words(plan)]]
    return (*sheets, Sheet(name="basis", header=("what this stands on",), rows=basis))


def write_plan_ics(plan: PlanAnswer) -> str:
    """The calendar of the plan: a whole day for each inventory and each calibration that is added."""
    return calendar_text(f"{plan.site}, plan", (_event(plan, one) for one in plan.calendar), version=plan.version)


def _event(plan: PlanAnswer, day: PlannedDay) -> tuple[str, ...]:
    on = day.on.strftime("%Y%m%d")
    what = day_words(day)
    return (
        f"UID:{uuid5(NAMESPACE_OID, chr(10).join((plan.site, day.kind, day.of, on)))}",
        f"DTSTAMP:{calendar_moment(plan.at)}",
        f"DTSTART;VALUE=DATE:{on}",
        f"DTEND;VALUE=DATE:{(day.on + timedelta(days=1)).strftime('%Y%m%d')}",
        f"SUMMARY:{calendar_words(what)}",
    )


def day_words(day: PlannedDay) -> str:
    """What is due on a day."""
    return f"{'Count' if day.kind is MeasureKind.INVENTORIES else 'Calibrate'} {day.name}"


def _measures(plan: PlanAnswer) -> Sheet:
    unit = say.cost_unit(plan)
    header = (
        "measure", "key", "what", "times a year today", "times a year in the plan", "days apart", "changes",
        f"cost a year today ({unit})", f"cost a year in the plan ({unit})",
    )  # fmt: skip
    rows = [
        (
            one.kind.value, one.of, say.measure_name(one), one.now_a_year, one.a_year, one.every_days, one.changes,
            one.cost_now, one.cost,
        )
        for one in plan.measures
    ]  # fmt: skip
    return Sheet(name="measures", header=header, rows=rows)


def _goals(plan: PlanAnswer) -> Sheet:
    header = (
        "series", "what", "unit", "loss to find", "within days", "loss found today", "loss found with the plan",
        "chance today", "chance with the plan", "met today", "met with the plan",
        f"the goal costs a year ({say.cost_unit(plan)})",
    )  # fmt: skip
    rows = [
        (
            one.id, one.label, one.unit, one.quantity, one.within_days, one.needed_now, one.needed, one.chance_now,
            one.chance, one.met_now, one.met, one.price,
        )
        for one in plan.goals
    ]  # fmt: skip
    return Sheet(name="goals", header=header, rows=rows)


def _guards(plan: PlanAnswer, part: ForcePart) -> Sheet:
    unit = say.cost_unit(plan)
    header = (
        "affiliation", "source", "today", "in the plan", "of these on patrol", f"cost a year today ({unit})",
        f"cost a year in the plan ({unit})", f"training ({unit})", "serves",
    )  # fmt: skip
    rows = [
        (
            one.affiliation, one.source, one.now, one.then, one.patrolling, one.cost_now, one.cost, one.training,
            ", ".join(one.serves),
        )
        for one in part.groups
    ]  # fmt: skip
    return Sheet(name="guards", header=header, rows=rows)


def _guard_goals(plan: PlanAnswer, part: ForcePart) -> Sheet:
    header = (
        "goal", "what", "key", "day", "at least", "at most", "figure by the record", "figure with the plan",
        "met by the record", "met with the plan", f"the goal costs a year ({say.cost_unit(plan)})", "why not measured",
    )  # fmt: skip
    rows = [
        (
            one.label, one.kind.value, one.of, one.on, one.low, one.high, one.figure_now, one.figure, one.met_now,
            one.met, one.price, one.reason,
        )
        for one in part.goals
    ]  # fmt: skip
    return Sheet(name="goals on guards", header=header, rows=rows)


def _calendar(plan: PlanAnswer) -> Sheet:
    rows = [(one.on, day_words(one), one.kind.value, one.of) for one in plan.calendar]
    return Sheet(name="calendar", header=("day", "what is due", "measure", "key"), rows=rows)


def _coming(plan: PlanAnswer) -> Sheet:
    header = (
        "if this comes", "goals met as today", "by the plan", "cheapest plan there", "the plan costs more by",
        "in plain words",
    )  # fmt: skip
    told = zip(plan.scenarios, scenario_words(plan), strict=True)
    rows: list[tuple[Cell, ...]] = [(*scenario_row(plan, one), text) for one, text in told]
    rows += [("all of it", None, None, None, None, text) for text in robust_words(plan)]
    return Sheet(name="coming", header=header, rows=rows)
