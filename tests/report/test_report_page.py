"""The page: self-contained, well formed, safe, and exactly what its context documents."""

from __future__ import annotations

import re
import typing
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from markupsafe import Markup, escape
from reviews_made_by_hand import BAD_COUNT, MARKUP, cancelling_site, events_of, settled_site

from stockward.answers.review import ReviewAnswer
from stockward.book import read_site
from stockward.questions.plan import make_protection_plan
from stockward.questions.review import make_review
from stockward.report import write_html
from stockward.report.review import build, context
from stockward.report.review.page import render
from stockward.terms.signs import upright
from stockward.terms.verdicts import Verdict

EXAMPLES = Path(__file__).parents[2] / "examples"

VOID = {"meta", "img", "br", "hr", "link", "input"}
CONTEXTS = [value for value in vars(context).values() if isinstance(value, type) and is_dataclass(value)]
NAMES = ["full", "surged", "empty", "unknown", "hostile"]


class Reader(HTMLParser):
    """Checks that every tag is closed in its turn, and collects what a page might load or repeat."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.events: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in ("href", "src", "xlink:href", "srcset", "data", "action"):
                self.links.append(value or "")
            if name.startswith("on"):
                self.events.append(name)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader


@pytest.fixture(scope="module")
def built(
    full: ReviewAnswer, surged: ReviewAnswer, empty: ReviewAnswer, unknown: ReviewAnswer, hostile: ReviewAnswer
) -> dict[str, context.Page]:
    reviews = zip(NAMES, (full, surged, empty, unknown, hostile), strict=True)
    return {name: build.build_page(review) for name, review in reviews}


@pytest.fixture(scope="module")
def pages(built: dict[str, context.Page]) -> dict[str, str]:
    return {name: render(page) for name, page in built.items()}


@pytest.mark.parametrize("name", NAMES)
def test_one_file_without_script_or_resource(pages: dict[str, str], name: str) -> None:
    page = read(pages[name])
    assert page.open == []
    assert page.tags.isdisjoint({"script", "img", "link", "iframe", "object", "embed", "form", "base"})
    assert page.events == []
    assert all(link.startswith("#") for link in page.links)
    assert not re.search("https?:", pages[name])
    assert "url(" not in re.sub(r"url\(#", "", pages[name])
    assert "@import" not in pages[name]


@pytest.mark.parametrize("name", NAMES)
def test_every_anchor_leads_to_one_place(pages: dict[str, str], name: str) -> None:
    page = read(pages[name])
    assert len(page.ids) == len(set(page.ids))
    assert {link[1:] for link in page.links} <= set(page.ids)


def test_hostile_texts_stay_texts(pages: dict[str, str]) -> None:
    assert "<script" not in pages["hostile"]
    assert "<img" not in pages["hostile"]
    assert str(escape(MARKUP)) in pages["hostile"]


def test_the_verdict_stands_first_in_plain_words(pages: dict[str, str]) -> None:
    text = re.sub(r"<style>.*?</style>|<[^>]+>", " ", pages["full"], flags=re.S)
    text = " ".join(text.split())
    verdict = text.index("More is missing than measuring explains.", text.index("as known on 30 June 2026"))
    finding = text.index("kg of TNT is missing from FILLING; it went not before")
    assert verdict < finding < text.index("Needs action") < text.index(BAD_COUNT) < text.index("The series that matter")
    assert "3 items of SHELL-155 are missing from MAGAZINE-2" in text
    assert "more RDX stands in PRESSING than the books say" in text


def leaves(value: Any) -> Iterator[str | Markup]:
    """Every text of a context."""
    if is_dataclass(value):
        for field in fields(value):
            yield from leaves(getattr(value, field.name))
    elif isinstance(value, tuple):
        for entry in value:
            yield from leaves(entry)
    elif isinstance(value, str):
        yield value


@pytest.mark.parametrize("name", NAMES)
def test_the_page_holds_every_text_of_its_context(
    built: dict[str, context.Page], pages: dict[str, str], name: str
) -> None:
    missing = [leaf for leaf in leaves(built[name]) if upright(str(escape(leaf))) not in pages[name]]
    assert missing == []


def test_templates_use_exactly_the_documented_fields(
    full: ReviewAnswer, built: dict[str, context.Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "CHARTS_MAX", 1)
    depot = make_review(read_site(EXAMPLES / "magazine"), generated=datetime(2026, 7, 1, tzinfo=UTC))
    planned = make_protection_plan(read_site(EXAMPLES / "quarry"), generated=datetime(2026, 7, 1, tzinfo=UTC))
    others = (
        many(full), cancelling_site(), settled_site(),
        replace(full, interruption=depot.interruption, plan=planned),
    )  # fmt: skip
    pages = [built["full"], built["surged"], built["empty"], *map(build.build_page, others)]
    used: set[tuple[str, str]] = set()
    for kind in CONTEXTS:
        names = {field.name for field in fields(kind)}

        def record(self: object, name: str, names: set[str] = names) -> Any:
            if name in names:
                used.add((type(self).__name__, name))
            return object.__getattribute__(self, name)

        monkeypatch.setattr(kind, "__getattribute__", record)
    for page in pages:
        render(page)
    documented = {(kind.__name__, field.name) for kind in CONTEXTS for field in fields(kind)}
    assert documented - used == set(), "documented, but on no page"


def test_every_field_of_a_context_says_what_it_is() -> None:
    for kind in CONTEXTS:
        hints = typing.get_type_hints(kind, include_extras=True)
        for field in fields(kind):
            meaning = getattr(hints[field.name], "__metadata__", ("",))[0]
            assert meaning, f"{kind.__name__}.{field.name} has no meaning"


def many(review: ReviewAnswer) -> ReviewAnswer:
    """A site of forty alarming series, thirty reasons and many findings, each of which meets a limit of the page."""
    copies = 40
    series, periods = review.balances.series, review.balances.periods
    wide = pl.concat([series[2:3].with_columns(id=pl.lit(f"A{i}/SHELL"), area=pl.lit(f"A{i}")) for i in range(copies)])
    months = periods.filter(pl.col("series") == 2)
    open_month = pl.when(pl.col("inventory") == "M09").then
    long = pl.concat(
        [
            months.with_columns(
                series=pl.lit(i, pl.Int64),
                status=open_month(pl.lit("not_tested")).otherwise("status"),
                reason=open_month(pl.lit(f"reason {i if i > 8 else 0}")).otherwise("reason"),
            )
            for i in range(copies)
        ]
    )
    stock = pl.concat([review.stock.with_columns(holding=pl.lit(f"H{i}")) for i in range(12)])
    items = replace(review.items, late_clusters=review.items.late_clusters * 60)
    balances = replace(
        review.balances, series=wide, periods=long, covariances=review.balances.covariances[2:3] * copies,
        causes=review.balances.causes.clear(), sites=review.balances.sites.clear(),
    )  # fmt: skip
    evidence = review.evidence.clear()
    verdicts, unseen = review.verdicts[2:3] * copies, review.unseen[2:3] * copies
    return replace(
        review, balances=balances, verdicts=verdicts, unseen=unseen, evidence=evidence, stock=stock, items=items,
        events=events_of(verdicts),
    )  # fmt: skip


def test_every_limit_is_said_on_the_page(full: ReviewAnswer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "CHARTS_MAX", 2)
    monkeypatch.setattr(build, "REASONS_MAX", 10)
    page = build.build_page(many(full))
    assert len(page.findings) == build.FINDINGS_MAX
    assert page.findings_note.startswith("35 more findings in the table below.")
    assert len(page.actions) == 40
    assert len(page.sections) == build.SECTIONS_MAX
    assert "not shown: SHELL-155 in A24" in page.sections_note
    assert [section.chart is not None for section in page.sections[:4]] == [True, True, False, False]
    assert page.sections[2].caption.startswith("Not drawn: the page draws the 2 most urgent series.")
    assert page.untested[0].more == "and 3 more series"
    assert page.untested_note == "and 22 more reasons, in the workbook"
    assert page.items.notes == (
        "The table of clusters shows the 12 least likely of 60; all of them are in the workbook.",
    )
    assert page.stock is not None
    assert "H7" in page.stock.note
    assert "more are in the workbook" in page.stock.lines_note


def test_more_rows_than_shown_are_counted(built: dict[str, context.Page]) -> None:
    section = built["full"].sections[0]
    assert len(section.evidence) == build.EVIDENCE_MAX
    assert section.evidence_note.startswith("65 rows of the site's files")
    assert "25 more stand in the workbook" in section.evidence_note


def test_urgent_series_come_first_and_every_series_is_listed(
    full: ReviewAnswer, built: dict[str, context.Page]
) -> None:
    page = built["full"]
    assert [section.badge.key for section in page.sections] == [
        Verdict.SHORTAGE, Verdict.GAIN, Verdict.DISCREPANCY, Verdict.NOT_TESTED, Verdict.BALANCED_IN_PART,
    ]  # fmt: skip
    assert len(page.series) == full.balances.series.height
    assert [action.badge.key for action in page.actions] == [Verdict.SHORTAGE, Verdict.GAIN, Verdict.DISCREPANCY]


def test_the_test_table_shows_what_was_decided_on(full: ReviewAnswer, built: dict[str, context.Page]) -> None:
    section = built["full"].sections[0]
    shown = {test.name: test for test in section.tests}
    tests = full.verdicts[0].tests
    largest = max(value for value in tests["default"].statistic if value is not None)
    assert shown["default"].statistic == f"{largest:.2f}"
    assert shown["cumuf"].statistic == f"{tests['cumuf'].statistic[-1]:.2f}"
    assert [test.name for test in section.tests if test.in_force] == ["default"]


def test_the_same_review_gives_the_same_page(
    full: ReviewAnswer, pages: dict[str, str], drawn_charts: dict[str, str]
) -> None:
    drawn_charts.clear()
    assert write_html(full) == pages["full"]


def test_the_page_stays_small(pages: dict[str, str]) -> None:
    assert len(pages["full"]) < 600_000


def test_what_would_go_unseen_stands_at_the_top_and_in_its_own_part(
    built: dict[str, context.Page], pages: dict[str, str]
) -> None:
    today, surged = built["full"], built["surged"]
    assert today.blindness == (
        "A loss of 41.0 kg of TNT from FILLING, spread over a year, would be found with 95\u202f%; a smaller one may "
        "go unseen. Calibrate SC-1 every 30 days: that brings it to 20.5 kg."
    )
    assert "With all production × 5 it must reach 202 kg." in surged.blindness
    assert surged.blindness.endswith("STORE-2 would be full first, on 30 June 2026.")
    assert built["empty"].unseen is None
    assert 'href="#unseen"' not in pages["empty"]
    assert surged.unseen is not None
    assert [line.today for line in surged.unseen.stores] == ["never", "30 June 2026"]
    assert len(surged.unseen.lines) == len([one for one in built["full"].series if one.unseen != "–"])
    assert surged.unseen.lines[0].still_found == "16\u202f%, 7\u202f%"
    assert surged.unseen.lines[0].goal == "25 kg in 30 days: not met, only from 41.0 kg"


def test_beside_every_verdict_stands_what_it_could_not_see(built: dict[str, context.Page]) -> None:
    said = [section.unseen for section in built["full"].sections]
    assert said[0].startswith("Found with 95\u202f%: a loss of 4.36 kg at once, or of 41.0 kg spread over a year")
    assert "any loss shows as a discrepancy" in said[2]
    assert "cannot be said" in said[3]


def test_the_whole_site_is_told_with_its_joined_inventories(
    built: dict[str, context.Page], pages: dict[str, str]
) -> None:
    (line,) = built["full"].sites
    assert (line.what, line.badge.key) == ("TNT", Verdict.BALANCED)
    assert line.areas == "FILLING, PRESSING, STORE-1"
    assert "at most 30 hours apart; the last one: STORE-1 on" in line.inventories
    assert line.outside == "GATE, never counted: what goes there counts as gone from the site"
    assert 'href="#site"' in pages["full"]
    assert built["empty"].sites == ()
    assert 'id="site"' not in pages["empty"]


def test_a_loss_spread_over_the_areas_is_that_of_the_whole_site(
    full: ReviewAnswer, built: dict[str, context.Page]
) -> None:
    unseen = built["full"].unseen
    assert unseen is not None
    assert [line.label for line in unseen.lines if "TNT" in line.label][:2] == [
        "TNT in the whole site",
        "TNT in FILLING",
    ]
    assert [line.whole for line in unseen.lines] == [line.label == "TNT in the whole site" for line in unseen.lines]
    assert "were it met in every area, the site could still miss it" in unseen.spread
    without = replace(full, unseen=(replace(full.unseen[0], goal=None), *full.unseen[1:]))
    lines = build.build_page(without).unseen.lines  # type: ignore[union-attr]
    assert {line.label: line.goal for line in lines}["TNT in FILLING"] == "see the whole site"


def test_a_goal_that_nobody_answers_for_is_told(full: ReviewAnswer, built: dict[str, context.Page]) -> None:
    unseen = built["full"].unseen
    assert unseen is not None
    (text,) = unseen.unheld
    assert text.startswith("Goal of 2 kg of PETN in the whole site: nobody holds any of it there by these books")
    untested = replace(full, unseen=tuple(replace(one, detectable=None) for one in full.unseen))
    assert text in build.build_page(untested).basis.notices


def test_where_any_loss_shows_no_figure_stands_for_it(full: ReviewAnswer) -> None:
    known = full.unseen[0].detectable
    assert known is not None
    shows = replace(known, abrupt=0.0, abrupt_last=0.0, even_year=0.0, limit_abrupt=0.0, limit_even_year=0.0)
    found = tuple(
        one if one.detectable is None else replace(one, detectable=shows, goal=None, remedies=()) for one in full.unseen
    )
    page = build.build_page(replace(full, unseen=found))
    assert page.blindness.endswith("spread over a year, would show.")
    assert page.sections[0].unseen == "Any loss at once or spread over a year shows."
    assert page.unseen is not None
    assert page.unseen.chart is None
    assert (page.unseen.lines[0].abrupt, page.unseen.lines[0].even) == ("any loss shows", "any loss shows")
    assert render(page).count(">any loss shows<") > 5
    last = replace(known, even_year=0.0)
    partly = replace(full, unseen=(replace(full.unseen[0], detectable=last), *full.unseen[1:]))
    assert build.build_page(partly).sections[0].unseen == (
        "Any loss spread over a year shows. Found with 95\u202f%: a loss of 4.36 kg at once; smaller ones may go "
        "unseen."
    )


def test_every_page_forbids_scripts_and_whatever_lies_outside() -> None:
    templates = Path(build.__file__).parents[1] / "templates"
    meta = (templates / "meta.html.j2").read_text(encoding="utf-8")
    assert "default-src 'none'; style-src 'unsafe-inline'" in meta
    pages = [file.read_text(encoding="utf-8") for file in templates.glob("*.j2")]
    whole = [page for page in pages if "<!doctype html>" in page]
    assert len(whole) == 10
    assert all('<head>\n{% include "meta.html.j2" %}' in page for page in whole)
    assert not any("<script" in page or "http-equiv" in page for page in pages if page != meta)


def test_a_whole_site_that_begins_late_says_from_when_it_is_looked_at(full: ReviewAnswer) -> None:
    sites = full.balances.sites.with_columns(counted_before=pl.lit(["FILLING"]), first_counted=pl.lit(["STORE-1"]))
    late = replace(full, balances=replace(full.balances, sites=sites))
    told = "looked at from 5 July 2025 on, with the first complete inventory of STORE-1; FILLING had been counted"
    assert f"It is {told}" in render(build.build_page(late))


GUARDS_ALONE = """format = 1
[site]
name = "Gate"
timezone = "UTC"
[detection]
false_alarm = 0.05
detection = 0.95
[force]
weeks_per_year = 52
shift_hours = 8
fill_probability = 0.95
"""


def test_a_site_that_keeps_guards_alone_begins_with_them(tmp_path: Path) -> None:
    people = "person,role,affiliation,duty,hours_per_week,since\nG1,guard,m,post,40,2024-01-01\n"
    (tmp_path / "people.csv").write_text(people, encoding="utf-8")
    posts = "post,kind,guards,start,end,days\nP,fixed,1,06:00,14:00,daily\n"
    (tmp_path / "posts.csv").write_text(posts, encoding="utf-8")
    (tmp_path / "site.toml").write_text(GUARDS_ALONE, encoding="utf-8")
    review = make_review(read_site(tmp_path), generated=datetime(2026, 6, 1, tzinfo=UTC))
    page = render(build.build_page(review))
    assert "<h1>On 1 June 2026 what the posts take is not measurable" in page
    assert "no balance to close" not in page
    assert 'id="all"' not in page
    assert 'id="items"' not in page


def test_charts_of_the_surge_stand_side_by_side_on_paper_and_no_remedy_is_torn(pages: dict[str, str]) -> None:
    on_paper = pages["full"].partition("@media print")[2]
    assert ".curves { display: grid; grid-template-columns: 1fr 1fr;" in on_paper
    assert "#unseen dl > div { display: block; break-inside: avoid;" in on_paper
    assert '<div class="curves">' in pages["full"]
    assert 'class="dense remedies"' in pages["full"]
