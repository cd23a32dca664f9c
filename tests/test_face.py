"""The public face, as its documentation uses it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import stockward as sw
from stockward.terms.errors import UsageError

RIDGEWAY = Path(__file__).parents[1] / "examples" / "ridgeway"


@pytest.fixture(scope="module")
def review() -> sw.Review:
    return sw.review(sw.read_site(RIDGEWAY), seed=1)


def test_every_name_of_the_face_is_there() -> None:
    for name in sw.__all__:
        assert getattr(sw, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'revue'"):
        sw.revue  # noqa: B018


def test_the_example_is_as_large_as_it_says() -> None:
    site = sw.read_site(RIDGEWAY)
    assert not site.problems
    assert not site.notices
    assert site["movements"].height >= 20_000
    assert set(site["materials"]["stage"].drop_nulls()) >= {"raw", "in_process", "product"}


def test_the_example_is_found_to_be_what_was_put_in(review: sw.Review) -> None:
    """Every seeded loss is found in its series, and no clean series is accused."""
    truth = json.loads((RIDGEWAY / "truth.json").read_text(encoding="utf-8"))
    expected = {f"{row['area']}/{row['holding']}": row["expected"] for row in truth["series"]}
    said = dict(review.series.filter(review.series["area"].is_not_null()).select("id", "verdict").rows())
    assert said.keys() == expected.keys()
    wrong = {one: (said[one], expected[one]) for one in said if expected[one] not in (None, said[one])}
    assert not wrong
    assert len(said) >= 40


def test_tables_and_files_of_a_review(review: sw.Review, tmp_path: Path) -> None:
    assert review.periods.height > review.series.height
    assert set(review.periods["id"]) <= set(review.series["id"])
    review.to_html(tmp_path / "review.html")
    review.to_json(tmp_path / "review.json", covariance=True)
    review.to_xlsx(tmp_path / "review.xlsx")
    assert {path.name for path in tmp_path.iterdir()} == {"review.html", "review.json", "review.xlsx"}
    assert "covariance" in json.loads((tmp_path / "review.json").read_text(encoding="utf-8"))["series"][0]


def test_a_site_is_frozen_and_a_change_is_a_new_value() -> None:
    site = sw.read_site(RIDGEWAY)
    fewer = site.replace(counts=site["counts"].head(10))
    assert fewer["counts"].height == 10
    assert site["counts"].height > 10
    with pytest.raises(KeyError, match="no such table"):
        site.replace(kounts=site["counts"])


def test_a_question_on_guards_is_answered_like_an_order() -> None:
    answers = sw.review(sw.read_site(RIDGEWAY), guards=">2", due="2026-12-31").answers
    asked = answers.orders[-1]
    assert (asked.asked, asked.measure, asked.factor, str(asked.due_on)) == (True, "guards", 2.0, "2026-12-31")
    assert asked.required == 2 * asked.baseline + 1
    assert answers.options["guards"] == ">2"
    assert answers.selection is not None
    assert answers.selection.order == asked.order


def test_a_due_date_without_a_question_is_refused() -> None:
    with pytest.raises(UsageError, match="give guards as well"):
        sw.review(sw.read_site(RIDGEWAY), due="2026-12-31")
