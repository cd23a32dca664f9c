"""What stands on the plate of a scale or a meter is whole, and can stand on one; of a tank the errors are stated."""

from __future__ import annotations

import polars as pl

from stockward.book.checks.draft import Draft, TableDraft
from stockward.book.checks.refused.stated_errors import plate_fills
from stockward.terms.limits import grouped
from stockward.terms.scales import ACCURACY_CLASSES, METER_CLASSES, MOST_INTERVALS

_PLATE = ("instrument", "class", "max", "verification_interval")
_INSTEAD = "or state systematic_rel, 0 for none"
_OF_METERS = "0.3, 0.5, 1, 1.5 or 2.5"
_NOTHING_OF_IT = "leave it blank"
_OF_A_TANK = (
    "no plate says how far a tank is off: write as systematic_rel half of the expanded uncertainty (k = 2) of its "
    "calibration table, such as 0.001 for 0.2 %, as systematic_abs what its gauge may be off by over √3, and as "
    "division one step of the gauge, both as a quantity, not as a level"
)
_ROUNDED = 1.0 + 1e-9


def a_plate_is_whole(draft: Draft, table: TableDraft) -> None:
    """The systematic error follows from a plate that has a class and a division, where none is stated."""
    blank = pl.all_horizontal(pl.col("systematic_rel", "systematic_abs").is_null())
    meter, tank = _is("meter"), _is("tank")
    plate = blank & ~tank & pl.any_horizontal(pl.col(_PLATE).is_not_null())
    classless, undivided = plate & pl.col("class").is_null(), plate & pl.col("class").is_not_null()
    undivided &= pl.col("division").fill_null(0.0) == 0
    for column, where, words in (
        ("class", classless & ~meter, f"the plate of a scale has a class: write I, II, III or IIII, {_INSTEAD}"),
        ("class", classless & meter, f"the plate of a meter has a class: write {_OF_METERS}, {_INSTEAD}"),
        ("division", undivided & ~meter, f"the plate of a scale has a division d above 0: write it, {_INSTEAD}"),
        ("division", undivided & meter, f"a meter shows steps of a scale interval: write it as division, {_INSTEAD}"),
        ("instrument", blank & tank, _OF_A_TANK),
    ):
        table.refuse(column, table.values.select(where).to_series() & ~table.illegible(column), words)


def a_class_is_one_of_its_instrument(draft: Draft, table: TableDraft) -> None:
    """Scales have classes I to IIII, meters 0.3 to 2.5, and no largest load; tanks have none of these."""
    meter, tank = _is("meter"), _is("tank")
    of_a_meter = pl.col("class").is_in(list(METER_CLASSES)).fill_null(False)
    of_a_scale = pl.col("class").is_in(list(ACCURACY_CLASSES)).fill_null(False)
    has_e = pl.col("verification_interval").is_not_null()
    lost = table.illegible("instrument")
    for column, where, words in (
        ("class", tank & pl.col("class").is_not_null(), f"a tank has no class here: {_NOTHING_OF_IT}"),
        (
            "class",
            of_a_meter & ~meter & ~tank,
            "this is a class of meters, not of scales: write meter as its instrument",
        ),
        ("class", of_a_scale & meter, f"this is a class of scales, not of meters: write {_OF_METERS}"),
        ("max", meter & pl.col("max").is_not_null(), f"a meter has no largest load: {_NOTHING_OF_IT}"),
        ("max", tank & pl.col("max").is_not_null(), f"a tank weighs no loads: {_NOTHING_OF_IT}"),
        ("verification_interval", meter & has_e, f"a meter has no e: {_NOTHING_OF_IT}"),
        ("verification_interval", tank & has_e, f"a tank has no e: {_NOTHING_OF_IT}"),
    ):
        table.refuse(column, table.values.select(where).to_series() & ~lost, words)


def _is(instrument: str) -> pl.Expr:
    return pl.col("instrument").eq_missing(pl.lit(instrument))


def a_plate_is_one_of_a_scale(draft: Draft, table: TableDraft) -> None:
    """d is at most e, e at most the largest load, and a class has only so many e up to it [OIML R 76-1, Table 3]."""
    interval = pl.coalesce("verification_interval", "division")
    most = pl.col("class").replace_strict(dict(MOST_INTERVALS), default=None, return_dtype=pl.Float64)
    figures = table.values.select(
        coarse=pl.col("division") > pl.col("max"),
        wide=pl.col("verification_interval") > pl.col("max"),
        fine=pl.col("verification_interval") * _ROUNDED < pl.col("division"),
        steps=pl.col("max") / interval,
        most=most,
        used=plate_fills(),
    )
    own = "both are in the unit of the method: correct one of them"
    table.refuse("division", figures["coarse"].fill_null(False), f"the division is larger than max, and {own}")
    table.refuse("verification_interval", figures["wide"].fill_null(False), f"it is larger than max, and {own}")
    why = "e is never smaller than the division d: correct one of them, or leave e blank where the plate gives one step"
    table.refuse("verification_interval", figures["fine"].fill_null(False), why)
    many = (figures["used"] & (figures["steps"] > figures["most"] * _ROUNDED)).fill_null(False)
    words = [
        f"a scale of class {of} has at most {grouped(int(most))} steps up to max, and this one would have "
        f"{grouped(round(steps))}: correct class, max or division"
        if too_many
        else None
        for of, steps, most, too_many in zip(table["class"], figures["steps"], figures["most"], many, strict=True)
    ]
    table.refuse("max", many, pl.Series(words, dtype=pl.String))
