"""Several files put in the place of others at once: a command that is killed leaves the old ones, or a way to the new.

All are whole beside their places, and on the disk, before a list of them appears; then they take their places one by
one, and the list goes. Where it is still there, a command was killed in between: the next one finishes it. What was not
listed yet when a command was killed is taken away.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from stockward.outputs import Content, OutputTarget, fill_part, is_left_behind, part_in, said_of
from stockward.terms.errors import UsageError
from stockward.terms.files import UNFINISHED, read_bytes

_OF_A_SET = "set-"
"""Tells the parts of a set from those of other commands, which may be at work."""


@contextmanager
def alone_in(folder: OutputTarget) -> Iterator[None]:
    """Wait until no other process writes a set into a folder that is there, and let none begin meanwhile.

    What an earlier one had not put in place then is, and what it left behind is gone. The system forgets the lock of a
    process that is killed; where it knows no such lock, the list of a set is all that keeps two apart.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        # Some disks of a network keep no locks.
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
            if not (folder / UNFINISHED).exists():
                _take_leftovers_away(folder)
        yield
    finally:
        os.close(handle)


def _take_leftovers_away(folder: Path) -> None:
    for one in (folder, *(path for path in folder.iterdir() if path.is_dir() and not path.is_symlink())):
        for part in one.glob(part_in(one, _OF_A_SET, "*").name):
            part.unlink(missing_ok=True)


def write_set(folder: OutputTarget, contents: Mapping[str, Content]) -> None:
    """Write files into a folder, each by its path in it, so that they are never a mixture for whoever reads on.

    Raises ``UsageError`` where one of them cannot be written; then all are as they were.
    """
    parts = {name: part_in((folder / name).parent, _OF_A_SET) for name in contents}
    listing = part_in(folder, _OF_A_SET)
    try:
        for name, part in parts.items():
            with said_of(folder / name):
                fill_part(part, contents[name])
        listed = {name: {"part": part.name, "sha256": _sha256(part)} for name, part in parts.items()}
        with said_of(folder / UNFINISHED):
            fill_part(listing, json.dumps(listed, indent=1))
            listing.replace(folder / UNFINISHED)
    except BaseException:
        for part in (*parts.values(), listing):
            with suppress(OSError):
                part.unlink(missing_ok=True)
        raise
    finish_set(folder)


def finish_set(folder: OutputTarget) -> bool:
    """Put in place what a command that was killed had not; whether there was anything.

    Raises ``UsageError`` where its list is broken, or one of its files is lost.
    """
    listing = folder / UNFINISHED
    if not listing.exists():
        return False
    for name, said in _listed(listing).items():
        part = (folder / name).parent / said["part"]
        if part.exists():
            with said_of(folder / name):
                part.replace(folder / name)
        elif not (folder / name).exists() or _sha256(folder / name) != said["sha256"]:
            raise UsageError(f"{folder / name}: {_LOST.format(listing)}")
    with said_of(listing):
        listing.unlink(missing_ok=True)
    return True


_LOST = "an import was cut short, and this file of it is lost: take {} away, and import every file again"


def _listed(listing: Path) -> dict[str, dict[str, str]]:
    """Each file by its path, with the name of its part. A list that somebody else has written is not followed."""
    try:
        found = json.loads(read_bytes(listing))
        sound = all(
            not Path(name).is_absolute() and ".." not in Path(name).parts and is_left_behind(said["part"])
            for name, said in found.items()
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        sound = False
    if not sound:
        raise UsageError(f"{listing}: this is no list of what an import had to put in place: take it away")
    return dict(found)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
