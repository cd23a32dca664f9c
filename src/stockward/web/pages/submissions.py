"""Submissions: what waits, what was decided, and the decision of somebody who did not hand it in."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from stockward.book.store.deciding.hands import hands_in
from stockward.terms.errors import StockwardError
from stockward.web.asked import LARGEST_NUMBER, entry_number, request_key
from stockward.web.doors import door
from stockward.web.models import KnownSite
from stockward.web.models.accounts import new_key
from stockward.web.permissions import Right
from stockward.web.records.before_approval import before_approval
from stockward.web.records.lists import PAGE, ShownSubmission, entries_of, submission_of, submissions_of
from stockward.web.records.the_book import the_book
from stockward.web.records.told import said_to_people


@door(Right.FOLLOW_SUBMISSIONS)
def all_of_a_site(request: HttpRequest, site: str) -> HttpResponse:
    """Those that wait, and the last ones that were decided on."""
    parts = request.permissions.parts(Right.FOLLOW_SUBMISSIONS, site)
    context = {
        "site": get_object_or_404(KnownSite, key=site),
        "waiting": submissions_of(site, parts, waiting=True),
        "decided": [one for one in submissions_of(site, parts) if one.decision is not None],
        "decides": request.permissions.may(Right.DECIDE, site),
    }
    return render(request, "submissions/all.html", context)


@door(Right.FOLLOW_SUBMISSIONS)
def one_submission(request: HttpRequest, site: str, number: int) -> HttpResponse:
    """What was handed in, row by row, and what became of it."""
    found = _found(request, site, number)
    parts = request.permissions.parts(Right.FOLLOW_SUBMISSIONS, site)
    after = entry_number(request.GET.get("after"))
    begin = number if after is None else after
    rows = entries_of(site, parts, submission=number, after=begin)
    own = hands_in(found.entry).get(request.user.key, "")
    waits = found.decision is None and after is None
    context = {
        "site": get_object_or_404(KnownSite, key=site),
        "submission": found,
        "rows": rows,
        "next": rows[-1].entry.number if len(rows) == PAGE else None,
        "own": own,
        "decides": request.permissions.may(Right.DECIDE, site) and not own and found.decision is None,
        "beside": before_approval(site, found, parts) if waits else None,
        "once": new_key(),
    }
    return render(request, "submissions/one.html", context)


@door(Right.DECIDE)
@require_POST
def approve(request: HttpRequest, site: str, number: int) -> HttpResponse:
    """Put a submission in force; the book refuses one's own, one that is decided, and what overtook it unseen."""
    seen = entry_number(request.POST.get("seen")) if "knowingly" in request.POST else None
    return _decide(
        request, site, number, lambda once: the_book().approve(number, request.user.key, once=once, seen=seen),
        _("Approved. It is in force."),
    )  # fmt: skip


@door(Right.DECIDE)
@require_POST
def send_back(request: HttpRequest, site: str, number: int) -> HttpResponse:
    """Refuse a submission, with a reason that whoever handed it in reads."""
    reason = request.POST.get("reason", "")
    return _decide(
        request, site, number, lambda once: the_book().send_back(number, request.user.key, reason, once=once),
        _("Sent back, with your reason."),
    )  # fmt: skip


def _decide(
    request: HttpRequest, site: str, number: int, decision: Callable[[str | None], int], told: str
) -> HttpResponse:
    _found(request, site, number)
    try:
        decision(request_key(request))
    except StockwardError as error:
        messages.error(request, said_to_people(error))
        return redirect("submission", site, number)
    messages.success(request, told)
    return redirect("submissions", site)


def _found(request: HttpRequest, site: str, number: int) -> ShownSubmission:
    if number > LARGEST_NUMBER:
        raise Http404
    found = submission_of(site, number, request.permissions.parts(Right.FOLLOW_SUBMISSIONS, site))
    if found is None:
        raise Http404
    return found
