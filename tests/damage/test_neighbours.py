"""One of each kind of ``benchmarks/neighbours.py``; one that fails is replayed there with ``--only``, ``--seed 0``."""

from __future__ import annotations

import pytest
from neighbours.kinds import KINDS, try_one

from stockward.balance import closing
from stockward.book.checks import rules as checks
from stockward.book.sources.strangers import Stranger


@pytest.mark.parametrize("number", range(len(KINDS)), ids=[kind.__name__ for kind in KINDS])
def test_a_neighbour_is_answered_as_it_truly_is(number: int) -> None:
    outcome = try_one(number, 0)
    told = [f"{fault.sort}: {fault.words}" for fault in outcome.faults]
    assert not told, "\n".join([outcome.told, *told])


def faults_of(kind: str, tries: int = 4) -> list[str]:
    number = next(place for place, make in enumerate(KINDS) if make.__name__ == kind)
    outcomes = [try_one(number + len(KINDS) * again, 0) for again in range(tries)]
    return [fault.words for outcome in outcomes for fault in outcome.faults]


def test_the_comparison_catches_a_review_that_ignores_rows_at_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closing, "doubts_of", lambda *books: [])
    assert faults_of("part_of_a_return")


def test_the_comparison_catches_what_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = [check for check in checks.SITE_CHECKS if check.name != "a_reversal_cancels_one_movement"]
    monkeypatch.setattr(checks, "SITE_CHECKS", tuple(kept))
    assert faults_of("part_of_a_return")


def test_the_comparison_catches_half_a_ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Stranger, "part_of", lambda stranger, present: None)
    assert faults_of("ledger_in_parts")
