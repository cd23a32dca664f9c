"""The review as a workbook: numbers as numbers, dates as dates, and no text that a spreadsheet could run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from stockward.answers.detection import SeriesDetection
from stockward.answers.review import ReviewAnswer
from stockward.outputs import OutputTarget
from stockward.report.guards import part as guards
from stockward.report.guards import sheets as guards_sheets
from stockward.report.interruption.sheets import interruption_rows, interruption_sheets
from stockward.report.kit import words
from stockward.report.kit.sheet import Cell, Sheet, write_sheets
from stockward.report.plan.part import plan_part_sheets
from stockward.report.review import books, sentences, settled, unseen
from stockward.report.review.grounds import errors, ledger, measuring
from stockward.report.review.views import SeriesView, by_urgency, event_verdict, events, figure, gather
from stockward.terms.verdicts import TESTS, VERDICT_MEANING, Verdict


def write_xlsx(review: ReviewAnswer, path: OutputTarget) -> None:
    """Write the review as a workbook; the same review gives the same bytes.

    Each sheet is a table of the review, and stands only where there is something to show: those of errors, of the site
    as a whole, of what would go unseen, of guards, of the ledger. Headers name units; moments are the site's.
    Raises ``UsageError`` where the file cannot be written.
    """
    made = words.local(review.at, review.timezone).replace(tzinfo=None)
    write_sheets(path, f"{review.site}: stock review", made, review_sheets(review))


def review_sheets(review: ReviewAnswer) -> tuple[Sheet, ...]:
    """Every sheet of the workbook, in order."""
    series = gather(review)
    return (
        _summary(review, series),
        _series(series),
        _losses(series),
        _alarms(series),
        *(*settled.settled_sheets(review, series), *_sites(series)),
        _periods(series),
        _tests(series),
        _assumed_exact(series),
        *books.method_sheets(review.methods),
        *measuring.measuring_sheets(review.measuring),
        *errors.unstated_sheets(series),
        _unseen(review, series),
        _remedies(review, series),
        *_stores(review),
        *guards_sheets.guards_sheets(review),
        *interruption_sheets(review.interruption),
        *plan_part_sheets(review.plan),
        *ledger.ledger_sheets(review),
        _items(review),
        _evidence(review, series),
        _set_aside(review),
        _stock(review),
        _about(review),
    )


def _summary(review: ReviewAnswer, series: Sequence[SeriesView]) -> Sheet:
    rows: list[tuple[Cell, ...]] = [("verdict on the site", None, sentences.first_sentence(review, series))]
    rows.extend(("stated errors", None, doubt) for doubt in filter(None, [errors.fit_sentence(review, series)]))
    rows.extend(("correct first", None, text) for text in sentences.days_in_doubt(review.facts))
    rows.extend(
        (event_verdict(event), " ".join(one.id for one in event), sentences.event_sentence(event))
        for event in events(review, series)
    )
    rows.extend(
        (one.verdict.verdict, one.id, sentences.finding(one))
        for one in by_urgency(series)
        if not one.alarming and one.verdict.verdict != Verdict.BALANCED
    )
    rows.extend(("not tested", one.id, errors.needed_sentence(one)) for one in errors.by_need(series))
    rows.extend(("records of measuring", None, text) for text in measuring.found_lines(review))
    rows.extend(("settled", None, text) for text in settled.settled_lines(review, series))
    steps = sentences.next_steps(events(review, series), review.facts)
    rows.extend((f"next, for a {found}", None, step) for found, step in steps)
    rows.extend(("what could not be seen", None, text) for text in [unseen.unseen_headline(review, series)] if text)
    rows.extend(("goal", one.id, text) for one, text in unseen.goals(review, series))
    rows.extend(("goal", None, text) for text in unseen.unheld(review))
    rows.extend(("guards", None, one.sentence) for one in [guards.head(review)] if one is not None)
    rows.extend(interruption_rows(review.interruption))
    balanced = sum(one.verdict.verdict == Verdict.BALANCED for one in series)
    rows.append(("balanced", None, f"{words.count(balanced, 'series', 'series')}: measuring explains the differences."))
    return Sheet(name="summary", header=("verdict", "series", "in plain words"), rows=rows)


def _series(series: Sequence[SeriesView]) -> Sheet:
    header = (
        "series", "area", "substance or material", "basis", "unit", "verdict", "reason", "periods", "periods closed",
        "all differences (unit; + missing)", "sigma (unit)", "last year (unit; + missing)", "sigma of it (unit)",
        "p-value", "share of false alarm", "alarm at inventory", "break-even factor of sigma",
    )  # fmt: skip
    return Sheet(name="series", header=header, rows=[_series_row(one) for one in series])


def _series_row(one: SeriesView) -> tuple[Cell, ...]:
    said = one.verdict
    return (
        one.id, one.area, one.holding, one.basis, one.unit, said.verdict, said.reason, len(one.periods), one.closed(),
        said.cumulative, said.cumulative_sigma, said.year_sum, said.year_sigma, said.p_value, said.share,
        said.alarm_inventory, said.break_even,
    )  # fmt: skip


def _losses(series: Sequence[SeriesView]) -> Sheet:
    """What is said after an alarm, one row a loss, with the plain sum of the same periods."""
    header = (
        "series", "unit", "which", "estimate (unit; + missing)", "low, 95 % (unit)", "high, 95 % (unit)", "not before",
        "not after", "first inventory", "last inventory", "periods", "plain sum (unit; + missing)",
        "sigma of the plain sum (unit)",
    )  # fmt: skip
    rows = [
        (
            one.id, one.unit, "missing" if loss.estimate > 0 else "surplus", loss.estimate, loss.low, loss.high,
            one.local(loss.not_before), one.local(loss.not_after), loss.first_inventory, loss.last_inventory,
            loss.periods, loss.plain_sum, loss.plain_sigma,
        )
        for one in series
        for loss in one.losses
    ]  # fmt: skip
    return Sheet(name="losses", header=header, rows=rows)


def _alarms(series: Sequence[SeriesView]) -> Sheet:
    """Every alarm of the record with its first date."""
    header = ("series", "verdict", "inventory", "raised as of", "state", "of")
    rows = [
        (one.id, one.verdict.verdict, alarm.inventory, one.local(alarm.raised_as_of), alarm.state, alarm.of)
        for one in series
        for alarm in one.verdict.alarms
    ]
    return Sheet(name="alarms", header=header, rows=rows)


def _sites(series: Sequence[SeriesView]) -> Iterable[Sheet]:
    """What each series of the whole site adds up, and which inventories are joined; none where there is none."""
    sites = [(one, one.site) for one in series if one.site is not None]
    if not sites:
        return
    header = (
        "series", "areas", "outside: never counted", "inventories", "at most apart (days)", "looked at since",
        "counted before", "first counted then", "why none",
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (
            one.id, " ".join(site.area_keys), " ".join(site.outside_keys), site.inventories, site.apart_days,
            None if site.since is None else one.local(site.since), " ".join(site.before_keys),
            " ".join(site.first_keys), site.reason,
        )
        for one, site in sites
    ]  # fmt: skip
    yield Sheet(name="whole_site", header=header, rows=rows)
    joined: list[tuple[Cell, ...]] = [
        (one.id, row["inventory"], row["area"], row["area_inventory"], one.local(row["at"]))
        for one, site in sites
        for row in site.joined.iter_rows(named=True)
    ]
    yield Sheet(
        name="joined", header=("series", "inventory of the site", "area", "its inventory", "counted at"), rows=joined
    )


def _assumed_exact(series: Sequence[SeriesView]) -> Sheet:
    """What passes for exact because the books state no error of it."""
    rows = [
        (one.id, row["kind"], row["area"], row["material"])
        for one in series
        for row in one.assumed_exact.iter_rows(named=True)
    ]
    return Sheet(name="assumed_exact", header=("series", "what", "area", "material"), rows=rows)


def _periods(series: Sequence[SeriesView]) -> Sheet:
    header = (
        "series", "unit", "inventory", "start", "end", "begin (unit)", "received (unit)", "sent (unit)",
        "counted (unit)", "normal loss (unit)", "difference (unit; + missing)", "sigma (unit)", "sigma random (unit)",
        "sigma systematic (unit)", "difference / sigma", "sitmuf", "written off (unit)", "found (unit)", "status",
        "reason",
        *(f"statistic of {name}" for name in TESTS),
    )  # fmt: skip
    return Sheet(name="periods", header=header, rows=[row for one in series for row in _period_rows(one)])


def _period_rows(one: SeriesView) -> Iterable[tuple[Cell, ...]]:
    for index, period in enumerate(one.periods):
        statistics = (figure(one.tests[name].statistic, index) if name in one.tests else None for name in TESTS)
        yield (
            one.id, one.unit, period.inventory, _localised(period.start, one.timezone),
            _localised(period.end, one.timezone), period.begin,
            period.received, period.sent, period.end_quantity, period.normal_loss, period.difference, period.sigma,
            period.sigma_random, period.sigma_systematic, figure(one.verdict.standardised, index),
            figure(one.verdict.sitmuf, index), period.written_off, period.found, period.status, period.reason,
            *statistics,
        )  # fmt: skip


def _tests(series: Sequence[SeriesView]) -> Sheet:
    header = ("series", "looks for", "test", "limit", "p-value", "alarm at inventory", "what it looks for")
    rows = [
        (one.id, way, name, tests[name].threshold, tests[name].p_value, tests[name].alarm_inventory, meaning)
        for one in series
        for way, tests in (("shortage", one.verdict.tests), ("gain", one.verdict.gains))
        for name, meaning in sentences.TEST_MEANING.items()
        if name in tests
    ]
    return Sheet(name="tests", header=header, rows=rows)


_LOSSES = ("abrupt", "abrupt_last", "even_year", "worst_pattern", "limit_abrupt", "limit_even_year", "limit_worst")


def _unseen(review: ReviewAnswer, series: Sequence[SeriesView]) -> Sheet:
    """The smallest losses that would be found, today and at the surge."""
    header = (
        "series", "unit", "when", "exact", "chance", *(f"{name} (unit)" for name in _LOSSES), "error (points)",
        "goal (unit)", "goal within (days)", "goal met", "loss needed for the goal (unit)", "chance to find the goal",
        "sigma ratio", "chance of today's abrupt", "chance of today's even_year",
    )  # fmt: skip
    surged = {one.number: one for one in review.surge.series} if review.surge is not None else {}
    rows = []
    for one in series:
        rows.append((one.id, one.unit, "today", *_found(review.unseen[one.number]), None, None, None))
        if one.number in surged:
            after = surged[one.number]
            chances = (after.sigma_ratio, after.found_abrupt, after.found_even_year)
            rows.append((one.id, one.unit, "at the surge", *_found(after.at_surge), *chances))
    return Sheet(name="unseen", header=header, rows=rows)


def _found(found: SeriesDetection) -> tuple[Cell, ...]:
    known, goal = found.detectable, found.goal
    losses: tuple[Cell, ...] = (None,) * (1 + len(_LOSSES))
    if known is not None:
        losses = (known.probability, *(getattr(known, name) for name in _LOSSES))
    asked: tuple[Cell, ...] = (None,) * 5
    if goal is not None:
        asked = (goal.quantity, goal.within_days, goal.met, goal.detectable, goal.probability)
    return (found.exact, *losses, found.error_points, *asked)


def _remedies(review: ReviewAnswer, series: Sequence[SeriesView]) -> Sheet:
    header = (
        "series", "unit", "when", "measure", "kind", "method", "level", *(f"{name} (unit)" for name in _LOSSES),
        "loss that decides, times", "reaches the goal", "note",
    )  # fmt: skip
    surged = {one.number: one.at_surge for one in review.surge.series} if review.surge is not None else {}
    rows = [
        (
            one.id, one.unit, when, remedy.measure, remedy.kind, remedy.method, remedy.level,
            *(getattr(remedy.detectable, name) for name in _LOSSES), remedy.ratio, remedy.restores, remedy.note,
        )
        for one in series
        for when, found in (("today", review.unseen[one.number]), ("at the surge", surged.get(one.number)))
        if found is not None
        for remedy in found.remedies
    ]  # fmt: skip
    return Sheet(name="remedies", header=header, rows=rows)


def _stores(review: ReviewAnswer) -> Iterable[Sheet]:
    """When the stores are full; no sheet where no surge was asked for."""
    if review.surge is not None:
        names = ("area", "capacity", "unit", "stock", "per_day", "per_day_today", "full_on", "full_on_today")
        rows = [tuple(getattr(one, name) for name in names) for one in review.surge.stores]
        yield Sheet(name="stores", header=names, rows=rows)


_ITEM_COLUMNS: dict[str, tuple[str, ...]] = {
    "area": ("area",),
    "holding": ("holding",),
    "shift": ("shift",),
    "kind": ("kind",),
    "unit": ("unit",),
    "inventory": ("inventory",),
    "from": ("start",),
    "to": ("end", "highest_on"),
    "difference (unit; + missing)": ("difference",),
    "written off (unit)": ("written_off",),
    "found (unit)": ("found",),
    "late rows (number)": ("late_rows",),
    "records (number)": ("records",),
    "observed (number)": ("observed", "errors"),
    "expected (number)": ("expected",),
    "highest running excess": ("cusum",),
    "write-offs (number)": ("write_offs",),
    "finds (number)": ("finds",),
    "p-value": ("p_value",),
    "incidents": ("incidents",),
}
"""Each column of the items, and the figure that fills it, by whichever of these names a finding has it."""


def _items(review: ReviewAnswer) -> Sheet:
    """One sheet for four kinds of finding: each fills the columns that it has."""
    items = review.items
    kinds: tuple[tuple[str, str, Sequence[object]], ...] = (
        ("discrepancy", "yes", items.discrepancies),
        ("recording errors", "no", items.recording_errors),
        ("cluster", "no", items.late_clusters),
        ("write-offs", "no", items.write_offs),
    )
    rows = [
        (kind, alarms, *(_figure_of(one, names, review.timezone) for names in _ITEM_COLUMNS.values()))
        for kind, alarms, found in kinds
        for one in found
    ]
    return Sheet(name="items", header=("finding", "alarms", *_ITEM_COLUMNS), rows=rows)


def _figure_of(finding: object, names: tuple[str, ...], timezone: str) -> Cell:
    value = next((getattr(finding, name) for name in names if hasattr(finding, name)), None)
    return " ".join(value) if isinstance(value, tuple) else _localised(value, timezone)


def _evidence(review: ReviewAnswer, series: Sequence[SeriesView]) -> Sheet:
    columns = (
        "inventory", "table", "row", "at", "kind", "material", "quantity", "unit", "from_area", "to_area", "method",
        "document", "late",
    )  # fmt: skip
    header = (
        "series", "inventory", "table", "row (as a spreadsheet shows it)", "at", "kind", "material", "quantity (unit)",
        "unit", "from area", "to area", "method", "document", "recorded late",
    )  # fmt: skip
    rows = [
        (one.id, *(_localised(value, review.timezone) for value in row))
        for one in series
        for row in one.evidence.select(columns).iter_rows()
    ]
    return Sheet(name="evidence", header=header, rows=rows)


def _set_aside(review: ReviewAnswer) -> Sheet:
    rows = [(one.table, one.file, one.row, one.column, one.value, one.reason) for one in review.facts.set_aside]
    return Sheet(name="set_aside", header=("table", "file", "row", "column", "value", "reason"), rows=rows)


def _stock(review: ReviewAnswer) -> Sheet:
    columns = ("at", "stage", "holding", "quantity", "unit")
    rows = [
        tuple(_localised(value, review.timezone) for value in row) for row in review.stock.select(columns).iter_rows()
    ]
    return Sheet(name="stock", header=("counted at", "stage", "holding", "quantity (unit)", "unit"), rows=rows)


def _about(review: ReviewAnswer) -> Sheet:
    rows: list[tuple[Cell, ...]] = [
        ("site", review.site),
        ("as known at", review.as_of or "all rows recorded so far"),
        ("made at", words.local(review.at, review.timezone)),
        ("time zone", review.timezone),
        ("version", review.version),
        ("seed", review.seed),
        ("false-alarm probability, site and year", review.false_alarm),
        ("chance to detect the loss that matters", review.detection),
        ("series tested", review.series_tested),
        ("default test", review.default_test),
        ("do the stated errors fit", errors.scattered(review.fit) if review.fit else None),
        ("rows recorded late", review.facts.late_rows),
        *((f"option {name}", value) for name, value in review.options.items()),
        *((f"rows read of {name}", rows) for name, rows in review.facts.rows.items()),
        *((f"SHA-256 of {name}", digest) for name, digest in review.facts.files.items()),
        *(("notice", notice) for notice in review.facts.notices),
        *((f"verdict {verdict}", meaning) for verdict, meaning in VERDICT_MEANING.items()),
        *((f"status {status}", meaning) for status, meaning in sentences.STATUS_MEANING.items()),
        *sentences.REVIEW_TERMS,
    ]
    return Sheet(name="about", header=("what", "value"), rows=rows)


def _localised(value: Any, timezone: str) -> Cell:
    return words.local(value, timezone) if isinstance(value, datetime) else value
