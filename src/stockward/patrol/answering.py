"""The patrols of a site: the mixture of walks, what it leaves a thief, and what other ways to walk leave him."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from stockward.answers.patrols.answer import (
    BestTheft,
    PatrolOutcome,
    PatrolStop,
    PatrolTarget,
    PatrolWay,
    PlannedWalks,
    PredictedPatrols,
    TheftAssumption,
    TheftsAssumedOtherwise,
)
from stockward.patrol.game.compared import best_round, random_gains
from stockward.patrol.game.mixing import Effort, Mixture, best_mixture, gains_against
from stockward.patrol.site.walked import WalkedShifts

if TYPE_CHECKING:
    from stockward.patrol.game.ground import Floats, Ground, Walk, Walks
    from stockward.patrol.game.thefts import Thefts
    from stockward.patrol.site.shift import PatrolShift

WHOLE = 10**9
"""The sum of the weights by which walks are drawn."""


@dataclass(frozen=True, eq=False)
class PlannedPatrols:
    """The mixture of a shift in whole weights, so that what is drawn is what is promised."""

    shift: PatrolShift
    thefts: Thefts
    mixture: Mixture
    weights: tuple[int, ...]

    @classmethod
    def of(cls, shift: PatrolShift, mixture: Mixture) -> PlannedPatrols:
        """The mixture with its shares rounded to whole weights; walks that get none are left out."""
        weights = whole_weights(mixture.shares)
        kept = [place for place, weight in enumerate(weights) if weight]
        rounded = Mixture(
            tuple(mixture.walks[place] for place in kept),
            np.array([weights[place] / WHOLE for place in kept]),
            mixture.value, mixture.bound, mixture.rounds, mixture.proven,
        )  # fmt: skip
        return cls(shift, shift.thefts(), rounded, tuple(weights[place] for place in kept))

    def gains(self, thefts: Thefts) -> Floats:
        """What each theft gains against the mixture, shape (thefts,)."""
        return gains_against(thefts, self.shift.ground, self.mixture.walks, self.mixture.shares)

    @property
    def best(self) -> BestTheft:
        """The theft that gains most."""
        return best_theft(self.shift, self.thefts, self.gains(self.thefts))

    def targets(self) -> Iterator[PatrolTarget]:
        """Every target with the theft there that gains most."""
        gains = self.gains(self.thefts)
        for place, one in self.shift.targets.items():
            own = self.thefts.areas == place
            yield PatrolTarget(
                area=one.area,
                name=self.shift.names[place],
                worth=one.worth,
                minutes=one.minutes[0],
                steps=int(self.thefts.lasts[place]),
                seen=one.seen[0],
                least_visits=one.least_visits,
                best=best_theft(self.shift, self.thefts, np.where(own, gains, -1.0)) if own.any() else None,
            )

    def otherwise(self) -> Iterator[TheftsAssumedOtherwise]:
        """What the same mixture leaves a thief where assumptions are at their worst."""
        for one in TheftAssumption:
            thefts = self.shift.thefts(one)
            yield TheftsAssumedOtherwise(assumption=one, best=best_theft(self.shift, thefts, self.gains(thefts)))

    def walks(self) -> Iterator[PlannedWalks]:
        """The walks as stays, those drawn most often first."""
        for place in np.argsort(-np.array(self.weights), kind="stable"):
            walks = self.mixture.walks[place]
            yield PlannedWalks(weight=self.weights[place], walks=tuple(stops_of(self.shift, one) for one in walks))

    def guessed_right(self) -> float:
        """How often the best guess is right where a patrol is, of who knows the mixture, over the steps of thefts."""
        ground = self.shift.ground
        present = sum(
            share * ground.presence(walks) for walks, share in zip(self.mixture.walks, self.mixture.shares, strict=True)
        )
        return float(np.asarray(present)[:, self.thefts.begin : self.thefts.end + 1].max(axis=0).mean())


def best_theft(shift: PatrolShift, thefts: Thefts, gains: Floats) -> BestTheft:
    """The theft that gains most; of several the first."""
    place = int(np.argmax(gains >= gains.max() - 1e-9 * max(1.0, float(gains.max()))))
    area = int(thefts.areas[place])
    return BestTheft(
        gain=float(gains[place]),
        area=shift.areas[area],
        name=shift.names[area],
        begins=float(thefts.starts[place]) * shift.step_minutes,
        met=float(1.0 - gains[place] / thefts.gains[place]),
    )


def outcomes_of(
    planned: PlannedPatrols, walked: WalkedShifts, effort: Effort, progress: Callable[[str], None]
) -> Iterator[PatrolOutcome]:
    """Every way to walk that is compared, with the best theft against each."""
    shift, thefts, ground = planned.shift, planned.thefts, planned.shift.ground
    number = len(ground.bases)

    def outcome(way: PatrolWay, patrols: int, gains: Floats, nights: int | None = None) -> PatrolOutcome:
        return PatrolOutcome(way=way, patrols=patrols, best=best_theft(shift, thefts, gains), nights=nights)

    progress("comparing with other ways to walk")
    if walked.number:
        met = np.mean([thefts.met(one) for one in walked.presence], axis=0)
        yield outcome(PatrolWay.WALKED, number, thefts.gains - thefts.prevented * met, walked.number)
    twice, less = replace(ground, bases=shift.bases_of_twice), replace(effort, rounds=effort.rounds // 3, proofs=0)
    progress("looking for walks of twice the guards")
    more = best_mixture(twice, thefts, effort=less)
    progress("looking for fixed rounds")
    own = _walks_that_hold_nothing(ground, thefts, planned.mixture, effort)
    yield outcome(PatrolWay.ROUND, number, best_round(ground.freed, thefts, own))
    own = _walks_that_hold_nothing(twice, thefts, more, less)
    yield outcome(PatrolWay.ROUND_TWICE, len(twice.bases), best_round(twice.freed, thefts, own))
    yield outcome(PatrolWay.UNIFORM, number, random_gains(ground, thefts, by_worth=False))
    yield outcome(PatrolWay.BY_WORTH, number, random_gains(ground, thefts, by_worth=True))
    yield outcome(PatrolWay.PLANNED, number, planned.gains(thefts))
    if more is not None:
        yield outcome(PatrolWay.PLANNED_TWICE, len(twice.bases), gains_against(thefts, twice, more.walks, more.shares))


def _walks_that_hold_nothing(
    ground: Ground, thefts: Thefts, planned: Mixture | None, effort: Effort
) -> tuple[Walks, ...]:
    """Walks to look for a fixed round among: those planned, or where they hold breaks or visits, such as hold none."""
    found = best_mixture(ground.freed, thefts, effort=effort) if ground.holds_any else planned
    return found.walks if found is not None else ()


def predicted_of(planned: PlannedPatrols, walked: WalkedShifts, seed: int) -> PredictedPatrols | None:
    """Whether what was walked can be predicted; ``None`` where too few shifts are on record."""
    return walked.predicted(planned.thefts.begin, planned.thefts.end, planned.guessed_right(), seed)


def whole_weights(shares: Floats) -> list[int]:
    """Shares as whole weights that sum to ``WHOLE``, the largest remainders rounded up."""
    exact = shares / shares.sum() * WHOLE
    whole = np.floor(exact).astype(np.int64)
    for place in np.argsort(whole - exact, kind="stable")[: WHOLE - int(whole.sum())]:
        whole[place] += 1
    return [int(one) for one in whole]


def stops_of(shift: PatrolShift, walk: Walk) -> tuple[PatrolStop, ...]:
    """A walk as stays in areas, each from its first moment to its last, and its break."""
    found: list[PatrolStop] = []
    rest = shift.ground.break_of(walk)

    def stop(area: int, begins: int, ends: int, *, rests: bool) -> None:
        found.append(
            PatrolStop(
                area=shift.areas[area],
                name=shift.names[area],
                begins=begins * shift.step_minutes,
                ends=ends * shift.step_minutes,
                rests=rests,
            )
        )

    step = 0
    while step < len(walk):
        end = step
        while end + 1 < len(walk) and walk[end + 1] == walk[step] and (rest is None or end != rest[0]):
            end += 1
        if walk[step] >= 0:
            stop(walk[step], step, end, rests=False)
        if rest is not None and end == rest[0]:
            stop(walk[end], *rest, rests=True)
        step = end + 1
    return tuple(found)
