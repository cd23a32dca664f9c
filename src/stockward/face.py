"""The Python door: read a site, review it, write the answers. It holds no rule of the field."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from stockward.answers.review import Review as Answers
from stockward.detection.surge import Surge
from stockward.facts import Site
from stockward.guards.asked import AskedOrder
from stockward.outputs import write_whole
from stockward.report import write_html, write_json, write_xlsx
from stockward.reviewing import DEFAULT_SEED, make_review
from stockward.terms.errors import UsageError


@dataclass(frozen=True, slots=True)
class Review:
    """The answers of one run, as tables and as files; ``answers`` has all of them."""

    answers: Answers

    @property
    def series(self) -> pl.DataFrame:
        """One row a series, with its verdict, p-value, and reason."""
        verdicts = self.answers.verdicts
        return self.answers.balances.series.with_columns(
            verdict=pl.Series([verdict.verdict.value for verdict in verdicts], dtype=pl.String),
            p_value=pl.Series([verdict.p_value for verdict in verdicts], dtype=pl.Float64),
            alarm_inventory=pl.Series([verdict.alarm_inventory for verdict in verdicts], dtype=pl.String),
            reason=pl.Series([verdict.reason for verdict in verdicts], dtype=pl.String),
        )

    @property
    def periods(self) -> pl.DataFrame:
        """One row a period, with the ``id`` of its series in place of the number."""
        ids = self.answers.balances.series["id"]
        periods = self.answers.balances.periods
        return periods.with_columns(series=ids.gather(periods["series"])).rename({"series": "id"})

    def to_json(self, path: str | Path, *, covariance: bool = False) -> None:
        """Write ``review.json`` (schema stockward.review/1)."""
        write_whole(path, write_json(self.answers, covariance=covariance))

    def to_html(self, path: str | Path) -> None:
        """Write the report: one self-contained HTML file."""
        write_whole(path, write_html(self.answers))

    def to_xlsx(self, path: str | Path) -> None:
        """Write the workbook."""
        write_xlsx(self.answers, Path(path))


def review(
    site: Site,
    *,
    as_of: str | date | datetime | None = None,
    surge: Surge | None = None,
    guards: str | None = None,
    due: str | date | None = None,
    seed: int = DEFAULT_SEED,
) -> Review:
    """Review a site: what is missing, what would go unseen, today and at a surge, and what guards it takes.

    ``guards`` asks for an order that is not on record, such as ``">2"`` (more than twice today's guards), to be met by
    ``due``. Raises ``UsageError`` for a question that cannot be asked so.
    """
    asked = AskedOrder.read(guards, due) if guards is not None else None
    if asked is None and due is not None:
        raise UsageError("due belongs to a question on guards: give guards as well")
    return Review(make_review(site, as_of=as_of, surge=surge, guards=asked, seed=seed, generated=datetime.now(UTC)))
