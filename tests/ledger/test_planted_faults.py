"""One fault of each kind, planted in a ledger that is right: it is found, in the right row, and nothing beside it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np
import pytest
from made_ledgers import Habits, Ledger, Row, made

from stockward.answers.items import LedgerFinding
from stockward.terms.verdicts import LedgerFault

SEEDS = range(6)
KEPT = LedgerFault.NUMBERS_SHARED


def found(ledger: Ledger) -> list[LedgerFinding]:
    return [one for one in ledger.findings() if one.fault is not KEPT]


def the_one(ledger: Ledger, fault: LedgerFault) -> LedgerFinding:
    (one,) = (one for one in found(ledger) if one.fault is fault)
    return one


def without_balances(ledger: Ledger) -> Ledger:
    """The same as a ledger that prints none, and lists of counts without a book."""
    for row in ledger.movements:
        row.update(from_balance=None, to_balance=None)
    for count in ledger.counts:
        count["book"] = None
    return ledger


def touches(row: Row, area: str, material: str) -> bool:
    """Whether a row changes what an area holds of a material."""
    return row["material"] == material and area in (row["from_area"], row["to_area"])


def some_row(ledger: Ledger, seed: int, fits: Callable[[Row], bool] = lambda row: True) -> Row:
    """A row in the middle of the ledger."""
    rows = [row for row in ledger.movements if fits(row)]
    place = int(np.random.default_rng([seed, 3]).integers(len(rows) // 4, 3 * len(rows) // 4))
    return rows[place]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_balance_that_breaks_and_stays(seed: int) -> None:
    ledger = made(seed)
    row = some_row(ledger, seed, lambda row: row["kind"] == "receipt")
    area, material = row["to_area"], row["material"]
    chain = [
        one for one in ledger.movements if material == one["material"] and area in (one["from_area"], one["to_area"])
    ]
    later = chain[: chain.index(row) + 1] if ledger.habits.newest_first else chain[chain.index(row) :]
    for one in later:
        side = "from" if one["from_area"] == area else "to"
        one[f"{side}_balance"] = round(one[f"{side}_balance"] + 12.0, 3)
    one = the_one(ledger, LedgerFault.BALANCE_BREAKS)
    assert [one.rows[0].row, one.area, one.material] == [ledger.number(row), area, material]
    assert one.amount == pytest.approx(12.0)
    assert (one.count, one.until) == (1, None)
    assert len(found(ledger)) == 1


@pytest.mark.parametrize("seed", SEEDS)
def test_a_balance_that_is_mistyped_comes_right_with_the_next_row(seed: int) -> None:
    ledger = made(seed)
    row = some_row(ledger, seed, lambda row: row["kind"] == "issue")
    row["from_balance"] = round(row["from_balance"] + 50.0, 3)
    one = the_one(ledger, LedgerFault.BALANCE_BREAKS)
    assert one.rows[0].row == ledger.number(row)
    assert one.amount == pytest.approx(50.0)
    # Where the book was brought into line with a count right behind it, the next row follows.
    assert one.count in (1, 2)
    assert one.until is not None


def test_a_row_that_was_taken_out_breaks_the_balance_of_the_next() -> None:
    """A receipt of which somebody would know nothing any more: the balance behind it still has it."""
    ledger = made(3, Habits(newest_first=False))
    row = some_row(ledger, 3, lambda row: row["kind"] == "receipt")
    at, key = ledger.movements.index(row), (row["to_area"], row["material"])
    ledger.movements.remove(row)
    behind = next(
        one
        for one in ledger.movements[at:]
        if key in ((one["from_area"], one["material"]), (one["to_area"], one["material"]))
    )
    one = the_one(ledger, LedgerFault.BALANCE_BREAKS)
    assert one.rows[0].row == ledger.number(behind)
    assert one.amount == pytest.approx(row["quantity"])


def test_balances_of_something_else_are_said_once() -> None:
    ledger = made(4)
    rng = np.random.default_rng(1)
    for row in ledger.movements:
        for side in ("from", "to"):
            if row.get(f"{side}_balance") is not None:
                row[f"{side}_balance"] = float(rng.integers(1000))
    one = the_one(ledger, LedgerFault.BALANCE_BREAKS)
    assert (one.area, one.material, one.amount) == (None, None, None)
    assert one.count > 0.5 * one.of


@pytest.mark.parametrize("seed", SEEDS)
def test_a_book_beside_a_count_that_the_movements_do_not_make(seed: int) -> None:
    ledger = made(seed)
    counts = [
        row for row in ledger.counts if row["book"] is not None and row["quantity"] and row["inventory"] == "INV-09"
    ]
    row = counts[seed % len(counts)]
    row["book"] = round(row["book"] - 37.0, 3)
    one = the_one(ledger, LedgerFault.BOOK_DIFFERS)
    assert (one.rows[0].row, one.inventory) == (ledger.counts.index(row) + 2, "INV-09")
    # The book before may have been brought into line with its count, so that both stand for it.
    assert (one.area, one.material, one.amount) == (row["area"], row["material"], pytest.approx(-37.0, abs=10.0))
    assert len(found(ledger)) == 1


@pytest.mark.parametrize("seed", SEEDS)
def test_more_left_than_was_there(seed: int) -> None:
    """A receipt that was never booked, and of which most left again before the next inventory."""
    ledger = without_balances(made(seed))
    last = max(datetime.fromisoformat(row["at"]) for row in ledger.counts if row["inventory"] == "INV-04")
    begin = max(datetime.fromisoformat(row["at"]) for row in ledger.counts if row["inventory"] == "INV-03")
    middle = (begin + (last - begin) / 2).replace(hour=12, minute=1, second=0, microsecond=0)
    times = ledger.habits.times
    row: Row = {
        "movement": "ISSUED", "at": middle.isoformat() if times else middle.date().isoformat(), "kind": "issue",
        "material": "FUZE", "quantity": 90_000, "document": "", "from_area": "YARD", "to_area": "", "method": "",
    }  # fmt: skip
    ledger.movements.append(row)
    one = the_one(ledger, LedgerFault.BELOW_ZERO)
    assert (one.rows[0].row, one.area, one.material) == (ledger.number(row), "YARD", "FUZE")
    assert (one.inventory, one.count) == ("INV-03", 1)
    assert one.reckoned is not None and -90_000 <= one.reckoned < 0
    assert len(found(ledger)) == 1


def test_a_shortfall_within_the_errors_of_measuring_is_none() -> None:
    """Bulk that is used up to the last kg, by a scale that is off by a per cent."""
    ledger = without_balances(made(2, Habits(error=0.01)))
    rows = [
        row for row in ledger.counts if (row["area"], row["material"], row["inventory"]) == ("MAIN", "TNT", "INV-09")
    ]
    quantity, at = float(rows[0]["quantity"]), datetime.fromisoformat(rows[0]["at"]) + timedelta(days=1)
    row: Row = {
        "movement": "ISSUED", "at": at.isoformat(), "kind": "issue", "material": "TNT", "quantity": 1.02 * quantity,
        "document": "", "from_area": "MAIN", "to_area": "", "method": "scale",
    }  # fmt: skip
    ledger.movements.append(row)
    assert not found(ledger)
    row["quantity"] = 1.1 * quantity
    assert the_one(ledger, LedgerFault.BELOW_ZERO).rows[0].row == ledger.number(row)


def test_rows_of_a_day_are_no_fault_where_an_order_avoids_it() -> None:
    ledger = without_balances(made(2, Habits(times=False)))
    day = "2025-03-03"
    common = {"at": day, "material": "FUZE", "quantity": 90_000, "document": "", "method": ""}
    out = {"movement": "OUT", "kind": "issue", "from_area": "YARD", "to_area": "", **common}
    back = {"movement": "IN", "kind": "receipt", "from_area": "", "to_area": "YARD", **common}
    ledger.movements += [out, back]
    assert not found(ledger)
    back["at"] = "2025-03-04"
    assert the_one(ledger, LedgerFault.BELOW_ZERO).rows[0].row == ledger.number(out)


@pytest.mark.parametrize("seed", SEEDS)
def test_sides_of_a_transfer_that_differ(seed: int) -> None:
    ledger = made(seed)
    transfers = [row for row in ledger.movements if row["kind"] == "transfer"]
    for row in transfers:
        row["other_quantity"] = row["quantity"]
    row = some_row(ledger, seed, lambda row: row["kind"] == "transfer" and row["quantity"] > 5)
    row["other_quantity"] = round(0.8 * row["quantity"], 3)
    one = the_one(ledger, LedgerFault.SIDES_DIFFER)
    assert (one.rows[0].row, one.numbers, one.count) == (ledger.number(row), (row["document"],), 1)
    assert one.amount == pytest.approx(row["quantity"] - row["other_quantity"])
    assert len(found(ledger)) == 1


def test_both_halves_of_a_transfer_by_way_of_an_area_that_nobody_counts() -> None:
    ledger = made(5, Habits())
    ways = [row for row in ledger.movements if row["kind"] == "transfer"][:30]
    for place, row in enumerate(ways):
        half = {**row, "movement": f"H{place}", "from_area": "ROAD", "from_balance": None}
        row.update(to_area="ROAD", to_balance=None, document=f"W-{place}")
        half["document"] = row["document"]
        ledger.movements.append(half)
    ledger.areas = (*ledger.areas, "ROAD")
    assert not found(ledger)
    half["quantity"] -= 2
    without_balances(ledger)
    one = the_one(ledger, LedgerFault.SIDES_DIFFER)
    assert [row.row for row in one.rows] == [ledger.number(ways[-1]), ledger.number(half)]
    assert one.amount == pytest.approx(2.0)


@pytest.mark.parametrize("seed", SEEDS)
def test_rows_dated_before_a_count_and_entered_after_it(seed: int) -> None:
    ledger = without_balances(made(seed))
    counted = datetime.fromisoformat(next(row["at"] for row in ledger.counts if row["inventory"] == "INV-05"))
    before = [
        row
        for row in ledger.movements
        if row["from_area"]
        and row["material"] == "FUZE"
        and timedelta(1) < counted - datetime.fromisoformat(row["at"]) < timedelta(days=25)
    ]
    row = max(before, key=lambda row: row["quantity"])
    row["recorded_at"] = (counted + timedelta(days=3)).isoformat()
    (one,) = found(ledger)
    assert one.fault is LedgerFault.ENTERED_AFTER_COUNT
    assert (one.rows[0].row, one.inventory, one.material) == (ledger.number(row), "INV-05", "FUZE")
    came = one.area == row["to_area"]
    assert one.amount == (row["quantity"] if came else -row["quantity"])
    assert one.stated is not None and one.reckoned == one.stated - one.amount


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("numbering", ["one", "by kind"])
def test_papers_that_lack_are_told_as_ranges(seed: int, numbering: str) -> None:
    ledger = made(seed, Habits(numbering=numbering, year_in_number=bool(seed % 2), start=400))
    series = max(("I", "R", "T"), key=lambda sign: sum(row["document"].startswith(sign) for row in ledger.movements))
    own = sorted(
        {
            row["document"]
            for row in ledger.movements
            if row["document"].startswith(series if numbering != "one" else "D")
        }
    )
    gone, alone = own[40:45], own[60]
    for row in [row for row in ledger.movements if row["document"] in {*gone, alone}]:
        ledger.movements.remove(row)
    without_balances(ledger)
    one = the_one(ledger, LedgerFault.NUMBERS_LACK)
    assert one.numbers[2:] == (f"{gone[0]} to {gone[-1]}", alone)
    assert one.count == 6
    assert ledger.row(one.rows[0].row)["document"] == own[39]


def test_a_document_that_was_entered_twice() -> None:
    ledger = made(6, Habits(numbering="one", lines=3))
    by_paper: dict[str, list[Row]] = {}
    for row in ledger.movements:
        by_paper.setdefault(row["document"], []).append(row)
    name, lines = next((name, rows) for name, rows in list(by_paper.items())[100:] if len(rows) > 1)
    ledger.movements += [
        {**row, "movement": f"AGAIN-{n}", "from_balance": None, "to_balance": None} for n, row in enumerate(lines)
    ]
    one = the_one(ledger, LedgerFault.NUMBER_TWICE)
    assert one.numbers == (name,)
    assert [row.row for row in one.rows] == [ledger.number(lines[0]), len(ledger.movements) + 2 - len(lines)]


def test_two_lines_of_one_document_may_be_alike() -> None:
    ledger = without_balances(made(6, Habits(numbering="one", lines=1)))
    ledger.movements = [
        {
            **row,
            "movement": f"{row['movement']}{half}",
            "quantity": row["quantity"] / 2,
            "from_balance": None,
            "to_balance": None,
        }
        for row in ledger.movements
        for half in "ab"
    ]
    assert not found(ledger)


def test_a_number_that_comes_again_long_after() -> None:
    ledger = made(7, Habits(numbering="one"))
    first, last = ledger.movements[20], ledger.movements[-20]
    last["document"] = first["document"]
    (one,) = (one for one in without_balances(ledger).findings() if one.fault is not LedgerFault.NUMBERS_LACK)
    assert one.fault is LedgerFault.NUMBER_REUSED
    assert one.numbers == (first["document"],)
    assert {row.row for row in one.rows} >= {ledger.number(last)}


def test_numbers_that_other_books_share_say_nothing() -> None:
    ledger = made(8, Habits(numbering="shared"))
    (one,) = ledger.findings()
    assert one.fault is LedgerFault.NUMBERS_SHARED
    assert not one.rows


def test_a_row_that_was_set_aside_may_be_the_cause() -> None:
    """The same fault as above, beside a receipt of it that nobody can read."""
    ledger = without_balances(made(2, Habits()))
    common = {"at": "2025-03-03T10:00", "material": "FUZE", "document": "", "method": ""}
    ledger.movements += [
        {"movement": "OUT", "kind": "issue", "from_area": "YARD", "to_area": "", "quantity": 90_000, **common},
    ]
    assert found(ledger)
    ledger.movements += [
        {"movement": "IN", "kind": "receipt", "from_area": "", "to_area": "YARD", "quantity": "9O000", **common},
    ]
    assert not found(ledger)
    ledger.movements[-1]["quantity"], ledger.movements[-1]["material"] = 5, "FUZES"
    assert not found(ledger)


def test_a_single_book_that_differs_is_told_with_its_figures() -> None:
    """One count with a book is too few to say that the column is of something else."""
    ledger = made(4, Habits(newest_first=False))
    for count in ledger.counts:
        if (count["inventory"], count["area"], count["material"]) != ("INV-09", "MAIN", "FUZE"):
            count["book"] = None
        else:
            count["book"] += 15
    one = the_one(ledger, LedgerFault.BOOK_DIFFERS)
    assert (one.area, one.material, one.amount, one.count, one.of) == ("MAIN", "FUZE", 15.0, 1, 1)


def test_a_balance_or_book_that_a_row_set_aside_may_explain_is_not_told() -> None:
    ledger = made(4, Habits(newest_first=False))
    row = some_row(ledger, 4, lambda row: row["kind"] == "issue" and row["material"] == "FUZE")
    row["from_balance"] += 50
    for count in ledger.counts:
        if count["inventory"] == "INV-09" and count["material"] == "FUZE":
            count["book"] += 15
    assert {one.fault for one in found(ledger)} == {LedgerFault.BALANCE_BREAKS, LedgerFault.BOOK_DIFFERS}
    ledger.movements.append({**row, "movement": "TORN", "at": "2025-01-03", "from_area": "", "from_balance": None})
    assert not found(ledger)
