"""Copies of the books, measured afresh with a loss in each, and tested: some copies at a time.

A measured quantity of a copy is true × (1 + r + s) + a + b: r and a drawn for each row, or once for all rows that
repeat one reading, s and b for each method between two calibrations. Errors of contents, and of the normal loss, leave
no trace in the records of items counted exactly; they are drawn too (fresh for each item or row of bulk, or shared by a
material) and enter the substance's difference. Each copy is tested with its own differences and its own Σ, as a review
of it would be; the limits are those of the error-free Σ.

Beside it stand the same copies with one assumption of the prediction restored: Σ as it is without errors, and records
that could fall below zero. What the found share then changes by is what that assumption costs. With both restored a
copy is exactly what the prediction reckons with: normal differences whose Σ is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import chain
from multiprocessing import get_context

import numpy as np

from stockward.balance.sigma.incidence import Incidence, SeriesIncidence
from stockward.drill.targets import SPREAD, DrillCase, LossTarget
from stockward.ending import begin_to_help, end_processes, undisturbed
from stockward.stats.arrays import Array, Flags, Index

BLOCK = 50
_BLOCK_ROWS = 2_000_000
"""At most so many copies, and rows of all together, are made at once."""

NEVER = -1


@dataclass(frozen=True, slots=True)
class DrillPlan:
    """All that the copies are made of.

    ``quantity`` are the quantities of all rows before errors and losses; ``standing`` by series what no measured row
    could take up, taken out of every copy. ``case`` numbers the loss of each copy. ``fresh`` says whether errors are
    drawn; without, the records keep the errors that stand in them. Of the copies in ``own_limits`` the verdict is asked
    of their own limits too.
    """

    incidence: Incidence
    targets: tuple[LossTarget, ...]
    cases: tuple[DrillCase, ...]
    quantity: Array
    standing: tuple[Array, ...]
    case: Index
    own_limits: frozenset[int]
    fresh: bool
    seed: int

    @property
    def block(self) -> int:
        """How many copies are made together: each has a seed of its own, so their number changes no figure."""
        return max(1, min(BLOCK, _BLOCK_ROWS // max(len(self.incidence.rows), 1)))

    @property
    def blocks(self) -> int:
        """Number of blocks."""
        return -(-len(self.case) // self.block)

    def copies(self, block: int) -> Index:
        """Numbers of the copies of one block."""
        return np.arange(block * self.block, min((block + 1) * self.block, len(self.case)))


@dataclass(frozen=True, slots=True)
class BlockFound:
    """What was found in the copies of one block; periods count among the tested ones, −1 is never.

    ``alarm``, shape (copies, targets): the first period at which each series alarmed, and ``since`` whether it alarmed
    at or after an inventory that follows the begin of the loss. For the series that holds the loss: ``found`` is its
    first alarm from the loss's begin on, ``same_sigma``, ``untruncated`` and ``linear`` (both) say whether it alarmed
    with one assumption of the prediction restored, ``own_limits`` whether with limits of the copy's own Σ (−1 not
    asked). ``cut`` counts records that would have been negative.
    """

    copies: Index
    alarm: Index
    since: Flags
    found: Index
    same_sigma: Flags
    untruncated: Flags
    linear: Flags
    own_limits: Index
    cut: Index


@dataclass(frozen=True, slots=True)
class Draws:
    """Quantities of the copies of one block, shape (copies, rows), and the errors that no record shows."""

    true: Array
    measured: Array
    recorded: Array
    cells: Array
    contents: Array
    normal: Array
    normal_shared: Array


def draw_copies(plan: DrillPlan, copies: Index) -> Draws:
    """Take the losses out of these copies, and measure every row of them afresh."""
    rows, count = plan.incidence.rows, len(copies)
    true = np.repeat(plan.quantity[None], count, axis=0)
    for place, copy in enumerate(copies):
        case = plan.cases[plan.case[copy]]
        true[place, case.rows] += case.change
    known = plan.incidence
    hidden = (known.cells, known.content_groups, known.area_spans, known.areas)
    if not plan.fresh:
        return Draws(true, true, np.maximum(true, 0.0), *(np.zeros((count, size)) for size in hidden))
    weighed = np.flatnonzero(rows.weighed)
    sizes = (len(weighed), rows.groups, rows.groups, *hidden, rows.readings, rows.readings)
    fresh, relative, absolute, *unseen, read_relative, read_absolute = _normal(plan, copies, sizes)
    own, group, reading = true[:, weighed], rows.group[weighed], rows.reading[weighed]
    error = np.hypot(rows.random_rel[weighed] * own, rows.random_abs[weighed])
    error *= fresh
    repeated = np.flatnonzero(reading >= 0)
    error[:, repeated] = rows.random_rel[weighed][repeated] * own[:, repeated] * read_relative[:, reading[repeated]]
    error[:, repeated] += rows.random_abs[weighed][repeated] * read_absolute[:, reading[repeated]]
    error += rows.systematic_rel[weighed] * own * relative[:, group]
    error += rows.systematic_abs[weighed] * absolute[:, group]
    measured = true.copy()
    measured[:, weighed] += error
    return Draws(true, measured, np.maximum(measured, 0.0), *unseen)


def _normal(plan: DrillPlan, copies: Index, sizes: Sequence[int]) -> list[Array]:
    """Standard normal figures, one array a size, (copies, size); each copy draws from its own seed."""
    drawn = np.empty((len(copies), sum(sizes)))
    for place, copy in enumerate(copies):
        np.random.default_rng([plan.seed, int(copy)]).standard_normal(out=drawn[place])
    return np.split(drawn, np.cumsum(sizes)[:-1], axis=1)


def search(plan: DrillPlan, block: int) -> BlockFound:
    """Test every series of every copy of one block."""
    copies = plan.copies(block)
    drawn, count = draw_copies(plan, copies), len(copies)
    found = BlockFound(
        copies=copies,
        alarm=np.full((count, len(plan.targets)), NEVER),
        since=np.zeros((count, len(plan.targets)), bool),
        found=np.full(count, NEVER),
        same_sigma=np.zeros(count, bool),
        untruncated=np.zeros(count, bool),
        linear=np.zeros(count, bool),
        own_limits=np.full(count, -1),
        cut=np.count_nonzero(drawn.measured < 0, axis=1),
    )
    owner = np.array([plan.cases[case].target for case in plan.case[copies]])
    for number, target in enumerate(plan.targets):
        hidden = _hidden(plan, target, drawn)
        _search_series(plan, number, target, drawn, hidden, np.flatnonzero(owner == number), found)
    return found


def _search_series(
    plan: DrillPlan, number: int, target: LossTarget, drawn: Draws, hidden: Array, own: Index, found: BlockFound
) -> None:
    """Test one series of every copy; ``own`` are those that hold their loss in it."""
    difference, covariance = _figures(target, drawn.recorded, hidden)
    ratios = target.tests.ratios_of(difference, covariance)
    found.alarm[:, number] = _first(ratios, np.zeros(len(ratios), np.int64))
    found.since[:, number] = _first(ratios, _begin_in(plan, target, found.copies)) != NEVER
    if not len(own):
        return
    cases = [plan.cases[case] for case in plan.case[found.copies[own]]]
    begin = np.array([case.first for case in cases])
    found.found[own] = _first(ratios[own], begin)
    free, free_covariance = difference[own], covariance[own]
    if np.any(found.cut[own]):
        free, free_covariance = _figures(target, drawn.measured[own], hidden[own])
    found.untruncated[own] = _first(target.tests.ratios_of(free, free_covariance), begin) != NEVER
    same = np.stack([target.tests.covariance if case.covariance is None else case.covariance for case in cases])
    found.same_sigma[own] = _first(target.tests.ratios_of(difference[own], same), begin) != NEVER
    found.linear[own] = _first(target.tests.ratios_of(free, same), begin) != NEVER
    for place, start in zip(own, begin, strict=True):
        if int(found.copies[place]) in plan.own_limits:
            asked = target.tests.recalibrated(covariance[place]).ratios_of(difference[place][None])
            found.own_limits[place] = int(_first(asked, np.array([start]))[0] != NEVER)


def _begin_in(plan: DrillPlan, target: LossTarget, copies: Index) -> Index:
    """The first period of a series that ends after the loss of each copy begins."""
    cases = [plan.cases[case] for case in plan.case[copies]]
    moments = np.array([plan.targets[case.target].start[case.first] for case in cases], dtype=np.int64)
    return np.searchsorted(target.end, moments, side="right")


def _figures(target: LossTarget, quantity: Array, hidden: Array) -> tuple[Array, Array]:
    """Differences and Σ of the tested spans of every copy."""
    difference = target.series.differences(quantity[:, target.series.rows])[:, target.kept]
    return difference + hidden, target.covariance(quantity)


def _hidden(plan: DrillPlan, target: LossTarget, drawn: Draws) -> Array:
    """Errors of contents and of the normal loss, less what stood in the books already; (copies, tested spans)."""
    series = target.series
    left = -plan.standing[target.place][None]
    if not plan.fresh:
        return np.zeros((len(drawn.true), len(target.kept)))
    true = drawn.true[:, series.rows]
    lost = series.lost
    error = lost.random_rel * drawn.normal[:, lost.number] + lost.systematic_rel * drawn.normal_shared[:, lost.place]
    left = left + lost.by_span(lost.quantities(true) * error, len(series.inventory))
    return np.asarray((left + _content_errors(series, true, drawn))[:, target.kept])


def _content_errors(series: SeriesIncidence, true: Array, drawn: Draws) -> Array:
    """Errors of contents by span: what each row holds more or less of the substance than the books say."""
    from scipy.sparse import csr_array

    contents = series.contents
    lines = np.flatnonzero((contents.random != 0) | (contents.systematic != 0))
    if not len(lines):
        return np.zeros((len(true), len(series.inventory)))
    quantity = true[:, contents.row[lines]]
    error = contents.systematic[lines] * drawn.contents[:, contents.group[lines]] * quantity
    fresh = np.flatnonzero((contents.random[lines] != 0) & (contents.lot[lines] < 0))
    one = contents.random[lines[fresh]] * drawn.cells[:, contents.cell[lines[fresh]]]
    # Each item of a row is drawn by itself, so that their sum grows as the root of their number.
    error[:, fresh] += one * np.where(
        contents.item[lines[fresh]], np.sqrt(np.maximum(quantity[:, fresh], 0.0)), quantity[:, fresh]
    )
    shape = (len(series.inventory), len(lines))
    by_span = csr_array((np.ones(len(lines)), (contents.span[lines], np.arange(len(lines)))), shape=shape)
    return np.asarray((by_span @ error.T).T) + _of_lots(series, true, drawn)


def _of_lots(series: SeriesIncidence, true: Array, drawn: Draws) -> Array:
    """Errors of contents of items that are known by their lot alone, by span."""
    spans = len(series.inventory)
    error = np.zeros((len(true), spans))
    if np.any(series.contents.lot >= 0):
        for place, own in enumerate(true):
            span, cell, signed = series.contents.left_of_lots(own, spans)
            error[place] = np.bincount(span, signed * drawn.cells[place, cell], spans)
    return error


def _first(ratios: Array, begin: Index) -> Index:
    """The first period from ``begin`` on at which each copy alarms; −1 where none does."""
    above = (ratios > 1.0) & (np.arange(ratios.shape[1]) >= begin[:, None])
    return np.where(above.any(axis=1), np.argmax(above, axis=1), NEVER)


def search_all(plan: DrillPlan, jobs: int) -> Iterator[BlockFound]:
    """Every block in order, over so many processes; their number changes no figure."""
    if jobs <= 1 or plan.blocks <= 1:
        for block in range(plan.blocks):
            yield search(plan, block)
        return
    pool = ProcessPoolExecutor(min(jobs, plan.blocks), get_context("spawn"), _begin, (plan,))
    try:
        with undisturbed():
            found = pool.map(_search_block, range(plan.blocks))
        yield from found
    except BaseException:
        # Nobody waits for what they search now: a process that has begun while Ctrl-C was heard may never answer.
        end_processes()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


_PLANS: list[DrillPlan] = []
"""The plan of a process that was started to search; it is sent once."""


def _begin(plan: DrillPlan) -> None:
    """A process begins."""
    begin_to_help()
    _PLANS[:] = [plan]


def _search_block(block: int) -> BlockFound:
    return search(_PLANS[0], block)


def round_robin(cases: Sequence[DrillCase], copies: int) -> Index:
    """Which loss each copy takes: round all series and patterns evenly, and round the places of each in turn.

    Losses spread over the whole site come on top, as many copies of each as the most of a series and pattern of an
    area: so that the copies of the others are the same with them and without. Where there are no others, they are all.
    """
    areas, sites = (_lines(cases, spread=spread) for spread in (False, True))
    if not areas:
        return _turns(sites, copies)
    on_top = -(-copies // len(areas)) * len(sites)
    return np.concatenate([_turns(areas, copies), _turns(sites, on_top)])


def _lines(cases: Sequence[DrillCase], *, spread: bool) -> list[list[int]]:
    """Numbers of the losses that the books bear, by series and pattern."""
    lines: dict[tuple[int, str], list[int]] = {}
    for number, case in enumerate(cases):
        if case.why is None and (case.pattern == SPREAD) == spread:
            lines.setdefault((case.target, case.pattern), []).append(number)
    return list(lines.values())


def _turns(lines: Sequence[Sequence[int]], copies: int) -> Index:
    if not lines:
        return np.zeros(0, np.int64)
    taken = (divmod(copy, len(lines)) for copy in range(copies))
    return np.array([lines[line][turn % len(lines[line])] for turn, line in taken], dtype=np.int64)


def each_once(cases: Sequence[DrillCase], copies: int) -> Index:
    """Every loss that the books bear once; where fewer copies are asked for, they are spread over all.

    Losses spread over the whole site come on top.
    """
    found = []
    for spread in (False, True):
        borne = np.array(sorted(chain(*_lines(cases, spread=spread))), dtype=np.int64)
        count = min(copies, len(borne))
        found.append(borne[np.arange(count) * len(borne) // max(count, 1)])
    return np.concatenate(found)
