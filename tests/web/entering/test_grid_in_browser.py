"""The grid in a browser: keys, a block that is pasted, and what is typed while nobody is signed in."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.web.handing_in import files_of_first_site, hand_in

from stockward.web.models import TypedTable

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BROWSER is None, reason="no chromium is here"),
    pytest.mark.usefixtures("new_book"),
    pytest.mark.django_db(transaction=True),
]
BLOCK = "\n".join(f"P{number}\t2026-02-12\treceipt\tTNT\t{number}" for number in range(1, 301))
PASTE = """text => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true}));
}"""


@pytest.fixture
def allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The browser is driven through an event loop, beside which Django would not ask its database."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@pytest.fixture
def clerk(come_in: Callable[..., Any]) -> Any:
    clerk, officer = come_in("clerk", ridgeway="clerk"), come_in("officer", ridgeway="officer")
    officer.post(f"/sites/ridgeway/submissions/{hand_in(clerk, files_of_first_site())}/approve/")
    return clerk


@pytest.fixture
def page(clerk: Any, live_server: Any, settings: Any, allowed: None) -> Iterator[Any]:
    """A new grid of movements in a browser that is signed in."""
    from playwright.sync_api import sync_playwright

    settings.ALLOWED_HOSTS = ["*"]
    where = clerk.post("/sites/ridgeway/drafts/new/", {"table": "movements"}).headers["Location"]
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 400, "height": 800})
        sign_in(context, clerk, live_server.url)
        page = context.new_page()
        page.goto(f"{live_server.url}{where}")
        yield page
        browser.close()


def sign_in(context: Any, client: Any, url: str) -> None:
    context.add_cookies([{"name": "session", "value": client.cookies["session"].value, "url": url}])


def focused(page: Any) -> str:
    return str(page.evaluate("document.activeElement.name"))


def rows() -> list[list[str]]:
    return list(TypedTable.objects.get().content["rows"])


def test_keys_lead_on_and_esc_puts_one_cell_back(page: Any) -> None:
    page.focus("[name=c-0-movement]")
    for keys in ("0007", "Tab", "2026-02-11", "Enter"):
        (page.keyboard.press if keys in ("Tab", "Enter") else page.keyboard.type)(keys)
    assert focused(page) == "c-1-at"
    page.keyboard.press("ArrowUp")
    assert focused(page) == "c-0-at"
    page.keyboard.press("ArrowRight")
    assert focused(page) == "c-0-kind"
    page.keyboard.type("gift")
    page.keyboard.press("Escape")
    assert page.input_value("[name=c-0-kind]") == "" and page.input_value("[name=c-0-at]") == "2026-02-11"
    page.keyboard.type("gift")
    page.wait_for_selector("#f-2-kind:has-text('it must be one of')")
    assert page.get_attribute("[name=c-0-kind]", "aria-invalid") == "true"
    assert rows() == [["0007", "2026-02-11", "gift", "", ""]], "kept by itself"
    page.reload()
    assert page.input_value("[name=c-0-kind]") == "gift"
    assert page.evaluate("document.documentElement.scrollWidth") == 400


def test_below_the_last_row_stands_another(page: Any) -> None:
    page.focus("[name=c-4-kind]")
    page.keyboard.press("Enter")
    assert focused(page) == "c-5-kind"
    page.keyboard.type("receipt")
    page.wait_for_selector("#f-7:has-text('it holds only')")
    assert rows()[5] == ["", "", "receipt", "", ""]


def test_a_block_of_a_spreadsheet_is_pasted(page: Any) -> None:
    page.focus("[name=c-1-movement]")
    page.evaluate(PASTE, BLOCK)
    page.wait_for_url("**#c-3-movement")
    page.wait_for_selector("[name=c-1-movement][value=P1]")
    assert focused(page) == "c-1-movement"
    assert len(rows()) == 301 and rows()[300] == ["P300", "2026-02-12", "receipt", "TNT", "300"]


def test_what_is_typed_while_the_session_is_over_is_not_lost(page: Any, clerk: Any, live_server: Any) -> None:
    from django.contrib.sessions.models import Session

    Session.objects.all().delete()
    page.fill("[name=c-0-movement]", "typed meanwhile")
    page.wait_for_selector("#state.bad:has-text('signed out')")
    assert rows() == [] and page.input_value("[name=c-0-movement]") == "typed meanwhile"
    clerk.force_login(clerk.account, backend="allauth.account.auth_backends.AuthenticationBackend")
    sign_in(page.context, clerk, live_server.url)
    page.wait_for_selector("#state:has-text('Kept')", timeout=15_000)
    assert rows()[0][0] == "typed meanwhile"
