"""Rows that would explain a claim are named where they fit it alone, and none where chance would name them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from small_sites import Closed, write_site

from stockward.answers.losses import RowToCheck
from stockward.balance.findings.events import events_of
from stockward.balance.items import find_in_items
from stockward.terms.verdicts import Slip

METHODS = "method,random_rel\nscale,0.001\n"
UNITS = [("t", 1e3), ("g", 1e-3), ("lb", 0.45359237), ("oz", 0.45359237 / 16)]
COUNTED = "inventory,at,area,material,quantity,method"
MOVED = "movement,at,kind,from_area,to_area,material,quantity,method,document"
MONTHS = 8


def counts_of(material: str, quantities: list[float], time: str = "T12:00", method: str = "") -> str:
    rows = [
        f"N{number},2025-{number + 1:02d}-01{time},A,{material},{quantity},{method}"
        for number, quantity in enumerate(quantities)
    ]
    return "\n".join([COUNTED, *rows])


def issues(material: str, each: dict[str, float], method: str = "") -> str:
    """Issues from the area by their day, and as document their month and day."""
    rows = [
        f"V{number},2025-{day},issue,A,,{material},{quantity},{method},D{day[:5]}"
        for number, (day, quantity) in enumerate(each.items())
    ]
    return "\n".join([MOVED, *rows])


def named(folder: Path, counts: str, movements: str, timezone: str = "UTC", **tables: str) -> list[RowToCheck]:
    site = write_site(folder, timezone=timezone, counts=counts, movements=movements, methods=METHODS, **tables)
    closed = Closed(site)
    verdicts = list(closed.verdicts().values())
    found = find_in_items(closed.books, closed.balances, seed=1)
    return [
        row
        for event in events_of(closed.books, closed.balances, verdicts, found.discrepancies)
        for row in event.to_check
    ]


def counted_after(start: float, left: dict[str, float]) -> list[float]:
    """What is counted at the begin of each month, if ``left`` is what truly left."""
    days = [f"{month + 1:02d}-01" for month in range(MONTHS)]
    return [start - sum(quantity for day, quantity in left.items() if day[:5] < first) for first in days]


USUAL = {f"{month:02d}-{day:02d}T08:00": 20.0 + month + day / 10 for month in range(1, 8) for day in (8, 22)}


def test_ten_times_too_much_is_named_with_its_document(tmp_path: Path) -> None:
    day = "04-22T08:00"
    wrong = {**USUAL, day: 10 * USUAL[day]}
    (row,) = named(tmp_path, counts_of("BOX", counted_after(900, {**USUAL})), issues("BOX", wrong))
    assert (row.slip, row.table, row.document, row.whole) == (Slip.DECIMAL_POINT, "movements", "D04-22", True)
    assert row.explains == pytest.approx(9 * USUAL[day])


@pytest.mark.parametrize("stolen", [11.0, -11.0, 0.0])
def test_beside_a_theft_a_slip_explains_most_of_what_is_claimed(tmp_path: Path, stolen: float) -> None:
    """A theft beside an issue of ten times too much is hidden by it, and a find adds to it."""
    day = "04-22T08:00"
    left = {**USUAL, "04-23T08:00": stolen}
    (row,) = named(tmp_path, counts_of("BOX", counted_after(900, left)), issues("BOX", {**USUAL, day: 10 * USUAL[day]}))
    assert (row.slip, row.document, row.whole) == (Slip.DECIMAL_POINT, "D04-22", stolen == 0)


def test_a_tenth_is_named(tmp_path: Path) -> None:
    day = "04-22T08:00"
    wrong = {**USUAL, day: USUAL[day] / 10}
    counts = counts_of("TNT", counted_after(900, {**USUAL}), method="scale")
    (row,) = named(tmp_path, counts, issues("TNT", wrong, "scale"))
    assert (row.slip, row.document) == (Slip.DECIMAL_POINT, "D04-22")


@pytest.mark.parametrize(("unit", "in_kg"), UNITS)
def test_a_quantity_in_another_unit_is_named_as_it_stands_in_the_row(unit: str, in_kg: float, tmp_path: Path) -> None:
    """One issue was of so many kg, and another unit was written behind them."""
    day = "04-22T08:00"
    counts = counts_of("TNT", [round(left, 3) for left in counted_after(900, USUAL)], method="scale")
    head, *rows = issues("TNT", USUAL, "scale").splitlines()
    rows = [f"{row},{unit if f'-{day},' in row else 'kg'}" for row in rows]
    (row,) = named(tmp_path, counts, "\n".join([head + ",unit", *rows]))
    assert (row.slip, row.meant, row.document, row.whole) == (Slip.WRONG_UNIT, "kg", "D04-22", True)
    assert (row.quantity, row.unit) == (pytest.approx(USUAL[day]), unit)
    assert row.explains == pytest.approx(abs(in_kg - 1) * USUAL[day])


@pytest.mark.parametrize(("material", "method"), [("BOX", ""), ("TNT", "scale")])
def test_a_mark_between_thousands_that_was_read_as_a_decimal_mark(material: str, method: str, tmp_path: Path) -> None:
    day, large = "04-22T08:00", {when: 1000 + 40 * quantity for when, quantity in USUAL.items()}
    counts = counts_of(material, counted_after(90000, large), method=method)
    (row,) = named(tmp_path, counts, issues(material, {**large, day: large[day] / 1000}, method))
    assert (row.document, row.whole) == ("D04-22", True)
    assert (row.slip, row.meant) == ((Slip.DECIMAL_POINT, None) if material == "BOX" else (Slip.WRONG_UNIT, "t"))


def test_a_row_in_line_with_its_kind_is_not_named(tmp_path: Path) -> None:
    # 0.9 of what was booked is missing, and so are as many rows of its size booked rightly.
    gone = {**USUAL, "04-15T08:00": 0.9 * USUAL["04-22T08:00"]}
    assert named(tmp_path, counts_of("BOX", counted_after(900, gone)), issues("BOX", USUAL)) == []


def test_more_than_a_few_rows_are_none(tmp_path: Path) -> None:
    large = {f"04-{day:02d}T08:00": 1000.0 for day in (3, 9, 15, 21)}
    booked = {**USUAL, **large}
    gone = {**booked, "04-25T08:00": -900.0}
    assert named(tmp_path, counts_of("BOX", counted_after(9000, gone)), issues("BOX", booked)) == []


@pytest.mark.parametrize(("material", "method"), [("BOX", ""), ("TNT", "scale")])
def test_what_is_booked_a_month_late_is_named(tmp_path: Path, material: str, method: str) -> None:
    # Of TNT a few more rows fit within the error of measuring; the nearest to the inventory stand first.
    late = {day: quantity for day, quantity in USUAL.items() if day != "04-22T08:00"}
    late["05-10T08:00"] = USUAL["04-22T08:00"]
    counts = counts_of(material, counted_after(900, USUAL), method=method)
    rows = named(tmp_path, counts, issues(material, late, method))
    assert len(rows) <= (1 if material == "BOX" else 3)
    (row,) = (row for row in rows if row.document == "D05-10")
    assert (row.slip, row.document, row.inventory) == (Slip.OTHER_SIDE, "D05-10", "N4")
    assert (row.taken_before, row.places) == (False, (0, 1))


@pytest.mark.parametrize("time", ["", "T12:00"])
def test_a_movement_of_the_day_of_a_count_is_named_with_its_side(tmp_path: Path, time: str) -> None:
    booked = {**USUAL, "05-01": 30.0}
    truly = {**USUAL, "05-02": 30.0}
    (row,) = named(tmp_path, counts_of("BOX", counted_after(900, truly), time), issues("BOX", booked))
    assert (row.slip, row.inventory, row.taken_before) == (Slip.SAME_DAY, "N4", True)
    assert (row.explains, row.whole) == (30.0, True)


def test_a_movement_with_a_time_after_a_count_without_one(tmp_path: Path) -> None:
    booked = {**USUAL, "05-01T09:00": 30.0}
    truly = {**USUAL, "04-30T09:00": 30.0}
    (row,) = named(tmp_path, counts_of("BOX", counted_after(900, truly), ""), issues("BOX", booked))
    assert (row.slip, row.inventory, row.taken_before) == (Slip.SAME_DAY, "N4", False)


def test_at_the_last_inventory_one_side_is_enough(tmp_path: Path) -> None:
    booked = {**USUAL, "08-01": 30.0}
    (row,) = named(tmp_path, counts_of("BOX", counted_after(900, USUAL), ""), issues("BOX", booked))
    assert (row.slip, row.inventory, row.places) == (Slip.SAME_DAY, "N7", (0,))


def test_a_movement_of_the_day_that_explains_too_much_is_not_named(tmp_path: Path) -> None:
    booked = {**USUAL, "05-01": 30.0}
    truly = {**booked, "04-20T09:00": 15.0}
    assert named(tmp_path, counts_of("BOX", counted_after(900, truly), "T12:00"), issues("BOX", booked)) == []


def test_movements_of_one_day_together(tmp_path: Path) -> None:
    day = {"05-01": 30.0, "05-01T00:00": 12.0}
    booked, truly = {**USUAL, **day}, {**USUAL, "05-02": 42.0}
    rows = named(tmp_path, counts_of("BOX", counted_after(900, truly), ""), issues("BOX", booked))
    assert [(row.slip, row.explains) for row in rows] == [(Slip.SAME_DAY, 30.0), (Slip.SAME_DAY, 12.0)]


@pytest.mark.parametrize(("year", "found"), [("2024", 1), ("2026", 1), ("2023", 0)])
def test_a_movement_of_another_year(tmp_path: Path, year: str, found: int) -> None:
    """An issue of April stands in the books a year early, or late: 30 pieces seem to be missing."""
    truly = {**USUAL, "04-20T09:00": 30.0}
    moved = issues("BOX", truly).replace("2025-04-20", f"{year}-04-20")
    rows = named(tmp_path, counts_of("BOX", counted_after(900, truly)), moved)
    assert [(row.slip, row.document, row.explains) for row in rows] == [(Slip.WRONG_YEAR, "D04-20", 30.0)] * found


def test_movements_on_both_wrong_sides_of_a_count(tmp_path: Path) -> None:
    booked = {**USUAL, "05-01": 30.0, "05-01T09:00": 12.0}
    truly = {**USUAL, "05-01": 12.0, "05-01T09:00": 30.0}
    counted = counted_after(900, {**USUAL, "04-30": 12.0, "05-02": 30.0})
    rows = named(tmp_path, counts_of("BOX", counted, ""), issues("BOX", booked))
    assert [(row.slip, row.explains, row.taken_before) for row in rows] == [
        (Slip.SAME_DAY, 30.0, True), (Slip.SAME_DAY, -12.0, False)
    ]  # fmt: skip
    assert named(tmp_path / "right", counts_of("BOX", counted, ""), issues("BOX", truly)) == []


def test_a_day_without_a_midnight_has_a_begin(tmp_path: Path) -> None:
    """In Cairo the clocks go from 24:00 on 24 April 2025 to 01:00."""
    booked, truly = {**USUAL, "04-25": 30.0}, {**USUAL, "04-26": 30.0}
    late = counted_after(900, truly)
    counts = counts_of("BOX", [*late[:4], late[4] + 30.0, *late[5:]], "T12:00").replace("2025-05-01", "2025-04-25")
    (row,) = named(tmp_path, counts, issues("BOX", booked), "Africa/Cairo")
    assert (row.slip, row.inventory, row.taken_before) == (Slip.SAME_DAY, "N4", True)


def test_a_count_by_its_decimal_point(tmp_path: Path) -> None:
    counted = counted_after(900, USUAL)
    counted[4] *= 10
    (row,) = named(tmp_path, counts_of("BOX", counted), issues("BOX", USUAL))
    assert (row.slip, row.table, row.places) == (Slip.DECIMAL_POINT, "counts", (0, 1))


@pytest.mark.parametrize("material", ["BOX", "TNT"])
def test_a_receipt_that_was_an_issue(material: str, tmp_path: Path) -> None:
    method = "" if material == "BOX" else "scale"
    left = {**USUAL, "04-15T08:00": 37.0}
    booked = issues(material, left, method).replace("04-15T08:00,issue,A,,", "04-15T08:00,receipt,,A,")
    (row,) = named(tmp_path, counts_of(material, counted_after(1900, left), method=method), booked)
    assert (row.slip, row.document, row.explains, row.whole) == (Slip.REVERSED, "D04-15", 74.0, True)


def test_true_losses_name_no_row(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    for number in range(20):
        gone = {**USUAL, f"0{rng.integers(1, 8)}-15T08:00": float(rng.integers(5, 400))}
        folder = tmp_path / str(number)
        assert named(folder, counts_of("BOX", counted_after(1900, gone)), issues("BOX", USUAL)) == []


def test_each_of_many_series_has_the_rows_that_it_has_alone(tmp_path: Path) -> None:
    # What is a slip beside the usual quantities of A is usual in B, and a transfer enters both with its own sign.
    day = "04-22T08:00"
    wrong = issues("BOX", {**USUAL, day: 10 * USUAL[day]})
    counts = counts_of("BOX", counted_after(900, USUAL))
    (alone,) = named(tmp_path / "alone", counts, wrong)
    tenfold = {when: 10 * quantity for when, quantity in USUAL.items()}
    large = [row.replace("V", "W").replace(",A,", ",B,") for row in issues("BOX", tenfold).splitlines()[1:]]
    passed = ["T1,2025-05-15T08:00,transfer,A,B,BOX,21.0,,T1", "T2,2025-05-16T08:00,transfer,B,A,BOX,21.0,,T2"]
    left = {**tenfold, "04-25T08:00": 0.9 * tenfold[day]}
    other = [row.replace(",A,", ",B,") for row in counts_of("BOX", counted_after(9000, left)).splitlines()[1:]]
    both = named(tmp_path / "both", "\n".join([counts, *other]), "\n".join([wrong, *large, *passed]))
    assert both == [alone]


def of_two_areas(lost: float, gained: float) -> str:
    """Counts of two areas; in April so much goes missing from the one, and is surplus in the other."""
    rows = [
        f"N{number},2025-{number + 1:02d}-01T12:00,{area},TNT,{1000 - change * (number > 3)},scale"
        for area, change in (("A", lost), ("B", -gained))
        for number in range(MONTHS)
    ]
    return "\n".join([COUNTED, *rows])


def moved_in_april(*moves: str) -> str:
    """Each move is its kind, the areas and the quantity; an equal receipt keeps what should be there."""
    return "\n".join(
        [MOVED, *(f"V{number},2025-04-1{number},{move},scale,D{number}" for number, move in enumerate(moves))]
    )


def test_a_movement_booked_to_the_wrong_of_two_areas(tmp_path: Path) -> None:
    """A receipt of 80 kg for B was booked to A, beside another of 80 kg that is out of the question."""
    moves = moved_in_april("receipt,,A,TNT,80", "issue,A,,TNT,80", "receipt,,A,TNT,30", "issue,A,,TNT,30")
    (row,) = named(tmp_path, of_two_areas(80, 80), moves)
    assert (row.slip, row.document, row.places) == (Slip.WRONG_AREA, "D0", (0,))
    assert (row.explains, row.whole) == (80.0, True)
    moves = moved_in_april("receipt,,B,TNT,80", "issue,B,,TNT,80")
    (row,) = named(tmp_path / "out", of_two_areas(80, 80), moves)
    assert (row.slip, row.document, row.kind) == (Slip.WRONG_AREA, "D1", "issue")


def test_a_movement_booked_the_wrong_way(tmp_path: Path) -> None:
    moves = moved_in_april("transfer,B,A,TNT,40", "transfer,A,B,TNT,40", "transfer,B,A,TNT,80", "transfer,A,B,TNT,80")
    (row,) = named(tmp_path, of_two_areas(80, 80), moves)
    assert (row.slip, row.document, row.explains, row.whole) == (Slip.WRONG_WAY, "D0", 80.0, True)


def test_beside_a_theft_the_movement_explains_a_part(tmp_path: Path) -> None:
    moves = moved_in_april("receipt,,A,TNT,80", "issue,A,,TNT,80")
    (row,) = named(tmp_path, of_two_areas(140, 80), moves)
    assert (row.slip, row.document, row.whole) == (Slip.WRONG_AREA, "D0", False)


def test_many_movements_of_that_size_name_none(tmp_path: Path) -> None:
    moves = moved_in_april(*(["receipt,,A,TNT,80", "issue,A,,TNT,80"] * 4))
    assert not [row for row in named(tmp_path, of_two_areas(80, 80), moves) if row.slip == Slip.WRONG_AREA]


@pytest.mark.parametrize("way", ["receipt,,A", "issue,A,"])
def test_a_movement_booked_to_the_wrong_of_two_materials(way: str, tmp_path: Path) -> None:
    """Eight boxes came, or left, and cases were booked."""
    into = way.startswith("receipt")
    rows = [
        f"N{number},2025-{number + 1:02d}-01T12:00,A,{material},{100 + change * (number > 3)},"
        for material, change in (("BOX", 8 if into else -8), ("CASE", 0))
        for number in range(MONTHS)
    ]
    moves = "\n".join([MOVED, f"V0,2025-04-10,{way},CASE,8,,D0", f"V1,2025-04-11,{way},BOX,3,,D1",
                       f"V2,2025-04-12,{'issue,A,' if into else 'receipt,,A'},BOX,3,,D2"])  # fmt: skip
    materials = "material,kind,unit\nBOX,item,each\nCASE,item,each\n"
    (row,) = named(tmp_path, "\n".join([COUNTED, *rows]), moves, materials=materials)
    assert (row.slip, row.document, row.meant, row.explains) == (Slip.WRONG_MATERIAL, "D0", "BOX", 8.0)
