"""Names of columns: what two rows of a header say together, and which names of one header are told apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from stockward.book.sources.naming.aliases import is_known, role_of

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
