"""Materials, places and units as they are written: which spellings are one thing is asked where it is not sure."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from functools import cache
from typing import NamedTuple

from stockward.book.sources.importers.mapping import MappingFile, Path
from stockward.terms.spelling import folded
from stockward.terms.units import UNITS, dimension, written_units

_OTHER_NAMES = (
    ("nitrocellulose", "nc", "guncotton"), ("nitroglycerin", "nitroglycerine", "ng"), ("trinitrotoluene", "tnt"),
    ("cyclonite", "hexogen", "rdx"), ("octogen", "hmx"), ("pentaerythritol tetranitrate", "petn", "pentrite"),
    ("nitroguanidine", "nq"), ("ammonium nitrate", "an"), ("ammonium perchlorate", "ap"),
)  # fmt: skip
"""Substances that have several names; an abbreviation may stand for another thing all the same."""
_BY_MATERIAL, _AS_ROWS_SAY = "by material", "as many each as the column of each row says"
"""Answers to the question what a unit is."""
_USUALLY = {
    word: tuple(choices.split(", "))
    for words, choices in (
        ("gr", "g, gr"),
        ("dz doz dozen dzn dutzend douzaine docena", f"12 each, each, {_BY_MATERIAL}"),
        ("k tsd thousand тыс", f"1000 each, each, kg, {_BY_MATERIAL}"),
        ("pr pair pairs paar paire", f"2 each, each, {_BY_MATERIAL}"),
        (
            "box boxes bx case cases crate crates carton cartons ctn pallet pallets kiste kisten karton palette caisse "
            "caja ящик ящики коробка",
            f"{_BY_MATERIAL}, each, kg, g, t",
        ),
        ("gross grs", f"144 each, each, kg, {_BY_MATERIAL}"),
    )
    for word in words.split()
}
"""What else than a unit of its own a word most likely is, for each folded word of which that is known."""
_ALIKE = 0.86
_MOST_COMPARED = 400
DIFFERENT, OWN_PLACE = "a material of its own", "a place of its own"
_DIFFER = "they differ in letter case, blanks, punctuation or leading zeros"


class WrittenUnit(NamedTuple):
    """A unit as a row writes it: of which material, where, and how many its row says that one holds, if it does."""

    text: str
    material: str
    where: str
    holds: float | None = None


def unit_of(unit: WrittenUnit, mapping: MappingFile) -> tuple[tuple[str, float] | None, Path]:
    """The unit that a text means, and how many of it one is, ``None`` while it is asked; and the path of the question.

    Boxes of each material may hold another number, which a column of the row or a person says.
    """
    known = written_units().get(folded(unit.text))
    if known is not None:
        return (known, 1.0), ()
    choices = _USUALLY.get(folded(unit.text), ("each", "kg", "g", "t", "lb", _BY_MATERIAL))
    choices = (_AS_ROWS_SAY, *choices) if unit.holds is not None else choices
    asks = f"What is the unit {unit.text!r} ({unit.where})? Several of another one are written as: 24 each"
    path: Path = ("units", unit.text)
    answer = _unit_told(path, asks, choices, mapping)
    if answer == _AS_ROWS_SAY and unit.holds is not None and unit.holds > 0:
        return ("each", unit.holds), path
    if answer in {_AS_ROWS_SAY, _BY_MATERIAL}:
        path = ("materials", unit.material, "unit_sizes", unit.text)
        asks = f"What is one {unit.text!r} of {unit.material!r} ({unit.where})? It is written as: 24 each"
        answer = _unit_told(path, asks, (), mapping)
    return (None if answer is None else unit_answered(answer)), path


def _unit_told(path: Path, asks: str, choices: Sequence[str], mapping: MappingFile) -> str | None:
    """The answer about a unit; one that is none is asked for again."""
    answer = mapping.get(*path)
    if answer is not None and unit_answered(answer) is None and answer not in {_AS_ROWS_SAY, _BY_MATERIAL}:
        mapping.take_back(path, "is no unit")
    if mapping.get(*path) == _BY_MATERIAL and not choices:
        mapping.take_back(path, "is no unit")
    return mapping.ask(*path, asks=asks, choices=choices, free=True)


def unit_answered(answer: str) -> tuple[str, float] | None:
    """A unit, or a number of them such as ``24 each``; ``None`` for what is neither."""
    number, _, unit = answer.strip().rpartition(" ")
    known = unit if unit in UNITS else written_units().get(folded(unit))
    if known is None:
        return None
    try:
        return known, float(number) if number else 1.0
    except ValueError:
        return None


def material_kind(unit: str) -> str:
    """Whether what is measured in a unit is counted by the piece, or weighed."""
    return "item" if dimension(unit) == "count" else "bulk"


def ask_places(spellings: Counter[str], mapping: MappingFile) -> None:
    """Ask of each place whose name differs from another's in nothing that is heard."""
    for names in _spelt_apart(spellings):
        for other in names[1:]:
            asks = f"Is the place {other!r} the same as {names[0]!r}?"
            mapping.ask("areas", other, "same_as", asks=asks, choices=[names[0], OWN_PLACE], because=_DIFFER)


def place_as(name: str, mapping: MappingFile) -> tuple[str, Path | None]:
    """The key of a place, and the question that it waits for, if any."""
    path = ("areas", name, "same_as")
    settled = mapping.settled.get(path)
    if settled is not None:
        return (name if settled == OWN_PLACE else settled), None
    return name, path if path in mapping.questions else None


def _spelt_apart(spellings: Counter[str]) -> list[list[str]]:
    """Names that differ in letter case, blanks, punctuation or leading zeros, the commonest first."""
    groups = defaultdict(list)
    for name, _ in spellings.most_common():
        groups[spelling_core(name)].append(name)
    return list(groups.values())


def ask_spellings(spellings: Counter[str], called: Mapping[str, str], mapping: MappingFile) -> None:
    """Ask of each spelling that may be another one's, and of which nothing is settled.

    ``called`` is what the lists call each beside its code: those of two names are most likely two things.
    """
    groups = _spelt_apart(spellings)
    for names in groups:
        for other in names[1:]:
            _ask_same(other, names[0], _DIFFER, called, mapping)
    heads = [names[0] for names in groups]
    for synonyms in _OTHER_NAMES:
        alike = [head for head in heads if folded(head) in synonyms]
        for other in alike[1:]:
            _ask_same(other, alike[0], "both are names of one substance", called, mapping)
    for place, other in enumerate(heads[:_MOST_COMPARED]):
        for head in heads[:place]:
            if _digits(head) == _digits(other) and _nearly(head, other):
                _ask_same(other, head, "they are spelt nearly alike", called, mapping)


def same_as(name: str, mapping: MappingFile) -> tuple[str, Path | None]:
    """The key of a spelling, and the question that it waits for, if any."""
    path = ("materials", name, "same_as")
    settled = mapping.settled.get(path)
    if settled is not None:
        return (name if settled == DIFFERENT else settled), None
    return name, path if path in mapping.questions else None


def material_meant(name: str, mapping: MappingFile) -> str:
    """What tells materials apart while rows are joined: what is answered of a spelling, and no letter case or blank."""
    return spelling_core(same_as(name, mapping)[0])


def _ask_same(name: str, other: str, because: str, called: Mapping[str, str], mapping: MappingFile) -> None:
    asks = f"Is the material {name!r} the same as {other!r}?"
    choices = [other, DIFFERENT]
    own, others = called.get(name, ""), called.get(other, "")
    if own and others and folded(own) != folded(others):
        choices.reverse()
        because = f"{because}, but one is called {own!r} and the other {others!r}"
    mapping.ask("materials", name, "same_as", asks=asks, choices=choices, because=because)


@cache
def spelling_core(name: str) -> str:
    """A name without letter case, blanks, punctuation and leading zeros."""
    # Between figures a blank, a point or a dash says something.
    return re.sub(r"(?<!\d) | (?!\d)", "", re.sub(r"\b0+(?=\d)", "", folded(name)))


def _digits(name: str) -> str:
    return "".join(sign for sign in name if sign.isdigit())


def _nearly(one: str, other: str) -> bool:
    one, other = folded(one), folded(other)
    if min(len(one), len(other)) < 5 or abs(len(one) - len(other)) > 3:
        return False
    matcher = SequenceMatcher(None, one, other)
    return matcher.real_quick_ratio() >= _ALIKE and matcher.quick_ratio() >= _ALIKE and matcher.ratio() >= _ALIKE


def commonest(names: Iterable[str]) -> str:
    """The name that stands most often; the first of those that do."""
    return Counter(names).most_common(1)[0][0]
