"""The receipt code: 130 random bits that the writer keeps, from which an age key for the answer is derived.

Two things are derived with BLAKE2b (RFC 7693), told apart by its parameter for that: what the server finds the report
by, and the key that opens the answer. Neither leads back to the code or to the other.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import TYPE_CHECKING

from stockward.terms.errors import UsageError

if TYPE_CHECKING:
    from pyrage import x25519

_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Base 32 without I, L, O and U (D. Crockford), so that a code can be read from paper."""
_LOOK_ALIKE = str.maketrans("ILO", "110")
_LENGTH, _GROUP = 26, 5
_FIND, _ANSWER = b"stockward.find", b"stockward.answer"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def new_code() -> str:
    """A code of 26 signs, in groups."""
    signs = "".join(secrets.choice(_SIGNS) for _ in range(_LENGTH))
    return "-".join(signs[begin : begin + _GROUP] for begin in range(0, _LENGTH, _GROUP))


def read_code(text: str) -> str:
    """The 26 signs of a code, however it was typed. Raises ``UsageError`` for what cannot be one."""
    signs = re.sub(r"[\s-]", "", text).upper().translate(_LOOK_ALIKE)
    if len(signs) != _LENGTH or set(signs) - set(_SIGNS):
        raise UsageError(f"a receipt code has {_LENGTH} letters and figures: type it again as you wrote it down")
    return signs


def digest_of(code: str) -> str:
    """What the server keeps of a code."""
    return _derived(code, _FIND).hex()


def answer_identity(code: str) -> x25519.Identity:
    """The age key that opens the answer."""
    from pyrage import x25519

    return x25519.Identity.from_str(bech32("age-secret-key-", _derived(code, _ANSWER)).upper())


def answer_key(code: str) -> str:
    """The public key to which the answer is sealed."""
    return str(answer_identity(code).to_public())


def _derived(code: str, use: bytes) -> bytes:
    return hashlib.blake2b(read_code(code).encode(), digest_size=32, person=use).digest()


def bech32(prefix: str, content: bytes) -> str:
    """Bytes as Bech32 writes them (BIP 173, without its limit of 90 signs, as age does)."""
    bits = "".join(f"{byte:08b}" for byte in content)
    bits += "0" * (-len(bits) % 5)
    values = [int(bits[begin : begin + 5], 2) for begin in range(0, len(bits), 5)]
    sum_of = _polymod(
        [*(ord(sign) >> 5 for sign in prefix), 0, *(ord(sign) & 31 for sign in prefix), *values, *[0] * 6]
    )
    check = [(sum_of ^ 1) >> 5 * (5 - place) & 31 for place in range(6)]
    return f"{prefix}1{''.join(_BECH32[value] for value in [*values, *check])}"


def _polymod(values: list[int]) -> int:
    rest = 1
    for value in values:
        top = rest >> 25
        rest = (rest & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate(_GENERATORS):
            rest ^= generator if top >> place & 1 else 0
    return rest
