"""Sealing: a text padded to one of three sizes, and sealed to a fixed number of keys, so that lengths tell nothing.

age puts a stanza of random length (up to about 270 bytes) into each header; it does not depend on what is sealed. A
stanza of an X25519 recipient does not say whose it is.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from stockward.terms.errors import UsageError

if TYPE_CHECKING:
    from pyrage import x25519

SIZES = (4 * 1024, 16 * 1024, 64 * 1024)
"""Bytes to which a text is padded before it is sealed."""
RECIPIENTS = 4
"""Keys to which everything is sealed; where fewer are named, the others are made and forgotten."""
SEALED_MOST = SIZES[-1] + 4096
"""Bytes beyond which nothing can be a sealed text."""


class DamagedSealError(UsageError):
    """What was sealed was cut or changed, or is not sealed at all."""


def padded(said: Mapping[str, str]) -> bytes:
    """Words as JSON in UTF-8, with blanks behind it up to the next size. Raises ``UsageError`` where it is too long."""
    text = json.dumps(dict(said), ensure_ascii=False, sort_keys=True)
    try:
        written = text.encode()
    except UnicodeEncodeError:
        raise UsageError("the text holds half a sign, which cannot be written: take it out") from None
    for size in SIZES:
        if len(written) <= size:
            return written.ljust(size)
    raise UsageError(f"the text is too long ({len(written)} bytes, at most {SIZES[-1]}): send it in two parts")


def seal(said: Mapping[str, str], public_keys: Sequence[str]) -> bytes:
    """Words sealed to one to four public keys, in no order. Raises ``UsageError`` as ``padded`` does."""
    import pyrage
    from pyrage import x25519

    if not 1 <= len(public_keys) <= RECIPIENTS:
        raise UsageError(f"{len(public_keys)} receivers: choose one to {RECIPIENTS}")
    known = [x25519.Recipient.from_str(key) for key in public_keys]
    nobody = [x25519.Identity.generate().to_public() for _ in range(RECIPIENTS - len(known))]
    recipients = [*known, *nobody]
    secrets.SystemRandom().shuffle(recipients)
    sealed: bytes = pyrage.encrypt(padded(said), recipients)
    return sealed


def opened(sealed: bytes, identity: x25519.Identity) -> dict[str, str] | None:
    """The words, or ``None`` where they are sealed to other keys. Raises ``DamagedSealError`` for all else."""
    import pyrage

    if len(sealed) > SEALED_MOST:
        raise DamagedSealError("it is longer than anything that was sealed here: it is something else")
    try:
        plain = pyrage.decrypt(sealed, [identity])
    except pyrage.DecryptError as error:
        if "No matching keys" in str(error):
            return None
        raise DamagedSealError("it was cut or changed, or was never sealed: get it again from the server") from None
    try:
        said = json.loads(plain)
    except ValueError:
        said = None
    if not isinstance(said, dict) or not all(isinstance(text, str) for text in said.values()):
        raise DamagedSealError("it is sealed to this key, and no report: whoever sealed it used another program")
    return said
