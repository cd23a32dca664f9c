"""A plan of patrols that is bound to its seed, and the walks that are drawn from it for one shift."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from stockward.answers.patrols.answer import PatrolStop, PlannedWalks


@dataclass(frozen=True, slots=True, kw_only=True)
class PatrolPlan:
    """What walks are drawn from: the mixture in whole weights, and the SHA-256 of the seed that draws.

    ``gain`` is what the mixture leaves the best-informed thief on average, in ``unit``. Times are minutes, ``starts``
    those of shifts after midnight. ``timezone`` and the ``days`` of the week on which the posts stand are ``None`` in
    plans that were sealed before they were stated.
    """

    site: str
    patrols: int
    bases: tuple[str, ...]
    step_minutes: float
    shift_minutes: float
    starts: tuple[int, ...]
    unit: str
    gain: float
    mixture: tuple[PlannedWalks, ...]
    seed_sha256: str
    timezone: str | None = None
    days: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnPatrols:
    """The walks of one shift, one for each card, drawn by lot; ``start`` in minutes after midnight of ``night``.

    ``published`` says whether the plan was compared with the commitment that was published.
    """

    plan: PatrolPlan
    commitment: str
    published: bool
    night: date
    start: int
    cards: tuple[tuple[PatrolStop, ...], ...]
