"""Sessions end by themselves: after an hour without use, and after eight hours in any case."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from stockward.web.running.settings import SESSION_IDLE, SESSION_LONGEST

_NOTED_EVERY = 60.0
"""Seconds between two notes in the database that a session is used."""
_BEGUN, _SEEN = "begun", "seen"


class LimitedSessions:
    """Signs out whoever was away too long, or has worked for a whole shift."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, in a session that is still good."""
        if request.user.is_authenticated:
            _look_at_the_clock(request)
        return self._get_response(request)


def _look_at_the_clock(request: HttpRequest) -> None:
    now, session = timezone.now().timestamp(), request.session
    begun, seen = session.setdefault(_BEGUN, now), session.setdefault(_SEEN, now)
    if now - seen > SESSION_IDLE.total_seconds() or now - begun > SESSION_LONGEST.total_seconds():
        logout(request)
        messages.info(request, _("You were signed out: a session ends after an hour without use, or eight in all."))
    elif now - seen > _NOTED_EVERY:
        session[_SEEN] = now
