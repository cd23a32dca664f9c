"""Facts → Review: the one place that knows the order of the questions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from stockward.answers.balances import Balances
from stockward.answers.items import ItemFindings
from stockward.answers.losses import SeriesVerdict
from stockward.answers.plan import PlanAnswer
from stockward.answers.review import FactsUsed, ReviewAnswer, SetAside, WaitedFor
from stockward.balance.closing import close_balances
from stockward.balance.errors_in_doubt.needed import errors_needed
from stockward.balance.errors_in_doubt.scatter import errors_fit, quieter_than_stated
from stockward.balance.findings.events import events_of
from stockward.balance.findings.evidence import rows_behind, stock_by_stage
from stockward.balance.findings.outliers import outliers_of
from stockward.balance.findings.unstated import with_unstated
from stockward.balance.items import find_in_items
from stockward.balance.ledger.faults import faults_of_ledger
from stockward.balance.measuring.scales import records_of_measuring
from stockward.balance.settled.settling import with_settled
from stockward.balance.sigma.stated import stated_methods
from stockward.balance.testing import hazards, series_tested, test_losses
from stockward.book import Site
from stockward.book.ahead import Ahead, rows_ahead
from stockward.book.known import KnownBooks, known_at
from stockward.book.problems import Problem, waits_for
from stockward.guards.answering import GuardAnswers, look_at_guards
from stockward.guards.orders.asked import AskedOrder
from stockward.protection.response.answering import interruption_of
from stockward.surge.asked import Surge
from stockward.surge.books import with_factors
from stockward.surge.demand import material_factors
from stockward.surge.sight import look_at_surge
from stockward.terms.limits import DEFAULT_SEED
from stockward.terms.periods import end_of, local_day
from stockward.terms.verdicts import DEFAULT_TEST
from stockward.unseen.books_calibrated import BooksCalibrated
from stockward.unseen.goals import unheld_goals
from stockward.unseen.remedies import site_remedies
from stockward.unseen.series import SightRequest, sights, unseen_losses
from stockward.version import VERSION

ReviewProgress = Callable[[str], None]


def make_review(
    site: Site,
    *,
    as_of: str | date | datetime | None = None,
    surge: Surge | None = None,
    guards: AskedOrder | None = None,
    seed: int = DEFAULT_SEED,
    plan: bool = False,
    generated: datetime,
    progress: ReviewProgress = lambda step: None,
) -> ReviewAnswer:
    """Answer every question of a review.

    Parameters
    ----------
    site
        The facts, as read and checked.
    as_of
        Use only what was recorded by the end of this day, so that any past verdict can be had again.
    surge
        More production in the same books: what would go unseen, and what the posts take, is asked again.
    guards
        An order on guards that is not on record, to be answered like those that are.
    seed
        Of every simulation in it; same facts, options and seed give the same answers.
    plan
        Look for the cheapest plan that meets every goal as well, which takes longer than all the rest.
    generated
        The moment to print on it. Its day is that on which guards are counted where neither ``as_of`` nor stock names
        one, and rows of a later day are told in notices; else it enters no answer. The core never asks the clock.
    progress
        Told the name of each step as it begins.

    Raises ``UsageError`` for a site without a single row, and for a plan of one that states no goal or not every cost.
    """
    site.require_filled()
    moment = None if as_of is None else end_of(as_of, site.timezone)
    progress("reading the books as known")
    books = known_at(site, moment)
    progress("closing the balances")
    balances = with_unstated(books, close_balances(books))
    progress("testing for losses")
    detection = site.settings.detection
    balances, settled = with_settled(books, balances, false_alarm=detection.false_alarm, seed=seed)
    verdicts = test_losses(balances, false_alarm=detection.false_alarm, seed=seed)
    progress("looking for what would go unseen")
    asked = SightRequest(goals=site["goals"], detection=detection.detection, seed=seed)
    rates = hazards(balances, detection.false_alarm)
    seen = sights(balances, rates, asked, limits=[one.default_limits for one in verdicts])
    unseen = unseen_losses(balances, seen, asked, again=BooksCalibrated(books, balances))
    at_surge = None
    if surge is not None:
        progress("looking at the surge")
        at_surge = look_at_surge(books, balances, unseen, seen, surge, asked, false_alarm=detection.false_alarm)
    progress("looking at items and records")
    items = find_in_items(books, balances, seed=seed)
    progress("looking at the guards")
    force = _guards(books, moment, generated, surge, guards, seed)
    return ReviewAnswer(
        version=VERSION,
        at=generated,
        seed=seed,
        options=_options(as_of, seed, surge, guards),
        site=site.name,
        timezone=site.timezone,
        as_of=None if moment is None else moment.date(),
        false_alarm=detection.false_alarm,
        detection=detection.detection,
        series_tested=series_tested(verdicts),
        default_test=DEFAULT_TEST,
        facts=_facts(books, rows_ahead(site, generated, moment), quieter_than_stated(balances, verdicts)),
        balances=balances,
        verdicts=verdicts,
        settled=settled,
        unseen=unseen,
        remedies=site_remedies(zip(balances.series["id"], (one.remedies for one in unseen), strict=True)),
        surge=at_surge,
        items=items,
        **_findings(books, balances, verdicts, items, seed),
        fit=errors_fit(balances, verdicts),
        unstated=errors_needed(books, balances, verdicts, false_alarm=detection.false_alarm, seed=seed),
        unheld_goals=unheld_goals(asked.goals, balances.series),
        measuring=records_of_measuring(books, false_alarm=detection.false_alarm),
        methods=stated_methods(books),
        evidence=rows_behind(books, balances, verdicts),
        stock=stock_by_stage(books),
        force=force.force,
        orders=force.orders,
        mix=force.mix,
        selection=force.selection,
        interruption=interruption_of(books),
        plan=_plan(site, as_of, surge, seed, generated, progress) if plan else None,
    )


def _plan(
    site: Site,
    as_of: str | date | datetime | None,
    surge: Surge | None,
    seed: int,
    generated: datetime,
    progress: Callable[[str], None],
) -> PlanAnswer:
    # Integer programs are loaded for the reviews that ask for a plan alone.
    from stockward.questions.plan import make_protection_plan

    return make_protection_plan(site, as_of=as_of, surge=surge, seed=seed, generated=generated, progress=progress)


def _options(
    as_of: str | date | datetime | None, seed: int, surge: Surge | None, guards: AskedOrder | None
) -> Mapping[str, str | int | float | bool | None]:
    """What was asked for, as the JSON names it."""
    return MappingProxyType(
        {
            "as_of": None if as_of is None else str(as_of),
            "seed": seed,
            **({} if surge is None else surge.options()),
            **({} if guards is None else guards.options()),
        }
    )


def _findings(
    books: KnownBooks, balances: Balances, verdicts: Sequence[SeriesVerdict], items: ItemFindings, seed: int
) -> dict[str, Any]:
    """What stands behind the verdicts and beside them, by the names of the answer."""
    false_alarm = books.site.settings.detection.false_alarm
    return {
        "events": events_of(books, balances, verdicts, items.discrepancies),
        "outliers": outliers_of(books, balances, verdicts, items.discrepancies, false_alarm=false_alarm, seed=seed),
        "ledger": faults_of_ledger(books, balances),
    }


def _guards(
    books: KnownBooks,
    moment: datetime | None,
    now: datetime,
    surge: Surge | None,
    asked: AskedOrder | None,
    seed: int,
) -> GuardAnswers:
    """What the posts take and what was ordered; a surge lets stock and output, and with them the posts, grow."""
    as_of = None if moment is None else moment.date()
    today = local_day(now, books.site.timezone)
    if surge is None:
        return look_at_guards(books, as_of=as_of, today=today, asked=asked, seed=seed)
    return look_at_guards(
        books,
        as_of=as_of,
        today=today,
        asked=asked,
        flows=with_factors(books, surge),
        output_factors=material_factors(books, surge.production, surge.only),
        seed=seed,
    )


def _facts(books: KnownBooks, ahead: Ahead, quiet: Iterable[str]) -> FactsUsed:
    site = books.site
    counted = set(books.counts.select("inventory", "area").unique().rows())
    rows: Mapping[str, int] = {name: table.height for name, table in site.tables.items() if table.height}
    return FactsUsed(
        rows=MappingProxyType(dict(rows)),
        late_rows=books.late_rows,
        set_aside=tuple(
            SetAside(table=p.table, file=p.file, row=p.row, column=p.column, value=p.value, reason=p.reason)
            for p in site.problems
        ),
        notices=(*ahead.notices, *site.notices, *quiet),
        files=site.files,
        ahead=ahead.last,
        doubted_inventories=tuple(one for one in site.doubted_inventories if one in counted),
        waited_for=_waited_for(site.problems),
    )


def _waited_for(problems: Iterable[Problem]) -> tuple[WaitedFor, ...]:
    """The rows for which others are set aside, by the first reason against each."""
    first: dict[tuple[str, int], tuple[str, int] | None] = {}
    for problem in problems:
        first.setdefault((problem.table, problem.row), waits_for(problem.reason))
    rows = Counter(cause for cause in first.values() if cause is not None)
    return tuple(WaitedFor(file=file, row=row, rows=number) for (file, row), number in rows.most_common())
