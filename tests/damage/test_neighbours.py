"""One of each kind of ``benchmarks/neighbours.py``; one that fails is replayed there with ``--only``, ``--seed 0``."""

from __future__ import annotations

import pytest
from neighbours.kinds import KINDS, try_one


@pytest.mark.parametrize("number", range(len(KINDS)), ids=[kind.__name__ for kind in KINDS])
def test_a_neighbour_is_answered_as_it_truly_is(number: int) -> None:
    outcome = try_one(number, 0)
    told = [f"{fault.sort}: {fault.words}" for fault in outcome.faults]
    assert not told, "\n".join([outcome.told, *told])
