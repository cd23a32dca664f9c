"""A movement names its areas, and its kind gives the direction."""

from __future__ import annotations

import polars as pl

from stockward.book.cells.columns import shown
from stockward.book.cells.numbers import NEVER_NEGATIVE, without_sign
from stockward.book.checks.draft import Draft, TableDraft, first_told
from stockward.book.checks.refused.reversals import way_back
from stockward.book.problems import more_like_it
from stockward.book.schema.kinds import NEEDS


def _one(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" and kind != "use" else f"a {kind}"


def a_movement_names_its_areas(draft: Draft, table: TableDraft) -> None:
    """Each kind of movement names the areas that it needs, and no other."""
    exchanged = _with_exchanged_areas(table)
    table.refuse_rows(exchanged, _EXCHANGED)
    given = {name: table[name].is_not_null() for name in ("from_area", "to_area")}
    blank = {name: ~one & ~table.illegible(name) for name, one in given.items()}
    for kind, needed in NEEDS.items():
        of_kind = (table["kind"] == kind) & ~exchanged
        for name in given:
            if name in needed:
                table.refuse(name, of_kind & blank[name], f"{_one(kind)} must name it", readable=False)
            else:
                words = f"{_one(kind)} has none: blank it, or correct the kind"
                table.refuse(name, of_kind & given[name], words)
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
    kinds = table["kind"].fill_null("")
    for kind, needed in NEEDS.items():
        if len(needed) == 1:
            other = next(name for name in filled if name not in needed)
            of_kind = kinds == kind
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
        words = table.values.filter(wrong).select(pl.format(said, pl.lit(number), way_back())).to_series()
        table.reasons["quantity"] = table.reasons["quantity"].scatter(wrong.arg_true(), words)
