"""The first page: what needs somebody, told from what they may also do."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from tests.web.handing_in import files_of_first_site, hand_in

pytestmark = pytest.mark.usefixtures("new_book")

Enter = Callable[..., Any]
AT = "/sites/ridgeway"


def halves(browser: Any) -> tuple[str, str]:
    """What the first page says is urgent, and what it says else."""
    page = re.sub(r"\s+", " ", browser.get("/").content.decode()).replace("&#x27;", "'")
    need, _, further = page.partition("<h2>Further</h2>")
    return need, further


def test_what_waits_stands_before_what_may_be_done(come_in: Enter) -> None:
    clerk, officer = come_in("clerk", ridgeway="clerk"), come_in("officer", ridgeway="officer")
    assert "Nothing waits for you" in halves(clerk)[0] and "enter what is new" in halves(clerk)[1]
    first = hand_in(clerk, files_of_first_site())
    assert "1 submission waits for you" in halves(officer)[0]
    officer.post(f"{AT}/submissions/{first}/send-back/", {"reason": "the scale is wrong"})
    assert "came back" in halves(clerk)[0] and "the scale is wrong" in halves(clerk)[0]


def test_a_review_that_is_out_of_date_is_said(come_in: Enter) -> None:
    clerk, officer = come_in("clerk", ridgeway="clerk"), come_in("officer", ridgeway="officer")
    inspector = come_in("inspector", ridgeway="inspector")
    assert "not reviewed yet" in halves(officer)[0]
    officer.post(f"{AT}/submissions/{hand_in(clerk, files_of_first_site())}/approve/")
    officer.post(f"{AT}/reviews/", {"as_of": ""})
    assert "last reviewed" in halves(inspector)[1] and "Nothing waits for you" in halves(inspector)[0]
    more = "area,kind,name\nM1,store,Magazine 1\nM9,store,another store\n"
    number = hand_in(clerk, files_of_first_site(areas=more), knowingly="on")
    officer.post(f"{AT}/submissions/{number}/approve/")
    assert "changed since the last review" in halves(inspector)[0]
    assert "1 submission was approved since" in halves(inspector)[0]
    inspector.post(f"{AT}/reviews/", {"as_of": "2026-01-01"})
    assert "changed since the last review" in halves(inspector)[0], "one of a past day changes nothing"


def test_an_administrator_sees_who_is_locked(come_in: Enter, make_account: Enter) -> None:
    keeper = come_in("keeper", administrator=True)
    make_account("clerk", ridgeway="clerk")
    for name in ("clerk", "no-such-account"):
        for number in range(5):
            Client().post("/sign-in/", {"login": name, "password": f"wrong {number}"})
    need, _ = halves(keeper)
    assert "1 account is locked" in need and "clerk" in need and "no-such-account" not in need


def test_a_guard_without_anything_reads_so(come_in: Enter) -> None:
    assert "Nothing waits for you" in halves(come_in("guard", ridgeway="guard"))[0]
