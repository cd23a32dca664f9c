"""The ways out of an impossible roster, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from stockward.answers.roster import Conflict

_MOST_NAMED = 8
_ROUNDING = 1e-9


_UNITS = {"posts": "place", "guards": "guard"}


def in_words(
    what: str, amount: float, least: float, parts: Sequence[tuple[str, float]], usual_hours: float, *, overtime: bool
) -> str:  # fmt: skip
    """What a way out takes, of what, and how little it takes at least; a new guard has the usual hours of a week.

    ``overtime`` where the site allows any, beyond which the hours are.
    """
    sure = _how_sure(what, amount, least)
    if what == "posts":
        named = _named([f"{number:g} at {post}" for post, number in parts])
        return f"Leave {amount:g} place{_s(amount)} open ({named}). {sure}"
    if what == "hours":
        named = _named([f"{code} {hours:g}" for code, hours in parts])
        guards = f"{len(parts)} guard{_s(len(parts))}"
        than = "contracts and overtime allow" if overtime else "their contracts give"
        return f"Let {guards} work {amount:g} hours more than {than} ({named}). {sure}"
    # A name has a comma where the guard holds a qualification.
    named = _named([f"{number:g} {name}" for name, number in parts], between="; ")
    return (
        f"Take on {amount:g} guard{_s(amount)} more ({named}), each for {usual_hours:g} hours a week and there on "
        f"every day. {sure}"
    )


def _how_sure(what: str, amount: float, least: float) -> str:
    """What is known of how little would do."""
    if is_least(amount, least):
        return "Fewer will not do."
    unit = _UNITS.get(what, "hour")
    if not least or (least == 1 and what in _UNITS):  # one it takes in any case, since there is no roster without
        return "Whether fewer would do is not known."
    return f"Fewer may do, but not fewer than {least:g} {unit}{_s(least)}."


def is_least(amount: float, least: float) -> bool:
    """Whether it takes no more than it must."""
    return amount <= least + _ROUNDING


def not_found(what: str) -> str:
    """What is said where no roster was found that way."""
    names = {"posts": "With places left open", "hours": "With more hours", "guards": "With more guards"}
    return f"{names[what]} no roster was found in the time given; there may be one: ask again with more --time."


def hours_ruled_out(most_hours: float, conflicts: Sequence[Conflict]) -> str:
    """What is said where rules collide even with contracts of the most hours a week that the site allows."""
    collide = " ".join(conflict.words for conflict in conflicts)
    return f"More hours will not do. Even with contracts of {most_hours:g} hours a week: {collide}"


def guards_ruled_out(post: str, day: date, rules: str) -> str:
    """What is said where the rules of each guard alone keep everybody, new or not, from a shift that stays open."""
    return f"More guards will not do: however many there are, none may stand at {post} on {day}. {rules}".strip()


def _s(number: float) -> str:
    return "" if number == 1 else "s"


def _named(parts: Sequence[str], between: str = ", ") -> str:
    more = f" and {len(parts) - _MOST_NAMED} more" if len(parts) > _MOST_NAMED else ""
    return between.join(parts[:_MOST_NAMED]) + more
