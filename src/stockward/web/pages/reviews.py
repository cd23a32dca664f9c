"""Reviews: asked for here, computed in the background, shown as the command line writes them."""

from __future__ import annotations

from csp.decorators import csp
from django import forms
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.clickjacking import xframe_options_sameorigin

from stockward.web.doors import door
from stockward.web.models import KnownSite, ReviewRun
from stockward.web.permissions import Right
from stockward.web.records.answers import published_answers
from stockward.web.records.findings import findings_beside
from stockward.web.records.told import tell_the_book
from stockward.web.tasks import run_review

_SHOWN = 50
_OF_THE_REPORT = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["data:"],
    "form-action": ["'none'"],
    "frame-ancestors": ["'self'"],
    "sandbox": [""],
}
in_a_frame = csp(_OF_THE_REPORT)
"""Before a page of the command line: it brings its style with it, and needs nothing else: no script, form or origin."""


class AskedReview(forms.Form):
    """As of which day the book is reviewed."""

    as_of = forms.DateField(
        label=gettext_lazy("As the book stood at the end of this day (UTC); empty: now"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def clean_as_of(self) -> object:
        """The day, which cannot lie ahead."""
        day = self.cleaned_data["as_of"]
        if day is not None and day > timezone.now().date():
            raise forms.ValidationError(_("This day is still to come: choose an earlier one."))
        return day


@door(Right.REVIEW)
def all_reviews(request: HttpRequest, site: str) -> HttpResponse:
    """The reviews of a site, and the form that asks for another."""
    known = get_object_or_404(KnownSite, key=site)
    form = AskedReview(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            run = ReviewRun.objects.create(site=known, account=request.user, as_of=form.cleaned_data["as_of"])
            run_review.enqueue(run.key)
            tell_the_book(request.user, "review asked for", site=site, about={"as of": str(run.as_of or "now")})
        return redirect("review", site, run.key)
    runs = ReviewRun.objects.filter(site=known).select_related("account").defer("page")[:_SHOWN]
    return render(request, "reviews/all.html", {"site": known, "runs": runs, "form": form})


@door(Right.REVIEW)
def one_review(request: HttpRequest, site: str, key: str) -> HttpResponse:
    """How far a review is, or its report in a frame."""
    context = {
        "run": _run(site, key),
        "answers": published_answers(site),
        "told": findings_beside(site, key, timezone.now().date()),
    }
    return render(request, "reviews/one.html", context)


@door(Right.REVIEW)
def review_progress(request: HttpRequest, site: str, key: str) -> HttpResponse:
    """How far a review is, asked for again and again; once it is over, the whole page is."""
    run = _run(site, key)
    answer = render(request, "reviews/progress.html", {"run": run})
    if run.over:
        answer["HX-Refresh"] = "true"
    return answer


@xframe_options_sameorigin
@in_a_frame
@door(Right.REVIEW)
def report(request: HttpRequest, site: str, key: str) -> HttpResponse:
    """The report, byte for byte as the command line writes it."""
    page = ReviewRun.objects.filter(site__key=site, key=key).values_list("page", flat=True).first()
    if page is None:
        raise Http404
    answer = HttpResponse(bytes(page), content_type="text/html; charset=utf-8")
    if "file" in request.GET:
        answer["Content-Disposition"] = f'attachment; filename="{site}.html"'
    return answer


def _run(site: str, key: str) -> ReviewRun:
    found: ReviewRun = get_object_or_404(
        ReviewRun.objects.select_related("site", "account").defer("page"), site__key=site, key=key
    )
    return found
