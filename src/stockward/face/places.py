"""Where an answer may be written from Python: as on the command line, never onto a site."""

from __future__ import annotations

from pathlib import Path

from stockward.face.asked import Place
from stockward.outputs import Target
from stockward.places import places_of


def own_place(path: Place) -> Target:
    """Where the path leads, if nothing stands or would stand there that is read as a part of a site.

    An answer does not know which folders it was made from, so every folder with a ``site.toml`` is kept, and so are
    sealed plans, seeds and filled count sheets. Raises ``UsageError`` for any other place.
    """
    place = Path(path)
    return places_of({"path": place})[place]


def own_folder(path: Place) -> Target:
    """Where the folder for calendars is, if no site is read from it and no calendar in it leads to one.

    Raises ``UsageError`` for any other place.
    """
    folder = Path(path)
    return places_of({}, folders={"folder": folder})[folder]
