"""What addresses and forms ask for: numbers of entries, and the key by which a request that is sent again is known."""

from __future__ import annotations

from django.http import HttpRequest

_MOST_DIGITS, _LONGEST_KEY = 18, 64
LARGEST_NUMBER = 10**_MOST_DIGITS - 1
"""No book has as many entries."""


def entry_number(text: str | None) -> int | None:
    """A number of an entry in an address; ``None`` for what is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None


def request_key(request: HttpRequest) -> str | None:
    """The key under which the book knows what is asked for: sent twice, it is entered once; ``None`` without one."""
    once = request.POST.get("once", "").replace("\x00", "")[:_LONGEST_KEY]
    return f"{request.user.key}-{once}" if once else None
