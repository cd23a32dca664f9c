"""Correcting a row of the book: its cells in a form, all that would be wrong beside them, and the reason."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from stockward.terms.errors import StockwardError
from stockward.web.asked import LARGEST_NUMBER, request_key
from stockward.web.doors import door
from stockward.web.models import KnownSite
from stockward.web.models.accounts import new_key
from stockward.web.permissions import Right
from stockward.web.records.corrections import (
    LONGEST_CELL,
    StandingEntry,
    hand_in_correction,
    standing_entry,
    typed_cells,
)
from stockward.web.records.told import said_to_people

_LONGEST_REASON = 500


@door(Right.ENTER)
def correct(request: HttpRequest, site: str, number: int) -> HttpResponse:
    """A row that stands, to be put right or withdrawn: nothing typed is lost, whatever is wrong with it."""
    known = get_object_or_404(KnownSite, key=site)
    row = None
    if number <= LARGEST_NUMBER:
        row = standing_entry(site, number, request.permissions.parts(Right.ENTER, site))
    if row is None:
        messages.error(
            request, _("Entry %(number)s is no row that stands now and that you enter.") % {"number": number}
        )
        return redirect("entries", site)
    if request.method != "POST":
        return _page(request, known, row, row.cells)
    reason = request.POST.get("reason", "").strip()[:_LONGEST_REASON]
    withdraws = "withdraw" in request.POST
    typed = typed_cells(row.table, request.POST)
    if not reason:
        return _page(request, known, row, typed, fault=_("Write why: whoever approves reads it."))
    if not withdraws and typed == dict(row.cells):
        return _page(request, known, row, typed, fault=_("Nothing is changed: change a cell, or withdraw the row."))
    faults = {} if withdraws else row.faults_with(typed)
    if faults and "knowingly" not in request.POST:
        return _page(request, known, row, typed, faults=faults)
    try:
        submission = hand_in_correction(
            site, request.user.key, row, None if withdraws else typed, reason, request_key(request)
        )
    except StockwardError as error:
        messages.error(request, said_to_people(error))
        return redirect("entries", site)
    messages.success(request, _("Submitted. It is in force once somebody else has approved it."))
    return redirect("submission", site, submission)


def _page(
    request: HttpRequest, site: KnownSite, row: StandingEntry, cells: Mapping[str, str], *,
    fault: str = "", faults: Mapping[str, list[str]] | None = None,
) -> HttpResponse:  # fmt: skip
    context = {
        "site": site,
        "row": row,
        "cells": row.shown(cells, faults),
        "fault": fault,
        "faults": faults,
        "faults_of_row": (faults or {}).get("", ()),
        "reason": request.POST.get("reason", "")[:_LONGEST_REASON],
        "once": request.POST.get("once", "")[:64] or new_key(),
        "longest": LONGEST_CELL,
    }
    answer = render(request, "corrections/one.html", context)
    answer.status_code = 422 if fault or faults else 200
    return answer
