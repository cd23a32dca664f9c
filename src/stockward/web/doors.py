"""The door before every page: it declares an action, and whoever may not do it does not come in."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver

from stockward.terms.errors import StockwardError
from stockward.terms.signs import printable
from stockward.web.pages.refusals import out_of_order
from stockward.web.permissions import Permissions, Right, RightScope

_NUL = "\x00"
_View = Callable[..., HttpResponse]
logger = logging.getLogger(__name__)


def door(action: Right) -> Callable[[_View], _View]:
    """Put a door before a page, which is opened to those who may do the action.

    A page at a site has ``site``, the key of it, in its address. A site at which somebody has no role is not found by
    them; what their role does not allow at their own is refused.
    """

    def behind_it(view: _View) -> _View:
        @wraps(view)
        def opened(request: HttpRequest, *given: Any, **named: Any) -> HttpResponse:
            permissions = request.permissions = Permissions(request.user)
            site = named.get("site")
            if not permissions.may(action, site):
                return _turned_away(request, permissions, action, site)
            if any(_NUL in str(part) for part in named.values()):
                raise Http404  # no database of PostgreSQL can be asked for it
            try:
                return view(request, *given, **named)
            except StockwardError as error:
                logger.error("%s: %s", printable(request.path), error)
                return out_of_order(request)

        opened.action = action  # type: ignore[attr-defined]
        return opened

    return behind_it


def _turned_away(request: HttpRequest, permissions: Permissions, action: Right, site: str | None) -> HttpResponse:
    if not permissions.may(Right.SECURE_OWN_ACCOUNT):
        if request.method == "GET" and not request.headers.get("HX-Request"):
            return redirect_to_login(request.get_full_path())
        return redirect("account_login")
    if not permissions.secured:
        return redirect("mfa_activate_totp")
    told = request.user.key, request.method, printable(request.path), action
    logger.warning("account %s was turned away: %s %s: %s", *told)
    if action.scope is RightScope.SITE and not permissions.knows(site or ""):
        raise Http404
    raise PermissionDenied


def pages_of(patterns: Iterable[URLPattern | URLResolver], above: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every page of a table of addresses, with its whole address."""
    for one in patterns:
        address = above + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from pages_of(one.url_patterns, address)
        else:
            yield address, one


def require_doors(patterns: Iterable[URLPattern | URLResolver]) -> None:
    """Raise ``ImproperlyConfigured`` where a page stands open, or asks for a role at a site that it does not name."""
    for address, page in pages_of(patterns):
        action = getattr(page.callback, "action", None)
        if action is None:
            raise ImproperlyConfigured(f"/{address}: this page has no door: put @door(Right.…) before it")
        if (action.scope is RightScope.SITE) is not ("site" in page.pattern.converters):
            raise ImproperlyConfigured(f"/{address}: {action} and its address must both be at a site, or neither")


class PrivateAnswers:
    """Nothing that the server answers is kept by a browser or a proxy, and no page may use what a device senses."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with the headers of all pages."""
        response = self._get_response(request)
        response.setdefault("Cache-Control", "no-store")
        response["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        return response
