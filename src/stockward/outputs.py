"""Where a command may write, and how: never onto what it reads, never two answers into one file, and never half a file.

Places are looked at before anything is read, so that nothing is lost and nobody waits for an answer that has no place.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from stockward.terms.errors import UsageError

READ_ENDINGS = frozenset({".csv", ".parquet", ".toml", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".ods"})
"""Endings of files that are read, or are said to be misspelt, where they stand in the folder of a site."""


def require_places(outputs: Mapping[str, Path], *, sites: Iterable[Path] = (), files: Iterable[Path] = ()) -> None:
    """Raise ``UsageError`` for an output that has no place of its own.

    Parameters
    ----------
    outputs
        The file that each option names.
    sites
        Folders of the sites that are read, or a file in each.
    files
        Other files that are read.
    """
    folders = [site if site.is_dir() else site.parent for site in sites if site.exists()]
    read = [*files, *(file for folder in folders for file in _read_of(folder))]
    taken: dict[Path, str] = {}
    for option, file in outputs.items():
        target = _target(option, file)
        if _is_nowhere(target):
            continue
        if any(_same(target, one) for one in read):
            raise UsageError(f"{option} {file}: this file is read, and never written over: name another")
        if target.suffix.lower() in READ_ENDINGS and any(_same(target.parent, folder) for folder in folders):
            raise UsageError(f"{option} {file}: it would be read as a file of the site: name one in another folder")
        other = next((name for path, name in taken.items() if _same(path, target)), None)
        if other is not None:
            raise UsageError(f"{other} and {option} both name {file}: give each a file of its own")
        taken[target] = option


def _target(option: str, file: Path) -> Path:
    """Where an output would really be written, whatever links lead there."""
    try:
        target = file.resolve()
    except (OSError, RuntimeError):
        raise UsageError(f"{option} {file}: the link leads in a circle: name a file") from None
    if target.is_dir():
        raise UsageError(f"{option} {file}: this is a folder: name a file in it")
    if target.exists() and not target.is_file() and not _is_nowhere(target):
        raise UsageError(f"{option} {file}: this is no regular file: name one")
    if not target.parent.is_dir():
        raise UsageError(f"{option} {file}: there is no folder {file.parent}: make it, or name another")
    return target


def write_whole(path: str | os.PathLike[str], content: str | bytes) -> None:
    """Write a file that is at every moment what it was or all of the new one, readable by its owner alone.

    It is written beside its target, also where a link leads there, and renamed when it is whole. Raises ``UsageError``
    where it cannot be written; what stood there still does then.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    target = Path(path).resolve()
    try:
        if _is_nowhere(target):
            target.write_bytes(data)
        else:
            _replace(target, data)
    except OSError as error:
        raise _unwritten(path, error) from error


def write_new(files: Mapping[Path, str]) -> None:
    """Write files that are not there yet, readable by their owner alone: all of them, or none.

    Raises ``UsageError`` where one of them is there, or cannot be written.
    """
    made: list[Path] = []
    for path, text in files.items():
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            made.append(path)
            _fill(descriptor, text.encode("utf-8"))
        except OSError as error:
            for one in made:
                one.unlink(missing_ok=True)
            raise _unwritten(path, error) from error


def _unwritten(path: str | os.PathLike[str], error: OSError) -> UsageError:
    return UsageError(f"{path}: cannot be written ({error.strerror}): make room, or name another file")


def _replace(target: Path, data: bytes) -> None:
    descriptor, part = tempfile.mkstemp(prefix=".stockward-", suffix=".part", dir=target.parent)
    try:
        _fill(descriptor, data)
        os.replace(part, target)  # noqa: PTH105 - the name of the part is a text
    except BaseException:
        with suppress(OSError):
            os.unlink(part)  # noqa: PTH108
        raise


def _fill(descriptor: int, data: bytes) -> None:
    """Write all, down to the disk, and close."""
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _is_nowhere(target: Path) -> bool:
    """Whether what is written there is meant to be lost."""
    return _same(target, Path(os.devnull))


def _read_of(folder: Path) -> list[Path]:
    try:
        return [file for file in folder.iterdir() if file.suffix.lower() in READ_ENDINGS]
    except OSError:
        # The reader says what is wrong with it.
        return []


def _same(one: Path, other: Path) -> bool:
    """Whether two paths lead to one file, if either is there; links of any kind count."""
    try:
        return one.samefile(other)
    except OSError:
        return one == other.resolve()
