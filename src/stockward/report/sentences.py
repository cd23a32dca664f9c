"""What the verdicts mean, in plain words. A difference is not a theft, and no person is ever named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from stockward.answers.items import Discrepancy
from stockward.answers.losses import Loss
from stockward.report import words
from stockward.report.views import SeriesView
from stockward.terms.verdicts import Basis, PeriodStatus, Scope, Verdict

VERDICT_WORD = {
    Verdict.SHORTAGE: "shortage",
    Verdict.GAIN: "gain",
    Verdict.DISCREPANCY: "discrepancy",
    Verdict.NOT_TESTED: "not tested",
    Verdict.BALANCED_IN_PART: "balanced in part",
    Verdict.BALANCED: "balanced",
}
VERDICT_MARK = {
    Verdict.SHORTAGE: "▼",
    Verdict.GAIN: "▲",
    Verdict.DISCREPANCY: "≠",
    Verdict.NOT_TESTED: "?",
    Verdict.BALANCED_IN_PART: "≈",
    Verdict.BALANCED: "=",
}
NEXT_STEP = {
    Verdict.SHORTAGE: "recount; check the weighings and rows behind it; report what stays unexplained.",
    Verdict.GAIN: "look for receipts or returns not booked, and for a scale that drifts.",
    Verdict.DISCREPANCY: "recount; find the record that explains it; report what stays unexplained.",
}
STATUS_WORD = {
    PeriodStatus.CLOSED: "closed",
    PeriodStatus.INCOMPLETE: "incomplete",
    PeriodStatus.NOT_TESTED: "not tested",
}
STATUS_MEANING = {
    PeriodStatus.CLOSED: "Both inventories are complete and every row could be read: the difference is known.",
    PeriodStatus.INCOMPLETE: "The inventory left out a material that the books hold. That is no shortage: the balance "
    "stays open until the next complete inventory.",
    PeriodStatus.NOT_TESTED: "A row that could touch this period was set aside, or its measuring error is unknown. "
    "The period is neither alarmed on nor called balanced.",
}
TEST_MEANING = {
    "standardised": "Largest difference of a single period, in units of its own sigma.",
    "cumuf": "All differences added up, at the last closed period.",
    "sitmuf": "Largest difference of a period that the periods before it do not explain.",
    "gemuf": "Whether the whole pattern of differences departs from measuring error, at the last closed period.",
    "page": "A running sum that forgets small differences and remembers lasting ones.",
    "page_pair": "Two such running sums, one for slow and one for fast losses.",
    "windows": "Every span of time, each weighed for a loss that goes on evenly in it.",
    "default": "The test that gives the verdict.",
}
DECIDED_AT_THE_END = frozenset({"cumuf", "gemuf"})
TERMS = (
    ("Difference", "What the books say should be there, less what was counted: begin + received − sent − end − normal "
     "loss. Positive is missing, negative is surplus. Write-offs and finds stand beside it, never inside it."),
    ("A difference is not a theft", "Weighing, moisture, yield, cut-off times, clerical errors and losses all make "
     "differences. One is unexplained until it is explained."),
    ("Sigma (σ)", "How far the difference would scatter through measuring alone. About two in three differences lie "
     "within one sigma of zero, about 19 in 20 within two."),
    ("Limit", "Where a test begins to alarm. It is computed for this series' own inventories and errors, and fixed "
     "when an inventory comes in: no later one moves it."),
    ("p-value", "The chance, without any loss, of a statistic at least this large somewhere in the series' periods."),
    ("Planned year", "The false-alarm chance of a year is spent as the year goes by, and a tenth of it is kept for "
     "the inventory that closes the year. So a review after every inventory asks for no more, and an alarm stays."),
    ("False-alarm chance", "The chance that any series of the whole site is falsely called a shortage in one year. "
     "Each series gets its share of it. Gains are tested apart, at the same chance."),
    ("Balanced", "Measuring explains the differences. It does not prove that nothing is missing: a loss small beside "
     "sigma is not seen."),
)  # fmt: skip

_HEADLINE_LISTED = 3
_ALARMS_LISTED = 6


def headline(series: Sequence[SeriesView]) -> str:
    """The verdict on the site, in one sentence."""
    verdicts = Counter(one.verdict.verdict for one in series)
    untested, partly = verdicts[Verdict.NOT_TESTED], verdicts[Verdict.BALANCED_IN_PART]
    if not series:
        return "There is no balance to close: the books hold no stock between two inventories."
    if verdicts[Verdict.SHORTAGE]:
        return "More is missing than measuring explains."
    if verdicts[Verdict.DISCREPANCY]:
        return "An exact count does not agree with the books."
    if verdicts[Verdict.GAIN]:
        return "More is there than the books say, and more than measuring explains."
    if untested == len(series):
        return "Nothing could be tested."
    if untested:
        return f"Nothing alarms, but {untested} of {len(series)} series could not be tested."
    if partly:
        return f"Nothing alarms, but {partly} of {len(series)} series could be tested only in part."
    return "Nothing is missing beyond what measuring explains."


def finding(series: SeriesView, discrepancies: Sequence[Discrepancy]) -> str:
    """What is said of one series, and on what ground."""
    verdict = series.verdict.verdict
    if verdict in (Verdict.SHORTAGE, Verdict.GAIN):
        return f"{claim(series, discrepancies)}: more than measuring explains."
    if verdict == Verdict.DISCREPANCY:
        return f"{claim(series, discrepancies)}: an exact count, not yet explained."
    if verdict == Verdict.NOT_TESTED:
        return f"{series.label}: {reason(series)}."
    if verdict == Verdict.BALANCED_IN_PART:
        return f"{series.label}: nothing alarms in what could be tested; {reason(series)}."
    return f"{series.label}: measuring explains the differences."


def event_claim(event: Sequence[SeriesView], discrepancies: Mapping[str, Sequence[Discrepancy]]) -> str:
    """One loss told once: what the first of its series says, and the figures of the others with it."""
    lead, *others = event
    parts = [claim(lead, discrepancies.get(lead.id, ()))]
    for other in others:
        size = amount(other, discrepancies.get(other.id, ())).replace("+", "").replace(words.MINUS, "")
        if other.scope == Scope.SITE:
            parts.append(f"over the whole site {size}")
        else:
            parts.append(f"with {'them' if lead.basis == Basis.ITEM else 'it'} {size} of {other.what}")
    return ", ".join(parts)


def event_amount(event: Sequence[SeriesView], discrepancies: Mapping[str, Sequence[Discrepancy]]) -> str:
    """The figures of all series of one loss, as the table of actions shows them."""
    return "; ".join(amount(one, discrepancies.get(one.id, ())) for one in event if one.scope == Scope.AREA) or amount(
        event[0], ()
    )


def claim(series: SeriesView, discrepancies: Sequence[Discrepancy]) -> str:
    """How much of what is missing or surplus, where and when, without a full stop."""
    if series.verdict.verdict == Verdict.DISCREPANCY:
        return _exact_claim(series, discrepancies)
    return _measured_claim(series)


def reason(series: SeriesView) -> str:
    """Why a series is not tested, without a full stop."""
    return (series.verdict.reason or "no period could be tested").rstrip(".")


def amount(series: SeriesView, discrepancies: Sequence[Discrepancy]) -> str:
    """How much is missing or surplus, as the table of actions shows it."""
    if series.verdict.verdict == Verdict.DISCREPANCY:
        exact = _exact_differences(series, discrepancies)
        texts = [words.quantity(value, series.unit, signed=True) for value, _, _ in exact]
        return words.listed(texts, _HEADLINE_LISTED) or words.NOTHING
    losses = series.verdict.losses
    texts = [words.interval(one.estimate, one.low, one.high, series.unit, signed=True) for one in losses]
    return words.listed(texts, _HEADLINE_LISTED) or words.NOTHING


def when(series: SeriesView, discrepancies: Sequence[Discrepancy]) -> str:
    """The days between which it went."""
    exact = _exact_differences(series, discrepancies)
    if series.verdict.verdict == Verdict.DISCREPANCY and exact:
        first, last = min(start for _, start, _ in exact), max(end for _, _, end in exact)
        return words.between(series.day(first), series.day(last))
    return "; ".join(_days(series, one) for one in series.verdict.losses[:_HEADLINE_LISTED]) or words.NOTHING


def _days(series: SeriesView, loss: Loss) -> str:
    return words.not_before_not_after(series.day(loss.not_before), series.day(loss.not_after))


def _exact_differences(
    series: SeriesView, discrepancies: Sequence[Discrepancy]
) -> list[tuple[float, datetime, datetime]]:
    """Amount, begin and end of each exact difference of a series: those listed, and what errors cannot have left."""
    listed = [(one.difference, one.start, one.end) for one in discrepancies]
    left = zip(series.periods, series.verdict.left, strict=True)
    listed += [(value, one.start, one.end) for one, value in left if value and one.start is not None]
    if listed:
        return listed
    alarmed = series.period(series.verdict.alarm_inventory)
    if alarmed is None or alarmed.start is None or alarmed.difference is None:
        return []
    return [(alarmed.difference, alarmed.start, alarmed.end)]


def losses_sentence(series: SeriesView) -> str | None:
    """What the plain sums say beside the amounts, and what stands behind them."""
    losses = series.verdict.losses
    if not losses:
        return None
    way = "surplus" if series.verdict.verdict == Verdict.GAIN else "missing"
    parts = [
        f"{words.measured(one.plain_sum, one.plain_sigma, series.unit, signed=True)} over "
        f"{words.count(one.periods, 'period')}, to inventory {one.last_inventory}"
        for one in losses
    ]
    return (
        f"Simply added, the differences of the same periods give {' and '.join(parts)} (± one sigma). The amount "
        f"{way} is had from all differences and all their errors, without picking a run of periods; in brackets the "
        "95 % interval, which holds the doubt about when."
    )


def alarms_sentence(series: SeriesView) -> str | None:
    """When the alarms of a record were raised."""
    alarms = series.verdict.alarms
    if not alarms:
        return None
    raised = [f"{one.inventory}, {words.day(series.day(one.raised_as_of))} ({one.state})" for one in alarms]
    return f"Alarm raised at inventory {words.listed(raised, _ALARMS_LISTED)}. It stands until the facts change."


def totals(series: SeriesView) -> str | None:
    """All differences of a series together, and its write-offs and finds beside them."""
    if series.verdict.cumulative is None:
        return None
    said = series.verdict
    whole = words.measured(said.cumulative, said.cumulative_sigma, series.unit, signed=True)
    texts = [f"All differences together: {whole}."]
    if said.year_sum != said.cumulative:
        year = words.measured(said.year_sum, said.year_sigma, series.unit, signed=True)
        texts.append(f"Those of the last year: {year}.")
    return " ".join([*texts, _write_offs(series)])


def planned_sentence(series: SeriesView) -> str | None:
    """For which year the limits are set."""
    year, share = series.verdict.planned_year, series.verdict.share
    if year is None or share is None:
        return None
    closing = f"it was closed by inventory {year.closed_by}"
    if year.closed_by is None:
        closing = f"the inventory nearest to {words.day(series.day(year.closes))} will close it"
    return (
        f"Limits are set for a planned year, which began on {words.day(series.day(year.begins))}; {closing}. So far "
        f"{words.probability(share)} of false-alarm chance may have been spent on this series. Reviews in between ask "
        "for no more, and an alarm stays until the facts change."
    )


def exact_sentence(series: SeriesView) -> str | None:
    """What passes for exact because the books state no error of it; ``None`` where nothing does."""
    taken = series.assumed_exact.select("kind", "material").unique(maintain_order=True).rows()
    texts = [
        f"the content of {series.what} in {material}" if kind == "content" else "the normal loss"
        for kind, material in taken
    ]
    if not texts:
        return None
    return (
        f"Taken as exact, since the books state no error of it: {words.listed(texts, _HEADLINE_LISTED)}. Where that is "
        "not so, this verdict does not hold: state random_rel and systematic_rel, 0 for none."
    )


def _write_offs(series: SeriesView) -> str:
    parts = []
    for name, values in (
        ("written off", [period.written_off for period in series.periods if period.written_off]),
        ("booked as found", [period.found for period in series.periods if period.found]),
    ):
        if values:
            total = sum(value for value in values if value is not None)
            parts.append(f"{words.quantity(total, series.unit)} {name} in {words.count(len(values), 'period')}")
    if not parts:
        return "Nothing was written off or booked as found."
    return f"Beside the difference, never inside it: {' and '.join(parts)}."


def _measured_claim(series: SeriesView) -> str:
    losses = series.verdict.losses
    if len(losses) > 1:
        return _several(series, losses)
    if not losses:
        return f"{series.what} in {series.place} does not agree with the books {when(series, ())}"
    size = words.interval(abs(losses[0].estimate), *_bounds(losses[0]), series.unit)
    if series.verdict.verdict == Verdict.GAIN:
        return f"{size} more {series.what} {_stands(series)} than the books say; it came {when(series, ())}"
    return f"{size} of {series.what} is missing from {series.place}; it went {when(series, ())}"


def _stands(series: SeriesView) -> str:
    return f"stands in {series.place}"


def _bounds(loss: Loss) -> tuple[float, float]:
    """Bounds of the size of a loss or gain."""
    low, high = sorted((abs(loss.low), abs(loss.high)))
    return low, high


def _several(series: SeriesView, losses: Sequence[Loss]) -> str:
    """Losses that can be told apart, each with its days."""
    parts = [f"{words.interval(abs(one.estimate), *_bounds(one), series.unit)} {_days(series, one)}" for one in losses]
    if series.verdict.verdict == Verdict.GAIN:
        return f"{len(losses)} times more {series.what} {_stands(series)} than the books say: {'; '.join(parts)}"
    return f"{series.what} is missing from {series.place}, {len(losses)} losses apart: {'; '.join(parts)}"


def _exact_claim(series: SeriesView, discrepancies: Sequence[Discrepancy]) -> str:
    exact = _exact_differences(series, discrepancies)
    place = series.label
    if not exact:
        return f"{place} does not agree with the books"
    if len(exact) > 1:
        sizes = f"{amount(series, discrepancies)}; plus is missing"
        return f"{place} has {len(exact)} exact differences ({sizes}) {when(series, discrepancies)}"
    difference = exact[0][0]
    size = words.quantity(abs(difference), series.unit)
    verb = "are" if size.endswith(" items") else "is"
    way = "missing from" if difference > 0 else "surplus in"
    return f"{size} of {series.what} {verb} {way} {series.place} {when(series, discrepancies)}"
