"""Neighbours in measuring: bulk whose error nobody states, a store in which nothing moves, a scale half described."""

from __future__ import annotations

import random

from .books import SCALE, Tables, Works
from .forms import form_of
from .holding import Mend, Neighbour, Truth, reviewed


def no_errors_stated(rng: random.Random) -> Neighbour:
    """Bulk without a method in some rows or all, or with one that states nothing: no verdict is carried by it."""
    works = Works(rng, kinds=rng.choice(("bulk", "both")))
    books = works.books()
    how = rng.choice(("all rows", "a material", "a count", "a movement", "empty method"))
    material = rng.choice(works.bulk)
    of_it = [row for table in ("movements", "counts") for row in books.tables[table] if row["material"] == material]
    bare = {
        "all rows": [row for table in ("movements", "counts") for row in books.tables[table]],
        "a material": of_it,
        "a count": [rng.choice([row for row in of_it if "inventory" in row])],
        "a movement": [rng.choice([row for row in of_it if "movement" in row])],
        "empty method": [],
    }[how]
    if how == "empty method":
        books.tables["methods"] = [{"method": SCALE, "random_rel": "", "systematic_rel": ""}]
        bare = of_it
        material_set = set(works.bulk)
    else:
        for row in bare:
            row["method"] = ""
        material_set = {row["material"] for row in bare} & set(works.bulk)
    periods, areas = set(works.periods), set(works.areas)
    if how == "a count":
        areas = {bare[0]["area"]}
        period = works.inventories.index(bare[0]["inventory"])
        periods = {period, period + 1}
    if how == "a movement":
        areas = {bare[0]["from_area"], bare[0]["to_area"]}
        periods = {next(one.period for one in works.entries if one.row is bare[0])}
    hidden = works.touched(areas, material_set, periods)
    words = "no method measured" if how != "empty method" else "error"
    mends = [Mend(words, lambda tables: _scaled(tables, works.bulk))]
    return reviewed(
        f"no error stated: {how}",
        books,
        form_of(rng),
        Truth(set(), hidden, must_tell=True, notice="sigma unknown", all_hidden=True),
        mends,
    )


def _scaled(tables: Tables, bulk: list[str]) -> None:
    tables["methods"] = [{"method": SCALE, "random_rel": "0.0005", "systematic_rel": "0.0002"}]
    for table in ("movements", "counts"):
        for row in tables[table]:
            row["method"] = SCALE if row["material"] in bulk else ""


def half_a_scale(rng: random.Random) -> Neighbour:
    """A scale that states its systematic error alone: not tested, until it says its division or its random error."""
    works = Works(rng, kinds=rng.choice(("bulk", "both")))
    books = works.books()
    column = rng.choice(("systematic_rel", "systematic_abs"))
    half = {"method": SCALE, column: "0.001", "unit": "kg" if column == "systematic_abs" else ""}
    books.tables["methods"] = [half]
    hidden = works.touched(works.areas, works.bulk, works.periods)

    def divided(tables: Tables) -> None:
        tables["methods"] = [{**half, "unit": "kg", "division": "0.5"}]

    def random_stated(tables: Tables) -> None:
        tables["methods"] = [{**half, "random_rel": "0.0005"}]

    said = "which states no random error and no division"
    mends = [Mend(said, divided), Mend(said, random_stated)]
    return reviewed(
        f"{column} alone",
        books,
        form_of(rng),
        Truth(set(), hidden, must_tell=True, notice="sigma unknown", all_hidden=True),
        mends,
    )


def quiet_store(rng: random.Random) -> Neighbour:
    """A store in which nothing moves: what goes is found, and what stays is balanced."""
    works = Works(rng, periods=rng.choice((3, 5)), lossy=False)
    works.entries.clear()
    area, material = rng.choice(works.areas), rng.choice(works.materials)
    lost = rng.choice(("none", "one", "several", "last"))
    for period in {"none": [], "one": [rng.choice(works.periods)], "several": list(works.periods)[:-1],
                   "last": [works.periods[-1]]}[lost]:  # fmt: skip
        works.lose(area, material, period)
    if rng.random() < 0.5:
        works.enter(1, rng.choice(("receipt", "issue")), material, 0.0, of=area, to=area)
    books = works.books()
    if not works.entries:
        books.columns["movements"] = ("movement", "at", "kind", "material", "quantity", "from_area", "to_area")
    return reviewed(f"{lost} lost of {material} in {area}", books, form_of(rng), Truth())
