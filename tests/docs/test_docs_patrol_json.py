"""The patrols' own JSON as docs/json.md describes it, against the fields of the answer and a fresh document."""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from click.testing import CliRunner
from manual_pages import DOCS, codes, rows, section

from stockward.answers.patrols.answer import BestTheft, PatrolAnswer
from stockward.cli import main

TOLD = {code for row in rows(section(DOCS / "json.md", "## The patrols")) for code in codes(row[0])}
_AROUND = {
    "version": "generated.version", "at": "generated.at", "seed": "generated.seed", "options": "generated.options",
    "site": "site.name", "timezone": None, "in_currency": None, "patrols": "shift.patrols", "bases": "shift.bases",
    "starts": "shift.starts", "days": "shift.days", "shift_minutes": "shift.minutes",
    "step_minutes": "shift.step_minutes", "change": "shift.change",
    "unit": "value.unit", "value": "value.gain", "bound": "value.bound",
}  # fmt: skip
"""Where the document has a field of the answer that stands in another place there."""
_ONLY_THERE = {"schema", "value.gap"}


def paths(kind: Any, path: str = "") -> Iterator[str]:
    """Every key of an answer by its path; a theft is described once, where it stands alone."""
    hints = typing.get_type_hints(kind)
    for field in dataclasses.fields(kind):
        place = f"{path}.{field.name}" if path else _AROUND.get(field.name, field.name)
        if place is None:
            continue
        inner, depth = _inner(hints[field.name])
        if dataclasses.is_dataclass(inner) and (inner is not BestTheft or not path):
            yield from paths(inner, place + "[]" * depth)
        else:
            yield place


def _inner(hint: Any) -> tuple[Any, int]:
    """What a field holds, and how deep in lists."""
    if isinstance(hint, types.UnionType):
        return _inner(next(one for one in typing.get_args(hint) if one is not type(None)))
    if typing.get_origin(hint) is tuple and typing.get_args(hint)[-1] is Ellipsis:
        inner, depth = _inner(typing.get_args(hint)[0])
        return inner, depth + 1
    return hint, 0


def above(told: str, of: set[str]) -> bool:
    """Whether a key is only that of what holds others."""
    return any(one.startswith((f"{told}.", f"{told}[]")) for one in of)


def test_every_figure_of_the_answer_is_described() -> None:
    assert sorted(set(paths(PatrolAnswer)) - TOLD) == []
    assert {"mixture[].walks[][].begins", "predicted.p_value", "best.met"} <= TOLD


def test_nothing_is_described_that_no_document_has() -> None:
    found = set(paths(PatrolAnswer)) | _ONLY_THERE
    assert sorted(one for one in TOLD - found if not above(one, found)) == []


@pytest.fixture(scope="module")
def document() -> Any:
    site = str(DOCS.parent / "examples" / "works")
    run = CliRunner().invoke(main, ["patrol", site, "--rounds", "2", "--json", "-"])
    assert run.exit_code == 0
    return json.loads(run.stdout)


def test_the_document_has_what_is_described_and_nothing_else(document: Any) -> None:
    def keys(value: Any, path: str) -> Iterator[str]:
        if isinstance(value, Mapping):
            for key, below in value.items():
                yield from keys(below, f"{path}.{key}" if path else key)
        elif isinstance(value, list) and any(isinstance(below, Mapping | list) for below in value):
            for below in value:
                yield from keys(below, f"{path}[]")
        else:
            yield path

    found = {one for one in keys(document, "") if not one.startswith("generated.options.")}
    thefts = {f"{one}.{field.name}" for one in ("outcomes[].best", "targets[].best", "otherwise[].best")
              for field in dataclasses.fields(BestTheft)}  # fmt: skip
    empty = {one for one in ("notes", "predicted") if not document[one]}
    assert sorted(found - TOLD - thefts - empty) == []
    told = {one for one in TOLD if not above(one, TOLD) and not one.endswith(".best") and one != "generated.options"}
    assert sorted(one for one in told - found if one.split(".")[0] not in empty) == []
