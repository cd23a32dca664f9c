"""Ready parts of an ammunition plant: areas, materials, scales and lines, and the plan that puts them together.

The one place where the constants of synthetic sites stand. Whatever a chosen line needs (its ingredients, their
stores, the line that makes them) comes along with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from stockward.simulation.plan import (
    AreaPlan,
    BurningPlan,
    ClericalErrors,
    ContentPlan,
    ForcePlan,
    GoalPlan,
    HonestClaims,
    IngredientPlan,
    LinePlan,
    MaterialPlan,
    MethodPlan,
    NormalLossPlan,
    ProductionSurge,
    ShipmentPlan,
    SitePlan,
    SupplyPlan,
    WastePlan,
)
from stockward.terms.errors import UsageError

DOCK, GATE, BURNING = "dock", "gate", "burning_ground"

AREAS = (
    AreaPlan(area=DOCK, kind="dock", name="Receiving dock", department="supply", inventory_weeks=4, x_m=40, y_m=20),
    AreaPlan(
        area="raw_store_1", kind="store", name="Raw store 1", department="supply", inventory_weeks=4,
        count_method="FS-1", sheets=2, capacity=60, capacity_unit="t", x_m=160, y_m=320,
    ),
    AreaPlan(
        area="raw_store_2", kind="store", name="Raw store 2", department="supply", inventory_weeks=4,
        count_method="FS-2", sheets=2, capacity=40, capacity_unit="t", x_m=240, y_m=330,
    ),
    AreaPlan(
        area="propellant_store", kind="store", name="Propellant store", department="supply", inventory_weeks=2,
        count_method="FS-3", capacity=25, capacity_unit="t", x_m=330, y_m=300,
    ),
    AreaPlan(
        area="parts_store", kind="store", name="Parts store", department="supply",
        inventory_weeks=4, x_m=120, y_m=120,
    ),
    AreaPlan(
        area="melt_pour", kind="process", name="Melt-pour hall", department="filling",
        inventory_weeks=1, count_method="PS-1", x_m=420, y_m=210,
    ),
    AreaPlan(
        area="mortar_fill", kind="process", name="Mortar filling hall", department="filling",
        inventory_weeks=1, count_method="PS-2", x_m=470, y_m=200,
    ),
    AreaPlan(
        area="pressing", kind="process", name="Grenade pressing hall", department="pressing",
        inventory_weeks=1, count_method="PS-3", x_m=520, y_m=240,
    ),
    AreaPlan(
        area="propellant_mill", kind="process", name="Propellant mill", department="propellant",
        inventory_weeks=1, count_method="PS-4", x_m=300, y_m=420,
    ),
    AreaPlan(
        area="charge_loading", kind="process", name="Charge loading hall", department="propellant",
        inventory_weeks=1, count_method="PS-5", x_m=380, y_m=400,
    ),
    AreaPlan(
        area="cartridge_hall", kind="process", name="Cartridge loading hall", department="propellant",
        inventory_weeks=1, count_method="PS-6", x_m=450, y_m=410,
    ),
    AreaPlan(
        area="fuze_shop", kind="process", name="Fuze assembly", department="assembly", inventory_weeks=1,
        x_m=260, y_m=160,
    ),
    AreaPlan(
        area="magazine_1", kind="store", name="Magazine 1", department="magazines",
        inventory_weeks=4, capacity=60000, capacity_unit="each", x_m=700, y_m=350,
    ),
    AreaPlan(
        area="magazine_2", kind="store", name="Magazine 2", department="magazines",
        inventory_weeks=4, capacity=250000, capacity_unit="each", x_m=760, y_m=420,
    ),
    AreaPlan(
        area="magazine_3", kind="store", name="Magazine 3", department="magazines", inventory_weeks=4,
        capacity=2500000, capacity_unit="each", x_m=720, y_m=500,
    ),
    AreaPlan(
        area=BURNING, kind="other", name="Burning ground", department="safety", inventory_weeks=2,
        count_method="BS-1", x_m=900, y_m=80,
    ),
    AreaPlan(area=GATE, kind="gate", name="Shipping gate", department="supply", inventory_weeks=4, x_m=60, y_m=60),
)  # fmt: skip

MATERIALS = (
    MaterialPlan(
        material="TNT", kind="bulk", name="TNT, flakes", stage="raw", unit="kg", risk_category=2, unit_value=9.5
    ),
    MaterialPlan(
        material="RDX", kind="bulk", name="RDX, desensitised", stage="raw", unit="kg", risk_category=1, unit_value=24
    ),
    MaterialPlan(
        material="nitrocellulose", kind="bulk", name="Nitrocellulose, damp", stage="raw", unit="kg", risk_category=3,
        unit_value=6.5,
    ),
    MaterialPlan(
        material="propellant", kind="bulk", name="Single-base propellant", stage="in_process", unit="kg",
        risk_category=2, unit_value=18,
        contents=(ContentPlan(substance="nitrocellulose", amount=0.965, systematic_rel=0.0003),),
    ),
    MaterialPlan(
        material="body_105", kind="item", name="Steel body, 105 mm", stage="raw", unit="each", risk_category=4,
        unit_value=85,
    ),
    MaterialPlan(
        material="body_81", kind="item", name="Steel body, 81 mm", stage="raw", unit="each", risk_category=4,
        unit_value=22,
    ),
    MaterialPlan(
        material="body_grenade", kind="item", name="Grenade body", stage="raw", unit="each", risk_category=4,
        unit_value=3.2,
    ),
    MaterialPlan(
        material="case_105", kind="item", name="Cartridge case, 105 mm", stage="raw", unit="each", risk_category=4,
        unit_value=48,
    ),
    MaterialPlan(
        material="case_127", kind="item", name="Cartridge case, 12.7 mm", stage="raw", unit="each", risk_category=4,
        unit_value=0.8,
    ),
    MaterialPlan(
        material="bullet_127", kind="item", name="Bullet, 12.7 mm", stage="raw", unit="each", risk_category=4,
        unit_value=0.9,
    ),
    MaterialPlan(
        material="primer_105", kind="item", name="Percussion primer, 105 mm", stage="raw", unit="each",
        risk_category=3, unit_value=9,
    ),
    MaterialPlan(
        material="primer_127", kind="item", name="Primer, 12.7 mm", stage="raw", unit="each", risk_category=3,
        unit_value=0.15,
    ),
    MaterialPlan(
        material="detonator", kind="item", name="Stab detonator", stage="raw", unit="each", risk_category=1,
        unit_value=4.5,
    ),
    MaterialPlan(
        material="fuze_body", kind="item", name="Fuze body with striker", stage="raw", unit="each", risk_category=4,
        unit_value=14,
    ),
    MaterialPlan(
        material="fuze_grenade", kind="item", name="Grenade fuze, complete", stage="raw", unit="each",
        risk_category=2, unit_value=6,
    ),
    MaterialPlan(
        material="fuze_81", kind="item", name="Mortar fuze, complete", stage="in_process", unit="each",
        risk_category=2, unit_value=31,
    ),
    MaterialPlan(
        material="cast_105", kind="item", name="105 mm body, first pour, cooling", stage="in_process", unit="each",
        risk_category=2, unit_value=100,
        contents=(ContentPlan(substance="TNT", amount=2.05, random_rel=0.004, systematic_rel=0.002),),
    ),
    MaterialPlan(
        material="shell_105", kind="item", name="Shell, 105 mm, filled", stage="product", unit="each",
        risk_category=2, unit_value=260,
        contents=(ContentPlan(substance="TNT", amount=2.3, systematic_rel=0.0008),),
    ),
    MaterialPlan(
        material="bomb_81", kind="item", name="Mortar bomb, 81 mm, fuzed", stage="product", unit="each",
        risk_category=1, unit_value=140,
        contents=(ContentPlan(substance="TNT", amount=0.7, systematic_rel=0.0008),),
    ),
    MaterialPlan(
        material="grenade", kind="item", name="Hand grenade, fuzed", stage="product", unit="each", risk_category=1,
        unit_value=28,
        contents=(ContentPlan(substance="RDX", amount=150, unit="g", systematic_rel=0.0008),),
    ),
    MaterialPlan(
        material="charge_105", kind="item", name="Propelling charge, 105 mm, cased", stage="product", unit="each",
        risk_category=3, unit_value=120,
        contents=(ContentPlan(substance="nitrocellulose", amount=1.24, systematic_rel=0.0008),),
    ),
    MaterialPlan(
        material="cartridge_127", kind="item", name="Cartridge, 12.7 mm", stage="product", unit="each",
        risk_category=3, unit_value=3.6,
        contents=(ContentPlan(substance="nitrocellulose", amount=14.6, unit="g", systematic_rel=0.0008),),
    ),
    MaterialPlan(
        material="scrap_tnt", kind="bulk", name="TNT scrap and wash residue", stage="scrap", unit="kg",
        risk_category=3, unit_value=0,
        contents=(ContentPlan(substance="TNT", amount=0.88, systematic_rel=0.02),),
    ),
    MaterialPlan(
        material="scrap_rdx", kind="bulk", name="RDX sweepings, in water", stage="scrap", unit="kg",
        risk_category=2, unit_value=0,
        contents=(ContentPlan(substance="RDX", amount=0.6, random_rel=0.03, systematic_rel=0.02),),
    ),
)  # fmt: skip


def _process_scale(number: int, every: int) -> MethodPlan:
    """A scale in a hall; what stays in kettles and presses is estimated, hence the large random error."""
    return MethodPlan(
        method=f"PS-{number}", random_rel=0.006, systematic_rel=0.0005, random_abs=250, systematic_abs=20, unit="g",
        step=0.01, calibrated_every=every, first_calibration=7 * number,
    )  # fmt: skip


def _hand_scale(number: int, every: int) -> MethodPlan:
    """A scale at which bulk passes from a store into a hall: weighed once, for both."""
    return MethodPlan(
        method=f"HS-{number}", random_rel=0.001, systematic_rel=0.0008, random_abs=0.1, step=0.02,
        calibrated_every=every, first_calibration=5 * number,
    )  # fmt: skip


METHODS = (
    MethodPlan(method="WB-1", systematic_rel=0.0004, random_abs=6, systematic_abs=1, step=1, calibration_days=182),
    MethodPlan(
        method="FS-1", random_rel=0.0006, systematic_rel=0.0004, random_abs=0.1, step=0.05, calibrated_every=91,
        first_calibration=30,
    ),
    MethodPlan(
        method="FS-2", random_rel=0.0006, systematic_rel=0.0004, random_abs=0.1, step=0.05, calibrated_every=91,
        first_calibration=44,
    ),
    MethodPlan(
        method="FS-3", random_rel=0.0006, systematic_rel=0.0004, random_abs=0.05, step=0.02, calibration_days=90
    ),
    *(_process_scale(number, 60) for number in (1, 2, 3, 4, 5, 6)),
    *(_hand_scale(number, 75) for number in (1, 2, 3, 4, 5, 6)),
    MethodPlan(method="MS-4", random_rel=0.001, systematic_rel=0.0008, random_abs=0.1, step=0.02, calibrated_every=75),
    MethodPlan(method="WS-1", random_rel=0.003, systematic_rel=0.001, random_abs=0.05, step=0.01),
    MethodPlan(method="BS-1", random_rel=0.003, systematic_rel=0.001, random_abs=0.05, step=0.01, calibration_days=365),
)  # fmt: skip

LINES = (
    LinePlan(
        line="L-105", name="105 mm shells", area="melt_pour", product="shell_105", output_per_day=60,
        workers_needed=26, to_area="magazine_1", box=2, in_process="cast_105", pieces=14, dosing_method="PS-1",
        ingredients=(
            IngredientPlan(material="TNT", from_area="raw_store_1", container=25, reserve=60, method="HS-1"),
            IngredientPlan(material="body_105", from_area="parts_store", container=10, reserve=20),
        ),
        waste=WastePlan(material="scrap_tnt", share=0.006, method="WS-1", to_area=BURNING),
    ),
    LinePlan(
        line="L-GRE", name="Hand grenades", area="pressing", product="grenade", output_per_day=420,
        workers_needed=20, to_area="magazine_2", box=20, dosing_method="PS-3",
        ingredients=(
            IngredientPlan(material="RDX", from_area="raw_store_1", container=20, reserve=45, method="HS-3"),
            IngredientPlan(material="body_grenade", from_area="parts_store", container=50, reserve=100),
            IngredientPlan(material="fuze_grenade", from_area="parts_store", container=50, reserve=100),
        ),
        waste=WastePlan(material="scrap_rdx", share=0.004, method="WS-1"),
    ),
    LinePlan(
        line="L-081", name="81 mm mortar bombs", area="mortar_fill", product="bomb_81", output_per_day=150,
        workers_needed=22, to_area="magazine_2", box=3, dosing_method="PS-2",
        ingredients=(
            IngredientPlan(material="TNT", from_area="raw_store_1", container=25, reserve=50, method="HS-2"),
            IngredientPlan(material="body_81", from_area="parts_store", container=12, reserve=24),
            IngredientPlan(material="fuze_81", from_area="parts_store", container=12, reserve=24),
        ),
        waste=WastePlan(material="scrap_tnt", share=0.005, method="WS-1", to_area=BURNING),
    ),
    LinePlan(
        line="L-127", name="12.7 mm cartridges", area="cartridge_hall", product="cartridge_127",
        output_per_day=4000, workers_needed=18, to_area="magazine_3", box=110, dosing_method="PS-6",
        ingredients=(
            IngredientPlan(
                material="propellant", from_area="propellant_store", container=10, reserve=30, method="HS-6"
            ),
            IngredientPlan(material="case_127", from_area="parts_store", container=500, reserve=1000),
            IngredientPlan(material="bullet_127", from_area="parts_store", container=500, reserve=1000),
            IngredientPlan(material="primer_127", from_area="parts_store", container=1000, reserve=1000),
        ),
    ),
    LinePlan(
        line="L-CHG", name="105 mm propelling charges", area="charge_loading", product="charge_105",
        output_per_day=60, workers_needed=12, to_area="magazine_1", box=2, dosing_method="PS-5",
        ingredients=(
            IngredientPlan(
                material="propellant", from_area="propellant_store", container=10, reserve=30, method="HS-5"
            ),
            IngredientPlan(material="case_105", from_area="parts_store", container=10, reserve=20),
            IngredientPlan(material="primer_105", from_area="parts_store", container=20, reserve=20),
        ),
    ),
)  # fmt: skip
"""Lines of finished goods, in the order in which a plant of so many lines has them."""

FEEDING_LINES = (
    LinePlan(
        line="L-MIL", name="Propellant mill", area="propellant_mill", product="propellant", output_per_day=140,
        workers_needed=14, to_area="propellant_store", method="MS-4", dosing_method="PS-4",
        ingredients=(
            IngredientPlan(
                material="nitrocellulose", from_area="raw_store_2", container=40, reserve=80, method="HS-4"
            ),
        ),
    ),
    LinePlan(
        line="L-FUZ", name="Fuze assembly", area="fuze_shop", product="fuze_81", output_per_day=150,
        workers_needed=10, to_area="parts_store", box=12,
        ingredients=(
            IngredientPlan(material="fuze_body", from_area="parts_store", container=24, reserve=24),
            IngredientPlan(material="detonator", from_area="parts_store", container=50, reserve=50),
        ),
    ),
)  # fmt: skip
"""Lines that make what other lines need; they come in as soon as a line needs them."""

SUPPLIES = (
    SupplyPlan(
        material="TNT", dock=DOCK, store="raw_store_1", lot=500, weekday=1, receipt_method="WB-1",
        transfer_method="FS-1",
    ),
    SupplyPlan(
        material="RDX", dock=DOCK, store="raw_store_1", lot=250, weekday=2, receipt_method="WB-1",
        transfer_method="FS-1",
    ),
    SupplyPlan(
        material="nitrocellulose", dock=DOCK, store="raw_store_2", lot=400, weekday=3, receipt_method="WB-1",
        transfer_method="FS-2",
    ),
    SupplyPlan(material="body_105", dock=DOCK, store="parts_store", lot=60, weekday=0),
    SupplyPlan(material="body_81", dock=DOCK, store="parts_store", lot=96, weekday=0),
    SupplyPlan(material="body_grenade", dock=DOCK, store="parts_store", lot=500, weekday=0),
    SupplyPlan(material="case_105", dock=DOCK, store="parts_store", lot=60, weekday=2),
    SupplyPlan(material="case_127", dock=DOCK, store="parts_store", lot=5000, weekday=2),
    SupplyPlan(material="bullet_127", dock=DOCK, store="parts_store", lot=5000, weekday=3),
    SupplyPlan(material="primer_105", dock=DOCK, store="parts_store", lot=100, weekday=4),
    SupplyPlan(material="primer_127", dock=DOCK, store="parts_store", lot=10000, weekday=4),
    SupplyPlan(material="detonator", dock=DOCK, store="parts_store", lot=250, weekday=4),
    SupplyPlan(material="fuze_body", dock=DOCK, store="parts_store", lot=120, weekday=1),
    SupplyPlan(material="fuze_grenade", dock=DOCK, store="parts_store", lot=500, weekday=1),
)  # fmt: skip

SHIPMENTS = (
    ShipmentPlan(material="shell_105", magazine="magazine_1", gate=GATE, box=2),
    ShipmentPlan(material="charge_105", magazine="magazine_1", gate=GATE, box=2),
    ShipmentPlan(material="bomb_81", magazine="magazine_2", gate=GATE, box=3),
    ShipmentPlan(material="grenade", magazine="magazine_2", gate=GATE, box=20),
    ShipmentPlan(material="cartridge_127", magazine="magazine_3", gate=GATE, box=110),
)

BURNINGS = (BurningPlan(material="scrap_tnt", area=BURNING, method="BS-1"),)

NORMAL_LOSSES = (
    NormalLossPlan(
        area="melt_pour", substance="TNT", rate=0.0008, basis="per_received", random_rel=0.2, systematic_rel=0.2
    ),
    NormalLossPlan(
        area="mortar_fill", substance="TNT", rate=0.0008, basis="per_received", random_rel=0.2, systematic_rel=0.2
    ),
    NormalLossPlan(
        area="propellant_mill", substance="nitrocellulose", rate=0.004, basis="per_received", random_rel=0.08,
        systematic_rel=0.05,
    ),
    NormalLossPlan(
        area="pressing", substance="RDX", rate=0.0005, basis="per_received", random_rel=0.2, systematic_rel=0.2
    ),
    NormalLossPlan(
        area="charge_loading", substance="nitrocellulose", rate=0.001, basis="per_received", random_rel=0.2,
        systematic_rel=0.2,
    ),
    NormalLossPlan(
        area="cartridge_hall", substance="nitrocellulose", rate=120, basis="per_day", unit="g", random_rel=0.2,
        systematic_rel=0.2,
    ),
)  # fmt: skip

GOALS = (
    GoalPlan(substance="TNT", quantity=25, unit="kg", within_days=30),
    GoalPlan(substance="RDX", quantity=10, unit="kg", within_days=30),
    GoalPlan(substance="nitrocellulose", quantity=50, unit="kg", within_days=90),
)

HONEST_CLAIMS = (
    HonestClaims(area="raw_store_1", per_year=12, amount=1.5),
    HonestClaims(area="raw_store_2", per_year=10, amount=1.5),
)


def standard_plan(
    *,
    name: str = "Synthetic Works",
    timezone: str = "Asia/Seoul",
    start: date = date(2025, 7, 1),
    weeks: int = 26,
    lines: int = 3,
    surge: ProductionSurge | None = None,
    clerical: ClericalErrors | None = None,
    force: ForcePlan | None = None,
) -> SitePlan:
    """The plan of a clean plant with so many lines of finished goods: no loss, no drift, no clerical error.

    More lines than the catalogue has repeat it in further halls. Raises ``UsageError`` for less than one line.
    """
    if lines < 1:
        raise UsageError(f"lines must be 1 or more; got {lines}")
    finished = [_hall(LINES[number % len(LINES)], number // len(LINES)) for number in range(lines)]
    needed = {part.material for line in finished for part in line.ingredients}
    chosen = (*finished, *(_sized(line, finished) for line in FEEDING_LINES if line.product in needed))
    return _assemble(
        chosen, name=name, timezone=timezone, start=start, weeks=weeks,
        surge=surge or ProductionSurge(), clerical=clerical or ClericalErrors(), force=force,
    )  # fmt: skip


def _hall(line: LinePlan, repetition: int) -> LinePlan:
    """The line itself, or its repetition in a further hall: the same product, stores and scales."""
    if repetition == 0:
        return line
    number = repetition + 1
    return replace(line, line=f"{line.line}-{number}", name=f"{line.name}, hall {number}", area=f"{line.area}_{number}")


def _sized(line: LinePlan, finished: list[LinePlan]) -> LinePlan:
    """A feeding line, grown with the number of lines that it feeds."""
    halls = max(sum(other.product == first.product for other in finished) for first in finished)
    return replace(line, output_per_day=line.output_per_day * halls, workers_needed=line.workers_needed * halls)


def _assemble(
    lines: tuple[LinePlan, ...], *, name: str, timezone: str, start: date, weeks: int, surge: ProductionSurge,
    clerical: ClericalErrors, force: ForcePlan | None,
) -> SitePlan:  # fmt: skip
    products = {line.product for line in lines}
    ingredients = {part.material for line in lines for part in line.ingredients}
    between = {line.in_process for line in lines} | {line.waste.material for line in lines if line.waste}
    materials = tuple(one for one in MATERIALS if one.material in products | ingredients | between)
    supplies = tuple(supply for supply in SUPPLIES if supply.material in ingredients)
    shipments = tuple(ship for ship in SHIPMENTS if ship.material in products)
    burnings = tuple(burning for burning in BURNINGS if burning.material in between)
    areas = _areas(lines, supplies, shipments, burnings)
    named = {area.area for area in areas}
    substances = {one.material for one in materials if one.kind == "bulk"}
    return SitePlan(
        name=name, timezone=timezone, start=start, weeks=weeks, surge=surge, clerical=clerical, force=force,
        areas=areas, materials=materials, methods=_methods(lines, supplies, burnings, areas), lines=lines,
        supplies=supplies, shipments=shipments, burnings=burnings,
        normal_losses=tuple(_normal_losses(lines)),
        goals=tuple(goal for goal in GOALS if goal.substance in substances),
        honest_claims=tuple(claim for claim in HONEST_CLAIMS if claim.area in named),
    )  # fmt: skip


def _areas(
    lines: tuple[LinePlan, ...], supplies: tuple[SupplyPlan, ...], shipments: tuple[ShipmentPlan, ...],
    burnings: tuple[BurningPlan, ...],
) -> tuple[AreaPlan, ...]:  # fmt: skip
    used = {area for line in lines for area in (line.to_area, *(part.from_area for part in line.ingredients))}
    used |= {area for supply in supplies for area in (supply.dock, supply.store)}
    used |= {area for ship in shipments for area in (ship.magazine, ship.gate)} | {burn.area for burn in burnings}
    halls = {line.area for line in lines}
    known = {area.area: area for area in AREAS}
    further = tuple(_further_hall(hall, known) for hall in sorted(halls - set(known)))
    return (*(area for area in AREAS if area.area in used | halls), *further)


def _further_hall(code: str, known: dict[str, AreaPlan]) -> AreaPlan:
    original, number = code.rsplit("_", 1)
    first = known[original]
    north = (first.y_m or 0.0) + 120.0 * (int(number) - 1)
    return replace(first, area=code, name=f"{first.name}, hall {number}", y_m=north)


def _methods(
    lines: tuple[LinePlan, ...], supplies: tuple[SupplyPlan, ...], burnings: tuple[BurningPlan, ...],
    areas: tuple[AreaPlan, ...],
) -> tuple[MethodPlan, ...]:  # fmt: skip
    used: set[str | None] = {area.count_method for area in areas} | {burning.method for burning in burnings}
    used |= {method for supply in supplies for method in (supply.receipt_method, supply.transfer_method)}
    for line in lines:
        used |= {line.method, line.dosing_method, line.waste.method if line.waste else None}
        used |= {part.method for part in line.ingredients}
    return tuple(method for method in METHODS if method.method in used)


def _normal_losses(lines: tuple[LinePlan, ...]) -> Iterable[NormalLossPlan]:
    """The losses of every hall; a further hall has those of the first."""
    for line in lines:
        for normal in NORMAL_LOSSES:
            if line.area == normal.area or line.area.startswith(f"{normal.area}_"):
                yield replace(normal, area=line.area)
