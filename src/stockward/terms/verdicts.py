"""Closed lists of what Stockward may say, in order of precedence: the first that holds is said."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Verdict(StrEnum):
    """What is said of one series."""

    SHORTAGE = "shortage"
    GAIN = "gain"
    DISCREPANCY = "discrepancy"
    NOT_TESTED = "not_tested"
    BALANCED_IN_PART = "balanced_in_part"
    BALANCED = "balanced"


VERDICT_MEANING: dict[Verdict, str] = {
    Verdict.SHORTAGE: "More is missing than measuring explains.",
    Verdict.GAIN: "There is more than the books say, and more than measuring explains.",
    Verdict.DISCREPANCY: "An exact difference is not zero and not yet explained.",
    Verdict.NOT_TESTED: "No period could be tested; the reason is given.",
    Verdict.BALANCED_IN_PART: "Nothing alarms, but some periods could not be tested; the reason is given.",
    Verdict.BALANCED: "Every period is closed, and measuring explains the differences.",
}

URGENCY = {verdict: rank for rank, verdict in enumerate(Verdict)}
"""Rank of each verdict; the most urgent is 0."""

ALARMING = frozenset({Verdict.SHORTAGE, Verdict.GAIN, Verdict.DISCREPANCY})


def most_urgent(verdicts: Iterable[Verdict]) -> Verdict:
    """The one that is said of all together."""
    return min(verdicts, key=URGENCY.__getitem__)


class PeriodStatus(StrEnum):
    """Whether a balance period could be closed and tested."""

    CLOSED = "closed"
    INCOMPLETE = "incomplete"
    NOT_TESTED = "not_tested"


OUTSIDE_THE_SCOPE = "outside the scope of that count"
"""Begins the reason of an inventory that was not meant to count what it left open."""


def lies_outside(reason: str | None) -> bool:
    """Whether a period is open since its inventory was not meant to count it."""
    return (reason or "").startswith(OUTSIDE_THE_SCOPE)


class AlarmState(StrEnum):
    """How old an alarm is; none ever ends by itself."""

    NEW = "new"
    STANDING = "standing"
    EARLIER = "earlier"


ALARM_MEANING: dict[AlarmState, str] = {
    AlarmState.NEW: "Raised by the last inventory that was tested.",
    AlarmState.STANDING: "Raised before, within the last year of the record.",
    AlarmState.EARLIER: "Raised before that; nothing has changed in the facts since.",
}


class SettledState(StrEnum):
    """What came of a loss, or a surplus, that is confirmed or explained with an amount.

    Settled: it explains what the books show in its periods, so that the tests go on after them. In part: the books show
    more, so that its periods stay, less the amount. No alarm: nothing alarms there, and what is shown of it is taken
    out.
    """

    SETTLED = "settled"
    IN_PART = "in_part"
    NO_ALARM = "no_alarm"


class Slip(StrEnum):
    """How a booked row may be wrong, so that it would explain what is claimed of a series."""

    SAME_DAY = "same_day"
    OTHER_SIDE = "other_side"
    DECIMAL_POINT = "decimal_point"
    WRONG_UNIT = "wrong_unit"
    WRONG_DIGITS = "wrong_digits"
    TWICE = "twice"
    REVERSED = "reversed"
    WRONG_YEAR = "wrong_year"
    WRONG_AREA = "wrong_area"
    WRONG_MATERIAL = "wrong_material"
    WRONG_WAY = "wrong_way"
    USED_UP = "used_up"
    RATE = "rate"


SLIP_MEANING: dict[Slip, str] = {
    Slip.SAME_DAY: "It stands on the day of an inventory, and of one of the two only the day is known.",
    Slip.OTHER_SIDE: "It may belong to the other side of an inventory around which two claims cancel.",
    Slip.DECIMAL_POINT: "Ten, a hundred or a thousand times too much, or such a part, may have been booked.",
    Slip.WRONG_UNIT: "Its number may have been meant in another unit.",
    Slip.WRONG_DIGITS: "Two digits beside each other may have been exchanged, or one written twice, or once for twice.",
    Slip.TWICE: "A row of the same day is alike: one of the two may be a repeat.",
    Slip.REVERSED: "It may have gone out where it is booked in, or come in where it is booked out.",
    Slip.WRONG_YEAR: "It lies outside the record, and in another year within the days of what is claimed.",
    Slip.WRONG_AREA: "It may belong to the other of two areas, one of which lacks what the other has more of.",
    Slip.WRONG_MATERIAL: "It may be of another material, of which its area has more.",
    Slip.WRONG_WAY: "It may have gone the other way between two areas, one of which lacks what the other has more of.",
    Slip.USED_UP: "It was used in an area in which nothing was made that holds it: the books have it there still.",
    Slip.RATE: "About as much as it took out of the books as normal loss came to light.",
}


class LedgerFault(StrEnum):
    """How the arithmetic of the books may be at fault by itself."""

    BALANCE_BREAKS = "balance_breaks"
    BOOK_DIFFERS = "book_differs"
    BELOW_ZERO = "below_zero"
    SIDES_DIFFER = "sides_differ"
    ENTERED_AFTER_COUNT = "entered_after_count"
    NUMBER_TWICE = "number_twice"
    NUMBER_REUSED = "number_reused"
    NUMBERS_LACK = "numbers_lack"
    NUMBERS_SHARED = "numbers_shared"


LEDGER_FAULT_MEANING: dict[LedgerFault, str] = {
    LedgerFault.BALANCE_BREAKS: "A printed balance does not follow from the one before and the row.",
    LedgerFault.BOOK_DIFFERS: "A list of counts prints another book than the movements make.",
    LedgerFault.BELOW_ZERO: "By the books more left an area than stood there.",
    LedgerFault.SIDES_DIFFER: "The two sides of a transfer say different quantities.",
    LedgerFault.ENTERED_AFTER_COUNT: "Rows dated before an inventory were entered after it, and move its difference.",
    LedgerFault.NUMBER_TWICE: "A document stands in the books twice, line by line.",
    LedgerFault.NUMBER_REUSED: "A number of a document comes again long after.",
    LedgerFault.NUMBERS_LACK: "Numbers of documents run on but for a few.",
    LedgerFault.NUMBERS_SHARED: "Numbers of documents are shared with other books, or selected: gaps say nothing.",
}


class Fit(StrEnum):
    """How much the differences scatter beside what the stated errors let expect."""

    MORE = "more"
    LESS = "less"
    AS_STATED = "as_stated"
    NOT_TESTED = "not_tested"


class FitPart(StrEnum):
    """Which of the stated errors do not fit, as far as the differences tell."""

    ALL = "all"
    RANDOM = "random"
    SYSTEMATIC = "systematic"
    UNCLEAR = "unclear"


class Basis(StrEnum):
    """What a series accounts for: a substance by quantity, or an item material by number."""

    BULK = "bulk"
    ITEM = "item"


class Scope(StrEnum):
    """Whether a series is of one area, or of a substance over the whole site."""

    AREA = "area"
    SITE = "site"


class OrderVerdict(StrEnum):
    """What is said of one order."""

    NOT_MEASURABLE = "not_measurable"
    MET = "met"
    ON_COURSE = "on_course"
    IMPOSSIBLE = "impossible"
    SHORT = "short"


ORDER_MEANING: dict[OrderVerdict, str] = {
    OrderVerdict.NOT_MEASURABLE: "The records do not allow a figure; the reason is given.",
    OrderVerdict.MET: "The figure of today meets the target, and still will on the due date.",
    OrderVerdict.ON_COURSE: "It is not met yet, and will be by the due date from what is on record.",
    OrderVerdict.IMPOSSIBLE: "No choice among the candidates meets it by the due date within the rules.",
    OrderVerdict.SHORT: "It will not be met by the due date unless more is done.",
}

UNMET = frozenset({OrderVerdict.IMPOSSIBLE, OrderVerdict.SHORT})


class Solved(StrEnum):
    """What a solver can say of its answer."""

    PROVEN = "proven"
    FEASIBLE = "feasible"
    IMPOSSIBLE = "impossible"
    OUT_OF_TIME = "out_of_time"


SOLVED_MEANING: dict[Solved, str] = {
    Solved.PROVEN: "No better roster exists.",
    Solved.FEASIBLE: "Every rule is kept; a better roster may exist, and more time (--time) may find it.",
    Solved.IMPOSSIBLE: "No roster keeps every rule; what stands in the way is said below.",
    Solved.OUT_OF_TIME: "The time ended before any roster was found; more time (--time) may find one.",
}
"""Said of rosters, to who waits for one."""


TESTS: tuple[str, ...] = ("standardised", "cumuf", "sitmuf", "gemuf", "page", "page_pair", "windows", "default")

DEFAULT_TEST = "windows of time, nested in planned years"
"""The test that gives the verdict, in words."""
