"""An order that is not on record: what ``--guards`` asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from stockward.guards.roll import GUARDS, PATROLLING
from stockward.terms.errors import UsageError
from stockward.terms.periods import written_day

DUE_DAYS = 90
"""Days within which a question without a due date is to be met."""
ASKED = "asked"
"""Stands in the place of an order's key."""

_LARGEST = 1e6
_WORDS = re.compile(r"(guards|patrolling)?\s*(>=|>)\s*([0-9]+(?:\.[0-9]+)?)\s*(times|guards)?", re.ASCII)
_EXAMPLES = (
    'write ">2" (more than twice today\'s guards), ">=1.5", "patrolling>2" (those on patrol), or ">=120 guards" '
    "(a number in place of a factor)"
)


@dataclass(frozen=True, slots=True)
class AskedOrder:
    """A question in the form of an order.

    Parameters
    ----------
    text
        The question as it was asked.
    measure
        ``guards`` or ``patrolling_guards``.
    comparator
        ``>`` (the target must be passed) or ``>=`` (it must be reached).
    factor, value
        The target as a multiple of the figure on the day of the review, or as a number; one of the two.
    due
        The day by which it is to be met; 90 days after the day of the review where it is ``None``.
    """

    text: str
    measure: str
    comparator: str
    factor: float | None
    value: float | None
    due: date | None

    @classmethod
    def read(cls, text: str, due: str | date | None = None) -> AskedOrder:
        """A question from words as a person writes them: ``[patrolling] >|>= NUMBER [guards]``.

        Raises ``UsageError`` in one line, with examples, for anything else, and for a due date that is none.
        """
        found = _WORDS.fullmatch(text.strip())
        if found is None:
            raise UsageError(f"guards {text!r}: {_EXAMPLES}")
        who, comparator, digits, kind = found.groups()
        number = float(digits)
        is_value = kind == "guards"
        if number > _LARGEST or (number == 0 and not is_value):
            raise UsageError(
                f"guards {text!r}: {digits} is no {'number' if is_value else 'multiple'} of guards to ask for"
            )
        return cls(
            text=text.strip(),
            measure=PATROLLING if who == "patrolling" else GUARDS,
            comparator=comparator,
            factor=None if is_value else number,
            value=number if is_value else None,
            due=_day(due),
        )

    @classmethod
    def asked(cls, text: str | None, due: str | date | None = None) -> AskedOrder | None:
        """The question that is asked, ``None`` without one; raises ``UsageError`` for a due day alone."""
        if text is None and due is not None:
            raise UsageError("due belongs to a question on guards: give guards as well")
        return None if text is None else cls.read(text, due)

    def due_on(self, day: date) -> date:
        """The day by which it is to be met, asked on ``day``."""
        return self.due if self.due is not None else day + min(timedelta(days=DUE_DAYS), date.max - day)

    def options(self) -> dict[str, str]:
        """What was asked for, as the answers repeat it."""
        return {"guards": self.text, **({} if self.due is None else {"due": str(self.due)})}


def _day(due: str | date | None) -> date | None:
    if not isinstance(due, str):
        return due
    return written_day(due.strip(), "due")
