"""Where an answer may be written from Python: as on the command line, never onto a site."""

from __future__ import annotations

import os
from pathlib import Path

from stockward.face.asked import Place
from stockward.facts.site import SETTINGS
from stockward.outputs import require_places


def own_place(path: Place) -> Path:
    """The path, where nothing stands or would stand that is read as a part of a site.

    An answer does not know which folders it was made from, so every folder with a ``site.toml`` is kept.
    Raises ``UsageError`` for any other place.
    """
    place = Path(path)
    folders = {place.parent, Path(os.path.realpath(place)).parent}
    require_places({"path": place}, sites=[folder for folder in folders if (folder / SETTINGS).exists()])
    return place
