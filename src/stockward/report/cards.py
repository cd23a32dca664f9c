"""What a notebook shows of each answer: headline, counts, and the tables that matter, in the words of the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from stockward.answers.counting import CountCertificate, CountingDraw, CountingPlan, SheetLine
from stockward.answers.drill import DrillAnswer
from stockward.answers.orders import SiteOrders
from stockward.answers.patrols.answer import PatrolAnswer
from stockward.answers.plan import PlanAnswer
from stockward.answers.planned.guards import ForcePart
from stockward.answers.review import ReviewAnswer
from stockward.answers.roster import RosterAnswer
from stockward.answers.rostered.changes import ReplacementAnswer, SwapAnswer
from stockward.answers.rostered.hours import HoursAnswer
from stockward.book import Site
from stockward.book.problems import Problem
from stockward.report.counting import certificate as certificates
from stockward.report.counting import plan as count_plan
from stockward.report.counting.sheet import TASK_WORD
from stockward.report.drill import sentences as drill_sentences
from stockward.report.guards import orders_table
from stockward.report.guards import part as guards
from stockward.report.guards import terminal as guards_terminal
from stockward.report.kit import words
from stockward.report.patrol import sentences as patrols
from stockward.report.plan import guards as planned_guards
from stockward.report.plan import sentences as protection
from stockward.report.plan.counts import drawn_rows
from stockward.report.review import sentences, terminal, unseen
from stockward.report.review.card import ROWS_MAX, Card, Grid, card, grid
from stockward.report.review.views import SeriesView, by_urgency, events, gather
from stockward.report.roster import changes as roster_changes
from stockward.report.roster import hours as roster_hours
from stockward.report.roster import sentences as roster_sentences

_FINDINGS_TOLD = 3
_ORDERS_TOLD = 2
_NOTICES_TOLD = 3
_ORDER_HEADS = tuple("to go" if head == "short of target" else head for head in orders_table.HEADS)
"""A card has less room than the table of the command."""


def site_card(site: Site) -> Card:
    """A site: rows of each table, and the problems."""
    return _facts_card(site, [_tables(site), _problems(site.problems, ".problems")])


def check_card(site: Site) -> Card:
    """The problems of a site, as the command prints them."""
    return _facts_card(site, [_problems(site.problems, ".problems, a table")])


def _facts_card(site: Site, grids: Iterable[Grid | None]) -> Card:
    rows, aside = (sum(table.height for table in tables.values()) for tables in (site.tables, site.set_aside))
    found = words.count(len(site.problems), "problem") if site.problems else "no problem"
    lines = [f"Notice: {notice}" for notice in site.notices[:_NOTICES_TOLD]]
    return card(site.name, f"{words.count(rows, 'row')} read, {words.number(aside)} set aside: {found}.", lines, grids)


def _tables(site: Site) -> Grid | None:
    filled = [name for name in site.tables if site.tables[name].height or site.set_aside[name].height]
    cells = ((name, words.number(site[name].height), words.number(site.set_aside[name].height)) for name in filled)
    return grid("Rows", ("table", "read", "set aside"), cells, total=len(filled), where=".tables")


def _problems(problems: Sequence[Problem], where: str) -> Grid | None:
    heads = ("file", "row", "column", "value", "reason and mend")
    cells = ((one.file, str(one.row), one.column, one.value or "", one.reason) for one in problems)
    return grid("Problems", heads, cells, total=len(problems), where=where)


def review_card(review: ReviewAnswer) -> Card:
    """A review: the verdict, what could not be seen, the findings, and the series that matter most."""
    series = gather(review)
    alarming = events(review, series)
    told = [f"{terminal.word(event)}: {sentences.event_sentence(event)}" for event in alarming[:_FINDINGS_TOLD]]
    blind = unseen.unseen_headline(review, series)
    lines = [
        *sentences.days_in_doubt(review.facts),
        terminal.counts(series),
        terminal.facts_lines(review.facts)[0],
        *told,
        f"What could not be seen: {blind}" if blind else "",
        *guards_terminal.lines(review)[: 1 + _ORDERS_TOLD],
    ]
    headline = guards.alone(review) or sentences.first_sentence(review, series)
    return card(
        f"{review.site}, {sentences.scope(review)}",
        headline,
        lines,
        [_findings(alarming), _series(series), _orders_of(review)],
    )


def _findings(alarming: Sequence[Sequence[SeriesView]]) -> Grid | None:
    rows = [tuple(row.values()) for event in alarming[:ROWS_MAX] for row in terminal.finding_rows(event)]
    total = len(rows) + max(len(alarming) - ROWS_MAX, 0)
    return grid("Findings", terminal.FINDING_COLUMNS, rows, total=total, where="the page that to_html writes")


def _series(series: Sequence[SeriesView]) -> Grid | None:
    heads = ("series", "verdict", "differences (+ missing)", "p-value", "alarm at", "reason")
    rows = (
        (
            one.id, sentences.VERDICT_WORD[one.verdict.verdict], sentences.cumulative(one), sentences.chance(one),
            one.verdict.alarm_inventory or "", one.verdict.reason or "",
        )
        for one in by_urgency(series)
    )  # fmt: skip
    return grid("Series, the most urgent first", heads, rows, total=len(series), where=".series")


def _orders_of(review: ReviewAnswer) -> Grid | None:
    there = SiteOrders(site=review.site, folder="", day=None, set_aside=0, orders=review.orders, fault=None)
    rows = [cells for cells, _ in orders_table.rows_of(there)] if review.orders else []
    return grid("Orders", _ORDER_HEADS[1:], rows, total=len(rows), where=".answers.orders")


def orders_card(sites: Sequence[SiteOrders]) -> Card:
    """The orders of many sites, a row each; no site is left out of the count."""
    labels = orders_table.site_labels(sites)
    rows = [(label, *cells) for label, one in zip(labels, sites, strict=True) for cells, _ in orders_table.rows_of(one)]
    told = [text for label, one in zip(labels, sites, strict=True) for text in orders_table.reasons(label, one)]
    headline = orders_table.orders_summary(sites)
    return card("Orders", headline, told, [grid("Orders", _ORDER_HEADS, rows, total=len(rows), where=".orders")])


def drill_card(drill: DrillAnswer) -> Card:
    """A drill: found beside predicted, in all and by series and pattern."""
    heads = ("out of", "pattern", "loss", "copies", "predicted", "found", "days: half, 90 %")
    rows = (
        (
            line.label, drill_sentences.PATTERN_WORD[line.pattern], drill_sentences.drill_loss(line),
            words.number(line.copies), drill_sentences.drill_percent(line.predicted), drill_sentences.found(line),
            drill_sentences.drill_days(line),
        )
        for line in drill.lines
    )  # fmt: skip
    lines = grid("Losses taken out", heads, rows, total=len(drill.lines), where=".lines")
    title = f"{drill.site}: {drill_sentences.asked(drill)}"
    return card(title, drill_sentences.drill_headline(drill), drill_sentences.agreement(drill), [lines])


def patrol_card(answer: PatrolAnswer) -> Card:
    """Patrols: what each way to walk leaves a thief."""
    ways = [patrols.outcome_cells(answer, one) for one in answer.outcomes]
    heads = ("walked", "patrols", "leaves a thief", "where", "begun", "seen with")
    lines = [patrols.theft_sentence(answer), patrols.proof_sentence(answer), *patrols.bought_sentences(answer)]
    title = f"{answer.site}: {patrols.patrol_asked(answer)}"
    grids = [grid("Ways to walk", heads, ways, total=len(ways), where=".outcomes")]
    return card(title, patrols.patrol_headline(answer), lines, grids)


def protection_card(plan: PlanAnswer) -> Card:
    """The cheapest plan: what to do, and what each goal takes."""
    changes = protection.changed_measures(plan)
    measures = (
        (
            protection.measure_name(one), protection.level_words(one, now=True),
            protection.level_words(one, now=False), protection.cost_words(plan, one.cost),
        )
        for one in changes
    )  # fmt: skip
    goals = (
        (
            one.label, protection.goal_words(one), protection.loss_words(one, one.needed_now),
            protection.loss_words(one, one.needed), protection.cost_words(plan, one.price),
        )
        for one in plan.goals
    )  # fmt: skip
    grids = [
        grid("What to do", ("what", "today", "plan", "cost a year"), measures, total=len(changes), where=".measures"),
        grid(
            "Goals",
            ("goal", "loss", "found today", "found then", "costs"),
            goals,
            total=len(plan.goals),
            where=".goals",
        ),
    ]
    if plan.counts:
        drawn = drawn_rows(plan)
        heads = ("items", "by the books", "drawn", "how often", "cost a year")
        grids.append(grid("To draw by lot", heads, drawn, total=len(drawn), where=".draws"))
    if plan.guards is not None:
        grids.append(_guards_of_plan(plan, plan.guards))
    lines = [*protection.ways_out(plan), *protection.proof_words(plan), *protection.order_helps(plan)]
    lines += protection.thief_words(plan)[:1]
    return card(f"{plan.site}: {protection.protection_asked(plan)}", protection.plan_headline(plan), lines, grids)


def _guards_of_plan(plan: PlanAnswer, part: ForcePart) -> Grid | None:
    rows = (
        (
            planned_guards.guards_group(one), str(one.now), planned_guards.guards_then(one),
            protection.cost_in_table(plan, one.cost + one.training),
        )
        for one in part.groups
    )  # fmt: skip
    return grid("Guards", ("guards", "today", "plan", "cost a year"), rows, total=len(part.groups), where=".guards")


def plan_card(plan: CountingPlan) -> Card:
    """A plan: what each loss that matters takes, and what is counted where."""
    heads = ("stratum", "units by the book", "to count", "to measure")
    rows = ((one.id, *map(words.number, (one.units, one.counted, one.measured))) for one in plan.strata)
    strata = grid("Strata", heads, rows, total=len(plan.strata), where=".strata")
    sealed = "Sealed before the draw." if plan.seed_sha256 or plan.seed_source else ""
    not_planned = [f"not planned: {one.what}: {one.reason}" for one in plan.not_planned]
    lines = [sealed, *map(count_plan.goal_sentence, plan.goals), *not_planned]
    return card(count_plan.title(plan), count_plan.in_all(plan), lines, [strata])


def draw_card(draw: CountingDraw) -> Card:
    """A draw: how many lines on which sheets; its seed is not shown."""
    sheets: dict[int, list[SheetLine]] = {}
    for line in draw.lines:
        sheets.setdefault(line.sheet, []).append(line)
    strata = {one.id: one for one in draw.plan.strata}
    untold = "" if draw.published else "The plan was not compared with the commitment that was published."
    rows = (
        (str(number), strata[lines[0].stratum].area, TASK_WORD[lines[0].task], words.number(len(lines)))
        for number, lines in sheets.items()
    )
    headline = f"{words.count(len(draw.lines), 'line')} on {words.count(len(sheets), 'sheet')}."
    heads = ("sheet", "area", "task", "lines")
    table = grid("Count sheets", heads, rows, total=len(sheets), where=".lines")
    return card(f"{draw.plan.site}, draw {draw.id}", headline, [untold], [table])


def certificate_card(certificate: CountCertificate) -> Card:
    """A certificate: what is found, and what can be excluded."""
    title, *lines = certificates.summary(certificate)
    heads = ("stratum", "task", "drawn", "not counted", "missing", "surplus")
    rows = (
        (one.stratum, TASK_WORD[one.task], *map(words.number, (one.drawn, one.not_counted, one.missing, one.surplus)))
        for one in certificate.strata
    )
    strata = grid("Strata", heads, rows, total=len(certificate.strata), where=".strata")
    headline = certificates.certificate_headline(certificate)
    return card(title.removesuffix(f": {headline}"), headline, lines, [strata])


def roster_card(answer: RosterAnswer) -> Card:
    """A roster: how good it is, or what collides and the ways out; coverage and fair shares."""
    lines = [
        *roster_sentences.status(answer), *roster_sentences.measures(answer), *roster_sentences.conflicts(answer),
        *roster_sentences.relaxations(answer), *answer.notes,
    ]  # fmt: skip
    title = f"{answer.site}, {roster_sentences.period(answer)}"
    return card(title, roster_sentences.roster_headline(answer), lines, [_posts(answer), _guards(answer)])


def stand_ins_card(answer: ReplacementAnswer) -> Card:
    """Who can stand in: how many can take each shift, and the best of them."""
    said = [roster_changes.replacement_headline(shift, answer.timezone) for shift in answer.shifts]
    heads = ("post", "person", "rules broken", "points", "hours", "contract")
    rows = [
        (shift.duty.post, one.person, "; ".join(broken.text for broken in one.breaks), words.number(one.points),
         words.number(one.hours), words.number(one.contract))
        for shift in answer.shifts
        for one in shift.stand_ins
    ]  # fmt: skip
    title = f"{answer.site}: who can stand in for {answer.person} on {words.day(answer.day)}"
    return card(
        title, said[0], [*said[1:], *answer.notes], [grid("Guards", heads, rows, total=len(rows), where=".stand_ins")]
    )


def swap_card(answer: SwapAnswer) -> Card:
    """A swap: whether it can be, and what it breaks."""
    broken = [one.words for one in answer.breaks if not one.before]
    title = f"{answer.site}: a swap of {' and '.join(side.person for side in answer.sides)}"
    return card(title, roster_changes.swap_headline(answer), [*broken, *answer.notes], [])


def hours_card(answer: HoursAnswer) -> Card:
    """Planned and worked hours: all of them, and a row a guard."""
    heads = ("person", "planned", "worked", "difference", "missed", "added", "ahead")
    rows = (
        (one.person, words.number(one.planned), words.number(one.worked),
         words.number(one.difference, signed=True), words.number(one.missed), words.number(one.added),
         words.number(one.ahead))
        for one in answer.guards
    )  # fmt: skip
    title = f"{answer.site}: planned and worked, {roster_hours.hours_period(answer)}"
    found = grid("Guards", heads, rows, total=len(answer.guards), where=".guards")
    return card(title, roster_hours.hours_headline(answer), answer.notes, [found])


def _posts(answer: RosterAnswer) -> Grid | None:
    heads = ("post", "places", "filled", "hours")
    rows = ((one.post, *map(words.number, (one.places, one.filled, one.hours))) for one in answer.posts)
    return grid("Posts", heads, rows, total=len(answer.posts), where=".posts")


def _guards(answer: RosterAnswer) -> Grid | None:
    heads = ("person", "shifts", "hours", "fair share", "nights", "weekend shifts")
    rows = (
        (one.person, words.number(one.shifts), words.number(one.hours), words.number(one.fair_hours, 1),
         words.number(one.nights), words.number(one.weekend_shifts))
        for one in answer.guards
    )  # fmt: skip
    return grid("Guards", heads, rows, total=len(answer.guards), where=".guards")
