"""Every rule of a roster, held against its duties one by one: each in the checker's own words."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from itertools import combinations, pairwise

from stockward.answers.roster import Duty
from stockward.roster.checker.facts import ONE_DAY, Checked, RuleBreach, Stint
from stockward.roster.checker.spans import (
    check_average_hours,
    check_longest_night,
    check_pattern,
    check_rest_on_change,
    check_weekly_rest,
)

_WINDOW = 28


def check_roster(checked: Checked) -> tuple[RuleBreach, ...]:
    """Every rule that a roster breaks, in the order of the rules."""
    return tuple(breach for check in ROSTER_CHECKS for breach in check(checked))


def check_known(checked: Checked) -> Iterator[RuleBreach]:
    """Everybody is a guard who can stand at a post, and every duty is a shift of its post."""
    shifts = {(post["post"], low, high) for post, low, high in checked.asked()}
    for duty in checked.duties:
        if duty.person not in checked.people:
            yield RuleBreach(
                "known", f"{duty.person} is no guard who can stand at a post", duty.person, duty.post, duty.day
            )
        elif (duty.post, duty.start, duty.end) not in shifts and not checked.was_worked(duty):
            yield RuleBreach("known", f"{duty.post} has no such shift on {duty.day}", duty.person, duty.post, duty.day)


def check_staffing(checked: Checked) -> Iterator[RuleBreach]:
    """As many stand at each of the posts in each shift as it asks for, with who worked there at other times."""
    regular = [duty for duty in checked.duties if not checked.worked_otherwise(duty)]
    there = Counter((duty.post, duty.number, duty.start) for duty in regular)
    there_at_all = Counter((duty.post, duty.start) for duty in regular)
    otherwise = _places_worked_otherwise(checked)
    for post, low, _ in checked.asked():
        name, guards = post["post"], int(post["guards"])
        number = checked.numbers.get(name, 1)
        day = low.astimezone(checked.zone).date()
        wanted = guards * number - checked.open_places.get((name, low), 0)
        wanted -= min(otherwise.get((name, low), 0), guards * number)
        stand = there_at_all[name, low]
        if stand > wanted or (checked.complete and stand < wanted):
            yield RuleBreach("staffing", f"{stand} stand at {name} on {day} in place of {wanted}", None, name, day)
        for copy in range(1, number + 1):
            stand = there[name, copy, low]
            if stand > guards:
                yield RuleBreach("staffing", f"{stand} stand at {name} ({copy}) on {day}", None, name, day)
    for name, copy, start in there:
        if not 1 <= copy <= checked.numbers.get(name, 1):
            day = start.astimezone(checked.zone).date()
            yield RuleBreach("staffing", f"there is no {name} ({copy})", None, name, day)


def _places_worked_otherwise(checked: Checked) -> dict[tuple[str, datetime], int]:
    """Places of each shift that were filled at other times: as their hours come to, rounded, and at least one."""
    shares: dict[tuple[str, datetime], float] = defaultdict(float)
    for duty in checked.duties:
        own = checked.own_shift(duty) if checked.worked_otherwise(duty) else None
        if own is not None:
            common = min(duty.end, own[1]) - max(duty.start, own[0])
            shares[duty.post, own[0]] += common / (own[1] - own[0])
    return {place: max(1, int(share + 0.5)) for place, share in shares.items()}


def check_qualification(checked: Checked) -> Iterator[RuleBreach]:
    """Whoever stands at a post holds what it asks for."""
    for duty in checked.duties:
        wanted = checked.posts.get(duty.post, {}).get("qualification")
        held = checked.people.get(duty.person, {}).get("qualifications") or []
        if wanted is not None and wanted not in held:
            words = f"{duty.person} does not hold {wanted}, which {duty.post} asks for"
            yield RuleBreach("qualification", words, duty.person, duty.post, duty.day)


def check_areas(checked: Checked) -> Iterator[RuleBreach]:
    """Nobody stands in an area that they must not guard."""
    for duty in checked.duties:
        area = checked.posts.get(duty.post, {}).get("area")
        if area is not None and area in (checked.people.get(duty.person, {}).get("not_in_areas") or []):
            words = f"{duty.person} must not guard {area}, where {duty.post} is"
            yield RuleBreach("areas", words, duty.person, duty.post, duty.day)


def check_there(checked: Checked) -> Iterator[RuleBreach]:
    """Nobody has a duty that takes place on a day on which they are absent, or do not count; what was worked, was."""
    for duty in checked.duties:
        if duty.person in checked.people and not checked.was_worked(duty):
            day, last = (
                moment.astimezone(checked.zone).date() for moment in (duty.start, duty.end - timedelta(seconds=1))
            )
            while day <= last:
                if not checked.is_there(duty.person, day):
                    words = f"{duty.person} is not there on {day}"
                    yield RuleBreach("there", words, duty.person, duty.post, duty.day)
                    break
                day += ONE_DAY


def check_mixed(checked: Checked) -> Iterator[RuleBreach]:
    """More than one affiliation stands at a post that asks for it, whenever anybody does, and be places left open.

    Of shifts that are a part of a roster alone, who else stands there is not known.
    """
    if not checked.complete:
        return
    there_: dict[tuple[str, int, datetime], list[Duty]] = defaultdict(list)
    for duty in checked.duties:
        own = checked.own_shift(duty) if checked.worked_otherwise(duty) else None
        there_[duty.post, duty.number, own[0] if own else duty.start].append(duty)
    for (name, _, start), duties in there_.items():
        post = checked.posts.get(name, {})
        affiliations = {checked.people[duty.person]["affiliation"] for duty in duties if duty.person in checked.people}
        if post.get("mixed") and len(affiliations) < 2 and not all(map(checked.was_worked, duties)):
            day = start.astimezone(checked.zone).date()
            yield RuleBreach("mixed", f"one affiliation alone stands at {name} on {day}", None, name, day)


def check_one_shift_a_day(checked: Checked) -> Iterator[RuleBreach]:
    """Nobody begins two shifts on a day."""
    for person, stints in checked.stints.items():
        for day, number in Counter(one.day for one in stints).items():
            if number > 1 and any(one.planned and one.day == day for one in stints):
                yield RuleBreach("one_shift_a_day", f"{person} begins {number} shifts on {day}", person, None, day)


def check_rest(checked: Checked) -> Iterator[RuleBreach]:
    """Enough hours lie between the end of a shift and the start of the next."""
    hours = checked.rules.min_rest_hours or 0
    for person, stints in checked.stints.items():
        for one, following in combinations(stints, 2):
            between = (following.start - one.end).total_seconds() / 3600
            if between < hours - 1e-9 and (one.planned or following.planned):
                words = (
                    f"{person} rests {max(between, 0):g} h before the shift of {following.day}, at least {hours:g} h"
                )
                yield RuleBreach("rest", words, person, following.post, following.day)


def check_hours_a_week(checked: Checked) -> Iterator[RuleBreach]:
    """Nobody works more than the hours of a week, Monday to Sunday."""
    most = checked.rules.max_hours_per_week
    for person, monday, stints in _weeks(checked) if most is not None else ():
        hours = sum(one.minutes for one in stints) / 60
        if most is not None and hours > most + 1e-9:
            words = f"{person} works {hours:g} h in the week of {monday}, at most {most:g} h"
            yield RuleBreach("hours_a_week", words, person, None, monday)


def _weeks(
    checked: Checked, counts: Callable[[Stint], bool] = lambda one: True
) -> Iterator[tuple[str, date, list[Stint]]]:
    """The stints of each person that begin from a Monday to the Sunday, where the roster plans any of them."""
    for person, stints in checked.stints.items():
        weeks: dict[date, list[Stint]] = defaultdict(list)
        for one in stints:
            if counts(one):
                weeks[one.day - ONE_DAY * one.day.weekday()].append(one)
        yield from ((person, monday, ones) for monday, ones in weeks.items() if any(one.planned for one in ones))


def check_contract_hours(checked: Checked) -> Iterator[RuleBreach]:
    """Nobody works more than the contract gives, and the overtime that the site allows."""
    minutes: dict[str, float] = defaultdict(float)
    for duty in checked.duties:
        minutes[duty.person] += (duty.end - duty.start).total_seconds() / 60
    for person, total in minutes.items():
        if person in checked.people:
            contract, overtime = checked.contract_minutes(person), checked.overtime_minutes(person)
            if total > contract + overtime + 1e-6:
                words = f"{person} works {total / 60:g} h in these weeks, the contract gives {contract / 60:g} h"
                words += f", and overtime {overtime / 60:g} h" if overtime else ""
                yield RuleBreach("contract_hours", words, person)


def check_longest_run(checked: Checked) -> Iterator[RuleBreach]:
    """Nobody works more days in a row than allowed."""
    most = checked.rules.max_consecutive_shifts
    yield from _too_long(checked, "longest_run", "days", most, lambda one: True)


def check_nights_in_a_row(checked: Checked) -> Iterator[RuleBreach]:
    """Nobody works more nights in a row than allowed."""
    most = checked.rules.max_consecutive_nights
    yield from _too_long(checked, "nights_in_a_row", "nights", most, checked.is_night)


def check_nights_a_week(checked: Checked) -> Iterator[RuleBreach]:
    """Nobody works more nights from Monday to Sunday than allowed."""
    most = checked.rules.max_nights_per_week
    for person, monday, nights in _weeks(checked, checked.is_night) if most is not None else ():
        if most is not None and len(nights) > most:
            words = f"{person} works {len(nights)} nights in the week of {monday}, at most {most}"
            yield RuleBreach("nights_a_week", words, person, None, monday)


def _too_long(
    checked: Checked, rule: str, what: str, most: int | None, counts: Callable[[Stint], bool]
) -> Iterator[RuleBreach]:
    if most is None:
        return
    for person, stints in checked.stints.items():
        planned = {one.day for one in stints if one.planned and counts(one)}
        for first, length in checked.runs({one.day for one in stints if counts(one)}):
            days = [first + ONE_DAY * step for step in range(length)]
            beyond = any(day in planned for day in days[most:])
            into_locked = any(day in planned for day in days) and days[-1] >= checked.end
            if length > most and (beyond or into_locked):
                words = f"{person} works {length} {what} in a row from {first} on, at most {most}"
                yield RuleBreach(rule, words, person, None, first)


def check_shortest_run(checked: Checked) -> Iterator[RuleBreach]:
    """Runs of work are long enough; those that touch the first day that is known or the last of the roster are."""
    least = checked.rules.min_consecutive_shifts or 1
    for person, stints in checked.stints.items() if checked.complete else ():
        for first, length in checked.runs({one.day for one in stints}):
            last = first + ONE_DAY * (length - 1)
            inside = first > checked.since and checked.first - ONE_DAY <= last < checked.end - ONE_DAY
            if inside and length < least and last + ONE_DAY >= checked.first:
                words = f"{person} works {length} days in a row from {first} on, at least {least}"
                yield RuleBreach("shortest_run", words, person, None, first)


def check_days_off(checked: Checked) -> Iterator[RuleBreach]:
    """Runs of days off are long enough; those that touch the first day that is known or the last of the roster are."""
    least = checked.rules.min_consecutive_days_off or 1
    for person, stints in checked.stints.items() if checked.complete else ():
        worked = sorted({one.day for one in stints})
        for one, following in pairwise(worked):
            length = (following - one).days - 1
            if 0 < length < least and checked.first <= following < checked.end:
                words = f"{person} has {length} days off from {one + ONE_DAY} on, at least {least}"
                yield RuleBreach("days_off", words, person, None, one + ONE_DAY)


def check_weekends(checked: Checked) -> Iterator[RuleBreach]:
    """Nobody works on more weekends of any 28 days than allowed."""
    most = checked.rules.max_weekends
    for person, stints in checked.stints.items() if most is not None else ():
        worked: dict[date, bool] = {}
        for one in stints:
            if one.day.weekday() >= 5:
                saturday = one.day - ONE_DAY * (one.day.weekday() - 5)
                worked[saturday] = worked.get(saturday, False) or one.planned
        for saturday in worked:
            window = [day for day in worked if saturday <= day < saturday + ONE_DAY * _WINDOW]
            # Weekends worked before count, but only those planned now can be too many.
            past = sum(1 for day in window if not worked[day])
            allowed = max(most or 0, past)
            if len(window) > allowed and any(worked[day] for day in window):
                words = f"{person} works on {len(window)} weekends in the 28 days from {saturday} on, at most {most}"
                yield RuleBreach("weekends", words, person, None, saturday)


def check_pairs(checked: Checked) -> Iterator[RuleBreach]:
    """No two guards stand at one post together more often in any 28 days than allowed."""
    most = checked.rules.max_same_pair
    if most is None:
        return
    there_: dict[tuple[str, int, tuple[datetime, datetime]], list[Stint]] = defaultdict(list)
    for stints in checked.stints.values():
        for one in stints:
            there_[one.post, one.number if one.planned else 0, (one.start, one.end)].append(one)
    met: dict[tuple[str, str], list[tuple[date, bool]]] = defaultdict(list)
    for together in there_.values():
        for one, other in combinations(sorted(together, key=lambda stint: stint.person), 2):
            met[one.person, other.person].append((one.day, one.planned))
    for (person, partner), days in met.items():
        for day, _ in days:
            window = [entry for entry in days if day <= entry[0] < day + ONE_DAY * _WINDOW]
            past = sum(1 for entry in window if not entry[1])
            if len(window) > max(most, past):
                words = f"{person} and {partner} meet {len(window)} times in 28 days from {day} on, at most {most}"
                yield RuleBreach("pairs", words, person, None, day, partner)
                break


def check_locked(checked: Checked) -> Iterator[RuleBreach]:
    """Every locked assignment of the days of the roster is kept."""
    standing = {(duty.person, duty.post, duty.start) for duty in checked.duties}
    for row in checked.site["assignments"].iter_rows(named=True):
        day = row["start"].astimezone(checked.zone).date()
        of_the_roster = row["locked"] and checked.first <= day < checked.end and checked.complete
        if of_the_roster and (row["person"], row["post"], row["start"]) not in standing:
            words = f"{row['person']} is not at {row['post']} on {day}, which is locked"
            yield RuleBreach("locked", words, row["person"], row["post"], day)


_Check = Callable[[Checked], Iterator[RuleBreach]]
CHECKS_OF_ONE: tuple[_Check, ...] = (
    check_qualification, check_areas, check_there, check_one_shift_a_day, check_rest, check_hours_a_week,
    check_contract_hours, check_longest_run, check_nights_in_a_row, check_nights_a_week, check_shortest_run,
    check_days_off, check_weekends, check_weekly_rest, check_average_hours, check_rest_on_change, check_longest_night,
    check_pattern,
)  # fmt: skip
"""Rules of one guard: what they find of one does not hang on the shifts of another."""
CHECKS_OF_SEVERAL: tuple[_Check, ...] = (check_mixed, check_pairs)
"""Rules of those who stand together."""
ROSTER_CHECKS: tuple[_Check, ...] = (
    check_known, check_staffing, *CHECKS_OF_ONE[:3], check_mixed, *CHECKS_OF_ONE[3:], check_pairs, check_locked,
)  # fmt: skip
"""Every rule that a roster is held against."""
