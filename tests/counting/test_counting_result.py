"""Filled sheets: taken back, refused in one line, and certified."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from counting_sites import SEED, WHO, drawn, fill, one_line, published, run

from stockward.answers.counting import CountingGoal, GoalResult, GoalStratum
from stockward.report.counting.certificate import found_missing
from stockward.stats.sampling import upper_limit
from stockward.terms.counting import CountVerdict

Rows = list[dict[str, str]]


def certify(folder: Path, plan: Path, filled: Path) -> tuple[int, dict[str, Any], str]:
    asked = ("certify", filled, "--plan", plan, *published(plan), *WHO)
    result = run(*asked, "--json", folder / "c.json", "--html", folder / "c.html")
    assert result.exit_code in {0, 1, 3}, result.output
    return result.exit_code, json.loads((folder / "c.json").read_text(encoding="utf-8")), result.stdout


def test_a_count_that_agrees(tmp_path: Path) -> None:
    plan = drawn(tmp_path)
    code, certificate, said = certify(tmp_path, plan, fill(tmp_path))
    assert code == 0
    assert certificate["schema"] == "stockward.certificate/1"
    assert certificate["verdict"] == "excluded"
    assert certificate["draw"]["seed"] == SEED
    assert certificate["draw"]["commitment_verified"] is True
    (goal,) = certificate["goals"]
    assert goal["limit"] < goal["loss"] == 20
    assert len(certificate["lines"]) == sum(one["n"] for one in certificate["strata"])
    assert (certificate["count"]["counter"], certificate["count"]["witness"]) == ("K-1", "K-2")
    shells = next(one for one in certificate["strata"] if one["id"] == "M1/SHELL")
    assert shells["limit"] == upper_limit(shells["N"], shells["n"], 0, confidence=0.95)
    assert "All" in said
    page = (tmp_path / "c.html").read_text(encoding="utf-8")
    assert SEED in page
    assert "K-1" in page


def test_missing_items_are_found_and_bounded(tmp_path: Path) -> None:
    plan = drawn(tmp_path)

    def lose(rows: Rows) -> None:
        for row in [row for row in rows if (row["area"], row["material"]) == ("M1", "SHELL")][:3]:
            row["quantity"] = "0"

    code, certificate, said = certify(tmp_path, plan, fill(tmp_path, lose))
    assert code == 1
    (goal,) = certificate["goals"]
    assert (goal["verdict"], goal["missing"]) == ("found_missing", 6)
    shells = next(one for one in certificate["strata"] if one["id"] == "M1/SHELL")
    assert (shells["defective"], shells["missing"]) == (3, 3)
    assert shells["limit"] == upper_limit(shells["N"], shells["n"], 3, confidence=0.95)
    assert goal["limit"] > 2 * shells["limit"]
    assert "missing: 6 kg of TNT is missing from what was counted of M1/SHELL, M2/BOMB, M2/SHELL; with 95" in said
    assert " is missing in all; a loss of 20 kg is not excluded" in said
    page = (tmp_path / "c.html").read_text(encoding="utf-8")
    assert "6 kg of TNT is missing from what was counted" in page
    assert "Loss looked for" in page


@pytest.mark.parametrize(
    ("missing", "limit", "words"),
    [
        (2, 13, "a loss of 6 items is not excluded"),
        (1, 4, "a loss of 6 items is excluded"),
        (6, 9, "the loss that was looked for, 6 items, is reached"),
    ],
)
def test_what_is_found_missing_stands_beside_the_loss(missing: float, limit: float, words: str) -> None:
    part = GoalStratum(stratum="0012/F1", content=1, units=40, n=20, defects=6, worst=6, notice=1)
    goal = CountingGoal(
        id="F1", holding="F1", area=None, partial=False, unit="each", loss=6, reached=0.95, cost=20, bound=20,
        proved=True, strata=(part,), bulk=(),
    )  # fmt: skip
    found = GoalResult(
        goal="F1", verdict=CountVerdict.FOUND_MISSING, missing=missing, limit=limit, confidence=0.95
    )  # fmt: skip
    said = found_missing(found, goal, 1)
    counted = "1 item of F1 is" if missing == 1 else f"{missing:g} items of F1 are"
    assert said.startswith(f"{counted} missing from what was counted of 0012/F1; with 95")
    assert f"at most {limit} items are missing in all" in said
    assert said.endswith(f"; {words}")


def test_a_blank_is_not_counted_and_a_zero_is(tmp_path: Path) -> None:
    plan = drawn(tmp_path)
    code, certificate, said = certify(tmp_path, plan, fill(tmp_path, lambda rows: rows[0].update(quantity="")))
    assert code == 3
    assert certificate["verdict"] == "incomplete"
    assert certificate["lines"][0]["quantity"] is None
    assert "Incomplete: 1 of" in said
    code, certificate, _ = certify(tmp_path, plan, fill(tmp_path, lambda rows: rows[0].update(quantity="0")))
    assert code == 1
    assert certificate["lines"][0]["quantity"] == 0


def test_bulk_is_weighed_and_not_judged(tmp_path: Path) -> None:
    plan = drawn(tmp_path)

    def weigh(rows: Rows) -> None:
        for row in rows:
            if row["task"] == "weigh":
                row["quantity"] = "2.5" if row["area"] == "M2" else ""

    code, certificate, _ = certify(tmp_path, plan, fill(tmp_path, weigh))
    assert code == 0
    bulk = {line["stratum"]: line for line in certificate["lines"] if line["task"] == "weigh"}
    assert (bulk["M2/TNT"]["quantity"], bulk["M2/TNT"]["difference"]) == (2.5, 2.5)
    assert bulk["S/TNT"]["quantity"] is None


def test_boxes_with_less_and_with_more(tmp_path: Path) -> None:
    plan = drawn(tmp_path, "--items", "BOMB=12", "--box", "BOMB=6")

    def boxes(rows: Rows) -> None:
        for row in rows:
            row["quantity"] = "2" if row["unit_number"] == "34" else "6"

    code, certificate, _ = certify(tmp_path, plan, fill(tmp_path, boxes))
    assert (code, certificate["verdict"]) == (0, "excluded")
    code, certificate, _ = certify(
        tmp_path, plan, fill(tmp_path, lambda rows: (boxes(rows), rows[0].update(quantity="7")))
    )
    assert (code, certificate["verdict"]) == (1, "found_more")
    code, certificate, _ = certify(
        tmp_path,
        plan,
        fill(tmp_path, lambda rows: (boxes(rows), rows[0].update(quantity="7"), rows[1].update(quantity="4"))),
    )
    assert (code, certificate["verdict"]) == (1, "found_missing")
    (stratum,) = certificate["strata"]
    # What one box has too much is never set against what another lacks.
    assert (stratum["missing"], stratum["surplus"]) == (2, 1)


def test_measured_items(tmp_path: Path) -> None:
    plan = drawn(tmp_path, "--partial", "SHELL=0.5@0.9", "--area", "M1")
    code, certificate, _ = certify(tmp_path, plan, fill(tmp_path))
    assert (code, certificate["verdict"]) == (0, "excluded")

    def short(rows: Rows) -> None:
        next(row for row in rows if row["task"] == "measure")["quantity"] = "0"

    code, certificate, _ = certify(tmp_path, plan, fill(tmp_path, short))
    assert code == 1
    verdicts = {goal["id"]: goal["verdict"] for goal in certificate["goals"]}
    assert verdicts == {"TNT": "excluded", "TNT, in parts": "found_missing"}


def test_a_workbook_there_and_back(tmp_path: Path) -> None:
    plan = drawn(tmp_path)
    blank, filled = tmp_path / "sheet.xlsx", tmp_path / "filled.xlsx"
    assert run("draw", plan, "--xlsx", blank).exit_code == 0
    book = openpyxl.load_workbook(blank)
    page = book["count_sheet"]
    header = {str(cell.value): cell.column for cell in page[4]}
    for row in range(5, page.max_row + 1):
        page.cell(row, header["quantity"]).value = 5.5 if page.cell(row, header["task"]).value == "weigh" else 1
    page.cell(5, header["quantity"]).value = 0
    page.cell(5, header["remark"]).value = "=1+1"
    page.cell(5, header["remark"]).data_type = "s"
    book.save(filled)
    code, certificate, _ = certify(tmp_path, plan, filled)
    assert code == 1
    assert (certificate["lines"][0]["quantity"], certificate["lines"][0]["remark"]) == (0, "=1+1")
    assert sum(line["quantity"] == 1 for line in certificate["lines"] if line["task"] == "count") == (
        sum(line["task"] == "count" for line in certificate["lines"]) - 1
    )


def test_rows_and_columns_in_any_order(tmp_path: Path) -> None:
    plan = drawn(tmp_path)
    filled = fill(tmp_path, lambda rows: rows.reverse())
    assert certify(tmp_path, plan, filled)[0] == 0


def test_the_decimal_mark_of_the_site(tmp_path: Path) -> None:
    plan = drawn(tmp_path, decimal=",")

    def weigh(rows: Rows) -> None:
        next(row for row in rows if row["task"] == "weigh")["quantity"] = "4,5"

    code, certificate, _ = certify(tmp_path, plan, fill(tmp_path, weigh))
    assert code == 0
    assert next(line["quantity"] for line in certificate["lines"] if line["task"] == "weigh") == 4.5


def change(place: int, **cells: str) -> Callable[[Rows], None]:
    return lambda rows: rows[place].update(cells)


def weighed(text: str) -> Callable[[Rows], None]:
    return lambda rows: next(row for row in rows if row["task"] == "weigh").update(quantity=text)


NO_NUMBER = "this is no number: write one such as 1234.5, or correct the row"
NO_NUMBER_TWICE = "this is no number (and 1 more at fault): write one such as 1234.5, or correct the row"
NO_KEY = "is not in this draw (and 1 more at fault): put back the key that was there"

FAULTS: list[tuple[Callable[[Rows], object], str]] = [
    (change(0, quantity="abc"), f" row 2, quantity: 'abc': {NO_NUMBER}"),
    (
        lambda rows: [rows[0].update(quantity="x"), rows[1].update(quantity="y")],
        f" row 2, quantity: 'x': {NO_NUMBER_TWICE}",
    ),
    (change(1, quantity="-1"), " row 3, quantity: '-1': a quantity is never negative: write what is there, 0 for none"),
    (
        change(1, quantity="0.5"),
        " row 3, quantity: '0.5': items are counted in whole numbers: write how many there are",
    ),
    (
        change(1, quantity="0.9999999999"),
        " row 3, quantity: '0.9999999999': items are counted in whole numbers: write how many there are",
    ),
    (change(2, quantity="2"), " row 4, quantity: '2': one item is there or not: write 1 or 0"),
    (
        change(2, quantity="1,0"),
        " row 4, quantity: '1,0': a comma is not this site's decimal mark: write it as 1.0",
    ),
    (change(0, key="9c9"), f" row 2, key: the key '9c9' {NO_KEY}"),
    (change(0, key=""), f" row 2, key: the key '' {NO_KEY}"),
    (
        change(0, draw="0123456789abcdef"),
        " row 2, draw: draw '0123456789abcdef', and the plan's is DRAW: fill in a sheet of this draw",
    ),
    (change(0, draw=""), " row 2, draw: it names no draw: fill in a sheet of this draw"),
    (
        change(0, unit_number="999"),
        " row 2, unit_number: unit '999' does not belong to the key 'KEY', which is unit UNIT: put back what was there",
    ),
    (
        lambda rows: rows.append(dict(rows[0])),
        " row LAST, key: the key 'KEY' stands in row 2 too: keep one of them, and put back the other key",
    ),
    (
        lambda rows: rows.pop(0),
        ": lines of the draw are missing: sheet 1 line 1 (unit UNIT of M1/SHELL): "
        "hand in every line, blank if not counted",
    ),
]


@pytest.mark.parametrize(("damage", "words"), FAULTS)
def test_a_sheet_that_does_not_match_is_refused(tmp_path: Path, damage: Callable[[Rows], object], words: str) -> None:
    plan = drawn(tmp_path)
    first: Rows = []
    fill(tmp_path, lambda rows: first.extend(dict(row) for row in rows))
    filled = fill(tmp_path, damage)
    told = one_line(run("certify", filled, "--plan", plan, *published(plan), *WHO, "--html", tmp_path / "c.html"))
    places = {
        "DRAW": first[0]["draw"],
        "KEY": first[0]["key"],
        "UNIT": first[0]["unit_number"],
        "LAST": str(len(first) + 2),
    }
    for name, value in places.items():
        words = words.replace(name, value)
    assert told == f"error: filled.csv{words}"
    assert not (tmp_path / "c.html").exists()


def test_a_sheet_of_another_draw_is_refused(tmp_path: Path) -> None:
    one, other = drawn(tmp_path / "one"), drawn(tmp_path / "other", "--detection", "0.9")
    told = one_line(run("certify", fill(tmp_path / "one"), "--plan", other, *published(other), *WHO))
    assert told.startswith("error: filled.csv row 2, draw: draw '")
    assert "more at fault): fill in a sheet of this draw" in told
    assert one.exists()


def test_a_swapped_quantity_column_and_other_files(tmp_path: Path) -> None:
    plan = drawn(tmp_path)
    (tmp_path / "a.csv").write_text("draw,key,unit_number\n1,2,3\n", encoding="utf-8")
    (tmp_path / "b.xlsx").write_bytes(b"PK\x03\x04nonsense")
    (tmp_path / "c.pdf").write_bytes(b"%PDF")
    book = openpyxl.Workbook()
    book.save(tmp_path / "d.xlsx")
    told = {
        name: one_line(run("certify", tmp_path / name, "--plan", plan, *published(plan), *WHO))
        for name in ("a.csv", "b.xlsx", "c.pdf", "d.xlsx", "e.csv")
    }
    assert told == {
        "a.csv": "error: a.csv: the required column quantity is missing: add it to the header row",
        "b.xlsx": "error: b.xlsx: this is no readable XLSX workbook: "
        "open it in a spreadsheet program and save it as Excel Workbook (.xlsx), or each table as CSV UTF-8; "
        "where that cannot open it either, fetch it again from where it came",
        "c.pdf": "error: c.pdf: a filled sheet is a CSV file or a workbook: save it as .csv or .xlsx",
        "d.xlsx": "error: d.xlsx: there is no sheet count_sheet: fill in the workbook that the draw wrote",
        "e.csv": "error: e.csv: cannot be read (No such file or directory): check the file and its rights",
    }


@pytest.mark.parametrize(
    ("who", "words"),
    [
        (("--counter", "", *WHO[2:]), "a certificate names who counted and who watched: give --counter and --witness"),
        (
            ("--counter", "k-2", *WHO[2:]),
            "counter and witness are the same, as far as a reader sees: a second person must watch; "
            "of two people who are called alike write more of the names",
        ),
        (WHO[:4], "a certificate says when it was counted: give --counted-at, such as 2026-06-30T14:05"),
        (
            (*WHO[:4], "--counted-at", "soon"),
            "--counted-at 'soon' is no date: write it as 2026-06-30",
        ),
        (
            (*WHO[:4], "--counted-at", "2025-12-31"),
            "counted at 2025-12-31T23:59:59.999999+09:00, before the book was frozen at 2026-01-13T15:00:00+00:00: "
            "correct --counted-at",
        ),
    ],
)
def test_who_and_when_must_be_said(tmp_path: Path, who: tuple[str, ...], words: str) -> None:
    plan = drawn(tmp_path)
    assert one_line(run("certify", fill(tmp_path), "--plan", plan, *published(plan), *who)) == f"error: {words}"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ("draw", "plan.json", "--box", "A=1"),
            "stockward sample draw: no such option '--box': see {} draw --help",
        ),
        (("draw", "plan.json"), "nothing to write: name --html, --xlsx or --csv FILE for the count sheets"),
        (("certify", "a.csv"), "stockward sample certify: missing option '--plan': give --plan PLAN"),
        (
            ("certify", "--plan", "a.json"),
            "stockward sample certify: missing argument 'SHEET': see {} certify --help",
        ),
        (
            ("plan", "a", "b"),
            "stockward sample plan: got unexpected extra argument (b): see {} plan --help",
        ),
        (("a", "b"), "stockward sample: no such command 'a': see stockward sample --help"),
        (
            ("plan", "site", "--seed-text", SEED),
            "a seed belongs to a plan that is committed: name its file with --commit PLAN",
        ),
        (
            ("plan", "site", "--commit", "p", "--seed-sha256", "abc", "--seed-text", SEED),
            "--seed-source, --seed-sha256 and --seed-text exclude each other: a plan has one seed",
        ),
    ],
)
def test_wrong_use_is_told_in_one_line(arguments: tuple[str, ...], words: str) -> None:
    assert one_line(run(*arguments)) == f"error: {words.format('stockward sample')}"
