"""Rows dated later than today are told first, and change no figure."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from small_folders import SiteFolder

from stockward import cli
from stockward.facts.ahead import rows_ahead
from stockward.report import write_html, write_json
from stockward.reviewing import make_review
from stockward.terms.periods import end_of

NOW = datetime(2026, 11, 29, 7, tzinfo=UTC)
SLIP = "0005,2062-03-01T08:00,issue,SHELL,1,each,P1,,,,"
TOLD = (
    "movements.csv row 6, at = '2062-03-01': it lies in the future (today is 2026-11-29): correct the year, or leave "
    "it out with --as-of 2026-11-29"
)


@pytest.fixture(autouse=True)
def _on_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "_now", lambda: NOW)


def test_check_and_review_tell_a_row_of_the_future_first(folder: SiteFolder) -> None:
    folder.add("movements", SLIP)
    for command in ("check", "review"):
        ran = CliRunner().invoke(cli.main, [command, str(folder.path)])
        assert ran.stderr.startswith(f"notice: {TOLD}\n")
    said = " ".join(ran.stdout.split())
    assert said.index("The last day of the record, 1 March 2062, lies in the future: see the first notice.") < 300


def test_what_the_notice_asks_for_mends(folder: SiteFolder) -> None:
    before = folder.read()
    folder.add("movements", SLIP)
    for mended in (["--as-of", "2026-11-29"], ["--as-of", "2062-03-01"]):
        ran = CliRunner().invoke(cli.main, ["review", str(folder.path), *mended])
        assert "future" not in ran.output
    folder.replace("movements", "2062", "2026")
    assert rows_ahead(folder.read(), NOW).notices == ()
    assert rows_ahead(before, NOW).notices == ()


def test_a_row_that_was_recorded_before_is_used_by_every_review_since(folder: SiteFolder) -> None:
    folder.write("movements", "movement,at,kind,material,quantity,unit,from_area,recorded_at\n"
                 "0005,2062-03-01T08:00,issue,SHELL,1,each,P1,2026-03-01\n")  # fmt: skip
    ahead = rows_ahead(folder.read(), NOW, end_of("2026-11-29", "Asia/Seoul"))
    assert ahead.notices[0].endswith("it lies in the future (today is 2026-11-29): correct the year")


def test_all_rows_of_an_inventory_are_one_notice(folder: SiteFolder) -> None:
    counts = ("DEC,2026-12-31,S1,TNT,300,kg,W1,a", "DEC,2026-12-31,P1,SHELL,25,each,,a")
    (notice,) = rows_ahead(folder.add("counts", *counts).read(), NOW).notices
    assert notice.startswith("counts.csv row 5, at = '2026-12-31': it lies in the future")
    assert notice.endswith("(and 1 more row like it)")


def test_the_rest_of_today_and_what_may_lie_ahead_is_not_told(folder: SiteFolder) -> None:
    folder.add("movements", "0005,2026-11-29T23:59,issue,SHELL,1,each,P1,,,,").add("calibrations", "W2,2027-01-01")
    assert rows_ahead(folder.read(), NOW).notices == ()


def test_the_answers_stay_the_same_but_for_the_notice(folder: SiteFolder) -> None:
    clean, later = (make_review(folder.read(), generated=now) for now in (NOW, NOW.replace(year=2027)))
    first, again = (json.loads(write_json(one)) for one in (clean, later))
    del first["generated"], again["generated"]
    assert first == again
    slipped = folder.add("movements", SLIP).read()
    review, far = (make_review(slipped, generated=now) for now in (NOW, NOW.replace(year=2063)))
    told, quiet = (json.loads(write_json(one)) for one in (review, far))
    assert told["facts"]["notices"][0] == TOLD
    told["facts"]["notices"].pop(0)
    del told["generated"], quiet["generated"]
    assert told == quiet
    assert "lies in the future: see the first notice" in write_html(review)
    assert "lies in the future" not in write_html(far)
