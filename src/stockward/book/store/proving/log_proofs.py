"""Proofs out of the log of a book that anybody can check without it, with its key alone [RFC 9162, 2.1.3 and 2.1.4].

That an entry stands under a head is written as C2SP tlog-proof has it, with the entry as what it calls extra; that a
head goes on from a former one as C2SP tlog-witness has the body of add-checkpoint. Other programs can check both.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from stockward.book.store.merkle import HASH_BYTES, is_consistent, is_included, leaf_hash
from stockward.book.store.tree_heads import HeadKey, TreeHead
from stockward.terms.errors import UsageError

_INCLUSION = "c2sp.org/tlog-proof@v1"
_EXTRA, _INDEX, _OLD = "extra ", "index ", "old "


@dataclass(frozen=True, slots=True)
class EntryProof:
    """That the entry ``entry`` (its line) is the one numbered ``place`` under the signed head ``note``."""

    entry: str
    place: int
    steps: tuple[bytes, ...]
    note: str

    @property
    def text(self) -> str:
        """The proof as it is handed on."""
        extra = base64.b64encode(self.entry.encode()).decode()
        return f"{_INCLUSION}\n{_EXTRA}{extra}\n{_INDEX}{self.place}\n{_hashes(self.steps)}\n{self.note}"

    @classmethod
    def of_text(cls, text: str) -> Self:
        """Read what ``text`` gave. Raises ``ValueError`` for anything else."""
        above, _, note = text.partition("\n\n")
        _, extra, index, *steps = above.split("\n")
        entry = base64.b64decode(extra.removeprefix(_EXTRA), validate=True).decode()
        return cls(entry, int(index.removeprefix(_INDEX)), _steps(steps), note)

    def faults(self, head: TreeHead, kept: Sequence[TreeHead]) -> list[str]:
        """What is wrong with it: ``head`` is the one of ``note``, ``kept`` are heads that were kept elsewhere."""
        faults = []
        for other in kept:
            if other.size != head.size:
                raise UsageError(
                    f"the head that was kept is over {other.size} entries, and this proof under one over {head.size}: "
                    "leave --head out, or have a proof made with --under that head"
                )
            faults += _differing(head, other)
        if not is_included(leaf_hash(self.entry.encode()), self.place, head.size, self.steps, head.root):
            faults.append(f"entry {self.place}: it does not stand so under the head over {head.size} entries")
        return faults

    def said(self, head: TreeHead) -> str:
        """What it proves."""
        return f"{head.book}: entry {self.place} stands under the head over {head.size} entries of {_day(head)}"


@dataclass(frozen=True, slots=True)
class GrowthProof:
    """That the first ``former`` entries under the signed head ``note`` are those of the head that was over them."""

    former: int
    steps: tuple[bytes, ...]
    note: str

    @property
    def text(self) -> str:
        """The proof as it is handed on."""
        return f"{_OLD}{self.former}\n{_hashes(self.steps)}\n{self.note}"

    @classmethod
    def of_text(cls, text: str) -> Self:
        """Read what ``text`` gave. Raises ``ValueError`` for anything else."""
        above, _, note = text.partition("\n\n")
        old, *steps = above.split("\n")
        return cls(int(old.removeprefix(_OLD)), _steps(steps), note)

    def faults(self, head: TreeHead, kept: Sequence[TreeHead]) -> list[str]:
        """As those of an entry; the former head must be among the kept ones."""
        former = [one for one in kept if one.size == self.former]
        if not former:
            raise UsageError(f"this proof goes on from the head over {self.former} entries: give that one with --head")
        faults = []
        for one in kept:
            if one.size == head.size:
                faults += _differing(head, one)
            elif one.size != self.former:
                raise UsageError(f"this proof says nothing of a head over {one.size} entries: leave it out")
        for one in former:
            if not is_consistent(self.former, one.root, head.size, head.root, self.steps):
                faults.append(f"the head over {head.size} entries does not begin with those signed on {_day(one)}")
        return faults

    def said(self, head: TreeHead) -> str:
        """What it proves."""
        return f"{head.book}: the {head.size} entries of {_day(head)} begin with the {self.former} of the head kept"


@dataclass(frozen=True, slots=True)
class CheckedProof:
    """What a proof proves, in one line; or what is wrong with it."""

    said: str
    faults: tuple[str, ...]


def check_proof(text: str, key: str | None, former: Sequence[str] = ()) -> CheckedProof:
    """Check a proof with nothing but the key of its book.

    Parameters
    ----------
    text
        The proof.
    key
        The public key of the book, as ``stockward book head`` prints it.
    former
        Signed heads that were kept elsewhere; for a proof of growth, the one from which it goes on.

    Raises
    ------
    UsageError
        For what is no proof, no key, or heads of which it says nothing.
    """
    proof = _proof_in(text)
    if key is None:
        raise UsageError("a proof is checked with the key of the book: give --key, as it was printed")
    try:
        known = HeadKey.of_text(key)
    except ValueError as error:
        raise UsageError(f"--key: {error}: give the line that was printed with the heads") from None
    try:
        head = known.checked(proof.note)
    except ValueError as error:
        return CheckedProof("", (f"the head in the proof: {error}: it is of another book, or forged",))
    kept, faults = [], []
    for note in former:
        try:
            kept.append(known.checked(note))
        except ValueError as error:
            faults.append(f"a head that was kept: {error}: it is of another book, or either is forged")
    if not faults:
        faults = proof.faults(head, kept)
    return CheckedProof(proof.said(head), tuple(faults))


def _proof_in(text: str) -> EntryProof | GrowthProof:
    kind = EntryProof if text.startswith(f"{_INCLUSION}\n") else GrowthProof
    try:
        proof: EntryProof | GrowthProof = kind.of_text(text)
    except ValueError:
        proof = GrowthProof(0, (), "")
    # Nothing may stand beside a proof, and no letter of it be spelt otherwise.
    if proof.text != text:
        raise UsageError("this is no proof as stockward book proof prints it: give the whole of it, as it was printed")
    return proof


def _differing(head: TreeHead, other: TreeHead) -> list[str]:
    if other.root == head.root:
        return []
    return [f"two heads over {head.size} entries differ: the book was forked, of {_day(head)} and {_day(other)}"]


def _hashes(steps: Sequence[bytes]) -> str:
    return "".join(f"{base64.b64encode(step).decode()}\n" for step in steps)


def _steps(lines: Sequence[str]) -> tuple[bytes, ...]:
    steps = tuple(base64.b64decode(line, validate=True) for line in lines)
    if any(len(step) != HASH_BYTES for step in steps):
        raise ValueError("a step is a hash")
    return steps


def _day(head: TreeHead) -> str:
    return f"{head.at:%Y-%m-%d %H:%M} UTC"
