"""The first page: what needs somebody today, by what they may do."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stockward.web.doors import door
from stockward.web.models import Account, KnownSite, PasswordLink
from stockward.web.permissions import Action


@dataclass(frozen=True, slots=True)
class ToDo:
    """One thing that needs somebody: what, why, where, and whether others wait for it."""

    what: str
    why: str
    where: str
    urgent: bool = False


@door(Action.SEE_OWN_PAGES)
def today(request: HttpRequest) -> HttpResponse:
    """What needs this account now."""
    permissions = request.permissions
    to_do = _of_the_keeper() if permissions.may(Action.MANAGE_ACCOUNTS) else []
    return render(request, "home.html", {"to_do": to_do})


def _of_the_keeper() -> list[ToDo]:
    """What needs an administrator: sites that nobody can approve at, accounts without a role, links not used."""
    found = []
    where = reverse("accounts")
    if not KnownSite.objects.exists():
        found.append(ToDo(_("Add the first site"), _("Without a site no account can have a role."), where, True))
    for site in KnownSite.objects.exclude(roles__role="officer"):
        why = _("Nothing that is entered there can be approved. Give an account the role of accountable officer.")
        found.append(ToDo(_("%(site)s has no accountable officer") % {"site": site.title}, why, where, True))
    idle = Account.objects.filter(is_active=True, is_administrator=False, roles=None).count()
    if idle:
        what = ngettext("%(count)d account has no role", "%(count)d accounts have no role", idle) % {"count": idle}
        found.append(ToDo(what, _("Their owners can sign in, and see nothing."), where))
    unused = PasswordLink.objects.count()
    if unused:
        what = ngettext("%(count)d link is not used yet", "%(count)d links are not used yet", unused)
        found.append(
            ToDo(what % {"count": unused}, _("Links last two days; a new one can be made at any time."), where)
        )
    return found
