"""Shippers, receivers and scales that measured the same: whole small sites."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from small_sites import write_site

import stockward as sw
from stockward.answers.measuring.records import MeasuringRecords, PairedMethods
from stockward.balance.measuring.scales import records_of_measuring
from stockward.book import Site
from stockward.book.known import known_at
from stockward.questions.concluded import review_concluded
from stockward.terms.conclusions import Conclusion
from stockward.terms.measuring import PairsVerdict

METHODS = "method,unit,random_rel,systematic_rel\nW,kg,0.002,0.001\nV,kg,0.001,0.001\nX,kg,,\n"
HEAD = "pair,at,material,first,second,first_method,second_method,partner"
MOVEMENTS = "movement,at,kind,material,quantity,to_area,method\nM1,2026-01-05,receipt,TNT,100,A,W\n"
COUNTS = "inventory,at,area,material,quantity,method\nI1,2026-01-01,A,TNT,50,W\nI2,2026-01-31,A,TNT,150,W\n"


def pairs(
    first: Sequence[float], second: Sequence[float], who: str = ",W,ACME", head: str = HEAD, code: str = "P"
) -> str:
    rows = [
        f"{code}{number},2026-02-{number % 28 + 1:02d},TNT,{one},{other},{who}"
        for number, (one, other) in enumerate(zip(first, second, strict=True))
    ]
    return "\n".join([head, *rows])


def site_of(folder: Path, text: str, **tables: str) -> Site:
    told = {"methods": METHODS, "movements": MOVEMENTS, "counts": COUNTS, "pairs": text, **tables}
    return write_site(folder, **told)


def found(site: Site, as_of: datetime | None = None, false_alarm: float = 0.05) -> MeasuringRecords:
    return records_of_measuring(known_at(site, as_of), false_alarm=false_alarm)


def one(site: Site, **options: float) -> PairedMethods:
    (only,) = found(site, **options).pairs  # type: ignore[arg-type]
    return only


def test_a_shipper_and_a_receiver_by_hand(tmp_path: Path) -> None:
    """Differences 2, 4, 3: mean 3, s = 1, t = 3√3 with two degrees of freedom."""
    line = one(site_of(tmp_path, pairs((102, 204, 153), (100, 200, 150))))
    assert (line.partner, line.first_method, line.second_method, line.pairs) == ("ACME", None, "W", 3)
    assert (line.first, line.second, line.difference, line.mean) == (459, 450, 9, 3)
    assert line.low == pytest.approx(3 * (3 - 4.30265 / 3**0.5), rel=1e-5)
    assert line.p_value == pytest.approx(0.0351, abs=1e-4)
    assert line.share == 0.05
    assert (line.verdict, line.stated) == (PairsVerdict.BIAS, None)
    assert line.scatter is not None
    assert (line.scatter.sigma, line.scatter.freedom) == (pytest.approx(1.0), 2)


def test_a_bias_ends_with_code_1_and_no_bias_does_not(tmp_path: Path) -> None:
    biased = sw.review(site_of(tmp_path / "bias", pairs((102, 204, 153), (100, 200, 150))))
    assert biased.series["verdict"].to_list() == ["balanced"]
    assert review_concluded(biased.answers) is Conclusion.ALARMED
    assert biased.pairs.select("verdict", "difference").rows() == [("bias", 9.0)]
    calm = sw.review(site_of(tmp_path / "calm", pairs((101, 199, 150.5), (100, 200, 150))))
    assert calm.pairs["verdict"].to_list() == ["no_bias"]
    assert review_concluded(calm.answers) is Conclusion.NOTHING_ALARMED


def test_pairs_enter_no_balance(tmp_path: Path) -> None:
    text = pairs((102, 204, 153), (100, 200, 150), head=f"{HEAD},movement", who=",W,ACME,M1")
    with_pairs = sw.review(site_of(tmp_path / "with", text))
    without = sw.review(site_of(tmp_path / "without", HEAD))
    assert with_pairs.periods.equals(without.periods)
    assert with_pairs.series.equals(without.series)


def test_the_stated_errors_of_both_may_explain_it(tmp_path: Path) -> None:
    """V and W share an error of √2 · 0.1 % each in all pairs: 0.15 % more is no finding, 1 % is one."""
    rng = np.random.default_rng(1)
    true = rng.uniform(50, 500, 40)
    for bias, verdict in ((0.0015, PairsVerdict.WITHIN_ERRORS), (0.01, PairsVerdict.BIAS)):
        first = true * (1 + bias) * (1 + rng.normal(0, 0.001, 40))
        line = one(site_of(tmp_path / str(bias), pairs(first, true * (1 + rng.normal(0, 0.002, 40)), "V,W,")))
        assert line.verdict is verdict
        assert line.stated is not None
        shared = 0.001 * np.hypot(line.first, line.second)
        fresh = np.sqrt(np.sum((0.001 * first) ** 2 + (0.002 * true) ** 2))
        assert line.stated.sigma == pytest.approx(np.hypot(shared, fresh), rel=0.01)
        # A large bias that grows with the amounts scatters the differences as well.
        assert (line.stated.scatter.low < 1 < line.stated.scatter.high) == (bias < 0.01)


def test_calibrations_draw_the_shared_error_anew(tmp_path: Path) -> None:
    numbers = np.full(28, 100.0)
    text = pairs(numbers + np.tile([0.1, -0.1], 14), numbers, "V,W,")
    days = "\n".join(f"V,2026-02-{day:02d}" for day in range(1, 29))
    once, daily = (
        one(site_of(tmp_path, text)),
        one(site_of(tmp_path / "daily", text, calibrations=f"method,at\n{days}")),
    )
    assert once.stated is not None and daily.stated is not None
    fresh = 28 * (0.1**2 + 0.2**2)
    assert once.stated.sigma == pytest.approx(np.sqrt(fresh + 2 * 2.8**2), rel=1e-4)
    assert daily.stated.sigma == pytest.approx(np.sqrt(fresh + 2.8**2 + 28 * 0.1**2), rel=1e-4)
    assert daily.stated.scatter.ratio < once.stated.scatter.ratio


def test_stated_errors_keep_the_false_alarms_where_scales_are_off_as_stated(tmp_path: Path) -> None:
    """Both with the systematic errors that they state: a test of the scatter alone would call most of them biased."""
    rng = np.random.default_rng(4)
    methods = ["method,unit,random_rel,systematic_rel"]
    rows = [HEAD]
    for group in range(120):
        methods += [f"A{group},kg,0.001,0.001", f"B{group},kg,0.001,0.001"]
        true = rng.uniform(50, 500, 20)
        first, second = (true * (1 + rng.normal(0, 0.001) + rng.normal(0, 0.001, 20)) for _ in range(2))
        rows += pairs(first, second, f"A{group},B{group},", code=f"G{group}-").splitlines()[1:]
    text = "\n".join([*methods, "W,kg,0.002,0.001"])
    lines = found(site_of(tmp_path, "\n".join(rows), methods=text), false_alarm=0.05 * 120).pairs
    assert [line.share for line in lines] == [0.05] * 120
    verdicts = [line.verdict for line in lines]
    assert verdicts.count(PairsVerdict.WITHIN_ERRORS) > 60
    assert verdicts.count(PairsVerdict.BIAS) <= 13


def test_partners_and_methods_stand_apart_and_share_the_chance(tmp_path: Path) -> None:
    text = pairs((102, 204, 153), (100, 200, 150))
    more = pairs((102, 204, 153), (100, 200, 150), ",V,BETA", code="Q").splitlines()[1:]
    few = pairs((102, 204), (100, 200), ",W,GAMMA", code="R").splitlines()[1:]
    lines = found(site_of(tmp_path, "\n".join([text, *more, *few]))).pairs
    assert [(line.partner, line.verdict) for line in lines] == [
        ("ACME", PairsVerdict.NO_BIAS),
        ("BETA", PairsVerdict.NO_BIAS),
        ("GAMMA", PairsVerdict.NOT_TESTED),
    ]
    assert [line.share for line in lines] == [0.025, 0.025, None]
    assert lines[2].p_value is None


def test_units_convert_into_that_of_the_books(tmp_path: Path) -> None:
    text = f"{HEAD},unit\n" + "\n".join(
        f"P{n},2026-02-0{n + 1},TNT,{first},{second},,W,ACME,g" for n, (first, second) in enumerate(((2e3, 1e3),) * 3)
    )
    line = one(site_of(tmp_path, text))
    assert (line.first, line.second, line.unit) == (6.0, 3.0, "kg")
    assert (line.p_value, line.low, line.high) == (0.0, 3.0, 3.0)


def test_a_review_as_of_a_day_knows_the_pairs_of_then(tmp_path: Path) -> None:
    site = site_of(tmp_path, pairs((102, 204, 153, 90), (100, 200, 150, 90)))
    assert [line.pairs for line in found(site, datetime(2026, 2, 3, tzinfo=UTC)).pairs] == [3]
    assert found(site, datetime(2026, 1, 31, tzinfo=UTC)) == MeasuringRecords()


def test_pairs_of_reversed_movements_are_left_out(tmp_path: Path) -> None:
    movements = (
        "movement,at,kind,material,quantity,to_area,method,reverses\nM1,2026-01-05,receipt,TNT,100,A,W,\n"
        "M2,2026-01-06,receipt,TNT,100,A,W,\nM3,2026-01-07,receipt,TNT,100,A,W,M2\n"
    )
    text = f"{HEAD},movement\nP1,2026-01-05,TNT,101,100,,W,ACME,M1\nP2,2026-01-06,TNT,101,100,,W,ACME,M2\n"
    records = found(site_of(tmp_path, text, movements=movements))
    assert (records.cancelled, records.pairs[0].pairs) == (1, 1)


def test_three_scales_of_the_same_drums(tmp_path: Path) -> None:
    """Each scale's error whatever the drums weigh; one drum of which a scale says two things is left out."""
    rng = np.random.default_rng(2)
    true = rng.uniform(50, 500, 60)
    read = {name: true + rng.normal(0, sigma, 60) for name, sigma in (("V", 0.1), ("W", 0.3), ("X", 1.0))}
    rows = [f"{HEAD},thing"]
    for drum in range(60):
        rows += [
            f"{other}{drum},2026-02-01,TNT,{read['V'][drum]:.6f},{read[other][drum]:.6f},V,{other},,D{drum}"
            for other in ("W", "X")
        ]
    rows += ["A,2026-02-01,TNT,100,101,V,W,,D60", "B,2026-02-01,TNT,105,101,V,X,,D60"]
    records = found(site_of(tmp_path, "\n".join(rows)))
    assert records.contradictory == 1
    (scales,) = records.scales
    assert (scales.things, [one.method for one in scales.errors]) == (60, ["V", "W", "X"])
    covariance = np.cov(np.array([read[name] for name in "VWX"]))
    for number, line in enumerate(scales.errors):
        others = [place for place in range(3) if place != number]
        cross = covariance[number, others].sum() - covariance[others[0], others[1]]
        assert line.variance == pytest.approx(covariance[number, number] - cross, rel=1e-3)
    assert scales.errors[2].sigma == pytest.approx(1.0, rel=0.3)


def test_a_partner_is_one_of_three(tmp_path: Path) -> None:
    rows = [f"{HEAD},movement"]
    movements = ["movement,at,kind,material,quantity,to_area,method"]
    rng = np.random.default_rng(3)
    for number in range(5):
        movements.append(f"M{number},2026-01-05,receipt,TNT,100,A,W")
        shipped, gate, scale = 100 + 10 * number + rng.normal(0, 0.1, 3)
        rows.append(f"P{number},2026-01-06,TNT,{shipped},{gate},,V,ACME,M{number}")
        rows.append(f"Q{number},2026-01-06,TNT,{gate},{scale},V,W,,M{number}")
    (scales,) = found(site_of(tmp_path, "\n".join(rows), movements="\n".join(movements))).scales
    assert [(one.method, one.partner) for one in scales.errors] == [(None, "ACME"), ("V", None), ("W", None)]


BAD = [
    ("P9,2026-02-01,TNT,-1,5,,W,ACME", "first", "it is never negative"),
    ("P9,2026-02-01,TNT,,5,,W,ACME", "first", "it is blank and must be given"),
    ("P9,2026-02-01,TNT,5,,,W,ACME", "second", "it is blank and must be given"),
    ("P0,2026-02-01,TNT,5,5,,W,ACME", "pair", "this key stands in row 2"),
    ("P9,2026-02-01,HMX,5,5,,W,ACME", "material", "HMX is not in materials"),
    ("P9,2026-02-01,TNT,5,5,,Z,ACME", "second_method", "Z is not in methods"),
    ("P9,2026-02-01,TNT,5,5,,W,", "partner", "nothing says who measured: name both methods, or the partner"),
    ("P9,2026-02-01,TNT,5,5,,,", "partner", "nothing says who measured"),
    ("P9,2026-02-01,TNT,5,5,W,W,", "second_method", "both are by the same method, and no two are compared"),
    ("P9,01.02.2026,TNT,5,5,,W,ACME", "at", ""),
]


@pytest.mark.parametrize(("row", "column", "words"), BAD)
def test_a_bad_pair_is_set_aside_and_said(tmp_path: Path, row: str, column: str, words: str) -> None:
    site = site_of(tmp_path, f"{pairs((102, 204, 153), (100, 200, 150))}\n{row}\n")
    (problem,) = site.problems
    assert (problem.file, problem.row, problem.column) == ("pairs.csv", 5, column)
    assert words in problem.reason
    records = found(site)
    assert (records.set_aside, records.pairs[0].pairs) == (1, 3)
    assert review_concluded(sw.review(site).answers) is Conclusion.ALARMED


@pytest.mark.parametrize(
    ("tail", "column", "words"),
    [
        (",M7,", "movement", "M7 is not in movements"),
        (",M1,each", "unit", "it does not convert into kg, the unit of the books"),
    ],
)
def test_movements_and_units_of_pairs(tmp_path: Path, tail: str, column: str, words: str) -> None:
    site = site_of(tmp_path, f"{HEAD},movement,unit\nP1,2026-02-01,TNT,5,5,,W,ACME{tail}\n")
    assert [(one.column, words in one.reason) for one in site.problems] == [(column, True)]


def test_a_pair_is_of_what_its_movement_moved(tmp_path: Path) -> None:
    site = site_of(tmp_path, f"{HEAD},movement\nP1,2026-02-01,BOX,5,5,,W,ACME,M1\n")
    assert [(one.column, one.reason) for one in site.problems] == [
        ("movement", "it moved TNT: correct the movement, or the material")
    ]


def test_a_pair_of_two_things_is_told(tmp_path: Path) -> None:
    site = site_of(tmp_path, pairs((102, 204, 1530), (100, 200, 150)))
    assert "pairs.csv row 4: 1530 and 150 of one thing differ by more than 10%: correct it if one was misread" in (
        site.notices
    )
