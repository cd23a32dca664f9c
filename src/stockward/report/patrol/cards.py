"""The cards of one shift: a page to print, and a workbook, one card a patrol; given out at the start of the shift."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Annotated

from stockward.answers.patrols.answer import PatrolStop
from stockward.answers.patrols.sealed import DrawnPatrols
from stockward.outputs import OutputTarget
from stockward.patrol.sealed.drawing import night_of
from stockward.report.kit.sheet import Sheet, write_sheets
from stockward.report.patrol.sentences import clock_text
from stockward.report.review.page import fill

_RULES = (
    "Give each card out at the start of the shift, folded, and take it back at its end.",
    "Be in each area from the first time to the second; where both are the same, be there at that time and go on.",
    "Walk as the card says. Who cannot, writes what was walked: it goes into the table rounds.",
    "Nobody needs to know the walks of other patrols, or of other nights.",
)
_EXAMPLE_MINUTES = 20.0


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
        PatrolCard(number=number, stops=tuple(_cells(drawn, stop) for stop in _walked(drawn, stops)))
        for number, stops in enumerate(drawn.cards, 1)
    )
    page = PatrolCards(
        site=drawn.plan.site,
        night=f"{drawn.night.isoformat()}, {_text(drawn, 0.0)}",
        rules=(*_RULES, *clock_change(drawn)),
        cards=cards,
        commitment=drawn.commitment,
    )
    return fill("patrol_cards.html.j2", page)


def write_cards_xlsx(drawn: DrawnPatrols, path: OutputTarget) -> None:
    """Write the cards as a workbook: a sheet a patrol, and ``rounds`` to fill in what was walked.

    Raises ``UsageError`` where the file cannot be written.
    """
    made = datetime.combine(drawn.night, time(drawn.start // 60 % 24, drawn.start % 60))
    told = [(None, None, None, said) for said in clock_change(drawn)]
    sheets = [
        Sheet(
            name=f"patrol {number}",
            header=("from", "to", "area", "name"),
            rows=[*((*_cells(drawn, one)[:2], one.area, _place(one)) for one in _walked(drawn, stops)), *told],
        )
        for number, stops in enumerate(drawn.cards, 1)
    ]
    walked = [
        (str(number), None, stop.area, None)
        for number, stops in enumerate(drawn.cards, 1)
        for stop in _walked(drawn, stops)
        if not stop.rests
    ]
    sheets.append(Sheet(name="rounds", header=("patrol", "at", "area", "until"), rows=walked))
    write_sheets(path, f"{drawn.plan.site}: patrols of {drawn.night.isoformat()}", made, sheets)


def clock_change(drawn: DrawnPatrols) -> tuple[str, ...]:
    """What is to be done where the clocks change in the shift; nothing where they do not, or that is not known."""
    shift = night_of(drawn.plan, drawn.night, drawn.start)
    if shift is None or not shift.changes:
        return ()
    passed = min(_EXAMPLE_MINUTES, shift.minutes)
    example = shift.local(passed).isoformat(sep=" ", timespec="minutes")
    noted = f"Times on this card have their offset from UTC: in rounds they are written with it, as {example}."
    between = f"{abs(shift.minutes - shift.planned):g} min"
    ends = shift.text(shift.minutes)
    if shift.minutes < shift.planned:
        said = (
            f"The clocks go forward: the shift is over at {ends}, {between} before its walks would be. What was drawn "
            "for later is left out: turn back so as to be at the base by then."
        )
    elif shift.minutes > shift.planned:
        walked = shift.text(shift.planned)
        said = (
            f"The clocks go back: this walk is over at {walked} and the shift at {ends}. For these {between} no walk "
            "was drawn, and the value of the plan does not hold in them: walk this card once more from its first line "
            f"on, begun at {walked}, and be back at the base by {ends}; or let another guard stand in."
        )
    else:
        return (noted,)
    return said, noted


def _walked(drawn: DrawnPatrols, stops: tuple[PatrolStop, ...]) -> tuple[PatrolStop, ...]:
    """The stops that begin before the shift is over by the clock; the last moment is a step before its end."""
    shift = night_of(drawn.plan, drawn.night, drawn.start)
    if shift is None or shift.minutes >= shift.planned:
        return stops
    last = shift.minutes - drawn.plan.step_minutes
    return tuple(replace(stop, ends=min(stop.ends, last)) for stop in stops if stop.begins <= last)


def _text(drawn: DrawnPatrols, passed: float) -> str:
    shift = night_of(drawn.plan, drawn.night, drawn.start)
    return clock_text(drawn.start + passed) if shift is None else shift.text(passed)


def _cells(drawn: DrawnPatrols, stop: PatrolStop) -> tuple[str, str, str]:
    return _text(drawn, stop.begins), _text(drawn, stop.ends), _place(stop)


def _place(stop: PatrolStop) -> str:
    return f"{stop.name} (break)" if stop.rests else stop.name
