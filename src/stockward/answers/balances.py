"""What is missing: the balances of every series, closed between its inventories."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

EXACT_SCHEMA: dict[str, Any] = {"series": pl.Int64, "kind": pl.String, "area": pl.String, "material": pl.String}
"""Columns of ``Balances.assumed_exact``."""
RESTING_SCHEMA: dict[str, Any] = {"series": pl.Int64, "quantity": pl.Float64}
"""Columns of ``Balances.resting``."""
PASSED_SCHEMA: dict[str, Any] = {"series": pl.Int64, "period": pl.Int64, "cell": pl.Int64, "sigma": pl.Float64}
"""Columns of ``Balances.passed``."""
JOINED_SCHEMA: dict[str, Any] = {
    "series": pl.Int64, "inventory": pl.String, "area": pl.String, "area_inventory": pl.String,
    "at": pl.Datetime("us", "UTC"),
}  # fmt: skip
"""Columns of ``Balances.joined``."""
SITES_SCHEMA: dict[str, Any] = {
    "series": pl.Int64, "areas": pl.List(pl.String), "outside": pl.List(pl.String), "apart_days": pl.Float64,
    "since": pl.Datetime("us", "UTC"), "counted_before": pl.List(pl.String), "first_counted": pl.List(pl.String),
    "reason": pl.String,
}  # fmt: skip
"""Columns of ``Balances.sites``."""
UNCLOSED_SCHEMA: dict[str, Any] = {
    "series": pl.Int64, "since": pl.Datetime("us", "UTC"), "book": pl.Float64, "reason": pl.String,
}  # fmt: skip
"""Columns of ``Balances.unclosed``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatedErrors:
    """Of one series, the parts of its Σ whose σ were estimated: one entry each.

    ``methods`` and ``kinds`` ("random", "systematic") say whose errors, ``freedom`` with how many degrees of freedom
    they were estimated, and ``parts``, shape (entries, n, n), unit², is what they make of Σ.
    """

    methods: tuple[str, ...]
    kinds: tuple[str, ...]
    freedom: NDArray[np.float64]
    parts: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Balances:
    """Every series and every period of it; quantities in the series' own unit, positive differences are missing.

    series
        One row a series, in order of area, then substance or material, and after them those of the whole site, in order
        of substance: ``id``, ``area`` (null for the site), ``substance`` (bulk) or ``material`` (items), ``basis``,
        ``unit``, ``stage``, ``area_name`` and ``holding_name`` as people say them (null where the books give none), and
        ``scope`` ("area", "site").
    periods
        One row a period, in order of series and time: ``series`` (row number of the series), ``inventory``, ``start``,
        ``end``, ``begin``, ``received``, ``sent``, ``end_quantity``, ``normal_loss``, ``difference``, ``sigma``,
        ``sigma_random``, ``sigma_systematic``, ``written_off``, ``found``, ``throughput`` (all that passed through),
        ``status``, ``reason``. Unknown is null. ``taken`` is what is settled of a difference, and ``settled`` says that
        the period is out of the tests for it.
    covariances
        One matrix a series, unit²: of the differences of its closed periods, in order of time.
    terms
        What each matrix is made of, one row a term with an error of a closed period: ``series``, ``period`` (its number
        among the closed ones), ``part`` ("flow", "begin", "end", "normal_loss"), ``material``, ``method``,
        ``calibration`` (number), ``reading`` (number, null for a measurement of its own), ``item`` (whether it is
        counted in items), ``coefficient`` (with which it enters the difference), ``quantity`` (positive adds to what
        should be there), the variances ``random_relative``, ``random_absolute`` and ``random_content``, unit², and the
        systematic errors ``relative``, ``absolute`` and ``content``, each σs with the sign of the term, unit. Terms
        with one method and calibration share the first two systematic errors, those with one material the third, and
        normal losses with one ``calibration`` theirs. Terms of one reading share its random errors, those of one
        reading and bulk material that of the content: each enters with the root of its variance and the sign of its
        coefficient. Contents of items of one reading are those of a lot [``stats.propagation.items_drawn``]. Of the
        others, an "end" is the "begin" of the period that follows.
    causes
        Rows for which periods are not tested, set aside or without a known error: ``series``, ``inventory``, ``table``,
        ``row``.
    assumed_exact
        What entered a closed period as exact because the books state no error of it, not even zero: ``series``,
        ``kind`` ("content", "normal_loss"), ``area`` (of a normal loss) and ``material`` (of a content).
    resting
        One row a series of which an inventory of the last year lists something at earlier readings, so that what is
        taken out of that changes no difference: ``series``, ``quantity`` (the most that one lists).
    passed
        What passed between two areas by one weighing, one row for each of the two: ``series``, ``period`` (its number
        among the closed ones), ``cell`` (of movements that share both periods), and ``sigma``, that of its random
        errors with the sign with which they enter the difference, unit. Rows of one ``cell`` share these errors. What
        repeats a reading stands in ``terms`` alone.
    joined
        Which inventories of the areas together are one of the site: one row for each series of the site, inventory of
        it and area: ``series``, ``inventory`` (of the site: the common name, or the names in order of the areas),
        ``area``, ``area_inventory``, ``at``. A period of the site begins and ends at the latest of its moments.
    sites
        One row a series of the site: ``series``, ``areas`` that it adds up, those ``outside`` (in the books, and never
        counted: what goes there has left), ``apart_days`` (the most by which inventories that were joined stand apart,
        null where none were), ``since``, when the first that was joined stands, and the areas that had a complete
        inventory ``counted_before`` it, and those that were ``first_counted`` for it: where there are any of the
        former, the site begins late because of the latter, or of the areas not having been counted together; and
        ``reason``, why fewer than two inventories could be joined (null where they could).
    unclosed
        One row a series that the site went on without: its next inventory is due, and its balance stands open
        ``since`` its last one: ``series``, ``since``, ``book`` (what the books hold now, unit of the series; null for
        the whole site), ``reason`` in words.
    freedom
        Of methods whose errors were estimated: the degrees of freedom of the random and of the systematic error,
        infinite where known.
    estimated
        One entry a series, ``None`` where all its errors are known; empty where that is so of the whole site.
    """

    series: pl.DataFrame
    periods: pl.DataFrame
    covariances: tuple[NDArray[np.float64], ...]
    terms: pl.DataFrame
    causes: pl.DataFrame
    assumed_exact: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=EXACT_SCHEMA))
    resting: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=RESTING_SCHEMA))
    passed: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=PASSED_SCHEMA))
    joined: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=JOINED_SCHEMA))
    sites: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=SITES_SCHEMA))
    unclosed: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=UNCLOSED_SCHEMA))
    freedom: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    estimated: tuple[EstimatedErrors | None, ...] = ()
