"""What many sites come to: for whoever answers for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl


@dataclass(frozen=True, slots=True, kw_only=True)
class SitesTotals:
    """How many sites there are of each kind.

    ``by_action`` counts sites by what needs action first there, ``by_series`` series by verdict, ``by_order`` orders by
    verdict. ``expected_false`` is how many sites would be expected to call a shortage falsely over their records, by
    the α of each, if nothing were missing anywhere: ``Σ 1 − (1 − α)^T``, T the years of a record. ``called`` sites call
    one, and ``standing`` are those of them whose shortage stands where false alarms are held at ``level`` over all.
    ``by_transfer`` counts consignments between sites by status, ``by_route`` routes by verdict.
    """

    sites: int
    reviewed: int
    by_action: Mapping[str, int]
    by_series: Mapping[str, int]
    by_order: Mapping[str, int]
    tested: int
    expected_false: float
    level: float | None
    called: int
    standing: int
    by_transfer: Mapping[str, int]
    by_route: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class SitesAnswer:
    """The answer for all sites, its tables cut to what a person reads; the whole ones stand in ``folder``.

    sites
        One row a site in order of action, with the columns of the table of results.
    alarms
        The findings of sites that alarm, those of a shortage first, the largest amounts of each unit first.
    unseen
        The series whose loss that would be found is largest beside their goal, and ``largest`` those where it is
        largest in its unit: ``site``, ``series``, ``unit``, ``goal``, ``goal_days``, ``goal_found``, ``ratio``,
        ``found_even_year``, ``throughput``, ``share`` (of the throughput).
    orders
        Every order that is not met, the furthest from its target first.
    routes
        Routes between sites in order of verdict and p-value, with the columns of the table of results.
    missing
        Consignments whose other side is a site that was reviewed and has none of it, the oldest first.
    patterns
        What several routes have in common, in order of the p-value held over all.
    """

    version: str
    at: datetime
    seed: int
    as_of: str | None
    folder: Path
    totals: SitesTotals
    sites: pl.DataFrame
    alarms: pl.DataFrame
    unseen: pl.DataFrame
    largest: pl.DataFrame
    orders: pl.DataFrame
    routes: pl.DataFrame
    missing: pl.DataFrame
    patterns: pl.DataFrame
