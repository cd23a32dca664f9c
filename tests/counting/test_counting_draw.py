"""The draw: from the commitment alone, done again by hand, and as likely to find the loss as the plan says."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from counting_sites import SEED, drawn, one_line, run, site, write

from stockward.counting import committed, draw_units, make_plan, parse_asked, plan_digest, read_plan, sha256_of
from stockward.counting.drawing import drawn_units as units_drawn
from stockward.stats.sampling import detection_chance, least_n
from stockward.terms.counting import Task
from stockward.terms.errors import UsageError


def test_the_draw_by_hand(tmp_path: Path) -> None:
    plan = read_plan(drawn(tmp_path))
    draw = draw_units(plan, SEED)
    for stratum in plan.strata:
        if stratum.kind == "bulk":
            continue
        text = f"{SEED}\n{plan.book_digest}\n{stratum.id}\n"
        order = sorted(
            range(1, stratum.units + 1), key=lambda unit, text=text: hashlib.sha256(f"{text}{unit}".encode()).digest()
        )
        found = [line.position for line in draw.lines if line.stratum == stratum.id and line.task is Task.COUNT]
        assert found == sorted(order[: stratum.counted])


def test_the_book_digest_by_hand(tmp_path: Path) -> None:
    plan = read_plan(drawn(tmp_path))
    listing = (
        'stockward.book/2\n["Two magazines","Asia/Seoul",".","2026-01-13T15:00:00+00:00"]\n'
        '["M1","Magazine 1","SHELL","Shell","each",130.0,130,1,"I1"]\n'
        '["M2","Magazine 2","BOMB","Bomb","each",200.0,200,1,"I1"]\n'
        '["M2","Magazine 2","SHELL","Shell","each",10.0,10,1,"I1"]\n'
        '["M2","Magazine 2","TNT",null,"kg",5.0,1,1,null]\n["S","Store","TNT",null,"kg",895.0,1,1,"I1"]\n'
        '["TNT","kg","M1/SHELL",2.0]\n["TNT","kg","M2/BOMB",0.5]\n["TNT","kg","M2/SHELL",2.0]\n'
    )
    assert plan.book_digest == hashlib.sha256(listing.encode()).hexdigest()


def test_the_same_seed_and_book_give_the_same_bytes(tmp_path: Path) -> None:
    sheets = []
    for name in ("a", "b"):
        plan = drawn(tmp_path / name)
        files = [plan.with_name(f"sheet.{kind}") for kind in ("html", "xlsx", "csv")]
        result = run("draw", plan, "--html", files[0], "--xlsx", files[1])
        assert result.stdout.splitlines() == [str(files[0]), str(files[1])]
        sheets.append([plan.read_bytes(), *(file.read_bytes() for file in files)])
    assert sheets[0] == sheets[1]


def test_another_seed_or_book_gives_another_draw(tmp_path: Path) -> None:
    facts = site(tmp_path)
    plan = make_plan(facts, parse_asked(facts))
    first = draw_units(committed(plan, seed_sha256=sha256_of(SEED)), SEED)
    other = draw_units(committed(plan, seed_sha256=sha256_of(SEED * 2)), SEED * 2)
    later = make_plan(facts, parse_asked(facts), as_of="2026-03-01")
    moved = draw_units(committed(later, seed_sha256=sha256_of(SEED)), SEED)
    positions = [[line.position for line in draw.lines] for draw in (first, other, moved)]
    assert positions[0] != positions[1]
    assert positions[0] != positions[2]


def test_the_commitment_is_that_of_the_whole_plan(tmp_path: Path) -> None:
    result = run("plan", write(tmp_path / "site"), "--commit", tmp_path / "plan.json")
    assert result.exit_code == 0
    seed = (tmp_path / "plan.json.seed").read_text(encoding="utf-8").strip()
    assert len(seed) == 64
    plan = read_plan(tmp_path / "plan.json")
    assert result.stdout.splitlines()[0] == f"commitment {plan_digest(plan)}"
    assert plan.seed_sha256 == hashlib.sha256(seed.encode()).hexdigest()
    assert seed not in result.output
    assert seed not in (tmp_path / "plan.json").read_text(encoding="utf-8")
    for name in ("plan.json", "plan.json.seed"):
        assert (tmp_path / name).stat().st_mode & 0o077 == 0


def test_the_seed_of_somebody_else(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    assert run("plan", write(tmp_path / "site"), "--commit", plan, "--seed-sha256", sha256_of(SEED)).exit_code == 0
    assert not plan.with_name("plan.json.seed").exists()
    assert one_line(run("draw", plan, "--csv", tmp_path / "s.csv")) == (
        f"error: {plan}.seed: the seed cannot be read: name its file with --seed-file"
    )
    wrong = run("draw", plan, "--csv", tmp_path / "s.csv", "--seed-text", "another seed of this length")
    assert one_line(wrong) == (
        "error: this seed is not the one of the plan: its SHA-256 differs from the one in the plan: "
        "give the seed that was kept for it"
    )
    assert run("draw", plan, "--csv", tmp_path / "s.csv", "--seed-text", SEED).exit_code == 0


def test_a_seed_that_can_be_guessed_is_refused(tmp_path: Path) -> None:
    result = run("plan", write(tmp_path / "site"), "--commit", tmp_path / "plan.json", "--seed-text", "1234")
    assert one_line(result) == (
        "error: the seed must be one line of at least 16 characters that nobody can guess: "
        "take a longer one, or leave it out with --commit to have one made"
    )


def test_a_sealed_plan_is_never_written_over(tmp_path: Path) -> None:
    plan = drawn(tmp_path)
    assert one_line(run("plan", tmp_path / "site", "--commit", plan)) == (
        f"error: --commit {plan}: it is a sealed plan, and never written over: name another"
    )


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"detection": 0.95', '"detection": 0.5', "the plan was changed since it was sealed: its SHA-256 differs"),
        ('"book": 130.0', '"book": 120.0', "the plan was changed since it was sealed: its SHA-256 differs"),
        ('"stockward.plan/3"', '"stockward.plan/9"', "this is no plan of a count (schema stockward.plan/3)"),
        ('"strata": [', '"strata": [1,', "the plan is damaged"),
        ("{", "", "this is no plan of a count"),
    ],
)
def test_a_plan_that_was_changed_is_refused(tmp_path: Path, old: str, new: str, words: str) -> None:
    plan = drawn(tmp_path)
    text = plan.read_text(encoding="utf-8")
    assert old in text
    plan.write_text(text.replace(old, new, 1), encoding="utf-8")
    mend = "use the file as stockward sample plan SITE --commit PLAN wrote it"
    assert one_line(run("draw", plan, "--csv", tmp_path / "s.csv")) == f"error: plan.json: {words}: {mend}"


def test_a_plan_with_another_book_under_a_new_seal_is_refused(tmp_path: Path) -> None:
    plan = drawn(tmp_path)
    document = json.loads(plan.read_text(encoding="utf-8"))
    document.pop("schema"), document.pop("digest")
    document["strata"][0]["units"] = 100
    digest = hashlib.sha256(
        json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    ).hexdigest()
    plan.write_text(json.dumps({"schema": "stockward.plan/3", "digest": digest, **document}), encoding="utf-8")
    assert "it is not of the frozen book" in one_line(run("draw", plan, "--csv", tmp_path / "s.csv"))


def test_an_uncommitted_plan_cannot_be_drawn_from(tmp_path: Path) -> None:
    facts = site(tmp_path)
    with pytest.raises(UsageError, match="the plan is not committed to a seed"):
        draw_units(make_plan(facts, parse_asked(facts)), SEED)


def test_the_chance_of_detection_is_attained() -> None:
    # Whatever units are gone, a draw of the least n meets one of them with the chance asked for.
    units, defects, draws = 130, 10, 4000
    n = least_n(units, defects, detection=0.9)
    missing = set(np.random.default_rng(4).choice(np.arange(1, units + 1), defects, replace=False).tolist())
    found = [bool(missing & set(units_drawn(f"seed {one}", "book", "A/B", units, n))) for one in range(draws)]
    chance = detection_chance(units, n, defects)
    assert chance >= 0.9
    assert np.mean(found) == pytest.approx(chance, abs=4 * np.sqrt(chance * (1 - chance) / draws))


def test_every_unit_is_drawn_as_often() -> None:
    units, n, draws = 20, 7, 3000
    times = np.zeros(units)
    for one in range(draws):
        times[np.array(units_drawn(f"seed {one}", "book", "A/B", units, n)) - 1] += 1
    expected = draws * n / units
    chi_square = ((times - expected) ** 2 / (expected * (1 - n / units))).sum() * (units - 1) / units
    assert chi_square < 43.8  # 0.1 % point of chi-square with 19 degrees of freedom


def test_a_whole_plan_finds_the_mix_that_it_finds_least(tmp_path: Path) -> None:
    facts = site(tmp_path)
    plan = make_plan(facts, parse_asked(facts, losses=["TNT=30"], detection=0.8))
    (goal,) = plan.goals
    rng = np.random.default_rng(8)
    gone = {
        part.stratum: set(rng.choice(np.arange(1, part.units + 1), part.worst, replace=False).tolist())
        for part in goal.strata
    }
    assert sum(part.worst * part.content for part in goal.strata) >= 30
    draws = 1500
    found = 0
    for one in range(draws):
        seed = f"the seed of draw number {one}"
        lines = draw_units(committed(plan, seed_sha256=sha256_of(seed)), seed).lines
        found += any(line.position in gone.get(line.stratum, set()) for line in lines)
    assert goal.reached >= 0.8
    assert found / draws == pytest.approx(goal.reached, abs=4 * np.sqrt(0.16 / draws))
