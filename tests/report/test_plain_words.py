"""What stands first is what there is to do, in plain words, and each mend that is printed mends."""

from __future__ import annotations

import csv
import re
import shlex
from pathlib import Path

from click.testing import CliRunner, Result

from stockward.answers.review import ReviewAnswer
from stockward.cli import main
from stockward.report.review import sentences
from stockward.report.review.views import gather

ROOT = Path(__file__).parents[2]
BOOKS = [str(ROOT / "examples" / "import" / name) for name in ("stock_ledger.csv", "stocktake.csv")]
KILOGRAMS = "Date;Document;Material;Store;Received;Issued;Balance;Unit\n06.01.2026;D1;TNT;Main;250;;1250;kg\n"
COUNTED = "Material;Store;Counted;Unit;Count date\nTNT;Main;1000;kg;31.12.2025\nTNT;Main;1250;kg;28.02.2026\n"


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def write_the_plate(site: Path, said: str) -> None:
    """Do what the sentence says: its columns, its files, its example."""
    found = re.search(
        r"into (\S+) \(([^)]*)\), and that method into the column (\w+) of (\S+), such as (\S+) and", said
    )
    assert found, said
    methods, columns, column, areas, example = found.groups()
    rows = [[one.strip() for one in columns.split(",")], example.split(",")]
    with (site / methods).open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    header, *places = csv.reader((site / areas).read_text().splitlines())
    with (site / areas).open("w", newline="") as file:
        csv.writer(file).writerows([[*header, column], *([*row, rows[1][0]] for row in places)])


def test_kilograms_that_were_imported_are_tested_once_the_first_sentence_was_followed(tmp_path: Path) -> None:
    ledger, count, site = tmp_path / "ledger.csv", tmp_path / "count.csv", tmp_path / "site"
    ledger.write_text(KILOGRAMS)
    count.write_text(COUNTED)
    assert run("import", ledger, count, "--into", site, "--accept").exit_code == 0
    before = run("review", site)
    said = flat(before.stdout)
    assert before.exit_code == 3 and "Nothing was tested: the books do not say how well your scales weigh" in said
    write_the_plate(site, said)
    after = run("review", site)
    assert after.exit_code == 0 and "Nothing is missing beyond what measuring explains." in flat(after.stdout)
    assert run("import", ledger, count, "--into", site, "--accept").exit_code == 0
    assert flat(run("review", site).stdout) == flat(after.stdout), "the next import leaves it"


def test_what_is_missing_for_sure_stands_before_what_could_not_be_tested(tmp_path: Path) -> None:
    site = tmp_path / "site"
    assert run("import", *BOOKS, "--into", site, "--accept").exit_code == 0
    said = flat(run("review", site).stdout)
    assert said.index("2 items of Shell 105 are missing") < said.index("explained only if one in three weighings")


def test_a_finding_says_what_the_books_write_off_beside_it(full: ReviewAnswer) -> None:
    series = gather(full)
    text = sentences.event_sentence([series[0]])
    assert "The difference stands before what the books adjust: 3 kg written off in 1 period." in text
    assert "what the books adjust" not in sentences.event_sentence([series[1]])


def test_a_plan_says_first_what_to_count_and_its_next_command_runs(tmp_path: Path) -> None:
    plan = tmp_path / "a plan.json"
    made = run("sample", "plan", ROOT / "docs" / "first_count", "--items", "box=3", "--commit", plan)
    _, _, told = made.stdout.partition("One magazine, book frozen at")
    assert flat(told.split("\n", 1)[1]).startswith(
        "Count 25 of 40 items of box in magazine. The draw says which units."
    )
    command = re.search(r"then stockward (sample draw .*?--html )sheets\.html", flat(made.stdout))
    assert command, made.stdout
    sheets = tmp_path / "sheets.html"
    assert run(*shlex.split(command[1]), sheets).exit_code == 0 and sheets.exists()


def test_a_plan_that_is_not_sealed_says_how(tmp_path: Path) -> None:
    words = ("sample", "plan", ROOT / "docs" / "first_count", "--items", "box=3")
    assert "Next: the same command with --commit PLAN.json seals this plan" in flat(run(*words).stdout)
    assert run(*words, "--commit", tmp_path / "PLAN.json").exit_code == 0


def test_a_drill_of_items_begins_with_the_good_news(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    for path in (ROOT / "docs" / "first_count").glob("*.*"):
        (site / path.name).write_bytes(path.read_bytes())
    with (site / "counts.csv").open("a") as file:
        file.write("I2,2026-02-01,magazine,box,40\n")
    said = flat(run("drill", site).stdout)
    assert said.startswith("One magazine Any loss shows at the next count") and "0 copies" not in said
