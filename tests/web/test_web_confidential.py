"""Confidential reports: nothing of who asks stays anywhere, and what is told opens with the receiver's key alone."""

from __future__ import annotations

import io
import logging
import re
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyrage
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from tests.web.conftest import FOLDER

from stockward.sealed.envelope import opened, seal
from stockward.sealed.received import OpenedReport, sealed_answer
from stockward.web.confidential import limits
from stockward.web.confidential.keeping import this_day
from stockward.web.confidential.unseen import REQUEST_MOST, NobodyAsked
from stockward.web.models import ReportReceiver, SealedAnswer, SealedReport

pytestmark = pytest.mark.usefixtures("new_book", "nothing_used")

ADDRESS, BROWSER, FROM = "203.0.113.77", "Tell-Tale Browser 9.9", "https://intranet.example/who"
KEY = pyrage.x25519.Identity.generate()
TEXT = "The seal of store M2 was cut on Friday <script>alert(1)</script>"


@pytest.fixture
def nothing_used(monkeypatch: pytest.MonkeyPatch) -> None:
    from stockward.web.pages import telling

    monkeypatch.setattr(telling, "used_once", limits.UsedOnce())


@pytest.fixture
def receiver(come_in: Callable[..., Any]) -> Any:
    browser = come_in("account-731", ridgeway="inspector")
    browser.receives = ReportReceiver.objects.create(
        account=browser.account, title="The inspector", public_key=str(KEY.to_public()), since=date(2026, 11, 30)
    )
    return browser


def solved(page: str) -> dict[str, str]:
    numbers = re.search(r"How much is (\d) and (\d)\?", page)
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert numbers and token
    return {"token": token[1], "answer": str(int(numbers[1]) + int(numbers[2]))}


def test_after_an_error_the_sum_is_asked_again(receiver: Any) -> None:
    page = Client().post("/tell/", {"text": TEXT, "answer": "1"}).content.decode()
    assert solved(page)["answer"], "its question stands in the page"


def tell(browser: Client, receiver: Any, text: str = TEXT, **more: Any) -> Any:
    form = {"to": [receiver.receives.pk], "text": text, **solved(browser.get("/tell/").content.decode()), **more}
    return browser.post("/tell/", form)


def code_of(answer: Any) -> str:
    found = re.search(r'<code class="big">([0-9A-Z-]+)</code>', answer.content.decode())
    assert found, answer.content.decode()
    return found[1]


def test_from_the_page_to_the_receiver_and_back(receiver: Any) -> None:
    writer = Client(enforce_csrf_checks=True)
    code = code_of(tell(writer, receiver, about="store M2"))
    page = receiver.get("/reports/").content.decode()
    assert "1 sealed report" in page and "script>alert" not in page
    archive = zipfile.ZipFile(io.BytesIO(receiver.get("/reports/file/").content))
    name = archive.namelist()[0]
    said = opened(archive.read(name), KEY)
    assert said is not None and said["text"] == TEXT and said["about"] == "store M2"
    waiting = writer.post("/tell/answer/", {"code": code}).content.decode()
    assert "no answer yet" in waiting
    report = OpenedReport(name[-12:-4], this_day(), said["about"], said["text"], said["answer_key"])
    sealed = SimpleUploadedFile("a.age", sealed_answer(report, "Thank you.\n<b>Look</b> again."))
    assert receiver.post("/reports/answer/", {"report": report.number, "file": sealed}).status_code == 302
    read = writer.post("/tell/answer/", {"code": code.lower().replace("-", " ")}).content.decode()
    assert "Thank you." in read and "&lt;b&gt;Look&lt;/b&gt;" in read and "<b>Look" not in read


def test_a_wrong_code_reads_nothing(receiver: Any) -> None:
    code = code_of(tell(Client(), receiver))
    wrong = ("1" if code[0] != "1" else "2") + code[1:]
    answer = Client().post("/tell/answer/", {"code": wrong})
    assert answer.status_code == 404 and "No report has this receipt code" in answer.content.decode()
    for text in ("", "x", code[:-1], "<b>" * 9, "\0" * 26):
        assert Client().post("/tell/answer/", {"code": text}).status_code == 400


def everything_kept(folders: list[Path]) -> bytes:
    """Every row of the database, and every byte of the files of the server."""
    kept = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            kept += [repr(row).encode() + b"".join(one for one in row if isinstance(one, bytes)) for row in cursor]
    files = [one for folder in folders for one in folder.rglob("*") if one.is_file()]
    return b"\n".join([*kept, *(one.read_bytes() for one in files)])


def test_nothing_of_who_asks_is_kept(receiver: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    signed_in = receiver
    session = signed_in.cookies["session"].value
    seen = {"REMOTE_ADDR": ADDRESS, "headers": {"user-agent": BROWSER, "referer": FROM, "x-forwarded-for": ADDRESS}}
    page = signed_in.get("/tell/", **seen)
    form = {"to": [receiver.receives.pk], "text": TEXT, **solved(page.content.decode())}
    answers = [page, signed_in.post("/tell/", form, **seen), signed_in.post("/tell/", form, **seen)]
    code = code_of(answers[1])
    answers += [signed_in.post("/tell/answer/", {"code": code}, **seen)]
    answers += [signed_in.post("/tell/answer/", {"code": "wrong"}, **seen), signed_in.get("/tell/nowhere/", **seen)]
    answers += [signed_in.get("/tell", **seen)]
    answers += [signed_in.put("/tell/", b"x", **seen)]
    for answer in answers:
        assert not answer.cookies and "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        for told in (ADDRESS, BROWSER, FROM, session):
            assert told not in answer.content.decode() and told not in str(answer.headers)
    kept = everything_kept([tmp_path, FOLDER]) + caplog.text.encode()
    digests = [ADDRESS, BROWSER, FROM, TEXT, "cut on Friday", code, code.replace("-", "")]
    assert not [told for told in digests if told.encode() in kept]
    assert receiver.account.name not in repr(SealedReport.objects.values())
    from axes.models import AccessAttempt, AccessLog

    assert not AccessAttempt.objects.exists() and not AccessLog.objects.exists()


def test_a_visitor_gets_no_session_and_the_account_is_not_seen(receiver: Any) -> None:
    from django.contrib.sessions.models import Session

    before = Session.objects.count()
    page = receiver.get("/tell/").content.decode()
    assert receiver.account.name not in page and "<script" not in page and "csrf" not in page
    Client().get("/tell/")
    assert Session.objects.count() == before


def test_a_row_tells_the_day_alone() -> None:
    assert {field.name for field in SealedReport._meta.get_fields()} == {
        "number", "day", "sealed", "receipt", "answers",
    }  # fmt: skip
    rows = [SealedReport(day=this_day(), receipt=f"{place:064d}", sealed=b"x") for place in range(40)]
    for row in rows:
        row.add()
    with connection.cursor() as cursor:
        cursor.execute("SELECT receipt, sealed FROM web_sealedreport")
        in_the_table = [int(receipt) for receipt, _ in cursor]
    assert sorted(in_the_table) == list(range(40)) and in_the_table != list(range(40))
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT rowid, number FROM web_sealedreport")
            assert all(rowid == number for rowid, number in cursor)


def test_sealed_rows_are_only_added(receiver: Any) -> None:
    tell(Client(), receiver)
    row = SealedReport.objects.get()
    changes = (
        "UPDATE web_sealedreport SET day = '2020-01-01'",
        "DELETE FROM web_sealedreport",
        f"INSERT OR REPLACE INTO web_sealedreport (number, day, sealed, receipt) "
        f"VALUES ({row.number}, '2020-01-01', x'00', 'r')",
    )
    for change in changes:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
    assert SealedReport.objects.get().sealed == row.sealed


def test_lengths_of_short_and_long_texts_are_one(receiver: Any) -> None:
    tell(Client(), receiver, "x")
    tell(Client(), receiver, "x" * 3000)
    one, other = (bytes(row.sealed) for row in SealedReport.objects.all())
    assert len(pyrage.decrypt(one, [KEY])) == len(pyrage.decrypt(other, [KEY])) == 4096
    assert abs(len(one) - len(other)) < 300


def test_a_text_that_is_too_long_is_refused_and_kept_on_the_page(receiver: Any) -> None:
    assert tell(Client(), receiver, "x" * 65_000).status_code == 200
    for text in ("x" * 65_530, "ä" * 40_000):
        answer = tell(Client(), receiver, text)
        assert answer.status_code == 400 and text in answer.content.decode()
    assert SealedReport.objects.count() == 1
    for size in (REQUEST_MOST + 1, 50_000_000):
        answer = Client().post("/tell/", b"text=" + b"x" * size, content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 413
    assert SealedReport.objects.count() == 1


def test_a_wrong_sum_and_one_used_twice_are_refused(receiver: Any) -> None:
    browser = Client()
    assert tell(browser, receiver, answer="99").status_code == 400
    assert tell(browser, receiver, token="forged").status_code == 400
    page = solved(browser.get("/tell/").content.decode())
    form = {"to": [receiver.receives.pk], "text": TEXT, **page}
    assert browser.post("/tell/", form).status_code == 200
    again = browser.post("/tell/", form)
    assert again.status_code == 400 and "sent already" in again.content.decode()
    assert "cut on Friday &lt;script&gt;" in again.content.decode()
    assert SealedReport.objects.count() == 1


def test_floods_are_held_off_for_an_hour_without_knowing_anybody(
    receiver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from stockward.web.pages import telling

    clock = [0.0]
    monkeypatch.setattr(telling, "used_once", limits.UsedOnce(lambda: clock[0]))
    for _ in range(limits.AN_HOUR):
        assert tell(Client(), receiver, "x").status_code == 200
    answer = tell(Client(), receiver)
    assert answer.status_code == 429 and "cut on Friday" in answer.content.decode()
    clock[0] = 3601.0
    assert tell(Client(), receiver).status_code == 200


def test_floods_are_held_off_for_a_day(receiver: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "A_DAY", 2)
    assert [tell(Client(), receiver).status_code for _ in range(3)] == [200, 200, 429]


@pytest.mark.parametrize("changed", [{"to": []}, {"to": ["x"]}, {"to": ["99999"]}, {"text": ""}, {"text": "a\0b"}])
def test_bad_forms_are_answered_in_words(receiver: Any, changed: dict[str, Any]) -> None:
    answer = tell(Client(), receiver, **changed)
    assert answer.status_code == 400 and 'class="errors"' in answer.content.decode()
    assert not SealedReport.objects.exists()


def test_without_a_receiver_nothing_is_taken(receiver: Any) -> None:
    receiver.account.is_active = False
    receiver.account.save()
    page = Client().get("/tell/").content.decode()
    assert "Nobody receives reports here yet" in page and "<form" not in page
    assert Client().post("/tell/", {"to": [receiver.receives.pk], "text": TEXT}).status_code == 400
    assert not SealedReport.objects.exists()


def test_an_answer_that_is_not_sealed_is_refused(receiver: Any) -> None:
    tell(Client(), receiver)
    number = SealedReport.objects.get().code
    for report, content in ((number, b"Thank you"), ("00000000", b"age"), ("zz", b"x"), (number, b"")):
        file = SimpleUploadedFile("a.age", content)
        assert receiver.post("/reports/answer/", {"report": report, "file": file}).status_code == 400
    assert not SealedAnswer.objects.exists()


def test_an_answer_sealed_to_another_opens_for_nobody_here(receiver: Any) -> None:
    code = code_of(tell(Client(), receiver))
    other = str(pyrage.x25519.Identity.generate().to_public())
    file = SimpleUploadedFile("a.age", seal({"answer": "secret"}, [other]))
    receiver.post("/reports/answer/", {"report": SealedReport.objects.get().code, "file": file})
    assert "no answer yet" in Client().post("/tell/answer/", {"code": code}).content.decode()


def new_key() -> str:
    return str(pyrage.x25519.Identity.generate().to_public())


def test_a_changed_key_stands_in_the_book_and_is_told_to_all_receivers(
    receiver: Any, come_in: Callable[..., Any]
) -> None:
    keeper = come_in("keeper", administrator=True)
    second = come_in("second", ridgeway="officer")
    named = {"account": second.account.pk, "title": "The officer", "public_key": new_key()}
    assert keeper.post("/accounts/receivers/", named).status_code == 302
    former, key = receiver.receives.fingerprint, new_key()
    there = f"/accounts/receivers/{receiver.account.key}/"
    assert former in keeper.get(there).content.decode()
    assert keeper.post(there, {"title": "The inspector", "public_key": key, "is_active": "on"}).status_code == 302
    receiver.receives.refresh_from_db()
    assert receiver.receives.public_key == key
    for browser in (receiver, second):
        for page in ("/", "/reports/"):
            assert receiver.receives.fingerprint in browser.get(page).content.decode()
        assert former in browser.get("/reports/").content.decode()
    tell(Client(), receiver)
    assert opened(bytes(SealedReport.objects.get().sealed), KEY) is None
    keeper.post(there, {"title": "The inspector", "public_key": key})
    assert receiver.get("/reports/").status_code == 403
    assert "receives no more" in second.get("/reports/").content.decode()


@pytest.mark.parametrize(
    "key",
    ["", "age1", "ssh-ed25519 AAAA", str(KEY), str(KEY.to_public())],
    ids=["none", "begun", "of ssh", "secret", "of another"],
)
def test_a_bad_key_is_refused(receiver: Any, come_in: Callable[..., Any], key: str) -> None:
    keeper, second = come_in("keeper", administrator=True), come_in("second")
    answer = keeper.post("/accounts/receivers/", {"account": second.account.pk, "title": "x", "public_key": key})
    assert answer.status_code == 200 and "errors" in answer.content.decode()
    assert ReportReceiver.objects.count() == 1


def test_five_receivers_are_too_many(receiver: Any, come_in: Callable[..., Any]) -> None:
    keeper = come_in("keeper", administrator=True)
    for name in ("second", "third", "fourth", "fifth"):
        account = come_in(name).account
        keeper.post("/accounts/receivers/", {"account": account.pk, "title": name, "public_key": new_key()})
    assert ReportReceiver.objects.count() == 4


def test_a_public_answer_stands_in_the_book_and_beside_the_report(receiver: Any, come_in: Callable[..., Any]) -> None:
    from stockward.web.models import ReviewRun

    said = {"site": "ridgeway", "figure": "TNT, <i>5 kg</i>", "question": "Is it wet?", "answer": "Dry mass."}
    assert receiver.post("/reports/publish/", said).status_code == 302
    officer, elsewhere = come_in("officer", ridgeway="officer"), come_in("other", elsewhere="officer")
    run = ReviewRun.objects.create(
        site=receiver.account.roles.get().site, account=officer.account, state="done", page=b"x", conclusion=0
    )
    for there in ("/sites/ridgeway/answers/", f"/sites/ridgeway/reviews/{run.key}/"):
        page = officer.get(there).content.decode()
        assert "Dry mass." in page and "TNT, &lt;i&gt;5 kg" in page
    assert elsewhere.get("/sites/ridgeway/answers/").status_code == 404
    assert "Dry mass." not in elsewhere.get("/sites/elsewhere/answers/").content.decode()
    assert receiver.post("/reports/publish/", {**said, "site": "elsewhere"}).status_code == 400


def logged(path: str, status: int) -> bool:
    record = logging.LogRecord("django.request", logging.ERROR, "x", 1, "%s: %s", ("said", path), None)
    record.request = type("Asked", (), {"path_info": path})()  # type: ignore[attr-defined]
    record.status_code = status  # type: ignore[attr-defined]
    written = NobodyAsked().filter(record)
    if written and path.startswith("/tell/"):
        assert record.created % (24 * 3600) == 0
    return written


def test_the_log_of_the_server_tells_no_visit() -> None:
    assert not logged("/tell/", 404) and not logged("/tell/answer/", 400) and not logged("/tell/", 429)
    assert logged("/tell/", 500) and logged("/sites/", 404) and logged("/sites/tell/", 404)


def test_the_page_comes_in_german_without_a_cookie(receiver: Any) -> None:
    page = Client().get("/tell/?language=de")
    assert '<html lang="de">' in page.content.decode() and "Tell what you saw" not in page.content.decode()
    assert not page.cookies


def test_the_database_is_looked_at_as_a_thief_would(receiver: Any, tmp_path: Path) -> None:
    """With the whole database and no private key: the day and the size class, and no word, number or name more."""
    code_of(tell(Client(), receiver, "x" * 5000, about="store M2"))
    row = SealedReport.objects.get()
    assert row.day == this_day() and isinstance(row.day, date)
    assert 16 * 1024 < len(row.sealed) < 17 * 1024
    assert b"store M2" not in row.sealed and b"answer_key" not in row.sealed
