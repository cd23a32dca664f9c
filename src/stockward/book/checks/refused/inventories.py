"""An inventory is of one time, and what moved on its day has a side."""

from __future__ import annotations

import polars as pl

from stockward.book.checks.draft import Draft, TableDraft
from stockward.book.problems import more_like_it
from stockward.book.schema.kinds import CLAIMS

_DAY_SECONDS = 24 * 60 * 60
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


def a_scope_is_of_an_inventory(draft: Draft, table: TableDraft) -> None:
    """A scope of an inventory that nobody counted would leave that which was meant without one."""
    counted = draft["counts"].values.select("inventory", pl.col("area").cast(pl.String)).drop_nulls().unique()
    known = counted["inventory"].unique()
    asked = table.values.select("inventory", pl.col("area").cast(pl.String))
    both = asked.join(counted.with_columns(there=True), on=["inventory", "area"], how="left", maintain_order="left")
    none = asked["inventory"].is_not_null() & ~asked["inventory"].is_in(known.implode())
    table.refuse("inventory", none, "no row of counts is of this inventory: write its code as it stands there")
    elsewhere = asked["area"].is_not_null() & both["there"].is_null() & ~none
    table.refuse(
        "area", elsewhere & asked["inventory"].is_not_null(), "that inventory has no row of counts in this area"
    )
