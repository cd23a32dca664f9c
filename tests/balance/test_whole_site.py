"""The whole site, substance by substance: areas added up, what passed between them cancelled; worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from random_sites import Draw
from small_sites import Closed, write_site

from sites import text_of
from stockward.balance.findings.evidence import _inventories_of, rows_behind
from stockward.balance.items import find_in_items
from stockward.balance.testing import test_losses as verdicts_of
from stockward.balance.whole_site.joining import _pacing, join
from stockward.terms.measuring import PLATE_MEND
from stockward.terms.verdicts import Verdict

MOVED = "movement,at,kind,material,quantity,from_area,to_area,method,measurement\n"
COUNTED = "inventory,at,area,material,quantity,method,measurement\n"
METHODS = "method,random_rel,systematic_rel\nscale,0.01,0.02\n"


def closed(tmp_path: Path, counts: str, movements: str = "", **tables: str) -> Closed:
    tables = {"methods": METHODS, **tables}
    site = write_site(tmp_path, movements=MOVED + movements, counts=COUNTED + counts, **tables)
    assert site.problems == ()
    return Closed(site)


def of_site(result: Closed, substance: str = "TNT") -> dict[str, object]:
    return next(row for row in result.balances.sites.rows(named=True) if result.ids[row["series"]] == f"*/{substance}")


A_AND_B = (
    "I0,2026-01-01,A,TNT,100,scale,\nI1,2026-02-01,A,TNT,130,scale,\nI2,2026-03-01,A,TNT,95,scale,\n"
    "I0,2026-01-02,B,TNT,0,,\nI1,2026-02-03,B,TNT,50,scale,\nI2,2026-03-01,B,TNT,48,scale,\n"
)
IN_AND_OVER = (
    "m1,2026-01-05,receipt,TNT,50,,A,scale,\n"
    "m2,2026-01-10,transfer,TNT,20,A,B,scale,\n"
    "m3,2026-02-02,transfer,TNT,30,A,B,scale,\n"
)


def test_a_transfer_inside_cancels_and_one_over_two_periods_joins_them(tmp_path: Path) -> None:
    result = closed(tmp_path, A_AND_B, IN_AND_OVER)
    assert result.ids == ["A/TNT", "B/TNT", "*/TNT"]
    assert result.balances.series.select("area", "substance", "scope", "basis").row(2) == (None, "TNT", "site", "bulk")
    first, second = result.periods("*/TNT")
    names = ("inventory", "begin", "received", "sent", "end_quantity", "difference", "throughput", "status")
    # m2 stays inside. m3 left A after its count of 1 February, and reached B before its count of the 3rd.
    assert tuple(first[name] for name in names) == ("I1", 100, 80, 0, 180, 0, 360, "closed")
    assert tuple(second[name] for name in names) == ("I2", 180, 0, 30, 143, 7, 353, "closed")
    assert [(one["start"], one["end"]) for one in (first, second)] == [
        (datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 2, 3, tzinfo=UTC)),
        (datetime(2026, 2, 3, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)),
    ]
    stands = 130**2 + 50**2
    random = 1e-4 * np.array(
        [
            [100**2 + 50**2 + 30**2 + stands, -stands - 30**2],
            [-stands - 30**2, stands + 30**2 + 95**2 + 48**2],
        ]
    )
    # All by one scale: 100 + 50 + 30 − 180 = 0, and 180 − 30 − 143 = 7.
    systematic = np.diag([0, (0.02 * 7) ** 2])
    assert result.covariance("*/TNT") == pytest.approx(random + systematic)
    assert second["sigma_systematic"] == pytest.approx(0.14)
    assert of_site(result)["apart_days"] == 2
    assert of_site(result)["areas"] == ["A", "B"]


def test_what_is_normally_lost_of_a_transfer_has_its_error(tmp_path: Path) -> None:
    losses = "area,substance,rate,basis,random_rel,systematic_rel\n"
    losses += "A,TNT,0.5,per_day,0.3,0.2\nB,TNT,0.1,per_received,0.4,0.5\n"
    counts = "".join(f"I{n},2026-01-{10 * n + 1:02d},{area},TNT,0,,\n" for n in range(2) for area in "AB")
    result = closed(tmp_path, counts, "m1,2026-01-05,transfer,TNT,40,A,B,scale,\n", normal_losses=losses)
    (period,) = result.periods("*/TNT")
    assert (period["received"], period["sent"], period["normal_loss"], period["difference"]) == (0, 0, 9, -9)
    # A lost 5 in ten days, B 10 % of 40: each with its own errors; and 10 % of the weighing of 40 is left.
    assert period["sigma_random"] == pytest.approx(math.sqrt((0.3 * 5) ** 2 + (0.4 * 4) ** 2 + (0.1 * 0.4) ** 2))
    assert period["sigma_systematic"] == pytest.approx(math.sqrt((0.2 * 5) ** 2 + (0.5 * 4) ** 2 + (0.1 * 0.8) ** 2))


def test_a_drum_that_goes_from_one_area_to_another_adds_no_error(tmp_path: Path) -> None:
    counts = (
        "I0,2026-01-01,A,TNT,50,scale,D1\nI1,2026-02-01,A,TNT,0,,\n"
        "I0,2026-01-01,B,TNT,0,,\nI1,2026-02-01,B,TNT,50,scale,D1\n"
    )
    for moved in ("m1,2026-01-09,transfer,TNT,50,A,B,scale,D1\n", "m1,2026-01-09,transfer,TNT,50,A,B,scale,\n"):
        (period,) = closed(tmp_path, counts, moved).periods("*/TNT")
        assert (period["difference"], period["sigma"]) == (0, 0)


def test_contents_and_items_inside_cancel(tmp_path: Path) -> None:
    contents = "material,substance,amount,unit,random_rel,systematic_rel\nBOX,TNT,2,kg,0.1,0.2\n"
    counts = "".join(
        f"I{n},2026-0{n + 1}-01,{area},BOX,{quantity},,\n" for n in range(2) for area, quantity in (("A", 9), ("B", 4))
    )
    moved = "m1,2026-01-09,transfer,BOX,5,A,B,,\nm2,2026-01-19,transfer,BOX,5,B,A,,\n"
    result = closed(tmp_path, counts, moved, contents=contents)
    (period,) = result.periods("*/TNT")
    assert (period["received"], period["sent"], period["difference"]) == (0, 0, 0)
    # Of each box counted, 0.2 kg afresh: nothing says that they are the same boxes.
    assert period["sigma"] == pytest.approx(0.2 * math.sqrt(2 * (9 + 4)))
    assert "*/BOX" not in result.ids


def test_write_offs_and_finds_of_all_areas_stand_beside_the_difference(tmp_path: Path) -> None:
    moved = "m1,2026-01-09,write_off,TNT,3,A,,,\nm2,2026-01-19,found,TNT,4,,B,,\nm3,2026-01-19,use,TNT,4,B,,,\n"
    first, _ = closed(tmp_path, A_AND_B, moved).periods("*/TNT")
    assert (first["written_off"], first["found"], first["received"], first["sent"]) == (3, 4, 0, 0)


# --- which inventories are joined


def test_names_that_differ_stand_together_in_order_of_the_areas(tmp_path: Path) -> None:
    counts = A_AND_B.replace("I1,2026-02-03,B", "FEB,2026-02-03,B")
    result = closed(tmp_path, counts)
    assert [row["inventory"] for row in result.periods("*/TNT")] == ["I1+FEB", "I2"]
    assert result.balances.joined.select("inventory", "area", "area_inventory").rows()[2:4] == [
        ("I1+FEB", "A", "I1"),
        ("I1+FEB", "B", "FEB"),
    ]


def test_the_area_that_is_counted_least_sets_the_pace(tmp_path: Path) -> None:
    weekly = "".join(f"W{day},2026-01-{day:02d},B,TNT,10,scale,\n" for day in range(1, 30, 7))
    result = closed(tmp_path, "I0,2026-01-02,A,TNT,5,scale,\nI1,2026-01-28,A,TNT,5,scale,\n" + weekly)
    (period,) = result.periods("*/TNT")
    assert period["inventory"] == "I1+W29"
    # The counts between are none of the site's.
    assert period["sigma_random"] == pytest.approx(0.01 * math.sqrt(2 * 25 + 2 * 100))


def test_a_moment_with_no_inventory_near_it_joins_nothing(tmp_path: Path) -> None:
    counts = A_AND_B.replace("I1,2026-02-03,B", "I1,2026-02-16,B")
    (period,) = closed(tmp_path, counts).periods("*/TNT")
    assert (period["inventory"], period["begin"], period["end_quantity"]) == ("I2", 100, 143)


def test_areas_that_were_never_counted_together(tmp_path: Path) -> None:
    counts = "".join(f"I{n},2026-01-0{n},A,TNT,5,scale,\nI{n},2026-08-0{n},B,TNT,5,scale,\n" for n in range(1, 4))
    result = closed(tmp_path, counts)
    assert result.periods("*/TNT") == []
    assert str(of_site(result)["reason"]).startswith("its areas were never counted together: fewer than two")
    assert result.verdicts()["*/TNT"].verdict is Verdict.NOT_TESTED
    assert result.covariance("*/TNT").shape == (0, 0)


def test_only_the_common_time_is_covered(tmp_path: Path) -> None:
    counts = "".join(f"I{n},2026-0{n}-01,A,TNT,5,scale,\n" for n in range(1, 9))
    counts += "".join(f"I{n},2026-0{n}-02,B,TNT,5,scale,\n" for n in range(4, 7))
    assert [row["inventory"] for row in closed(tmp_path, counts).periods("*/TNT")] == ["I5", "I6"]


@pytest.mark.parametrize(
    ("counts", "since", "before", "first"),
    [
        # B is counted for the first time on 2 April; then both, then only A once more.
        ([(n, "A", 1) for n in range(1, 9)] + [(n, "B", 2) for n in range(4, 7)], 4, ["A"], ["B"]),
        ([(n, a, 1) for n in range(1, 4) for a in "AB"], 1, [], ["A", "B"]),
        ([(n, a, 1) for n in range(3, 6) for a in "AB"] + [(n, "C", 2) for n in range(1, 6)], 3, ["C"], ["A", "B"]),
        # The first of A and of B stand too far apart.
        ([(1, "A", 1), *((n, "A", 1) for n in (6, 7, 8)), (3, "B", 20), (6, "B", 1), (8, "B", 1)], 6, ["A", "B"], []),
    ],
)
def test_from_when_the_site_is_looked_at_and_for_which_areas_it_waits(
    tmp_path: Path, counts: list[tuple[int, str, int]], since: int, before: list[str], first: list[str]
) -> None:
    rows = "".join(f"I{n},2026-{n:02d}-{day:02d},{area},TNT,5,scale,\n" for n, area, day in counts)
    site = of_site(closed(tmp_path, rows, areas="area,kind\nA,store\nB,store\nC,store\n"))
    latest = max(day for n, _, day in counts if n == since)
    assert site["since"] == datetime(2026, since, latest, tzinfo=UTC)
    assert (site["counted_before"], site["first_counted"]) == (before, first)


def test_an_area_that_was_empty_until_it_was_counted_lets_nothing_wait(tmp_path: Path) -> None:
    result = closed(tmp_path, SPREAD + counts_of_c(0, (7, 8)), areas=ABC, methods=SHARP)
    assert of_site(result)["since"] == datetime(2026, 1, 1, tzinfo=UTC)
    assert (of_site(result)["counted_before"], of_site(result)["first_counted"]) == ([], ["A", "B"])


@pytest.mark.parametrize("last", ["15:00", "18:00"])
def test_what_was_counted_while_empty_was_counted_then(tmp_path: Path, last: str) -> None:
    """An area that was empty at its first inventory, half an hour after that of another, needs nothing to stand in."""
    held = {"A": (0, 5, 5, 5), "B": (0, 5, 5, 5), "C": (5, 5, 5, 5)}
    at = {"A": "16:20", "B": "16:30", "C": "16:00"}
    counts = "".join(
        f"I{n},2026-0{n + 1}-01T{last if area == 'C' and n == 3 else at[area]},{area},TNT,{held[area][n]},scale,\n"
        for area in "ABC"
        for n in range(4)
    )
    moved = "m1,2026-01-20,receipt,TNT,5,,A,scale,\nm2,2026-01-20,receipt,TNT,5,,B,scale,\n"
    result = closed(tmp_path, counts, moved, areas="area,kind\nA,store\nB,store\nC,store\n")
    assert of_site(result)["since"] == datetime(2026, 1, 1, 16, 30, tzinfo=UTC)
    assert of_site(result)["first_counted"] == ["A", "B", "C"]


def test_an_area_that_was_never_counted_is_outside(tmp_path: Path) -> None:
    moved = IN_AND_OVER + "m4,2026-01-20,transfer,TNT,6,A,G,scale,\nm5,2026-01-20,issue,TNT,6,G,,scale,\n"
    result = closed(tmp_path, A_AND_B, moved, areas="area,kind\nA,store\nB,store\nG,gate\n")
    first, _ = result.periods("*/TNT")
    assert (first["sent"], first["difference"]) == (6, -6)
    assert (of_site(result)["areas"], of_site(result)["outside"]) == (["A", "B"], ["G"])


def test_a_gate_beside_the_one_store_leaves_nothing_to_add_up(tmp_path: Path) -> None:
    counts = "".join(line + "\n" for line in A_AND_B.splitlines() if ",A," in line)
    result = closed(tmp_path, counts, "m1,2026-01-20,transfer,TNT,6,A,B,scale,\nm2,2026-01-20,issue,TNT,6,B,,scale,\n")
    assert result.periods("*/TNT") == []
    assert of_site(result)["reason"] == "only A was ever counted"


def test_an_area_whose_inventories_all_leave_it_out_keeps_the_site_open(tmp_path: Path) -> None:
    counts = "".join(line + "\n" for line in A_AND_B.splitlines() if ",A," in line)
    counts += "".join(f"I{n},2026-0{n + 1}-01,B,BOX,1,,\n" for n in range(3))
    moved = "m0,2025-12-20,receipt,TNT,6,,B,scale,\n"
    result = closed(tmp_path, counts, moved)
    assert of_site(result)["reason"] == "its areas were never counted together: no inventory of B is complete"


def test_a_substance_of_one_area_has_no_series_of_the_site(tmp_path: Path) -> None:
    result = closed(tmp_path, "".join(line + "\n" for line in A_AND_B.splitlines() if ",A," in line))
    assert result.ids == ["A/TNT"]
    assert result.balances.sites.is_empty()
    assert result.balances.joined.is_empty()


def test_areas_that_are_all_empty_balance_without_error(tmp_path: Path) -> None:
    counts = "".join(f"I{n},2026-0{n + 1}-01,{area},TNT,0,,\n" for n in range(3) for area in "AB")
    result = closed(tmp_path, counts)
    assert [(row["status"], row["difference"], row["sigma"]) for row in result.periods("*/TNT")] == [
        ("closed", 0, 0)
    ] * 2


def test_a_substance_in_ten_areas(tmp_path: Path) -> None:
    names = [f"S{n}" for n in range(10)]
    counts = "".join(f"I{n},2026-0{n + 1}-01,{area},TNT,{10 + n},scale,\n" for n in range(4) for area in names)
    ring = "".join(f"m{n},2026-01-20,transfer,TNT,{n + 1},S{n},S{(n + 1) % 10},scale,\n" for n in range(10))
    result = closed(tmp_path, counts, ring, areas="area,kind\n" + "".join(f"{name},store\n" for name in names))
    assert [row["difference"] for row in result.periods("*/TNT")] == [-10] * 3
    assert [row["received"] for row in result.periods("*/TNT")] == [0] * 3
    expected = 1e-4 * 10 * np.array([[100 + 121, -121, 0], [-121, 121 + 144, -144], [0, -144, 144 + 169]])
    assert result.covariance("*/TNT") == pytest.approx(expected + (0.02 * 10) ** 2)


@given(st.lists(st.lists(st.integers(0, 60), min_size=1, max_size=9, unique=True).map(sorted), min_size=2, max_size=4))
def test_joined_inventories_go_forward_and_stand_near_those_of_the_pace(moments: list[list[int]]) -> None:
    own = [np.array(area) for area in moments]
    places = join(own)
    assert np.all(np.diff(places, axis=0) > 0)
    pacing = _pacing(own, [np.ones(len(area), bool) for area in own])
    pace = own[pacing]
    for row in places:
        at = np.array([area[place] for area, place in zip(own, row, strict=True)])
        # To each of them, no other moment of the pace stands nearer than that with which it was joined.
        distance = np.abs(at[:, None] - pace)
        np.testing.assert_array_equal(np.min(distance, axis=1), np.abs(at - at[pacing]))


# --- what is hidden


def test_a_period_is_hidden_where_one_of_any_area_is_and_the_first_area_says_why(tmp_path: Path) -> None:
    counts = A_AND_B.replace("I2,2026-03-01,B,TNT,48,scale", "I2,2026-03-01,B,TNT,48,")
    result = closed(tmp_path, counts)
    assert result.status("*/TNT") == [("I1", "closed"), ("I2", "not_tested")]
    second = result.period("*/TNT", "I2")
    assert second["reason"] == f"B: σ unknown: rows have no method: {PLATE_MEND}"
    assert (second["difference"], second["sigma"]) == (37, None)
    assert result.covariance("*/TNT").shape == (1, 1)


def test_a_row_at_fault_in_an_area_is_a_cause_of_the_site(tmp_path: Path) -> None:
    movements = MOVED + IN_AND_OVER.replace("TNT,50", "TNT,x")
    result = Closed(write_site(tmp_path, movements=movements, counts=COUNTED + A_AND_B, methods=METHODS))
    assert result.status("*/TNT") == [("I1", "not_tested"), ("I2", "closed")]
    first = result.period("*/TNT", "I1")
    assert (first["reason"], first["difference"]) == ("A: a row that was set aside could change it", None)
    causes = result.balances.causes.filter(pl.col("series") == 2)
    assert causes.rows() == [(2, "I1", "movements", 2)]


def test_the_pieces_of_an_exact_substance_are_named_once(tmp_path: Path) -> None:
    contents = "material,substance,amount,unit\nBOX,TNT,2,kg\n"
    counts = "".join(f"I{n},2026-0{n + 1}-01,{area},BOX,{9 - n},,\n" for n in range(2) for area in "AB")
    result = closed(tmp_path, counts, contents=contents)
    found = find_in_items(result.books, result.balances, seed=1)
    assert [one.id for one in found.discrepancies] == ["A/BOX", "A/TNT", "B/BOX", "B/TNT"]
    assert result.period("*/TNT", "I1")["difference"] == 4


def test_rows_behind_an_alarm_of_the_site_are_those_of_its_areas(tmp_path: Path) -> None:
    counts = A_AND_B.replace("I2,2026-03-01,A,TNT,95", "I2,2026-03-01,A,TNT,55")
    result = closed(tmp_path, counts, IN_AND_OVER, methods="method,random_rel\nscale,0.01\n")
    verdicts = result.verdicts()
    assert verdicts["*/TNT"].verdict is Verdict.SHORTAGE
    rows = rows_behind(result.books, result.balances, tuple(verdicts.values())).filter(pl.col("series") == 2)
    assert rows.select("inventory", "table", "row").rows() == [
        ("I2", "counts", 3),
        ("I2", "movements", 4),
        ("I2", "counts", 6),
        ("I2", "counts", 4),
        ("I2", "counts", 7),
    ]


# --- the sum of the areas


@settings(max_examples=25, deadline=None)
@given(st.integers(1000, 100_000))
def test_a_difference_of_the_site_is_the_sum_of_those_of_its_areas(seed: int) -> None:
    tables = {name: text_of(rows) for name, rows in Draw(seed).rows().items() if rows}
    assume("counts" in tables)
    with TemporaryDirectory() as folder:
        result = Closed(write_site(Path(folder), **tables))
    sites = result.balances.sites
    for number, areas in sites.select("series", "areas").rows():
        substance = result.balances.series["substance"][number]
        joined = result.balances.joined.filter(pl.col("series") == number)
        for period in result.periods(f"*/{substance}"):
            total = 0.0
            for area in areas:
                name = pl.col("area_inventory")
                own = joined.filter(pl.col("area") == area).with_columns(since=name.shift(1))
                bounds = own.filter(pl.col("inventory") == period["inventory"]).select("since", name)
                if bounds.is_empty():  # It was empty, and not counted; nothing can have gone from it.
                    continue
                since, until = bounds.row(0)
                rows = [row for row in bulk_periods(result, area, substance) if row["status"] != "incomplete"]
                order = [row["inventory"] for row in rows]
                # Where it was empty and not counted before, all its periods so far are in the site's, if it has any.
                first, stop = (order.index(name) + 1 if name in order else 0 for name in (since, until))
                total += sum(row["difference"] for row in rows[first:stop])
            assert period["difference"] == pytest.approx(total, abs=1e-9 * (1 + period["throughput"]))


def bulk_periods(result: Closed, area: str, substance: str) -> list[dict[str, object]]:
    keys = result.balances.series.select("area", "substance").rows()
    number = keys.index((area, substance))
    return [row for row in result.balances.periods.rows(named=True) if row["series"] == number]


# --- areas that are empty, or no longer counted

ABC = "area,kind\nA,store\nB,store\nC,store\n"
MONTHS = range(1, 9)
SHARP = "method,random_rel,random_abs,unit\nscale,0.002,0.01,kg\n"
SPREAD = "".join(f"I{n},2026-{n:02d}-01,{a},TNT,{500 if n < 5 else 490},scale,\n" for n in MONTHS for a in "AB")


def counts_of_c(quantity: float, months: Iterable[int]) -> str:
    return "".join(f"I{n},2026-{n:02d}-01,C,TNT,{quantity},scale,\n" for n in months)


@pytest.mark.parametrize("months", [(1,), (1, 2), (1, 2, 3), (7, 8), (8,), (4, 5)])
def test_an_empty_area_sets_no_pace(tmp_path: Path, months: tuple[int, ...]) -> None:
    result = closed(tmp_path, SPREAD + counts_of_c(0, months), areas=ABC, methods=SHARP)
    assert [row["difference"] for row in result.periods("*/TNT")] == [0, 0, 0, 20, 0, 0, 0]
    assert result.balances.unclosed.is_empty()
    # The weighings of nothing have their absolute errors in the balances of C that they bound, and in no other period.
    sigmas = [row["sigma"] ** 2 for row in result.periods("*/TNT")]
    weighed = [2 * ((0.002 * q) ** 2 + 0.01**2) for q in (500, 500, 500, 500, 490, 490, 490, 490)]
    expected = [begin + end for begin, end in pairwise(weighed)]
    for place in range(7):
        expected[place] += 2 * 0.01**2 * (place + 1 in months and place + 2 in months)
    assert sigmas == pytest.approx(expected)
    assert np.linalg.eigvalsh(result.covariance("*/TNT"))[0] > 0


@pytest.mark.parametrize(
    ("months", "moved"),
    [((1, 2), "m1,2026-04-02,transfer,TNT,5,A,C,scale,\n"), ((7, 8), "m1,2026-04-02,transfer,TNT,5,C,A,scale,\n")],
)
def test_an_area_through_which_something_passed_is_not_taken_as_empty(
    tmp_path: Path, months: tuple[int, ...], moved: str
) -> None:
    result = closed(tmp_path, SPREAD + counts_of_c(0, months), moved, areas=ABC, methods=SHARP)
    assert len(result.periods("*/TNT")) == 1


def test_a_row_at_fault_that_could_have_filled_it_keeps_an_area_from_passing_as_empty(tmp_path: Path) -> None:
    movements = MOVED + "m1,2026-04-02,receipt,TNT,x,,C,scale,\n"
    counts = COUNTED + SPREAD + counts_of_c(0, (1, 2))
    result = Closed(write_site(tmp_path, movements=movements, counts=counts, areas=ABC, methods=SHARP))
    assert len(result.periods("*/TNT")) == 1


def test_what_is_no_longer_counted_stands_open_and_the_site_with_it(tmp_path: Path) -> None:
    moved = "m1,2026-04-02,transfer,TNT,5,A,C,scale,\n"
    result = closed(tmp_path, SPREAD + counts_of_c(7, (1, 2)), moved, areas=ABC, methods=SHARP)
    said = result.balances.unclosed.select("series", "book", "reason").rows()
    assert said == [
        (2, 12.0, "not counted since 2026-02-01, when the last balance was closed: the books hold 12 kg"),
        (3, None, "joined until 2026-02-01 only: C not counted since"),
    ]
    verdicts = verdicts_of(result.balances, false_alarm=0.05, seed=1)
    assert [one.verdict for one in verdicts[2:]] == [Verdict.BALANCED_IN_PART] * 2
    assert [one.reason for one in verdicts[2:]] == [reason for _, _, reason in said]


def test_an_area_whose_next_inventory_is_not_due_yet_is_not_left_open(tmp_path: Path) -> None:
    moved = "m1,2026-07-02,transfer,TNT,5,A,C,scale,\n"
    quarterly = closed(tmp_path, SPREAD + counts_of_c(7, (1, 4, 6)), moved, areas=ABC, methods=SHARP)
    assert quarterly.balances.unclosed.is_empty()


def test_an_area_without_a_good_count_left_has_no_counts_to_show() -> None:
    counts = pl.DataFrame(schema={"inventory": pl.String, "at": pl.Datetime("us", "UTC")})
    moments = [datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)]
    periods = pl.DataFrame({"inventory": ["I1"], "start": moments[:1], "end": moments[1:]})
    assert _inventories_of(counts, periods).is_empty()
