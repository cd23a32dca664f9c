"""What columns are called, in the languages and programs that are known; two spellings of one name are one name.

A name with a question mark behind it may be another thing all the same: an import proposes it, a table of a site is
never read by it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files

from stockward.terms.spelling import folded

_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]+)[)\]]\s*$")
_DOUBTFUL = "?"
LEDGERS, PEOPLE_LISTS = "aliases.csv", "people.csv"
"""Vocabularies: names of columns in ledgers and counts, and in lists of people and of their absences."""


@cache
def roles_by_alias(vocabulary: str = LEDGERS) -> Mapping[str, tuple[str, int]]:
    """The role that a folded header names, and its rank among the names of that role: the first says it best."""
    found: dict[str, tuple[str, int]] = {}
    for role, names in _names_of_roles(vocabulary):
        for rank, name in enumerate(names):
            found.setdefault(folded(name.removesuffix(_DOUBTFUL)), (role, rank))
    return found


@cache
def sure_names() -> Mapping[str, tuple[str, ...]]:
    """The folded names of each role that can mean nothing else; codes of programs, all figures, are not among them."""
    return {
        role: tuple(folded(name) for name in names if not name.endswith(_DOUBTFUL) and not name.strip().isdigit())
        for role, names in _names_of_roles(LEDGERS)
    }


@cache
def doubtful_names() -> Mapping[str, tuple[str, ...]]:
    """The folded names of each role that may mean another thing."""
    return {
        role: tuple(folded(name.removesuffix(_DOUBTFUL)) for name in names if name.endswith(_DOUBTFUL))
        for role, names in _names_of_roles(LEDGERS)
    }


def _names_of_roles(vocabulary: str) -> Iterator[tuple[str, list[str]]]:
    text = files("stockward.book.sources.naming").joinpath(vocabulary).read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines(), restkey="more"):
        yield row["role"], ",".join([row["aliases"], *row.get("more", [])]).split(";")


_SIGNS_IN_A_LABEL = 4
"""Blanks and other signs that may stand in a label besides what it is known by."""


def known_as(header: str, vocabulary: str = LEDGERS) -> tuple[str, int] | None:
    """The role that a header is known for, and its rank in it; what stands in brackets behind it may be its unit."""
    known = roles_by_alias(vocabulary)
    found = known.get(folded(header))
    return found if found or not _BRACKETS.search(header) else known.get(folded(_BRACKETS.sub("", header)))


def in_brackets(header: str) -> str:
    """What stands in brackets behind a header: the unit of its column, often."""
    found = _BRACKETS.search(header)
    return found[1].strip() if found else ""


def role_of(header: str, vocabulary: str = LEDGERS) -> str:
    """The role that a header is known for; empty for one that is not known."""
    return (known_as(header, vocabulary) or ("", 0))[0]


def is_known(header: str) -> bool:
    """Whether a header is one that some program or person uses."""
    return folded(header) in _known() or (
        _BRACKETS.search(header) is not None and folded(_BRACKETS.sub("", header)) in _known()
    )


def may_be_known(header: str) -> bool:
    """Whether a text may be a header that is known, as a look at its end tells.

    Most names of things end in a digit; no header does, but for labels that are numbers, which are short.
    """
    return not header[-1:].isdigit() or len(header) <= _longest_in_digits()


@cache
def _longest_in_digits() -> int:
    return max((len(name) for name in _known() if name[-1:].isdigit()), default=0) + _SIGNS_IN_A_LABEL


@cache
def _known() -> frozenset[str]:
    return frozenset(roles_by_alias(LEDGERS).keys() | roles_by_alias(PEOPLE_LISTS).keys())


def how_many_known(names: Sequence[str]) -> int:
    """How many of the names of a row some ledger uses, or some list of people: the more of the two."""
    return max(
        len({folded(name) for name in names if name and known_as(name, vocabulary) is not None})
        for vocabulary in (LEDGERS, PEOPLE_LISTS)
    )
