"""Plans: the cheapest way to meet every goal of detection."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from stockward import book as facts
from stockward.answers.plan import PlanAnswer
from stockward.book.sources.single_table import with_table_from
from stockward.face.asked import FilePlace, Words, asked_day, asked_whole, moment_of, number_of, path_of, refused
from stockward.face.places import own_place
from stockward.face.shown import Shown, frame_of, now
from stockward.face.sites import site_of
from stockward.face.surges import asked_surge
from stockward.outputs import write_whole
from stockward.questions.plan import make_protection_plan
from stockward.report import cards
from stockward.report.plan.document import write_protection_json
from stockward.report.plan.page import write_protection_html
from stockward.report.plan.workbook import write_plan_ics, write_plan_xlsx
from stockward.report.review.card import Card
from stockward.surge.asked import Surge
from stockward.terms.limits import DEFAULT_SEED

_MEASURES = ("kind", "of", "name", "now_a_year", "a_year", "every_days", "cost_now", "cost", "changes")
_GUARDS = ("affiliation", "source", "now", "then", "patrolling", "cost_now", "cost", "training")
_GUARD_GOALS = ("kind", "of", "label", "on", "low", "high", "figure_now", "figure", "met_now", "met", "price", "reason")
_GOALS = (
    "id", "substance", "quantity", "unit", "within_days", "needed_now", "needed", "chance_now", "chance", "met_now",
    "met", "price",
)  # fmt: skip
_DRAWS = ("stratum", "area", "material", "units", "drawn", "whole", "cost")
_WAY = (
    "layer", "element", "name", "detection", "detects", "delay_minutes", "delay_sd_minutes", "left_minutes", "in_time",
)  # fmt: skip


_SCENARIOS = (
    "key", "label", "production", "factor", "dispatch", "prices", "since", "chance", "goals", "met_today", "met",
    "holds_to", "share_held", "status", "cost", "regret",
)  # fmt: skip
_DRILLED = ("id", "quantity", "unit", "pattern", "copies", "found", "chance", "predicted", "error", "why")
_FRONT = ("share", "status", "cost", "bound")
_CALENDAR = ("on", "kind", "of", "name")


@dataclass(frozen=True, slots=True, repr=False)
class ProtectionPlan(Shown):
    """The cheapest plan, as tables and as files; ``answers`` has all of it."""

    answers: PlanAnswer

    @property
    def measures(self) -> pl.DataFrame:
        """One row for each decision: how often today and in the plan, a year, and what that costs."""
        return frame_of(self.answers.measures, _MEASURES)

    @property
    def goals(self) -> pl.DataFrame:
        """One row for each goal: the smallest loss that is found as it asks, today and in the plan, and its price."""
        return frame_of(self.answers.goals, _GOALS)

    @property
    def scenarios(self) -> pl.DataFrame:
        """One row for each thing that may come: goals met there, the factor the plan holds to, cost and regret."""
        return frame_of(self.answers.scenarios, _SCENARIOS)

    @property
    def drilled(self) -> pl.DataFrame:
        """One row for each goal and way to take its loss: how often it was found, beside its chance; ``drill=N``."""
        return frame_of(self.answers.drilled, _DRILLED)

    @property
    def front(self) -> pl.DataFrame:
        """One row for each multiple of the losses of the goals: what the cheapest plan for it costs; ``front=True``."""
        return frame_of(self.answers.front, _FRONT)

    @property
    def calendar(self) -> pl.DataFrame:
        """One row for each inventory and each calibration that is added, by day."""
        return frame_of(self.answers.calendar, _CALENDAR)

    @property
    def guards(self) -> pl.DataFrame:
        """One row for each affiliation and source of guards: how many today and in the plan, and what they cost."""
        return frame_of(() if self.answers.guards is None else self.answers.guards.groups, _GUARDS)

    @property
    def guard_goals(self) -> pl.DataFrame:
        """One row for each goal on the guards: what it asks for, the figure by the record and with the plan."""
        return frame_of(() if self.answers.guards is None else self.answers.guards.goals, _GUARD_GOALS)

    @property
    def draws(self) -> pl.DataFrame:
        """One row for each stratum of a count by lot: how many items there are, how many are drawn, how often."""
        found = [frame_of(one.strata, _DRAWS).with_columns(every_days=one.every_days) for one in self.answers.counts]
        return pl.concat(found) if found else frame_of((), (*_DRAWS, "every_days"))

    @property
    def way(self) -> pl.DataFrame:
        """One row for each element of the way that is worst with the plan (today, without one), in minutes."""
        interruption = self.answers.interruption
        shown = None if interruption is None else interruption.then or interruption.now
        return frame_of(() if shown is None else shown.way, _WAY)

    def to_json(self, path: FilePlace) -> None:
        """Write the plan as JSON (schema stockward.protection/1)."""
        write_whole(own_place(path), write_protection_json(self.answers))

    def to_html(self, path: FilePlace) -> None:
        """Write the plan: one self-contained HTML file."""
        write_whole(own_place(path), write_protection_html(self.answers))

    def to_xlsx(self, path: FilePlace) -> None:
        """Write the plan as a workbook, with its calendar."""
        write_plan_xlsx(self.answers, own_place(path))

    def to_ics(self, path: FilePlace) -> None:
        """Write the days of counts and calibrations as an iCalendar."""
        write_whole(own_place(path), write_plan_ics(self.answers))

    def card(self) -> Card:
        """What is shown: what to do, and what it costs."""
        return cards.protection_card(self.answers)


def plan(
    site: facts.Site | FilePlace,
    *,
    as_of: str | date | datetime | None = None,
    production: float | Words = (),
    dispatch: float = 1.0,
    weighings: str = "heavier",
    since: str | date | None = None,
    until: str | date | None = None,
    surge: Surge | None = None,
    budget: float | None = None,
    scenario: FilePlace | None = None,
    share: float = 0.95,
    draws: int | None = None,
    front: bool = False,
    drill: int | None = None,
    seed: int = DEFAULT_SEED,
) -> ProtectionPlan:
    """The cheapest plan that meets every goal: what to count, to calibrate and to buy, and how many guards join?

    Parameters
    ----------
    site
        A site, or the folder that holds it.
    as_of
        Use only what was recorded by the end of this day, such as ``"2026-06-30"``.
    production
        Plan for production times so much: ``5``, or ``{"TNT": 5}`` for substances or lines alone.
    dispatch, weighings, since, until
        How: the factor of what leaves the site, ``"heavier"`` or ``"more"`` weighings, first and last day of the surge
        in the record.
    surge
        The same as one value, in place of these.
    budget
        What the plan may cost a year, from 0 on; that of ``site.toml`` without it.
    scenario
        What may come: a CSV file with the columns of the table ``scenarios``, in place of that of the site.
    share
        In how much of a range of the table ``scenarios`` one plan must hold, above 0 and at most 1.
    draws
        Draw the factors of every range of that table so many times.
    front
        Look at the cheapest plans for larger and smaller losses than those of the goals as well.
    drill
        In so many copies of the planned books the losses of the goals are looked for.
    seed
        Of everything drawn, and of the search, from 0 on.

    Returns
    -------
    ProtectionPlan
        ``measures``, ``goals``, ``guards``, ``guard_goals``, ``calendar`` and ``scenarios``; ``to_html``, ``to_json``,
        ``to_xlsx`` and ``to_ics`` write it.

    Raises
    ------
    UsageError
        Where there is no goal, for a cost that is not stated, and for a question that cannot be asked so.
    SiteError
        Where the site cannot be read at all.

    Examples
    --------
    >>> import stockward as sw
    >>> sw.plan("examples/quarry").goals["met"].to_list()
    [True, True]
    """
    seed = asked_whole("seed", seed, 0)
    most = None if budget is None else number_of(budget, "budget")
    if most is not None and most < 0:
        raise refused("budget", budget, "a number from 0 on")
    within = number_of(share, "share")
    if not 0 < within <= 1:
        raise refused("share", share, "a number above 0, at most 1")
    file = path_of(scenario, "scenario")
    known = site_of(site) if file is None else with_table_from(site_of(site), "scenarios", file)
    grown = asked_surge(production, surge, dispatch, weighings, asked_day("since", since), asked_day("until", until))
    made = make_protection_plan(
        known, as_of=moment_of(as_of), surge=grown, budget=most, share=within, front=front,
        drill=None if drill is None else asked_whole("drill", drill, 1), seed=seed,
        draws=None if draws is None else asked_whole("draws", draws, 1),
        generated=now(),
    )  # fmt: skip
    return ProtectionPlan(made)
