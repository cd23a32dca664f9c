"""Accounts and roles: for administrators, who see neither stock nor people here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from stockward.web.doors import door
from stockward.web.models import KnownSite, PasswordLink, RoleHeld, UserAccount
from stockward.web.permissions import Right, Role
from stockward.web.records.told import tell_the_book
from stockward.web.wording import ROLE_NAMES


class NewAccount(forms.ModelForm):
    """The name of an account, and whether it keeps the others."""

    class Meta:
        model = UserAccount
        fields = ("name", "is_administrator")

    def clean_name(self) -> str:
        """The name; one that stands there already is refused by the model."""
        return str(self.cleaned_data["name"]).strip()


class NewSite(forms.ModelForm):
    """A site for which accounts can have roles."""

    class Meta:
        model = KnownSite
        fields = ("title", "key")


class Rights(forms.Form):
    """What one account may: sign in, keep the accounts, or roles at sites, one box each."""

    is_active = forms.BooleanField(label=gettext_lazy("may sign in"), required=False)
    is_administrator = forms.BooleanField(
        label=gettext_lazy("keeps the accounts (administrator), and sees no site"), required=False
    )

    def __init__(self, account: UserAccount, *given: Any, **named: Any) -> None:
        held = {(role.site_id, role.role) for role in account.roles.all()}
        initial = {"is_active": account.is_active, "is_administrator": account.is_administrator}
        super().__init__(*given, initial=initial, **named)
        self.account = account
        self._boxes: dict[str, tuple[KnownSite, Role]] = {}
        for site in KnownSite.objects.all():
            for role in Role:
                name = f"role-{site.pk}-{role}"
                self._boxes[name] = site, role
                self.fields[name] = forms.BooleanField(
                    label=ROLE_NAMES[role], required=False, initial=(site.pk, role.value) in held
                )

    def sites(self) -> list[tuple[KnownSite, list[forms.BoundField]]]:
        """Each site with its boxes."""
        sites: dict[KnownSite, list[forms.BoundField]] = {}
        for name, (site, _role) in self._boxes.items():
            sites.setdefault(site, []).append(self[name])
        return list(sites.items())

    def chosen(self) -> set[tuple[KnownSite, Role]]:
        """The roles that are ticked."""
        return {place for name, place in self._boxes.items() if self.cleaned_data.get(name)}

    def clean(self) -> dict[str, Any]:
        """Refuse what would let one account give itself rights, and what would leave the server without a keeper."""
        told: dict[str, Any] = super().clean()
        if told.get("is_administrator") and self.chosen():
            raise ValidationError(_("An administrator has no role at a site: make a second account for that work."))
        keeps = told.get("is_administrator") and told.get("is_active")
        others = UserAccount.objects.filter(is_administrator=True, is_active=True).exclude(pk=self.account.pk)
        if self.account.is_administrator and not keeps and not others.exists():
            raise ValidationError(_("This is the last administrator: make another one first."))
        return told


@door(Right.MANAGE_ACCOUNTS)
def accounts(request: HttpRequest) -> HttpResponse:
    """Every account, and the sites."""
    every = UserAccount.objects.prefetch_related("roles__site").order_by("name")
    links = set(PasswordLink.objects.values_list("account_id", flat=True))
    rows = [(account, _held(account), account.pk in links) for account in every]
    return render(request, "accounts/all.html", {"rows": rows, "sites": KnownSite.objects.all(), "form": NewSite()})


def _held(account: UserAccount) -> list[str]:
    held: dict[str, list[str]] = {}
    for role in account.roles.all():
        held.setdefault(role.site.title, []).append(str(ROLE_NAMES[Role(role.role)]))
    return [f"{site}: {', '.join(sorted(roles))}" for site, roles in sorted(held.items())]


@door(Right.MANAGE_ACCOUNTS)
def new_account(request: HttpRequest) -> HttpResponse:
    """Make an account; its owner sets the password through a link that is shown once."""
    form = NewAccount(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            account = form.save(commit=False)
            account.set_unusable_password()
            account.save()
            token = PasswordLink.make(account)
            made = {"account": account.key, "now": "administrator" if account.is_administrator else "no role"}
            tell_the_book(request.user, "account made", about=made)
        return _link_shown(request, account, token)
    return render(request, "accounts/new.html", {"form": form})


@door(Right.MANAGE_ACCOUNTS)
def one_account(request: HttpRequest, key: str) -> HttpResponse:
    """What one account may."""
    with transaction.atomic():
        # Of two administrators who take each other away at once, the second waits here, and is the last one then.
        keepers = UserAccount.objects.select_for_update().filter(is_administrator=True)
        if request.method == "POST" and not any(one.pk == request.user.pk for one in keepers):
            raise PermissionDenied
        account = get_object_or_404(UserAccount, key=key)
        form = Rights(account, request.POST or None)
        if request.method != "POST" or not form.is_valid():
            return render(request, "accounts/one.html", {"form": form, "account": account})
        changed = form.has_changed()
        if changed:
            about = {"account": account.key, "now": _change(account, form)}
            tell_the_book(request.user, "rights changed", about=about)
    if changed:
        messages.success(request, _("Saved. Whoever was signed in with this account must sign in again."))
    return redirect("account_login" if account.pk == request.user.pk and changed else "accounts")


def _change(account: UserAccount, form: Rights) -> str:
    """Put the rights in place, and end the sessions begun under the old ones; returns what they are now."""
    chosen = form.chosen()
    account.is_active = form.cleaned_data["is_active"]
    account.is_administrator = form.cleaned_data["is_administrator"]
    account.save(update_fields=["is_active", "is_administrator"])
    account.roles.all().delete()
    RoleHeld.objects.bulk_create(RoleHeld(account=account, site=site, role=role.value) for site, role in chosen)
    account.rights_changed()
    held = sorted(f"{role} at {site.key}" for site, role in chosen)
    held += ["administrator"] if account.is_administrator else []
    return "; ".join([*held, "may sign in" if account.is_active else "may not sign in"])


@door(Right.MANAGE_ACCOUNTS)
@require_POST
def new_link(request: HttpRequest, key: str) -> HttpResponse:
    """Let somebody who lost password or phone begin anew: both are forgotten, sessions end, a link is shown once."""
    from axes.handlers.proxy import AxesProxyHandler

    account = get_object_or_404(UserAccount, key=key, is_active=True)
    if account.pk == request.user.pk:
        messages.error(request, _("For your own account, another administrator must do this."))
        return redirect("accounts")
    with transaction.atomic():
        token = account.sign_in_anew()
        AxesProxyHandler.reset_attempts(username=account.name)
        tell_the_book(request.user, "sign-in made anew", about={"account": account.key})
    return _link_shown(request, account, token)


def _link_shown(request: HttpRequest, account: UserAccount, token: str) -> HttpResponse:
    link = request.build_absolute_uri(reverse("welcome", args=[token]))
    return render(request, "accounts/link.html", {"account": account, "link": link})


@door(Right.MANAGE_ACCOUNTS)
@require_POST
def new_site(request: HttpRequest) -> HttpResponse:
    """Add a site; what it has is entered by its clerks."""
    form = NewSite(request.POST)
    if form.is_valid():
        with transaction.atomic():
            site = form.save()
            tell_the_book(request.user, "site added", site=site.key, about={"title": site.title})
        messages.success(request, _("The site is added. Give its people their roles now."))
    else:
        for error in form.errors.values():
            messages.error(request, " ".join(error))
    return redirect("accounts")
