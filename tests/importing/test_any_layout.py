"""Ledgers in layouts drawn at random: no row is wrong in silence, and with their keeper's answers all are right."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from tests.importing.any_layout.layout import write
from tests.importing.any_layout.trial import answered, plain_name, try_one
from tests.importing.any_layout.truth import differences, store

import stockward as sw
from stockward.questions.importing import Request

BEGINS_AND_ENDS = (11, 32, 37, 43, 105, 165, 166, 176, 182, 191, 197, 211, 238, 256)
"""Seeds of ledgers that say what was there at first, with a count at the end."""


@pytest.mark.parametrize("seed", range(1, 61))
def test_every_row_is_right_or_waits_and_all_are_right_once_answered(seed: int) -> None:
    outcome = try_one(seed)
    assert not outcome.faults
    assert outcome.taken == outcome.rows, outcome.asked


@pytest.mark.parametrize("seed", BEGINS_AND_ENDS)
def test_a_review_of_the_imported_site_has_the_true_differences(tmp_path: Path, seed: int) -> None:
    written = write(seed, tmp_path)
    found = answered(Request(written.files, tmp_path / "site", timezone="UTC"), written)
    for name, text in found.contents.items():
        file = tmp_path / "site" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    site = sw.read_site(tmp_path / "site")
    assert not site.problems
    periods = sw.review(site).periods.select("id", "difference").iter_rows()
    told = {(area, plain_name(name)): size for period, size in periods for area, name in [period.split("/", 1)]}
    true = differences(store(random.Random(seed)))
    assert told.keys() >= true.keys()
    for place, difference in true.items():
        assert told[place] == pytest.approx(difference, abs=1e-6)
