"""Signing in: password and second factor, locks, links that work once, and sessions that end with their rights."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client
from django.utils import timezone

from stockward.web.models import PasswordLink, UserAccount

PASSWORD = "a phrase for tests alone"


def _code(account: UserAccount) -> str:
    secret = Authenticator.objects.get(user=account, type="totp").wrap()
    from allauth.mfa.adapter import get_adapter

    opened = get_adapter().decrypt(secret.instance.data["secret"])
    return format_hotp_value(hotp_value(opened, next(yield_hotp_counters_from_time())))


def _password(browser: Client, name: str, password: str = PASSWORD) -> Any:
    return browser.post("/sign-in/", {"login": name, "password": password})


def test_password_alone_opens_nothing(make_account: Callable[..., Any]) -> None:
    make_account("clerk", ridgeway="clerk")
    browser = Client()
    assert _password(browser, "clerk").headers["Location"] == "/sign-in/code/"
    assert browser.get("/").headers["Location"].startswith("/sign-in/")


def test_password_and_code_let_in(make_account: Callable[..., Any]) -> None:
    account = make_account("clerk", ridgeway="clerk")
    browser = Client()
    _password(browser, "clerk")
    assert browser.post("/sign-in/code/", {"code": _code(account)}).headers["Location"] == "/"
    assert browser.get("/").status_code == 200


def test_who_has_no_second_factor_can_only_set_one_up(come_in: Callable[..., Any]) -> None:
    browser = come_in("clerk", factor=False, ridgeway="clerk")
    for address in ("/", "/sites/", "/sites/ridgeway/"):
        assert browser.get(address).headers["Location"] == "/me/app/"


def test_five_wrong_passwords_lock_and_so_does_the_right_one_then(make_account: Callable[..., Any]) -> None:
    make_account("clerk")
    browser = Client()
    answers = [_password(browser, "clerk", f"wrong {number}").status_code for number in range(5)]
    assert answers[0] == 200 and answers[-1] == 429
    assert _password(Client(), "clerk").status_code == 429


def test_wrong_second_factors_lock_too(make_account: Callable[..., Any]) -> None:
    account = make_account("clerk")
    browser = Client()
    _password(browser, "clerk")
    wrong = "000000" if _code(account) != "000000" else "111111"
    for _ in range(5):
        browser.post("/sign-in/code/", {"code": wrong})
    answer = browser.post("/sign-in/code/", {"code": _code(account)})
    assert answer.status_code != 302
    assert _password(Client(), "clerk").status_code == 429, "the password is locked as well"


def test_right_password_does_not_forgive_wrong_second_factors(make_account: Callable[..., Any]) -> None:
    make_account("clerk")
    for _ in range(5):
        browser = Client()
        if _password(browser, "clerk").status_code == 302:
            browser.post("/sign-in/code/", {"code": "000000"})
    assert _password(Client(), "clerk").status_code == 429


def test_a_name_without_account_is_answered_as_one_with(make_account: Callable[..., Any]) -> None:
    make_account("clerk")
    told = [_password(Client(), name, "wrong") for name in ("clerk", "nobody")]
    assert [answer.status_code for answer in told] == [200, 200]
    assert told[0].context["form"].errors == told[1].context["form"].errors


def test_nobody_signs_up(db: None) -> None:
    Client().post("/sign-up/", {"username": "me", "password1": PASSWORD, "password2": PASSWORD})
    assert not UserAccount.objects.exists()


def test_a_link_works_once(make_account: Callable[..., Any]) -> None:
    account = make_account("clerk", factor=False)
    token = PasswordLink.make(account)
    new = {"password": "quite another phrase", "again": "quite another phrase"}
    assert Client().get(f"/welcome/{token}/").status_code == 200
    assert Client().post(f"/welcome/{token}/", new).headers["Location"] == "/sign-in/"
    assert Client().get(f"/welcome/{token}/").status_code == 404
    account.refresh_from_db()
    assert account.check_password("quite another phrase")


@pytest.mark.parametrize("token", ["x", "0" * 43, "../..", "a%00b"])
def test_a_guessed_link_opens_nothing(token: str, make_account: Callable[..., Any]) -> None:
    PasswordLink.make(make_account("clerk"))
    assert Client().get(f"/welcome/{token}/").status_code == 404


def test_an_old_link_and_a_weak_password_are_refused(make_account: Callable[..., Any]) -> None:
    account = make_account("clerk")
    token = PasswordLink.make(account)
    assert Client().post(f"/welcome/{token}/", {"password": "short", "again": "short"}).status_code == 200
    PasswordLink.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert Client().get(f"/welcome/{token}/").status_code == 404


def test_the_database_does_not_hold_what_a_link_says(make_account: Callable[..., Any]) -> None:
    token = PasswordLink.make(make_account("clerk"))
    assert token not in {link.digest for link in PasswordLink.objects.all()}


def test_the_secret_of_a_second_factor_is_sealed(make_account: Callable[..., Any]) -> None:
    account = make_account("clerk")
    assert "JBSWY3DP" not in str(Authenticator.objects.get(user=account, type="totp").data)


def test_a_session_ends_when_rights_change(come_in: Callable[..., Any]) -> None:
    clerk, keeper = come_in("clerk", ridgeway="clerk"), come_in("keeper", administrator=True)
    assert clerk.get("/sites/ridgeway/").status_code == 200
    assert keeper.post(f"/accounts/{clerk.account.key}/", {"is_active": "on"}).status_code == 302
    assert clerk.get("/sites/ridgeway/").headers["Location"].startswith("/sign-in/")


def test_a_new_link_ends_sessions_and_forgets_the_second_factor(come_in: Callable[..., Any]) -> None:
    clerk, keeper = come_in("clerk", ridgeway="clerk"), come_in("keeper", administrator=True)
    answer = keeper.post(f"/accounts/{clerk.account.key}/link/")
    assert "/welcome/" in answer.content.decode()
    assert clerk.get("/").status_code == 302
    assert _password(Client(), "clerk").status_code == 200
    assert not Authenticator.objects.filter(user=clerk.account).exists()


def test_the_last_administrator_stays(come_in: Callable[..., Any]) -> None:
    keeper = come_in("keeper", administrator=True)
    answer = keeper.post(f"/accounts/{keeper.account.key}/", {"is_administrator": "on"})
    assert answer.status_code == 200 and answer.context["form"].errors
    keeper.account.refresh_from_db()
    assert keeper.account.is_active


def test_an_administrator_gets_no_role_at_a_site(come_in: Callable[..., Any]) -> None:
    keeper, other = come_in("keeper", administrator=True), come_in("clerk", ridgeway="clerk")
    site = other.account.roles.get().site.pk
    asked = {"is_active": "on", "is_administrator": "on", f"role-{site}-officer": "on"}
    assert keeper.post(f"/accounts/{other.account.key}/", asked).context["form"].errors
    assert set(other.account.roles.values_list("role", flat=True)) == {"clerk"}
    assert keeper.get("/sites/ridgeway/").status_code == 404


@pytest.mark.parametrize("name", ["Clerk", "a b", "<b>x</b>", "Ann", "ann ", "é", "", "x" * 61, "keeper"])
def test_names_that_could_be_taken_for_others_are_refused(name: str, come_in: Callable[..., Any]) -> None:
    keeper = come_in("keeper", administrator=True)
    keeper.post("/accounts/new/", {"name": name})
    assert set(UserAccount.objects.values_list("name", flat=True)) <= {"keeper", "ann"}


def test_a_page_from_elsewhere_cannot_send_a_form(make_account: Callable[..., Any]) -> None:
    make_account("clerk")
    assert (
        Client(enforce_csrf_checks=True).post("/sign-in/", {"login": "clerk", "password": PASSWORD}).status_code == 403
    )


def test_every_answer_is_kept_by_nobody_and_runs_nothing_foreign(db: None) -> None:
    headers = Client().get("/sign-in/").headers
    policy = headers["Content-Security-Policy"]
    assert "no-store" in headers["Cache-Control"] and "unsafe" not in policy and "script-src 'self'" in policy
    assert headers["X-Frame-Options"] == "DENY" and headers["X-Content-Type-Options"] == "nosniff"
