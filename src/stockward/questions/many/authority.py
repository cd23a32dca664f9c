"""What an authority asks of all sites: what is missing where, which site cannot see, who met the order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import polars as pl

from stockward.answers.many.authority import SitesAnswer, SitesTotals
from stockward.questions.many.folder import DATA
from stockward.questions.many.rows import REVIEWED
from stockward.terms.verdicts import ALARMING, UNMET, OrderVerdict, Verdict
from stockward.version import VERSION

ACTIONS = (
    *(verdict.value for verdict in Verdict if verdict in ALARMING),
    "not_reviewed", "orders_unmet", "goals_missed", "not_tested", "set_aside", "nothing",
)  # fmt: skip
"""What may need action first at a site, the most urgent first."""
STATUSES = (
    "matched", "not_received", "not_sent", "other_material", "units_differ", "ambiguous", "partner_not_reviewed",
    "outside", "no_partner",
)  # fmt: skip
"""What may come of a consignment."""
ROUTE_VERDICTS = tuple(
    verdict.value
    for verdict in (Verdict.SHORTAGE, Verdict.GAIN, Verdict.DISCREPANCY, Verdict.NOT_TESTED, Verdict.BALANCED)
)
MOST_ALARMS, MOST_UNSEEN, MOST_ORDERS, MOST_ROUTES = 10_000, 200, 10_000, 10_000
_SIGHT = (
    "site",
    "series",
    "unit",
    "goal",
    "goal_days",
    "goal_found",
    "ratio",
    "found_even_year",
    "throughput",
    "share",
)


def answer_of(folder: Path, sites: pl.DataFrame, as_of: str | None, seed: int, at: datetime) -> SitesAnswer:
    """The answer from the tables of results in ``folder``, and the one of the ``sites``."""
    rank = pl.col("action").replace_strict({name: place for place, name in enumerate(ACTIONS)}, return_dtype=pl.Int64)
    stands = pl.col("stands_over_all").fill_null(False).not_()
    return SitesAnswer(
        version=VERSION,
        at=at,
        seed=seed,
        as_of=as_of,
        folder=folder,
        totals=_totals(folder, sites),
        sites=sites.sort(rank, stands, pl.col("p_value").fill_null(1.0), "site"),
        alarms=_alarms(folder),
        **_unseen(folder),
        orders=_orders(folder),
        **_transfers(folder),
    )


def _table(folder: Path, name: str) -> pl.LazyFrame:
    return pl.scan_parquet(folder / DATA / name / "part-*.parquet", glob=True)


def _totals(folder: Path, sites: pl.DataFrame) -> SitesTotals:
    alpha, years = pl.col("false_alarm"), pl.col("years")
    tested = sites.filter(pl.col("p_value").is_not_null())
    false = tested.select((1 - (1 - alpha) ** years).sum()).item() if tested.height else 0.0
    return SitesTotals(
        sites=sites.height,
        reviewed=int((sites["status"] == REVIEWED).sum()),
        by_action=_counted(sites["action"], ACTIONS),
        by_series=_counted(_table(folder, "series").select("verdict").collect()["verdict"], [*Verdict]),
        by_order=_counted(_table(folder, "orders").select("verdict").collect()["verdict"], [*OrderVerdict]),
        tested=tested.height,
        expected_false=float(false),
        level=sites["false_alarm"].min(),  # type: ignore[arg-type]
        called=int((sites["shortages"] > 0).sum()),
        standing=int(sites["stands_over_all"].fill_null(False).sum()),
        by_transfer=_counted(_table(folder, "transfers").select("status").collect()["status"], STATUSES),
        by_route=_counted(_table(folder, "routes").select("verdict").collect()["verdict"], ROUTE_VERDICTS),
    )


def _counted(column: pl.Series, names: tuple[str, ...] | list[str]) -> Mapping[str, int]:
    found = dict(column.value_counts().rows())
    return {str(name): found.get(name, 0) for name in names}


def _alarms(folder: Path) -> pl.DataFrame:
    order = {verdict.value: place for place, verdict in enumerate(Verdict) if verdict in ALARMING}
    found = _table(folder, "findings").filter(pl.col("kind").is_in(list(order)))
    rank = pl.col("kind").replace_strict(order, return_dtype=pl.Int64)
    return found.sort(rank, "unit", -pl.col("amount").abs(), "site", "series").head(MOST_ALARMS).collect()


def _unseen(folder: Path) -> dict[str, pl.DataFrame]:
    """The series with the worst sight: beside their goal, and by what may go in a year."""
    series = _table(folder, "series").with_columns(
        ratio=pl.col("goal_found") / pl.col("goal"), share=pl.col("found_even_year") / pl.col("throughput")
    )
    series = series.with_columns(pl.col("ratio", "share").replace([float("inf")], [None])).select(_SIGHT)
    missed = series.filter(pl.col("goal").is_not_null())
    # A goal that no loss would reach in time is worse than any ratio.
    first = missed.sort(pl.col("ratio").fill_null(float("inf")), descending=True, maintain_order=True)
    largest = series.filter(pl.col("found_even_year").is_not_null()).sort(
        "unit", -pl.col("found_even_year"), "site", "series"
    )
    return {
        "unseen": first.head(MOST_UNSEEN).collect(),
        "largest": largest.group_by("unit", maintain_order=True).head(MOST_UNSEEN).select(_SIGHT).collect(),
    }


def _transfers(folder: Path) -> dict[str, pl.DataFrame]:
    """The routes, what did not arrive, and what several routes have in common."""
    order = {verdict: place for place, verdict in enumerate(ROUTE_VERDICTS)}
    rank = pl.col("verdict").replace_strict(order, return_dtype=pl.Int64)
    routes = _table(folder, "routes").sort(rank, pl.col("p_over_all").fill_null(1.0), "shipper", "receiver", "material")
    missing = _table(folder, "transfers").filter(pl.col("status").is_in(["not_received", "not_sent", "other_material"]))
    return {
        "routes": routes.head(MOST_ROUTES).collect(),
        "missing": missing.sort(-pl.col("age_days"), "document").head(MOST_ROUTES).collect(),
        "patterns": _table(folder, "patterns").sort("p_over_all", "kind", "of").head(MOST_ROUTES).collect(),
    }


def _orders(folder: Path) -> pl.DataFrame:
    unmet = _table(folder, "orders").filter(pl.col("verdict").is_in([one.value for one in UNMET]))
    ratio = pl.col("short_by") / pl.col("required")
    return unmet.sort(-ratio.fill_null(1.0), "site", "order").head(MOST_ORDERS).collect()
