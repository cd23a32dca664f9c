"""Programs whose exports are known: by which headers, and what their codes and columns mean."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from stockward.terms.spelling import folded


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of one export of a program.

    table
        What its rows are: movements, counts, stock as the book has it, or the items that a ledger speaks of.
    signature
        Folded headers, one of each of which it has.
    columns
        By role, the folded headers that have it here, the best first; none where the role is not to be looked for.
    kinds
        By code, what it is taken for: ``kind``, ``kind? other other`` where it is asked, ``reverses code``.
    rules
        Other things that are true of it, by name.
    """

    name: str
    title: str
    table: str
    signature: tuple[frozenset[str], ...]
    columns: Mapping[str, tuple[str, ...]]
    kinds: Mapping[str, str]
    rules: Mapping[str, tuple[str, ...]]

    def knows(self, headers: Collection[str]) -> bool:
        """Whether folded headers are those of this export."""
        return all(not one.isdisjoint(headers) for one in self.signature)


GENERIC = Profile("", "", "", (), {}, {}, {})


@cache
def profiles() -> tuple[Profile, ...]:
    """Every profile that comes with the package; those with more headers in their signature first."""
    folder = files("stockward.book.sources.importers").joinpath("programs")
    named = sorted((one.name, one.read_text(encoding="utf-8")) for one in folder.iterdir() if one.name.endswith("toml"))
    read = [_profile(name.removesuffix(".toml"), tomllib.loads(text)) for name, text in named]
    return tuple(sorted(read, key=lambda one: -len(one.signature)))


def profile_of(headers: Collection[str]) -> Profile:
    """The profile whose signature the headers hold; ``GENERIC`` where none does."""
    plain = {folded(header) for header in headers}
    return next((one for one in profiles() if one.knows(plain)), GENERIC)


def profile_named(name: str) -> Profile:
    """A profile by its name; ``GENERIC`` for none."""
    return next((one for one in profiles() if one.name == name), GENERIC)


def _profile(name: str, tree: dict[str, object]) -> Profile:
    title, table = str(tree.pop("title")), str(tree.pop("table"))
    signature, columns, kinds = tree.pop("signature"), tree.pop("columns", {}), tree.pop("kinds", {})
    assert isinstance(signature, list) and isinstance(columns, dict) and isinstance(kinds, dict)
    rules = {key: tuple(value) if isinstance(value, list) else (str(value),) for key, value in tree.items()}
    return Profile(
        name,
        title,
        table,
        tuple(frozenset(map(folded, one)) for one in signature),
        {role: tuple(map(folded, names)) for role, names in columns.items()},
        {folded(code): meaning for code, meaning in kinds.items()},
        rules,
    )
