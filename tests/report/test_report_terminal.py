"""The terminal: narrow, plain, and safe when piped."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from reviews_made_by_hand import BAD_COUNT, events_of
from rich.console import Console

from stockward.answers.review import ReviewAnswer
from stockward.report import print_review
from stockward.report.cards import review_card
from stockward.report.review.build import build_page
from stockward.report.review.card import card_text
from stockward.report.review.workbook import review_sheets
from stockward.terms.verdicts import Verdict


def printed(review: ReviewAnswer, **options: object) -> str:
    out = io.StringIO()
    console = Console(file=out, **{"width": 140, **options})  # type: ignore[arg-type]
    print_review(review, console)
    return out.getvalue()


@pytest.mark.parametrize("name", ["full", "empty", "unknown", "hostile"])
@pytest.mark.parametrize("width", [20, 30, 60, 80, 100, 200])
def test_at_most_a_hundred_columns(name: str, width: int, request: pytest.FixtureRequest) -> None:
    text = printed(request.getfixturevalue(name), width=width)
    assert max(map(len, text.splitlines())) <= min(width, 100)


def test_plain_words_first_then_the_table_then_the_rest(full: ReviewAnswer) -> None:
    text = " ".join(printed(full).split())
    marks = [
        "as known on 30 June 2026",
        "More is missing",
        "shortage: 49",
        "Verdict",
        "not tested: TNT in RECEIVING",
        "10 series:",
    ]
    places = [text.index(mark) for mark in marks]
    assert places == sorted(places)
    assert BAD_COUNT in text
    assert "1 shortage, 1 gain, 1 discrepancy, 1 not tested, 1 balanced in part, 5 balanced" in text
    assert "3 set aside" in text
    assert "Notice: movements.csv" in text


def test_every_verdict_is_a_word_without_colour(full: ReviewAnswer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    plain = printed(full, force_terminal=True)
    assert "\x1b[3" not in plain
    coloured = printed(full, force_terminal=True, no_color=False)
    assert "\x1b[1;31m" in coloured
    for word in ("shortage", "gain", "discrepancy", "not tested"):
        assert word in plain


@pytest.mark.parametrize("name", ["full", "unknown", "empty"])
def test_signs_that_every_terminal_can_show(name: str, request: pytest.FixtureRequest) -> None:
    text = printed(request.getfixturevalue(name))
    text.replace("─", "-").encode("cp1252")


def test_texts_of_the_site_cannot_steer_the_terminal(hostile: ReviewAnswer) -> None:
    text = printed(replace(hostile, site="Ridge\x1b]0;x\x07way [bold]Works[/bold]\u202e"))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "[bold]Works[/bold]" in text


def test_long_lists_are_cut_and_counted(full: ReviewAnswer) -> None:
    untested = replace(full.verdicts[7], verdict=Verdict.NOT_TESTED)
    many = replace(
        full,
        balances=replace(
            full.balances, series=pl.concat([full.balances.series] * 3), covariances=full.balances.covariances * 3
        ),
        verdicts=tuple(replace(untested, reason=f"reason {i}") for i in range(30)),
        events=(),
        unseen=full.unseen * 3,
        facts=replace(full.facts, notices=tuple(f"notice {i}" for i in range(60))),
    )
    text = printed(many)
    assert "not tested: for 20 more reasons, see the page." in text
    assert "and 50 more notices." in text
    verdicts = (replace(full.verdicts[2], left=()),) * 30
    balances = replace(many.balances, periods=many.balances.periods.clear())
    alarms = replace(many, balances=balances, verdicts=verdicts, events=events_of(verdicts))
    assert "and 10 more findings that alarm." in printed(alarms)
    told, _, below = printed(alarms).partition("25 more findings in the table below.")
    assert told.count("discrepancy: ") == 5
    assert "Next, for a discrepancy: " in below


def test_a_review_without_an_alarm(full: ReviewAnswer) -> None:
    calm = replace(full, verdicts=(full.verdicts[5],) * len(full.verdicts), events=())
    assert "Nothing is missing beyond what measuring explains." in printed(calm)
    some = replace(calm, verdicts=(full.verdicts[5],) * 9 + full.verdicts[7:8])
    assert "Nothing alarms, but 1 of 10 series could not be tested." in printed(some)


def test_no_word_of_the_table_is_broken(full: ReviewAnswer) -> None:
    long = replace(full, balances=replace(full.balances, series=full.balances.series.with_columns(
        substance=pl.when(pl.col("substance") == "TNT").then(pl.lit("nitrocellulose")).otherwise("substance"),
    )))  # fmt: skip
    for width in (70, 80, 100):
        table = printed(long, width=width).split("Verdict", 1)[1].split("not tested:", 1)[0]
        assert "nitrocellulose" in table
        assert "discrepancy" in table
    assert "p-value" in printed(long, width=100)


def test_a_goal_that_nobody_answers_for_is_told(full: ReviewAnswer) -> None:
    assert "Goal of 2 kg of PETN in the whole site: nobody holds any of it" in " ".join(printed(full).split())


def test_what_an_alarm_was_raised_without_is_told(full: ReviewAnswer) -> None:
    partly = replace(full.verdicts[0], reason="2 of 52 periods not tested: a count was set aside")
    text = " ".join(printed(replace(full, verdicts=(partly, *full.verdicts[1:]))).split())
    assert "not tested: TNT in FILLING: 2 of 52 periods not tested: a count was set aside." in text


def test_a_whole_site_that_begins_late_is_told(full: ReviewAnswer) -> None:
    sites = full.balances.sites.with_columns(counted_before=pl.lit(["FILLING"]), first_counted=pl.lit(["STORE-1"]))
    text = " ".join(printed(replace(full, balances=replace(full.balances, sites=sites))).split())
    assert "TNT in the whole site: looked at from 5 July 2025 on, with the first complete inventory of STORE-1" in text
    assert "looked at from" not in printed(full)


def test_a_day_in_doubt_stands_before_every_verdict_that_it_may_have_left(full: ReviewAnswer) -> None:
    areas = [area for area in full.balances.series["area"].unique(maintain_order=True) if area is not None]
    doubted = tuple((f"I-{number}", area) for number, area in enumerate(areas))
    text = " ".join(printed(replace(full, facts=replace(full.facts, doubted_inventories=doubted))).split())
    assert "More is missing than measuring explains" not in text
    assert text.index("First correct the days of inventories I-0, I-1") < text.index("contradict the others (see the")
    assert text.index("findings in their areas may come of them alone.") < text.index("shortage: 49")
    # What alarms elsewhere does not come of it.
    text = " ".join(printed(replace(full, facts=replace(full.facts, doubted_inventories=(("I-1", "NONE"),)))).split())
    assert "More is missing than measuring explains. The day of inventory I-1 of NONE contradicts the others" in text


def test_days_in_doubt_stand_in_every_writing(full: ReviewAnswer) -> None:
    doubted = replace(full, facts=replace(full.facts, ahead=date(2062, 3, 1)))
    first, line = "First correct the days that lie in the future", "The last day of the record, 1 March 2062"
    rows = next(sheet for sheet in review_sheets(doubted) if sheet.name == "summary").rows
    assert [str(row[2])[: len(text)] for row, text in zip(rows, (first, line), strict=False)] == [first, line]
    page, shown = build_page(doubted), review_card(doubted)
    assert page.headline.startswith(first)
    assert page.days_in_doubt[0].startswith(line)
    assert page.steps[0].value.startswith("correct the days in doubt first; if it stays, ")
    assert first in card_text(shown)
    assert line in card_text(shown)
