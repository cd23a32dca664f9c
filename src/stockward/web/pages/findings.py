"""Findings of reviews: what is open, who looks into it until when, and what it came to with whose approval."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from stockward.book.store.deciding.hands import hands_in
from stockward.book.store.findings import LONGEST_REASON, SETTLED, FindingState
from stockward.terms.errors import StockwardError
from stockward.web.asked import LARGEST_NUMBER, request_key
from stockward.web.doors import door
from stockward.web.models import KnownSite, UserAccount
from stockward.web.models.accounts import new_key
from stockward.web.permissions import Right, Role
from stockward.web.records.corrections import LONGEST_CELL
from stockward.web.records.findings import ShownFinding, ledger_of, shown_findings
from stockward.web.records.settling import faults_of_settled, may_be_settled, settled_cells
from stockward.web.records.the_book import the_book
from stockward.web.records.told import said_to_people
from stockward.web.wording import FINDING_STATES

_FOLLOWERS = (Role.OFFICER.value, Role.INSPECTOR.value)


def _reason(label: Any, *, required: bool) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(label=label, required=required, max_length=LONGEST_REASON, widget=area)


_OF_AMOUNT = ("amount", "from_inventory", "to_inventory", "sigma")


def _cell(label: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=LONGEST_CELL)


def _day() -> forms.DateField:
    label = gettext_lazy("To be settled by")
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class _Names(forms.ModelChoiceField):
    """Accounts that may follow the findings of a site."""

    def __init__(self, label: Any) -> None:
        super().__init__(UserAccount.objects.none(), label=label, to_field_name="key")

    def label_from_instance(self, obj: Any) -> str:
        """The name of the account."""
        return str(obj.name)


class LookedInto(forms.Form):
    """Who looks into a finding, who answers for it, and until when."""

    looks = _Names(gettext_lazy("Who looks into it"))
    answers = _Names(gettext_lazy("Who answers for it"))
    due = _day()
    reason = _reason(gettext_lazy("What is known so far"), required=False)

    def __init__(self, site: str, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        accounts = UserAccount.objects.filter(is_active=True, is_administrator=False)
        accounts = accounts.filter(roles__site__key=site, roles__role__in=_FOLLOWERS).distinct().order_by("name")
        for name in ("looks", "answers"):
            self.fields[name].queryset = accounts


class OpenedAgain(forms.Form):
    """Why a finding is open again, and until when it is to be settled."""

    due = _day()
    reason = _reason(gettext_lazy("Why it is open again"), required=True)


class SettledBy(forms.Form):
    """What a finding came to: by which entry it is explained, or that it is a loss."""

    state = forms.ChoiceField(
        label=gettext_lazy("What it came to"),
        choices=[(one.value, FINDING_STATES[one]) for one in FindingState if one in SETTLED],
    )
    entry = forms.IntegerField(
        label=gettext_lazy("Number of the approved entry that explains it"),
        required=False, min_value=0, max_value=LARGEST_NUMBER,
    )  # fmt: skip
    reason = _reason(gettext_lazy("The reason"), required=True)
    amount = _cell(gettext_lazy("How much, where the tests are to go on after it"))
    from_inventory = _cell(gettext_lazy("The last inventory before it went"))
    to_inventory = _cell(gettext_lazy("The first inventory after it had gone"))
    sigma = _cell(gettext_lazy("Standard deviation of the amount, where it is not known exactly"))

    def typed(self) -> dict[str, str]:
        """What was typed of the amount, and the reason; nothing where no amount was."""
        said = {name: str(self.cleaned_data[name]) for name in (*_OF_AMOUNT, "reason")}
        return said if any(said[name] for name in ("amount", "from_inventory", "sigma")) else {}


@door(Right.FOLLOW_FINDINGS)
def findings_of_a_site(request: HttpRequest, site: str) -> HttpResponse:
    """Every finding of a site: what is not settled first, by the day on which it is due."""
    found = shown_findings(ledger_of(site).records.values(), timezone.now().date())
    unsettled = sorted((one for one in found if not one.settled), key=lambda one: (one.record.due, one.number))
    settled = [one for one in reversed(found) if one.settled]
    context = {"site": get_object_or_404(KnownSite, key=site), "unsettled": unsettled, "settled": settled}
    return render(request, "findings/all.html", context)


@door(Right.FOLLOW_FINDINGS)
def one_finding(request: HttpRequest, site: str, number: int) -> HttpResponse:
    """One finding, what was done about it, and what may be done now."""
    return _page(request, site, _found(site, number))


@door(Right.EXPLAIN_FINDINGS)
@require_POST
def change_finding(request: HttpRequest, site: str, number: int) -> HttpResponse:
    """Say who looks into it and until when, or open it again."""
    found = _found(site, number)
    again = "again" in request.POST
    form = OpenedAgain(request.POST) if again else LookedInto(site, request.POST)
    if not form.is_valid():
        return _page(request, site, found, **{"opened_again" if again else "looked_into": form})
    said = form.cleaned_data
    state = FindingState.OPEN if again else FindingState.LOOKED_INTO
    names = {} if again else {name: said[name].key for name in ("looks", "answers")}
    return _entered(
        request, site, number, _("Entered."),
        lambda once: the_book().change_finding(
            site, number, request.user.key, state, due=said["due"], reason=said["reason"], once=once, **names
        ),
    )  # fmt: skip


@door(Right.EXPLAIN_FINDINGS)
@require_POST
def settle_finding(request: HttpRequest, site: str, number: int) -> HttpResponse:
    """Propose what it came to; somebody else decides on that."""
    found = _found(site, number)
    form = SettledBy(request.POST)
    if not form.is_valid():
        return _page(request, site, found, settled_by=form)
    said, typed = form.cleaned_data, form.typed()
    state, settled = FindingState(said["state"]), None
    if typed and may_be_settled(found.record):
        settled = settled_cells(found.record, state, typed)
        for fault in faults_of_settled(found.record, settled):
            form.add_error(None, fault)
        if form.errors:
            return _page(request, site, found, settled_by=form)
    return _entered(
        request, site, number, _("Proposed. It holds once somebody else has approved it."),
        lambda once: the_book().settle_finding(
            site, number, request.user.key, state, said["reason"], entry=said["entry"], settled=settled, once=once
        ),
    )  # fmt: skip


@door(Right.DECIDE_ON_FINDINGS)
@require_POST
def decide_on_finding(request: HttpRequest, site: str, number: int) -> HttpResponse:
    """Approve what is proposed, or send it back with a reason; the book refuses one's own."""
    waiting = _found(site, number).record.waiting
    proposal = request.POST.get("proposal", "")
    if waiting is None or proposal != str(waiting.number):
        messages.error(request, _("What you decided on has changed meanwhile: look at it again."))
        return redirect("finding", site, number)
    by = request.user.key
    if "send_back" in request.POST:
        reason = request.POST.get("reason", "")
        return _entered(
            request, site, number, _("Sent back, with your reason."),
            lambda once: the_book().send_back(waiting.number, by, reason, once=once),
        )  # fmt: skip
    return _entered(
        request, site, number, _("Approved."), lambda once: the_book().approve(waiting.number, by, once=once)
    )


def _entered(
    request: HttpRequest, site: str, number: int, told: str, enter: Callable[[str | None], int]
) -> HttpResponse:
    try:
        enter(request_key(request))
    except StockwardError as error:
        messages.error(request, said_to_people(error))
    else:
        messages.success(request, told)
    return redirect("finding", site, number)


def _page(request: HttpRequest, site: str, found: ShownFinding, **forms_given: forms.Form) -> HttpResponse:
    permissions, record = request.permissions, found.record
    own = record.waiting is not None and request.user.key in hands_in(record.waiting)
    explains = permissions.may(Right.EXPLAIN_FINDINGS, site) and record.waiting is None
    initial = {"due": record.due, "looks": record.looks, "answers": record.answers}
    context = {
        "site": get_object_or_404(KnownSite, key=site),
        "one": found,
        # A form that came back with faults is shown, even where its finding has another state meanwhile.
        "explains": (explains and not found.settled) or bool({"looked_into", "settled_by"} & forms_given.keys()),
        "opens": (explains and record.state is not FindingState.OPEN) or "opened_again" in forms_given,
        "decides": permissions.may(Right.DECIDE_ON_FINDINGS, site) and record.waiting is not None and not own,
        "own": own,
        "once": new_key(),
        "looked_into": LookedInto(site, initial=initial, auto_id="looked_%s"),
        "opened_again": OpenedAgain(initial={"due": record.due}, auto_id="again_%s"),
        "settled_by": SettledBy(auto_id="settled_%s", initial={"to_inventory": record.alarms[-1].inventory}),
        "with_amount": may_be_settled(record),
        **forms_given,
    }
    return render(request, "findings/one.html", context)


def _found(site: str, number: int) -> ShownFinding:
    record = ledger_of(site).records.get(number)
    if record is None:
        raise Http404
    return shown_findings([record], timezone.now().date())[0]
