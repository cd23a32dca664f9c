"""What a synthetic site is made of, and what is put into its books: frozen plans, with no figure drawn yet.

Quantities are in the unit of their material, relative errors are shares (0.002 is 0.2 %), times are local times of
the site. ``catalogue`` holds ready parts; ``standard_plan`` and ``ridgeway_plan`` put them together.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Literal

from stockward.terms.errors import UsageError
from stockward.terms.units import factor

AreaKind = Literal["store", "process", "dock", "gate", "other"]
MaterialKind = Literal["item", "bulk"]
Stage = Literal["raw", "in_process", "product", "scrap"]
Hiding = Literal["nothing", "write_offs"]

DAYS_A_WEEK = 7
WORK_DAYS = 5
SURGE_WORK_DAYS = 6
INVENTORY_AT = time(5, 30)
"""The quiet hour: nothing moves from 05:00 to 06:00, and every inventory stands at 05:30."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaPlan:
    """A place; ``count_method`` weighs its bulk at an inventory, in ``sheets`` parts, every ``inventory_weeks``."""

    area: str
    kind: AreaKind
    name: str
    department: str
    inventory_weeks: int
    count_method: str | None = None
    sheets: int = 1
    capacity: float | None = None
    capacity_unit: str | None = None
    x_m: float | None = None
    y_m: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentPlan:
    """How much of a substance one unit of a material holds, and how well that is known.

    A ``random_rel`` suits only what is made and used, or made and discarded, in one area. A store returns what it
    took in: an error that is drawn afresh at each door would claim a noise there which its books do not have.
    """

    substance: str
    amount: float
    unit: str = "kg"
    random_rel: float = 0.0
    systematic_rel: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialPlan:
    """A material; bulk without ``contents`` is its own substance."""

    material: str
    kind: MaterialKind
    name: str
    stage: Stage
    unit: str
    risk_category: int
    unit_value: float
    contents: tuple[ContentPlan, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodPlan:
    """A scale: its errors, the ``step`` that it shows (kg), and how often it is calibrated.

    ``calibrated_every`` (days) writes rows of ``calibrations``; ``calibration_days`` is written beside the method
    instead, and counts from its first use. With neither, one calibration holds for all time.
    """

    method: str
    random_rel: float = 0.0
    systematic_rel: float = 0.0
    random_abs: float = 0.0
    systematic_abs: float = 0.0
    unit: str = "kg"
    step: float = 0.01
    calibrated_every: int | None = None
    first_calibration: int = 0
    calibration_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IngredientPlan:
    """What a line takes from a store, in whole containers, weighed once with ``method`` on its way if it is bulk.

    ``per_unit`` is for items; how much bulk goes into a unit follows from the contents. ``reserve`` stays in hand.
    """

    material: str
    from_area: str
    container: float
    reserve: float
    per_unit: float = 1.0
    method: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WastePlan:
    """Scrap of a line, as a share of the bulk used: to an area, or discarded at once where ``to_area`` is blank."""

    material: str
    share: float
    method: str
    to_area: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePlan:
    """A production line: every product that leaves it was made from its ingredients in its own area.

    ``output_per_day`` is that of the quiet time; ``in_process`` names the piece between (``pieces`` of it stand
    at the end of a shift). ``to_area`` receives whole boxes of the product, weighed with ``method`` if it is bulk.
    """

    line: str
    name: str
    area: str
    product: str
    output_per_day: float
    workers_needed: int
    to_area: str
    ingredients: tuple[IngredientPlan, ...]
    box: float = 1.0
    method: str | None = None
    dosing_method: str | None = None
    in_process: str | None = None
    pieces: int = 0
    waste: WastePlan | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyPlan:
    """A raw material that arrives at a dock in whole lots, once a week, and goes on to its store the same day."""

    material: str
    dock: str
    store: str
    lot: float
    weekday: int
    cover_weeks: float = 3.0
    receipt_method: str | None = None
    transfer_method: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentPlan:
    """A product that leaves its magazine through the gate in whole boxes, on the given days of the week."""

    material: str
    magazine: str
    gate: str
    box: float
    weekdays: tuple[int, ...] = (1, 3)
    keep_weeks: float = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class BurningPlan:
    """Scrap that is burnt once a week: a measured discard; a little stays for the next time."""

    material: str
    area: str
    method: str
    weekday: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalLossPlan:
    """A loss that a process always has: a share of what is received, or an amount a day."""

    area: str
    substance: str
    rate: float
    basis: Literal["per_received", "per_day"]
    unit: str | None = None
    random_rel: float = 0.0
    systematic_rel: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalPlan:
    """The smallest loss that matters, and within how many days it must be found."""

    substance: str
    quantity: float
    unit: str
    within_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductionSurge:
    """Output times ``factor``, from ``first_week`` (the first week is 1), reached after ``ramp_weeks``.

    ``piling`` says how stocks outgrow output: a store aims at its cover × output × (1 + piling × (growth − 1)).
    """

    factor: float = 1.0
    first_week: int = 1
    ramp_weeks: int = 1
    piling: float = 0.2

    def growth(self, day: int) -> float:
        """Output of a day (0 is the first) in multiples of the quiet time."""
        weeks = day / DAYS_A_WEEK - (self.first_week - 1)
        return 1.0 + (self.factor - 1.0) * min(max(weeks / self.ramp_weeks, 0.0), 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeededLoss:
    """Stock that leaves without a row: ``amount`` in total, evenly from the first to the last day, both included.

    A ``last_day`` of None is an abrupt loss. ``hidden`` by write-offs: a claim over the week's loss every Friday.
    """

    loss: str
    area: str
    material: str
    amount: float
    first_day: date
    last_day: date | None = None
    hidden: Hiding = "nothing"
    write_off_note: str = "spillage"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClericalCluster:
    """A time, an area and a shift in which records are worse than elsewhere; shares are of the rows recorded."""

    area: str
    shift: str
    first_day: date
    last_day: date
    late: float
    reversed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Miscount:
    """An inventory of items that was off by ``error`` in the count of that week, and right in the next."""

    week: int
    area: str
    material: str
    error: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClericalErrors:
    """How often clerks err, as shares of the rows; every wrong row is later reversed and entered again rightly.

    ``late`` rows enter the books one to five days after. ``reversed`` rows carried a wrong document; ``swapped``
    rows two digits in the wrong order. ``miscounted`` is the share of item counts that are off by 1 to 3.
    """

    late: float = 0.0
    reversed: float = 0.0
    swapped: float = 0.0
    miscounted: float = 0.0
    clusters: tuple[ClericalCluster, ...] = ()
    miscounts: tuple[Miscount, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleDrift:
    """A scale that leaves its stated systematic error: its relative error grows evenly to ``relative``, then returns.

    From the first day on; on the last day, the full drift is reached, and the scale is set right the day after.
    """

    method: str
    first_day: date
    last_day: date
    relative: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HonestClaims:
    """Write-offs and finds of bulk that hide nothing: as many one way as the other; events in a year and material."""

    area: str
    per_year: float
    amount: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ForcePlan:
    """The guard side: how many people, and which share of each kind belongs to the ministry.

    ``in_training`` guards have joined in the last month and are not trained yet; ``leaving`` of the others have given
    notice. ``spare_workers`` is the share by which a line is staffed above what it needs. Applicants are free from
    ``available_days`` on, counted from the end of the books; before it where negative.
    """

    guards: int = 60
    ministry_share: float = 0.75
    patrol_share: float = 0.4
    in_training: int = 0
    leaving: int = 0
    worker_ministry_share: float = 0.0
    spare_workers: float = 0.0
    applicants: int = 25
    applicant_ministry_share: float = 0.3
    available_days: tuple[int, int] = (0, 90)
    leave_days: int = 20
    sick_days: float = 6.0
    training_days: int = 5
    hours_per_week: float = 40.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePlan:
    """A synthetic site, whole. Raises ``UsageError`` where one part names another that is not there."""

    name: str
    timezone: str = "Asia/Seoul"
    currency: str = "USD"
    start: date = date(2025, 7, 1)
    weeks: int = 26
    false_alarm: float = 0.05
    detection: float = 0.95
    areas: tuple[AreaPlan, ...]
    materials: tuple[MaterialPlan, ...]
    methods: tuple[MethodPlan, ...]
    lines: tuple[LinePlan, ...]
    supplies: tuple[SupplyPlan, ...]
    shipments: tuple[ShipmentPlan, ...]
    burnings: tuple[BurningPlan, ...] = ()
    normal_losses: tuple[NormalLossPlan, ...] = ()
    goals: tuple[GoalPlan, ...] = ()
    surge: ProductionSurge = field(default_factory=ProductionSurge)
    losses: tuple[SeededLoss, ...] = ()
    drifts: tuple[ScaleDrift, ...] = ()
    clerical: ClericalErrors = field(default_factory=ClericalErrors)
    honest_claims: tuple[HonestClaims, ...] = ()
    force: ForcePlan | None = None

    def __post_init__(self) -> None:
        if self.weeks < 1:
            raise UsageError(f"weeks must be 1 or more; got {self.weeks}")
        _require_known("area", self._areas_named(), {area.area for area in self.areas})
        _require_known("material", self._materials_named(), {material.material for material in self.materials})
        _require_known("method", self._methods_named(), {method.method for method in self.methods})
        for line in self.lines:
            self._require_one_source_a_substance(line)
        for loss in self.losses:
            self._require_possible(loss)

    def area(self, code: str) -> AreaPlan:
        """The area with that code."""
        return next(area for area in self.areas if area.area == code)

    def material(self, code: str) -> MaterialPlan:
        """The material with that code."""
        return next(material for material in self.materials if material.material == code)

    def is_item(self, material: str) -> bool:
        """Whether the material is counted in items."""
        return self.material(material).kind == "item"

    def contents(self, material: str) -> dict[str, float]:
        """Substances in one unit of a material, by the books, in the substance's own unit."""
        plan = self.material(material)
        if plan.kind == "bulk" and not plan.contents:
            return {material: 1.0}
        return {
            content.substance: content.amount * self.to_substance(content.unit, content.substance)
            for content in plan.contents
        }

    def substance_unit(self, substance: str) -> str:
        """Unit in which a substance is accounted for: that of the bulk material of its name."""
        return next((material.unit for material in self.materials if material.material == substance), "kg")

    def to_substance(self, unit: str | None, substance: str) -> float:
        """How many units of a substance one ``unit`` is (None: its own). Raises ``UsageError`` where none converts."""
        own = self.substance_unit(substance)
        found = factor(unit or own, own)
        if found is None:
            raise UsageError(f"{substance} is kept in {own}, and {unit} does not convert into it")
        return found

    def source_of(self, line: LinePlan, substance: str) -> IngredientPlan:
        """The bulk ingredient from which a line takes a substance."""
        return next(part for part in line.ingredients if substance in self.contents(part.material))

    def materials_in(self, area: str) -> tuple[str, ...]:
        """Every material that may stand in an area, in the order of the plan."""
        there = {material for place, material in self._places() if place == area}
        return tuple(material.material for material in self.materials if material.material in there)

    def _places(self) -> list[tuple[str, str]]:
        places = [(place, supply.material) for supply in self.supplies for place in (supply.dock, supply.store)]
        places += [(place, ship.material) for ship in self.shipments for place in (ship.magazine, ship.gate)]
        places += [(burning.area, burning.material) for burning in self.burnings]
        for line in self.lines:
            places += [(line.area, line.product), (line.to_area, line.product)]
            places += [place for part in line.ingredients for place in _places_of(line, part)]
            places += [(line.area, line.in_process)] if line.in_process else []
            if line.waste:
                places += [(area, line.waste.material) for area in (line.area, line.waste.to_area) if area]
        return places

    def _areas_named(self) -> set[str]:
        named = {area for area, _ in self._places()} | {loss.area for loss in self.losses}
        named |= {loss.area for loss in self.normal_losses} | {claim.area for claim in self.honest_claims}
        named |= {cluster.area for cluster in self.clerical.clusters}
        return named | {miscount.area for miscount in self.clerical.miscounts}

    def _materials_named(self) -> set[str]:
        named = {material for _, material in self._places()} | {loss.material for loss in self.losses}
        return named | {miscount.material for miscount in self.clerical.miscounts}

    def _methods_named(self) -> set[str]:
        named = {area.count_method for area in self.areas} | {drift.method for drift in self.drifts}
        named |= {supply.receipt_method for supply in self.supplies} | {burn.method for burn in self.burnings}
        named |= {supply.transfer_method for supply in self.supplies}
        for line in self.lines:
            named |= {line.method, line.dosing_method, line.waste.method if line.waste else None}
            named |= {part.method for part in line.ingredients}
        return {method for method in named if method}

    def _require_one_source_a_substance(self, line: LinePlan) -> None:
        for substance in self.contents(line.product):
            sources = [part.material for part in line.ingredients if substance in self.contents(part.material)]
            if len(sources) != 1:
                raise UsageError(f"line {line.line} must take {substance} from one ingredient; got {sources}")

    def _require_possible(self, loss: SeededLoss) -> None:
        if loss.material not in self.materials_in(loss.area):
            raise UsageError(f"loss {loss.loss}: no {loss.material} stands in {loss.area}")
        if loss.amount <= 0:
            raise UsageError(f"loss {loss.loss}: the amount must be above 0; got {loss.amount!r}")
        if loss.last_day is not None and loss.last_day < loss.first_day:
            raise UsageError(f"loss {loss.loss}: the last day stands before the first")
        end = self.start + timedelta(weeks=self.weeks)
        if loss.first_day < self.start or (loss.last_day or loss.first_day) >= end:
            raise UsageError(f"loss {loss.loss}: its days must lie from {self.start} to the day before {end}")
        if self.is_item(loss.material) and loss.amount != int(loss.amount):
            raise UsageError(f"loss {loss.loss}: {loss.material} is lost in whole items; got {loss.amount!r}")


def _places_of(line: LinePlan, part: IngredientPlan) -> list[tuple[str, str]]:
    return [(part.from_area, part.material), (line.area, part.material)]


def _require_known(what: str, named: set[str], known: set[str]) -> None:
    unknown = sorted(named - known)
    if unknown:
        raise UsageError(f"the plan names {what}s that it does not have: {', '.join(unknown)}")
