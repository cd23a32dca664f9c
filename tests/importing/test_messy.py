"""Every row of a messy workbook is right or in a question; with the answers of its keeper, all are right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.importing.messy import MESSY, Truth
from tests.importing.rows import imported


@pytest.mark.parametrize("write", MESSY, ids=lambda one: one.__name__)
def test_rows_are_right_with_the_keeper_s_answers(tmp_path: Path, write: Callable[[Path], Truth]) -> None:
    truth = write(tmp_path)
    rows = imported(truth.files, tmp_path / "site", truth.answers)
    assert rows.movements == truth.movements
    assert rows.counts == truth.counts
    assert len(rows.waiting) == truth.aside, rows.found.questions


@pytest.mark.parametrize("write", MESSY, ids=lambda one: one.__name__)
def test_rows_without_an_answer_are_right_or_wait(tmp_path: Path, write: Callable[[Path], Truth]) -> None:
    truth = write(tmp_path)
    rows = imported(truth.files, tmp_path / "site")
    assert rows.movements <= truth.movements
    assert rows.counts <= truth.counts
    if truth.answers:
        assert rows.found.questions
