"""Readings of standards, and two measurements of one thing: units convert, and it is known who measured."""

from __future__ import annotations

import polars as pl

from stockward.book.checks.draft import Draft, TableDraft
from stockward.book.checks.refused.units import do_not_convert


def a_standard_converts(draft: Draft, table: TableDraft) -> None:
    """The unit of a standard converts into that of its method, which then has one."""
    own = dict(draft["methods"].good().select("method", "unit").rows())
    of_method = table["method"].replace_strict(own, default=None, return_dtype=pl.String)
    known = table["method"].is_in(list(own)) & table["unit"].is_not_null()
    words = pl.format("{} has no unit into which {} could convert: write one in methods", "method", "unit")
    table.refuse("unit", known & of_method.is_null(), table.values.select(words).to_series())
    reason = pl.select(pl.format("it does not convert into {}, the unit of the method: correct it", of_method))
    table.refuse("unit", known & do_not_convert(table["unit"], of_method), reason.to_series(), readable=False)


_FACTOR = 2.0
"""No instrument in use is off by this factor: what reads so much more, or less, read something else."""


def a_reading_is_of_its_standard(draft: Draft, table: TableDraft) -> None:
    """One reading of another thing, or in another unit, would make the error of its method so large that all passes."""
    share = pl.col("reading") / pl.col("standard")
    other = table.values.select(~share.is_between(1 / _FACTOR, _FACTOR)).to_series().fill_null(False)
    words = "it is no reading of this standard: correct it, the standard, or the unit, or delete the row"
    table.refuse("reading", other, words)


def a_pair_says_who_measured(draft: Draft, table: TableDraft) -> None:
    """Both measurements have their method, or one of them is the partner's; nobody is compared with himself."""
    blank = pl.sum_horizontal(pl.col(name).is_null() for name in ("first_method", "second_method"))
    lost = table.illegible("partner") | table.illegible("first_method") | table.illegible("second_method")
    nobody = table.values.select((blank > 0) & pl.col("partner").is_null()).to_series() & ~lost
    table.refuse("partner", nobody, "nothing says who measured: name both methods, or the partner whose one is")
    same = table.values.select(pl.col("first_method") == pl.col("second_method")).to_series().fill_null(False)
    mend = "name the other one, or leave that of the partner blank; repetitions on one scale belong into checks"
    table.refuse("second_method", same, f"both are by the same method, and no two are compared: {mend}")


def a_pair_is_of_its_movement(draft: Draft, table: TableDraft) -> None:
    """A pair that names a movement is of the material that it moved."""
    if table["movement"].null_count() == table.values.height:
        return
    moved = draft["movements"].good().select("movement", of="material")
    of = table.values.select("movement").join(moved, on="movement", how="left", maintain_order="left")["of"]
    reason = pl.select(pl.format("it moved {}: correct the movement, or the material", of)).to_series()
    table.refuse("movement", (of != table["material"]).fill_null(False), reason)
