"""What an answer comes to, as the exit code of its command says it."""

from __future__ import annotations

from enum import IntEnum


class Conclusion(IntEnum):
    """What all of an answer comes to; ``WRONG_USE`` where there is none, as nothing that was asked for can be read."""

    NOTHING_ALARMED = 0
    ALARMED = 1
    WRONG_USE = 2
    SET_ASIDE = 3
    NO_ROSTER = 4
