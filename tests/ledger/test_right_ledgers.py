"""Ledgers that are right, in many habits: nothing is found, but for numbers that other books share."""

from __future__ import annotations

import pytest
from made_ledgers import Habits, made

from stockward.terms.verdicts import LedgerFault


@pytest.mark.parametrize("first", range(0, 54, 9))
def test_nothing_is_found_where_nothing_is_wrong(first: int) -> None:
    for seed in range(first, first + 9):
        found = made(seed, months=5, a_month=24).findings()
        shared = Habits.drawn(seed).numbering == "shared"
        assert {one.fault for one in found} <= ({LedgerFault.NUMBERS_SHARED} if shared else set()), (seed, found)
