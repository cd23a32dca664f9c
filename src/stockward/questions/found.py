"""What a review alarms for, as findings of the book are recognised by: next month's review names the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

from stockward.answers.review import ReviewAnswer
from stockward.book.store.findings import FoundAlarm, FoundSubject
from stockward.terms.measuring import PairsVerdict
from stockward.terms.verdicts import ALARMING, Verdict


def alarms_found(answers: ReviewAnswer) -> tuple[FoundAlarm, ...]:
    """Every alarm of a review: of tests, of exact differences, and of pairs of methods; one for each subject and day.

    The exact differences of an area come first: what is left of a series in a direction without error may be the same.
    """
    zone = ZoneInfo(answers.timezone)
    found: dict[tuple[FoundSubject, str], FoundAlarm] = {}
    for alarm in (*_of_tests(answers), *_of_exact_books(answers), *_of_pairs(answers)):
        here = replace(alarm, at=alarm.at.astimezone(zone))
        found.setdefault((alarm.subject, alarm.inventory), here)
    return tuple(found.values())


def _of_tests(answers: ReviewAnswer) -> Iterator[FoundAlarm]:
    """Every alarm of the record, of a shortage and of a gain, whatever the series is called now."""
    for (series, unit), verdict in zip(_names(answers), answers.verdicts, strict=True):
        for alarm in verdict.alarms:
            yield FoundAlarm(FoundSubject(series, unit, alarm.of.value), alarm.inventory, alarm.raised_as_of)


def _of_exact_books(answers: ReviewAnswer) -> Iterator[FoundAlarm]:
    """Differences that no error of measuring can have left: of areas, of the whole site, of combinations of periods."""
    kind = Verdict.DISCREPANCY.value
    for one in answers.items.discrepancies:
        yield FoundAlarm(FoundSubject(one.id, one.unit, kind, one.inventory), one.inventory, one.end, one.difference)
    names, periods = _names(answers), answers.balances.periods
    ends = periods.select("series", "inventory", "start", "end").rows()
    inventories = {(series, start, end): inventory for series, inventory, start, end in ends}
    for event in answers.events:
        for exact in event.exact:
            inventory = inventories.get((exact.series, exact.start, exact.end))
            if inventory is not None:
                series, unit = names[exact.series]
                subject = FoundSubject(series, unit, kind, inventory)
                yield FoundAlarm(subject, inventory, exact.end, exact.difference)
    left = (amount for verdict in answers.verdicts for amount in verdict.left)
    for (number, inventory, _start, end), amount in zip(ends, left, strict=True):
        if amount and answers.verdicts[number].verdict in ALARMING:
            series, unit = names[number]
            yield FoundAlarm(FoundSubject(series, unit, kind, inventory), inventory, end, amount)


def _of_pairs(answers: ReviewAnswer) -> Iterator[FoundAlarm]:
    """A bias between two that measured the same: one finding, however many pairs come to it."""
    for one in answers.measuring.pairs:
        if one.verdict is PairsVerdict.BIAS:
            between = " / ".join(name for name in (one.partner, one.first_method, one.second_method) if name)
            yield FoundAlarm(FoundSubject(between, one.unit, one.verdict.value), "", one.last_at)


def _names(answers: ReviewAnswer) -> list[tuple[str, str]]:
    """Name and unit of each series."""
    return answers.balances.series.select("id", "unit").rows()
