"""Where an answer may be written from Python: as on the command line, never onto a site."""

from __future__ import annotations

import os
from pathlib import Path

from stockward.face.asked import Place
from stockward.facts.site import SETTINGS
from stockward.outputs import Target, require_places, resolved
from stockward.terms.errors import UsageError


def own_place(path: Place) -> Target:
    """Where the path leads, if nothing stands or would stand there that is read as a part of a site.

    An answer does not know which folders it was made from, so every folder with a ``site.toml`` is kept.
    Raises ``UsageError`` for any other place.
    """
    place = Path(path)
    sites = _sites_round(place.parent, resolved(f"path {place}", place).parent)
    return require_places({"path": place}, sites=sites)[place]


def own_folder(path: Place) -> Target:
    """Where the folder for calendars is, if no site is read from it and no calendar in it leads to one.

    Raises ``UsageError`` for any other place.
    """
    folder = Path(path)
    resolved(f"folder {folder}", folder)
    targets = [Path(os.path.realpath(one)).parent for one in folder.glob("*")] if folder.is_dir() else []
    places = require_places({}, folders={"folder": folder}, sites=_sites_round(folder, *targets))
    if (folder / SETTINGS).exists():
        raise UsageError(f"folder {folder}: a site is read from it: name another")
    return places[folder]


def _sites_round(*folders: Path) -> list[Path]:
    return [folder for folder in dict.fromkeys(folders) if (folder / SETTINGS).exists()]
