"""The JSON document against the schema ``stockward.review/1``."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl
import pytest
from reviews_made_by_hand import cancelling_site, surge_of

from stockward.answers.review import ReviewAnswer
from stockward.report import write_json
from stockward.terms.verdicts import TESTS, PeriodStatus, Verdict

TOP = [
    "schema",
    "generated",
    "site",
    "facts",
    "detection",
    "methods",
    "fit",
    "series",
    "events",
    "unheld_goals",
    "items",
    "remedies",
    "surge",
    "force",
    "orders",
    "mix",
]
TOP += ["selection", "roster", "plan"]
PERIOD = {
    "inventory", "start", "end", "begin", "received", "sent", "end_quantity", "normal_loss", "difference", "sigma",
    "sigma_random", "sigma_systematic", "standardised", "sitmuf", "written_off", "found", "status", "reason",
}  # fmt: skip
SERIES = {
    "id", "area", "basis", "unit", "periods", "cumulative", "tests", "verdict", "alarm_inventory", "p_value", "reason",
    "rows", "detectable", "remedies", "scope", "losses", "alarms", "planned_year", "year", "share", "assumed_exact",
    "whole_site", "estimated",
}  # fmt: skip


def read(review: ReviewAnswer, **options: bool) -> dict[str, Any]:
    """The document, read by a parser that refuses what JSON does not know."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    document: dict[str, Any] = json.loads(write_json(review, **options), parse_constant=refuse)
    return document


def series_of(document: dict[str, Any], id_: str) -> dict[str, Any]:
    return next(one for one in document["series"] if one["id"] == id_)


@pytest.mark.parametrize("name", ["full", "empty", "unknown", "hostile"])
def test_keys_and_types_follow_the_schema(name: str, request: pytest.FixtureRequest) -> None:
    document = read(request.getfixturevalue(name))
    kept = "measuring" in document
    assert kept == (name in {"full", "hostile"})
    assert [key for key in document if key != "measuring"] == TOP
    assert document["schema"] == "stockward.review/1"
    assert set(document["generated"]) == {"version", "at", "seed", "options"}
    assert set(document["site"]) == {"name", "as_of"}
    assert {"rows", "late_rows", "quarantined", "notices"} <= set(document["facts"])
    assert list(document["detection"]) == ["false_alarm", "detection", "series_tested", "default_test"]
    assert set(document["items"]) == {"discrepancies", "recording_errors", "late_clusters", "write_offs"}
    for one in document["series"]:
        assert set(one) >= SERIES
        assert ("substance" in one) == (one["basis"] == "bulk") != ("material" in one)
        assert one["verdict"] in set(Verdict)
        assert set(one["cumulative"]) == {"difference", "sigma", "standardised"}
        for period in one["periods"]:
            assert set(period) == PERIOD
            assert period["status"] in set(PeriodStatus)


def test_later_questions_stand_as_unknown(full: ReviewAnswer) -> None:
    document = read(full)
    assert [document[name] for name in ("surge", "force", "mix", "selection", "roster", "plan")] == [None] * 6
    assert document["orders"] == []


def test_what_would_go_unseen_stands_beside_the_verdict(full: ReviewAnswer) -> None:
    one = series_of(read(full), "FILLING/TNT")
    assert set(one["detectable"]) == {
        "abrupt", "abrupt_last", "even_year", "worst_pattern", "limit_abrupt", "limit_even_year", "limit_worst",
        "probability",
    }  # fmt: skip
    found = full.unseen[0].detectable
    assert found is not None
    assert one["detectable"]["even_year"] == found.even_year
    assert [remedy["measure"] for remedy in one["remedies"]] == [
        "calibrate SC-1 every 30 days",
        "take 2 inventories in place of each",
    ]
    assert set(one["remedies"][0]["detectable"]) == set(one["detectable"])
    assert series_of(read(full), "MAGAZINE-2/SHELL-155")["detectable"] is None


def test_losses_and_alarms_stand_as_they_are(full: ReviewAnswer) -> None:
    one, said = series_of(read(full), "FILLING/TNT"), full.verdicts[0]
    (loss,) = one["losses"]
    assert list(loss) == [
        "estimate", "low", "high", "not_before", "not_after", "first_inventory", "last_inventory", "periods",
        "plain_sum", "plain_sigma",
    ]  # fmt: skip
    assert loss["estimate"] == said.losses[0].estimate
    assert [(alarm["inventory"], alarm["state"]) for alarm in one["alarms"]] == [(one["alarm_inventory"], "standing")]
    assert list(one["planned_year"]) == ["number", "begins", "closes", "closed_by"]
    assert one["year"] == {"difference": said.year_sum, "sigma": said.year_sigma}
    assert read(full)["events"][0] == {"series": ["FILLING/TNT"], "between_areas": [], "contents": []}


def test_what_errors_rest_on_stands_beside_them(full: ReviewAnswer) -> None:
    measured, plate = read(full)["methods"]
    assert (measured["basis"], measured["random_df"], measured["systematic_df"]) == ("measured", 9.0, None)
    assert plate["plate"] == {
        "accuracy_class": "III", "largest_load": 3000.0, "division": 1.0, "verification_interval": None, "fills": True,
    }  # fmt: skip
    assert series_of(read(full), "FILLING/TNT")["estimated"] == {
        "freedom": 18.4,
        "share": 0.8,
        "errors": [{"method": "SC-1", "kind": "random", "freedom": 9.0, "share": 0.8}],
    }


def test_what_cancels_between_areas_stands_with_its_event() -> None:
    event = read(cancelling_site())["events"][0]
    (pair,) = event["between_areas"]
    assert [pair["lost"], pair["gained"]] == event["series"]
    assert pair["left"] == {"estimate": 3.0, "low": 1.0, "high": 5.0}
    assert pair["whole_site"] == {"difference": 2.5, "sigma": 1.5, "same": []}
    assert series_of(read(cancelling_site()), pair["lost"])["returned"] == [{"all_told": True, "left": 2.0}]


def test_the_whole_site_says_what_it_joins(full: ReviewAnswer) -> None:
    document = read(full)
    one = series_of(document, "*/TNT")
    assert (one["scope"], one["area"], one["substance"]) == ("site", None, "TNT")
    site = one["whole_site"]
    assert (site["areas"], site["outside"]) == (["FILLING", "PRESSING", "STORE-1"], ["GATE"])
    assert site["apart_days"] == 1.25
    assert (site["since"], site["counted_before"]) == ("2025-07-05T00:00:00+09:00", [])
    assert site["first_counted"] == site["areas"]
    assert len(site["joined"]) == 39
    assert site["joined"][0] == {
        "inventory": "M00", "area": "FILLING", "area_inventory": "W00", "at": "2025-07-05T00:00:00+09:00"
    }  # fmt: skip
    assert series_of(document, "FILLING/TNT")["whole_site"] is None
    assumed = series_of(document, "PRESSING/RDX")["assumed_exact"]
    assert assumed == [{"kind": "content", "area": None, "material": "GRENADE"}]
    assert document["unheld_goals"] == [{"substance": "PETN", "area": None, "quantity": 2.0, "unit": "kg"}]


def test_the_surge_by_series(full: ReviewAnswer) -> None:
    surge = read(replace(full, surge=surge_of(full)))["surge"]
    assert (surge["production"], len(surge["series"])) == ("all production × 5", full.balances.series.height)
    first = surge["series"][0]
    assert (first["id"], first["sigma_ratio"]) == ("FILLING/TNT", 4.9)
    assert first["probability_of_todays"] == {"abrupt": 0.16, "even_year": 0.07}
    assert [store["full_on"] for store in surge["stores"]] == ["2026-09-07", "2026-06-30"]


def test_quarantined_rows_name_file_row_column_value_and_reason(full: ReviewAnswer) -> None:
    first = read(full)["facts"]["quarantined"][0]
    assert list(first) == ["table", "file", "row", "column", "value", "reason"]
    assert (first["file"], first["row"], first["value"]) == ("counts.csv", 318, "1,234.5")


def test_tests_have_one_statistic_a_period_and_null_where_not_tested(full: ReviewAnswer) -> None:
    one = series_of(read(full), "RECEIVING/TNT")
    assert list(one["tests"]) == list(TESTS)
    untested = [index for index, period in enumerate(one["periods"]) if period["status"] == "not_tested"]
    assert untested == [17, 18]
    for test in one["tests"].values():
        assert set(test) == {"statistic", "threshold", "alarm_inventory", "p_value", "direction"}
        assert len(test["statistic"]) == len(one["periods"])
        assert [index for index, value in enumerate(test["statistic"]) if value is None] == untested
        assert test["direction"] == "shortage"
    assert one["rows"] == [{"table": "counts", "row": 318}]


def test_a_gain_shows_the_mirrored_tests(full: ReviewAnswer) -> None:
    one = series_of(read(full), "PRESSING/RDX")
    mirrored = full.verdicts[1].gains
    assert one["verdict"] == "gain"
    assert set(one["tests"]) == set(mirrored)
    assert "gemuf" not in one["tests"]
    for name, test in one["tests"].items():
        assert test["direction"] == "gain"
        assert test["threshold"] == mirrored[name].threshold
        assert test["statistic"] == list(mirrored[name].statistic)


def test_figures_are_raw(full: ReviewAnswer) -> None:
    one, source = series_of(read(full), "FILLING/TNT"), full.balances.periods.filter(pl.col("series") == 0)
    assert [period["difference"] for period in one["periods"]] == source["difference"].to_list()
    said = full.verdicts[0]
    assert said.cumulative is not None
    assert said.cumulative_sigma is not None
    assert one["cumulative"]["standardised"] == said.cumulative / said.cumulative_sigma
    exact = series_of(read(full), "MAGAZINE-2/SHELL-155")
    assert exact["cumulative"] == {"difference": 3.0, "sigma": 0.0, "standardised": None}


def test_moments_are_in_the_time_zone_of_the_site(full: ReviewAnswer) -> None:
    document = read(full)
    assert document["generated"]["at"] == "2026-07-01T12:20:00+09:00"
    assert document["site"]["as_of"] == "2026-06-30"
    start = document["series"][0]["periods"][0]["start"]
    assert start == "2025-07-05T00:00:00+09:00"
    assert datetime.fromisoformat(start) == full.balances.periods["start"][0]


def test_covariance_only_when_asked(full: ReviewAnswer) -> None:
    assert all("covariance" not in one for one in read(full)["series"])
    asked = series_of(read(full, covariance=True), "RECEIVING/TNT")
    assert np.array_equal(np.array(asked["covariance"]), full.balances.covariances[3])
    assert len(asked["covariance"]) == 50


def test_what_is_no_number_is_null(full: ReviewAnswer) -> None:
    broken = full.balances.periods.with_columns(
        sigma=pl.lit(float("nan")), begin=pl.lit(float("inf")), sent=pl.lit(-0.0)
    )
    document = read(replace(full, balances=replace(full.balances, periods=broken)))
    first = document["series"][0]["periods"][0]
    assert (first["sigma"], first["begin"]) == (None, None)
    assert '"sent": -0.0' not in write_json(replace(full, balances=replace(full.balances, periods=broken)))


def test_same_review_same_bytes_apart_from_generated(full: ReviewAnswer) -> None:
    assert write_json(full) == write_json(full)
    other = replace(full, at=datetime.fromisoformat("2026-08-01T00:00:00+00:00"))
    changed = [
        one
        for one, two in zip(write_json(full).splitlines(), write_json(other).splitlines(), strict=True)
        if one != two
    ]
    assert [line.split(":")[0] for line in changed] == ['"generated"']
