"""What is used as it stands, and was most likely not meant: told in a notice, one a file and kind of doubt."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from stockward.book.cells.columns import shown
from stockward.book.cells.moments import day_of
from stockward.book.cells.numbers import MARKS, NOT_THE_MARK
from stockward.book.checks.draft import Draft, TableDraft
from stockward.book.problems import bare, more_like_it
from stockward.book.substances import substance_units
from stockward.terms.periods import SEASON_DAYS
from stockward.terms.units import factor


def a_grain_may_be_a_gram(draft: Draft, table: TableDraft) -> None:
    """The unit ``gr`` is a grain, and many write it for a gram, which is fifteen times as much."""
    for column in table.table.columns:
        if column.type == "unit":
            rows = table["row"].filter((table[column.name] == "gr").fill_null(False))
            why = f"{column.name} gr is the grain of {factor('gr', 'g'):.3g} g: write g if grams are meant"
            tell_rows(draft, table, rows, why)


_MANY = 0.05
"""A relative error of so much is seldom one of measuring: it may be a percentage that was written as it stands."""


def an_error_may_be_a_percentage(draft: Draft, table: TableDraft) -> None:
    """Errors are shares: 0.1 is 10 %, and was written by many for 0.1 %."""
    for name in ("random_rel", "systematic_rel"):
        _tell_percentages(draft, table, name, table[name] >= _MANY)


MUCH_LOST = 0.1
"""So large a share of what is received is seldom lost in the normal course of work."""


def a_rate_may_be_a_percentage(draft: Draft, table: TableDraft) -> None:
    """A rate of what is received is a share: 0.5 is 50 %, and was written by many for 0.5 %."""
    large = (table["basis"] == "per_received") & (table["rate"] >= MUCH_LOST)
    _tell_percentages(draft, table, "rate", large, " of what is received")


def _tell_percentages(draft: Draft, table: TableDraft, name: str, large: pl.Series, of: str = "") -> None:
    found = table.values.filter(large.fill_null(False) & ~table.bad).select("row", name)
    if found.height:
        share = found[name][0]
        less, written, per_cent = (said(draft, one) for one in (share / 100, share, share * 100))
        tell_rows(draft, table, found["row"], f"{name} {written} is {per_cent} %{of}: write {less} for {written} %")


def said(draft: Draft, number: float) -> str:
    """A number as the site writes it."""
    return f"{number:.6g}".replace(".", draft.settings.site.decimal)


def a_content_may_be_a_percentage(draft: Draft, table: TableDraft) -> None:
    """A mass holds no more of a substance than itself: 99.5 kg a kg was written by many for 99.5 %."""
    bulk = draft["materials"].good().filter(pl.col("kind") == "bulk").select("material", own="unit")
    rows = table.good().join(bulk, on="material", maintain_order="left")
    shares = [
        (factor(unit, own) or 0.0) * amount for amount, unit, own in rows.select("amount", "unit", "own").iter_rows()
    ]
    more = rows.with_columns(share=pl.Series(shares, dtype=pl.Float64)).filter(pl.col("share") > 1 + _CONVERTED)
    if more.height:
        amount, unit, own, share = more.select("amount", "unit", "own", "share").row(0)
        written = said(draft, amount)
        # Only what is at most 100 can be a percentage of a pure substance.
        percentage = unit == own and share <= _PER_CENT
        mend = f"write {said(draft, amount / 100)} for {written} %" if percentage else "correct the amount or its unit"
        tell_rows(draft, table, more["row"], f"amount {written} {unit} is more than the 1 {own} that holds it: {mend}")


_CONVERTED, _PER_CENT = 1e-9, 100.0


def two_keys_may_be_one(draft: Draft, table: TableDraft) -> None:
    """Keys, or names, that look the same to people: what is one thing is kept in two books then."""
    key = table.table.key[0]
    for name in (key, "name"):
        rows = table.good().select("row", key, shown=name).drop_nulls()
        seen = [bare(word) for word in rows["shown"]]
        if len(set(seen)) < len(seen):
            rows = rows.with_columns(seen=pl.Series(seen))
            alike = rows.filter(pl.col("seen").is_duplicated())
            pairs = alike.group_by("seen", maintain_order=True).head(2)
            (first, one), (second, other) = pairs.select("row", key).rows()[:2]
            called = "" if name == key else f" are both called {pairs['shown'][0]}:"
            looks = f"{one!r} and {other!r}" + (called or " look alike:")
            more = more_like_it(alike.height - 2, "row", "rows", it="them")
            draft.notices.append(
                f"{table.file} rows {first} and {second}: {looks} if they are one, write one key everywhere, or the "
                f"books of both are wrong{more}"
            )


_FEW_ROWS, MOST_APART = 5, 3
"""So many rows of a wrong year are told by how far they lie from others; more make a stretch of time [``years``]."""
_FAR_DAYS = 730


def nobody_leaves_before_they_come(draft: Draft, table: TableDraft) -> None:
    """Who has a last day before the first counts on no day, and was most likely meant to."""
    rows = table.good().filter(pl.col("until") < pl.max_horizontal("since", "available_from"))
    tell_rows(
        draft, table, rows["row"], "until lies before the first day, so this person counts on none: correct one of them"
    )


_FIRST_DAY = {"absences": "start", "wishes": "date", "assignments": "start", "production": "month"}
"""What dates the rows of tables on guards and output; ``at`` does others."""


def a_year_may_be_wrong(draft: Draft, table: TableDraft) -> None:
    """A few rows far before or after all others: their year is one that somebody else meant.

    What guards do lies ahead as well; how far is asked where today is known.
    """
    zone = draft.settings.site.timezone
    rows = _dated(table, _FIRST_DAY.get(table.table.name, "at"), zone)
    of_movements = table.table.name == "movements"
    if of_movements:
        counted = _dated(draft["counts"], "at", zone).select("day").unique()
        rows = pl.concat([rows, counted.select(pl.lit(None, rows.schema["row"]).alias("row"), "day")])
    if rows.height < _FEW_ROWS:
        return
    rows = rows.sort("day", "row")
    for side, ordered in (("before", rows), ("after", rows.reverse())):
        apart, others = _apart_from_others(ordered, of_movements=of_movements)
        if apart.height and (side == "before" or table.table.name not in _FIRST_DAY):
            day, last = apart["day"][0], others["day"][0]
            said = ("its day", "all others") if table.table.private else (f"its day, {day},", f"all others ({last})")
            tell_rows(
                draft, table, apart["row"], f"{said[0]} lies far {side} {said[1]}: correct the year if it is wrong"
            )


def _dated(table: TableDraft, column: str, zone: str) -> pl.DataFrame:
    """The good rows with the day of each."""
    return table.good().select("row", day=day_of(table.table[column], zone)).drop_nulls()


def _apart_from_others(ordered: pl.DataFrame, *, of_movements: bool) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows at the begin that lie apart from the others, which they would be among in another year; and these.

    Inventories may well be a year apart, movements hardly.
    """
    gaps = ordered["day"].diff().abs().dt.total_days()
    for number in range(1, min(MOST_APART, ordered.height // _FEW_ROWS) + 1):
        apart, others = ordered[:number], ordered[number:]
        if apart["row"].null_count():
            break
        first, last = sorted((others["day"][0], others["day"][-1]))
        years = [apart["day"].dt.offset_by(f"{years}y").is_between(first, last) for years in (-1, 1)]
        in_another = bool((years[0] | years[1]).all())
        if gaps[number] > _FAR_DAYS or (of_movements and gaps[number] > SEASON_DAYS and in_another):
            return apart, others
    return ordered[:0], ordered


def a_number_of_items_may_be_misread(draft: Draft, table: TableDraft) -> None:
    """Items have whole numbers; ``1.000`` among numbers without a mark may be a thousand."""
    if "quantity" not in table.cells:
        return
    rows = _written(draft, table, "item")
    thousands = _thousands(draft, table, rows)
    _tell_thousands(draft, table, thousands)
    broken = rows.filter(pl.col("quantity") != pl.col("quantity").round())
    if broken.height and (broken := broken.join(thousands, on="row", how="anti")).height:
        why = f"quantity {broken['text'][0]!r} is no whole number of items: correct it, or the material's kind"
        tell_rows(draft, table, broken["row"], why)


_MORE_DIGITS = r"[.,][0-9]{4,}$"


def a_bulk_quantity_may_be_misread(draft: Draft, table: TableDraft) -> None:
    """Bulk may have any digits; ``2.000`` may be two thousand where the others of its material are as large."""
    if "quantity" not in table.cells:
        return
    rows = _written(draft, table, "bulk")
    thousands = _thousands(draft, table, rows)
    # Who writes more digits somewhere may have three by chance.
    if thousands.is_empty() or rows["text"].str.contains(_MORE_DIGITS).any():
        return
    others = rows.join(thousands, on="row", how="anti").filter(pl.col("quantity") > 0)
    usual = others.group_by("material", "unit").agg(usual=pl.col("quantity").median())
    meant = thousands.join(usual, on=["material", "unit"], nulls_equal=True, maintain_order="left")
    # Nearer, by its ratio, to the others as a thousand times what is read.
    _tell_thousands(draft, table, meant.filter(pl.col("quantity") * 1000**0.5 < pl.col("usual")))


def _written(draft: Draft, table: TableDraft, kind: str) -> pl.DataFrame:
    """Good rows of one kind of material, with the ``text`` of their quantities."""
    materials = draft["materials"].good().filter(pl.col("kind") == kind)["material"]
    text = shown(table.cells["quantity"]).str.strip_chars()
    return table.values.select("row", "quantity", "material", "unit", text=text).filter(
        pl.col("material").is_in(materials.implode()) & ~table.bad
    )


def _thousands(draft: Draft, table: TableDraft, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows whose text has three digits behind the mark, where few others have a mark."""
    # Numbers that a file types as such were not written by anybody.
    if rows.is_empty() or table.cells["quantity"].dtype != pl.String:
        return rows.clear()
    mark = draft.settings.site.decimal
    marked = pl.col("text").str.contains(mark, literal=True)
    of_three = pl.col("text").str.contains(rf"^[1-9][0-9]{{0,2}}\{mark}[0-9]{{3}}$")
    few_others = (marked.sum().cast(pl.Int64) - 1) * 2 < pl.len().cast(pl.Int64) - 1
    return rows.filter(of_three & few_others)


def _tell_thousands(draft: Draft, table: TableDraft, thousands: pl.DataFrame) -> None:
    if thousands.height:
        mark = draft.settings.site.decimal
        read, written = thousands.select("quantity", "text").row(0)
        shown_as = f"{read:g}".replace(".", mark)
        why = f"quantity {written!r} is read as {shown_as}: write {written.replace(mark, '')} if a thousand was meant"
        tell_rows(draft, table, thousands["row"], why)


def tell_rows(draft: Draft, table: TableDraft, rows: pl.Series, why: str) -> None:
    """One notice that names the first row, and how many more there are."""
    if len(rows):
        draft.notices.append(f"{table.file} row {rows[0]}: {why}{more_like_it(len(rows) - 1, 'row', 'rows')}")


def a_goal_may_be_more_than_the_stock(draft: Draft, table: TableDraft) -> None:
    """Beside what was counted at most, all that ever came in is allowed for: no more can have stood there."""
    counts, ledger = draft["counts"], draft["movements"]
    # What a row at fault would add nobody knows.
    if any(one.torn or one.bad.any() for one in (counts, ledger)):
        return
    counted, moved = counts.good(), ledger.good()
    units = substance_units(draft["materials"].good(), draft["contents"].good())
    for row, substance, quantity, area, unit in (
        table.good().select("row", "substance", "quantity", "area", "unit").iter_rows()
    ):
        unit = unit or units.get(substance)
        held = _held(draft, substance, unit) if unit else {}
        stood = valued(counted, held).filter(pl.col("area") == area if area else True)
        came = valued(moved, held).filter(pl.col("to_area") == area if area else pl.col("from_area").is_null())
        of_each = stood.group_by("area", "inventory").agg(pl.col("value").sum()).group_by("area").agg(pl.max("value"))
        most = float(of_each["value"].sum()) + float(came["value"].sum())
        if 0 < most < quantity:
            where = area or "the whole site"
            why = f"its {said(draft, quantity)} {unit} are more than ever stood of {substance} in {where}"
            mend = f"at most {said(draft, most)} {unit}: correct the quantity, or its unit"
            tell_rows(draft, table, pl.Series([row]), f"{why}, {mend}")


def _held(draft: Draft, substance: str, unit: str) -> Mapping[tuple[str, str | None], float]:
    """How much of the substance, in the unit, is in one of each material that holds it, by the unit of a row."""
    materials, contents = draft["materials"].good(), draft["contents"].good()
    own = dict(materials.select("material", "unit").rows())
    amounts = [
        (material, amount * (factor(of, unit) or 0.0))
        for material, amount, of in contents.filter(pl.col("substance") == substance)
        .select("material", "amount", "unit")
        .iter_rows()
    ]
    if substance in own and substance not in contents["material"]:
        amounts.append((substance, factor(own[substance], unit) or 0.0))
    used = {*draft["counts"]["unit"], *draft["movements"]["unit"], None}
    return {
        (material, written): amount * (1.0 if written is None else factor(written, own[material]) or 0.0)
        for material, amount in amounts
        for written in used
        if material in own
    }


def valued(rows: pl.DataFrame, held: Mapping[tuple[str, str | None], float]) -> pl.DataFrame:
    """The rows of these materials, with the ``value`` of each."""
    keys = [(material, unit, one) for (material, unit), one in held.items()]
    schema = {"material": pl.String, "unit": pl.String, "one": pl.Float64}
    joined = rows.join(pl.DataFrame(keys, schema, orient="row"), on=["material", "unit"], nulls_equal=True)
    return joined.with_columns(value=pl.col("quantity") * pl.col("one"))


_MANY_MARKS = 5


def the_decimal_mark_may_be_another(draft: Draft) -> None:
    """Where so many cells are refused for their mark, one line of site.toml may mend all of them."""
    own = draft.settings.site.decimal
    other = next(mark for mark in MARKS if mark != own)
    reasons = [one for table in draft.tables.values() for one in table.reasons.values()]
    number = sum(int(one.str.contains(NOT_THE_MARK, literal=True).sum()) for one in reasons)
    if number >= _MANY_MARKS:
        draft.notices.append(
            f"site.toml: {number} numbers are written with a {MARKS[other]}, which is not the decimal mark of this "
            f"site: if all are meant so, write decimal = '{other}' below [site]"
        )
