"""A blank site leads on: each message says what to fill in next, until the review runs."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from stockward.book.schema.dictionary import tables
from stockward.cli import main
from stockward.terms.measuring import PLATE_MEND

COMMANDS = (
    ["check"], ["review"], ["drill"], ["orders"], ["sample", "plan"], ["roster", "--start", "2026-07-06"],
)  # fmt: skip


def run(*asked: str | Path) -> Result:
    return CliRunner().invoke(main, [str(one) for one in asked])


def begun(folder: Path, purpose: str, *more: str) -> Path:
    made = run("init", folder, "--for", purpose, *more)
    assert made.exit_code == 0, made.output
    assert "usual values, and the site's to decide" in made.stderr
    assert f"stockward check {folder}" in made.stderr
    return folder


def told_first(folder: Path) -> list[tuple[str, list[str], list[str]]]:
    """What `check` says is to be filled in: the place, the columns, and the cells of the example."""
    told = run("check", folder)
    assert told.exit_code == 2
    (line,) = [line for line in told.stderr.splitlines() if line.startswith("error: ")]
    found = re.findall(r"(?:fill in|then) (\S+) \((.*?), such as (.*?)(?:, or [A-Z].*?|, and where.*?|;.*?)?\)", line)
    assert found
    return [(place, columns.split(", "), example.split(", ")) for place, columns, example in found]


def add(folder: Path, table: str, **cells: str) -> None:
    """A row more in a table of CSV files."""
    path = folder / f"{table}.csv"
    names = path.read_text(encoding="utf-8").splitlines()[0].split(",")
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow([cells.get(name, "") for name in names])


@pytest.mark.parametrize("purpose", ["stock", "guards", "both"])
@pytest.mark.parametrize("more", [(), ("--csv",)], ids=["workbook", "csv"])
def test_a_blank_site_has_the_tables_of_its_purpose(tmp_path: Path, purpose: str, more: tuple[str, ...]) -> None:
    folder = begun(tmp_path / "new", purpose, *more)
    if more:
        made = {path.stem for path in folder.glob("*.csv")}
    else:
        made = {*openpyxl.load_workbook(folder / "site.xlsx").sheetnames} - {"README"}
    stock = {name for name, table in tables().items() if table.part == "stock"}
    guards = {
        "areas",
        "people",
        "posts",
        "layers",
        "paths",
        "targets",
        "rounds",
        "absences",
        "wishes",
        "assignments",
        "orders",
        "reports",
        "incidents",
    }
    assert made == {"stock": stock, "guards": guards, "both": set(tables())}[purpose]
    assert ("work_rules" in (folder / "site.toml").read_text()) == (purpose != "stock")


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command[:2]))
@pytest.mark.parametrize("purpose", ["stock", "guards", "both"])
def test_of_a_blank_site_nothing_can_be_asked(tmp_path: Path, purpose: str, command: list[str]) -> None:
    folder = begun(tmp_path / "new", purpose)
    name, *options = command if command[0] != "sample" else ["sample plan"]
    told = run(*name.split(), folder, *options)
    assert told.exit_code == 2
    first = "posts" if purpose == "guards" else "areas"
    assert f"no table has a row yet: fill in site.xlsx[{first}] (" in told.stderr


def test_the_messages_of_a_site_of_stock_lead_to_a_review(tmp_path: Path) -> None:
    folder = begun(tmp_path / "new", "stock", "--csv")
    order = []
    while run("check", folder).exit_code == 2:
        place, columns, example = told_first(folder)[0]
        order.append(place)
        add(folder, place.removesuffix(".csv"), **dict(zip(columns, example, strict=True)))
    assert order == ["areas.csv", "materials.csv", "counts.csv"]
    told = run("check", folder)
    assert "next, fill in movements.csv (movement, at, kind, material, quantity" in told.stderr
    add(folder, "movements", movement="R1", at="2026-02-10 09:00", kind="receipt", material="TNT", quantity="500",
        to_area="M1", method="W1")  # fmt: skip
    told = run("review", folder)
    assert "next, fill in counts.csv: a second inventory of each area, with a code of its own" in told.stderr
    add(
        folder,
        "counts",
        inventory="FEB",
        at="2026-02-28 17:00",
        area="M1",
        material="TNT",
        quantity="8490",
        method="W1",
    )
    assert "W1 is not in methods" in run("check", folder).stdout
    add(folder, "methods", method="W1", random_rel="0.001", systematic_rel="0.001")
    text = (folder / "counts.csv").read_text()
    assert f"no method measured it: {PLATE_MEND}" in run("check", folder).stderr
    (folder / "counts.csv").write_text(text.replace("TNT,8000,,", "TNT,8000,,W1"))
    told = run("review", folder)
    assert told.exit_code == 0, told.output
    assert "next, fill in" not in told.stderr
    assert "1 of 1 period closed" in told.stdout


def test_the_messages_of_a_site_of_guards_lead_to_a_review(tmp_path: Path) -> None:
    folder = begun(tmp_path / "new", "guards", "--csv")
    (place, columns, example), (second, _, _) = told_first(folder)
    assert (place, second) == ("posts.csv", "people.csv")
    add(folder, "posts", **dict(zip(columns, example, strict=True)))
    told = run("check", folder)
    assert told.exit_code == 0
    assert "next, fill in people.csv (person, role, affiliation, such as 1001, guard, ministry" in told.stderr
    add(folder, "people", person="1001", role="guard", affiliation="ministry", hours_per_week="40")
    told = run("review", folder)
    assert "next, fill in" not in told.stderr
    assert "add absences" in " ".join(told.stdout.split())
    add(folder, "absences", person="1001", start="2026-01-05", end="2026-01-16", kind="leave")
    told = run("review", folder)
    assert told.exit_code == 0
    assert "Guards on" in told.stdout
    assert "not measurable" not in told.stdout


def test_the_message_of_a_site_of_both_names_both_ways(tmp_path: Path) -> None:
    folder = begun(tmp_path / "new", "both", "--csv")
    places = [place for place, _, _ in told_first(folder)]
    assert places == ["areas.csv", "materials.csv", "counts.csv", "movements.csv", "posts.csv", "people.csv"]
    for place, columns, example in told_first(folder):
        add(folder, place.removesuffix(".csv"), **dict(zip(columns, example, strict=True)), to_area="M1")
    told = run("check", folder)
    assert told.exit_code == 0, told.output
    assert "next, fill in counts.csv: a second inventory" in told.stderr
    assert run("review", folder).exit_code == 3


def test_a_site_of_which_too_little_is_filled_in_says_what_comes_next(tmp_path: Path) -> None:
    folder = begun(tmp_path / "new", "stock", "--csv")
    add(folder, "areas", area="M1", kind="store")
    told = run("review", folder)
    assert told.exit_code == 2
    assert "too little is filled in to ask anything: fill in materials.csv (" in told.stderr


def test_a_new_site_is_not_made_beside_a_table_in_another_spelling(tmp_path: Path) -> None:
    (tmp_path / "Movements.csv").write_text("movement\n")
    told = run("init", tmp_path)
    assert told.exit_code == 2
    assert "would be read with the new site" in told.stderr
