"""The command line: rows as asked for, objective and bound, one line for whatever cannot be done."""

from __future__ import annotations

from dataclasses import replace
from itertools import cycle
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from test_roster_instance import GOOD

from stockward import cli
from stockward.roster.checker.people import measure
from stockward.roster.command import read_roster_csv, roster_csv
from stockward.roster.instance import read_instance
from stockward.terms.conclusions import Conclusion
from stockward.terms.errors import SheetError

EASY = GOOD.replace("A,E=14|L=3,4320,3360,5,2,3,1", "A,E=14|L=3,2400,960,5,2,2,1")


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    path = tmp_path / "Instance.txt"
    path.write_text(EASY, encoding="utf-8")
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli.main, ["roster", *map(str, arguments)])


def test_a_roster_is_written_as_asked_and_measures_what_is_printed(instance: Path, tmp_path: Path) -> None:
    out = tmp_path / "roster.csv"
    result = run("--instance", instance, "--time", 60, "--seed", 3, "--out", out)
    assert result.exit_code == 0, result.output
    problem = read_instance(instance)
    lines = out.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "employee,day,shift"
    measured = measure(problem, read_roster_csv(problem, out))
    assert not measured.breaches
    assert result.stdout.startswith(f"points against this roster: {measured.objective} ({measured.wishes} for wishes")
    assert f"none that keeps every rule has fewer than {measured.objective}\n" in result.stdout
    assert "proven: No better roster exists." in result.stdout
    assert not {"objective", "bound", "gap"} & set(result.stdout.split())
    assert "best roster so far: " in result.stderr
    assert "bound" not in result.stderr


def test_steps_give_the_same_bytes_and_nothing_beside_them(instance: Path, capfd: pytest.CaptureFixture[str]) -> None:
    asked = ("--instance", instance, "--deterministic", 2, "--workers", 1, "--out", "-", "--quiet")
    first, second = run(*asked), run(*asked)
    assert capfd.readouterr().out == "", "a solver spoke"
    assert first.exit_code == 0
    assert first.stdout == second.stdout
    assert first.stdout.startswith("employee,day,shift\n")


def test_nobody_s_schedule_is_exit_code_4(instance: Path) -> None:
    # Ten shifts do not fit into seven days.
    instance.write_text(EASY.replace("2400,960", "4900,4800"), encoding="utf-8")
    result = run("--instance", instance, "--time", 60)
    assert result.exit_code == Conclusion.NO_ROSTER
    assert "impossible" in result.stdout
    assert "A: no schedule" in result.stdout


@pytest.mark.parametrize(
    "asked", [(), ("somewhere",), ("somewhere", "--instance", "x.txt"), ("--instance", "none.txt")]
)
def test_what_cannot_be_done_is_one_line(asked: tuple[str, ...]) -> None:
    result = run(*asked)
    assert result.exit_code == Conclusion.WRONG_USE
    assert result.stdout == ""
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1


def test_a_file_cut_short_is_one_line(instance: Path) -> None:
    instance.write_text(EASY[:200], encoding="utf-8")
    result = run("--instance", instance)
    assert result.exit_code == Conclusion.WRONG_USE
    assert result.stderr.count("\n") == 1
    assert "Instance.txt" in result.stderr


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a,b\n",
        f"{'a' * 200_000}\n",
        "employee,day,shift\nA,0\n",
        "employee,day,shift\nA,9,E\n",
        "employee,day,shift\nA,1,E\nA,1,L\n",
    ],
)
def test_a_roster_file_that_does_not_fit_is_refused(instance: Path, tmp_path: Path, text: str) -> None:
    path = tmp_path / "roster.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SheetError):
        read_roster_csv(read_instance(instance), path)


def test_codes_that_a_spreadsheet_would_run_are_read_back(instance: Path, tmp_path: Path) -> None:
    problem = read_instance(instance)
    people = [replace(one, code=f"{sign}{one.code}") for one, sign in zip(problem.people, cycle("=-'+@"), strict=False)]
    hostile = replace(problem, people=tuple(people))
    roster = np.ones((len(people), problem.days), np.int16)
    text = roster_csv(hostile, roster)
    assert all(line.startswith("'") for line in text.splitlines()[1:])
    (path := tmp_path / "roster.csv").write_text(text, encoding="utf-8")
    assert (read_roster_csv(hostile, path) == roster).all()
