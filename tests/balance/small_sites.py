"""Tiny sites for the tests: tables as CSV text, written as a folder, read, known and closed."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import numpy as np
from oracle import Rows

import sites
from stockward.answers.balances import Balances
from stockward.answers.losses import SeriesVerdict
from stockward.balance.closing import close_balances
from stockward.balance.testing import test_losses as verdicts_of
from stockward.book import Site, read_site
from stockward.book.known import KnownBooks, known_at

AREAS = "area,kind\nA,store\nB,store\n"
MATERIALS = "material,kind,unit\nTNT,bulk,kg\nBOX,item,each\n"
METHODS = "method,random_rel\nscale,0.01\n"


def write_site(folder: Path, *, false_alarm: float = 0.05, timezone: str = "UTC", **tables: str) -> Site:
    """Write the tables as files of the folder and read the site; areas, materials and methods have defaults."""
    defaults = {"areas": AREAS, "materials": MATERIALS, "methods": METHODS}
    said = sites.settings("Ridgeway Works", timezone=timezone, false_alarm=false_alarm)
    texts = {name: text.strip() + "\n" for name, text in {**defaults, **tables}.items()}
    return read_site(sites.write(folder, texts, said))


def rows_of(tables: Mapping[str, str]) -> Rows:
    """The same tables as the oracle reads them."""
    return {name: list(csv.DictReader(io.StringIO(text.strip()))) for name, text in tables.items()}


class Closed:
    """The balances of a site, by id of the series (``AREA/HOLDING``) and inventory."""

    def __init__(self, site: Site, as_of: datetime | None = None) -> None:
        self.site = site
        self.books: KnownBooks = known_at(site, as_of)
        self.balances: Balances = close_balances(self.books)
        self.ids = self.balances.series["id"].to_list()

    def periods(self, series: str) -> list[dict[str, object]]:
        number = self.ids.index(series)
        return [row for row in self.balances.periods.rows(named=True) if row["series"] == number]

    def period(self, series: str, inventory: str) -> dict[str, object]:
        return next(row for row in self.periods(series) if row["inventory"] == inventory)

    def status(self, series: str) -> list[tuple[str, str]]:
        return [(str(row["inventory"]), str(row["status"])) for row in self.periods(series)]

    def covariance(self, series: str) -> np.ndarray:
        return self.balances.covariances[self.ids.index(series)]

    def verdicts(self, seed: int = 1) -> dict[str, SeriesVerdict]:
        alpha = self.site.settings.detection.false_alarm
        return dict(zip(self.ids, verdicts_of(self.balances, false_alarm=alpha, seed=seed), strict=True))
