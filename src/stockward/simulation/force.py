"""The guard side of a synthetic site: posts, people by code, absences, orders, reports and incidents."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import polars as pl

from stockward.simulation.plan import DAYS_A_WEEK, ForcePlan, LinePlan, SeededLoss, SitePlan

MINISTRY, CIVILIAN = "ministry", "civilian"
QUALIFICATIONS = (("armed", 0.7), ("control_room", 0.25), ("dog_handler", 0.1))
"""Each qualification, and the share of the guards who hold it."""
OFFICE_SHARE = 0.1
LEAVE_BLOCKS = 3
APPLICANT_TRAINING_WEEKS, WORKER_TRAINING_WEEKS = 8, 6

ForceRows = list[dict[str, Any]]


def write_force(plan: SitePlan, force: ForcePlan, rng: np.random.Generator) -> dict[str, pl.DataFrame]:
    """Every guard-side table of the site, by name."""
    people = _people(plan, force, rng)
    tables = {
        "posts": _posts(plan),
        "people": people,
        "absences": _absences(plan, force, people, rng),
        "orders": _orders(plan),
        "reports": _reports(plan),
        "incidents": _incidents(plan),
    }
    return {name: pl.DataFrame(rows, infer_schema_length=None) for name, rows in tables.items() if rows}


def _posts(plan: SitePlan) -> ForceRows:
    """Gates, control room, patrols and response; a fixed post at each magazine, and one at each hall by day."""
    around = {"start": "00:00", "end": "24:00", "days": "daily", "hours_per_shift": 8}
    by_day = {"start": "06:00", "end": "22:00", "days": "mon tue wed thu fri sat", "hours_per_shift": 8}
    kinds = {area.area: area.kind for area in plan.areas}
    posts: ForceRows = [
        {"post": "gate-main", "kind": "gate", "guards": 2, "name": "Main gate", "mixed": "yes", **around},
        {
            "post": "control", "kind": "control", "guards": 1, "name": "Control room", "qualification": "control_room",
            **around,
        },
        {
            "post": "response", "kind": "response", "guards": 2, "name": "Response team", "qualification": "armed",
            **around,
        },
        {
            "post": "patrol-stores", "kind": "patrol", "guards": 2, "name": "Patrol, stores and magazines",
            "mixed": "yes", "qualification": "armed", "driver": "areas", "per": 4, **around,
        },
        {
            "post": "patrol-halls", "kind": "patrol", "guards": 2, "name": "Patrol, production halls", "mixed": "yes",
            "driver": "output", "per": 2.5, **around,
        },
        {
            "post": "gate-lorries", "kind": "gate", "guards": 1, "name": "Lorry gate", "driver": "output", "per": 3,
            **by_day,
        },
    ]  # fmt: skip
    posts += [
        {"post": f"post-{area}", "kind": "gate", "guards": 1, "area": area, "name": f"Control at {area}", **by_day}
        for area in kinds
        if kinds[area] in ("dock", "gate")
    ]
    posts += [
        {"post": f"post-{area}", "kind": "fixed", "guards": 1, "area": area, "name": f"Guard at {area}",
         "qualification": "armed", **around}
        for area in dict.fromkeys(ship.magazine for ship in plan.shipments)
    ]  # fmt: skip
    high_risk = dict.fromkeys(
        supply.store for supply in plan.supplies if plan.material(supply.material).risk_category == 1
    )
    posts += [
        {"post": f"night-{area}", "kind": "fixed", "guards": 1, "area": area, "name": f"Night guard at {area}",
         "start": "22:00", "end": "06:00", "days": "daily", "hours_per_shift": 8}
        for area in high_risk
    ]  # fmt: skip
    return posts


def _people(plan: SitePlan, force: ForcePlan, rng: np.random.Generator) -> ForceRows:
    rows = [_guard(plan, force, number, rng) for number in range(force.guards)]
    rows += _in_training(plan, force)
    rows += [_worker(plan, force, line, rng) for line in plan.lines for _ in range(_staff(line, force))]
    rows += [_applicant(plan, force, rng) for _ in range(force.applicants)]
    prefix = {"guard": "G", "worker": "W", "applicant": "A"}
    numbers = dict.fromkeys(prefix, 0)
    for row in rows:
        numbers[row["role"]] += 1
        row["person"] = f"{prefix[row['role']]}-{numbers[row['role']]:03d}"
    _give_notice(plan, force, rows)
    return rows


def _staff(line: LinePlan, force: ForcePlan) -> int:
    """Workers of a line: what it needs, and some to spare."""
    return math.ceil(round(line.workers_needed * (1.0 + force.spare_workers), 9))


def _worker(plan: SitePlan, force: ForcePlan, line: LinePlan, rng: np.random.Generator) -> dict[str, Any]:
    return {
        "person": "", "role": "worker", "affiliation": _affiliation(force.worker_ministry_share, rng),
        "department": plan.area(line.area).department, "line": line.line, "hours_per_week": force.hours_per_week,
        "since": _some_day_before(plan.start, rng), "tested_fit": _yes(rng.random() < 0.45),
        "training_weeks": WORKER_TRAINING_WEEKS, "not_in_areas": " ".join(dict.fromkeys((line.area, line.to_area))),
    }  # fmt: skip


def _applicant(plan: SitePlan, force: ForcePlan, rng: np.random.Generator) -> dict[str, Any]:
    end = plan.start + timedelta(weeks=plan.weeks)
    return {
        "person": "", "role": "applicant", "affiliation": _affiliation(force.applicant_ministry_share, rng),
        "available_from": end + timedelta(days=int(rng.integers(*force.available_days))),
        "training_weeks": APPLICANT_TRAINING_WEEKS, "hours_per_week": force.hours_per_week,
        "tested_fit": _yes(rng.random() < 0.7),
    }  # fmt: skip


def _affiliation(ministry_share: float, rng: np.random.Generator) -> str:
    return MINISTRY if rng.random() < ministry_share else CIVILIAN


def _in_training(plan: SitePlan, force: ForcePlan) -> ForceRows:
    """Guards who joined three weeks before the end of the books, for patrol, and are not trained yet."""
    since = plan.start + timedelta(weeks=plan.weeks, days=-22)
    return [
        {
            "person": "", "role": "guard", "department": "security", "duty": "patrol",
            "affiliation": MINISTRY if _every(number, force.ministry_share) else CIVILIAN,
            "hours_per_week": force.hours_per_week, "since": since,
            "training_weeks": APPLICANT_TRAINING_WEEKS, "tested_fit": "yes",
        }
        for number in range(force.in_training)
    ]  # fmt: skip


def _give_notice(plan: SitePlan, force: ForcePlan, rows: ForceRows) -> None:
    """The first guards on patrol leave, one a month from a month after the end of the books."""
    end = plan.start + timedelta(weeks=plan.weeks)
    patrolling = [row for row in rows if row.get("duty") == "patrol"]
    for number, row in enumerate(patrolling[: force.leaving], start=1):
        row["until"] = end + timedelta(days=30 * number)


def _guard(plan: SitePlan, force: ForcePlan, number: int, rng: np.random.Generator) -> dict[str, Any]:
    """A guard; the shares of affiliation and duty are met exactly, and cross each other."""
    ministry = _every(number, force.ministry_share)
    patrol = _every(number * 7 % force.guards, force.patrol_share)
    office = not patrol and number >= force.guards * (1.0 - OFFICE_SHARE)
    held = [name for name, share in QUALIFICATIONS if rng.random() < share]
    return {
        "person": "", "role": "guard", "affiliation": MINISTRY if ministry else CIVILIAN, "department": "security",
        "duty": "patrol" if patrol else "office" if office else "post",
        "qualifications": " ".join(held) or None, "hours_per_week": force.hours_per_week,
        "since": _some_day_before(plan.start, rng), "tested_fit": "yes",
    }  # fmt: skip


def _every(number: int, share: float) -> bool:
    """True for this share of the numbers, spread evenly."""
    return int((number + 1) * share + 1e-9) > int(number * share + 1e-9)


def _some_day_before(start: date, rng: np.random.Generator) -> date:
    return start - timedelta(days=int(rng.integers(60, 3000)))


def _yes(held: bool | np.bool_) -> str:
    return "yes" if held else "no"


def _absences(plan: SitePlan, force: ForcePlan, people: ForceRows, rng: np.random.Generator) -> ForceRows:
    """A year's leave in blocks, sickness by chance, and training; days are calendar days, both bounds included.

    Who has just joined has no year behind them.
    """
    rows: ForceRows = []
    days = plan.weeks * DAYS_A_WEEK
    years = days / 365.25
    for person in people:
        if person["role"] == "applicant" or (person["role"] == "guard" and "training_weeks" in person):
            continue
        spells = [("leave", max(round(force.leave_days * 1.4 * years / LEAVE_BLOCKS), 1))] * LEAVE_BLOCKS
        spells += [("sick", int(rng.integers(1, 6)))] * int(rng.poisson(force.sick_days * years / 3.0))
        spells += [("training", force.training_days)] if person["role"] == "guard" and rng.random() < years else []
        rows += _without_overlap(person["person"], spells, plan, days, rng)
    return rows


def _without_overlap(
    person: str, spells: Sequence[tuple[str, int]], plan: SitePlan, days: int, rng: np.random.Generator
) -> ForceRows:
    """Lay the spells of one person in a random order over the time of the plan, one after the other."""
    order = rng.permutation(len(spells))
    free = days - sum(length for _, length in spells)
    if free < len(spells):
        return []
    gaps = np.sort(rng.integers(0, free, len(spells)))
    rows, passed = [], 0
    for gap, place in zip(gaps, order, strict=True):
        kind, length = spells[place]
        first = plan.start + timedelta(days=int(gap) + passed)
        rows.append({"person": person, "start": first, "end": first + timedelta(days=length - 1), "kind": kind})
        passed += length
    return rows


def _orders(plan: SitePlan) -> ForceRows:
    """The order to produce more, a fortnight before the surge; the order to guard more, in the last month."""
    if plan.surge.factor <= 1.0 or not plan.lines:
        return []
    begins = plan.start + timedelta(weeks=plan.surge.first_week - 1)
    issued, end = begins - timedelta(days=14), plan.start + timedelta(weeks=plan.weeks)
    guarded = date(end.year, end.month, 1) if end.day > 7 else date(end.year, end.month, 1) - timedelta(days=30)
    product = plan.lines[0].product
    return [
        {
            "order": "ORD-01", "issued_on": issued, "measure": f"production:{product}", "comparator": ">=",
            "due_on": end, "issuer": "ministry", "scope": "this site", "factor": plan.surge.factor,
            "baseline_on": issued, "stated_reason": "stocks are to be rebuilt",
        },
        {
            "order": "ORD-02", "issued_on": guarded, "measure": "patrolling_guards", "comparator": ">",
            "due_on": guarded + timedelta(days=90), "issuer": "ministry", "scope": "every works of the ministry",
            "factor": 2.0, "baseline_on": guarded, "stated_reason": "stock is reported to leave the works",
        },
    ]  # fmt: skip


def _reports(plan: SitePlan) -> ForceRows:
    """What sources say: two reports that fit nothing, and one that fits the first seeded loss, where there is one."""
    middle = plan.start + timedelta(days=plan.weeks * DAYS_A_WEEK // 2)
    gate = plan.shipments[0].gate
    told: list[tuple[date, str, str, str, str]] = [
        (middle, "the works", "C", "4",
         "Somebody is said to offer blasting material in the town. No place of origin is given."),
        (middle + timedelta(days=40), gate, "D", "5",
         "A lorry was seen waiting outside the gate on two evenings. The delivery notes explain both."),
    ]  # fmt: skip
    orders = _orders(plan)
    if orders:
        last = orders[-1]
        told.append(
            (
                last["issued_on"] + timedelta(days=9),
                last["order"],
                "C",
                "3",
                "The guards are said to be wanted for loadings for export, not because stock leaves.",
            )
        )
    if plan.losses:
        loss = plan.losses[0]
        name = plan.material(loss.material).name
        text = f"Small amounts ({name}) are said to leave the works at night."
        told.append((loss.first_day + timedelta(days=60), loss.area, "B", "3", text))
    told.sort()
    return [
        {
            "report": f"RP-{number}", "received_on": received, "about": about, "text": text, "source": f"S-{number}",
            "source_grade": source_grade, "information_grade": information_grade,
        }
        for number, (received, about, source_grade, information_grade, text) in enumerate(told, start=1)
    ]  # fmt: skip


def _incidents(plan: SitePlan) -> ForceRows:
    """A broken seal the morning after each abrupt loss of items; an attempt at the fence; a door found unlocked."""
    third = datetime.combine(plan.start + timedelta(days=plan.weeks * DAYS_A_WEEK // 3), time(22, 15))
    happened: list[tuple[datetime, str, str, str | None, str, str]] = [
        (third, plan.shipments[0].gate, "attempt", None, "closed", "fence cut, nobody met, nothing touched"),
        (third + timedelta(days=33, hours=-8), plan.lines[0].area, "other", None, "closed",
         "door found unlocked at the change of shifts"),
    ]  # fmt: skip
    happened += [
        (datetime.combine(loss.first_day + timedelta(days=1), time(7, 40)), loss.area, "seal_broken", loss.material,
         "open", "seal of a bay found broken, boxes not counted")
        for loss in plan.losses
        if _breaks_a_seal(plan, loss)
    ]  # fmt: skip
    happened.sort(key=lambda incident: incident[0])
    return [
        {
            "incident": f"IN-{number}", "at": at, "area": area, "kind": kind, "material": material, "status": status,
            "note": note,
        }
        for number, (at, area, kind, material, status, note) in enumerate(happened, start=1)
    ]  # fmt: skip


def _breaks_a_seal(plan: SitePlan, loss: SeededLoss) -> bool:
    return loss.last_day is None and plan.is_item(loss.material)
