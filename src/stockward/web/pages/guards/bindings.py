"""Which account is which guard: bound by the guards' manager, so that each guard sees the own shifts alone."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from stockward.terms.errors import StockwardError
from stockward.terms.signs import printable
from stockward.web.doors import door
from stockward.web.models import GuardBinding, KnownSite, UserAccount
from stockward.web.permissions import Right, Role
from stockward.web.records.calendars import end_link
from stockward.web.records.rosters import bind_guard, codes_of_guards, unbind_guard
from stockward.web.records.told import said_to_people


class _GuardAccounts(forms.ModelChoiceField):
    """Accounts with the role of a guard at a site."""

    def label_from_instance(self, obj: Any) -> str:
        """The name of the account."""
        return str(obj.name)


class BoundGuard(forms.Form):
    """An account, and the code of the guard whose it is."""

    def __init__(self, site: KnownSite, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        bound = GuardBinding.objects.filter(site=site)
        accounts = UserAccount.objects.filter(
            is_active=True, is_administrator=False, roles__site=site, roles__role=Role.GUARD.value
        )
        accounts = accounts.exclude(pk__in=bound.values("account")).order_by("name")
        taken = set(bound.values_list("person", flat=True))
        codes = [(code, printable(code)) for code in codes_of_guards(site.key) if code not in taken]
        self.fields["account"] = _GuardAccounts(accounts, label=gettext_lazy("Account"), to_field_name="key")
        self.fields["person"] = forms.ChoiceField(label=gettext_lazy("Guard"), choices=[("", "---------"), *codes])


@door(Right.BIND_GUARDS)
def bound_guards(request: HttpRequest, site: str) -> HttpResponse:
    """Every binding of a site, and the form that makes another."""
    known = get_object_or_404(KnownSite, key=site)
    form = BoundGuard(known, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            bind_guard(known, form.cleaned_data["account"], form.cleaned_data["person"], request.user)
        except StockwardError as error:
            messages.error(request, said_to_people(error))
        else:
            messages.success(request, _("Bound. The account sees the shifts of this guard, once they are published."))
        return redirect("bound_guards", site)
    bindings = GuardBinding.objects.filter(site=known).select_related("account", "link")
    answer = render(request, "guards/bindings.html", {"site": known, "bindings": bindings, "form": form})
    answer.status_code = 422 if form.errors else 200
    return answer


@door(Right.BIND_GUARDS)
@require_POST
def change_binding(request: HttpRequest, site: str, key: str) -> HttpResponse:
    """End the calendar link of a guard, or the whole binding."""
    bindings = GuardBinding.objects.select_related("account", "site")
    binding = bindings.filter(site__key=site, account__key=key).first()
    if binding is None:
        messages.success(request, _("This account is bound to no guard."))
    elif "link" in request.POST:
        end_link(binding, request.user)
        messages.success(request, _("The link of the calendar is ended."))
    else:
        unbind_guard(binding, request.user)
        messages.success(request, _("Ended. The account sees no shifts any more."))
    return redirect("bound_guards", site)
