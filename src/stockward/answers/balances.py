"""What is missing: the balances of every series, closed between its inventories."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Balances:
    """Every series and every period of it; quantities in the series' own unit, positive differences are missing.

    series
        One row a series, in order of area, then substance or material: ``id``, ``area``, ``substance`` (bulk) or
        ``material`` (items), ``basis``, ``unit``, ``stage``, and ``area_name`` and ``holding_name`` as people say them
        (null where the books give none).
    periods
        One row a period, in order of series and time: ``series`` (row number of the series), ``inventory``, ``start``,
        ``end``, ``begin``, ``received``, ``sent``, ``end_quantity``, ``normal_loss``, ``difference``, ``sigma``,
        ``sigma_random``, ``sigma_systematic``, ``written_off``, ``found``, ``throughput`` (all that passed through),
        ``status``, ``reason``. Unknown is null.
    covariances
        One matrix a series, unit²: of the differences of its closed periods, in order of time.
    terms
        What each matrix is made of, one row a term with an error of a closed period: ``series``, ``period`` (its number
        among the closed ones), ``part`` ("flow", "begin", "end", "normal_loss"), ``material``, ``method``,
        ``calibration`` (number), ``quantity`` (positive adds to what should be there), the variances
        ``random_relative``, ``random_absolute`` and ``random_content``, unit², and the systematic errors ``relative``,
        ``absolute`` and ``content``, each σs with the sign of the term, unit. Terms with one method and calibration
        share the first two, those with one material the third; an "end" is the "begin" of the period that follows.
    causes
        Rows for which periods are not tested or incomplete: ``series``, ``inventory``, ``table``, ``row``.
    """

    series: pl.DataFrame
    periods: pl.DataFrame
    covariances: tuple[NDArray[np.float64], ...]
    terms: pl.DataFrame
    causes: pl.DataFrame
