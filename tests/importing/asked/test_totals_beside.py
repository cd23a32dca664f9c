"""Totals and balances brought forward of tables beside each other, and headers of the day in many languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.importing.keepers.books import workbook
from tests.importing.rows import Rows, imported, table

_HEADERS: list[object] = ["Datum", "Art.-Nr.", "Zugang", "Abgang", "Bestand", "Bemerkung"]


def _read(folder: Path, left: list[list[object]], right: list[list[object]], day: str = "Datum") -> Rows:
    headers = [day, *_HEADERS[1:]]
    rows: list[list[object]] = [
        ["Magazin 1", *[None] * 6, "Magazin 2", *[None] * 5],
        [*headers, None, *headers],
        *([*one, *[None] * (7 - len(one)), *other] for one, other in zip(left, right, strict=True)),
    ]
    files, site = workbook(folder / "buch.xlsx", {"Buch": rows}), folder / "site"
    first = imported(files, site, accepts=True)
    for name, text in first.found.contents.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text, encoding="utf-8")
    return imported(files, site, accepts=True)


def _sizes(rows: Rows) -> list[str]:
    assert not rows.found.questions
    return sorted(row["quantity"] for row in table(rows.found, "movements"))


@pytest.mark.parametrize("word", ["Übertrag", "Riporto", "Carried forward"])
def test_a_balance_brought_forward_in_place_of_the_day_is_left_out_whatever_its_key(tmp_path: Path, word: str) -> None:
    rows = _read(
        tmp_path,
        # The one key might be a day, the other is none.
        [
            ["02.01.2026", "0012", 250, None, 250],
            [word, "0012", None, None, 250],
            ["03.02.2026", "0012", None, 35, 215],
        ],
        [
            ["02.01.2026", "0120", 900, None, 900],
            [word, "0120", None, None, 900],
            ["04.02.2026", "0120", None, 110, 790],
        ],
    )
    assert _sizes(rows) == ["110", "250", "35", "900"]
    assert len(rows.found.sources[0].left_out["a balance brought forward"]) == 2


def test_a_total_labelled_once_sums_up_the_table_beside_it_too(tmp_path: Path) -> None:
    rows = _read(
        tmp_path,
        [["02.01.2026", "0012", 250, None, 250], ["Summe", None, 250, 0], ["03.02.2026", "0012", None, 35, 215]],
        [["02.01.2026", "0120", 900, None, 900], [None, None, 900, 0], ["04.02.2026", "0120", None, 110, 790]],
    )
    assert _sizes(rows) == ["110", "250", "35", "900"]
    assert len(rows.found.sources[0].left_out["a total"]) == 2


def test_a_row_beside_a_total_is_kept(tmp_path: Path) -> None:
    rows = _read(
        tmp_path,
        [["02.01.2026", "0012", 250, None, 250], ["Summe", None, 250, 0]],
        [["02.01.2026", "0120", 900, None, 900], ["04.02.2026", "0120", None, 110, 790]],
    )
    assert _sizes(rows) == ["110", "250", "900"]


@pytest.mark.parametrize("header", ["Tag", "Jour", "Día", "Giorno", "Dzień", "Dag", "Data", "Dia", "Dato", "Gün"])
def test_a_header_of_the_day_is_known(tmp_path: Path, header: str) -> None:
    rows = _read(
        tmp_path,
        [["02.01.2026", "0012", 250, None, 250], ["03.02.2026", "0012", None, 35, 215]],
        [["02.01.2026", "0120", 900, None, 900], ["04.02.2026", "0120", None, 110, 790]],
        header,
    )
    assert _sizes(rows) == ["110", "250", "35", "900"]
