"""Blind sheets, filled in as one goes: on a phone, with a connection that comes and goes; and handed in."""

from __future__ import annotations

import dataclasses
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from stockward.terms.errors import StockwardError
from stockward.terms.signs import printable
from stockward.web.asked import entry_number
from stockward.web.doors import door
from stockward.web.models import SealedCount
from stockward.web.pages.counts.asking import CountHandedIn
from stockward.web.pages.counts.counts import found_count, may_count, page_of_count
from stockward.web.permissions import Right
from stockward.web.records.counts import (
    LONGEST_QUANTITY,
    LONGEST_REMARK,
    SheetOnPage,
    TypedLine,
    draw_of,
    fault_on_sheet,
    save_lines,
    sheets_on_pages,
)
from stockward.web.records.counts_handed_in import hand_in_count
from stockward.web.records.told import said_to_people


@door(Right.COUNT_BLIND)
def count_sheet(request: HttpRequest, site: str, key: str, number: int) -> HttpResponse:
    """One sheet. What is typed is kept as it is, and what would be refused is said at once."""
    count = _open_count(request, site, key)
    sheet = next(iter(sheets_on_pages(count, number)), None)
    if sheet is None:
        raise Http404
    wants_json = request.headers.get("Accept") == "application/json"
    if request.method != "POST":
        return _page(request, count, sheet, {}, status=200)
    typed = _typed(request, sheet)
    try:
        saved, meanwhile = save_lines(count, request.user, typed)
    except StockwardError as error:
        if wants_json:
            return JsonResponse({"refused": said_to_people(error)}, status=409)
        messages.error(request, said_to_people(error))
        return redirect("count", site, key)
    told = {
        line: _("Meanwhile somebody wrote %(other)s here. Save again to keep what you typed.")
        % {"other": repr(other.quantity)}
        for line, other in meanwhile.items()
    }
    if not told and (fault := _fault(count, number)) is not None:
        told = {fault[0]: fault[1]}
    if wants_json:
        seen = {line: other.version for line, other in meanwhile.items()}
        return JsonResponse({"saved": saved, "meanwhile": seen, "told": told})
    if told:
        return _page(request, count, _as_typed(sheet, typed, saved, meanwhile), told, status=422)
    messages.success(request, _("Saved."))
    return redirect("count_sheet", site, key, number)


def _open_count(request: HttpRequest, site: str, key: str) -> SealedCount:
    count = found_count(site, key)
    if not may_count(request.permissions, site, count):
        raise PermissionDenied
    return count


def _typed(request: HttpRequest, sheet: SheetOnPage) -> dict[str, TypedLine]:
    """What the request says of lines of the sheet; a line of which it says nothing stays as it is."""
    found = {}
    for line in sheet.lines:
        quantity = request.POST.get(f"quantity-{line.key}")
        if quantity is None:
            continue
        remark = request.POST.get(f"remark-{line.key}", line.remark)
        seen = entry_number(request.POST.get(f"seen-{line.key}"))
        found[line.key] = TypedLine(_one_line(quantity, LONGEST_QUANTITY), _one_line(remark, LONGEST_REMARK), seen or 0)
    return found


def _one_line(text: str, most: int) -> str:
    return printable(" ".join(text.replace("\x00", " ").split()))[:most]


def _fault(count: SealedCount, number: int) -> tuple[str, str] | None:
    (sheet,) = sheets_on_pages(count, number)
    return fault_on_sheet(draw_of(count), number, {line.key: (line.quantity, line.remark) for line in sheet.lines})


def _as_typed(
    sheet: SheetOnPage, typed: dict[str, TypedLine], saved: dict[str, int], meanwhile: dict[str, Any]
) -> SheetOnPage:
    """The sheet with what was just typed, so that nothing of it is lost."""
    lines = []
    for line in sheet.lines:
        one = typed.get(line.key)
        if one is not None:
            seen = meanwhile[line.key].version if line.key in meanwhile else saved[line.key]
            line = dataclasses.replace(line, quantity=one.quantity, remark=one.remark, seen=seen)
        lines.append(line)
    return dataclasses.replace(sheet, lines=tuple(lines))


def _page(
    request: HttpRequest, count: SealedCount, sheet: SheetOnPage, told: dict[str, str], *, status: int
) -> HttpResponse:
    lines = tuple(dataclasses.replace(line, fault=told.get(line.key, "")) for line in sheet.lines)
    last = draw_of(count).lines[-1].sheet
    context = {
        "count": count, "sheet": dataclasses.replace(sheet, lines=lines), "last": last, "faults": bool(told),
        "before": sheet.number - 1 if sheet.number > 1 else None,
        "after": sheet.number + 1 if sheet.number < last else None,
        "longest_quantity": LONGEST_QUANTITY, "longest_remark": LONGEST_REMARK,
    }  # fmt: skip
    answer = render(request, "counts/sheet.html", context)
    answer.status_code = status
    return answer


@door(Right.COUNT_BLIND)
@require_POST
def hand_in(request: HttpRequest, site: str, key: str) -> HttpResponse:
    """Hand the count in: the certificate is made, and what was counted whole is submitted."""
    count = found_count(site, key)
    if count.handed_in is not None and count.handed_in_by == request.user:
        return redirect("count", site, key)
    if not may_count(request.permissions, site, count):
        raise PermissionDenied
    form = CountHandedIn(request.POST, request.FILES)
    if form.is_valid():
        try:
            count = hand_in_count(count, request.user, form.said())
        except StockwardError as error:
            form.add_error(None, said_to_people(error))
        else:
            messages.success(request, _("Handed in. The certificate is with the inspector."))
            return redirect("count", site, key)
    return page_of_count(request, site, count, form)
