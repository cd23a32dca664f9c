"""The surge: the worked plant against its reference, balances that still close, and words that are refused."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from plants import METHODS, START, WEEKS, worked_plant
from small_sites import write_site

from stockward.answers.detection import SurgeAnswer
from stockward.balance.closing import close_balances
from stockward.balance.testing import hazards
from stockward.book import Site
from stockward.book.known import known_at
from stockward.surge.asked import Surge
from stockward.surge.books import surged_site, with_factors
from stockward.surge.demand import material_factors
from stockward.surge.sight import look_at_surge
from stockward.surge.stores import filling_stores
from stockward.terms.errors import UsageError
from stockward.unseen.books_calibrated import BooksCalibrated
from stockward.unseen.series import SightRequest, sights, unseen_losses

IN_THE_RECORD = {
    "since": (START + timedelta(weeks=26)).date(),
    "until": (START + timedelta(weeks=39, days=-1)).date(),
}
CASES: dict[str, Surge | None] = {
    "base_x1_yearly_calibration": None,
    "surge_x5_all_year_yearly_calibration": Surge(production=5),
    "surge_x5_weeks27-39_yearly_calibration": Surge(production=5, **IN_THE_RECORD),
}


def surged(site: Site, surge: Surge | None) -> Site:
    return site if surge is None else surged_site(known_at(site, None), surge)


def answer(site: Site, surge: Surge) -> SurgeAnswer:
    books = known_at(site, None)
    balances = close_balances(books)
    asked = SightRequest(goals=site["goals"], detection=0.95, seed=1)
    seen = sights(balances, hazards(balances, 0.05), asked)
    today = unseen_losses(balances, seen, asked, again=BooksCalibrated(books, balances))
    return look_at_surge(books, balances, today, seen, surge, asked, false_alarm=0.05)


def reference(name: str) -> dict[str, dict[str, str]]:
    path = Path(os.environ.get("STOCKWARD_SHARED", "../shared")) / "reference" / name
    if not path.exists():
        pytest.skip(f"{path} is not there")
    return {row["case"]: row for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines())}


@pytest.mark.parametrize("case", CASES)
def test_the_worked_plant_has_the_sigmas_of_its_reference(case: str, tmp_path: Path) -> None:
    expected = {name: float(value) for name, value in reference("surge_sigma.csv")[case].items() if name != "case"}
    balances = close_balances(known_at(surged(worked_plant(tmp_path), CASES[case]), None))
    sigma = balances.covariances[0]
    periods = balances.periods
    found = {
        "sigma_week1_random": periods["sigma_random"][0],
        "sigma_week1_systematic": periods["sigma_systematic"][0],
        "sigma_MUF_week1": np.sqrt(sigma[0, 0]),
        "sigma_MUF_week31": np.sqrt(sigma[30, 30]),
        "cov(week1,week2)": sigma[0, 1],
        "cov(week1,week3)": sigma[0, 2],
        "sigma_CUMUF52": np.sqrt(sigma.sum()),
    }
    assert found == pytest.approx({name: expected[name] for name in found}, rel=1e-9)


def test_a_surge_makes_the_worked_plant_blind(tmp_path: Path) -> None:
    found = answer(worked_plant(tmp_path), Surge(production=5))
    one = found.series[0]
    assert one.sigma_ratio == pytest.approx(113.22543883774529 / 22.68744145997957, rel=1e-9)
    # σ grows fivefold: what was found with 95 % is found with some 16 % or less.
    assert one.found_even_year is not None
    assert 0.05 < one.found_even_year < 0.16
    assert "unchanged" in found.assumptions[1]


def test_more_weighings_add_less_random_error_than_heavier_ones(tmp_path: Path) -> None:
    site = worked_plant(tmp_path)
    more, heavier = (
        close_balances(known_at(surged(site, Surge(production=5, weighings=word)), None)).periods
        for word in ("more", "heavier")
    )
    # 500 in and out a week as five weighings of 100, or one of 500; both inventories as they were.
    assert more["sigma_random"][0] == pytest.approx(np.sqrt(2 * 5 * 0.25 + 2))
    assert heavier["sigma_random"][0] == pytest.approx(np.sqrt(2 * 25 * 0.25 + 2))
    assert more["sigma_systematic"][0] == pytest.approx(heavier["sigma_systematic"][0])


def test_part_of_a_weighing_stands_for_part_of_a_factor(tmp_path: Path) -> None:
    found = surged(worked_plant(tmp_path, weeks=4), Surge(production=2.5, weighings="more"))
    assert sorted(found["movements"]["quantity"].unique().to_list()) == [50.0, 100.0]
    assert float(found["movements"]["quantity"].sum()) == pytest.approx(2.5 * 8 * 100)


def test_unchanged_dispatch_piles_up_in_a_store_and_the_balances_close_as_they_did(tmp_path: Path) -> None:
    site = worked_plant(tmp_path, kind="store", weeks=6)
    today = close_balances(known_at(site, None)).periods
    found = close_balances(known_at(surged(site, Surge(production=5)), None)).periods
    # 500 come in each week, 100 leave: 400 a week pile up on the 200.
    assert found["end_quantity"].to_list() == pytest.approx([200 + 400 * week for week in range(1, 7)])
    assert found["difference"].to_list() == pytest.approx(today["difference"].to_list(), abs=1e-9)
    grown = close_balances(known_at(surged(site, Surge(production=5, dispatch=5)), None)).periods
    assert grown["end_quantity"].to_list() == pytest.approx([200.0] * 6)


@pytest.mark.parametrize("weighings", ["more", "heavier"])
def test_what_was_read_once_stays_what_it_was_and_the_pile_stands_beside_it(weighings: str, tmp_path: Path) -> None:
    site = worked_plant(tmp_path, kind="store", weeks=3)
    drum = site.replace(
        counts=site["counts"].with_columns(measurement=pl.lit("D")),
        movements=site["movements"].with_columns(measurement=pl.concat_str(pl.lit("W"), "movement")),
    )
    counts = surged(drum, Surge(production=5, weighings=weighings))["counts"]
    assert counts.filter(pl.col("measurement") == "D")["quantity"].to_list() == [200.0] * 4
    assert counts.filter(pl.col("measurement").is_null())["quantity"].to_list() == [400.0, 800.0, 1200.0]
    found = close_balances(known_at(surged(drum, Surge(production=5, weighings=weighings)), None)).periods
    assert found["difference"].to_list() == pytest.approx([0.0] * 3, abs=1e-9)


CHAIN = {
    "areas": "area,kind,capacity,capacity_unit\nraw,store,50,t\nhall,process,,\nmag,store,900,each\ngate,gate,,\n",
    "materials": "material,kind,unit\nTNT,bulk,kg\nRDX,bulk,kg\nBODY,item,each\nSHELL,item,each\nGREN,item,each\n",
    "contents": "material,substance,amount,unit\nSHELL,TNT,2,kg\nGREN,RDX,0.1,kg\n",
    "lines": "line,material,workers_needed,output_per_day\nL1,SHELL,5,10\n",
    "movements": """movement,at,kind,material,quantity,from_area,to_area,method
1,2026-01-02,receipt,TNT,400,,raw,scale
2,2026-01-03,transfer,TNT,200,raw,hall,scale
3,2026-01-04,use,TNT,200,hall,,scale
4,2026-01-04,use,BODY,100,hall,,
5,2026-01-04,make,SHELL,100,,hall,
6,2026-01-05,transfer,SHELL,100,hall,mag,
7,2026-01-06,transfer,SHELL,60,mag,gate,
8,2026-01-07,issue,SHELL,60,gate,,
9,2026-01-03,use,RDX,1,hall,,scale
10,2026-01-04,make,GREN,10,,hall,
11,2026-01-05,write_off,SHELL,1,mag,,
""",
    "counts": """inventory,at,area,material,quantity,method
I0,2026-01-01,raw,TNT,100,scale
I0,2026-01-01,hall,BODY,500,
I0,2026-01-01,hall,RDX,9,scale
I0,2026-01-01,mag,SHELL,100,
I1,2026-01-31,raw,TNT,300,scale
I1,2026-01-31,hall,BODY,400,
I1,2026-01-31,hall,RDX,8,scale
I1,2026-01-31,hall,GREN,10,
I1,2026-01-31,mag,SHELL,140,
""",
}


@pytest.fixture
def chain(tmp_path: Path) -> Site:
    return write_site(tmp_path, **CHAIN)


def factors(site: Site, **only: float) -> Mapping[str, float]:
    return material_factors(known_at(site, None), 1.0, only)


def test_demand_follows_what_is_made_back_to_its_materials(chain: Site) -> None:
    assert factors(chain, L1=5) == {"TNT": 5, "SHELL": 5, "BODY": pytest.approx(510 / 110), "RDX": 1, "GREN": 1}
    assert factors(chain, RDX=3)["GREN"] == 3
    assert factors(chain, RDX=3)["RDX"] == 3
    assert factors(chain, RDX=3)["TNT"] == 1
    with pytest.raises(UsageError, match="no line or substance is called PETN: name one of L1, RDX, TNT"):
        factors(chain, PETN=2)


def test_dispatch_begins_at_the_gate(chain: Site) -> None:
    flows = with_factors(known_at(chain, None), Surge(production=5))
    found = dict(flows.select("movement", "factor").rows())
    assert found == dict.fromkeys(map(str, (1, 2, 3, 4, 5, 6, 9, 10)), 5.0) | dict.fromkeys(("7", "8", "11"), 1.0)


def test_exact_balances_stay_exact_and_every_inventory_stays_complete(chain: Site) -> None:
    found = close_balances(known_at(surged(chain, Surge(production=5)), None))
    assert set(found.periods["status"]) == {"closed"}
    table = found.periods.join(found.series.with_row_index("series").cast({"series": pl.Int64}), on="series")
    ends = {row["id"]: row["end_quantity"] for row in table.filter(pl.col("basis") == "item").rows(named=True)}
    assert ends["mag/SHELL"] == pytest.approx(100 + 500 - 60)
    assert table.filter((pl.col("basis") == "item") & (pl.col("difference").abs() > 1e-9)).is_empty()


def test_the_day_on_which_a_store_is_full(chain: Site) -> None:
    books = known_at(chain, None)
    raw, magazine = sorted(
        filling_stores(books, with_factors(books, Surge(production=5))),
        key=lambda one: -one.capacity * (one.unit == "t"),
    )
    # 200 kg pile up in the thirty days of the record; at five times that, 1,000.
    assert (raw.stock, raw.per_day_today, raw.per_day) == pytest.approx((0.3, 0.2 / 30, 1 / 30))
    assert raw.full_on == date(2026, 1, 31) + timedelta(days=int((50 - 0.3) * 30))
    assert (magazine.stock, magazine.per_day_today, magazine.per_day) == pytest.approx((140, 40 / 30, 440 / 30))
    assert magazine.full_on == date(2026, 1, 31) + timedelta(days=int((900 - 140) * 30 / 440))


def test_a_store_in_which_little_ever_moved_fills_as_slowly(tmp_path: Path) -> None:
    months = [date(2026, 1, 1) + timedelta(days=30 * number) for number in range(7)]
    site = write_site(
        tmp_path,
        areas="area,kind,capacity,capacity_unit\nA,store,12000,kg\n",
        methods=METHODS,
        movements="movement,at,kind,material,quantity,to_area,method\n"
        "1,2026-05-10,receipt,TNT,500,A,in\n2,2026-05-11,receipt,TNT,500,A,in\n",
        counts="inventory,at,area,material,quantity,method\n"
        + "".join(f"I{at},{at},A,TNT,{4000 if at > date(2026, 5, 11) else 3000},tank\n" for at in months),
    )
    books = known_at(site, None)
    (store,) = filling_stores(books, with_factors(books, Surge(production=2)))
    # 1,000 kg in the 180 days of the record, though both receipts came within a day.
    assert (store.per_day_today, store.per_day) == pytest.approx((1000 / 180, 2000 / 180))
    assert store.full_on == months[-1] + timedelta(days=720)
    assert store.full_on_today == months[-1] + timedelta(days=1440)


@pytest.mark.parametrize(
    ("words", "others", "said"),
    [
        (["0"], {}, "0 is no factor of a surge"),
        (["-1"], {}, "-1 is no factor of a surge"),
        (["nan"], {}, "nan is no factor"),
        (["inf"], {}, "inf is no factor"),
        (["five"], {}, "write a number such as 5"),
        (["5", "4"], {}, "stands twice"),
        (["TNT=5", "TNT=4"], {}, "TNT stands twice"),
        (["5", "TNT=4"], {}, "not both"),
        (["5"], {"dispatch": 0.0}, "dispatch: 0 is no factor"),
        (["5"], {"weighings": "none"}, "heavier or more"),
        (["5"], {"since": date(2026, 2, 1), "until": date(2026, 1, 1)}, "before it begins"),
    ],
)
def test_words_that_make_no_surge(words: list[str], others: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        Surge.read(words, **others)


def test_a_surge_as_a_person_writes_it() -> None:
    assert Surge.read(["5"]).text == "all production × 5"
    assert Surge.read(["TNT=5", "L-1=2.5"]).text == "TNT × 5, L-1 × 2.5"
    assert Surge.read(["5"], since=date(2026, 1, 1)).options()["since"] == "2026-01-01"


def test_as_much_production_as_today_changes_nothing(tmp_path: Path) -> None:
    found = answer(worked_plant(tmp_path, weeks=8), Surge(production=1))
    one = found.series[0]
    assert one.sigma_ratio == pytest.approx(1)
    assert one.found_even_year == pytest.approx(0.95, abs=0.005)
    assert WEEKS == 52


def test_a_surge_of_books_without_a_material_or_a_row_is_no_surge_of_anything(tmp_path: Path) -> None:
    tables = {
        "materials": "material,kind,unit\n",
        "movements": "movement,at,kind,material,quantity\n",
        "counts": "inventory,at,area,material,quantity\n",
    }
    found = answer(write_site(tmp_path, **tables), Surge(production=5))
    assert (found.series, found.stores, found.remedies) == ((), (), ())
