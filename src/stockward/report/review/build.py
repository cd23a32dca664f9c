"""From a review to the page's context: chooses, orders, cuts and words; every limit is stated on the page."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl

from stockward.answers.detection import SeriesDetection
from stockward.answers.losses import TestOfLoss
from stockward.answers.review import FactsUsed, ReviewAnswer
from stockward.report.guards import part as guards
from stockward.report.interruption.part import interruption_part
from stockward.report.kit import charts, words
from stockward.report.plan.part import plan_part
from stockward.report.review import books, claims, context, sentences, settled, unseen
from stockward.report.review.grounds import errors, ledger, measuring
from stockward.report.review.views import (
    PeriodView,
    SeriesView,
    SiteView,
    by_urgency,
    event_verdict,
    events,
    figure,
    gather,
)
from stockward.terms.verdicts import TESTS, VERDICT_MEANING, Basis, PeriodStatus, Verdict

# A limit on everything, so that the page stays one that a browser opens at once; what is cut is said where it is cut.
FINDINGS_MAX = 5
SECTIONS_MAX = 24
CHARTS_MAX = 10
EVIDENCE_MAX = 40
NAMES_MAX = 4
REASONS_MAX = 40
PLACES_MAX = 6
AREAS_MAX = 20


def build_page(review: ReviewAnswer) -> context.Page:
    """The context of the whole page."""
    series = gather(review)
    ordered = by_urgency(series)
    found = events(review, series)
    told = settled.settled_in(review)
    mattering = [one for one in ordered if one.verdict.verdict != Verdict.BALANCED or one.number in told]
    shown = {one.number for one in mattering[:SECTIONS_MAX]}
    untested = _untested(ordered, shown)
    seen = unseen.build_unseen(review, series)
    alone = guards.alone(review)
    return context.Page(
        site=review.site,
        scope=sentences.scope(review),
        generated=f"Stockward {review.version}, {words.moment(review.at, review.timezone)}",
        tone=ordered[0].verdict.verdict if ordered else Verdict.NOT_TESTED,
        headline=alone or sentences.first_sentence(review, series),
        guards_alone=bool(alone),
        findings=tuple(_finding(one) for one in found[:FINDINGS_MAX]),
        findings_note=_findings_note(found, review),
        blindness=unseen.unseen_headline(review, series),
        goals=unseen.goal_lines(review, series),
        days_in_doubt=tuple(sentences.days_in_doubt(review.facts)),
        nearest=errors.nearest_to_alarm(series),
        fit=errors.fit_sentence(review, series),
        records=tuple(measuring.found_lines(review)),
        settled_lines=tuple(settled.settled_lines(review, series)),
        settled=settled.build_settled(review, series, shown),
        needed=tuple(errors.needed_lines(series)),
        unstated=errors.unstated_lines(series),
        run_on=tuple(sentences.run_on(series)),
        assumed=tuple(errors.exact_notices([one for one in series if not one.alarming])),
        figures=_figures(series, review.facts),
        guards_head=guards.head(review),
        actions=tuple(_action(one) for one in found),
        steps=_pairs(sentences.next_steps(found, review.facts)),
        untested=untested[:REASONS_MAX],
        untested_note=_untested_note(len(untested)),
        sections=tuple(
            _section(one, review.unseen[one.number], drawn=place < CHARTS_MAX)
            for place, one in enumerate(mattering[:SECTIONS_MAX])
        ),
        sections_note=_sections_note(mattering),
        sites=tuple(_site(one, one.site, shown) for one in series if one.site is not None),
        series=tuple(_line(one, review.unseen[one.number], shown) for one in ordered),
        unseen=seen,
        guards=guards.build_guards_part(review),
        interruption=interruption_part(review.interruption),
        plan=plan_part(review.plan),
        ledger=ledger.ledger_view(review),
        items=books.items(review),
        stock=books.stock(review),
        measuring=measuring.build_measuring(review),
        basis=books.basis(review, (*errors.exact_notices(series), *(unseen.unheld(review) if seen is None else ()))),
        statuses=_pairs((sentences.STATUS_WORD[status], sentences.STATUS_MEANING[status]) for status in PeriodStatus),
        verdicts=_pairs((sentences.VERDICT_WORD[verdict], VERDICT_MEANING[verdict]) for verdict in Verdict),
        terms=_pairs((*sentences.REVIEW_TERMS, *guards.terms(review))),
        test_in_force=review.default_test,
    )


def badge(verdict: Verdict) -> context.Badge:
    """A verdict as a mark and a word."""
    return context.Badge(key=verdict, mark=sentences.VERDICT_MARK[verdict], word=sentences.VERDICT_WORD[verdict])


def _pairs(entries: Iterable[tuple[str, str]]) -> tuple[context.Pair, ...]:
    return tuple(context.Pair(name=name, value=value) for name, value in entries)


def _finding(event: Sequence[SeriesView]) -> context.Finding:
    return context.Finding(
        badge=badge(event_verdict(event)),
        sentence=sentences.event_sentence(event),
        anchor=event[0].anchor,
    )


def _findings_note(found: Sequence[Sequence[SeriesView]], review: ReviewAnswer) -> str:
    more = len(found) - FINDINGS_MAX
    texts = []
    if more > 0:
        texts.append(f"{words.count(more, 'more finding')} in the table below.")
    if in_brackets := errors.interval_sentence(found):
        texts.append(in_brackets)
    if found:
        texts.append("A difference is not a theft: it is unexplained until it is explained.")
    if review.series_tested:
        texts.append(
            f"Without any loss, the chance that any series of this site is called a shortage in a year "
            f"is {words.percent(review.false_alarm)}."
        )
    return " ".join(texts)


def _figures(series: Sequence[SeriesView], facts: FactsUsed) -> tuple[context.KeyFigure, ...]:
    verdicts = Counter(one.verdict.verdict for one in series)
    closed = sum(one.closed() for one in series)
    periods = sum(len(one.periods) for one in series)
    aside = len(sentences.set_aside_rows(facts.set_aside))
    tiles = [
        context.KeyFigure(
            value=words.number(verdicts[verdict]), label=sentences.VERDICT_WORD[verdict], badge=badge(verdict)
        )
        for verdict in Verdict
    ]
    used = words.number(sum(facts.rows.values()))
    for value, label in (
        (closed, f"of {words.count(periods, 'period')} closed"),
        (aside, f"{'row' if aside == 1 else 'rows'} set aside, {used} read"),
    ):
        tiles.append(context.KeyFigure(value=words.number(value), label=label, badge=None))
    return tuple(tiles)


def _action(event: Sequence[SeriesView]) -> context.Action:
    one = event[0]
    return context.Action(
        badge=badge(event_verdict(event)),
        label=sentences.event_label(event),
        anchor=one.anchor,
        amount=", ".join(sentences.event_amounts(event)),
        when=claims.when(one),
        alarm=_alarm(one),
        p_value=sentences.chance(one),
    )


def _alarm(one: SeriesView) -> str:
    """The inventory of the alarm, and its day."""
    period = one.period(one.verdict.alarm_inventory)
    return f"{period.inventory}, {words.day(one.day(period.end))}" if period else words.NOTHING


def _untested(series: Sequence[SeriesView], with_section: set[int]) -> tuple[context.Untested, ...]:
    """Why periods could not be tested: what one row hides in every series is said once."""
    groups: dict[tuple[str, str], list[tuple[SeriesView, list[PeriodView]]]] = defaultdict(list)
    for one in series:
        for key, periods in _open_periods(one).items():
            groups[key].append((one, periods))
    return tuple(
        context.Untested(
            status=sentences.STATUS_WORD[PeriodStatus(status)],
            reason=reason,
            rows=_rows_text(touched),
            places=tuple(
                context.PlaceView(
                    label=one.label,
                    anchor=_anchor(one, with_section),
                    periods=_periods_text(one, periods),
                )
                for one, periods in touched[:PLACES_MAX]
            ),
            more=f"and {len(touched) - PLACES_MAX} more series" if len(touched) > PLACES_MAX else "",
        )
        for (status, reason), touched in groups.items()
    )


def _untested_note(reasons: int) -> str:
    return f"and {reasons - REASONS_MAX} more reasons, in the workbook" if reasons > REASONS_MAX else ""


def _open_periods(one: SeriesView) -> dict[tuple[str, str], list[PeriodView]]:
    """The periods of one series without a test, by status and reason; a series may be open as a whole."""
    groups: dict[tuple[str, str], list[PeriodView]] = defaultdict(list)
    for period in one.periods:
        if not period.closed:
            groups[period.status, (period.reason or sentences.reason(one)).rstrip(".")].append(period)
    if not groups and one.verdict.verdict == Verdict.NOT_TESTED:
        groups[PeriodStatus.NOT_TESTED, sentences.reason(one)] = list(one.periods)
    return groups


def _periods_text(one: SeriesView, periods: Sequence[PeriodView]) -> str:
    if not one.periods:
        return "no period is closed"
    if len(periods) == len(one.periods):
        return f"all of its {words.count(len(periods), 'period')}"
    names = [f"{period.inventory} ({words.day(one.day(period.end))})" for period in periods]
    share = f"{words.number(len(periods))} of {words.count(len(one.periods), 'period')}"
    return f"{share}: {words.listed(names, NAMES_MAX)}"


def _rows_text(touched: Sequence[tuple[SeriesView, list[PeriodView]]]) -> str:
    """The rows at fault in these periods; a cause without an inventory touches the series as a whole."""
    return sentences.rows_at_fault(
        [
            one.causes.filter(
                pl.col("inventory").is_in([period.inventory for period in periods]) | pl.col("inventory").is_null()
            )
            for one, periods in touched
        ]
    )


def _section(one: SeriesView, found: SeriesDetection, *, drawn: bool) -> context.Section:
    chart = charts.series_chart(one) if drawn and one.periods else None
    return context.Section(
        badge=badge(one.verdict.verdict),
        anchor=one.anchor,
        label=one.label,
        id=one.id,
        sentence=sentences.finding(one),
        losses=sentences.losses_sentence(one),
        alarms=sentences.alarms_sentence(one),
        break_even=errors.break_even_sentence(one),
        planned=sentences.planned_sentence(one),
        assumed=sentences.exact_sentence(one),
        doubt=books.doubt(one),
        site=sentences.site_sentence(one),
        totals=sentences.totals(one),
        unseen=unseen.sentence(one, found),
        chart=chart,
        caption=_caption(one, drawn=chart is not None),
        unit=words.unit_word(one.unit),
        tests=tuple(_test(name, one.tests[name]) for name in TESTS if name in one.tests),
        share=None if one.verdict.share is None else words.probability(one.verdict.share),
        direction="surplus" if one.direction == "gain" else "missing",
        untested=_untested([one], set()),
        periods=_periods(one),
        evidence=tuple(_evidence(one, row) for row in one.evidence.head(EVIDENCE_MAX).iter_rows(named=True)),
        evidence_note=_evidence_note(one.evidence.height),
    )


def _caption(one: SeriesView, *, drawn: bool) -> str:
    if not one.periods:
        return "There is no period to draw."
    if not drawn:
        return f"Not drawn: the page draws the {CHARTS_MAX} most urgent series. The values stand in the tables."
    parts = ["Circle: difference of a closed period"]
    if one.verdict.alarm_inventory is not None:
        parts.append("diamond and dotted line: the inventory of the alarm")
    if any(period.status == PeriodStatus.NOT_TESTED for period in one.periods):
        parts.append("cross at zero: not tested")
    if any(period.status == PeriodStatus.INCOMPLETE for period in one.periods):
        parts.append("open square at zero: incomplete")
    if one.losses:
        parts.append("shaded: the days that hold a loss")
    return "; ".join(parts) + "."


def _test(name: str, test: TestOfLoss) -> context.Test:
    known = [value for value in test.statistic if value is not None]
    decisive = (known[-1] if name in sentences.DECIDED_AT_THE_END else max(known)) if known else None
    return context.Test(
        name=name,
        meaning=sentences.TEST_MEANING[name],
        statistic=words.number(decisive, 2),
        threshold=words.number(test.threshold, 2),
        p_value=words.probability(test.p_value),
        alarm=test.alarm_inventory or "no alarm",
        in_force=name == "default",
    )


def _periods(one: SeriesView) -> tuple[context.PeriodRow, ...]:
    """Every period, one digit finer than the smallest sigma is worth, so that the columns add up to the eye."""
    places = words.decimals(min((period.sigma for period in one.periods if period.sigma), default=None))
    shown = None if places is None else max(places + 1, 0)
    return tuple(
        context.PeriodRow(
            inventory=period.inventory,
            end=one.day(period.end).isoformat(),
            begin=words.number(period.begin, shown),
            received=words.number(period.received, shown),
            sent=words.number(period.sent, shown),
            end_quantity=words.number(period.end_quantity, shown),
            normal_loss=words.number(period.normal_loss, shown),
            difference=words.number(period.difference, shown, signed=True, of_items=one.unit == "each"),
            sigma="exact" if period.sigma == 0 else words.number(period.sigma, shown),
            standardised=words.number(figure(one.verdict.standardised, index), 2, signed=True),
            written_off=words.number(period.written_off, shown) if period.written_off else "",
            found=words.number(period.found, shown) if period.found else "",
            status="settled" if period.settled else sentences.STATUS_WORD[PeriodStatus(period.status)],
            alarm=period.inventory == one.verdict.alarm_inventory,
        )
        for index, period in enumerate(one.periods)
    )


def _evidence(one: SeriesView, row: dict[str, Any]) -> context.EvidenceRow:
    return context.EvidenceRow(
        where=f"{row['table']} {row['row']}",
        inventory=row["inventory"] or words.NOTHING,
        at=words.moment(row["at"], one.timezone) if row["at"] is not None else words.NOTHING,
        kind=(row["kind"] or "").replace("_", " "),
        material=row["material"] or words.NOTHING,
        quantity=words.quantity(row["quantity"], row["unit"] or one.unit),
        route=_route(row),
        method=row["method"] or words.NOTHING,
        document=row["document"] or words.NOTHING,
        late=bool(row["late"]),
    )


def _route(row: dict[str, Any]) -> str:
    origin, destination = row["from_area"] or "", row["to_area"] or ""
    if row["table"] == "counts":
        return f"in {origin or destination}"
    return f"{origin} → {destination}".strip() if origin or destination else words.NOTHING


def _evidence_note(rows: int) -> str:
    if not rows:
        return ""
    text = f"{words.count(rows, 'row')} of the site's files entered the alarming periods"
    if rows <= EVIDENCE_MAX:
        return f"{text}."
    return (
        f"{text}; the first {EVIDENCE_MAX} are shown, {words.number(rows - EVIDENCE_MAX)} more stand in the workbook."
    )


def _sections_note(mattering: Sequence[SeriesView]) -> str:
    if len(mattering) <= SECTIONS_MAX:
        return ""
    names = [one.label for one in mattering[SECTIONS_MAX:]]
    return f"The {SECTIONS_MAX} most urgent series are shown in full; not shown: {words.listed(names, 20)}."


def _anchor(one: SeriesView, with_section: set[int]) -> str | None:
    """Where the page holds a series, if it has a section of its own."""
    return one.anchor if one.number in with_section else None


def _site(one: SeriesView, site: SiteView, with_section: set[int]) -> context.SiteLine:
    return context.SiteLine(
        badge=badge(one.verdict.verdict),
        what=one.what,
        id=one.id,
        anchor=_anchor(one, with_section),
        cumulative=sentences.cumulative(one),
        areas=words.listed(list(site.areas), AREAS_MAX),
        inventories=sentences.joined_inventories(site, one.timezone),
        late=sentences.late_begin(site, one.timezone),
        outside=sentences.outside_areas(site) if site.outside else "",
    )


def _line(one: SeriesView, found: SeriesDetection, with_section: set[int]) -> context.SeriesLine:
    return context.SeriesLine(
        badge=badge(one.verdict.verdict),
        label=one.label,
        id=one.id,
        anchor=_anchor(one, with_section),
        closed=f"{words.number(one.closed())} of {words.number(len(one.periods))}",
        cumulative=sentences.cumulative(one),
        last=one.day(one.periods[-1].end).isoformat() if one.periods else words.NOTHING,
        unseen=unseen.worst(found.detectable, one.unit),
        p_value="exact" if one.basis == Basis.ITEM else sentences.chance(one),
        turning=errors.turning(one),
    )
