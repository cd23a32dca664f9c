"""The goal that a thief is met in time, held against a plan: exactly, whatever is decided."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product

import numpy as np

from stockward.answers.response.interruption import reaches
from stockward.protection.choosing import Chooser
from stockward.protection.decisions import DecidedLevels, Decision, LevelValue
from stockward.protection.response.figures import ElementFigures, ResponseFigures, Upgrade
from stockward.protection.response.layered import Layered, ResponsesDecided, WorstHours, drawn, first_there
from stockward.stats.interruption.chance import Tasks, interruption_chance

_MOST_AT_ONCE = 4_096
"""Ways to decide on one way of a thief that are looked at together."""
_BETTER = 1e-7
"""By less than so much no plan is looked for that is better than the best known."""
_Key = tuple[LevelValue, ...]


@dataclass(slots=True)
class HeldInterruption:
    """The goal, and the decisions on elements and posts; it depends on no inventories.

    A plan that misses it does so on one way of a thief, at some hours. All plans miss it that decide alike on the
    elements of that way and the posts of those hours, and on what of them is of no avail there.
    """

    layered: Layered
    others: tuple[Decision, ...]
    goal: float
    areas: tuple[tuple[Decision, float], ...] = ()
    _known: dict[_Key, WorstHours] = field(default_factory=dict)

    @property
    def times(self) -> list[Fraction]:
        """How often anything is counted has no part in it."""
        return [Fraction(1)]

    @property
    def demand(self) -> float:
        """The chance that is asked for."""
        return self.goal

    @property
    def measured(self) -> int:
        """How many plans it was measured under."""
        return len(self._known)

    def learn(self, other: HeldInterruption) -> None:
        """Know what was measured of the same goal at other costs."""
        self._known = other._known

    def key(self, choice: DecidedLevels) -> _Key:
        """What it depends on."""
        return (self.times[0], *(one.levels[choice[one]].value for one in self.others))

    def chance(self, choice: DecidedLevels) -> float:
        """The least chance of interruption under a choice."""
        return self._worst(self.key(choice)).way.chance

    def could_be_met(self, key: _Key) -> bool:
        """The same as whether it is met: that is quickly known."""
        return self.is_met(key)

    def is_met(self, key: _Key) -> bool:
        """Whether a thief is met with that chance on any way, at any hour."""
        return reaches(self._worst(key).way.chance, self.goal)

    def is_hopeless(self, key: _Key, among: Sequence[Collection[LevelValue]]) -> bool:
        """The same as whether it is missed, as ``could_be_met`` says."""
        return self.is_missed(key, among)

    def is_missed(self, key: _Key, among: Sequence[Collection[LevelValue]]) -> bool:
        """Whether the way that is worst under ``key`` misses it with any values ``among`` which its own are."""
        worst = self._worst(key)
        on_way = {self.layered.layers[at][place].key for at, place in enumerate(worst.way.places)}
        values = [
            list(some) if one.of in (*on_way, *worst.hours.posts) else [value]
            for one, value, some in zip(self.others, key[1:], among[1:], strict=True)
        ]
        if np.prod([len(one) for one in values], dtype=object) > _MOST_AT_ONCE:
            return False
        return not any(reaches(chance, self.goal) for chance in self._on_that_way(worst, values))

    def _on_that_way(self, worst: WorstHours, values: Sequence[Sequence[LevelValue]]) -> Iterator[float]:
        """The chance on one way at its hours, for all that may be decided."""
        responses: dict[ResponseFigures | None, list[dict[str, ElementFigures]]] = {}
        for some in product(*values):
            elements, posts = self._decided(some)
            responses.setdefault(first_there(worst.hours.posts, posts)[1], []).append(elements)
        way = [self.layered.layers[at][place] for at, place in enumerate(worst.way.places)]
        for response, decided in responses.items():
            if response is None:
                yield 0.0
                continue
            each = [self.layered.tasks(way, one) for one in decided]
            yield from interruption_chance(_stacked(each), drawn(response)).tolist()

    def _worst(self, key: _Key) -> WorstHours:
        if key not in self._known:
            self._known[key] = self.layered.worst_at_each(*self._decided(key[1:]))[0]
        return self._known[key]

    def _decided(self, values: Sequence[LevelValue]) -> tuple[dict[str, ElementFigures], ResponsesDecided]:
        """The figures of elements, and of all posts, with what is decided in them."""
        elements: dict[str, ElementFigures] = {}
        responses = dict(self.layered.responses)
        for decision, value in zip(self.others, values, strict=True):
            figures = value.figures if isinstance(value, Upgrade) else None
            if isinstance(figures, ElementFigures):
                elements[decision.of] = figures
            elif isinstance(figures, ResponseFigures):
                responses[decision.of] = figures
        return elements, responses


def best_reachable(held: HeldInterruption, seed: int) -> float:
    """The largest chance of interruption that any plan gives, to about 1e-7.

    From the best plan known a better one is looked for, until there is none: what was ruled out for a smaller chance is
    so for a larger one.
    """
    sought = HeldInterruption(held.layered, held.others, 0.0)
    choice = {one: len(one.levels) - 1 for one in held.others}
    best = max(_climbed(sought, choice), sought.chance({one: one.today for one in held.others}))
    chooser = Chooser(held.others, seed)
    while True:
        sought.goal = best + _BETTER
        better = chooser.cheapest([sought]).choice
        if better is None:
            return best
        best = max(best, _climbed(sought, better))


def _climbed(held: HeldInterruption, choice: Mapping[Decision, int]) -> float:
    """The chance of a choice, after one decision after the other was changed for as long as that makes it larger."""
    best, changed = held.chance(choice), True
    while changed:
        changed = False
        for one in held.others:
            for place in range(len(one.levels)):
                other = {**choice, one: place}
                if (chance := held.chance(other)) > best + _BETTER:
                    best, choice, changed = chance, other, True
    return best


def _stacked(each: Sequence[Tasks]) -> Tasks:
    return Tasks(
        np.stack([one.detection for one in each]),
        np.stack([one.left for one in each]),
        np.stack([one.delay for one in each]),
        np.stack([one.spread for one in each]),
    )
