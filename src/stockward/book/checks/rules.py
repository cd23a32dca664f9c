"""One function a rule of the site format. Each holds its reason against the rows that break the rule.

Tables are checked in the order of the dictionary, so that a table is settled before others refer to it; within a
table, the checks run in the order of ``SITE_CHECKS``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from stockward.book.cells.columns import shown
from stockward.book.cells.numbers import NEVER_NEGATIVE, without_sign
from stockward.book.cells.reading import no_text, without
from stockward.book.checks.allowances import a_normal_loss_may_be_unknown, items_counted_before_may_be_counted_again
from stockward.book.checks.doubts import (
    a_bulk_quantity_may_be_misread,
    a_content_may_be_a_percentage,
    a_goal_may_be_more_than_the_stock,
    a_grain_may_be_a_gram,
    a_number_of_items_may_be_misread,
    a_rate_may_be_a_percentage,
    a_year_may_be_wrong,
    an_error_may_be_a_percentage,
    nobody_leaves_before_they_come,
    the_decimal_mark_may_be_another,
    two_keys_may_be_one,
)
from stockward.book.checks.doubts_of_measuring import (
    a_row_without_an_error_is_not_tested,
    an_absolute_error_may_be_in_another_unit,
)
from stockward.book.checks.draft import Draft, TableDraft, first_told
from stockward.book.checks.guards import (
    a_driver_has_its_amount,
    a_person_works_no_month_a_week,
    a_post_asks_for_one_qualification,
    a_post_stands_for_some_time,
    a_qualification_is_written_as_a_post_asks_for_it,
    an_absence_has_an_end,
    an_affiliation_is_written_as_its_band,
    an_affiliation_is_written_in_one_way,
    an_end_follows_its_start,
    an_open_end_is_blank,
    an_order_is_due_after_it_is_issued,
    an_order_measures_a_known_material,
    an_order_states_its_target,
    somebody_holds_what_a_post_asks_for,
)
from stockward.book.checks.headings import a_header_is_no_row
from stockward.book.checks.holes import a_ledger_may_have_a_hole
from stockward.book.checks.inventory_codes import a_line_is_no_inventory, an_inventory_has_one_code
from stockward.book.checks.inventory_days import an_inventory_may_have_a_wrong_day
from stockward.book.checks.lost_movements import a_code_may_be_left_out, a_movement_of_nothing_moves_nothing
from stockward.book.checks.notes import a_note_is_no_row
from stockward.book.checks.recording import a_reversal_follows_what_it_cancels, a_row_is_recorded_after_it_took_effect
from stockward.book.checks.repeats import movements_may_stand_twice
from stockward.book.checks.totals import a_total_is_no_row
from stockward.book.checks.used_up import what_is_used_is_made_into_something
from stockward.book.checks.years import many_rows_may_be_of_another_year
from stockward.book.problems import WAITS, bare, did_you_mean, looks_like, more_like_it
from stockward.book.schema.dictionary import Column
from stockward.book.substances import substance_units
from stockward.terms.units import UNITS, dimension, factor

NEEDS: dict[str, tuple[str, ...]] = {
    "receipt": ("to_area",),
    "issue": ("from_area",),
    "transfer": ("from_area", "to_area"),
    "use": ("from_area",),
    "make": ("to_area",),
    "discard": ("from_area",),
    "write_off": ("from_area",),
    "found": ("to_area",),
}
"""The areas that each kind of movement names."""

CLAIMS = ("write_off", "found")
"""Kinds of movement that claim something of the book, without a physical flow."""

_DAY_MINUTES = 24 * 60
_DAY_SECONDS = 60 * _DAY_MINUTES


@dataclass(frozen=True, slots=True)
class SiteCheck:
    """A rule, and the tables that it is for (none named: all)."""

    apply: Callable[[Draft, TableDraft], None]
    tables: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Name of the rule."""
        return self.apply.__name__


def check_draft(draft: Draft) -> None:
    """Run every check over every table."""
    for name, table in draft.tables.items():
        for check in SITE_CHECKS:
            if table.values.height and (not check.tables or name in check.tables):
                check.apply(draft, table)
    the_decimal_mark_may_be_another(draft)


def a_key_stands_once(draft: Draft, table: TableDraft) -> None:
    """A duplicate key: every later row with it is set aside."""
    key = list(table.table.key)
    if not key or _all_differ(table.values.select(key)):
        return
    names = pl.all_horizontal(pl.col(name).is_not_null() for name in key if table.table[name].required)
    whole = table.values.select(names).to_series()
    for name in key:
        # A cell that cannot be read is null here, and must not pass for a blank one.
        whole = whole & ~table.illegible(name)
    first = table.values.select(pl.when(whole).then(pl.struct(key)).is_first_distinct()).to_series()
    later = whole & ~first
    shown = key[0] if len(key) == 1 else ""
    words = "this key" if len(key) == 1 else f"the same {', '.join(key)}"
    earlier = _earlier_row(table.values, key, first_told(later))
    mend = _TWICE.get(table.table.name, "keep the one that is right")
    table.refuse(
        shown, later, pl.select(pl.format("{} stands in row {}: {}", pl.lit(words), earlier, pl.lit(mend))).to_series()
    )


_TWICE = {
    "movements": "delete one if it was written twice; if both took place, such as two lines of one document, give each "
    "a code of its own",
    "counts": "delete one if it was written twice; if both were found, give each shelf or list its own sheet; if they "
    "are of two days, give each inventory its own code",
    "materials": "delete one if it was written twice; if two lots are to be told apart, give each a code of its own",
    "incidents": "delete one if it was written twice; if both happened, give each a code of its own",
    "posts": "delete one if it was written twice; if guards stand there at several times of day, give each row a code "
    "of its own",
}
"""The way out where a key stands twice and both rows may be true."""


def _earlier_row(values: pl.DataFrame, key: list[str], later: pl.Series) -> pl.Series:
    """The row in which each key stood first, for those that stand again."""
    again = values.select(*key, "row").with_columns(row=pl.col("row").first().over(key)).filter(later)
    first = pl.DataFrame({"place": later.arg_true(), "first": again["row"]})
    places = pl.DataFrame({"place": pl.int_range(values.height, dtype=pl.UInt32, eager=True)})
    return places.join(first, on="place", how="left", maintain_order="left")["first"]


def _all_differ(keys: pl.DataFrame) -> bool:
    """Whether no two rows are alike, for sure: what differs in its hash differs."""
    return keys.hash_rows().n_unique() == keys.height


_ADD = "correct it, or add it there"
_UNKNOWN_KEY = f"this key is not in {{}}: {_ADD}"
"""Said of a private table, whose keys are not shown."""


def a_reference_is_known(draft: Draft, table: TableDraft) -> None:
    """What a row refers to stands in the table referred to, and was not set aside there."""
    for column in table.table.columns:
        if not column.refers_to or table[column.name].null_count() == table.values.height:
            continue
        known, aside = _substances(draft) if column.refers_to == "substances" else _keys(draft, column.refers_to)
        values = table[column.name]
        if values.dtype == pl.List:
            _check_listed(draft, table, column, known, aside)
            continue
        missing = values.is_not_null() & ~values.is_in(known.implode())
        if not missing.any():
            continue
        waiting = missing & values.is_in(aside["key"].implode())
        table.refuse(column.name, waiting, _wait(table, column, without(values, ~first_told(waiting)), aside))
        unknown = missing & ~waiting
        if table.table.private:
            reasons: str | pl.Series = _UNKNOWN_KEY.format(column.refers_to)
        else:
            reasons = _unknown(draft, without(values, ~first_told(unknown)), known, column.refers_to)
        nothing = unknown & _says_nothing(values)
        table.refuse(column.name, nothing & _is_needed(table, column), _NEEDED, readable=False)
        table.refuse(column.name, nothing, _LEAVE_BLANK, readable=False)
        table.refuse(column.name, unknown, reasons, readable=False)


_NOTHING = ("n/a", "n.a.", "na", "none", "nil", "null", "?", "??", "-", "--", "---", "–", "—", "/", ".")
"""What people write into a cell in which there is nothing to say."""

_LEAVE_BLANK = "this says that there is none: leave the cell blank"
_NEEDED = "this says that there is none, and the row needs one: correct it"


def _says_nothing(values: pl.Series) -> pl.Series:
    return values.str.to_lowercase().is_in(list(_NOTHING)).fill_null(False)


def _is_needed(table: TableDraft, column: Column) -> pl.Series:
    """Rows that must name something in the column: all, or those of the kinds that need it."""
    if table.table.name == "movements" and column.name in ("from_area", "to_area"):
        kinds = [kind for kind, needed in NEEDS.items() if column.name in needed]
        return table["kind"].is_in(kinds).fill_null(False)
    return pl.Series([column.required]).new_from_index(0, table.values.height)


def _keys(draft: Draft, table: str) -> tuple[pl.Series, pl.DataFrame]:
    """Keys of a table that may be used, and the others: each ``key`` with the ``file`` and ``row`` set aside there."""
    referred = draft[table]
    key = referred.table.key[0]
    if not referred.reasons:
        return referred[key], _at_rows(referred, key).clear()
    bad = referred.bad
    known = referred[key].filter(~bad).drop_nulls()
    return known, _at_rows(referred, key).filter(bad & ~referred[key].is_in(known.implode())).drop_nulls()


def _at_rows(table: TableDraft, key: str) -> pl.DataFrame:
    return table.values.select(pl.col(key).alias("key"), pl.lit(table.file).alias("file"), "row")


def _substances(draft: Draft) -> tuple[pl.Series, pl.DataFrame]:
    """Substances that the site holds: those of the contents, and bulk materials that are their own."""
    contents, materials = draft["contents"], draft["materials"]
    holders = contents["material"].drop_nulls().implode()
    own = materials.good().filter((pl.col("kind") == "bulk") & ~pl.col("material").is_in(holders))["material"]
    known = pl.concat([contents.good()["substance"], own]).unique(maintain_order=True)
    _, aside = _keys(draft, "materials")
    bad = contents.bad & ~contents["substance"].is_in(known.implode())
    # A substance is sought where it was said last.
    return known, pl.concat([_at_rows(contents, "substance").filter(bad).drop_nulls().reverse(), aside])


def _wait(table: TableDraft, column: Column, values: pl.Series, aside: pl.DataFrame) -> pl.Series:
    """The reason of each value that stands among those set aside: the first row there that has it."""
    first = aside.filter(pl.col("key").is_in(values.drop_nulls().implode()))
    first = first.unique("key", keep="first", maintain_order=True)
    if first.is_empty():
        return no_text(len(values))
    words = pl.format(WAITS, "key", "file", "row")
    if table.table.private:
        words = pl.lit(f"it uses a row of {column.refers_to} which is set aside: mend that row first")
    return values.replace_strict(
        first["key"], first.with_columns(words=words)["words"], default=None, return_dtype=pl.String
    )


def _unknown(draft: Draft, unknown: pl.Series, known: pl.Series, table: str) -> pl.Series:
    """For each unknown key, that it is unknown, and the known key that it looks like or is the name of.

    Few are told more than that nobody knows them, so that the words of the others are made all at once.
    """
    keys = known.to_list()[:2000]
    named = _keys_by_name(draft, table, known)
    items = _items(draft) if table == "substances" else frozenset()
    place = "contents or materials" if table == "substances" else table
    better: dict[str, str] = {}
    for count, key in enumerate(unknown.drop_nulls().unique(maintain_order=True)):
        meant = named.get(_as_name(key)) if named else None
        if key in items:
            better[key] = f"{key} is an item, {_NO_SUBSTANCE}"
        elif meant is not None:
            better[key] = f"{key} is not in {place}, did you mean {meant}, which has that name?"
        elif count < 50 and (guess := did_you_mean(key, keys)):
            better[key] = f"{key} is not in {place}{_guessed(key, guess)}"
    words = pl.select(unknown + f" is not in {place}: {_ADD}").to_series()
    return unknown.replace_strict(better, default=words, return_dtype=pl.String) if better else words


def _guessed(key: str, guess: str) -> str:
    """The end of a reason that names the key which may be meant; one that differs for the eye may be new as well."""
    mend = looks_like(key, guess) or ("" if bare(key) == bare(guess) else f" {_ADD.capitalize()}")
    return f", did you mean {guess}?{mend}"


_NO_SUBSTANCE = (
    "and what is named here is a substance, in bulk or held by items: name one, or delete the row; items are planned "
    "for with sample plan --items"
)


def _items(draft: Draft) -> frozenset[str]:
    materials = draft["materials"].values
    return frozenset(materials.filter(pl.col("kind") == "item")["material"].drop_nulls())


def _keys_by_name(draft: Draft, table: str, known: pl.Series) -> dict[str, str]:
    """The key of each row that has a name which no other row has."""
    if table == "substances" or "name" not in draft[table].table.names:
        return {}
    key = draft[table].table.key[0]
    rows = draft[table].values.select(key, "name").drop_nulls().filter(pl.col(key).is_in(known.implode()))
    names = [(_as_name(name), of) for of, name in rows.rows()]
    often = Counter(name for name, _ in names)
    return {name: of for name, of in names if often[name] == 1}


def _as_name(name: str) -> str:
    return " ".join(name.split()).casefold()


def _check_listed(draft: Draft, table: TableDraft, column: Column, known: pl.Series, aside: pl.DataFrame) -> None:
    """The same for a cell that lists several keys: the first that is not known is said."""
    names = set(known.to_list())
    lost = table[column.name].list.eval(pl.element().filter(~pl.element().is_in(list(names)))).list.first()
    nothing = _says_nothing(lost) & (table[column.name].list.len() == 1)
    table.refuse(column.name, nothing & ~lost.is_in(aside["key"].implode()), _LEAVE_BLANK)
    if table.table.private:
        said = pl.select(pl.when(lost.is_not_null()).then(pl.lit(_UNKNOWN_KEY.format(column.refers_to)))).to_series()
    else:
        said = _unknown(draft, without(lost, ~first_told(lost.is_not_null())), known, column.refers_to)
    table.refuse(column.name, lost.is_not_null(), _wait(table, column, lost, aside).fill_null(said))


def a_unit_fits_the_kind(draft: Draft, table: TableDraft) -> None:
    """Bulk is kept in a unit of mass, items by number."""
    for kind, of in (("bulk", "mass"), ("item", "count")):
        units = [unit for unit in UNITS if dimension(unit) == of]
        wrong = (table["kind"] == kind) & ~table["unit"].is_in(units)
        what = "bulk is measured in" if kind == "bulk" else "items are counted in"
        table.refuse("unit", wrong, f"{what} {', '.join(units)}")


def contents_of_a_substance_convert(draft: Draft, table: TableDraft) -> None:
    """All amounts of one substance convert into one unit."""
    wrong = [
        unit is not None and own is not None and factor(unit, own) is None
        for unit, own in zip(table["unit"], _substance_units(draft, table["substance"]), strict=True)
    ]
    words = "other amounts of this substance are in a unit of another kind"
    table.refuse("unit", pl.Series(wrong, dtype=pl.Boolean), words)


def _substance_units(draft: Draft, substances: pl.Series) -> list[str | None]:
    units = substance_units(draft["materials"].good(), draft["contents"].good())
    return [units.get(substance) for substance in substances]


def a_quantity_converts(draft: Draft, table: TableDraft) -> None:
    """The unit of a quantity converts into the material's own."""
    if table["unit"].null_count() == table.values.height:
        return
    own = _unit_of_material(draft, table["material"])
    table.refuse("unit", _do_not_convert(table["unit"], own), _convert_words(own), readable=False)


def _unit_of_material(draft: Draft, materials: pl.Series) -> pl.Series:
    units = dict(draft["materials"].good().select("material", "unit").rows())
    return materials.replace_strict(units, default=None, return_dtype=pl.String)


def _do_not_convert(units: pl.Series, to: pl.Series) -> pl.Series:
    dimensions = {unit: dimension(unit) for unit in UNITS}
    of = units.replace_strict(dimensions, default=None, return_dtype=pl.String)
    own = to.replace_strict(dimensions, default=None, return_dtype=pl.String)
    return (of != own).fill_null(False)


def _convert_words(own: pl.Series) -> pl.Series:
    words = {unit: f"it does not convert into {unit}, the unit of the books: correct it" for unit in UNITS}
    return own.replace_strict(words, default=None, return_dtype=pl.String)


def a_rate_fits_its_basis(draft: Draft, table: TableDraft) -> None:
    """A share of what is received is at most 1; a rate per day is in a unit of the substance."""
    share = (table["basis"] == "per_received") & (table["rate"] > 1)
    table.refuse("rate", share, "a share of what is received cannot exceed 1: 0.02 is 2 %")
    own = pl.Series(_substance_units(draft, table["substance"]), dtype=pl.String)
    daily = table["basis"] == "per_day"
    table.refuse("unit", daily & _do_not_convert(table["unit"], own), _convert_words(own), readable=False)


def a_goal_converts(draft: Draft, table: TableDraft) -> None:
    """A goal is in a unit of its substance."""
    own = pl.Series(_substance_units(draft, table["substance"]), dtype=pl.String)
    table.refuse("unit", _do_not_convert(table["unit"], own), _convert_words(own), readable=False)


def an_absolute_error_converts(draft: Draft, table: TableDraft) -> None:
    """A method with an absolute error in a unit measures only what converts into that unit.

    A division stands for the random error of bulk alone, where the method states none.
    """
    methods = draft["methods"].good().filter(pl.col("unit").is_not_null())
    absolute = (pl.col("random_abs") > 0) | (pl.col("systematic_abs") > 0)
    divided = (pl.col("division") > 0) & ~((pl.col("random_abs") > 0) | (pl.col("random_rel") > 0)).fill_null(False)
    own = _unit_of_material(draft, table["material"])
    mass = own.is_in([unit for unit in UNITS if dimension(unit) == "mass"])
    for stated, rows, error in ((absolute, True, "absolute error"), (divided, mass, "division")):
        units = dict(methods.filter(stated).select("method", "unit").rows())
        if units:
            unit = table["method"].replace_strict(units, default=None, return_dtype=pl.String)
            words = f"the method's {error} is in a unit that the material is not kept in"
            table.refuse("method", _do_not_convert(unit, own) & rows, words)


def a_measurement_has_one_method(draft: Draft, table: TableDraft) -> None:
    """Rows with one measurement are one reading of one thing: a later row that names another method contradicts it."""
    first = _first_of_each_reading(draft, table, _named_method)
    if first.is_empty():
        return
    method, where = (_of_its_reading(table, first, name) for name in ("method", "where"))
    words = pl.select("it was read by " + method + " in " + where + ", and by another method here: correct one of them")
    table.refuse("measurement", (method != table["method"]).fill_null(False), words.to_series())


def a_measurement_has_one_quantity(draft: Draft, table: TableDraft) -> None:
    """A reading of bulk has one value: a later row that says another is no repetition of it.

    Of items with one measurement a part may go, so that their number may differ.
    """
    first = _first_of_each_reading(draft, table, _weighed)
    if first.is_empty():
        return
    mass, said, where = (_of_its_reading(table, first, name) for name in ("mass", "said", "where"))
    own = _weighed(draft, table)["mass"]
    differs = (own - mass).abs() > _CONVERTED * pl.select(pl.max_horizontal(own, mass)).to_series()
    mend = ": leave measurement blank in one of them, or correct the quantity"
    words = pl.select("it repeats the reading of " + where + ", which says " + said + pl.lit(mend))
    table.refuse("quantity", differs.fill_null(False), words.to_series())


_CONVERTED = 2.0**-40
"""What converting units can change of a quantity, as a share of it; a figure that was rounded anew is another."""


def _first_of_each_reading(
    draft: Draft, table: TableDraft, read: Callable[[Draft, TableDraft], pl.DataFrame]
) -> pl.DataFrame:
    """The first good row of each ``measurement`` of the ledger up to this table, ``where`` it stands, and what it read.

    Movements stand before counts, as everywhere.
    """
    if table["measurement"].null_count() == table.values.height:
        return pl.DataFrame()
    earlier = [draft["movements"]] if table.table.name == "counts" else []
    named = [
        rows.values.select("measurement", where=pl.format("{} row {}", pl.lit(rows.file), "row"))
        .with_columns(read(draft, rows))
        .filter(~rows.bad)
        for rows in (*earlier, table)
    ]
    return pl.concat(named).drop_nulls().unique("measurement", keep="first", maintain_order=True)


def _of_its_reading(table: TableDraft, first: pl.DataFrame, name: str) -> pl.Series:
    return table["measurement"].replace_strict(
        first["measurement"], first[name], default=None, return_dtype=first.schema[name]
    )


def _named_method(draft: Draft, table: TableDraft) -> pl.DataFrame:
    return table.values.select("method")


def _weighed(draft: Draft, table: TableDraft) -> pl.DataFrame:
    """The ``mass`` of each row of bulk, in kg, and as it is ``said``; null for items."""
    units = pl.select(pl.coalesce(table["unit"], _unit_of_material(draft, table["material"]))).to_series()
    to_kg = {unit: factor(unit, "kg") for unit in UNITS if dimension(unit) == "mass"}
    factors = units.replace_strict(to_kg, default=None, return_dtype=pl.Float64)
    mass = (table["quantity"] * factors).alias("mass")
    return pl.select(mass, said=pl.format("{} {}", table["quantity"], units))


_APART_DAYS = 7
"""An inventory whose rows stand further apart, with movements in between, cannot pass for one."""


def an_inventory_stands_at_one_time(draft: Draft, table: TableDraft) -> None:
    """All rows of an inventory count as of the latest: what moved between a row and that falsifies the row.

    Within a week it is told. Further apart the earlier row is set aside: a number that was used again, or a stray date,
    would let later movements explain what is missing. Where most rows agree, it is the few behind them that are.
    """
    found = _moved_before_its_inventory(draft, table)
    if not found.is_empty():
        _refuse_rows_behind_most(table, found.filter(pl.col("days") > _APART_DAYS))
        found = _moved_before_its_inventory(draft, table)
    if found.is_empty():
        return
    mend = "some moved in between: give them inventories of their own, or correct the time"
    words = pl.format(
        "the inventory stands at {} ({} row {}), {} days after this row, and by {} {}",
        "stands", pl.lit(table.file), "latest", "days", "moved", pl.lit(mend),
    )  # fmt: skip
    said = found.select("row", "days", words=words)
    far = said.filter(pl.col("days") > _APART_DAYS)
    reasons = table["row"].replace_strict(far["row"], far["words"], default=None, return_dtype=pl.String)
    table.refuse("at", reasons.is_not_null(), reasons, readable=False)
    near = said.filter(pl.col("days") <= _APART_DAYS)
    if near.height:
        row, _, why = near.row(0)
        draft.notices.append(f"{table.file} row {row}: {why}{more_like_it(near.height - 1, 'row', 'rows')}")


def _refuse_rows_behind_most(table: TableDraft, moved: pl.DataFrame) -> None:
    """Set aside the few rows that lie far behind most of their inventory, among those of which some ``moved``."""
    of_one = ["inventory", "area"]
    rows = table.good().join(moved.select(of_one).unique(), on=of_one, maintain_order="left")
    rows = rows.with_columns(behind=pl.col("at") - _lower_median("at").over(of_one))
    apart = pl.duration(days=_APART_DAYS)
    agree = (pl.col("behind").abs() <= apart).sum().over(of_one)
    stray = rows.with_columns(agree=agree, of=pl.len().over(of_one)).filter(pl.col("behind") > apart)
    stray = stray.filter(pl.col("agree") * 2 > pl.col("of"))
    words = stray.select(
        pl.format(
            "it lies {} days behind {} of the {} rows of {} in {}, and some moved in between: correct its time, or "
            "give it an inventory of its own",
            pl.col("behind").dt.total_days(), "agree", "of", *of_one,
        )
    ).to_series()  # fmt: skip
    reasons = table["row"].replace_strict(stray["row"], words, default=None, return_dtype=pl.String)
    table.refuse("at", reasons.is_not_null(), reasons, readable=False)


def _lower_median(name: str) -> pl.Expr:
    return pl.col(name).sort().get((pl.len() - 1) // 2)


def _moved_before_its_inventory(draft: Draft, table: TableDraft) -> pl.DataFrame:
    """Good rows of counts after which their material moved in their area before their inventory stood.

    ``row``, ``stands`` (day) and ``latest`` (row) of the ``inventory`` of the ``area``, ``days`` between them,
    ``moved`` (the movement).
    """
    of_one, keys = ["inventory", "area"], ["area", "material"]
    latest = pl.col("at").max().over(of_one)
    row = pl.col("row").sort_by("at").last().over(of_one)
    counts = table.good().drop_nulls(["at", *of_one]).with_columns(stands=latest, latest=row)
    early = counts.filter(pl.col("at") < pl.col("stands")).sort("at")
    if early.is_empty():
        return early
    ledger = draft["movements"]
    sides = _flows(ledger, early["material"].unique()).select(
        "at", "material", "area", moved=pl.format("{} row {}", pl.lit(ledger.file), "row"), when="at"
    )
    moved = early.join_asof(
        sides.sort("at"), on="at", by=keys, strategy="forward", allow_exact_matches=False, check_sortedness=False
    )
    local = pl.col("stands").dt.convert_time_zone(draft.settings.site.timezone).dt.strftime("%Y-%m-%d %H:%M")
    return (
        moved.filter(pl.col("when") <= pl.col("stands"))
        .select(
            "row",
            *of_one,
            "latest",
            "moved",
            stands=local,
            days=(pl.col("stands") - pl.col("at")).dt.total_seconds() / _DAY_SECONDS,
        )
        .with_columns(pl.col("days").round(1))
        .sort("row")
    )


def an_inventory_lies_on_one_day(draft: Draft, table: TableDraft) -> None:
    """A row far behind the others of its inventory, whose material moved in between, perhaps has a wrong day.

    Nothing is set aside: the row itself is right at its own time, and the others may have stood still until then.
    """
    of_one, keys = ["inventory", "area"], ["area", "material"]
    counts = table.good().drop_nulls(["at", *of_one]).with_columns(first=pl.col("at").min().over(of_one))
    late = counts.filter(pl.col("at") - pl.col("first") > pl.duration(days=_APART_DAYS)).sort("at")
    if late.is_empty():
        return
    moves = _flows(draft["movements"], late["material"].unique()).select(*keys, "at", moved="row", when="at").sort("at")
    found = late.join_asof(moves, on="at", by=keys, strategy="backward", check_sortedness=False)
    found = found.filter(pl.col("when") > pl.col("first")).sort("row")
    if found.height:
        row, inventory, area, material, moved = found.select("row", *of_one, "material", "moved").row(0)
        days = (found["at"][0] - found["first"][0]).total_seconds() / _DAY_SECONDS
        more = more_like_it(found.height - 1, "row", "rows")
        draft.notices.append(
            f"{table.file} row {row}: it lies {days:.1f} days behind the first of {inventory} in {area}, and by "
            f"{draft['movements'].file} row {moved} {material} moved in between: correct its time if it is wrong{more}"
        )


def _flows(ledger: TableDraft, materials: pl.Series) -> pl.DataFrame:
    """Good rows that moved one of the materials, once for each ``area``; what was reversed moved nothing."""
    moves = ledger.good().filter(~pl.col("kind").is_in(CLAIMS) & pl.col("reverses").is_null())
    moves = moves.filter(~pl.col("movement").is_in(ledger["reverses"].drop_nulls().implode()))
    moves = moves.filter(pl.col("material").is_in(materials.implode()))
    sides = ("from_area", "to_area")
    return pl.concat(moves.select("row", "at", "material", area=side) for side in sides).drop_nulls("area")


def a_day_of_count_has_two_sides(draft: Draft, table: TableDraft) -> None:
    """What moved on the day of an inventory, where one of the two gives no time of day: told with the side it takes."""
    zone, of_one = draft.settings.site.timezone, ["inventory", "area"]
    counts = table.good().drop_nulls(["at", "material", *of_one]).with_columns(pl.col("at").max().over(of_one))
    counts = counts.select("row", "material", *of_one, *day_at_site(zone), counted="at")
    flows = _flows(draft["movements"], counts["material"].unique())
    flows = flows.select("material", "area", *day_at_site(zone), moved="row", when="at")
    flows = flows.filter(pl.col("day").is_in(counts["day"].unique().implode()))
    on_one_day = counts.join(flows, on=["area", "material", "day"], suffix="_too")
    open_to_both = on_one_day.filter(pl.col("begins") | pl.col("begins_too")).sort("row", "moved")
    after = pl.col("when") > pl.col("counted")
    _tell_taken_after(draft, table, open_to_both.filter(after))
    _tell_taken_before(draft, table, open_to_both.filter(~after))


def day_at_site(zone: str) -> tuple[pl.Expr, pl.Expr]:
    """The ``day`` of a moment at the site, and whether it ``begins`` with it, as a day without a time does."""
    day = pl.col("at").dt.convert_time_zone(zone).dt.date()
    before = (pl.col("at") - pl.duration(microseconds=1)).dt.convert_time_zone(zone).dt.date()
    return day.alias("day"), (day != before).alias("begins")


def _tell_taken_after(draft: Draft, table: TableDraft, taken: pl.DataFrame) -> None:
    if taken.is_empty():
        return
    row, inventory, area, moved = taken.select("row", "inventory", "area", "moved").row(0)
    count = taken.filter((pl.col("inventory") == inventory) & (pl.col("area") == area))["moved"].n_unique()
    others = taken.select("inventory", "area").n_unique() - 1
    moves = f"{draft['movements'].file} row {moved}" + (f" and {count - 1} more" if count > 1 else "")
    draft.notices.append(
        f"{table.file} row {row}: the count gives no time of day, so what moved that day ({moves}) is taken to come "
        f"after it: give it one if that came before{more_like_it(others, 'inventory', 'inventories')}"
    )


def _tell_taken_before(draft: Draft, table: TableDraft, taken: pl.DataFrame) -> None:
    if taken.is_empty():
        return
    row, moved = taken.select("row", "moved").row(0)
    more = more_like_it(taken["moved"].n_unique() - 1, "movement", "movements")
    draft.notices.append(
        f"{draft['movements'].file} row {moved}: it gives no time of day, and is taken to come before the count of "
        f"that day ({table.file} row {row}): give both one if it came after{more}"
    )


def _one(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" and kind != "use" else f"a {kind}"


def a_movement_names_its_areas(draft: Draft, table: TableDraft) -> None:
    """Each kind of movement names the areas that it needs, and no other."""
    exchanged = _with_exchanged_areas(table)
    table.refuse_rows(exchanged, _EXCHANGED)
    for kind, needed in NEEDS.items():
        of_kind = (table["kind"] == kind) & ~exchanged
        for name in ("from_area", "to_area"):
            if name in needed:
                blank = table[name].is_null() & ~table.illegible(name)
                table.refuse(name, of_kind & blank, f"{_one(kind)} must name it", readable=False)
            else:
                words = f"{_one(kind)} has none: blank it, or correct the kind"
                table.refuse(name, of_kind & table[name].is_not_null(), words)
    inside = table["row"].filter((table["from_area"] == table["to_area"]).fill_null(False))
    if len(inside):
        why = "it leaves the area that it reaches, and so moves nothing: correct one of the two if it went elsewhere"
        draft.notices.append(f"{table.file} row {inside[0]}: {why}{more_like_it(len(inside) - 1, 'row', 'rows')}")


_FEWEST_EXCHANGED = 3
_EXCHANGED = "from_area and to_area seem exchanged in every row: exchange the names of the two columns"


def _with_exchanged_areas(table: TableDraft) -> pl.Series:
    """All rows that name an area, where each that may name one alone has it in the other column."""
    filled = {name: table[name].is_not_null() | table.illegible(name) for name in ("from_area", "to_area")}
    named = filled["from_area"] | filled["to_area"]
    turned = of_one = pl.Series([False]).new_from_index(0, len(named))
    for kind, needed in NEEDS.items():
        if len(needed) == 1:
            other = next(name for name in filled if name not in needed)
            of_kind = (table["kind"] == kind).fill_null(False)
            of_one |= of_kind & named
            turned |= of_kind & filled[other] & ~filled[needed[0]]
    certain = int(turned.sum()) >= _FEWEST_EXCHANGED and bool((turned == of_one).all())
    return named & certain


def a_kind_gives_the_direction(draft: Draft, table: TableDraft) -> None:
    """A negative quantity is a movement the other way, of which the kind is another."""
    if "quantity" not in table.reasons:
        return
    wrong = first_told((table.reasons["quantity"] == NEVER_NEGATIVE).fill_null(False))
    if wrong.any():
        number = without_sign(shown(table.cells["quantity"].filter(wrong)))
        said = "it is never negative, as the kind gives the direction: write {}, and if it went the other way, as {}"
        words = table.values.filter(wrong).select(pl.format(said, pl.lit(number), _back())).to_series()
        table.reasons["quantity"] = table.reasons["quantity"].scatter(wrong.arg_true(), words)


def a_reversal_cancels_one_movement(draft: Draft, table: TableDraft) -> None:
    """A reversal cancels another movement, which no earlier row has reversed, and no circle of reversals stands."""
    target = table["reverses"]
    if target.null_count() == len(target):
        return
    table.refuse("reverses", target == table["movement"], "a movement cannot reverse itself", readable=False)
    rows = table.values.select("movement", "row", "reverses", *_REPEATED).drop_nulls("movement")
    rows = rows.unique("movement", keep="first", maintain_order=True)
    contradicts, reasons = _contradictions(draft, table, rows)
    table.refuse("reverses", contradicts, reasons)
    # A row that contradicts what it names has reversed nothing.
    reversed_by = without(target, contradicts)
    again = reversed_by.is_not_null() & ~reversed_by.is_first_distinct()
    table.refuse("reverses", again, "an earlier row has reversed that movement already: keep one of them")
    in_circle = table["movement"].is_in(_circular(rows).implode()) & target.is_not_null()
    table.refuse("reverses", in_circle, "these reversals run in a circle: correct one of them", readable=False)


_REPEATED = ("kind", "material", "quantity", "unit", "from_area", "to_area")
"""Columns in which a reversal is as the movement that it cancels. Its day may be any: the pair counts as if neither had
been."""


def _contradictions(draft: Draft, table: TableDraft, rows: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """Reversals that are not as the movement that they cancel whole; of those that may be told, in what and where."""
    wrong = _reversed(table.values, rows, table["reverses"].is_not_null())
    own = _unit_of_material(draft, wrong["material"])
    wrong = wrong.with_columns(pl.col("unit", "unit_of_it").fill_null(own))
    wrong = wrong.filter(pl.any_horizontal(_differ(name) for name in _REPEATED))
    height = table.values.height
    contradicts = pl.Series([False]).new_from_index(0, height).scatter(wrong["place"], True)
    told = wrong.filter(first_told(contradicts).gather(wrong["place"]))
    differs = [
        pl.when(_differ(name)).then(
            pl.format("{} ({} there)", pl.lit(name), pl.col(f"{name}_of_it").cast(pl.String).fill_null("blank"))
        )
        for name in _REPEATED
    ]
    others = [_differ(name) for name in _REPEATED if name != "quantity"]
    in_part = ~pl.any_horizontal(others) & (pl.col("quantity") < pl.col("quantity_of_it"))
    what = pl.concat_str(*differs, separator=", ", ignore_nulls=True)
    mend = pl.when(in_part).then(_booked_back()).otherwise(pl.lit(_NOT_WHOLE))
    words = told.select(
        pl.format("it reverses {} row {} and differs in {}: {}", pl.lit(table.file), "row_of_it", what, mend)
    ).to_series()
    return contradicts, no_text(height).scatter(told["place"], words)


def _reversed(values: pl.DataFrame, rows: pl.DataFrame, where: pl.Series) -> pl.DataFrame:
    """Each reversal by its ``place`` among the rows, and beside it the movement that it names."""
    reversals = values.select("reverses", *_REPEATED).with_row_index("place").filter(where)
    named = rows.select("movement", "row", *_REPEATED).rename({name: f"{name}_of_it" for name in ("row", *_REPEATED)})
    return reversals.join(named, left_on="reverses", right_on="movement")


_NOT_WHOLE = "it cancels the whole row, so correct one of them, or blank reverses if it is a movement of its own"

_BACK = {
    "receipt": "an issue from {to_area}",
    "issue": "a receipt to {from_area}",
    "transfer": "a transfer from {to_area} to {from_area}",
    "use": "a make to {from_area}",
    "make": "a use from {to_area}",
    "discard": "a receipt to {from_area}",
    "write_off": "a found to {from_area}",
    "found": "a write_off from {to_area}",
}
"""How a part of each kind of movement goes back."""


def _back() -> pl.Expr:
    """The movement that brings one back."""
    back = pl.col("kind").replace_strict(_BACK, default="its opposite", return_dtype=pl.String)
    for side in ("from_area", "to_area"):
        back = back.str.replace(f"{{{side}}}", pl.col(side).fill_null("that area"), literal=True)
    return back


def _booked_back() -> pl.Expr:
    """The mend of a reversal in part."""
    return pl.format(
        "it cancels the whole row; where a part went back, blank reverses and book that part as {}; else correct the "
        "quantity",
        _back(),
    )


def _differ(name: str) -> pl.Expr:
    """Whether a column of the reversal differs: a blank area does from a named one; what is unreadable has a reason."""
    own, other = pl.col(name), pl.col(f"{name}_of_it")
    return own.ne_missing(other) if name.endswith("_area") else (own != other).fill_null(False)


def _circular(rows: pl.DataFrame) -> pl.Series:
    """Movements whose reversals lead back to themselves: where all are after as many steps as there are rows."""
    places = pl.int_range(rows.height, eager=True)
    leads = rows["reverses"].replace_strict(rows["movement"], places, default=rows.height, return_dtype=pl.Int64)
    step = np.append(leads.fill_null(rows.height).to_numpy(), rows.height)
    for _ in range(rows.height.bit_length()):
        step = step[step]
    return rows["movement"].gather(np.setdiff1d(step, [rows.height]))


SITE_CHECKS: tuple[SiteCheck, ...] = (
    SiteCheck(a_key_stands_once),
    SiteCheck(a_reference_is_known),
    SiteCheck(a_unit_fits_the_kind, ("materials",)),
    SiteCheck(contents_of_a_substance_convert, ("contents",)),
    SiteCheck(a_quantity_converts, ("movements", "counts", "incidents")),
    SiteCheck(an_absolute_error_converts, ("movements", "counts")),
    SiteCheck(a_measurement_has_one_method, ("movements", "counts")),
    SiteCheck(a_measurement_has_one_quantity, ("movements", "counts")),
    SiteCheck(a_line_is_no_inventory, ("counts",)),
    SiteCheck(an_inventory_stands_at_one_time, ("counts",)),
    SiteCheck(an_inventory_lies_on_one_day, ("counts",)),
    SiteCheck(a_day_of_count_has_two_sides, ("counts",)),
    SiteCheck(a_movement_names_its_areas, ("movements",)),
    SiteCheck(a_kind_gives_the_direction, ("movements",)),
    SiteCheck(a_reversal_cancels_one_movement, ("movements",)),
    SiteCheck(a_rate_fits_its_basis, ("normal_losses",)),
    SiteCheck(a_goal_converts, ("goals",)),
    SiteCheck(a_goal_may_be_more_than_the_stock, ("goals",)),
    SiteCheck(an_inventory_has_one_code, ("counts",)),
    SiteCheck(a_qualification_is_written_as_a_post_asks_for_it, ("people",)),
    SiteCheck(somebody_holds_what_a_post_asks_for, ("people",)),
    SiteCheck(an_affiliation_is_written_as_its_band, ("people",)),
    SiteCheck(an_affiliation_is_written_in_one_way, ("people",)),
    SiteCheck(a_person_works_no_month_a_week, ("people",)),
    SiteCheck(an_absence_has_an_end, ("absences",)),
    SiteCheck(an_open_end_is_blank, ("people",)),
    SiteCheck(an_end_follows_its_start, ("absences", "assignments")),
    SiteCheck(nobody_leaves_before_they_come, ("people",)),
    SiteCheck(an_order_states_its_target, ("orders",)),
    SiteCheck(an_order_is_due_after_it_is_issued, ("orders",)),
    SiteCheck(an_order_measures_a_known_material, ("orders",)),
    SiteCheck(a_post_stands_for_some_time, ("posts",)),
    SiteCheck(a_post_asks_for_one_qualification, ("posts",)),
    SiteCheck(a_driver_has_its_amount, ("posts",)),
    SiteCheck(a_total_is_no_row),
    SiteCheck(a_header_is_no_row),
    SiteCheck(a_note_is_no_row),
    SiteCheck(a_grain_may_be_a_gram),
    SiteCheck(an_error_may_be_a_percentage, ("methods",)),
    SiteCheck(a_rate_may_be_a_percentage, ("normal_losses",)),
    SiteCheck(a_content_may_be_a_percentage, ("contents",)),
    SiteCheck(two_keys_may_be_one, ("areas", "materials")),
    SiteCheck(a_year_may_be_wrong, ("movements", "counts", "absences", "wishes", "assignments", "production")),
    SiteCheck(movements_may_stand_twice, ("movements",)),
    SiteCheck(a_normal_loss_may_be_unknown, ("normal_losses",)),
    SiteCheck(items_counted_before_may_be_counted_again, ("movements", "counts")),
    SiteCheck(a_row_is_recorded_after_it_took_effect, ("movements", "counts")),
    SiteCheck(a_reversal_follows_what_it_cancels, ("movements",)),
    SiteCheck(a_movement_of_nothing_moves_nothing, ("movements",)),
    SiteCheck(a_code_may_be_left_out, ("movements",)),
    SiteCheck(an_inventory_may_have_a_wrong_day, ("counts",)),
    SiteCheck(what_is_used_is_made_into_something, ("counts",)),
    SiteCheck(many_rows_may_be_of_another_year, ("counts",)),
    SiteCheck(a_ledger_may_have_a_hole, ("counts",)),
    SiteCheck(a_number_of_items_may_be_misread, ("movements", "counts", "incidents")),
    SiteCheck(a_bulk_quantity_may_be_misread, ("movements", "counts", "incidents")),
    # Counts are the last of what was measured, so that all of it is known by then.
    SiteCheck(an_absolute_error_may_be_in_another_unit, ("counts",)),
    SiteCheck(a_row_without_an_error_is_not_tested, ("counts",)),
)
