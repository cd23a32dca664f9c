"""What could be bought for elements and posts: decisions of a plan, and the tables with what is decided in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from typing import Any

import polars as pl

from stockward.answers.plan import MeasureKind
from stockward.book.known import KnownBooks
from stockward.protection.costs import MeasureCosts
from stockward.protection.decisions import DecidedLevels, Decision, Level
from stockward.protection.response.figures import ElementFigures, ResponseFigures, Upgrade
from stockward.protection.response.layered import Layered
from stockward.terms.errors import UsageError

_NO_UPGRADE = Upgrade((), "", None)
_FIGURES = {
    MeasureKind.ELEMENT: ("detection", "delay_minutes", "delay_rel"),
    MeasureKind.RESPONSE: ("response_minutes", "response_rel", "communication"),
}
_TABLES = {MeasureKind.ELEMENT: ("layers", "element"), MeasureKind.RESPONSE: ("posts", "post")}
_MOST_TOGETHER = 8
"""Options on one thing of which all sets that go together are looked at."""


def upgrade_decisions(
    books: KnownBooks, layered: Layered, costs: MeasureCosts
) -> tuple[list[Decision], tuple[str, ...]]:
    """A decision for each element and post on which there are options, and why some options are left out.

    Its levels are the sets of options that go together: two that replace the same figure do not, and at most one of
    them is bought. Raises ``UsageError`` for an option that states no cost, and where too many are for one thing.
    """
    found: list[Decision] = []
    left_out: list[str] = []
    for kind, (_, column) in _TABLES.items():
        of_kind = pl.col(column).is_not_null() & pl.col("guards").is_null()
        rows = books["options"].filter(of_kind).sort(column, "option")
        for of, own in rows.group_by(column, maintain_order=True):
            usable = []
            for row in own.to_dicts():
                why = _why_not(layered, kind, row)
                left_out += [why] if why else []
                usable += [] if why else [row]
            if usable:
                found.append(_decision(kind, str(of[0]), usable, layered, costs))
    return found, tuple(left_out)


def _why_not(layered: Layered, kind: MeasureKind, row: dict[str, Any]) -> str | None:
    """Why an option cannot be looked at."""
    if kind is MeasureKind.RESPONSE and row["post"] in layered.unmanned:
        return f"{row['option']}: nobody stands at {row['post']}: state guards in that option, or in posts"
    if kind is MeasureKind.ELEMENT or layered.responses[row["post"]] is not None:
        return None
    if row["response_minutes"] is not None and row["communication"] is not None:
        return None
    return (
        f"{row['option']}: {row['post']} answers no alarm so far: state response_minutes and communication in options, "
        "or those of the post in posts"
    )


def _decision(
    kind: MeasureKind, of: str, rows: Sequence[dict[str, Any]], layered: Layered, costs: MeasureCosts
) -> Decision:
    if len(rows) > _MOST_TOGETHER:
        raise UsageError(
            f"options.csv: {len(rows)} options are for {of}, and at most {_MOST_TOGETHER} can be looked at: leave out "
            "those that are dearer than another and no better"
        )
    levels = [Level(_NO_UPGRADE, 0.0, Fraction(0))]
    for together in _that_go_together(kind, rows):
        cost = sum((costs.of_option(row["option"]) for row in together), Fraction(0))
        levels.append(Level(_upgrade(kind, of, together, layered), 1.0, cost))
    return Decision(kind, of, tuple(levels), 0)


def _that_go_together(kind: MeasureKind, rows: Sequence[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], ...]]:
    """All sets of options of which no two replace the same figure."""
    for number in range(1, len(rows) + 1):
        for some in combinations(rows, number):
            replaced = [name for row in some for name in _FIGURES[kind] if row[name] is not None]
            if len(replaced) == len(set(replaced)):
                yield some


def _upgrade(kind: MeasureKind, of: str, rows: Sequence[dict[str, Any]], layered: Layered) -> Upgrade:
    figures: ElementFigures | ResponseFigures | None = (
        layered.elements[of].figures if kind is MeasureKind.ELEMENT else layered.responses[of]
    )
    for row in rows:
        figures = ResponseFigures.of(row) if figures is None else figures.replaced(row)
    names = [str(row["name"] or row["option"]) for row in rows]
    return Upgrade(tuple(str(row["option"]) for row in rows), " + ".join(names), figures)


def with_upgrades(books: KnownBooks, choice: DecidedLevels) -> KnownBooks:
    """The books with what is bought in their tables, row by row, and nothing else changed."""
    values = [one.levels[place].value for one, place in choice.items()]
    bought = [option for one in values if isinstance(one, Upgrade) for option in one.options]
    options = books["options"].filter(pl.col("option").is_in(bought))
    layers, posts = (_replaced(books, options, kind) for kind in _TABLES)
    return replace(books, site=books.site.replace(layers=layers, posts=posts))


def _replaced(books: KnownBooks, options: pl.DataFrame, kind: MeasureKind) -> pl.DataFrame:
    """The table of elements or posts with the figures that options state in place of its own."""
    (table, column), names = _TABLES[kind], _FIGURES[kind]
    stated = options.drop_nulls(column).group_by(column).agg(pl.col(name).drop_nulls().first() for name in names)
    joined = books[table].join(stated, on=column, how="left", maintain_order="left", suffix="_bought")
    new = [pl.coalesce(f"{name}_bought", name).alias(name) for name in names]
    return joined.with_columns(new).select(books[table].columns)
