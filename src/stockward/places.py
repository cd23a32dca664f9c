"""Where an answer may be written: never onto a site, whichever, and never over what somebody has sealed or counted."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from stockward.book.settings import SETTINGS
from stockward.kept_files import require_outside_results, require_replaceable, require_text_or_workbook
from stockward.outputs import OutputTarget, require_places, resolved
from stockward.terms.errors import UsageError


def places_of(
    outputs: Mapping[str, Path],
    *,
    folders: Mapping[str, Path] | None = None,
    sites: Iterable[Path] = (),
    files: Iterable[Path] = (),
) -> Mapping[Path, OutputTarget]:
    """Where each output goes (see ``require_places``), of this site or another; what must be kept is kept.

    Raises ``UsageError`` for an output that has no such place.
    """
    folders = folders or {}
    near = [
        folder
        for option, file in outputs.items()
        for folder in (file.parent, resolved(f"{option} {file}", file).parent)
    ]
    for option, folder in folders.items():
        resolved(f"{option} {folder}", folder)
        led_to = [Path(os.path.realpath(one)).parent for one in folder.glob("*")] if folder.is_dir() else []
        near += [folder, *led_to]
    others = [folder for folder in dict.fromkeys(near) if (folder / SETTINGS).exists()]
    places = require_places(outputs, folders=folders, sites=[*sites, *others], files=files)
    for option, folder in folders.items():
        if (folder / SETTINGS).exists():
            raise UsageError(f"{option} {folder}: a site is read from it: name another")
    named = {file: f"{option} {file}" for option, file in outputs.items()}
    _require_not_kept(
        {named.get(path, str(path)): place for path, place in places.items() if path not in folders.values()}
    )
    return places


def _require_not_kept(places: Mapping[str, OutputTarget]) -> None:
    for named, place in places.items():
        require_outside_results(named, place)
    there = {named: place for named, place in places.items() if place.is_file()}
    if there:
        from stockward.counting import require_not_kept

        for named, place in there.items():
            require_replaceable(named, place)
            require_not_kept(named, place)
            require_text_or_workbook(named, place)
