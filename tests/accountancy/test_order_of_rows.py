"""The same facts in another order of rows give the same figures, to the last bit."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from random_sites import Draw
from small_sites import Closed, text_of, write_site

SHUFFLED = ("movements", "counts", "methods", "materials", "areas", "normal_losses", "calibrations")
"""All but contents: the first content of a substance gives its unit."""


@pytest.mark.parametrize("seed", range(12))
def test_the_order_of_rows_moves_no_figure(seed: int, tmp_path: Path) -> None:
    rows = {name: table for name, table in Draw(1000 + seed).rows().items() if table}
    # Several rows of one material in one inventory are added up.
    for place, row in enumerate(rows["counts"]):
        row["sheet"] = f"S{place}"
    found = []
    for shuffle in range(3):
        rng = random.Random(shuffle)
        shuffled = {
            name: rng.sample(table, len(table)) if shuffle and name in SHUFFLED else table
            for name, table in rows.items()
        }
        folder = tmp_path / str(shuffle)
        folder.mkdir()
        found.append(Closed(write_site(folder, **{name: text_of(table) for name, table in shuffled.items()})).balances)
    for other in found[1:]:
        assert other.periods.drop("reason").equals(found[0].periods.drop("reason"))
        for one, again in zip(found[0].covariances, other.covariances, strict=True):
            assert np.array_equal(one, again)
