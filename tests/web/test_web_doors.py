"""Every address × everybody who could come to it: who gets in is written here, and no address may lack."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.test import Client
from django.urls import path, reverse
from tests.web.counts.counts_there import count_beside_the_book
from tests.web.handing_in import files_of_first_site, hand_in

from stockward.book.store.findings import FoundAlarm, FoundSubject
from stockward.sealed.keys import new_identity
from stockward.web.doors import door, pages_of, require_doors
from stockward.web.models import (
    CalendarLink,
    DraftFile,
    GuardBinding,
    KnownSite,
    PasswordLink,
    ReportReceiver,
    ReviewRun,
    RosterFile,
    RosterRun,
    UploadDraft,
)
from stockward.web.permissions import Right, Role
from stockward.web.records.the_book import the_book
from stockward.web.urls import urlpatterns

pytestmark = pytest.mark.usefixtures("new_book")

EVERYBODY = {"signed out", "no factor", "no role", "administrator", "receiver", *Role}
SIGNED_IN = EVERYBODY - {"signed out"}
SECURED = SIGNED_IN - {"no factor"}
READERS = {Role.CLERK, Role.OFFICER, Role.GUARDS_MANAGER, Role.INSPECTOR}
REVIEWERS = {Role.OFFICER, Role.INSPECTOR}
ROSTER_READERS = {Role.GUARDS_MANAGER, Role.OFFICER, Role.INSPECTOR}
COUNT_FOLLOWERS = {Role.CLERK, Role.OFFICER, Role.INSPECTOR}

WHO = {
    "home": SECURED,
    "account_login": EVERYBODY,
    "mfa_authenticate": EVERYBODY,
    "account_logout": EVERYBODY,
    "account_signup": EVERYBODY,
    "account_inactive": EVERYBODY,
    "welcome": EVERYBODY,
    "set_language": EVERYBODY,
    "tell": EVERYBODY,
    "told_answer": EVERYBODY,
    "received": {"receiver"},
    "sealed_file": {"receiver"},
    "answer_report": {"receiver"},
    "publish_answer": {"receiver"},
    "receivers": {"administrator"},
    "one_receiver": {"administrator"},
    "mfa_index": SIGNED_IN,
    "account_change_password": SIGNED_IN,
    "account_reauthenticate": SIGNED_IN,
    "mfa_reauthenticate": SIGNED_IN,
    "mfa_activate_totp": SIGNED_IN,
    "mfa_deactivate_totp": SIGNED_IN,
    "mfa_view_recovery_codes": SIGNED_IN,
    "mfa_generate_recovery_codes": SIGNED_IN,
    "mfa_download_recovery_codes": SIGNED_IN,
    "accounts": {"administrator"},
    "new_account": {"administrator"},
    "new_site": {"administrator"},
    "one_account": {"administrator"},
    "new_link": {"administrator"},
    "sites": SECURED,
    "site": set(Role),
    "entries": READERS,
    "correct": {Role.CLERK, Role.GUARDS_MANAGER},
    "submissions": READERS,
    "submission": READERS - {Role.GUARDS_MANAGER},
    "approve": {Role.OFFICER},
    "send_back": {Role.OFFICER},
    "new_draft": {Role.CLERK, Role.GUARDS_MANAGER},
    "draft": {"owner"},
    "add_files": {"owner"},
    "take_file_out": {"owner"},
    "answer": {"owner"},
    "read_as": {"owner"},
    "begin_typing": {"owner"},
    "grid": {"owner"},
    "drop_table": {"owner"},
    "submit": {"owner"},
    "discard": {"owner"},
    "public_answers": REVIEWERS,
    "findings": REVIEWERS,
    "finding": REVIEWERS,
    "change_finding": {Role.OFFICER},
    "settle_finding": {Role.OFFICER},
    "decide_on_finding": REVIEWERS,
    "reviews": REVIEWERS,
    "review": REVIEWERS,
    "progress": REVIEWERS,
    "report": REVIEWERS,
    "rosters": ROSTER_READERS,
    "new_roster": {Role.GUARDS_MANAGER},
    "roster": ROSTER_READERS,
    "roster_progress": ROSTER_READERS,
    "publish_roster": {Role.GUARDS_MANAGER},
    "compare_rosters": ROSTER_READERS,
    "roster_file": ROSTER_READERS,
    "bound_guards": {Role.GUARDS_MANAGER},
    "change_binding": {Role.GUARDS_MANAGER},
    "shifts": {Role.GUARD},
    "calendar_link": {Role.GUARD},
    "calendar": EVERYBODY,
    "counts": COUNT_FOLLOWERS,
    "new_count": {Role.INSPECTOR},
    "count": COUNT_FOLLOWERS,
    "sealed_plan": {Role.INSPECTOR},
    "draw_count": {Role.INSPECTOR},
    "blank_sheets": COUNT_FOLLOWERS,
    "count_sheet": {Role.CLERK, Role.OFFICER},
    "hand_in_count": {Role.CLERK, Role.OFFICER},
    "certificate": REVIEWERS,
}
"""Who may come in to each address at a site of their own. The submission that is asked for here is one of stock."""

SECRET = "a-number-that-only-stock-has-731"


@pytest.fixture
def browsers(come_in: Callable[..., Any]) -> dict[str, Any]:
    """A browser of each kind of visitor, with roles at a site of their own and at another."""
    found = {
        "signed out": Client(),
        "no factor": come_in("no-factor", factor=False, ridgeway="officer"),
        "no role": come_in("no-role"),
        "administrator": come_in("administrator", administrator=True),
        "receiver": come_in("receiver"),
        "owner": come_in("owner", ridgeway="clerk"),
    }
    ReportReceiver.objects.create(
        account=found["receiver"].account, title="Inspector", public_key=new_identity()[1], since=date(2026, 11, 30)
    )
    for role in Role:
        found[role] = come_in(role.value.replace("_", "-"), ridgeway=role.value)
        found[f"{role} elsewhere"] = come_in(f"{role.value.replace('_', '-')}-elsewhere", elsewhere=role.value)
    return found


@pytest.fixture
def addresses(browsers: dict[str, Any]) -> dict[str, str]:
    """Each address, with something behind it."""
    owner = browsers["owner"]
    number = hand_in(owner, files_of_first_site(), note=SECRET)
    site = KnownSite.objects.get(key="ridgeway")
    draft = UploadDraft.objects.create(site=site, account=owner.account, reading={"fault": SECRET})
    DraftFile.objects.create(draft=draft, name="site.toml", content=b"x")
    run = ReviewRun.objects.create(
        site=site, account=browsers[Role.OFFICER].account, state="done", page=SECRET.encode(), conclusion=0
    )
    alarm = FoundAlarm(FoundSubject(SECRET, "kg", "shortage"), "I1", datetime(2026, 1, 5, tzinfo=UTC))
    finding = 1 + the_book().record_review("ridgeway", run.account.key, run.key, [alarm], date(2026, 3, 1))
    account, roster = browsers["no role"].account, roster_there(site, browsers[Role.GUARDS_MANAGER].account)
    count = count_beside_the_book(site, browsers[Role.INSPECTOR].account, SECRET.encode())
    guard = browsers[Role.GUARD].account
    calendar = CalendarLink.make(GuardBinding.objects.create(account=guard, site=site, person="G-1"))
    kinds = {
        "receivers/": browsers["receiver"].account.key, "drafts/": draft.key, "reviews/": run.key,
        "/rosters/": roster.key, "/counts/": count.key, "/guards/": guard.key,
    }  # fmt: skip
    named = {"rosters/": "roster.html", "blank/": "sheets.csv", "certificate/": "certificate.html"}
    numbers = {"findings/": finding, "sheets/": 1}
    link = PasswordLink.make(account)
    found = {}
    for address, page in pages_of(urlpatterns):
        things = {
            "site": "ridgeway",
            "table": "movements",
            "token": calendar if address.startswith("calendar/") else link,
            "key": next((one for part, one in kinds.items() if part in address), account.key),
            "name": next((one for part, one in named.items() if part in address), ""),
            "number": next((one for part, one in numbers.items() if part in address), number),
        }
        found[page.name] = reverse(page.name, kwargs={name: things[name] for name in page.pattern.converters})
    found["compare_rosters"] += f"?with={roster.key}"
    return found


def roster_there(site: KnownSite, manager: Any) -> RosterRun:
    """A roster of one shift, whose page holds what only those who read rosters may see."""
    roster: RosterRun = RosterRun.objects.create(
        site=site, account=manager, state="done", start=date(2026, 7, 6), weeks=1, seconds=1, shifts=1
    )
    shift = {
        "person": SECRET, "affiliation": "", "post": "gate", "number": 1, "day": "2026-07-06",
        "start": "2026-07-06T06:00:00Z", "end": "2026-07-06T14:00:00Z", "hours": 8.0, "night": False, "weekend": False,
        "locked": False, "changed": None,
    }  # fmt: skip
    document = {
        "site": {"name": "Works", "timezone": "UTC"}, "generated": {"version": "1", "at": "2026-07-01T00:00:00Z"},
        "duties": [shift], "posts": [],
    }  # fmt: skip
    for name, content in (("roster.json", json.dumps(document)), ("roster.html", SECRET)):
        RosterFile.objects.create(run=roster, name=name, content=content.encode())
    return roster


def comes_in(answer: Any) -> bool:
    """Whether an answer is none of: sign in first, set up the second factor first, no right, no such page or way."""
    to = answer.headers.get("Location", "")
    turned_away = answer.status_code in (403, 404, 405) or to.startswith(("/sign-in/", "/me/app/"))
    return not turned_away


def test_every_address_is_listed() -> None:
    assert {page.name for _, page in pages_of(urlpatterns)} == WHO.keys()


LEADS_ON = {"account_logout", "mfa_authenticate", "account_login", "mfa_deactivate_totp", "mfa_activate_totp"}
"""Addresses that themselves lead to signing in or to one's own account."""
OF_WHAT_IT_HAS = {"mfa_view_recovery_codes", "mfa_download_recovery_codes", "mfa_reauthenticate"}
"""Addresses that show what the account has, and are not found where it has none."""
ENDS = ("account_logout", "new_link", "one_account", "discard")
"""Addresses after which somebody is no longer signed in, or something is no longer there."""


def allowed(name: str, who: str, there: str) -> bool:
    """Whether a visitor may come in: by their role where the address is at a site of theirs, or is at none."""
    at_a_site = there.startswith("/sites/ridgeway/")
    role = who.removesuffix(" elsewhere")
    roles = {who, Role.CLERK} if who == "owner" else {role} if role == who or not at_a_site else set()
    return bool(roles & WHO[name])


def test_nobody_comes_in_who_may_not(browsers: dict[str, Any], addresses: dict[str, str]) -> None:
    leaks = []
    for name, there in addresses.items():
        for who, browser in browsers.items():
            if allowed(name, who, there):
                continue
            for method in ("get", "post", "put"):
                answer = getattr(browser, method)(there)
                if comes_in(answer) or SECRET.encode() in answer.content:
                    leaks.append((name, who, method, answer.status_code))
    assert not leaks


def test_whoever_may_comes_in(browsers: dict[str, Any], addresses: dict[str, str]) -> None:
    kept_out = []
    for name in sorted(WHO.keys() - LEADS_ON - OF_WHAT_IT_HAS):
        for who, browser in browsers.items():
            if allowed(name, who, addresses[name]):
                answer = browser.get(addresses[name])
                if not comes_in(answer) and answer.status_code != 405:
                    kept_out.append((name, who))
    assert not kept_out


def test_an_empty_form_is_no_fault_of_the_server(browsers: dict[str, Any], addresses: dict[str, str]) -> None:
    for name in sorted(WHO, key=lambda name: (name in ENDS, name)):
        for who, browser in browsers.items():
            if allowed(name, who, addresses[name]):
                for method in ("post", "put"):
                    assert getattr(browser, method)(addresses[name]).status_code < 500, (name, who, method)


def test_a_foreign_site_is_as_if_there_was_none(browsers: dict[str, Any], addresses: dict[str, str]) -> None:
    foreign = browsers[f"{Role.OFFICER} elsewhere"]
    for name, there in addresses.items():
        if there.startswith("/sites/ridgeway/"):
            nowhere = there.replace("/ridgeway/", "/no-such-site/")
            told = [foreign.post(one) for one in (there, nowhere)] if name in ("approve", "submit") else []
            told += [foreign.get(one) for one in (there, nowhere)]
            assert {answer.status_code for answer in told} <= {404, 405}
            assert SECRET.encode() not in b"".join(answer.content for answer in told)


def test_what_was_asked_for_is_still_there(browsers: dict[str, Any], addresses: dict[str, str]) -> None:
    """No visit of anybody who may not has changed anything: neither the draft, nor the submission, nor an account."""
    for who, browser in browsers.items():
        if who not in ("owner", Role.OFFICER):
            for name in ("submit", "discard", "approve", "send_back"):
                browser.post(addresses[name], {"reason": "no"})
    assert UploadDraft.objects.exists()
    page = browsers[Role.OFFICER].get(addresses["submission"]).content.decode()
    assert "Approve" in page


def test_a_page_without_a_door_keeps_the_server_from_starting() -> None:
    with pytest.raises(ImproperlyConfigured, match="no door"):
        require_doors([path("open/", lambda request: HttpResponse())])
    with pytest.raises(ImproperlyConfigured, match="at a site"):
        require_doors([path("everywhere/", door(Right.REVIEW)(lambda request: HttpResponse()))])


def test_parts_of_the_tables_that_a_role_may_not_see_are_not_shown(browsers: dict[str, Any], addresses: Any) -> None:
    manager = browsers[Role.GUARDS_MANAGER]
    assert SECRET not in manager.get(addresses["submissions"]).content.decode()
    assert "movements" not in manager.get(addresses["entries"]).content.decode()
    assert "movements" in browsers[Role.CLERK].get(addresses["entries"]).content.decode()
    assert "people" not in browsers[Role.CLERK].get(addresses["entries"]).content.decode()
