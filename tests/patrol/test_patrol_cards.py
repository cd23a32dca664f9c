"""Cards of a night: drawn from a sealed plan by its seed alone, as often as the plan promises."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import json
import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from stockward import cli
from stockward.answers.patrols.answer import PatrolStop, PlannedWalks
from stockward.answers.patrols.sealed import PatrolPlan
from stockward.counting.seeds import sha256_of
from stockward.patrol.sealed.drawing import draw_patrols
from stockward.patrol.sealed.plan_file import patrol_plan_digest, patrol_plan_text, read_patrol_plan
from stockward.report.patrol.cards import write_cards_html
from stockward.terms.errors import SheetError, UsageError

SEED = "a seed nobody can guess"
NIGHT = date(2026, 12, 1)
WORKS = Path(__file__).parents[2] / "examples" / "works"


def stay(area: str) -> tuple[PatrolStop, ...]:
    return (PatrolStop(area=area, name=area, begins=0.0, ends=240.0, rests=False),)


PLAN = PatrolPlan(
    site="Yard", patrols=2, bases=("G", "G"), step_minutes=10.0, shift_minutes=240.0, starts=(600, 1320), unit="EUR",
    gain=12.5, seed_sha256=sha256_of(SEED),
    mixture=(
        PlannedWalks(weight=600_000_000, walks=(stay("A"), stay("B"))),
        PlannedWalks(weight=300_000_000, walks=(stay("B"), stay("C"))),
        PlannedWalks(weight=100_000_000, walks=(stay("C"), stay("D"))),
    ),
)  # fmt: skip


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(cli.main, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_a_card_says_when_a_patrol_comes_and_until_when_it_stays() -> None:
    stops = tuple(
        PatrolStop(area=area, name=area, begins=begins, ends=ends, rests=rests)
        for area, begins, ends, rests in (
            ("G", 0.0, 20.0, False), ("A", 30.0, 30.0, False), ("G", 40.0, 40.0, False), ("G", 40.0, 50.0, True),
        )
    )  # fmt: skip
    plan = dataclasses.replace(PLAN, patrols=1, bases=("G",), mixture=(PlannedWalks(weight=1, walks=(stops,)),))
    page = write_cards_html(draw_patrols(plan, SEED, NIGHT, 1320))
    rows = re.findall(r"<tr><td>(.*?)</td><td>(.*?)</td><td>(.*?)</td>", page)
    assert rows == [
        ("22:00", "22:20", "G"), ("22:30", "22:30", "A"), ("22:40", "22:40", "G"), ("22:40", "22:50", "G (break)"),
    ]  # fmt: skip
    assert "where both are the same, be there at that time and go on" in page


def drawn_pair(night: date, start: int = 1320) -> tuple[str, ...]:
    return tuple(stops[0].area for stops in draw_patrols(PLAN, SEED, night, start).cards)


def test_walks_are_those_of_the_hash() -> None:
    text = f"{patrol_plan_digest(PLAN)}\n2026-12-01\n22:00\nwalks"
    left = int(hmac.new(SEED.encode(), text.encode(), hashlib.sha256).hexdigest(), 16) % 10**9
    asked = {"A", "B"} if left < 6 * 10**8 else {"B", "C"} if left < 9 * 10**8 else {"C", "D"}
    assert set(drawn_pair(NIGHT)) == asked
    first, second = (
        hmac.new(SEED.encode(), text.replace("walks", f"card {card}").encode(), hashlib.sha256).hexdigest()
        for card in (1, 2)
    )
    assert drawn_pair(NIGHT) == tuple(sorted(asked, reverse=second > first))


def test_walks_are_drawn_as_often_as_promised_and_dealt_to_either_card() -> None:
    nights = 4_000
    pairs = [drawn_pair(NIGHT + timedelta(days=day)) for day in range(nights)]
    shares = Counter(frozenset(pair) for pair in pairs)
    for areas, weight in (("AB", 0.6), ("BC", 0.3), ("CD", 0.1)):
        assert abs(shares[frozenset(areas)] / nights - weight) < 4 * (weight * (1 - weight) / nights) ** 0.5
    first = sum(pair == ("A", "B") for pair in pairs) / shares[frozenset("AB")]
    assert abs(first - 0.5) < 0.05


def test_the_same_night_is_drawn_alike_and_other_shifts_otherwise() -> None:
    assert draw_patrols(PLAN, SEED, NIGHT, 600) == draw_patrols(PLAN, f" {SEED}\n", NIGHT, 600)
    assert (
        len(
            {
                drawn_pair(NIGHT + timedelta(days=day), 600) == drawn_pair(NIGHT + timedelta(days=day))
                for day in range(20)
            }
        )
        == 2
    )


def test_a_plan_is_read_as_it_was_sealed(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_text(patrol_plan_text(PLAN))
    assert read_patrol_plan(file) == PLAN
    document = json.loads(patrol_plan_text(dataclasses.replace(PLAN, site="Höfe <1>")))
    said = document.pop("digest"), document.pop("schema")
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    assert said == (hashlib.sha256(text.encode()).hexdigest(), "stockward.patrol_plan/1")
    file.write_text(patrol_plan_text(PLAN).replace("600000000", "600000001"))
    with pytest.raises(SheetError, match="changed since it was sealed"):
        read_patrol_plan(file)
    for content, said in (("{", "no plan of patrols"), ("[1]", "no plan of patrols"), ('{"schema": "x"}', "no plan")):
        file.write_text(content)
        with pytest.raises(SheetError, match=said):
            read_patrol_plan(file)
    file.write_text(patrol_plan_text(dataclasses.replace(PLAN, patrols=3)))
    with pytest.raises(SheetError, match="does not add up"):
        read_patrol_plan(file)


def test_what_does_not_belong_to_the_plan_is_refused() -> None:
    with pytest.raises(UsageError, match="this seed is not the one of the plan"):
        draw_patrols(PLAN, "another seed of some length", NIGHT, 600)
    with pytest.raises(UsageError, match="is not that of this plan"):
        draw_patrols(PLAN, SEED, NIGHT, 600, commitment="0" * 64)
    with pytest.raises(UsageError, match="give --shift 10:00 or 22:00"):
        draw_patrols(PLAN, SEED, NIGHT, 601)


def test_a_plan_is_sealed_and_its_cards_are_written(tmp_path: Path) -> None:
    plan, cards, book = tmp_path / "plan.json", tmp_path / "cards.html", tmp_path / "cards.xlsx"
    sealed = run("patrol", str(WORKS), "--rounds", "3", "--quiet", "--commit", str(plan))
    assert sealed.exit_code == 0, sealed.output
    commitment = sealed.stdout.split("commitment ")[1].strip()
    assert json.loads(plan.read_text())["digest"] == commitment
    again = run("patrol", str(WORKS), "--rounds", "3", "--quiet", "--commit", str(plan))
    assert (again.exit_code, "never written over" in again.stderr) == (2, True)
    night = ("cards", str(plan), "--night", "2026-12-01")
    drawn = run(*night, "--commitment", commitment, "--html", str(cards), "--xlsx", str(book))
    assert drawn.exit_code == 0, drawn.output
    first = cards.read_text()
    assert "Patrol 1" in first
    assert commitment in first
    assert (tmp_path / "plan.json.seed").read_text().strip() not in first
    sheets = openpyxl.load_workbook(book)
    assert sheets.sheetnames == ["patrol 1", "rounds"]
    assert [cell.value for cell in sheets["patrol 1"][2]] == [
        "22:00",
        sheets["patrol 1"]["B2"].value,
        "GUARD",
        "Guard house",
    ]
    assert [cell.value for cell in sheets["rounds"][1]] == ["patrol", "at", "area", "until"]
    run(*night, "--html", str(cards))
    assert cards.read_text() == first
    assert "nothing to write" in run(*night).stderr
    (tmp_path / "plan.json.seed").unlink()
    assert "the seed cannot be read: name its file with --seed-file" in run(*night, "--html", str(cards)).stderr
