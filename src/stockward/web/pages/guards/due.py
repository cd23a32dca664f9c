"""What rosters ask of an account today: a guard's next shift, and days for which no roster is published."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from stockward.terms.signs import printable
from stockward.web.models import GuardBinding
from stockward.web.permissions import Permissions, Right
from stockward.web.records.calendars import own_shifts
from stockward.web.records.rosters import published_rosters


def rosters_to_do(
    permissions: Permissions, account: str, site: str, title: str
) -> Iterator[tuple[str, str, str, bool]]:
    """What, why, where, and whether it is urgent."""
    if permissions.may(Right.SEE_OWN_SHIFTS, site):
        yield from _next_shift(account, site, title)
    if permissions.may(Right.MAKE_ROSTERS, site):
        today = timezone.now().date()
        if not any(run.start <= today <= run.last_day for run in published_rosters(site)):
            what = _("%(site)s: no roster is published for today") % {"site": title}
            yield what, _("Ask for one, and publish it to the guards."), reverse("rosters", args=[site]), False


def _next_shift(account: str, site: str, title: str) -> Iterator[tuple[str, str, str, bool]]:
    binding = GuardBinding.objects.select_related("site").filter(account__key=account, site__key=site).first()
    found, zone = ([], "UTC") if binding is None else own_shifts(binding)
    coming = next((one for one in found if one.duty.end > timezone.now()), None)
    where = reverse("shifts", args=[site])
    if coming is None:
        yield _("%(site)s: my shifts") % {"site": title}, _("None to come is published."), where, False
        return
    at = coming.duty.start.astimezone(ZoneInfo(zone))
    told = {"site": title, "at": f"{at:%Y-%m-%d %H:%M}"}
    yield _("%(site)s: the next shift begins %(at)s") % told, printable(coming.post or coming.duty.post), where, False
