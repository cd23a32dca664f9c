"""The plant itself: what truly stands and moves, day by day and shift by shift, before anybody writes it down."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import numpy as np

from stockward.simulation.contents import TrueContents
from stockward.simulation.plan import (
    DAYS_A_WEEK,
    INVENTORY_AT,
    SURGE_WORK_DAYS,
    WORK_DAYS,
    IngredientPlan,
    LinePlan,
    NormalLossPlan,
    SeededLoss,
    ShipmentPlan,
    SitePlan,
    SupplyPlan,
)

SHIFTS = (("A", 6), ("B", 14), ("C", 22))
SECOND_SHIFT_FROM, THIRD_SHIFT_FROM = 2.0, 4.6
"""Growth of output from which a second shift works, and from which a third one and the sixth day do."""

# Minutes after the start of a shift. In shift C nothing moves from midnight to 04:00, when clocks are changed.
FETCH, WORK, HAND_OVER = (5, 55), (60, 110), (375, 415)
BURN_KEEPS = 0.15
ITEM_BATCHES, BULK_BATCHES = 2, 6
FRIDAY = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantFlow:
    """A movement as it truly was; ``quantity`` in the material's unit, ``method`` the scale that it went over."""

    at: datetime
    kind: str
    material: str
    quantity: float
    from_area: str | None = None
    to_area: str | None = None
    method: str | None = None
    shift: str = "A"
    document: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A stock as it truly was at an inventory, or the part of it that one count sheet covers."""

    inventory: str
    at: datetime
    area: str
    material: str
    quantity: float
    method: str | None
    sheet: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """What a seeded loss took in one night."""

    loss: str
    at: datetime
    quantity: float


@dataclass(slots=True)
class History:
    """Everything that truly happened."""

    flows: list[PlantFlow] = field(default_factory=list)
    standings: list[Standing] = field(default_factory=list)
    takings: list[Taking] = field(default_factory=list)


def run_plant(plan: SitePlan, contents: TrueContents, rng: np.random.Generator) -> History:
    """Let the plant work from its opening inventory to its last one."""
    plant = _Plant(plan, contents, rng)
    plant.fill_for_the_start()
    plant.count(week=0)
    for day in range(plan.weeks * DAYS_A_WEEK):
        plant.live_through(day)
        if (day + 1) % DAYS_A_WEEK == 0:
            plant.count(week=(day + 1) // DAYS_A_WEEK)
    return plant.history


def inventory_code(week: int) -> str:
    """Code of the inventory at the end of a week; week 0 is the opening one."""
    return f"INV-{week:02d}"


class _Plant:
    """True stocks by area and material, and the people who move them."""

    def __init__(self, plan: SitePlan, contents: TrueContents, rng: np.random.Generator) -> None:
        self.plan = plan
        self.contents = contents
        self.rng = rng
        self.history = History()
        self.stock: dict[tuple[str, str], float] = defaultdict(float)
        self.is_item = {material.material: material.kind == "item" for material in plan.materials}
        self.weekly_demand = self._weekly_demand()
        self.processed: dict[str, float] = defaultdict(float)
        self.documents = 0
        self.owed: dict[str, float] = defaultdict(float)
        self.not_yet_claimed: dict[str, float] = defaultdict(float)
        self.loss_errors = {id(loss): loss.systematic_rel * rng.standard_normal() for loss in plan.normal_losses}
        self.period_errors: dict[tuple[int, int], float] = {}

    # --- before the first day -------------------------------------------------------------------------------------

    def _weekly_demand(self) -> dict[str, float]:
        """What the lines take of each material in a quiet week, by the books."""
        demand: dict[str, float] = defaultdict(float)
        for line in self.plan.lines:
            units = line.output_per_day * WORK_DAYS
            for part in line.ingredients:
                demand[part.material] += units * self._booked_per_unit(line, part)
        return demand

    def _booked_per_unit(self, line: LinePlan, part: IngredientPlan) -> float:
        if self.is_item[part.material]:
            return part.per_unit
        substance, amount = next(iter(self.contents.booked(part.material).items()))
        waste = line.waste.share if line.waste else 0.0
        return self.contents.booked(line.product)[substance] / amount * (1.0 + waste)

    def fill_for_the_start(self) -> None:
        """Put the stocks of a quiet week in place."""
        for supply in self.plan.supplies:
            target = self._target_of_supply(supply, 1)
            self.stock[supply.store, supply.material] = self._rounded(supply.material, target)
        for ship in self.plan.shipments:
            boxes = math.ceil(self._target_of_shipment(ship, 1) / ship.box)
            self.stock[ship.magazine, ship.material] = boxes * ship.box
        for line in self.plan.lines:
            for part in line.ingredients:
                self.stock[line.area, part.material] = self._rounded(part.material, part.reserve)
            if line.in_process:
                self.stock[line.area, line.in_process] = float(line.pieces)
            if self._feeds_a_line(line):
                self.stock[line.to_area, line.product] = self._rounded(line.product, self._target_of_feed(line, 1))

    def _rounded(self, material: str, quantity: float) -> float:
        return float(math.ceil(quantity)) if self.is_item[material] else quantity

    def _target_of_supply(self, supply: SupplyPlan, growth: float) -> float:
        return supply.cover_weeks * self.weekly_demand[supply.material] * growth * self._piling(growth)

    def _target_of_shipment(self, ship: ShipmentPlan, growth: float) -> float:
        made = sum(line.output_per_day for line in self.plan.lines if line.product == ship.material) * WORK_DAYS
        return ship.keep_weeks * made * growth * self._piling(growth)

    def _target_of_feed(self, line: LinePlan, growth: float) -> float:
        return 3.0 * self.weekly_demand[line.product] * growth

    def _piling(self, growth: float) -> float:
        return 1.0 + self.plan.surge.piling * (growth - 1.0)

    def _feeds_a_line(self, line: LinePlan) -> bool:
        return self.weekly_demand.get(line.product, 0.0) > 0

    # --- one day --------------------------------------------------------------------------------------------------

    def live_through(self, day: int) -> None:
        """One day, 06:00 to 05:00 of the next: deliveries, shifts, burning, shipments, claims, and what is taken."""
        today = self.plan.start + timedelta(days=day)
        growth = self.plan.surge.growth(day)
        if today.weekday() < (WORK_DAYS if growth < THIRD_SHIFT_FROM else SURGE_WORK_DAYS):
            self._take_deliveries(today, growth)
            shifts = SHIFTS[: 1 + (growth >= SECOND_SHIFT_FROM) + (growth >= THIRD_SHIFT_FROM)]
            for number, (shift, _) in enumerate(shifts):
                for line in self.plan.lines:
                    self._work(line, today, shift, number, len(shifts), growth)
            for line in self.plan.lines:
                self._clear_waste(line, today)
            self._burn(today)
            self._ship(today, growth)
            self._claim_honestly(today)
        for loss in self.plan.losses:
            self._take(loss, today)
        for normal in self.plan.normal_losses:
            if normal.basis == "per_day":
                self._lose_normally(normal, day, normal.rate * self.plan.to_substance(normal.unit, normal.substance))

    def _moment(self, today: date, shift: str, window: tuple[int, int]) -> datetime:
        hour = next(hour for name, hour in SHIFTS if name == shift)
        minutes = int(self.rng.integers(window[0], window[1] + 1))
        return datetime.combine(today, time(hour)) + timedelta(minutes=minutes)

    def _move(self, flow: PlantFlow) -> None:
        if flow.from_area:
            self.stock[flow.from_area, flow.material] -= flow.quantity
        if flow.to_area:
            self.stock[flow.to_area, flow.material] += flow.quantity
            if flow.kind in ("receipt", "transfer"):
                self._lose_of_received(flow)
        self.history.flows.append(flow)

    def _document(self, kind: str) -> str:
        self.documents += 1
        return f"{kind}-{self.documents:05d}"

    # --- in and out -----------------------------------------------------------------------------------------------

    def _take_deliveries(self, today: date, growth: float) -> None:
        for supply in self.plan.supplies:
            if today.weekday() != supply.weekday:
                continue
            lacking = self._target_of_supply(supply, growth) - self.stock[supply.store, supply.material]
            lots = math.ceil(lacking / supply.lot)
            if lots > 0:
                self._take_delivery(supply, lots, today)

    def _take_delivery(self, supply: SupplyPlan, lots: int, today: date) -> None:
        """A lorry over the weighbridge; then, lot by lot, everything over the scale of the store."""
        parts = [self._weighed_out(supply.material, supply.lot) for _ in range(lots)]
        note = self._document("DN")
        arrived = self._moment(today, "A", (30, 120))
        self._move(
            PlantFlow(at=arrived, kind="receipt", material=supply.material, quantity=sum(parts), to_area=supply.dock,
                 method=supply.receipt_method, document=note)
        )  # fmt: skip
        for batch in _in_batches(parts, most=ITEM_BATCHES if self.is_item[supply.material] else BULK_BATCHES):
            self._move(
                PlantFlow(at=arrived + timedelta(minutes=int(self.rng.integers(30, 240))), kind="transfer",
                     material=supply.material, quantity=batch, from_area=supply.dock, to_area=supply.store,
                     method=supply.transfer_method, document=note)
            )  # fmt: skip
        if not self.is_item[supply.material]:
            self.stock[supply.dock, supply.material] = 0.0

    def _weighed_out(self, material: str, nominal: float) -> float:
        """A container is never quite full; a box of items is."""
        return nominal if self.is_item[material] else nominal * (1.0 - 0.03 * self.rng.random())

    def _ship(self, today: date, growth: float) -> None:
        for ship in self.plan.shipments:
            if today.weekday() not in ship.weekdays:
                continue
            surplus = self.stock[ship.magazine, ship.material] - self._target_of_shipment(ship, growth)
            quantity = math.floor(surplus / ship.box) * ship.box
            if quantity > 0:
                note, left = self._document("SN"), self._moment(today, "A", (120, 240))
                self._move(
                    PlantFlow(at=left, kind="transfer", material=ship.material, quantity=quantity,
                         from_area=ship.magazine, to_area=ship.gate, document=note)
                )  # fmt: skip
                gone = left + timedelta(minutes=int(self.rng.integers(20, 90)))
                self._move(
                    PlantFlow(at=gone, kind="issue", material=ship.material, quantity=quantity, from_area=ship.gate,
                         document=note)
                )  # fmt: skip

    def _burn(self, today: date) -> None:
        for burning in self.plan.burnings:
            quantity = self.stock[burning.area, burning.material] * (1.0 - BURN_KEEPS)
            if today.weekday() == burning.weekday and quantity > 1.0:
                at = self._moment(today, "B", (5, 120))
                self._move(
                    PlantFlow(at=at, kind="discard", material=burning.material, quantity=quantity,
                              from_area=burning.area, method=burning.method, shift="B", document=self._document("BR"))
                )  # fmt: skip

    # --- the lines ------------------------------------------------------------------------------------------------

    def _work(self, line: LinePlan, today: date, shift: str, number: int, shifts: int, growth: float) -> None:
        """One shift of one line: fetch, use, make, hand over."""
        wanted = line.output_per_day * growth / shifts * self.rng.uniform(0.92, 1.04) * self._pace(line, growth)
        wanted = self._rounded(line.product, wanted)
        for part in line.ingredients:
            self._fetch(line, part, wanted, shifts - number, today, shift)
        started = self._possible(line, wanted)
        if started <= 0:
            return
        finished = self._finished(line, started, growth)
        at = self._moment(today, shift, WORK)
        self._use(line, started, finished, at, shift)
        self._make(line, started, finished, at + timedelta(minutes=5), shift)
        self._hand_over(line, today, shift)

    def _pace(self, line: LinePlan, growth: float) -> float:
        """A line that feeds others slows down while their store is full."""
        if not self._feeds_a_line(line):
            return 1.0
        return 1.1 if self.stock[line.to_area, line.product] < self._target_of_feed(line, growth) else 0.9

    def _fetch(
        self, line: LinePlan, part: IngredientPlan, units: float, shifts_left: int, today: date, shift: str
    ) -> None:
        """Fetch bulk for the shift, items for the rest of the day; nothing where the shift has enough in hand."""
        need, there = units * self._true_per_unit(line, part), self.stock[line.area, part.material]
        if there >= need + part.reserve / 2:
            return
        wanted = need * (shifts_left if self.is_item[part.material] else 1) + part.reserve - there
        available = math.floor(self.stock[part.from_area, part.material] / part.container)
        containers = min(math.ceil(wanted / part.container), available)
        if containers > 0:
            quantity = containers * self._weighed_out(part.material, part.container)
            self._move(
                PlantFlow(at=self._moment(today, shift, FETCH), kind="transfer", material=part.material,
                          quantity=quantity, from_area=part.from_area, to_area=line.area, method=part.method,
                          shift=shift)
            )  # fmt: skip

    def _true_per_unit(self, line: LinePlan, part: IngredientPlan) -> float:
        """How much of an ingredient truly goes into one unit of the product."""
        if self.is_item[part.material]:
            return part.per_unit
        substance = next(iter(self.contents.booked(part.material)))
        return self.contents.true(line.product, substance) / self.contents.true(part.material, substance)

    def _possible(self, line: LinePlan, wanted: float) -> float:
        """Units for which every ingredient is there; a third of the reserve of bulk is never touched."""
        for part in line.ingredients:
            floor = 0.0 if self.is_item[part.material] else part.reserve / 3
            usable = max(self.stock[line.area, part.material] - floor, 0.0)
            wanted = min(wanted, usable / self._true_per_unit(line, part))
        return float(math.floor(wanted)) if self.is_item[line.product] else wanted

    def _finished(self, line: LinePlan, started: float, growth: float) -> float:
        if not line.in_process:
            return started
        stays = round(line.pieces * math.sqrt(growth) * self.rng.uniform(0.7, 1.3))
        return max(self.stock[line.area, line.in_process] + started - stays, 0.0)

    def _use(self, line: LinePlan, started: float, finished: float, at: datetime, shift: str) -> None:
        for part in line.ingredients:
            if self.is_item[part.material]:
                quantity, method = started * part.per_unit, None
            else:
                quantity, method = self._bulk_used(line, part, started, finished), line.dosing_method
                self.processed[line.line] += quantity
            self._convert("use", line, part.material, quantity, at, shift, method)

    def _bulk_used(self, line: LinePlan, part: IngredientPlan, started: float, finished: float) -> float:
        """Bulk that goes into what was started, and into what was finished beyond what its piece between held."""
        substance = next(iter(self.contents.booked(part.material)))
        each = self.contents.true(line.product, substance)
        first = self.contents.booked(line.in_process)[substance] if line.in_process else 0.0
        return (started * first + finished * (each - first)) / self.contents.true(part.material, substance)

    def _make(self, line: LinePlan, started: float, finished: float, at: datetime, shift: str) -> None:
        if line.in_process:
            self._convert("make", line, line.in_process, started, at, shift)
            self._convert("use", line, line.in_process, finished, at, shift)
        self._convert("make", line, line.product, finished, at, shift, line.dosing_method)

    def _convert(
        self, kind: str, line: LinePlan, material: str, quantity: float, at: datetime, shift: str,
        method: str | None = None,
    ) -> None:  # fmt: skip
        if quantity > 0:
            place = {"from_area": line.area} if kind == "use" else {"to_area": line.area}
            scale = None if self.is_item[material] else method
            self._move(
                PlantFlow(at=at, kind=kind, material=material, quantity=quantity, method=scale, shift=shift, **place)
            )

    def _hand_over(self, line: LinePlan, today: date, shift: str) -> None:
        there = self.stock[line.area, line.product]
        quantity = math.floor(there / line.box) * line.box if self.is_item[line.product] else there
        if quantity > 0:
            at = self._moment(today, shift, HAND_OVER)
            self._move(
                PlantFlow(at=at, kind="transfer", material=line.product, quantity=quantity, from_area=line.area,
                     to_area=line.to_area, method=line.method, shift=shift)
            )  # fmt: skip
            if not self.is_item[line.product]:
                self.stock[line.area, line.product] = 0.0

    def _clear_waste(self, line: LinePlan, today: date) -> None:
        """The day's scrap: what it holds was bulk of the line; it leaves over one scale."""
        waste, processed = line.waste, self.processed.pop(line.line, 0.0)
        if not waste or processed <= 0:
            return
        quantity = waste.share * processed * self.rng.uniform(0.6, 1.4)
        for substance in self.contents.booked(waste.material):
            source = self.plan.source_of(line, substance).material
            held = quantity * self.contents.true_of_row(waste.material, substance, quantity)
            self.stock[line.area, source] -= held / self.contents.true(source, substance)
        at = self._moment(today, "A", HAND_OVER)
        self._convert("make", line, waste.material, quantity, at, "A", waste.method)
        self._move(
            PlantFlow(at=at + timedelta(minutes=10), kind="transfer" if waste.to_area else "discard",
                 material=waste.material, quantity=quantity, from_area=line.area, to_area=waste.to_area,
                 method=waste.method)
        )  # fmt: skip
        self.stock[line.area, waste.material] = 0.0

    # --- what vanishes --------------------------------------------------------------------------------------------

    def _lose_of_received(self, flow: PlantFlow) -> None:
        for normal in self.plan.normal_losses:
            held = self.contents.booked(flow.material)
            if normal.basis == "per_received" and normal.area == flow.to_area and normal.substance in held:
                received = flow.quantity * self.contents.true(flow.material, normal.substance)
                day = (flow.at - datetime.combine(self.plan.start, INVENTORY_AT)).days
                self._lose_normally(normal, day, normal.rate * received)

    def _lose_normally(self, normal: NormalLossPlan, day: int, expected: float) -> None:
        """A normal loss is what the books expect × (1 + an error of the period + an error for all time)."""
        period = day // (DAYS_A_WEEK * self.plan.area(normal.area).inventory_weeks)
        key = (id(normal), period)
        if key not in self.period_errors:
            self.period_errors[key] = normal.random_rel * self.rng.standard_normal()
        lost = expected * (1.0 + self.period_errors[key] + self.loss_errors[id(normal)])
        for material in self.plan.materials_in(normal.area):
            if not self.is_item[material] and normal.substance in self.contents.booked(material):
                self.stock[normal.area, material] -= lost / self.contents.true(material, normal.substance)
                return

    def _take(self, loss: SeededLoss, today: date) -> None:
        """A seeded loss: so much a night, in whole items, never more than is there; the rest follows later."""
        last = loss.last_day or loss.first_day
        if today < loss.first_day:
            return
        if today <= last:
            self.owed[loss.loss] += loss.amount / ((last - loss.first_day).days + 1)
        quantity = min(self.owed[loss.loss], self.stock[loss.area, loss.material])
        if self.is_item[loss.material]:
            quantity = float(math.floor(quantity + 1e-9))
        if quantity > 1e-12:
            self.owed[loss.loss] -= quantity
            self.stock[loss.area, loss.material] -= quantity
            self.not_yet_claimed[loss.loss] += quantity
            at = datetime.combine(today, time(23, 30))
            self.history.takings.append(Taking(loss=loss.loss, at=at, quantity=quantity))
        if loss.hidden == "write_offs" and today.weekday() == FRIDAY:
            self._write_off(loss, today)

    def _write_off(self, loss: SeededLoss, today: date) -> None:
        """Claim the week's loss as something harmless: a row of the book, without a flow."""
        quantity = round(self.not_yet_claimed[loss.loss], 2)
        if quantity > 0:
            self.not_yet_claimed[loss.loss] -= quantity
            self.history.flows.append(
                PlantFlow(at=datetime.combine(today, time(23, 45)), kind="write_off", material=loss.material,
                     quantity=quantity, from_area=loss.area, shift="C", note=loss.write_off_note)
            )  # fmt: skip

    def _claim_honestly(self, today: date) -> None:
        for claim in self.plan.honest_claims:
            for material in self.plan.materials_in(claim.area):
                if self.is_item[material] or self.rng.random() >= claim.per_year / 300:
                    continue
                quantity = round(claim.amount * self.rng.uniform(0.4, 1.6), 2)
                found = bool(self.rng.random() < 0.5)
                self.history.flows.append(
                    PlantFlow(at=self._moment(today, "A", (60, 300)), kind="found" if found else "write_off",
                         material=material, quantity=quantity, note="label read again" if found else "torn bag",
                         **{"to_area" if found else "from_area": claim.area})
                )  # fmt: skip

    # --- inventories ----------------------------------------------------------------------------------------------

    def count(self, *, week: int) -> None:
        """Count every area that is due: everything that may stand there, with a zero where nothing is left."""
        for area in self.plan.areas:
            if week % area.inventory_weeks == 0:
                self._count_area(area.area, week)

    def _count_area(self, area: str, week: int) -> None:
        plan = self.plan.area(area)
        today = datetime.combine(self.plan.start + timedelta(weeks=week), INVENTORY_AT)
        materials = self.plan.materials_in(area)
        in_pieces = self._held_otherwise_in_pieces(area)
        for number, material in enumerate(materials):
            quantity = self.stock[area, material] - in_pieces.get(material, 0.0)
            at = today - timedelta(minutes=min(len(materials) - 1 - number, 25))
            sheets = plan.sheets if quantity > 0 and not self.is_item[material] else 1
            for sheet in range(sheets):
                self.history.standings.append(
                    Standing(
                        inventory=inventory_code(week), at=at, area=area, material=material,
                        quantity=max(quantity, 0.0) * _share_of_sheet(sheet, sheets),
                        method=None if self.is_item[material] or quantity <= 0 else plan.count_method,
                        sheet=f"bay-{sheet + 1}" if plan.sheets > 1 else None,
                    )
                )  # fmt: skip

    def _held_otherwise_in_pieces(self, area: str) -> dict[str, float]:
        """Bulk that, at this moment, is in the pieces between and not in the kettle (or, below 0, the reverse)."""
        shifted: dict[str, float] = defaultdict(float)
        for line in self.plan.lines:
            if line.area == area and line.in_process:
                for substance, booked in self.contents.booked(line.in_process).items():
                    source = self.plan.source_of(line, substance).material
                    pieces = self.stock[area, line.in_process]
                    more = self.contents.true_of_row(line.in_process, substance, pieces) - booked
                    shifted[source] += pieces * more / self.contents.true(source, substance)
        return shifted


def _share_of_sheet(sheet: int, sheets: int) -> float:
    """Bays are unequal: the first holds the most."""
    return 2.0 * (sheets - sheet) / (sheets * (sheets + 1))


def _in_batches(parts: list[float], *, most: int) -> list[float]:
    """Sum the parts into at most so many batches."""
    size = math.ceil(len(parts) / most)
    return [sum(parts[first : first + size]) for first in range(0, len(parts), size)]
