"""What stands on the plate of a scale is enough: σ from its maximum permissible errors, by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from small_sites import Closed, write_site

from stockward.stats.measuring.scales import permissible_errors
from stockward.terms.scales import ACCURACY_CLASSES

PLATE = "method,class,max,division,unit\nscale,III,6000,2,kg\n"
RECEIPTS = (900.0, 1000.0, 3000.0, 5000.0)
"""450, 500, 1,500 and 2,500 steps of 2 kg: in service the errors may be 2, 2, 4 and 6 kg."""


def movements(*quantities: float, method: str = "scale") -> str:
    rows = [
        f"M{number},2026-01-{number + 2:02d},receipt,TNT,{quantity},A,{method}"
        for number, quantity in enumerate(quantities)
    ]
    return "\n".join(["movement,at,kind,material,quantity,to_area,method", *rows])


def counts(begin: float, end: float, method: str = "scale") -> str:
    return (
        "inventory,at,area,material,quantity,method\n"
        f"I1,2026-01-01,A,TNT,{begin},{method}\nI2,2026-01-31,A,TNT,{end},{method}\n"
    )


def sigmas(folder: Path, methods: str = PLATE, **tables: str) -> tuple[float, float]:
    told = {"movements": movements(*RECEIPTS), "counts": counts(0, 0), **tables}
    period = Closed(write_site(folder, methods=methods, **told)).period("A/TNT", "I2")
    assert period["status"] == "closed", period["reason"]
    return float(period["sigma_random"]), float(period["sigma_systematic"])


@pytest.mark.parametrize(
    ("accuracy", "loads", "errors"),
    [
        ("I", (50_000, 50_001, 200_000, 200_001), (0.5, 1.0, 1.0, 1.5)),
        ("II", (5_000, 5_001, 20_000, 100_000), (0.5, 1.0, 1.0, 1.5)),
        ("III", (500, 501, 2_000, 10_000), (0.5, 1.0, 1.0, 1.5)),
        ("IIII", (50, 51, 200, 1_000), (0.5, 1.0, 1.0, 1.5)),
    ],
)
def test_the_permissible_errors_are_those_of_the_table(
    accuracy: str, loads: tuple[float, ...], errors: tuple[float, ...]
) -> None:
    """OIML R 76-1:2006, Table 6, and Directive 2014/31/EU, annex I, Table 3."""
    found = permissible_errors(np.array(loads, dtype=float), *ACCURACY_CLASSES[accuracy])
    assert found.tolist() == list(errors)


def test_the_errors_follow_from_the_plate(tmp_path: Path) -> None:
    random, systematic = sigmas(tmp_path)
    # A counted zero is known without a method; it is indicated by the scale all the same.
    assert random == pytest.approx(2 / np.sqrt(12) * np.sqrt(len(RECEIPTS) + 2))
    assert systematic == pytest.approx((2 + 2 + 4 + 6 - 2 + 2) / np.sqrt(3))


def test_weighings_of_one_scale_share_the_sign_of_its_error(tmp_path: Path) -> None:
    """Uniform between the bounds, the same share of each load's own bound: a simulation of what was booked."""
    rng = np.random.default_rng(7)
    share, rounding = rng.uniform(-1, 1, 40_000), rng.uniform(-1, 1, (40_000, 4))
    loads = np.array([4000.0, 3000.0, 900.0, 7900.0 - 4000.0])
    bounds = 2 * 2 * permissible_errors(loads / 2, *ACCURACY_CLASSES["III"])
    error = (share[:, None] * bounds + rounding) @ np.array([1.0, 1.0, 1.0, -1.0])
    found = sigmas(tmp_path, movements=movements(3000, 900), counts=counts(4000, 3900))
    assert np.hypot(*found) == pytest.approx(error.std(), rel=0.02)


def test_stated_errors_stand_beside_a_plate(tmp_path: Path) -> None:
    stated = "method,class,max,division,unit,systematic_rel,random_abs\nscale,III,6000,2,kg,{},{}\n"
    assert sigmas(tmp_path / "both", stated.format(0.001, 3)) == pytest.approx((3 * np.sqrt(6), 9.9))
    random, systematic = sigmas(tmp_path / "random", stated.format("", 3))
    assert (random, systematic) == pytest.approx((3 * np.sqrt(6), 14 / np.sqrt(3)))
    random, systematic = sigmas(tmp_path / "systematic", stated.format(0, ""))
    assert (random, systematic) == pytest.approx((np.sqrt(2.0), 0))


def test_the_verification_interval_decides_where_it_is_not_the_division(tmp_path: Path) -> None:
    fine = "method,class,max,division,verification_interval,unit\nscale,II,6000,0.5,2,kg\n"
    random, systematic = sigmas(tmp_path, fine)
    assert (random, systematic) == pytest.approx((0.5 / np.sqrt(12) * np.sqrt(6), 4 * 2 / np.sqrt(3)))


def test_a_plate_in_another_unit_says_the_same(tmp_path: Path) -> None:
    kg, t = sigmas(tmp_path / "kg"), sigmas(tmp_path / "t", PLATE.replace("6000,2,kg", "6,0.002,t"))
    assert t == pytest.approx(kg)


def test_more_than_the_largest_load_is_weighed_in_few_equal_parts(tmp_path: Path) -> None:
    """10,000 kg are two loads of 5,000 kg: each off by at most 6 kg, and indicated twice."""
    site = write_site(tmp_path, methods=PLATE, movements=movements(10_000), counts=counts(0, 0))
    period = Closed(site).period("A/TNT", "I2")
    assert period["sigma_systematic"] == pytest.approx(2 * 6 / np.sqrt(3))
    assert period["sigma_random"] == pytest.approx(2 / np.sqrt(12) * np.sqrt(2 + 2))
    assert [notice for notice in site.notices if "max" in notice or "at once" in notice] == [
        "movements.csv row 2: its 10000 kg are more than the 6000 kg that scale weighs at once, and are reckoned as 2 "
        "weighings: correct it, or give each weighing a row of its own"
    ]


def test_a_relative_error_is_drawn_for_each_part(tmp_path: Path) -> None:
    method = "method,max,unit,random_rel,systematic_rel\nscale,6000,kg,0.01,0\n"
    assert sigmas(tmp_path, method, movements=movements(10_000))[0] == pytest.approx(100 / np.sqrt(2))


def test_items_are_not_weighed_by_the_plate(tmp_path: Path) -> None:
    """What a plate says is of mass: of items it knows nothing, and their periods are not tested."""
    counted = counts(5, 5).replace("TNT", "BOX")
    site = write_site(tmp_path, methods=PLATE, movements=movements(2).replace("TNT", "BOX"), counts=counted)
    period = Closed(site).period("A/BOX", "I2")
    assert period["status"] == "not_tested"
    assert "which states no error" in str(period["reason"])


METER = "method,instrument,class,division,unit\nscale,meter,0.5,1,kg\n"


@pytest.mark.parametrize("accuracy", ["0.3", "0.5", "1", "1.5", "2.5"])
def test_a_meter_may_be_off_by_the_share_that_is_its_class(tmp_path: Path, accuracy: str) -> None:
    """OIML R 117-1:2007, Table 2, line A, and Directive 2014/32/EU, annex VII, Table 2: of complete systems."""
    random, systematic = sigmas(tmp_path, METER.replace("0.5", accuracy))
    assert systematic == pytest.approx(float(accuracy) / 100 / np.sqrt(3) * sum(RECEIPTS))
    assert random == pytest.approx(1 / np.sqrt(12) * np.sqrt(len(RECEIPTS) + 2))


def test_a_stated_error_stands_in_place_of_that_of_a_meter(tmp_path: Path) -> None:
    stated = METER.replace("unit", "unit,systematic_rel").replace("kg", "kg,0.001")
    assert sigmas(tmp_path, stated)[1] == pytest.approx(0.001 * sum(RECEIPTS))


BAD_METERS = [
    (",0.5,1,,", "class", "this is a class of meters, not of scales: write meter as its instrument"),
    ("meter,III,1,,", "class", "this is a class of scales, not of meters: write 0.3, 0.5, 1, 1.5 or 2.5"),
    ("meter,,1,,", "class", "the plate of a meter has a class: write 0.3, 0.5, 1, 1.5 or 2.5, or state systematic_rel"),
    ("meter,0.5,,,", "division", "a meter shows steps of a scale interval: write it as division"),
    ("meter,0.5,1,900,", "max", "a meter has no largest load: leave it blank"),
    ("meter,0.5,1,,2", "verification_interval", "a meter has no e: leave it blank"),
    ("gauge,0.5,1,,", "instrument", "it must be one of: scale, meter, tank"),
    ("tank,,50,,", "instrument", "no plate says how far a tank is off: write as systematic_rel half of"),
    ("tank,0.5,50,,", "instrument", "no plate says how far a tank is off: write as systematic_rel half of"),
    ("tank,III,50,,", "class", "a tank has no class here: leave it blank"),
    ("tank,,50,900,", "max", "a tank weighs no loads: leave it blank"),
    ("tank,,50,,2", "verification_interval", "a tank has no e: leave it blank"),
]


@pytest.mark.parametrize(("row", "column", "words"), BAD_METERS)
def test_a_plate_that_no_meter_has_is_set_aside(tmp_path: Path, row: str, column: str, words: str) -> None:
    methods = f"method,instrument,class,division,max,verification_interval,unit\nscale,{row},kg\n"
    site = write_site(tmp_path, methods=methods, movements=movements(5), counts=counts(0, 5))
    told = [one for one in site.problems if (one.file, one.row, one.column) == ("methods.csv", 2, column)]
    assert [words in one.reason for one in told] == [True]


def test_what_the_message_of_a_tank_says_gives_its_errors(tmp_path: Path) -> None:
    """A table good to 0.2 % with k = 2; a gauge good to ±4 mm that shows 1 mm, a millimetre being 50 kg."""
    tank = "method,instrument,systematic_rel,systematic_abs,division,unit\nscale,tank,0.001,115.47,50,kg\n"
    random, systematic = sigmas(tmp_path, tank, movements=movements(), counts=counts(90_000, 40_000))
    assert random == pytest.approx(50 / np.sqrt(12) * np.sqrt(2))
    # Both readings are of one table, and of one gauge: its offset cancels.
    assert systematic == pytest.approx(0.001 * 50_000)


BAD_PLATES = [
    ("V,6000,2,,", "class", "it must be one of: I, II, III, IIII"),
    (",6000,2,,", "class", "the plate of a scale has a class: write I, II, III or IIII, or state systematic_rel"),
    ("III,6000,,,", "division", "the plate of a scale has a division d above 0: write it, or state systematic_rel"),
    ("III,6000,0,,", "division", "the plate of a scale has a division d above 0"),
    ("III,2,6000,,", "division", "the division is larger than max, and both are in the unit of the method"),
    ("III,6000,2,1,", "verification_interval", "e is never smaller than the division d"),
    ("III,6000,2,7000,", "verification_interval", "it is larger than max"),
    (
        "III,6000,0.2,,",
        "max",
        "a scale of class III has at most 10 000 steps up to max, and this one would have 30",
    ),
]


@pytest.mark.parametrize(("row", "column", "words"), BAD_PLATES)
def test_a_plate_that_cannot_be_one_is_set_aside_with_the_mend(
    tmp_path: Path, row: str, column: str, words: str
) -> None:
    methods = f"method,class,max,division,verification_interval,unit\nscale,{row}kg\n"
    site = write_site(tmp_path, methods=methods, movements=movements(5), counts=counts(0, 5))
    problem = site.problems[0]
    assert (problem.file, problem.row, problem.column) == ("methods.csv", 2, column)
    assert words in problem.reason


def test_what_is_weighed_by_such_a_plate_is_not_tested(tmp_path: Path) -> None:
    methods = f"method,class,max,division,verification_interval,unit\nscale,{BAD_PLATES[0][0]}kg\n"
    site = write_site(tmp_path, methods=methods, movements=movements(5), counts=counts(0, 5))
    assert Closed(site).period("A/TNT", "I2")["status"] == "not_tested"


def test_a_plate_whose_errors_are_stated_need_not_be_whole(tmp_path: Path) -> None:
    methods = "method,instrument,max,unit,random_rel,systematic_rel\nscale,scale,6000,kg,0.01,0.002\n"
    site = write_site(tmp_path, methods=methods, movements=movements(5), counts=counts(0, 5))
    assert not site.problems
