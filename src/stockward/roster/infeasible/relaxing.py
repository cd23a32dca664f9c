"""The cheapest ways out of an impossible roster: places left open, more hours, more guards; each with a roster.

A way out is another site: with higher contracts, or with more guards. So its roster is made, and checked, like any.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from stockward.book import Site
from stockward.roster.infeasible.alone import Alone
from stockward.roster.infeasible.conditions import (
    shortages,
)
from stockward.roster.infeasible.conflicts import conflicts_of, what_binds
from stockward.roster.infeasible.ways import guards_ruled_out, hours_ruled_out
from stockward.roster.site.demand import DatedShift
from stockward.roster.site.making import Limit, Made, Making
from stockward.roster.site.problem import GuardProblem
from stockward.roster.site.search import Search

NEW = "new"
"""Beginning of the codes of guards who are not there yet."""
_MOST_ROUNDS = 6
_FITTING = 0.85
"""Share of the hours of a guard more that fit the places that stay open: they lie where they lie."""


@dataclass(frozen=True, eq=False)
class Asking:
    """What ways out are made from.

    ``problem_of`` makes the problem of a site; ``limit`` gives a fresh limit for one making.
    """

    site: Site
    problem: GuardProblem
    problem_of: Callable[[Site], GuardProblem]
    limit: Callable[[], Limit]
    seed: int


@dataclass(frozen=True, eq=False)
class WayOut:
    """A way out: its site, problem and roster (``None`` where none was found), and what it takes.

    ``parts`` by qualification, guard or post. ``ruled_out`` says what proves that there is no roster this way.
    """

    what: str
    site: Site
    problem: GuardProblem
    made: Made | None
    amount: float | None
    parts: tuple[tuple[str, float], ...]
    ruled_out: str | None = None


def _quiet(best: int | None, bound: float) -> None:
    """No progress is told of a way out."""


def fewest_places_open(asking: Asking, least: int) -> WayOut:
    """The roster that leaves the fewest places open; ``least`` cannot be undercut."""
    making = Making(
        asking.problem, asking.seed, asking.limit(), _quiet, enough=lambda search: search.left_open <= least,
        places_may_stay_open=True,
    )  # fmt: skip
    made = making.make()
    if made.settling is None:
        return WayOut("posts", asking.site, asking.problem, None, None, ())
    counted: dict[str, float] = {}
    for _, place in made.settling.left_open:
        counted[place.post] = counted.get(place.post, 0) + 1
    parts = tuple(sorted(counted.items(), key=lambda item: (-item[1], item[0])))
    return WayOut("posts", asking.site, asking.problem, made, sum(counted.values()), parts)


def least_hours_more(asking: Asking, places: WayOut, most_hours: float, least_minutes: int) -> WayOut:
    """The roster with the fewest hours beyond contracts, up to ``most_hours`` a week; ``least_minutes`` are needed.

    It is begun from the roster with places left open. Where so many hours cannot do, nothing is searched.
    """
    guards = {guard.code: guard for guard in asking.problem.guards}
    raised = {code: max(most_hours, guard.hours_per_week) for code, guard in guards.items()}
    site = with_hours(asking.site, raised)
    problem = asking.problem_of(site)
    short = shortages(problem)
    if short:
        why = hours_ruled_out(most_hours, conflicts_of(problem, short[0]))
        return WayOut("hours", site, problem, None, None, (), why)
    ordinary = np.array(
        [guards[one.code].most_minutes if one.code in guards else 0 for one in problem.guards], np.int64
    )

    def enough(search: Search) -> bool:
        return beyond(search) <= least_minutes

    def beyond(search: Search) -> int:
        rows = search.best[: search.people]
        minutes = search.scorer.minutes[search.scorer.numbers(rows)].sum(axis=1)
        return int(np.maximum(minutes - ordinary, 0).sum())

    begun = begun_from(places, problem)
    made = Making(
        problem, asking.seed, asking.limit(), _quiet, enough=enough, ordinary=ordinary, begun=begun
    ).make()  # fmt: skip
    if made.settling is None:
        return WayOut("hours", site, problem, None, None, ())
    needed, parts = {}, []
    for number, guard in enumerate(problem.guards):
        minutes = sum(problem.shifts[s].minutes for s in made.times[number])
        own = guards[guard.code]
        more = minutes - own.most_minutes
        if more > 0:
            parts.append((guard.code, more / 60))
            needed[guard.code] = own.hours_per_week * minutes / max(own.contract_minutes, 1)
    site = with_hours(asking.site, needed)
    return WayOut("hours", site, problem, made, sum(hours for _, hours in parts), tuple(parts))


def begun_from(way: WayOut, problem: GuardProblem) -> list[frozenset[int]] | None:
    """The shifts of the guards of a way out as another problem numbers them; ``None`` where it has none."""
    if way.made is None or not way.made.times:
        return None
    numbers = {(shift.start, shift.end): number for number, shift in enumerate(problem.shifts)}
    worked = {}
    for guard, mine in zip(way.problem.guards, way.made.times, strict=True):
        spans = [(way.problem.shifts[s].start, way.problem.shifts[s].end) for s in mine]
        worked[guard.code] = frozenset(numbers[span] for span in spans if span in numbers)
    return [worked.get(guard.code, frozenset()) for guard in problem.guards]


def with_hours(site: Site, hours: Mapping[str, float]) -> Site:
    """The site with other contract hours for some guards."""
    people = site["people"]
    changed = [hours.get(code, before) for code, before in people.select("person", "hours_per_week").rows()]
    return site.replace(people=people.with_columns(pl.Series("hours_per_week", changed, dtype=pl.Float64)))


def fewest_guards_more(asking: Asking, places: WayOut) -> WayOut:
    """A roster with as few guards more as are found, by qualification; begun from the places that stay open.

    Where so many do not do, each try has twice as many more as the one before, and goes on from its roster.
    """
    wanted, way, step = _lacking(asking.problem, places.made), places, 1
    for tried in range(_MOST_ROUNDS):
        if not wanted:
            break
        way = _with_guards(asking, way, wanted)
        if _is_found(way):
            return _fewer(asking, wanted, way)
        why = _closed_to_all(asking, places, wanted) if not tried else None
        if why is not None:
            return WayOut("guards", asking.site, asking.problem, None, None, (), why)
        largest = max(wanted, key=lambda key: (wanted[key], key))
        wanted, step = {**wanted, largest: wanted[largest] + step}, 2 * step
    return WayOut("guards", asking.site, asking.problem, None, None, ())


def _closed_to_all(asking: Asking, places: WayOut, wanted: Mapping[tuple[str, str], int]) -> str | None:
    """Why no number of guards will do: by the rules of each alone none may work a shift of which places stay open."""
    if places.made is None or places.made.settling is None:
        return None
    site = with_guards(asking.site, dict.fromkeys(wanted, 1), usual_hours(asking.problem))
    problem = asking.problem_of(site)
    there = {guard.code for guard in asking.problem.guards}
    new = [number for number, guard in enumerate(problem.guards) if guard.code not in there]
    alone = Alone(problem)
    posts = {number: place.post for number, place in places.made.settling.left_open}
    for number, post in sorted(posts.items()):
        shift = places.problem.shifts[number]
        if _none_may(alone, new, shift):
            rules = what_binds(problem, lambda one: _none_may(Alone(one), new, shift))  # noqa: B023
            return guards_ruled_out(post, places.problem.horizon.date(shift.day), rules)
    return None


def _none_may(alone: Alone, guards: Sequence[int], shift: DatedShift) -> bool:
    """Whether by the rules of each alone none of these guards may work a shift."""
    return not any(alone.most(guards, lambda one: int((one.start, one.end) == (shift.start, shift.end))))


def _fewer(asking: Asking, wanted: Mapping[tuple[str, str], int], best: WayOut) -> WayOut:
    """Leave out one guard more of a kind as long as a roster is still found."""
    now = dict(wanted)
    for key in sorted(now, key=lambda key: (-now[key], key)):
        while now[key] > 0 and sum(now.values()) > 1:
            fewer = {**now, key: now[key] - 1}
            way = _with_guards(asking, best, fewer)
            if not _is_found(way):
                break
            now, best = fewer, way
    return best


def _is_found(way: WayOut) -> bool:
    """Whether a roster was found."""
    return way.made is not None and way.made.settling is not None


def _lacking(problem: GuardProblem, made: Made | None) -> dict[tuple[str, str], int]:
    """Guards that would fill the places left open, by qualification and affiliation.

    What takes only little of a guard's hours, those who are there are thought to fill; but one guard is lacking.
    """
    if made is None or made.settling is None or not made.settling.unfilled or not problem.guards:
        return {}
    hours: dict[tuple[str, str], float] = {}
    posts = {post.post: post for post in problem.posts}
    for shift, place in made.settling.unfilled:
        able = {problem.guards[problem.classes[c][0]].affiliation for c in place.kind.classes}
        affiliation = able.pop() if len(able) == 1 else _commonest([guard.affiliation for guard in problem.guards])
        key = posts[place.post].qualification or "", affiliation
        hours[key] = hours.get(key, 0) + problem.shifts[shift].minutes / 60
    contract = usual_hours(problem) * problem.horizon.weeks
    largest = max(hours, key=lambda key: (hours[key], key))
    guards = {key: round(total / (_FITTING * contract)) for key, total in hours.items()}
    return {key: number for key, number in {**guards, largest: max(1, guards[largest])}.items() if number}


def _commonest(values: Sequence[str]) -> str:
    return max(sorted(set(values)), key=list(values).count)


def usual_hours(problem: GuardProblem) -> float:
    """The hours a week that most contracts come near to: those of a guard more."""
    hours = sorted(guard.hours_per_week for guard in problem.guards)
    return hours[len(hours) // 2]


def _with_guards(asking: Asking, before: WayOut, wanted: Mapping[tuple[str, str], int]) -> WayOut:
    """The roster with guards more, begun from that of another way out."""
    site = with_guards(asking.site, wanted, usual_hours(asking.problem))
    problem = asking.problem_of(site)
    begun = begun_from(before, problem)
    made = Making(problem, asking.seed, asking.limit(), _quiet, enough=lambda search: True, begun=begun).make()
    by_name: dict[str, float] = {}
    for (qualification, affiliation), number in wanted.items():
        name = f"{affiliation}{', ' + qualification if qualification else ''}"
        by_name[name] = by_name.get(name, 0) + number
    parts = tuple(item for item in sorted(by_name.items()) if item[1])
    return WayOut("guards", site, problem, made, sum(wanted.values()), parts)


def with_guards(site: Site, wanted: Mapping[tuple[str, str], int], hours: float) -> Site:
    """The site with so many guards more, by qualification and affiliation, who are there all the time."""
    people = site["people"]
    rows = [
        _new_guard(qualification, affiliation, one, hours)
        for (qualification, affiliation), number in sorted(wanted.items())
        for one in range(1, number + 1)
    ]
    if not rows:
        return site
    schema = people.schema
    more = pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)
    return site.replace(people=pl.concat([people, more]))


def _new_guard(qualification: str, affiliation: str, one: int, hours: float) -> dict[str, Any]:
    """A row of people; the code says what the guard is, so it stays the same when others are added."""
    return {
        "person": "-".join(filter(None, (NEW, affiliation, qualification, f"{one:02d}"))),
        "role": "guard",
        "affiliation": affiliation,
        "qualifications": [qualification] if qualification else None,
        "hours_per_week": hours,
        "row": 0,
    }
