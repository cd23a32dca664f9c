"""The pages that the command line writes, in Chromium: axe finds nothing, in light and dark, narrow and wide."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.axe import violations
from tests.chromium import started_chromium
from tests.counting.counting_sites import WHO, drawn, fill, published, run
from tests.roster.guard_sites import guards, post, roster, small_site

import stockward as sw
from stockward.report.roster.page import write_roster_html

pytestmark = pytest.mark.slow

DOCS = Path(__file__).parents[2] / "docs"


BAD = """<!doctype html><html><head><title>x</title></head><body><main><h1>x</h1><img src="/static/web/icon.svg">
<p style="color: #bbb; background: #fff">pale</p><div style="width: 900px">wide</div></main></body></html>"""


def test_it_sees_what_is_wrong() -> None:
    with started_chromium() as browser:
        found = "\n".join(violations(browser, {"bad": BAD}))
    for rule in ("html-has-lang", "image-alt", "color-contrast"):
        assert rule in found
    assert "dark, 400 px: color-contrast" in found and "400 px: wider than the window" in found
    assert "1280 px: wider" not in found


def test_axe_finds_nothing(ridgeway_review: sw.Review, tmp_path: Path) -> None:
    plan = drawn(tmp_path)
    assert run("draw", plan, "--html", tmp_path / "sheets.html").exit_code == 0
    asked = ("certify", fill(tmp_path), "--plan", plan, *published(plan), *WHO)
    assert run(*asked, "--html", tmp_path / "certificate.html").exit_code == 0
    made = small_site(tmp_path / "guards", people=guards(8), posts=[post("GATE")])
    drill = sw.drill(sw.read_site(DOCS / "first_site"), copies=40)
    drill.to_html(tmp_path / "drill.html")
    ridgeway_review.to_html(tmp_path / "review.html")
    (tmp_path / "roster.html").write_text(write_roster_html(roster(made, weeks=1)), encoding="utf-8")
    pages = {path.name: path.read_text(encoding="utf-8") for path in sorted(tmp_path.glob("*.html"))}
    assert pages.keys() == {"sheets.html", "certificate.html", "drill.html", "review.html", "roster.html"}
    with started_chromium() as browser:
        found = violations(browser, pages)
    assert not found, "\n".join(found)
