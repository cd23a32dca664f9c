"""Rosters: asked for here, made in the background, shown as the command line writes them, published to guards."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from stockward.terms.conclusions import Conclusion
from stockward.terms.errors import StockwardError
from stockward.web.asked import request_key
from stockward.web.doors import door
from stockward.web.models import KnownSite, RosterFile, RosterRun
from stockward.web.models.accounts import new_key
from stockward.web.models.runs import RunState
from stockward.web.pages.guards.asking import AskedRoster
from stockward.web.pages.reviews import in_a_frame
from stockward.web.permissions import Right
from stockward.web.records.rosters import (
    PAGE_OF_A_ROSTER,
    TYPES_OF_FILES,
    compared_rosters,
    digests_of,
    in_place_of,
    publish_roster,
    stored_roster,
    take_roster_back,
)
from stockward.web.records.told import said_to_people, tell_the_book
from stockward.web.tasks import run_roster

_SHOWN, _MOST_WAITING, _MOST_APART = 50, 10, 500


@door(Right.READ_ROSTERS)
def all_rosters(request: HttpRequest, site: str) -> HttpResponse:
    """The rosters of a site; whoever makes them has the form that asks for another."""
    return _all(request, site, AskedRoster(site) if request.permissions.may(Right.MAKE_ROSTERS, site) else None)


@door(Right.MAKE_ROSTERS)
@require_POST
def new_roster(request: HttpRequest, site: str) -> HttpResponse:
    """Ask for a roster; nothing typed is lost where something is wrong with it."""
    known = get_object_or_404(KnownSite, key=site)
    once = request_key(request)
    former = RosterRun.objects.filter(site=known, account=request.user, once=once).first() if once else None
    if former is not None:
        return redirect("roster", site, former.key)
    form = AskedRoster(site, request.POST, request.FILES)
    unfinished = RosterRun.objects.filter(site=known, state__in=(RunState.WAITING, RunState.RUNNING)).count()
    if form.is_valid() and unfinished >= _MOST_WAITING:
        form.add_error(None, _("%(count)d rosters are not made yet: wait for them.") % {"count": unfinished})
    if not form.is_valid():
        return _all(request, site, form)
    try:
        with transaction.atomic():
            run = RosterRun.objects.create(site=known, account=request.user, once=once, **form.asked())
            run_roster.enqueue(run.key)
            about = {"roster": run.key, "start": str(run.start), "weeks": str(run.weeks)}
            tell_the_book(request.user, "roster asked for", site=site, about=about)
    except IntegrityError:  # the same request, which another thread took meanwhile
        run = get_object_or_404(RosterRun, site=known, account=request.user, once=once)
    return redirect("roster", site, run.key)


def _all(request: HttpRequest, site: str, form: AskedRoster | None) -> HttpResponse:
    runs = RosterRun.objects.filter(site__key=site).select_related("account", "published_by").defer("previous")
    context = {
        "site": get_object_or_404(KnownSite, key=site),
        "runs": runs[:_SHOWN],
        "form": form,
        "once": request.POST.get("once", "")[:64] or new_key(),
        "NO_ROSTER": int(Conclusion.NO_ROSTER),
    }
    answer = render(request, "guards/rosters.html", context)
    answer.status_code = 422 if form is not None and form.errors else 200
    return answer


@door(Right.READ_ROSTERS)
def one_roster(request: HttpRequest, site: str, key: str) -> HttpResponse:
    """How far a roster is, or its page in a frame, with its files."""
    run = _run(site, key)
    others = RosterRun.objects.filter(site__key=site, shifts__gt=0).exclude(pk=run.pk).defer("previous")
    context = {
        "run": run,
        "files": [name for name in digests_of(run) if name != PAGE_OF_A_ROSTER],
        "makes": request.permissions.may(Right.MAKE_ROSTERS, site),
        "replaced": in_place_of(run),
        "others": others[:_SHOWN] if run.shifts else [],
        "NO_ROSTER": int(Conclusion.NO_ROSTER),
    }
    return render(request, "guards/roster.html", context)


@door(Right.READ_ROSTERS)
def roster_progress(request: HttpRequest, site: str, key: str) -> HttpResponse:
    """How far a roster is, asked for again and again; once it is over, the whole page is."""
    run = _run(site, key)
    answer = render(request, "guards/progress.html", {"run": run, "NO_ROSTER": int(Conclusion.NO_ROSTER)})
    if run.over:
        answer["HX-Refresh"] = "true"
    return answer


@xframe_options_sameorigin
@in_a_frame
@door(Right.READ_ROSTERS)
def roster_file(request: HttpRequest, site: str, key: str, name: str) -> HttpResponse:
    """A file of a roster, byte for byte as the command line writes it; the page is shown, others are saved."""
    file = get_object_or_404(RosterFile.objects.select_related("run"), run__site__key=site, run__key=key, name=name)
    answer = HttpResponse(bytes(file.content), content_type=TYPES_OF_FILES[name])
    if name != PAGE_OF_A_ROSTER or "file" in request.GET:
        kept = name.replace("roster", f"{site}-{file.run.start}").replace("calendars", f"{site}-{file.run.start}")
        answer["Content-Disposition"] = f'attachment; filename="{kept}"'
    return answer


@door(Right.MAKE_ROSTERS)
@require_POST
def publish(request: HttpRequest, site: str, key: str) -> HttpResponse:
    """Let the guards see a roster, or take it back."""
    run = _run(site, key)
    if "take_back" in request.POST:
        take_roster_back(run, request.user)
        messages.success(request, _("Taken back. Guards no longer see it."))
        return redirect("roster", site, key)
    shown = request.POST.get("in_place_of", "")
    if shown != " ".join(one.key for one in in_place_of(run)):
        messages.error(request, _("Another roster of these days was published meanwhile: look at it again."))
        return redirect("roster", site, key)
    try:
        publish_roster(run, request.user)
    except StockwardError as error:
        messages.error(request, said_to_people(error))
    else:
        messages.success(request, _("Published. Each guard sees the own shifts."))
    return redirect("roster", site, key)


@door(Right.READ_ROSTERS)
def compare_rosters(request: HttpRequest, site: str, key: str) -> HttpResponse:
    """What this roster has otherwise than another."""
    run, other = _run(site, key), _run(site, request.GET.get("with", "").replace("\x00", "")[:64])
    if not (run.shifts and other.shifts):
        raise Http404
    now, before = stored_roster(run), stored_roster(other)
    first, last = max(run.start, other.start), min(run.last_day, other.last_day)
    apart = compared_rosters(before, now, first, last)
    zone = ZoneInfo(now.zone)
    shown = [(one, one.start.astimezone(zone).replace(tzinfo=None)) for one in apart[:_MOST_APART]]
    context = {"run": run, "other": other, "zone": now.zone, "apart": shown, "count": len(apart)}
    context |= {"first": first, "last": last, "share_days": first <= last}
    return render(request, "guards/compared.html", context)


def _run(site: str, key: str) -> RosterRun:
    runs = RosterRun.objects.select_related("site", "account", "published_by").defer("previous")
    found: RosterRun = get_object_or_404(runs, site__key=site, key=key)
    return found
