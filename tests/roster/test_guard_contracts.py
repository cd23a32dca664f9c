"""What a contract gives over a roster: hours of absence by kind, weeks at the edge, the checker beside the model."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from guard_sites import MONDAY, guards, post, roster, small_site

from stockward.book import Site
from stockward.book.known import known_at
from stockward.guards.roll import on_posts, roll
from stockward.roster.checker.facts import Checked
from stockward.roster.site.demand import Horizon
from stockward.roster.site.staff import read_staff
from stockward.terms.verdicts import Solved

WEEKENDS = post("gate", start="06:00", end="14:00", days="sat sun")


def day(number: int) -> date:
    """A day by its number: 0 is the first Monday."""
    return MONDAY + timedelta(days=number)


def absent(kind: str, first: int, last: int | None = None) -> dict[str, Any]:
    return {"person": "G-01", "start": day(first), "end": day(first if last is None else last), "kind": kind}


def at_college(*weeks: int) -> list[dict[str, Any]]:
    """Not available from Monday to Friday of these weeks."""
    return [absent("other", 7 * week, 7 * week + 4) for week in weeks]


def site_of(folder: Path, absences: list[dict[str, Any]], *, hours: float = 16, **more: Any) -> Site:
    tables = {"absences": absences} if absences else {}
    return small_site(folder, guards(1, hours=hours, **more), [WEEKENDS], **tables)


def contract_hours(site: Site, *, first: int = 0, weeks: int = 1) -> float:
    """Hours of the contract as model and checker know them; they must agree."""
    people = on_posts(roll(known_at(site, None)))
    staff = read_staff(site, people, Horizon(day(first), weeks, site.timezone))
    checked = Checked(site, people, (), start=day(first), weeks=weeks, numbers={})
    by_checker = checked.contract_minutes("G-01")
    by_model = staff.guards[0].contract_minutes if staff.guards else 0
    assert by_model <= by_checker + 1e-6
    assert by_model > by_checker - 1 or not staff.guards
    return by_model / 60


@pytest.mark.parametrize(
    ("hours", "absences", "gives"),
    [
        (16, at_college(0), 16),  # All on Saturday and Sunday.
        (16, [], 16),
        (40, [absent("other", 0)], 40),  # On the other four days.
        (40, [absent("leave", 0)], 32),
        (40, [absent("sick", 1), absent("training", 2)], 24),
        (40, [absent("other", 0), absent("leave", 1)], 32),
        (40, [absent("leave", 0, 4)], 0),
        (40, [absent("leave", 0, 3), absent("other", 4)], 8),  # On the weekend.
        (40, [absent("other", 0, 6)], 0),  # No day is left.
        (40, [absent("leave", 5, 6)], 40),
        (16, [*at_college(0), absent("leave", 5, 6)], 0),
        (16, [*at_college(0), absent("leave", 0, 4)], 0),  # A day of both is leave.
        (40, [absent("leave", 0, 2), absent("leave", 1, 3), absent("other", 2, 3)], 8),
        (20, [absent("other", 0, 3)], 20),
    ],
)
def test_hours_of_one_week(tmp_path: Path, hours: float, absences: list[dict[str, Any]], gives: float) -> None:
    assert contract_hours(site_of(tmp_path, absences, hours=hours)) == pytest.approx(gives, abs=1 / 60)


@pytest.mark.parametrize(
    ("first", "absences", "gives"),
    [
        (5, at_college(0, 1), 16),  # The first weekend; the second lies beyond the roster, and its hours with it.
        (5, at_college(1), 0),  # Of the first week its Monday to Friday have the hours, of the second its weekend.
        (5, [], 16),
        (2, [absent("other", 0, 1)], 16 + 2 / 5 * 16),  # All of the first week lies on Wednesday to Friday.
        (2, at_college(0, 1), 16),
        (2, at_college(0), 16 + 2 / 5 * 16),
    ],
)
def test_weeks_at_the_edge(tmp_path: Path, first: int, absences: list[dict[str, Any]], gives: float) -> None:
    assert contract_hours(site_of(tmp_path, absences), first=first) == pytest.approx(gives, abs=1 / 60)


@pytest.mark.parametrize(
    ("more", "gives"),
    [({"since": day(2)}, 24), ({"until": day(2)}, 24), ({"since": day(5)}, 0), ({"since": day(-100)}, 40)],
)
def test_days_on_which_a_guard_does_not_count(tmp_path: Path, more: dict[str, Any], gives: float) -> None:
    assert contract_hours(site_of(tmp_path, [], hours=40, **more)) == pytest.approx(gives)


@pytest.mark.parametrize("seed", range(60))
def test_model_and_checker_agree(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    weeks, kinds = random.randint(1, 3), ["leave", "sick", "training", "other", "other", "other"]
    absences = []
    for _ in range(random.randint(0, 8)):
        first = random.randint(-6, 7 * weeks)
        absences.append(absent(random.choice(kinds), first, first + random.randint(0, 6)))
    more = {"since": day(random.randint(-9, 9))} if random.random() < 0.3 else {}
    site = site_of(tmp_path, absences, hours=random.choice([16, 20, 37.7, 40]), **more)
    contract_hours(site, first=random.randint(0, 6), weeks=weeks)


def test_a_guard_away_on_weekdays_fills_the_weekends(tmp_path: Path) -> None:
    answer = roster(site_of(tmp_path, at_college(0, 1, 2, 3)), weeks=4)
    assert answer.status is Solved.PROVEN
    assert [one.hours for one in answer.guards] == [one.contract for one in answer.guards] == [64]
    assert any("G-01: on days of absence of the kind other" in note for note in answer.notes)


@pytest.mark.parametrize(
    ("absences", "more", "reason"),
    [
        ([absent("leave", 0, 4)], {}, "the contract gives 0 hours over the roster, after 16 of leave, sickness and"),
        ([], {"since": day(5)}, "the contract gives 0 hours over the roster, since they count on no Monday to Friday"),
        ([], {"hours": 8}, "the contract gives 8 hours over the roster."),
    ],
)
def test_the_conflict_names_what_takes_the_hours(
    tmp_path: Path, absences: list[dict[str, Any]], more: dict[str, Any], reason: str
) -> None:
    answer = roster(site_of(tmp_path, absences, **more))
    assert answer.status is Solved.IMPOSSIBLE
    assert reason in answer.conflicts[1].words


def test_more_hours_are_found_beside_days_of_other(tmp_path: Path) -> None:
    """Two guards at college in one week lack hours: the raised contracts give all that the way out takes."""
    shifts = post("day", start="06:00", end="18:00", days="mon wed", hours_per_shift=12)
    site = small_site(tmp_path, guards(2, hours=10), [WEEKENDS, shifts], absences=at_college(0))
    ways = {way.what: way for way in roster(site, weeks=2).relaxations}
    assert ways["hours"].amount == 2 * (2 * 8 + 2 * 12) - 2 * 2 * 10
