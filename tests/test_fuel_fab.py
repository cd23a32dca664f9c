"""The fuel-fabrication plant, through files, reader and review, against independently computed figures.

The data are no part of the project: without them these tests are skipped, and say so.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

import stockward as sw
from stockward.validation.fuel_fab import convert, data_folder

DATA = data_folder()
pytestmark = pytest.mark.skipif(DATA is None, reason="the plant's data are not here: set STOCKWARD_SHARED")


@pytest.fixture(scope="module")
def review(tmp_path_factory: pytest.TempPathFactory) -> sw.Review:
    folder = tmp_path_factory.mktemp("fuel_fab")
    assert DATA is not None
    convert(DATA, folder, random_rel=0.03, systematic_rel=0.03)
    return sw.review(sw.read_site(folder), seed=1)


def reference() -> Path:
    assert DATA is not None
    return DATA.parents[1] / "reference" / "fuel_fab"


def test_differences_and_sigma_equal_the_reference(review: sw.Review) -> None:
    differences = pl.read_csv(reference() / "true_differences.csv")
    sigma = pl.read_csv(reference() / "sigma_3pct_3pct.csv")
    periods = review.periods
    np.testing.assert_allclose(periods["difference"], differences["difference"], rtol=1e-9)
    np.testing.assert_allclose(periods["received"], differences["received"], rtol=1e-9)
    np.testing.assert_allclose(periods["end_quantity"], differences["end_inventory"], rtol=1e-9)
    np.testing.assert_allclose(periods["sigma"], sigma["ref_total_B"], rtol=1e-9)
    np.testing.assert_allclose(periods["sigma_random"], sigma["ref_random_B"], rtol=1e-9)
    np.testing.assert_allclose(periods["sigma_systematic"], sigma["ref_systematic"], rtol=1e-9)


def test_the_covariance_equals_the_reference(review: sw.Review) -> None:
    matrix = np.loadtxt(reference() / "covariance_B_3pct_3pct.csv", delimiter=",")
    np.testing.assert_allclose(review.answers.balances.covariances[0], matrix, rtol=1e-9)


def test_cumuf_equals_the_reference(review: sw.Review) -> None:
    sigma = pl.read_csv(reference() / "sigma_3pct_3pct.csv")
    verdict = review.answers.verdicts[0]
    np.testing.assert_allclose(np.array(verdict.running_sigma, float), sigma["ref_sigma_CUMUF_B"], rtol=1e-9)


def test_the_plant_gains_less_than_measuring_explains(review: sw.Review) -> None:
    """The simulation does not conserve: about −44 kg a period, against σ of 411 kg."""
    assert review.series["verdict"].to_list() == ["balanced"]
