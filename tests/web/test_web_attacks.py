"""What somebody with bad intentions would try: each was tried on a running server first."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client
from tests.web.handing_in import files_of_first_site, hand_in, upload

from stockward.terms.errors import BookError
from stockward.web.models import PasswordLink, ReviewRun, UploadDraft, UserAccount
from stockward.web.records.the_book import the_book
from stockward.web.running.log import WithoutLinks

pytestmark = pytest.mark.usefixtures("new_book")

Entering = Callable[..., Any]


def refusing(*_: Any, **__: Any) -> int:
    raise BookError("postgresql://keeper@/book: the database does not answer (socket /run/secret failed): check it")


def events() -> list[dict[str, Any]]:
    from sqlalchemy import select

    from stockward.book.store.entries import BookEntry
    from stockward.book.store.tables import ENTRIES

    with the_book().database.reading() as connection:
        rows = connection.execute(select(ENTRIES.c.entry).where(ENTRIES.c.kind == "event").order_by(ENTRIES.c.number))
        return [{**(one := BookEntry.of_text(row.entry)).about, "by": one.by} for row in rows]


def rights(**ticked: str) -> dict[str, str]:
    return {"is_active": "on", **ticked}


def test_a_decision_sent_with_the_key_of_another_is_not_said_to_be_made(come_in: Entering) -> None:
    """A page that was kept open, and its form sent for a second submission."""
    clerk, officer = come_in("clerk", ridgeway="clerk"), come_in("officer", ridgeway="officer")
    first = hand_in(clerk, files_of_first_site())
    second = hand_in(clerk, files_of_first_site())
    officer.post(f"/sites/ridgeway/submissions/{first}/approve/", {"once": "k"})
    answer = officer.post(
        f"/sites/ridgeway/submissions/{second}/send-back/", {"once": "k", "reason": "no"}, follow=True
    )
    assert b"Sent back, with your reason" not in answer.content
    assert b"another request has this key already" in answer.content


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("site.toml", b""),
        ("site.toml", b"a=" + b"[" * 200_000),
        ("site.toml", b"a = {" * 3_000),
        ("Site.TOML", b"format = 1"),
        ("counts.csv", b"\xff\xfe"),
        ("site.xlsx", b"PK\x03\x04"),
        ("counts.parquet", b"PAR1PAR1"),
    ],
)
def test_what_is_wrong_with_a_file_does_not_say_where_the_server_keeps_it(
    name: str, content: bytes, come_in: Entering, settings: Any
) -> None:
    clerk, officer = come_in("clerk", ridgeway="clerk"), come_in("officer", ridgeway="officer")
    officer.post(f"/sites/ridgeway/submissions/{hand_in(clerk, files_of_first_site())}/approve/")
    draft = upload(clerk, [SimpleUploadedFile(name, content)])
    assert draft.reading["fault"].lower().startswith(name.lower())
    page = clerk.get(f"/sites/ridgeway/drafts/{draft.key}/").content.decode()
    assert str(settings.STOCKWARD_PLACE.folder) not in page and "reading-" not in page


def test_what_the_database_says_is_for_the_log_alone(come_in: Entering, monkeypatch: pytest.MonkeyPatch) -> None:
    clerk, officer = come_in("clerk", ridgeway="clerk"), come_in("officer", ridgeway="officer")
    number = hand_in(clerk, files_of_first_site())
    draft = upload(clerk, files_of_first_site())
    book = type(the_book())
    for method in ("submit", "approve", "record"):
        monkeypatch.setattr(book, method, refusing)
    monkeypatch.setattr("stockward.web.tasks.recorded_site", refusing)
    pages = [
        clerk.post(f"/sites/ridgeway/drafts/{draft.key}/submit/", {"knowingly": "1"}, follow=True),
        officer.post(f"/sites/ridgeway/submissions/{number}/approve/", follow=True),
        officer.post("/sites/ridgeway/reviews/", {"as_of": ""}, follow=True),
    ]
    for page in pages:
        assert "The book does not answer" in page.content.decode()
        assert "/run/secret" not in page.content.decode() and "postgresql:" not in page.content.decode()
    assert UploadDraft.objects.filter(key=draft.key).exists(), "nothing that was not entered is thrown away"


def test_a_review_that_failed_on_the_database_does_not_say_where_it_is(
    come_in: Entering, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = come_in("officer", ridgeway="officer")
    monkeypatch.setattr("stockward.web.tasks.recorded_site", refusing)
    officer.post("/sites/ridgeway/reviews/", {"as_of": ""})
    assert "/run/secret" not in ReviewRun.objects.get().fault and ReviewRun.objects.get().fault


def test_no_right_is_given_that_the_book_does_not_tell(come_in: Entering, monkeypatch: pytest.MonkeyPatch) -> None:
    keeper, clerk = come_in("keeper", administrator=True), come_in("clerk", ridgeway="clerk")
    role = f"role-{clerk.account.roles.get().site_id}-officer"
    monkeypatch.setattr(type(the_book()), "record", refusing)
    assert keeper.post(f"/accounts/{clerk.account.key}/", rights(**{role: "on"})).status_code == 503
    assert keeper.post("/accounts/new/", {"name": "second"}).status_code == 503
    assert keeper.post(f"/accounts/{clerk.account.key}/link/").status_code == 503
    assert keeper.post("/accounts/sites/", {"title": "South", "key": "south"}).status_code == 503
    assert [one.role for one in clerk.account.roles.all()] == ["clerk"]
    assert not UserAccount.objects.filter(name="second").exists()
    assert not PasswordLink.objects.exists() and clerk.get("/").status_code == 200


def test_a_keeper_who_takes_over_an_account_stands_in_the_book(come_in: Entering) -> None:
    """Whoever makes links can use them: the book shows it, in the keeper's name and then in the account's."""
    keeper, officer = come_in("keeper", administrator=True), come_in("officer", ridgeway="officer")
    page = keeper.post(f"/accounts/{officer.account.key}/link/").content.decode()
    link = re.search(r"http://testserver(/welcome/[^/]+/)", page)
    assert link
    phrase = {"password": "another phrase for tests", "again": "another phrase for tests"}
    Client().post(link[1], phrase)
    assert [(one["event"], one["by"]) for one in events()[-2:]] == [
        ("sign-in made anew", keeper.account.key),
        ("password set through a link", officer.account.key),
    ]


def test_of_two_keepers_one_stays_whoever_comes_first(come_in: Entering) -> None:
    first, second = come_in("first", administrator=True), come_in("second", administrator=True)
    first.post(f"/accounts/{second.account.key}/", rights())
    assert second.post(f"/accounts/{first.account.key}/", rights()).status_code in (302, 403)
    assert UserAccount.objects.filter(is_administrator=True, is_active=True).count() == 1


def test_a_disk_is_not_filled_with_drafts(come_in: Entering) -> None:
    clerk = come_in("clerk", ridgeway="clerk")
    upload(clerk, files_of_first_site())
    one = UploadDraft.objects.get()
    UploadDraft.objects.bulk_create(UploadDraft(site=one.site, account=one.account) for _ in range(19))
    answer = clerk.post("/sites/ridgeway/drafts/new/", {"files": files_of_first_site()})
    assert answer.status_code == 422 and b"submit one, or throw one away" in answer.content
    assert UploadDraft.objects.count() == 20


@pytest.mark.parametrize("where", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_nobody_is_led_away(where: str, come_in: Entering) -> None:
    browser = come_in("clerk", ridgeway="clerk")
    assert browser.post("/language/", {"language": "de", "next": where}).headers["Location"] == "/"
    assert browser.get("/sign-in/", {"next": where}).headers["Location"] in ("/", "/sites/")


@pytest.mark.parametrize("name", ["../../x.csv", "..\\x.csv", "<img src=x onerror=alert(1)>.csv", "=1+1.csv"])
def test_a_name_of_a_file_leads_nowhere_and_is_no_markup(name: str, come_in: Entering, settings: Any) -> None:
    clerk = come_in("clerk", ridgeway="clerk")
    before = set(Path(settings.STOCKWARD_PLACE.folder).parent.rglob("x.csv"))
    draft = upload(clerk, [SimpleUploadedFile(name, b"a,b\n1,2\n")])
    page = clerk.get(f"/sites/ridgeway/drafts/{draft.key}/").content
    assert b"<img" not in page and set(Path(settings.STOCKWARD_PLACE.folder).parent.rglob("x.csv")) == before


def test_the_log_holds_no_link_and_one_line_of_whoever_was_turned_away(
    come_in: Entering, caplog: pytest.LogCaptureFixture
) -> None:
    record = logging.LogRecord("x", logging.WARNING, "", 0, "Forbidden: %s", ("/welcome/secret-token/",), None)
    assert WithoutLinks().filter(record) and record.getMessage() == "Forbidden: /welcome/…/"
    clerk = come_in("clerk", ridgeway="clerk")
    with caplog.at_level(logging.WARNING, "stockward"):
        assert clerk.get("/sites/south/entries/%0Aforged line/").status_code == 404
        assert clerk.get("/sites/south/").status_code == 404
        assert clerk.get("/accounts/").status_code == 403
    said = [one.getMessage() for one in caplog.records if one.name == "stockward.web.doors"]
    assert len(said) == 2 and all(clerk.account.key in line and "\n" not in line for line in said)


@pytest.mark.parametrize(
    ("fault", "status", "title"),
    [
        (OperationalError("connection to /run/secret failed"), 503, b"The book does not answer"),
        (OSError(28, "No space left on device"), 503, b"The book does not answer"),
        (RuntimeError("a fault"), 500, b"The server made a mistake"),
    ],
)
def test_a_database_that_is_gone_is_a_page_that_asks_it_nothing(
    fault: Exception, status: int, title: bytes, come_in: Entering, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk = come_in("clerk", ridgeway="clerk")

    def gone(*_: Any, **__: Any) -> Any:
        raise fault

    monkeypatch.setattr("stockward.web.permissions.Permissions.may", gone)
    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", gone)
    clerk.raise_request_exception = False
    answer = clerk.get("/sites/")
    assert answer.status_code == status and title in answer.content and b"secret" not in answer.content
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
