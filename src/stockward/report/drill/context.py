"""The page of a drill as frozen, documented values: its template shows exactly these fields, and computes none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from markupsafe import Markup

from stockward.report.review.context import Badge, KeyFigure


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillRow:
    """Losses of one pattern out of one series."""

    label: Annotated[str, "what and where"]
    id: Annotated[str, "the series, as the books spell it"]
    pattern: Annotated[str, "abrupt, even, or spread over its areas"]
    begins: Annotated[str, "when the losses begin"]
    loss: Annotated[str, "their size, with unit"]
    stated: Annotated[str, "the chance as a review states it"]
    predicted: Annotated[str, "the chance with the loss in the books"]
    copies: Annotated[str, "how many copies"]
    found: Annotated[str, "the found share with two standard errors, or plain numbers"]
    without: Annotated[str, "copies in which it alarms without the loss too"]
    earlier: Annotated[str, "copies in which it alarmed before the loss"]
    days: Annotated[str, "days to the alarm: half, and 90 %, of those found"]
    also: Annotated[str, "other series that alarmed in these copies"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillPage:
    """The page of one drill."""

    site: Annotated[str, "name of the site"]
    asked: Annotated[str, "what was drilled"]
    headline: Annotated[str, "what came out, in one sentence"]
    tone: Annotated[str, "picks the colour of the head"]
    badge: Annotated[Badge, "agree, disagree, or no claim"]
    agreement: Annotated[tuple[str, ...], "how predicted and found were compared"]
    figures: Annotated[tuple[KeyFigure, ...], "the figures below the headline"]
    chart: Annotated[Markup | None, "predicted against found, with error bars"]
    caption: Annotated[str, "what the chart shows"]
    as_recorded: Annotated[bool, "whether the errors are those of the records, so that no chance is claimed"]
    rows: Annotated[tuple[DrillRow, ...], "one row a series and pattern"]
    spread: Annotated[tuple[str, ...], "what the areas showed of losses spread over them, and which bore no share"]
    elsewhere: Annotated[tuple[str, ...], "alarms of series without a loss"]
    causes: Annotated[tuple[str, ...], "what each assumption of the prediction costs"]
    patterns: Annotated[tuple[tuple[str, str], ...], "patterns and places, and what they mean"]
    not_borne: Annotated[tuple[str, ...], "losses that were not made, and why"]
    left_out: Annotated[tuple[str, ...], "series that are not drilled, and why"]
    basis: Annotated[tuple[str, ...], "what the drill stands on"]
    generated: Annotated[str, "version, seed and moment"]
