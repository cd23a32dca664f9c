"""Texts that others wrote, made safe to show: a name in the books must not steer what shows it."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

_STEERING = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_SPELT_AT = "\\u{"
_SPELT = re.compile(r"\\u\{((?:10|[0-9a-f])?[0-9a-f]{1,4})\}")
_JOINERS = "\u200c\u200d"
_TURNING = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


def is_text(text: str) -> bool:
    """Whether a text can be written as UTF-8; what a system hands over as a name may hold bytes that are none."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


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


def spelt(text: str) -> str:
    r"""A text in which each sign that is unseen, or steers, is written as its number, so that no two texts look alike.

    Line ends and tabs stay, and what joins or parts the letters of scripts that write so, as Persian and Hindi do.
    ``unspelt`` gives the text again.

    >>> spelt("a" + chr(0x202E) + "b")
    'a\\u{202e}b'
    >>> spelt("نیمه" + chr(0x200C) + "شب") == "نیمه" + chr(0x200C) + "شب"
    True
    """
    if text.isprintable() and _SPELT_AT not in text:
        return text
    marked = text.replace(_SPELT_AT, _number("\\") + "u{")
    return "".join(
        _number(sign) if _is_unseen(sign) and not _joins(before, sign) else sign
        for before, sign in pairwise(" " + marked)
    )


def unspelt(text: str) -> str:
    """The text that ``spelt`` has written so.

    >>> unspelt(spelt("a" + chr(0x202E))) == "a" + chr(0x202E)
    True
    """
    return _SPELT.sub(lambda found: chr(int(found[1], 16)), text)


def _joins(before: str, sign: str) -> bool:
    """Whether it is a joiner, or a non-joiner, behind a letter of a script that writes with it."""
    return sign in _JOINERS and not before.isascii() and unicodedata.category(before)[0] in "LM"


def _number(sign: str) -> str:
    return f"{_SPELT_AT}{ord(sign):x}}}"


def _is_unseen(sign: str) -> bool:
    return not sign.isprintable() and sign not in "\n\r\t" and unicodedata.category(sign) != "Zs"


def escaped(json: str) -> str:
    r"""JSON text in which what would steer a terminal is written as its number; it means the same.

    >>> escaped('"a\x9b"')
    '"a\\u009b"'
    """
    if json.isascii() and "\x7f" not in json:
        return json
    return _STEERING.sub(lambda sign: f"\\u{ord(sign.group()):04x}", json)
