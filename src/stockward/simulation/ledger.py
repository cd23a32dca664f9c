"""What clerks write down: the ledger with its late, reversed and swapped rows, and the count sheets with miscounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

import numpy as np
import polars as pl

from stockward.simulation.measuring import Floats
from stockward.simulation.plan import DAYS_A_WEEK, ClericalCluster, SitePlan
from stockward.simulation.plant import SHIFTS, PlantFlow, Standing, inventory_code

SETTLED_DAYS = 10
"""Rows of the last days carry no clerical error, so that every correction is in the books at the end."""
LATE_DAYS, NOTICED_DAYS = (2, 5), (1, 3)
"""Days after which a late row is entered, always more than one whole day, and after which a mistake is reversed."""
FIRST_CLERK = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row of the ledger before it has a code. ``flow`` is the flow that it tells rightly, None for a wrong pair.

    ``tag`` names a wrong row, so that the row which ``reverses`` it can be found.
    """

    at: datetime
    recorded_at: datetime | None
    kind: str
    material: str
    quantity: float
    from_area: str | None
    to_area: str | None
    method: str | None
    document: str | None
    recorded_by: str
    note: str | None
    flow: int | None
    tag: int | None = None
    reverses: int | None = None

    @property
    def entered(self) -> datetime:
        """When it entered the books."""
        return self.recorded_at or self.at


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """A wrong row, its reversal, and the right row after them, by their codes."""

    mistake: str
    movement: str
    reversal: str
    corrected: str
    area: str
    shift: str
    wrong: float
    right: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Miscounted:
    """A count of items that was off by ``error``."""

    inventory: str
    area: str
    material: str
    error: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedLedger:
    """The table ``movements``; for each row the true quantity of its flow; and every mistake that was put in."""

    movements: pl.DataFrame
    true_quantities: pl.DataFrame
    mistakes: tuple[Mistake, ...]
    late: pl.DataFrame


def write_ledger(
    plan: SitePlan, flows: Sequence[PlantFlow], recorded: Floats, rng: np.random.Generator
) -> SimulatedLedger:
    """Write every flow as it was measured, with the clerical errors of the plan; rows stand as they were entered."""
    entries: list[Entry] = []
    clerks = _clerks(plan)
    late, swapped, wrong = _error_shares(plan, flows)
    chance = rng.random(len(flows))
    for number, flow in enumerate(flows):
        right = _right_entry(flow, float(recorded[number]), number, clerks)
        if chance[number] < swapped[number]:
            entries += _mistaken(right, _swap_digits(right.quantity, rng), rng)
        elif chance[number] < swapped[number] + wrong[number]:
            entries += _mistaken(right, right.quantity, rng)
        elif chance[number] < swapped[number] + wrong[number] + late[number]:
            entries.append(replace(right, recorded_at=_days_later(right.at, LATE_DAYS, rng)))
        else:
            entries.append(right)
    entries.sort(key=lambda entry: entry.entered)
    return _as_ledger(entries, flows)


def _clerks(plan: SitePlan) -> dict[tuple[str, str], str]:
    """One clerk an area and shift, by code."""
    pairs = [(area.area, shift) for area in plan.areas for shift, _ in SHIFTS]
    return {pair: f"C-{FIRST_CLERK + number:03d}" for number, pair in enumerate(pairs)}


def _right_entry(flow: PlantFlow, quantity: float, number: int, clerks: dict[tuple[str, str], str]) -> Entry:
    desk = flow.from_area or flow.to_area or ""
    return Entry(
        at=flow.at, recorded_at=None, kind=flow.kind, material=flow.material, quantity=quantity,
        from_area=flow.from_area, to_area=flow.to_area, method=flow.method, document=flow.document,
        recorded_by=clerks[desk, flow.shift], note=flow.note, flow=number,
    )  # fmt: skip


def _error_shares(plan: SitePlan, flows: Sequence[PlantFlow]) -> tuple[Floats, Floats, Floats]:
    """The shares of late, swapped and otherwise wrong records that hold for each flow."""
    settled = datetime.combine(plan.start, time()) + timedelta(days=plan.weeks * DAYS_A_WEEK - SETTLED_DAYS)
    errors = plan.clerical
    at_risk = np.array([flow.at < settled and flow.kind not in ("write_off", "found") for flow in flows], dtype=float)
    late, swapped, wrong = errors.late * at_risk, errors.swapped * at_risk, errors.reversed * at_risk
    for cluster in errors.clusters:
        inside = at_risk * np.array([_in_cluster(flow, cluster) for flow in flows])
        late += (cluster.late - errors.late) * inside
        wrong += (cluster.reversed - errors.reversed) * inside
    return late, swapped, wrong


def _in_cluster(flow: PlantFlow, cluster: ClericalCluster) -> bool:
    return (
        cluster.area in (flow.from_area, flow.to_area)
        and flow.shift == cluster.shift
        and cluster.first_day <= flow.at.date() <= cluster.last_day
    )


def _days_later(at: datetime, days: tuple[int, int], rng: np.random.Generator) -> datetime:
    """So many days later, both bounds included, in office hours."""
    day = at.date() + timedelta(days=int(rng.integers(days[0], days[1] + 1)))
    return datetime.combine(day, time(8)) + timedelta(minutes=int(rng.integers(0, 480)))


def _mistaken(right: Entry, wrong: float, rng: np.random.Generator) -> list[Entry]:
    """A wrong row, the row that reverses it one to three days later, and the right row with the time of the flow."""
    noticed = _days_later(right.at, NOTICED_DAYS, rng)
    tag = right.flow
    first = replace(right, quantity=wrong, flow=None, tag=tag)
    reversal = replace(first, at=noticed, tag=None, reverses=tag, note="entered in error")
    again = replace(right, recorded_at=noticed + timedelta(minutes=3), note="entered again")
    return [first, reversal, again]


def _swap_digits(quantity: float, rng: np.random.Generator) -> float:
    """The same figure with two neighbouring digits in the wrong order; unchanged where that makes no difference."""
    shown = format_quantity(quantity)
    places = [
        place
        for place in range(len(shown) - 1)
        if shown[place].isdigit() and shown[place + 1].isdigit() and shown[place] != shown[place + 1]
    ]
    if not places:
        return quantity
    place = places[int(rng.integers(0, len(places)))]
    return float(shown[:place] + shown[place + 1] + shown[place] + shown[place + 2 :])


def format_quantity(quantity: float) -> str:
    """A quantity as it is written: without an exponent and without idle zeros."""
    return f"{quantity:.6f}".rstrip("0").rstrip(".")


def _as_ledger(entries: list[Entry], flows: Sequence[PlantFlow]) -> SimulatedLedger:
    codes = [f"M-{number:06d}" for number in range(1, len(entries) + 1)]
    by_tag = {entry.tag: code for entry, code in zip(entries, codes, strict=True) if entry.tag is not None}
    movements = pl.DataFrame(
        {
            "movement": codes,
            "at": [entry.at for entry in entries],
            "kind": [entry.kind for entry in entries],
            "material": [entry.material for entry in entries],
            "quantity": [entry.quantity for entry in entries],
            "from_area": [entry.from_area for entry in entries],
            "to_area": [entry.to_area for entry in entries],
            "method": [entry.method for entry in entries],
            "document": [entry.document for entry in entries],
            "recorded_at": [entry.recorded_at for entry in entries],
            "recorded_by": [entry.recorded_by for entry in entries],
            "reverses": [by_tag[entry.reverses] if entry.reverses is not None else None for entry in entries],
            "note": [entry.note for entry in entries],
        },
        schema_overrides={
            "at": pl.Datetime("us"), "recorded_at": pl.Datetime("us"), "from_area": pl.String, "to_area": pl.String,
            "method": pl.String, "document": pl.String, "reverses": pl.String, "note": pl.String,
        },
    )  # fmt: skip
    told = [
        (code, flows[entry.flow].quantity) for code, entry in zip(codes, entries, strict=True) if entry.flow is not None
    ]
    true_quantities = pl.DataFrame(told, schema={"movement": pl.String, "true_quantity": pl.Float64}, orient="row")
    return SimulatedLedger(
        movements=movements,
        true_quantities=true_quantities,
        mistakes=_mistakes(entries, codes, flows),
        late=_late(entries, flows),
    )


def _mistakes(entries: list[Entry], codes: list[str], flows: Sequence[PlantFlow]) -> tuple[Mistake, ...]:
    coded = list(zip(entries, codes, strict=True))
    reversal_of = {entry.reverses: code for entry, code in coded if entry.reverses is not None}
    corrected = {entry.flow: (code, entry) for entry, code in coded if entry.flow is not None}
    return tuple(
        Mistake(
            mistake="swapped digits" if entry.quantity != corrected[entry.tag][1].quantity else "a wrong document",
            movement=code,
            reversal=reversal_of[entry.tag],
            corrected=corrected[entry.tag][0],
            area=entry.from_area or entry.to_area or "",
            shift=flows[entry.tag].shift,
            wrong=entry.quantity,
            right=corrected[entry.tag][1].quantity,
        )
        for entry, code in coded
        if entry.tag is not None
    )


def _late(entries: list[Entry], flows: Sequence[PlantFlow]) -> pl.DataFrame:
    """How many rows were recorded more than a day after the flow, by area and shift."""
    late = [
        (entry.from_area or entry.to_area, flows[entry.flow].shift)
        for entry in entries
        if entry.flow is not None and entry.recorded_at and entry.recorded_at - entry.at > timedelta(days=1)
    ]
    frame = pl.DataFrame(late, schema={"area": pl.String, "shift": pl.String}, orient="row")
    return frame.group_by("area", "shift").len("rows").sort("area", "shift")


def write_counts(
    plan: SitePlan, standings: Sequence[Standing], recorded: Floats, rng: np.random.Generator
) -> tuple[pl.DataFrame, tuple[Miscounted, ...]]:
    """The table ``counts``, and the miscounts of items that were put in."""
    clerks = _clerks(plan)
    errors = _count_errors(plan, standings, recorded, rng)
    counts = pl.DataFrame(
        {
            "inventory": [standing.inventory for standing in standings],
            "at": [standing.at for standing in standings],
            "area": [standing.area for standing in standings],
            "material": [standing.material for standing in standings],
            "quantity": recorded + errors,
            "method": [standing.method for standing in standings],
            "counted_by": [clerks[standing.area, "C"] for standing in standings],
            "sheet": [standing.sheet for standing in standings],
        },
        schema_overrides={"at": pl.Datetime("us"), "method": pl.String, "sheet": pl.String},
    )
    miscounted = tuple(
        Miscounted(
            inventory=standing.inventory, area=standing.area, material=standing.material, error=int(errors[number])
        )
        for number, standing in enumerate(standings)
        if errors[number]
    )
    return counts, miscounted


def _count_errors(plan: SitePlan, standings: Sequence[Standing], recorded: Floats, rng: np.random.Generator) -> Floats:
    """By how many items each count is off; the opening count and the last of an area are right."""
    planned = {
        (inventory_code(miscount.week), miscount.area, miscount.material): miscount.error
        for miscount in plan.clerical.miscounts
    }
    last = {standing.area: standing.inventory for standing in standings}
    chance, sizes, signs = rng.random(len(standings)), rng.integers(1, 4, len(standings)), rng.random(len(standings))
    errors = np.zeros(len(standings))
    for number, standing in enumerate(standings):
        key = (standing.inventory, standing.area, standing.material)
        if key in planned:
            errors[number] = planned[key]
        elif plan.is_item(standing.material) and standing.inventory not in (inventory_code(0), last[standing.area]):
            slips = chance[number] < plan.clerical.miscounted
            errors[number] = slips * sizes[number] * (1 if signs[number] < 0.5 else -1)
    return np.maximum(errors, -recorded)
