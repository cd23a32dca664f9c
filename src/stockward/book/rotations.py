"""Patterns of rotation by name: a letter a day, E early, L late, N night, W any shift, - off."""

from __future__ import annotations

ROTATIONS = {
    "4-on-4-off": "WWWW----",
    "2-days-2-nights-4-off": "EENN----",
    "panama": "WW--WWW--WW---",
    "metropolitan": "EELLNN--",
    "continental": "EELLNNN" + "--EELLL" + "NN--EEE" + "LLNN---",
}
"""Panama is 2-2-3 over two weeks; metropolitan is 2-2-2, continental 2-2-3 over four weeks, both turning forward."""
LONGEST_ROTATION = 56
_OFF = "-"


def rotation_cells(pattern: str) -> str | None:
    """The letters of a pattern, by its name or as they are; ``None`` where it is neither, or has no day of each."""
    cells = ROTATIONS.get(pattern, pattern)
    known = set(cells) <= set("ELNW-") and len(cells) <= LONGEST_ROTATION
    return cells if known and _OFF in cells and set(cells) != {_OFF} else None
