"""Small sites with posts, people and absences, written as a folder; and the need that is found for them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

import sites
from stockward.answers.force import ForceAnswer
from stockward.book import read_site
from stockward.book.known import KnownBooks, known_at
from stockward.guards.need.needed import need_of
from stockward.guards.roll import roll
from stockward.terms.periods import end_of

DAY = date(2026, 6, 30)

STOCK = {
    "areas": (
        "area,kind,capacity,capacity_unit\nS1,store,1000,kg\nS2,store,1,t\nS3,store,,\nS4,store,50,each\nP1,process,,\n"
    ),
    "materials": "material,kind,unit,unit_value\nTNT,bulk,kg,10\nBOX,item,each,\nSCRAP,bulk,kg,0\n",
    "methods": "method,random_rel\nW1,0.01\n",
    "movements": "movement,at,kind,material,quantity,from_area,to_area,method\n1,2026-01-10,receipt,TNT,1,,P1,W1\n",
    "counts": "inventory,at,area,material,quantity,method\nI1,2026-01-01,S1,TNT,100,W1\n",
}

POSTS = "post,kind,guards,start,end,days\nG1,gate,1,00:00,24:00,daily\n"


def people(number: int, *, columns: str = "", values: str = "") -> str:
    """So many guards of 40 hours a week, on the roll since long; further columns with the same value for all."""
    head = "person,role,affiliation,hours_per_week,since" + (f",{columns}" if columns else "")
    rows = [f"{place},guard,ministry,40,2020-01-01" + (f",{values}" if values else "") for place in range(number)]
    return "\n".join([head, *rows]) + "\n"


def absences(*rows: tuple[int, str, str, str]) -> str:
    """Person, first and last day, and kind."""
    return "\n".join(["person,start,end,kind", *(",".join(map(str, row)) for row in rows)]) + "\n"


LONG_AGO = (0, "2025-01-01", "2025-01-01", "sick")
"""An absence before the window: the record covers all of it."""


def books_of(
    folder: Path,
    *,
    force: str = "fill_probability = 0.9",
    timezone: str = "UTC",
    as_of: date | None = None,
    **tables: str,
) -> KnownBooks:
    """The books of a site with these tables; where none is given, stocks, a gate round the clock and ten guards.

    A table given as nothing at all is not there.
    """
    said = sites.settings("Two gates", timezone=timezone, more=f"[force]\n{force}")
    defaults = {**STOCK, "posts": POSTS, "people": people(10), "absences": absences(LONG_AGO)}
    site = read_site(sites.write(folder, {**defaults, **tables}, said))
    return known_at(site, None if as_of is None else end_of(as_of, timezone))


def need(books: KnownBooks, *, day: date = DAY, seed: int = 1, **surge: Any) -> ForceAnswer:
    """What the posts take on a day."""
    return need_of(books, guards=roll(books), day=day, seed=seed, **surge)


def need_at(folder: Path, *, day: date = DAY, **site: Any) -> ForceAnswer:
    """The same for a site written to a folder."""
    return need(books_of(folder, **site), day=day)


def month(answer: ForceAnswer, first: date) -> Any:
    """One month of the answer."""
    return next(one for one in answer.by_month if one.month == first)


def factored(books: KnownBooks, factors: Mapping[str, float]) -> pl.DataFrame:
    """The movements with a factor for the kinds named."""
    return books.movements.with_columns(
        factor=pl.col("kind").cast(pl.String).replace_strict(dict(factors), default=1.0, return_dtype=pl.Float64)
    )
