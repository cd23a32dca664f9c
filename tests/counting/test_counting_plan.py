"""The frozen book, the losses that matter, and what cannot be planned."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest
from counting_sites import TABLES, one_line, run, site, write

import stockward as sw
from stockward.book.known import known_at
from stockward.counting import make_plan, parse_asked
from stockward.counting.book import holdings_by_book, until
from stockward.stats.sampling import detection_chance, least_n
from stockward.terms.errors import UsageError
from stockward.terms.periods import end_of

RIDGEWAY = Path(__file__).parents[2] / "examples" / "ridgeway"
LEAVES = {"issue", "transfer", "use", "discard", "write_off"}
REACHES = {"receipt", "transfer", "make", "found"}


def strata(plan: object) -> dict[str, float]:
    return {one.id: one.book for one in plan.strata}  # type: ignore[attr-defined]


def test_the_book_is_the_last_count_and_what_moved_since(tmp_path: Path) -> None:
    facts = site(tmp_path)
    plan = make_plan(facts, parse_asked(facts))
    assert strata(plan) == {"M1/SHELL": 130, "M2/BOMB": 200, "M2/SHELL": 10, "M2/TNT": 5, "S/TNT": 895}
    assert plan.frozen_at == datetime(2026, 1, 13, 15, tzinfo=UTC)
    assert [one.inventory for one in plan.strata] == ["I1", "I1", "I1", None, "I1"]


def test_the_book_as_it_was_known_then(tmp_path: Path) -> None:
    facts = site(tmp_path)
    plan = make_plan(facts, parse_asked(facts), as_of="2026-01-10")
    assert strata(plan) == {"M1/SHELL": 140, "M2/BOMB": 203, "S/TNT": 900}
    late = (
        TABLES["movements"].replace("method\n", "method,recorded_at\n").replace(",\n", ",,\n").replace("W1\n", "W1,\n")
    )
    late = late.replace("1,2026-01-10,receipt,SHELL,40,,M1,,", "1,2026-01-10,receipt,SHELL,40,,M1,,2026-01-20")
    facts = site(tmp_path / "late", movements=late)
    assert strata(make_plan(facts, parse_asked(facts), as_of="2026-01-10"))["M1/SHELL"] == 100
    assert strata(make_plan(facts, parse_asked(facts), as_of="2026-01-20"))["M1/SHELL"] == 130


def test_the_sample_reaches_the_chance_in_any_mix(tmp_path: Path) -> None:
    facts = site(tmp_path)
    (goal,) = make_plan(facts, parse_asked(facts)).goals
    assert goal.proved
    assert goal.reached >= 0.95
    alone = {part.stratum: part.defects for part in goal.strata}
    assert alone == {"M1/SHELL": 10, "M2/BOMB": 40, "M2/SHELL": 10}
    for part in goal.strata:
        assert part.defects is not None
        assert detection_chance(part.units, part.n, part.defects) >= 0.95
    assert goal.bulk == ("M2/TNT", "S/TNT")


def test_a_goal_of_one_area_is_planned_there_alone(tmp_path: Path) -> None:
    facts = site(tmp_path, goals="substance,quantity,unit,area\nTNT,20,kg,M1\nTNT,10,kg,M2\n")
    first, second = make_plan(facts, parse_asked(facts)).goals
    assert [part.stratum for part in first.strata] == ["M1/SHELL"]
    assert first.strata[0].n == least_n(130, 10, detection=0.95)
    assert [part.stratum for part in second.strata] == ["M2/BOMB", "M2/SHELL"]


def test_items_and_boxes(tmp_path: Path) -> None:
    facts = site(tmp_path)
    plan = make_plan(facts, parse_asked(facts, items=["BOMB=12"], boxes=["BOMB=6"]))
    (stratum,) = plan.strata
    assert (stratum.units, stratum.per_unit, stratum.kind) == (34, 6, "box")
    (goal,) = plan.goals
    assert goal.strata[0].defects == 2
    assert goal.strata[0].n == least_n(34, 2, detection=0.95)


def test_parts_of_contents_ask_for_measuring(tmp_path: Path) -> None:
    facts = site(tmp_path)
    plan = make_plan(facts, parse_asked(facts, losses=["TNT=20000g"], partial=["SHELL=0.5@0.9"], areas=["M1"]))
    whole, parts = plan.goals
    assert (whole.loss, whole.partial, parts.partial) == (20.0, False, True)
    assert parts.strata[0].defects == 20
    (stratum,) = plan.strata
    assert detection_chance(130, stratum.measured, 20, notice=0.9) >= 0.95
    assert detection_chance(130, stratum.measured - 1, 20, notice=0.9) < 0.95
    assert stratum.counted >= stratum.measured


def test_a_dear_stratum_is_drawn_from_as_little_as_can_be(tmp_path: Path) -> None:
    facts = site(tmp_path)
    cheap = make_plan(facts, parse_asked(facts)).goals[0]
    dear = make_plan(facts, parse_asked(facts, costs=["BOMB=50"])).goals[0]
    bombs = [next(part.n for part in goal.strata if part.stratum == "M2/BOMB") for goal in (cheap, dear)]
    assert bombs[1] <= bombs[0]


@pytest.mark.parametrize(
    ("table", "old", "new", "stratum", "reason"),
    [
        ("movements", "SHELL,10,M1,M2", "SHELL,x,M1,M2", "M1/SHELL", "row 3 of movements is set aside and could"),
        ("movements", "BOMB,3,M2", "BOMB,500,M2", "M2/BOMB", "the book holds less than nothing (-297)"),
        ("movements", "BOMB,3,M2", "BOMB,2.5,M2", "M2/BOMB", "the book holds a part of an item (200.5)"),
        ("counts", "M1,SHELL,100", "M1,SHELL,many", "M1/SHELL", "row 2 of counts is set aside and could"),
        ("contents", "BOMB,TNT,500,g", "BOMB,TNT,?,g", "M2/BOMB", "row 3 of contents is set aside and could"),
    ],
)
def test_what_the_book_cannot_say_is_not_planned(
    tmp_path: Path, table: str, old: str, new: str, stratum: str, reason: str
) -> None:
    assert old in TABLES[table]
    facts = site(tmp_path, **{table: TABLES[table].replace(old, new)})
    plan = make_plan(facts, parse_asked(facts))
    refused = {one.what: one for one in plan.not_planned}
    assert refused[stratum].reason.startswith(reason)
    assert refused[stratum].set_aside is ("set aside" in reason)
    assert stratum not in strata(plan)


def test_a_row_at_fault_before_the_last_count_changes_nothing(tmp_path: Path) -> None:
    early = TABLES["movements"] + "6,2025-12-01,receipt,SHELL,x,,M1,\n"
    facts = site(tmp_path, movements=early)
    assert strata(make_plan(facts, parse_asked(facts)))["M1/SHELL"] == 130


def test_rows_set_aside_end_with_3(tmp_path: Path) -> None:
    folder = write(tmp_path, movements=TABLES["movements"].replace("SHELL,10,M1,M2", "SHELL,x,M1,M2"))
    result = run("plan", folder)
    assert result.exit_code == 3
    assert "not planned: M1/SHELL: row 3 of movements is set aside" in " ".join(result.stdout.split())


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"losses": ["TNT=0"]}, "--loss TNT=0: no count can find a loss of nothing: write one above zero"),
        ({"losses": ["TNT"]}, "--loss 'TNT': write it as TNT=25"),
        (
            {"losses": ["lead=5"]},
            "--loss 'lead': the site has no such substance: write a substance of the site's tables",
        ),
        ({"losses": ["tnt=5"]}, "--loss 'tnt': the site has no such substance: did you mean TNT?"),
        (
            {"losses": ["TNT=1,5"]},
            "--loss TNT=1,5: write a number, with a unit that converts to kg or none, such as 25",
        ),
        ({"losses": ["TNT=5", "TNT=6"]}, "--loss TNT: it is given twice: keep one of them"),
        ({"items": ["BOMB=0"]}, "--items BOMB=0: write a whole number of items from 1 to 999999999"),
        (
            {"items": ["TNT=5"]},
            "--items 'TNT': it is bulk, which is weighed and not counted: ask with --loss",
        ),
        ({"boxes": ["BOMB=2.5"]}, "--box BOMB=2.5: write a whole number of items from 1 to 999999999"),
        ({"areas": ["M9"]}, "--area 'M9': the site has no such area: write an area of the site's tables"),
        (
            {"partial": ["BOMB=2@0.9"]},
            "--partial BOMB=2@0.9: write the share of the content and the chance that measuring one item notices it, "
            "both above 0 and at most 1, such as 0.5@0.9",
        ),
        (
            {"partial": ["BOMB=0.5@0.9"], "boxes": ["BOMB=6"]},
            "--partial BOMB: it is counted by the box: measuring is for single items, drop one of them",
        ),
        ({"costs": ["BOMB=0"]}, "--cost BOMB=0: write a number above zero"),
    ],
)
def test_wishes_that_cannot_be_are_refused(tmp_path: Path, asked: dict[str, list[str]], words: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse_asked(site(tmp_path), **asked)  # type: ignore[arg-type]
    assert str(raised.value) == words


def test_a_name_may_hold_the_sign_behind_which_a_number_stands(tmp_path: Path) -> None:
    facts = site(tmp_path, **{name: text.replace("BOMB", "=B=1") for name, text in TABLES.items()})
    assert parse_asked(facts, items=["=B=1=3"], boxes=["=B=1=6"]).items == {"=B=1": 3}


def test_a_goal_larger_than_the_stock(tmp_path: Path) -> None:
    assert one_line(run("plan", write(tmp_path), "--loss", "TNT=5000")) == (
        "error: nothing can be planned: TNT: a loss of 5000 kg is more than the 380 kg in all items that can be drawn "
        "from, beside bulk (M2/TNT, S/TNT), which is weighed whole, not drawn: state a smaller loss"
    )


def test_a_loss_of_what_is_bulk_alone_is_told_to_be_weighed(tmp_path: Path) -> None:
    tables = {**TABLES, "contents": TABLES["contents"].splitlines()[0] + "\n"}
    said = one_line(run("plan", write(tmp_path, **tables), "--loss", "TNT=5"))
    assert "all of it is bulk (" in said
    assert said.endswith("), of which nothing is drawn: weigh it whole, or state a loss of items")


def test_bulk_is_told_as_the_lines_on_which_it_is_weighed(tmp_path: Path) -> None:
    ran = run("plan", write(tmp_path), "--loss", "TNT=100")
    assert "to count, and bulk on 2 lines of the sheets, to be weighed whole." in " ".join(ran.stdout.split())


def test_an_empty_stratum(tmp_path: Path) -> None:
    assert one_line(run("plan", write(tmp_path), "--items", "PART=1")) == (
        "error: nothing can be planned: PART: no items that can be drawn from hold any: state a loss of what is there"
    )


def test_no_goal_at_all(tmp_path: Path) -> None:
    assert one_line(run("plan", write(tmp_path, goals="substance,quantity\n"))) == (
        "error: no loss that matters is known: add goals for TNT to goals.csv (columns substance, quantity), or ask "
        "with --loss SUBSTANCE=QUANTITY or --items MATERIAL=NUMBER"
    )


def test_a_goal_of_nothing(tmp_path: Path) -> None:
    assert one_line(run("plan", write(tmp_path, goals="substance,quantity\nTNT,0\n"))) == (
        "error: nothing can be planned: TNT: no count can find a loss of nothing: give the goal a quantity above zero"
    )


def test_one_item_missing_means_counting_nearly_all(tmp_path: Path) -> None:
    facts = site(tmp_path)
    (stratum,) = make_plan(facts, parse_asked(facts, items=["BOMB=1"], detection=0.999)).strata
    assert stratum.counted == stratum.units == 200


def test_a_loss_that_measuring_cannot_show(tmp_path: Path) -> None:
    facts = site(tmp_path)
    plan = make_plan(facts, parse_asked(facts, losses=["TNT=1"], partial=["SHELL=0.5@0.2"], areas=["M1"]))
    assert [one.what for one in plan.not_planned] == ["TNT, in parts"]
    assert plan.not_planned[0].reason == (
        "even all 130 units do not show the loss with the chance asked for: measure better, or state a larger loss"
    )


def book_by_hand(day: str) -> dict[tuple[str, str], float]:
    """The book of the example, row by row from its files; its times have no offset, so they compare as texts."""
    until_day = f"{day}T24"

    def rows(name: str) -> list[dict[str, str]]:
        with (RIDGEWAY / f"{name}.csv").open(encoding="utf-8") as file:
            return [row for row in csv.DictReader(file) if (row.get("recorded_at") or row["at"]) < until_day]

    stands: dict[tuple[str, str], str] = defaultdict(str)
    for row in rows("counts"):
        stands[row["area"], row["inventory"]] = max(stands[row["area"], row["inventory"]], row["at"])
    counted: dict[tuple[str, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in rows("counts"):
        moment = stands[row["area"], row["inventory"]]
        counted[row["area"], row["material"]][moment] += float(row["quantity"])
    last = {key: max(found.items()) for key, found in counted.items()}
    book = defaultdict(float, {key: found for key, (_, found) in last.items()})
    movements = rows("movements")
    gone = {row["reverses"] for row in movements} | {row["movement"] for row in movements if row["reverses"]}
    for row in movements:
        if row["movement"] in gone:
            continue
        for kinds, side, sign in ((LEAVES, "from_area", -1), (REACHES, "to_area", 1)):
            key = (row[side], row["material"])
            if row["kind"] in kinds and row["at"] > last.get(key, ("", 0.0))[0]:
                book[key] += sign * float(row["quantity"])
    return book


@pytest.mark.parametrize("day", ["2025-09-17", "2026-01-22", "2026-06-11"])
def test_the_book_of_the_example_row_by_row(day: str) -> None:
    facts = sw.read_site(RIDGEWAY)
    moment = end_of(day, facts.timezone)
    found = {(one.area, one.material): one.quantity for one in holdings_by_book(until(known_at(facts, moment), moment))}
    expected = book_by_hand(day)
    assert sum(abs(quantity) > 1e-6 for quantity in found.values()) > 30
    assert found == {key: pytest.approx(expected[key], abs=1e-6) for key in found}
    assert all(abs(quantity) < 1e-6 for key, quantity in expected.items() if key not in found)


@pytest.mark.parametrize(
    ("header", "rows", "held"),
    [
        ("", ("I2,2026-01-20,M1,SHELL,30", "I2,2026-01-20,M1,SHELL,12"), None),
        (",sheet", ("I2,2026-01-20,M1,SHELL,30,", "I2,2026-01-20,M1,SHELL,12,2"), 42),
        (",sheet", ("I2,2026-01-20,M1,SHELL,30,1", "I2,2026-01-20,M1,SHELL,12,2"), 42),
        ("", ("I2,2026-01-20,M1,SHELL,50", "I3,2026-01-21,M1,SHELL,40"), 40),
        ("", ("I2,2026-01-20,M1,SHELL,50", "I2,2026-01-21,M1,SHELL,40"), None),
    ],
)
def test_heaps_and_inventories_that_share_a_key(
    tmp_path: Path, header: str, rows: tuple[str, str], held: int | None
) -> None:
    counts = f"inventory,at,area,material,quantity{header}\n" + "".join(f"{row}\n" for row in rows)
    facts = site(tmp_path / "site", counts=counts)
    told = [str(one) for one in facts.problems if one.file == "counts.csv"]
    if held is None:
        assert told == [
            "counts.csv row 3: the same inventory, area, material, sheet stands in row 2: delete one if it was written "
            "twice; if both were found, give each shelf or list its own sheet; if they are of two days, give each "
            "inventory its own code"
        ]
    else:
        plan = make_plan(facts, parse_asked(facts, items=["SHELL=5"], areas=["M1"]))
        assert [(one.id, one.book) for one in plan.strata] == [("M1/SHELL", held)]


def test_a_chance_that_finds_nothing_is_no_plan(tmp_path: Path) -> None:
    folder = write(tmp_path / "site")
    assert one_line(run("plan", folder, "--detection", "1e-320", "--commit", tmp_path / "plan.json")) == (
        "error: detection 1e-320: so rare a finding excludes nothing: ask for 0.01 or more"
    )
    assert run("plan", folder, "--detection", "0.01", "--commit", tmp_path / "plan.json").exit_code == 0
    assert run("draw", tmp_path / "plan.json", "--csv", tmp_path / "s.csv").exit_code == 0
