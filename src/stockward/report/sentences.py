"""What the verdicts mean, in plain words. A difference is not a theft, and no person is ever named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from stockward.answers.items import Discrepancy
from stockward.answers.losses import LossWindow
from stockward.report import words
from stockward.report.views import PeriodView, SeriesView
from stockward.terms.verdicts import PeriodStatus, Verdict

VERDICT_WORD = {
    Verdict.SHORTAGE: "shortage",
    Verdict.GAIN: "gain",
    Verdict.DISCREPANCY: "discrepancy",
    Verdict.NOT_TESTED: "not tested",
    Verdict.BALANCED: "balanced",
}
VERDICT_MARK = {
    Verdict.SHORTAGE: "▼",
    Verdict.GAIN: "▲",
    Verdict.DISCREPANCY: "≠",
    Verdict.NOT_TESTED: "?",
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
    "windows": "Every run of periods, each weighed for a constant loss in it.",
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
    ("Limit", "Where a test begins to alarm. It is computed for this series' own periods and errors."),
    ("p-value", "The chance, without any loss, of a statistic at least this large somewhere in the series' periods."),
    ("False-alarm chance", "The chance that any series of the whole site is falsely called a shortage in one year. "
     "Each series gets its share of it. Gains are tested apart, at the same chance."),
    ("Balanced", "Measuring explains the differences. It does not prove that nothing is missing: a loss small beside "
     "sigma is not seen."),
)  # fmt: skip

_HEADLINE_LISTED = 3


def headline(series: Sequence[SeriesView]) -> str:
    """The verdict on the site, in one sentence."""
    verdicts = Counter(one.verdict.verdict for one in series)
    untested = verdicts[Verdict.NOT_TESTED]
    if not series:
        return "There is no balance to close: the books hold no stock between two inventories."
    if verdicts[Verdict.SHORTAGE]:
        return "More is missing than measuring explains."
    if verdicts[Verdict.DISCREPANCY]:
        return "An exact count does not agree with the books."
    if verdicts[Verdict.GAIN]:
        return "More is there than the books say, and more than measuring explains."
    if untested == len(series):
        return "Nothing could be fully tested."
    if untested:
        return f"Nothing alarms, but {untested} of {len(series)} series could not be fully tested."
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
    return f"{series.label}: measuring explains the differences."


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
        texts = [words.quantity(one.difference, series.unit, signed=True) for one in exact]
        return words.listed(texts, _HEADLINE_LISTED) or words.NOTHING
    window = fitting_window(series)
    if window is not None:
        return words.measured(window.estimate, window.sigma, series.unit, signed=True)
    return words.measured(series.verdict.cumulative, series.verdict.cumulative_sigma, series.unit, signed=True)


def when(series: SeriesView, discrepancies: Sequence[Discrepancy]) -> str:
    """The days between which it went."""
    exact = _exact_differences(series, discrepancies)
    if series.verdict.verdict == Verdict.DISCREPANCY and exact:
        first, last = min(one.start for one in exact), max(one.end for one in exact)
        return words.between(series.day(first), series.day(last))
    window = fitting_window(series)
    if window is not None:
        return words.between(series.day(window.start), series.day(window.end))
    alarmed = series.period(series.verdict.alarm_inventory)
    return f"by {words.day(series.day(alarmed.end))}" if alarmed else words.NOTHING


def _exact_differences(
    series: SeriesView, discrepancies: Sequence[Discrepancy]
) -> Sequence[Discrepancy] | Sequence[PeriodView]:
    """The discrepancies of a series; the period of the alarm where none is listed, as for an exact substance."""
    alarmed = series.period(series.verdict.alarm_inventory)
    return discrepancies or ([alarmed] if alarmed else [])


def fitting_window(series: SeriesView) -> LossWindow | None:
    """The window, if its estimate goes the way of the verdict; the other way it explains nothing."""
    window = series.verdict.window
    if window is None:
        return None
    return window if (window.estimate < 0) == (series.verdict.verdict == Verdict.GAIN) else None


def window_sentence(series: SeriesView) -> str | None:
    """Where in time the difference lies, and how large it then was."""
    window = fitting_window(series)
    if window is None or not series.alarming:
        return None
    way = "surplus" if window.estimate < 0 else "missing"
    size = words.measured(abs(window.estimate), window.sigma, series.unit)
    runs = f"from inventory {window.first_inventory} to {window.last_inventory}"
    if window.periods == 1:
        runs = f"closed by inventory {window.last_inventory}"
    return (
        f"Estimate: {size} {way} {words.between(series.day(window.start), series.day(window.end))} "
        f"({words.count(window.periods, 'period')}, {runs}): the run of periods that speaks most for a constant "
        f"{'gain' if window.estimate < 0 else 'loss'}. It is chosen afterwards: the alarm may stand before "
        "it, and ± leaves the choice out."
    )


def totals(series: SeriesView) -> str | None:
    """All differences of a series together, and its write-offs and finds beside them."""
    if series.verdict.cumulative is None:
        return None
    all_together = words.measured(series.verdict.cumulative, series.verdict.cumulative_sigma, series.unit, signed=True)
    return f"All differences together: {all_together}. {_write_offs(series)}"


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
    window = fitting_window(series)
    size = words.measured(abs(window.estimate), window.sigma, series.unit) if window else ""
    if series.verdict.verdict == Verdict.GAIN:
        more = f"{size or 'More'} {'more ' if size else ''}{series.what}"
        return f"{more} stands in {series.place} than the books say {when(series, ())}"
    lost = f"{size} of {series.what}" if size else series.what
    return f"{lost} is missing from {series.place} {when(series, ())}"


def _exact_claim(series: SeriesView, discrepancies: Sequence[Discrepancy]) -> str:
    exact = _exact_differences(series, discrepancies)
    place = series.label
    if not exact:
        return f"{place} does not agree with the books"
    if len(exact) > 1:
        sizes = f"{amount(series, discrepancies)}; plus is missing"
        return f"{place} has {len(exact)} exact differences ({sizes}) {when(series, discrepancies)}"
    difference = exact[0].difference or 0.0
    size = words.quantity(abs(difference), series.unit)
    verb = "are" if size.endswith(" items") else "is"
    way = "missing from" if difference > 0 else "surplus in"
    return f"{size} of {series.what} {verb} {way} {series.place} {when(series, discrepancies)}"
