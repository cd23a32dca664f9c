"""What the verdicts mean, in plain words. A difference is not a theft, and no person is ever named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from stockward.answers.items import Discrepancy
from stockward.answers.losses import Loss
from stockward.report import words
from stockward.report.views import WHOLE_SITE, PeriodView, SeriesView, SiteView
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
    ("Alarm", "It is raised by one inventory, and no later one takes it back. New: raised by the last inventory that "
     "was tested. Standing: before that, within the last year of the record. Earlier: before that year."),
    ("Interval, in brackets", "Bounds that hold the amount with 95 %. The days hold the loss with 95 %, too; a loss "
     "that reaches the last inventory may still go on."),
    ("The whole site", "All areas of a substance added up, what passed between them cancelled: there a loss is looked "
     "for that is spread over areas in any way."),
    ("Planned year", "The false-alarm chance of a year is spent as the year goes by, and a tenth of it is kept for "
     "the inventory that closes the year. So a review after every inventory asks for no more, and an alarm stays."),
    ("False-alarm chance", "The chance that any series of the whole site is falsely called a shortage in one year. "
     "Each series gets its share of it. Gains are tested apart, at the same chance."),
    ("Balanced", "Measuring explains the differences. It does not prove that nothing is missing: a loss small beside "
     "sigma is not seen."),
)  # fmt: skip

_HEADLINE_LISTED = 3
_ALARMS_LISTED = 6
_AREAS_LISTED = 12
_HOURS_BELOW = 2.0
_DECIMALS = 3
_ROUNDING = 1e-9
_TEENS = (11, 12, 13)


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
        return f"{claim(series, discrepancies)}: more than measuring explains.{_left_out(series)}"
    if verdict == Verdict.DISCREPANCY:
        return f"{claim(series, discrepancies)}: {_exact_ground(series)}, not yet explained.{_left_out(series)}"
    if verdict == Verdict.NOT_TESTED:
        return f"{series.label}: {reason(series)}."
    if verdict == Verdict.BALANCED_IN_PART:
        return f"{series.label}: nothing alarms in what could be tested; {reason(series)}."
    return f"{series.label}: measuring explains the differences."


def _left_out(series: SeriesView) -> str:
    """What an alarm was raised without."""
    return f" Left out of it: {reason(series)}." if series.verdict.reason else ""


def _exact_ground(series: SeriesView) -> str:
    """On what ground a difference is exact."""
    return "an exact count" if series.basis == Basis.ITEM else "no error of measuring can have left it"


def event_claim(event: Sequence[SeriesView], discrepancies: Mapping[str, Sequence[Discrepancy]]) -> str:
    """One loss told once: what the first of its series says, and the figures of the others with it."""
    lead, *others = event
    text = claim(lead, discrepancies.get(lead.id, ()))
    areas = [one for one in others if one.scope == Scope.AREA]
    items, held = (
        [f"{_size(one, discrepancies)} of {one.what}" for one in areas if (one.basis == Basis.ITEM) == items]
        for items in (True, False)
    )
    if items:
        text += f", and {' and '.join(items)}"
    if held:
        text += f"{';' if items else ','} with {'them' if lead.basis == Basis.ITEM else 'it'} {' and '.join(held)}"
    whole = [_size(one, discrepancies) for one in others if one.scope == Scope.SITE]
    return f"{text}; over {WHOLE_SITE} {' and '.join(whole)}" if whole else text


def _size(series: SeriesView, discrepancies: Mapping[str, Sequence[Discrepancy]]) -> str:
    """How much; a single figure without the sign, which the claim before it has said."""
    text = amount(series, discrepancies.get(series.id, ()))
    return text if "," in text else text.replace("+", "").replace(words.MINUS, "")


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
        texts = [_exactly(value, series.unit, signed=True) for value, _, _ in exact]
        return words.listed(texts, _HEADLINE_LISTED) or words.NOTHING
    losses = series.verdict.losses
    texts = [words.interval(one.estimate, one.low, one.high, series.unit, signed=True) for one in losses]
    return words.listed(texts, _HEADLINE_LISTED) or words.NOTHING


def chance(series: SeriesView) -> str:
    """The p-value behind a verdict; an exact one has none."""
    said = series.verdict
    return "exact" if said.verdict == Verdict.DISCREPANCY else words.probability(said.p_value)


def when(series: SeriesView, discrepancies: Sequence[Discrepancy]) -> str:
    """The days between which it went."""
    span = _exact_span(series, discrepancies)
    if span is not None:
        return words.between(*map(series.day, span))
    return "; ".join(_days(series, one) for one in series.verdict.losses[:_HEADLINE_LISTED]) or words.NOTHING


def dates(series: SeriesView, discrepancies: Sequence[Discrepancy]) -> str:
    """The same days, first and last of each loss, short enough for a narrow table."""
    span = _exact_span(series, discrepancies)
    losses = [(one.not_before, one.not_after) for one in series.verdict.losses[:_HEADLINE_LISTED]]
    spans = losses if span is None else [span]
    texts = [f"{series.day(start).isoformat()} {series.day(end).isoformat()}" for start, end in spans]
    return " ".join(texts) or words.NOTHING


def _days(series: SeriesView, loss: Loss) -> str:
    """The days that hold a loss. One that reaches the last inventory may be going on: who reads it must know."""
    if going_on(series, loss):
        return f"not before {words.day(series.day(loss.not_before))} and may still go on"
    return words.not_before_not_after(series.day(loss.not_before), series.day(loss.not_after))


def going_on(series: SeriesView, loss: Loss) -> bool:
    """Whether the data leave open that it goes on beyond the last inventory; what went in one period was at once."""
    closed = [period.inventory for period in series.periods if period.closed]
    return loss.periods > 1 and bool(closed) and loss.last_inventory == closed[-1]


def _exactly(value: float, unit: str, *, signed: bool = False) -> str:
    """An exact difference, without the decimals that nobody weighs."""
    return words.quantity(round(value, _DECIMALS) or value, unit, signed=signed)


def _exact_differences(
    series: SeriesView, discrepancies: Sequence[Discrepancy]
) -> list[tuple[float, datetime, datetime]]:
    """Amount, begin and end of each exact difference of a series: those listed, and what errors cannot have left."""
    listed = [(one.difference, one.start, one.end) for one in discrepancies]
    left = zip(series.periods, series.verdict.left, strict=True)
    listed += [(value, one.start, one.end) for one, value in left if value and one.start is not None]
    return listed or [
        (one.difference, one.start, one.end)
        for one in series.periods
        if one.start is not None and one.difference is not None and _stands_out(series, one)
    ]


def _exact_span(series: SeriesView, discrepancies: Sequence[Discrepancy]) -> tuple[datetime, datetime] | None:
    """Begin and end of all exact differences together; ``None`` where the verdict is not of them."""
    exact = _exact_differences(series, discrepancies) if series.verdict.verdict == Verdict.DISCREPANCY else []
    if not exact:
        return None
    return min(start for _, start, _ in exact), max(end for _, _, end in exact)


def _stands_out(series: SeriesView, period: PeriodView) -> bool:
    """Whether a period of the whole site, whose discrepancies are listed by area, is exact and not balanced."""
    if series.scope != Scope.SITE:
        return period.inventory == series.verdict.alarm_inventory
    passed = (period.begin or 0.0) + (period.received or 0.0)
    return period.sigma == 0 and abs(period.difference or 0.0) > _ROUNDING * passed


def losses_sentence(series: SeriesView) -> str | None:
    """What the plain sums say beside the amounts, and what stands behind them."""
    losses = series.verdict.losses
    if not losses:
        return None
    parts = [
        f"{words.measured(one.plain_sum, one.plain_sigma, series.unit, signed=True)} over "
        f"{words.count(one.periods, 'period')}, to inventory {one.last_inventory}"
        for one in losses
    ]
    return (
        f"Simply added, the differences of the same periods give {' and '.join(parts)} (± one sigma). The amount "
        "above is had from all differences and all their errors; in brackets the 95 % interval, which holds the doubt "
        "about when as well."
    )


def alarms_sentence(series: SeriesView) -> str | None:
    """When the alarms of a record were raised."""
    alarms = series.verdict.alarms
    if not alarms:
        return None
    raised = [f"{one.inventory} of {words.day(series.day(one.raised_as_of))} ({one.state})" for one in alarms]
    word = "Alarm" if len(alarms) == 1 else f"{words.number(len(alarms))} alarms"
    return (
        f"{word} raised, at inventory {words.listed(raised, _ALARMS_LISTED)}. An alarm stands until the facts change."
    )


def cumulative(series: SeriesView) -> str:
    """All differences of a series together, plus is missing."""
    return words.measured(series.verdict.cumulative, series.verdict.cumulative_sigma, series.unit, signed=True)


def totals(series: SeriesView) -> str | None:
    """All differences of a series together, and its write-offs and finds beside them."""
    said = series.verdict
    if said.cumulative is None:
        return None
    texts = [f"All differences together: {cumulative(series)}."]
    if said.year_sum != said.cumulative:
        year = words.measured(said.year_sum, said.year_sigma, series.unit, signed=True)
        texts.append(f"Those of the last year: {year}.")
    return " ".join([*texts, _write_offs(series)])


def planned_sentence(series: SeriesView) -> str | None:
    """For which year the limits are set."""
    year, share = series.verdict.planned_year, series.verdict.share
    if year is None or share is None:
        return None
    closing = f"inventory {year.closed_by} closed it"
    if year.closed_by is None:
        closing = f"the inventory nearest to {words.day(series.day(year.closes))} will close it"
    which = "a planned year, which"
    if year.number > 1:
        which = f"planned years, one after another; the last, the {_ordinal(year.number)},"
    return (
        f"Limits are set for {which} began on {words.day(series.day(year.begins))}; {closing}. So far the chance of a "
        f"false alarm in this series is {words.probability(share)}. However often a review is made, it asks for no "
        "more."
    )


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in _TEENS else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def site_sentence(series: SeriesView) -> str | None:
    """What a series of the whole site adds up, and which inventories are joined; ``None`` for one of an area."""
    site = series.site
    if site is None:
        return None
    texts = [
        f"The whole site: {words.listed(list(site.areas), _AREAS_LISTED)} added up; what passed between them cancels."
    ]
    if site.inventories:
        texts.append(f"{joined_inventories(site, series.timezone)}.")
    if site.outside:
        texts.append(f"Outside of it: {outside_areas(site)}.")
    return " ".join(texts)


def joined_inventories(site: SiteView, timezone: str) -> str:
    """Which inventories of the areas together are one of the site, and how far apart they stand."""
    if not site.inventories:
        return f"none: {site.reason}" if site.reason else "none"
    number = words.count(site.inventories, "inventory", "inventories")
    if site.alike and not site.apart_days:
        return f"{number}, of the same name and moment in every area"
    apart = f"at most {_apart(site.apart_days or 0.0)} apart"
    if site.alike:
        return f"{number}, of the same name in every area, {apart}"
    nearest = f"{number}, each joined from those of the areas that stand nearest to each other, {apart}"
    return f"{nearest}; the last one: {_days_of_areas(site, timezone)}"


def _days_of_areas(site: SiteView, timezone: str) -> str:
    """On which day each area was counted, areas of one day together."""
    days: dict[date, list[str]] = {}
    for area, at in sorted(site.latest, key=lambda pair: pair[1]):
        days.setdefault(words.local(at, timezone).date(), []).append(area)
    return "; ".join(f"{words.listed(names, _AREAS_LISTED)} on {words.day(day)}" for day, names in days.items())


def _apart(days: float) -> str:
    return f"{words.number(24 * days, 0)} hours" if days < _HOURS_BELOW else f"{words.number(days, 1)} days"


def outside_areas(site: SiteView) -> str:
    """Areas that the books know and nobody counted."""
    names = words.listed(list(site.outside), _AREAS_LISTED)
    return f"{names}, never counted: what goes there counts as gone from the site"


def exact_sentence(series: SeriesView) -> str | None:
    """What passes for exact because the books state no error of it; ``None`` where nothing does."""
    texts = _assumed(series)
    if not texts:
        return None
    return (
        f"Taken as exact, since the books state no error of it: {words.listed(texts, _HEADLINE_LISTED)}. Where that is "
        "not so, this verdict does not hold: state random_rel and systematic_rel, 0 for none."
    )


def exact_notices(series: Sequence[SeriesView]) -> list[str]:
    """The same for all series together, balanced ones among them."""
    used = Counter(text for one in series for text in _assumed(one))
    texts = [f"{text} ({words.count(number, 'series', 'series')})" for text, number in used.items()]
    if not texts:
        return []
    said = words.listed(texts, _AREAS_LISTED)
    return [f"Taken as exact, since the books state no error of it, not even 0: {said}."]


def _assumed(series: SeriesView) -> list[str]:
    taken = series.assumed_exact.select("kind", "material").unique(maintain_order=True).rows()
    return [
        f"the content of {series.what} in {material}" if kind == "content" else f"the normal loss of {series.what}"
        for kind, material in taken
    ]


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
    size = _interval(losses[0], series.unit)
    lasting = going_on(series, losses[0])
    if series.verdict.verdict == Verdict.GAIN:
        began = "the gain began" if lasting else "it came"
        return f"{size} more {series.what} {_stands(series)} than the books say; {began} {when(series, ())}"
    began = "the loss began" if lasting else "it went"
    verb = "are" if series.unit == "each" else "is"
    return f"{size} of {series.what} {verb} missing from {series.place}; {began} {when(series, ())}"


def _stands(series: SeriesView) -> str:
    return f"{'stand' if series.unit == 'each' else 'stands'} in {series.place}"


def _interval(loss: Loss, unit: str) -> str:
    """The size of a loss or gain, with its bounds."""
    low, high = sorted((abs(loss.low), abs(loss.high)))
    return words.interval(abs(loss.estimate), low, high, unit)


def _several(series: SeriesView, losses: Sequence[Loss]) -> str:
    """Losses that can be told apart, each with its days."""
    parts = [f"{_interval(one, series.unit)} {_days(series, one)}" for one in losses]
    if series.verdict.verdict == Verdict.GAIN:
        return f"More {series.what} {_stands(series)} than the books say, {len(losses)} gains: {'; '.join(parts)}"
    return f"{series.what} is missing from {series.place}, {len(losses)} losses: {'; '.join(parts)}"


def _exact_claim(series: SeriesView, discrepancies: Sequence[Discrepancy]) -> str:
    exact = _exact_differences(series, discrepancies)
    place = series.label
    if not exact:
        return f"{place} does not agree with the books"
    if len(exact) > 1:
        sizes = f"{amount(series, discrepancies)}; plus is missing"
        return f"{place} has {len(exact)} exact differences ({sizes}) {when(series, discrepancies)}"
    difference = exact[0][0]
    size = _exactly(abs(difference), series.unit)
    verb = "are" if size.endswith(" items") else "is"
    way = "missing from" if difference > 0 else "surplus in"
    return f"{size} of {series.what} {verb} {way} {series.place} {when(series, discrepancies)}"
