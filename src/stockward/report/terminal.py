"""The review in a terminal, at most 100 columns: plain words first, then the series that matter, then the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from stockward.answers.items import Discrepancy
from stockward.answers.review import FactsUsed, Review
from stockward.report import guards_terminal, sentences, unseen, words
from stockward.report.views import SeriesView, by_urgency, events, gather
from stockward.terms.verdicts import Verdict

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table

WIDTH_MAX = 100
_ROWS_MAX = 20
_FINDINGS_MAX = 5
_LABELS_MAX = 5
_REASONS_MAX = 10
_NOTICES_MAX = 10
# Signs that some terminals cannot show; the words around them say the same.
_PLAIN = str.maketrans({words.NARROW_SPACE: " ", words.MINUS: "-", words.NOTHING: "-", "σ": "sigma"})
_STYLE = {
    Verdict.SHORTAGE: "bold red",
    Verdict.GAIN: "bold blue",
    Verdict.DISCREPANCY: "bold magenta",
    Verdict.NOT_TESTED: "dim",
    Verdict.BALANCED_IN_PART: "yellow",
    Verdict.BALANCED: "green",
}


def print_review(review: Review, console: Console) -> None:
    """Print the review; every verdict is a word as well as a colour, and texts of the site are shown as they are."""
    series = gather(review)
    ordered = by_urgency(series)
    exact: dict[str, list[Discrepancy]] = {}
    for found in review.items.discrepancies:
        exact.setdefault(found.id, []).append(found)
    known = f"as known on {words.day(review.as_of)}" if review.as_of else "with all rows recorded so far"
    _line(console, f"{review.site}, {known}")
    _line(console, sentences.headline(series), style="bold")
    alarming = events(review, series)
    for event in alarming[:_FINDINGS_MAX]:
        _line(console, f"{_word(event)}: {sentences.event_claim(event, exact)}.")
    if any(one.verdict.losses for event in alarming for one in event):
        _line(console, "In brackets: the 95 % interval.")
    blind = unseen.headline(review, series)
    if blind:
        _line(console, f"What could not be seen: {blind}")
    if alarming:
        _line(console, "A difference is not a theft: it is unexplained until it is explained.")
        console.print()
        _show(console, _table(alarming[:_ROWS_MAX], exact))
        console.print()
    if len(alarming) > _ROWS_MAX:
        _line(console, f"and {words.count(len(alarming) - _ROWS_MAX, 'more finding')} that alarm.")
    for text in guards_terminal.lines(review):
        _line(console, text)
    if review.surge is not None:
        for text in review.surge.assumptions:
            _line(console, f"Surge: {text}")
    for text in [*_untested(ordered), _counts(series), *_facts(review.facts)]:
        _line(console, text)


def _untested(series: Sequence[SeriesView]) -> list[str]:
    """Why series are not tested: what one row hides in many is said once."""
    groups: dict[str, list[str]] = {}
    for one in series:
        if one.verdict.verdict in (Verdict.NOT_TESTED, Verdict.BALANCED_IN_PART):
            groups.setdefault(sentences.reason(one), []).append(one.label)
    texts = [f"not tested: {words.listed(labels, _LABELS_MAX)}: {reason}." for reason, labels in groups.items()]
    more = len(texts) - _REASONS_MAX
    return texts if more <= 0 else [*texts[:_REASONS_MAX], f"not tested: for {more} more reasons, see the page."]


def _table(found: Sequence[Sequence[SeriesView]], exact: dict[str, list[Discrepancy]]) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), show_edge=False)
    table.add_column("Verdict", no_wrap=True)
    table.add_column("What and where", overflow="fold", ratio=3)
    table.add_column("How much (+ missing)", justify="right", overflow="fold")
    table.add_column("When", overflow="fold", ratio=2)
    table.add_column("Alarm at", overflow="fold")
    table.add_column("p-value", justify="right", no_wrap=True)
    for event in found:
        table.add_row(*_cells(event, exact))
    return table


def _cells(event: Sequence[SeriesView], discrepancies: dict[str, list[Discrepancy]]) -> list[RenderableType]:
    from rich.text import Text

    one = event[0]
    exact = one.verdict.verdict == Verdict.DISCREPANCY
    return [
        Text(_word(event), style=_STYLE[_verdict(event)]),
        Text(_plain(one.label)),
        Text(_plain(sentences.event_amount(event, discrepancies))),
        Text(_plain(sentences.when(one, discrepancies.get(one.id, [])))),
        Text(_plain(one.verdict.alarm_inventory or words.NOTHING)),
        Text(_plain("exact" if exact else words.probability(one.verdict.p_value))),
    ]


def _word(event: Sequence[SeriesView]) -> str:
    return sentences.VERDICT_WORD[_verdict(event)]


def _verdict(event: Sequence[SeriesView]) -> Verdict:
    return min((one.verdict.verdict for one in event), key=list(Verdict).index)


def _counts(series: Sequence[SeriesView]) -> str:
    verdicts = Counter(one.verdict.verdict for one in series)
    parts = [f"{verdicts[verdict]} {sentences.VERDICT_WORD[verdict]}" for verdict in Verdict if verdicts[verdict]]
    closed, periods = sum(one.closed() for one in series), sum(len(one.periods) for one in series)
    text = f"{words.count(len(series), 'series', 'series')}: {', '.join(parts)}. " if parts else "0 series. "
    return f"{text}{words.number(closed)} of {words.count(periods, 'period')} closed."


def _facts(facts: FactsUsed) -> list[str]:
    aside = Counter(table for table, _, _ in {(one.table, one.file, one.row) for one in facts.set_aside})
    used = words.count(sum(facts.rows.values()), "row")
    texts = [f"{used} read, {words.number(facts.late_rows)} recorded late, {words.number(aside.total())} set aside."]
    if aside:
        tables = ", ".join(f"{table} {number}" for table, number in sorted(aside.items()))
        texts.append(f"Set aside, and what they could touch not tested: {tables}.")
    texts += [f"Notice: {notice}" for notice in facts.notices[:_NOTICES_MAX]]
    if len(facts.notices) > _NOTICES_MAX:
        texts.append(f"and {len(facts.notices) - _NOTICES_MAX} more notices.")
    return texts


def _plain(text: str) -> str:
    return words.printable(text.translate(_PLAIN))


def _line(console: Console, text: str, style: str = "") -> None:
    from rich.text import Text

    _show(console, Text(_plain(text), style=style))


def _show(console: Console, what: RenderableType) -> None:
    console.print(what, width=min(console.width, WIDTH_MAX), highlight=False)
