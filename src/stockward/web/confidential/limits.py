"""Floods held off without knowing who sends: so many an hour and a day from all together, and a sum to be solved.

A sum costs a person a moment, and a program that sends to every form it finds its success. It is in the page, signed,
and serves once; nothing is kept of those that were not used. What was used, and the last hour, are known in memory
alone.
"""

from __future__ import annotations

import secrets
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from threading import Lock

from django.core import signing
from django.utils.translation import gettext as _

from stockward.terms.errors import UsageError
from stockward.web.models import SealedReport

AN_HOUR, A_DAY = 30, 200
"""Reports that are taken in an hour, and in a day, from all writers together."""
_HOUR, _LASTS = 3600.0, 24 * 3600
_SALT = "stockward.tell"


class TooManyReportsError(UsageError):
    """More reports than are taken; nobody is known, so that it holds for all."""


@dataclass(frozen=True, slots=True)
class SmallSum:
    """A sum to be solved, and the signed token that goes with it."""

    question: str
    token: str

    @classmethod
    def drawn(cls) -> SmallSum:
        """Another sum."""
        one, other = 2 + secrets.randbelow(8), 2 + secrets.randbelow(8)
        token = signing.dumps([one + other, secrets.token_hex(8)], salt=_SALT)
        return cls(_("How much is %(one)d and %(other)d?") % {"one": one, "other": other}, token)


class UsedOnce:
    """Sums that were used, for as long as they could be used again, and the reports of the last hour."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._used: dict[str, float] = {}
        self._taken: deque[float] = deque()

    def require_solved(self, token: str, answer: str) -> str:
        """What makes a sum this one. Raises ``UsageError`` for a wrong, old or used one."""
        try:
            solution, once = signing.loads(token, salt=_SALT, max_age=_LASTS)
        except (signing.BadSignature, ValueError, TypeError):
            raise UsageError(_("The page is too old. Your text is kept: solve the new sum, and send it.")) from None
        with self._lock:
            if once in self._used:
                raise UsageError(_("This was sent already. To send it once more, solve the new sum."))
        if not answer.strip().isdecimal() or answer.strip().lstrip("0") != str(solution):
            raise UsageError(_("The sum is not right. Your text is kept: solve the new sum."))
        return str(once)

    def take(self, once: str, today: date) -> None:
        """Take one report. Raises ``TooManyReportsError``, and ``UsageError`` for a sum that another request used."""
        now = self._clock()
        many = _("Too many reports came from all writers together. Keep your text, and send it later.")
        with self._lock:
            self._used = {one: at for one, at in self._used.items() if now - at < _LASTS}
            while self._taken and now - self._taken[0] >= _HOUR:
                self._taken.popleft()
            if len(self._taken) >= AN_HOUR or SealedReport.objects.filter(day=today).count() >= A_DAY:
                raise TooManyReportsError(many)
            if once in self._used:
                raise UsageError(_("This was sent already. To send it once more, solve the new sum."))
            self._used[once] = now
            self._taken.append(now)


used_once = UsedOnce()
"""Of this process: a server answers from one."""
