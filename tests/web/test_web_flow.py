"""From the upload to the report: entered, shown, approved by another, reviewed; and what goes wrong on the way."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.web.handing_in import FIRST_SITE, files_of_first_site, hand_in, upload

from stockward.web.models import ReviewRun, UploadDraft
from stockward.web.records.lists import submissions_of
from stockward.web.records.the_book import recorded_site, standing_files

pytestmark = pytest.mark.usefixtures("new_book")

Enter = Callable[..., Any]


def test_what_was_uploaded_is_in_force_once_another_has_approved_it(come_in: Enter) -> None:
    clerk, officer = come_in("clerk", ridgeway="clerk"), come_in("officer", ridgeway="officer")
    number = hand_in(clerk, files_of_first_site(), note="first books")
    assert standing_files("ridgeway") == {}, "it waits"
    assert "1 submission waits for you" in officer.get("/").content.decode()
    page = officer.get(f"/sites/ridgeway/submissions/{number}/").content.decode()
    assert "first books" in page and "Approve" in page
    assert officer.post(f"/sites/ridgeway/submissions/{number}/approve/").status_code == 302
    assert recorded_site("ridgeway").tables["movements"].height > 0
    assert (
        "Nothing waits for you" in officer.get("/").content.decode()
        or "not reviewed yet" in officer.get("/").content.decode()
    )


def test_the_report_is_that_of_the_command_line(come_in: Enter, tmp_path: Path) -> None:
    clerk, officer = come_in("clerk", ridgeway="clerk"), come_in("officer", ridgeway="officer")
    officer.post(f"/sites/ridgeway/submissions/{hand_in(clerk, files_of_first_site())}/approve/")
    where = officer.post("/sites/ridgeway/reviews/", {"as_of": ""}).headers["Location"]
    run = ReviewRun.objects.get()
    assert run.state == "done", run.fault
    answer = officer.get(f"{where}report/")
    policy = answer.headers["Content-Security-Policy"]
    assert "sandbox" in policy and "default-src 'none'" in policy and "script-src" not in policy
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    folder = tmp_path / "exported"
    folder.mkdir()
    for name, content in standing_files("ridgeway").items():
        (folder / name).write_bytes(content)
    command = [sys.executable, "-m", "stockward", "review", str(folder), "--quiet", "--html", str(tmp_path / "r.html")]
    assert subprocess.run(command, check=False).returncode in (0, 1, 3)
    made = (tmp_path / "r.html").read_bytes()
    stamp = re.compile(rb"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?")
    assert stamp.sub(b"", answer.content) == stamp.sub(b"", made)
    frame = officer.get(where).content.decode()
    assert '<iframe class="report" sandbox' in frame


def test_nobody_approves_their_own(come_in: Enter, make_account: Callable[..., Any]) -> None:
    from stockward.web.models import KnownSite, RoleHeld

    both = come_in("both", ridgeway="clerk")
    RoleHeld.objects.create(account=both.account, site=KnownSite.objects.get(), role="officer")
    number = hand_in(both, files_of_first_site())
    assert "Approve" not in both.get(f"/sites/ridgeway/submissions/{number}/").content.decode()
    both.post(f"/sites/ridgeway/submissions/{number}/approve/")
    assert submissions_of("ridgeway", {"stock", "guards"})[0].state == "waiting"
    assert "cannot decide" in both.get(f"/sites/ridgeway/submissions/{number}/").content.decode()


def test_two_decisions_at_once_are_one(come_in: Enter) -> None:
    clerk = come_in("clerk", ridgeway="clerk")
    one, two = come_in("officer-1", ridgeway="officer"), come_in("officer-2", ridgeway="officer")
    number = hand_in(clerk, files_of_first_site())
    one.post(f"/sites/ridgeway/submissions/{number}/approve/", {"once": "a"})
    two.post(f"/sites/ridgeway/submissions/{number}/send-back/", {"once": "b", "reason": "no"})
    assert "already" in two.get(f"/sites/ridgeway/submissions/{number}/").content.decode()
    assert submissions_of("ridgeway", {"stock", "guards"})[0].decided_by == "officer-1"


def test_a_form_sent_twice_is_entered_once(come_in: Enter) -> None:
    clerk, officer = come_in("clerk", ridgeway="clerk"), come_in("officer", ridgeway="officer")
    number = hand_in(clerk, files_of_first_site())
    answers = [officer.post(f"/sites/ridgeway/submissions/{number}/approve/", {"once": "a"}) for _ in range(2)]
    assert [answer.headers["Location"] for answer in answers] == ["/sites/ridgeway/submissions/"] * 2


def test_what_is_sent_back_comes_with_its_reason(come_in: Enter) -> None:
    clerk, officer = come_in("clerk", ridgeway="clerk"), come_in("officer", ridgeway="officer")
    number = hand_in(clerk, files_of_first_site())
    officer.post(f"/sites/ridgeway/submissions/{number}/send-back/", {"reason": ""})
    assert submissions_of("ridgeway", {"stock", "guards"})[0].state == "waiting", "a reason is asked for"
    officer.post(f"/sites/ridgeway/submissions/{number}/send-back/", {"reason": "<b>weigh M1 again</b>"})
    page = clerk.get("/").content.decode()
    assert "came back" in page and "&lt;b&gt;weigh M1 again&lt;/b&gt;" in page


def test_rows_that_stand_in_the_book_are_left_out(come_in: Enter) -> None:
    clerk, officer = come_in("clerk", ridgeway="clerk"), come_in("officer", ridgeway="officer")
    officer.post(f"/sites/ridgeway/submissions/{hand_in(clerk, files_of_first_site())}/approve/")
    again = upload(clerk, files_of_first_site())
    assert again.reading["empty"] and not again.reading["settings"]
    text = (FIRST_SITE / "movements.csv").read_text(encoding="utf-8")
    lines = text.splitlines()
    draft = upload(clerk, [SimpleUploadedFile("movements.csv", "\n".join([*lines, lines[-1]]).encode())])
    assert [(table["new"], table["there"]) for table in draft.reading["tables"]] == [(1, len(lines) - 1)]


def test_every_problem_is_listed_with_its_place(come_in: Enter) -> None:
    clerk = come_in("clerk", ridgeway="clerk")
    lines = (FIRST_SITE / "movements.csv").read_text(encoding="utf-8").splitlines()
    header = lines[0].split(",")
    cells = lines[1].split(",")
    cells[header.index("quantity")] = "twelve"
    draft = upload(clerk, files_of_first_site(movements="\n".join([lines[0], ",".join(cells), *lines[2:]])))
    (problem,) = draft.reading["problems"]
    assert (problem["file"], problem["row"], problem["column"]) == ("movements.csv", 2, "quantity")
    page = clerk.get(f"/sites/ridgeway/drafts/{draft.key}/").content.decode()
    assert "twelve" in page and problem["reason"][:20] in page.replace("&#x27;", "'")
    clerk.post(f"/sites/ridgeway/drafts/{draft.key}/submit/")
    assert UploadDraft.objects.filter(key=draft.key).exists(), "it is not submitted unknowingly"
    clerk.post(f"/sites/ridgeway/drafts/{draft.key}/submit/", {"knowingly": "on"})
    assert not UploadDraft.objects.filter(key=draft.key).exists()


def test_a_clerk_enters_no_people_and_a_guards_manager_no_stock(come_in: Enter) -> None:
    people = SimpleUploadedFile("posts.csv", b"post,from,until\nP1,2026-01-01,\n")
    clerk = come_in("clerk", ridgeway="clerk")
    toml = SimpleUploadedFile("site.toml", (FIRST_SITE / "site.toml").read_bytes())
    assert "fault" in upload(clerk, [toml, people]).reading
    manager = come_in("manager", ridgeway="guards_manager")
    assert "your role does not enter" in upload(manager, files_of_first_site()).reading["fault"]


def test_drafts_are_seen_by_nobody_else(come_in: Enter) -> None:
    draft = upload(come_in("clerk-1", ridgeway="clerk"), files_of_first_site())
    other = come_in("clerk-2", ridgeway="clerk")
    for end in ("", "submit/", "discard/"):
        address = f"/sites/ridgeway/drafts/{draft.key}/{end}"
        assert (other.post(address) if end else other.get(address)).status_code == 404


def test_pages_of_entries_follow_one_another(come_in: Enter) -> None:
    clerk, officer = come_in("clerk", ridgeway="clerk"), come_in("officer", ridgeway="officer")
    head, row = (FIRST_SITE / "movements.csv").read_text(encoding="utf-8").splitlines()[:2]
    many = "\n".join([head, *[row] * 230])
    hand_in(clerk, files_of_first_site(movements=many), knowingly="on")
    seen: list[str] = []
    address: str | None = "/sites/ridgeway/entries/?table=movements&after=0"
    while address:
        page = officer.get(address).content.decode()
        seen += re.findall(r'id="entry-(\d+)"', page)
        found = re.search(r'href="(\?[^"]*)" rel="next"', page)
        address = "/sites/ridgeway/entries/" + found[1].replace("&amp;", "&") if found else None
    assert len(seen) == 230 and seen == sorted(set(seen), key=int)
    for odd in ("?after=x", "?before=-1", "?after=" + "9" * 30, "?table=nothing", "?table=people"):
        assert officer.get(f"/sites/ridgeway/entries/{odd}").status_code == 200


def test_a_review_of_a_site_without_books_says_why(come_in: Enter) -> None:
    officer = come_in("officer", ridgeway="officer")
    where = officer.post("/sites/ridgeway/reviews/", {"as_of": ""}).headers["Location"]
    page = officer.get(where)
    assert page.status_code == 200 and ReviewRun.objects.get().fault in page.content.decode().replace("&#x27;", "'")
    assert officer.get(f"{where}report/").status_code == 404
    assert officer.post("/sites/ridgeway/reviews/", {"as_of": "2999-01-01"}).status_code == 200
    assert officer.post("/sites/ridgeway/reviews/", {"as_of": "no day"}).status_code == 200
    assert ReviewRun.objects.count() == 1
