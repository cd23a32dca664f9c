"""Where an answer may be written from Python: as on the command line, never onto a site."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from stockward.face.asked import FilePlace, place_of
from stockward.outputs import OutputTarget
from stockward.places import places_of


def own_place(path: FilePlace) -> OutputTarget:
    """Where the path leads, if nothing stands or would stand there that is read as a part of a site.

    An answer does not know which folders it was made from, so every folder with a ``site.toml`` is kept, and so are
    sealed plans, seeds and filled count sheets. Raises ``UsageError`` for any other place.
    """
    place = place_of(path)
    return places_of({"path": place})[place]


def own_folder(path: FilePlace) -> tuple[OutputTarget, Mapping[Path, OutputTarget]]:
    """Where the folder for calendars is, and where links in it lead, if no site is read from it and none leads to one.

    Raises ``UsageError`` for any other place.
    """
    folder = place_of(path, "folder")
    places = places_of({}, folders={"folder": folder})
    return places[folder], places
