"""What one guard sees of published rosters, on a page and in a calendar program."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from stockward.report.roster.calendars import CalendarShift, shifts_calendar
from stockward.version import VERSION
from stockward.web.models import CalendarLink, GuardBinding
from stockward.web.permissions import Permissions, Right
from stockward.web.records.rosters import StoredRoster, published_rosters, stored_roster
from stockward.web.records.told import tell_the_book

_MINUTE = 60
_MOST_OF_A_LINK, _MOST_WRONG = 30, 60
"""Requests in a minute of one link that holds, and of all together that do not."""
_KEPT_IN_A_CALENDAR = timedelta(days=35)
"""For so long a roster that is over stays in a calendar."""


def rosters_seen(site: str) -> list[StoredRoster]:
    """The published rosters of a site, but for those that are long over."""
    first = timezone.now().date() - _KEPT_IN_A_CALENDAR
    runs = published_rosters(site)
    return [stored_roster(run) for run in runs if run.start + timedelta(weeks=run.weeks) > first]


def own_shifts(binding: GuardBinding) -> tuple[list[CalendarShift], str]:
    """The shifts of a guard in order of time, and the time zone of the site."""
    rosters = rosters_seen(binding.site.key)
    shifts = [shift for roster in rosters for shift in roster.shifts_of(binding.person)]
    return sorted(shifts, key=lambda shift: shift.duty.start), rosters[-1].zone if rosters else "UTC"


def calendar_behind(link: CalendarLink) -> str:
    """The calendar of a link, as it is now."""
    binding = link.binding
    rosters = rosters_seen(binding.site.key)
    name = rosters[-1].site if rosters else str(binding.site.title)
    shifts = (shift for roster in rosters for shift in roster.shifts_of(binding.person))
    return shifts_calendar(name, binding.person, shifts, version=VERSION)


def link_that_holds(token: str) -> CalendarLink | None:
    """The link of a token, while its account is that of a guard of the site."""
    link = CalendarLink.of(token)
    if link is None:
        return None
    binding = link.binding
    return link if Permissions(binding.account).may(Right.SEE_OWN_SHIFTS, binding.site.key) else None


def is_asked_too_often(link: CalendarLink | None) -> bool:
    """Count a request, and say whether it is one too many in this minute."""
    name = f"calendar-{'none' if link is None else link.pk}"
    cache.add(name, 0, _MINUTE)
    try:
        asked = cache.incr(name)
    except ValueError:  # the minute has just ended
        return False
    return asked > (_MOST_WRONG if link is None else _MOST_OF_A_LINK)


def make_link(binding: GuardBinding, by: Any) -> str:
    """Make the calendar link of a guard in place of any other; returns its token, which is kept nowhere."""
    with transaction.atomic():
        token = CalendarLink.make(binding)
        tell_the_book(by, "calendar link made", site=binding.site.key, about={"account": binding.account.key})
    return token


def end_link(binding: GuardBinding, by: Any) -> None:
    """End the calendar link of a guard, where there is one."""
    with transaction.atomic():
        if CalendarLink.objects.filter(binding=binding).delete()[0]:
            tell_the_book(by, "calendar link ended", site=binding.site.key, about={"account": binding.account.key})
