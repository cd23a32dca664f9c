"""Balances made by hand: differences and Σ as a test wants them, without books behind them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from stockward.answers.balances import Balances
from stockward.answers.losses import SeriesVerdict
from stockward.balance.testing import test_losses as verdicts_of

ORIGIN = datetime(2026, 1, 1, tzinfo=UTC)
YEAR = 365.25
SCHEMA = {
    "series": pl.Int64,
    "inventory": pl.String,
    "start": pl.Datetime("us", "UTC"),
    "end": pl.Datetime("us", "UTC"),
    "difference": pl.Float64,
    "sigma": pl.Float64,
    "throughput": pl.Float64,
    "status": pl.String,
    "reason": pl.String,
}


def balances(*series: dict[str, object]) -> Balances:
    """``difference`` and ``covariance`` of each series, ``days`` a period, ``status``, and the day on which it begins.

    Without ``days`` the periods fill one planned year; ``days`` may be one length or one a period.
    """
    periods, covariances = [], []
    for number, made in enumerate(series):
        differences = np.asarray(made["difference"], float)
        covariance = np.atleast_2d(np.asarray(made["covariance"], float))
        status = made.get("status", ["closed"] * len(differences))
        days = np.broadcast_to(made.get("days", YEAR / len(differences)), len(differences))
        moments = float(made.get("begins", 0.0)) + np.concatenate([[0.0], np.cumsum(days)])
        closed = [place for place, word in enumerate(status) if word == "closed"]
        sigma = dict(zip(closed, np.sqrt(np.diagonal(covariance)), strict=True))
        for place, difference in enumerate(differences):
            periods.append(
                {
                    "series": number,
                    "inventory": f"I{place + 1}",
                    "start": ORIGIN + timedelta(days=float(moments[place])),
                    "end": ORIGIN + timedelta(days=float(moments[place + 1])),
                    "difference": float(difference) if place in sigma else None,
                    "sigma": sigma.get(place),
                    "throughput": 1000.0,
                    "status": status[place],
                    "reason": None if status[place] == "closed" else f"why {place + 1}",
                }
            )
        covariances.append(covariance)
    return Balances(
        series=pl.DataFrame({"id": [f"A/S{number}" for number in range(len(series))]}),
        periods=pl.DataFrame(periods, schema=SCHEMA, orient="row").with_columns(taken=0.0, settled=False),
        covariances=tuple(covariances),
        terms=pl.DataFrame(),
        causes=pl.DataFrame(),
    )


def one(false_alarm: float = 0.05, **series: object) -> SeriesVerdict:
    """The verdict of one series alone."""
    return verdicts_of(balances(series), false_alarm=false_alarm, seed=1)[0]
