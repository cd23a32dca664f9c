"""The book, entry by entry."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from stockward.web.asked import entry_number
from stockward.web.doors import door
from stockward.web.models import KnownSite
from stockward.web.permissions import Right
from stockward.web.records.lists import PAGE, entries_of, tables_of


@door(Right.READ_ENTRIES)
def entries(request: HttpRequest, site: str) -> HttpResponse:
    """A page of entries; the next begins behind the number of its last one, however many there are."""
    parts = request.permissions.parts(Right.READ_ENTRIES, site)
    after, before = (entry_number(request.GET.get(name)) for name in ("after", "before"))
    table = request.GET.get("table") or None
    rows_alone = not request.permissions.may(Right.FOLLOW_FINDINGS, site)
    found = entries_of(site, parts, table=table, after=after, before=before, rows_alone=rows_alone)
    full = len(found) == PAGE
    context = {
        "site": get_object_or_404(KnownSite, key=site),
        "entries": found,
        "tables": tables_of(parts),
        "enters": tables_of(request.permissions.parts(Right.ENTER, site)),
        "table": table if table in tables_of(parts) else "",
        "older": found[0].entry.number if found and (full or after is not None) else None,
        "newer": found[-1].entry.number if found and (before is not None or (after is not None and full)) else None,
    }
    return render(request, "entries.html", context)
