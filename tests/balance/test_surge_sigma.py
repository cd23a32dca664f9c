"""σ of a plant of 52 weeks, closed from its folder, against a covariance that was worked out in closed form."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from small_sites import Closed, write_site

# 100 in and 100 out a week, inventory 200, one measurement each: random 0.5 %, systematic 0.3 %; one method a stream,
# one calibration for the year. Columns: σ of week 1 random and systematic, σ of weeks 1 and 31, covariance of weeks 1
# with 2 and 3, σ of the year's sum random, systematic, and together.
EXPECTED = {
    "base": (
        1.5811388300841898,
        0.4242640687119285,
        1.6370705543744901,
        1.6370705543744901,
        -0.8200000000000001,
        0.18,
        5.291502622129181,
        22.061731573020282,
        22.68744145997957,
    ),
    "five times all year": (
        3.8078865529319543,
        2.121320343559643,
        4.358898943540674,
        4.358898943540674,
        3.500000000000001,
        4.500000000000001,
        25.534290669607408,
        110.30865786510142,
        113.22543883774529,
    ),
    "five times in weeks 27 to 39": (
        1.5811388300841898,
        0.4242640687119285,
        1.6370705543744901,
        4.358898943540674,
        -0.8200000000000001,
        0.18,
        13.564659966250536,
        44.123463146040564,
        46.161455782936486,
    ),
}


def flow(case: str, week: int) -> int:
    return 500 if case == "five times all year" or (case != "base" and 27 <= week <= 39) else 100


@pytest.mark.parametrize("case", EXPECTED)
def test_sigma_of_a_year_of_weeks(case: str, tmp_path: Path) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    moments = [(start + timedelta(weeks=week)).isoformat() for week in range(53)]
    counts = [f"W{week:02d},{at},A,TNT,200,tank" for week, at in enumerate(moments)]
    movements = [
        row
        for week, at in enumerate(moments[1:], start=1)
        for row in (
            f"i{week},{at},receipt,TNT,{flow(case, week)},,A,intake",
            f"o{week},{at},issue,TNT,{flow(case, week)},A,,outlet",
        )
    ]
    closed = Closed(
        write_site(
            tmp_path,
            methods="method,random_rel,systematic_rel\ntank,0.005,0.003\nintake,0.005,0.003\noutlet,0.005,0.003\n",
            counts="\n".join(["inventory,at,area,material,quantity,method", *counts]),
            movements="\n".join(["movement,at,kind,material,quantity,from_area,to_area,method", *movements]),
        )
    )
    periods, covariance = closed.periods("A/TNT"), closed.covariance("A/TNT")
    assert {row["difference"] for row in periods} == {0.0}
    # The sum of the year: begin, end and flows; the tank's bias cancels between the first and the last inventory.
    flows = np.array([flow(case, week) for week in range(1, 53)])
    total_random = 0.005 * np.sqrt(2 * 200**2 + 2 * np.sum(flows**2))
    total_systematic = 0.003 * np.sqrt(2) * flows.sum()
    found = (
        periods[0]["sigma_random"], periods[0]["sigma_systematic"], periods[0]["sigma"], periods[30]["sigma"],
        covariance[0, 1], covariance[0, 2], total_random, total_systematic, np.sqrt(covariance.sum()),
    )  # fmt: skip
    assert found == pytest.approx(EXPECTED[case], rel=1e-12)
