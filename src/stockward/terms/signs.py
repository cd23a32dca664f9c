"""Texts that others wrote, made safe to show: a name in the books must not steer what shows it."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

_SPELT_AT = "\\u{"
_SPELT = re.compile(r"\\u\{((?:10|[0-9a-f])?[0-9a-f]{1,4})\}")
_JOINERS = "\u200c\u200d"
_JOINER = re.compile(f"[{_JOINERS}]")


def is_text(text: str) -> bool:
    """Whether a text can be written as UTF-8; what a system hands over as a name may hold bytes that are none."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def upright(text: str) -> str:
    """A text of one line or more, with ``?`` for each sign that is unseen, or steers what shows it.

    What joins or parts the letters of scripts that write so stays.

    >>> upright("a" + chr(0x202E) + "b")
    'a?b'
    """
    if text.isascii() and text.isprintable():
        return text
    unseen = {ord(sign): "?" for sign in set(text) if sign == "\r" or (sign not in _JOINERS and _is_unseen(sign))}
    return _JOINER.sub(_where_it_joins, text.translate(unseen))


def _where_it_joins(found: re.Match[str]) -> str:
    at = found.start()
    return found[0] if at and _joins(found.string[at - 1], found[0]) else "?"


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
    r"""JSON text in which a sign that is unseen, or steers what shows it, is written as its number; it means the same.

    >>> escaped('"a\x9b"')
    '"a\\u009b"'
    """
    if json.isascii() and "\x7f" not in json:
        return json
    return json.translate({ord(sign): _in_json(sign) for sign in set(json) if _is_unseen(sign) and is_text(sign)})


def _in_json(sign: str) -> str:
    units = sign.encode("utf-16-be").hex()
    return "".join(f"\\u{units[place : place + 4]}" for place in range(0, len(units), 4))
