"""Rosters on the pages: asked for from the tables of guards alone, and the same bytes as on the command line."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rosters_there import ASKED, POSTS, asked_roster, file, folder_of_the_book, tables_in_force

from stockward.book.store.entries import BookEntry
from stockward.book.store.tables import ENTRIES
from stockward.web.models import RosterFile, RosterRun
from stockward.web.models.runs import RunState
from stockward.web.records.rosters import PAGE_OF_A_ROSTER, digests_of
from stockward.web.records.the_book import the_book

pytestmark = pytest.mark.usefixtures("new_book")

STAMP = re.compile(rb"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?(\+\d\d:\d\d)?")


@pytest.fixture
def works(come_in: Callable[..., Any]) -> dict[str, Any]:
    """A clerk, a guards' manager and an officer, and a works in the book."""
    people = {role: come_in(role.replace("_", "-"), ridgeway=role) for role in ("clerk", "guards_manager", "officer")}
    tables_in_force(people["clerk"], people["guards_manager"], people["officer"])
    return people


def events() -> list[dict[str, Any]]:
    with the_book().database.reading() as connection:
        rows = connection.execute(ENTRIES.select().where(ENTRIES.c.kind == "event").order_by(ENTRIES.c.number))
        return [dict(BookEntry.of_text(row.entry).about) for row in rows]


def content(run: RosterRun, name: str) -> bytes:
    return bytes(RosterFile.objects.get(run=run, name=name).content)


def test_the_files_are_those_of_the_command_line(works: dict[str, Any], tmp_path: Path) -> None:
    manager = works["guards_manager"]
    run = asked_roster(manager)
    assert run.state == RunState.DONE and run.shifts == 21, run.fault
    site = folder_of_the_book(tmp_path / "site")
    names = {"html": "r.html", "json": "r.json", "csv": "r.csv", "xlsx": "r.xlsx", "ics": "ics"}
    outputs = [word for option, name in names.items() for word in (f"--{option}", str(tmp_path / name))]
    asked = ["--start", "2027-07-05", "--weeks", "1", "--deterministic", ASKED["rounds"], "--quiet"]
    command = [sys.executable, "-m", "stockward", "roster", str(site), *asked, *outputs]
    assert subprocess.run(command, check=False).returncode == 0
    shown = manager.get(f"/sites/ridgeway/rosters/{run.key}/files/{PAGE_OF_A_ROSTER}/")
    policy = shown.headers["Content-Security-Policy"]
    assert "sandbox" in policy and "default-src 'none'" in policy and "script-src" not in policy
    for name in ("html", "json", "csv"):
        made = (tmp_path / names[name]).read_bytes()
        kept = shown.content if name == "html" else content(run, f"roster.{name}")
        assert STAMP.sub(b"", kept) == STAMP.sub(b"", made), name
    assert content(run, "roster.csv") == (tmp_path / "r.csv").read_bytes()
    with zipfile.ZipFile(io.BytesIO(content(run, "calendars.zip"))) as archive:
        assert sorted(archive.namelist()) == sorted(path.name for path in (tmp_path / "ics").iterdir())
        stamp = re.compile(rb"DTSTAMP:\w+")
        for name in archive.namelist():
            assert stamp.sub(b"", archive.read(name)) == stamp.sub(b"", (tmp_path / "ics" / name).read_bytes())
    frame = manager.get(f"/sites/ridgeway/rosters/{run.key}/").content.decode()
    assert '<iframe class="report" sandbox' in frame and "roster.xlsx" in frame
    assert content(run, "roster.xlsx")[:2] == b"PK"


def test_an_earlier_roster_is_kept_as_far_as_it_can_be(works: dict[str, Any]) -> None:
    manager = works["guards_manager"]
    first = asked_roster(manager)
    again = asked_roster(manager, former=first.key)
    assert content(again, "roster.csv") == content(first, "roster.csv")
    text = content(first, "roster.csv").decode()
    swapped = text.replace("G-01", "G-xx").replace("G-02", "G-01").replace("G-xx", "G-02")
    brought = asked_roster(manager, file=file("before.csv", swapped))
    page = manager.get(f"/sites/ridgeway/rosters/{brought.key}/compared/?with={first.key}").content.decode()
    assert "shifts are otherwise" in page and "G-01" in page
    later = asked_roster(manager, start="2027-07-09")
    page = manager.get(f"/sites/ridgeway/rosters/{later.key}/compared/?with={first.key}").content.decode()
    assert "2027-07-09 to 2027-07-11" in page and not re.search(r'row">2027-07-(0[5-8]|1[2-9])', page)
    bad = manager.post("/sites/ridgeway/rosters/new/", {"start": "2027-07-05", "weeks": "1", "seconds": "9",
                                                         "file": file("x.csv", "nothing,at\nall,1\n")})  # fmt: skip
    assert bad.status_code == 422 and "x.csv" in bad.content.decode() and "reading-" not in bad.content.decode()


def test_who_published_which_files_stands_in_the_book(works: dict[str, Any]) -> None:
    manager = works["guards_manager"]
    first, second = asked_roster(manager), asked_roster(manager, start="2027-07-07")
    where = f"/sites/ridgeway/rosters/{first.key}/publish/"
    manager.post(where, {"in_place_of": ""})
    manager.post(where, {"in_place_of": ""})
    told = [one for one in events() if one["event"] == "roster published"]
    assert len(told) == 1 and told[0]["roster"] == first.key
    assert {name: told[0][name] for name in digests_of(first)} == digests_of(first)
    other = f"/sites/ridgeway/rosters/{second.key}/publish/"
    manager.post(other, {"in_place_of": ""})
    assert not RosterRun.objects.get(pk=second.pk).published, "what it takes the place of was not shown"
    assert "takes the place of" in manager.get(f"/sites/ridgeway/rosters/{second.key}/").content.decode()
    manager.post(other, {"in_place_of": first.key})
    assert RosterRun.objects.get(pk=second.pk).published and not RosterRun.objects.get(pk=first.pk).published
    assert events()[-1]["in place of"] == first.key
    manager.post(other, {"take_back": "1"})
    assert events()[-1]["event"] == "roster taken back" and not RosterRun.objects.get(pk=second.pk).published


def test_nothing_of_stock_is_asked_or_shown(come_in: Callable[..., Any]) -> None:
    clerk, manager = come_in("clerk", ridgeway="clerk"), come_in("manager", ridgeway="guards_manager")
    officer = come_in("officer", ridgeway="officer")
    driven = {**POSTS[0], "post": "patrol", "kind": "patrol", "driver": "areas", "per": 1}
    tables_in_force(clerk, manager, officer, posts=[*POSTS, driven])
    form = manager.get("/sites/ridgeway/rosters/").content.decode()
    assert "How many of patrol stand" in form
    unsaid = manager.post("/sites/ridgeway/rosters/new/", {"start": "2027-07-05", "weeks": "1", "seconds": "9"})
    assert unsaid.status_code == 422 and not RosterRun.objects.exists()
    run = asked_roster(manager, **{"number-0": "0"})
    assert run.shifts == 21 and run.numbers == ["patrol=0"], run.fault


def test_where_no_roster_keeps_every_rule_the_page_says_what_collides(works: dict[str, Any]) -> None:
    manager = works["guards_manager"]
    run = asked_roster(manager, others="gate=3", seconds="20", rounds="")
    assert run.state == RunState.DONE and run.shifts == 0 and run.conclusion == 4
    page = manager.get(f"/sites/ridgeway/rosters/{run.key}/").content.decode()
    assert "no roster keeps every rule" in page and "Publish it" not in page
    manager.post(f"/sites/ridgeway/rosters/{run.key}/publish/", {"in_place_of": ""})
    assert not RosterRun.objects.get(pk=run.pk).published
    assert manager.get(f"/sites/ridgeway/rosters/{run.key}/files/roster.csv/").status_code == 404


def test_what_cannot_be_asked_is_said_in_one_line(works: dict[str, Any]) -> None:
    manager = works["guards_manager"]
    where = "/sites/ridgeway/rosters/new/"
    fine = {"start": "2027-07-05", "weeks": "1", "seconds": "9", "rounds": "9"}
    for odd in ({"start": "no day"}, {"weeks": "99"}, {"seconds": "0"}, {"others": "gate"}, {"others": "gate=x\x00"},
                {"former": "nothing"}, {"rounds": "9" * 30}, {"start": ""}):  # fmt: skip
        answer = manager.post(where, {**fine, **odd})
        assert answer.status_code == 422 and "errors" in answer.content.decode(), odd
    assert not RosterRun.objects.exists()
    unknown = asked_roster(manager, others="tower=1")
    assert unknown.state == RunState.FAILED and "tower" in unknown.fault
    assert unknown.fault in manager.get(f"/sites/ridgeway/rosters/{unknown.key}/").content.decode().replace(
        "&#x27;", "'"
    )


def test_a_form_sent_twice_makes_one_roster(works: dict[str, Any]) -> None:
    runs = [asked_roster(works["guards_manager"], once="a") for _ in range(2)]
    assert runs[0].pk == runs[1].pk and RosterRun.objects.count() == 1


def test_before_anything_is_approved_the_page_says_so(come_in: Callable[..., Any]) -> None:
    manager = come_in("manager", ridgeway="guards_manager")
    assert "nothing of it is approved yet" in manager.get("/sites/ridgeway/rosters/").content.decode()
    answer = manager.post("/sites/ridgeway/rosters/new/", {"start": "2027-07-05", "weeks": "1", "seconds": "9"})
    assert answer.status_code == 422 and not RosterRun.objects.exists()


def test_what_a_process_that_was_killed_had_begun_is_begun_again_once(works: dict[str, Any]) -> None:
    from stockward.web.tasks import begin_again

    run = asked_roster(works["guards_manager"])
    RosterFile.objects.all().delete()
    RosterRun.objects.update(state=RunState.RUNNING, shifts=0)
    begin_again()
    assert RosterRun.objects.get().state == RunState.DONE and content(run, "roster.csv")
    RosterRun.objects.update(state=RunState.RUNNING)
    begin_again()
    assert RosterRun.objects.get().state == RunState.FAILED and "twice" in RosterRun.objects.get().fault


def test_a_roster_that_is_being_made_says_how_far_it_is(works: dict[str, Any]) -> None:
    manager, run = works["guards_manager"], asked_roster(works["guards_manager"])
    RosterRun.objects.update(state=RunState.RUNNING, step="best roster so far: 12 points")
    page = manager.get(f"/sites/ridgeway/rosters/{run.key}/").content.decode()
    assert "best roster so far" in page and 'http-equiv="refresh"' in page and "iframe" not in page
    part = manager.get(f"/sites/ridgeway/rosters/{run.key}/progress/")
    assert "HX-Refresh" not in part.headers and "best roster so far" in part.content.decode()
    RosterRun.objects.update(state=RunState.DONE)
    assert manager.get(f"/sites/ridgeway/rosters/{run.key}/progress/").headers["HX-Refresh"] == "true"
