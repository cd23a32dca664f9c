"""Hours of a week and rest must be stated, or ``none`` in words, before a search; the headline says which are held."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from guard_sites import guards, post, roster, small_site

from stockward.book import read_site
from stockward.cli import main
from stockward.report.roster.files import write_roster_json
from stockward.report.roster.sentences import roster_headline
from stockward.terms.errors import SiteError, UsageError


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ({"max_hours_per_week": None}, "does not state max_hours_per_week: write max_hours_per_week = 48 or"),
        ({"min_rest_hours": None, "max_weekends": 2}, "does not state min_rest_hours: write min_rest_hours = 11 or"),
        ({"max_hours_per_week": None, "min_rest_hours": None}, "does not state max_hours_per_week and min_rest_hours"),
    ],
)
def test_what_is_not_stated_is_told_before_a_search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rules: dict[str, float | None], words: str
) -> None:
    site = small_site(tmp_path, guards(6), [post("gate")], rules=rules)
    monkeypatch.setattr("stockward.questions.roster.make_guard_roster", None)
    with pytest.raises(UsageError, match=words) as said:
        roster(site)
    assert '"none" where there is no such rule' in str(said.value)
    result = CliRunner().invoke(main, ["roster", str(tmp_path), "--start", "2026-07-06", "--quiet"])
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert words in result.stderr


def test_none_in_words_is_a_rule_that_the_site_does_not_have(tmp_path: Path) -> None:
    """Rest of none: a shift may follow the one of the day before at once, and the headline says that it may."""
    rules = {"max_hours_per_week": 40, "min_rest_hours": '"none"', "max_consecutive_shifts": 6}
    answer = roster(small_site(tmp_path, guards(6), [post("gate")], rules=rules))
    assert roster_headline(answer).endswith(
        "Rules held: at most 40 hours a week, at most 6 days of work in a row. "
        "By its own word the site has no rule on rest between shifts."
    )
    document = json.loads(write_roster_json(answer))
    assert document["rules"] == {"max_hours_per_week": 40, "min_rest_hours": None, "max_consecutive_shifts": 6}


@pytest.mark.parametrize("value", ['"11"', '"None"', '""', "[]", "true"])
def test_other_words_are_refused(tmp_path: Path, value: str) -> None:
    with pytest.raises(SiteError, match="min_rest_hours"):
        small_site(tmp_path, guards(6), [post("gate")], rules={"min_rest_hours": value})


def test_a_site_may_be_read_without_them(tmp_path: Path) -> None:
    """Only a roster needs them."""
    small_site(tmp_path, guards(1), [post("gate")], rules={"max_hours_per_week": None, "min_rest_hours": None})
    assert read_site(tmp_path).settings.work_rules.model_fields_set == set()
