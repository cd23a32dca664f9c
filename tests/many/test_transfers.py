"""Shippers and receivers: what is matched, what its differences are tested by, and what routes have in common."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner
from scipy.stats import norm
from scipy.stats import t as student

from sites import in_memory, settings
from stockward import cli
from stockward.balance.consigned.lines import consigned_lines
from stockward.book.known import known_at
from stockward.questions.many.dataset import frame_of_rows, plain_row
from stockward.questions.many.routes import ComparedTransfers, compare_transfers
from stockward.stats.many.differences import even_loss_found

FIRST = datetime(2026, 3, 2, 8, tzinfo=UTC)


def line(site: str, side: str, document: str, quantity: float, **other: Any) -> dict[str, Any]:
    day = other.pop("day", 0 if side == "sent" else 1)
    at = (FIRST + timedelta(days=day)).strftime("%Y-%m-%dT%H:%M:%S.%f")
    return {
        "site": site, "side": side, "document": document, "occasion": 0, "material": "TNT", "unit": "kg",
        "method": f"scale of {site}", "calibration": 0, "first_at": at, "last_at": at, "rows": 1, "quantity": quantity,
        "random_variance": (0.001 * quantity) ** 2, "relative": 0.0005 * quantity, "absolute": 0.0, "known": True,
        **other,
    }  # fmt: skip


def compared(lines: list[dict[str, Any]], *, sites: dict[str, str] | None = None, **other: Any) -> ComparedTransfers:
    frame = frame_of_rows("consignments", [plain_row("consignments", one) for one in lines])
    names = {one["site"]: "reviewed" for one in lines} | (sites or {})
    rows = [plain_row("sites", {"site": key, "name": key, "status": status}) for key, status in names.items()]
    return compare_transfers(frame, frame_of_rows("sites", rows), **{"false_alarm": 0.05, "detection": 0.95, **other})


def statuses(found: ComparedTransfers) -> dict[str, str]:
    return dict(found.transfers.select("document", "status").rows())


def test_what_is_matched_and_what_is_not() -> None:
    found = compared(
        [
            line("A", "sent", "D/1", 100), line("B", "received", "d-1", 99),
            line("A", "sent", "2", 100, partner="B"),
            line("B", "received", "3", 100, partner="A"),
            line("A", "sent", "4", 100, partner="nobody here"),
            line("A", "sent", "5", 100),
            line("A", "sent", "6", 100), line("B", "received", "6", 100), line("C", "received", "6", 100),
            line("A", "sent", "7", 100, partner="B"), line("B", "received", "7", 100), line("C", "received", "7", 100),
            line("A", "sent", "8", 100), line("B", "received", "8", 100, day=90),
            line("A", "sent", "9", 100, partner="B"), line("B", "received", "9", 100, material="RDX", partner="A"),
            line("A", "sent", "10", 2, unit="t"), line("B", "received", "10", 1990),
            line("A", "sent", "11", 2, unit="t"), line("B", "received", "11", 5, unit="each"),
            line("A", "sent", "12", 100, partner="gone"),
            line("B", "sent", "13", 100), line("B", "received", "13", 100),
        ],
        sites={"gone": "fault"},
    )  # fmt: skip
    rows = found.transfers.select("document", "shipper", "receiver", "status").rows()
    assert {(document, status) for document, _, _, status in rows} == {
        ("D/1", "matched"), ("2", "not_received"), ("3", "not_sent"), ("4", "outside"), ("5", "no_partner"),
        ("6", "ambiguous"), ("7", "matched"), ("7", "no_partner"), ("8", "no_partner"), ("9", "other_material"),
        ("10", "matched"), ("11", "units_differ"), ("12", "partner_not_reviewed"), ("13", "no_partner"),
    }  # fmt: skip
    ten = found.transfers.row(by_predicate=pl.col("document") == "10", named=True)
    assert (ten["sent"], ten["unit"], ten["received"]) == (2, "t", pytest.approx(1.99))
    assert ten["sigma"] == pytest.approx(np.hypot(0.002, 0.00199) * np.sqrt(1 + 0.25))
    missing = found.transfers.row(by_predicate=pl.col("document") == "2", named=True)
    assert (missing["shipper"], missing["receiver"], missing["age_days"]) == ("A", "B", 90)


def test_shared_errors_of_a_route_are_counted_as_shared() -> None:
    """σ of a route against the dense covariance of its differences, with two calibrations at one end."""
    sent, received = [400.0, 900.0, 700.0], [398.0, 899.0, 703.0]
    lines = [line("A", "sent", str(n), q, absolute=0.3) for n, q in enumerate(sent)]
    lines += [line("B", "received", str(n), q, calibration=int(n > 1)) for n, q in enumerate(received)]
    (row,) = compared(lines).routes.rows(named=True)
    covariance = np.diag([(0.001 * q) ** 2 for q in sent]) + np.diag([(0.001 * q) ** 2 for q in received])
    for column in (0.0005 * np.array(sent), np.full(3, 0.3), -0.0005 * np.array([*received[:2], 0])):
        covariance += np.outer(column, column)
    covariance += np.diag([0, 0, (0.0005 * received[2]) ** 2])
    assert row["sigma"] == pytest.approx(np.sqrt(covariance.sum()))
    z = (np.array(sent) - received) / np.sqrt(np.diag(covariance))
    whole, single = norm.sf(sum(sent) - sum(received), scale=row["sigma"]), 1 - norm.cdf(z.max()) ** 3
    assert row["p_value"] == pytest.approx(min(1, 2 * min(whole, single)))
    assert row["p_over_all"] == row["p_value"]


def test_estimated_errors_take_students_limits() -> None:
    lines = [line("A", "sent", "1", 1000.0, random_df=4.0, relative=0.0)]
    lines += [line("B", "received", "1", 995.0, random_variance=0.0, relative=0.0)]
    row = compared(lines).transfers.row(0, named=True)
    assert row["p_value"] == pytest.approx(student.sf(5.0 / 1.0, 4))


def test_counted_and_unknown_consignments_are_not_tested_by_chance() -> None:
    exact = {"unit": "each", "material": "shell", "method": None, "random_variance": 0.0, "relative": 0.0}
    lines = [line("A", "sent", "1", 10, **exact), line("B", "received", "1", 9, **exact)]
    lines += [line("A", "sent", "2", 50, known=False), line("C", "received", "2", 40)]
    verdicts = dict(compared(lines).routes.select("receiver", "verdict").rows())
    assert verdicts == {"B": "discrepancy", "C": "not_tested"}
    assert compared([]).routes.is_empty()


def routes_of(routes: int, each: int, draw: np.random.Generator, losses: dict[int, float]) -> list[dict[str, Any]]:
    lines = []
    for route in range(routes):
        gain = 0.0005 * draw.standard_normal(2)
        for number in range(each):
            true = draw.uniform(400, 2400)
            document = f"{route}/{number}"
            shown = true * (1 + gain + 0.001 * draw.standard_normal(2)) * (1, 1 - losses.get(route, 0))
            lines.append(line(f"A{route}", "sent", document, shown[0], day=7 * number, carrier=f"C{route % 4}"))
            lines.append(line(f"B{route}", "received", document, shown[1], day=7 * number + 1))
    return lines


@pytest.mark.slow
def test_a_trickle_on_one_route_is_found_as_often_as_predicted() -> None:
    draw, runs, routes, each, share = np.random.default_rng(5), 150, 10, 12, 0.0035
    found, false, predicted = 0, 0, []
    for _ in range(runs):
        lines = routes_of(routes, each, draw, {3: share})
        table = compared(lines).routes
        losing = table.row(by_predicate=pl.col("shipper") == "A3", named=True)
        found += losing["verdict"] == "shortage"
        false += table.filter(pl.col("shipper") != "A3")["verdict"].is_in(["shortage"]).any()
        sent = np.array([one["quantity"] for one in lines if one["site"] == "A3"])
        covariance = np.diag(2 * (0.001 * sent) ** 2) + 2 * 0.0005**2 * np.outer(sent, sent)
        drawn = draw.multivariate_normal(share * sent, covariance, size=1_000)
        whole = drawn.sum(axis=1) / np.sqrt(covariance.sum()) >= norm.isf(0.05 / (2 * routes))
        single = (drawn / np.sqrt(np.diag(covariance))).max(axis=1)
        predicted.append(np.mean(whole | (single >= norm.isf(1 - (1 - 0.05 / (2 * routes)) ** (1 / each)))))
        sigma = np.array([losing["sigma"]])
        assert losing["found_even"] == pytest.approx(float(even_loss_found(sigma, routes, 0.05, 0.95)[0]))
    chance = float(np.mean(predicted))
    assert 0.3 < chance < 0.95
    assert found / runs == pytest.approx(chance, abs=4 * np.sqrt(chance * (1 - chance) / runs))
    assert false / runs <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)


def test_a_carrier_that_loses_on_every_route_is_a_pattern_and_one_bad_route_is_none() -> None:
    draw = np.random.default_rng(2)
    carried = compared(routes_of(16, 20, draw, dict.fromkeys(range(1, 16, 4), 0.002)))
    assert carried.patterns.filter("stands").select("kind", "of").rows() == [("carrier", "C1")]
    single = compared(routes_of(16, 20, draw, {1: 0.02}))
    assert single.patterns.filter(pl.col("p_value") < 1e-6)["of"].to_list() == ["C1"]
    assert not single.patterns["stands"].any()


BOOKS = {
    "areas": "area,kind\nM,store\n",
    "materials": "material,kind,unit\nTNT,bulk,kg\nshell,item,each\n",
    "methods": "method,random_rel,systematic_rel,random_abs,class,division,unit\nS,0.001,0.0005,0.2,III,0.5,kg\n",
    "calibrations": "method,at\nS,2026-02-01\n",
    "counts": "inventory,at,area,material,quantity\nI,2026-01-01,M,TNT,0\n",
    "movements": (
        "movement,at,kind,material,quantity,unit,from_area,to_area,method,measurement,document,reverses\n"
        "1,2026-01-05,issue,TNT,1,t,M,,S,,D1,\n"
        "2,2026-01-06,issue,TNT,500,kg,M,,S,note,D1,\n"
        "3,2026-01-06,issue,TNT,500,kg,M,,S,note,D1,\n"
        "4,2026-03-06,issue,TNT,100,kg,M,,S,,D2,\n"
        "5,2026-05-20,issue,TNT,100,kg,M,,S,,D2,\n"
        "6,2026-01-07,receipt,shell,9,,,M,,, D3 ,\n"
        "7,2026-01-08,issue,TNT,7,kg,M,,S,,D4,\n"
        "8,2026-01-09,issue,TNT,7,kg,M,,S,,D4,7\n"
        "9,2026-01-09,issue,TNT,7,kg,M,,S,,,\n"
    ),
    "consignments": "document,partner,carrier\nD1,other works,C-1\nD3,other works,\n",
}


def test_lines_of_a_site_have_the_errors_of_its_methods() -> None:
    lines = consigned_lines(known_at(in_memory(BOOKS, settings()), None))
    told = lines.select("side", "document", "occasion", "quantity", "partner", "carrier", "calibration", "known").rows()
    assert told == [
        ("received", "D3", 0, 9.0, "other works", None, 0, True),
        ("sent", "D1", 0, 2000.0, "other works", "C-1", 0, True),
        ("sent", "D2", 0, 100.0, None, None, 1, True),
        ("sent", "D2", 1, 100.0, None, None, 1, True),
    ]
    one = lines.row(1, named=True)
    # The two rows of one reading share its draws; the other is a reading of its own.
    single = [np.hypot(0.001 * quantity, 0.2) for quantity in (1000, 500, 500)]
    assert one["random_variance"] == pytest.approx(single[0] ** 2 + (single[1] + single[2]) ** 2)
    assert one["relative"] == pytest.approx(0.0005 * 2000)
    assert one["instrument"] == "scale III, d 0.5 kg"
    assert lines.row(0, named=True)["random_variance"] == 0


@pytest.mark.slow
def test_what_is_taken_on_the_way_is_found_and_nothing_else(tmp_path: Path) -> None:
    land, out = tmp_path / "land", tmp_path / "out"
    words = ["simulate", str(land), "--sites", "12", "--lines", "0", "--weeks", "16", "--losses", "--seed", "2"]
    assert CliRunner().invoke(cli.main, words, prog_name="stockward").exit_code == 0
    truth = json.loads((land / "truth.json").read_text(encoding="utf-8"))
    result = CliRunner().invoke(cli.main, ["sites", str(land), "--out", str(out), "--quiet"], prog_name="stockward")
    assert result.exit_code == 1, result.output
    told = {one["loss"]: one for one in truth["losses"]}
    transfers = pl.read_parquet(out / "data" / "transfers" / "*.parquet")
    assert transfers.height == truth["consignments"]
    assert transfers.filter(pl.col("status") != "matched")["document"].to_list() == [
        told["never_arrived"]["consignment"]
    ]
    routes = pl.read_parquet(out / "data" / "routes" / "*.parquet").filter(pl.col("verdict") == "shortage")
    hit = {(one["shipper"], one["receiver"]) for one in truth["taken"]}
    assert (told["trickle"]["shipper"], told["trickle"]["receiver"]) in set(routes.select("shipper", "receiver").rows())
    assert told["at_once"]["consignment"] in routes["largest_document"].to_list()
    assert set(routes.select("shipper", "receiver").rows()) <= hit
    again = CliRunner().invoke(cli.main, words, prog_name="stockward")
    assert again.exit_code == 2
    assert "is not empty" in again.stderr


def test_plants_with_an_exchange_are_sites(tmp_path: Path) -> None:
    from stockward import simulation
    from stockward.book import read_site

    simulation.write_sites(tmp_path / "land", 3, weeks=4, lines=1, losses=False, seed=1)
    site = read_site(tmp_path / "land" / "S-00002")
    assert not site.problems
    assert site["movements"].filter(pl.col("document").is_not_null()).height
    assert {"exchange", "melt_pour"} <= set(site["areas"]["area"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--lines", "0"), "or --sites"),
        (("--sites", "3", "--overwrite"), "leave --overwrite"),
        (("--sites", "2"), "--sites"),
    ],
)
def test_wrong_wishes_for_many_sites_are_told(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    result = CliRunner().invoke(cli.main, ["simulate", str(tmp_path / "land"), *words], prog_name="stockward")
    assert result.exit_code == 2
    assert said in result.stderr
    assert not (tmp_path / "land").exists()
