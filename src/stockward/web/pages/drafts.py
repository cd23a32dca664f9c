"""Entering: files are uploaded, read, shown with all that is wrong, and then submitted or thrown away."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from stockward.terms.errors import StockwardError
from stockward.web.doors import door
from stockward.web.models import DraftFile, KnownSite, UploadDraft
from stockward.web.permissions import Right
from stockward.web.records.reading import found_in, read_upload
from stockward.web.records.the_book import the_book
from stockward.web.records.told import said_to_people
from stockward.web.records.uploads import faults_of_files, plain_name

_LONGEST_NOTE, _MOST_DRAFTS = 500, 20


@door(Right.ENTER)
def new_draft(request: HttpRequest, site: str) -> HttpResponse:
    """Upload files; they are kept as a draft, seen by nobody else."""
    known = get_object_or_404(KnownSite, key=site)
    faults: list[str] = []
    mine = UploadDraft.objects.filter(site=known, account=request.user)
    if request.method == "POST":
        files = request.FILES.getlist("files")
        faults = faults_of_files(files)
        if mine.count() >= _MOST_DRAFTS:
            faults = [_("You have %(count)d drafts here: submit one, or throw one away.") % {"count": mine.count()}]
        if not faults:
            draft = _kept(request, known, [(plain_name(file.name), file.read()) for file in files])
            return redirect("draft", site, draft.key)
    answer = render(request, "drafts/new.html", {"site": known, "faults": faults, "drafts": mine})
    answer.status_code = 422 if faults else 200
    return answer


def _kept(request: HttpRequest, site: KnownSite, files: list[tuple[str, bytes]]) -> UploadDraft:
    reading = found_in(files, site.key, request.permissions.parts(Right.ENTER, site.key))
    with transaction.atomic():
        draft: UploadDraft = UploadDraft.objects.create(site=site, account=request.user, reading=reading)
        DraftFile.objects.bulk_create(DraftFile(draft=draft, name=name, content=content) for name, content in files)
    return draft


@door(Right.ENTER)
def one_draft(request: HttpRequest, site: str, key: str) -> HttpResponse:
    """What was found in the files of a draft."""
    draft = _mine(request, site, key)
    names = draft.files.values_list("name", flat=True)
    return render(request, "drafts/one.html", {"draft": draft, "site": draft.site, "names": names, **draft.reading})


@door(Right.ENTER)
@require_POST
def submit(request: HttpRequest, site: str, key: str) -> HttpResponse:
    """Hand the draft in: from now on it stands in the book, and waits for somebody else."""
    draft = _mine(request, site, key)
    files = [(file.name, bytes(file.content)) for file in draft.files.all()]
    note = request.POST.get("note", "").strip()[:_LONGEST_NOTE]
    try:
        read = read_upload(files, site, request.permissions.parts(Right.ENTER, site), note)
        if (count := read.told()["count"]) and "knowingly" not in request.POST:
            messages.error(
                request, _("%(count)d problems: mend them, or tick that you submit with them.") % {"count": count}
            )
            return redirect("draft", site, key)
        number = the_book().submit(site, request.user.key, read.changes, once=draft.key)
    except StockwardError as error:
        messages.error(request, said_to_people(error))
        return redirect("draft", site, key)
    draft.delete()
    messages.success(request, _("Submitted. It is in force once somebody else has approved it."))
    return redirect("submission", site, number)


@door(Right.ENTER)
@require_POST
def discard(request: HttpRequest, site: str, key: str) -> HttpResponse:
    """Throw a draft away."""
    _mine(request, site, key).delete()
    messages.success(request, _("The draft is thrown away. Nothing of it was entered."))
    return redirect("new_draft", site)


def _mine(request: HttpRequest, site: str, key: str) -> Any:
    return get_object_or_404(UploadDraft, site__key=site, key=key, account=request.user)
