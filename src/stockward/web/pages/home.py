"""The first page: what needs somebody today, by what they may do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stockward.book.store.deciding.hands import hands_in
from stockward.terms.conclusions import Conclusion
from stockward.web.doors import door
from stockward.web.models import KnownSite, PasswordLink, ReviewRun, SealedReport, UploadDraft, UserAccount
from stockward.web.models.runs import RunState
from stockward.web.pages.counts.due import counts_to_do
from stockward.web.pages.findings_due import findings_to_do
from stockward.web.pages.guards.due import rosters_to_do
from stockward.web.permissions import Right
from stockward.web.records.answers import key_events
from stockward.web.records.lists import approvals_since, submissions_of
from stockward.web.records.own_account import last_change
from stockward.web.signing_in.locks import locked_accounts

_KEYS_ARE_NEWS = timedelta(days=30)
"""For so long every receiver is told of another key on the first page."""


@dataclass(frozen=True, slots=True)
class ToDo:
    """One thing that needs somebody: what, why, where, and whether others wait for it."""

    what: str
    why: str
    where: str
    urgent: bool = False


@door(Right.SEE_OWN_PAGES)
def today(request: HttpRequest) -> HttpResponse:
    """What needs this account now."""
    permissions = request.permissions
    to_do = _of_the_keeper() if permissions.may(Right.MANAGE_ACCOUNTS) else []
    to_do += _of_the_receiver() if permissions.may(Right.RECEIVE_REPORTS) else []
    titles = dict(KnownSite.objects.values_list("key", "title"))
    for site in permissions.sites():
        to_do += _at_a_site(request, site, titles[site])
    told = {
        "to_do": [one for one in to_do if one.urgent],
        "further": [one for one in to_do if not one.urgent],
        "changed": last_change(request.user.key),
    }
    return render(request, "home.html", told)


def _of_the_keeper() -> list[ToDo]:
    """What needs an administrator: sites that nobody can approve at, accounts without a role, links not used."""
    found = []
    where = reverse("accounts")
    if not KnownSite.objects.exists():
        found.append(ToDo(_("Add the first site"), _("Without a site no account can have a role."), where, True))
    for site in KnownSite.objects.exclude(roles__role="officer"):
        why = _("Nothing that is entered there can be approved. Give an account the role of accountable officer.")
        found.append(ToDo(_("%(site)s has no accountable officer") % {"site": site.title}, why, where, True))
    locked = locked_accounts()
    if locked:
        what = ngettext("%(count)d account is locked", "%(count)d accounts are locked", len(locked))
        why = _("After wrong tries, for a quarter of an hour: %(names)s. Ask their owners whether it was them.")
        told = {"names": ", ".join(sorted(locked))}
        found.append(ToDo(what % {"count": len(locked)}, why % told, where, True))
    idle = UserAccount.objects.filter(is_active=True, is_administrator=False, roles=None).count()
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


def _of_the_receiver() -> list[ToDo]:
    """What needs a receiver of confidential reports: keys that were changed of late, and reports."""
    found, where = [], reverse("received")
    for event in key_events():
        if timezone.now() - event.at < _KEYS_ARE_NEWS:
            told = {"name": event.about.get("receiver", ""), "what": event.what}
            why = _("Compare the fingerprint with its owner: %(key)s") % {"key": event.about.get("fingerprint", "")}
            found.append(ToDo(_("Receiver %(name)s: %(what)s") % told, why, where, True))
    many = SealedReport.objects.count()
    if many:
        what = ngettext("%(count)d confidential report", "%(count)d confidential reports", many) % {"count": many}
        found.append(ToDo(what, _("Fetch them, and open them on a machine of your own."), where))
    return found


def _at_a_site(request: HttpRequest, site: str, title: str) -> list[ToDo]:
    """What needs somebody at one site: decisions, what came back to them, drafts, counts, rosters, a review."""
    permissions, account = request.permissions, request.user
    found = []
    if permissions.may(Right.DECIDE, site):
        parts = permissions.parts(Right.DECIDE, site)
        waiting = [one for one in submissions_of(site, parts, waiting=True) if account.key not in hands_in(one.entry)]
        if waiting:
            what = ngettext(
                "%(site)s: %(count)d submission waits for you", "%(site)s: %(count)d submissions wait for you",
                len(waiting),
            )  # fmt: skip
            told = {"site": title, "count": len(waiting)}
            why = _("The oldest since %(at)s UTC.") % {"at": f"{waiting[-1].at:%Y-%m-%d %H:%M}"}
            found.append(ToDo(what % told, why, reverse("submissions", args=[site]), True))
    if permissions.may(Right.ENTER, site):
        found += _of_who_enters(account, site, title, permissions.parts(Right.ENTER, site))
    if permissions.may(Right.FOLLOW_FINDINGS, site):
        found += [ToDo(*one) for one in findings_to_do(permissions, account.key, site, title)]
    found += [ToDo(*one) for one in counts_to_do(permissions, site, title)]
    found += [ToDo(*one) for one in rosters_to_do(permissions, account.key, site, title)]
    if permissions.may(Right.REVIEW, site):
        found.append(_review_of(site, title))
    return found


def _of_who_enters(account: UserAccount, site: str, title: str, parts: frozenset[str]) -> list[ToDo]:
    found = []
    last = submissions_of(site, parts, by=account.key)[:1]
    if last and last[0].state == "sent_back":
        what = _("%(site)s: submission %(number)d came back") % {"site": title, "number": last[0].number}
        found.append(ToDo(what, last[0].reason, reverse("submission", args=[site, last[0].number]), True))
    for draft in UploadDraft.objects.filter(account=account, site__key=site):
        what = _("%(site)s: a draft is not submitted") % {"site": title}
        why = _("Uploaded %(at)s UTC.") % {"at": f"{draft.made:%Y-%m-%d %H:%M}"}
        found.append(ToDo(what, why, reverse("draft", args=[site, draft.key])))
    what = _("%(site)s: enter what is new") % {"site": title}
    return [*found, ToDo(what, _("Upload files, or type a table."), reverse("new_draft", args=[site]))]


def _review_of(site: str, title: str) -> ToDo:
    """The last review of the book as it is now, and whether the facts have changed since."""
    where = reverse("reviews", args=[site])
    last = ReviewRun.objects.filter(site__key=site, state=RunState.DONE, as_of=None).defer("page").first()
    told = {"site": title}
    if last is None:
        return ToDo(_("%(site)s: not reviewed yet") % told, _("Ask for the first review."), where, True)
    told["at"] = f"{last.asked:%Y-%m-%d %H:%M}"
    what = _("%(site)s: last reviewed %(at)s UTC") % told
    newer = approvals_since(site, last.asked)
    if newer:
        what = _("%(site)s: changed since the last review") % told
        why = ngettext(
            "%(count)d submission was approved since %(at)s UTC.",
            "%(count)d submissions were approved since %(at)s UTC.", newer,
        )  # fmt: skip
        return ToDo(what, why % {"count": newer, "at": told["at"]}, where, True)
    alarmed = last.conclusion == Conclusion.ALARMED
    why = _("It found something; what became of it stands under Findings.") if alarmed else _("Nothing alarmed.")
    return ToDo(what, why, reverse("review", args=[site, last.key]))
