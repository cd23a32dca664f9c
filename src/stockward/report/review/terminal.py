"""The review in a terminal, at most 100 columns: plain words first, then the series that matter, then the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING

from stockward.answers.review import FactsUsed, ReviewAnswer
from stockward.report.guards import part as guards
from stockward.report.guards import terminal as guards_terminal
from stockward.report.interruption.sentences import interruption_lines
from stockward.report.kit import words
from stockward.report.kit.lines import LineColumn, say_block, table
from stockward.report.plan.part import plan_lines
from stockward.report.review import claims, sentences, settled, unseen
from stockward.report.review.grounds import errors, ledger, measuring
from stockward.report.review.views import SeriesView, by_urgency, event_verdict, events, gather
from stockward.terms.verdicts import Verdict

if TYPE_CHECKING:
    from rich.console import Console

_ROWS_MAX = 20
_FINDINGS_MAX = 5
_LABELS_MAX = 5
_REASONS_MAX = 10
_NOTICES_MAX = 10
_STYLE = {
    Verdict.SHORTAGE: "bold red",
    Verdict.GAIN: "bold blue",
    Verdict.DISCREPANCY: "bold magenta",
    Verdict.NOT_TESTED: "dim",
    Verdict.BALANCED_IN_PART: "yellow",
    Verdict.BALANCED: "green",
}


def print_review(review: ReviewAnswer, console: Console) -> None:
    """Print the review; every verdict is a word as well as a colour, and texts of the site are shown as they are."""
    series = gather(review)
    ordered = by_urgency(series)
    say_block(console, f"{review.site}, {sentences.scope(review)}")
    alone = guards.alone(review)
    say_block(console, alone or sentences.first_sentence(review, series), style="bold")
    needed = errors.needed_lines(series)
    for text in sentences.days_in_doubt(review.facts):
        say_block(console, text)
    for text in measuring.found_lines(review):
        say_block(console, f"Records of measuring: {text}")
    for text in settled.settled_lines(review, series):
        say_block(console, f"Settled: {text}")
    if fit := errors.fit_sentence(review, series):
        say_block(console, fit)
    alarming = events(review, series)
    for event in alarming[:_FINDINGS_MAX]:
        say_block(console, f"{word(event)}: {sentences.event_sentence(event)}")
    if len(alarming) > _FINDINGS_MAX:
        say_block(console, f"{words.count(len(alarming) - _FINDINGS_MAX, 'more finding')} in the table below.")
    if in_brackets := errors.interval_sentence(alarming):
        say_block(console, in_brackets)
    for found, step in sentences.next_steps(alarming, review.facts):
        say_block(console, f"Next, for a {found}: {step}")
    for text in needed:
        say_block(console, f"not tested: {text}")
    blind = unseen.unseen_headline(review, series)
    if blind:
        say_block(console, f"What could not be seen: {blind}")
    below = (*unseen.goal_lines(review, series), *unseen.unheld(review)[:_REASONS_MAX])
    for text in filter(None, (*below, errors.nearest_to_alarm(series), *sentences.run_on(series))):
        say_block(console, text)
    for text in errors.exact_notices([one for one in series if not one.alarming]):
        say_block(console, text)
    if alarming:
        say_block(console, "A difference is not a theft: it is unexplained until it is explained.")
        console.print()
        table(console, _columns(alarming[:_ROWS_MAX]), needed=_NEEDED)
        console.print()
    if len(alarming) > _ROWS_MAX:
        say_block(console, f"and {words.count(len(alarming) - _ROWS_MAX, 'more finding')} that alarm.")
    for text in (*ledger.ledger_lines(review), *guards_terminal.lines(review)):
        say_block(console, text)
    if review.interruption is not None:
        for text in interruption_lines(review.interruption):
            say_block(console, f"Response: {text}")
    for text in [] if review.plan is None else plan_lines(review.plan):
        say_block(console, f"Plan: {text}")
    if review.surge is not None:
        for text in review.surge.assumptions:
            say_block(console, f"Surge: {text}")
    told = [] if alone else [counts(series)]
    for text in [*_late(series), *_untested(ordered), *told, *facts_lines(review.facts)]:
        say_block(console, text)


def _late(series: Sequence[SeriesView]) -> list[str]:
    """From when the whole site is looked at, where areas of it were counted before."""
    told = [(sentences.late_begin(one.site, one.timezone), one.label) for one in series if one.site is not None]
    texts = [f"{words.listed(labels, _LABELS_MAX)}: {text}." for text, labels in _alike(told).items() if text]
    return _at_most(texts, "the whole site begins late for {} more reasons: see the page.")


def _untested(series: Sequence[SeriesView]) -> list[str]:
    """Why series, or periods of them, are not tested: what one row hides in many is said once."""
    groups: dict[str, list[SeriesView]] = {}
    for one in series:
        if one.verdict.reason or one.verdict.verdict == Verdict.NOT_TESTED:
            groups.setdefault(sentences.reason(one), []).append(one)
    texts = [_untested_for(reason, own) for reason, own in groups.items()]
    return _at_most(texts, "not tested: for {} more reasons, see the page.")


def _untested_for(reason: str, series: Sequence[SeriesView]) -> str:
    labels = words.listed([one.label for one in series], _LABELS_MAX)
    rows = sentences.rows_at_fault([one.causes for one in series])
    return f"not tested: {labels}: {reason}.{f' At fault: {rows}.' if rows else ''}"


def _alike(told: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """The labels of which each text is told: what one row hides in many series is said once."""
    groups: dict[str, list[str]] = {}
    for text, label in told:
        groups.setdefault(text, []).append(label)
    return groups


def _at_most(texts: list[str], rest: str) -> list[str]:
    """As many as a terminal has room for, and how many more there are."""
    more = len(texts) - _REASONS_MAX
    return texts if more <= 0 else [*texts[:_REASONS_MAX], rest.format(more)]


def _columns(found: Sequence[Sequence[SeriesView]]) -> list[LineColumn]:
    """The findings, a row each."""
    rows = [(event, cells) for event in found for cells in finding_rows(event)]
    styles = [_STYLE[event_verdict(event)] for event, _ in rows]
    return [
        LineColumn(name, [cells[name] for _, cells in rows], name in _RIGHT, styles if name == _VERDICT else ())
        for name in FINDING_COLUMNS
    ]


def finding_rows(event: Sequence[SeriesView]) -> list[dict[str, str]]:
    """The first row of an event says all of it; where there are several losses, each has its days beside it."""
    lead = event[0]
    amounts, spans = sentences.event_amounts(event), [span.replace(" ", "\n") for span in claims.spans(lead)]
    if len(amounts) < len(spans):
        spans = ["\n".join(spans)]
    (amount, span), *others = zip_longest(amounts or [words.NOTHING], spans or [words.NOTHING], fillvalue="")
    places = " and ".join(own[0].label for own in sentences.by_area(event))
    first = (word(event), places, amount, span, lead.verdict.alarm_inventory or words.NOTHING, _chance(lead))
    later = [("", "", amount, span, "", "") for amount, span in others]
    return [dict(zip(FINDING_COLUMNS, cells, strict=True)) for cells in (first, *later)]


def _chance(series: SeriesView) -> str:
    return sentences.chance(series).replace(" ", "")


_VERDICT = "Verdict"
FINDING_COLUMNS = (_VERDICT, "What and where", "How much (+ missing)", "Between", "Alarm at", "p-value")
"""What each column says of an event; those that are needed most stand first."""
_RIGHT = frozenset({"How much (+ missing)", "p-value"})
_NEEDED = 4
"""Columns that stand however narrow the terminal is."""


def word(event: Sequence[SeriesView]) -> str:
    """The verdict on an event in a word."""
    return sentences.VERDICT_WORD[event_verdict(event)]


def counts(series: Sequence[SeriesView]) -> str:
    """How many series there are by verdict, and how many periods are closed."""
    verdicts = Counter(one.verdict.verdict for one in series)
    parts = [f"{verdicts[verdict]} {sentences.VERDICT_WORD[verdict]}" for verdict in Verdict if verdicts[verdict]]
    closed, periods = sum(one.closed() for one in series), sum(len(one.periods) for one in series)
    text = f"{words.count(len(series), 'series', 'series')}: {', '.join(parts)}. " if parts else "0 series. "
    return f"{text}{words.number(closed)} of {words.count(periods, 'period')} closed."


def facts_lines(facts: FactsUsed) -> list[str]:
    """What the review stands on: rows read and set aside, and notices."""
    aside = Counter(table for table, _, _ in sentences.set_aside_rows(facts.set_aside))
    used = words.count(sum(facts.rows.values()), "row")
    texts = [f"{used} read, {words.number(facts.late_rows)} recorded late, {words.number(aside.total())} set aside."]
    if aside:
        tables = ", ".join(f"{table} {number}" for table, number in sorted(aside.items()))
        texts.append(f"Set aside, and what they could touch not tested: {tables}.")
    texts += [f"Notice: {notice}" for notice in facts.notices[:_NOTICES_MAX]]
    if len(facts.notices) > _NOTICES_MAX:
        texts.append(f"and {len(facts.notices) - _NOTICES_MAX} more notices.")
    return texts
