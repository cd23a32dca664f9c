"""Whatever a script gives a function of the face, what it cannot take is said in one line, by an error of Stockward."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

import stockward as sw

FIRST_SITE = Path(__file__).parents[1] / "docs" / "first_site"
NOTHING, NUMBERS = [None], [3, -1, 1.5, math.nan, math.inf, 10**400, True]
TEXTS, DAYS = ["", "x", "a\0b", "\ud800", "y" * 5000], [date(2026, 1, 1)]
OTHERS = [b"x", [None], {"a": None}, {3: 3}, object(), print]
ALL = [*NOTHING, *NUMBERS, *TEXTS, *DAYS, *OTHERS, [], {}]


def without(*kinds: list[object]) -> list[object]:
    """All that a script may give, but for what is taken."""
    taken = [repr(one) for kind in kinds for one in kind]
    return [one for one in ALL if repr(one) not in taken]


A_PATH, A_SITE = without(TEXTS), without(TEXTS)
A_DAY, A_SEED = without(NOTHING, DAYS), without([3, 10**400])
WRONG: dict[str, dict[str, list[object]]] = {
    "read_site": {"path": [*A_PATH, ""], "as_of": A_DAY},
    "check": {"site": A_SITE},
    "review": {
        "site": A_SITE, "as_of": A_DAY, "production": without(NUMBERS, [[], {}]), "dispatch": ALL, "weighings": ALL,
        "since": without(NOTHING), "until": without(NOTHING), "surge": without(NOTHING), "guards": without(NOTHING),
        "due": without(NOTHING), "seed": A_SEED,
    },
    "plan": {
        "site": A_SITE, "as_of": A_DAY, "production": without(NUMBERS, [[], {}]), "dispatch": ALL, "weighings": ALL,
        "since": without(NOTHING), "until": without(NOTHING), "surge": without(NOTHING),
        "budget": without(NOTHING, [3, 1.5, 10**400, True]), "scenario": without(NOTHING),
        "share": without([True]), "draws": without(NOTHING, [3]), "drill": without(NOTHING, [3, 10**400]),
        "seed": A_SEED,
    },
    "orders": {"sites": A_SITE, "as_of": A_DAY, "guards": without(NOTHING), "due": without(NOTHING)},
    "drill": {
        "site": A_SITE, "copies": without([3]), "loss": without(NOTHING), "pattern": without(NOTHING),
        "place": without(NOTHING), "series": without(NOTHING), "seed": A_SEED, "jobs": without(NOTHING, [3, 10**400]),
    },
    "roster": {
        "site": A_SITE, "start": without(DAYS), "weeks": without([3]), "number": without([[], {}]),
        "time": without([3, 1.5]),
        "previous": without(NOTHING), "deterministic": without(NOTHING, [3]), "seed": A_SEED,
    },
    "stand_ins": {
        "site": A_SITE, "person": ALL, "on": without(DAYS), "previous": without(NOTHING),
        "start": without(NOTHING, DAYS), "weeks": without([3]),
    },
    "swap": {
        "site": A_SITE, "one": ALL, "other": ALL, "previous": without(NOTHING), "start": without(NOTHING, DAYS),
        "weeks": without([3]),
    },
    "worked_hours": {
        "site": A_SITE, "until": without(DAYS), "previous": without(NOTHING), "start": without(NOTHING, DAYS),
        "weeks": without([3]),
    },
    "simulate": {
        "folder": without(NOTHING, ["x"]), "weeks": ALL, "lines": without([3]), "seed": A_SEED,
    },
}  # fmt: skip
SWITCHES = {"as_recorded", "ridgeway", "losses", "overwrite", "plan", "front", "goals", "planned"}
"""True or false, as Python takes anything."""


NEEDED: dict[str, dict[str, object]] = {
    "roster": {"start": "2026-07-06"},
    "stand_ins": {"person": "G-01", "on": "2026-07-06"},
    "swap": {"one": "G-01:2026-07-06", "other": "G-02:2026-07-06"},
    "worked_hours": {"until": "2026-07-06"},
    "simulate": {"weeks": 4, "lines": 1},
}


def asked(function: str, argument: str, value: object) -> Callable[[], object]:
    call = getattr(sw, function)
    if argument in ("site", "sites", "path"):
        return lambda: call(value, **NEEDED.get(function, {}))
    site = () if function == "simulate" else (FIRST_SITE,)
    return lambda: call(*site, **{**NEEDED.get(function, {}), argument: value})


def refused(ask: Callable[[], object]) -> str:
    with pytest.raises(sw.StockwardError) as caught:
        ask()
    said = str(caught.value)
    assert "\n" not in said
    assert ": " in said
    return said


def test_every_argument_is_tried() -> None:
    for function, arguments in WRONG.items():
        assert set(inspect.signature(getattr(sw, function)).parameters) - SWITCHES == arguments.keys(), function


@pytest.mark.parametrize(
    ("function", "argument"), [(one, other) for one, arguments in WRONG.items() for other in arguments], ids=str
)
def test_what_cannot_be_taken_is_refused(
    function: str, argument: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for value in WRONG[function][argument]:
        refused(asked(function, argument, value))
    assert not list(tmp_path.iterdir())


def test_what_is_refused_is_named_with_a_mend() -> None:
    assert refused(lambda: sw.read_site(3)) == "path 3: it cannot be taken: write the path of a file or folder"  # type: ignore[arg-type]
    assert refused(lambda: sw.orders(None)) == "site None: it cannot be taken: write the path of a file or folder"  # type: ignore[arg-type]
    assert (
        refused(lambda: sw.review(FIRST_SITE, dispatch=math.nan)) == "dispatch nan: it cannot be taken: write a number"
    )
    long = refused(lambda: sw.review(FIRST_SITE, seed="y" * 5000))  # type: ignore[arg-type]
    assert len(long) < 150


@pytest.mark.parametrize("method", ["to_html", "to_json", "to_xlsx", "to_csv", "to_ics"])
def test_an_answer_is_written_to_a_path(method: str, tmp_path: Path) -> None:
    answers = [sw.review(FIRST_SITE), sw.orders(FIRST_SITE), sw.drill(FIRST_SITE, copies=1, jobs=1)]
    for answer in answers:
        if hasattr(answer, method):
            for value in A_PATH:
                said = refused(lambda answer=answer, value=value: getattr(answer, method)(value))
                assert "write the path of a file or folder" in said


@pytest.mark.parametrize("name", ["production", "dispatch", "since", "until", "weighings"])
def test_a_surge_takes_factors_and_days(name: str) -> None:
    taken = [[1.5, 3, True], [1.5, 3, True], [*NOTHING, *DAYS], [*NOTHING, *DAYS], []]
    kinds = dict(zip(["production", "dispatch", "since", "until", "weighings"], taken, strict=True))
    for value in without(kinds[name]):
        refused(lambda value=value: sw.Surge(**{name: value}))
