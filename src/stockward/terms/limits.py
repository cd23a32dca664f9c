"""How much is read at most: what a file claims or holds is looked up before it is unpacked or cut.

Each limit can be set in the environment, by whoever runs the command; never by a file that is read.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from types import MappingProxyType

from stockward.terms.errors import SiteError, UsageError

LIMITS: Mapping[str, tuple[int, str]] = MappingProxyType(
    {
        "FILE_MB": (200, "the file has {} megabytes"),
        "OTHER_MB": (20, "the file has {} megabytes"),
        "UNPACKED_MB": (400, "it unpacks to {} megabytes"),
        "ROWS": (2_000_000, "the table has {} rows"),
        "COLUMNS": (1_000, "the table has {} columns"),
        "CELLS": (2_000_000, "the tables of the workbook span {} cells"),
        "MERGED": (200_000, "the sheet has {} merged cells"),
        "LINE_KB": (1_000, "one line has {} kilobytes"),
        "TEXT_KB": (200, "one cell of a workbook holds {} kilobytes"),
        "UNITS": (2_000_000, "the plan of a count speaks of {} units, each once for the draw and once for each loss"),
        "DRAWN": (100_000, "the plan of a count draws {} units to count and to measure"),
        "MEASURED": (10_000, "the plan of a count speaks of {} units of which parts may be lost"),
    }
)
"""Each limit by name: what it is where the environment sets no other, and how it is told that more is there."""

PREFIX = "STOCKWARD_MAX_"
_BYTES = MappingProxyType(
    {"FILE_MB": 1_000_000, "OTHER_MB": 1_000_000, "UNPACKED_MB": 1_000_000, "LINE_KB": 1_000, "TEXT_KB": 1_000}
)
"""How many bytes one of a limit is, where it is kept in such."""

MOST_PROCESSES = 64
"""Each process holds the site, and none but those that have a core each makes an answer come sooner."""

LONGEST_SEARCH = 10_000_000
"""Seconds, or rounds, of a search for a roster."""

MOST_DRAWS = 100_000
"""Draws of what may come: beyond, its share is known to a thousandth, and no better for the books."""

DEFAULT_SEED = 1
"""Of everything drawn, where none is given."""

SHOWN_PROBLEMS = 200
"""Problems of a site that are listed unless every one is asked for."""

_OF_AN_OPERATOR = ", or set {} in the environment"
_FARTHEST = 20
"""Beyond so many times the limit no computer is likely to have the memory: to raise it would not be a mend."""


def all_cores() -> int:
    """As many processes as the computer has cores, up to the most that are begun."""
    return min(os.cpu_count() or 1, MOST_PROCESSES)


def limit(name: str) -> int:
    """The limit in force. Raises ``UsageError`` where the environment sets one that is no whole number."""
    text = os.environ.get(PREFIX + name, "").strip()
    if not text:
        return LIMITS[name][0]
    if not (text.isascii() and text.isdigit() and len(text) < 13):
        raise UsageError(f"{PREFIX}{name} = {text!r}: write a whole number, such as {LIMITS[name][0]}")
    return int(text)


def limit_bytes(name: str) -> int:
    """The limit in bytes, for one that is kept in kilobytes or megabytes."""
    return limit(name) * _BYTES[name]


def require_within(name: str, found: int, file: str) -> None:
    """Raise ``SiteError`` where more is ``found`` than is read; the limit is told, and how it is set."""
    most, words = limit(name), LIMITS[name][1]
    if found > most:
        mend = "leave out what does not belong to the site"
        if found <= _FARTHEST * LIMITS[name][0]:
            mend += _OF_AN_OPERATOR.format(f"{PREFIX}{name}={found}")
        raise SiteError(file, f"{words.format(grouped(found))}, and at most {grouped(most)} are read", mend)


def without_setting(said: str) -> str:
    """What is said of a limit to somebody who does not run the command, and sets nothing in its environment."""
    return re.sub(_OF_AN_OPERATOR.format(rf"{PREFIX}\w+=[0-9]+"), "", said)


def require_bytes_within(name: str, found: int, file: str) -> None:
    """The same for a limit that is kept in kilobytes or megabytes."""
    require_within(name, -(-found // _BYTES[name]), file)


def grouped(number: int) -> str:
    """A whole number with its thousands set apart."""
    return f"{number:,}".replace(",", " ")
