"""Receivers of confidential reports: their keys, which administrators keep, and what the receivers themselves do."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from stockward.sealed.keys import fingerprint, require_public_key
from stockward.terms.errors import UsageError
from stockward.web.confidential.keeping import MOST_RECEIVERS, given_out, keep_answer, this_day
from stockward.web.doors import door
from stockward.web.models import KnownSite, ReportReceiver, SealedReport, UserAccount
from stockward.web.permissions import Right
from stockward.web.records.answers import PUBLISHED, key_events, published_answers
from stockward.web.records.told import tell_the_book

_LONGEST = 4_000


class ReceiverKey(forms.ModelForm):
    """The name that writers read, and the public key."""

    class Meta:
        model = ReportReceiver
        fields = ("title", "public_key", "is_active")

    def clean_public_key(self) -> str:
        """The key, where it is one and no other receiver has it."""
        try:
            key = require_public_key(self.cleaned_data["public_key"])
        except UsageError:
            raise ValidationError(
                _("This is no public key. Copy the whole line that begins with age1, as keygen prints it.")
            ) from None
        if ReportReceiver.objects.filter(public_key=key).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("Another receiver has this key. Each makes a key of their own."))
        return key

    def clean(self) -> dict[str, Any]:
        """Refuse more receivers than a report is sealed to."""
        told: dict[str, Any] = super().clean()
        others = ReportReceiver.objects.filter(is_active=True).exclude(pk=self.instance.pk).count()
        if told.get("is_active", "is_active" not in self.fields) and others >= MOST_RECEIVERS:
            raise ValidationError(_("Four receive reports already. Take one off first."))
        return told


class NewReceiver(ReceiverKey):
    """An account that becomes a receiver."""

    class Meta(ReceiverKey.Meta):
        fields = ("account", "title", "public_key")
        labels = {"account": gettext_lazy("Account")}  # noqa: RUF012

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        field = self.fields["account"]
        field.queryset = UserAccount.objects.filter(is_active=True, receives=None).order_by("name")
        field.label_from_instance = lambda account: account.name


@door(Right.MANAGE_ACCOUNTS)
def receivers(request: HttpRequest) -> HttpResponse:
    """All receivers with the fingerprints of their keys, and the form that names another."""
    form = NewReceiver(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _save(request, form, "receiver named")
        return redirect("receivers")
    told = {"receivers": ReportReceiver.objects.select_related("account"), "form": form, "events": key_events()}
    return render(request, "receivers/all.html", told)


@door(Right.MANAGE_ACCOUNTS)
def one_receiver(request: HttpRequest, key: str) -> HttpResponse:
    """One receiver: another key, another name, or no more reports."""
    receiver = get_object_or_404(ReportReceiver, account__key=key)
    former_key, former_state = receiver.public_key, receiver.is_active
    form = ReceiverKey(request.POST or None, instance=receiver)
    if request.method == "POST" and form.is_valid():
        if form.instance.public_key != former_key:
            _save(request, form, "receiver's key changed", former=fingerprint(former_key))
        elif form.instance.is_active != former_state:
            _save(request, form, "receiver receives again" if form.instance.is_active else "receiver taken off")
        else:
            form.save()
        return redirect("receivers")
    return render(
        request, "receivers/one.html", {"form": form, "receiver": receiver, "former": fingerprint(former_key)}
    )


def _save(request: HttpRequest, form: ReceiverKey, event: str, **more: str) -> None:
    """Put a key in place; the book is told before, so that there is no key in force of which it does not know."""
    receiver = form.instance
    about = {"account": receiver.account.key, "receiver": receiver.title, "fingerprint": receiver.fingerprint}
    tell_the_book(request.user, event, about=about | more)
    receiver.since = this_day()
    form.save()
    messages.success(request, _("Saved, and written into the book. All receivers are told."))


class SealedFile(forms.Form):
    """An answer that was sealed on the machine of its receiver."""

    report = forms.RegexField(r"^[0-9a-f]{8}\Z", label=gettext_lazy("Number of the report"))
    file = forms.FileField(label=gettext_lazy("Sealed answer"), max_length=200)


class PublicAnswer(forms.Form):
    """An answer that all readers of a report may see, beside the figure."""

    site = forms.ChoiceField(label=gettext_lazy("Site"))
    figure = forms.CharField(label=gettext_lazy("The figure, as it stands in the report"), max_length=200)
    question = forms.CharField(
        label=gettext_lazy("The question or correction, in your own words"),
        max_length=_LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    answer = forms.CharField(
        label=gettext_lazy("The answer"), max_length=_LONGEST, widget=forms.Textarea(attrs={"rows": 5})
    )

    def __init__(self, sites: list[str], *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        known = KnownSite.objects.filter(key__in=sites).values_list("key", "title")
        self.fields["site"].choices = list(known)


@door(Right.RECEIVE_REPORTS)
def received(request: HttpRequest) -> HttpResponse:
    """How many sealed reports there are, what became of the keys, and the forms for answers."""
    return _page(request)


def _page(request: HttpRequest, status: int = 200, **forms_sent: forms.Form) -> HttpResponse:
    sites = request.permissions.sites(Right.REVIEW)
    days = SealedReport.objects.order_by("-day").values_list("day", flat=True)
    told = {
        "receiver": request.user.receives,
        "count": len(days),
        "last": days[0] if days else None,
        "events": key_events(),
        "sealed_form": forms_sent.get("sealed_form") or SealedFile(),
        "public_form": (forms_sent.get("public_form") or PublicAnswer(sites)) if sites else None,
    }
    return render(request, "receivers/received.html", told, status=status)


@door(Right.RECEIVE_REPORTS)
def sealed_file(request: HttpRequest) -> HttpResponse:
    """All sealed reports as a file, to be opened elsewhere."""
    response = HttpResponse(given_out(), content_type="application/zip")
    response["Content-Disposition"] = 'attachment; filename="sealed-reports.zip"'
    return response


@door(Right.RECEIVE_REPORTS)
@require_POST
def answer_report(request: HttpRequest) -> HttpResponse:
    """Keep a sealed answer."""
    form = SealedFile(request.POST, request.FILES)
    if form.is_valid():
        report = SealedReport.objects.filter(number=int(form.cleaned_data["report"], 16)).first()
        try:
            if report is None:
                raise UsageError
            keep_answer(report, form.cleaned_data["file"].read())
            messages.success(request, _("Kept. Whoever has the receipt code of the report can read it."))
            return redirect("received")
        except UsageError:
            field = "report" if report is None else "file"
            none, open_text = _("There is no such report."), _("Upload the file that stockward reports answer wrote.")
            form.add_error(field, none if report is None else open_text)
    return _page(request, 400, sealed_form=form)


@door(Right.RECEIVE_REPORTS)
@require_POST
def publish_answer(request: HttpRequest) -> HttpResponse:
    """Enter an answer for all readers into the book."""
    form = PublicAnswer(request.permissions.sites(Right.REVIEW), request.POST)
    if form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("figure", "question", "answer")}
        tell_the_book(request.user, PUBLISHED, site=form.cleaned_data["site"], about=said)
        messages.success(request, _("Written into the book. It stands beside every report of the site."))
        return redirect("received")
    return _page(request, 400, public_form=form)


@door(Right.REVIEW)
def public_answers(request: HttpRequest, site: str) -> HttpResponse:
    """The answers to questions on figures of a site, for whoever may read its reports."""
    known = get_object_or_404(KnownSite, key=site)
    return render(request, "receivers/answers.html", {"site": known, "answers": published_answers(site)})
