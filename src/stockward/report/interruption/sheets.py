"""The sheets of the workbook on whether a thief is met in time: every figure raw."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from stockward.answers.response.interruption import InterruptionAnswer
from stockward.report.interruption.sentences import interruption_lines
from stockward.report.kit.sheet import Cell, Sheet


def interruption_sheets(answer: InterruptionAnswer | None) -> tuple[Sheet, ...]:
    """The worst way, and the hours of the week; none for a site without layers."""
    if answer is None or answer.reason is not None:
        return ()
    way = Sheet(
        name="worst way",
        header=(
            "layer", "element", "name", "chance to notice", "notices at its", "delay (min)", "sigma of it (min)",
            "delay left (min)", "in time on average",
        ),
        rows=[
            (
                one.layer, one.element, one.name, one.detection, one.detects, one.delay_minutes, one.delay_sd_minutes,
                one.left_minutes, one.in_time,
            )
            for one in answer.way
        ],
    )  # fmt: skip
    hours = Sheet(
        name="hours of response",
        header=(
            "from (min after Monday 00:00)", "to (min after Monday 00:00)", "hours a week", "posts", "first there",
            "response (min)", "sigma of it (min)", "communication", "chance of interruption",
        ),
        rows=[
            (
                one.begins, one.ends, one.hours_a_week, " ".join(one.posts), one.post, one.response_minutes,
                one.response_sd_minutes, one.communication, one.chance,
            )
            for one in answer.hours
        ],
    )  # fmt: skip
    return way, hours


def interruption_rows(answer: InterruptionAnswer | None) -> list[tuple[Cell, ...]]:
    """What is said of it, as rows of a summary; none for a site without layers."""
    texts = [] if answer is None else interruption_lines(answer)
    return [("response in time", None, text) for text in texts]


def interruption_document(answer: InterruptionAnswer) -> dict[str, Any]:
    """The answer for a JSON file: every figure raw, times in minutes."""
    return {**asdict(answer), "met": answer.met}
