"""A sample of the damaged sites of ``benchmarks/damage.py``; a seed that fails is replayed there with ``--only``."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from trial import clean_facts, try_one

from stockward.balance import closing
from stockward.balance.closing import close_balances
from stockward.book.known import known_at

SITES = 40
BATCH = 10
ONCE_WRONG = (700006, 700135, 700248, 700346, 700596, 700736, 701181)
"""A count at a stray time that may stand later, a quantity of 14 digits, inventories joined over doubtful ones."""


def test_the_clean_sites_are_clean_and_closed() -> None:
    for variant in range(3):
        site = clean_facts(variant)
        assert site.problems == ()
        statuses = close_balances(known_at(site, None)).periods["status"]
        assert (statuses == "closed").mean() > 0.8


@pytest.mark.parametrize("seeds", [*(range(first, first + BATCH) for first in range(0, SITES, BATCH)), ONCE_WRONG])
@pytest.mark.filterwarnings("error")
def test_damage_never_becomes_a_verdict(seeds: Sequence[int]) -> None:
    outcomes = [try_one(seed, mends=3 if seeds is ONCE_WRONG else 1) for seed in seeds]
    told = [f"seed {outcome.seed}: {fault}\n{outcome.told}" for outcome in outcomes for fault in outcome.faults]
    assert not told, "\n".join(told)


def test_the_comparison_catches_a_review_that_ignores_rows_at_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closing, "doubts_of", lambda *books: [])
    assert try_one(4, mends=2).faults
    assert try_one(16, mends=2).faults
