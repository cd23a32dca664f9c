"""Words, lists, tables, links and keys of the manual against the code."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from fresh_reviews import Reviewed, guarded_document, hand_made_document, settled_document
from manual_pages import DOCS, PAGES, README, ROOT, codes, plain, prose, rows, section, text

import stockward as sw
from stockward import simulation
from stockward.balance.sums import SUM_ROUNDING
from stockward.book.schema.kinds import NEEDS
from stockward.book.settings import ForceSettings
from stockward.report.guards import sentences as guards_sentences
from stockward.report.review import sentences
from stockward.stats import records
from stockward.stats.estimates import CONFIDENCE
from stockward.stats.page import PAGE_K, PAGE_PAIR_K
from stockward.stats.scanning import planned, windows
from stockward.stats.whitening import RESOLVED
from stockward.terms.periods import YEAR_DAYS
from stockward.terms.verdicts import (
    ALARMING,
    TESTS,
    AlarmState,
    Basis,
    OrderVerdict,
    PeriodStatus,
    Scope,
    Solved,
    Verdict,
)

GLOSSARY, REVIEW, JSON, ITEMS = (DOCS / f"{name}.md" for name in ("glossary", "review", "json", "items"))
ARCHITECTURE = DOCS / "architecture.md"


def test_pages_made_from_the_code_are_up_to_date(make_tables: ModuleType) -> None:
    old = [str(path.relative_to(ROOT)) for path in make_tables.out_of_date()]
    assert not old, f"run python docs/make_tables.py: {', '.join(old)}"
    assert make_tables.main(["--check"]) == 0
    assert make_tables.main(["--chekc"]) == 2


def test_a_page_that_is_out_of_date_is_noticed(
    make_tables: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(make_tables.TYPES, "text", "something else")
    assert make_tables.main(["--check"]) == 1
    assert "docs/tables/index.md is out of date" in capsys.readouterr().out


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", text(page)):
        path, _, anchor = target.partition("#")
        assert not path.startswith(("http", "/")), target
        linked = (page.parent / path).resolve() if path else page
        assert linked.exists(), f"{page.name}: {target}"
        if anchor:
            heads = re.findall(r"^#+ (.*)$", text(linked), re.MULTILINE)
            assert anchor in [re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads], target


def test_every_page_is_reached_from_the_readme() -> None:
    reached, waiting = set(), [README]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        targets = re.findall(r"\]\(([^)\s#]+\.md)", text(page))
        linked = {(page.parent / target).resolve() for target in targets}
        waiting.extend(linked - reached - set(waiting))
    assert {page.resolve() for page in PAGES} <= {page.resolve() for page in reached}


def test_the_picture_of_the_report_is_there() -> None:
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", text(README))
    assert pictures == ["docs/report.png"]
    content = (ROOT / pictures[0]).read_bytes()
    assert content.startswith(b"\x89PNG")
    assert len(content) < 250_000


def test_lines_are_short_enough_to_read() -> None:
    long = []
    for page in PAGES:
        in_code = False
        for number, line in enumerate(text(page).splitlines(), 1):
            in_code ^= line.startswith("```")
            if len(line) > 120 and not in_code and not line.lstrip().startswith("|") and page.parent.name != "ridgeway":
                long.append(f"{page.relative_to(ROOT)}:{number}")
    assert not [one for one in long if not one.startswith("docs/tables/")]


def test_the_glossary_has_every_word_of_the_code() -> None:
    known = set(codes(text(GLOSSARY)))
    assert {*Verdict, *PeriodStatus, *Basis, *Scope, *TESTS, *AlarmState, *OrderVerdict, *Solved} <= known


def test_the_glossary_has_every_word_of_the_report() -> None:
    words = text(GLOSSARY).lower()
    for term, _ in (*sentences.REVIEW_TERMS, *guards_sentences.GUARD_TERMS):
        assert term.removesuffix(" (σ)").lower() in words, term
    on_guards = (*guards_sentences.ORDER_WORD.values(), *guards_sentences.SOLVED_WORD.values())
    for said in (*sentences.VERDICT_WORD.values(), *sentences.STATUS_WORD.values(), *on_guards):
        assert f"**{said}**" in words, said


def test_verdicts_stand_in_the_order_of_precedence() -> None:
    order = [verdict.value for verdict in Verdict]
    in_review = [codes(row[0])[0] for row in rows(section(REVIEW, "## What comes out"))]
    in_glossary = codes(section(GLOSSARY, "## Verdicts, in order of precedence"))
    assert in_review == order
    assert in_glossary == order
    assert set(order[:3]) == ALARMING
    on_orders = codes(section(GLOSSARY, "## What is said of an order, in order of precedence"))
    assert on_orders == [verdict.value for verdict in OrderVerdict]


def test_every_test_is_described_as_it_is() -> None:
    table = {codes(row[0])[0]: row for row in rows(section(REVIEW, "### 4. Test"))}
    assert tuple(table) == TESTS
    assert f"y − {PAGE_K:g}, 0)" in table["page"][1]
    low, high = PAGE_PAIR_K
    assert f"k = {low:g} and {high:g}" in table["page_pair"][1]
    assert {name for name, row in table.items() if "last closed period" in row[2]} == sentences.DECIDED_AT_THE_END
    assert len(windows.LENGTHS) == 15
    assert (windows.LENGTHS[0] * 52, windows.LENGTHS[-1]) == (1, 1)
    assert "for fifteen lengths, from one week to a year" in prose(REVIEW)


def test_constants_are_those_of_the_code() -> None:
    assert f"year of {YEAR_DAYS:g} days" in prose(REVIEW)
    assert f"{-100 * math.log1p(-0.05):.2f} % for 5 %" in prose(REVIEW)
    assert f"{100 * planned.CLOSING:g} % of it is kept for the inventory that closes the year" in prose(REVIEW)
    assert "it is below 2⁻⁴⁶ of them" in prose(REVIEW)
    assert RESOLVED == 2.0**-46
    assert f"{100 * CONFIDENCE:g} %, the doubt about when included" in prose(REVIEW)
    assert f"{records.SIMULATIONS} seeded simulations" in prose(ITEMS)
    assert f"up to {records.CLUSTER_DAYS} days" in prose(ITEMS)
    assert f"k = ({records.RISE:g} - 1) / ln {records.RISE:g}" in prose(ITEMS)
    assert SUM_ROUNDING == 2.0**-49
    assert "within 2⁻⁴⁹" in prose(ITEMS)
    assert f"{ForceSettings().shift_hours:g} hours without it" in prose(ITEMS)


def test_write_offs_of_the_example_are_quoted_as_they_are(ridgeway: Reviewed) -> None:
    lines = ridgeway.json["items"]["write_offs"]
    found = next(line for line in lines if line["area"] == "charge_loading")
    assert (found["write_offs"], found["finds"]) == (25, 0)
    assert found["p_value"] == pytest.approx(2.0**-25)
    assert "Twenty-five write-offs and no find" in prose(ITEMS)
    assert "2⁻²⁵" in prose(ITEMS)


def test_kinds_of_movements_name_their_areas() -> None:
    table = {row[1].strip("`"): row[2] for row in rows(text(DOCS / "check.md")) if row[1].strip("`") in NEEDS}
    assert table.keys() == NEEDS.keys()
    for kind, areas in NEEDS.items():
        assert table[kind] == ("both" if len(areas) == 2 else f"`{areas[0]}`"), kind


def test_every_room_stands_on_its_floor() -> None:
    tree = ast.parse(text(ROOT / "tests" / "test_rooms.py"))
    assigned = [node for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "FLOORS"]
    floors = ast.literal_eval(assigned[0].value)
    source = ROOT / "src" / "stockward"
    rooms = {path.relative_to(source).parts[0].removesuffix(".py") for path in source.rglob("*.py")} - {"__init__"}
    described = {row[0].strip("`"): int(row[1]) for row in rows(section(ARCHITECTURE, "## The house"))}
    assert floors.keys() == rooms
    assert described == floors
    assert list(described.values()) == sorted(described.values())


ROSTER = "## The roster"
GUARDS_GIVEN = {
    "force.shifts[].groups": "QUALIFICATION",
    "mix.by_total[].numbers": "AFFILIATION",
    "mix.growth_alone[].shares": "AFFILIATION",
    "mix.growth_alone[].shares_at_required": "AFFILIATION",
    "selection.refused": "REASON",
    "selection.front[].numbers": "AFFILIATION",
    "selection.front[].shares": "AFFILIATION",
}


def keys(value: Any, path: str = "") -> Iterator[str]:
    """Every key of a document by its path, names that a site or the code gives in capitals."""
    given = {"facts.rows": "TABLE", "facts.files": "FILE", "series[].tests": "NAME", **GUARDS_GIVEN}
    if isinstance(value, dict):
        for key, below in value.items():
            name = given.get(path, key)
            yield (place := f"{path}.{name}" if path else name)
            yield from keys(below, place)
    elif isinstance(value, list):
        for below in value:
            yield from keys(below, f"{path}[]")


def test_the_keys_of_the_json_are_described(ridgeway: Reviewed, faulty: Reviewed, depot: Reviewed) -> None:
    of_reviews = text(JSON)
    for own in (
        ROSTER,
        "## The plan",
        "## The patrols",
        "## A guard who drops out",
        "## A swap of two shifts",
        "## Planned and worked hours",
    ):
        of_reviews = of_reviews.replace(section(JSON, own), "")
    described = [code for row in rows(of_reviews) for code in codes(row[0])]
    assert len(described) == len(set(described))
    made = [hand_made_document(), settled_document(), guarded_document()]
    assert set(described) == {key for one in (ridgeway.json, faulty.json, depot.json, *made) for key in keys(one)}
    named = next(row[1] for row in rows(text(JSON)) if "series[].tests.NAME`" in row[0])
    assert tuple(codes(named))[: len(TESTS)] == TESTS


def test_what_is_said_to_be_unused_is_unused(make_tables: ModuleType, tmp_path: Path) -> None:
    plan = simulation.standard_plan(weeks=4, lines=1, force=simulation.ForcePlan())
    simulation.write_site(simulation.simulate_site(plan, seed=1), tmp_path / "plant")
    site = sw.read_site(tmp_path / "plant")
    assert {"people", "absences", "production"} <= {name for name in site.tables if site[name].height}
    emptied = site.replace(**{name: site[name].clear() for name in make_tables.NOT_USED})
    assert answers(emptied) == answers(site)


def answers(site: sw.Site) -> tuple[Any, ...]:
    review = sw.review(site)
    return review.series.rows(), review.periods.rows(), review.answers.items, review.answers.unseen


def test_the_readme_lists_what_is_unused(make_tables: ModuleType) -> None:
    said = prose(README).split("no review uses them:", 1)[1].split(".", 1)[0]
    assert tuple(codes(said)) == make_tables.NOT_USED


def test_pages_name_no_tool_and_no_machine() -> None:
    for page in PAGES:
        assert not re.search(r"/work/|/home/|/tmp/", text(page)), page


def test_what_the_report_says_stands_in_the_glossary_too() -> None:
    assert plain("A difference is not a theft") in prose(GLOSSARY)
    assert "does not prove that nothing is missing" in prose(GLOSSARY)
