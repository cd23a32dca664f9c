"""Rows that sum up others: a spreadsheet holds them, and a table has none."""

from __future__ import annotations

import re

import polars as pl

from stockward.book.cells.columns import shown
from stockward.book.checks.draft import Draft, TableDraft

_WORDS = (
    r"(?:(?:grand|sub|sous)[ -]?)?totals?", "totale", "totaux", "sum", "sums", "suma", "somme", "summe",
    "zwischensumme", "gesamt", "gesamtsumme", "gesamtergebnis", "toplam", "razem", "итого", "всего",
    r"(?:balance )?(?:carried|brought) (?:forward|over|down)", "(?:opening|closing|running) balance",
    "balance (?:carried|brought) forward", "balance forward", "[bc]/[fd]", "übertrag", "uebertrag", "saldo",
    "saldovortrag", "anfangsbestand", "endbestand", "solde", "à reporter", "report à nouveau", "suma y sigue",
    "riporto", "devir", "сальдо", "разом", "всього", "усього",
)  # fmt: skip
_SIGNS = (
    "合計", "小計", "総計", "繰越", "合计", "小计", "总计", "结转", "합계", "소계", "총계", "이월", "المجموع",
    "الإجمالي", "اجمالي", "إجمالي", "الاجمالي",
)  # fmt: skip
"""Words of writings that put no blank between a word and its label."""

_WORD, _SIGN = "|".join(_WORDS), "|".join(_SIGNS)
_TOTAL = rf"(?i)^(?:{_WORD})(?:[\s:(_–-].*)?$|\s(?:{_WORD})\s*:?$|^(?:{_SIGN})|(?:{_SIGN})\s*[:：]?$"

_IS_A_TOTAL, _IS_A_TOTAL_ALONE = re.compile(_TOTAL), re.compile(rf"(?i)(?:{_WORD}|{_SIGN})\s*[:：]?")

_NUMBERED = rf"(?i)^(?:{_WORD})[-–_][0-9]+$"
"""A series of codes may begin so; it numbers what stands by itself."""

_CODES = {"movements": ("movement", "document"), "counts": ("inventory", "sheet")}
"""What names a row of stock; who writes a word for a total there means one, however full the row is."""

_CALLS_ITSELF = "it calls itself a total of other rows: delete the row, or write another code here if it is none"

A_TOTAL = "it looks like a total: delete the row"


def names_a_total(cell: str) -> bool:
    """Whether the cell is a word for a total, alone or with a label."""
    return _IS_A_TOTAL.search(cell.strip()) is not None


def is_a_total_alone(cell: str) -> bool:
    """Whether the cell is a word for a total, and nothing else: no thing or place is called so."""
    return _IS_A_TOTAL_ALONE.fullmatch(cell.strip()) is not None


def a_total_is_no_row(draft: Draft, table: TableDraft) -> None:
    """A row that calls itself a total has one reason against it in place of many, where it lacks what a row must have.

    A full row of stock is set aside where its code says so: read as one more movement it would hide a loss.
    """
    _refuse_what_lacks_cells(table)
    for name in _CODES.get(table.table.name, ()):
        if name in table.cells:
            numbered = table[name].str.contains(_NUMBERED).fill_null(False)
            table.refuse(name, _calls_itself_a_total(table, name, ~table.bad) & ~numbered, _CALLS_ITSELF)


def _refuse_what_lacks_cells(table: TableDraft) -> None:
    required = [table.reasons[name] for name in table.table.required_names if name in table.reasons]
    if not required:
        return
    faults = pl.select(pl.sum_horizontal(reasons.is_not_null() for reasons in required)).to_series()
    # A word in one cell makes a row no total where most of what it must give is there.
    lacking = faults * 2 >= len(table.table.required_names)
    total = pl.Series([False]).new_from_index(0, table.values.height)
    for name in table.cells:
        says_so = _calls_itself_a_total(table, name, faults > 0)
        at_fault = table.reasons[name].is_not_null() if name in table.reasons else ~(faults > 0)
        total = total | (says_so & (lacking | (at_fault if table.table[name].required else False)))
    if total.any():
        table.refuse_rows(total, A_TOTAL)


def _calls_itself_a_total(table: TableDraft, name: str, where: pl.Series) -> pl.Series:
    """Rows among those whose cell of the column is a word for a total, alone or with a label."""
    cells = shown(table.cells[name].filter(where)).to_frame("cell")
    said = cells.select(pl.col("cell").str.strip_chars().str.contains(_TOTAL).fill_null(False)).to_series()
    nowhere = pl.Series([False]).new_from_index(0, len(where))
    return nowhere.scatter(where.arg_true().filter(said), True) if said.any() else nowhere
