"""Which tables were read together, as parts of one file: none of them is a later version of another."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Hashable, Sequence

from stockward.book.sources.importers.grid.files import ReadFile
from stockward.book.sources.importers.grid.layout import Block


def note_readings(blocks: Sequence[Block], files: Sequence[ReadFile]) -> None:
    """Give the tables of each file one sign, made of all that it holds; files that hold the same have one each."""
    place_of = {id(grid): number for number, file in enumerate(files) for grid in file.grids}
    together: dict[Hashable, list[Block]] = defaultdict(list)
    for block in blocks:
        together[place_of.get(id(block.grid), block.grid.file)].append(block)
    seen: dict[str, int] = defaultdict(int)
    for parts in together.values():
        said = repr((parts[0].grid.file, [block.digest for block in parts]))
        sign = hashlib.sha256(said.encode()).hexdigest()[:8]
        seen[sign] += 1
        for block in parts:
            block.reading = sign if seen[sign] == 1 else f"{sign}-{seen[sign]}"
