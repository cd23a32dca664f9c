"""How the dates of a site are written, where many are refused: one line of site.toml may mend all of them."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from stockward.book.cells.columns import shown
from stockward.book.cells.date_forms import days_read, forms_that_fit
from stockward.book.cells.moments import NO_DATE, NO_SUCH
from stockward.book.checks.draft import Draft, TableDraft

_ISO = r"^[0-9]{4}-[0-9]{2}"
_MANY_DATES = 5
_MOST_LOOKED_AT = 5_000


def dates_may_be_declared(draft: Draft) -> None:
    """Say with each date that is refused in which ways all of them are days, and how the site declares one of them."""
    texts = pl.Series([], dtype=pl.String)
    at_fault = list(_at_fault(draft))
    for table, name, _ in at_fault:
        written = shown(table.cells[name]).str.strip_chars().drop_nulls().unique()
        texts = pl.concat([texts, written.filter(~written.str.contains(_ISO))]).unique().head(_MOST_LOOKED_AT)
    forms = [form for form in forms_that_fit(texts) if form != draft.settings.site.dates] if len(texts) else []
    if not forms:
        return
    lines = " or ".join(f'dates = "{form}"' for form in forms)
    number = 0
    for table, name, where in at_fault:
        reasons = table.reasons[name]
        are_days = pl.Series([False]).new_from_index(0, len(reasons))
        are_days = are_days.scatter(where.arg_true(), days_read(_texts(table, name, where), forms[0]).fill_null(False))
        words = pl.concat_str(pl.lit(reasons), pl.lit(f", or declare how this site writes dates: {lines} below [site]"))
        table.reasons[name] = pl.select(pl.when(are_days).then(words).otherwise(reasons).alias(name)).to_series()
        number += int(are_days.sum())
    if number >= _MANY_DATES:
        ways = " or ".join(forms)
        draft.notices.append(
            f"site.toml: {number} dates are no dates as this site writes them, and all may be {ways}: if they are "
            f"meant so, write {lines} below [site]"
        )


def _at_fault(draft: Draft) -> Iterator[tuple[TableDraft, str, pl.Series]]:
    """Columns with cells that are refused as dates, and these cells."""
    for table in draft.tables.values():
        for column in table.table.columns:
            if column.type in {"time", "date", "month"} and column.name in table.reasons and column.name in table.cells:
                where = table.reasons[column.name].str.contains(f"{NO_DATE}|{NO_SUCH}").fill_null(False)
                if where.any():
                    yield table, column.name, where


def _texts(table: TableDraft, name: str, where: pl.Series) -> pl.Series:
    return shown(table.cells[name].filter(where)).str.strip_chars()
