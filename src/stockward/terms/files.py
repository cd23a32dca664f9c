"""The one way to take in a file's bytes: regular files alone are read, up to a limit.

A pipe would wait for ever and a device may never end, whatever name leads to it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from stockward.terms.errors import SiteError
from stockward.terms.limits import limit_bytes, require_bytes_within

UNFINISHED = ".stockward-unfinished.json"
"""Stands in a folder while several files of it are put in place at once."""
_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
_DEVICES = (Path("/dev"), Path("/dev/fd"))
_PROCESSES = Path("/proc")
_MOST_LINKS = 40
_AT_ONCE = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""A file that has turned into a pipe since it was looked at is opened without waiting, and then refused."""


def read_bytes(path: Path, limit: str = "FILE_MB") -> bytes:
    """The bytes of a regular file, links followed; ``limit`` is the one that its size is held against.

    Raises ``SiteError`` for anything else, for a file that is larger than is read, and where the system gives none.
    """
    with _opened(path) as file:
        require_bytes_within(limit, os.fstat(file.fileno()).st_size, path.name or str(path))
        content: bytes | None = file.read(limit_bytes(limit))
        if content is None:
            # So some files of the system do that tell what happens, and have an end only when nothing does.
            raise SiteError(path.name, "it has nothing to read yet, and no end", "put a file in its place")
        return content


def read_lines(path: Path) -> Iterator[str]:
    """The lines of a regular file of any length, one after the other; each is held against the limit of a text.

    Raises ``SiteError`` as ``read_bytes`` does, and ``UnicodeDecodeError`` for no UTF-8.
    """
    most = limit_bytes("OTHER_MB")
    with _opened(path) as file:
        while line := file.readline(most + 1):
            require_bytes_within("OTHER_MB", len(line), path.name or str(path))
            yield line.decode().rstrip("\r\n")


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    name = path.name or str(path)
    try:
        _require_regular(path, path.stat().st_mode)
        with os.fdopen(os.open(path, _AT_ONCE), "rb") as file:
            _require_regular(path, os.fstat(file.fileno()).st_mode)
            yield file
    except UnicodeDecodeError:
        raise
    except (OSError, ValueError) as error:
        if isinstance(error, FileNotFoundError) and path.is_symlink():
            said = f"this is a link to {path.readlink()}, where nothing is"
            raise SiteError(name, said, "put a file in its place") from None
        reason = getattr(error, "strerror", None) or "unknown reason"
        raise SiteError(name, f"cannot be read ({reason})", "check the file and its rights") from None


def read_head(path: Path, length: int) -> bytes:
    """The first bytes of a regular file; none where it is no such file, or cannot be read."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return b""
        with os.fdopen(os.open(path, _AT_ONCE), "rb") as file:
            return file.read(length) or b""
    except (OSError, ValueError):
        return b""


def read_text(path: Path) -> str:
    """The text of a regular file that is no table. Raises ``SiteError``, and ``UnicodeDecodeError`` for no UTF-8."""
    return read_bytes(path, "OTHER_MB").decode("utf-8-sig")


def is_stream(path: Path) -> bool:
    """Whether a path is a device, or leads through what a process has open, as /dev/stdout does.

    Behind it a regular file may stand, such as one that a shell has redirected the stream to.
    """
    for _ in range(_MOST_LINKS):
        folder = Path(os.path.realpath(path.parent))
        if folder in _DEVICES or _PROCESSES in (folder, *folder.parents):
            return True
        path = folder / path.name
        if not path.is_symlink():
            return False
        path = folder / path.readlink()
    return False


def _require_regular(path: Path, mode: int) -> None:
    if stat.S_ISREG(mode) and not is_stream(path):
        return
    kind = next((words for is_kind, words in _KINDS if is_kind(mode)), "a stream")
    target = path.resolve()
    where = f" (a link to {target})" if path.is_symlink() else ""
    said = f"this is {kind}{where} and no file that can be read to its end"
    raise SiteError(path.name or str(path), said, "put a file in its place")
