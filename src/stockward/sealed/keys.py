"""Keys of receivers: an age identity in a file of its own, its public key, and the fingerprint that people compare."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from stockward.sealed.texts import text_given
from stockward.terms.errors import UsageError

if TYPE_CHECKING:
    from pyrage import x25519

_SECRET = "AGE-SECRET-KEY-1"


def new_identity() -> tuple[str, str]:
    """The text of a new key file, in the form of ``age-keygen``, and its public key.

    It does not say when it was made: that would tell who was a receiver since when.
    """
    from pyrage import x25519

    identity = x25519.Identity.generate()
    public = str(identity.to_public())
    return f"# public key: {public}\n{identity}\n", public


def read_identity(path: Path) -> x25519.Identity:
    """The private key in a file. Raises ``UsageError`` for a file that holds none, or several."""
    from pyrage import IdentityError, x25519

    lines = [line.strip() for line in text_given(path).splitlines()]
    found = [line for line in lines if line.startswith(_SECRET)]
    mend = "give the file that stockward reports keygen has written"
    if len(found) != 1:
        raise UsageError(f"{path}: it holds {len(found) or 'no'} private key{'s' if len(found) > 1 else ''}: {mend}")
    try:
        return x25519.Identity.from_str(found[0])
    except IdentityError:
        raise UsageError(f"{path}: its private key was changed or cut short: {mend}") from None


def require_public_key(text: str) -> str:
    """A public key as it is written. Raises ``UsageError`` for what is none."""
    from pyrage import RecipientError, x25519

    try:
        return str(x25519.Recipient.from_str(text.strip()))
    except RecipientError:
        mend = "copy the whole line that begins with age1 and that stockward reports keygen prints"
        raise UsageError(f"this is no public key: {mend}") from None


def fingerprint(public_key: str) -> str:
    """What two people read to each other to know that they mean one key: 128 bits of its SHA-256, in groups."""
    digest = hashlib.sha256(public_key.encode()).hexdigest()[:32]
    return " ".join(digest[begin : begin + 4] for begin in range(0, 32, 4))
