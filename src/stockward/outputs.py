"""Where a command may write, and how: never onto what it reads, never two answers into one file, and never half a file.

Places are looked at before anything is read, so that nothing is lost and nobody waits for an answer that has no place.
Links are followed then, and never again: one that is put there later leads nothing astray.
What is to be written is whole, beside its place and on the disk, before it takes that place by a rename.
"""

from __future__ import annotations

import errno
import os
import shutil
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NewType

from stockward.terms.errors import UsageError
from stockward.terms.files import is_stream
from stockward.terms.signs import printable
from stockward.terms.spelling import joined

READ_ENDINGS = frozenset({".csv", ".parquet", ".toml", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".ods"})
"""Endings of files that are read, or are said to be misspelt, where they stand in the folder of a site."""
CALENDAR = ".ics"
_PART = ".stockward-{}.part"
"""Name of what is not whole yet. A command that is killed leaves it behind, and nobody takes it for an answer."""

Content = str | bytes
OutputTarget = NewType("OutputTarget", Path)
"""Where an output really goes, once every link has been followed."""


def require_places(
    outputs: Mapping[str, Path],
    *,
    folders: Mapping[str, Path] | None = None,
    sites: Iterable[Path] = (),
    files: Iterable[Path] = (),
) -> Mapping[Path, OutputTarget]:
    """Where each output goes, by the path that was named; raises ``UsageError`` for one without a place of its own.

    Parameters
    ----------
    outputs
        The file that each option names.
    folders
        The folder that each option names, for a calendar of each person; where links among the calendars in it lead
        is told as well.
    sites
        Folders of the sites that are read, or a file in each.
    files
        Other files that are read.
    """
    places = _Places([folder for site in sites if (folder := _folder_of(site)) is not None], files)
    targets = {folder: places.take_folder(option, folder) for option, folder in (folders or {}).items()}
    return places.linked | targets | {file: places.take_file(option, file) for option, file in outputs.items()}


class _Places:
    """What is read, and the places that are taken."""

    def __init__(self, sites: list[Path], files: Iterable[Path]) -> None:
        self.sites = sites
        self.read = [*files, *(file for folder in sites for file in _read_of(folder))]
        self.taken: dict[Path, str] = {}
        self.calendars: dict[Path, str] = {}
        self.linked: dict[Path, OutputTarget] = {}

    def take_file(self, option: str, file: Path) -> OutputTarget:
        target = resolved(f"{option} {file}", file)
        if _is_nowhere(target):
            return target
        if any(_same(target, one) for one in self.read):
            raise UsageError(f"{option} {file}: this file is read, and never written over: name another")
        _require_file(f"{option} {file}", target)
        if not target.parent.is_dir():
            raise UsageError(f"{option} {file}: there is no folder {target.parent}: make it, or name another")
        if target.suffix.lower() == CALENDAR and self._among_calendars(target.parent) is not None:
            other = self._among_calendars(target.parent)
            raise UsageError(f"{option} {file}: it would stand among the calendars of {other}: name another folder")
        self._take(option, file, target)
        return target

    def take_folder(self, option: str, folder: Path) -> OutputTarget:
        target = resolved(f"{option} {folder}", folder)
        if target.exists() and not target.is_dir():
            raise UsageError(f"{option} {folder}: this is a file: name a folder for the calendars")
        for calendar in target.glob(f"*{CALENDAR}"):
            led_to = self.take_file(option, calendar)
            if calendar.is_symlink():
                self.linked[calendar] = led_to
        self._take(option, folder, target)
        self.calendars[target] = option
        return target

    def _among_calendars(self, folder: Path) -> str | None:
        return next((option for path, option in self.calendars.items() if _same(path, folder)), None)

    def _take(self, option: str, path: Path, target: Path) -> None:
        """Take a place that nothing else has, and that is none of a file of a site."""
        if target.suffix.lower() in READ_ENDINGS and any(_same(target.parent, site) for site in self.sites):
            raise UsageError(f"{option} {path}: it would be read as a file of the site: name one in another folder")
        _require_writable(f"{option} {path}", target)
        other = next((named for taken, named in self.taken.items() if _are_one(taken, target)), None)
        if other is not None:
            raise UsageError(f"{other} and {option} {path} are one file: give each a file of its own")
        self.taken[target] = f"{option} {path}"


def resolved(named: str, path: Path) -> OutputTarget:
    """Where an output would really be written, whatever links lead there; raises ``UsageError`` where nothing can."""
    try:
        target = path.resolve()
    except (OSError, RuntimeError):
        raise UsageError(f"{named}: the link leads in a circle: name a file") from None
    except ValueError:
        raise UsageError(f"{printable(named)}: there is a sign in it that no path has: name another") from None
    try:
        target.stat()
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:
        raise UsageError(f"{named}: nothing can be written there ({error.strerror}): name another") from None
    if is_stream(path) and not (target.is_dir() or _is_nowhere(target)):
        raise UsageError(f"{named}: it is no file, but a stream: name a file, or - where standard output is taken")
    return OutputTarget(target)


def _require_file(named: str, target: Path) -> None:
    if target.is_dir():
        raise UsageError(f"{named}: this is a folder: name a file in it")
    if target.exists() and not target.is_file():
        raise UsageError(f"{named}: this is no regular file: name one")


def _require_writable(named: str, target: Path) -> None:
    """Raise ``UsageError`` where the system will not let this file stand; what it lets may still fail later."""
    if target.is_file() and not os.access(target, os.W_OK):
        raise UsageError(f"{named}: this file is kept from being written: name another")
    folder = next(one for one in target.parents if one.exists())
    if folder.is_dir() and not os.access(folder, os.W_OK):
        raise UsageError(f"{named}: nothing can be written into {folder}: name another folder")


def free_name(path: Path) -> OutputTarget:
    """Where a file goes that is not there yet; a link of that name is in its way, and is not followed."""
    return OutputTarget(resolved(str(path), path.parent) / path.name)


def write_whole(path: OutputTarget, content: Content) -> None:
    """Write a file that is at every moment what it was or all of the new one, readable by its owner alone.

    It is written beside its target, and renamed when it is whole; a link that has come there since is replaced. Raises
    ``UsageError`` where it cannot be written; what stood there still does then.
    """
    write_all({path: content})


def write_all(contents: Mapping[OutputTarget, Content]) -> None:
    """Write files as ``write_whole`` does; where one of them cannot be written, no other is."""
    with _written_beside({path: content for path, content in contents.items() if not _is_nowhere(path)}) as parts:
        for path, part in parts.items():
            with said_of(path):
                part.replace(path)


def write_new(contents: Mapping[OutputTarget, Content]) -> None:
    """Write files that are not there yet, readable by their owner alone: all of them, or none.

    Raises ``UsageError`` where one of them is there, or cannot be written.
    """
    with _written_beside(contents) as parts:
        try:
            for path, part in parts.items():
                with said_of(path):
                    _take_free_name(part, path)
        except BaseException:
            for path, part in parts.items():
                _give_back(part, path)
            raise


def write_folder(
    folder: Path, contents: Mapping[str, Content], *, names: Collection[str], last: str, over: bool
) -> None:
    """Write a site into a folder of its own: one that is not there yet, or one that holds nothing of a site.

    A folder that is not there appears when all is in it, open to its owner alone. Into one that is there the files come
    one by one, and ``last`` at the end: before, it is no site.

    Parameters
    ----------
    folder
        The folder; a link to one leads there.
    contents
        The files by their names.
    names
        Names of files, without their endings, that are read in the folder of a site.
    last
        The file that makes a folder a site.
    over
        Write over files of the same names.

    Raises ``UsageError`` where it cannot be written, and where something would be written over, or read with it.
    """
    target = resolved(str(folder), folder)
    with said_of(folder):
        if not target.exists():
            if target.suffix.lower() in READ_ENDINGS:
                raise UsageError(f"{folder}: by its name it would be read as a file: name a folder without an ending")
            _write_new_folder(target, contents)
            return
        _require_room(folder, target, contents, names, over=over)
    ordered = {OutputTarget(target / name): contents[name] for name in sorted(contents, key=lambda name: name == last)}
    if over:
        _write_over(ordered, target / last)
    else:
        write_new(ordered)


def write_new_folder(folder: Path, contents: Mapping[str, Content]) -> None:
    """Write a folder that is not there yet, with files by their paths in it; it is whole when it appears.

    Raises ``UsageError`` where something has its name, or it cannot be written.
    """
    target = resolved(str(folder), folder)
    if target.exists():
        raise UsageError(f"{folder}: there is something already: name a folder that is not there yet")
    with said_of(folder):
        _write_new_folder(target, contents)


def make_folder(folder: OutputTarget) -> None:
    """Make a folder where it is missing, open to its owner alone; one that is there stays as it is."""
    file = next((one for one in (folder, *folder.parents) if one.exists() and not one.is_dir()), None)
    if file is not None:
        raise UsageError(f"{file}: this is a file, and no folder: name another folder")
    with said_of(folder):
        _require_unmoved(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)


def is_left_behind(name: str) -> bool:
    """Whether this is the name of what a command that was killed has left behind."""
    start, end = _PART.split("{}")
    return name.startswith(start) and name.endswith(end)


def _require_room(
    folder: Path, target: Path, contents: Mapping[str, Content], names: Collection[str], *, over: bool
) -> None:
    if not target.is_dir():
        raise UsageError(f"{folder} is a file: name a folder")
    for one in sorted(target.iterdir()):
        written = one.name in contents
        if written and not over:
            raise UsageError(f"{folder / one.name} exists already: name an empty folder")
        if written and one.is_dir():
            raise UsageError(f"{folder / one.name} is a folder: name an empty folder")
        if not written and joined(one.stem) in set(map(joined, names)) and one.suffix.lower() in READ_ENDINGS:
            raise UsageError(f"{folder / one.name} would be read with the new site: name an empty folder")


def _write_new_folder(target: Path, contents: Mapping[str, Content]) -> None:
    """Make a folder that is whole when it appears."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = part_in(target.parent)
    try:
        part.mkdir(mode=0o700)
        for name, content in contents.items():
            (part / name).parent.mkdir(mode=0o700, exist_ok=True)
            fill_part(part / name, content)
        part.rename(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _write_over(contents: Mapping[OutputTarget, Content], last: Path) -> None:
    """Write files in the place of what has their names, also of links; ``last`` is not there while they are mixed."""
    with _written_beside(contents) as parts:
        with said_of(last):
            last.unlink(missing_ok=True)
        for path, part in parts.items():
            with said_of(path):
                part.replace(path)


@contextmanager
def _written_beside(contents: Mapping[OutputTarget, Content]) -> Iterator[dict[OutputTarget, Path]]:
    """Each content, whole, in a part beside its target; whatever has not taken its place is gone in the end."""
    parts = {path: part_in(path.parent) for path in contents}
    try:
        for path, part in parts.items():
            with said_of(path):
                _require_unmoved(path.parent)
                fill_part(part, contents[path])
        yield parts
    finally:
        for part in parts.values():
            with suppress(OSError):
                part.unlink(missing_ok=True)


def _require_unmoved(folder: Path) -> None:
    """Raise ``UsageError`` where a link leads elsewhere that was not there when the place was looked at."""
    if Path(os.path.realpath(folder)) != folder:
        raise UsageError(f"{folder}: a link has been put in its place meanwhile: look where it leads, and run it again")


@contextmanager
def said_of(path: Path) -> Iterator[None]:
    """Raise ``UsageError`` in one line where the system does not let a file be written."""
    try:
        yield
    except OSError as error:
        said = error.strerror or str(error)
        raise UsageError(f"{path}: cannot be written ({said}): make room, or name another file") from error


def part_in(folder: Path, of: str = "", number: str = "") -> Path:
    """A new name for what is not whole yet; ``of`` is what it is a part of."""
    return folder / _PART.format(of + (number or os.urandom(8).hex()))


def fill_part(part: Path, content: Content) -> None:
    """Write all, down to the disk, readable by its owner alone."""
    # A name that is no UTF-8 may have been given on the command line: it is shown with a sign in place of each byte.
    data = content.encode("utf-8", "replace") if isinstance(content, str) else content
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(part, flags, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _take_free_name(part: Path, path: Path) -> None:
    """Rename a part, unless something has the name, even if that comes this very moment."""
    try:
        os.link(part, path)
    except FileExistsError:
        raise
    except OSError:
        # A disk without a second name for a file.
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
        part.rename(path)
    else:
        part.unlink()


def _give_back(part: Path, path: Path) -> None:
    """Take away what a part has become; what somebody else has put there stays."""
    with suppress(OSError):
        if not part.exists() or part.samefile(path):
            path.unlink(missing_ok=True)


def _is_nowhere(target: Path) -> bool:
    """Whether what is written there is meant to be lost."""
    return _same(target, Path(os.devnull))


def _folder_of(site: Path) -> Path | None:
    try:
        return (site if site.is_dir() else site.parent) if site.exists() else None
    except OSError:
        # The reader says what is wrong with it.
        return None


def _read_of(folder: Path) -> list[Path]:
    try:
        return [file for file in folder.iterdir() if file.suffix.lower() in READ_ENDINGS]
    except OSError:
        # The reader says what is wrong with it.
        return []


def _are_one(one: Path, other: Path) -> bool:
    """Whether two files are one, or would be where capitals or the ways to write an accent make no difference."""
    if one.exists() and other.exists():
        return _same(one, other)
    return _same(one.parent, other.parent) and _folded(one.name) == _folded(other.name)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def _same(one: Path, other: Path) -> bool:
    """Whether two paths lead to one file, if either is there; links of any kind count."""
    try:
        return one.samefile(other)
    except OSError:
        return one == other.resolve()
