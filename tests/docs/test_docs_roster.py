"""The roster's own JSON as docs/json.md describes it, against answers of the command."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from manual_pages import DOCS, codes, rows, section
from tests.roster.guard_sites import guards, locked_at, post, small_site

from stockward import cli
from stockward.book.settings import WorkRules
from stockward.report.roster.changes import REPLACEMENT_SCHEMA, SWAP_SCHEMA
from stockward.report.roster.files import ROSTER_SCHEMA
from stockward.report.roster.hours import HOURS_SCHEMA
from stockward.roster.rules.table import PAIRS, RULES
from stockward.terms.verdicts import Solved

TABLE = rows(section(DOCS / "json.md", "## The roster"))
REPLACEMENT = rows(section(DOCS / "json.md", "## A guard who drops out"))
SWAP = rows(section(DOCS / "json.md", "## A swap of two shifts"))
HOURS = rows(section(DOCS / "json.md", "## Planned and worked hours"))
TYPES = {code: row[1] for row in TABLE for code in codes(row[0])}
MEANINGS = {code: row[2] for row in TABLE for code in codes(row[0])}


def keys(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every key of a document by its path, with its value; the name of a rule in capitals."""
    if isinstance(value, dict):
        for key, below in value.items():
            name = "RULE" if path == "rules" else key
            yield (place := f"{path}.{name}" if path else name), below
            yield from keys(below, place)
    elif isinstance(value, list):
        for below in value:
            yield from keys(below, f"{path}[]")


def asked(folder: Path, *more: str) -> dict[str, Any]:
    """The document that the command writes of a site."""
    always = ["--start", "2026-07-06", "--weeks", "1", "--deterministic", "100", "--quiet", "--json", "-"]
    return dict(json.loads(CliRunner().invoke(cli.main, ["roster", str(folder), *always, *more]).stdout))


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """A roster with all that there can be beside it, the roster changed, and one that is impossible."""
    folder = tmp_path_factory.mktemp("rosters")
    people = guards(8)
    people[0]["hours_per_week"] = ""
    wishes = [{"person": "G-03", "date": "2026-07-07", "wish": "off"}]
    locks = [locked_at("G-02", "gate", "2026-07-07 08:00")]
    posts = [post("gate", name="Main gate")]
    small_site(folder / "good", people, posts, wishes=wishes, assignments=locks)
    small_site(folder / "few", guards(2), [post("gate", days="mon")])
    beyond = {
        "max_hours_per_week": 56,
        "min_rest_hours": 8,
        "max_overtime_hours_per_week": 8,
        "wished_pattern": '"WWWWW--"',
    }
    small_site(folder / "beyond", guards(4), [post("gate")], rules=beyond)
    earlier = folder / "earlier.csv"
    earlier.write_text("person,post,start\nG-04,gate,2026-07-06T08:00+02:00\n", encoding="utf-8")
    changed = asked(folder / "good", "--previous", str(earlier), "--number", "gate=1")
    return [asked(folder / "good"), changed, asked(folder / "few"), asked(folder / "beyond")]


def test_the_answers_are_those_that_are_wanted(documents: list[dict[str, Any]]) -> None:
    assert [bool(one["duties"]) for one in documents] == [True, True, False, True]
    assert [one["changed"] is None for one in documents] == [True, False, True, True]
    assert documents[2]["relaxations"]


def test_every_key_is_described_and_every_key_described_is_there(documents: list[dict[str, Any]]) -> None:
    described = [code for row in TABLE for code in codes(row[0])]
    assert len(described) == len(set(described))
    assert set(described) == {key for document in documents for key, _ in keys(document)}


def is_a(kind: str, value: Any) -> bool:
    """Whether a value is of a type as the page names it."""
    kind = kind.split(",")[0]
    if kind in ("date", "moment"):
        read = date.fromisoformat if kind == "date" else datetime.fromisoformat
        return isinstance(value, str) and (read(value) is not None) and (kind == "date") == (len(value) == 10)
    if kind.startswith("list"):
        inside = {"list": dict, "list of texts": str, "list of pairs": list}[kind]
        return isinstance(value, list) and all(isinstance(one, inside) for one in value)
    if kind == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    types = {"text": str, "object": dict, "true or false": bool, "whole number": int}
    return isinstance(value, types[kind]) and (kind == "true or false" or not isinstance(value, bool))


def test_every_value_is_of_the_type_described(documents: list[dict[str, Any]]) -> None:
    for document in documents:
        for key, value in keys(document):
            of_a_pattern = key == "rules.RULE" and isinstance(value, str) and "a text" in MEANINGS[key]
            known = is_a(TYPES[key], value) or (value is None and "null" in MEANINGS[key])
            assert known or of_a_pattern, (key, value)


def test_the_closed_lists_are_those_of_the_code() -> None:
    assert codes(MEANINGS["schema"]) == [ROSTER_SCHEMA]
    assert codes(MEANINGS["status"]) == [status.value for status in Solved]
    assert set(codes(MEANINGS["conflicts[].rule"])) == {*(rule.name for rule in RULES if rule is not PAIRS), "there"}
    assert codes(MEANINGS["relaxations[].status"]) == [status.value for status in Solved]
    assert codes(MEANINGS["relaxations[].what"]) == ["posts", "hours", "guards"]


def test_a_rule_is_written_under_its_name_in_the_settings(documents: list[dict[str, Any]]) -> None:
    for document in documents:
        assert document["rules"].keys() >= {"max_hours_per_week", "min_rest_hours"}
        assert document["rules"].keys() <= WorkRules.model_fields.keys()


def changed_by(folder: Path, *words: str) -> dict[str, Any]:
    """What the command writes of a change of the roster in force."""
    return dict(json.loads(CliRunner().invoke(cli.main, ["roster", str(folder), *words, "--json", "-"]).stdout))


@pytest.fixture(scope="module")
def changes(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, Any]]:
    """Who can stand in, some of them breaking a rule, and a swap that breaks any."""
    folder = tmp_path_factory.mktemp("changes")
    rows_ = [
        {"person": person, "post": "gate", "start": f"2026-07-{day:02d} {hour:02d}:00"}
        for person, day, hour in (("G-01", 8, 8), ("G-02", 8, 16), ("G-02", 9, 16), ("G-03", 9, 0), ("G-04", 8, 8))
    ]
    small_site(folder, guards(4), [post("gate", guards=2)], assignments=rows_)
    replaced = changed_by(folder, "--replace", "G-01", "--on", "2026-07-08")
    return replaced, changed_by(folder, "--swap", "G-01:2026-07-08", "G-02:2026-07-09")


def test_every_key_of_a_change_is_described_and_of_the_type_described(
    changes: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    replaced, swapped = changes
    types = {code: row[1] for row in REPLACEMENT for code in codes(row[0])}
    meanings = {code: row[2] for row in REPLACEMENT for code in codes(row[0])}
    assert set(types) == {key for key, _ in keys(replaced)}
    for key, value in keys(replaced):
        assert is_a(types[key], value) or (value is None and "null" in meanings[key]), (key, value)
    assert codes(meanings["schema"]) == [REPLACEMENT_SCHEMA]
    of_a_swap = {code: row[1] for row in SWAP for code in codes(row[0])}
    own = {key: value for key, value in keys(swapped) if key.split(".")[0].removesuffix("[]") in ("allowed", "sides")}
    assert set(of_a_swap) - {"breaks"} == {
        key for key in own if not key.startswith(("sides[].gives.", "sides[].takes."))
    }
    assert all(is_a(of_a_swap[key], value) for key, value in own.items() if key in of_a_swap)
    assert swapped["breaks"] and not swapped["allowed"]
    assert swapped["schema"] == SWAP_SCHEMA
    assert swapped.keys() == {*replaced.keys() - {"person", "day", "shifts"}, "allowed", "sides", "breaks"}


def test_every_key_of_worked_hours_is_described_and_of_the_type_described(tmp_path: Path) -> None:
    locks = [locked_at("G-01", "gate", "2026-07-06 08:00"), locked_at("G-02", "gate", "2026-07-07 09:00")]
    small_site(tmp_path, [*guards(2), *guards(3, hours=0)[2:]], [post("gate")], assignments=locks)
    told = changed_by(tmp_path, "--worked", "2026-07-07", "--start", "2026-07-06", "--weeks", "1")
    types = {code: row[1] for row in HOURS for code in codes(row[0])}
    meanings = {code: row[2] for row in HOURS for code in codes(row[0])}
    own = [
        (key, value)
        for key, value in keys(told)
        if key.split(".")[0].removesuffix("[]") in ("until", "guards", "apart")
    ]
    assert set(types) == {key for key, _ in own}
    for key, value in own:
        assert is_a(types[key], value) or (value is None and "null" in meanings[key]), (key, value)
    assert told["schema"] == HOURS_SCHEMA
    assert told.keys() == {
        "schema",
        "generated",
        "site",
        "start",
        "weeks",
        "until",
        "guards",
        "apart",
        "notes",
        "set_aside",
    }
