"""The worked page on Ridgeway's plan: every line and figure of it against a fresh run."""

from __future__ import annotations

import re
import shutil

import pytest
from click.testing import CliRunner
from manual_pages import DOCS, ROOT, blocks, plain, text

from stockward.cli import main

PAGE = DOCS / "plan_ridgeway.md"
_NUMBER = re.compile(r"\d+(?: \d{3})*(?:\.\d+)?")
_SUMS = {"182 156": ("8 703 271", "8 521 115")}
"""What the page subtracts, which no line of the plan says."""


@pytest.fixture(scope="module")
def fresh_plan(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the page's last command prints, after its others."""
    works = tmp_path_factory.mktemp("plan") / "works"
    shutil.copytree(ROOT / "examples" / "ridgeway", works)
    for file in sorted((ROOT / "examples" / "ridgeway_plan").glob("*.csv")):
        shutil.copy(file, works)
    return CliRunner().invoke(main, ["plan", str(works), "--production", "5"]).stdout


@pytest.mark.slow
def test_what_is_quoted_is_what_is_printed(fresh_plan: str) -> None:
    quoted = blocks(PAGE, "text")
    assert len(quoted) == 6
    assert [one for one in quoted if one not in fresh_plan] == []


@pytest.mark.slow
def test_figures_between_the_quotations_are_those_of_the_plan(fresh_plan: str) -> None:
    told = set(_NUMBER.findall(plain(re.sub(r"^```.*?^```", "", text(PAGE), flags=re.DOTALL | re.MULTILINE))))
    said = set(_NUMBER.findall(plain(fresh_plan)))
    assert told - said - set(_SUMS) == set()
    for difference, (more, less) in _SUMS.items():
        assert _whole(difference) == _whole(more) - _whole(less)
        assert difference in told


def _whole(number: str) -> int:
    return int(number.replace(" ", ""))
