"""One sentence of the site format each, on sites small enough to work out by hand."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from small_sites import Closed, write_site

HEAD = "movement,at,kind,material,quantity,unit,from_area,to_area,method,recorded_at,reverses\n"
COUNTED = "inventory,at,area,material,quantity,unit,method,sheet,recorded_at\n"
TWO = COUNTED + "I0,2026-01-01,A,TNT,100,,scale,,\nI1,2026-01-31,A,TNT,90,,scale,,\n"


def closed(tmp_path: Path, movements: str = "", counts: str = TWO, as_of: str | None = None, **tables: str) -> Closed:
    counts = counts if counts.startswith(COUNTED) else COUNTED + counts
    site = write_site(tmp_path, movements=HEAD + movements, counts=counts, **tables)
    assert site.problems == ()
    return Closed(site, datetime.fromisoformat(as_of).replace(tzinfo=UTC) if as_of else None)


def figures(row: dict[str, object]) -> tuple[object, ...]:
    return tuple(row[name] for name in ("begin", "received", "sent", "end_quantity", "difference"))


# --- what a balance is


def test_difference_is_begin_plus_received_less_sent_less_end(tmp_path: Path) -> None:
    result = closed(tmp_path, "m1,2026-01-05,receipt,TNT,20,,,A,scale,,\nm2,2026-01-06,issue,TNT,25,,A,,scale,,\n")
    # 100 + 20 − 25 − 90 = 5 missing; 1 % of each, fresh: 0.01 sqrt(100² + 20² + 25² + 90²)
    period = result.period("A/TNT", "I1")
    assert figures(period) == (100, 20, 25, 90, 5)
    assert period["sigma"] == pytest.approx(0.01 * math.sqrt(100**2 + 20**2 + 25**2 + 90**2))
    assert (period["sigma_random"], period["sigma_systematic"]) == (period["sigma"], 0)
    assert (period["start"], period["end"]) == (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 31, tzinfo=UTC))


def test_a_transfer_leaves_one_area_and_reaches_the_other(tmp_path: Path) -> None:
    counts = (
        "I0,2026-01-01,A,TNT,50,,scale,,\n"
        "I1,2026-02-01,A,TNT,40,,scale,,\n"
        "I0,2026-01-01,B,TNT,0,,,,\n"
        "I1,2026-02-01,B,TNT,9,,scale,,\n"
    )
    result = closed(tmp_path, "m1,2026-01-05,transfer,TNT,10,,A,B,scale,,\n", counts)
    assert figures(result.period("A/TNT", "I1")) == (50, 0, 10, 40, 0)
    assert figures(result.period("B/TNT", "I1")) == (0, 10, 0, 9, 1)


def test_a_transfer_within_one_area_moves_nothing(tmp_path: Path) -> None:
    losses = "area,substance,rate,basis\nA,TNT,0.5,per_received\n"
    result = closed(tmp_path, "m1,2026-01-05,transfer,TNT,10,,A,A,,,\n", normal_losses=losses)
    # No method: were it in the difference, σ would be unknown.
    assert figures(result.period("A/TNT", "I1")) == (100, 0, 0, 90, 10)
    assert result.period("A/TNT", "I1")["normal_loss"] == 0


def test_a_discard_is_measured_waste_that_leaves(tmp_path: Path) -> None:
    result = closed(tmp_path, "m1,2026-01-05,discard,TNT,7,,A,,scale,,\n")
    assert figures(result.period("A/TNT", "I1")) == (100, 0, 7, 90, 3)


def test_write_offs_and_finds_stand_beside_the_difference_and_need_no_method(tmp_path: Path) -> None:
    result = closed(tmp_path, "m1,2026-01-05,write_off,TNT,10,,A,,,,\nm2,2026-01-05,found,TNT,2,,,A,,,\n")
    period = result.period("A/TNT", "I1")
    assert figures(period) == (100, 0, 0, 90, 10)
    assert (period["written_off"], period["found"], period["status"]) == (10, 2, "closed")


def test_use_and_make_change_the_balance_of_items_and_of_no_substance(tmp_path: Path) -> None:
    contents = "material,substance,amount,unit\nBOX,TNT,2,kg\n"
    counts = (
        "I0,2026-01-01,A,TNT,100,,scale,,\n"
        "I0,2026-01-01,A,BOX,0,,,,\n"
        "I1,2026-01-31,A,TNT,40,,scale,,\n"
        "I1,2026-01-31,A,BOX,29,,,,\n"
    )
    movements = "m1,2026-01-05,use,TNT,60,,A,,,,\nm2,2026-01-06,make,BOX,30,,,A,,,\n"
    contents += "TNT,TNT,1,kg\n"
    result = closed(tmp_path, movements, counts, contents=contents)
    # 30 made of 60 kg, 29 counted: one box missing, which is 2 kg of TNT: 100 − 40 − 58
    assert figures(result.period("A/BOX", "I1")) == (0, 30, 0, 29, 1)
    assert figures(result.period("A/TNT", "I1")) == (100, 0, 0, 98, 2)


def test_an_item_without_contents_is_accounted_for_as_items_only(tmp_path: Path) -> None:
    result = closed(tmp_path, counts=TWO + "I0,2026-01-01,A,BOX,5,,,,\nI1,2026-01-31,A,BOX,5,,,,\n")
    assert result.balances.series.select("id", "basis", "unit").rows() == [
        ("A/BOX", "item", "each"),
        ("A/TNT", "bulk", "kg"),
    ]


def test_bulk_with_contents_is_accounted_for_by_what_it_holds(tmp_path: Path) -> None:
    contents = "material,substance,amount,unit\nTNT,C7,400,g\nTNT,H5,0.1,kg\n"
    result = closed(tmp_path, contents=contents)
    assert result.ids == ["A/C7", "A/H5"]
    assert result.period("A/C7", "I1")["difference"] == pytest.approx(4000)
    assert result.period("A/H5", "I1")["difference"] == pytest.approx(1)


# --- units


def test_a_quantity_in_another_unit_is_converted(tmp_path: Path) -> None:
    result = closed(tmp_path, "m1,2026-01-05,receipt,TNT,2000,g,,A,scale,,\nm2,2026-01-05,issue,TNT,1,lb,A,,scale,,\n")
    assert result.period("A/TNT", "I1")["difference"] == pytest.approx(10 + 2 - 0.45359237)


def test_absolute_errors_are_in_the_unit_of_the_method(tmp_path: Path) -> None:
    methods = "method,random_abs,systematic_abs,unit\nscale,500,200,g\n"
    period = closed(tmp_path, "m1,2026-01-05,issue,TNT,5,,A,,scale,,\n", methods=methods).period("A/TNT", "I1")
    # Three weighings of 0.5 kg each, fresh; the bias of 0.2 kg enters +1 −1 −1 times.
    assert period["sigma_random"] == pytest.approx(0.5 * math.sqrt(3))
    assert period["sigma_systematic"] == pytest.approx(0.2)


def test_an_absolute_error_of_a_method_without_unit_is_in_that_of_the_material(tmp_path: Path) -> None:
    methods = "method,random_abs\nscale,0.5\n"
    contents = "material,substance,amount,unit\nTNT,C7,0.25,kg\n"
    period = closed(tmp_path, methods=methods, contents=contents).period("A/C7", "I1")
    assert period["sigma"] == pytest.approx(0.25 * 0.5 * math.sqrt(2))


# --- inventories


def test_rows_of_one_inventory_stand_at_its_latest_moment(tmp_path: Path) -> None:
    counts = TWO + "I1,2026-02-02,A,BOX,1,,,,\nI0,2026-01-01,A,BOX,1,,,,\n"
    result = closed(tmp_path, "m1,2026-02-01,issue,TNT,4,,A,,scale,,\n", counts)
    assert result.period("A/TNT", "I1")["end"] == datetime(2026, 2, 2, tzinfo=UTC)
    assert result.period("A/TNT", "I1")["difference"] == 6


def test_an_inventory_is_of_one_area(tmp_path: Path) -> None:
    counts = TWO + "I1,2026-02-20,B,TNT,1,,scale,,\n"
    result = closed(tmp_path, counts=counts)
    assert result.period("A/TNT", "I1")["end"] == datetime(2026, 1, 31, tzinfo=UTC)
    assert result.periods("B/TNT") == []


def test_a_movement_at_the_moment_of_an_inventory_belongs_to_the_period_it_ends(tmp_path: Path) -> None:
    movements = (
        "m1,2026-01-01,receipt,TNT,1,,,A,scale,,\n"
        "m2,2026-01-31,receipt,TNT,2,,,A,scale,,\n"
        "m3,2026-01-31T00:00:00.000001,receipt,TNT,4,,,A,scale,,\n"
    )
    result = closed(tmp_path, movements, TWO + "I2,2026-03-01,A,TNT,90,,scale,,\n")
    assert [row["received"] for row in result.periods("A/TNT")] == [2, 4]


def test_two_inventories_at_one_moment_bound_an_empty_period(tmp_path: Path) -> None:
    result = closed(tmp_path, "m1,2026-01-31,issue,TNT,8,,A,,scale,,\n", TWO + "I2,2026-01-31,A,TNT,91,,scale,,\n")
    assert [row["difference"] for row in result.periods("A/TNT")] == [2, -1]


def test_sheets_add_up_and_each_is_a_measurement(tmp_path: Path) -> None:
    counts = "I0,2026-01-01,A,TNT,0,,,,\nI1,2026-01-31,A,TNT,30,,scale,a,\nI1,2026-01-31,A,TNT,40,,scale,b,\n"
    period = closed(
        tmp_path,
        "m1,2026-01-05,receipt,TNT,70,,,A,exact,,\n",
        counts,
        methods="method,random_rel\nscale,0.01\nexact,0\n",
    )
    period = period.period("A/TNT", "I1")
    assert period["end_quantity"] == 70
    assert period["sigma"] == pytest.approx(0.5)


def test_one_inventory_closes_nothing(tmp_path: Path) -> None:
    result = closed(tmp_path, counts="I0,2026-01-01,A,TNT,100,,scale,,\n")
    assert result.periods("A/TNT") == []
    assert result.verdicts()["A/TNT"].verdict == "not_tested"


# --- completeness

OTHERS = "I0,2026-01-01,A,BOX,1,,,,\nI1,2026-01-31,A,BOX,1,,,,\nI2,2026-02-28,A,BOX,1,,,,\n"


def test_a_left_out_material_with_a_book_quantity_leaves_the_balance_open(tmp_path: Path) -> None:
    counts = OTHERS + "I0,2026-01-01,A,TNT,100,,scale,,\nI2,2026-02-28,A,TNT,94,,scale,,\n"
    result = closed(tmp_path, "m1,2026-01-05,issue,TNT,2,,A,,scale,,\nm2,2026-02-05,issue,TNT,3,,A,,scale,,\n", counts)
    first, second = result.periods("A/TNT")
    assert (first["inventory"], first["status"], first["difference"], first["sigma"]) == (
        "I1",
        "incomplete",
        None,
        None,
    )
    assert "TNT" in str(first["reason"])
    assert (second["inventory"], second["start"]) == ("I2", datetime(2026, 1, 1, tzinfo=UTC))
    assert figures(second) == (100, 0, 5, 94, 1)
    assert result.covariance("A/TNT").shape == (1, 1)
    assert [row["status"] for row in result.periods("A/BOX")] == ["closed", "closed"]


def test_any_left_out_holder_leaves_the_substance_open(tmp_path: Path) -> None:
    contents = "material,substance,amount,unit\nBOX,TNT,2,kg\nTNT,TNT,1,kg\n"
    counts = OTHERS + "I0,2026-01-01,A,TNT,100,,scale,,\nI2,2026-02-28,A,TNT,94,,scale,,\n"
    result = closed(tmp_path, counts=counts, contents=contents)
    assert result.status("A/TNT") == [("I1", "incomplete"), ("I2", "closed")]
    assert result.status("A/BOX") == [("I1", "closed"), ("I2", "closed")]


def test_a_material_that_is_used_up_or_written_off_need_not_be_counted(tmp_path: Path) -> None:
    movements = "m1,2026-01-05,use,TNT,60,,A,,,,\nm2,2026-01-06,write_off,TNT,40,,A,,,,\n"
    result = closed(tmp_path, movements, OTHERS + "I0,2026-01-01,A,TNT,100,,scale,,\n")
    assert result.status("A/TNT") == [("I1", "closed"), ("I2", "closed")]
    assert result.period("A/TNT", "I1")["difference"] == 100


@pytest.mark.parametrize(("rest", "status"), [(0.9e-9, "closed"), (1.2e-9, "incomplete")])
def test_a_book_quantity_within_1e_9_of_what_passed_through_is_none(rest: float, status: str, tmp_path: Path) -> None:
    movements = f"m1,2026-01-05,issue,TNT,{100 * (1 - 2 * rest)!r},,A,,scale,,\n"
    result = closed(tmp_path, movements, OTHERS + "I0,2026-01-01,A,TNT,100,,scale,,\n")
    assert result.status("A/TNT")[0] == ("I1", status)


def test_the_first_inventory_must_be_complete_too(tmp_path: Path) -> None:
    movements = "m0,2025-12-01,receipt,TNT,100,,,A,scale,,\n"
    counts = OTHERS + "I1,2026-01-31,A,TNT,100,,scale,,\nI2,2026-02-28,A,TNT,99,,scale,,\n"
    result = closed(tmp_path, movements, counts)
    assert result.status("A/TNT") == [("I0", "incomplete"), ("I2", "closed")]
    assert result.period("A/TNT", "I2")["difference"] == 1


# --- normal losses


def test_a_share_of_what_is_received_is_lost_and_its_error_with_it(tmp_path: Path) -> None:
    losses = "area,substance,rate,basis,random_rel,systematic_rel\nA,TNT,0.1,per_received,0.2,0.3\n"
    period = closed(tmp_path, "m1,2026-01-05,receipt,TNT,50,,,A,scale,,\n", normal_losses=losses).period("A/TNT", "I1")
    assert (period["normal_loss"], period["difference"]) == (5, 55)
    # 90 % of the receipt's error stays; the loss of 5 has 20 % fresh and 30 % shared.
    assert period["sigma_random"] == pytest.approx(math.sqrt(1 + 0.9**2 + (0.9 * 0.5) ** 2 + 1))
    assert period["sigma_systematic"] == pytest.approx(1.5)


def test_a_daily_loss_is_converted_and_shared_over_periods(tmp_path: Path) -> None:
    losses = "area,substance,rate,basis,unit,systematic_rel\nA,TNT,100,per_day,g,0.5\n"
    counts = "I0,2026-01-01,A,TNT,0,,,,\nI1,2026-01-11,A,TNT,0,,,,\nI2,2026-01-31,A,TNT,0,,,,\n"
    result = closed(tmp_path, counts=counts, normal_losses=losses)
    assert [row["normal_loss"] for row in result.periods("A/TNT")] == pytest.approx([1, 2])
    assert result.covariance("A/TNT") == pytest.approx(np.array([[0.25, 0.5], [0.5, 1]]))


# --- errors of measurement


def test_an_inventory_between_two_periods_correlates_them(tmp_path: Path) -> None:
    result = closed(tmp_path, counts=TWO + "I2,2026-03-01,A,TNT,80,,scale,,\n")
    assert result.covariance("A/TNT") == pytest.approx(np.array([[1 + 0.81, -0.81], [-0.81, 0.81 + 0.64]]))


def test_a_systematic_error_is_shared_by_method_and_calibration(tmp_path: Path) -> None:
    methods = "method,systematic_rel,division\nscale,0.01,0\nother,0.02,0\n"
    calibrations = "method,at\nscale,2026-01-31\n"
    movements = "m1,2026-01-05,receipt,TNT,40,,,A,other,,\nm2,2026-02-05,issue,TNT,10,,A,,scale,,\n"
    counts = TWO + "I2,2026-03-01,A,TNT,120,,scale,,\n"
    result = closed(tmp_path, movements, counts, methods=methods, calibrations=calibrations)
    # scale before 31 January: +100; from it on, that moment too: −90 in I1; +90 − 10 − 120 in I2.
    expected = np.array([[1 + 0.9**2 + 0.8**2, -0.9 * -0.4], [-0.9 * -0.4, 0.4**2]])
    assert result.covariance("A/TNT") == pytest.approx(expected)


@pytest.mark.parametrize(("days", "signed"), [("", (10, 10)), ("30", (100, -90)), ("31", (10, 10)), ("15", (100, -90))])
def test_calibration_days_count_from_the_first_use(days: str, signed: tuple[float, float], tmp_path: Path) -> None:
    methods = f"method,systematic_rel,calibration_days,division\nscale,0.01,{days},0\n"
    period = closed(tmp_path, methods=methods).period("A/TNT", "I1")
    together = signed[0] if signed[0] == signed[1] else math.hypot(*signed)
    assert period["sigma"] == pytest.approx(0.01 * together)


def test_the_table_overrides_calibration_days(tmp_path: Path) -> None:
    methods = "method,systematic_rel,calibration_days,division\nscale,0.01,1,0\n"
    period = closed(tmp_path, methods=methods, calibrations="method,at\nscale,2026-05-01\n").period("A/TNT", "I1")
    assert period["sigma"] == pytest.approx(0.1)


def test_a_stated_error_of_zero_is_exact_and_four_blanks_are_unknown(tmp_path: Path) -> None:
    exact = closed(tmp_path / "a", methods="method,random_rel\nscale,0\n").period("A/TNT", "I1")
    assert (exact["sigma"], exact["status"]) == (0, "closed")
    unknown = closed(tmp_path / "b", methods="method,random_rel\nscale,\n").period("A/TNT", "I1")
    assert (unknown["sigma"], unknown["status"], unknown["difference"]) == (None, "not_tested", 10)
    assert "σ unknown" in str(unknown["reason"])


def test_items_without_a_method_are_exact_and_with_one_are_not(tmp_path: Path) -> None:
    counts = "I0,2026-01-01,A,BOX,100,,,,\nI1,2026-01-31,A,BOX,99,,scale,,\n"
    period = closed(tmp_path, counts=counts).period("A/BOX", "I1")
    assert (period["difference"], period["sigma"]) == (1, pytest.approx(0.99))


@pytest.mark.parametrize("kind", ["issue", "discard"])
def test_bulk_without_a_method_hides_the_balances_that_it_enters(kind: str, tmp_path: Path) -> None:
    counts = TWO + "I2,2026-03-01,A,TNT,80,,scale,,\n"
    result = closed(tmp_path, f"m1,2026-01-05,{kind},TNT,7,,A,,,,\n", counts)
    assert result.status("A/TNT") == [("I1", "not_tested"), ("I2", "closed")]


def test_a_count_without_a_method_hides_both_its_periods(tmp_path: Path) -> None:
    counts = TWO + "I2,2026-03-01,A,TNT,80,,,,\nI3,2026-04-01,A,TNT,80,,scale,,\nI4,2026-05-01,A,TNT,80,,scale,,\n"
    statuses = [status for _, status in closed(tmp_path, counts=counts).status("A/TNT")]
    assert statuses == ["closed", "not_tested", "not_tested", "closed"]


def test_what_enters_no_difference_needs_no_method(tmp_path: Path) -> None:
    movements = (
        "m1,2026-01-05,use,TNT,7,,A,,,,\n"
        "m2,2026-01-05,make,TNT,7,,,A,,,\n"
        "m3,2026-01-06,issue,TNT,7,,A,,,,\n"
        "m4,2026-01-06,issue,TNT,7,,A,,,,m3\n"
    )
    result = closed(tmp_path, movements, TWO + "I2,2026-03-01,A,TNT,0,,,,\n")
    assert result.status("A/TNT") == [("I1", "closed"), ("I2", "closed")]


def test_errors_of_contents_are_fresh_for_each_item_and_shared_by_material(tmp_path: Path) -> None:
    contents = "material,substance,amount,unit,random_rel,systematic_rel\nBOX,TNT,2,kg,0.1,0.01\n"
    counts = "I0,2026-01-01,A,BOX,50,,,,\nI1,2026-01-31,A,BOX,30,,,,\nI2,2026-02-28,A,BOX,30,,,,\n"
    result = closed(tmp_path, "m1,2026-01-05,issue,BOX,10,,A,,,,\n", counts, contents=contents)
    # In kg: fresh 10 % of 2 for each of 50, 10 and 30 boxes, shared 1 % of 100 − 20 − 60; then 60 − 60.
    period = result.period("A/TNT", "I1")
    assert period["difference"] == 20
    assert period["sigma_random"] == pytest.approx(0.2 * math.sqrt(50 + 10 + 30))
    assert period["sigma_systematic"] == pytest.approx(0.2)
    assert result.covariance("A/TNT")[0, 1] == pytest.approx(-0.04 * 30)


@pytest.mark.parametrize("rows", [1, 8, 1000])
def test_a_thousand_shells_have_the_same_sigma_in_one_row_and_in_many(rows: int, tmp_path: Path) -> None:
    contents = "material,substance,amount,unit,random_rel\nBOX,TNT,2,kg,0.02\n"
    counts = "I0,2026-01-01,A,BOX,0,,,,\nI1,2026-01-31,A,BOX,0,,,,\n"
    received = "".join(f"m{n},2026-01-05,receipt,BOX,{1000 // rows},,,A,,,\n" for n in range(rows))
    period = closed(tmp_path, received, counts, contents=contents).period("A/TNT", "I1")
    # 2 % of 2 kg, a thousand times afresh: 0.04 √1000 = 1.265 kg
    assert period["sigma"] == pytest.approx(2 * 0.02 * math.sqrt(1000))


def test_the_content_of_bulk_is_fresh_in_each_row(tmp_path: Path) -> None:
    contents = "material,substance,amount,unit,random_rel\nTNT,C7,0.4,kg,0.03\n"
    exact = "method,random_rel\nscale,0\n"
    period = closed(tmp_path, contents=contents, methods=exact).period("A/C7", "I1")
    assert period["sigma"] == pytest.approx(0.4 * 0.03 * math.hypot(100, 90))


def test_errors_of_contents_add_to_those_of_the_method(tmp_path: Path) -> None:
    contents = "material,substance,amount,unit,random_rel\nBOX,TNT,2,kg,0.03\n"
    methods = "method,random_rel\ncounter,0.04\n"
    counts = "I0,2026-01-01,A,BOX,0,,,,\nI1,2026-01-31,A,BOX,10,,counter,,\n"
    period = closed(tmp_path, counts=counts, contents=contents, methods=methods).period("A/TNT", "I1")
    assert period["sigma"] == pytest.approx(math.hypot(20 * 0.04, 2 * 0.03 * math.sqrt(10)))


# --- reversals and what was known


def test_a_reversed_pair_counts_as_if_neither_had_been(tmp_path: Path) -> None:
    result = closed(tmp_path, "m1,2026-01-05,issue,TNT,7,,A,,,,\nm2,2026-03-01,issue,TNT,7,,A,,,,m1\n")
    assert figures(result.period("A/TNT", "I1")) == (100, 0, 0, 90, 10)
    assert result.ids == ["A/TNT"]


@pytest.mark.parametrize(("links", "sent"), [("m1", 0), ("m1 r1", 7), ("m1 r1 r2", 0)])
def test_a_chain_of_reversals_is_followed_from_its_end(links: str, sent: float, tmp_path: Path) -> None:
    movements = "m1,2026-01-05,issue,TNT,7,,A,,scale,,\n"
    movements += "".join(
        f"r{n},2026-01-06,issue,TNT,7,,A,,scale,,{of}\n" for n, of in enumerate(links.split(), start=1)
    )
    assert closed(tmp_path, movements).period("A/TNT", "I1")["sent"] == sent


def test_a_review_as_of_a_date_uses_only_what_was_recorded_by_then(tmp_path: Path) -> None:
    movements = (
        "m1,2026-01-05,issue,TNT,1,,A,,scale,2026-01-06,\nm2,2026-01-05,issue,TNT,2,,A,,scale,2026-02-10,\n"
        "m3,2026-01-07,issue,TNT,1,,A,,scale,2026-02-20,m1\n"
    )
    sent = [
        closed(tmp_path / day, movements, as_of=day).period("A/TNT", "I1")["sent"]
        for day in ("2026-02-09", "2026-02-10", "2026-02-20")
    ]
    assert sent == [1, 3, 2]


def test_a_count_recorded_later_is_not_known_yet(tmp_path: Path) -> None:
    counts = "I0,2026-01-01,A,TNT,100,,scale,,\nI1,2026-01-31,A,TNT,90,,scale,,2026-02-03\n"
    assert closed(tmp_path / "a", counts=counts, as_of="2026-02-02").periods("A/TNT") == []
    assert len(closed(tmp_path / "b", counts=counts, as_of="2026-02-03").periods("A/TNT")) == 1


def test_a_row_is_late_when_recorded_more_than_a_day_after_it_took_effect(tmp_path: Path) -> None:
    movements = (
        "m1,2026-01-05,issue,TNT,1,,A,,scale,2026-01-06,\nm2,2026-01-05,issue,TNT,2,,A,,scale,2026-01-06T00:00:01,\n"
        "m3,2026-01-05,issue,TNT,2,,A,,scale,,\n"
    )
    counts = TWO + "I2,2026-03-01,A,TNT,80,,scale,,2026-03-05\n"
    assert closed(tmp_path, movements, counts).books.late_rows == 2
