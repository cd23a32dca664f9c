"""Work in the background."""

from __future__ import annotations


def begin_again() -> None:
    """Begin again."""
