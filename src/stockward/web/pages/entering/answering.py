"""Questions about files of other programs: asked as a form, the likeliest answer first, and kept with the draft."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from stockward.web.doors import door
from stockward.web.models import ForeignReading
from stockward.web.pages.entering.drafts import draft_of, fault_of_reading_anew
from stockward.web.permissions import Right
from stockward.web.records.entering.foreign import foreign_of
from stockward.web.records.entering.kinds_of_files import may_be_foreign
from stockward.web.records.entering.typed import typed_text
from stockward.web.tasks import read_files

_LONGEST_ANSWER = 500


@door(Right.ENTER)
@require_POST
def answer_questions(request: HttpRequest, site: str, key: str) -> HttpResponse:
    """Keep the answers, and read the files anew by them; a question without an answer stays open."""
    draft = draft_of(request, site, key)
    reading = foreign_of(draft)
    if reading is None or not reading.is_over:
        messages.error(request, _("There is nothing to answer here."))
        return redirect("draft", site, key)
    if fault := fault_of_reading_anew(draft):
        messages.error(request, fault)
        return redirect("draft", site, key)
    asked = reading.came_to.get("questions", [])
    given = list(_given(request, asked))
    gone = {one for one in request.POST.getlist("take_back") if one}
    known = {one["about"] for one in asked} | {json.dumps(path) for path, _answer in reading.answers}
    if {request.POST.get(f"about-{number}") for number in range(len(asked))} - known - {None}:
        messages.error(request, _("Other questions are asked by now: look at them once more."))
        return redirect("draft", site, key)
    if not given and not gone:
        messages.error(request, _("Nothing was answered: choose an answer, or write one."))
        return redirect("draft", site, key)
    kept = [[path, answer] for path, answer in reading.answers if json.dumps(path) not in gone]
    reading.answers = [*kept, *([json.loads(about), answer] for about, answer in given)]
    reading.save(update_fields=["answers"])
    read_files(draft, request.permissions.parts(Right.ENTER, site))
    return redirect("draft", site, key)


def _given(request: HttpRequest, asked: Sequence[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """What was asked about, and what was answered: a text of one's own before a choice."""
    open_now = {one["about"]: one for one in asked}
    for number in range(len(asked)):
        one = open_now.get(request.POST.get(f"about-{number}", ""))
        if one is None:
            continue
        text = typed_text(request.POST.get(f"text-{number}", ""))[:_LONGEST_ANSWER]
        place = request.POST.get(f"choice-{number}", "")
        if text and one["free"]:
            yield one["about"], text
        elif place.isascii() and place.isdigit() and len(place) < 4 and int(place) < len(one["choices"]):
            yield one["about"], one["choices"][int(place)]


@door(Right.ENTER)
@require_POST
def read_file_as(request: HttpRequest, site: str, key: str) -> HttpResponse:
    """Read a file of the draft by its headers, as one of another program, or as a table of the format."""
    draft = draft_of(request, site, key)
    name = request.POST.get("name", "")
    found = draft.files.filter(name=name).first()
    if found is None or not may_be_foreign(found.name):
        messages.error(request, _("There is no such file here that can be read in another way."))
        return redirect("draft", site, key)
    if fault := fault_of_reading_anew(draft):
        messages.error(request, fault)
        return redirect("draft", site, key)
    draft.files.filter(pk=found.pk).update(foreign=not found.foreign)
    if not draft.files.filter(foreign=True).exists():
        ForeignReading.objects.filter(draft=draft).delete()
    read_files(draft, request.permissions.parts(Right.ENTER, site))
    return redirect("draft", site, key)
