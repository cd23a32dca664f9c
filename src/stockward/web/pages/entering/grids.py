"""Typing a table: a grid that is a plain form, saved as it is typed, with all that is wrong beside the cells."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from stockward.terms.errors import StockwardError
from stockward.web.asked import entry_number
from stockward.web.doors import door
from stockward.web.models import TypedTable, UploadDraft
from stockward.web.pages.entering.drafts import draft_of
from stockward.web.permissions import Right
from stockward.web.records.entering.brought import begin_table, read_anew, rows_of_typed
from stockward.web.records.entering.typed import MOST_TYPED_ROWS, ROWS_OF_A_PAGE, GridRows, typed_text
from stockward.web.records.lists import tables_of
from stockward.web.records.told import said_to_people

_BLANK, _MORE = 5, 20
"""Blank rows behind the last one, and how many more where they are asked for."""
_NAME = re.compile(r"c-(\d{1,6})-([a-z_]+)", re.ASCII)


@door(Right.ENTER)
@require_POST
def begin_typing(request: HttpRequest, site: str, key: str) -> HttpResponse:
    """Type a table of a draft, one of its files or another."""
    draft_of(request, site, key)
    table = request.POST.get("table", "")
    if table not in tables_of(request.permissions.parts(Right.ENTER, site)):
        messages.error(request, _("Choose a table that you enter."))
        return redirect("draft", site, key)
    return redirect("grid", site, key, table)


@door(Right.ENTER)
@require_POST
def drop_table(request: HttpRequest, site: str, key: str, table: str) -> HttpResponse:
    """Throw away what was typed into a table; the one in a file counts again, where there is one."""
    draft = draft_of(request, site, key)
    draft.typed.filter(table=table).delete()
    read_anew(draft, request.permissions.parts(Right.ENTER, site))
    return redirect("draft", site, key)


@door(Right.ENTER)
def typed_table(request: HttpRequest, site: str, key: str, table: str) -> HttpResponse:
    """A page of the grid; what is typed is kept at once, whatever is wrong with it."""
    draft = draft_of(request, site, key)
    parts = request.permissions.parts(Right.ENTER, site)
    if table not in tables_of(parts):
        raise Http404
    try:
        typed = begin_table(draft, table)
    except StockwardError as error:
        messages.error(request, said_to_people(error))
        return redirect("draft", site, key)
    if request.method != "POST":
        return _page(request, draft, typed, rows_of_typed(typed))
    rows, fault = _saved(request, typed)
    read_anew(draft, parts)
    if request.headers.get("Accept") == "application/json":
        return _told(draft, typed, rows, fault)
    if fault:
        return _page(request, draft, typed, rows, fault)
    there = reverse("grid", args=[site, key, table])
    return redirect(f"{there}?page={_page_asked(request, rows)}&more={_more_asked(request)}")


def _saved(request: HttpRequest, typed: TypedTable) -> tuple[GridRows, str]:
    """Keep what was typed; what could not be kept stands in the rows all the same, with the reason."""
    with transaction.atomic():
        now = TypedTable.objects.select_for_update().get(pk=typed.pk)
        rows, fault = rows_of_typed(now), ""
        try:
            rows.write(_cells(request))
            if entry_number(request.POST.get("version")) != now.version and rows.content != now.content:
                typed.version = now.version
                return rows, _("This table was changed in another window since. What you typed stands here: save it "
                               "once more to put it in the place of that.")  # fmt: skip
            if "columns" in request.POST:
                rows.show(request.POST.getlist("column"))
            if block := request.POST.get("paste", ""):
                rows.paste(block, *_corner(request, rows))
        except StockwardError as error:
            fault = said_to_people(error)
        typed.content, typed.version = rows.content, now.version + 1
        TypedTable.objects.filter(pk=typed.pk).update(content=typed.content, version=typed.version)
    return rows, fault


def _cells(request: HttpRequest) -> dict[tuple[int, str], str]:
    """What is typed, by place of the row and name of the column."""
    named = ((_NAME.fullmatch(name), text) for name, text in request.POST.items())
    return {(int(found[1]), found[2]): typed_text(str(text)) for found, text in named if found}


def _corner(request: HttpRequest, rows: GridRows) -> tuple[int, str]:
    """Where a block is put: the place of the row that bears a number, and a column; behind the last row without one."""
    number = entry_number(request.POST.get("paste_row"))
    column = request.POST.get("paste_column", "")
    places = {rows.number(place): place for place in range(min(len(rows.rows) + _MORE, MOST_TYPED_ROWS))}
    return places.get(number or 0, len(rows.rows)), column if column in rows.columns else rows.columns[0]


def _page(request: HttpRequest, draft: UploadDraft, typed: TypedTable, rows: GridRows, fault: str = "") -> HttpResponse:
    faults = _faults(draft, typed.table)
    number, more = _page_asked(request, rows), _more_asked(request)
    last = _pages(rows, more)
    context = {
        "draft": draft,
        "site": draft.site,
        "name": typed.table,
        "meaning": rows.table.meaning,
        "about": rows.table.columns,
        "typed": typed,
        "fault": fault,
        "unread": draft.reading.get("fault", ""),
        "columns": [rows.table[name] for name in rows.columns],
        "others": [one for one in rows.table.columns if not one.required],
        "shown": set(rows.columns),
        "rows": [_row(rows, place, faults) for place in rows.page(number, more)],
        "problems": [(one, _page_of(rows, one["row"])) for one in _problems(draft, typed.table)[:_MORE]],
        "count": len(_problems(draft, typed.table)),
        "page": number,
        "pages": range(1, last + 1) if last > 1 else (),
        "more": more,
        "paste": request.POST.get("paste", "") if fault else "",
        "first_free": rows.number(len(rows.rows)),
    }
    answer = render(request, "drafts/grid.html", context)
    answer.status_code = 422 if fault else 200
    return answer


def _row(rows: GridRows, place: int, faults: dict[int, dict[str, list[str]]]) -> dict[str, Any]:
    """A row of the page: its place and number, each cell with what is wrong with it, and what is wrong as a whole."""
    number = rows.number(place)
    wrong = faults.get(number, {})
    texts = rows.rows[place] if place < len(rows.rows) else [""] * len(rows.columns)
    cells = [(name, text, wrong.get(name, ())) for name, text in zip(rows.columns, texts, strict=True)]
    whole = [reason for name, reasons in wrong.items() if name not in rows.columns for reason in reasons]
    return {"place": place, "number": number, "cells": cells, "faults": whole}


def _problems(draft: UploadDraft, table: str) -> list[dict[str, Any]]:
    return [one for one in draft.reading.get("problems", ()) if one["table"] == table]


def _faults(draft: UploadDraft, table: str) -> dict[int, dict[str, list[str]]]:
    """What is wrong with the table, by number of the row and name of the column."""
    found: dict[int, dict[str, list[str]]] = {}
    for one in _problems(draft, table):
        found.setdefault(one["row"], {}).setdefault(one["column"], []).append(one["reason"])
    return found


def _told(draft: UploadDraft, typed: TypedTable, rows: GridRows, fault: str) -> JsonResponse:
    """What the script of the grid is told: whether it was kept, and what is wrong with the cells."""
    problems = _problems(draft, typed.table)
    said = {
        "version": typed.version,
        "fault": fault or draft.reading.get("fault", ""),
        "kept": not fault,
        "faults": _faults(draft, typed.table),
        "said": _said(len(problems), rows.filled),
    }
    return JsonResponse(said, status=422 if fault else 200)


def _said(problems: int, rows: int) -> str:
    told = ngettext("Kept: %(count)d row", "Kept: %(count)d rows", rows) % {"count": rows}
    if not problems:
        return f"{told}, {_('and nothing is wrong.')}"
    return f"{told}, {ngettext('%(count)d problem.', '%(count)d problems.', problems) % {'count': problems}}"


def _pages(rows: GridRows, more: int) -> int:
    return -(-(len(rows.rows) + more) // ROWS_OF_A_PAGE)


def _page_asked(request: HttpRequest, rows: GridRows) -> int:
    """The page that is asked for, or the one on which the rows end."""
    asked = entry_number(request.POST.get("page") or request.GET.get("page")) or 1
    if "next" in request.POST:
        asked += 1
    return max(1, min(asked, _pages(rows, _more_asked(request))))


def _more_asked(request: HttpRequest) -> int:
    """How many blank rows stand behind the last one."""
    asked = entry_number(request.POST.get("more") or request.GET.get("more")) or _BLANK
    return min(asked + (_MORE if "add" in request.POST else 0), ROWS_OF_A_PAGE)


def _page_of(rows: GridRows, number: int) -> int:
    """The page on which the row with a number stands."""
    return rows.places.index(number) // ROWS_OF_A_PAGE + 1 if number in rows.places else 1
