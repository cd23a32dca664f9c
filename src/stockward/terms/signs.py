"""Texts that others wrote, made safe to show: a name in the books must not steer what shows it."""

from __future__ import annotations

import re
import unicodedata

_STEERING = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_TURNING = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


def turns(sign: str) -> bool:
    """Whether a sign turns the direction of the writing behind it [Unicode, UAX 9: embeddings, overrides, isolates]."""
    return unicodedata.bidirectional(sign) in _TURNING


def upright(text: str) -> str:
    """A text without signs that turn the writing behind them, and without controls; it may be of several lines.

    >>> upright("a" + chr(0x202E) + "b")
    'a?b'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join("?" if turns(sign) or _controls(sign) else sign for sign in text)


def _controls(sign: str) -> bool:
    return unicodedata.category(sign) == "Cc" and sign not in "\n\t"


def printable(text: str) -> str:
    """A text without signs that steer: control characters, and marks that turn the direction of writing.

    >>> printable("a" + chr(27) + "[31m")
    'a?[31m'
    """
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() or unicodedata.category(sign) == "Zs" else "?" for sign in text)


def escaped(json: str) -> str:
    r"""JSON text in which what would steer a terminal is written as its number; it means the same.

    >>> escaped('"a\x9b"')
    '"a\\u009b"'
    """
    if json.isascii() and "\x7f" not in json:
        return json
    return _STEERING.sub(lambda sign: f"\\u{ord(sign.group()):04x}", json)
