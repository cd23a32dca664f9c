"""Counts of a part of the stock: what was not meant to be counted stays open, and is never short, nor balanced."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from small_sites import Closed, write_site

from stockward.answers.losses import SeriesVerdict
from stockward.cli import main

MATERIALS = (
    "material,kind,unit,stage,risk_category\nTNT,bulk,kg,raw,2\nRDX,bulk,kg,raw,1\nBOX,item,each,product,1\n"
    "CAN,item,each,product,3\n"
)
METHODS = "method,random_rel\nscale,0.01\n"
FULL = (
    "inventory,at,area,material,quantity,method\n"
    "I0,2026-01-01,A,TNT,100,scale\nI0,2026-01-01,A,RDX,50,scale\nI0,2026-01-01,A,BOX,20,\nI0,2026-01-01,A,CAN,0,\n"
    "C1,2026-01-15,A,BOX,18,\n"
    "I1,2026-02-01,A,TNT,90,scale\nI1,2026-02-01,A,RDX,50,scale\nI1,2026-02-01,A,BOX,18,\nI1,2026-02-01,A,CAN,0,\n"
)
MOVES = (
    "movement,at,kind,material,quantity,from_area,method\n"
    "M1,2026-01-10,issue,TNT,10,A,scale\nM2,2026-01-20,issue,BOX,1,A,\n"
)
HEAD = "inventory,area,material,risk_category,stage\n"


def closed(folder: Path, scopes: str, counts: str = FULL, moves: str = MOVES) -> Closed:
    return Closed(
        write_site(folder, materials=MATERIALS, methods=METHODS, counts=counts, movements=moves, scopes=scopes)
    )


def statuses(found: Closed, series: str) -> dict[str, str]:
    return dict(found.status(series))


@pytest.mark.parametrize(
    "scope",
    ["C1,A,BOX,,", "C1,,BOX,,", "C1,A,BOX,1,product", "C1,A,,1,product", "C1,,BOX,,\nC1,,,4,"],
)
def test_what_lies_outside_stays_open_and_is_told_as_such(tmp_path: Path, scope: str) -> None:
    found = closed(tmp_path, HEAD + scope + "\n")
    for series, material in (("A/TNT", "TNT"), ("A/RDX", "RDX"), ("A/CAN", "CAN")):
        assert statuses(found, series) == {"C1": "incomplete", "I1": "closed"}
        assert found.period(series, "C1")["reason"] == f"outside the scope of that count: {material}"
    assert found.period("A/TNT", "I1")["difference"] == pytest.approx(0)
    assert statuses(found, "A/BOX") == {"C1": "closed", "I1": "closed"}
    assert found.period("A/BOX", "C1")["difference"] == 2
    assert found.period("A/BOX", "I1")["difference"] == -1


def test_without_a_scope_it_was_all_of_the_area(tmp_path: Path) -> None:
    found = closed(tmp_path, HEAD)
    assert found.period("A/TNT", "C1")["reason"] == "the inventory left out TNT, of which the book holds some"
    # Nothing of it is on the book, so that the inventory found nothing.
    assert statuses(found, "A/CAN") == {"C1": "closed", "I1": "closed"}


@pytest.mark.parametrize(
    ("scope", "reason"),
    [
        ("C1,A,BOX,,\nC1,A,CAN,,", "the inventory has no row of CAN, which its scope names"),
        ("C1,A,BOX,,\nC1,A,,3,", None),
    ],
)
def test_what_the_scope_names_and_no_row_counts_is_not_zero(tmp_path: Path, scope: str, reason: str | None) -> None:
    found = closed(tmp_path, HEAD + scope + "\n")
    if reason is None:
        assert statuses(found, "A/CAN") == {"C1": "closed", "I1": "closed"}
    else:
        assert found.period("A/CAN", "C1")["reason"] == reason


def test_what_is_inside_and_was_left_out_is_incomplete(tmp_path: Path) -> None:
    found = closed(tmp_path, HEAD + "C1,A,BOX,,\nC1,A,TNT,,\n")
    assert found.period("A/TNT", "C1")["reason"] == "the inventory left out TNT, of which the book holds some"
    assert found.period("A/RDX", "C1")["reason"] == "outside the scope of that count: RDX"


def test_a_count_outside_its_scope_still_counts(tmp_path: Path) -> None:
    counts = FULL.replace("C1,2026-01-15,A,BOX,18,\n", "C1,2026-01-15,A,BOX,18,\nC1,2026-01-15,A,RDX,50,scale\n")
    found = closed(tmp_path, HEAD + "C1,A,BOX,,\n", counts)
    assert statuses(found, "A/RDX") == {"C1": "closed", "I1": "closed"}


def test_a_scope_of_another_area_says_nothing_of_this_one(tmp_path: Path) -> None:
    counts = FULL + "C1,2026-01-15,B,BOX,0,\nI1,2026-02-01,B,BOX,0,\n"
    found = closed(tmp_path, HEAD + "C1,B,BOX,,\n", counts)
    assert found.period("A/TNT", "C1")["reason"] == "the inventory left out TNT, of which the book holds some"


def test_a_substance_is_open_where_one_of_its_materials_lies_outside(tmp_path: Path) -> None:
    contents = "material,substance,amount,unit\nTNT,HE,1,kg\nBOX,HE,2,kg\n"
    site = write_site(
        tmp_path, materials=MATERIALS, methods=METHODS, counts=FULL, movements=MOVES, contents=contents,
        scopes=HEAD + "C1,A,BOX,,\n",
    )  # fmt: skip
    found = Closed(site)
    assert found.period("A/HE", "C1")["reason"] == "outside the scope of that count: TNT"
    assert found.period("A/HE", "I1")["difference"] == pytest.approx(2 * 1)


def verdict(found: Closed, series: str) -> SeriesVerdict:
    return found.verdicts()[series]


@pytest.mark.parametrize(
    "scope",
    [
        "C1,A,BOX,,\nC1,A,XYZ,,", "C1,A,BOX,,\nC1,A,TNT,9,", "C1,A,XYZ,,", "C9,A,BOX,,", ",A,BOX,,", "C1,Z,BOX,,",
        "C1,A,,,unheard",
    ],
)  # fmt: skip
def test_a_scope_at_fault_is_no_verdict(tmp_path: Path, scope: str) -> None:
    counts = FULL.replace("I1,2026-02-01,A,TNT,90", "I1,2026-02-01,A,TNT,50").replace("CAN,0", "CAN,3", 1)
    moves = MOVES + "M3,2026-01-05,issue,CAN,3,A,\n"
    found = closed(tmp_path, HEAD + scope + "\n", counts, moves)
    assert len(found.site.problems) == 1
    said = {series: verdict(found, series).verdict.value for series in found.ids if not series.startswith("*")}
    # Of CAN the book holds none at C1, and whether anybody looked is not known.
    assert said["A/CAN"] == "not_tested"
    assert found.period("A/CAN", "C1")["status"] == "not_tested"
    assert found.period("A/BOX", "C1")["status"] in {"closed", "not_tested"}
    if scope.startswith("C1,A"):
        assert found.period("A/BOX", "C1")["status"] == "closed"
    assert all(row["status"] != "closed" for row in found.periods("A/CAN"))


def test_single_counts_of_one_moment_may_have_scopes(tmp_path: Path) -> None:
    counts = FULL + "X1,2026-01-22,A,BOX,17,\nX2,2026-01-22,A,RDX,50,scale\nX3,2026-01-22,A,CAN,0,\n"
    scopes = HEAD + "C1,A,BOX,,\nX1,A,BOX,,\nX2,A,RDX,,\nX3,A,CAN,,\n"
    found = closed(tmp_path, scopes, counts)
    assert not found.site.problems
    assert found.period("A/RDX", "X2")["status"] == "closed"


def test_the_review_tells_it_once(tmp_path: Path) -> None:
    closed(tmp_path / "site", HEAD + "C1,A,BOX,,\n")
    words = ["review", str(tmp_path / "site"), "--json", str(tmp_path / "review.json")]
    result = CliRunner().invoke(main, words)
    said = json.loads((tmp_path / "review.json").read_text(encoding="utf-8"))
    first = {one["id"]: one["periods"][0] for one in said["series"]}["A/TNT"]
    assert (first["status"], first["reason"]) == ("incomplete", "outside the scope of that count: TNT")
    told = "3 balances ran on over counts of a part of the stock: outside the scope of that count."
    assert " ".join(result.output.split()).count(told) == 1
    assert "left out TNT" not in result.output
