"""The sites of an account, and what each role can do at one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from stockward.web.doors import door
from stockward.web.models import KnownSite
from stockward.web.permissions import Right
from stockward.web.wording import ROLE_NAMES


@door(Right.SEE_OWN_PAGES)
def own_sites(request: HttpRequest) -> HttpResponse:
    """The sites at which the account has a role."""
    titles = dict(KnownSite.objects.values_list("key", "title"))
    held = [
        (site, titles[site], [ROLE_NAMES[role] for role in sorted(roles)])
        for site, roles in request.permissions.roles.items()
    ]
    return render(request, "sites/all.html", {"held": sorted(held, key=lambda one: one[1])})


@door(Right.SEE_SITE)
def one_site(request: HttpRequest, site: str) -> HttpResponse:
    """What can be done at a site; only what the role allows is shown."""
    permissions = request.permissions
    may = {action.value: permissions.may(action, site) for action in Right}
    known = get_object_or_404(KnownSite, key=site)
    roles = [ROLE_NAMES[role] for role in sorted(permissions.roles[site])]
    return render(request, "sites/one.html", {"site": known, "may": may, "roles": roles})
