"""A synthetic site: its plan lived through, measured, written down, and told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import polars as pl

from stockward.simulation.contents import TrueContents
from stockward.simulation.force import write_force
from stockward.simulation.ledger import write_counts, write_ledger
from stockward.simulation.measuring import MeasuredStock, Weighing, calibration_times, weigh_all
from stockward.simulation.plan import SitePlan
from stockward.simulation.plant import History, PlantFlow, Standing, run_plant
from stockward.simulation.truth import Recorded, tell_truth

Rows = list[dict[str, Any]]

STREAMS = ("contents", "plant", "scales", "clerks", "counts", "force")


@dataclass(frozen=True, slots=True, kw_only=True)
class SyntheticSite:
    """A site in format 1, with what is true beside what is recorded.

    tables
        Tables of the format by name, with the columns that are used. Times are local to the site.
    settings
        The text of ``site.toml``.
    truth
        What was put in, as plain values: the content of ``truth.json``.
    true_quantities
        ``movement``, ``true_quantity``: what truly moved, for every row that tells a flow rightly. A wrong row and
        its reversal have none; that of a write-off or a find is the claim itself.
    true_stocks
        ``inventory``, ``at``, ``area``, ``material``, ``sheet``, ``true_quantity``: what truly stood, in the order of
        ``counts``. All quantities are in the material's unit.
    """

    plan: SitePlan
    seed: int
    tables: Mapping[str, pl.DataFrame]
    settings: str
    truth: Mapping[str, Any]
    true_quantities: pl.DataFrame
    true_stocks: pl.DataFrame


def simulate_site(plan: SitePlan, *, seed: int) -> SyntheticSite:
    """Simulate a site. The same plan and seed give the same site, byte by byte.

    Raises ``UsageError`` for a plan that contradicts itself (already when it is made).
    """
    children = np.random.SeedSequence(seed).spawn(len(STREAMS))
    stream = {name: np.random.default_rng(child) for name, child in zip(STREAMS, children, strict=True)}
    history = run_plant(plan, TrueContents(plan, stream["contents"]), stream["plant"])
    history.flows.sort(key=lambda flow: flow.at)
    recorded = _weigh(plan, history, stream["scales"])
    ledger = write_ledger(plan, history.flows, recorded.flows, stream["clerks"])
    counts, miscounted = write_counts(plan, history.standings, recorded.standings, stream["counts"])
    tables = {
        **_plan_tables(plan),
        "movements": ledger.movements,
        "counts": counts,
        **_output_tables(plan, history),
        **(write_force(plan, plan.force, stream["force"]) if plan.force else {}),
    }
    truth = tell_truth(plan, seed, history, recorded, ledger, counts, miscounted)
    return SyntheticSite(
        plan=plan, seed=seed, tables=MappingProxyType(tables), settings=_settings(plan), truth=MappingProxyType(truth),
        true_quantities=ledger.true_quantities, true_stocks=_true_stocks(history.standings),
    )  # fmt: skip


def _weigh(plan: SitePlan, history: History, rng: np.random.Generator) -> Recorded:
    """Weigh flows and standings together: one scale has the same systematic error for both."""
    units = {material.material: material.unit for material in plan.materials}
    rows: list[PlantFlow | Standing] = [*history.flows, *history.standings]
    weighings = [_weighing(row, units) for row in rows]
    measured: MeasuredStock = weigh_all(plan, weighings, rng)
    flows = len(history.flows)
    return Recorded(
        flows=measured.recorded[:flows], standings=measured.recorded[flows:],
        flows_drifted=measured.drifted[:flows], standings_drifted=measured.drifted[flows:],
    )  # fmt: skip


def _weighing(row: PlantFlow | Standing, units: Mapping[str, str]) -> Weighing:
    return Weighing(at=row.at, method=row.method, unit=units[row.material], quantity=row.quantity)


def _true_stocks(standings: list[Standing]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "inventory": [standing.inventory for standing in standings],
            "at": [standing.at for standing in standings],
            "area": [standing.area for standing in standings],
            "material": [standing.material for standing in standings],
            "sheet": [standing.sheet for standing in standings],
            "true_quantity": [standing.quantity for standing in standings],
        },
        schema_overrides={"sheet": pl.String, "at": pl.Datetime("us")},
    )


def _plan_tables(plan: SitePlan) -> dict[str, pl.DataFrame]:
    """The tables that say what the site is made of."""
    rows = {
        "areas": _area_rows(plan),
        "materials": _material_rows(plan),
        "contents": _content_rows(plan),
        "methods": _method_rows(plan),
        "calibrations": _calibration_rows(plan),
        "normal_losses": _normal_loss_rows(plan),
        "goals": _goal_rows(plan),
    }
    return {name: pl.DataFrame(table, infer_schema_length=None) for name, table in rows.items() if table}


def _area_rows(plan: SitePlan) -> Rows:
    return [
        {
            "area": area.area, "kind": area.kind, "name": area.name, "department": area.department,
            "capacity": area.capacity, "capacity_unit": area.capacity_unit, "x_m": area.x_m, "y_m": area.y_m,
        }
        for area in plan.areas
    ]  # fmt: skip


def _material_rows(plan: SitePlan) -> Rows:
    return [
        {
            "material": one.material, "kind": one.kind, "unit": one.unit, "name": one.name, "stage": one.stage,
            "risk_category": one.risk_category, "unit_value": float(one.unit_value),
        }
        for one in plan.materials
    ]  # fmt: skip


def _content_rows(plan: SitePlan) -> Rows:
    return [
        {
            "material": one.material, "substance": content.substance, "amount": float(content.amount),
            "unit": content.unit, "random_rel": content.random_rel or None,
            "systematic_rel": content.systematic_rel or None,
        }
        for one in plan.materials
        for content in one.contents
    ]  # fmt: skip


def _method_rows(plan: SitePlan) -> Rows:
    return [
        {
            "method": one.method, "random_rel": one.random_rel or None, "systematic_rel": one.systematic_rel or None,
            "random_abs": float(one.random_abs) or None, "systematic_abs": float(one.systematic_abs) or None,
            "unit": one.unit if one.random_abs or one.systematic_abs else None,
            "calibration_days": None if one.calibrated_every else one.calibration_days,
        }
        for one in plan.methods
    ]  # fmt: skip


def _calibration_rows(plan: SitePlan) -> Rows:
    return [
        {"method": method.method, "at": at}
        for method in plan.methods
        if method.calibrated_every
        for at in calibration_times(plan, method, None)
    ]


def _normal_loss_rows(plan: SitePlan) -> Rows:
    return [
        {
            "area": normal.area, "substance": normal.substance, "rate": float(normal.rate), "basis": normal.basis,
            "unit": normal.unit, "random_rel": normal.random_rel or None,
            "systematic_rel": normal.systematic_rel or None,
        }
        for normal in plan.normal_losses
    ]  # fmt: skip


def _goal_rows(plan: SitePlan) -> Rows:
    return [
        {
            "substance": goal.substance, "quantity": float(goal.quantity), "unit": goal.unit,
            "within_days": goal.within_days,
        }
        for goal in plan.goals
    ]  # fmt: skip


def _output_tables(plan: SitePlan, history: History) -> dict[str, pl.DataFrame]:
    """The lines, and what each of them truly made in each month."""
    lines = [
        {
            "line": line.line, "material": line.product, "workers_needed": float(line.workers_needed),
            "output_per_day": line.output_per_day * plan.surge.factor, "name": line.name, "area": line.area,
        }
        for line in plan.lines
    ]  # fmt: skip
    made: dict[tuple[str, str], float] = {}
    for flow in history.flows:
        for line in plan.lines:
            if flow.kind == "make" and (flow.to_area, flow.material) == (line.area, line.product):
                month = (line.line, f"{flow.at:%Y-%m}")
                made[month] = made.get(month, 0.0) + flow.quantity
    production = [
        {"line": line.line, "month": month, "actual": round(quantity, 1)}
        for line in plan.lines
        for (name, month), quantity in made.items()
        if name == line.line
    ]
    tables = {"lines": pl.DataFrame(lines)}
    if production:
        tables["production"] = pl.DataFrame(production)
    return tables


def _settings(plan: SitePlan) -> str:
    """The text of ``site.toml``; bands of affiliations only where there are guards."""
    ministry, civilian = (0.70, 0.80), (0.20, 0.30)
    bands = "".join(
        f'\n[[force.affiliation]]\nname = "{name}"\nshare = [{low:.2f}, {high:.2f}]\n'
        for name, (low, high) in (("ministry", ministry), ("civilian", civilian))
    )
    return (
        f'format = 1\n\n[site]\nname = {_toml_text(plan.name)}\ntimezone = "{plan.timezone}"\n'
        f'currency = "{plan.currency}"\n\n'
        f"[detection]\nfalse_alarm = {plan.false_alarm}\ndetection = {plan.detection}\n\n"
        "[force]\nweeks_per_year = 52\nshift_hours = 8\nfill_probability = 0.95\n"
        f"{bands if plan.force else ''}\n"
        "[work_rules]\nmax_hours_per_week = 48\nmin_rest_hours = 11\nmax_consecutive_shifts = 6\n"
    )


def _toml_text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
