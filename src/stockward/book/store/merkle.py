"""The Merkle tree over the entries of a book, hashed as RFC 9162, section 2.1, has it.

Leaf = SHA-256(0x00 ‖ data), node = SHA-256(0x01 ‖ left ‖ right). The left part of n leaves is the largest power of two
below n. So a tree of n leaves is a row of whole trees, one for each one-bit of n from the largest down: its peaks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """The hash of one entry: the first byte keeps a node from being taken for one."""
    return hashlib.sha256(b"\x00" + data).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Peaks:
    """All that must be kept of ``size`` leaves to add more: the roots of the whole trees, the largest first."""

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def grown(self, leaves: Iterable[bytes]) -> Self:
        """The peaks once these leaf hashes have been added; each costs two hashes on average."""
        size, peaks = self.size, list(self.hashes)
        for leaf in leaves:
            whole = leaf
            for _ in range(_ones_at_the_end(size)):
                whole = _node(peaks.pop(), whole)
            peaks.append(whole)
            size += 1
        return type(self)(size, tuple(peaks))

    @property
    def root(self) -> bytes:
        """The hash that stands for all leaves; that of nothing where there are none."""
        if not self.hashes:
            return EMPTY_ROOT
        *others, root = self.hashes
        for peak in reversed(others):
            root = _node(peak, root)
        return root

    @property
    def text(self) -> str:
        """The peaks in hexadecimal digits, one after the other."""
        return b"".join(self.hashes).hex()

    @classmethod
    def of_text(cls, size: int, text: str) -> Self:
        """Read what ``text`` gave. Raises ``ValueError`` where it does not fit the size."""
        joined = bytes.fromhex(text)
        hashes = tuple(joined[start : start + HASH_BYTES] for start in range(0, len(joined), HASH_BYTES))
        if len(joined) != HASH_BYTES * size.bit_count():
            raise ValueError(f"{size} leaves have {size.bit_count()} peaks")
        return cls(size, hashes)


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes."""
    return Peaks().grown(leaves).root


def inclusion_proof(leaves: Sequence[bytes], place: int) -> list[bytes]:
    """The hashes that lead from the leaf at ``place`` to the root [RFC 9162, 2.1.3.1], the nearest first."""
    if not 0 <= place < len(leaves):
        raise ValueError(f"there is no leaf {place} among {len(leaves)}")
    if len(leaves) == 1:
        return []
    left = _left_of(len(leaves))
    if place < left:
        return [*inclusion_proof(leaves[:left], place), root_of(leaves[left:])]
    return [*inclusion_proof(leaves[left:], place - left), root_of(leaves[:left])]


def is_included(leaf: bytes, place: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether a proof leads from a leaf hash at ``place`` to the root of ``size`` leaves [RFC 9162, 2.1.3.2]."""
    if not 0 <= place < size:
        return False
    at, last, found = place, size - 1, leaf
    for step in proof:
        if not last:
            return False
        if at & 1 or at == last:
            found = _node(step, found)
            at, last = _past_zeros(at, last)
        else:
            found = _node(found, step)
        at, last = at >> 1, last >> 1
    return not last and found == root


def consistency_proof(leaves: Sequence[bytes], former: int) -> list[bytes]:
    """The hashes that show that the first ``former`` leaves are still the same [RFC 9162, 2.1.4.1]."""
    if not 0 < former <= len(leaves):
        raise ValueError(f"{former} is no size of a tree within {len(leaves)} leaves")
    return _consistent(leaves, former, whole=True)


def _consistent(leaves: Sequence[bytes], former: int, *, whole: bool) -> list[bytes]:
    if former == len(leaves):
        return [] if whole else [root_of(leaves)]
    left = _left_of(len(leaves))
    if former <= left:
        return [*_consistent(leaves[:left], former, whole=whole), root_of(leaves[left:])]
    return [*_consistent(leaves[left:], former - left, whole=False), root_of(leaves[:left])]


def is_consistent(former: int, former_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether a proof shows that ``former`` leaves are the first of ``size`` [RFC 9162, 2.1.4.2]."""
    if former == size:
        return not proof and former_root == root
    if not 0 < former < size:
        return False
    steps = [former_root, *proof] if former.bit_count() == 1 else list(proof)
    if not steps:
        return False
    at, last = former - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    then, now = steps[0], steps[0]
    for step in steps[1:]:
        if not last:
            return False
        if at & 1 or at == last:
            then, now = _node(step, then), _node(step, now)
            at, last = _past_zeros(at, last)
        else:
            now = _node(now, step)
        at, last = at >> 1, last >> 1
    return not last and then == former_root and now == root


def _past_zeros(at: int, last: int) -> tuple[int, int]:
    """Go up while the node is the last of its row with no neighbour."""
    while at and not at & 1:
        at, last = at >> 1, last >> 1
    return at, last


def _left_of(size: int) -> int:
    return 1 << (size - 1).bit_length() - 1


def _ones_at_the_end(size: int) -> int:
    return (~size & (size + 1)).bit_length() - 1
