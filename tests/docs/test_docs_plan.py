"""The plan's own JSON as docs/json.md describes it, against the fields of its answer and a document of the command."""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any

from click.testing import CliRunner
from manual_pages import DOCS, codes, rows, section

from stockward.answers.plan import FrontPoint, PlanAnswer, PlannedMeasure, PlannedScenario
from stockward.answers.response.interruption import PlannedInterruption
from stockward.cli import main

TOLD = {code for row in rows(section(DOCS / "json.md", "## The plan")) for code in codes(row[0])}
_AROUND = {
    "version": "generated.version", "at": "generated.at", "seed": "generated.seed", "options": "generated.options",
    "site": "site.name", "timezone": None, "currency": "cost.currency", "detection": "detection.detection",
    "false_alarm": "detection.false_alarm", "cost_unit": "cost.unit", "cost": "cost.a_year", "bound": "cost.bound",
    "cost_now": "cost.now", "budget": "cost.budget", "needs": "cost.needs",
}  # fmt: skip
"""Where the document has a field of the answer that stands in another place there."""
_ELSEWHERE = ("changes", "measures", "at_once", "in_the_way", "groups", "ways_out")
"""Lists whose members have the same keys wherever they stand, described once."""


def paths(kind: Any, path: str = "") -> Iterator[str]:
    """Every key of an answer by its path."""
    hints = typing.get_type_hints(kind)
    for field in dataclasses.fields(kind):
        place = f"{path}.{field.name}" if path else (_AROUND.get(field.name, field.name))
        if place is None:
            continue
        yield place
        inner, many = _inner(hints[field.name])
        if dataclasses.is_dataclass(inner) and inner is not PlannedInterruption:
            described = not path or path == "guards" or field.name not in _ELSEWHERE
            if described:
                yield from paths(inner, f"{place}[]" if many else place)


def _inner(hint: Any) -> tuple[Any, bool]:
    """What a field holds, and whether it holds many of it."""
    if isinstance(hint, types.UnionType):
        return _inner(next(one for one in typing.get_args(hint) if one is not type(None)))
    many = typing.get_origin(hint) is tuple
    return (typing.get_args(hint)[0] if many else hint), many


def test_every_figure_of_the_answer_is_described() -> None:
    nested = {one for one in paths(PlanAnswer) if any(told.startswith((f"{one}.", f"{one}[]")) for told in TOLD)}
    assert sorted(set(paths(PlanAnswer)) - TOLD - nested) == []


def test_the_answers_are_looked_at_as_deep_as_they_go() -> None:
    found = set(paths(PlanAnswer))
    for kind, place in ((PlannedMeasure, "measures[]"), (PlannedScenario, "scenarios[]"), (FrontPoint, "front[]")):
        assert {f"{place}.{one.name}" for one in dataclasses.fields(kind)} <= found


def test_nothing_is_described_that_no_document_has() -> None:
    found = set(paths(PlanAnswer)) | {
        "schema",
        "measures[].changes",
        "goals[].met_now",
        "goals[].met",
        "guards.joining",
    }
    assert sorted(TOLD - found) == []


def test_the_document_has_what_is_described_of_every_plan() -> None:
    document = json.loads(
        CliRunner().invoke(main, ["plan", str(DOCS.parent / "examples" / "quarry"), "--json", "-"]).stdout
    )

    def keys(value: Any, path: str) -> Iterator[str]:
        if isinstance(value, Mapping):
            for key, below in value.items():
                yield (place := f"{path}.{key}" if path else key)
                yield from keys(below, place)
        elif isinstance(value, list):
            for below in value:
                yield from keys(below, f"{path}[]")

    found = {one for one in keys(document, "") if not one.startswith("generated.options.")}
    whole = {one for one in found if any(told.startswith((f"{one}.", f"{one}[]")) for told in TOLD)}
    assert sorted(found - TOLD - whole) == []
    assert {"schema", "status", "cost.a_year", "measures[].changes", "goals[].met"} <= found
