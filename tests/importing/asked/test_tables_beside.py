"""Tables beside each other: each is asked about by its own columns, and its own title is what is proposed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.importing.keepers.books import workbook
from tests.importing.rows import Rows, imported, table

_HEADERS: list[object] = ["Date", "In", "Out", "Balance"]
_LEFT: list[list[object]] = [[date(2026, 3, 1), 300, None, 300], [date(2026, 3, 3), None, 24, 276]]
_RIGHT: list[list[object]] = [
    [date(2026, 3, 1), 150, None, 150], [date(2026, 3, 5), None, 12, 138], [date(2026, 3, 17), 100, None, 238],
]  # fmt: skip
_AREA, _MATERIAL = ("source", "March", "area"), ("source", "March", "material")


def _side(folder: Path, titles: tuple[str | None, str | None], *above: list[object]) -> list[Path]:
    left = [*_LEFT, [None] * 4]
    rows: list[list[object]] = [
        *above,
        [titles[0], None, None, None, None, titles[1], None, None, None],
        [*_HEADERS, None, *_HEADERS],
        *([*one, None, *other] for one, other in zip(left, _RIGHT, strict=True)),
    ]
    return workbook(folder / "side.xlsx", {"March": rows})


def _asked(rows: Rows, about: tuple[str, ...]) -> list[tuple[str, tuple[str, ...], str]]:
    return [(one.asks, one.choices, one.first) for one in rows.found.questions if one.about[:3] == about]


def test_each_is_named_by_its_columns_and_title_from_left_to_right(tmp_path: Path) -> None:
    rows = imported(_side(tmp_path, ("MAGAZINE 1", "MAGAZINE 2")), tmp_path / "site")
    lacks = "It has no column of places"
    assert _asked(rows, _AREA) == [
        (
            f"Of which place is side.xlsx[March], columns A:D, headed MAGAZINE 1? {lacks}",
            ("MAGAZINE 1",),
            "side.xlsx[March] columns A:D row 3",
        ),
        (
            f"Of which place is side.xlsx[March], columns F:I, headed MAGAZINE 2? {lacks}",
            ("MAGAZINE 2",),
            "side.xlsx[March] columns F:I row 3",
        ),
    ]
    # A magazine is no material.
    assert [choices for _, choices, _ in _asked(rows, _MATERIAL)] == [(), ()]


def test_the_first_choices_put_each_row_where_its_title_says(tmp_path: Path) -> None:
    rows = imported(
        _side(tmp_path, ("MAGAZINE 1", "MAGAZINE 2")), tmp_path / "site", {_MATERIAL: "Grenade"}, accepts=True
    )
    assert {(row["quantity"], row["to_area"] or row["from_area"]) for row in table(rows.found, "movements")} == {
        ("300", "MAGAZINE 1"), ("24", "MAGAZINE 1"), ("150", "MAGAZINE 2"), ("12", "MAGAZINE 2"), ("100", "MAGAZINE 2"),
    }  # fmt: skip
    assert rows.found.sources[0].balance is not None
    assert rows.found.sources[0].balance.holds


def test_a_title_above_all_of_them_is_proposed_for_each(tmp_path: Path) -> None:
    files = _side(tmp_path, ("MAGAZINE 1", "MAGAZINE 2"), ["Grenade HE"], [])
    asked = _asked(imported(files, tmp_path / "site"), _MATERIAL)
    assert [choices for _, choices, _ in asked] == [("Grenade HE",), ("Grenade HE",)]


def test_tables_without_a_title_or_with_one_and_the_same_are_told_apart(tmp_path: Path) -> None:
    for number, titles in enumerate(((None, None), ("TNT", "TNT"), (None, "MAGAZINE 2"))):
        folder = tmp_path / str(number)
        folder.mkdir()
        asked = _asked(imported(_side(folder, titles), folder / "site"), _AREA)
        assert [first for _, _, first in asked] == [f"side.xlsx[March] columns {one} row 3" for one in ("A:D", "F:I")]
        assert "MAGAZINE 2" not in asked[0][1]


def test_tables_imported_before_are_asked_about_as_they_were(tmp_path: Path) -> None:
    site, files = tmp_path / "site", _side(tmp_path, (None, None))
    first = imported(files, site)
    for name, text in first.found.contents.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text, encoding="utf-8")
    answers = {(*_AREA, "March A:D"): "Mag 1", (*_AREA, "March F:I"): "Mag 2", _MATERIAL: "Grenade"}
    again = imported(files, site, answers, accepts=True)
    assert sorted(row["to_area"] for row in table(again.found, "movements") if row["to_area"]) == [
        "Mag 1", "Mag 2", "Mag 2",
    ]  # fmt: skip
