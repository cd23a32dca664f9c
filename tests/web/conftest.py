"""Django for these tests alone: set up when they are collected, on a folder of its own and a database in memory."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from stockward.web.running.place import ServerPlace
from stockward.web.running.settings import django_settings

FOLDER = Path(tempfile.mkdtemp(prefix="stockward-web-tests-"))
PLACE = ServerPlace(FOLDER)


def _set_up() -> None:
    from django.conf import settings

    if settings.configured:
        return
    quick = {
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
        "TASKS": {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}},
        "ALLOWED_HOSTS": ["testserver"],
    }
    settings.configure(**{**django_settings(PLACE), **quick})
    import django

    django.setup()
    from stockward.web.records.the_book import make_book

    make_book(PLACE)


_set_up()

PASSWORD = "a phrase for tests alone"


@pytest.fixture(autouse=True)
def _own_cache() -> None:
    from django.core.cache import cache

    cache.clear()


@pytest.fixture
def new_book(tmp_path: Path, settings: Any, db: None) -> Iterator[None]:
    """A book of its own for a test."""
    from stockward.web.records.the_book import make_book, the_book

    settings.STOCKWARD_PLACE = ServerPlace(tmp_path)
    make_book(settings.STOCKWARD_PLACE)
    the_book.cache_clear()
    yield
    the_book().close()
    the_book.cache_clear()


@pytest.fixture(autouse=True)
def half_minute_that_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """A code of now is one also where the half minute ends between its making and its use."""
    from allauth.mfa.totp.internal import auth

    class Clock:
        begun = time.time()

        @classmethod
        def time(cls) -> float:
            return cls.begun

    monkeypatch.setattr(auth, "time", Clock)


@pytest.fixture
def make_account(db: None) -> Callable[..., Any]:
    """Accounts by name, with roles at sites and a second factor."""
    from allauth.mfa.totp.internal.auth import TOTP

    from stockward.web.models import KnownSite, RoleHeld, UserAccount

    def make(name: str, *, administrator: bool = False, factor: bool = True, **roles: str) -> UserAccount:
        account = UserAccount(name=name, is_administrator=administrator)
        account.set_password(PASSWORD)
        account.save()
        for site, role in roles.items():
            known, _ = KnownSite.objects.get_or_create(key=site, defaults={"title": site.title()})
            RoleHeld.objects.create(account=account, site=known, role=role)
        if factor:
            TOTP.activate(account, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
        return account

    return make


@pytest.fixture
def come_in(client: Any, make_account: Callable[..., Any]) -> Callable[..., Any]:
    """A browser of a new account that has signed in."""
    from django.test import Client

    def enter(name: str, **given: Any) -> Any:
        browser = Client()
        browser.account = make_account(name, **given)
        browser.force_login(browser.account, backend="allauth.account.auth_backends.AuthenticationBackend")
        return browser

    return enter
