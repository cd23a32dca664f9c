"""Nothing of whoever asks for a page of confidential reports comes further than the first door of the server."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

UNSEEN = "/tell/"
"""Addresses below which nobody is known."""
REQUEST_MOST = 256 * 1024
"""Bytes of a form that are read at all: 64 KiB of text in which every byte is written as three signs, and more."""
_NEEDED = {"HTTP_HOST", "HTTP_ACCEPT_LANGUAGE", "HTTP_X_FORWARDED_PROTO"}
_A_DAY = 24 * 3600
_SERVER_FAULT = 500


class NobodyAsks:
    """Takes address, browser, cookies and the page before out of a request, and every cookie out of the answer.

    It stands before all others: what they do not see they cannot keep.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer without knowing whom."""
        if not _is_unseen_path(request.path_info):
            return self._get_response(request)
        for name in list(request.META):
            if (name.startswith("HTTP_") and name not in _NEEDED) or name in ("REMOTE_HOST", "REMOTE_PORT"):
                del request.META[name]
        request.META["REMOTE_ADDR"] = ""
        if _length(request) > REQUEST_MOST:
            response = HttpResponse("too long", status=413, content_type="text/plain")
        else:
            response = self._get_response(request)
        response.cookies.clear()
        response["Referrer-Policy"] = "no-referrer"
        response["Cache-Control"] = "no-store"
        return response


def _is_unseen_path(path: str) -> bool:
    return f"{path}/".startswith(UNSEEN)


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


class NobodyAsked(logging.Filter):
    """Keeps these pages out of the log; a fault of the program is written, at the begin of its day."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a line is written."""
        request = getattr(record, "request", None)
        path = getattr(request, "path_info", None)
        if not (UNSEEN in record.getMessage() if path is None else _is_unseen_path(str(path))):
            return True
        if getattr(record, "status_code", 0) < _SERVER_FAULT:
            return False
        record.created -= record.created % _A_DAY
        record.msecs = 0.0
        return True
