"""Questions at a terminal."""

from __future__ import annotations

import sys


def can_ask() -> bool:
    """Whether a person sits at both ends: answers are typed, and questions seen."""
    return sys.stdin.isatty() and sys.stderr.isatty()
