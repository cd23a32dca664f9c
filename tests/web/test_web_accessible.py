"""Every page × everybody who may see it × light and dark × a telephone and a screen: axe finds nothing in Chromium.

Pages are fetched with the browsers of the tests of doors, from the table of addresses: a new page is looked at without
being named here. Forms are sent empty as well, so that what they say then is looked at too.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.axe import violations
from tests.chromium import started_chromium
from tests.web import test_web_doors as doors

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("new_book")]

browsers, addresses = doors.browsers, doors.addresses
_CHANGES = re.compile(r'name="(?:csrfmiddlewaretoken|once)" value="[^"]*"|[0-9a-f]{32}|\d\d:\d\d(?::\d\d)?')
"""What differs between two pages that look alike."""
_MAIN = re.compile(r"(?=<main)|(?<=</main>)|<title>[^<]*")
"""Where the frame of a page ends, which is the same on all pages of a role."""


def test_axe_finds_nothing(browsers: dict[str, Any], addresses: dict[str, str]) -> None:
    pages = {**refused(browsers), **shown(browsers, addresses)}
    assert {name for name, _, _ in pages.values()} >= {"home", "findings", "new_draft", "one_account", "no page"}
    with started_chromium() as browser:
        found = violations(browser, {f"{name} as {who}": page for page, (name, who, _) in pages.items()})
    assert not found, "\n".join(found)


def shown(browsers: dict[str, Any], addresses: dict[str, str]) -> dict[str, tuple[str, str, str]]:
    """Every page of which the frame or what is in it differs from the others, by its text: its name, who sees it, and
    how it was asked for."""
    found: dict[str, tuple[str, str, str]] = {}
    known: set[str] = set()
    for method in ("get", "post"):
        for name in sorted(addresses, key=lambda name: (name in doors.ENDS, name)):
            for who, browser in browsers.items():
                if not doors.allowed(name, who, addresses[name]):
                    continue
                page = text(getattr(browser, method)(addresses[name]))
                own = browser.account.name if who != "signed out" else ""
                parts = {part.replace(f"({own})", "") for part in _MAIN.split(_CHANGES.sub("", page))}
                if page and not parts <= known:
                    found[page] = name, who, method
                known |= parts
    return found


def refused(browsers: dict[str, Any]) -> dict[str, tuple[str, str, str]]:
    """What is said where somebody may not, there is no page, or an account is locked."""
    clerk, nobody = browsers["clerk"], doors.Client()
    asked = {
        "no page": clerk.get("/no-such-page/"),
        "no right": clerk.get("/accounts/"),
        "not valid": nobody.get("/welcome/guessed/"),
    }
    for number in range(6):
        asked["locked"] = nobody.post("/sign-in/", {"login": "somebody", "password": f"wrong {number}"})
    assert asked["locked"].status_code == 429
    return {text(answer): (name, "anybody", "get") for name, answer in asked.items()}


def text(answer: Any) -> str:
    """The text of a page; none where the answer is none."""
    kind = answer.headers.get("Content-Type", "")
    page = answer.content.decode() if kind.startswith("text/html") and not answer.has_header("Location") else ""
    return page if "<html" in page else ""
