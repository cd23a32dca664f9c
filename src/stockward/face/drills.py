"""Drills: how often losses taken out of copies of a site's records are found."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from stockward import book as facts
from stockward.answers.drill import DrillAnswer as Answers
from stockward.drill.running import COPIES, DrillOptions, make_drill
from stockward.face.asked import FilePlace, asked_text, asked_whole
from stockward.face.places import own_place
from stockward.face.shown import Shown, frame_of, now
from stockward.face.sites import site_of
from stockward.outputs import write_whole
from stockward.report import cards
from stockward.report.drill.document import write_drill_json
from stockward.report.drill.page import write_drill_html
from stockward.report.review.card import Card
from stockward.roster.engine.unguarded import under_a_guard
from stockward.terms.limits import MOST_PROCESSES, all_cores

_COLUMNS = (
    "id", "area", "holding", "unit", "pattern", "start", "stated", "predicted", "copies", "error", "earlier", "without",
    "days_median", "days_90",
)  # fmt: skip


@dataclass(frozen=True, slots=True, repr=False)
class Drill(Shown):
    """The answers of one drill, as a table and as files; ``answers`` has all of them."""

    answers: Answers

    @property
    def lines(self) -> pl.DataFrame:
        """One row for the losses of one pattern out of one series.

        ``copies`` and ``found`` are numbers of copies, ``stated`` and ``predicted`` chances to be found, ``error`` two
        standard errors of the found share, ``loss_low`` and ``loss_high`` the sizes, in ``unit``. Unknown is null.
        """
        lines = self.answers.lines
        sizes = [one.loss or (None, None) for one in lines]
        return frame_of(lines, _COLUMNS).with_columns(
            found=pl.Series([one.counts.found for one in lines], dtype=pl.Int64),
            loss_low=pl.Series([low for low, _ in sizes], dtype=pl.Float64),
            loss_high=pl.Series([high for _, high in sizes], dtype=pl.Float64),
        )

    def to_json(self, path: FilePlace) -> None:
        """Write the answers as JSON (schema stockward.drill/1)."""
        write_whole(own_place(path), write_drill_json(self.answers))

    def to_html(self, path: FilePlace) -> None:
        """Write the report: one self-contained HTML file."""
        write_whole(own_place(path), write_drill_html(self.answers))

    def card(self) -> Card:
        """What is shown: found beside predicted."""
        return cards.drill_card(self.answers)


def drill(
    site: facts.Site | FilePlace,
    *,
    copies: int = COPIES,
    loss: str | None = None,
    pattern: str | None = None,
    goals: bool = False,
    place: str | None = None,
    series: str | None = None,
    as_recorded: bool = False,
    seed: int = 1,
    jobs: int | None = None,
) -> Drill:
    """Take losses out of copies of a site's records: how often are they found, beside the predicted chance?

    Parameters
    ----------
    site
        A site, or the folder that holds it.
    copies
        Copies to search, 1 to 1000000.
    loss
        Size of each loss, such as ``"5kg"``; sized to be found with the site's ``detection`` without it.
    pattern
        ``"abrupt"``, ``"even"`` or ``"spread"``; all of them without it.
    goals
        Take the losses of the goals, at once and evenly within their days, in place of those sized to be found.
    place
        Where a loss is left in the books, ``"counts"`` or ``"movements"`` (the command's ``--in``); both without it.
    series
        One series, ``"AREA/SUBSTANCE"`` or ``"*/SUBSTANCE"``, in place of all.
    as_recorded
        Keep the errors of the records, and claim no chance.
    seed
        Of everything drawn, from 0 on.
    jobs
        Processes, 1 to 64; all cores without it. They change no figure. A script that asks for more than one must stand
        under ``if __name__ == "__main__":``.

    Returns
    -------
    Drill
        ``lines`` with one row a pattern and series; ``to_html`` and ``to_json`` write it.

    Raises
    ------
    UsageError
        A series, pattern, place, size or number that cannot be drilled; a script that searches without that line.
    SiteError
        Where the site cannot be read at all.

    Examples
    --------
    >>> import stockward as sw
    >>> sw.drill("docs/first_site", copies=20, jobs=1).lines["pattern"].to_list()
    ['abrupt', 'even']
    """
    copies = asked_whole("copies", copies, 1)
    seed = asked_whole("seed", seed, 0)
    processes = all_cores() if jobs is None else asked_whole("jobs", jobs, 1, MOST_PROCESSES)
    for name, word in {"loss": loss, "pattern": pattern, "place": place, "series": series}.items():
        if word is not None:
            asked_text(word, name)
    options = DrillOptions(copies, loss, pattern, place, series, as_recorded, seed, goals)
    options.require()
    with under_a_guard():
        return Drill(make_drill(site_of(site), options, generated=now(), jobs=processes))
