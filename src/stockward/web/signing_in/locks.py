"""Locks: five wrong passwords or second factors, in any mixture, lock an account for a quarter of an hour.

Axes counts wrong passwords. Wrong second factors, and wrong passwords of those who are asked for theirs again, it does
not see: here they are told to it, and it is asked before another is tried.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

_LAST_CODE = "last_code"


def name_tried(request: Any, credentials: dict[str, Any] | None) -> str | None:
    """The name of the account that somebody tries to come in as."""
    told = credentials or {}
    sent = request.POST.get("login") if request is not None and request.method == "POST" else None
    name = told.get("username") or told.get("name") or sent
    return str(name).strip().lower() if name else None


def lock_second_factors() -> None:
    """Count every wrong second factor."""
    from allauth.mfa.signals import authentication_failed

    authentication_failed.connect(_wrong_factor, dispatch_uid="stockward.locks")


def _wrong_factor(sender: Any, request: Any, user: Any, **told: Any) -> None:
    count_wrong_try(request, user)


def count_wrong_try(request: Any, account: Any) -> None:
    """Count a wrong try of somebody whose account is known already."""
    from axes.handlers.proxy import AxesProxyHandler

    AxesProxyHandler.user_login_failed(sender=account, credentials={"username": account.name}, request=request)


def require_unlocked(request: Any, account: Any) -> None:
    """Raise ``ValidationError`` while the account is locked, whatever is tried, right or wrong."""
    from axes.handlers.proxy import AxesProxyHandler

    if not AxesProxyHandler.is_allowed(request, {"username": account.name}):
        raise ValidationError(_("Locked after too many wrong tries. Wait a quarter of an hour, and try again."))


def locked_accounts() -> set[str]:
    """Names of accounts that are locked now."""
    from axes.models import AccessAttempt
    from django.conf import settings

    from stockward.web.models import UserAccount

    since = timezone.now() - settings.AXES_COOLOFF_TIME
    wrong = AccessAttempt.objects.filter(attempt_time__gt=since).values("username")
    tried = wrong.annotate(tries=Sum("failures_since_start")).filter(tries__gte=settings.AXES_FAILURE_LIMIT)
    names = [one["username"] for one in tried]
    return set(UserAccount.objects.filter(name__in=names).values_list("name", flat=True))


def require_unused(request: Any, factor: Any, code: str) -> None:
    """Raise ``ValidationError`` where a code of an app was the last that was used: the database remembers it, also
    when the server was started again in between. Recovery codes are struck out by the library."""
    from allauth.mfa.models import Authenticator

    if factor.type != Authenticator.Type.TOTP:
        return
    with transaction.atomic():
        kept = Authenticator.objects.select_for_update().get(pk=factor.pk)
        used = kept.data.get(_LAST_CODE) == code
        factor.data = kept.data = {**kept.data, _LAST_CODE: code}
        kept.save(update_fields=["data"])
    if used:
        count_wrong_try(request, factor.user)
        raise ValidationError(_("This code was used already: wait for the next one."))
