"""What a roster is written as: flat CSV, JSON, iCalendar, workbook and page, and the command that writes them."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from guard_sites import guards, post, roster, small_site
from xlsxwriter import Workbook

from stockward.answers.roster import RosterAnswer
from stockward.book import Site
from stockward.cli import main
from stockward.report.roster.calendars import calendar_of, write_calendars
from stockward.report.roster.context import RosterPage
from stockward.report.roster.files import (
    ROSTER_COLUMNS,
    read_earlier_roster,
    write_roster_csv,
    write_roster_json,
)
from stockward.report.roster.page import build_roster_page, write_roster_html
from stockward.report.roster.sheets import write_roster_xlsx
from stockward.terms.errors import SheetError


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("outputs")


@pytest.fixture(scope="module")
def site(folder: Path) -> Site:
    people = guards(9)
    people[0]["person"] = "=1+1"
    return small_site(folder / "site", people, [post("gate", name="Main gate, über alles"), post("store")])


@pytest.fixture(scope="module")
def made(site: Site) -> RosterAnswer:
    return roster(site)


def test_the_flat_file_has_a_row_a_shift_and_runs_nothing(made: RosterAnswer) -> None:
    rows = list(csv.reader(io.StringIO(write_roster_csv(made))))
    assert tuple(rows[0]) == ROSTER_COLUMNS
    assert len(rows) - 1 == len(made.duties) == 42
    assert sum(float(row[6]) for row in rows[1:]) == 42 * 8
    assert {row[0] for row in rows[1:] if "1+1" in row[0]} == {"'=1+1"}


def test_the_flat_file_is_read_back_as_an_earlier_roster(made: RosterAnswer, tmp_path: Path) -> None:
    file = tmp_path / "roster.csv"
    file.write_text(write_roster_csv(made), encoding="utf-8")
    assert read_earlier_roster(file, made.timezone)[0] == {(duty.person, duty.start): duty.post for duty in made.duties}


@pytest.mark.parametrize("code", ['"', "'x", "''", "007", "1E5", "1-2", "=1+1", "\u2212x", "é,;"])
def test_any_code_of_a_site_survives_the_flat_file(made: RosterAnswer, tmp_path: Path, code: str) -> None:
    duties = tuple(
        dataclasses.replace(duty, person=code) for duty in made.duties if duty.person == made.duties[0].person
    )
    file = tmp_path / "roster.csv"
    file.write_bytes(write_roster_csv(dataclasses.replace(made, duties=duties)).encode())
    assert read_earlier_roster(file, made.timezone)[0] == {(code, duty.start): duty.post for duty in duties}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("person,start\nG-1,2026-07-06T06:00+02:00\n", "the required column post is missing"),
        ("person,post,start\nG-1,gate,yesterday\n", "row 2, start: this is no ISO 8601 date"),
        ("person,post,start\nG-1,gate,\n", "row 2, start: it is blank and must be given"),
        ("person,post,start\nG-1,gate,2026-10-25T02:30\n", "row 2, start: the change of clocks makes this time happen"),
        ("person,post,start\nG-1,gate\n", "row 2: it has 2 cells and the header 3: complete the row"),
        ("person,post,start\n" + 2 * "G-1,gate,2026-07-06T06:00+02:00\n", "row 3: G-1 begins twice"),
    ],
)
def test_an_earlier_roster_that_is_none(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "earlier.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SheetError, match=words) as said:
        read_earlier_roster(file, "Europe/Berlin")
    assert "\n" not in str(said.value)


def test_the_workbook_is_read_back_as_an_earlier_roster(made: RosterAnswer, tmp_path: Path) -> None:
    file = tmp_path / "roster.xlsx"
    write_roster_xlsx(made, file)
    shifts = {(duty.person, duty.start): duty.post for duty in made.duties}
    assert read_earlier_roster(file, made.timezone) == (shifts, ())


def test_another_workbook_is_refused_with_its_mend(tmp_path: Path) -> None:
    file = tmp_path / "mine.xlsx"
    with Workbook(str(file)) as book:
        book.add_worksheet("Plan").write_row(0, 0, ["person", "post", "start"])
    with pytest.raises(SheetError, match="call the sheet with person, post and start shifts"):
        read_earlier_roster(file, "UTC")


def test_the_document_has_every_field_of_the_answer(made: RosterAnswer) -> None:
    document = json.loads(write_roster_json(made))
    assert document["schema"] == "stockward.roster/1"
    fields = {field.name for field in dataclasses.fields(RosterAnswer)}
    inside, stated = {"version", "at", "seed", "options", "timezone"}, {"overtime"}
    assert set(document) == (fields - inside - stated) | {"schema", "generated"}
    assert len(document["duties"]) == 42
    assert document["duties"][0]["start"].endswith("+02:00")


def test_a_calendar_is_folded_escaped_and_in_utc(made: RosterAnswer) -> None:
    person = next(duty.person for duty in made.duties if duty.post == "gate")
    text = calendar_of(made, person)
    lines = text.split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert all(len(line.encode()) <= 75 for line in lines)
    events = text.replace("\r\n ", "").split("BEGIN:VEVENT")[1:]
    mine = [duty for duty in made.duties if duty.person == person]
    assert len(events) == len(mine)
    starts = [re.search(r"DTSTART:(\d{8}T\d{6})Z", event) for event in events]
    read = [datetime.strptime(one[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC) for one in starts if one]
    assert read == [duty.start for duty in mine]
    assert any("SUMMARY:Main gate\\, über alles" in event for event in events)


def test_each_person_has_a_calendar_of_their_own(made: RosterAnswer, tmp_path: Path) -> None:
    paths = write_calendars(made, tmp_path / "ics", {})
    assert len(paths) == len(made.guards)
    assert all(re.fullmatch(r"[\w.-]+\.ics", path.name) for path in paths)


def test_a_workbook_has_every_shift_and_no_formula(made: RosterAnswer, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    file = tmp_path / "roster.xlsx"
    write_roster_xlsx(made, file)
    book = load_workbook(file)
    assert book.sheetnames == ["people", "posts", "fairness", "coverage", "shifts", "about"]
    assert book["shifts"].max_row == 43
    people = [row[0].value for row in book["people"].iter_rows(min_row=2, max_row=10)]
    assert people == [one.person for one in made.guards]
    codes = [
        cell.value for row in book["people"].iter_rows(min_row=2, max_row=10, min_col=2, max_col=8) for cell in row
    ]
    assert sum(bool(code) for code in codes) == 42
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    again = tmp_path / "again.xlsx"
    write_roster_xlsx(made, again)
    assert file.read_bytes() == again.read_bytes()


def test_the_page_shows_every_guard_post_and_field(made: RosterAnswer) -> None:
    page = build_roster_page(made)
    html = write_roster_html(made)
    assert len(page.month) == 9
    assert sum(bool(cell.code) for row in page.month for cell in row.cells) == 42
    assert {sheet.code for sheet in page.posts} == {"gate", "store"}
    assert all(field.name in {one.name for one in dataclasses.fields(RosterPage)} for field in dataclasses.fields(page))
    assert "Every post of every shift is filled: 9 guards for 2 places at a time, 37 of 40 contract hours" in html
    assert "<script" not in html
    assert "http" not in html.replace("http-equiv", "")


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["roster", *arguments])
    return result.exit_code, result.stdout, result.stderr


def test_the_command_writes_what_it_is_asked_for(site: Site, folder: Path, tmp_path: Path) -> None:
    files = {name: str(tmp_path / f"r.{name}") for name in ("html", "xlsx", "csv", "json")}
    given = [part for name, file in files.items() for part in (f"--{name}", file)]
    code, out, _ = run(str(folder / "site"), "--start", "2026-07-06", "--weeks", "1", "--deterministic", "600", *given)
    assert code == 0
    assert "Every post of every shift is filled" in out
    assert all(Path(file).stat().st_size for file in files.values())
    again = tmp_path / "again.csv"
    run(str(folder / "site"), "--start", "2026-07-06", "--weeks", "1", "--deterministic", "600", "--csv", str(again))
    assert again.read_bytes() == Path(files["csv"]).read_bytes()


def test_an_impossible_roster_ends_with_4_and_says_why(tmp_path: Path) -> None:
    small_site(tmp_path / "few", guards(2), [post("gate")])
    html, csv = tmp_path / "few.html", tmp_path / "few.csv"
    where, files = str(tmp_path / "few"), ("--html", str(html), "--csv", str(csv))
    code, out, said = run(where, "--start", "2026-07-06", "--weeks", "1", "--deterministic", "200", *files)
    assert code == 4
    assert not csv.exists()
    assert f"{csv}: not written, since there is no roster" in said
    assert "No roster fills these posts within the rules." in out
    assert "What stands in the way" in html.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--weeks", "1"], "needs its first day"),
        (["--start", "2026-07-06", "--weeks", "0"], "1 to 26 weeks, not 0"),
        (["--start", "2026-07-06", "--number", "gate"], "says no number of a post"),
        (["--start", "2026-07-06", "--number", "nowhere=1"], "there is no post 'nowhere'"),
        (["--start", "2026-07-06", "--previous", "missing.csv"], "missing.csv"),
    ],
)
def test_wrong_use_is_one_line_and_2(site: Site, folder: Path, arguments: list[str], words: str) -> None:
    code, _, said = run(str(folder / "site"), *arguments)
    assert code == 2
    assert words in said
    assert said.count("\n") == 1
