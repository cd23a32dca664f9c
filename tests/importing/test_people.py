"""Lists of people and of their absences: whom they name, what is kept of it, and what is asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from tests.importing.rows import table

from stockward.book import read_site
from stockward.questions.importing import Imported, Request, import_files

STAFF = (
    "No.;Staff No.;Name;Unit;Job;Ministry/civilian;Since;Until;Hours;Qualifications;Date of birth;Religion\n"
    "1;1001;Ann Rossi;Security;Guard;ministry;01.05.2020;;40;First aid, dogs;13.02.1980;none\n"
    "2;1002;Bo Lind;Security;Guard;civilian;15.05.2021;31.03.2026;38,5;;14.02.1981;none\n"
    "3;1003;Cy Dahl;Melt;Operator;civilian;01.02.2019;31.12.9999;40;;15.02.1982;none\n"
)
LEAVE = (
    "Employee,Leave Type,From Date,To Date,Half Day,Half Day Date,Status,Total Leave Days,Reason\n"
    "Ann Rossi,Annual Leave,2026-02-02,2026-02-06,0,,Approved,5,a wedding\n"
    '"Lind, Bo",Sick Leave,2026-03-02,2026-03-03,1,2026-03-03,Approved,1.5,flu\n'
    "Cy Dahl,Sick Leave,2026-04-02,2026-04-03,0,,Rejected,2,flu\n"
    "Cy Dahl,Sick Leave,2026-04-07,2026-04-07,0,,Open,1,flu\n"
)
ANSWERS: dict[tuple[str, ...], str] = {
    ("source", "staff", "hours"): "hours a week",
    ("source", "staff", "roles", "Operator"): "worker",
    ("source", "staff", "duties"): "not told",
    ("source", "leave", "half_days"): "the afternoon",
}
NAMES = ("Rossi", "Lind", "Dahl")


def text(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def answered(site: Path, files: list[Path], answers: Mapping[tuple[str, ...], str] = ANSWERS) -> Imported:
    """Import with answers, and write what comes of it as the command does."""
    request = Request(files, site, timezone="UTC")
    found = import_files(request)
    while asked := {
        one.about: how
        for one in found.questions
        for path, how in answers.items()
        if one.about[: len(path)] == path and one.about not in request.answers
    }:
        request.answers |= asked
        found = import_files(request)
    (site / "imported").mkdir(parents=True, exist_ok=True)
    for name, content in found.contents.items():
        (site / name).write_text(content, encoding="utf-8", newline="")
    return found


def asked(found: Imported) -> set[tuple[str, ...]]:
    return {one.about for one in found.questions}


def absences(found: Imported) -> set[tuple[str, str, str, str]]:
    return {(row["person"], row["start"], row["end"], row["kind"]) for row in table(found, "absences")}


@pytest.fixture
def both(tmp_path: Path) -> list[Path]:
    return [text(tmp_path, "staff.csv", STAFF), text(tmp_path, "leave.csv", LEAVE)]


def test_people_and_absences_become_tables_that_are_read(tmp_path: Path, both: list[Path]) -> None:
    found = answered(tmp_path / "site", both)
    assert not found.questions
    people = table(found, "people")
    assert [(row["person"], row["role"], row["affiliation"]) for row in people] == [
        ("1001", "guard", "ministry"), ("1002", "guard", "civilian"), ("1003", "worker", "civilian"),
    ]  # fmt: skip
    assert [row["hours_per_week"] for row in people] == ["40", "38.5", "40"]
    assert [row["until"] for row in people] == ["", "2026-03-31", ""]
    assert people[0]["qualifications"] == "First_aid dogs"
    assert people[1]["source"] == "staff.csv row 3"
    assert absences(found) == {
        ("1001", "2026-02-02", "2026-02-06", "leave"), ("1002", "2026-03-02", "2026-03-02", "sick"),
        ("1002", "2026-03-03T12:00:00", "2026-03-03T23:59:59", "sick"),
    }  # fmt: skip
    site = read_site(tmp_path / "site")
    assert not site.problems
    assert site["people"].height == 3


def test_nothing_that_names_or_describes_a_person_is_kept(tmp_path: Path, both: list[Path]) -> None:
    found = answered(tmp_path / "site", both)
    told = "\n".join(found.notices)
    assert "columns that are not read and not kept: No., Date of birth, Religion" in told
    for name, content in found.contents.items():
        if name != "imported/names.csv":
            for private in (*NAMES, "1980", "none", "flu", "wedding"):
                assert private not in content, (name, private)
    assert "names stand in imported/names.csv" in told
    assert found.contents["imported/names.csv"].splitlines()[1:] == [
        "1001,Ann Rossi",
        '1002,"Lind, Bo"',
        "1003,Cy Dahl",
    ]


def test_names_that_no_list_needs_are_not_kept_at_all(tmp_path: Path, both: list[Path]) -> None:
    found = answered(tmp_path / "site", both[:1])
    assert "imported/names.csv" not in found.contents
    assert all(name not in content for name in NAMES for content in found.contents.values())


def test_words_that_settle_nothing_are_asked_and_their_rows_wait(tmp_path: Path, both: list[Path]) -> None:
    found = answered(tmp_path / "site", both, {})
    assert ("source", "staff", "hours") in asked(found)
    assert ("source", "staff", "roles", "Operator") in asked(found)
    assert ("source", "leave", "half_days") in asked(found)
    assert all(row["role"].startswith("? ") for row in table(found, "people"))
    problems = read_site(tmp_path / "site").problems
    assert {one.source for one in problems} >= {"staff.csv row 2", "leave.csv row 3"}


def test_lists_without_numbers_get_codes_that_stay(tmp_path: Path) -> None:
    staff = "Name;Department;Job;Affiliation\nAnn Rossi;Security;Guard;ministry\nBo Lind;Security;Guard;civilian\n"
    leave = "Name,Leave type,From,To\nBo Lind,Vacation,2026-02-16,2026-02-20\n"
    site = tmp_path / "site"
    files = [text(tmp_path, "staff.csv", staff), text(tmp_path, "leave.csv", leave)]
    found = answered(site, files)
    assert [row["person"] for row in table(found, "people")] == ["P001", "P002"]
    assert absences(found) == {("P002", "2026-02-16", "2026-02-20", "leave")}
    more = staff.replace("Ann Rossi", "Eve Holm;Security;Guard;civilian\nAnn Rossi")
    later = answered(site, [text(tmp_path, "more.csv", more)])
    assert {row["person"] for row in table(later, "people")} == {"P001", "P002", "P003"}
    assert "P003,Eve Holm" in later.contents["imported/names.csv"]


def test_a_name_of_nobody_is_asked_about_and_nothing_of_it_is_kept(tmp_path: Path, both: list[Path]) -> None:
    site = tmp_path / "site"
    answered(site, both)
    stranger = text(
        tmp_path, "more.csv", LEAVE.splitlines()[0] + "\nEve Holm,Vacation,2026-05-04,2026-05-08,0,,Approved,5,\n"
    )
    found = answered(site, [stranger])
    assert asked(found) == {("files", "more.csv", "names")}
    assert all("Eve" not in content for content in found.contents.values())
    taken = answered(site, [stranger], {("files", "more.csv", "names"): "they are people of their own"})
    assert ("P001", "2026-05-04", "2026-05-08", "leave") in absences(taken)


def test_two_people_of_one_name_are_set_aside(tmp_path: Path) -> None:
    staff = "Name;Department;Job;Affiliation\nAnn Rossi;Security;Guard;ministry\nRossi, Ann;Melt;Guard;civilian\n"
    found = answered(tmp_path / "site", [text(tmp_path, "staff.csv", staff)])
    assert [why for _, why in found.set_aside] == ["several people have this name: give them numbers"] * 2
    assert all(row["role"].startswith("?") for row in table(found, "people"))


def test_whoever_is_no_more_in_the_list_is_asked_about(tmp_path: Path, both: list[Path]) -> None:
    site = tmp_path / "site"
    long = STAFF + "".join(
        f"{n};10{n:02d};Person {n};Security;Guard;civilian;01.02.2019;;40;;15.02.1982;none\n" for n in range(4, 10)
    )
    answered(site, [text(tmp_path, "staff.csv", long)])
    shorter = text(
        tmp_path, "staff.csv", "".join(line for line in long.splitlines(keepends=True) if ";1001;" not in line)
    )
    found = answered(site, [shorter])
    (path,) = asked(found)
    assert path[2] == "left"
    row = next(row for row in table(found, "people") if row["person"] == "1001")
    assert row["role"] == "? guard"
    left = answered(site, [shorter], {path: "2026-06-30"})
    row = next(row for row in table(left, "people") if row["person"] == "1001")
    assert (row["role"], row["until"]) == ("guard", "2026-06-30")
    again = answered(site, [shorter])
    assert not again.questions
    assert next(row for row in table(again, "people") if row["person"] == "1001")["until"] == "2026-06-30"


def test_a_row_that_says_other_things_is_asked_about(tmp_path: Path, both: list[Path]) -> None:
    site = tmp_path / "site"
    answered(site, both)
    changed = text(tmp_path, "staff.csv", STAFF.replace("1002;Bo Lind;Security", "1002;Bo Lind;Melt"))
    found = answered(site, [changed])
    assert {path[0] for path in asked(found)} == {"differences"}
    taken = answered(site, [changed], {("differences",): "the new file"})
    assert next(row for row in table(taken, "people") if row["person"] == "1002")["department"] == "Melt"


def test_rows_written_by_hand_stay_beside_imported_people(tmp_path: Path, both: list[Path]) -> None:
    site = tmp_path / "site"
    answered(site, both)
    path = site / "people.csv"
    content = path.read_text(encoding="utf-8").replace("Melt", "Boiler house") + "2001,guard,civilian" + "," * 12 + "\n"
    path.write_text(content, encoding="utf-8")
    found = answered(site, both)
    rows = {row["person"]: row for row in table(found, "people")}
    assert rows["2001"]["role"] == "guard"
    assert rows["1003"]["department"] == "Boiler house"


def calendar(path: Path, title: str, rows: Mapping[str, Mapping[int, str]], days: int = 31) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Leave"
    sheet.append([title])
    sheet.append(["Staff No.", "Name", *range(1, days + 1)])
    sheet.append(["", "", *(["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"] * 5)[:days]])
    for person, signs in rows.items():
        sheet.append([*person.split("/"), *(signs.get(day, "") for day in range(1, days + 1))])
    sheet.append(["U = leave, K = sick"])
    book.save(path)
    return path


SIGNS = {
    ("source", "Leave", "kinds", "U"): "leave",
    ("source", "Leave", "kinds", "K"): "sick",
    ("source", "Leave", "kinds", "x"): "leave out",
}


def test_a_calendar_has_a_row_for_each_run_of_days(tmp_path: Path) -> None:
    rows = {"1001/Ann Rossi": {5: "U", 6: "U", 7: "U", 9: "U", 20: "K"}, "1002/Bo Lind": {1: "x", 2: "x"}}
    path = calendar(tmp_path / "leave.xlsx", "Urlaub Januar 2026", rows)
    found = answered(tmp_path / "site", [path], SIGNS)
    assert not found.questions
    assert absences(found) == {
        ("1001", "2026-01-05", "2026-01-07", "leave"), ("1001", "2026-01-09", "2026-01-09", "leave"),
        ("1001", "2026-01-20", "2026-01-20", "sick"),
    }  # fmt: skip
    assert {row["source"] for row in table(found, "absences")} == {"leave.xlsx[Leave] row 4"}
    assert all("Rossi" not in content for content in found.contents.values())


def test_a_calendar_of_no_known_month_waits_for_it(tmp_path: Path) -> None:
    path = calendar(tmp_path / "leave.xlsx", "Leave", {"1001/Ann Rossi": {28: "U", 29: "U"}})
    found = answered(tmp_path / "site", [path], SIGNS)
    assert {about[:3] for about in asked(found)} == {("files", "leave.xlsx[Leave]", "month")}
    assert not table(found, "absences")
    month = {("files", "leave.xlsx[Leave]", "month"): "2026-02"}
    dated = answered(tmp_path / "site", [path], SIGNS | month)
    assert [why for _, why in dated.set_aside] == [
        "start a cell is no date: write it as 2026-06-30; end a cell is no date: write it as 2026-06-30"
    ]
    assert ("1001", "2026-02-28", "2026-02-28", "leave") in absences(dated)


def test_hours_in_a_grid_are_no_calendar_of_leave(tmp_path: Path) -> None:
    path = calendar(tmp_path / "hours.xlsx", "January 2026", {})
    book = openpyxl.load_workbook(path)
    for day in range(1, 32):
        book["Leave"].cell(row=4, column=day + 2, value=8)
    book["Leave"]["A4"], book["Leave"]["B4"] = "1001", "Ann Rossi"
    book.save(path)
    found = answered(tmp_path / "site", [path])
    assert not table(found, "absences")
    assert all("Rossi" not in content for content in found.contents.values())


def test_attendance_of_single_days(tmp_path: Path) -> None:
    lines = (
        "ID,Employee,Employee Name,Attendance Date,Status,Leave Type\n"
        "A1,HR-EMP-00001,Ann Rossi,2026-03-02,Present,\nA2,HR-EMP-00001,Ann Rossi,2026-03-03,On Leave,Sick Leave\n"
        "A3,HR-EMP-00002,Bo Lind,2026-03-03,Half Day,Annual Leave\n"
    )
    answers = {("source", "attendance", "half_days"): "the morning"}
    found = answered(tmp_path / "site", [text(tmp_path, "attendance.csv", lines)], answers)
    assert absences(found) == {
        ("HR-EMP-00001", "2026-03-03", "2026-03-03", "sick"),
        ("HR-EMP-00002", "2026-03-03", "2026-03-03T12:00:00", "leave"),
    }


def test_moments_of_a_program_in_utc(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    first, last = datetime(2026, 3, 1, 22), datetime(2026, 3, 3, 22)  # noqa: DTZ001
    for row in (
        ["Employee", "Time Off Type", "Start Date", "End Date", "Status", "Description"],
        ["Ann Rossi", "Paid Time Off", first, last, "Approved", "*****"],
        ["Bo Lind", "Sick Time Off", first, last, "Second Approval", "*****"],
    ):  # fmt: skip
        book.active.append(row)
    book.save(tmp_path / "hr.leave.xlsx")
    request = Request([tmp_path / "hr.leave.xlsx"], tmp_path / "site", timezone="Asia/Seoul")
    found = import_files(request)
    (question,) = (one for one in found.questions if one.about[-1] == "times")
    request.answers[question.about] = "UTC"
    found = import_files(request)
    assert [(row["start"], row["end"]) for row in table(found, "absences")] == [
        ("2026-03-02T07:00:00+09:00", "2026-03-04T07:00:00+09:00")
    ]


def test_infotypes_with_open_ends_in_german(tmp_path: Path) -> None:
    sap = (
        "Pers.Nr.;Beginn;Ende;Abwesenheitsart;Kalendertage\n"
        "00001001;02.02.2026;13.02.2026;Urlaub;12\n00001001;01.03.2026;28.02.2026;Urlaub;5\n"
    )
    found = answered(tmp_path / "site", [text(tmp_path, "pa2001.csv", sap)])
    assert ("00001001", "2026-02-02", "2026-02-13", "leave") in absences(found)
    assert [why for _, why in found.set_aside] == ["it ends before it begins"]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("1001,Vacation,2026-02-02,2026-02-06,9", "it says 9 days, and from 2026-02-02 to 2026-02-06 are 5"),
        ("1001,Vacation,2026-02-02,,9", "no last day"),
        ("1001,Vacation,,2026-02-06,1", "no first day"),
        (",Vacation,2026-02-02,2026-02-06,5", "no person"),
        ("1001,Vacation,2026-02-02,2026-02-06,4.5", "it has half a day, and does not say which of its days that is"),
    ],
)
def test_absences_at_fault(tmp_path: Path, line: str, why: str) -> None:
    lines = f"Personnel no,Leave type,From,To,Days\n1002,Vacation,2026-02-09,2026-02-13,5\n{line}\n"
    found = answered(tmp_path / "site", [text(tmp_path, "leave.csv", lines)])
    assert [reason for _, reason in found.set_aside] == [why]
    assert sum(kind.startswith("?") for *_, kind in absences(found)) == 1


def test_a_plain_list_of_names_is_asked_about_before_a_cell_is_kept(tmp_path: Path) -> None:
    plain = text(tmp_path, "list.csv", "Nr;Name;Department\n7;Ann Rossi;Security\n9;Bo Lind;Melt\n")
    found = answered(tmp_path / "site", [plain])
    assert asked(found) == {("files", "list.csv", "people")}
    assert all("Rossi" not in content for content in found.contents.values())
    people = {("files", "list.csv", "people"): "it is of people", ("source",): "guard"}
    taken = answered(tmp_path / "site", [plain], people)
    assert [row["person"] for row in table(taken, "people")] == ["7", "9"]


def test_a_ledger_with_a_column_of_employees_is_no_list_of_people(tmp_path: Path) -> None:
    ledger = "Date,Item,Store,In,Out,Unit,Employee,Department\n2026-01-13,TNT,A,5,,kg,1001,Melt\n"
    found = answered(
        tmp_path / "site",
        [text(tmp_path, "ledger.csv", ledger)],
        {("areas", "kind"): "store", ("source", "ledger"): "no column"},
    )
    assert [row["quantity"] for row in table(found, "movements")] == ["5"]
    assert "people.csv" not in found.contents


def test_a_broken_key_of_names_is_told(tmp_path: Path, both: list[Path]) -> None:
    from stockward.terms.errors import SiteError

    answered(tmp_path / "site", both)
    (tmp_path / "site" / "imported" / "names.csv").write_text("who\nAnn\n", encoding="utf-8")
    with pytest.raises(SiteError, match="this is no key with a person and a name in each row"):
        import_files(Request(both, tmp_path / "site"))


def test_dates_of_leaving_in_words_are_no_dates(tmp_path: Path) -> None:
    staff = STAFF.replace("31.03.2026", "permanent")
    found = answered(tmp_path / "site", [text(tmp_path, "staff.csv", staff)])
    assert [row["until"] for row in table(found, "people")] == ["", "", ""]
    assert date.fromisoformat(table(found, "people")[0]["since"]) == date(2020, 5, 1)
