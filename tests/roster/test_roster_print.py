"""The page of a roster in print and on a small screen: the month on one page, four people to one, nothing cut off."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest
from guard_sites import guards, post, roster, small_site

from stockward.report.roster.page import write_roster_html

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
NAME = "Patrol, stores and magazines of the north"
GUARDS = 10


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Four weeks from a Thursday on, which touch five calendar weeks, and a post with a long name."""
    people = guards(GUARDS)
    site = small_site(tmp_path_factory.mktemp("print"), people, [post("gate", name=NAME), post("store", name=NAME)])
    answer = roster(site, weeks=4, start=date(2026, 7, 9), rounds=600)
    assert all(one.shifts for one in answer.guards)
    return write_roster_html(answer)


def without(html: str, section: str) -> str:
    return re.sub(rf'<section id="{section}".*?</section>', "", html, flags=re.DOTALL)


def browse(*options: str, page: Path) -> bytes:
    assert BROWSER is not None
    always = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={page.parent / 'profile'}"]
    asked = [BROWSER, *always, *options, page.as_uri()]
    return subprocess.run(asked, capture_output=True, timeout=240, check=True).stdout


def pages(html: str, folder: Path, size: str) -> int:
    """How many pages the browser prints."""
    page, pdf = folder / "page.html", folder / "page.pdf"
    page.write_text(html.replace("@page { size: A4", f"@page {{ size: {size}"), encoding="utf-8")
    browse("--no-pdf-header-footer", f"--print-to-pdf={pdf}", page=page)
    return max(int(number) for number in re.findall(rb"/Count (\d+)", pdf.read_bytes()))


@pytest.mark.slow
@pytest.mark.skipif(BROWSER is None, reason="no chromium is here")
@pytest.mark.parametrize("size", ["A4", "letter"])
def test_four_people_take_a_page(html: str, tmp_path: Path, size: str) -> None:
    # What stands behind would move up onto a page that is not full.
    html = re.sub(r"<footer>.*?</footer>", "", without(html, "basis"), flags=re.DOTALL)
    apart = pages(html, tmp_path, size) - pages(without(html, "people"), tmp_path, size)
    assert apart == -(-GUARDS // 4)


@pytest.mark.slow
@pytest.mark.skipif(BROWSER is None, reason="no chromium is here")
@pytest.mark.parametrize("times", [1, 12])
def test_the_month_takes_a_page(html: str, tmp_path: Path, times: int) -> None:
    """Also for twelve times as many guards: before it stands the head, after it the foot."""
    for section in ("coverage", "fairness", "posts", "people", "basis"):
        html = without(html, section)
    head, rows, rest = re.split(r"(?<=<tbody>)(.*?)(?=</tbody>)", html, maxsplit=1, flags=re.DOTALL)
    many = head.replace(f"--rows: {GUARDS}", f"--rows: {times * GUARDS}") + times * rows + rest
    assert pages(many, tmp_path, "letter") == 3


@pytest.mark.slow
@pytest.mark.skipif(BROWSER is None, reason="no chromium is here")
def test_nothing_is_cut_off_on_a_small_screen(html: str, tmp_path: Path) -> None:
    """In a frame 400 pixels wide nothing reaches over the edge, but for tables that can be pushed."""
    (tmp_path / "roster.html").write_text(html, encoding="utf-8")
    page = tmp_path / "frame.html"
    page.write_text(FRAME, encoding="utf-8")
    said = browse("--allow-file-access-from-files", "--virtual-time-budget=8000", "--dump-dom", page=page).decode()
    assert re.findall(r'<pre id="said">(.*?)</pre>', said, flags=re.DOTALL) == ["looked: "]


FRAME = """<!doctype html><body style="margin:0">
<iframe id="frame" src="roster.html" style="width:400px;height:1200px;border:0"></iframe><pre id="said"></pre><script>
frame.onload = () => {
  const over = [...frame.contentDocument.querySelectorAll("body *")].filter(one => {
    const place = one.getBoundingClientRect();
    return !one.parentElement.closest(".wide") && place.width > 0 && (place.right > 400.5 || place.left < -0.5);
  });
  said.textContent = "looked: " + over.map(one => one.tagName + " " + one.textContent.slice(0, 40)).join("; ");
};
</script>"""


def test_it_runs_nothing_and_takes_nothing_from_outside(html: str) -> None:
    assert not re.search(r"<script|<link|<img|\bsrc=|@import|url\(|https?://", html)
    assert "@media screen and (prefers-color-scheme: dark)" in html
