"""Plan, draw and certificate are three commands; what was typed when they were one is answered with them."""

from __future__ import annotations

import shlex
from pathlib import Path

import openpyxl
import pytest
from counting_sites import SEED, WHO, fill, one_line, published, run, write

from stockward.book.sources.site_folder import README_SHEET

HEAD = "error: stockward sample: plan, draw and certify are commands of their own"


def typed_again(*former: object) -> list[str]:
    """The words of the command that is to be typed, without the program and its group."""
    said = one_line(run(*former))
    head, _, command = said.partition(": type ")
    assert head == HEAD
    words = shlex.split(command)
    assert words[:2] == ["stockward", "sample"]
    return words[2:]


def test_what_was_typed_once_is_answered_with_a_command_that_runs(tmp_path: Path) -> None:
    site, plan = write(tmp_path / "my  site"), tmp_path / "plan.json"
    asked = (site, "--items", "BOMB=12", "--commit", plan, "--seed-source", "lottery; 7 of 49, 1 $")
    again = typed_again(*asked)
    assert again == ["plan", *map(str, asked)]
    assert run(*again).exit_code == 0
    seed = ("--seed-text", "07 12 23 31 40 44")
    sheet = ("--csv", tmp_path / "sheet.csv", "--paper", "Letter")
    again = typed_again(*seed, "--draw", plan, *published(plan), *sheet)
    assert again == ["draw", *map(str, (plan, *seed, *published(plan), *sheet))]
    assert run(*again).exit_code == 0
    rest = ("--plan", plan, *published(plan), *seed, *WHO, "--html", tmp_path / "c.html")
    again = typed_again(f"--result={fill(tmp_path)}", *rest)
    assert again == ["certify", *map(str, (tmp_path / "filled.csv", *rest))]
    assert run(*again).exit_code in (0, 3)
    assert (tmp_path / "c.html").is_file()


@pytest.mark.parametrize(
    ("former", "words"),
    [
        ("site", "type stockward sample plan site"),
        ("--items box=3 site --area a", "type stockward sample plan site --items box=3 --area a"),
        ("--items box=3", "type stockward sample plan SITE --items box=3"),
        ("site --help", "type stockward sample plan site --help"),
        ("--draw a.json", "type stockward sample draw a.json"),
        ("--draw", "type stockward sample draw PLAN"),
        ("site --draw a.json --csv -", "draw does not take site: type stockward sample draw a.json --csv -"),
        ("site --paper A4", "plan does not take --paper: type stockward sample plan site"),
        (
            "--draw=a.json --box A=1 --html b",
            "draw does not take --box: type stockward sample draw a.json --html b",
        ),
        ("--result a.csv", "type stockward sample certify a.csv --plan PLAN"),
        (
            "--draw a.json --result a.csv --plan a.json",
            "draw does not take --result, --plan: type stockward sample draw a.json",
        ),
    ],
)  # fmt: skip
def test_what_says_nothing_to_a_step_is_left_out_and_named(former: str, words: str) -> None:
    said = one_line(run(*former.split()))
    assert said in (f"{HEAD}: {words}", f"{HEAD}, and {words}")


def test_a_step_is_no_site_and_help_is_help(tmp_path: Path) -> None:
    assert one_line(run("plan")) == "error: stockward sample plan: missing argument 'SITE': see " + (
        "stockward sample plan --help"
    )
    for asked in (("--help",), ("-h",), ("draw", "--help")):
        assert run(*asked).stdout.startswith("Usage: stockward sample")


@pytest.mark.parametrize("public", [False, True])
def test_the_command_on_a_sheet_takes_it_back(tmp_path: Path, public: bool) -> None:
    plan, sheet = tmp_path / "plan.json", tmp_path / "sheet.xlsx"
    seed = ("--seed-source", "dice") if public else ("--seed-text", SEED)
    assert run("plan", write(tmp_path / "site"), "--commit", plan, *seed).exit_code == 0
    assert run("draw", plan, "--xlsx", sheet, "--seed-text", SEED).exit_code == 0
    said = [str(row[0].value) for row in openpyxl.load_workbook(sheet)[README_SHEET].iter_rows()]
    command = next(line for line in said if "stockward" in line).partition(": ")[2].removesuffix(" takes it.")
    given = {"FILE": sheet, "PLAN": plan, "SHA256": published(plan)[1], "SEED": SEED, "TIME": WHO[-1]}
    people = iter(("K-1", "K-2"))
    typed = [str(given.get(word) or (next(people) if word == "NAME" else word)) for word in shlex.split(command)]
    assert typed[:2] == ["stockward", "sample"]
    assert run(*typed[2:]).exit_code == 3
