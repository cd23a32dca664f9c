"""A guard's own shifts, and the calendar that a program fetches of them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from stockward.terms.signs import printable
from stockward.web.doors import door
from stockward.web.models import GuardBinding, KnownSite
from stockward.web.permissions import Right
from stockward.web.records.calendars import (
    calendar_behind,
    end_link,
    is_asked_too_often,
    link_that_holds,
    make_link,
    own_shifts,
)


@door(Right.SEE_OWN_SHIFTS)
def shifts(request: HttpRequest, site: str) -> HttpResponse:
    """The shifts of the guard who asks, and of nobody else."""
    return _page(request, site)


@door(Right.SEE_OWN_SHIFTS)
@require_POST
def calendar_link(request: HttpRequest, site: str) -> HttpResponse:
    """Make a link for a calendar program, which is shown once, or end it."""
    binding = _binding(request, site)
    if binding is None:
        messages.error(request, _("Your account is not bound to a guard yet: ask the guards' manager."))
        return redirect("shifts", site)
    if "end" in request.POST:
        end_link(binding, request.user)
        messages.success(request, _("The link of the calendar is ended."))
        return redirect("shifts", site)
    token = make_link(binding, request.user)
    return _page(request, site, request.build_absolute_uri(reverse("calendar", args=[token])))


@require_safe
@door(Right.FOLLOW_CALENDAR_LINK)
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar of a link, for a program that cannot sign in. One that was ended is as if there never was one."""
    link = link_that_holds(token)
    if is_asked_too_often(link):
        return HttpResponse("asked too often: wait a minute\n", status=429, content_type="text/plain")
    if link is None:
        return HttpResponse("there is no such calendar\n", status=404, content_type="text/plain")
    answer = HttpResponse(calendar_behind(link), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="shifts.ics"'
    return answer


def _page(request: HttpRequest, site: str, link: str = "") -> HttpResponse:
    binding = _binding(request, site)
    found, zone = ([], "UTC") if binding is None else own_shifts(binding)
    now = timezone.now()
    shown = [
        {
            "start": _on_the_wall(one.duty.start, zone),
            "end": _on_the_wall(one.duty.end, zone),
            "post": printable(one.post or one.duty.post),
            "hours": one.duty.hours,
        }
        for one in found
        if one.duty.end > now
    ]
    context = {
        "site": get_object_or_404(KnownSite, key=site),
        "binding": binding,
        "shifts": shown,
        "hours": sum(one.duty.hours for one in found if one.duty.end > now),
        "zone": zone,
        "link": link,
        "has_link": binding is not None and hasattr(binding, "link"),
    }
    return render(request, "guards/shifts.html", context)


def _on_the_wall(moment: datetime, zone: str) -> datetime:
    """A moment as the clock of the site shows it."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def _binding(request: HttpRequest, site: str) -> GuardBinding | None:
    bindings = GuardBinding.objects.select_related("account", "site", "link")
    found: GuardBinding | None = bindings.filter(account=request.user, site__key=site).first()
    return found
