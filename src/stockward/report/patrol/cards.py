"""The cards of one shift: a page to print, and a workbook, one card a patrol; given out at the start of the shift."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Annotated

from stockward.answers.patrols.answer import PatrolStop
from stockward.answers.patrols.sealed import DrawnPatrols
from stockward.outputs import OutputTarget
from stockward.report.kit.sheet import Sheet, write_sheets
from stockward.report.patrol.sentences import clock_text
from stockward.report.review.page import fill

_RULES = (
    "Give each card out at the start of the shift, folded, and take it back at its end.",
    "Be in each area from the first time to the second; where both are the same, be there at that time and go on.",
    "Walk as the card says. Who cannot, writes what was walked: it goes into the table rounds.",
    "Nobody needs to know the walks of other patrols, or of other nights.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatrolCard:
    """One card."""

    number: Annotated[int, "number of the patrol"]
    stops: Annotated[tuple[tuple[str, str, str], ...], "from, to, area"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PatrolCards:
    """The page of cards."""

    site: Annotated[str, "name of the site"]
    night: Annotated[str, "the day on which the shift begins, and its begin"]
    rules: Annotated[tuple[str, ...], "what to do with a card"]
    cards: Annotated[tuple[PatrolCard, ...], "one card a patrol"]
    commitment: Annotated[str, "the commitment of the plan"]


def write_cards_html(drawn: DrawnPatrols) -> str:
    """Return the cards as one self-contained page, a sheet of paper each."""
    cards = tuple(
        PatrolCard(number=number, stops=tuple(_cells(drawn, stop) for stop in stops))
        for number, stops in enumerate(drawn.cards, 1)
    )
    page = PatrolCards(
        site=drawn.plan.site,
        night=f"{drawn.night.isoformat()}, {clock_text(drawn.start)}",
        rules=_RULES,
        cards=cards,
        commitment=drawn.commitment,
    )
    return fill("patrol_cards.html.j2", page)


def write_cards_xlsx(drawn: DrawnPatrols, path: OutputTarget) -> None:
    """Write the cards as a workbook: a sheet a patrol, and ``rounds`` to fill in what was walked.

    Raises ``UsageError`` where the file cannot be written.
    """
    made = datetime.combine(drawn.night, time(drawn.start // 60 % 24, drawn.start % 60))
    sheets = [
        Sheet(
            name=f"patrol {number}",
            header=("from", "to", "area", "name"),
            rows=[(*_cells(drawn, stop)[:2], stop.area, _place(stop)) for stop in stops],
        )
        for number, stops in enumerate(drawn.cards, 1)
    ]
    walked = [
        (str(number), None, stop.area, None)
        for number, stops in enumerate(drawn.cards, 1)
        for stop in stops
        if not stop.rests
    ]
    sheets.append(Sheet(name="rounds", header=("patrol", "at", "area", "until"), rows=walked))
    write_sheets(path, f"{drawn.plan.site}: patrols of {drawn.night.isoformat()}", made, sheets)


def _cells(drawn: DrawnPatrols, stop: PatrolStop) -> tuple[str, str, str]:
    return clock_text(drawn.start + stop.begins), clock_text(drawn.start + stop.ends), _place(stop)


def _place(stop: PatrolStop) -> str:
    return f"{stop.name} (break)" if stop.rests else stop.name
