"""The page of the cheapest plan: one HTML file that opens offline, for the one who signs it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from stockward.answers.plan import PlanAnswer
from stockward.report.interruption.part import InterruptionPart, interruption_part
from stockward.report.interruption.planned import interruption_shown
from stockward.report.kit import words
from stockward.report.plan import guards
from stockward.report.plan import sentences as say
from stockward.report.plan.coming import robust_words, scenario_row, scenario_words
from stockward.report.plan.counts import drawn_rows, lot_goal_rows, lot_words
from stockward.report.plan.drilled import drilled_rows, drilled_words
from stockward.report.plan.spending import front_against, front_rows, front_words, range_words
from stockward.report.review.context import Badge, KeyFigure
from stockward.report.review.page import fill

_PLANNED = Badge(key="balanced", mark="=", word="every goal is met")
_IMPOSSIBLE = Badge(key="shortage", mark="≠", word="impossible")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectionPage:
    """The page of one plan: its template shows exactly these fields, and computes none."""

    site: Annotated[str, "name of the site"]
    asked: Annotated[str, "what was asked for"]
    headline: Annotated[str, "what came out, in one sentence"]
    badge: Annotated[Badge, "whether there is a plan"]
    proof: Annotated[tuple[str, ...], "how sure it is, or what would have to give"]
    figures: Annotated[tuple[KeyFigure, ...], "the figures below the headline"]
    measures: Annotated[tuple[tuple[str, ...], ...], "what to do: what, today, plan, cost today, cost"]
    stays: Annotated[tuple[str, ...], "what stays as it is"]
    goals: Annotated[tuple[tuple[str, ...], ...], "goals: of what, loss, found today, then, chance today, then, costs"]
    lots: Annotated[tuple[str, ...], "how counts by lot are meant"]
    drawn: Annotated[tuple[tuple[str, ...], ...], "counts by lot: what, items, drawn, how often, cost a year"]
    lot_goals: Annotated[
        tuple[tuple[str, ...], ...], "losses of items: what, loss, chance today, then, least seen mix, costs"
    ]
    guards: Annotated[tuple[tuple[str, ...], ...], "guards: who, today, plan, cost today, cost, goals served"]
    guard_goals: Annotated[tuple[tuple[str, ...], ...], "goals on guards: what, asked for, by record, plan, costs"]
    helps: Annotated[tuple[str, ...], "whether the orders as given help at all"]
    thief: Annotated[tuple[str, ...], "whether a thief is met in time, today and with the plan"]
    interruption: Annotated[InterruptionPart | None, "the worst way; none for a site without layers"]
    compared: Annotated[tuple[tuple[str, ...], ...], "as today and the plan: goals met, cost"]
    scenarios: Annotated[tuple[tuple[str, ...], ...], "what may come: what, goals met today, by the plan, cost, regret"]
    coming: Annotated[tuple[str, ...], "what fails in each, and what would do"]
    robust: Annotated[tuple[str, ...], "the plan that holds in all that may come"]
    drilled: Annotated[tuple[tuple[str, ...], ...], "drill: goal, loss, how taken, copies, chance by the plan, found"]
    drill: Annotated[tuple[str, ...], "whether the drill agrees"]
    front: Annotated[tuple[tuple[str, ...], ...], "larger and smaller losses: which, cost, what is done otherwise"]
    front_against: Annotated[str, "what these plans are told against"]
    spending: Annotated[tuple[str, ...], "what the front says"]
    ranges: Annotated[tuple[str, ...], "how sure the costs are, and on which of them the plan hinges"]
    basis: Annotated[tuple[str, ...], "what the plan stands on"]
    generated: Annotated[str, "version, seed and moment"]


def write_protection_html(plan: PlanAnswer) -> str:
    """Return the plan as one self-contained page."""
    return fill("plan.html.j2", build_protection_page(plan))


def build_protection_page(plan: PlanAnswer) -> ProtectionPage:
    """The context of the page."""
    at = words.moment(plan.at, plan.timezone)
    return ProtectionPage(
        site=plan.site,
        asked=say.protection_asked(plan),
        headline=say.plan_headline(plan),
        badge=_IMPOSSIBLE if plan.cost is None else _PLANNED,
        proof=(*say.ways_out(plan), *say.proof_words(plan)),
        figures=_figures(plan),
        measures=tuple(say.measure_cells(plan, one) for one in say.changed_measures(plan)),
        stays=tuple(say.stays_words(plan)),
        goals=tuple(
            (
                one.label, say.goal_words(one), say.loss_words(one, one.needed_now),
                say.found_then(plan, one), say.chance_words(one.chance_now), say.chance_words(one.chance),
                say.cost_words(plan, one.price),
            )
            for one in plan.goals
        ),
        lots=tuple(lot_words(plan)),
        drawn=tuple(drawn_rows(plan)),
        lot_goals=tuple(lot_goal_rows(plan)),
        guards=tuple(_guards(plan)),
        guard_goals=tuple(_guard_goals(plan)),
        helps=tuple(say.order_helps(plan)),
        thief=tuple(say.thief_words(plan)),
        interruption=interruption_part(interruption_shown(plan.interruption)),
        compared=tuple(say.compared(plan)),
        scenarios=tuple(scenario_row(plan, one) for one in plan.scenarios),
        coming=tuple(scenario_words(plan)),
        robust=tuple(robust_words(plan)),
        drilled=tuple(drilled_rows(plan)),
        drill=tuple(drilled_words(plan)),
        front=tuple(front_rows(plan)),
        front_against=front_against(plan),
        spending=tuple(front_words(plan)),
        ranges=tuple(range_words(plan)),
        basis=tuple(say.basis_words(plan)),
        generated=f"Stockward {plan.version}, seed {plan.seed}, {at} at the site",
    )  # fmt: skip


def _guards(plan: PlanAnswer) -> Iterator[tuple[str, ...]]:
    for one in () if plan.guards is None else plan.guards.groups:
        yield (
            guards.guards_group(one), str(one.now), guards.guards_then(one), say.cost_in_table(plan, one.cost_now),
            say.cost_in_table(plan, one.cost + one.training), ", ".join(one.serves),
        )  # fmt: skip


def _guard_goals(plan: PlanAnswer) -> Iterator[tuple[str, ...]]:
    for one in () if plan.guards is None else plan.guards.goals:
        yield (
            one.label, guards.force_goal_asked(one), guards.force_figure(one, one.figure_now),
            guards.force_figure(one, one.figure), say.cost_in_table(plan, one.price),
        )  # fmt: skip


def _figures(plan: PlanAnswer) -> tuple[KeyFigure, ...]:
    pairs = [(say.cost_words(plan, plan.cost_now), "a year today")]
    if plan.cost is not None:
        pairs.append((say.cost_words(plan, plan.cost), "a year with the plan"))
    on_guards = () if plan.guards is None else plan.guards.goals
    met = [*say.goals_met(plan, now=True), *(one.met_now for one in on_guards)]
    pairs.append((f"{sum(met)} of {len(met)}", "goals met today"))
    if plan.guards is not None and plan.cost is not None:
        pairs.append((str(plan.guards.joining), "guards who join"))
    return tuple(KeyFigure(value=value, label=label, badge=None) for value, label in pairs)
