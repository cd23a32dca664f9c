"""Sums without rounding: the same in any order of the rows, and so sharp that no box hides in what passed through."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from small_sites import Closed, write_site

from stockward.balance.sums import rounding_of, sums_by
from stockward.balance.testing import test_losses as verdicts_of
from stockward.terms.verdicts import Verdict


@given(
    arrays.arrays(np.float64, st.integers(0, 60), elements=st.floats(0, 1e15, allow_subnormal=False)),
    st.integers(0, 10**6),
)
def test_a_sum_is_that_of_exact_arithmetic_in_any_order(values: np.ndarray, seed: int) -> None:
    rng = np.random.default_rng(seed)
    group = rng.integers(0, 4, len(values))
    found = sums_by(group, values, 5)
    exact = [math.fsum(values[group == number]) for number in range(5)]
    np.testing.assert_allclose(found, exact, rtol=2.0**-51, atol=0)
    order = rng.permutation(len(values))
    assert sums_by(group[order], values[order], 5).tolist() == found.tolist()


def test_a_million_decimal_quantities_leave_no_rounding_that_passes_for_a_loss() -> None:
    values = np.round(np.random.default_rng(1).uniform(0, 500, 1_000_000), 3)
    found = sums_by(np.zeros(len(values), np.int64), values, 1)[0]
    assert abs(found - int(np.round(values * 1000).sum()) / 1000) < rounding_of(found)


@pytest.mark.parametrize("through", [1e3, 1e9, 1e12, 1e14])
@pytest.mark.parametrize("material", ["BOX", "TNT"])
def test_nothing_hides_behind_what_passed_through(tmp_path: Path, material: str, through: float) -> None:
    """A receipt and an issue that never were make the tolerance no larger than what floats can lose."""
    result = Closed(
        write_site(
            tmp_path,
            methods="method,random_rel,random_abs,unit\nscale,0,0,kg\n",
            movements="movement,at,kind,material,quantity,from_area,to_area,method\n"
            f"m1,2026-01-05,receipt,{material},{through:.0f},,A,{'' if material == 'BOX' else 'scale'}\n"
            f"m2,2026-01-06,issue,{material},{through:.0f},A,,{'' if material == 'BOX' else 'scale'}\n",
            counts="inventory,at,area,material,quantity,method\n"
            f"I0,2026-01-01,A,{material},100,{'' if material == 'BOX' else 'scale'}\n"
            f"I1,2026-02-01,A,{material},99,{'' if material == 'BOX' else 'scale'}\n",
        )
    )
    (verdict,) = verdicts_of(result.balances, false_alarm=0.05, seed=1)
    assert verdict.verdict is Verdict.DISCREPANCY
    assert verdict.cumulative == 1


def test_a_measured_difference_is_tested_however_much_passed_through_exactly(tmp_path: Path) -> None:
    months = [f"I{n},2026-{n:02d}-01,A,TNT,{500 if n < 5 else 400},scale\n" for n in range(1, 9)]
    result = Closed(
        write_site(
            tmp_path,
            methods="method,random_rel\nscale,0.002\nexact,0\n",
            movements="movement,at,kind,material,quantity,from_area,to_area,method\n"
            "m1,2026-04-05,receipt,TNT,1e12,,A,exact\nm2,2026-04-06,issue,TNT,1e12,A,,exact\n",
            counts="inventory,at,area,material,quantity,method\n" + "".join(months),
        )
    )
    (verdict,) = verdicts_of(result.balances, false_alarm=0.05, seed=1)
    assert verdict.verdict is Verdict.SHORTAGE


def test_quantities_in_other_units_leave_only_rounding(tmp_path: Path) -> None:
    result = Closed(
        write_site(
            tmp_path,
            methods="method,random_rel\nexact,0\n",
            movements="movement,at,kind,material,quantity,unit,from_area,to_area,method\n"
            + "".join(f"m{n},2026-01-05,receipt,TNT,{n + 0.1:.1f},lb,,A,exact\n" for n in range(40))
            + "".join(f"s{n},2026-01-06,issue,TNT,{7 * n + 0.7:.1f},oz,A,,exact\n" for n in range(40)),
            counts="inventory,at,area,material,quantity,unit,method\nI0,2026-01-01,A,TNT,0.3,t,exact\n"
            + f"I1,2026-02-01,A,TNT,{300_000 + (780 + 4 - (7 * 780 + 28) / 16) * 453.59237:.7f},g,exact\n",
        )
    )
    (verdict,) = verdicts_of(result.balances, false_alarm=0.05, seed=1)
    assert verdict.verdict is Verdict.BALANCED
