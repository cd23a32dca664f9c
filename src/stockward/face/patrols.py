"""Patrols: the walks that leave the best-informed thief the least."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from stockward import book as facts
from stockward.answers.patrols.answer import BestTheft, PatrolAnswer
from stockward.face.asked import FilePlace, asked_whole, number_of, refused
from stockward.face.places import own_place
from stockward.face.shown import Shown, now
from stockward.face.sites import site_of
from stockward.outputs import write_whole
from stockward.questions.patrol import GAP, ROUNDS, make_patrols
from stockward.report import cards
from stockward.report.patrol.document import write_patrol_json
from stockward.report.patrol.page import write_patrol_html
from stockward.report.review.card import Card
from stockward.terms.limits import DEFAULT_SEED

_BEST = {"gain": pl.Float64, "area": pl.String, "begins": pl.Float64, "met": pl.Float64}
_OUTCOMES = {"way": pl.String, "patrols": pl.Int64, "nights": pl.Int64, **_BEST}
_TARGETS = {"area": pl.String, "worth": pl.Float64, "minutes": pl.Float64, "seen": pl.Float64, "gain": pl.Float64,
            "begins": pl.Float64, "met": pl.Float64}  # fmt: skip
_WALKS = {"walk": pl.Int64, "weight": pl.Int64, "patrol": pl.Int64, "area": pl.String, "begins": pl.Float64,
          "ends": pl.Float64, "rests": pl.Boolean}  # fmt: skip


@dataclass(frozen=True, slots=True, repr=False)
class Patrols(Shown):
    """The patrols of a shift, as tables and as files; ``answers`` has all of it."""

    answers: PatrolAnswer

    @property
    def outcomes(self) -> pl.DataFrame:
        """One row for each way to walk: what it leaves a thief at best, where and when, and the chance he is seen."""
        rows = [
            (one.way, one.patrols, one.nights, one.best.gain, one.best.area, one.best.begins, one.best.met)
            for one in self.answers.outcomes
        ]
        return pl.DataFrame(rows, schema=_OUTCOMES, orient="row")

    @property
    def targets(self) -> pl.DataFrame:
        """One row for each target: what a theft takes, and the one that gains most against the planned walks."""
        rows = [(one.area, one.worth, one.minutes, one.seen, *_best_of(one.best)) for one in self.answers.targets]
        return pl.DataFrame(rows, schema=_TARGETS, orient="row")

    @property
    def walks(self) -> pl.DataFrame:
        """One row for each stay of each patrol in each walk of the mixture, in minutes; walks are drawn by weight."""
        rows = [
            (number, one.weight, patrol, stop.area, stop.begins, stop.ends, stop.rests)
            for number, one in enumerate(self.answers.mixture, 1)
            for patrol, stops in enumerate(one.walks, 1)
            for stop in stops
        ]
        return pl.DataFrame(rows, schema=_WALKS, orient="row")

    def to_json(self, path: FilePlace) -> None:
        """Write the answer as JSON (schema stockward.patrol/1), with every walk."""
        write_whole(own_place(path), write_patrol_json(self.answers))

    def to_html(self, path: FilePlace) -> None:
        """Write the answer: one self-contained HTML file, which holds no walk."""
        write_whole(own_place(path), write_patrol_html(self.answers))

    def card(self) -> Card:
        """What is shown: what each way to walk leaves a thief."""
        return cards.patrol_card(self.answers)


def _best_of(best: BestTheft | None) -> tuple[float | None, float | None, float | None]:
    return (None, None, None) if best is None else (best.gain, best.begins, best.met)


def patrol(
    site: facts.Site | FilePlace,
    *,
    post: str | None = None,
    gap: float = GAP,
    rounds: int = ROUNDS,
    seed: int = DEFAULT_SEED,
) -> Patrols:
    """On which ways, at which times, do the patrols leave the best-informed thief the least?

    Parameters
    ----------
    site
        A site, or the folder that holds it.
    post
        The patrol post to plan for, where several have different hours.
    gap
        How close to the least a thief can be left is close enough, as a share of it, from 0 to 1.
    rounds
        How often walks are looked for at most, from 0 on.
    seed
        Of the test whether patrols as walked can be predicted, from 0 on.

    Returns
    -------
    Patrols
        ``outcomes``, ``targets`` and ``walks``; ``to_html`` and ``to_json`` write it.

    Raises
    ------
    UsageError
        Where targets, posts or ways do not say enough, and for a question that cannot be asked so.
    SiteError
        Where the site cannot be read at all.

    Examples
    --------
    >>> import stockward as sw
    >>> sw.patrol("examples/works", rounds=5).outcomes["way"].to_list()[:2]
    ['walked', 'round']
    """
    seed, most = asked_whole("seed", seed, 0), asked_whole("rounds", rounds, 0)
    share = number_of(gap, "gap")
    if not 0 <= share <= 1:
        raise refused("gap", gap, "a number from 0 to 1")
    return Patrols(make_patrols(site_of(site), post=post, gap=share, rounds=most, seed=seed, generated=now()))
