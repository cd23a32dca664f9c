"""Errors that a method takes from its readings of standards, and stated ones beside them: whole small sites."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from small_sites import Closed, write_site

from stockward.balance.measuring.scales import records_of_measuring
from stockward.balance.sigma.stated import stated_methods
from stockward.book import Site
from stockward.book.known import known_at
from stockward.terms.measuring import ChecksUse

MOVEMENTS = "movement,at,kind,material,quantity,to_area,method\nM1,2026-01-05,receipt,TNT,100,A,W\n"
COUNTS = "inventory,at,area,material,quantity,method\nI1,2026-01-01,A,TNT,50,W\nI2,2026-01-31,A,TNT,149,W\n"
BLANK = "method,unit\nW,kg\n"


def checks(
    sessions: int = 8,
    readings: int = 5,
    *,
    systematic: float = 0.001,
    random: float = 0.002,
    seed: int = 1,
    standards: tuple[float, ...] = (50, 100, 200, 20, 50),
    absolute: bool = False,
) -> str:
    rng = np.random.default_rng(seed)
    rows = []
    for session in range(sessions):
        shared = rng.normal(0, systematic)
        for reading in range(readings):
            standard = standards[reading % len(standards)]
            error = shared + rng.normal(0, random)
            value = standard + (error if absolute else standard * error)
            rows.append(f"W,2025-{1 + session // 28:02d}-{session % 28 + 1:02d},{standard},{value:.5f}")
    return "\n".join(["method,at,standard,reading", *rows])


def site_of(folder: Path, methods: str = BLANK, **tables: str) -> Site:
    told = {"movements": MOVEMENTS, "counts": COUNTS, "checks": checks(), **tables}
    return write_site(folder, methods=methods, **told)


def record(site: Site, as_of: datetime | None = None):  # type: ignore[no-untyped-def]
    return known_at(site, as_of).records["W"]


def read(site: Site) -> tuple[np.ndarray, np.ndarray, list[str]]:
    rows = site["checks"]
    errors = (rows["reading"] / rows["standard"] - 1).to_numpy()
    return errors, rows["at"].dt.ordinal_day().to_numpy(), rows["at"].to_list()


def test_a_method_without_errors_takes_those_of_its_standards(tmp_path: Path) -> None:
    """The analysis written out: within sessions of a day, and about zero, less what is random of it."""
    site = site_of(tmp_path)
    errors, day, _ = read(site)
    sessions = [errors[day == one] for one in np.unique(day)]
    within = sum(((one - one.mean()) ** 2).sum() for one in sessions) / (40 - 8)
    between = sum(5 * one.mean() ** 2 for one in sessions) / 8
    (method,) = stated_methods(known_at(site, None))
    assert (method.basis, method.random_abs, method.systematic_abs) == ("measured", None, None)
    assert method.random_rel == pytest.approx(within**0.5)
    assert method.systematic_rel == pytest.approx(((between - within) / 5) ** 0.5)
    assert method.random_df == 32
    shared = (between - within) / 5
    assert method.systematic_df == pytest.approx(shared**2 / ((between / 5) ** 2 / 8 + (within / 5) ** 2 / 32))
    period = Closed(site).period("A/TNT", "I2")
    assert period["status"] == "closed"
    assert period["sigma_random"] == pytest.approx(within**0.5 * np.sqrt(50**2 + 100**2 + 149**2))
    assert not site.problems
    assert not site.notices


def test_a_method_that_states_errors_keeps_them(tmp_path: Path) -> None:
    site = site_of(tmp_path, "method,unit,random_rel,systematic_rel\nW,kg,0.002,0.001\n")
    (method,) = stated_methods(known_at(site, None))
    assert (method.random_rel, method.systematic_rel, method.basis) == (0.002, 0.001, None)
    (found,) = records_of_measuring(known_at(site, None), false_alarm=0.05).checks
    assert found.use is ChecksUse.STATED
    assert found.random_beside is not None and found.systematic_beside is not None
    assert found.random_beside.low < 1 < found.random_beside.high
    assert min(found.systematic_beside.p_more, found.systematic_beside.p_less) > 0.01


@pytest.mark.parametrize(("random", "systematic"), [("0.0005", "0.001"), ("0.002", "0.0001"), ("0", "0")])
def test_standards_contradict_what_is_stated_too_small(tmp_path: Path, random: str, systematic: str) -> None:
    actual = 0.001 if systematic == "0.001" else 0.003
    site = site_of(
        tmp_path,
        f"method,unit,random_rel,systematic_rel\nW,kg,{random},{systematic}\n",
        checks=checks(12, systematic=actual),
    )
    (found,) = records_of_measuring(known_at(site, None), false_alarm=0.05).checks
    assert found.random_beside is not None and found.systematic_beside is not None
    assert (found.random_beside.p_more < 0.01) == (random != "0.002")
    assert (found.systematic_beside.p_more < 0.01) == (systematic != "0.001")


def test_stated_errors_that_are_right_are_seldom_contradicted(tmp_path: Path) -> None:
    """One per cent each way: of 60 methods with the errors that they state, two or three at the most."""
    methods = ["method,unit,random_rel,systematic_rel,random_abs,systematic_abs"]
    rows = ["method,at,standard,reading"]
    rng = np.random.default_rng(3)
    for number in range(60):
        methods.append(f"W{number},kg,0.001,0.002,0.05,0.02")
        for session in range(10):
            relative, absolute = rng.normal(0, (0.002, 0.02))
            for standard in (20, 100, 200):
                value = standard * (1 + relative + rng.normal(0, 0.001)) + absolute + rng.normal(0, 0.05)
                rows.append(f"W{number},2025-01-{session + 1:02d},{standard},{value:.5f}")
    site = write_site(
        tmp_path, methods="\n".join(methods), movements=MOVEMENTS.replace(",W", ",W1"),
        counts=COUNTS.replace(",W", ",W1"), checks="\n".join(rows),
    )  # fmt: skip
    found = records_of_measuring(known_at(site, None), false_alarm=0.05).checks
    beside = [one for line in found for one in (line.random_beside, line.systematic_beside) if one is not None]
    assert len(beside) == 120
    assert sum(min(one.p_more, one.p_less) < 0.01 for one in beside) <= 6
    for part in ("random_beside", "systematic_beside"):
        assert np.mean([getattr(line, part).ratio ** 2 for line in found]) == pytest.approx(1.0, abs=0.15)


@pytest.mark.parametrize(("sessions", "readings"), [(4, 5), (8, 1), (5, 2), (1, 30)])
def test_too_few_readings_give_no_errors(tmp_path: Path, sessions: int, readings: int) -> None:
    site = site_of(tmp_path, checks=checks(sessions, readings))
    assert record(site).use is ChecksUse.TOO_FEW
    assert Closed(site).period("A/TNT", "I2")["status"] == "not_tested"
    (told,) = [one for one in site.notices if one.startswith("checks.csv")]
    assert f"{sessions * (readings - 1)} repetitions within sessions and {sessions} adjustments" in told
    assert "take 9 and 5: read the standard several times a session, before each calibration" in told


def test_sessions_between_two_calibrations_are_one_adjustment(tmp_path: Path) -> None:
    days = "\n".join(f"W,2025-01-{day:02d}" for day in (3, 6))
    site = site_of(tmp_path, calibrations=f"method,at\n{days}\n")
    assert record(site).adjustments == 3
    assert record(site).use is ChecksUse.TOO_FEW
    weekly = site_of(tmp_path / "weekly", "method,unit,calibration_days\nW,kg,4\n")
    assert record(weekly).adjustments == 2
    assert record(site_of(tmp_path / "daily", "method,unit,calibration_days\nW,kg,1\n")).adjustments == 8


def test_a_reading_at_the_moment_of_a_calibration_found_the_one_before(tmp_path: Path) -> None:
    """Dates without a time: the check and the calibration of a day both stand at its begin."""
    days = "\n".join(f"W,2025-01-{day:02d}" for day in range(1, 9))
    found = record(site_of(tmp_path, calibrations=f"method,at\n{days}\n"))
    assert [one.adjustment for one in found.sessions] == list(range(8))


def test_what_was_read_after_an_adjustment_tells_of_the_random_error_alone(tmp_path: Path) -> None:
    text = checks().replace("method,at,standard,reading", "method,at,standard,reading,state")
    lines = text.splitlines()
    left = [f"{line},as_left".replace("2025-01", "2025-02") for line in lines[1:]]
    site = site_of(tmp_path, checks="\n".join([*(f"{line}," if n else line for n, line in enumerate(lines)), *left]))
    alone = record(site_of(tmp_path / "alone"))
    both = record(site)
    assert (both.adjustments, len(both.sessions), both.random.freedom) == (8, 16, 64)
    assert both.systematic.estimate.variance == pytest.approx(alone.systematic.estimate.variance)
    only = record(site_of(tmp_path / "left", checks="\n".join([lines[0], *left])))
    assert (only.systematic, only.use) == (None, ChecksUse.TOO_FEW)


def test_a_session_may_last_over_days(tmp_path: Path) -> None:
    lines = checks().splitlines()
    named = [f"{line},{'session' if not n else f'S{(n - 1) // 10}'}" for n, line in enumerate(lines)]
    assert len(record(site_of(tmp_path, checks="\n".join(named))).sessions) == 4


def test_absolute_errors_where_they_do_not_grow(tmp_path: Path) -> None:
    site = site_of(tmp_path, checks=checks(10, systematic=0.1, random=0.3, absolute=True))
    (method,) = stated_methods(known_at(site, None))
    assert (method.random_rel, method.systematic_rel, method.unit) == (None, None, "kg")
    assert method.random_abs == pytest.approx(0.3, rel=0.3)
    grams = checks(10, systematic=0.1, random=0.3, absolute=True).splitlines()
    in_grams = [f"{grams[0]},unit"]
    for line in grams[1:]:
        method_key, at, standard, reading = line.split(",")
        in_grams.append(f"{method_key},{at},{float(standard) * 1000},{float(reading) * 1000},g")
    other = stated_methods(known_at(site_of(tmp_path / "g", checks="\n".join(in_grams)), None))[0]
    assert other.random_abs == pytest.approx(method.random_abs, rel=1e-6)


@pytest.mark.parametrize(("methods", "relative"), [(BLANK, True), ("method,unit,division\nW,kg,0.01\n", False)])
def test_of_one_standard_the_method_decides(tmp_path: Path, methods: str, relative: bool) -> None:
    assert record(site_of(tmp_path, methods, checks=checks(standards=(100.0,)))).relative is relative


def test_what_rounding_hides_is_not_nothing(tmp_path: Path) -> None:
    """Readings that are all alike: with a division it stands for both errors, without one nothing is known."""
    same = "\n".join(["method,at,standard,reading", *(f"W,2025-01-{n // 4 + 1:02d},100,100" for n in range(32))])
    site = site_of(tmp_path, checks=same)
    assert record(site).use is ChecksUse.NO_SCATTER
    assert any("its readings are all alike" in one for one in site.notices)
    assert Closed(site).period("A/TNT", "I2")["status"] == "not_tested"
    coarse = site_of(tmp_path / "coarse", "method,unit,division\nW,kg,0.5\n", checks=same)
    (method,) = stated_methods(known_at(coarse, None))
    assert (method.random_abs, method.random_df) == (None, None)
    assert method.systematic_abs == pytest.approx(0.5 / np.sqrt(12))
    period = Closed(coarse).period("A/TNT", "I2")
    assert period["sigma_random"] == pytest.approx(0.5 / np.sqrt(12) * np.sqrt(3))


def test_a_plate_counts_as_stated(tmp_path: Path) -> None:
    site = site_of(tmp_path, "method,unit,class,division,max\nW,kg,III,0.05,150\n")
    assert record(site).use is ChecksUse.STATED
    (found,) = records_of_measuring(known_at(site, None), false_alarm=0.05).checks
    assert found.systematic_beside is not None and found.random_beside is not None
    # d/√12 is 14 g, and the readings scatter by 0.2 % of up to 200 kg.
    assert found.random_beside.p_more < 1e-6


def test_a_review_as_of_a_day_knows_the_checks_of_then(tmp_path: Path) -> None:
    early = checks(8).splitlines()
    late = [line.replace("2025-01", "2026-02") for line in checks(8, seed=9, random=0.006).splitlines()[1:]]
    site = site_of(tmp_path, checks="\n".join([*early, *late]))
    then, now = record(site, datetime(2026, 1, 31, 23, tzinfo=UTC)), record(site)
    assert (then.readings, now.readings) == (40, 80)
    assert then.random == record(site_of(tmp_path / "then")).random
    assert now.random.variance > 2 * then.random.variance
    known_late = [f"{line},2026-06-01" for line in early[1:]]
    site = site_of(tmp_path / "entered", checks="\n".join([f"{early[0]},recorded_at", *known_late]))
    assert known_at(site, datetime(2026, 5, 31, tzinfo=UTC)).records == {}


def test_a_copy_of_the_books_keeps_the_errors_of_then(tmp_path: Path) -> None:
    """A surge is asked of copies of the site, which know no later readings."""
    import stockward as sw

    late = [line.replace("2025-01", "2026-02") for line in checks(8, seed=9, random=0.006).splitlines()[1:]]
    site = site_of(tmp_path, checks="\n".join([*checks().splitlines(), *late]))
    alone = sw.review(site_of(tmp_path / "alone"), as_of="2026-01-31", production=2)
    then = sw.review(site, as_of="2026-01-31", production=2)
    assert then.answers.surge is not None and alone.answers.surge is not None
    assert then.answers.surge.series == alone.answers.surge.series


BAD = [
    ("W,2025-01-02,0,3", "standard", "it lies outside [1e-9, 1e15]"),
    ("W,2025-01-02,-5,3", "standard", "it lies outside [1e-9, 1e15]"),
    ("W,2025-01-02,5,", "reading", "it is blank and must be given"),
    ("W,2025-01-02,,5", "standard", "it is blank and must be given"),
    ("W,2025-01-02,5,about 5", "reading", ""),
    ("W,2025-01-02,50,500", "reading", "it is no reading of this standard: correct it, the standard, or the unit"),
    ("W,2025-01-02,50,0", "reading", "it is no reading of this standard"),
    ("V,2025-01-02,5,5", "method", "V is not in methods"),
    (",2025-01-02,5,5", "method", "it is blank and must be given"),
    ("W,02/01/2025,5,5", "at", "this is no ISO 8601 date"),
]


@pytest.mark.parametrize(("row", "column", "words"), BAD)
def test_a_bad_reading_is_set_aside_and_hides_what_it_could_change(
    tmp_path: Path, row: str, column: str, words: str
) -> None:
    site = site_of(tmp_path, checks=f"{checks()}\n{row}\n")
    (problem,) = site.problems
    assert (problem.file, problem.row, problem.column) == ("checks.csv", 42, column)
    assert words in problem.reason
    closed = Closed(site)
    touched = row[:1] != "V"
    period = closed.period("A/TNT", "I2")
    assert period["status"] == ("not_tested" if touched else "closed") or column == "method"
    if touched or column == "method":
        assert period["reason"] in {"a row that was set aside could change it", None}
    (found,) = records_of_measuring(closed.books, false_alarm=0.05).checks
    assert found.set_aside == 1


def test_a_bad_reading_of_a_method_that_states_its_errors_hides_nothing(tmp_path: Path) -> None:
    stated = "method,unit,random_rel,systematic_rel\nW,kg,0.002,0.001\n"
    site = site_of(tmp_path, stated, checks=f"{checks()}\nW,2025-01-02,0,3\n")
    assert Closed(site).period("A/TNT", "I2")["status"] == "closed"


@pytest.mark.parametrize(
    ("methods", "unit", "words"),
    [
        (BLANK, "each", "it does not convert into kg, the unit of the method: correct it"),
        ("method\nW\n", "kg", "W has no unit into which kg could convert: write one in methods"),
    ],
)
def test_units_of_standards(tmp_path: Path, methods: str, unit: str, words: str) -> None:
    site = site_of(tmp_path, methods, checks=f"method,at,standard,reading,unit\nW,2025-01-02,5,5,{unit}\n")
    assert [(one.column, one.reason) for one in site.problems] == [("unit", words)]


def test_a_reading_far_off_is_told(tmp_path: Path) -> None:
    site = site_of(tmp_path, checks=f"{checks()}\nW,2025-01-02,50,60\n")
    assert not site.problems
    assert (
        "checks.csv row 42: W read 60 where the standard is 50, which is 20 % off: correct it if it was misread"
        in site.notices
    )


def test_a_calibration_set_aside_parts_no_sessions(tmp_path: Path) -> None:
    site = site_of(tmp_path, calibrations="method,at\nW,someday\n")
    assert record(site).adjustments == 1
    assert record(site).use is ChecksUse.TOO_FEW


def test_readings_put_in_twice_are_told(tmp_path: Path) -> None:
    timed = checks().replace(",50,", "T08:00,50,", 2)
    lines = timed.splitlines()
    site = site_of(tmp_path, checks="\n".join([*lines, *lines[1:]]))
    assert [one for one in site.notices if "repeats another" in one] == [
        "checks.csv row 42: it repeats another in everything: delete it if it was put in twice (and 1 more row like it)"
    ]
