"""Plates and estimated errors in what follows a review: its what-ifs, a surge, and a drill."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from drill_sites import AT, drilled, weekly

from stockward.balance.closing import close_balances
from stockward.book import Site
from stockward.book.known import known_at
from stockward.questions.review import make_review
from stockward.surge.asked import Surge
from stockward.unseen.error_terms import TermTables

PLATE = "method,class,max,division,unit\nscale,III,3000,1,kg\n"
"""Counts of 500 to 520 kg lie on both sides of its first step, of 500 kg."""
ESTIMATED = "method,random_rel,systematic_rel,random_df,systematic_df\nscale,0.004,0.002,9,5\n"
KNOWN = "method,random_rel,systematic_rel\nscale,0.004,0.002\n"


def plant(folder: Path, methods: str) -> Site:
    return weekly(folder, weeks=6, hall=True, more={"methods": methods})


@pytest.mark.parametrize("methods", [PLATE, ESTIMATED])
def test_the_terms_of_each_series_make_its_covariance(tmp_path: Path, methods: str) -> None:
    balances = close_balances(known_at(plant(tmp_path, methods), None))
    tables = TermTables(balances)
    tested = 0
    for number, covariance in enumerate(balances.covariances):
        if covariance.any():
            np.testing.assert_allclose(tables.of(number).covariance(), covariance, rtol=1e-9, atol=1e-9)
            tested += 1
    assert tested >= 3


@pytest.mark.parametrize("methods", [PLATE, ESTIMATED])
def test_a_drill_is_one_of_the_review(tmp_path: Path, methods: str) -> None:
    answer = drilled(plant(tmp_path, methods), copies=12, seed=3)
    assert answer.deviation <= 1e-9
    assert answer.checked > 0


def test_what_goes_unseen_grows_with_the_doubt(tmp_path: Path) -> None:
    known, estimated = (
        make_review(plant(tmp_path / name, text), surge=Surge(production=2.0), generated=AT)
        for name, text in (("known", KNOWN), ("estimated", ESTIMATED))
    )
    for one, other in zip(known.unseen, estimated.unseen, strict=True):
        if one.curves is not None and one.detectable is not None:
            assert other.detectable is not None
            assert (other.detectable.abrupt or 0) > (one.detectable.abrupt or np.inf)
    assert known.surge is not None
    assert estimated.surge is not None
    for one, other in zip(known.surge.series, estimated.surge.series, strict=True):
        if one.at_surge.curves is not None and one.at_surge.detectable is not None:
            assert other.at_surge.detectable is not None
            assert (other.at_surge.detectable.abrupt or 0) > (one.at_surge.detectable.abrupt or np.inf)
            assert other.sigma_ratio == one.sigma_ratio


def test_a_heavier_load_on_one_step_is_no_further_off(tmp_path: Path) -> None:
    """At twice the flow, 100 kg at a time become 200 kg, still of the first step; twice as many weighings are not."""
    heavier, more = (
        make_review(plant(tmp_path / how, PLATE), surge=Surge(production=2.0, weighings=how), generated=AT)
        for how in ("heavier", "more")
    )
    ratios = []
    for review in (heavier, more):
        assert review.surge is not None
        ratios.append({one.id: one.sigma_ratio for one in review.surge.series})
    assert ratios[0]["H/TNT"] == pytest.approx(1.0, abs=0.01)
    assert (ratios[1]["H/TNT"] or 0) > 1.5
