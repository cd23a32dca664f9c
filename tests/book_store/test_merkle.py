"""The tree of RFC 9162 against published vectors, and against a tree that is built as the definition reads."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockward.book.store.merkle import (
    EMPTY_ROOT,
    Peaks,
    consistency_proof,
    inclusion_proof,
    is_consistent,
    is_included,
    leaf_hash,
    root_of,
)

SHARED = Path(os.environ.get("STOCKWARD_SHARED", Path(__file__).parents[3] / "shared"))
VECTORS = SHARED / "reference" / "log" / "S1_merkle_rfc6962.json"


@pytest.fixture(scope="module")
def vectors() -> dict[str, Any]:
    if not VECTORS.exists():
        pytest.skip("the vectors are not here")
    found: dict[str, Any] = json.loads(VECTORS.read_text(encoding="utf-8"))
    return found


def hashed(vectors: dict[str, Any]) -> list[bytes]:
    return [leaf_hash(bytes.fromhex(leaf)) for leaf in vectors["leaves"]]


def test_roots_are_those_of_the_vectors(vectors: dict[str, Any]) -> None:
    leaves = hashed(vectors)
    assert {int(size): root for size, root in vectors["roots"].items()} == {
        size: root_of(leaves[:size]).hex() for size in range(len(leaves) + 1)
    }


def test_proofs_of_inclusion_are_those_of_the_vectors(vectors: dict[str, Any]) -> None:
    leaves = hashed(vectors)
    assert vectors["inclusion"]
    for one in vectors["inclusion"]:
        proof = [bytes.fromhex(step) for step in one["proof"]]
        leaf, root = bytes.fromhex(one["leaf_hash"]), bytes.fromhex(one["root"])
        assert is_included(leaf, one["index"], one["size"], proof, root) is one["valid"], one["change"]
        if one["change"] == "none":
            assert inclusion_proof(leaves[: one["size"]], one["index"]) == proof


def test_proofs_of_consistency_are_those_of_the_vectors(vectors: dict[str, Any]) -> None:
    leaves = hashed(vectors)
    assert vectors["consistency"]
    for one in vectors["consistency"]:
        proof = [bytes.fromhex(step) for step in one["proof"]]
        roots = bytes.fromhex(one["root1"]), bytes.fromhex(one["root2"])
        assert is_consistent(one["size1"], roots[0], one["size2"], roots[1], proof) is one["valid"], one["change"]
        if one["change"] == "none":
            assert consistency_proof(leaves[: one["size2"]], one["size1"]) == proof


def by_definition(data: list[bytes]) -> bytes:
    if not data:
        return hashlib.sha256().digest()
    if len(data) == 1:
        return hashlib.sha256(b"\x00" + data[0]).digest()
    left = 1
    while left * 2 < len(data):
        left *= 2
    return hashlib.sha256(b"\x01" + by_definition(data[:left]) + by_definition(data[left:])).digest()


@given(st.lists(st.binary(max_size=4), max_size=40), st.integers(0, 40))
def test_a_tree_grows_to_what_the_definition_says(data: list[bytes], cut: int) -> None:
    leaves = [leaf_hash(one) for one in data]
    begun = Peaks().grown(leaves[:cut])
    read = Peaks.of_text(begun.size, begun.text)
    assert read.grown(leaves[cut:]).root == by_definition(data)


@given(st.integers(1, 70), st.data())
def test_every_proof_holds_and_none_of_another_place(size: int, data: st.DataObject) -> None:
    leaves = [leaf_hash(str(number).encode()) for number in range(size)]
    place, former = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    root = root_of(leaves)
    proof = inclusion_proof(leaves, place)
    assert is_included(leaves[place], place, size, proof, root)
    assert not is_included(leaf_hash(b"another"), place, size, proof, root)
    assert not is_included(leaves[place], place, size, [*proof, root], root)
    steps = consistency_proof(leaves, former)
    assert is_consistent(former, root_of(leaves[:former]), size, root, steps)
    assert not is_consistent(former, leaf_hash(b"another"), size, root, steps)


def test_nothing_has_a_root_too_and_peaks_that_do_not_fit_are_refused() -> None:
    assert Peaks().root == EMPTY_ROOT == by_definition([])
    with pytest.raises(ValueError, match="3 leaves have 2 peaks"):
        Peaks.of_text(3, "00" * 32)
    with pytest.raises(ValueError, match="no leaf 3"):
        inclusion_proof([b""] * 3, 3)
    with pytest.raises(ValueError, match="no size"):
        consistency_proof([b""] * 3, 0)
