"""End to end in Chromium: entered, approved, reviewed, explained, and looked at as the book stood last month."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.browser.serving import ROOT, Shown, shown_site
from tests.chromium import started_chromium
from tests.postgres import started_server

pytestmark = pytest.mark.slow

SITE = ROOT / "docs" / "first_site"
LOST = "MAR,2026-04-01,M1,TNT,1000,SCALE\n"
"""A count of the site of the manual that lacks most of its stock."""


@pytest.fixture
def browser() -> Iterator[Any]:
    with started_chromium() as started:
        yield started


def test_on_sqlite(browser: Any, tmp_path: Path) -> None:
    with shown_site(tmp_path / "server", SITE) as shown:
        flow(browser, shown, tmp_path)


def test_on_postgresql(browser: Any, tmp_path: Path) -> None:
    with started_server() as address:
        if address is None:
            pytest.skip("not tried on PostgreSQL: its programs are not on this machine")
        import psycopg

        with psycopg.connect(address.format(name="postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE shown")
        with shown_site(tmp_path / "server", SITE, address.format(name="shown")) as shown:
            flow(browser, shown, tmp_path)


def test_an_account_from_its_link_to_its_first_page(browser: Any, tmp_path: Path) -> None:
    """The administrator makes it and hands over the link; its owner sets password and second factor."""
    with shown_site(tmp_path / "server", SITE) as shown:
        keeper = shown.page_of(browser, "administrator")
        keeper.goto("/accounts/new/")
        keeper.get_by_label("Name").fill("second-clerk")
        keeper.get_by_role("button").filter(has_text="Make").click()
        link = keeper.locator("code", has_text="/welcome/").inner_text()
        owner = browser.new_context(locale="en-GB", base_url=shown.address).new_page()
        owner.goto(link)
        password = "a phrase of the second clerk"
        owner.get_by_label("Password").fill(password)
        owner.get_by_label("The same again").fill(password)
        owner.get_by_role("button", name="Set it").click()
        owner.get_by_text("Your password is set").wait_for()
        owner.get_by_label("Name").fill("second-clerk")
        owner.get_by_label("Password").fill(password)
        owner.get_by_role("button", name="Sign in").click()
        owner.wait_for_url("**/me/**")
        if "/confirm/" in owner.url:
            owner.get_by_label("Password").fill(password)
            owner.locator("main button").click()
        secret = owner.locator("code").first.inner_text().replace(" ", "")
        owner.get_by_label("Code").fill(Shown(shown.address, {}, secret).code())
        owner.locator("main button").click()
        owner.goto("/")
        assert "Nothing waits for you." in text(owner) and "second factor set up" in text(owner)
        assert owner.goto(link).status == 404


def test_it_is_read_with_the_keyboard_and_without_scripts(browser: Any, tmp_path: Path) -> None:
    with shown_site(tmp_path / "server", SITE) as shown:
        window = browser.new_context(locale="de-DE", base_url=shown.address, java_script_enabled=False)
        page = window.new_page()
        page.goto("/")
        page.locator("#id_login:focus").wait_for()
        typed(page, "second-officer", "Tab")
        page.locator("#id_password:focus").wait_for()
        typed(page, shown.passwords["second-officer"], "Enter")
        page.locator("#id_code:focus").wait_for()
        assert page.get_by_role("heading", name="Zweiter Faktor").is_visible()
        typed(page, shown.code(), "Enter")
        page.locator("#id_code").wait_for(state="detached")
        page.get_by_role("heading", level=1).wait_for()
        typed(page, "Tab")
        assert page.get_by_role("link", name="Zum Inhalt").is_visible(), "the first stop leads past the frame"
        typed(page, "Enter", "Tab")
        here = page.url
        typed(page, "Enter")
        page.wait_for_url(lambda address: address != here)
        assert page.url.endswith("/sites/first_site/submissions/"), "the first thing that needs them"
        for address in ("entries/", "findings/", "reviews/", "submissions/"):
            page.goto(f"/sites/first_site/{address}")
            assert page.locator("h1").inner_text() and page.locator("html").get_attribute("lang") == "de"


def typed(page: Any, *keys: str) -> None:
    """What somebody types without a mouse: names of keys, and texts."""
    for key in keys:
        if key in ("Tab", "Enter"):
            page.keyboard.press(key)
        else:
            page.keyboard.type(key)


def flow(browser: Any, shown: Shown, folder: Path) -> None:
    clerk, officer, inspector = (shown.page_of(browser, name) for name in ("clerk", "officer", "inspector"))
    counts = folder / "counts.csv"
    counts.write_text((SITE / "counts.csv").read_text(encoding="utf-8") + LOST, encoding="utf-8")
    upload(clerk, counts)
    approve(officer)
    review(officer)
    officer.get_by_text("something found").first.wait_for(timeout=60_000)
    assert "More is missing" in officer.frame_locator("iframe").locator("h1").inner_text()
    explain(officer)
    agree(inspector)
    officer.goto("/sites/first_site/findings/")
    assert "Nothing is open." in text(officer)
    review(inspector, as_of=datetime.now(UTC).date().replace(day=1) - timedelta(days=1))
    inspector.get_by_text("nothing alarmed").first.wait_for(timeout=60_000)
    assert "TNT" in inspector.frame_locator("iframe").locator("body").inner_text()
    assert "2026-04-01" not in inspector.frame_locator("iframe").locator("body").inner_text()


def upload(clerk: Any, counts: Path) -> None:
    """The clerk uploads a table, sees what is new in it, and submits."""
    clerk.get_by_role("link", name="enter what is new").click()
    clerk.get_by_label("Files").set_input_files(counts)
    clerk.get_by_role("button", name="Read them").click()
    assert "Nothing is wrong with it" in text(clerk)
    clerk.get_by_label("A note").fill("the count of March")
    clerk.get_by_role("button", name="Submit").click()
    clerk.get_by_text("somebody else decides on it").wait_for()


def approve(officer: Any) -> None:
    """The officer finds it on the first page, and approves."""
    officer.goto("/")
    officer.get_by_role("link", name="wait for you").click()
    officer.get_by_role("listitem").filter(has_text="the count of March").get_by_role("link").click()
    assert "MAR" in text(officer)
    officer.get_by_role("button", name="Approve").click()
    officer.get_by_text("approved").first.wait_for()


def review(page: Any, as_of: object = None) -> None:
    """Somebody asks for a review; the page follows it by itself."""
    page.goto("/sites/first_site/reviews/")
    if as_of is not None:
        page.get_by_label("As the book stood").fill(f"{as_of}")
    page.get_by_role("button", name="Review it").click()
    page.get_by_role("heading", level=1, name=re.compile("^Review ")).wait_for()


def explain(officer: Any) -> None:
    """The officer names the row that explains the finding."""
    officer.goto("/sites/first_site/entries/?table=counts")
    row = officer.get_by_role("row").filter(has_text="2026-04-01").get_by_role("rowheader").inner_text()
    officer.goto("/")
    officer.get_by_role("link", name="nobody looks into 1 finding").click()
    officer.get_by_role("row").filter(has_text="shortage").get_by_role("link").click()
    officer.get_by_text("It is explained, or a loss").click()
    form = officer.locator("form[action$='/settle/']")
    form.get_by_label("What it came to").select_option(label="explained")
    form.get_by_label("Number of the approved entry").fill(row)
    form.get_by_label("The reason").fill("two boxes stood in the yard and were not counted")
    form.get_by_role("button", name="Propose it").click()
    officer.get_by_text("You proposed it").wait_for()


def agree(inspector: Any) -> None:
    """The inspector finds the proposal on the first page, and approves it."""
    inspector.goto("/")
    inspector.get_by_role("link", name="decide on what is proposed").click()
    assert "two boxes stood in the yard" in text(inspector)
    inspector.get_by_role("button", name="Approve").click()
    inspector.get_by_text("Approved by inspector").wait_for()


def text(page: Any) -> str:
    return str(page.locator("main").inner_text())
