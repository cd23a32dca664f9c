"""What a library may do that meets a damaged file: report it by itself, or give up. Both are turned into an error."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_STANDARD_ERROR = 2
_PANIC = "PanicException"
"""Name of what a library in Rust raises where it gives up; it stands beside all other errors, and each has its own."""


@contextmanager
def contained() -> Iterator[None]:
    """Keep a library's own report off standard error, and raise ``ValueError`` where it gave up."""
    with _silent():
        try:
            yield
        except BaseException as error:
            if type(error).__name__ != _PANIC:
                raise
            raise ValueError("the library gave up") from None


@contextmanager
def _silent() -> Iterator[None]:
    try:
        kept = os.dup(_STANDARD_ERROR)
    except OSError:
        yield
        return
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), _STANDARD_ERROR)
        yield
    finally:
        os.dup2(kept, _STANDARD_ERROR)
        os.close(kept)
