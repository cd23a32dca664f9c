"""What findings ask of an account today: decisions, overdue ones, those that nobody looks into, and its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stockward.book.store.deciding.hands import hands_in
from stockward.book.store.findings import SETTLED, FindingRecord, FindingState
from stockward.web.permissions import Permissions, Right
from stockward.web.records.findings import ledger_of


class FindingToDo(NamedTuple):
    """One thing that needs somebody: what, why, where, and whether it is urgent."""

    what: str
    why: str
    where: str
    urgent: bool


def findings_to_do(permissions: Permissions, account: str, site: str, title: str) -> Iterator[FindingToDo]:
    """What findings that are not settled ask of an account at a site."""
    found = [one for one in ledger_of(site).records.values() if one.state not in SETTLED]
    if permissions.may(Right.DECIDE_ON_FINDINGS, site):
        yield from _decisions(found, account, site, title)
    yield from _overdue(found, site, title)
    if permissions.may(Right.EXPLAIN_FINDINGS, site):
        yield from _idle(found, site, title)
    yield from _own(found, account, site, title)


def _decisions(found: Sequence[FindingRecord], account: str, site: str, title: str) -> Iterator[FindingToDo]:
    for one in found:
        if one.waiting is not None and account not in hands_in(one.waiting):
            told = {"site": title, "series": one.subject.series}
            what = _("%(site)s: decide on what is proposed for %(series)s") % told
            yield FindingToDo(what, one.waiting.about["reason"], reverse("finding", args=[site, one.number]), True)


def _overdue(found: Sequence[FindingRecord], site: str, title: str) -> Iterator[FindingToDo]:
    today = timezone.now().date()
    late = [one for one in found if one.overdue(today)]
    if late:
        what = ngettext("%(site)s: %(count)d finding is overdue", "%(site)s: %(count)d findings are overdue", len(late))
        why = _("The oldest since %(day)s.") % {"day": min(one.due for one in late)}
        yield FindingToDo(what % {"site": title, "count": len(late)}, why, reverse("findings", args=[site]), True)


def _idle(found: Sequence[FindingRecord], site: str, title: str) -> Iterator[FindingToDo]:
    idle = [one for one in found if one.state is FindingState.OPEN and one.waiting is None]
    if idle:
        what = ngettext(
            "%(site)s: nobody looks into %(count)d finding", "%(site)s: nobody looks into %(count)d findings", len(idle)
        )
        why = _("Say who does, and until when.")
        yield FindingToDo(what % {"site": title, "count": len(idle)}, why, reverse("findings", args=[site]), True)


def _own(found: Sequence[FindingRecord], account: str, site: str, title: str) -> Iterator[FindingToDo]:
    for one in found:
        told = {"site": title, "series": one.subject.series}
        if account == one.looks:
            what = _("%(site)s: you look into %(series)s") % told
        elif account == one.answers:
            what = _("%(site)s: you answer for %(series)s") % told
        else:
            continue
        why = _("To be settled by %(day)s.") % {"day": one.due}
        yield FindingToDo(what, why, reverse("finding", args=[site, one.number]), False)
