"""Errors hang on things: divisions, readings that several rows repeat, and what is exact as nobody says otherwise."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from small_sites import Closed, write_site

from stockward.terms.measuring import PLATE_MEND

MOVED = "movement,at,kind,material,quantity,from_area,to_area,method,measurement\n"
COUNTED = "inventory,at,area,material,quantity,method,measurement,sheet\n"
CONTENTS = "material,substance,amount,unit,random_rel,systematic_rel\n"


def closed(tmp_path: Path, counts: str, movements: str = "", **tables: str) -> Closed:
    return Closed(write_site(tmp_path, movements=MOVED + movements, counts=COUNTED + counts, **tables))


# --- divisions


def two_counts(tmp_path: Path, methods: str, material: str = "TNT") -> dict[str, object]:
    counts = f"I0,2026-01-01,A,{material},100,scale,,\nI1,2026-01-31,A,{material},90,scale,,\n"
    return closed(tmp_path, counts, methods=methods).period(f"A/{material}", "I1")


def test_bulk_without_a_random_error_has_that_of_the_division(tmp_path: Path) -> None:
    period = two_counts(tmp_path, "method,systematic_rel,division\nscale,0.01,0.5\n")
    assert period["sigma_random"] == pytest.approx(0.5 / math.sqrt(12) * math.sqrt(2))
    assert period["sigma_systematic"] == pytest.approx(0.1)


def test_a_division_is_in_the_unit_of_the_method(tmp_path: Path) -> None:
    period = two_counts(tmp_path, "method,systematic_abs,division,unit\nscale,200,500,g\n")
    assert period["sigma_random"] == pytest.approx(0.5 / math.sqrt(6))
    assert period["sigma_systematic"] == pytest.approx(0, abs=1e-12)


def test_a_random_error_that_is_stated_stands_before_the_division(tmp_path: Path) -> None:
    period = two_counts(tmp_path, "method,random_abs,division\nscale,0.1,5\n")
    assert period["sigma"] == pytest.approx(0.1 * math.sqrt(2))


def test_a_division_alone_is_enough(tmp_path: Path) -> None:
    assert two_counts(tmp_path, "method,random_rel,division\nscale,,0.5\n")["sigma"] == pytest.approx(
        0.5 / math.sqrt(6)
    )


@pytest.mark.parametrize("methods", ["systematic_rel\nscale,0.01", "random_rel,systematic_abs\nscale,0,0.2"])
def test_bulk_without_random_error_and_division_has_an_unknown_sigma(methods: str, tmp_path: Path) -> None:
    period = two_counts(tmp_path, f"method,{methods}\n")
    assert (period["status"], period["sigma"], period["difference"]) == ("not_tested", None, 10)
    assert period["reason"] == (
        "σ unknown: rows were measured by scale, which states no random error and no division: give one of them"
    )


def test_every_cause_of_an_unknown_sigma_is_said(tmp_path: Path) -> None:
    counts = "I0,2026-01-01,A,TNT,100,scale,,\nI1,2026-01-31,A,TNT,90,other,,\nI1,2026-01-31,A,TNT,9,,,b\n"
    methods = "method,systematic_rel\nscale,0.01\nother,0.01\n"
    assert closed(tmp_path, counts, methods=methods).period("A/TNT", "I1")["reason"] == (
        f"σ unknown: rows have no method: {PLATE_MEND}; rows were measured by other, scale, which "
        "states no random error and no division: give one of them"
    )


def test_a_method_whose_errors_are_all_stated_as_zero_is_exact(tmp_path: Path) -> None:
    period = two_counts(tmp_path, "method,random_rel,systematic_rel\nscale,0,0\n")
    assert (period["status"], period["sigma"]) == ("closed", 0)


def test_items_are_measured_as_the_method_states(tmp_path: Path) -> None:
    period = two_counts(tmp_path, "method,systematic_rel,division\nscale,0.01,5\n", material="BOX")
    assert (period["sigma_random"], period["sigma_systematic"]) == (0, pytest.approx(0.1))


# --- readings


def drums(inventory: str, at: str, numbers: range) -> str:
    return "".join(f"{inventory},{at},A,TNT,50,scale,D{n},s{n}\n" for n in numbers)


METHODS = "method,random_rel,systematic_rel,random_abs,systematic_abs\nscale,0.01,0.02,0.1,0.3\n"


def test_sealed_drums_that_are_listed_again_add_no_error(tmp_path: Path) -> None:
    counts = drums("I0", "2026-01-01", range(400)) + drums("I1", "2026-01-31", range(400))
    period = closed(tmp_path, counts, methods=METHODS).period("A/TNT", "I1")
    assert (period["begin"], period["difference"], period["sigma"], period["status"]) == (20_000, 0, 0, "closed")


def test_a_drum_that_left_at_its_old_weight_adds_no_error(tmp_path: Path) -> None:
    counts = drums("I0", "2026-01-01", range(3)) + drums("I1", "2026-01-31", range(2))
    result = closed(tmp_path, counts, "m1,2026-01-09,issue,TNT,50,A,,scale,D2\n", methods=METHODS)
    assert (result.period("A/TNT", "I1")["difference"], result.period("A/TNT", "I1")["sigma"]) == (0, 0)


def test_a_drum_that_is_missing_has_the_error_of_its_own_reading(tmp_path: Path) -> None:
    counts = drums("I0", "2026-01-01", range(3)) + drums("I1", "2026-01-31", range(2))
    period = closed(tmp_path, counts, methods=METHODS).period("A/TNT", "I1")
    assert period["difference"] == 50
    assert period["sigma_random"] == pytest.approx(math.hypot(0.01 * 50, 0.1))
    assert period["sigma_systematic"] == pytest.approx(math.hypot(0.02 * 50, 0.3))


def test_a_reading_joins_periods_that_do_not_follow_each_other(tmp_path: Path) -> None:
    counts = "".join(f"I{n},2026-0{n + 1}-01,A,TNT,{10 * n},other,,\n" for n in range(4))
    moved = (
        "m1,2026-01-09,receipt,TNT,40,,A,scale,W\nm2,2026-01-10,issue,TNT,30,A,,scale,\n"
        "m3,2026-03-09,issue,TNT,40,A,,scale,W\nm4,2026-03-10,receipt,TNT,50,,A,scale,\n"
    )
    methods = "method,random_rel,random_abs\nscale,0.1,0.5\nother,0,\n"
    result = closed(tmp_path, counts, moved, methods=methods)
    r, a = 0.1, 0.5
    expected = np.diag([(r * 40) ** 2 + a**2 + (r * 30) ** 2 + a**2, 0, (r * 40) ** 2 + a**2 + (r * 50) ** 2 + a**2])
    expected[0, 2] = expected[2, 0] = -((r * 40) ** 2) - a**2
    assert result.covariance("A/TNT") == pytest.approx(expected)


def test_a_reading_has_one_calibration_that_of_its_earliest_row(tmp_path: Path) -> None:
    counts = drums("I0", "2026-01-01", range(1)) + drums("I1", "2026-01-31", range(1))
    calibrations = "method,at\nscale,2026-01-15\n"
    period = closed(tmp_path, counts, methods=METHODS, calibrations=calibrations).period("A/TNT", "I1")
    assert period["sigma"] == 0


def test_items_of_one_measurement_are_the_same_items(tmp_path: Path) -> None:
    counts = "I0,2026-01-01,A,BOX,100,,LOT,\nI1,2026-01-31,A,BOX,100,,LOT,\nI1,2026-01-31,A,BOX,7,,,b\n"
    moved = "m1,2026-01-09,receipt,BOX,7,,A,,\n"
    contents = CONTENTS + "BOX,TNT,2,kg,0.02,\n"
    period = closed(tmp_path, counts, moved, contents=contents).period("A/TNT", "I1")
    assert period["sigma"] == pytest.approx(0.04 * math.sqrt(7 + 7))


@pytest.mark.parametrize("rows", [1, 4, 100])
def test_what_left_of_a_lot_takes_its_errors_along_in_however_many_rows(rows: int, tmp_path: Path) -> None:
    counts = "I0,2026-01-01,A,BOX,0,,,\nI1,2026-01-31,A,BOX,97,,LOT,\n"
    moved = "r,2026-01-03,receipt,BOX,1000,,A,,LOT\n" + "".join(
        f"m{row},2026-01-09,issue,BOX,{900 // rows},A,,,LOT\n" for row in range(rows)
    )
    period = closed(tmp_path, counts, moved, contents=CONTENTS + "BOX,TNT,2,kg,0.02,\n").period("A/TNT", "I1")
    assert (period["difference"], period["sigma"]) == (2 * 3, pytest.approx(0.04 * math.sqrt(3)))


def test_what_is_left_of_a_lot_in_two_periods_are_other_items_until_some_come_back(tmp_path: Path) -> None:
    counts = "".join(f"I{n},2026-0{n + 1}-01,A,BOX,{left},,LOT,\n" for n, left in enumerate((50, 46, 41, 44)))
    found = closed(tmp_path, counts, contents=CONTENTS + "BOX,TNT,2,kg,0.02,\n").covariance("A/TNT")
    # Of the five that go in the second period, three are back after the third.
    assert found / 0.04**2 == pytest.approx(np.array([[4, 0, 0], [0, 5, -3], [0, -3, 3]]), abs=1e-9)


def cut(rng: np.random.Generator, total: int) -> list[int]:
    """The same number in several rows."""
    parts = []
    while total:
        parts.append(int(rng.integers(1, total + 1)))
        total -= parts[-1]
    return parts


def lot_by_lot(rng: np.random.Generator, kept: dict[str, list[list[int]]]) -> tuple[str, str]:
    """Counts and movements of items by lot; ``kept`` has received, issued and left by lot and period."""
    counts, moved = ["I0,2026-01-01,A,BOX,0,,,\n"], []
    for lot, periods in kept.items():
        for n, (received, issued, left) in enumerate(periods, 1):
            for kind, number, route in (("receipt", received, ",A"), ("issue", issued, "A,")):
                moved += [f"{kind},2026-0{n}-09,{kind},BOX,{part},{route},,{lot}\n" for part in cut(rng, number)]
            counts += [f"I{n},2026-0{n + 1}-01,A,BOX,{part},,{lot},{lot}\n" for part in cut(rng, left) or [0]]
    numbered = (f"m{place}{row.removeprefix(row.split(',')[0])}" for place, row in enumerate(moved))
    return "".join(f"{row.rstrip()}{place}\n" for place, row in enumerate(counts)), "".join(numbered)


@pytest.mark.parametrize("seed", range(3))
def test_items_of_lots_have_the_errors_of_what_was_in_them_however_the_rows_are_cut(seed: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(seed)
    # Received, issued and left of each lot in four periods; now and then some are gone.
    kept: dict[str, list[list[int]]] = {"L1": [], "L2": []}
    stock: dict[str, list[int]] = {"L1": [], "L2": []}
    entered, content = np.zeros((4, 400)), 0
    for n in range(4):
        for lot, here in stock.items():
            received = int(rng.integers(0, 40))
            here += range(content, content + received)
            content += received
            rng.shuffle(here)
            issued, gone = (int(rng.integers(0, len(here) // 2 + 1)), int(rng.integers(0, 4)))
            entered[n, here[issued : issued + gone]] = 1
            gone = len(here[issued : issued + gone])
            del here[: issued + gone]
            kept[lot].append([received, issued, len(here)])
    drawn = 2 * 0.02 * rng.standard_normal((20_000, 400))
    simulated = np.cov(drawn @ entered.T, rowvar=False)
    found = [
        closed(tmp_path / str(way), *lot_by_lot(rng, kept), contents=CONTENTS + "BOX,TNT,2,kg,0.02,\n").covariance(
            "A/TNT"
        )
        for way in range(3)
    ]
    assert found[1] == pytest.approx(found[0], abs=1e-12)
    assert found[2] == pytest.approx(found[0], abs=1e-12)
    scale = np.sqrt(np.outer(np.diag(simulated), np.diag(simulated)))
    assert np.all(np.abs(found[0] - simulated) <= 0.04 * scale + 1e-12)


def test_bulk_of_one_measurement_shares_its_content(tmp_path: Path) -> None:
    counts = drums("I0", "2026-01-01", range(2)) + drums("I1", "2026-01-31", range(2))
    period = closed(tmp_path, counts, contents=CONTENTS + "TNT,C7,0.5,kg,0.05,0.05\n").period("A/C7", "I1")
    assert (period["difference"], period["sigma"]) == (0, 0)


def test_a_later_row_of_a_measurement_with_another_method_is_set_aside(tmp_path: Path) -> None:
    counts = "I0,2026-01-01,A,TNT,50,scale,D1,\nI1,2026-01-31,A,TNT,50,other,D1,\nI2,2026-02-28,A,TNT,50,scale,D1,\n"
    moved = "m1,2026-01-09,receipt,TNT,50,,A,other,D2\nm2,2026-01-09,issue,TNT,50,A,,scale,D2\n"
    result = closed(tmp_path, counts, moved, methods="method,random_rel\nscale,0.01\nother,0.02\n")
    assert [str(problem) for problem in result.site.problems] == [
        "movements.csv row 3, measurement = 'D2': it was read by other in movements.csv row 2, and by another method "
        "here: correct one of them",
        "counts.csv row 3, measurement = 'D1': it was read by scale in counts.csv row 2, and by another method here: "
        "correct one of them",
    ]
    assert [status for _, status in result.status("A/TNT")] == ["not_tested", "not_tested"]


def test_a_count_contradicts_a_movement_of_its_measurement(tmp_path: Path) -> None:
    counts = "I0,2026-01-01,A,TNT,0,,,\nI1,2026-01-31,A,TNT,50,other,D1,\n"
    moved = "m1,2026-01-09,receipt,TNT,50,,A,scale,D1\n"
    result = closed(tmp_path, counts, moved, methods="method,random_rel\nscale,0.01\nother,0.02\n")
    (problem,) = result.site.problems
    assert str(problem).startswith("counts.csv row 3, measurement = 'D1': it was read by scale in movements.csv row 2")


def test_an_earlier_row_of_a_reading_that_is_set_aside_hides_the_rows_that_share_its_calibration(
    tmp_path: Path,
) -> None:
    counts = "".join(f"I{n},2026-0{n + 1}-01,A,TNT,50,scale,{'D1' if n > 1 else ''},\n" for n in range(4))
    moved = "m1,2026-01-09,receipt,TNT,x,,A,scale,D1\nm2,2026-01-10,issue,TNT,50,A,,scale,\n"
    result = closed(tmp_path, counts, moved, methods=METHODS, calibrations="method,at\nscale,2026-01-20\n")
    # Whether D1 was read before the calibration nobody can say of the counts that repeat it: I2 and I3.
    assert [status for _, status in result.status("A/TNT")] == ["not_tested", "not_tested", "not_tested"]


# --- what is exact because nobody says otherwise


def test_contents_and_normal_losses_without_errors_are_named(tmp_path: Path) -> None:
    counts = "".join(
        f"I{n},2026-0{n + 1}-01,A,{material},{quantity},{method},,\n"
        for n in range(2)
        for material, quantity, method in (("TNT", 100, "scale"), ("BOX", 3, ""), ("MINE", 2, ""), ("PASTE", 0, ""))
    )
    result = closed(
        tmp_path,
        counts,
        materials="material,kind,unit\nTNT,bulk,kg\nBOX,item,each\nMINE,item,each\nPASTE,bulk,kg\n",
        contents=CONTENTS + "TNT,TNT,1,kg,,\nBOX,TNT,2,kg,,\nMINE,TNT,3,kg,0,\nPASTE,TNT,0.5,kg,,\n",
        normal_losses="area,substance,rate,basis\nA,TNT,0.1,per_day\n",
    )
    number = result.ids.index("A/TNT")
    assert result.balances.assumed_exact.rows() == [
        (number, "content", None, "BOX"),
        (number, "content", None, "TNT"),
        (number, "normal_loss", "A", None),
    ]


def test_a_substance_of_its_own_and_errors_stated_as_zero_are_not_named(tmp_path: Path) -> None:
    counts = "I0,2026-01-01,A,TNT,100,scale,,\nI1,2026-01-31,A,TNT,90,scale,,\n"
    losses = "area,substance,rate,basis,random_rel\nA,TNT,0.1,per_day,0\n"
    assert closed(tmp_path, counts, normal_losses=losses).balances.assumed_exact.is_empty()


# --- one reading has one value


def test_rows_of_one_reading_that_say_other_weights_are_set_aside(tmp_path: Path) -> None:
    counts = "".join(f"I{n},2026-0{n + 1}-01,A,TNT,{1000 + n},scale,D,\n" for n in range(3))
    site = write_site(tmp_path, movements=MOVED, counts=COUNTED + counts, methods=METHODS)
    assert [(one.row, one.column, one.value) for one in site.problems] == [
        (3, "quantity", "1001"),
        (4, "quantity", "1002"),
    ]
    mend = "leave measurement blank in one of them, or correct the quantity"
    assert site.problems[0].reason == f"it repeats the reading of counts.csv row 2, which says 1000.0 kg: {mend}"
    assert {status for _, status in Closed(site).status("A/TNT")} == {"not_tested"}


@pytest.mark.parametrize(
    ("quantity", "unit", "repeats"),
    [("50", "", True), ("50000", "g", True), ("0.05", "t", True), ("110.2", "lb", False), ("49.9999", "kg", False)],
)
def test_a_reading_may_be_repeated_in_another_unit_and_not_rounded_anew(
    tmp_path: Path, quantity: str, unit: str, *, repeats: bool
) -> None:
    site = write_site(
        tmp_path,
        movements="movement,at,kind,material,quantity,unit,to_area,method,measurement\n"
        "m1,2026-01-09,receipt,TNT,50,kg,A,scale,D\n",
        counts=f"inventory,at,area,material,quantity,unit,method,measurement\nI0,2026-02-01,A,TNT,{quantity},{unit},scale,D\n",
        methods=METHODS,
    )
    assert (not site.problems) is repeats
    if not repeats:
        assert "movements.csv row 2, which says 50.0 kg" in site.problems[0].reason


def test_of_items_with_one_measurement_a_part_may_go(tmp_path: Path) -> None:
    counts = "I0,2026-01-01,A,BOX,100,,LOT,\nI1,2026-01-31,A,BOX,60,,LOT,\n"
    assert not write_site(tmp_path, movements=MOVED, counts=COUNTED + counts, methods=METHODS).problems
