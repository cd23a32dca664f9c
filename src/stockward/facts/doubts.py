"""What is used as it stands, and was most likely not meant: told in a notice, one a file and kind of doubt."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import polars as pl

from stockward.facts.cells import shown
from stockward.facts.draft import Draft, TableDraft
from stockward.facts.problems import bare, more_like_it
from stockward.terms.units import factor


def a_grain_may_be_a_gram(draft: Draft, table: TableDraft) -> None:
    """The unit ``gr`` is a grain, and many write it for a gram, which is fifteen times as much."""
    for column in table.table.columns:
        if column.type == "unit":
            rows = table["row"].filter((table[column.name] == "gr").fill_null(False))
            why = f"{column.name} gr is the grain of {factor('gr', 'g'):.3g} g: write g if grams are meant"
            _tell(draft, table, rows, why)


_MANY = 0.05
"""A relative error of so much is seldom one of measuring: it may be a percentage that was written as it stands."""


def an_error_may_be_a_percentage(draft: Draft, table: TableDraft) -> None:
    """Errors are shares: 0.1 is 10 %, and was written by many for 0.1 %."""
    for name in ("random_rel", "systematic_rel"):
        large = table.values.filter((table[name] >= _MANY) & ~table.bad).select("row", name)
        if large.height:
            error = large[name][0]
            mark = draft.settings.site.decimal
            share, written = (f"{one:.6g}".replace(".", mark) for one in (error / 100, error))
            per_cent = f"{error * 100:.6g}".replace(".", mark)
            _tell(draft, table, large["row"], f"{name} {written} is {per_cent} %: write {share} for {written} %")


def two_keys_may_be_one(draft: Draft, table: TableDraft) -> None:
    """Keys, or names, that look the same to people: what is one thing is kept in two books then."""
    key = table.table.key[0]
    for name in (key, "name"):
        rows = table.good().select("row", key, shown=name).drop_nulls()
        rows = rows.with_columns(seen=pl.Series([bare(word) for word in rows["shown"]], dtype=pl.String))
        alike = rows.filter(pl.col("seen").is_duplicated())
        pairs = alike.group_by("seen", maintain_order=True).head(2)
        if pairs.height:
            (first, one), (second, other) = pairs.select("row", key).rows()[:2]
            called = "" if name == key else f" are both called {pairs['shown'][0]}:"
            looks = f"{one!r} and {other!r}" + (called or " look alike:")
            more = more_like_it(alike.height - 2, "row", "rows", it="them")
            draft.notices.append(
                f"{table.file} rows {first} and {second}: {looks} if they are one, write one key everywhere, or the "
                f"books of both are wrong{more}"
            )


_FEW_ROWS, _MOST_APART = 5, 3
_FAR_DAYS, _SEASON_DAYS = 730, 120


def a_year_may_be_wrong(draft: Draft, table: TableDraft) -> None:
    """A few rows far before or after all others: their year is one that somebody else meant."""
    rows = table.good().select("row", "at").drop_nulls()
    of_movements = table.table.name == "movements"
    if of_movements:
        counted = draft["counts"].good().select("at").drop_nulls().unique()
        rows = pl.concat([rows, counted.select(pl.lit(None, rows.schema["row"]).alias("row"), "at")])
    if rows.height < _FEW_ROWS:
        return
    rows, zone = rows.sort("at", "row"), ZoneInfo(draft.settings.site.timezone)
    for side, ordered in (("before", rows), ("after", rows.reverse())):
        apart, others = _apart_from_others(ordered, of_movements=of_movements)
        if apart.height:
            day, last = (f"{one.astimezone(zone):%Y-%m-%d}" for one in (apart["at"][0], others["at"][0]))
            why = f"its day, {day}, lies far {side} all others ({last}): correct the year if it is wrong"
            _tell(draft, table, apart["row"], why)


def _apart_from_others(ordered: pl.DataFrame, *, of_movements: bool) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows at the begin that lie apart from the others, which they would be among in another year; and these.

    Inventories may well be a year apart, movements hardly.
    """
    gaps = ordered["at"].diff().abs().dt.total_days()
    for number in range(1, min(_MOST_APART, ordered.height // _FEW_ROWS) + 1):
        apart, others = ordered[:number], ordered[number:]
        if apart["row"].null_count():
            break
        first, last = sorted((others["at"][0], others["at"][-1]))
        years = [apart["at"].dt.offset_by(f"{years}y").is_between(first, last) for years in (-1, 1)]
        in_another = bool((years[0] | years[1]).all())
        if gaps[number] > _FAR_DAYS or (of_movements and gaps[number] > _SEASON_DAYS and in_another):
            return apart, others
    return ordered[:0], ordered


def a_number_of_items_may_be_misread(draft: Draft, table: TableDraft) -> None:
    """Items have whole numbers; ``1.000`` among numbers without a mark may be a thousand."""
    if "quantity" not in table.cells:
        return
    items = draft["materials"].good().filter(pl.col("kind") == "item")["material"]
    mark = draft.settings.site.decimal
    text = shown(table.cells["quantity"]).str.strip_chars()
    rows = table.values.select("row", "quantity", text=text).filter(
        table["material"].is_in(items.implode()).fill_null(False) & ~table.bad
    )
    marked = pl.col("text").str.contains(mark, literal=True)
    of_three = pl.col("text").str.contains(rf"^[1-9][0-9]{{0,2}}\{mark}[0-9]{{3}}$")
    # Numbers that a file types as such were not written by anybody.
    text_cells = table.cells["quantity"].dtype == pl.String
    few_others = (marked.sum().cast(pl.Int64) - 1) * 2 < pl.len().cast(pl.Int64) - 1
    thousands = rows.filter(of_three & few_others & text_cells)
    if thousands.height:
        _, read, written = thousands.row(0)
        shown_as = f"{read:g}".replace(".", mark)
        why = f"quantity {written!r} is read as {shown_as}: write {written.replace(mark, '')} if a thousand was meant"
        _tell(draft, table, thousands["row"], why)
    broken = rows.filter(pl.col("quantity") != pl.col("quantity").round()).join(thousands, on="row", how="anti")
    if broken.height:
        why = f"quantity {broken['text'][0]!r} is no whole number of items: correct it, or the material's kind"
        _tell(draft, table, broken["row"], why)


def _tell(draft: Draft, table: TableDraft, rows: pl.Series, why: str) -> None:
    """One notice that names the first row, and how many more there are."""
    if len(rows):
        draft.notices.append(f"{table.file} row {rows[0]}: {why}{more_like_it(len(rows) - 1, 'row', 'rows')}")
