"""Signatures and remarks below a table: people write them where rows end, and a table has none."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from stockward.book.cells.columns import shown
from stockward.book.cells.reading import no_text
from stockward.book.checks.draft import Draft, TableDraft, first_told
from stockward.book.schema.dictionary import Table

_MOST_FILLED, _LONGEST_SHOWN = 2, 40


_LOOKED_AT, _MORE = 1000, 10
"""So many rows at the end are looked at, and so many times more where all of them are notes."""


def a_note_is_no_row(draft: Draft, table: TableDraft) -> None:
    """A row at the end that holds hardly more than a note has one reason against it in place of one a blank cell."""
    if not any(name in table.reasons for name in table.table.required_names):
        return
    height, rows = table.values.height, table.bad.arg_true()
    last = rows.filter(rows + pl.int_range(len(rows), 0, -1, eager=True) == height)
    found = _notes_at_the_end(table, last)
    if len(found):
        where = pl.Series([False]).new_from_index(0, height).scatter(found, True)
        told = first_told(where).arg_true()
        table.refuse_rows(where, no_text(height).scatter(told, _words(table, _texts(table, told))))


def _notes_at_the_end(table: TableDraft, last: pl.Series) -> pl.Series:
    """Those of the ``last`` rows that are notes: from the end on, up to one that somebody began to fill."""
    told = table.reasons.get("", no_text(table.values.height)).is_not_null()
    size = _LOOKED_AT
    while True:
        places = last.tail(size)
        is_told = told.gather(places)
        at_the_end = (_are_notes(table, places) | is_told).reverse().cast(pl.Int8).cum_min().reverse() == 1
        if size >= len(last) or not at_the_end.all():
            return places.filter(at_the_end & ~is_told)
        size *= _MORE


def _are_notes(table: TableDraft, places: pl.Series) -> pl.Series:
    texts = _texts(table, places)
    filled = pl.sum_horizontal(pl.col(name).is_not_null() for name in texts.columns)
    lacking = pl.sum_horizontal(_name_of_blank(name, texts).is_not_null() for name in table.table.required_names)
    several_words = pl.any_horizontal(
        pl.col(name).str.head(_LONGEST_SHOWN).str.contains(" ", literal=True).fill_null(False) for name in texts.columns
    )
    # One blank cell beside a single word is said best by itself.
    is_note = (filled <= _MOST_FILLED) & (filled <= lacking) & ((lacking > 1) | (filled > 1) | several_words)
    return texts.select(is_note=is_note).to_series()


def _words(table: TableDraft, texts: pl.DataFrame) -> pl.Series:
    required = table.table.required_names
    said = pl.concat_str(*(_quoted(name) for name in texts.columns), separator=" and ", ignore_nulls=True)
    blank = pl.concat_str(*(_name_of_blank(name, texts) for name in required), separator=", ", ignore_nulls=True)
    what = pl.lit("hardly anything") if table.table.private else pl.format("only {}", said)
    return texts.select(words=pl.format(_WORDS, what, blank)).to_series()


def _texts(table: TableDraft, places: pl.Series) -> pl.DataFrame:
    return pl.DataFrame(
        {
            name: shown(table.cells[name].gather(places)).str.strip_chars().replace("", None)
            for name in table.table.names
            if name in table.cells
        }
    )


_WORDS = "it holds {}: delete the row if it is a note, or complete it ({})"


def words_of_a_note(cells: Sequence[str], table: Table) -> str | None:
    """What is said of a line with fewer cells than the header that holds hardly more than a note; of others, none."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    worded = len(filled) == 1 or any(" " in text for text in filled)
    if len(filled) > _MOST_FILLED or len(filled) >= len(table.required_names) or not worded:
        return None
    shown = (f"'{text[:_LONGEST_SHOWN]}{'…' if len(text) > _LONGEST_SHOWN else ''}'" for text in filled)
    said = "hardly anything" if table.private else f"only {' and '.join(shown)}"
    return f"it holds {said}: delete the row if it is a note, or complete it, with as many cells as the header has"


def _quoted(name: str) -> pl.Expr:
    text = pl.col(name)
    short = pl.when(text.str.len_chars() > _LONGEST_SHOWN).then(text.str.head(_LONGEST_SHOWN) + "…").otherwise(text)
    return pl.format("'{}'", short)


def _name_of_blank(name: str, texts: pl.DataFrame) -> pl.Expr:
    """The name of a required column where its cell is blank."""
    return pl.when(pl.col(name).is_null()).then(pl.lit(name)) if name in texts.columns else pl.lit(name)
