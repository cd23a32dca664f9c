"""Pages on which anybody can tell what they saw: without an account, and without anything being kept of who asks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters

from stockward.sealed.envelope import SIZES
from stockward.terms.errors import UsageError
from stockward.web.confidential.keeping import answers_to, sealed_to, this_day
from stockward.web.confidential.limits import SmallSum, TooManyReportsError, used_once
from stockward.web.doors import door
from stockward.web.models import ReportReceiver
from stockward.web.permissions import Right

_LANGUAGES = ("en", "de")


class ToldReport(forms.Form):
    """What somebody tells, and to whom."""

    to = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Who may read it"), queryset=None, widget=forms.CheckboxSelectMultiple
    )
    about = forms.CharField(label=gettext_lazy("What it is about, in a few words"), required=False, max_length=200)
    text = forms.CharField(
        label=gettext_lazy("What you saw, or your question"),
        max_length=SIZES[-1],
        widget=forms.Textarea(attrs={"rows": 12, "autocomplete": "off", "spellcheck": "false"}),
    )
    answer = forms.CharField(label="", max_length=4, widget=forms.TextInput(attrs={"inputmode": "numeric"}))

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, auto_id="tell-%s", **named)
        receivers = ReportReceiver.objects.filter(is_active=True, account__is_active=True)
        field = self.fields["to"]
        field.queryset = receivers
        field.initial = list(receivers)
        field.label_from_instance = lambda one: one.title
        for name in ("about", "answer"):
            self.fields[name].widget.attrs["autocomplete"] = "off"


@sensitive_post_parameters()
@csrf_exempt
@door(Right.TELL)
def told(request: HttpRequest) -> HttpResponse:
    """The form; what is sent is sealed before anything else, and its text is forgotten with the answer."""
    with translation.override(_language(request)):
        form = ToldReport(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                return render(request, "tell/receipt.html", {"code": _kept(request, form)})
            except TooManyReportsError as error:
                form.add_error(None, str(error))
                return _form(request, form, 429)
            except UsageError as error:
                form.add_error(None, str(error))
        return _form(request, form, 400 if form.errors else 200)


def _form(request: HttpRequest, form: ToldReport, status: int) -> HttpResponse:
    drawn = SmallSum.drawn()
    form["answer"].label = drawn.question  # that of the field was read already where what was sent was looked at
    if form.is_bound:
        # The sum is another one: its former solution would be wrong.
        form.data = form.data.copy()
        form.data["answer"] = ""
    receivers = form.fields["to"].queryset
    told = {"form": form, "token": drawn.token, "receivers": receivers, "most": SIZES[-1] // 1024}
    return render(request, "tell/form.html", told, status=status)


def _kept(request: HttpRequest, form: ToldReport) -> str:
    """Keep the report, and return the receipt code. Raises ``UsageError``, and then nothing is kept."""
    said = form.cleaned_data
    once = used_once.require_solved(str(request.POST.get("token", "")), said["answer"])
    code, report = sealed_to(list(said["to"]), said["about"], said["text"])
    used_once.take(once, this_day())
    report.add()
    return code


@sensitive_post_parameters()
@csrf_exempt
@door(Right.TELL)
def told_answer(request: HttpRequest) -> HttpResponse:
    """What was answered to a report, for whoever has its receipt code."""
    with translation.override(_language(request)):
        if request.method != "POST":
            return render(request, "tell/answer.html", {"asked": False})
        try:
            answers = answers_to(str(request.POST.get("code", ""))[:100])
        except UsageError:
            fault = _("A receipt code has 26 letters and figures. Type it again as you wrote it down.")
            return render(request, "tell/answer.html", {"fault": fault}, status=400)
        if answers is None:
            fault = _("No report has this receipt code. Type it again as you wrote it down.")
            return render(request, "tell/answer.html", {"fault": fault}, status=404)
        return render(request, "tell/answer.html", {"asked": True, "answers": answers})


def _language(request: HttpRequest) -> str:
    """The language that is asked for in the address; no cookie keeps it."""
    asked = request.GET.get("language", "")
    return asked if asked in _LANGUAGES else translation.get_language() or _LANGUAGES[0]
