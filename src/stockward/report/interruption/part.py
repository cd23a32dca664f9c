"""The part of a page on whether a thief is met in time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from stockward.answers.response.interruption import InterruptionAnswer
from stockward.report.interruption import sentences as said


@dataclass(frozen=True, slots=True, kw_only=True)
class InterruptionPart:
    """What is said of it, the worst way element by element, and the hours of the week."""

    lines: Annotated[tuple[str, ...], "what is said, the chance first"]
    way: Annotated[tuple[tuple[str, ...], ...], "layer, element, chance to notice, where, delay, left, in time"]
    hours: Annotated[tuple[tuple[str, ...], ...], "hours, post that is first, response, communication, chance"]


def interruption_part(answer: InterruptionAnswer | None) -> InterruptionPart | None:
    """The part; ``None`` for a site without layers."""
    if answer is None:
        return None
    return InterruptionPart(
        lines=tuple(said.interruption_lines(answer)),
        way=tuple(map(said.element_cells, answer.way)),
        hours=tuple(map(said.hours_cells, answer.hours)) if len(answer.hours) > 1 else (),
    )
