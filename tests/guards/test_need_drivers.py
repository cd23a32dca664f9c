"""Posts that grow with stores, stock and output; today, in months past, and in months to come."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from need_sites import STOCK, books_of, factored, month, need, need_at

from stockward.answers.force import ForceAnswer, PostNeed
from stockward.balance.stocks import BookStock, end_of_day, stock_and_growth
from stockward.book import Site
from stockward.book.known import KnownBooks, known_at
from stockward.surge.asked import Surge
from stockward.surge.books import with_factors
from stockward.surge.demand import material_factors

HEAD = "post,kind,guards,start,end,days,area,driver,per\n"
MOVES = "movement,at,kind,material,quantity,from_area,to_area,method\n"
LINES = "line,material,workers_needed,output_per_day\nL1,BOX,10,50\nL2,TNT,30,100\n"


def driven(driver: str, per: float, area: str = "") -> str:
    return HEAD + f"X,patrol,2,00:00,24:00,daily,{area},{driver},{per:g}\n"


def the_post(answer: ForceAnswer) -> PostNeed:
    (post,) = answer.posts
    return post


def naive_stock(books: KnownBooks, moment: int) -> dict[tuple[str, str], float]:
    """Stock row by row: the last inventory of each area up to a moment, and every movement after it."""
    held: dict[str, tuple[int, str]] = {}
    inventories: dict[tuple[str, str], int] = {}
    counts = books.counts.with_columns(pl.col("area", "material").cast(pl.String), at=pl.col("at").to_physical())
    for row in counts.rows(named=True):
        key = (row["area"], row["inventory"])
        inventories[key] = max(inventories.get(key, row["at"]), row["at"])
    for (area, name), at in inventories.items():
        if at <= moment:
            held[area] = max(held.get(area, (at, name)), (at, name))
    stock: dict[tuple[str, str], float] = {}
    for row in counts.rows(named=True):
        if row["area"] in held and held[row["area"]][1] == row["inventory"]:
            key = (row["area"], row["material"])
            stock[key] = stock.get(key, 0.0) + row["quantity"]
    moves = books.movements.with_columns(at=pl.col("at").to_physical()).sort("at", maintain_order=True)
    for row in moves.rows(named=True):
        for side, way in (("to_area", 1), ("from_area", -1)):
            area = row[side]
            if area is not None and held.get(area, (-(10**18), ""))[0] < row["at"] <= moment:
                stock[area, row["material"]] = stock.get((area, row["material"]), 0.0) + way * row["quantity"]
    return stock


@pytest.mark.parametrize("day", [date(2025, 7, 20), date(2025, 12, 31), date(2026, 6, 30)])
def test_the_book_is_that_of_every_row_added_up(day: date, ridgeway_site: Site) -> None:
    books = known_at(ridgeway_site, None)
    book = BookStock.of(books)
    moment = end_of_day(day, books.site.timezone)
    found = book.quantities(moment)
    expected = np.zeros_like(found)
    for (area, material), quantity in naive_stock(books, moment).items():
        expected[book.areas.index(area), book.materials.index(material)] = max(quantity, 0.0)
    assert found.sum() > 1e5
    assert found == pytest.approx(expected, abs=1e-6, rel=1e-9)
    assert ((found > 0) == (expected > 1e-6)).all()


def test_growth_is_what_came_in_less_what_left_by_the_day(tmp_path: Path) -> None:
    moves = MOVES + (
        "1,2026-01-01T00:00,receipt,TNT,100,,S1,W1\n2,2026-01-06T00:00,transfer,TNT,40,S1,S2,W1\n"
        "3,2026-01-08T00:00,write_off,TNT,5,S1,,\n4,2026-01-11T00:00,use,TNT,10,S2,,W1\n"
    )
    books = books_of(tmp_path, movements=moves)
    book = BookStock.of(books)
    table = stock_and_growth(book, books, date(2026, 6, 30))
    rows = {row["area"]: (row["quantity"], row["per_day"], row["unit"]) for row in table.rows(named=True)}
    # A movement at the moment of an inventory is in it already.
    assert rows == {"S1": (55.0, pytest.approx(6.0), "kg"), "S2": (30.0, pytest.approx(3.0), "kg")}
    surged = stock_and_growth(book, books, date(2026, 6, 30), factored(books, {"receipt": 5, "transfer": 2}))
    assert surged["per_day"].to_list() == pytest.approx([(500 - 80) / 10, (80 - 10) / 10])
    assert surged["quantity"].to_list() == table["quantity"].to_list()


def test_posts_for_each_so_many_occupied_stores(tmp_path: Path) -> None:
    moves = MOVES + (
        "1,2026-02-10,transfer,TNT,30,S1,S2,W1\n2,2026-03-10,receipt,BOX,5,,S3,\n3,2026-04-10,receipt,BOX,5,,P1,\n"
        "4,2026-05-10,transfer,TNT,70,S1,P1,W1\n"
    )
    answer = need_at(tmp_path, movements=moves, posts=driven("areas", 2))
    post = the_post(answer)
    # S1 is empty by now; a process is no store.
    assert (post.driven_by, post.posts, post.hours) == (2, 1, 2 * 8736)
    by_month = {one.month: (one.occupied_areas, one.post_hours) for one in answer.by_month if not one.expected}
    assert by_month[date(2025, 12, 1)] == (None, None)
    assert by_month[date(2026, 1, 1)] == (1, 2 * 8736)
    assert by_month[date(2026, 3, 1)] == (3, 4 * 8736)
    assert by_month[date(2026, 5, 1)] == (2, 2 * 8736)


def test_what_is_counted_as_nothing_is_not_occupied(tmp_path: Path) -> None:
    counts = STOCK["counts"] + "I2,2026-03-01,S1,TNT,0,W1\n"
    answer = need_at(tmp_path, counts=counts, posts=driven("areas", 1))
    assert (the_post(answer).driven_by, the_post(answer).posts, answer.post_hours, answer.need) == (0, 0, 0, 0)
    assert month(answer, date(2026, 2, 1)).occupied_areas == 1


@pytest.mark.parametrize(
    ("area", "per", "value", "posts"),
    [("S1", 400, 1000.0, 3), ("S2", 400, 50.0, 1), ("", 350, 1060.0, 4), ("S4", 1, 0.0, 0)],
)
def test_posts_for_each_so_much_stock_by_value(tmp_path: Path, area: str, per: float, value: float, posts: int) -> None:
    counts = STOCK["counts"] + "I1,2026-01-01,S2,TNT,5,W1\nI1,2026-01-01,S2,SCRAP,900,W1\n"
    answer = need_at(tmp_path, counts=counts, posts=driven("stock", per, area))
    assert (the_post(answer).driven_by, the_post(answer).posts) == (value, posts)


def test_materials_without_a_value_among_others_are_told(tmp_path: Path) -> None:
    counts = STOCK["counts"] + "I1,2026-01-01,S4,BOX,7,\n"
    answer = need_at(tmp_path, counts=counts, posts=driven("stock", 400))
    assert the_post(answer).posts == 3
    assert "The stock that drives X leaves out what has no unit_value: BOX." in answer.notes


def test_stock_by_quantity_where_nothing_has_a_value(tmp_path: Path) -> None:
    materials = "material,kind,unit\nTNT,bulk,kg\nSCRAP,bulk,t\nBOX,item,each\n"
    counts = STOCK["counts"] + "I1,2026-01-01,S2,SCRAP,2,W1\nI1,2026-01-01,S4,BOX,7,\n"
    site = {"materials": materials, "counts": counts}
    boxes = need_at(tmp_path / "a", posts=driven("stock", 3, "S4"), **site)
    assert (the_post(boxes).driven_by, the_post(boxes).posts) == (7, 3)
    mass = need_at(tmp_path / "b", posts=driven("stock", 1000, "S2"), **site)
    assert (the_post(mass).driven_by, the_post(mass).posts) == (2000, 2)
    both = need_at(tmp_path / "c", posts=driven("stock", 3), **site)
    assert (the_post(both).posts, both.need, both.post_hours) == (None, None, None)
    assert both.reason == (
        "X: its stock is kept by mass and by number, and no material has a unit_value: give unit_value in materials"
    )


def test_posts_for_each_so_many_times_the_base_output(tmp_path: Path) -> None:
    production = (
        "line,month,actual\nL1,2026-01,100\nL2,2026-01,200\nL1,2026-02,100\nL1,2026-06,400\nL2,2026-06,1200\n"
        "L1,2026-07,9999\n"
    )
    site = {"lines": LINES, "production": production, "posts": driven("output", 2)}
    answer = need_at(tmp_path, **site)
    # Full days of work: 100/50 x 10 and 200/100 x 30, then 400/50 x 10 and 1,200/100 x 30.
    assert answer.output_base == date(2026, 1, 1)
    assert the_post(answer).driven_by == pytest.approx((80 + 360) / (20 + 60))
    assert the_post(answer).posts == 3
    assert month(answer, date(2026, 1, 1)).output == 1
    assert month(answer, date(2026, 2, 1)).output == pytest.approx(1.0)
    assert month(answer, date(2026, 3, 1)).output is None
    assert month(answer, date(2026, 3, 1)).needed is None
    assert month(answer, date(2027, 6, 1)).output == pytest.approx(5.5)
    # A month that is not over is not known: at the middle of June, February is the last, and L2 has no row of it.
    early = need_at(tmp_path / "b", day=date(2026, 6, 15), **site)
    assert the_post(early).driven_by == pytest.approx(1.0)
    assert "Output leaves out L2: the first or the last month has no row of it." in early.notes


def test_output_at_the_surge_is_that_of_the_mean_month(tmp_path: Path) -> None:
    production = "line,month,actual\nL1,2026-01,100\nL2,2026-01,200\nL1,2026-06,400\nL2,2026-06,1200\n"
    books = books_of(tmp_path, lines=LINES, production=production, posts=driven("output", 2))
    surged = need(books, output_factors={"BOX": 5.0, "TNT": 1.0})
    assert month(surged, date(2026, 6, 1)).output == pytest.approx(5.5)
    assert month(surged, date(2026, 7, 1)).output == pytest.approx((5 * (20 + 80) / 2 + (60 + 360) / 2) / 80)
    assert the_post(surged).surged == 3


@pytest.mark.parametrize(
    ("lines", "production", "said"),
    [
        (LINES, "", "no production of a month that is over is on record"),
        (
            LINES,
            "line,month,actual\nL1,2026-01,10\nL2,2026-06,10\n",
            "no line has output both in the base month 2026-01",
        ),
        (
            LINES,
            "line,month,actual\nL1,2026-01,0\nL1,2026-06,10\n",
            "no line has output both in the base month 2026-01",
        ),
        (LINES, "line,month,actual\nL1,2026-01,1\nL1,2026-06,x\n", "production row 3 is set aside"),
        (LINES, "line,month,actual\nL1,2026-01,x\nL1,2026-06,1\n", "production row 2 is set aside"),
        (LINES, "line,month,actual\nL1,2026-01,1\nL1,2026-13,1\n", "production row 3 is set aside"),
        (LINES + "L3,BOX,x,1\n", "line,month,actual\nL1,2026-01,1\nL1,2026-06,1\n", "lines row 4 is set aside"),
    ],
)
def test_output_that_cannot_be_told(tmp_path: Path, lines: str, production: str, said: str) -> None:
    answer = need_at(tmp_path, lines=lines, production=production, posts=driven("output", 2))
    assert (answer.need, the_post(answer).posts) == (None, None)
    assert answer.reason is not None
    assert answer.reason.startswith(f"X: {said}")


def test_a_month_at_fault_hides_that_month_alone(tmp_path: Path) -> None:
    production = "line,month,actual\nL1,2026-01,10\nL1,2026-04,x\nL1,2026-06,20\n"
    answer = need_at(tmp_path, lines=LINES, production=production, posts=driven("output", 2))
    assert the_post(answer).driven_by == 2
    assert (month(answer, date(2026, 4, 1)).output, month(answer, date(2026, 4, 1)).needed) == (None, None)


MORE = STOCK["counts"] + "I2,2026-03-01,S1,TNT,90,W1\n"


@pytest.mark.parametrize(
    ("table", "text", "said"),
    [
        ("movements", STOCK["movements"] + "2,2026-04-01,transfer,TNT,x,S1,P1,W1\n", "movements row 3 is set aside"),
        ("movements", STOCK["movements"] + "2,2026-04-41,transfer,TNT,1,S1,P1,W1\n", "movements row 3 is set aside"),
        ("movements", STOCK["movements"] + "2,2026-04-01,receipt,TNT,1,,Q9,W1\n", "movements row 3 is set aside"),
        ("counts", MORE + "I2,2026-02-28,S1,BOX,x,\n", "counts row 4 is set aside"),
        ("counts", MORE + "I3,2026-05-01,S1,TNT,x,W1\n", "counts row 4 is set aside"),
        ("areas", STOCK["areas"] + "S9,shed,,\n", "areas row 7 is set aside"),
    ],
)
def test_rows_set_aside_that_could_fill_or_empty_a_store(tmp_path: Path, table: str, text: str, said: str) -> None:
    answer = need_at(tmp_path, posts=driven("areas", 2), **{"counts": MORE, table: text})
    assert answer.need is None
    assert answer.reason is not None
    assert answer.reason.startswith(f"X: {said}")
    assert month(answer, date(2027, 6, 1)).needed is None


@pytest.mark.parametrize(
    ("table", "text"),
    [
        ("movements", STOCK["movements"] + "2,2026-02-01,transfer,TNT,x,S1,P1,W1\n"),
        ("movements", STOCK["movements"] + "2,2026-04-01,receipt,TNT,x,,P1,W1\n"),
        ("movements", STOCK["movements"] + "2,2026-08-01,transfer,TNT,x,S1,P1,W1\n"),
        ("counts", MORE + "I1,2026-01-01,S1,BOX,x,\n"),
    ],
)
def test_rows_set_aside_of_another_time_or_place_change_nothing(tmp_path: Path, table: str, text: str) -> None:
    answer = need_at(tmp_path, posts=driven("areas", 2), **{"counts": MORE, table: text})
    assert (answer.reason, the_post(answer).driven_by) == (None, 1)


def test_stock_by_value_waits_for_materials_set_aside(tmp_path: Path) -> None:
    answer = need_at(tmp_path, posts=driven("stock", 2), materials=STOCK["materials"] + "NEW,bulk,each,\n")
    assert answer.reason == "X: materials row 5 is set aside: mend it (stockward check)"


def piling(tmp_path: Path, per_day: float, driver: str, per: float) -> KnownBooks:
    """So many kg of TNT a day into S1, where 100 kg were counted on the first day; S1 holds 1,000 kg, S2 a tonne."""
    moves = MOVES + "".join(
        f"{place},{date(2026, 1, 1) + timedelta(days=place)},receipt,TNT,{per_day:g},,S1,W1\n" for place in range(11)
    )
    return books_of(tmp_path, movements=moves, posts=driven(driver, per))


def test_stock_runs_on_into_the_next_store_of_its_kind_and_no_further(tmp_path: Path) -> None:
    books = piling(tmp_path, 5, "areas", 1)
    answer = need(books, day=date(2026, 1, 11))
    # 150 kg on the day and 5.5 more each: S1 is full in June, and with 2,000 kg S2 in December; S3 has no limit.
    occupied = {one.month: one.occupied_areas for one in answer.by_month if one.expected}
    assert occupied[date(2026, 5, 1)] == 1
    assert occupied[date(2026, 6, 1)] == 2
    assert occupied[date(2026, 11, 1)] == 2
    assert occupied[date(2026, 12, 1)] == 3
    assert the_post(answer).surged == occupied[date(2027, 1, 1)]
    fast = need(books, day=date(2026, 1, 11), flows=factored(books, {"receipt": 10}))
    assert month(fast, date(2026, 2, 1)).occupied_areas == 3
    # S4 holds items: nothing that is weighed goes there.
    assert month(fast, date(2027, 1, 1)).occupied_areas == 3


def test_stock_without_room_stays_at_capacity_and_is_told(tmp_path: Path) -> None:
    areas = "area,kind,capacity,capacity_unit\nS1,store,1000,kg\nS2,store,1,t\nP1,process,,\n"
    moves = MOVES + "".join(
        f"{place},{date(2026, 1, 1) + timedelta(days=place)},receipt,TNT,50,,S1,W1\n" for place in range(11)
    )
    counts = STOCK["counts"].replace("S1,TNT,100", "S1,TNT,400")
    books = books_of(tmp_path, areas=areas, movements=moves, counts=counts, posts=driven("stock", 1000))
    answer = need(books, day=date(2026, 1, 11))
    assert the_post(answer).driven_by == pytest.approx(9000)
    # What stands there may pass the capacity; 2,000 kg at 10 each are all that finds room.
    assert the_post(answer).surged == 20
    assert "From 2026-02 on stock finds no empty store any more: it is taken to stay at capacity." in answer.notes


def test_stock_beyond_capacity_today_stays(tmp_path: Path) -> None:
    counts = STOCK["counts"].replace("S1,TNT,100", "S1,TNT,5000")
    books = books_of(tmp_path, movements=MOVES, counts=counts, posts=driven("stock", 1000))
    assert (the_post(need(books)).driven_by, the_post(need(books)).posts, the_post(need(books)).surged) == (
        50_000,
        50,
        50,
    )


def test_stock_that_runs_out_is_none(tmp_path: Path) -> None:
    moves = MOVES + "1,2026-06-01,issue,TNT,40,S1,,W1\n2,2026-06-11,issue,TNT,40,S1,,W1\n"
    answer = need_at(tmp_path, movements=moves, posts=driven("areas", 1))
    occupied = [one.occupied_areas for one in answer.by_month]
    # 20 kg left, and 80 kg went in the record of 161 days: none after forty days.
    assert occupied[-13:] == [1, 1] + [0] * 11


def test_ridgeway_is_measured_and_its_need_holds_together(ridgeway_site: Site) -> None:
    books = known_at(ridgeway_site, None)
    answer = need(books, day=date(2026, 6, 30))
    assert answer.reason is None
    assert answer.need is not None
    assert answer.by_fill is not None
    assert answer.net_hours is not None
    assert answer.post_hours == pytest.approx(sum(post.hours or 0 for post in answer.posts))
    assert answer.by_net_hours == pytest.approx(sum(post.needed or 0 for post in answer.posts))
    guards = [step.guards for step in answer.steps]
    assert guards == sorted(guards)
    assert guards[2:] == [answer.by_net_hours, answer.by_fill]
    assert all(
        shift.chance >= 0.95 > shift.chance_of_standing or shift.rostered == shift.standing for shift in answer.shifts
    )
    assert sum(shift.hours for shift in answer.shifts) == pytest.approx(
        answer.by_fill * (answer.net_hours.contract - answer.net_hours.planned)
    )
    today = month(answer, date(2026, 6, 1))
    assert (today.needed, today.on_posts, today.post_hours) == (answer.need, answer.on_posts, answer.post_hours)
    assert today.needed > month(answer, date(2025, 7, 1)).needed


WHOLE = {
    "posts": HEAD + (
        "A,patrol,2,00:00,24:00,daily,,areas,1\nB,patrol,1,06:00,22:00,mon tue,S1,stock,300\n"
        "C,patrol,1,22:00,06:00,daily,,output,2\nD,gate,3,00:00,24:00,daily,,,\n"
    ),
    "people": (
        "person,role,affiliation,duty,qualifications,hours_per_week,since,until,training_weeks,line\n"
        + "".join(f"{place},guard,ministry,post,armed,{30 + place % 3 * 5},2020-01-01,,,\n" for place in range(20))
        + "20,guard,civilian,office,,40,2020-01-01,,,\n21,guard,civilian,patrol,,40,2026-05-01,2026-12-31,4,\n"
        + "22,worker,civilian,,,40,2020-01-01,,,L1\n23,applicant,ministry,,,40,,,6,\n"
    ),
    "absences": (
        "person,start,end,kind\n0,2025-01-01,2025-01-02,sick\n22,2026-01-05,2026-01-09,sick\n"
        + "".join(f"{place},2026-0{1 + place % 6}-05,2026-0{1 + place % 6}-2{place % 8},sick\n" for place in range(20))
        + "".join(f"{place},2025-1{place % 3}-05,2025-1{place % 3}-2{place % 8},leave\n" for place in range(20))
    ),
    "lines": LINES,
    "production": "line,month,actual\nL1,2026-01,100\nL2,2026-01,200\nL1,2026-06,400\nL2,2026-06,1200\n",
}  # fmt: skip


def broken_cells() -> list[tuple[str, int, str]]:
    """Every table and column that the need could read, each with another row."""
    tables = {**STOCK, **WHOLE}
    found = []
    for name, text in tables.items():
        head, *rows = text.splitlines()
        found += [(name, place % len(rows), column) for place, column in enumerate(head.split(","))]
    return found


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> ForceAnswer:
    return need_at(tmp_path_factory.mktemp("clean"), **WHOLE)


def test_the_whole_site_is_measured(clean: ForceAnswer) -> None:
    assert clean.reason is None
    assert [post.posts for post in clean.posts] == [1, 4, 3, 1]
    assert clean.need is not None
    assert clean.need > clean.on_posts


@pytest.mark.parametrize(("table", "row", "column"), broken_cells())
def test_one_cell_at_fault_never_changes_a_figure(
    tmp_path: Path, clean: ForceAnswer, table: str, row: int, column: str
) -> None:
    text = {**STOCK, **WHOLE}[table]
    lines = text.splitlines()
    place = lines[0].split(",").index(column)
    cells = lines[row + 1].split(",")
    cells[place] = "?!" if cells[place] else cells[place]
    lines[row + 1] = ",".join(cells)
    books = books_of(tmp_path, **{**WHOLE, table: "\n".join(lines) + "\n"})
    answer = need(books)
    if answer.need is None:
        assert answer.reason is not None
        assert "set aside" in answer.reason
    elif books.set_aside[table].height:
        assert (answer.need, answer.by_fill, answer.by_net_hours) == (clean.need, clean.by_fill, clean.by_net_hours)


@pytest.mark.parametrize(("per", "said"), [(1e-29, "X: its driver makes more than 100,000"), (1e-3, "X: its driver")])
def test_a_driver_that_makes_posts_without_end_is_a_mistake(tmp_path: Path, per: float, said: str) -> None:
    answer = need_at(tmp_path, posts=driven("stock", per))
    assert (answer.need, answer.post_hours) == (None, None)
    assert answer.reason is not None
    assert answer.reason.startswith(said)


def test_more_guards_at_once_than_any_site_has_are_a_mistake(tmp_path: Path) -> None:
    answer = need_at(tmp_path, posts=HEAD + "X,patrol,1000000,00:00,24:00,daily,,,\n")
    assert answer.need is None
    assert answer.by_net_hours is not None
    assert answer.reason == (
        "a shift would have 1,000,000 guards standing at once: check guards, driver and per in posts"
    )


def test_a_site_without_stock_has_guards_to_count(tmp_path: Path) -> None:
    nothing = dict.fromkeys(STOCK, "")
    assert need_at(tmp_path / "a", **nothing).need == 5
    follows = need_at(tmp_path / "b", **{**nothing, "posts": driven("areas", 2)})
    assert follows.reason == "X: no inventory or movement is on record: count the stores"
    assert [post.posts for post in follows.posts] == [None]


def test_ridgeway_at_five_times_the_production(ridgeway_site: Site) -> None:
    books = known_at(ridgeway_site, None)
    surge = Surge(production=5)
    factors = material_factors(books, surge.production, surge.only)
    today = need(books)
    surged = need(books, flows=with_factors(books, surge), output_factors=factors)
    # What is on record stays as it is; what lies ahead grows.
    assert surged.need == today.need
    past = [one for one in today.by_month if not one.expected]
    assert list(surged.by_month[: len(past)]) == past
    ahead = [one for one in surged.by_month if one.expected]
    assert all(one.needed is not None and one.needed > (today.need or 0) for one in ahead)
    record = [one.output for one in past if one.output is not None]
    assert ahead[0].output == pytest.approx(5 * sum(record) / len(record), rel=1e-3)
    full = [note for note in surged.notes if "finds no empty store" in note]
    assert full and full != [note for note in today.notes if "finds no empty store" in note]
