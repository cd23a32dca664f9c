"""The figures of the page on patrols, of a fresh run on its example."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from manual_pages import DOCS, ROOT, blocks, text

from stockward import read_site
from stockward.answers.patrols.answer import PatrolWay
from stockward.face.sites import site_of
from stockward.patrol.sealed.plan_file import patrol_plan_digest, patrol_plan_of, patrol_plan_text
from stockward.questions.patrol import make_patrols
from stockward.report.kit.words import NARROW_SPACE
from stockward.report.patrol.sentences import begins_text, gain_text

PAGE = text(DOCS / "patrols.md").replace("\n", " ")


def test_the_example_comes_to_the_figures_of_the_page() -> None:
    site = site_of(read_site(ROOT / "examples" / "works"))
    answer = make_patrols(site, generated=datetime(2026, 11, 1, tzinfo=UTC))
    walked, doubled = (answer.outcome(way) for way in (PatrolWay.WALKED, PatrolWay.ROUND_TWICE))
    assert walked is not None and doubled is not None and answer.value is not None
    assert answer.gap is not None and answer.gap <= 0.01
    said = [
        gain_text(answer, gain).replace(NARROW_SPACE, " ")
        for gain in (walked.best.gain, answer.value, doubled.best.gain)
    ]
    assert f"takes {said[0]} from the magazine in the east, begun {begins_text(answer, walked.best)}" in PAGE
    assert f"leaves him {said[1]} on average" in PAGE
    assert f"would leave him {said[2]}" in PAGE
    assert walked.best.area == "MAG-E"


def test_the_commitment_is_what_the_page_computes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    site = site_of(read_site(ROOT / "examples" / "works"))
    answer = make_patrols(site, rounds=1, generated=datetime(2026, 11, 1, tzinfo=UTC))
    plan = patrol_plan_of(answer, "0" * 64)
    (tmp_path / "patrols.json").write_text(patrol_plan_text(plan), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    (block,) = blocks(DOCS / "patrols.md", "py")
    exec(compile(block, "patrols.md", "exec"), {})
    assert capsys.readouterr().out.strip() == patrol_plan_digest(plan)
