"""What makes posts grow: occupied stores, stock and output, and how many posts that makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from stockward.balance.stocks import BookStock
from stockward.book.known import KnownBooks
from stockward.guards.need.faults import set_aside_words
from stockward.guards.need.post_hours import Post
from stockward.stats.arrays import Array
from stockward.stats.staffing import whole_guards
from stockward.terms.units import dimension, factor

AREAS, STOCK, OUTPUT = "areas", "stock", "output"

_MOST_POSTS = 100_000
"""More of one kind are a mistake in ``per``."""


@dataclass(frozen=True, slots=True)
class Driven:
    """A driver's value and the posts that it makes; without a value, why (``reason``)."""

    value: float | None
    posts: int | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """What the drivers see at one moment.

    ``stock`` has shape (areas, materials), in the unit of each material, or is ``None`` where the books do not tell of
    it. ``doubts`` says by area which rows at fault could change its stock; ``output`` is in times the base.
    """

    stock: Array | None
    doubts: Mapping[int, str]
    output: float | None


@dataclass(frozen=True, slots=True)
class Worth:
    """How much of the ``stock`` driver one unit of each material is, shape (materials,), 0 where it counts nothing.

    ``unit`` says what it is measured in; ``without_value`` are materials that count nothing among others that do.
    """

    amounts: Array
    unit: str
    without_value: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drivers:
    """Which areas are stores and what their stock is worth: all that turns a moment into numbers of posts.

    ``worth`` is by post, or a reason why its stock cannot be added up.
    """

    areas: tuple[str, ...]
    stores: NDArray[np.bool_]
    worth: Mapping[str, Worth | str]
    areas_at_fault: str | None
    materials_at_fault: str | None
    why_no_output: str

    def occupied(self, moment: Moment) -> int | None:
        """Areas of kind store with stock in them; ``None`` where that is not known."""
        if moment.stock is None or self.areas_at_fault or any(self.stores[area] for area in moment.doubts):
            return None
        return int((self.stores & (moment.stock > 0).any(axis=1)).sum())

    def of(self, post: Post, moment: Moment) -> Driven:
        """Posts of one kind at a moment: one without a driver.

        One such post stands for each ``per`` of the driver that is begun; so none stands where there is nothing to
        guard (no occupied store, no stock, no output).
        """
        if post.driver is None:
            return Driven(None, 1)
        value, reason = self._value(post, moment)
        if value is None or post.per is None:
            return Driven(None, None, reason)
        times = value / post.per
        if not times <= _MOST_POSTS:
            return Driven(value, None, f"its driver makes more than {_MOST_POSTS:,} such posts of it: check per")
        return Driven(value, whole_guards(times))

    def _value(self, post: Post, moment: Moment) -> tuple[float | None, str | None]:
        if post.driver == OUTPUT:
            return moment.output, self.why_no_output
        worth = self.worth.get(post.post) if post.driver == STOCK else None
        scope = self.stores if post.driver == AREAS else _scope(post, self.areas)
        reasons = [
            self.areas_at_fault,
            self.materials_at_fault if post.driver == STOCK else None,
            next((words for area, words in moment.doubts.items() if scope[area]), None),
            worth if isinstance(worth, str) else None,
        ]
        reason = next(filter(None, reasons), None)
        if reason is not None:
            return None, reason
        if moment.stock is None:
            return None, "no inventory or movement is on record: count the stores"
        if isinstance(worth, Worth):
            return float((moment.stock[scope] * worth.amounts).sum()), None
        return float((scope & (moment.stock > 0).any(axis=1)).sum()), None


def _scope(post: Post, areas: Sequence[str]) -> NDArray[np.bool_]:
    """Areas whose stock drives a post: its own, or all of the site."""
    return np.array([post.area is None or area == post.area for area in areas], dtype=bool)


def drivers_of(books: KnownBooks, book: BookStock, posts: Sequence[Post], *, why_no_output: str) -> Drivers:
    """Gather what the drivers need; which materials lie where is taken from all of the book."""
    kinds = dict(books["areas"].select("area", "kind").rows())
    cells = len(book.areas) * len(book.materials)
    seen = np.bincount(np.concatenate([book.cell, book.counted_cell]), minlength=cells) > 0
    seen = seen.reshape(len(book.areas), len(book.materials))

    def lying(post: Post) -> NDArray[np.bool_]:
        return np.asarray(seen[_scope(post, book.areas)].any(axis=0))

    return Drivers(
        areas=book.areas,
        stores=np.array([kinds[area] == "store" for area in book.areas], dtype=bool),
        worth={post.post: _worth(books, book, lying(post)) for post in posts if post.driver == STOCK},
        areas_at_fault=set_aside_words("areas", books.set_aside["areas"]["row"].to_list()),
        materials_at_fault=set_aside_words("materials", books.set_aside["materials"]["row"].to_list()),
        why_no_output=why_no_output,
    )


def _worth(books: KnownBooks, book: BookStock, seen: NDArray[np.bool_]) -> Worth | str:
    """Stock counts by its value; where no material has one, by its quantity, if all are of one dimension."""
    columns = books["materials"].select("material", "unit", "unit_value").rows()
    facts = {material: (unit, value) for material, unit, value in columns}
    here = [material for material, there in zip(book.materials, seen, strict=True) if there]
    valued = [material for material in here if facts[material][1] is not None]
    if valued:
        amounts = [facts[name][1] if name in valued else 0.0 for name in book.materials]
        return Worth(np.array(amounts), "value", tuple(name for name in here if name not in valued))
    kinds = {dimension(facts[material][0]) for material in here}
    if len(kinds) > 1:
        return "its stock is kept by mass and by number, and no material has a unit_value: give unit_value in materials"
    base = "each" if kinds == {"count"} else "kg"
    amounts = [factor(facts[name][0], base) or 0.0 if name in here else 0.0 for name in book.materials]
    return Worth(np.array(amounts), base, ())


def doubts_at(books: KnownBooks, book: BookStock, moments: Sequence[int]) -> list[dict[int, str]]:
    """For each moment (microseconds), the areas whose stock rows at fault could change, with what to mend.

    A row touches every area that its readable keys allow, from its time until the area's next inventory; one without a
    readable time, always.
    """
    rows = [
        (table, touch)
        for table, columns, aside in (
            ("movements", ("from_area", "to_area"), books.set_aside["movements"]),
            ("counts", ("area",), _at_their_inventory(books)),
        )
        for touch in _touching(aside, columns, book.areas)
    ]
    return [_doubts(rows, book, moment) for moment in moments]


def _at_their_inventory(books: KnownBooks) -> pl.DataFrame:
    """Counts at fault, each at the moment of the inventory to which it belongs, where other rows tell it."""
    aside = books.set_aside["counts"]
    if aside.height == 0:
        return aside
    moments = books.counts.group_by(pl.col("area").cast(pl.String), "inventory").agg(held=pl.col("at").max())
    placed = aside.join(moments, on=["area", "inventory"], how="left", maintain_order="left")
    return placed.with_columns(at=pl.max_horizontal("at", "held")).drop("held")


_Touch = tuple[int, frozenset[int], int | None]
"""The number of a row at fault, the areas that it could touch, and when; ``None``: at any time."""


def _touching(aside: pl.DataFrame, columns: Sequence[str], areas: Sequence[str]) -> list[_Touch]:
    """Row, areas and moment of each row at fault; all areas where a key cannot be read."""
    if aside.height == 0:
        return []
    codes = {area: code for code, area in enumerate(areas)}
    found: list[_Touch] = []
    for row in aside.with_columns(pl.col("at").to_physical()).rows(named=True):
        lost = set(columns) & set(row["unreadable"] or ())
        named = frozenset(codes[row[name]] for name in columns if row[name] in codes)
        sides = frozenset(codes.values()) if lost or not named else named
        found.append((row["row"], sides, None if "at" in (row["unreadable"] or ()) else row["at"]))
    return found


def _doubts(rows: Sequence[tuple[str, _Touch]], book: BookStock, moment: int) -> dict[int, str]:
    since = book.last_held(moment)
    touched: dict[int, dict[str, list[int]]] = {}
    for table, (row, sides, at) in rows:
        for area in sides:
            if at is None or since[area] <= at <= moment:
                touched.setdefault(area, {}).setdefault(table, []).append(row)
    return {
        area: " and ".join(filter(None, (set_aside_words(table, found) for table, found in tables.items())))
        for area, tables in sorted(touched.items())
    }
