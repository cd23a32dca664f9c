"""What the verdicts mean, in plain words. A difference is not a theft, and no person is ever named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl

from stockward.answers.detection import SeriesDetection
from stockward.answers.losses import Event
from stockward.answers.review import FactsUsed, ReviewAnswer, SetAside
from stockward.report.kit import words
from stockward.report.review import claims
from stockward.report.review.grounds import errors, ledger
from stockward.report.review.grounds.measuring import bias_found
from stockward.report.review.settled import but_for_settled
from stockward.report.review.views import WHOLE_SITE, SeriesView, SiteView
from stockward.terms.verdicts import OUTSIDE_THE_SCOPE, Basis, PeriodStatus, Scope, Slip, Verdict, lies_outside

VERDICT_WORD = {verdict: verdict.replace("_", " ") for verdict in Verdict}
VERDICT_MARK = {
    Verdict.SHORTAGE: "▼",
    Verdict.GAIN: "▲",
    Verdict.DISCREPANCY: "≠",
    Verdict.NOT_TESTED: "?",
    Verdict.BALANCED_IN_PART: "≈",
    Verdict.BALANCED: "=",
}
CANCELLING = "loss and gain that cancel"
NEXT_STEP = {
    Verdict.SHORTAGE: "count and weigh again; check the weighings and rows behind it against their documents; report "
    "what stays unexplained.",
    Verdict.GAIN: "look for receipts or returns not booked, and for a scale that drifts.",
    Verdict.DISCREPANCY: "count again; check the rows behind it against their documents, and look for documents that "
    "were never booked; report what stays unexplained.",
}
FIRST_STEP = "check first what its finding names"
"""Where the claim itself says what to check before anything else."""
CANCELLING_STEP = "check first the movements of its days and areas; count again only where these do not explain it."
STATUS_WORD = {status: status.replace("_", " ") for status in PeriodStatus}
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
REVIEW_TERMS = (
    ("Difference", "What the books say should be there, less what was counted: begin + received − sent − end − normal "
     "loss. Positive is missing, negative is surplus. Write-offs and finds stand beside it, never inside it."),
    ("A difference is not a theft", "Weighing, moisture, yield, cut-off times, clerical errors and losses all make "
     "differences. One is unexplained until it is explained."),
    ("Sigma (σ)", "How far the difference would scatter through measuring alone. About two in three differences lie "
     "within one sigma of zero, about 19 in 20 within two."),
    ("Limit", "Where a test begins to alarm. It is computed for this series' own inventories and errors, and fixed "
     "when an inventory comes in: no later one moves it."),
    ("p-value", "The chance, without any loss, of a statistic at least this large somewhere in the series' periods."),
    ("Break-even factor", "By how much all σ of a series would have to differ for its verdict to turn. An alarm whose "
     "factor is 1.1 hangs on the stated errors; one whose factor is 3 hardly does."),
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
_A_YEAR = timedelta(days=366)
_ROWS_LISTED = 4
_MANY_HANG = 5
"""So many rows that hang on another are worth a word before all others."""
_ALARMS_LISTED = 6
_AREAS_LISTED = 12
_HOURS_BELOW = 2.0
_TEENS = (11, 12, 13)
_YEAR_DAYS = 365


def scope(review: ReviewAnswer) -> str:
    """What was looked at: from when to when, the day of the last count, and as known when."""
    known = f"as known on {words.day(review.as_of)}" if review.as_of else "with all rows recorded so far"
    of_series = review.balances.periods.group_by("series").agg(pl.min("start"), pl.max("end"))
    moments = of_series.select(pl.min("start"), first_end=pl.min("end"), last_end=pl.max("end")).row(0)
    if None in moments:
        return known
    begun, *counted = (words.local(at, review.timezone).date() for at in moments)
    return f"{words.day(begun)} to {words.day(counted[-1])}, last counted {words.between(*counted)}, {known}"


def first_sentence(review: ReviewAnswer, series: Sequence[SeriesView]) -> str:
    """What a report on stock begins with: the verdict, or what to correct first where that may stand on a wrong day."""
    facts = review.facts
    in_doubt = _correct_first(facts, series, review.at.date())
    if in_doubt:
        tested = any(one.verdict.verdict != Verdict.NOT_TESTED for one in series)
        return in_doubt if tested else f"{in_doubt} Nothing could be tested."
    verdict = _set_aside(facts, series) or but_for_settled(review, review_headline(series, review.unseen))
    untested = any(one.verdict.reason for one in series)
    mend = _mend_first(facts, _MANY_HANG) if untested else ""
    beside = "" if not mend or mend in verdict else mend[0].upper() + mend[1:]
    differ = _DIFFER if bias_found(review.measuring) and not any(one.alarming for one in series) else ""
    return " ".join(filter(None, (_check_first(review.events), verdict, differ, beside)))


_DIFFER = "Two that measured the same things differ for good."


def _check_first(events: Sequence[Event]) -> str:
    """Rows that explain all that alarms if they are wrong together; empty where something alarms beside them."""
    told = [
        [row for row in event.to_check if row.whole and (row.others or row.slip in (Slip.USED_UP, Slip.RATE))]
        for event in events
    ]
    if not told or not all(told):
        return ""
    rows = {(row.table, number) for some in told for row in some for number in (row.row, *row.others)}
    listed = [_rows_of(table, sorted(number for of, number in rows if of == table)) for table in sorted(dict(rows))]
    are = "it is" if len(rows) == 1 else "they are"
    return f"First check {' and '.join(listed)}: if {are} wrong as told below, that explains what follows."


def _rows_of(table: str, numbers: Sequence[int]) -> str:
    listed = words.listed(list(map(str, numbers)), _ROWS_LISTED)
    return f"{table} {'row' if len(numbers) == 1 else 'rows'} {listed}"


def _set_aside(facts: FactsUsed, series: Sequence[SeriesView]) -> str:
    """That nothing could be tested while rows are set aside, and what to mend; empty where that is not so."""
    rows = len(set_aside_rows(facts.set_aside))
    if not rows or any(one.verdict.verdict != Verdict.NOT_TESTED for one in series):
        return ""
    return f"{words.count(rows, 'row')} {'is' if rows == 1 else 'are'} set aside, and nothing could be tested: " + (
        _mend_first(facts, rows // 2 + 1) or _one_reason(facts.set_aside) or _mend_in_order(rows)
    )


def _mend_first(facts: FactsUsed, least: int) -> str:
    """The row for which most others are set aside, where these are so many at the least; else empty."""
    most = next(iter(facts.waited_for), None)
    if most is None or most.rows < least:
        return ""
    hang = f"{words.count(most.rows, 'row')} {'hangs' if most.rows == 1 else 'hang'} on it"
    return f"mend {most.file} row {most.row} first, as {hang} (stockward check says how)."


def _one_reason(set_aside: Sequence[SetAside]) -> str:
    """The reason why most rows are set aside, where it is the same; else empty."""
    alike = Counter((one.file, one.column, one.reason) for one in set_aside)
    (file, column, reason), number = alike.most_common(1)[0]
    if 2 * number <= len(set_aside) or number == 1:
        return ""
    row = next(one.row for one in set_aside if (one.file, one.column, one.reason) == (file, column, reason))
    cell = f", {column}" if column else ""
    return f"{file} row {row}{cell}, and {words.count(number - 1, 'other')} alike: {reason}."


def _mend_in_order(rows: int) -> str:
    them = "it" if rows == 1 else "them"
    return f"mend {them} first, areas and materials before all others (stockward check names each)."


def set_aside_rows(set_aside: Sequence[SetAside]) -> set[tuple[str, str, int]]:
    """The rows set aside, by table, file and number; one row may have several reasons."""
    return {(one.table, one.file, one.row) for one in set_aside}


def _correct_first(facts: FactsUsed, series: Sequence[SeriesView], today: date) -> str:
    """Which days to correct first; empty where none is in doubt, or an area alarms that those in doubt do not touch."""
    if not series:
        return ""
    # A record may be entered some time ahead; of a year or more it is a slip.
    if facts.ahead is not None and facts.ahead - today > _A_YEAR:
        return "First correct the days that lie in the future: what follows may come of them."
    doubted = facts.doubted_inventories
    touched = {None, *(area for _, area in doubted)}
    if not doubted or any(one.alarming and one.area not in touched for one in series):
        return ""
    names = list(dict.fromkeys(inventory for inventory, _ in doubted))
    listed = words.listed(names, _HEADLINE_LISTED)
    if len(names) == 1:
        return f"First correct the day of inventory {listed}: what follows may come of it."
    return f"First correct the days of inventories {listed}: what follows may come of them."


def review_headline(series: Sequence[SeriesView], seen: Sequence[SeriesDetection] = ()) -> str:
    """The verdict on the site, in one sentence; ``seen`` is what would go unseen in each series."""
    if not series:
        return "There is no balance to close: the books hold no stock between two inventories."
    alarming = [one for one in series if one.alarming]
    standing = Counter(one.verdict.verdict for one in alarming if not claims.cancels(one))
    if standing[Verdict.SHORTAGE]:
        return "More is missing than measuring explains."
    if standing[Verdict.DISCREPANCY]:
        return "An exact count does not agree with the books."
    if standing[Verdict.GAIN]:
        return "More is there than the books say, and more than measuring explains."
    return _cancelling(alarming) if alarming else _without_alarm(series, normal_losses(series, seen))


def _cancelling(alarming: Sequence[SeriesView]) -> str:
    """Where all that alarms cancels: the whole site as its areas do."""
    alarming = [one for one in alarming if not one.in_areas]
    if all(one.between for one in alarming):
        explained = [row for one in alarming for pair in one.between for row in pair.explained]
        if explained:
            them = "movements" if any(row.others for row in explained) else "movement"
            return f"What is missing in one area is surplus in another: check first the {them} that its finding names."
        return "What is missing in one area is surplus in another: a transfer may not have been booked."
    if all(one.cancelled and all(pair.inventories for pair in one.cancelled) for one in alarming):
        return "A count may be wrong, or a movement stand on its wrong side: what differs before and after it cancels."
    if all(one.verdict.verdict == Verdict.DISCREPANCY for one in alarming):
        return "Exact differences cancel: what was missing came to light again, or the other way round."
    return "A loss and a gain cancel, each of them more than measuring explains."


def _without_alarm(series: Sequence[SeriesView], taken: str) -> str:
    verdicts = Counter(one.verdict.verdict for one in series)
    untested, partly = verdicts[Verdict.NOT_TESTED], verdicts[Verdict.BALANCED_IN_PART]
    if untested == len(series):
        return errors.nothing_stated(series) or "Nothing could be tested: mend, or count, what the reasons below name."
    beside = f" Taken as normal loss: {taken}." if taken else ""
    if untested:
        in_part = f", and {partly} only in part" if partly else ""
        return f"Nothing alarms, but {untested} of {len(series)} series could not be tested{in_part}.{beside}"
    if partly:
        return f"Nothing alarms, but {partly} of {len(series)} series could be tested only in part.{beside}"
    if taken:
        return f"Nothing is missing beyond what measuring and normal loss explain: {taken} was taken as normal loss."
    if all(one.basis == Basis.ITEM for one in series):
        return "Nothing is missing: the exact counts agree with the books."
    return "Nothing is missing beyond what measuring explains."


def normal_losses(series: Sequence[SeriesView], seen: Sequence[SeriesDetection]) -> str:
    """Normal losses of a year that are larger than the losses that would be found; empty where none is."""
    texts = []
    for one, found in zip(series, seen, strict=False):
        least = found.detectable.even_year if found.detectable is not None else 0.0
        taken = _normal_loss_of_a_year(one)
        if one.scope == Scope.AREA and least is not None and taken > least:
            texts.append(f"{words.quantity(taken, one.unit, words.decimals(taken / 10))} of {one.label}")
    return words.listed(texts, _HEADLINE_LISTED)


def _normal_loss_of_a_year(series: SeriesView) -> float:
    closed = [period for period in series.periods if period.closed]
    since = closed[-1].end - timedelta(days=_YEAR_DAYS) if closed else None
    return sum(period.normal_loss or 0.0 for period in closed if since is not None and period.end > since)


def finding(series: SeriesView) -> str:
    """What is said of one series, and on what ground."""
    verdict = series.verdict.verdict
    if verdict in (Verdict.SHORTAGE, Verdict.GAIN):
        return _with([f"{claims.claim(series)}: more than measuring explains."], series)
    if verdict == Verdict.DISCREPANCY:
        return _with([f"{claims.claim(series)}: {_exact_ground(series)}, not yet explained."], series)
    if verdict == Verdict.NOT_TESTED:
        return f"{series.label}: {reason(series)}."
    if verdict == Verdict.BALANCED_IN_PART:
        return f"{series.label}: nothing alarms in what could be tested; {reason(series)}."
    return f"{series.label}: measuring explains the differences."


def _with(texts: Sequence[str], series: SeriesView) -> str:
    """A claim with what to do about it, and what it stands on."""
    told = claims.advice(series), claims.moved(series), claims.to_check(series), ledger.hangs_on(series)
    said = (*texts, *told, *claims.grounds(series))
    return " ".join(text for text in said if text) + _left_out(series)


def _left_out(series: SeriesView) -> str:
    """What an alarm was raised without."""
    return f" Left out of it: {reason(series)}." if series.verdict.reason else ""


def _exact_ground(series: SeriesView) -> str:
    """On what ground a difference is exact."""
    return "an exact count" if series.basis == Basis.ITEM else "no error of measuring can have left it"


def event_claim(event: Sequence[SeriesView]) -> str:
    """One loss told once: what the first of its series says, and the figures of the others with it; areas apart."""
    areas = by_area(event)
    text = "; ".join(map(_claim_of_area, areas))
    whole = [claims.size(one) for one in event[1:] if one.scope == Scope.SITE]
    return f"{text}; over {WHOLE_SITE} {' and '.join(whole)}" if whole and len(areas) == 1 else text


def _claim_of_area(event: Sequence[SeriesView]) -> str:
    lead, *others = event
    text = claims.claim(lead)
    came_back = any(one.all_told for one in lead.returned)
    items = [_of(one) for one in others if one.basis == Basis.ITEM]
    held = [_of(one, left=came_back) for one in others if one.basis != Basis.ITEM]
    if items:
        text += f", and {' and '.join(items)}"
    if any(held):
        them = "them" if lead.basis == Basis.ITEM else "it"
        text += f"{';' if items else ','} with {them} {' and '.join(filter(None, held))}"
    return "; ".join([text, *(beside for one in others for beside in claims.beside_items(one))])


def _of(series: SeriesView, *, left: bool = False) -> str:
    """How much of what; where it goes both ways, what comes first. Of items that came back, what those hold is told
    that are ``left``.
    """
    size = claims.in_items(series, left=left) if series.contents else claims.size(series)
    if not size:
        return ""
    return f"{series.what}: {size}" if "surplus" in size and "missing" in size else f"{size} of {series.what}"


def event_sentence(event: Sequence[SeriesView]) -> str:
    """The claim of an event, and after it what to do where it cancels, and what passes for exact in it."""
    advice = next((text for one in event if (text := claims.advice(one))), "")
    moved = next((text for one in event if (text := claims.moved(one))), "")
    # A movement between two areas may explain what both of them claim, and is told once.
    to_check = dict.fromkeys(next(filter(None, map(claims.to_check, own)), "") for own in by_area(event))
    grounds = list(dict.fromkeys(text for one in event for text in claims.grounds(one)))
    stands = (*grounds[:_HEADLINE_LISTED], errors.no_alarm(event))
    booked = dict.fromkeys(_booked(one) for one in event if one.scope == Scope.AREA or len(event) == 1)
    said = (f"{event_claim(event)}.", *booked, advice, moved, *to_check, *ledger.hang_together(event), *stands)
    return " ".join(text for text in said if text)


def next_steps(found: Sequence[Sequence[SeriesView]], facts: FactsUsed) -> list[tuple[str, str]]:
    """What to do next, for each verdict that stands, and for what cancels; days in doubt come before all of it."""
    steps = _steps(found)
    if facts.ahead is None and not facts.doubted_inventories:
        return steps
    return [(name, f"correct the days in doubt first; if it stays, {step}") for name, step in steps]


def _steps(found: Sequence[Sequence[SeriesView]]) -> list[tuple[str, str]]:
    alarming = [one for event in found for one in event]
    standing = [one for one in alarming if not claims.cancels(one)]
    steps = [
        (VERDICT_WORD[verdict], _step(verdict, own))
        for verdict in NEXT_STEP
        if (own := [one for one in standing if one.verdict.verdict == verdict])
    ]
    return [*steps, *([(CANCELLING, CANCELLING_STEP)] if any(map(claims.cancels, alarming)) else [])]


def _step(verdict: Verdict, found: Sequence[SeriesView]) -> str:
    """What to do next for a verdict, after what the claims of some of its series say to check first."""
    step = NEXT_STEP[verdict]
    return f"{FIRST_STEP}; then {step}" if any(map(claims.says_what_to_check, found)) else step


def event_label(event: Sequence[SeriesView]) -> str:
    """What and where, as the table of actions shows it; areas apart."""
    return " and ".join(_label_of_area(own) for own in by_area(event))


def _label_of_area(event: Sequence[SeriesView]) -> str:
    lead, *others = event
    held = [one.what for one in others]
    return f"{lead.label}, with the {' and '.join(held)} in it" if held else lead.label


def by_area(event: Sequence[SeriesView]) -> list[list[SeriesView]]:
    """The series of an event area by area, in its order; those of the whole site only where it has no others."""
    own = [one for one in event if one.scope == Scope.AREA] or [event[0]]
    return [[one for one in own if one.area == area] for area in dict.fromkeys(one.area for one in own)]


def event_amounts(event: Sequence[SeriesView]) -> list[str]:
    """The figures of all series of one loss, as the table of actions shows them; each loss apart."""
    areas = [one for own in by_area(event) for one in own]
    told = [claims.amounts(one) for one in areas]
    if len(set(map(len, told))) == 1:
        return ["; ".join(together) for together in zip(*told, strict=True)]
    return ["; ".join(map(claims.amount, areas))]


def reason(series: SeriesView) -> str:
    """Why a series is not tested, without a full stop."""
    return (series.verdict.reason or "no period could be tested").rstrip(".")


def rows_at_fault(causes: Sequence[pl.DataFrame]) -> str:
    """The rows for which periods are not tested, the first by name; empty where none is known."""
    rows = dict.fromkeys(row for some in causes for row in some.select("table", "row").rows())
    return words.listed([f"{table} row {row}" for table, row in rows], _ROWS_LISTED)


def chance(series: SeriesView) -> str:
    """The p-value behind a verdict; an exact one has none."""
    said = series.verdict
    return "exact" if said.verdict == Verdict.DISCREPANCY else words.probability(said.p_value)


def losses_sentence(series: SeriesView) -> str | None:
    """What the plain sums say beside the amounts, and what stands behind them."""
    losses = series.losses
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
    raised = [
        f"{one.inventory} of {words.day(series.day(one.raised_as_of))} "
        f"({one.state}{'' if one.of == series.verdict.verdict else f', of a {one.of}'})"
        for one in alarms
    ]
    word = "Alarm" if len(alarms) == 1 else f"{words.number(len(alarms))} alarms"
    return (
        f"{word} raised, at inventory {words.listed(raised, _ALARMS_LISTED)}. An alarm stands until the facts change."
    )


def run_on(series: Sequence[SeriesView]) -> list[str]:
    """What an inventory left out that a later one counted: its period was tested with the next, and nothing is open."""
    texts = [
        f"{one.label}: at {period.inventory} {period.reason or 'a material was left out'}: its period runs on to "
        f"{later.inventory}."
        for one in series
        for place, period in enumerate(one.periods)
        if period.status == PeriodStatus.INCOMPLETE and not one.verdict.reason and not lies_outside(period.reason)
        for later in [next((later for later in one.periods[place + 1 :] if later.closed), None)]
        if later is not None
    ]
    of_parts = sum(lies_outside(period.reason) for one in series for period in one.periods)
    ran = [f"{words.count(len(texts) - _HEADLINE_LISTED, 'more period')} ran on like that."]
    over = [f"{words.count(of_parts, 'balance')} ran on over counts of a part of the stock: {OUTSIDE_THE_SCOPE}."]
    return [*texts[:_HEADLINE_LISTED], *(ran if texts[_HEADLINE_LISTED:] else []), *over[:of_parts]]


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
    return " ".join([*texts, _booked(series) or "Nothing was written off or booked as found."])


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
    if site.counted_before:
        texts.append(f"It is {late_begin(site, series.timezone)}.")
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


def late_begin(site: SiteView, timezone: str) -> str:
    """From when the whole site is looked at, and why not before; empty where none of its areas was counted before."""
    if site.since is None or not site.counted_before:
        return ""
    text = f"looked at from {words.day(words.local(site.since, timezone))} on"
    if not site.first_counted:
        return f"{text}: before that its areas were not counted together"
    first = words.listed(list(site.first_counted), _AREAS_LISTED)
    before = words.listed(list(site.counted_before), _AREAS_LISTED)
    return f"{text}, with the first complete inventory of {first}; {before} had been counted before"


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
    texts = claims.assumed(series)
    if not texts:
        return None
    return (
        f"Taken as exact, since the books state no error of it: {words.listed(texts, _HEADLINE_LISTED)}. Where that is "
        "not so, this verdict does not hold: state random_rel and systematic_rel, 0 for none."
    )


def days_in_doubt(facts: FactsUsed) -> list[str]:
    """Stands below the headline where the record ends on a day that has not come, or a day contradicts the others."""
    texts = []
    if facts.ahead is not None:
        texts.append(f"The last day of the record, {words.day(facts.ahead)}, lies in the future: see the first notice.")
    return [*texts, *_doubted(facts.doubted_inventories)]


def _doubted(doubted: Sequence[tuple[str, str]]) -> list[str]:
    """Inventories whose day contradicts the others, and what comes of it."""
    listed = words.listed([f"{inventory} of {area}" for inventory, area in doubted], _HEADLINE_LISTED)
    if len(doubted) > 1:
        return [
            f"The days of inventories {listed} contradict the others (see the notices): correct them first; findings "
            "in their areas may come of them alone."
        ]
    return [
        f"The day of inventory {listed} contradicts the others (see the notice): correct it first; findings in its "
        "area may come of it alone."
        for _ in doubted
    ]


def _booked(series: SeriesView) -> str:
    """What the books write off or find beside the difference, which holds all of it; empty for nothing."""
    parts = []
    for name, values in (
        ("written off", [period.written_off for period in series.periods if period.written_off]),
        ("booked as found", [period.found for period in series.periods if period.found]),
    ):
        if values:
            total = sum(value for value in values if value is not None)
            parts.append(f"{words.quantity(total, series.unit)} {name} in {words.count(len(values), 'period')}")
    return f"The difference stands before what the books adjust: {' and '.join(parts)}." if parts else ""
