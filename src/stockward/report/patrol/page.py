"""The page of the patrols: one HTML file that opens offline. It holds no walk: who reads it could lie in wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from stockward.answers.patrols.answer import PatrolAnswer, PatrolWay
from stockward.report.kit import words
from stockward.report.patrol import sentences as say
from stockward.report.review.context import Badge, KeyFigure
from stockward.report.review.page import fill

_PLANNED = Badge(key="balanced", mark="=", word="planned")
_IMPOSSIBLE = Badge(key="shortage", mark="≠", word="impossible")


@dataclass(frozen=True, slots=True, kw_only=True)
class PatrolPage:
    """The page: its template shows exactly these fields, and computes none."""

    site: Annotated[str, "name of the site"]
    asked: Annotated[str, "what was asked for"]
    headline: Annotated[str, "what came out, in one sentence"]
    badge: Annotated[Badge, "whether there are walks"]
    proof: Annotated[tuple[str, ...], "the best theft, and how sure it is"]
    figures: Annotated[tuple[KeyFigure, ...], "the figures below the headline"]
    outcomes: Annotated[tuple[tuple[str, ...], ...], "ways to walk: what, patrols, gain, where, when, chance"]
    bought: Annotated[tuple[str, ...], "what doubling buys, and what walking at random buys for nothing"]
    predicted: Annotated[tuple[str, ...], "whether patrols as walked can be predicted"]
    targets: Annotated[tuple[tuple[str, ...], ...], "targets: what, worth, minutes, chance to see, gain, chance"]
    basis: Annotated[tuple[str, ...], "assumptions, and what it stands on"]
    generated: Annotated[str, "version, seed and moment"]


def write_patrol_html(answer: PatrolAnswer) -> str:
    """Return the answer as one self-contained page."""
    return fill("patrol.html.j2", build_patrol_page(answer))


def build_patrol_page(answer: PatrolAnswer) -> PatrolPage:
    """The context of the page."""
    at = words.moment(answer.at, answer.timezone)
    return PatrolPage(
        site=answer.site,
        asked=say.patrol_asked(answer),
        headline=say.patrol_headline(answer),
        badge=_IMPOSSIBLE if answer.value is None else _PLANNED,
        proof=tuple(text for text in (say.theft_sentence(answer), say.proof_sentence(answer)) if text),
        figures=tuple(_figures(answer)),
        outcomes=tuple(say.outcome_cells(answer, one) for one in answer.outcomes),
        bought=tuple(say.bought_sentences(answer)),
        predicted=tuple(say.predicted_sentences(answer.predicted)),
        targets=tuple(say.target_rows(answer)),
        basis=(*say.assumed_sentences(answer), *say.basis_sentences(answer)),
        generated=f"Stockward {answer.version}, seed {answer.seed}, {at} at the site",
    )


def _figures(answer: PatrolAnswer) -> list[KeyFigure]:
    shown = [
        (PatrolWay.WALKED, "as walked so far"), (PatrolWay.ROUND, "on the best fixed round"),
        (PatrolWay.ROUND_TWICE, "with twice the guards"), (PatrolWay.PLANNED, "as planned"),
    ]  # fmt: skip
    found = [(answer.outcome(way), label) for way, label in shown]
    return [
        KeyFigure(value=say.gain_text(answer, one.best.gain), label=label, badge=None)
        for one, label in found
        if one is not None and (one.way is not PatrolWay.WALKED or one is say.today_of(answer))
    ]
