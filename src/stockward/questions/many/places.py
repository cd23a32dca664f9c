"""Which sites are meant: folders, patterns, lists and books, each once, with a key of its own."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from stockward.book.settings import SETTINGS
from stockward.book.site import WORKBOOK
from stockward.book.store import is_address
from stockward.terms.errors import SiteError, UsageError
from stockward.terms.files import read_text
from stockward.terms.spelling import folded

_MARKS = frozenset("*?[")
_DEEPEST = 6
"""So many folders below one that was named are searched for sites."""
_SIGNS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePlace:
    """A site by where it is read from; ``key`` names it in this run, and ``id`` its files in every run."""

    place: str
    key: str
    id: str


def site_places(named: Sequence[str | Path], lists: Iterable[Path] = ()) -> tuple[SitePlace, ...]:
    """The sites that are meant, in order of their keys.

    A folder with a ``site.toml`` is a site; of any other all sites in and below it are meant. A pattern such as
    ``north/*`` stands for the folders that it fits. A list has one of these a line, relative to the folder it stands
    in; a line that begins with ``#`` is a remark. What is no site is one all the same: its row will say why.

    Raises ``UsageError`` where nothing is named, or a list cannot be read.
    """
    found = [one for word in [*map(str, named), *_listed(lists)] for one in _meant(word)]
    by_place = {_real(place): place for place in reversed(found)}
    if not by_place:
        raise UsageError("no site is named: name folders of sites, a folder that holds them, or a --list of them")
    keys = _keys(list(by_place))
    places = (SitePlace(place=place, key=keys[real], id=_id(real)) for real, place in by_place.items())
    return tuple(sorted(places, key=lambda one: one.key))


def _listed(lists: Iterable[Path]) -> Iterator[str]:
    for file in lists:
        try:
            lines = read_text(file).splitlines()
        except (SiteError, UnicodeDecodeError) as error:
            said = str(error) if isinstance(error, SiteError) else "this is no UTF-8: write it in signs of UTF-8"
            raise UsageError(f"--list {file}: {said}") from None
        for line in map(str.strip, lines):
            if line and not line.startswith("#"):
                yield line if is_address(line) else str(file.parent / line)


def _meant(word: str) -> Iterator[str]:
    """The sites that one word stands for."""
    if is_address(word):
        yield word
        return
    for place in _fitting(word) or [word]:
        yield from _sites_in(place)


def _fitting(word: str) -> list[str]:
    """The folders that a pattern fits; none for a word that is no pattern."""
    path = Path(word)
    if not _MARKS & set(word) or path.exists():
        return []
    anchor = Path(path.anchor)
    return sorted(str(one) for one in anchor.glob(str(path.relative_to(anchor))) if one.is_dir())


def _sites_in(place: str) -> Iterator[str]:
    folder = Path(place)
    try:
        within = folder.is_dir() and not is_site(folder)
    except (OSError, ValueError):
        within = False
    below = list(_sites_below(folder, _DEEPEST)) if within else []
    yield from below or [place]


def _sites_below(folder: Path, depth: int) -> Iterator[str]:
    try:
        inner = sorted(one for one in folder.iterdir() if not one.name.startswith(".") and one.is_dir())
    except OSError:
        return
    for one in inner:
        if is_site(one):
            yield str(one)
        elif depth > 1 and not one.is_symlink():
            yield from _sites_below(one, depth - 1)


def is_site(folder: Path) -> bool:
    """Whether a folder is that of a site."""
    return (folder / SETTINGS).exists() or (folder / WORKBOOK).exists()


def _real(place: str) -> str:
    """One text for all ways to name a place."""
    if is_address(place):
        return place
    try:
        real = os.path.realpath(place)
    except (OSError, ValueError):
        return place
    return os.path.dirname(real) if os.path.basename(real) == WORKBOOK else real  # noqa: PTH119, PTH120 - may be none


def _keys(places: Sequence[str]) -> dict[str, str]:
    """Of each place, as many of the last parts of its path as tell it from the others.

    >>> _keys(["/a/north/depot", "/a/south/depot", "/a/works"])
    {'/a/works': 'works', '/a/north/depot': 'north/depot', '/a/south/depot': 'south/depot'}
    """
    keys: dict[str, str] = {}
    left, length = list(places), 1
    while left:
        tails = {place: "/".join(_parts(place)[-length:]) for place in left}
        often = Counter(map(folded, tails.values()))
        alone = [place for place in left if often[folded(tails[place])] == 1 or length >= len(_parts(place))]
        keys |= {place: tails[place] for place in alone}
        left = [place for place in left if place not in keys]
        length += 1
    return keys


def _parts(place: str) -> list[str]:
    if is_address(place):
        return [place.rpartition("@")[2].rpartition("/")[2], place.rpartition("@")[2]]
    return [part for part in Path(place).parts if part != os.sep] or [place]


def _id(real: str) -> str:
    """The name of its files: its own where every system takes it, with a mark of the whole path."""
    name = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_") else "_" for sign in _parts(real)[-1])
    return f"{name[:_SIGNS]}-{sha256(real.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"
