"""Who stands at which post: the last step, once it is settled who works when and what for.

Guards of one kind of shift are free to stand at any of its posts. Each is given the post of an earlier roster where
there is one, and pairs that meet too often are parted by exchanges within a shift.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import combinations

import numpy as np

from stockward.roster.rules.forms import Integers
from stockward.roster.rules.table import PAIRS
from stockward.roster.site.columns import PlaceKind, Translated, kinds_of
from stockward.roster.site.problem import GuardProblem

PAIR_DAYS = 28
_EXCHANGES = 60
"""Exchanges in a row without fewer pairs after which it is given up."""


@dataclass(frozen=True, slots=True)
class PostPlace:
    """A place to stand: which of several such posts (from 1 on), and the kind of shift that fills it."""

    post: str
    number: int
    kind: PlaceKind


@dataclass(frozen=True, slots=True)
class Settled:
    """A guard in a shift, at a place."""

    guard: int
    shift: int
    place: PostPlace


@dataclass(frozen=True, slots=True)
class Meeting:
    """Two guards who must not meet in all of these shifts, and who could stand there in place of one of them."""

    one: int
    other: int
    shifts: tuple[int, ...]
    in_place: tuple[int, ...]


def _in_turn(places: Sequence[PostPlace]) -> list[PostPlace]:
    """One place of each post, then another of each, and so on."""
    turn: Counter[tuple[str, int]] = Counter()
    keyed: list[tuple[int, int, PostPlace]] = []
    for place in places:
        keyed.append((turn[place.post, place.number], len(keyed), place))
        turn[place.post, place.number] += 1
    return [place for _, _, place in sorted(keyed, key=lambda one: one[:2])]


@dataclass(eq=False)
class Settling:
    """The places of a roster while they are given out."""

    problem: GuardProblem
    translated: Translated
    seed: int
    at: dict[int, list[Settled]] = field(default_factory=dict)
    """Who stands where, by shift."""
    left_open: list[tuple[int, PostPlace]] = field(default_factory=list)
    too_often: list[Meeting] = field(default_factory=list)
    """Pairs that meet too often all the same, or fill a post that must be mixed."""
    sent_home: list[tuple[int, int]] = field(default_factory=list)
    """Guards and shifts: a mixed post with places left open stays empty where one affiliation alone would stand."""

    def settle(self, rows: Integers) -> bool:
        """Give every guard of the rows a place; whether no pair meets too often."""
        self.draw = np.random.default_rng(self.seed)
        waiting = self._waiting(rows)
        for shift in range(len(self.problem.shifts)):
            self.at[shift] = []
            for kind, places in self._places(shift).items():
                guards = waiting.get((shift, kind), [])
                self._give(shift, guards, places)
        self.too_often = self._not_mixed()
        return not self.too_often and self._send_home() and self._part_pairs()

    @property
    def posts(self) -> dict[tuple[int, int], str]:
        """The post of each guard and shift."""
        return {(who.guard, shift): who.place.post for shift, there in self.at.items() for who in there}

    @property
    def unfilled(self) -> list[tuple[int, PostPlace]]:
        """The places for which nobody was there, without those of who was sent home."""
        return self.left_open[: len(self.left_open) - len(self.sent_home)]

    def _waiting(self, rows: Integers) -> dict[tuple[int, PlaceKind], list[int]]:
        found: dict[tuple[int, PlaceKind], list[int]] = {}
        for guard, row in enumerate(rows.tolist()):
            for day, choice in enumerate(row):
                if choice:
                    shift = int(self.translated.shift_of[day, choice - 1])
                    found.setdefault((shift, self.translated.kinds[choice - 1]), []).append(guard)
        return found

    def _places(self, shift: int) -> dict[PlaceKind, list[PostPlace]]:
        found: dict[PlaceKind, list[PostPlace]] = {}
        for k in self.problem.groups_at.get(shift, ()):
            group = self.problem.groups[k]
            for post in group.posts:
                for number in range(1, post.number + 1):
                    for kind, wanted in kinds_of(self.problem, group):
                        found.setdefault(kind, []).extend([PostPlace(post.post, number, kind)] * wanted)
        return found

    def _give(self, shift: int, guards: Sequence[int], places: Sequence[PostPlace]) -> None:
        """First the posts of locks and of the earlier roster, then by lot."""
        kept = {**(self.problem.earlier or {}), **self.problem.locked}
        free = list(places)
        others = []
        for guard in guards:
            post = kept.get((guard, shift))
            own = next((place for place in free if place.post == post), None)
            if own is None:
                others.append(guard)
            else:
                free.remove(own)
                self.at[shift].append(Settled(guard, shift, own))
        others = [others[int(turn)] for turn in self.draw.permutation(len(others))]
        if any(place.post in self._left_to_mix for place in free):
            # Dealt out in turn, affiliation by affiliation, they never fill a post with one alone if they need not.
            others.sort(key=lambda guard: self.problem.guards[guard].affiliation)
            free = _in_turn(free)
        for guard, place in zip(others, free, strict=False):
            self.at[shift].append(Settled(guard, shift, place))
        self.left_open += [(shift, place) for place in free[len(others) :]]

    @cached_property
    def _left_to_mix(self) -> frozenset[str]:
        """Mixed posts whose places are all of one kind: whoever fills them, the mix is settled here."""
        found = set()
        for group in self.problem.groups:
            if group.mixed and len(kinds_of(self.problem, group)) == 1:
                found |= {post.post for post in group.posts}
        return frozenset(found)

    def _not_mixed(self) -> list[Meeting]:
        """Two guards of each mixed post that is full of one affiliation alone, and the shift."""
        found = []
        for alone in self._of_one_affiliation():
            if len(alone) >= self._mixed[alone[0].place.post]:
                own = self.problem.guards[alone[0].guard].affiliation
                others = [number for number, guard in enumerate(self.problem.guards) if guard.affiliation != own]
                found.append(Meeting(alone[0].guard, alone[1].guard, (alone[0].shift,), tuple(others)))
        return found

    def _send_home(self) -> bool:
        """Empty the mixed posts where one affiliation alone would stand; ``False`` where one of these is locked."""
        for alone in self._of_one_affiliation():
            for who in alone:
                if (who.guard, who.shift) in self.problem.locked:
                    return False
                self.at[who.shift].remove(who)
                self.left_open.append((who.shift, who.place))
                self.sent_home.append((who.guard, who.shift))
        return True

    @cached_property
    def _mixed(self) -> dict[str, int]:
        """How many stand at once at each mixed post."""
        return {post.post: post.guards for post in self.problem.posts if post.mixed}

    def _of_one_affiliation(self) -> list[list[Settled]]:
        """Those who stand together at a mixed post and are all of one affiliation."""
        together: dict[tuple[datetime | None, str, int], list[Settled]] = {}
        for shift, there in self.at.items():
            for who in there:
                if who.place.post in self._mixed:
                    # What was worked at other times stands with those of the shift to which it belongs.
                    begins = self.problem.taken_in.get((who.guard, shift), self.problem.shifts[shift].start)
                    together.setdefault((begins, who.place.post, who.place.number), []).append(who)
        return [
            standing
            for standing in together.values()
            if len({self.problem.guards[who.guard].affiliation for who in standing}) < 2
            and not all((who.guard, who.shift) in self.problem.done for who in standing)
        ]

    def _part_pairs(self) -> bool:
        """Exchange guards within a shift and kind until no pair meets too often; whether that succeeds."""
        most = PAIRS.limit(self.problem)
        if most is None:
            return True
        meetings = Meetings(self.problem, self.at)
        stale = 0
        fewest = 2**31
        while stale < _EXCHANGES:
            over = meetings.too_often(most)
            stale, fewest = (0, len(over)) if len(over) < fewest else (stale + 1, fewest)
            if not over:
                return True
            pair = over[int(self.draw.integers(len(over)))]
            shifts = sorted(meetings.of[pair])
            self._exchange(meetings, shifts[int(self.draw.integers(len(shifts)))], pair, most)
        everybody = tuple(range(len(self.problem.guards)))
        self.too_often = [
            Meeting(*pair, tuple(sorted(meetings.of[pair])), everybody) for pair in meetings.too_often(most)
        ]
        return False

    def _exchange(self, meetings: Meetings, shift: int, pair: tuple[int, int], most: int) -> None:
        """Exchange one of a pair with the guard of the same kind in that shift that leaves the fewest meetings over."""
        there = self.at[shift]
        fixed = {guard for guard, s in self.problem.locked if s == shift}
        chosen_guard = pair[int(self.draw.integers(2))]
        one = next(n for n, who in enumerate(there) if who.guard == chosen_guard)
        if there[one].guard in fixed:
            return
        best, chosen = None, None
        for other, who in enumerate(there):
            same = who.place.kind == there[one].place.kind and who.place != there[one].place
            if same and who.guard not in fixed:
                change = meetings.change(there, one, other, most) + 0.1 * float(self.draw.random())
                if best is None or change < best:
                    best, chosen = change, other
        if chosen is not None:
            meetings.leave(there, shift)
            first, second = there[one], there[chosen]
            there[one] = Settled(first.guard, shift, second.place)
            there[chosen] = Settled(second.guard, shift, first.place)
            meetings.join(there, shift)


@dataclass(eq=False)
class Meetings:
    """How often, and in which shifts, two guards stand at one post together, what was worked before included."""

    problem: GuardProblem
    at: dict[int, list[Settled]]
    of: dict[tuple[int, int], set[int]] = field(default_factory=dict)
    before: dict[tuple[int, int], list[int]] = field(default_factory=dict)
    """Days of the meetings before the roster."""

    def __post_init__(self) -> None:
        for there in self.at.values():
            if there:
                self.join(there, there[0].shift)
        stood: dict[tuple[str, object], list[int]] = {}
        for guard, ones in enumerate(self.problem.worked):
            for one in ones:
                stood.setdefault((one.post, one.shift.start), []).append(guard)
        for guard, ones in enumerate(self.problem.worked):
            for one in ones:
                for other in stood[one.post, one.shift.start]:
                    if guard < other:
                        self.before.setdefault((guard, other), []).append(one.shift.day)

    def _pairs(self, there: Sequence[Settled]) -> list[tuple[int, int]]:
        posts: dict[tuple[str, int], list[int]] = {}
        for who in there:
            posts.setdefault((who.place.post, who.place.number), []).append(who.guard)
        return [pair for guards in posts.values() for pair in combinations(sorted(guards), 2)]

    def join(self, there: Sequence[Settled], shift: int) -> None:
        """Count the meetings of a shift."""
        for pair in self._pairs(there):
            self.of.setdefault(pair, set()).add(shift)

    def leave(self, there: Sequence[Settled], shift: int) -> None:
        """Count the meetings of a shift no more."""
        for pair in self._pairs(there):
            self.of[pair].discard(shift)

    def excess(self, pair: tuple[int, int], most: int) -> int:
        """Meetings beyond what is allowed in the worst 28 days that reach into the roster."""
        shifts = self.of.get(pair, ())
        days = sorted([self.problem.shifts[s].day for s in shifts] + self.before.get(pair, []))
        worst = 0
        for place, day in enumerate(days):
            window = [one for one in days[place:] if one < day + PAIR_DAYS]
            if window[-1] >= 0:
                worst = max(worst, len(window) - most)
        return worst

    def too_often(self, most: int) -> list[tuple[int, int]]:
        """Pairs that meet too often, in order."""
        pairs = [
            pair for pair, shifts in self.of.items() if shifts and len(shifts) + len(self.before.get(pair, ())) > most
        ]
        return sorted(pair for pair in pairs if self.excess(pair, most) > 0)

    def change(self, there: list[Settled], one: int, other: int, most: int) -> int:
        """What an exchange of two guards would change in the meetings beyond what is allowed."""
        shift = there[one].shift
        moved = list(there)
        moved[one] = Settled(there[one].guard, shift, there[other].place)
        moved[other] = Settled(there[other].guard, shift, there[one].place)
        old, new = set(self._pairs(there)), set(self._pairs(moved))
        touched = old ^ new
        before = sum(self.excess(pair, most) for pair in touched)
        for pair in old - new:
            self.of[pair].discard(shift)
        for pair in new - old:
            self.of.setdefault(pair, set()).add(shift)
        after = sum(self.excess(pair, most) for pair in touched)
        for pair in new - old:
            self.of[pair].discard(shift)
        for pair in old - new:
            self.of[pair].add(shift)
        return after - before
