"""Sessions that end by themselves, codes that serve once, and what is told of signing in."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from stockward.web.running.settings import SESSION_IDLE, SESSION_LONGEST
from stockward.web.signing_in import sessions

pytestmark = pytest.mark.usefixtures("new_book")

Enter = Callable[..., Any]
PASSWORD, ANOTHER = "a phrase for tests alone", "quite another phrase"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code_now() -> str:
    return format_hotp_value(hotp_value(SECRET, next(yield_hotp_counters_from_time())))


def sign_in(name: str, password: str = PASSWORD) -> Client:
    """A browser that has signed in with a code that nobody used before."""
    Authenticator.objects.filter(user__name=name, type="totp").update(data={"secret": _sealed()})
    cache.clear()
    browser = Client()
    browser.post("/sign-in/", {"login": name, "password": password})
    assert browser.post("/sign-in/code/", {"code": code_now()}).headers["Location"] == "/"
    return browser


def _sealed() -> str:
    from allauth.mfa.adapter import get_adapter

    return str(get_adapter().encrypt(SECRET))


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Turns the clock of sessions on."""
    ahead = [timedelta(0)]

    class Clock:
        @staticmethod
        def now() -> Any:
            return timezone.now() + ahead[0]

    monkeypatch.setattr(sessions, "timezone", Clock)

    def turn(by: timedelta) -> None:
        ahead[0] += by

    return turn


def test_a_session_without_use_ends(come_in: Enter, later: Callable[[timedelta], None]) -> None:
    clerk = come_in("clerk", ridgeway="clerk")
    assert clerk.get("/").status_code == 200
    later(SESSION_IDLE + timedelta(minutes=1))
    answer = clerk.get("/sites/")
    assert answer.headers["Location"] == "/sign-in/?next=/sites/"
    assert "You were signed out" in clerk.get("/sign-in/").content.decode()
    assert "session" not in clerk.cookies or not clerk.cookies["session"].value


def test_a_session_in_use_goes_on_and_ends_with_the_shift(come_in: Enter, later: Callable[[timedelta], None]) -> None:
    clerk = come_in("clerk", ridgeway="clerk")
    steps = 0
    while clerk.get("/").status_code == 200:
        later(SESSION_IDLE - timedelta(minutes=10))
        steps += 1
        assert steps < 20
    assert (steps - 1) * timedelta(minutes=50) <= SESSION_LONGEST < steps * timedelta(minutes=50)


def test_a_code_serves_once_also_after_another_start(make_account: Enter) -> None:
    make_account("clerk", ridgeway="clerk")
    code = code_now()
    first, second = Client(), Client()
    for browser in (first, second):
        browser.post("/sign-in/", {"login": "clerk", "password": PASSWORD})
    assert first.post("/sign-in/code/", {"code": code}).status_code == 302
    cache.clear()  # what a process remembers is gone with it
    again = second.post("/sign-in/code/", {"code": code})
    assert again.status_code == 200 and "used already" in again.content.decode()
    assert second.get("/").status_code == 302


def test_another_password_ends_other_sessions_and_is_told(make_account: Enter) -> None:
    make_account("clerk", ridgeway="clerk")
    here, elsewhere = sign_in("clerk"), sign_in("clerk")
    told = {"oldpassword": PASSWORD, "password1": ANOTHER, "password2": ANOTHER}
    assert here.post("/me/password/", told).status_code == 302
    assert elsewhere.get("/").headers["Location"].startswith("/sign-in/")
    assert here.get("/").status_code == 200
    page = re.sub(r"\s+", " ", here.get("/me/").content.decode())
    assert "password changed" in page
    assert "Was it not you?" in here.get("/").content.decode()


def test_other_codes_for_recovery_end_other_sessions_and_are_told(make_account: Enter) -> None:
    make_account("clerk", ridgeway="clerk")
    here, elsewhere = sign_in("clerk"), sign_in("clerk")
    assert here.post("/me/recovery/new/").headers["Location"].startswith("/me/confirm/"), "the password is asked for"
    here.post("/me/confirm/", {"password": PASSWORD})
    assert here.post("/me/recovery/new/").headers["Location"] == "/me/recovery/"
    assert elsewhere.get("/").headers["Location"].startswith("/sign-in/")
    assert "recovery codes made anew" in here.get("/me/").content.decode()


def test_what_the_book_does_not_take_is_not_changed(make_account: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    from stockward.book.store.records import Book
    from stockward.terms.errors import BookError

    account = make_account("clerk", ridgeway="clerk")
    here = sign_in("clerk")

    def broken(*given: Any, **named: Any) -> None:
        raise BookError("the disk is full")

    monkeypatch.setattr(Book, "record", broken)
    told = {"oldpassword": PASSWORD, "password1": ANOTHER, "password2": ANOTHER}
    assert here.post("/me/password/", told).status_code == 503
    account.refresh_from_db()
    assert account.check_password(PASSWORD)
    assert here.get("/").status_code == 200


def test_signing_in_is_written_down_without_names_and_secrets(
    make_account: Enter, caplog: pytest.LogCaptureFixture
) -> None:
    account = make_account("clerk", ridgeway="clerk")
    caplog.set_level(logging.INFO, logger="stockward.web.signing_in")
    browser = Client()
    browser.post("/sign-in/", {"login": "clerk", "password": "wrong-secret"})
    browser.post("/sign-in/", {"login": "my-password-by-mistake", "password": "x"})
    browser.post("/sign-in/", {"login": "clerk", "password": PASSWORD})
    browser.post("/sign-in/code/", {"code": "000000" if code_now() != "000000" else "111111"})
    code = code_now()
    browser.post("/sign-in/code/", {"code": code})
    browser.post("/sign-out/")
    own = [record.getMessage() for record in caplog.records if record.name.startswith("stockward")]
    assert own == [
        f"wrong password for account {account.key}",
        "wrong password for a name that no account has",
        f"wrong second factor for account {account.key}",
        f"account {account.key} gave its second factor: totp",
        f"account {account.key} signed in",
        f"account {account.key} signed out",
    ]
    said = " ".join(record.getMessage() for record in caplog.records)
    assert not any(secret in said for secret in ("wrong-secret", "my-password", PASSWORD, code))


@pytest.mark.parametrize(
    ("password", "taken"),
    [
        ("short", False),
        ("password1234", False),
        ("clerkclerk-clerk", False),
        ("Stockward-Ridgeway", False),
        ("officer ridgeway 12", False),
        ("only small letters do", True),
        ("日本語の長い合言葉です、本当に", True),
        ("x y z " * 40, True),
    ],
)
def test_long_passwords_of_any_signs_are_taken_and_those_that_all_would_try_are_not(
    password: str, taken: bool, make_account: Enter
) -> None:
    from stockward.web.models import PasswordLink

    account = make_account("clerk", ridgeway="clerk")
    token = PasswordLink.make(account)
    answer = Client().post(f"/welcome/{token}/", {"password": password, "again": password})
    assert answer.status_code == (302 if taken else 200)
    if taken:
        assert Client().post("/sign-in/", {"login": "clerk", "password": password}).status_code == 302
        assert Client().post("/sign-in/", {"login": "clerk", "password": password.upper() + "."}).status_code == 200
