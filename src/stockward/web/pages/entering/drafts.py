"""Entering: files are uploaded and tables typed, shown with all that is wrong, and then submitted or thrown away."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from stockward.terms.errors import StockwardError
from stockward.web.asked import entry_number
from stockward.web.doors import door
from stockward.web.models import DraftFile, ForeignReading, KnownSite, UploadDraft
from stockward.web.permissions import Right
from stockward.web.records.entering.brought import brought_by, keep_reading, read_anew, typed_over_foreign
from stockward.web.records.entering.differences import TickedRows
from stockward.web.records.entering.foreign import foreign_of, is_overtaken, keep_rows
from stockward.web.records.entering.kinds_of_files import is_foreign
from stockward.web.records.entering.reading import ReadUpload, read_upload
from stockward.web.records.entering.uploads import faults_of_files, plain_name
from stockward.web.records.lists import tables_of
from stockward.web.records.the_book import the_book
from stockward.web.records.told import said_to_people
from stockward.web.tasks import read_files

_LONGEST_NOTE, _LONGEST_REASON, _MOST_DRAFTS = 500, 500, 20


@door(Right.ENTER)
def new_draft(request: HttpRequest, site: str) -> HttpResponse:
    """Upload files, or begin to type a table; it is kept as a draft, seen by nobody else."""
    known = get_object_or_404(KnownSite, key=site)
    faults: list[str] = []
    mine = UploadDraft.objects.filter(site=known, account=request.user)
    enters = tables_of(request.permissions.parts(Right.ENTER, site))
    if request.method == "POST":
        table = request.POST.get("table", "")
        files = request.FILES.getlist("files")
        faults = [] if table in enters else faults_of_files(files)
        if mine.count() >= _MOST_DRAFTS:
            faults = [_("You have %(count)d drafts here: submit one, or throw one away.") % {"count": mine.count()}]
        if not faults:
            draft = UploadDraft.objects.create(site=known, account=request.user)
            if table in enters:
                return redirect("grid", site, draft.key, table)
            _keep(request, draft, files)
            return redirect("draft", site, draft.key)
    answer = render(request, "drafts/new.html", {"site": known, "faults": faults, "drafts": mine, "enters": enters})
    answer.status_code = 422 if faults else 200
    return answer


def _keep(request: HttpRequest, draft: UploadDraft, files: list[Any]) -> None:
    """Keep files with a draft, each in the place of one of its name, and read the draft."""
    with transaction.atomic():
        for file in files:
            name = plain_name(file.name)
            draft.files.filter(name__iexact=name).delete()
            content = file.read()
            DraftFile.objects.create(draft=draft, name=name, content=content, foreign=is_foreign(name, content))
    read_files(draft, request.permissions.parts(Right.ENTER, draft.site.key))


@door(Right.ENTER)
@require_POST
def add_files(request: HttpRequest, site: str, key: str) -> HttpResponse:
    """Put more files to a draft; one of the same name takes the place of the former."""
    draft = draft_of(request, site, key)
    files = request.FILES.getlist("files")
    faults = faults_of_files(files, draft.files.values_list("name", "content"))
    if fault := fault_of_reading_anew(draft):
        faults.append(fault)
    for fault in faults:
        messages.error(request, fault)
    if not faults:
        _keep(request, draft, files)
    return redirect("draft", site, key)


@door(Right.ENTER)
@require_POST
def take_file_out(request: HttpRequest, site: str, key: str) -> HttpResponse:
    """Take a file out of a draft, and read the others."""
    draft = draft_of(request, site, key)
    found = draft.files.filter(name=request.POST.get("name", "")).first()
    fault = _("There is no such file in this draft.") if found is None else ""
    if found is not None and found.foreign:
        fault = fault_of_reading_anew(draft)
    if fault:
        messages.error(request, fault)
        return redirect("draft", site, key)
    found.delete()
    if found.foreign and not draft.files.filter(foreign=True).exists():
        ForeignReading.objects.filter(draft=draft).delete()
    read_files(draft, request.permissions.parts(Right.ENTER, site))
    return redirect("draft", site, key)


@door(Right.ENTER)
def one_draft(request: HttpRequest, site: str, key: str) -> HttpResponse:
    """What was found in a draft."""
    draft = draft_of(request, site, key)
    foreign = foreign_of(draft)
    if foreign is not None and not foreign.is_over:
        return render(request, "drafts/being_read.html", {"draft": draft, "site": draft.site})
    if not draft.reading or "fault" in draft.reading:  # what lacked may be there now
        read_anew(draft, request.permissions.parts(Right.ENTER, site))
    return _page(request, draft)


def _page(request: HttpRequest, draft: UploadDraft, fault: str = "") -> HttpResponse:
    imported: dict[str, Any] = {} if (foreign := foreign_of(draft)) is None else foreign.came_to
    context = {
        "draft": draft,
        "site": draft.site,
        "files": draft.files.values_list("name", "foreign"),
        "imported": imported,
        "taken_back": [(json.dumps(path), shown) for path, shown, _answer in imported.get("answered", ())],
        "typed": draft.typed.values_list("table", flat=True),
        "enters": tables_of(request.permissions.parts(Right.ENTER, draft.site.key)),
        "chosen": {"changed": request.POST.getlist("changed"), "gone": request.POST.getlist("gone")},
        "all_changed": "all_changed" in request.POST,
        "all_gone": "all_gone" in request.POST,
        "reason": request.POST.get("reason", "")[:_LONGEST_REASON],
        "note": request.POST.get("note", "")[:_LONGEST_NOTE],
        "not_taken": fault,
        **draft.reading,
    }
    answer = render(request, "drafts/one.html", context)
    answer.status_code = 422 if fault else 200
    return answer


@door(Right.ENTER)
@require_POST
def submit(request: HttpRequest, site: str, key: str) -> HttpResponse:
    """Hand the draft in: from now on it stands in the book, and waits for somebody else."""
    draft = draft_of(request, site, key)
    parts = request.permissions.parts(Right.ENTER, site)
    note = request.POST.get("note", "").strip()[:_LONGEST_NOTE]
    if (foreign := foreign_of(draft)) is not None and not foreign.is_over:
        return redirect("draft", site, key)
    try:
        if is_overtaken(draft):
            fault = fault_of_reading_anew(draft)
            if not fault:
                read_files(draft, parts)
                fault = _("Other answers about the files of this site were approved since yours were read. They were "
                          "read anew: look at all of it once more.")  # fmt: skip
            return _page(request, draft, fault)
        brought = brought_by(draft)
        whole = read_upload(brought, site, parts, note)
        choice, fault = _choice_of(request, whole)
        read = read_upload(brought, site, parts, note, choice) if any(whole.everything) else whole
        if not fault and "knowingly" not in request.POST:
            fault = _left_open(read, foreign)
        if fault:
            keep_reading(draft, whole)
            return _page(request, draft, fault)
        number = the_book().submit(site, request.user.key, read.changes, once=draft.key)
    except StockwardError as error:
        return _page(request, draft, said_to_people(error))
    keep_rows(draft, number)
    draft.delete()
    messages.success(request, _("Submitted. It is in force once somebody else has approved it."))
    return redirect("submission", site, number)


def _left_open(read: ReadUpload, foreign: ForeignReading | None) -> str:
    """What must be ticked before it is handed in; empty where all is well."""
    asked = [] if foreign is None else foreign.came_to.get("questions", [])
    if count := read.told(asked=bool(asked))["count"]:
        return _("%(count)d problems: mend them, or tick that you submit with them.") % {"count": count}
    if asked:
        said = ngettext(
            "%(count)d question is open: answer it, or tick that you submit it so.",
            "%(count)d questions are open: answer them, or tick that you submit it so.", len(asked),
        )  # fmt: skip
        return said % {"count": len(asked)}
    return ""


def _choice_of(request: HttpRequest, read: ReadUpload) -> tuple[TickedRows, str]:
    """What is ticked of the differences, and why it cannot be taken so: what was ticked must still be there."""
    lists = dict(zip(("changed", "gone"), read.everything, strict=True))
    taken = {}
    for name, there in lists.items():
        ticked = {entry_number(number) for number in request.POST.getlist(name)}
        every = f"all_{name}" in request.POST
        if not ticked <= there or (every and request.POST.get(f"{name}_shown") != str(len(there))):
            return TickedRows(), _("The book has changed since you looked: look at the differences once more.")
        taken[name] = there if every else frozenset(number for number in ticked if number is not None)
    reason = request.POST.get("reason", "").strip()[:_LONGEST_REASON]
    if any(taken.values()) and not reason:
        return TickedRows(taken["changed"], taken["gone"]), _(
            "Write why rows are put right or withdrawn: whoever approves reads it."
        )
    return TickedRows(taken["changed"], taken["gone"], reason), ""


@door(Right.ENTER)
@require_POST
def discard(request: HttpRequest, site: str, key: str) -> HttpResponse:
    """Throw a draft away."""
    draft_of(request, site, key).delete()
    messages.success(request, _("The draft is thrown away. Nothing of it was entered."))
    return redirect("new_draft", site)


def draft_of(request: HttpRequest, site: str, key: str) -> UploadDraft:
    """A draft of whoever asks, and of nobody else."""
    found: UploadDraft = get_object_or_404(UploadDraft, site__key=site, key=key, account=request.user)
    return found


def fault_of_reading_anew(draft: UploadDraft) -> str:
    """Why the files of a draft are not read anew: what was typed over them would be lost; empty where nothing was."""
    tables = ", ".join(typed_over_foreign(draft))
    if not tables:
        return ""
    return _(
        "The files must be read anew, and what was typed over %(tables)s would be lost: throw that away first."
    ) % {"tables": tables}
