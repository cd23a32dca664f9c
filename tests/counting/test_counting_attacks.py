"""Attempts to steer a count, by whoever holds a file at the time, and how each is caught."""

from __future__ import annotations

import json
import math
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from counting_sites import SEED, WHO, drawn, fill, one_line, published, run, sealed_anew, write

import stockward as sw
from stockward.counting import counted_moment, draw_units, plan_digest, plan_text, read_plan, sha256_of
from stockward.counting.two_people import require_two
from stockward.terms.errors import UsageError

Document = dict[str, Any]
SOURCE = "the six dice thrown before both parties on 2026-02-01"


def result(plan: Path, filled: Path, *more: object) -> tuple[int, str]:
    said = run("certify", filled, "--plan", plan, *WHO, *more)
    return said.exit_code, said.stdout


# Who plans: the plan is edited after the commitment was published.


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, dict | list) and value:
        for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inner, (*path, name))
    else:
        yield path


def other(value: Any) -> Any:
    """Another value of its kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, list):
        return [{"what": "x", "reason": "y", "set_aside": False}]
    return "2026-01-01" if value is None else f"{value}0"


def test_every_field_of_a_plan_is_covered_by_its_commitment(tmp_path: Path) -> None:
    plan = drawn(tmp_path, "--partial", "SHELL=0.5@0.9")
    commitment, filled = published(plan), fill(tmp_path)
    assert result(plan, filled, *commitment)[0] == 0
    honest = plan.read_text(encoding="utf-8")
    document = json.loads(honest)
    paths = [path for path in leaves(document) if path[0] not in {"schema", "digest"}]
    assert {path[0] for path in paths} == document.keys() - {"schema", "digest"}
    assert len(paths) > 80
    for path in paths:
        forged = json.loads(honest)
        *above, last = path
        place = forged
        for name in above:
            place = place[name]
        place[last] = other(place[last])
        plan.write_text(json.dumps(forged), encoding="utf-8")
        with suppress(ValueError):  # what is no plan at all stays with its old seal
            sealed_anew(plan, lambda _: None, book=path != ("book_digest",))
        for asked in (("draw", plan, "--csv", tmp_path / "forged.csv"), ("certify", filled, "--plan", plan, *WHO)):
            assert one_line(run(*asked, *commitment)).startswith("error: "), path
        assert not (tmp_path / "forged.csv").exists(), path


def test_a_plan_with_other_units_is_not_the_one_that_was_committed(tmp_path: Path) -> None:
    # The whole forgery: fewer boxes in the book, a smaller sample that finds their loss, everything sealed anew.
    plan = drawn(tmp_path)
    commitment = published(plan)
    site = write(tmp_path / "site", counts="inventory,at,area,material,quantity,method\nI1,2026-01-01,M1,SHELL,20,\n")
    forged = tmp_path / "forged.json"
    assert run("plan", site, "--commit", forged, "--seed-text", SEED).exit_code == 0
    told = one_line(run("draw", forged, "--csv", tmp_path / "s.csv", *commitment))
    assert told == (
        f"error: --commitment {commitment[1][:16]}… is not that of this plan, which is {published(forged)[1][:16]}…: "
        "the plan was changed or is another one: use the file that was committed, or copy the commitment again"
    )


def one_unit(document: Document) -> None:
    """One unit drawn, and every figure that hangs on it left as it was."""
    document["strata"][0]["counted"] = 1


def one_unit_throughout(document: Document) -> None:
    for stratum in document["strata"]:
        stratum["counted"] = 1
    for goal in document["goals"]:
        for part in goal["strata"]:
            part["n"] = 1


def no_unit(document: Document) -> None:
    for stratum in document["strata"]:
        stratum["counted"] = 0


ODD = (math.nan, math.inf, -1.0)
DOES_NOT_FIND = "the units drawn do not find the loss 'TNT' with the chance that the plan states"
INCONSISTENT: list[tuple[Callable[[Document], object], str]] = [
    (one_unit, DOES_NOT_FIND),
    (one_unit_throughout, DOES_NOT_FIND),
    (lambda plan: (one_unit_throughout(plan), plan["goals"][0].update(reached=0.01)), DOES_NOT_FIND),
    (no_unit, "the stratum 'M2/TNT' does not add up"),
    (lambda plan: plan["strata"][0].update(counted=131), "the stratum 'M1/SHELL' does not add up"),
    (lambda plan: plan["strata"][0].update(units=10), "the stratum 'M1/SHELL' does not add up"),
    (lambda plan: plan["strata"][0].update(id="M1/SHELL2"), "the stratum 'M1/SHELL2' does not add up"),
    (lambda plan: plan["strata"][0].update(book=-5.0), "the stratum 'M1/SHELL' does not add up"),
    (lambda plan: plan["strata"].append(plan["strata"][0]), "a stratum stands twice"),
    (lambda plan: plan.update(strata=[]), "no unit is drawn"),
    (lambda plan: plan.update(goals=[]), "there is no loss that matters, or one stands twice"),
    (lambda plan: plan["goals"].append(plan["goals"][0]), "there is no loss that matters, or one stands twice"),
    (lambda plan: plan["goals"][0].update(loss=0.0), "the loss 'TNT' does not add up"),
    (lambda plan: plan["goals"][0].update(loss=1e9), "the loss 'TNT' does not add up"),
    (lambda plan: plan["goals"][0]["strata"][0].update(stratum="X/Y"), "the loss 'TNT' does not add up"),
    (lambda plan: plan["goals"][0]["strata"][0].update(content=0.0), "the loss 'TNT' does not add up"),
    (lambda plan: plan["goals"][0]["strata"][0].update(notice=0.5), "the loss 'TNT' does not add up"),
    (lambda plan: plan["goals"][0].update(bulk=["M1/SHELL"]), "the loss 'TNT' does not add up"),
    (lambda plan: plan.update(detection=0.99), DOES_NOT_FIND),
    (lambda plan: plan.update(detection=1.0), "the chance to detect is 1.0"),
    (lambda plan: plan.update(detection=1e-320), "the chance to detect is 1e-320"),
    *((lambda plan, odd=odd: plan["goals"][0].update(cost=odd), "the loss 'TNT' does not add up") for odd in ODD),
    *((lambda plan, odd=odd: plan["goals"][0].update(bound=odd), "the loss 'TNT' does not add up") for odd in ODD),
    *((lambda plan, odd=odd: plan["goals"][0].update(loss=odd), "the loss 'TNT' does not add up") for odd in ODD),
    (lambda plan: plan["goals"][0]["strata"][0].update(content=1e-320), "the loss 'TNT' does not add up"),
    (lambda plan: plan.update(frozen_at="9999-12-31T23:59:00Z"), "the moment of the book is at an end of the calendar"),
    (lambda plan: plan.update(frozen_at="0001-01-01T00:00:00Z"), "the moment of the book is at an end of the calendar"),
    (lambda plan: plan.update(timezone="Mars/Olympus"), "there is no time zone 'Mars/Olympus'"),
    (lambda plan: plan.update(timezone="../../etc"), "there is no time zone '../../etc'"),
    (lambda plan: plan.update(decimal=";"), "the decimal mark is ';'"),
    (lambda plan: plan.update(frozen_at="2026-01-13T15:00:00"), "the moment of the book names no offset"),
    (
        lambda plan: plan.update(seed_sha256=None),
        "it names neither a secret seed nor the source of a public one, or both",
    ),
    (
        lambda plan: plan.update(seed_source="x"),
        "it names neither a secret seed nor the source of a public one, or both",
    ),
    (lambda plan: plan.update(seed_sha256="abc"), "what it holds of the seed is no SHA-256"),
]


@pytest.mark.parametrize(("forge", "words"), INCONSISTENT)
def test_a_plan_that_does_not_add_up_is_refused_by_itself(
    tmp_path: Path, forge: Callable[[Document], object], words: str
) -> None:
    plan = drawn(tmp_path)
    sealed_anew(plan, forge)
    mend = "use the file as stockward sample plan SITE --commit PLAN wrote it"
    # Nothing of this needs the commitment.
    assert one_line(run("draw", plan, "--csv", tmp_path / "s.csv")) == f"error: plan.json: {words}: {mend}"
    assert one_line(run("certify", fill(tmp_path), "--plan", plan, *WHO)) == f"error: plan.json: {words}: {mend}"


HOSTILE: list[Callable[[str], str]] = [
    lambda text: text.replace('"detection": 0.95,', '"detection": 0.5,\n"detection": 0.95,'),
    lambda text: text.replace('"site":', '"note": "approved",\n"site":'),
    lambda text: text.replace('"units": 130', '"units": "130"'),
    lambda text: text.replace('"detection": 0.95', '"detection": NaN'),
    lambda text: text.replace('"detection": 0.95', '"detection": 1e999'),
    lambda text: text.replace('"units": 130', '"units": 1' + "0" * 5000),
    lambda text: text.replace("Two magazines", "\\ud800"),
    lambda text: "[" * 100_000 + text,
    lambda text: text.replace('"strata": [', '"strata": {"a": [').replace('],\n"goals"', ']},\n"goals"'),
    lambda text: "",
    lambda text: "null",
    lambda text: text.replace("{", "{ ", 1),
]


@pytest.mark.parametrize("place", range(len(HOSTILE)))
def test_a_plan_that_was_written_by_hand_is_refused_in_one_line(tmp_path: Path, place: int) -> None:
    plan = drawn(tmp_path)
    plan.write_text(HOSTILE[place](plan.read_text(encoding="utf-8")), encoding="utf-8")
    assert one_line(run("draw", plan, "--csv", tmp_path / "s.csv")).startswith("error: plan.json: ")


def test_a_plan_that_went_through_mail_is_the_same(tmp_path: Path) -> None:
    plan = drawn(tmp_path)
    mailed = b"\xef\xbb\xbf" + plan.read_bytes().replace(b"\n", b"\r\n").rstrip()
    commitment = published(plan)
    plan.write_bytes(mailed)
    assert run("draw", plan, *commitment, "--csv", tmp_path / "s.csv").exit_code == 0


def test_without_the_published_commitment_nothing_is_certified(tmp_path: Path) -> None:
    # A forged plan that adds up: the books of a site with fewer shells, which the store does hold.
    plan = drawn(tmp_path)
    said = run("certify", fill(tmp_path), "--plan", plan, *WHO, "--json", tmp_path / "c.json", "--html", tmp_path / "c")
    assert said.exit_code == 3
    assert "excluded" not in said.stdout
    assert "at most" not in said.stdout
    assert said.stdout.splitlines()[1] == "not certified: a loss of 20 kg of TNT from M1/SHELL, M2/BOMB, M2/SHELL"
    assert said.stderr == (
        "notice: the plan was not compared with the commitment that was published, and nothing is certified without: "
        "give it with --commitment\n"
    )
    certificate = json.loads((tmp_path / "c.json").read_text(encoding="utf-8"))
    assert certificate["draw"]["commitment_verified"] is False
    assert certificate["verdict"] == "not_committed"
    assert {one["limit"] for one in (*certificate["goals"], *certificate["strata"])} == {None}
    page = (tmp_path / "c").read_text(encoding="utf-8")
    assert "Certificate of a count" not in page
    assert "Result of a count, not certified" in page


def test_what_is_missing_is_told_without_a_commitment_too(tmp_path: Path) -> None:
    plan = drawn(tmp_path)
    code, said = result(plan, fill(tmp_path, lambda rows: rows[0].update(quantity="0")))
    assert code == 1
    assert "missing: 2 kg of TNT is missing from what was counted of M1/SHELL, M2/BOMB, M2/SHELL\n" in said


@pytest.mark.parametrize("text", ["", "abc", "0" * 63, "g" * 64])
def test_a_commitment_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    plan = drawn(tmp_path)
    told = one_line(run("draw", plan, "--csv", tmp_path / "s.csv", "--commitment", text))
    assert told == f"error: --commitment {text!r}: it must be a SHA-256: write its 64 hexadecimal digits"


def test_the_sum_of_the_file_is_told_from_the_commitment(tmp_path: Path) -> None:
    plan = drawn(tmp_path)
    given = sha256(plan.read_bytes()).hexdigest()
    told = one_line(run("draw", plan, "--csv", tmp_path / "s.csv", "--commitment", given.upper()))
    assert told == (
        f"error: --commitment {given[:16]}… is the SHA-256 of the file plan.json, so the plan is the same; its "
        f"commitment is the digest in it: give {' '.join(published(plan))}"
    )
    assert run("draw", plan, "--csv", tmp_path / "s.csv", *published(plan)).exit_code == 0


def test_a_commitment_may_be_copied_from_paper(tmp_path: Path) -> None:
    plan = drawn(tmp_path)
    (_, digits) = published(plan)
    groups = " ".join(digits[place : place + 8] for place in range(0, 64, 8)).upper()
    assert result(plan, fill(tmp_path), "--commitment", f" {groups}\n")[0] == 0


# Who plans: the commitment is printed only where there is something to be bound to.


def test_a_commit_that_failed_has_printed_no_commitment_and_left_no_file(tmp_path: Path) -> None:
    site = write(tmp_path / "site")
    broken = write(tmp_path / "broken")
    (broken / "site.toml").write_text("format = ", encoding="utf-8")
    plan = tmp_path / "plan.json"
    (tmp_path / "there.json.seed").write_text("x", encoding="utf-8")
    attempts: list[tuple[object, ...]] = [
        (tmp_path / "nowhere", "--commit", plan),
        (broken, "--commit", plan),
        (site, "--commit", plan, "--items", "SHELL=100000"),
        (site, "--commit", plan, "--items", "NOTHING=1"),
        (site, "--commit", plan, "--seed-text", "short"),
        (site, "--commit", plan, "--seed-sha256", "abc"),
        (site, "--commit", plan, "--seed-source", " "),
        (site, "--commit", plan, "--seed-source", "two\nlines"),
        (site, "--commit", plan, "--as-of", "yesterday"),
        (site, "--commit", tmp_path / "no folder" / "plan.json"),
        (site, "--commit", tmp_path / "there.json"),
        (site, "--commit", plan, "--json", tmp_path / "no folder" / "j.json"),
    ]
    before = sorted(tmp_path.iterdir())
    for asked in attempts:
        said = run("plan", *asked)
        assert one_line(said)
        assert said.stdout == "", asked
        assert sorted(tmp_path.iterdir()) == before, asked


def test_a_plan_that_could_not_be_written_leaves_no_seed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[int] = []

    def full(descriptor: int) -> None:
        if written:
            raise OSError(28, "No space left on device")
        written.append(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    said = run("plan", write(tmp_path / "site"), "--commit", tmp_path / "plan.json")
    assert one_line(said) == (
        f"error: {tmp_path / 'plan.json'}: cannot be written (No space left on device): make room, or name another file"
    )
    assert said.stdout == ""
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_json_on_standard_output_stands_alone(tmp_path: Path) -> None:
    said = run("plan", write(tmp_path / "site"), "--commit", tmp_path / "plan.json", "--json", "-")
    assert said.stdout == (tmp_path / "plan.json").read_text(encoding="utf-8")
    assert f"commitment {plan_digest(read_plan(tmp_path / 'plan.json'))}" in said.stderr.splitlines()


# Who keeps the seed, or names the public value.


def test_another_seed_needs_another_plan(tmp_path: Path) -> None:
    plan = drawn(tmp_path)
    commitment = published(plan)
    sealed_anew(plan, lambda document: document.update(seed_sha256=sha256_of("a seed that pleases me")))
    sheet = ("--csv", tmp_path / "s.csv", "--seed-text", "a seed that pleases me")
    assert run("draw", plan, *sheet).exit_code == 0
    assert "is not that of this plan" in one_line(run("draw", plan, *sheet, *commitment))


def public(folder: Path) -> Path:
    plan = folder / "public.json"
    assert run("plan", write(folder / "site"), "--commit", plan, "--seed-source", SOURCE).exit_code == 0
    return plan


def test_a_public_value_makes_the_draw(tmp_path: Path) -> None:
    plan = public(tmp_path)
    assert not plan.with_name("public.json.seed").exists()
    sheet = ("--csv", tmp_path / "sheet.csv")
    assert one_line(run("draw", plan, *published(plan), *sheet)) == (
        f"error: {plan}.seed: the seed cannot be read: it is this public value, to be given with --seed-text: {SOURCE}"
    )
    value = ("--seed-text", "3 1 4 1 5 9 2 6 5 3 5 8")
    assert run("draw", plan, *published(plan), *sheet, *value).exit_code == 0
    assert result(plan, fill(tmp_path), *published(plan), *value, "--html", tmp_path / "c.html")[0] == 0
    page = (tmp_path / "c.html").read_text(encoding="utf-8")
    # Whoever was there, or can look it up, compares it.
    assert f'<code class="seed">314159265358</code>, the letters and digits of the public value: {SOURCE}' in page


def test_a_public_value_makes_one_draw_however_it_is_spelt(tmp_path: Path) -> None:
    plan = public(tmp_path)
    spellings = ["DAX 24 Nov 2026: 19,032.44", "dax 24nov2026 19032.44", " Dax-24-NOV-2026 1-9-0-3-2-4-4\n"]
    for number, text in enumerate(spellings):
        assert run("draw", plan, "--seed-text", text, "--csv", tmp_path / f"{number}.csv").exit_code == 0
    assert len({(tmp_path / f"{number}.csv").read_bytes() for number in range(3)}) == 1
    # By hand, as the manual says it.
    sealed = read_plan(plan)
    value, stratum = "dax24nov20261903244", sealed.strata[0]
    text = f"{value}\n{sealed.book_digest}\n{stratum.id}\n"
    order = sorted(range(1, stratum.units + 1), key=lambda unit: sha256(f"{text}{unit}".encode()).digest())
    lines = draw_units(sealed, spellings[0]).lines
    assert {line.position for line in lines if line.stratum == stratum.id} == set(order[: stratum.counted])


@pytest.mark.parametrize("value", ["19,032.44", "1 2 3 4 . . . . . .", "a value\nin two lines", "\u0661" * 20])
def test_a_public_value_that_is_none_is_refused(tmp_path: Path, value: str) -> None:
    told = one_line(run("draw", public(tmp_path), "--seed-text", value, "--csv", tmp_path / "s.csv"))
    assert told.startswith("error: the public value must be ")


def test_a_secret_seed_counts_as_it_stands(tmp_path: Path) -> None:
    plan = drawn(tmp_path)
    assert "this seed is not the one of the plan" in one_line(
        run("draw", plan, "--seed-text", SEED.upper(), "--csv", tmp_path / "s.csv")
    )


def test_two_values_for_one_plan_are_two_draws(tmp_path: Path) -> None:
    plan = public(tmp_path)
    first, second = ("--seed-text", "1" * 16), ("--seed-text", "2" * 16)
    for value, name in ((first, "sheet.csv"), (second, "second.csv")):
        assert run("draw", plan, *published(plan), *value, "--csv", tmp_path / name).exit_code == 0
    told = one_line(run("certify", fill(tmp_path), "--plan", plan, *published(plan), *second, *WHO))
    assert "fill in a sheet of this draw" in told
    assert result(plan, fill(tmp_path), *published(plan), *first)[0] == 0


# Who keeps the book.


def test_books_that_change_after_the_freeze_change_no_certificate(tmp_path: Path) -> None:
    plan = drawn(tmp_path)
    before = result(plan, fill(tmp_path), *published(plan))
    write(tmp_path / "site", counts="inventory,at,area,material,quantity,method\nI1,2026-01-01,M1,SHELL,50,\n")
    assert result(plan, fill(tmp_path), *published(plan)) == before
    shutil.rmtree(tmp_path / "site")
    assert result(plan, fill(tmp_path), *published(plan)) == before


def test_a_book_that_is_not_the_sites_shows_when_it_is_planned_again(tmp_path: Path) -> None:
    asked = ("--as-of", "2026-01-20")
    honest = write(tmp_path / "honest")
    false = write(tmp_path / "false", counts="inventory,at,area,material,quantity,method\nI1,2026-01-01,M1,SHELL,70,\n")
    assert run("plan", false, *asked, "--commit", tmp_path / "plan.json").exit_code == 0
    frozen = read_plan(tmp_path / "plan.json").book_digest
    assert frozen in run("plan", false, *asked).stdout.replace("\n", "")
    assert frozen not in run("plan", honest, *asked).stdout.replace("\n", "")


def test_a_magazine_that_was_made_unfit_is_not_covered(tmp_path: Path) -> None:
    # A row at fault, so that nothing is drawn from magazine 2: what is excluded there is nothing.
    spoilt = tmp_path / "site"
    rows = "inventory,at,area,material,quantity,method\nI1,2026-01-01,M1,SHELL,100,\nI1,2026-01-01,M2,BOMB,many,\n"
    write(spoilt, counts=rows)
    plan = tmp_path / "plan.json"
    assert run("plan", spoilt, "--commit", plan, "--seed-text", SEED).exit_code == 3
    assert run("draw", plan, *published(plan), "--csv", tmp_path / "sheet.csv").exit_code == 0
    code, said = result(plan, fill(tmp_path), *published(plan))
    assert code == 3
    assert "excluded: a loss of 20 kg of TNT from M1/SHELL" in said
    assert "not covered: M2/BOMB: row 3 of counts is set aside and could change the book: mend it" in said


# Who certifies: when, and by whom.


def test_a_count_is_not_dated_in_the_future(tmp_path: Path) -> None:
    plan = drawn(tmp_path)
    later = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    for text in (later, f"{later}T10:00", "9999-12-30", "2999-01-01T00:00+00:00"):
        asked = (*WHO[:4], "--counted-at", text)
        told = one_line(run("certify", fill(tmp_path), "--plan", plan, *published(plan), *asked))
        assert told.startswith(f"error: --counted-at {text} is yet to come, it is ")


FUTURE = "movement,at,kind,material,quantity,from_area,to_area,method\n9,2099-03-01,receipt,SHELL,40,,M1,\n"


def test_no_book_is_committed_that_no_count_could_be_after(tmp_path: Path) -> None:
    site, plan = write(tmp_path / "site"), tmp_path / "plan.json"
    today = datetime.now(ZoneInfo("Asia/Seoul")).date()
    for asked in (("--as-of", "2099-01-01"), ("--as-of", (today + timedelta(days=1)).isoformat())):
        assert one_line(run("plan", site, *asked, "--commit", plan)) == (
            f"error: the book is to be frozen on {asked[1]}, which is yet to come: write --as-of {today}, "
            "or leave it out"
        )
    write(site, movements=FUTURE)
    assert one_line(run("plan", site, "--commit", plan)) == (
        "error: the last row of the books is of 2099-03-01, which is yet to come (movement '9'): correct it, "
        f"or freeze the book with --as-of {today}"
    )
    with pytest.raises(UsageError, match="which is yet to come"):
        sw.sample(site, commit=plan)
    assert not plan.exists()
    # The mend, and the count of the same day.
    assert run("plan", site, "--as-of", today, "--commit", plan).exit_code == 0
    assert run("draw", plan, "--csv", tmp_path / "sheet.csv").exit_code == 0
    who = (*WHO[:4], "--counted-at", today)
    assert run("certify", fill(tmp_path), "--plan", plan, *published(plan), *who).exit_code == 0


def test_the_day_of_the_count_may_be_today() -> None:
    now = datetime(2026, 2, 1, 20, 30, tzinfo=UTC)  # half past five on the second in Seoul
    assert counted_moment("2026-02-02", "Asia/Seoul", now=now).date().isoformat() == "2026-02-02"
    assert counted_moment("2026-02-02T05:30", "Asia/Seoul", now=now) == now
    for text in ("2026-02-02T05:31", "2026-02-03", "2026-02-01T20:31Z"):
        with pytest.raises(UsageError, match="is yet to come, it is 2026-02-02 05:30"):
            counted_moment(text, "Asia/Seoul", now=now)


def test_a_count_on_the_day_of_the_book_is_not_before_it(tmp_path: Path) -> None:
    write(tmp_path / "site")
    plan = tmp_path / "plan.json"
    asked = ("plan", tmp_path / "site", "--as-of", "2026-01-20", "--commit", plan, "--seed-text", SEED)
    assert run(*asked).exit_code == 0
    assert run("draw", plan, "--csv", tmp_path / "sheet.csv").exit_code == 0
    who = (*WHO[:4], "--counted-at")
    assert run("certify", fill(tmp_path), "--plan", plan, *published(plan), *who, "2026-01-20").exit_code == 0
    told = one_line(run("certify", fill(tmp_path), "--plan", plan, *published(plan), *who, "2026-01-20T23:59"))
    assert "before the book was frozen" in told
    assert told.endswith(": write the day alone, --counted-at 2026-01-20, or count on a later one")


@pytest.mark.parametrize(
    "witness",
    ["K-1", "k-1", " K-1 ", "K -1", "Ｋ-1", "K－1", "K\u02d71", "K.1.", "\u041a-1", "\u043a-1", "\u039a-1", "\u03ba-1"],
)
def test_one_person_is_not_two(tmp_path: Path, witness: str) -> None:
    plan = drawn(tmp_path)
    who = ("--counter", "K-1", "--witness", witness, *WHO[4:])
    told = one_line(run("certify", fill(tmp_path), "--plan", plan, *published(plan), *who))
    assert told == (
        "error: counter and witness are the same, as far as a reader sees: a second person must watch; "
        "of two people who are called alike write more of the names"
    )


def may_be_one(names: tuple[str, str]) -> bool:
    try:
        require_two(*names)
    except UsageError as error:
        return "a second person must watch" in str(error)
    return False


@pytest.mark.parametrize(
    "names", [("А. В.", "A. B."), ("МОРС", "mopc"), ("Тарасов", "TAPACOB"), ("Ρ", "P"), ("K-l0", "K-1O")]
)
def test_letters_of_another_script_make_no_second_person(names: tuple[str, str]) -> None:
    assert may_be_one(names)


@pytest.mark.parametrize(
    "names",
    [
        ("Ivan", "lvan"), ("Ivan", "1van"), ("Ivan", "|van"), ("K-1", "K-I"), ("K-1", "K-l"), ("K-10", "K-IO"),
        ("Osman", "0sman"), ("S. Kim", "5. Kim"), ("K-5", "K-S"), ("Müller", "Muller"), ("Müller", "Mueller"),
        ("é", "e"), ("José", "Jose\u0301"), ("Ørsted", "Orsted"), ("Łukasz", "Lukasz"), ("Burns", "Bums"),
        ("Weiß", "Weiss"), ("Ali Khan", "Khan Ali"), ("Ali Khan", "KHAN, ALI"), ("Ali Khan", "AliKhan"),
        ("K-1", "K-01"), ("K-O1", "K-01"), ("K-O1", "K-1"), ("7", "007"), ("Guard 12", "guard 0012"),
        ("Ali Khan (counter)", "Ali Khan (witness)"),
        ("Ali Khan", "Ali Khan [2]"), ("Ali Khan", "Ali Khan (second"), ("Ali (Khan)", "Ali Khan"),
        ("علي", "عَلِي"), ("Khan Ali (M1)", "AIi Khán"), ("(K-1)", "K-1"),
    ],
)  # fmt: skip
def test_one_name_in_two_writings_makes_no_second_person(names: tuple[str, str]) -> None:
    assert may_be_one(names)
    assert may_be_one(names[::-1])


@pytest.mark.parametrize(
    "names",
    [
        ("K-1", "K-2"), ("A. B.", "A. C."), ("Ivanov", "Ivanova"), ("김", "이"), ("K-1", "K-10"), ("K-12", "K-21"),
        ("A-1-2", "A-2-1"), ("Brian", "Brain"), ("Ali Khan", "Ali Khalil"), ("राम", "रम"), ("が", "か"),
        ("Kim Min", "Kim Jin"),
        ("Guard (1)", "Officer (1)"), ("K-100", "K-1"), ("Anna", "Hanna"), ("강민수", "강민주"),
    ],
)  # fmt: skip
def test_two_people_are_two(names: tuple[str, str]) -> None:
    require_two(*names)


@pytest.mark.parametrize("name", ["", " ", "\u200b", "-", "\u2800"])
def test_nobody_is_no_witness(tmp_path: Path, name: str) -> None:
    plan = drawn(tmp_path)
    who = ("--counter", "K-1", "--witness", name, *WHO[4:])
    told = one_line(run("certify", fill(tmp_path), "--plan", plan, *who))
    assert told == "error: a certificate names who counted and who watched: give --counter and --witness"


@pytest.mark.parametrize(
    ("number", "why"),
    [(1, "whose commitment does not cover it"), (2, "which an earlier version made, and whose book says less")],
)
def test_a_plan_of_an_earlier_format_is_refused(tmp_path: Path, number: int, why: str) -> None:
    plan = drawn(tmp_path)
    schema = f"stockward.plan/{number}"
    plan.write_text(plan_text(read_plan(plan)).replace("stockward.plan/3", schema), encoding="utf-8")
    assert one_line(run("draw", plan, "--csv", tmp_path / "s.csv")) == (
        f"error: plan.json: the plan is of schema {schema}, {why}: make it again with "
        "stockward sample plan SITE --commit PLAN"
    )


NOT_OF_THE_BOOK: list[Callable[[Document], object]] = [
    lambda plan: plan.update(timezone="UTC"),
    lambda plan: plan.update(decimal=","),
    lambda plan: plan["strata"][0].update(area_name="Magazine 2"),
    lambda plan: plan["strata"][0].update(material_name="Bomb"),
    lambda plan: plan["strata"][0].update(inventory="I7"),
    lambda plan: plan["goals"][0].update(holding="plutonium", id="plutonium"),
    lambda plan: plan["goals"][0].update(unit="g"),
    lambda plan: plan["not_planned"].append({"what": "M3/BOMB", "reason": "none", "set_aside": True}),
]


@pytest.mark.parametrize("place", range(len(NOT_OF_THE_BOOK)))
def test_what_is_certified_is_called_as_in_the_book(tmp_path: Path, place: int) -> None:
    plan = drawn(tmp_path)
    before = read_plan(plan).book_digest
    honest = plan.read_bytes()
    sealed_anew(plan, NOT_OF_THE_BOOK[place], book=False)
    told = one_line(run("draw", plan, "--csv", tmp_path / "s.csv"))
    assert "it is not of the frozen book: the SHA-256 of that differs" in told
    # Before the commitment a forger makes that anew as well, and whoever plans again from the site's files sees it.
    plan.write_bytes(honest)
    sealed_anew(plan, NOT_OF_THE_BOOK[place])
    assert read_plan(plan).book_digest != before


@pytest.mark.parametrize(
    "change", [{"id": "TNT in M1"}, {"id": "3 g of plutonium"}, {"unit": "bombs"}, {"area": "M1", "id": "TNT in M1"}]
)
def test_a_loss_that_is_not_called_what_it_is_does_not_add_up(tmp_path: Path, change: Document) -> None:
    plan = drawn(tmp_path)
    sealed_anew(plan, lambda document: document["goals"][0].update(change))
    assert "does not add up" in one_line(run("draw", plan, "--csv", tmp_path / "s.csv"))


@pytest.mark.parametrize("unseen", ["\U000e0100", "\u17b5", "\u180b", "\U0001d159", "\u200b", "\U000e0041", "\ufe0f"])
def test_a_sign_that_nobody_sees_makes_no_second_person(unseen: str) -> None:
    assert may_be_one((f"K-{unseen}1", "K-1"))
    assert may_be_one((f"K-{unseen}1", "k\u02d71"))
    assert not may_be_one((f"K-{unseen}1", "K-2"))


@pytest.mark.parametrize(("name", "most"), [("UNITS", 40), ("MEASURED", 10), ("DRAWN", 2)])
def test_a_plan_of_more_units_than_are_taken_is_told_when_made_and_when_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, most: int
) -> None:
    site, plan = tmp_path / "site", tmp_path / "plan.json"
    write(site)
    asked = ("plan", site, "--partial", "SHELL=0.5@0.9", "--commit", plan, "--seed-text", SEED)
    assert run(*asked).exit_code != 2
    monkeypatch.setenv(f"STOCKWARD_MAX_{name}", str(most))
    again = (*asked[:5], plan.with_name("again.json"), *asked[6:])
    for command in (again, ("draw", plan, "--csv", tmp_path / "sheets.csv")):
        result = run(*command)
        assert result.exit_code == 2
        assert f"and at most {most} are taken: count boxes with --box" in one_line(result)


def test_what_is_not_there_is_not_whole(tmp_path: Path) -> None:
    plan = drawn(tmp_path, "--partial", "SHELL=0.5@0.9")

    def gone(rows: list[dict[str, str]]) -> None:
        measured = next(row for row in rows if row["task"] == "measure")
        same = [row for row in rows if row["material"] == "SHELL" and row["area"] == measured["area"]]
        next(row for row in same if row["unit_number"] == measured["unit_number"])["quantity"] = "0"

    told = one_line(run("certify", fill(tmp_path, gone), "--plan", plan, *published(plan), *WHO))
    assert "is measured as whole, and counted as not there: correct the one that is wrong" in told
