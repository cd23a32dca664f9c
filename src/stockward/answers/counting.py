"""What must be counted: the plan, the draw, and the certificate of a count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from stockward.terms.counting import CountVerdict, Task

StratumKind = Literal["item", "box", "bulk"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountingStratum:
    """One material in one area, as the frozen book has it, and how much of it is drawn.

    ``book`` is in ``unit``. Drawn are ``units`` (N): items, or boxes of ``per_unit`` items, of which the last may be
    part full; bulk is weighed whole and has one. ``counted`` (n) units are looked at, ``measured`` of them are
    measured too. ``inventory`` is the count on which the book stands, ``None`` where there never was one.
    """

    id: str
    kind: StratumKind
    area: str
    area_name: str | None
    material: str
    material_name: str | None
    unit: str
    book: float
    inventory: str | None
    units: int
    per_unit: int
    counted: int
    measured: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalStratum:
    """What a stratum adds to a loss: the content of one unit, in the unit of the loss.

    ``defects`` (d) is how many of its units hold the whole loss, ``None`` where all of them hold less. ``worst`` is how
    many are taken from it in the mix that this sample finds least likely. ``notice`` is the chance that a defective
    unit is seen to be one.
    """

    stratum: str
    content: float
    units: int
    defects: int | None
    n: int
    worst: int
    notice: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CountingGoal:
    """One loss that matters: how much of what, from where, and how surely this plan would show it.

    ``partial`` losses take a part of each unit's content, and only measuring shows them. ``reached`` is the chance of
    finding the mix that is found least likely. ``cost`` is that of the cheapest sample for this loss alone, ``bound``
    the cost below which none is possible, and ``proved`` says that they meet. ``bulk`` names the strata of bulk that
    hold the substance too.
    """

    id: str
    holding: str
    unit: str
    loss: float
    area: str | None
    partial: bool
    reached: float
    cost: float
    bound: float
    proved: bool
    strata: tuple[GoalStratum, ...]
    bulk: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotPlanned:
    """A loss or a stratum for which nothing could be planned, and why; ``set_aside`` where a row at fault is why."""

    what: str
    reason: str
    set_aside: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CountingPlan:
    """What must be counted, from the frozen book.

    ``frozen_at`` is the moment up to which the book goes. ``book_digest`` is the SHA-256 of the listing of the strata.
    The seed of the draw is either a secret one, of which the plan holds the SHA-256 (``seed_sha256``), or a public
    value that nobody knows yet, of which it names the source (``seed_source``); a plan that is not committed has
    neither. The SHA-256 of the plan, over all of these fields, is the commitment: what is published before the draw.
    """

    site: str
    timezone: str
    decimal: str
    as_of: date | None
    frozen_at: datetime
    detection: float
    strata: tuple[CountingStratum, ...]
    goals: tuple[CountingGoal, ...]
    not_planned: tuple[NotPlanned, ...]
    book_digest: str
    seed_sha256: str | None
    seed_source: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetLine:
    """One line of a count sheet: unit number ``position`` of a stratum, and what is to be done with it.

    ``key`` names the line for good, within the draw.
    """

    key: str
    sheet: int
    line: int
    stratum: str
    task: Task
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CountingDraw:
    """The units drawn, as lines of count sheets.

    ``id`` names plan and seed together: two draws from one plan differ in it. ``published`` says that the SHA-256 of
    the plan, ``commitment``, is the one that was published before the draw, and not only what the file says of itself.
    """

    plan: CountingPlan
    commitment: str
    published: bool
    id: str
    seed: str
    lines: tuple[SheetLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineResult:
    """What was found at one line. ``quantity`` is ``None`` where it was not counted.

    ``expected`` is what the frozen book says of this unit, a box that is not full being the last one, or, where every
    box was counted, wherever it stood; ``difference`` = expected − quantity, positive is missing.
    """

    line: SheetLine
    quantity: float | None
    expected: float
    difference: float | None
    remark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StratumResult:
    """What a count found in one stratum at one task.

    ``defective`` is the number of units drawn that were missing or short (x); ``lacking`` what the units drawn lack by
    their numbers, each that was not counted taken as missing; ``missing`` what is missing of those counted wherever the
    box that is not full stands; ``surplus`` what there was too much; all in the stratum's unit. ``limit`` is the exact
    upper confidence limit on what is missing from the whole stratum, in the same unit; ``None`` for bulk, and where the
    plan was not compared with the published commitment.
    """

    stratum: str
    task: Task
    drawn: int
    not_counted: int
    defective: int
    lacking: float
    missing: float
    surplus: float
    limit: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalResult:
    """What a count says of one loss that matters; ``missing`` and ``limit`` in its unit.

    ``limit`` is the upper confidence limit on what is missing from all its strata of items together; ``None`` where the
    plan was not compared with the published commitment.
    """

    goal: str
    verdict: CountVerdict
    missing: float
    limit: float | None
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CountCertificate:
    """The outcome of a count: the draw with its seed revealed, what was found, by whom and when.

    It is only made over a file whose lines are those of the draw, made again from plan and seed. ``notices`` is what
    was seen while that was read.
    """

    draw: CountingDraw
    file: str
    file_sha256: str
    counter: str
    witness: str
    counted_at: datetime
    notices: tuple[str, ...]
    lines: tuple[LineResult, ...]
    strata: tuple[StratumResult, ...]
    goals: tuple[GoalResult, ...]
