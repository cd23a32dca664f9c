"""The lot: who of several candidates that are the same to a plan is taken, so that nothing about them decides.

Candidates stand in the order of ``SHA-256("SEED\\nORDER\\nCODE")``, texts in UTF-8, SEED in decimal digits. SHA-256
cannot be told from a random function, so every order is as likely as any other, and anybody can draw it again. The lot
is only as hard to foresee as its seed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from stockward.answers.selection import Candidate

TICKETS = 1 << 16
"""A group draws a ticket below this number; it decides between plans that are the same in every aim."""


def in_order_of_lot(candidates: Iterable[Candidate], *, seed: int, order: str) -> list[Candidate]:
    """The candidates in the order in which the lot puts them, whatever order they came in."""
    return sorted(candidates, key=lambda one: _digest(seed, order, one.person))


def ticket(group: tuple[object, ...], *, seed: int, order: str) -> int:
    """The ticket of a group: the first two bytes of its own digest."""
    return int.from_bytes(_digest(seed, order, *group)[:2])


def _digest(*texts: object) -> bytes:
    return hashlib.sha256("\n".join(str(text) for text in texts).encode()).digest()
