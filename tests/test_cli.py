"""The command line as a person meets it: exit codes, what goes where, and errors in one line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from stockward.book import tables
from stockward.cli import main
from stockward.terms.measuring import PLATE_MEND

SITE = """\
format = 1
[site]
name = "Two stores"
timezone = "Asia/Seoul"
[detection]
false_alarm = 0.05
detection = 0.95
"""

TABLES = {
    "areas": "area,kind\nA,store\nB,store\n",
    "materials": "material,kind,unit\nTNT,bulk,kg\nSHELL,item,each\n",
    "methods": "method,random_rel,systematic_rel\nW1,0.005,0.001\n",
    "movements": (
        "movement,at,kind,material,quantity,from_area,to_area,method\n"
        "M1,2026-01-10,receipt,TNT,100,,A,W1\n"
        "M2,2026-01-20,transfer,TNT,40,A,B,W1\n"
        "M3,2026-01-21,receipt,SHELL,10,,A,\n"
    ),
    "counts": (
        "inventory,at,area,material,quantity,method\n"
        "I1,2026-01-01,A,TNT,50,W1\nI1,2026-01-01,A,SHELL,5,\nI1,2026-01-01,B,TNT,0,\n"
        "I2,2026-02-01,A,TNT,110.2,W1\nI2,2026-02-01,A,SHELL,15,\nI2,2026-02-01,B,TNT,40.1,W1\n"
    ),
}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "site.toml").write_text(SITE, encoding="utf-8")
    for name, text in TABLES.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def change(site: Path, table: str, old: str, new: str) -> None:
    path = site / f"{table}.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def one_line(result: Result) -> str:
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.stderr
    return lines[0]


def test_a_balanced_site_ends_with_0(site: Path) -> None:
    result = run("review", site)
    assert result.exit_code == 0, result.output
    assert "Two stores" in result.stdout


def test_a_shortage_ends_with_1(site: Path) -> None:
    change(site, "counts", "110.2", "90.2")
    assert run("review", site).exit_code == 1


def test_a_discrepancy_ends_with_1(site: Path) -> None:
    change(site, "counts", "SHELL,15", "SHELL,14")
    result = run("review", site, "--json", "-")
    assert result.exit_code == 1
    series = {row["id"]: row for row in json.loads(result.stdout)["series"]}
    assert series["A/SHELL"]["verdict"] == "discrepancy"
    assert series["A/SHELL"]["periods"][0]["difference"] == 1


def test_a_row_set_aside_ends_with_3_and_hides_its_balance(site: Path) -> None:
    change(site, "movements", "TNT,40,A", "TNT,n/a,A")
    result = run("review", site, "--json", "-")
    assert result.exit_code == 3
    review = json.loads(result.stdout)
    said = {row["id"]: row["verdict"] for row in review["series"]}
    assert said == {"A/SHELL": "balanced", "A/TNT": "not_tested", "B/TNT": "not_tested", "*/TNT": "not_tested"}
    assert review["facts"]["quarantined"][0]["value"] == "n/a"


def test_a_single_row_is_told_in_the_singular(site: Path) -> None:
    for table in ("materials", "movements", "counts"):
        path = site / f"{table}.csv"
        path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    areas = site / "areas.csv"
    areas.write_text("\n".join(areas.read_text(encoding="utf-8").splitlines()[:2]) + "\n", encoding="utf-8")
    (site / "methods.csv").unlink(missing_ok=True)
    ran = run("check", str(site))
    assert "1 row read, 0 set aside" in ran.stderr


def test_an_alarm_comes_before_rows_set_aside(site: Path) -> None:
    change(site, "movements", "TNT,40,A", "TNT,n/a,A")
    change(site, "counts", "SHELL,15", "SHELL,14")
    assert run("review", site).exit_code == 1


def test_a_missing_folder_is_said_in_one_line(tmp_path: Path) -> None:
    result = run("review", tmp_path / "nowhere")
    assert result.exit_code == 2
    assert "nowhere" in one_line(result)


def test_a_missing_table_is_said_in_one_line(site: Path) -> None:
    (site / "counts.csv").unlink()
    result = run("review", site)
    assert result.exit_code == 2
    assert "counts.csv" in one_line(result)


def test_an_unknown_option_ends_with_2(site: Path) -> None:
    assert run("review", site, "--sed", "1").exit_code == 2


@pytest.mark.parametrize(("option", "most"), [("--jobs", "64"), ("--copies", "1000000")])
def test_a_number_beyond_all_sense_is_refused_with_the_range(site: Path, option: str, most: str) -> None:
    result = run("drill", site, option, "10000000")
    assert result.exit_code == 2
    said = f"invalid value for '{option}': 10000000 is not in the range 1<=x<={most}: write a number of that range"
    assert said in one_line(result)


@pytest.mark.parametrize("date", ["yesterday", "2026-13-01", "31.12.2026", ""])
def test_a_wrong_date_is_said_in_one_line(site: Path, date: str) -> None:
    result = run("review", site, "--as-of", date)
    assert result.exit_code == 2
    assert "2026-06-30" in one_line(result)


def test_json_on_standard_output_is_all_there_is(site: Path) -> None:
    result = run("review", site, "--json", "-", "--html", site / "review.html")
    assert json.loads(result.stdout)["schema"] == "stockward.review/1"
    assert (site / "review.html").is_file()


def test_the_last_line_is_the_path_of_the_report(site: Path, tmp_path: Path) -> None:
    report = tmp_path / "review.html"
    result = run("review", site, "--html", report)
    assert result.stdout.strip().splitlines()[-1] == str(report)


def test_a_report_that_cannot_be_written_is_said_in_one_line(site: Path, tmp_path: Path) -> None:
    result = run("review", site, "--html", tmp_path / "no" / "such" / "review.html", "--quiet")
    assert result.exit_code == 2
    assert "review.html" in one_line(result)


def test_the_same_facts_options_and_seed_give_the_same_bytes(site: Path) -> None:
    first, second = (json.loads(run("review", site, "--json", "-").stdout) for _ in range(2))
    first.pop("generated"), second.pop("generated")
    assert json.dumps(first) == json.dumps(second)


def test_as_of_uses_what_was_recorded_by_then(site: Path) -> None:
    result = run("review", site, "--as-of", "2026-01-31", "--json", "-")
    review = json.loads(result.stdout)
    assert review["site"]["as_of"] == "2026-01-31"
    assert all(not row["periods"] for row in review["series"])
    assert json.loads(run("review", site, "--as-of", "2026-02-01", "--json", "-").stdout)["series"][1]["periods"]


def test_check_lists_every_problem(site: Path) -> None:
    change(site, "movements", "TNT,40,A", 'TNT,"1,5",A')
    change(site, "movements", "M3,2026-01-21", "M3,21.01.2026")
    result = run("check", site)
    assert result.exit_code == 3
    lines = result.stdout.splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "movements.csv row 3, quantity = '1,5'",
        "movements.csv row 4, at = '21.01.2026'",
    ]


def test_check_of_a_clean_site_ends_with_0(site: Path) -> None:
    assert run("check", site).exit_code == 0


def test_a_blank_site_says_what_to_fill_in_first(tmp_path: Path) -> None:
    made = run("init", tmp_path / "new", "--false-alarm", "0.05", "--detection", "0.95", "--name", 'A "quoted" name')
    assert made.exit_code == 0
    for command in ("check", "review"):
        result = run(command, tmp_path / "new")
        assert result.exit_code == 2
        assert "no table has a row yet: fill in site.xlsx[areas] (area, kind, such as M1, store)" in one_line(result)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("new", "--timezone", "../../etc/passwd"), "write one of the IANA list, such as Asia/Seoul"),
        (("new", "--timezone", ""), "write one of the IANA list"),
        (("new", "--name", ""), "write one in letters"),
        (("new", "--name", "a\nb"), "write one in letters"),
        (("",), "an empty text names nothing: write . for the folder you are in"),
    ],
)
def test_a_blank_site_that_could_not_be_read_is_refused(
    given: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("init", *given)
    assert result.exit_code == 2
    assert said in one_line(result)
    assert not list(tmp_path.iterdir())


def test_init_writes_over_nothing(tmp_path: Path) -> None:
    assert run("init", tmp_path).exit_code == 0
    result = run("init", tmp_path)
    assert result.exit_code == 2
    assert "exists already" in one_line(result)


def test_a_simulated_site_reads_without_a_problem(tmp_path: Path) -> None:
    assert run("simulate", tmp_path / "made", "--weeks", "6", "--lines", "1").exit_code == 0
    assert run("check", tmp_path / "made").exit_code == 0
    assert run("simulate", tmp_path / "made").exit_code == 2


def test_the_tables_of_the_format_and_their_columns_are_listed() -> None:
    listed = run("tables")
    assert (listed.exit_code, listed.stderr) == (0, "")
    assert {line.split()[0] for line in listed.stdout.splitlines()[2:] if line[:1].isalpha()} == set(tables())
    columns = run("tables", "counts")
    assert {line.split()[0] for line in columns.stdout.splitlines()[2:] if line[:1].isalpha()} == set(
        tables()["counts"].names
    )
    assert one_line(run("tables", "cuonts")) == (
        "error: cuonts: it is no table of the format (did you mean counts?): list them with stockward tables"
    )


def test_validate_agrees_with_what_was_published(validated: Result) -> None:
    assert validated.exit_code == 0, validated.stdout
    assert "NO" not in validated.stdout
    assert "page-pair-52" in validated.stdout


def test_help_loads_nothing_heavy() -> None:
    heavy = ("numpy", "polars", "scipy", "rich", "pydantic")
    code = f"import sys, stockward.cli; print([name for name in {heavy} if name in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown.strip() == "[]"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--production", "0"], "error: production: 0 is no factor of a surge"),
        (["--production=-1"], "error: production: -1 is no factor of a surge"),
        (["--production", "PETN=5"], "error: no line or substance is called PETN: name one of TNT"),
        (["--production", "1000001"], "error: production: 1000001 is no factor of a surge: write 5 for five times, "),
        (["--production", "TNT=1e308"], "error: TNT: 1e+308 is no factor of a surge"),
        (["--production", "1e-308"], "error: production: 1e-308 is no factor of a surge"),
        (["--production", "nan"], "error: production: nan is no factor of a surge"),
        (["--production", "5", "--dispatch", "0"], "error: dispatch: 0 is no factor"),
        (["--production", "5", "--dispatch", "1e150"], "error: dispatch: 1e+150 is no factor"),
    ],
)
def test_a_surge_that_is_none_is_said_in_one_line(site: Path, options: list[str], said: str) -> None:
    result = run("review", str(site), *options)
    assert result.exit_code == 2
    assert result.stderr.startswith(said)
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_a_surge_stands_in_the_document(site: Path) -> None:
    result = run("review", str(site), "--production", "5", "--json", "-", "--quiet")
    surge = json.loads(result.stdout)["surge"]
    assert surge["production"] == "all production × 5"
    assert [one["id"] for one in surge["series"]] == ["A/SHELL", "A/TNT", "B/TNT", "*/TNT"]
    assert surge["series"][1]["sigma_ratio"] > 1
    assert json.loads(run("review", str(site), "--json", "-", "--quiet").stdout)["surge"] is None


def test_options_of_a_surge_need_one(site: Path) -> None:
    result = run("review", str(site), "--dispatch", "2")
    assert result.exit_code == 2
    assert "belong to a surge: give production as well" in result.stderr


@pytest.mark.parametrize("change_of", ["count", "method"])
def test_rows_without_a_known_error_are_named_and_end_with_3(site: Path, change_of: str) -> None:
    if change_of == "count":
        change(site, "counts", "I2,2026-02-01,A,TNT,110.2,W1", "I2,2026-02-01,A,TNT,110.2,")
        said = f"rows have no method: {PLATE_MEND}. At fault: counts row 5"
    else:
        change(site, "methods", "W1,0.005,0.001", "W1,,")
        said = (
            "rows were measured by W1, which states no error: state it, 0 for none. At fault: counts row 2, movements"
        )
    result = run("review", site)
    assert result.exit_code == 3, result.output
    assert said in " ".join(result.stdout.split())


def test_a_fault_of_the_program_is_no_alarm(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("what\nnobody foresaw")

    monkeypatch.setattr("stockward.questions.review.make_review", broken)
    result = run("review", site, "--quiet")
    assert result.exit_code == 70
    assert not result.stdout
    line = one_line(result)
    assert line.startswith("fault: this is a fault of Stockward")
    assert "nothing was concluded: KeyError in test_cli.py, line" in line


def test_a_library_s_lost_connection_is_not_said_of_standard_output(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: object, **__: object) -> None:
        raise ConnectionError("the other side has closed")

    monkeypatch.setattr("stockward.questions.review.make_review", lost)
    result = run("review", site, "--quiet")
    assert result.exit_code == 70
    assert "nothing was concluded: ConnectionError in test_cli.py, line" in one_line(result)


@pytest.mark.parametrize(
    ("asked", "code"),
    [("foo", 2), ("bash_foo", 2), ("bash_complete", 2), ("zsh_source", 0), ("fish_source", 0)],
)
def test_a_completion_that_is_none_is_wrong_use(asked: str, code: int) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COMP_")}
    ended = subprocess.run(
        [sys.executable, "-m", "stockward"],
        env={**environment, "_STOCKWARD_COMPLETE": asked}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == code
    assert ended.stderr.count("\n") == (1 if code else 0)
    assert bool(ended.stdout) is not bool(code)


def test_two_answers_do_not_share_standard_output() -> None:
    result = run("roster", "nowhere", "--start", "2026-07-06", "--csv", "-", "--json", "-")
    assert result.exit_code == 2
    assert one_line(result) == "error: --csv and --json both name -, standard output: give one of them a file"


@pytest.mark.parametrize("folder", [".", "/"])
@pytest.mark.parametrize(
    "asked",
    [
        ("sample", "draw", "--csv", "-"), ("sample", "plan", "nowhere", "--commit"), ("roster", "--instance"),
        ("sample", "certify", "--plan", "plan.json"), ("sample", "certify", "sheets.csv", "--plan"),
        ("sample", "draw", "plan.json", "--csv", "-", "--seed-file"),
        ("roster", "nowhere", "--start", "2026-07-06", "--previous"), ("review", "nowhere", "--html"),
        ("review", "nowhere", "--json"), ("orders", "nowhere", "--csv"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_folder_in_the_place_of_a_file_is_said(asked: tuple[str, ...], folder: str) -> None:
    result = run(*asked, folder)
    assert result.exit_code == 2
    assert "this is a folder: name a file in it" in one_line(result)


def test_no_memory_is_no_fault_of_the_program(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_large(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("stockward.questions.review.make_review", too_large)
    result = run("review", site)
    assert result.exit_code == 2
    assert one_line(result).startswith("error: this computer: it has no memory left: ")
