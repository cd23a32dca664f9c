"""A count on the pages: sealed, drawn, counted blind, certified as on the command line, and submitted."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from counts_there import (
    SEED,
    all_there,
    drawn_count,
    fill_in,
    filled,
    filled_workbook,
    names,
    people_of_a_count,
    sealed_count,
    where,
)
from django.core.files.uploadedfile import SimpleUploadedFile

from stockward.book.store.entries import BookEntry
from stockward.book.store.tables import ENTRIES
from stockward.web.models import CountedLine, SealedCount
from stockward.web.records.counts import commitment_in_book, draw_of, plan_of
from stockward.web.records.lists import submissions_of
from stockward.web.records.the_book import recorded_site, standing_files, the_book

pytestmark = pytest.mark.usefixtures("new_book")

STAMP = re.compile(rb"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?(\+\d\d:\d\d|Z)?")
Enter = Callable[..., Any]


@pytest.fixture
def works(come_in: Enter) -> dict[str, Any]:
    return people_of_a_count(come_in)


def events(name: str) -> list[dict[str, Any]]:
    with the_book().database.reading() as connection:
        rows = connection.execute(ENTRIES.select().where(ENTRIES.c.kind == "event").order_by(ENTRIES.c.number))
        told = [dict(BookEntry.of_text(row.entry).about) for row in rows]
    return [one for one in told if one["event"] == name]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "stockward", *words], check=False, capture_output=True, text=True)


def test_plan_draw_and_certificate_are_those_of_the_command_line(works: dict[str, Any], tmp_path: Path) -> None:
    count = drawn_count(works["inspector"])
    fill_in(works["clerk"], count)
    said = names()
    assert works["clerk"].post(f"{where(count)}hand-in/", said).status_code == 302
    count = SealedCount.objects.get(pk=count.pk)
    site = tmp_path / "site"
    site.mkdir()
    for name, content in standing_files("ridgeway").items():
        (site / name).write_bytes(content)
    plan = tmp_path / "plan.json"
    source = "the lottery numbers of 1 February 2026"
    made = run("sample", "plan", str(site), "--items", "box=3", "--commit", str(plan), "--seed-source", source)
    commitment = commitment_in_book(count)
    assert f"commitment {commitment}" in made.stdout, "the book of the pages is that of the export"
    assert works["inspector"].get(f"{where(count)}plan/").content == plan.read_bytes()
    sealed = ("--commitment", commitment, "--seed-text", SEED)
    blank = {"html": tmp_path / "b.html", "csv": tmp_path / "b.csv", "xlsx": tmp_path / "b.xlsx"}
    outputs = [word for kind, path in blank.items() for word in (f"--{kind}", str(path))]
    assert run("sample", "draw", str(plan), *sealed, *outputs).returncode == 0
    for kind, path in blank.items():
        assert works["officer"].get(f"{where(count)}blank/sheets.{kind}/").content == path.read_bytes(), kind
    (tmp_path / "sheets.csv").write_bytes(bytes(count.sheet))
    page, document = tmp_path / "c.html", tmp_path / "c.json"
    who = ("--counter", "K-1", "--witness", "K-2", "--counted-at", said["counted_at"])
    certified = run("sample", "certify", str(tmp_path / "sheets.csv"), "--plan", str(plan), *sealed, *who,
                    "--html", str(page), "--json", str(document))  # fmt: skip
    assert certified.returncode == count.conclusion, certified.stderr
    answer = works["inspector"].get(f"{where(count)}certificate/certificate.html/")
    policy = answer.headers["Content-Security-Policy"]
    assert "sandbox" in policy and "default-src 'none'" in policy and "script-src" not in policy
    assert STAMP.sub(b"", answer.content) == STAMP.sub(b"", page.read_bytes())
    kept = works["officer"].get(f"{where(count)}certificate/certificate.json/").content
    assert STAMP.sub(b"", kept) == STAMP.sub(b"", document.read_bytes())
    assert '<iframe class="report" sandbox' in works["officer"].get(where(count)).content.decode()


def test_the_commitment_stands_in_the_book_before_the_draw(works: dict[str, Any]) -> None:
    count = sealed_count(works["inspector"])
    (told,) = events("count plan sealed")
    assert told["commitment"] == commitment_in_book(count) and told["count"] == count.key and not count.draw
    works["inspector"].post(f"{where(count)}draw/", {"seed": "too short"})
    assert not SealedCount.objects.get().draw
    works["inspector"].post(f"{where(count)}draw/", {"seed": SEED})
    works["inspector"].post(f"{where(count)}draw/", {"seed": "01 02 03 04 05 06"})
    (drawn,) = events("count drawn")
    assert drawn["draw"] == SealedCount.objects.get().draw == draw_of(SealedCount.objects.get()).id


def test_a_plan_changed_after_its_seal_is_not_drawn_from(works: dict[str, Any]) -> None:
    count = sealed_count(works["inspector"])
    other = sealed_count(works["inspector"], items="box=5")
    SealedCount.objects.filter(pk=count.pk).update(plan=other.plan)
    works["inspector"].post(f"{where(count)}draw/", {"seed": SEED})
    page = works["inspector"].get(where(count)).content.decode()
    assert "is not that of this plan" in page and not SealedCount.objects.get(pk=count.pk).draw
    SealedCount.objects.filter(pk=count.pk).update(plan=count.plan.replace("box", "bix", 1))
    works["inspector"].post(f"{where(count)}draw/", {"seed": SEED})
    assert not SealedCount.objects.get(pk=count.pk).draw


def test_a_secret_that_the_server_keeps_is_shown_to_nobody_before_the_draw(works: dict[str, Any]) -> None:
    count = sealed_count(works["inspector"], seed="here", source="")
    assert len(count.seed) == 64
    for address in ("", "plan/"):
        assert count.seed not in works["inspector"].get(where(count) + address).content.decode()
    works["inspector"].post(f"{where(count)}draw/")
    assert SealedCount.objects.get().draw and events("count drawn")[0]["seed"] == count.seed


def test_nothing_that_a_counter_reads_says_what_the_book_holds(works: dict[str, Any]) -> None:
    count = drawn_count(works["inspector"])
    book = f"{plan_of(count).strata[0].book:g}"
    pages = [works["clerk"].get(where(count) + place).content.decode() for place in ("", "sheets/1/")]
    for said in pages:
        # What is left are the words that a reader sees, without the numbers of the units that were drawn.
        words = re.sub(r"item \d+|<[^>]*>", " ", said)
        assert book not in re.findall(r"[\w.]+", words) and "By the book" not in said
        assert plan_of(count).book_digest not in said
    assert book in re.findall(r"[\w.]+", works["inspector"].get(where(count)).content.decode())
    for place in ("plan/", "certificate/certificate.html/"):
        assert works["clerk"].get(where(count) + place).status_code == 403


def test_whoever_has_seen_the_plan_does_not_count(works: dict[str, Any], come_in: Enter) -> None:
    from stockward.web.models import KnownSite, RoleHeld

    both = come_in("both", ridgeway="inspector")
    RoleHeld.objects.create(account=both.account, site=KnownSite.objects.get(), role="clerk")
    count = drawn_count(works["inspector"])
    for browser in (both, works["inspector"]):
        assert browser.get(f"{where(count)}sheets/1/").status_code == 403
        assert browser.post(f"{where(count)}sheets/1/", all_there(count)).status_code == 403
        assert browser.post(f"{where(count)}hand-in/", names()).status_code == 403
    assert not CountedLine.objects.exists()


@pytest.mark.parametrize("did", ["sealed", "drew", "opened", "saved the plan"])
def test_who_has_had_the_plan_does_not_count_it_in_another_role(
    works: dict[str, Any], come_in: Enter, did: str
) -> None:
    from stockward.web.models import RoleHeld

    other = come_in("other", ridgeway="inspector")
    count = sealed_count(other if did == "sealed" else works["inspector"])
    (other if did == "drew" else works["inspector"]).post(f"{where(count)}draw/", {"seed": SEED})
    count = SealedCount.objects.get()
    if did in ("opened", "saved the plan"):
        other.get(where(count) + ("" if did == "opened" else "plan/"))
    RoleHeld.objects.filter(account=other.account).update(role="clerk")
    assert other.get(f"{where(count)}sheets/1/").status_code == 403
    assert other.post(f"{where(count)}sheets/1/", all_there(count)).status_code == 403
    assert other.post(f"{where(count)}hand-in/", names()).status_code == 403
    page = other.get(where(count)).content.decode()
    assert "whatever their role is now" in page and "Hand it in" not in page
    assert "is to be counted" not in other.get("/").content.decode()
    later = drawn_count(works["inspector"], seed="41 42 43 44 45 46")
    assert other.get(f"{where(later)}sheets/1/").status_code == 200, "a count that was sealed since is blind to them"


def test_blank_is_not_counted_and_zero_is_zero(works: dict[str, Any]) -> None:
    count = drawn_count(works["inspector"])
    first, second = draw_of(count).lines[:2]
    fill_in(works["officer"], count, **{f"quantity-{first.key}": "", f"quantity-{second.key}": "0"})
    works["officer"].post(f"{where(count)}hand-in/", names())
    document = json.loads(bytes(SealedCount.objects.get().document))
    found = {line["key"]: line["quantity"] for line in document["lines"]}
    assert found[first.key] is None and found[second.key] == 0
    assert SealedCount.objects.get().conclusion == 1 and SealedCount.objects.get().submission is None


def test_two_who_type_at_once_do_not_write_over_each_other_unseen(works: dict[str, Any]) -> None:
    count = drawn_count(works["inspector"])
    key = draw_of(count).lines[0].key
    sheet, asks = f"{where(count)}sheets/1/", {"Accept": "application/json"}
    one, other = works["clerk"], works["officer"]
    first = {f"quantity-{key}": "1", f"seen-{key}": "0"}
    assert one.post(sheet, first, headers=asks).json()["saved"] == {key: 1}
    assert one.post(sheet, first, headers=asks).json()["saved"] == {key: 1}, "sent again, it changes nothing"
    told = other.post(sheet, {f"quantity-{key}": "0", f"seen-{key}": "0"}, headers=asks).json()
    assert told["meanwhile"] == {key: 1} and "Meanwhile" in told["told"][key] and not told["saved"]
    assert CountedLine.objects.get().quantity == "1"
    page = other.post(sheet, {f"quantity-{key}": "0", f"seen-{key}": "0"})
    assert page.status_code == 422 and f'name="seen-{key}" value="1"' in page.content.decode()
    assert other.post(sheet, {f"quantity-{key}": "0", f"seen-{key}": "1"}, headers=asks).json()["saved"] == {key: 2}


def test_what_would_be_refused_is_said_as_it_is_typed_and_kept(works: dict[str, Any]) -> None:
    count = drawn_count(works["inspector"])
    key = draw_of(count).lines[0].key
    sheet = f"{where(count)}sheets/1/"
    for odd, said in (("2", "one item is there or not"), ("twelve", "twelve"), ("-1", "never negative"),
                      ("1.5", ""), ("=1+1", ""), ("\x00", None), ("1" * 9000, "")):  # fmt: skip
        seen = CountedLine.objects.filter(line=key).values_list("version", flat=True).first() or 0
        page = works["clerk"].post(sheet, {f"quantity-{key}": odd, f"seen-{key}": str(seen)})
        if said is None:
            assert page.status_code == 302
            continue
        assert page.status_code == 422 and said in page.content.decode(), odd
        kept = CountedLine.objects.get(line=key).quantity
        assert odd.startswith(kept)
        refused = works["clerk"].post(f"{where(count)}hand-in/", names())
        assert refused.status_code == 422 and "sheets.csv row 2" in refused.content.decode(), odd
    assert SealedCount.objects.get().handed_in is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"counted_at": "2999-01-01T00:00"}, "is yet to come"),
        ({"counted_at": "2020-01-01"}, "before the book was frozen"),
        ({"counted_at": "2026-02-05T10:00"}, "before the units were drawn"),
        ({"counted_at": "yesterday"}, "yesterday"),
        ({"witness": "k-01"}, "K-1"),
        ({"counter": ""}, "errors"),
        ({"counted_at": "\x00"}, "errors"),
    ],
)
def test_what_the_command_line_refuses_is_refused_in_its_words(
    works: dict[str, Any], given: dict[str, str], said: str
) -> None:
    count = drawn_count(works["inspector"])
    fill_in(works["clerk"], count)
    page = works["clerk"].post(f"{where(count)}hand-in/", {**names(), **given})
    assert page.status_code == 422 and said in page.content.decode()
    assert SealedCount.objects.get().page is None and not events("count handed in")


def test_a_sheet_of_another_draw_is_refused(works: dict[str, Any]) -> None:
    one, other = drawn_count(works["inspector"]), drawn_count(works["inspector"], seed="41 42 43 44 45 46")
    sheet = SimpleUploadedFile("filled.csv", filled(other))
    page = works["clerk"].post(f"{where(one)}hand-in/", {**names(), "file": sheet})
    assert page.status_code == 422 and f"draw &#x27;{other.draw}&#x27;" in page.content.decode()
    for name, content in (("filled.txt", b"x"), ("filled.xlsx", b"PK\x03\x04junk"), ("f.csv", b"")):
        page = works["clerk"].post(f"{where(one)}hand-in/", {**names(), "file": SimpleUploadedFile(name, content)})
        assert page.status_code == 422 and "reading-" not in page.content.decode(), name


def test_a_filled_sheet_is_taken_and_must_say_what_was_typed(works: dict[str, Any]) -> None:
    count = drawn_count(works["inspector"])
    first = draw_of(count).lines[0].key
    works["clerk"].post(f"{where(count)}sheets/1/", {f"quantity-{first}": "0", f"seen-{first}": "0"})
    page = works["clerk"].post(
        f"{where(count)}hand-in/", {**names(), "file": SimpleUploadedFile("f.csv", filled(count))}
    )
    assert page.status_code == 422 and "says otherwise" in page.content.decode()
    works["clerk"].post(f"{where(count)}sheets/1/", {f"quantity-{first}": "1", f"seen-{first}": "1"})
    answer = works["clerk"].post(
        f"{where(count)}hand-in/", {**names(), "file": SimpleUploadedFile("f.csv", filled(count))}
    )
    assert answer.status_code == 302
    assert bytes(SealedCount.objects.get().sheet) == filled(count) and SealedCount.objects.get().sheet_name == "f.csv"


def test_what_was_counted_whole_is_submitted_and_approved_by_another(works: dict[str, Any]) -> None:
    count = drawn_count(works["inspector"], items="box=1", detection="0.99")
    fill_in(works["officer"], count)
    assert works["officer"].post(f"{where(count)}hand-in/", names()).status_code == 302
    works["officer"].post(f"{where(count)}hand-in/", names())
    count = SealedCount.objects.get()
    before = recorded_site("ridgeway")["counts"].height
    works["officer"].post(f"/sites/ridgeway/submissions/{count.submission}/approve/")
    assert submissions_of("ridgeway", {"stock", "guards"})[0].state == "waiting", "nobody approves their own"
    (told,) = events("count handed in")
    assert told["draw"] == count.draw
    second = works["inspector"]
    assert second.get(f"/sites/ridgeway/submissions/{count.submission}/").status_code == 200
    the_book().approve(count.submission, works["clerk"].account.key)
    counts = recorded_site("ridgeway")["counts"]
    assert counts.height == before + 1
    row = counts.filter(counts["inventory"] == count.draw).row(0, named=True)
    assert row["quantity"] == plan_of(count).strata[0].units and row["material"] == "box"


def test_after_it_was_handed_in_nothing_is_changed(works: dict[str, Any]) -> None:
    count = drawn_count(works["inspector"])
    fill_in(works["clerk"], count)
    works["clerk"].post(f"{where(count)}hand-in/", names())
    assert works["clerk"].post(f"{where(count)}sheets/1/", all_there(count)).status_code == 403
    assert works["officer"].post(f"{where(count)}hand-in/", names()).status_code == 403
    assert "certificate.html" not in works["clerk"].get(where(count)).content.decode()


def test_what_cannot_be_planned_is_said_and_nothing_typed_is_lost(works: dict[str, Any]) -> None:
    address = "/sites/ridgeway/counts/new/"
    for odd in ({"items": "bix=3"}, {"items": "box"}, {"as_of": "no day"}, {"detection": "7"}, {"source": ""},
                {"seed": "theirs"}, {"seed": "here"}, {"areas": "nowhere"}, {"as_of": "2999-01-01"},
                {"items": "x\x00=1"}):  # fmt: skip
        given = {"items": "box=3", "seed": "public", "source": "the dice of Monday", "seal": "1", **odd}
        page = works["inspector"].post(address, given)
        assert page.status_code == 422 and "errors" in page.content.decode(), odd
    assert not SealedCount.objects.exists() and not events("count plan sealed")
    shown = works["inspector"].post(address, {"items": "box=3", "seed": "public", "show": "1"})
    assert shown.status_code == 200 and "not sealed yet" in shown.content.decode() and "box=3" in shown.content.decode()
    assert not SealedCount.objects.exists()


def test_before_anything_is_approved_nothing_can_be_planned(come_in: Enter) -> None:
    inspector = come_in("inspector", ridgeway="inspector")
    for as_of in ("", "2026-01-31"):
        given = {"items": "box=3", "seed": "public", "show": "1", "as_of": as_of}
        page = inspector.post("/sites/ridgeway/counts/new/", given)
        assert page.status_code == 422 and "nothing of it is approved yet" in page.content.decode()


def test_a_workbook_that_was_filled_in_is_taken(works: dict[str, Any], tmp_path: Path) -> None:
    count = drawn_count(works["inspector"])
    blank = works["clerk"].get(f"{where(count)}blank/sheets.xlsx/").content
    sheet = SimpleUploadedFile("filled.xlsx", filled_workbook(blank))
    answer = works["clerk"].post(f"{where(count)}hand-in/", {**names(), "file": sheet})
    assert answer.status_code == 302, answer.content.decode()
    document = json.loads(bytes(SealedCount.objects.get().document))
    assert {line["quantity"] for line in document["lines"]} == {1}


def test_a_plan_sent_twice_is_sealed_once(works: dict[str, Any]) -> None:
    counts = [sealed_count(works["inspector"], once="a") for _ in range(2)]
    assert counts[0].pk == counts[1].pk and SealedCount.objects.count() == 1
    assert len(events("count plan sealed")) == 1


def test_a_plan_as_of_a_day_can_be_planned_again_from_the_book(works: dict[str, Any]) -> None:
    from django.utils import timezone

    count = sealed_count(works["inspector"], as_of=f"{timezone.now().date()}")
    assert plan_of(count).as_of == timezone.now().date()
