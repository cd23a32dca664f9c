"""A number that is written as an answer is the choice of that number, also where another answer may be written."""

from __future__ import annotations

import pytest

from stockward.book.sources.importers.mapping import MappingFile, Question, read_mapping, written
from stockward.terms.errors import SiteError

_ABOUT = ("areas", "at", "book.csv")
_CHOICES = ("Magazine 1", "Magazine 2")


def _settled(answer: str, choices: tuple[str, ...] = _CHOICES) -> str | None:
    mapping = MappingFile()
    mapping.ask(*_ABOUT, asks="At which place?", choices=choices, free=True)
    answered = written(mapping).replace('answer = ""', f"answer = {answer}")
    return read_mapping(answered.encode(), "import.toml").settled.get(_ABOUT)


@pytest.mark.parametrize(
    ("answer", "meant"),
    [('"2"', "Magazine 2"), ("2", "Magazine 2"), ('"3"', "3"), ("\"'2'\"", "2"), ('"magazine 1"', "Magazine 1")],
)
def test_a_number_is_a_choice_where_other_answers_are_taken(answer: str, meant: str) -> None:
    assert _settled(answer) == meant
    assert Question(_ABOUT, "?", _CHOICES, free=True).meant(answer.strip('"')) == meant


def test_a_number_that_is_the_name_of_another_choice_is_refused_and_the_mends_mend() -> None:
    choices = ("2", "1")
    with pytest.raises(SiteError, match="'1' is choice 1 of the question about") as refused:
        _settled('"1"', choices)
    assert refused.value.mend == """write "'1'" for the name, or "'2'" for the choice"""
    assert _settled('''"'1'"''', choices) == "1"
    assert _settled('''"'2'"''', choices) == "2"
