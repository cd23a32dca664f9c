"""Names of columns: what two rows of a header say together, which are told apart, and which are of one table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from stockward.book.sources.naming.aliases import how_many_known, is_known, role_of
from stockward.book.sources.raw import letters_of

FEWEST_NAMES = 3
"""So many known names in one row are a header by no chance."""


def joint_name(over: str, under: str) -> str:
    """The name that a text and the one below it make together."""
    if not over or not under:
        return over or under
    # "Received" above "Qty" is known as both together, or as what stands above.
    for name in (f"{over} {under}", f"{under} {over}"):
        if is_known(name):
            return name
    # A quantity that came in is what came in, whichever of the two stands above.
    for side, measure in ((over, under), (under, over)):
        if role_of(side) in {"in", "out"} and role_of(measure) == "quantity":
            return side
    # The unit of what was received is that of the row.
    return under if role_of(under) == "unit" else f"{over} {under}"


def told_apart(names: Sequence[str]) -> tuple[tuple[str, ...], Counter[str]]:
    """The names that are not blank, the second of two that are the same with its number; and how often each stands."""
    seen: Counter[str] = Counter()
    told = []
    for name in names:
        if name:
            seen[name] += 1
            told.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(told), seen


def are_alike(parts: Sequence[Sequence[str]]) -> bool:
    """Whether parts with a blank column between are tables of their own: each has a day or a material of its own, and
    names that the first one has too.
    """
    first = set(parts[0]) if parts else set()
    return len(parts) > 1 and all(
        len(first & set(part)) >= FEWEST_NAMES - 1
        and any(role_of(name) in {"at", "count_date", "material"} for name in first & set(part))
        for part in parts
    )


@dataclass(frozen=True, slots=True)
class Part:
    """Columns of a header row that make a table of their own.

    places
        Where its columns stand, from 0.
    over
        What stands directly above them; empty where they are the only table.
    columns
        Their letters where a blank column parts them from the next table: ``F:I``.
    """

    places: tuple[int, ...]
    over: str = ""
    columns: str = ""


def parts_of_header(names: Sequence[str], above: Sequence[str]) -> list[Part]:
    """One table, or several beside each other: parted by a blank column, or below a text each in the row above."""
    runs: list[list[int]] = [[]]
    for place, name in enumerate(names):
        if name:
            runs[-1].append(place)
        elif runs[-1]:
            runs.append([])
    filled = [run for run in runs if run]
    alike = are_alike([[names[place] for place in run] for run in filled])
    if not alike and (groups := _groups(names, above)):
        return [Part(tuple(places), over) for over, places in groups.items()]
    known = [how_many_known([names[place] for place in run]) >= FEWEST_NAMES for run in filled]
    if not alike and not (len(filled) > 1 and all(known)):
        return [Part(tuple(chain.from_iterable(filled)))]
    overs = [next((above[place] for place in run if place < len(above) and above[place]), "") for run in filled]
    return [
        # A text above two of them tells neither.
        Part(tuple(run), over if overs.count(over) == 1 else "", f"{letters_of(run[0])}:{letters_of(run[-1])}")
        for run, over in zip(filled, overs, strict=True)
    ]


def _groups(names: Sequence[str], above: Sequence[str]) -> dict[str, list[int]]:
    """Names that stand several times, each time below another text: by that text, the places of all its columns."""
    counts = Counter(name for name in names if name)
    again = [place for place, name in enumerate(names) if counts[name] > 1]
    over, found = "", dict[str, list[int]]()
    for place in range(len(names)):
        text = above[place] if place < len(above) and again else ""
        over = text or over
        if place in again and over:
            found.setdefault(over, []).append(place)
    shared = [place for place, name in enumerate(names) if name and place not in again]
    are_apart = all(len({names[place] for place in part}) == len(part) for part in found.values())
    if len(found) < 2 or not are_apart or sum(map(len, found.values())) < len(again):
        return {}
    return {over: sorted([*shared, *part]) for over, part in found.items()}


def of_other_parts(parts: Sequence[Part], lines: Sequence[Sequence[str]]) -> list[set[str]]:
    """For each of several tables beside each other, the texts among the lines above that are of the others alone.

    A text is of the table above which it stands where the line is the last, or has a text above another table too; any
    other line heads them all.
    """
    if len(parts) < 2 or not all(part.columns for part in parts):
        return [{other.over for other in parts if other is not part} - {part.over, ""} for part in parts]
    begins = [0, *(part.places[0] for part in parts[1:])]
    ends = [*begins[1:], max(map(len, lines), default=0)]
    own: list[set[str]] = [set() for _ in parts]
    for number, line in enumerate(lines, 1):
        found = [{text for text in line[begin:end] if text} for begin, end in zip(begins, ends, strict=True)]
        if number == len(lines) or sum(map(bool, found)) > 1:
            for texts, more in zip(own, found, strict=True):
                texts |= more
    return [set().union(*(other for other in own if other is not texts)) - texts for texts in own]
