"""Seeds of a draw, and the SHA-256 by which somebody is bound to one, or to a plan, before it is known."""

from __future__ import annotations

import hashlib
import re

from stockward.terms.errors import UsageError

SHORTEST_SEED = 16
_LONGEST_SOURCE = 200
_HEX = re.compile(r"[0-9a-f]{64}")


def require_seed(seed: str) -> str:
    """The seed without blanks around it.

    Raises ``UsageError`` for one that could be guessed from its SHA-256, and for one that can be spelt in two ways that
    look alike: who draws could take the spelling that suits.
    """
    seed = seed.strip()
    if not seed.isascii() or "  " in seed:
        raise UsageError(
            "the seed must be of plain letters, digits and signs, with one blank between words: write it so"
        )
    if not _is_long(seed):
        raise UsageError(
            f"the seed must be one line of at least {SHORTEST_SEED} characters that nobody can guess: take a longer "
            "one, or leave it out with --commit to have one made"
        )
    return seed


def public_seed(value: str) -> str:
    """The seed that a public value makes: its letters, as small ones, and its digits.

    Blanks, signs and capitals can be written in many ways that all say the same: who draws could take the one that
    suits. Raises ``UsageError`` for a value that is too short.

    >>> public_seed("DAX, 24 Nov 2026: 19,032.44")
    'dax24nov20261903244'
    """
    seed = "".join(sign for sign in value.lower() if sign.isalnum())
    if not value.isascii():
        raise UsageError("the public value must be of plain letters, digits and signs: write it so")
    if not _is_long(value.strip()) or len(seed) < SHORTEST_SEED // 2:
        raise UsageError(
            f"the public value must be one line of at least {SHORTEST_SEED} characters, {SHORTEST_SEED // 2} letters "
            "and digits among them: write all of it, as its source does"
        )
    return seed


def _is_long(seed: str) -> bool:
    return len(seed) >= SHORTEST_SEED and seed.isprintable()


def sha256_of(seed: str) -> str:
    """SHA-256 of the seed's UTF-8 bytes, as 64 hexadecimal digits: what its keeper gives away before the draw.

    >>> sha256_of("a seed nobody can guess")[:16]
    '0b382f5fff267b15'
    """
    return hashlib.sha256(seed.encode()).hexdigest()


def is_sha256(text: str) -> bool:
    """Whether these are the 64 hexadecimal digits of one."""
    return _HEX.fullmatch(text) is not None


def require_sha256(option: str, text: str) -> str:
    """The digits as they are compared; they may have been copied from paper, in groups and in capitals.

    Raises ``UsageError`` for what is no SHA-256.
    """
    digits = "".join(text.split()).lower()
    if not is_sha256(digits):
        raise UsageError(f"{option} {text[:80]!r}: it must be a SHA-256: write its 64 hexadecimal digits")
    return digits


def is_source(text: str) -> bool:
    """Whether this can name where a public value is to be found."""
    return text == text.strip() and 0 < len(text) <= _LONGEST_SOURCE and text.isprintable()


def require_source(text: str) -> str:
    """The source of a public value. Raises ``UsageError`` for what names none."""
    source = text.strip()
    if not is_source(source):
        raise UsageError(
            f"--seed-source {source[:80]!r}: name in one line, of at most {_LONGEST_SOURCE} characters, which public "
            "value it will be"
        )
    return source
