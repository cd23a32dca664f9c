"""Planned against worked hours, the sheet with names, and both by the face: what a duty officer needs each day."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from guard_sites import MONDAY, guards, locked_at, post, roster, small_site

import stockward as sw
from stockward.cli import main

NAMES = {"G-01": "Abel Quist", "G-02": 'Bo "Ox" Ørn', "G-03": "Çelik, Dîna", "G-04": "Abel Quist", "G-09": "Zed Xu"}
WORDS = ("Abel", "Quist", "Ørn", "Çelik", "Dîna", "Zed")


def run(*arguments: object) -> Any:
    return CliRunner().invoke(main, ["roster", *map(str, arguments)])


def plan(folder: Path) -> Path:
    """A roster in a file: G-01 to G-05 stand at the gate from 08:00, each on a day, G-01 and G-02 on more."""
    shifts = [(f"G-{number + 1:02d}", MONDAY + timedelta(days=number)) for number in range(5)]
    shifts += [("G-01", MONDAY + timedelta(days=5)), ("G-01", MONDAY + timedelta(days=6))]
    shifts.append(("G-02", MONDAY + timedelta(days=5)))
    rows = "\n".join(f"{person},gate,{day}T08:00+02:00" for person, day in shifts)
    (folder / "roster.csv").write_text(f"person,post,start\n{rows}\n", encoding="utf-8")
    return folder / "roster.csv"


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A roster, and what was worked of it up to Thursday: one longer, one by another, one twice, one not locked."""
    folder = tmp_path_factory.mktemp("works")
    worked = [
        {**locked_at("G-01", "gate", "2026-07-06 08:00"), "end": "2026-07-06 17:30"},
        locked_at("G-06", "gate", "2026-07-07 08:00"),
        {**locked_at("G-03", "gate", "2026-07-08 08:30"), "end": "2026-07-08 11:00"},
        {**locked_at("G-03", "gate", "2026-07-08 12:00"), "end": "2026-07-08 16:00"},
        {**locked_at("G-04", "gate", "2026-07-09 08:00"), "locked": "no"},
        locked_at("G-05", "gate", "2026-07-10 08:00"),
    ]
    small_site(folder / "site", guards(8), [post("gate", name="Main gate")], assignments=worked)
    return folder / "site", plan(folder)


def test_planned_and_worked_hours_are_those_counted_by_hand(works: tuple[Path, Path], tmp_path: Path) -> None:
    site, file = works
    asked = (site, "--previous", file, "--worked", "2026-07-09")
    result = run(*asked, "--json", tmp_path / "hours.json", "--csv", tmp_path / "hours.csv")
    assert result.exit_code == 0, result.output
    document = json.loads((tmp_path / "hours.json").read_text(encoding="utf-8"))
    assert document["schema"] == "stockward.hours/1"
    assert (document["start"], document["weeks"], document["until"]) == ("2026-07-06", 1, "2026-07-09")
    by_code = {one["person"]: one for one in document["guards"]}
    expected = {  # planned, worked, missed, added, ahead
        "G-01": (8, 9.5, 0, 0, 16), "G-02": (8, 0, 1, 0, 8), "G-03": (8, 6.5, 0, 0, 0), "G-04": (8, 0, 1, 0, 0),
        "G-05": (0, 0, 0, 0, 8), "G-06": (0, 8, 0, 1, 0), "G-07": (0, 0, 0, 0, 0), "G-08": (0, 0, 0, 0, 0),
    }  # fmt: skip
    names = ("planned", "worked", "missed", "added", "ahead")
    assert {code: tuple(one[name] for name in names) for code, one in by_code.items()} == expected
    assert all(one["difference"] == one["worked"] - one["planned"] for one in by_code.values())
    assert all(one["contract"] == 40 for one in by_code.values())
    assert [(one["person"], one["planned"], one["worked"]) for one in document["apart"]] == [
        ("G-01", 8, 9.5), ("G-02", 8, 0), ("G-06", 0, 8), ("G-03", 8, 6.5), ("G-04", 8, 0),
    ]  # fmt: skip
    said = " ".join(result.stdout.split())
    assert "24 hours worked of 32 planned, 8 guards: 3 short, 2 over." in said
    assert "1 assignment is not locked, and so not worked" in said
    with (tmp_path / "hours.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [float(row["worked"]) for row in rows] == [by_code[row["person"]]["worked"] for row in rows]


def test_without_a_file_the_assignments_are_the_plan(works: tuple[Path, Path]) -> None:
    result = run(works[0], "--start", MONDAY, "--weeks", 1, "--worked", "2026-07-09", "--json", "-")
    found = {one["person"]: one for one in json.loads(result.stdout)["guards"]}
    # At 08:30 and 12:00 no shift of the gate begins: nothing was planned then.
    assert (found["G-03"]["planned"], found["G-03"]["worked"], found["G-03"]["added"]) == (0, 6.5, 2)
    assert (found["G-01"]["planned"], found["G-01"]["worked"]) == (8, 9.5)
    assert (found["G-04"]["planned"], found["G-04"]["worked"]) == (8, 0)
    assert found["G-05"]["ahead"] == 8


@pytest.mark.parametrize(("words", "said"), [
    (("--worked", "2026-07-05"), "lies before the roster, which begins on 2026-07-06"),
    (("--worked", "2026-07-09", "--html", "x.html"), "--html is for a new roster"),
    (("--worked", "2026-07-09", "--replace", "G-01", "--on", "2026-07-06"), "--replace and --worked are two questions"),
    (("--worked", "2026-07-09", "--start", "2027-07-06"), "2026-07-09 lies before the roster"),
    (("--worked", "2027-07-09", "--start", "2027-07-06"), "no assignment from 2027-07-06 to 2027-07-09 is on record"),
])  # fmt: skip
def test_hours_that_cannot_be_told_are_said_in_one_line(
    works: tuple[Path, Path], words: tuple[str, ...], said: str
) -> None:
    result = run(works[0], "--previous", works[1], *words)
    assert result.exit_code == 2
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert "--start 2026-07-06" in run(works[0], "--worked", "2026-07-09").stderr


def names_file(folder: Path, text: str | None = None) -> Path:
    file = folder / "names.csv"
    if text is None:
        lines = io.StringIO()
        csv.writer(lines).writerows([("person", "name"), *NAMES.items()])
        text = lines.getvalue()
    file.write_text(text, encoding="utf-8")
    return file


def texts_in(path: Path) -> Iterator[str]:
    """Everything that is written in a file, or in what is zipped in it."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as parts:
            yield from (parts.read(name).decode("utf-8", "replace") for name in parts.namelist())
    else:
        yield path.read_bytes().decode("utf-8", "replace")


def test_names_enter_the_sheet_and_no_other_output(works: tuple[Path, Path], tmp_path: Path) -> None:
    names = names_file(tmp_path)
    out = tmp_path / "out"
    out.mkdir()
    result = run(
        works[0], "--start", "2026-07-13", "--weeks", 1, "--deterministic", 20, "--names", names,
        "--sheet", out / "sheet.html", "--html", out / "page.html", "--xlsx", out / "book.xlsx",
        "--csv", out / "flat.csv", "--json", out / "answer.json", "--ics", out / "calendars",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    files = [file for file in out.rglob("*") if file.is_file()]
    assert len(files) == 5 + 8
    for file in files:
        held = {word for word in WORDS if any(word in text for text in texts_in(file))}
        assert bool(held) is (file.name == "sheet.html"), file
    said = result.output
    assert not any(word in said for word in WORDS)
    assert "4 guards of this roster have no name in the file" in said
    sheet = (out / "sheet.html").read_text(encoding="utf-8")
    assert "Abel Quist (G-01)" in sheet and "Abel Quist (G-04)" in sheet, "two of one name have their codes beside it"
    assert "Bo &#34;Ox&#34; Ørn" in sheet
    assert "Çelik, Dîna" in sheet and "G-03" not in sheet
    assert "Zed" not in sheet, "who is not on the roster"
    assert "G-08" in sheet


def test_the_sheet_of_a_roster_in_force_needs_no_search(works: tuple[Path, Path], tmp_path: Path) -> None:
    site, file = works
    sheet = tmp_path / "sheet.html"
    result = run(site, "--previous", file, "--names", names_file(tmp_path), "--sheet", sheet)
    assert result.exit_code == 0, result.output
    page = sheet.read_text(encoding="utf-8")
    assert "Main gate" in page
    # G-06 is locked on Tuesday, beside what the file has.
    assert all(one in page for one in ("Çelik, Dîna", "Abel Quist (G-01)", "G-05", "G-06"))
    assert run(site, "--names", tmp_path / "names.csv").exit_code == 2
    refused = run(site, "--previous", file, "--names", names_file(tmp_path), "--sheet", sheet, "--csv", "-")
    assert (refused.exit_code, "--csv is for a new roster" in refused.stderr) == (2, True)


@pytest.mark.parametrize(("text", "said"), [
    ("G-01,Abel Quist\n", "it is no table of names: save it as CSV UTF-8, with the header person,name"),
    ("person,nom\nG-01,Abel Quist\n", "it is no table of names"),
    ("", "it is no table of names"),
    ("person,name\nG-01,Quist, Abel\n", "row 2: it is not a code and a name: put a name with a comma in it"),
    ("person,name\nG-01,Abel Quist\nG-01,Abel Quist\n", "row 3: the guard of this row has a name already"),
    ("person,name\n,Abel Quist\n", "row 2: the name has no code of a guard"),
    ("person,name\nG-01,\n", "there is no name in it"),
])  # fmt: skip
def test_a_file_of_names_that_cannot_be_taken_is_said_without_a_name(
    works: tuple[Path, Path], tmp_path: Path, text: str, said: str
) -> None:
    sheet = tmp_path / "sheet.html"
    result = run(works[0], "--previous", works[1], "--names", names_file(tmp_path, text), "--sheet", sheet)
    assert result.exit_code == 2
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not any(word in result.output for word in WORDS)
    assert not sheet.exists()


def test_names_that_another_program_saved_are_read(works: tuple[Path, Path], tmp_path: Path) -> None:
    text = '\ufeffname;person\r\n"Çelik, Dîna";"G-03"\r\n;G-04\r\n'
    result = run(
        works[0], "--previous", works[1], "--names", names_file(tmp_path, text), "--sheet", tmp_path / "sheet.html"
    )
    assert result.exit_code == 0, result.output
    assert "Çelik, Dîna" in (tmp_path / "sheet.html").read_text(encoding="utf-8")


def test_the_face_asks_what_the_command_does(works: tuple[Path, Path], tmp_path: Path) -> None:
    site, file = works
    hours = sw.worked_hours(site, until="2026-07-09", previous=file)
    standing = sw.stand_ins(site, "G-02", on="2026-07-07", previous=file)
    swap = sw.swap(site, "G-02:2026-07-07", "G-04:2026-07-09", previous=file)
    asked: dict[str, tuple[Any, tuple[str, ...]]] = {
        "hours": (hours, ("--worked", "2026-07-09")),
        "replacement": (standing, ("--replace", "G-02", "--on", "2026-07-07")),
        "swap": (swap, ("--swap", "G-02:2026-07-07", "G-04:2026-07-09")),
    }
    for answer, words in asked.values():
        answer.to_json(tmp_path / "answer.json")
        own = json.loads((tmp_path / "answer.json").read_text(encoding="utf-8"))
        said = json.loads(run(site, "--previous", file, *words, "--json", "-").stdout)
        assert own["generated"].pop("at") and said["generated"].pop("at")
        assert own == said
        assert repr(answer).startswith("Small works: ")
    assert hours.guards["worked"].sum() == 24
    assert hours.apart.height == 5
    assert standing.stand_ins["person"].to_list() == [one.person for one in standing.answers.shifts[0].stand_ins]
    assert swap.allowed and swap.breaks.height == len(swap.answers.breaks)
    swap.to_csv(tmp_path / "after.csv")
    assert "G-04,ministry,gate,1,2026-07-07T08:00+02:00" in (tmp_path / "after.csv").read_text(encoding="utf-8")
    hours.to_csv(tmp_path / "hours.csv")
    worse = sw.swap(site, "G-02:2026-07-07", "G-01:2026-07-11", previous=file)
    assert not worse.allowed, "G-02 stands there on Saturday, too"
    assert worse.breaks["rule"].to_list()[0] == "one_shift_a_day"
    with pytest.raises(sw.UsageError, match="breaks a rule"):
        worse.to_csv(tmp_path / "worse.csv")


def test_the_face_writes_the_sheet_of_a_roster_it_made(works: tuple[Path, Path], tmp_path: Path) -> None:
    made = sw.Roster(roster(sw.read_site(works[0]), start=MONDAY + timedelta(days=7), rounds=20))
    made.to_sheet(tmp_path / "sheet.html", names=names_file(tmp_path))
    assert "Çelik, Dîna" in (tmp_path / "sheet.html").read_text(encoding="utf-8")
    made.to_json(tmp_path / "answer.json")
    assert not any(word in (tmp_path / "answer.json").read_text(encoding="utf-8") for word in WORDS)
    with pytest.raises(sw.SheetError, match="there is no name in it"):
        made.to_sheet(tmp_path / "none.html", names=names_file(tmp_path, "person,name\n"))


def test_a_broken_rule_is_told_of_a_guard_without_the_code(tmp_path: Path) -> None:
    rows = [
        {"person": person, "post": "gate", "start": f"2026-07-{day:02d} {hour:02d}:00"}
        for person, day, hour in (("G-01", 8, 8), ("G-02", 8, 16), ("G-03", 8, 8), ("G-03", 7, 8), ("G-02", 7, 8))
    ]
    small_site(tmp_path, guards(4), [post("gate", guards=2)], rules={"max_same_pair": 1}, assignments=rows)
    result = run(tmp_path, "--replace", "G-01", "--on", "2026-07-08", "--json", "-")
    broken = {one["person"]: one["breaks"] for one in json.loads(result.stdout)["shifts"][0]["stand_ins"]}
    assert {one["text"] for one in broken["G-02"]} == {
        "begins 2 shifts on 2026-07-08", "stands with G-03 2 times in 28 days from 2026-07-07 on, at most 1"
    }  # fmt: skip
    assert {one["words"] for one in broken["G-02"]} == {
        "G-02 begins 2 shifts on 2026-07-08",
        "G-02 and G-03 meet 2 times in 28 days from 2026-07-07 on, at most 1",
    }
    said = " ".join(run(tmp_path, "--replace", "G-01", "--on", "2026-07-08").stdout.split())
    assert "G-02: begins 2 shifts on 2026-07-08; stands with G-03 2 times" in said


def test_a_replacement_loads_neither_reviews_nor_the_search(works: tuple[Path, Path]) -> None:
    script = (
        "import sys\nfrom stockward.cli import main\n"
        "try:\n    main()\nexcept SystemExit as ended:\n    assert ended.code == 0, ended.code\n"
        "loaded = [name for name in sys.modules if name.startswith(('ortools', 'scipy', 'stockward.report.review',\n"
        "    'stockward.roster.infeasible', 'stockward.roster.site.making', 'stockward.balance'))]\n"
        "assert not loaded, loaded"
    )
    words = ["roster", str(works[0]), "--previous", str(works[1]), "--replace", "G-02", "--on", "2026-07-07"]
    done = subprocess.run(
        [sys.executable, "-c", script, *words, "--quiet"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
