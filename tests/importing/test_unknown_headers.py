"""Ledgers whose headers nobody knows are brought in by answers alone, and what the rows prove is proposed first."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.importing.rows import Rows, imported

SIDES = "one column for what came in, another for what went out"
OWN_WORDS = [
    "Wann,Ding,Wo,Rein,Raus,Bleibt",
    "2026-01-03,C4,Mag 2,100,,1100",
    "2026-01-09,C4,Mag 2,,250,850",
    "2026-01-15,C4,Mag 2,,50,800",
    "2026-02-15,C4,Mag 2,40,,840",
]
TRUE = {
    ("2026-01-03", "receipt", "C4", 100.0, "", "Mag 2"),
    ("2026-01-09", "issue", "C4", 250.0, "Mag 2", ""),
    ("2026-01-15", "issue", "C4", 50.0, "Mag 2", ""),
    ("2026-02-15", "receipt", "C4", 40.0, "", "Mag 2"),
}
COLUMNS = ("source", "own", "columns_answered")
ANSWERS = {
    ("source", "own", "table"): "movements", (*COLUMNS, "at"): "Wann", (*COLUMNS, "material"): "Ding",
    (*COLUMNS, "area"): "Wo", (*COLUMNS, "kind"): "no column", ("source", "own", "unit"): "kg",
}  # fmt: skip
WHICH = {
    (*COLUMNS, "quantity"): SIDES, (*COLUMNS, "in"): "Rein", (*COLUMNS, "out"): "Raus", (*COLUMNS, "balance"): "Bleibt",
}  # fmt: skip


def _read(folder: Path, lines: list[str], answers: dict[tuple[str, ...], str], *, accepts: bool = False) -> Rows:
    file = folder / "own.csv"
    file.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return imported([file], folder / "site", answers, accepts=accepts)


def _choices(rows: Rows, role: str) -> tuple[str, ...]:
    return next(one.choices for one in rows.found.questions if one.about == (*COLUMNS, role))


def test_a_column_in_and_a_column_out_are_brought_in_by_answers(tmp_path: Path) -> None:
    assert _read(tmp_path, OWN_WORDS, ANSWERS | WHICH).movements == TRUE


def test_the_only_assignment_by_which_every_balance_follows_is_proposed_first(tmp_path: Path) -> None:
    rows = _read(tmp_path, OWN_WORDS, ANSWERS)
    assert _choices(rows, "quantity")[0] == SIDES
    rows = _read(tmp_path, OWN_WORDS, ANSWERS | {(*COLUMNS, "quantity"): SIDES})
    assert [_choices(rows, role)[0] for role in ("in", "out", "balance")] == ["Rein", "Raus", "Bleibt"]
    assert _read(tmp_path, OWN_WORDS, ANSWERS, accepts=True).movements == TRUE


def test_what_no_balance_proves_is_never_accepted(tmp_path: Path) -> None:
    lines = [",".join(line.split(",")[:5]) for line in OWN_WORDS]
    rows = _read(tmp_path, lines, ANSWERS, accepts=True)
    assert not rows.movements
    assert SIDES in _choices(rows, "quantity")
    assert _read(tmp_path, lines, ANSWERS | WHICH).movements == TRUE


@pytest.mark.parametrize(
    "header",
    [
        "Date,Article,Magazine,Recd,Issd,In hand", "Date,Item,Store,Rec'd,Iss'd,On hand",
        "일자,품목,창고,입고,불출,잔고", "Дата записи,Материал,Склад,Поступило,Выбыло,Состоит",
        "Tarih,Malzeme,Depo,Giren,Çıkan,Kalan", "Data,Materiale,Magazzino,Ricevuto,Consegnato,Rimanenza",
    ],
)  # fmt: skip
def test_usual_words_need_no_answer(tmp_path: Path, header: str) -> None:
    rows = _read(tmp_path, [header, *OWN_WORDS[1:]], {("source", "own", "unit"): "kg"})
    assert rows.movements == TRUE
    assert rows.found.sources[0].balance is not None
