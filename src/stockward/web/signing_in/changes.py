"""Changes of how somebody signs in: each is entered in the book, and ends the other sessions of the account."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from stockward.web.records.own_account import CODES_MADE_ANEW, FACTOR_SET_UP, PASSWORD_CHANGED
from stockward.web.records.told import tell_the_book


def told_of(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page on which somebody changes how they sign in. What the book does not take is not done."""

    @wraps(view)
    def shown(request: HttpRequest, *given: Any, **named: Any) -> HttpResponse:
        if request.method != "POST":
            return view(request, *given, **named)
        with transaction.atomic():
            before = _ways_in(request.user)
            answer = view(request, *given, **named)
            changed = {event for event, _ in _ways_in(request.user) - before}
            if FACTOR_SET_UP in changed:
                changed.discard(CODES_MADE_ANEW)  # the first codes are made with it
            if changed:
                request.user.rights_changed()
                update_session_auth_hash(request, request.user)
            for event in sorted(changed):
                tell_the_book(request.user, event)
            return answer

    return shown


def _ways_in(account: Any) -> set[tuple[str, str]]:
    """What opens the account, each with the event by which it changes."""
    from allauth.mfa.models import Authenticator

    account.refresh_from_db(fields=["password"])
    events = {Authenticator.Type.TOTP: FACTOR_SET_UP, Authenticator.Type.RECOVERY_CODES: CODES_MADE_ANEW}
    factors = Authenticator.objects.filter(user=account).values_list("type", "pk")
    return {(PASSWORD_CHANGED, account.password), *((events[kind], str(key)) for kind, key in factors)}
