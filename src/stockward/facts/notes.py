"""Signatures and remarks below a table: people write them where rows end, and a table has none."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from stockward.facts.cells import shown
from stockward.facts.dictionary import Table
from stockward.facts.draft import Draft, TableDraft
from stockward.facts.reading import no_text

_MOST_FILLED, _LONGEST_SHOWN = 2, 40


def a_note_is_no_row(draft: Draft, table: TableDraft) -> None:
    """A row at the end that holds hardly more than a note has one reason against it in place of one a blank cell."""
    required = table.table.required_names
    if not any(name in table.reasons for name in required):
        return
    height, rows = table.values.height, table.bad.arg_true()
    last = rows.filter(rows + pl.int_range(len(rows), 0, -1, eager=True) == height)
    texts = {
        name: shown(table.cells[name].gather(last)).str.strip_chars().replace("", None)
        for name in table.table.names
        if name in table.cells
    }
    said = pl.concat_str(*(_quoted(name) for name in texts), separator=" and ", ignore_nulls=True)
    blank = pl.concat_str(*(_name_of_blank(name, texts) for name in required), separator=", ", ignore_nulls=True)
    filled = pl.sum_horizontal(pl.col(name).is_not_null() for name in texts)
    lacking = pl.sum_horizontal(_name_of_blank(name, texts).is_not_null() for name in required)
    told = table.reasons.get("", no_text(height)).gather(last)
    notes = pl.DataFrame(texts).select(
        words=pl.format(
            _WORDS, pl.lit("hardly anything") if table.table.private else pl.format("only {}", said), blank
        ),
        # One blank cell beside a single word is said best by itself.
        is_note=(filled <= _MOST_FILLED) & (filled <= lacking) & ((lacking > 1) | said.str.contains(" ")),
        is_told=told.is_not_null(),
    )
    # From the end on, as long as no row is one that somebody began to fill.
    at_the_end = (notes["is_note"] | notes["is_told"]).reverse().cast(pl.Int8).cum_min().reverse() == 1
    found = at_the_end & ~notes["is_told"]
    words = no_text(height).scatter(last.filter(found), notes["words"].filter(found))
    table.refuse_rows(words.is_not_null(), words)


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


def _name_of_blank(name: str, texts: dict[str, pl.Series]) -> pl.Expr:
    """The name of a required column where its cell is blank."""
    return pl.when(pl.col(name).is_null()).then(pl.lit(name)) if name in texts else pl.lit(name)
