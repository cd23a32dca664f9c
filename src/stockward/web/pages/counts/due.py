"""What counts ask of an account today: plans to draw from, and sheets to fill in."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from stockward.web.models import SealedCount
from stockward.web.pages.counts.counts import may_count
from stockward.web.permissions import Permissions, Right


def counts_to_do(permissions: Permissions, site: str, title: str) -> Iterator[tuple[str, str, str, bool]]:
    """What, why, where, and whether it is urgent."""
    if not permissions.may(Right.FOLLOW_COUNTS, site):
        return
    for count in SealedCount.objects.filter(site__key=site, handed_in=None).defer("plan"):
        told = {"site": title, "draw": count.draw, "at": f"{count.sealed:%Y-%m-%d %H:%M}"}
        where = reverse("count", args=[site, count.key])
        if may_count(permissions, site, count):
            why = _("The sheets are blind. Nothing moves until the count is done.")
            yield _("%(site)s: count %(draw)s is to be counted") % told, why, where, True
        elif not count.draw and permissions.may(Right.SEAL_COUNTS, site):
            yield _("%(site)s: a sealed plan is not drawn from") % told, _("Sealed %(at)s UTC.") % told, where, False
