"""What somebody may: the one place that knows, asked by every door, page and template.

A role is held at a site. An administrator keeps accounts and has no role at any site, so that nobody who can give
rights can see stock or people with them.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Any


class Role(StrEnum):
    """What somebody is at a site."""

    CLERK = "clerk"
    OFFICER = "officer"
    GUARDS_MANAGER = "guards_manager"
    GUARD = "guard"
    INSPECTOR = "inspector"


class RightScope(StrEnum):
    """Who is asked before an action: nobody, a session, an account that is secured, an administrator, a receiver of
    reports, a role."""

    OPEN = "open"
    SESSION = "session"
    ACCOUNT = "account"
    ADMINISTRATION = "administration"
    RECEIVER = "receiver"
    SITE = "site"


class Right(StrEnum):
    """What can be done on the pages."""

    SIGN_IN = "sign_in"
    TELL = "tell"
    FOLLOW_CALENDAR_LINK = "follow_calendar_link"
    SECURE_OWN_ACCOUNT = "secure_own_account"
    SEE_OWN_PAGES = "see_own_pages"
    MANAGE_ACCOUNTS = "manage_accounts"
    RECEIVE_REPORTS = "receive_reports"
    SEE_SITE = "see_site"
    READ_ENTRIES = "read_entries"
    ENTER = "enter"
    FOLLOW_SUBMISSIONS = "follow_submissions"
    DECIDE = "decide"
    REVIEW = "review"
    FOLLOW_FINDINGS = "follow_findings"
    EXPLAIN_FINDINGS = "explain_findings"
    DECIDE_ON_FINDINGS = "decide_on_findings"
    READ_ROSTERS = "read_rosters"
    MAKE_ROSTERS = "make_rosters"
    BIND_GUARDS = "bind_guards"
    SEE_OWN_SHIFTS = "see_own_shifts"
    FOLLOW_COUNTS = "follow_counts"
    SEAL_COUNTS = "seal_counts"
    COUNT_BLIND = "count_blind"
    READ_CERTIFICATES = "read_certificates"

    @property
    def scope(self) -> RightScope:
        """Who is asked before it."""
        return _SCOPES.get(self, RightScope.SITE)


_SCOPES = {
    Right.SIGN_IN: RightScope.OPEN,
    Right.TELL: RightScope.OPEN,
    Right.FOLLOW_CALENDAR_LINK: RightScope.OPEN,
    Right.SECURE_OWN_ACCOUNT: RightScope.SESSION,
    Right.SEE_OWN_PAGES: RightScope.ACCOUNT,
    Right.MANAGE_ACCOUNTS: RightScope.ADMINISTRATION,
    Right.RECEIVE_REPORTS: RightScope.RECEIVER,
}

_NOTHING: frozenset[str] = frozenset()
_STOCK, _GUARDS = frozenset({"stock"}), frozenset({"guards"})
_ALL = _STOCK | _GUARDS
"""Parts of the tables, as the data dictionary calls them."""

_GRANTED: Mapping[Right, Mapping[Role, frozenset[str]]] = MappingProxyType(
    {
        Right.SEE_SITE: dict.fromkeys(Role, _NOTHING),
        Right.READ_ENTRIES: {
            Role.CLERK: _STOCK,
            Role.OFFICER: _ALL,
            Role.GUARDS_MANAGER: _GUARDS,
            Role.INSPECTOR: _ALL,
        },
        Right.ENTER: {Role.CLERK: _STOCK, Role.GUARDS_MANAGER: _GUARDS},
        Right.FOLLOW_SUBMISSIONS: {
            Role.CLERK: _STOCK,
            Role.OFFICER: _ALL,
            Role.GUARDS_MANAGER: _GUARDS,
            Role.INSPECTOR: _ALL,
        },
        Right.DECIDE: {Role.OFFICER: _ALL},
        Right.REVIEW: {Role.OFFICER: _ALL, Role.INSPECTOR: _ALL},
        Right.FOLLOW_FINDINGS: {Role.OFFICER: _ALL, Role.INSPECTOR: _ALL},
        Right.EXPLAIN_FINDINGS: {Role.OFFICER: _ALL},
        Right.DECIDE_ON_FINDINGS: {Role.OFFICER: _ALL, Role.INSPECTOR: _ALL},
        Right.READ_ROSTERS: {Role.GUARDS_MANAGER: _GUARDS, Role.OFFICER: _ALL, Role.INSPECTOR: _ALL},
        Right.MAKE_ROSTERS: {Role.GUARDS_MANAGER: _GUARDS},
        Right.BIND_GUARDS: {Role.GUARDS_MANAGER: _GUARDS},
        Right.SEE_OWN_SHIFTS: {Role.GUARD: _NOTHING},
        Right.FOLLOW_COUNTS: {Role.CLERK: _STOCK, Role.OFFICER: _ALL, Role.INSPECTOR: _ALL},
        Right.SEAL_COUNTS: {Role.INSPECTOR: _ALL},
        Right.COUNT_BLIND: {Role.CLERK: _STOCK, Role.OFFICER: _ALL},
        Right.READ_CERTIFICATES: {Role.OFFICER: _ALL, Role.INSPECTOR: _ALL},
    }
)
"""For each action at a site: the roles that may, and the parts of the tables that they may do it with."""


class Permissions:
    """What an account may, as it stands now in the database. A signed-out visitor is ``None``."""

    def __init__(self, account: Any) -> None:
        known = account is not None and account.is_authenticated and account.is_active
        self._account = account if known else None

    @property
    def account(self) -> Any:
        """The account; ``None`` for a signed-out visitor, and for one that may not sign in."""
        return self._account

    @cached_property
    def secured(self) -> bool:
        """Whether the account has its second factor, without which it may do nothing but set one up."""
        return self._account is not None and self._account.has_second_factor

    @cached_property
    def roles(self) -> Mapping[str, frozenset[Role]]:
        """The roles of the account by the key of the site. An administrator has none, whatever stands there."""
        if self._account is None or self._account.is_administrator:
            return {}
        found: dict[str, frozenset[Role]] = {}
        for site, role in self._account.roles.values_list("site__key", "role"):
            found[site] = found.get(site, frozenset()) | {Role(role)}
        return found

    @cached_property
    def receives(self) -> bool:
        """Whether confidential reports are sealed to the account."""
        from stockward.web.models import ReportReceiver

        return ReportReceiver.objects.filter(account=self._account, is_active=True).exists()

    def may(self, action: Right, site: str | None = None) -> bool:
        """Whether the account may do this, at this site where the action is one at a site."""
        if action.scope is RightScope.OPEN:
            return True
        if action.scope is RightScope.SESSION:
            return self._account is not None
        if self._account is None or not self.secured:
            return False
        if action.scope is RightScope.ADMINISTRATION:
            return bool(self._account.is_administrator)
        if action.scope is RightScope.RECEIVER:
            return self.receives
        if action.scope is RightScope.ACCOUNT:
            return True
        return site is not None and bool(self.roles.get(site, frozenset()) & _GRANTED[action].keys())

    def parts(self, action: Right, site: str) -> frozenset[str]:
        """The parts of the tables with which the account may do this at the site."""
        granted = _GRANTED[action]
        return frozenset().union(*(granted.get(role, _NOTHING) for role in self.roles.get(site, ())))

    def sites(self, action: Right = Right.SEE_SITE) -> list[str]:
        """Keys of the sites where the account may do this, in order."""
        return sorted(site for site in self.roles if self.may(action, site))

    def knows(self, site: str) -> bool:
        """Whether the account has any role at the site; to others it is as if there was none."""
        return site in self.roles
