"""What columns are called, in the languages and programs that are known; two spellings of one name are one name."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files

_DROPPED = dict.fromkeys(map(ord, "'’`\"*"), None)
_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]+)[)\]]\s*$")
_SIGNS = str.maketrans(dict.fromkeys("_-/.:()[],;\n\r\t", " "))
LEDGERS, PEOPLE_LISTS = "aliases.csv", "people.csv"
"""Vocabularies: names of columns in ledgers and counts, and in lists of people and of their absences."""


@lru_cache(100_000)
def folded(text: str) -> str:
    """A name without what writers of it differ in: letter case, accents, punctuation and blanks."""
    plain = unicodedata.normalize("NFKD", text).translate(_DROPPED).translate(_SIGNS)
    return " ".join("".join(sign for sign in plain if not unicodedata.combining(sign)).casefold().split())


@cache
def roles_by_alias(vocabulary: str = LEDGERS) -> Mapping[str, tuple[str, int]]:
    """The role that a folded header names, and its rank among the names of that role: the first says it best."""
    text = files("stockward.book.sources.importers.grid").joinpath(vocabulary).read_text(encoding="utf-8")
    found: dict[str, tuple[str, int]] = {}
    for row in csv.DictReader(text.splitlines(), restkey="more"):
        names = ",".join([row["aliases"], *row.get("more", [])])
        for rank, alias in enumerate(names.split(";")):
            found.setdefault(folded(alias), (row["role"], rank))
    return found


def known_as(header: str, vocabulary: str = LEDGERS) -> tuple[str, int] | None:
    """The role that a header is known for, and its rank in it; what stands in brackets behind it may be its unit."""
    known = roles_by_alias(vocabulary)
    return known.get(folded(header)) or known.get(folded(_BRACKETS.sub("", header)))


def in_brackets(header: str) -> str:
    """What stands in brackets behind a header: the unit of its column, often."""
    found = _BRACKETS.search(header)
    return found[1].strip() if found else ""


def role_of(header: str, vocabulary: str = LEDGERS) -> str:
    """The role that a header is known for; empty for one that is not known."""
    return (known_as(header, vocabulary) or ("", 0))[0]


def is_known(header: str) -> bool:
    """Whether a header is one that some program or person uses."""
    return known_as(header) is not None or known_as(header, PEOPLE_LISTS) is not None


def how_many_known(names: Sequence[str]) -> int:
    """How many of the names of a row some ledger uses, or some list of people: the more of the two."""
    return max(
        len({folded(name) for name in names if name and known_as(name, vocabulary) is not None})
        for vocabulary in (LEDGERS, PEOPLE_LISTS)
    )
