"""Small sites of guards and posts alone, written as folders and read as any site is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import sites
from stockward.answers.roster import RosterAnswer
from stockward.book import Site, read_site
from stockward.questions.roster import RosterRequest, make_guards_roster
from stockward.roster.site.making import Limit

MONDAY = date(2026, 7, 6)
GENERATED = datetime(2026, 7, 1, tzinfo=UTC)
ROUNDS = 600

Rows = list[dict[str, Any]]

RULES = {"max_hours_per_week": 48, "min_rest_hours": 11, "max_consecutive_shifts": 6}


def guards(number: int, *, hours: float = 40, **more: Any) -> Rows:
    """So many guards, every third a civilian, all without qualifications."""
    return [
        {
            "person": f"G-{place + 1:02d}", "role": "guard", "hours_per_week": hours, "qualifications": "",
            "affiliation": "civilian" if place % 3 == 2 else "ministry", **more,
        }
        for place in range(number)
    ]  # fmt: skip


def post(code: str, **more: Any) -> dict[str, Any]:
    """A post of one guard, day and night, in shifts of eight hours."""
    return {"post": code, "kind": "fixed", "guards": 1, "start": "00:00", "end": "24:00", "days": "daily", **more}


def locked_at(person: str, place: str, start: str) -> dict[str, str]:
    """A locked assignment."""
    return {"person": person, "post": place, "start": start, "locked": "yes"}


def small_site(
    folder: Path, people: Rows, posts: Rows, *, rules: Mapping[str, float | str | None] | None = None,
    zone: str = "Europe/Berlin", **tables: Rows,
) -> Site:  # fmt: skip
    """Write and read a site; every row must be good. Rules that must be said are none; ``None`` leaves one unsaid."""
    said = {"max_hours_per_week": '"none"', "min_rest_hours": '"none"', **(RULES if rules is None else rules)}
    stated = "\n".join(f"{name} = {value}" for name, value in said.items() if value is not None)
    more = f"[force]\nshift_hours = 8\n[work_rules]\n{stated}"
    written = sites.settings("Small works", timezone=zone, more=more)
    site = read_site(sites.write(folder, {"people": people, "posts": posts, **tables}, written))
    assert not site.problems, [str(problem) for problem in site.problems]
    return site


def roster(site: Site, *, weeks: int = 1, start: date = MONDAY, rounds: int = ROUNDS, **asked: Any) -> RosterAnswer:
    """The roster of a site, the same every time."""
    question = RosterRequest(start=start, weeks=weeks, generated=GENERATED, **asked)
    return make_guards_roster(site, question, limit=Limit(rounds=rounds))
