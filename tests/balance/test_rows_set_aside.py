"""A row at fault hides the balances that it could touch, all of them, and no others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from random_sites import Draw, stamp
from small_sites import Closed, write_site

from sites import text_of
from stockward.terms.verdicts import Verdict

AREAS = "area,kind\nA,store\nB,store\nC,store\n"
MATERIALS = "material,kind,unit\nTNT,bulk,kg\nRDX,bulk,kg\nBOX,item,each\nWAX,bulk,kg\n"
METHODS = "method,random_rel\nscale,0.01\nspare,0.02\n"
CONTENTS = "material,substance,amount,unit\nBOX,HE,2,kg\n"
CALIBRATIONS = "method,at\nscale,2026-02-01\nspare,2026-01-01\n"
LOSSES = "area,substance,rate,basis\nA,RDX,0.01,per_received\n"
MOVEMENTS = """movement,at,kind,material,quantity,unit,from_area,to_area,method,recorded_at,reverses
m1,2026-02-10,receipt,TNT,20,,,A,scale,,
m2,2026-03-10,transfer,TNT,10,,A,B,scale,,
m3,2026-02-12,issue,BOX,3,,A,,,,
m4,2026-02-13,receipt,RDX,5,,,A,spare,,
m5,2026-01-10,issue,TNT,1,,A,,scale,,
m6,2026-04-10,issue,TNT,1,,A,,scale,,m5
"""
COUNTS = "inventory,at,area,material,quantity,unit,method,sheet,recorded_at\n" + "".join(
    f"I{n},2026-0{n + 1}-01,{area},{material},{quantity},,{method},,\n"
    for n in range(5)
    for area, material, quantity, method in (
        ("A", "TNT", 100 + 17 * (n > 1) - 10 * (n > 2), "scale"),
        ("A", "RDX", 50 + 5 * (n > 1), "spare"),
        ("A", "BOX", 9 - 3 * (n > 1), ""),
        ("B", "TNT", 50 + 10 * (n > 2), "scale"),
        ("C", "RDX", 7, "spare"),
    )
)
TABLES = {
    "areas": AREAS,
    "materials": MATERIALS,
    "methods": METHODS,
    "contents": CONTENTS,
    "calibrations": CALIBRATIONS,
    "normal_losses": LOSSES,
    "movements": MOVEMENTS,
    "counts": COUNTS,
}
EVERY = "I1 I2 I3 I4"
SERIES = ("A/BOX", "A/HE", "A/RDX", "A/TNT", "B/TNT", "C/RDX")

FAULTS = {
    # A movement touches the period that it falls into, in each area that it names.
    "a movement's quantity": (
        "movements",
        "m1,2026-02-10,receipt,TNT,20",
        "m1,2026-02-10,receipt,TNT,x",
        {"A/TNT": "I2"},
    ),
    "a movement's negative quantity": ("movements", "TNT,20,,,A", "TNT,-20,,,A", {"A/TNT": "I2"}),
    "a movement's unit": ("movements", "TNT,20,,,A", "TNT,20,stone,,A", {"A/TNT": "I2"}),
    "a transfer's quantity": ("movements", "TNT,10,,A,B", "TNT,x,,A,B", {"A/TNT": "I3", "B/TNT": "I3"}),
    "a movement's kind": ("movements", "m1,2026-02-10,receipt", "m1,2026-02-10,recipt", {"A/TNT": "I2"}),
    "a movement's time": ("movements", "m1,2026-02-10", "m1,10.2.2026", {"A/TNT": EVERY}),
    "a movement's area": ("movements", "TNT,20,,,A", "TNT,20,,,Q", {"A/TNT": "I2", "B/TNT": "I2"}),
    "a movement's blank area": ("movements", "TNT,20,,,A", "TNT,20,,,", {"A/TNT": "I2", "B/TNT": "I2"}),
    "a movement's material": (
        "movements",
        "receipt,TNT,20",
        "receipt,TNX,20",
        dict.fromkeys(("A/BOX", "A/HE", "A/RDX", "A/TNT"), "I2"),
    ),
    "a movement's method": ("movements", "TNT,20,,,A,scale", "TNT,20,,,A,sacle", {"A/TNT": "I2"}),
    "a movement's day of recording": ("movements", "TNT,20,,,A,scale,,", "TNT,20,,,A,scale,?,", {"A/TNT": "I2"}),
    "a movement that stands twice": (
        "movements",
        "m4,",
        "m1,2026-03-02,issue,BOX,1,,A,,,,\nm4,",
        {"A/BOX": "I3", "A/HE": "I3"},
    ),
    "an item's movement": ("movements", "BOX,3", "BOX,3.x", {"A/BOX": "I2", "A/HE": "I2"}),
    # A reversal: also the period of the movement that it cancels; where that cannot be read, all of the material.
    "a reversal's quantity": (
        "movements",
        "m6,2026-04-10,issue,TNT,1",
        "m6,2026-04-10,issue,TNT,x",
        {"A/TNT": "I1 I4"},
    ),
    "a reversal's target": ("movements", "scale,,m5", "scale,,m55", {"A/TNT": EVERY, "B/TNT": EVERY}),
    # A count touches both periods of its inventory.
    "a count's quantity": ("counts", "I2,2026-03-01,A,TNT,117", "I2,2026-03-01,A,TNT,x", {"A/TNT": "I2 I3"}),
    "the first count": ("counts", "I0,2026-01-01,A,TNT,100", "I0,2026-01-01,A,TNT,x", {"A/TNT": "I1"}),
    "the last count": ("counts", "I4,2026-05-01,A,TNT,107", "I4,2026-05-01,A,TNT,x", {"A/TNT": "I4"}),
    "a count's method": (
        "counts",
        "I2,2026-03-01,A,TNT,117,,scale",
        "I2,2026-03-01,A,TNT,117,,sacle",
        {"A/TNT": "I2 I3"},
    ),
    "a count's material": (
        "counts",
        "I2,2026-03-01,A,TNT",
        "I2,2026-03-01,A,TXT",
        dict.fromkeys(("A/BOX", "A/HE", "A/RDX", "A/TNT"), "I2 I3"),
    ),
    "a count's area": ("counts", "I2,2026-03-01,A,TNT", "I2,2026-03-01,Q,TNT", {"A/TNT": "I2 I3", "B/TNT": "I2 I3"}),
    "a count's time": (
        "counts",
        "I2,2026-03-01,A,TNT",
        "I2,1.3.2026,A,TNT",
        dict.fromkeys(("A/BOX", "A/HE", "A/RDX", "A/TNT"), "I2 I3"),
    ),
    # Its day belies its inventory: either may be another once the row is mended.
    "a count's method on the day of another inventory": (
        "counts",
        "I4,2026-05-01,A,TNT,107,,scale",
        "I4,2026-02-20,A,TNT,107,,sacle",
        dict.fromkeys(("A/BOX", "A/HE", "A/RDX", "A/TNT"), "I4"),
    ),
    "a count's area and time": (
        "counts",
        "I2,2026-03-01,A,TNT",
        "I2,A,2026-03-01,TNT",
        dict.fromkeys(("A/BOX", "A/HE", "A/RDX", "A/TNT", "B/TNT", "C/RDX"), "I2 I3"),
    ),
    # The row may be of the inventory whose other rows stand there: that has not left the material out.
    "a count's inventory among others": (
        "counts",
        "I2,2026-03-01,A,TNT",
        ",2026-03-01,A,TNT",
        dict.fromkeys(("A/BOX", "A/HE", "A/RDX", "A/TNT"), EVERY),
    ),
    "a count's inventory": ("counts", "I2,2026-03-01,B,TNT", ",2026-03-01,B,TNT", {"B/TNT": "I1 I3 I4"}),
    "a count that stands twice": (
        "counts",
        "I3,2026-04-01,B,TNT,60,,scale,,",
        "I3,2026-04-01,B,TNT,60,,scale,,\nI3,2026-04-01,B,TNT,61,,scale,,",
        {"B/TNT": "I3 I4"},
    ),
    # Others touch the rows that use them.
    "a method": ("methods", "spare,0.02", "spare,x", {"A/RDX": EVERY, "C/RDX": EVERY}),
    "a method that stands twice": ("methods", "spare,0.02", "spare,0.02\nspare,0.03", {"A/RDX": EVERY, "C/RDX": EVERY}),
    "a calibration's time": ("calibrations", "spare,2026-01-01", "spare,x", {"A/RDX": EVERY, "C/RDX": EVERY}),
    "a calibration that stands twice": (
        "calibrations",
        "scale,2026-02-01",
        "scale,2026-04-01\nscale,2026-04-01",
        {"A/TNT": "I3 I4", "B/TNT": "I3 I4"},
    ),
    "a calibration's method": (
        "calibrations",
        "scale,2026-02-01",
        "scael,2026-04-20",
        dict.fromkeys(("A/RDX", "A/TNT", "B/TNT", "C/RDX"), "I4"),
    ),
    "a content": ("contents", "BOX,HE,2", "BOX,HE,x", {"A/HE": EVERY}),
    "a content that stands twice": ("contents", "BOX,HE,2,kg", "BOX,HE,2,kg\nBOX,HE,3,kg", {"A/HE": EVERY}),
    "a content of what passed for its own substance": (
        "contents",
        "BOX,HE,2,kg",
        "BOX,HE,2,kg\nTNT,HE,x,kg",
        dict.fromkeys(("A/HE", "A/TNT", "B/HE", "B/TNT"), EVERY),
    ),
    "a content's substance": (
        "contents",
        "BOX,HE,2,kg",
        "BOX,HE,2,kg\nTNT,,1,kg",
        dict.fromkeys(("A/HE", "A/RDX", "A/TNT", "B/TNT"), EVERY),
    ),
    "a material": ("materials", "RDX,bulk,kg", "RDX,bulky,kg", {"A/RDX": EVERY, "C/RDX": EVERY}),
    "a material that stands twice": (
        "materials",
        "RDX,bulk,kg",
        "RDX,bulk,kg\nRDX,bulk,g",
        {"A/RDX": EVERY, "C/RDX": EVERY},
    ),
    "a material that nothing uses": ("materials", "WAX,bulk,kg", "WAX,bulk,yard", {}),
    "a normal loss": ("normal_losses", "A,RDX,0.01", "A,RDX,x", {"A/RDX": EVERY}),
    "a normal loss of an unknown substance": (
        "normal_losses",
        "A,RDX,0.01",
        "A,RXD,0.01",
        {"A/RDX": EVERY, "A/TNT": EVERY, "A/HE": EVERY},
    ),
}


# What a row without an area may have brought to one whose inventories do not list it, would be left out from then on.
BROUGHT = {
    "a movement's area": ["*/TNT"],
    "a movement's blank area": ["*/TNT"],
    "a count's area": ["*/TNT"],
    "a count's area and time": ["*/TNT", "*/RDX"],
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Closed:
    return Closed(write_site(tmp_path_factory.mktemp("whole"), **TABLES))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_row_at_fault_hides_what_it_could_touch_and_no_more(fault: str, whole: Closed, tmp_path: Path) -> None:
    table, old, new, hidden = FAULTS[fault]
    assert TABLES[table].count(old) == 1
    broken = Closed(write_site(tmp_path, **{**TABLES, table: TABLES[table].replace(old, new)}))
    assert broken.site.problems
    # Without its only content the item holds no substance that good rows speak of; the series is named all the same.
    assert set(broken.ids) >= set(SERIES)
    found = {
        series: " ".join(inventory for inventory, status in broken.status(series) if status == "not_tested")
        for series in broken.ids
    }
    areas = {series: inventories for series, inventories in found.items() if not series.startswith("*/")}
    assert {series: inventories for series, inventories in areas.items() if inventories} == hidden
    for series in found.keys() - areas.keys():
        # All areas are counted on the same days: a period of the site is hidden where one of any area is.
        of_areas = {name for key in areas if key.endswith(series[1:]) for name in areas[key].split()}
        of_areas |= {"I2", "I3", "I4"} if series in BROUGHT.get(fault, ()) else set()
        assert set(found[series].split()) == of_areas, series
    assert_the_rest_stands(whole, broken)
    verdicts = broken.verdicts()
    assert all(verdicts[series].verdict is not Verdict.BALANCED for series in hidden)


def assert_the_rest_stands(whole: Closed, broken: Closed) -> None:
    """Closed periods keep their numbers."""
    for series in SERIES:
        before, after = whole.periods(series), broken.periods(series)
        kept = [place for place, row in enumerate(after) if row["status"] == "closed"]
        for place in kept:
            assert [after[place][name] for name in ("start", "end")] == [
                before[place][name] for name in ("start", "end")
            ]
            for name in ("begin", "end_quantity", "difference", "sigma"):
                assert after[place][name] == pytest.approx(before[place][name]), (series, name)
        np.testing.assert_allclose(broken.covariance(series), whole.covariance(series)[np.ix_(kept, kept)], atol=1e-12)


def test_the_whole_site_has_nothing_hidden(whole: Closed) -> None:
    assert whole.site.problems == ()
    assert whole.ids == [*SERIES, "*/RDX", "*/TNT"]
    assert {status for series in whole.ids for _, status in whole.status(series)} == {"closed"}


def test_an_area_at_fault_takes_its_rows_and_the_period_of_what_came_from_it(tmp_path: Path) -> None:
    broken = Closed(write_site(tmp_path, **{**TABLES, "areas": AREAS.replace("B,store", "B,stoer")}))
    assert broken.status("A/TNT") == [("I1", "closed"), ("I2", "closed"), ("I3", "not_tested"), ("I4", "closed")]
    assert broken.verdicts()["B/TNT"].verdict is Verdict.NOT_TESTED


def test_a_series_of_which_a_row_at_fault_alone_speaks_is_not_called_balanced(tmp_path: Path) -> None:
    # An issue that names where it goes: mended, it says nothing of C.
    named = MOVEMENTS.replace("m3,2026-02-12,issue,BOX,3,,A,,", "m3,2026-02-12,issue,BOX,3,,A,C,")
    closed = Closed(write_site(tmp_path, **{**TABLES, "movements": named}))
    assert {status for _, status in closed.status("C/BOX")} == {"not_tested"}
    assert closed.verdicts()["C/BOX"].verdict is Verdict.NOT_TESTED


def test_a_reversal_at_fault_is_followed_to_the_end_of_the_chain(tmp_path: Path) -> None:
    movements = MOVEMENTS + "m7,2026-04-11,issue,TNT,x,,A,,scale,,m6\n"
    broken = Closed(write_site(tmp_path, **{**TABLES, "movements": movements}))
    assert dict(broken.status("A/TNT")) == {"I1": "not_tested", "I2": "closed", "I3": "closed", "I4": "not_tested"}


def test_a_material_in_doubt_that_is_left_out_stays_so_until_it_is_counted(tmp_path: Path) -> None:
    head, *rows = COUNTS.splitlines()
    left = [row for row in rows if not row.startswith(("I2,2026-03-01,A,TNT", "I3,2026-04-01,A,TNT"))]
    movements = MOVEMENTS.replace("TNT,20,,,A", "TNT,x,,,A")
    broken = Closed(write_site(tmp_path, **{**TABLES, "movements": movements, "counts": "\n".join([head, *left])}))
    assert [status for _, status in broken.status("A/TNT")] == ["closed", *["not_tested"] * 3]


def test_a_count_at_fault_leaves_the_book_in_doubt_where_the_next_left_it_out(tmp_path: Path) -> None:
    head, *rows = COUNTS.splitlines()
    left = [row.replace("A,TNT,117", "A,TNT,x") for row in rows if not row.startswith("I3,2026-04-01,A,TNT")]
    broken = Closed(write_site(tmp_path, **{**TABLES, "counts": "\n".join([head, *left])}))
    assert [status for _, status in broken.status("A/TNT")] == ["closed", "not_tested", "not_tested", "not_tested"]


def test_no_alarm_stands_on_a_period_that_a_row_at_fault_could_change(tmp_path: Path) -> None:
    counts = COUNTS.replace("I2,2026-03-01,A,TNT,117", "I2,2026-03-01,A,TNT,17").replace(
        "I3,2026-04-01,A,TNT,107", "I3,2026-04-01,A,TNT,7"
    )
    counts = counts.replace("I4,2026-05-01,A,TNT,107", "I4,2026-05-01,A,TNT,7")
    stolen = Closed(write_site(tmp_path / "a", **{**TABLES, "counts": counts})).verdicts()["A/TNT"]
    assert (stolen.verdict, stolen.alarm_inventory) == (Verdict.SHORTAGE, "I2")
    movements = MOVEMENTS.replace("TNT,20,,,A", "TNT,x,,,A")
    hidden = Closed(write_site(tmp_path / "b", **{**TABLES, "counts": counts, "movements": movements})).verdicts()[
        "A/TNT"
    ]
    assert hidden.verdict is Verdict.BALANCED_IN_PART
    assert "set aside" in str(hidden.reason)


def test_a_row_at_fault_recorded_later_hides_nothing_yet(tmp_path: Path) -> None:
    movements = MOVEMENTS.replace("TNT,20,,,A,scale,,", "TNT,x,,,A,scale,2026-06-01,")
    site = write_site(tmp_path, **{**TABLES, "movements": movements})
    moment = site["counts"]["at"].max()
    assert {status for _, status in Closed(site, moment).status("A/TNT")} == {"closed"}
    assert ("I2", "not_tested") in Closed(site).status("A/TNT")


@pytest.mark.parametrize("first", range(0, 16, 4))
def test_mending_a_row_changes_no_balance_that_was_closed(first: int, tmp_path: Path) -> None:
    """Random sites with one cell made unreadable: what is closed stays as it was before, and under another mend."""
    for seed in range(first, first + 4):
        draw = Draw(seed)
        rows = draw.rows()
        for method in rows["methods"]:
            method["calibration_days"] = ""
        table = draw.rng.choice(("movements", "counts"))
        place = draw.rng.randrange(len(rows[table]))
        column = draw.rng.choice(
            ("at", "quantity", "material", "method") if table == "movements" else ("quantity", "material", "method")
        )
        other = {
            "at": stamp(draw.rng.randint(0, 40)),
            "quantity": "77",
            "material": draw.materials[0]["material"],
            "method": "S1",
        }[column]
        sites = [edited(rows, table, place, column, value) for value in ("?!", rows[table][place][column], other)]
        broken, *mended = [
            write_site(tmp_path / f"{seed}-{number}", **{name: text_of(lines) for name, lines in one.items() if lines})
            for number, one in enumerate(sites)
        ]
        for site in mended:
            if not site.problems:
                assert_no_closed_period_differs(Closed(broken), Closed(site))


def edited(
    rows: dict[str, list[dict[str, str]]], table: str, place: int, column: str, value: str
) -> dict[str, list[dict[str, str]]]:
    changed = [dict(row) for row in rows[table]]
    changed[place][column] = value
    return {**rows, table: changed}


def assert_no_closed_period_differs(broken: Closed, mended: Closed) -> None:
    for series, basis in broken.balances.series.select("id", "basis").rows():
        after = {row["inventory"]: row for row in periods_of(mended, series, basis)}
        for row in periods_of(broken, series, basis):
            if row["status"] == "closed":
                same = after[row["inventory"]]
                assert [same[name] for name in ("status", "start", "end")] == ["closed", row["start"], row["end"]]
                assert same["difference"] == pytest.approx(row["difference"], abs=1e-9 * (1 + row["throughput"]))
                assert same["sigma"] == pytest.approx(row["sigma"], abs=1e-9 * (1 + row["throughput"]))


def periods_of(closed: Closed, series: str, basis: str) -> list[dict[str, object]]:
    keys = closed.balances.series.select("id", "basis").rows()
    number = keys.index((series, basis)) if (series, basis) in keys else -1
    return [row for row in closed.balances.periods.rows(named=True) if row["series"] == number]


@pytest.mark.parametrize(
    ("areas", "day"),
    [
        ("area,kind\nA,store\nB,store\nC,magazin\n", "2026-0{}-05"),
        ("area,kind\nA,store\nB,store\nC,store\n", "5/{}/26"),
    ],
    ids=["an area that is set aside", "an area of which no count has a time"],
)
def test_the_whole_site_is_not_tested_where_an_area_is_unseen(tmp_path: Path, areas: str, day: str) -> None:
    """20 kg are missing from C, which would have no series."""
    counts = [
        f"N{number},{(day if area == 'C' else '2026-0{}-05').format(number + 1)},{area},TNT,{quantity},scale"
        for area, found in {"A": (100, 140, 140), "B": (100, 100, 100), "C": (100, 100, 80)}.items()
        for number, quantity in enumerate(found)
    ]
    site = write_site(
        tmp_path,
        areas=areas,
        counts="\n".join(["inventory,at,area,material,quantity,method", *counts]),
        movements="movement,kind,at,from_area,to_area,material,quantity,method\nR,receipt,2026-01-10,,A,TNT,40,scale\n",
        methods="method,random_abs\nscale,0.5\n",
    )
    closed = Closed(site)
    whole = closed.balances.series.with_row_index("n").filter(pl.col("scope") == "site")["n"][0]
    statuses = closed.balances.periods.filter(pl.col("series") == whole)["status"]
    assert set(statuses) == {"not_tested"}


FIRST_USE = {
    "methods": "method,random_abs,systematic_rel,calibration_days,unit\ns,0.5,,,kg\nw,0.1,0.02,{days},kg\n",
    "movements": """movement,at,kind,material,quantity,to_area,method,from_area,reverses
R1,2026-02-20T10:00,receipt,TNT,200,A,w,,
R2,2026-03-10T10:00,receipt,TNT,200,A,w,,
R3,2026-03-12T10:00,receipt,TNT,200,A,w,,
""",
    "counts": """inventory,at,area,material,quantity,method
N0,2026-01-25T08:00,A,TNT,100,{first}
N1,2026-02-01T08:00,A,TNT,100,s
N2,2026-02-10T08:00,A,TNT,100,s
N3,2026-03-20T08:00,A,TNT,700,s
""",
}


def first_use(folder: Path, *, first: str = "w", days: int = 30, row: str = "", count: str = "100") -> Closed:
    tables = {name: text.format(first=first, days=days) for name, text in FIRST_USE.items()}
    counts = tables["counts"].replace("A,TNT,100", f"A,TNT,{count}", 1)
    return Closed(write_site(folder, **{**tables, "counts": counts, "movements": tables["movements"] + row}))


@pytest.mark.parametrize(
    ("first", "days", "row", "count", "hidden"),
    [
        # The first use of the method is at fault: its calibrations are counted from another day, or none is known.
        ("w", 30, "", "1oo", "N1 N3"),
        ("x", 30, "", "100", "N1 N3"),
        # None of them falls between two uses, whichever is the first.
        ("w", 365, "", "1oo", "N1"),
        # A row before the first use may be one, and one of an unknown day too.
        ("s", 30, "R0,2026-01-26T10:00,receipt,TNT,x,A,w,,\n", "100", "N1 N3"),
        ("s", 30, "R0,2026-01-26T10:00,receipt,TNT,5,A,v,,\n", "100", "N1 N3"),
        ("s", 30, "R0,2026-02-21T10:00,receipt,TNT,x,A,w,,\n", "100", "N3"),
        # A reversal at fault would take the first use out of the books.
        ("s", 30, "R0,2026-01-26T10:00,receipt,TNT,5,A,w,,\nR9,2026-01-27,receipt,TNT,x,A,w,,R0\n", "100", "N1 N3"),
        ("s", 30, "", "100", ""),
    ],
)  # fmt: skip
def test_calibrations_are_not_counted_from_a_use_at_fault(
    first: str, days: int, row: str, count: str, hidden: str, tmp_path: Path
) -> None:
    closed = first_use(tmp_path, first=first, days=days, row=row, count=count)
    assert " ".join(name for name, status in closed.status("A/TNT") if status == "not_tested") == hidden


@pytest.mark.parametrize(("hour", "stands"), [("", ["I1"]), ("T18:00", [])])
def test_what_a_row_may_bring_to_an_area_that_never_held_it_moves_no_closed_period_of_the_site(
    hour: str, stands: list[str], tmp_path: Path
) -> None:
    counts = COUNTS.replace("-01,C,", f"-01{hour},C,")
    sites = [
        Closed(write_site(tmp_path / area, **{**TABLES, "counts": counts, "movements": movements}))
        for area in ("nowhere", "A", "B", "C")
        for movements in [MOVEMENTS.replace("TNT,20,,,A", f"TNT,20,,,{area.removeprefix('nowhere')}")]
    ]
    broken, *mended = sites
    assert [inventory for inventory, status in broken.status("*/TNT") if status == "closed"] == stands
    for site in mended:
        assert site.site.problems == ()
        assert_no_closed_period_differs(broken, site)


def test_what_an_inventory_of_an_unknown_area_found_may_be_left_out_there_from_then_on(tmp_path: Path) -> None:
    rows = "".join(f"I{n},2026-0{n + 1}-01,B,BOX,4,,,,\n" for n in range(5))
    tables = {name: text for name, text in TABLES.items() if name != "counts"}
    tables["materials"] += "HE,bulk,kg\n"
    sites = [
        Closed(write_site(tmp_path / area, **tables, counts=f"{COUNTS}{rows}K9,2026-02-15,{area},HE,5,,scale,,\n"))
        for area in ("nowhere", "A", "B", "C")
    ]
    broken, *mended = sites
    assert broken.status("B/HE") == [("I1", "closed"), *((f"I{number}", "not_tested") for number in (2, 3, 4))]
    # Where the inventories list it, or nobody could have it, nothing is in doubt for longer.
    assert broken.status("B/BOX") == [("I1", "closed"), ("I2", "not_tested"), ("I3", "closed"), ("I4", "closed")]
    for site in mended:
        assert site.site.problems == ()
        assert_no_closed_period_differs(broken, site)
