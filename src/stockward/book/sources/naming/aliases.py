"""What columns are called, in the languages and programs that are known; two spellings of one name are one name.

A name with a question mark behind it may be another thing all the same: an import proposes it, a table of a site is
never read by it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files

from stockward.terms.spelling import folded, joined
from stockward.terms.units import unit_written

_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]+)[)\]]\s*$")
_BARE_UNIT = re.compile(r"(?is)(?P<name>.*?[^\W\d_].*?)[\s/,]+(?:in\s+)?(?P<unit>[^\W\d_]+)\.?")
_LONGEST_HEADER = 100
"""What is longer is text, and is not looked through for a unit: to find none takes time that grows with its square."""
_OTHER_WORDS = frozenset(("no", "nr", "nos", "to", "un", "ud", "und", "u", "item", "items", "unit", "units", "mt"))
"""Units that are other words as well where they stand behind a name: *Received no.*, *Issued to*."""
_QUANTITIES = frozenset(("quantity", "in", "out", "balance", "counted", "book", "difference"))
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


@lru_cache(50_000)
def known_as(header: str, vocabulary: str = LEDGERS) -> tuple[str, int] | None:
    """The role that a header is known for, and its rank in it, however it is parted: ``Art.-Nr.`` is ``ArtNr``.

    What stands in brackets behind it may be its unit; behind the name of a quantity it may stand without.
    """
    found = _known_so(header, vocabulary)
    if found is None and _BRACKETS.search(header):
        found = _known_so(_BRACKETS.sub("", header), vocabulary)
    if found is None and (bare := _without_bare_unit(header)):
        found = _known_so(bare, vocabulary)
        return found if found is not None and found[0] in _QUANTITIES else None
    return found


def _known_so(name: str, vocabulary: str) -> tuple[str, int] | None:
    return roles_by_alias(vocabulary).get(folded(name)) or _roles_by_letters(vocabulary).get(joined(name))


@cache
def _roles_by_letters(vocabulary: str) -> Mapping[str, tuple[str, int]]:
    """The role of each name without the blanks in it; one letter, or figures alone, are no name without them."""
    found: dict[str, tuple[str, int]] = {}
    for name, role in roles_by_alias(vocabulary).items():
        found.setdefault(joined(name), role)
    return {name: role for name, role in found.items() if len(name) > 2 and not name.isdigit()}


def _without_bare_unit(header: str) -> str:
    """A header without the unit that stands behind it; empty where none does."""
    found = _with_bare_unit(header)
    return found["name"] if found and _is_unit_alone(found["unit"]) else ""


def _with_bare_unit(header: str) -> re.Match[str] | None:
    """A header as a name and what stands behind it; ``None`` where it is no such header."""
    bare = header.strip()
    return _BARE_UNIT.fullmatch(bare) if len(bare) <= _LONGEST_HEADER else None


def _is_unit_alone(word: str) -> bool:
    return folded(word) not in _OTHER_WORDS and unit_written(word) is not None


def unit_of_header(header: str) -> str:
    """The unit of a column that its header names, in brackets or behind the name of a quantity; empty for none."""
    if _BRACKETS.search(header) or not _without_bare_unit(header) or (known_as(header) or ("",))[0] not in _QUANTITIES:
        return in_brackets(header)
    found = _with_bare_unit(header)
    return found["unit"] if found else ""


def in_brackets(header: str) -> str:
    """What stands in brackets behind a header: the unit of its column, often."""
    found = _BRACKETS.search(header)
    return found[1].strip() if found else ""


def role_of(header: str, vocabulary: str = LEDGERS) -> str:
    """The role that a header is known for; empty for one that is not known."""
    return (known_as(header, vocabulary) or ("", 0))[0]


def is_known(header: str) -> bool:
    """Whether a header is one that some program or person uses."""
    return any(known_as(header, vocabulary) is not None for vocabulary in (LEDGERS, PEOPLE_LISTS))


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
