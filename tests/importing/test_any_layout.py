"""Ledgers in layouts drawn at random: no row is wrong in silence, and with their keeper's answers all are right."""

from __future__ import annotations

import pytest
from tests.importing.any_layout.trial import try_one


@pytest.mark.parametrize("seed", range(1, 61))
def test_every_row_is_right_or_waits_and_all_are_right_once_answered(seed: int) -> None:
    outcome = try_one(seed)
    assert not outcome.faults
    assert outcome.taken == outcome.rows, outcome.asked
