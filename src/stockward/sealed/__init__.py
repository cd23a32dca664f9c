"""Confidential reports, sealed: what a writer says can be read by its receivers and by nobody on the way.

``envelope`` pads a text and seals it with age to public keys, ``keys`` makes and reads those of receivers, ``receipts``
makes the code by which a writer reads the answer, and ``received`` is what a receiver has on a machine of their own.
All ciphers are those of age (X25519, ChaCha20-Poly1305: https://age-encryption.org/v1), through pyrage.
"""

from importlib.util import find_spec

from stockward.terms.errors import UsageError


def require_age() -> None:
    """Raise ``UsageError`` where the library of age is not installed."""
    if find_spec("pyrage") is None:
        mend = 'install it with: python -m pip install "stockward[reports]"'
        raise UsageError(f"stockward reports: pyrage, which seals and opens, is not installed: {mend}")
