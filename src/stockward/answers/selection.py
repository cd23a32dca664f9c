"""Who could be chosen as a guard, and the plans that trade guards, output and time against each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from stockward.terms.verdicts import Solved


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One worker or applicant, and whether the tested, job-related standards let them into the pool.

    ``ready_on`` is the first day on which they would count as a guard, after training, and ``until`` the last one
    (``None``: they stay). ``reasons`` has every standard that keeps them out; it is empty for those in the pool.
    ``row`` is that of ``people``.
    """

    person: str
    row: int
    role: str
    affiliation: str
    line: str | None
    ready_on: date | None
    in_pool: bool
    reasons: tuple[str, ...]
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineLoss:
    """What one line gives up: ``taken`` of ``staff`` workers, ``lost`` a day of ``output_per_day`` in ``unit``."""

    line: str
    material: str
    unit: str
    staff: int
    workers_needed: float
    taken: int
    output_per_day: float
    lost: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Candidates who are the same to a plan: ``taken`` of ``among``, by lot.

    Of one affiliation, from one ``line`` whose output suffers (``None``: from none), serving on the due date or not
    (``by_due``), and on the day on which the plan meets the order (``by_met``, ``None`` where it does not, or does in
    time). Those taken are the first of them in ``SelectionAnswer.lots``.
    """

    affiliation: str
    line: str | None
    by_due: bool
    by_met: bool | None
    among: int
    taken: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionPlan:
    """One point of the front: no other plan is better in one aim and at least as good in the others.

    ``guards_by_due`` is the ordered figure on the due date with the chosen, ``output_lost`` a day in ``loss_unit`` of
    the answer. ``met_on`` is the day from which the order is met, every band kept, and ``days_late`` how long after its
    due date (0: in time; ``None``: never). ``chosen`` are the codes, by the day on which they are ready; ``recruits``
    and ``transfers`` their numbers; ``alike`` says from which groups the lot took them. ``numbers`` and ``shares`` are
    those of each affiliation in the department on ``numbers_on``, when all chosen are ready. ``status``, ``bound`` and
    ``gap`` (of output lost, 0 where proven) say what the solver can say. ``lowers`` are the orders on production whose
    output it lowers.
    """

    plan: str
    guards_by_due: int
    output_lost: float
    met_on: date | None
    days_late: int | None
    chosen: tuple[str, ...]
    recruits: int
    transfers: int
    lines: tuple[LineLoss, ...]
    numbers: Mapping[str, int]
    shares: Mapping[str, float]
    status: Solved
    bound: float | None
    gap: float | None
    lowers: tuple[str, ...] = ()
    alike: tuple[Alike, ...] = ()
    numbers_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionAnswer:
    """Plans that meet one order, or come as near to it as the rules allow.

    ``loss_unit`` is what output lost is measured in: the site's currency a day where every line's product has a value,
    else "full days of a line". ``refused`` counts the candidates outside the pool by reason. ``front`` is in order of
    output lost; ``complete`` says whether every point between the ends is there. ``lots`` are the codes of the pool in
    the order in which the lot, drawn with ``seed``, put them. ``reason`` says why there is no plan.
    """

    order: str
    measure: str
    due_on: date
    required: int
    expected: int
    loss_unit: str
    candidates: tuple[Candidate, ...]
    pool: int
    refused: Mapping[str, int]
    front: tuple[SelectionPlan, ...]
    complete: bool
    assumptions: tuple[str, ...]
    reason: str | None
    seed: int | None = None
    lots: tuple[str, ...] = ()
