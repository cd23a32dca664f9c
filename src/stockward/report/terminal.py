"""The review in a terminal, at most 100 columns: plain words first, then the series that matter, then the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import accumulate, zip_longest
from typing import TYPE_CHECKING, Literal

from stockward.answers.review import FactsUsed, Review
from stockward.report import claims, guards, guards_terminal, sentences, unseen, words
from stockward.report.views import SeriesView, by_urgency, event_verdict, events, gather
from stockward.report.words import WIDTH_MAX
from stockward.terms.signs import printable
from stockward.terms.verdicts import Verdict

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table

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
    _line(console, f"{review.site}, {sentences.scope(review)}")
    alone = guards.alone(review)
    _line(console, alone or sentences.headline(series, review.unseen), style="bold")
    alarming = events(review, series)
    for event in alarming[:_FINDINGS_MAX]:
        _line(console, f"{word(event)}: {sentences.event_sentence(event)}")
    if any(one.losses for event in alarming for one in event):
        _line(console, "In brackets: the 95 % interval.")
    for found, step in sentences.next_steps(alarming):
        _line(console, f"Next, for a {found}: {step}")
    blind = unseen.headline(review, series)
    if blind:
        _line(console, f"What could not be seen: {blind}")
    for text in (*unseen.goal_lines(review, series), *unseen.unheld(review)[:_REASONS_MAX]):
        _line(console, text)
    for text in sentences.exact_notices([one for one in series if not one.alarming]):
        _line(console, text)
    if alarming:
        _line(console, "A difference is not a theft: it is unexplained until it is explained.")
        console.print()
        _show(console, _table(alarming[:_ROWS_MAX], min(console.width, WIDTH_MAX)))
        console.print()
    if len(alarming) > _ROWS_MAX:
        _line(console, f"and {words.count(len(alarming) - _ROWS_MAX, 'more finding')} that alarm.")
    for text in guards_terminal.lines(review):
        _line(console, text)
    if review.surge is not None:
        for text in review.surge.assumptions:
            _line(console, f"Surge: {text}")
    told = [] if alone else [counts(series)]
    for text in [*_late(series), *_untested(ordered), *told, *facts_lines(review.facts)]:
        _line(console, text)


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


def _table(found: Sequence[Sequence[SeriesView]], width: int) -> Table:
    """The findings, a row each. No word is broken: where not all columns find room, the least needed are left out."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    rows = [(event, cells) for event in found for cells in finding_rows(event)]
    columns = {name: [_cell(cells[name]) for _, cells in rows] for name in FINDING_COLUMNS}
    least = {name: _longest_word([name, *cells]) for name, cells in columns.items()}
    room = accumulate(least[name] + _GAP for name in columns)
    shown = [name for name, taken in zip(columns, room, strict=True) if taken - _GAP <= width]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), show_edge=False)
    widths = _widths({name: columns[name] for name in shown}, least, width)
    for name in shown:
        justify: Literal["left", "right"] = "right" if name in _RIGHT else "left"
        table.add_column(name, justify=justify, overflow="fold", width=widths[name])
    for number, (event, _) in enumerate(rows):
        styles = {_VERDICT: _STYLE[event_verdict(event)]}
        table.add_row(*(Text(columns[name][number], style=styles.get(name, "")) for name in shown))
    return table


def _cell(text: str) -> str:
    """A text whose lines stay lines."""
    return "\n".join(plain(line) for line in text.split("\n"))


def _longest_word(texts: Sequence[str]) -> int:
    return max((len(word) for text in texts for word in text.split()), default=0)


def _widths(columns: Mapping[str, Sequence[str]], least: Mapping[str, int], width: int) -> dict[str, int]:
    """Each column as wide as its longest word; those of sentences share what is left, as far as they need it."""
    widths = {name: least[name] for name in columns}
    left = width - sum(widths.values()) - _GAP * (len(columns) - 1)
    wrapped = [name for name in _WRAPPED if name in columns]
    for place, name in enumerate(wrapped):
        longest = max(len(line) for text in [name, *columns[name]] for line in text.split("\n"))
        more = min(max(left, 0) // (len(wrapped) - place), longest - widths[name])
        widths[name], left = widths[name] + more, left - more
    return widths


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
_WRAPPED = ("How much (+ missing)", "What and where")
_GAP = 3


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


def plain(text: str) -> str:
    """A text in signs that every terminal can show, and that steer none."""
    return printable(text.translate(_PLAIN))


def _line(console: Console, text: str, style: str = "") -> None:
    from rich.text import Text

    _show(console, Text(plain(text), style=style))


def _show(console: Console, what: RenderableType) -> None:
    console.print(what, width=min(console.width, WIDTH_MAX), highlight=False)
