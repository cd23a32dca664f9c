"""What is seen instead of a page: no such page, no right to it, a form that came from elsewhere, a locked account."""

from __future__ import annotations

import sys
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def refuse(request: HttpRequest | None, status: int, title: str, mend: str) -> HttpResponse:
    """A page that says what is the matter and what to do about it; without a request its frame knows nobody."""
    return render(request, "refusal.html", {"title": title, "mend": mend}, status=status)


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """A request that cannot be understood."""
    return refuse(request, 400, _("This request cannot be understood"), _("Go back, and send the form again."))


def no_right(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """A page of one's own site that one's role does not open."""
    mend = _("If your work needs it, ask whoever keeps the accounts to change your role.")
    return refuse(request, 403, _("Your role does not allow this"), mend)


def no_page(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Nothing there, or nothing for this account."""
    return refuse(request, 404, _("There is no such page"), _("Check the address, or begin at the first page."))


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was not filled in here, or too long ago."""
    mend = _("Go back, load the page again, and send the form once more. Cookies must be allowed.")
    return refuse(request, 403, _("This form is out of date"), mend)


def too_often(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """More requests than one person makes."""
    return refuse(request, 429, _("Too many tries"), _("Wait a minute, and try again."))


def locked(request: HttpRequest, answer: HttpResponse | None, credentials: Any) -> HttpResponse:
    """An account that is locked after wrong tries; the same answer for names that no account has."""
    mend = _("Wait a quarter of an hour, and try again. Whoever keeps the accounts can send you a new link at once.")
    return refuse(request, 429, _("Locked after too many wrong tries"), mend)


def out_of_order(request: HttpRequest | None) -> HttpResponse:
    """The book cannot be read or written: no page makes up what is in it."""
    mend = _("Nothing was entered. Tell whoever runs the server: what is the matter is written in server.log.")
    return refuse(request, 503, _("The book does not answer"), mend)


def own_fault(request: HttpRequest) -> HttpResponse:
    """A fault of the program, or a database or disk that does not answer; the page asks neither for anything."""
    if isinstance(sys.exc_info()[1], (DatabaseError, OSError)):
        return out_of_order(None)
    mend = _("Nothing was changed. Tell whoever runs the server: the fault is written in server.log.")
    return refuse(None, 500, _("The server made a mistake"), mend)
