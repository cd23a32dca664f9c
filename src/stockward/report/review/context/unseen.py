"""What would go unseen, as the page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from markupsafe import Markup

from stockward.report.kit.context_parts import Pair


@dataclass(frozen=True, slots=True, kw_only=True)
class UnseenLine:
    """What would go unseen in one measured series; losses with their unit."""

    label: Annotated[str, "what and where"]
    abrupt: Annotated[str, "smallest loss found, at once in the middle period"]
    last: Annotated[str, "smallest loss found, at once in the last period"]
    even: Annotated[str, "smallest loss found, spread over a year"]
    worst: Annotated[str, "smallest loss found in the pattern worst for the site"]
    limit: Annotated[str, "the loss over a year below which no test would find it as often"]
    whole: Annotated[bool, "whether it is of the whole site"]
    goal: Annotated[str, "the goal, and whether it is met"]
    surge_abrupt: Annotated[str, "smallest loss at once at the surge"]
    surge_even: Annotated[str, "smallest loss over a year at the surge"]
    ratio: Annotated[str, "sigma of all differences at the surge over that of today"]
    still_found: Annotated[str, "chances that today's smallest losses would still be found: at once, over a year"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RemedyLine:
    """One measure for one series."""

    label: Annotated[str, "what and where"]
    measure: Annotated[str, "what to do, as much as it takes"]
    even: Annotated[str, "smallest loss found then, spread over a year"]
    abrupt: Annotated[str, "smallest loss found then, at once"]
    effect: Annotated[str, "whether it reaches the goal, or by how much it helps"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreLine:
    """When one store is full."""

    name: Annotated[str, "the store"]
    stock: Annotated[str, "what was counted there last"]
    capacity: Annotated[str, "what it holds"]
    today: Annotated[str, "the day it is full at the recorded rates"]
    surge: Annotated[str, "the day it is full at the surge"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """The chance to find a loss, over its size."""

    label: Annotated[str, "what and where"]
    chart: Annotated[Markup, "the drawing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """What would go unseen, and what restores sight."""

    chance: Annotated[str, "the chance with which the losses are found"]
    spread: Annotated[str, "what the rows of the whole site are for; empty where there are none"]
    unheld: Annotated[tuple[str, ...], "goals on substances that nobody holds there"]
    chart: Annotated[Markup | None, "the smallest losses of every measured series; none where any loss shows"]
    curves: Annotated[tuple[Curve, ...], "the chance over the loss, of the series that see least of their goals"]
    production: Annotated[str, "the surge; empty where none was asked for"]
    lines: Annotated[tuple[UnseenLine, ...], "every measured series"]
    assumptions: Annotated[tuple[str, ...], "what the surge takes for granted"]
    remedies: Annotated[tuple[RemedyLine, ...], "measures by series"]
    site_remedies: Annotated[tuple[Pair, ...], "measures over all series"]
    stores: Annotated[tuple[StoreLine, ...], "when the stores are full"]
    error: Annotated[str, "greatest standard error of the simulated chances, percentage points"]
