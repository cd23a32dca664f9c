"""Which finding of the book an alarm of a review belongs to: next month's review must name the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from stockward.book.store.findings import SETTLED, FindingRecord, FoundAlarm, FoundSubject
from stockward.terms.periods import YEAR_DAYS

_ONE_FINDING = timedelta(days=YEAR_DAYS)
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class ComparedAlarms:
    """The alarms of a review by the finding that they belong to: known ones, grown ones with all alarms, and new."""

    found: frozenset[int]
    grown: Mapping[int, tuple[FoundAlarm, ...]]
    raised: tuple[tuple[FoundAlarm, ...], ...]


def compared_alarms(records: Mapping[int, FindingRecord], alarms: Iterable[FoundAlarm]) -> ComparedAlarms:
    """Which known finding each alarm belongs to, and which are new.

    What is settled with an amount is out of the tests: what alarms all the same is another finding.

    An alarm belongs to the finding of its subject that has an alarm of the same inventory, else to the one with an
    alarm nearest to it within a year. What belongs to none is new: one finding for all that follow within a year.
    """
    own: dict[int, list[FoundAlarm]] = {}
    new: dict[FoundSubject, list[list[FoundAlarm]]] = {}
    for alarm in sorted(alarms, key=lambda one: (one.subject.series, one.subject.unit, one.subject.of, one.at)):
        number = _finding_of(records.values(), alarm)
        if number is not None:
            own.setdefault(number, []).append(alarm)
            continue
        runs = new.setdefault(alarm.subject, [])
        if runs and alarm.at - runs[-1][-1].at <= _ONE_FINDING:
            runs[-1].append(alarm)
        else:
            runs.append([alarm])
    grown = {number: _together(records[number].alarms, found) for number, found in own.items()}
    return ComparedAlarms(
        frozenset(own),
        {number: alarms for number, alarms in grown.items() if alarms != records[number].alarms},
        tuple(tuple(run) for runs in new.values() for run in runs),
    )


def _finding_of(records: Iterable[FindingRecord], alarm: FoundAlarm) -> int | None:
    alike = [one for one in records if one.subject == alarm.subject and not (one.state in SETTLED and one.settled)]
    for record in alike:
        if any(alarm.inventory == one.inventory for one in record.alarms):
            return record.number
    near = [(min(abs(alarm.at - one.at) for one in record.alarms), record.number) for record in alike]
    distance, number = min(near, default=(_ONE_FINDING * 2, -1))
    return number if distance <= _ONE_FINDING else None


def _together(known: Sequence[FoundAlarm], found: Sequence[FoundAlarm]) -> tuple[FoundAlarm, ...]:
    """The known alarms, and those found that are new or of another amount: what no longer alarms stays on record."""
    alarms = {one.inventory: one for one in known}
    for one in found:
        former = alarms.get(one.inventory)
        if former is None or _differ(former.amount, one.amount):
            alarms[one.inventory] = one
    return tuple(sorted(alarms.values(), key=lambda one: (one.at, one.inventory)))


def _differ(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is not other
    return abs(one - other) > _ROUNDING * max(abs(one), abs(other))
