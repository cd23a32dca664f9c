"""What happens to accounts at signing in: written into the log, without names and secrets."""

from __future__ import annotations

import logging
from typing import Any

_log = logging.getLogger(__name__)


def listen_to_signing_in() -> None:
    """Hear what the libraries tell of accounts."""
    from allauth.mfa.signals import authentication_failed, authenticator_used
    from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed

    heard = (
        (user_logged_in, _signed_in), (user_logged_out, _signed_out), (user_login_failed, _password_failed),
        (authentication_failed, _factor_failed), (authenticator_used, _factor_used),
    )  # fmt: skip
    for signal, told in heard:
        signal.connect(told, dispatch_uid=f"stockward.{told.__name__}")


def _signed_in(sender: Any, request: Any, user: Any, **more: Any) -> None:
    _log.info("account %s signed in", user.key)


def _signed_out(sender: Any, request: Any, user: Any, **more: Any) -> None:
    if user is not None:
        _log.info("account %s signed out", user.key)


def _password_failed(sender: Any, credentials: dict[str, Any], request: Any = None, **more: Any) -> None:
    """A wrong password. The name that was typed is not written: it may be a password."""
    from stockward.web.models import UserAccount
    from stockward.web.signing_in.locks import name_tried

    account = UserAccount.objects.filter(name=name_tried(request, credentials) or "").first()
    _log.warning("wrong password for %s", f"account {account.key}" if account else "a name that no account has")


def _factor_failed(sender: Any, user: Any, **more: Any) -> None:
    _log.warning("wrong second factor for account %s", user.key)


def _factor_used(sender: Any, user: Any, authenticator: Any, **more: Any) -> None:
    _log.info("account %s gave its second factor: %s", user.key, authenticator.type)
