"""Patrols of a shift: the mixture of walks, what it leaves a thief who knows it, and what other ways to walk do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from stockward.terms.verdicts import Solved


class PatrolWay(StrEnum):
    """Ways to walk that are compared: as on record, on the best fixed round found, at random, by worth, and planned."""

    WALKED = "walked"
    ROUND = "round"
    ROUND_TWICE = "round_twice"
    UNIFORM = "uniform"
    BY_WORTH = "by_worth"
    PLANNED = "planned"
    PLANNED_TWICE = "planned_twice"


class TheftAssumption(StrEnum):
    """What is assumed otherwise of thefts: that they are shorter, that patrols see them less often, or both."""

    SHORTER = "shorter"
    RARER = "rarer"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class BestTheft:
    """The theft that gains most: on average, in which area, begun how many minutes into the shift.

    ``met`` is the chance that a patrol comes by and sees it.
    """

    gain: float
    area: str
    name: str
    begins: float
    met: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PatrolOutcome:
    """A way to walk: with how many patrols, and the best theft against it. ``nights`` are those on record."""

    way: PatrolWay
    patrols: int
    best: BestTheft
    nights: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PatrolTarget:
    """One target: what a theft takes, its assumptions, and the theft there that gains most against the mixture.

    ``best`` is ``None`` where no theft can be begun.
    """

    area: str
    name: str
    worth: float
    minutes: float
    steps: int
    seen: float
    least_visits: int
    best: BestTheft | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TheftsAssumedOtherwise:
    """What the same mixture leaves a thief where an assumption is at its worst."""

    assumption: TheftAssumption
    best: BestTheft


@dataclass(frozen=True, slots=True, kw_only=True)
class PatrolStop:
    """A stay: the area, and minutes into the shift of its first and its last moment; ``rests`` on a break.

    Both are the same for a visit of one moment. From where it ends to where the next begins is the walk.
    """

    area: str
    name: str
    begins: float
    ends: float
    rests: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedWalks:
    """Walks of all patrols of one shift, drawn with ``weight`` ÷ the sum of weights; the stays of each patrol."""

    weight: int
    walks: tuple[tuple[PatrolStop, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictedPatrols:
    """Whether patrols as walked can be predicted from the shifts before.

    guessed
        How often the area in which a patrol was most often at that time, in the shifts before, had one.
    by_chance
        The same on average where each shift's walks begin at a random time; ``p_value`` is the chance of ``guessed``
        then.
    if_planned
        How often the best guess is right where walks are drawn from the mixture, and the guesser knows it.
    repeats_after, repeats_p_value
        The number of shifts, 1 to 7, after which walks are most alike, and the chance of that where shifts follow each
        other in any order.
    """

    nights: int
    guessed: float
    by_chance: float
    p_value: float
    if_planned: float
    repeats_after: int
    repeats_p_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PatrolAnswer:
    """Everything that is said of the patrols of a shift.

    ``value`` is what a thief gains at best who knows the mixture; no mixture leaves him less than ``bound``. Both are
    ``None``, and ``reason`` says why, where no walks hold what they must. Times are minutes; ``starts`` those of shifts
    after midnight, and ``days`` those of the week on which all of the posts stand. ``unit`` is the currency, or goal
    quantities. ``change`` are the minutes at the begin and the end of a shift, when patrols come from and return to
    their base: thefts are looked at that lie wholly between them.
    """

    version: str
    at: datetime
    seed: int
    options: Mapping[str, str | int | float | bool | None]
    site: str
    timezone: str
    unit: str
    in_currency: bool
    status: Solved
    reason: str | None
    patrols: int
    bases: tuple[str, ...]
    step_minutes: float
    shift_minutes: float
    starts: tuple[int, ...]
    days: tuple[str, ...]
    change: tuple[float, float]
    value: float | None
    bound: float | None
    rounds: int
    best: BestTheft | None
    targets: tuple[PatrolTarget, ...]
    outcomes: tuple[PatrolOutcome, ...]
    otherwise: tuple[TheftsAssumedOtherwise, ...]
    mixture: tuple[PlannedWalks, ...]
    predicted: PredictedPatrols | None
    notes: tuple[str, ...]
    set_aside: int

    @property
    def gap(self) -> float | None:
        """How much less another mixture could leave a thief, as a share of the value."""
        if self.value is None or self.bound is None:
            return None
        return 0.0 if self.value <= self.bound else (self.value - self.bound) / self.value

    def outcome(self, way: PatrolWay) -> PatrolOutcome | None:
        """What a way to walk leaves; ``None`` where it was not looked at."""
        return next((one for one in self.outcomes if one.way is way), None)
