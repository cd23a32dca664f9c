"""The drill of the fuel-fabrication plant, which others simulated; that of the example stands with its page."""

from __future__ import annotations

from pathlib import Path

import pytest
from drill_sites import drilled

from stockward.book import read_site
from stockward.validation.fuel_fab import convert, data_folder

DATA = data_folder()


@pytest.mark.skipif(DATA is None, reason="the plant's data are not here: set STOCKWARD_SHARED")
def test_the_fuel_plant_is_found_as_predicted(tmp_path: Path) -> None:
    """Its own difference is not zero, which the adjustment takes out: by few σ, as 26 inventories carry it."""
    assert DATA is not None
    convert(DATA, tmp_path, random_rel=0.03, systematic_rel=0.03)
    drill = drilled(read_site(tmp_path), copies=2000)
    assert drill.agreement is not None
    assert drill.agreement.agrees
    assert abs(drill.agreement.predicted - drill.agreement.found) < drill.agreement.error
    assert drill.standing == ()
    # A year's loss is so large that the stocks, and σ with them, are smaller: the review's own figure is too low.
    even = next(line for line in drill.lines if line.pattern == "even")
    assert even.stated == pytest.approx(0.95, abs=0.001)
    assert even.predicted is not None
    assert even.predicted > 0.97
