"""A row of bulk without a method takes that of its material, or else that of its area."""

from __future__ import annotations

from pathlib import Path

import pytest

import sites
from stockward.book import Site, read_site

METHODS = "method,random_rel\nbelt,0.01\nfloor,0.02\nlab,0.001\n"
MATERIALS = "material,kind,unit,method\nTNT,bulk,kg,\nRDX,bulk,kg,lab\nBOX,item,each,\n"
AREAS = "area,kind,method\nA,store,floor\nB,process,belt\nC,dock,\n"
MOVED = "movement,at,kind,material,quantity,from_area,to_area,method,measurement\n"
COUNTED = "inventory,at,area,material,quantity,method,measurement\n"


def site_of(folder: Path, moved: str, counted: str = "I1,2026-01-01,A,TNT,5,,", **tables: str) -> Site:
    texts = {"areas": AREAS, "materials": MATERIALS, "methods": METHODS, **tables}
    texts |= {"movements": MOVED + moved + "\n", "counts": COUNTED + counted + "\n"}
    return read_site(sites.write(folder, texts, sites.settings("Ridgeway Works")))


@pytest.mark.parametrize(
    ("row", "method"),
    [
        ("receipt,TNT,5,,A,,", "floor"),
        ("receipt,TNT,5,,A,lab,", "lab"),
        ("receipt,RDX,5,,A,,", "lab"),
        ("receipt,TNT,5,,C,,", None),
        ("issue,TNT,5,B,,,", "belt"),
        ("discard,TNT,5,A,,,", "floor"),
        ("transfer,TNT,5,B,A,,", "belt"),
        ("transfer,TNT,5,C,A,,", "floor"),
        ("receipt,BOX,5,,A,,", None),
        ("receipt,TNT,0,,A,,", None),
        ("write_off,TNT,5,A,,,", None),
        ("use,TNT,5,B,,,", None),
    ],
)
def test_the_material_comes_before_the_area(tmp_path: Path, row: str, method: str | None) -> None:
    site = site_of(tmp_path, f"M1,2026-01-02,{row}")
    assert not site.problems
    assert site["movements"]["method"].to_list() == [method]


def test_how_many_rows_took_it_is_told_once(tmp_path: Path) -> None:
    moved = "M1,2026-01-02,receipt,TNT,5,,A,,\nM2,2026-01-02,receipt,TNT,6,,A,lab,\nM3,2026-01-03,issue,TNT,5,A,,,"
    counted = "I1,2026-01-01,A,TNT,5,,\nI1,2026-01-01,A,BOX,5,,"
    site = site_of(tmp_path, moved, counted)
    assert site["counts"].sort("row")["method"].to_list() == ["floor", None]
    told = [notice for notice in site.notices if "name no method" in notice]
    assert told == [
        "2 rows of movements.csv and 1 row of counts.csv name no method, and are measured by that of their material, "
        "or else of their area"
    ]


def test_books_without_a_usual_method_stay_as_they_are(tmp_path: Path) -> None:
    plain = {"areas": "area,kind\nA,store\n", "materials": "material,kind,unit\nTNT,bulk,kg\n"}
    site = site_of(tmp_path, "M1,2026-01-02,receipt,TNT,5,,A,,", **plain)
    assert site["movements"]["method"].to_list() == [None]
    assert not any("name no method" in notice for notice in site.notices)


def test_rows_of_one_reading_have_one_method(tmp_path: Path) -> None:
    """A drum weighed on the belt of B stands in A at that weight: A's scale has never seen it."""
    moved = "M1,2026-01-02,transfer,TNT,5,B,A,,W1\nM2,2026-01-02,receipt,TNT,7,,A,,W2"
    counted = "I1,2026-01-03,A,TNT,5,,W1\nI2,2026-01-04,B,TNT,7,lab,W2"
    site = site_of(tmp_path, moved, counted)
    assert not site.problems
    assert site["movements"].sort("row")["method"].to_list() == ["belt", "lab"]
    assert site["counts"].sort("row")["method"].to_list() == ["belt", "lab"]


def test_an_unknown_usual_method_sets_its_row_aside(tmp_path: Path) -> None:
    site = site_of(tmp_path, "M1,2026-01-02,receipt,TNT,5,,A,,", areas=AREAS.replace("floor", "flor"))
    first = site.problems[0]
    assert (first.file, first.row, first.column) == ("areas.csv", 2, "method")
    assert first.reason == "flor is not in methods, did you mean floor? Correct it, or add it there"


def test_items_have_no_usual_method(tmp_path: Path) -> None:
    site = site_of(tmp_path, "M1,2026-01-02,receipt,TNT,5,,A,,", materials=MATERIALS.replace("each,", "each,floor"))
    first = site.problems[0]
    assert (first.file, first.row, first.column) == ("materials.csv", 4, "method")
    assert first.reason == "items are counted: leave it blank, and name a method in the rows of which an error is known"
