"""Signed tree heads: the size and root of the book, so that no entry can be cut off or changed unseen later.

Written as checkpoints of transparency logs are [C2SP tlog-checkpoint, signed-note]: other programs can check them. The
moment stands as a line of its own after the root. A head that somebody else keeps (on paper, with the authority) is
what a thief of the whole database cannot forge.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

from stockward.book.store.entries import time_text
from stockward.book.store.merkle import HASH_BYTES
from stockward.terms.errors import UsageError
from stockward.terms.files import read_text

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_ED25519 = b"\x01"
_DASH = "\u2014"
_SECRET = "PRIVATE+KEY+"
_NOT_SIGNED = "the key of this book has not signed it"


@dataclass(frozen=True, slots=True)
class TreeHead:
    """How many entries a book named ``book`` has, and the hash that stands for all of them, at a moment in UTC."""

    book: str
    size: int
    root: bytes
    at: datetime

    @property
    def text(self) -> str:
        """What is signed."""
        return f"{self.book}\n{self.size}\n{base64.b64encode(self.root).decode()}\nat {time_text(self.at)}\n"

    def not_reached(self, size: int) -> str:
        """That a book of so many entries is older than this head of it, with the mend."""
        return (
            f"a head of {self.at:%Y-%m-%d %H:%M} is over {self.size} entries, and {size} are here: the end of the book "
            "was cut off, or a copy from before was put back: put back a copy made after that head, before anything is "
            "entered"
        )

    @classmethod
    def of_text(cls, text: str) -> Self:
        """Read what ``text`` gave. Raises ``ValueError`` for anything else."""
        lines = text.split("\n")
        if len(lines) != 5 or not lines[3].startswith("at ") or lines[4]:
            raise ValueError("it is no tree head")
        at = datetime.fromisoformat(lines[3].removeprefix("at ")).astimezone(UTC)
        head = cls(lines[0], int(lines[1]), base64.b64decode(lines[2], validate=True), at)
        if head.text != text or len(head.root) != HASH_BYTES or head.size < 0:
            raise ValueError("it is not written as tree heads are")
        return head


@dataclass(frozen=True, slots=True)
class HeadKey:
    """The public key by which the heads of a book are checked, under the name of the book."""

    book: str
    public: bytes

    @property
    def text(self) -> str:
        """The key in one line: name, four bytes of its hash, key [C2SP signed-note]."""
        return f"{self.book}+{self._hash.hex()}+{base64.b64encode(_ED25519 + self.public).decode()}"

    @classmethod
    def of_text(cls, text: str) -> Self:
        """Read what ``text`` gave. Raises ``ValueError`` for anything else."""
        try:
            book, _, coded = text.strip().split("+", 2)
            key = cls(book, base64.b64decode(coded, validate=True)[1:])
        except binascii.Error as error:
            raise ValueError(str(error)) from None
        if key.text != text.strip() or len(key.public) != HASH_BYTES:
            raise ValueError("it is not written as keys of books are")
        return key

    def checked(self, note: str) -> TreeHead:
        """The head in a signed note. Raises ``ValueError`` where this key has not signed it."""
        from cryptography.exceptions import InvalidSignature

        text, _, line = note.partition("\n\n")
        coded = line.removeprefix(f"{_DASH} {self.book} ").removesuffix("\n")
        signature = base64.b64decode(coded, validate=True)
        # Whoever keeps a head keeps these bytes: nothing may be beside them, and no letter spelt otherwise.
        if note != _note(f"{text}\n", self.book, signature) or signature[:4] != self._hash:
            raise ValueError(_NOT_SIGNED)
        try:
            self._loaded.verify(signature[4:], f"{text}\n".encode())
        except InvalidSignature:
            raise ValueError(_NOT_SIGNED) from None
        return TreeHead.of_text(f"{text}\n")

    @property
    def _hash(self) -> bytes:
        return hashlib.sha256(f"{self.book}\n".encode() + _ED25519 + self.public).digest()[:4]

    @property
    def _loaded(self) -> Ed25519PublicKey:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        return Ed25519PublicKey.from_public_bytes(self.public)


class HeadSigner:
    """The secret key that signs the heads of one book. It never stands in the database."""

    def __init__(self, book: str, secret: Ed25519PrivateKey) -> None:
        self._secret = secret
        self.key = HeadKey(book, secret.public_key().public_bytes_raw())

    @classmethod
    def made(cls, book: str) -> Self:
        """A new key for a book of this name, which has no blank and no plus sign."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        if not book or set(book) & set("+ \n"):
            raise UsageError(f"{book!r}: a book's name has no blanks and no plus sign: name it otherwise")
        return cls(book, Ed25519PrivateKey.generate())

    @classmethod
    def read(cls, path: Path) -> Self:
        """The key in a file that ``write`` made. Raises ``UsageError`` for another file, ``SiteError`` for none."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        try:
            book, _, coded = read_text(path).strip().removeprefix(_SECRET).split("+", 2)
            signer = cls(book, Ed25519PrivateKey.from_private_bytes(base64.b64decode(coded, validate=True)[1:]))
        except ValueError:
            raise UsageError(f"{path}: this is no key of a book: put back the one that was made with it") from None
        return signer

    def write(self, path: Path) -> None:
        """Write the key into a new file that its owner alone can read. Raises ``FileExistsError``."""
        seed = base64.b64encode(_ED25519 + self._secret.private_bytes_raw()).decode()
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(f"{_SECRET}{self.key.book}+{self.key.text.split('+')[1]}+{seed}\n")
            file.flush()
            os.fsync(file.fileno())

    def signed(self, head: TreeHead) -> str:
        """The head with its signature: a note of a few lines that can be printed."""
        keyed = bytes.fromhex(self.key.text.split("+")[1]) + self._secret.sign(head.text.encode())
        return _note(head.text, self.key.book, keyed)


def read_note(path: Path) -> str:
    """A signed head, or a proof, in a file: ends of lines of any system, and blank lines behind it, are not its own.

    Raises ``SiteError`` as ``read_text`` does, ``UsageError`` for no text.
    """
    try:
        return read_text(path).replace("\r\n", "\n").rstrip("\n") + "\n"
    except UnicodeDecodeError:
        raise UsageError(f"{path}: this is no text of UTF-8: save it so, or print it anew") from None


def _note(text: str, book: str, signature: bytes) -> str:
    return f"{text}\n{_DASH} {book} {base64.b64encode(signature).decode()}\n"
