"""The same facts in another order of rows give the same figures, to the last bit."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from random_sites import Draw
from small_sites import Closed, write_site

from sites import text_of

LEDGER = ("movements", "counts")
SHUFFLED = (*LEDGER, "methods", "materials", "areas", "normal_losses", "calibrations")
"""All but contents: the first content of a substance gives its unit."""


@pytest.mark.parametrize("sheets", [False, True])
@pytest.mark.parametrize("seed", range(24))
def test_the_order_of_rows_moves_no_figure(seed: int, sheets: bool, tmp_path: Path) -> None:
    rows = {name: table for name, table in Draw(seed if seed < 12 else 988 + seed).rows().items() if table}
    # Several rows of one material in one inventory are added up, where each is on a sheet of its own.
    for place, row in enumerate(rows["counts"] if sheets else ()):
        row["sheet"] = f"S{place}"
    found = []
    for shuffle, names in enumerate(((), LEDGER, SHUFFLED, SHUFFLED)):
        rng = random.Random(shuffle)
        shuffled = {name: rng.sample(table, len(table)) if name in names else table for name, table in rows.items()}
        site = write_site(tmp_path / str(shuffle), **{name: text_of(table) for name, table in shuffled.items()})
        found.append(Closed(site).balances)
    for other in found[1:]:
        assert other.periods.equals(found[0].periods)
        assert other.terms.equals(found[0].terms)
        for one, again in zip(found[0].covariances, other.covariances, strict=True):
            assert one.tobytes() == again.tobytes()


def test_sheets_of_one_inventory_add_up_the_same_in_any_order(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    lines = [
        f"I{month},2026-{month:02d}-01,A,TNT,{rng.uniform(0, 50):.3f},scale,S{sheet}"
        for month in range(1, 5)
        for sheet in range(30)
    ]
    header, moves = "inventory,at,area,material,quantity,method,sheet", "movement,at,kind,material,quantity"
    found = set()
    for number in range(5):
        counts = "\n".join([header, *(lines[place] for place in rng.permutation(len(lines)))])
        closed = Closed(write_site(tmp_path / str(number), movements=moves, counts=counts))
        found.add((closed.balances.periods.write_csv(), closed.covariance("A/TNT").tobytes()))
    assert len(found) == 1
