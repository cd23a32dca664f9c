"""The tests near a change are those that import what changed."""

from __future__ import annotations

from near import near


def test_a_test_that_imports_the_module_is_near_and_others_are_not() -> None:
    found = near(["src/stockward/stats/scatter.py"])
    assert "tests/balance/test_scatter.py" in found
    assert not [path for path in found if path.startswith("tests/roster/")]


def test_what_imports_it_by_a_module_of_tests_is_near() -> None:
    assert "tests/roster/test_rule_boundaries.py" in near(["tests/roster/rule_cases.py"])


def test_what_a_package_gives_on_counts_as_its_own() -> None:
    assert "tests/book/test_facts_from_tables.py" in near(["src/stockward/book/site.py"])


def test_a_page_asks_for_its_words_alone() -> None:
    assert near(["docs/review.md"]) == ["tests/docs/test_docs_words.py", "tests/test_rooms.py", "tests/test_tidy.py"]
