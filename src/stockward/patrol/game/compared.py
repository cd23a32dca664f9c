"""Other ways to walk on the same ground: on a fixed round, and from area to area at random."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from stockward.patrol.game.ground import NO_WAY, ON_THE_WAY, Ground, Walk, Walks
from stockward.patrol.game.together import JointSearch

if TYPE_CHECKING:
    from stockward.patrol.game.ground import Floats, Integers
    from stockward.patrol.game.thefts import Thefts

_LONGEST_STAY, _KEPT = 4, 8


def best_round(ground: Ground, thefts: Thefts, others: Iterable[Walks] = ()) -> Floats:
    """What each theft gains where patrols walk the best fixed round found, the same every night, shape (thefts,).

    Patrols walk the round of all targets one after the other, evenly spaced, staying in each area for up to four steps;
    or they walk so that as few thefts as can be are left of those from the targets that are worth most, however many
    these are. ``others`` are fixed walks that are looked at as well.
    """
    rounds = [_round(ground, thefts, stays) for stays in range(_LONGEST_STAY + 1)]
    search = JointSearch(ground, thefts)
    for least in np.unique(thefts.gains):
        found = search.best(np.where(thefts.gains >= least, thefts.prevented, 0.0), _KEPT)
        rounds += [found.walks] if found.walks is not None else []
    gains = [thefts.gains - thefts.prevented * thefts.met(ground.presence(one)) for one in [*rounds, *others]]
    return min(gains, key=lambda one: float(one.max(initial=0.0)))


def _round(ground: Ground, thefts: Thefts, stays: int) -> Walks:
    order = _tour(ground, np.flatnonzero(thefts.worth > 0))
    walks = []
    for patrol, base in enumerate(ground.bases):
        home = order[0] if base is None else base
        first = min(range(len(order)), key=lambda place: int(ground.shortest[home, order[place]]))
        own = [*order[first:], *order[:first]]
        length = sum(int(ground.shortest[at, to]) + stays for at, to in zip(own, [*own[1:], own[0]], strict=True))
        walks.append(_walked_round(ground, home, own, stays, patrol * length // len(ground.bases)))
    return tuple(walks)


def _tour(ground: Ground, targets: Integers) -> list[int]:
    """A short round of all targets: the nearest next, then crossings taken out for as long as that shortens it."""
    left = [int(one) for one in targets]
    found = [left.pop(0)]
    while left:
        nearest = min(left, key=lambda to: (int(ground.shortest[found[-1], to]), to))
        left.remove(nearest)
        found.append(nearest)
    shorter = True
    while shorter:
        shorter = False
        for begin in range(1, len(found) - 1):
            for end in range(begin + 1, len(found)):
                tried = [*found[:begin], *reversed(found[begin : end + 1]), *found[end + 1 :]]
                if _length(ground, tried) < _length(ground, found):
                    found, shorter = tried, True
    return found


def _length(ground: Ground, order: list[int]) -> int:
    return sum(int(ground.shortest[at, to]) for at, to in zip(order, [*order[1:], order[0]], strict=True))


def _walked_round(ground: Ground, home: int, order: list[int], stays: int, waits: int) -> Walk:
    """The round again and again, begun after some steps at the base, and back there at the end."""
    places = [ON_THE_WAY] * ground.steps
    at, step, place = home, 0, 0
    last = ground.steps - 1
    places[0] = home
    for _ in range(min(waits, last)):
        step += 1
        places[step] = home
    while True:
        to = order[place % len(order)]
        back = int(ground.shortest[to, home]) if ground.returns else 0
        takes = int(ground.shortest[at, to])
        # A round of one area is a stay there.
        if step + takes + stays + back > last or (takes + stays == 0 and len(order) == 1):
            break
        at, step = _go(ground, places, at, to, step)
        for _ in range(stays):
            step += 1
            places[step] = at
        place += 1
    if ground.returns:
        at, step = _go(ground, places, at, home, step)
    places[step:] = [at] * (ground.steps - step)
    return tuple(places)


def _go(ground: Ground, places: list[int], at: int, to: int, step: int) -> tuple[int, int]:
    """Walk the shortest way, over the areas on it."""
    while at != to:
        left = int(ground.shortest[at, to])
        over, steps = next(
            (one, takes) for one, takes in ground.ways[at] if takes + int(ground.shortest[one, to]) == left
        )
        at, step = over, step + steps
        places[step] = at
    return at, step


def random_gains(ground: Ground, thefts: Thefts, by_worth: bool) -> Floats:
    """What each theft gains where each patrol goes on at random from every area, shape (thefts,).

    It goes to any area that a direct way leads to and from which it still comes back in time, all as likely, or as
    likely as they are worth; one that is no target is then worth as much as targets are on average. The chances are
    exact: those that a patrol is not in the area during the theft, step by step backwards; patrols walk independently.
    """
    missed = np.ones(len(thefts.starts))
    for base in dict.fromkeys(ground.bases):
        chances = _chances(ground, thefts, base, by_worth)
        number = ground.bases.count(base)
        for area in np.unique(thefts.areas):
            own = np.flatnonzero(thefts.areas == area)
            missed[own] *= _missed(ground, thefts, chances, base, int(area), thefts.starts[own]) ** number
    gains: Floats = thefts.gains - thefts.prevented * (1.0 - missed)
    return gains


def _chances(ground: Ground, thefts: Thefts, base: int | None, by_worth: bool) -> list[dict[int, Floats]]:
    """For each step the chance to go from area to area, by how many steps that takes, shape (areas, areas)."""
    worth = thefts.worth.copy() if by_worth else np.ones(ground.areas)
    worth[worth <= 0] = worth[worth > 0].mean()
    last = ground.steps - 1
    home = np.zeros(ground.areas, np.int64) if base is None or not ground.returns else ground.shortest[:, base]
    takes = np.full((ground.areas, ground.areas), NO_WAY, np.int64)
    for area, ways in enumerate(ground.ways):
        for to, steps in ways:
            takes[area, to] = steps
    found = []
    for step in range(last):
        weights = np.where(step + takes + home[None, :] <= last, worth[None, :], 0.0)
        stays = weights.sum(axis=1) == 0
        weights[stays, stays.nonzero()[0]] = 1.0
        shares = weights / weights.sum(axis=1, keepdims=True)
        long = np.where(np.eye(ground.areas, dtype=np.bool_), 1, takes)
        found.append({int(one): np.where(long == one, shares, 0.0) for one in np.unique(long[shares > 0])})
    return found


def _missed(
    ground: Ground, thefts: Thefts, chances: list[dict[int, Floats]], base: int | None, area: int, starts: Integers
) -> Floats:
    """The chance that one patrol is not in an area during thefts there, by start, shape (starts,)."""
    lasts = int(thefts.lasts[area])
    after: list[Floats] = [np.ones((0, 0))] * ground.steps
    for step in range(ground.steps - 1, -1, -1):
        if step == ground.steps - 1:
            here = np.ones((len(starts), ground.areas))
        else:
            here = sum(
                (
                    after[step + takes] @ shares.T
                    for takes, shares in chances[step].items()
                    if step + takes < ground.steps
                ),
                np.zeros((len(starts), ground.areas)),
            )
        here[(starts <= step) & (step < starts + lasts), area] = 0.0
        after[step] = here
    begin: Floats = after[0].mean(axis=1) if base is None else after[0][:, base]
    return begin
