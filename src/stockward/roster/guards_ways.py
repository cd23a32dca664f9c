"""The ways out of an impossible roster, in words."""

from __future__ import annotations

from collections.abc import Sequence

from stockward.answers.roster import Conflict

_MOST_NAMED = 8
_ROUNDING = 1e-9


def in_words(what: str, amount: float, least: float, parts: Sequence[tuple[str, float]]) -> str:
    """What a way out takes, of what, and how few it takes at least."""
    known = f"at least {least:g} by proof" if least else "the least is not known"
    sure = "fewer cannot do" if is_least(amount, least) else known
    if what == "posts":
        named = _named([f"{number:g} at {post}" for post, number in parts])
        return f"{amount:g} place{_s(amount)} left open ({named}); {sure}."
    if what == "hours":
        named = _named([f"{code} {hours:g}" for code, hours in parts])
        return (
            f"{amount:g} hours more than the contracts give, by {len(parts)} guard{_s(len(parts))} ({named}); {sure}."
        )
    # A name has a comma where the guard holds a qualification.
    named = _named([f"{number:g} {name}" for name, number in parts], between="; ")
    return f"{amount:g} guard{_s(amount)} more ({named}); {sure}."


def is_least(amount: float, least: float) -> bool:
    """Whether it takes no more than it must."""
    return amount <= least + _ROUNDING


def not_found(what: str) -> str:
    """What is said where no roster was found that way."""
    names = {"posts": "With places left open", "hours": "With more hours", "guards": "With more guards"}
    return f"{names[what]} no roster was found in the time given; none is ruled out."


def hours_ruled_out(most_hours: float, conflicts: Sequence[Conflict]) -> str:
    """What is said where rules collide even with contracts of the most hours a week that the site allows."""
    collide = " ".join(conflict.words for conflict in conflicts)
    return f"More hours cannot do it. Even with contracts of {most_hours:g} hours a week: {collide}"


def _s(number: float) -> str:
    return "" if number == 1 else "s"


def _named(parts: Sequence[str], between: str = ", ") -> str:
    more = f" and {len(parts) - _MOST_NAMED} more" if len(parts) > _MOST_NAMED else ""
    return between.join(parts[:_MOST_NAMED]) + more
