"""Bad input of rosters: one line that says what, where and the mend, or a clear answer; never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from guard_sites import GENERATED, MONDAY, RULES, Rows, guards, locked_at, post, roster, small_site
from test_roster_command import EASY

import stockward
from stockward import cli
from stockward.book import Site, read_site
from stockward.report.roster.files import read_earlier_roster, write_roster_csv
from stockward.report.roster.sentences import roster_headline
from stockward.terms.conclusions import Conclusion
from stockward.terms.errors import SheetError, UsageError
from stockward.terms.verdicts import Solved

ALWAYS = ("--start", "2026-07-06", "--weeks", "1", "--deterministic", "60", "--quiet")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good site."""
    folder = tmp_path_factory.mktemp("good")
    small_site(folder, guards(6), [post("gate")])
    return folder


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(cli.main, ["roster", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def refused(*arguments: object) -> str:
    """What is said of a question that cannot be asked so: one line, and nothing else."""
    result = run(*arguments)
    assert result.exit_code == Conclusion.WRONG_USE, result.output
    assert result.stdout == ""
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    return result.stderr


def read_again(folder: Path, file: str, old: str, new: str) -> Site:
    """The site once more, with a word of a file replaced."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    return read_site(folder)


# The question.


@pytest.mark.parametrize("weeks", ["0", "-1", "27"])
def test_weeks_out_of_range(folder: Path, weeks: str) -> None:
    assert f"1 to 26 weeks, not {weeks}" in refused(folder, "--start", "2026-07-06", "--weeks", weeks)


@pytest.mark.parametrize("seconds", ["nan", "inf", "1e300"])
def test_a_time_that_is_none(folder: Path, seconds: str) -> None:
    assert "no number of seconds" in refused(folder, "--start", "2026-07-06", "--time", seconds)


@pytest.mark.parametrize("start", ["1960-01-01", "9999-12-31"])
def test_a_day_on_which_no_roster_starts(folder: Path, start: str) -> None:
    assert f"{start} is no day to start a roster on" in refused(folder, "--start", start)


def test_neither_a_site_nor_an_instance() -> None:
    assert "name a SITE, or an instance" in refused("--weeks", "1")


OF_A_SITE = [
    ("--weeks", "4"), ("--start", "2026-07-06"), ("--number", "gate=1"), ("--previous", "x.csv"), ("--html", "x.html"),
    ("--xlsx", "x.xlsx"), ("--ics", "x"), ("--json", "-"),
]  # fmt: skip


@pytest.mark.parametrize("option", OF_A_SITE, ids=lambda option: str(option[0]))
def test_an_option_of_a_site_beside_an_instance(tmp_path: Path, option: tuple[str, str]) -> None:
    instance = tmp_path / "Instance.txt"
    instance.write_text(EASY, encoding="utf-8")
    assert f"{option[0]} is for the roster of a SITE" in refused("--instance", instance, *option)


def test_workers_are_for_an_instance(folder: Path) -> None:
    assert "--workers is for an instance" in refused(folder, *ALWAYS, "--workers", 2)


@pytest.mark.parametrize("option", ["--out", "--html", "--xlsx", "--json"])
def test_a_file_in_a_folder_that_is_not_there(folder: Path, tmp_path: Path, option: str) -> None:
    """It is told before the search: what is not there could not be written after it."""
    said = refused(folder, *ALWAYS, option, tmp_path / "missing" / "roster")
    assert f"there is no folder {tmp_path / 'missing'}: make it" in said
    assert "this is a folder" in refused(folder, *ALWAYS, option, tmp_path)


def test_an_instance_is_not_written_into_a_folder_that_is_not_there(tmp_path: Path) -> None:
    instance = tmp_path / "Instance.txt"
    instance.write_text(EASY, encoding="utf-8")
    assert "there is no folder" in refused("--instance", instance, "--out", tmp_path / "missing" / "roster.csv")


def test_calendars_are_not_written_into_a_file(folder: Path) -> None:
    assert "this is a file" in refused(folder, *ALWAYS, "--ics", folder / "site.toml")


# The earlier roster.

NO_ROSTER = [
    (b"", "there is no header row: begin with a row of column names: person, affiliation, post, number, start"),
    (b"\xff\xfe\x00\x01", "row 1 is not UTF-8: save the file as CSV UTF-8"),
    (b"<html>\n<body>\n", "there is no header row"),
    (EASY.encode(), "there is no header row"),
    (b"x" * 200_000, "there is no header row"),
    (b"person,person,post,start\nG-01,G-01,gate,2026-07-06T08:00+02:00\n", "column person stands twice"),
    (b"person,post,start\n", "the file has no shift"),
    (b"person,post,start\nG-01,gate,0001-01-01T00:00+09:00\n", "row 2, start: the year lies outside 1900 to 2199"),
    (b"person,post,start\nG-01,gate,n/a\n", "row 2, start: this is no ISO 8601 date"),
    (b"person,post,start\nG-01,gate,2027-07-06T08:00+02:00\n", "no shift of a guard in these weeks"),
    (b"person,post,start\nX-01,gate,2026-07-06T08:00+02:00\n", "no shift of a guard in these weeks"),
]


@pytest.mark.parametrize(("content", "words"), NO_ROSTER)
def test_a_file_that_is_no_earlier_roster(folder: Path, tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "earlier.csv"
    file.write_bytes(content)
    assert words in refused(folder, *ALWAYS, "--previous", file)


def test_an_earlier_roster_that_is_a_folder_or_not_there(folder: Path, tmp_path: Path) -> None:
    assert f"{tmp_path.name}: this is a folder" in refused(folder, *ALWAYS, "--previous", tmp_path)


# The rules.

AGAINST_ITSELF = [
    ({"max_hours_per_week": 7.5}, {}, "max_hours_per_week = 7.5 is below the shortest shift, 8 hours"),
    ({"max_hours_per_week": 0}, {}, "max_hours_per_week = 0 is below the shortest shift"),
    ({"max_same_pair": 0}, {"guards": 2}, "max_same_pair = 0, but several guards stand at once at gate"),
]


@pytest.mark.parametrize(("rules", "more", "words"), AGAINST_ITSELF)
def test_a_rule_that_no_roster_can_keep(
    tmp_path: Path, rules: dict[str, float], more: dict[str, Any], words: str
) -> None:
    site = small_site(tmp_path, guards(8), [post("gate", **more)], rules={**RULES, **rules})
    with pytest.raises(UsageError, match=words) as said:
        roster(site)
    assert "site.toml" in str(said.value)
    assert "\n" not in str(said.value)


def test_a_pair_may_be_ruled_out_where_nobody_stands_beside_another(tmp_path: Path) -> None:
    site = small_site(tmp_path, guards(6), [post("gate")], rules={**RULES, "max_same_pair": 0})
    assert len(roster(site, rounds=60).duties) == 21


def test_a_rest_of_a_day_between_two_shifts_is_named(tmp_path: Path) -> None:
    """Two guards for two shifts a day: who stands late has 16 hours until the early shift, and all others have less."""
    site = small_site(
        tmp_path, guards(2, hours=80), [post("gate", start="08:00", end="24:00")], rules={"min_rest_hours": 24}
    )
    answer = roster(site, rounds=60)
    assert answer.status is Solved.IMPOSSIBLE
    assert {"staffing", "rest"} <= {one.rule for one in answer.conflicts}


# People.


def test_a_crew_without_hours_is_impossible_and_everybody_is_told_of(tmp_path: Path) -> None:
    people = [{**one, "hours_per_week": ""} for one in guards(3)]
    small_site(tmp_path, people, [post("gate", days="mon")])
    result = run(tmp_path, *ALWAYS[:-1])
    assert result.exit_code == Conclusion.NO_ROSTER
    assert all(f"G-0{number}: no hours_per_week on record" in result.stdout for number in (1, 2, 3))


def test_a_wish_without_a_date_is_set_aside_and_told(tmp_path: Path) -> None:
    wishes = [{"person": f"G-0{number}", "date": "2026-07-07", "wish": "off"} for number in (1, 2)]
    small_site(tmp_path, guards(6), [post("gate")], wishes=wishes)
    read_again(tmp_path, "wishes.csv", "G-01,2026-07-07", "G-01,n/a")
    result = run(tmp_path, *ALWAYS[:-1])
    assert result.exit_code == Conclusion.SET_ASIDE
    assert "wishes: row 2 set aside; mend it" in result.stdout


def test_a_decimal_comma_in_the_hours_of_a_guard_is_set_aside_and_told(tmp_path: Path) -> None:
    people = guards(7)
    people[0]["hours_per_week"] = 38.5
    small_site(tmp_path, people, [post("gate")])
    site = read_again(tmp_path, "people.csv", "38.5", '"38,5"')
    assert "write it as 1234.5" in str(site.problems[0])
    answer = roster(site, rounds=60)
    assert answer.set_aside == {"people": 1}
    assert roster_headline(answer).startswith(
        "Mend first what this roster does not know of: 1 row of people, set aside. Every"
    )
    assert "G-01" not in {duty.person for duty in answer.duties}
    assert any(note.startswith("people: row 2 set aside") for note in answer.notes)


def test_a_decimal_comma_in_the_only_post_is_named_with_its_row(tmp_path: Path) -> None:
    small_site(tmp_path, guards(6), [post("gate", hours_per_shift=7.5)])
    site = read_again(tmp_path, "posts.csv", "7.5", '"7,5"')
    with pytest.raises(UsageError, match="posts: row 2 set aside; mend it"):
        roster(site)


def test_codes_keep_their_zeros(tmp_path: Path) -> None:
    people = [{**one, "person": f"{number:03d}"} for number, one in enumerate(guards(6), 1)]
    people[5]["person"] = "1"
    locks = [locked_at("001", "007", "2026-07-07 08:00"), locked_at("1", "007", "2026-07-08 08:00")]
    site = small_site(tmp_path / "site", people, [post("007")], assignments=locks)
    answer = roster(site, rounds=60)
    assert {(duty.person, duty.day.day) for duty in answer.duties if duty.locked} == {("001", 7), ("1", 8)}
    file = tmp_path / "roster.csv"
    file.write_text(write_roster_csv(answer), encoding="utf-8")
    assert read_earlier_roster(file, "UTC")[0] == {(duty.person, duty.start): "007" for duty in answer.duties}


SAVED_AGAIN = (
    "person,affiliation,post,number,start,end,hours,night,weekend\n"
    "G-01,m,gate,1,2026-07-06T06:00+09:00,2026-07-06T14:00+09:00,8,no,no\n"
)


MORNING = {("G-01", datetime(2026, 7, 5, 21, tzinfo=UTC)): "gate"}


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
@pytest.mark.parametrize("quoted", [False, True])
@pytest.mark.parametrize("above", ["", "Roster of July\n\n"])
def test_an_earlier_roster_that_a_spreadsheet_program_saved_again_is_read(
    tmp_path: Path, sign: str, quoted: bool, above: str
) -> None:
    file = tmp_path / "roster.csv"
    text = SAVED_AGAIN.replace("person,", '"person",') if quoted else SAVED_AGAIN
    written = "\ufeff" + above + text.replace(",", sign) + 8 * sign + "\n"
    file.write_text(written, encoding="utf-8", newline="\r\n")
    assert read_earlier_roster(file, "Asia/Seoul") == (MORNING, ())


@pytest.mark.parametrize("sign", [",", ";"])
def test_an_earlier_roster_may_name_its_separator(tmp_path: Path, sign: str) -> None:
    file = tmp_path / "roster.csv"
    file.write_text(f"sep={sign}\n" + SAVED_AGAIN.replace(",", sign), encoding="utf-8")
    assert read_earlier_roster(file, "Asia/Seoul") == (MORNING, ())


def test_a_moment_without_an_offset_is_one_of_the_site(tmp_path: Path) -> None:
    file = tmp_path / "roster.csv"
    file.write_text(SAVED_AGAIN.replace("T06:00+09:00,2026", " 06:00,2026"), encoding="utf-8")
    assert read_earlier_roster(file, "Asia/Seoul")[0] == MORNING


@pytest.mark.parametrize(
    ("written", "mend"),
    [
        ("28.11.2026 06:00", "2026-11-28T06:00"),
        ("11/28/2026 6:00", "2026-11-28T06:00"),
        ("28/11/2026", "2026-11-28"),
        ("06.07.2026 06:00", "2026-06-30 or 2026-06-30T14:05"),
    ],
)
def test_a_local_date_in_an_earlier_roster_is_told_with_its_place_and_mend(
    tmp_path: Path, written: str, mend: str
) -> None:
    file = tmp_path / "roster.csv"
    file.write_text(SAVED_AGAIN.replace("2026-07-06T06:00+09:00", written).replace(",", ";"), encoding="utf-8")
    with pytest.raises(SheetError) as said:
        read_earlier_roster(file, "Asia/Seoul")
    assert str(said.value) == f"roster.csv row 2, start: this is no ISO 8601 date: write it as {mend}"


# Locked assignments.

SICK = {"person": "G-01", "kind": "sick"}
BROKEN_LOCKS: list[tuple[str, dict[str, Any], list[dict[str, str]], Rows, str]] = [
    ("qualification", {}, [locked_at("G-01", "store", "2026-07-07 08:00")], [], "G-01 does not hold control_room"),
    ("areas", {"qualifications": "control_room", "not_in_areas": "magazine"},
     [locked_at("G-01", "store", "2026-07-07 08:00")], [], "G-01 must not guard magazine"),
    ("absence", {}, [locked_at("G-01", "gate", "2026-07-07 08:00")],
     [{**SICK, "start": "2026-07-07", "end": "2026-07-08"}], "G-01 is not there on 2026-07-07"),
    ("night into absence", {}, [locked_at("G-01", "night", "2026-07-06 22:00")],
     [{**SICK, "start": "2026-07-07", "end": "2026-07-08"}], "G-01 is not there on 2026-07-07"),
    ("absence all through", {}, [locked_at("G-01", "gate", "2026-07-07 08:00")],
     [{**SICK, "start": "2026-07-01", "end": "2026-07-31"}], "unlock it, or correct people and absences"),
    ("no hours", {"hours_per_week": ""}, [locked_at("G-01", "gate", "2026-07-07 08:00")], [], "no hours_per_week"),
    ("two at a time", {},
     [locked_at("G-01", "gate", "2026-07-06 16:00"), locked_at("G-01", "night", "2026-07-06 22:00")],
     [], "one_shift_a_day: G-01 begins 2 shifts"),
    ("rest after what was worked", {},
     [locked_at("G-01", "gate", "2026-07-05 16:00"), locked_at("G-01", "gate", "2026-07-06 00:00")],
     [], "G-01 rests 0 h before the shift of 2026-07-06"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("more", "locks", "absences", "words"), [case[1:] for case in BROKEN_LOCKS], ids=[case[0] for case in BROKEN_LOCKS]
)
def test_a_locked_assignment_that_breaks_a_rule(
    tmp_path: Path, more: dict[str, Any], locks: list[dict[str, str]], absences: Rows, words: str
) -> None:
    people = [{**one, "qualifications": "", "not_in_areas": ""} for one in guards(9)]
    people[0].update(more)
    posts = [
        post("gate"),
        post("store", area="magazine", qualification="control_room"),
        post("night", start="22:00", end="06:00"),
    ]
    away = [*absences, {"person": "G-09", "kind": "leave", "start": "2026-07-12", "end": "2026-07-12"}]
    areas = [{"area": "magazine", "kind": "store"}]
    site = small_site(tmp_path, people, posts, areas=areas, assignments=locks, absences=away)
    with pytest.raises(SheetError, match=words) as said:
        roster(site)
    assert said.value.row == len(locks) + 1
    assert str(said.value).startswith("assignments.csv row ")
    assert "\n" not in str(said.value)


def test_two_locked_assignments_that_begin_together_are_set_aside_by_the_reader(tmp_path: Path) -> None:
    locks = [locked_at("G-01", place, "2026-07-07 08:00") for place in ("gate", "store")]
    with pytest.raises(AssertionError, match=r"assignments\.csv row 3: the same person, start stands in row 2"):
        small_site(tmp_path, guards(9), [post("gate"), post("store")], assignments=locks)


def test_a_locked_assignment_at_a_post_that_does_not_stand(tmp_path: Path) -> None:
    locks = [locked_at("G-01", "gate", "2026-07-07 08:00")]
    site = small_site(tmp_path, guards(9), [post("gate"), post("store")], assignments=locks)
    with pytest.raises(SheetError, match=r"assignments\.csv row 2: .*no gate stands: unlock it"):
        roster(site, numbers={"gate": 0})


def test_locked_assignments_after_the_days_of_the_roster_are_left_alone(tmp_path: Path) -> None:
    """A start before the last locked assignment: what is locked within the days is kept, the later is not touched."""
    later = MONDAY + timedelta(days=14)
    locks = [locked_at("G-01", "gate", "2026-07-08 08:00"), locked_at("G-02", "gate", f"{later} 08:00")]
    answer = roster(small_site(tmp_path, guards(6), [post("gate")], assignments=locks), rounds=60)
    assert [(duty.person, duty.day.day) for duty in answer.duties if duty.locked] == [("G-01", 8)]
    assert len(answer.duties) == 21


def test_a_locked_assignment_just_after_the_end_keeps_its_rest(tmp_path: Path) -> None:
    locks = [locked_at(f"G-0{number}", "gate", f"2026-07-13 {hour}:00") for number, hour in ((1, "00"), (2, "08"))]
    answer = roster(small_site(tmp_path, guards(6), [post("gate")], assignments=locks), rounds=60)
    last = max(answer.duties, key=lambda duty: duty.start)
    assert last.day == MONDAY + timedelta(days=6)
    assert last.person not in {"G-01", "G-02"}


# Instances.

LINES = EASY.split("\n")[:-1]


@pytest.mark.parametrize("count", range(len(LINES)))
def test_an_instance_cut_short_is_one_line_with_file_and_row(tmp_path: Path, count: int) -> None:
    file = tmp_path / "Instance.txt"
    file.write_text("".join(f"{line}\n" for line in LINES[:count]), encoding="utf-8")
    row = refused("--instance", file, "--out", tmp_path / "roster.csv").split(f"{file} row ", 1)[1].split(":")[0]
    assert 1 <= int(row) <= max(count, 1)
    assert not (tmp_path / "roster.csv").exists()


@pytest.mark.parametrize("garbled", ["%&?;", "\x00\x01", "A,E,1,2,3,4,5,6,7,8,9"])
@pytest.mark.parametrize("number", range(len(LINES)))
def test_an_instance_with_a_line_garbled_is_one_line_with_file_and_row(
    tmp_path: Path, number: int, garbled: str
) -> None:
    file = tmp_path / "Instance.txt"
    file.write_text("\n".join([*LINES[:number], garbled, *LINES[number + 1 :]]) + "\n", encoding="utf-8")
    row = refused("--instance", file, "--out", tmp_path / "roster.csv").split(f"{file} row ", 1)[1].split(":")[0]
    assert int(row) == number + 1
    assert not (tmp_path / "roster.csv").exists()


# Scripts.

SCRIPT = f"""
from datetime import date, datetime
from stockward.book import read_site
from stockward.roster.site.making import Limit
from stockward.questions.roster import RosterRequest, make_guards_roster
asked = RosterRequest(start=date({MONDAY:%Y, %-m, %-d}), weeks=1, generated=datetime.fromisoformat("{GENERATED}"))
"""
CALL = 'print(len(make_guards_roster(read_site("."), asked, limit=Limit(rounds=20)).duties))\n'


def script(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    (folder / "script.py").write_text(SCRIPT + text, encoding="utf-8")
    env = {**os.environ, "PYTHONPATH": str(Path(stockward.__file__).parents[1])}
    command = [sys.executable, "script.py"]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=120)


def test_a_script_without_a_guard_is_told_in_one_line(folder: Path) -> None:
    result = script(folder, f"try:\n    {CALL}except Exception as error:\n    print(type(error).__name__, error)\n")
    said = 'put what it does under if __name__ == "__main__":'
    assert result.stdout.startswith("UsageError ")
    assert result.stdout.count("\n") == 1
    assert said in result.stdout
    # What the processes of the search say of it themselves.
    assert "Traceback" not in result.stderr
    # They may say it at once, so that line ends stand together.
    *told, rest = "".join(result.stderr.splitlines()).split(said)
    assert rest == ""
    assert len(set(told)) <= 1


def test_a_script_that_calls_outside_its_guard_is_told_too(folder: Path) -> None:
    result = script(folder, f'if __name__ == "__main__":\n    print("begun")\n{CALL}')
    assert result.returncode == 1
    assert result.stdout == "begun\n"
    assert result.stderr.splitlines()[-1].startswith("stockward.terms.errors.UsageError: a script that makes a roster")


def test_a_script_with_a_guard_makes_its_roster(folder: Path) -> None:
    result = script(folder, f'if __name__ == "__main__":\n    {CALL}')
    assert (result.stdout, result.stderr) == ("21\n", "")
