"""Layers follow on each other, a response is whole, and an option replaces figures of one thing."""

from __future__ import annotations

import polars as pl

from stockward.book.checks.draft import Draft, TableDraft
from stockward.book.checks.told.doubts import said, tell_rows

_OF_A_RESPONSE = ("response_rel", "communication")
_REPLACED = {
    "method": ("random_rel", "systematic_rel", "random_abs", "systematic_abs"),
    "element": ("detection", "delay_minutes", "delay_rel"),
    "post": ("guards", "response_minutes", "response_rel", "communication"),
    "area": ("parts",),
}
"""The figures that an option may replace, by what it is for."""
_LONG_MINUTES = 60
"""So long hardly anything holds up a thief; many write seconds."""


def layers_follow_on_each_other(draft: Draft, table: TableDraft) -> None:
    """A layer without an element could be passed in any way: a number that is left out is one."""
    if table.illegible("layer").any() or table.torn:
        return
    numbers = table["layer"].drop_nulls().unique().sort().to_list()
    lacking = next((place for place, number in enumerate(numbers, 1) if number != place), None)
    if lacking is not None:
        words = f"layer {lacking} has no element: give it one, or number the layers 1, 2, 3 without a gap"
        table.refuse("layer", table["layer"] > lacking, words)


def a_response_is_whole(draft: Draft, table: TableDraft) -> None:
    """A post that answers alarms says how soon, and with which chance it hears of them."""
    answers = table["response_minutes"].is_not_null() | table.illegible("response_minutes")
    for name in _OF_A_RESPONSE:
        alone = table[name].is_not_null() & ~answers
        table.refuse(name, alone, "the post answers no alarm: write response_minutes as well, or leave this blank")
    unheard = table["response_minutes"].is_not_null() & table["communication"].is_null()
    words = "a post that answers alarms says with which chance one reaches it: write it, 1 for always"
    table.refuse("communication", unheard & ~table.illegible("communication"), words)


def an_option_is_for_one_thing(draft: Draft, table: TableDraft) -> None:
    """It changes figures of a method, of an area, of an element or of a post, and none of another."""
    stated = {of: table[of].is_not_null() | table.illegible(of) for of in _REPLACED}
    number = table.values.select(
        pl.sum_horizontal(pl.lit(where).cast(pl.Int32) for where in stated.values())
    ).to_series()
    table.refuse("method", number == 0, "it is for nothing: name a method, an area, an element of layers, or a post")
    table.refuse("element", number > 1, "it is for two things: name one, and add a row of its own for the other")
    for of, names in _REPLACED.items():
        for name in names:
            astray = table[name].is_not_null() & ~stated[of] & (number == 1)
            table.refuse(name, astray, f"it belongs to an option on {_A[of]}: leave it blank, or name the {of}")
    for of in ("element", "post"):
        blank = table.values.select(pl.all_horizontal(pl.col(_REPLACED[of]).is_null())).to_series()
        lost = [table.illegible(name) for name in _REPLACED[of]]
        blank &= ~pl.select(pl.any_horizontal(pl.lit(one) for one in lost)).to_series()
        words = f"it replaces nothing: write {', '.join(_REPLACED[of][:-1])} or {_REPLACED[of][-1]}"
        table.refuse(of, table[of].is_not_null() & blank & (number == 1), words)


_A = {"method": "a method", "element": "an element", "post": "a post", "area": "an area"}


def a_delay_may_be_of_seconds(draft: Draft, table: TableDraft) -> None:
    """Delays and responses are minutes: 90 was written by many for a minute and a half."""
    for name in ("delay_minutes", "response_minutes"):
        if name in table.table.names:
            long = table.good().filter(pl.col(name) > _LONG_MINUTES).select("row", name)
            if long.height:
                minutes = long[name][0]
                words = f"{name} {said(draft, minutes)} is long: if it is of seconds, write {said(draft, minutes / 60)}"
                tell_rows(draft, table, long["row"], words)
