"""Counts of a site: planned, sealed and drawn by an inspector, shown to each as far as blind counting allows."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from stockward.answers.counting import CountingPlan
from stockward.report.counting.plan import goal_sentence, in_all, title
from stockward.report.kit import words
from stockward.terms.errors import StockwardError
from stockward.web.asked import request_key
from stockward.web.doors import door
from stockward.web.models import KnownSite, SealedCount
from stockward.web.models.accounts import new_key
from stockward.web.pages.counts.asking import CountHandedIn, PlannedCount, local_moment
from stockward.web.pages.reviews import in_a_frame
from stockward.web.permissions import Permissions, Right
from stockward.web.records.counts import (
    PLAN_FILE,
    blank_file,
    draw_count,
    draw_of,
    plan_for,
    plan_of,
    seal_count,
    sheets_on_pages,
)
from stockward.web.records.hands_in_counts import has_seen_the_plan, saw_the_plan
from stockward.web.records.told import said_to_people

_SHOWN, _LONGEST_SEED = 50, 500
CERTIFICATE_PAGE = "certificate.html"
_TYPES = {
    ".html": "text/html; charset=utf-8", ".csv": "text/csv; charset=utf-8", ".json": "application/json",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip


@door(Right.FOLLOW_COUNTS)
def all_counts(request: HttpRequest, site: str) -> HttpResponse:
    """The counts of a site."""
    counts = SealedCount.objects.filter(site__key=site).select_related("account").defer("plan", "sheet", "page")
    context = {
        "site": get_object_or_404(KnownSite, key=site),
        "counts": counts[:_SHOWN],
        "seals": request.permissions.may(Right.SEAL_COUNTS, site),
    }
    return render(request, "counts/all.html", context)


@door(Right.SEAL_COUNTS)
def new_count(request: HttpRequest, site: str) -> HttpResponse:
    """Plan a count, look at the plan, and seal it."""
    known = get_object_or_404(KnownSite, key=site)
    once = request_key(request)
    former = SealedCount.objects.filter(site=known, account=request.user, once=once).first() if once else None
    if former is not None:
        return redirect("count", site, former.key)
    form = PlannedCount(request.POST or None)
    plan = None
    if request.method == "POST" and form.is_valid():
        try:
            if "seal" in request.POST:
                key = seal_count(known, request.user, form.asked(), form.seeds(), once)
                messages.success(request, _("Sealed. The commitment stands in the book."))
                return redirect("count", site, key)
            plan = plan_for(site, form.asked())
        except StockwardError as error:
            form.add_error(None, said_to_people(error))
        except IntegrityError:  # the same request, which another thread took meanwhile
            return redirect("counts", site)
    context = {
        "site": known, "form": form, "once": request.POST.get("once", "")[:64] or new_key(), **_shown_plan(plan)
    }  # fmt: skip
    answer = render(request, "counts/new.html", context)
    answer.status_code = 422 if form.errors else 200
    return answer


def _shown_plan(plan: CountingPlan | None) -> dict[str, Any]:
    """A plan in the words of the command line, and its strata."""
    if plan is None:
        return {"plan": None}
    return {
        "plan": plan,
        "title": title(plan),
        "goals": [(goal_sentence(goal), ", ".join(goal.bulk)) for goal in plan.goals],
        "strata": [
            (one, words.quantity(one.book, one.unit)) for one in plan.strata if one.counted or one.kind == "bulk"
        ],
        "in_all": in_all(plan),
    }


@door(Right.FOLLOW_COUNTS)
def one_count(request: HttpRequest, site: str, key: str) -> HttpResponse:
    """One count: the plan to whoever seals, the blind sheets to whoever counts, the certificate to whoever reads it."""
    return page_of_count(request, site, found_count(site, key))


def page_of_count(
    request: HttpRequest, site: str, count: SealedCount, form: CountHandedIn | None = None
) -> HttpResponse:
    """The page of a count; ``form`` is what somebody tried to hand it in with."""
    permissions = request.permissions
    plan = plan_of(count)
    counts = may_count(permissions, site, count)
    shows_plan = permissions.may(Right.SEAL_COUNTS, site)
    if shows_plan:
        saw_the_plan(count, request.user)
    initial = {"counter": request.user.name, "counted_at": local_moment(plan.timezone)}
    context = {
        "count": count,
        "commitment": draw_of(count).commitment if count.draw else None,
        "seals": shows_plan,
        "has_seen": shows_plan or has_seen_the_plan(count, request.user),
        "reads": permissions.may(Right.READ_CERTIFICATES, site) and count.page is not None,
        "counts": counts,
        "sheets": sheets_on_pages(count) if counts else [],
        "needs_seed": not count.seed,
        "source": plan.seed_source,
        "once": request.POST.get("once", "")[:64] or new_key(),
        "form": form or CountHandedIn(initial=initial),
        "follows_submission": permissions.may(Right.FOLLOW_SUBMISSIONS, site),
        **_shown_plan(plan if shows_plan else None),
    }
    answer = render(request, "counts/one.html", context)
    answer.status_code = 422 if form is not None else 200
    return answer


def may_count(permissions: Permissions, site: str, count: SealedCount) -> bool:
    """Whether sheets of this count are open to an account: drawn, not handed in, and nobody who has seen the plan.

    Whoever seals has the figures of the book before them, so that they cannot count blind, whatever else they are, or
    become later.
    """
    is_open = bool(count.draw) and count.handed_in is None
    blind = permissions.may(Right.COUNT_BLIND, site) and not permissions.may(Right.SEAL_COUNTS, site)
    return is_open and blind and not has_seen_the_plan(count, permissions.account)


@door(Right.SEAL_COUNTS)
@require_POST
def draw(request: HttpRequest, site: str, key: str) -> HttpResponse:
    """Draw the units, once."""
    count = found_count(site, key)
    try:
        draw_count(count, request.user, request.POST.get("seed", "").strip()[:_LONGEST_SEED])
    except StockwardError as error:
        messages.error(request, said_to_people(error))
    else:
        messages.success(request, _("Drawn. Whoever counts has the sheets now."))
    return redirect("count", site, key)


@xframe_options_sameorigin
@in_a_frame
@door(Right.FOLLOW_COUNTS)
def blank_sheets(request: HttpRequest, site: str, key: str, name: str) -> HttpResponse:
    """The blind sheets as the command line writes them, to print or to fill in."""
    count = found_count(site, key)
    content = blank_file(draw_of(count), name) if count.draw else None
    return _file(content, name, f"{site}-{count.draw}-{name}", save=not name.endswith(".html"))


@door(Right.SEAL_COUNTS)
def sealed_plan(request: HttpRequest, site: str, key: str) -> HttpResponse:
    """The sealed plan as the command line writes it; it holds figures of the book."""
    count = found_count(site, key)
    saw_the_plan(count, request.user)
    return _file(count.plan.encode(), PLAN_FILE, f"{site}-{count.sealed:%Y-%m-%d}-{PLAN_FILE}", save=True)


@xframe_options_sameorigin
@in_a_frame
@door(Right.READ_CERTIFICATES)
def certificate(request: HttpRequest, site: str, key: str, name: str) -> HttpResponse:
    """The certificate, byte for byte as the command line writes it, its JSON, and the sheet that it was made of."""
    count = found_count(site, key)
    files = {CERTIFICATE_PAGE: count.page, "certificate.json": count.document, "sheet": count.sheet}
    name_of_file = count.sheet_name if name == "sheet" else name
    save = name != CERTIFICATE_PAGE or "file" in request.GET
    return _file(files.get(name), name_of_file, f"{site}-{count.draw}-{name_of_file}", save=save)


def _file(content: Any, name: str, kept_as: str, *, save: bool) -> HttpResponse:
    if content is None:
        raise Http404
    ending = f".{name.rpartition('.')[2].lower()}"
    answer = HttpResponse(bytes(content), content_type=_TYPES.get(ending, "application/octet-stream"))
    if save:
        answer["Content-Disposition"] = f'attachment; filename="{_plain(kept_as)}"'
    return answer


def _plain(name: str) -> str:
    return "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_.") else "_" for sign in name)


def found_count(site: str, key: str) -> SealedCount:
    """A count of a site by its key; else there is no such page."""
    counts = SealedCount.objects.select_related("site", "account", "handed_in_by")
    found: SealedCount = get_object_or_404(counts, site__key=site, key=key)
    return found
