"""Boxes of which some are not full: wherever they stand, nothing is called missing that was seen, and nothing excluded
that was not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from counting_sites import site
from hypothesis import given, settings
from hypothesis import strategies as st

from stockward.answers.counting import CountCertificate, CountingDraw, CountingPlan
from stockward.counting import certify, committed, draw_units, make_plan, parse_asked, plan_digest, sha256_of
from stockward.counting.sheets.filled import Filled
from stockward.terms.counting import CountVerdict

SEED = "the seed of draw number {}"
AT = datetime(2026, 2, 1, tzinfo=UTC)
FULL = 24
EXCLUDED, MISSING, MORE, INCOMPLETE, OPEN = (
    CountVerdict.EXCLUDED,
    CountVerdict.FOUND_MISSING,
    CountVerdict.FOUND_MORE,
    CountVerdict.INCOMPLETE,
    CountVerdict.NOT_EXCLUDED,
)


@cache
def plan_of(book: int, loss: int) -> CountingPlan:
    with TemporaryDirectory() as folder:
        counts = f"inventory,at,area,material,quantity,method\nI1,2026-01-01,S,PART,{book + 7},\n"
        facts = site(Path(folder) / "site", counts=counts)
        asked = parse_asked(facts, items=[f"PART={loss}"], boxes=[f"PART={FULL}"], areas=["S"])
        return make_plan(facts, asked)


def draw_of(book: int, loss: int, number: int = 1) -> CountingDraw:
    seed = SEED.format(number)
    plan = committed(plan_of(book, loss), seed_sha256=sha256_of(seed))
    return draw_units(plan, seed, commitment=plan_digest(plan))


def counted(draw: CountingDraw, held: Callable[[int], float | None]) -> CountCertificate:
    quantities = tuple(held(line.position) for line in draw.lines)
    filled = Filled("f.csv", "0" * 64, quantities, ("",) * len(quantities), ())
    return certify(draw, filled, counter="K", witness="L", counted_at=AT)


def as_they_stand(boxes: Sequence[float | None]) -> Callable[[int], float | None]:
    """What a counter writes for each number; there is no box beyond the last."""
    return lambda number: boxes[number - 1] if number <= len(boxes) else 0.0


ALL_COUNTED = [
    ([24, 24, 24, 24, 24, 10], EXCLUDED, 0, 0),
    ([24, 24, 10, 24, 24, 24], EXCLUDED, 0, 0),
    ([10, 24, 24, 24, 24, 24], EXCLUDED, 0, 0),
    ([24, 24, 24, 24, 20, 14], EXCLUDED, 0, 0),
    ([14, 24, 24, 20, 24, 24], EXCLUDED, 0, 0),
    ([18, 24, 22, 24, 18, 24], EXCLUDED, 0, 0),
    ([24, 24, 10, 24, 24, 23], MISSING, 1, 0),
    ([24, 24, 10, 24, 24], MISSING, 24, 0),
    ([24, 24, 24, 24, 24, 0], MISSING, 10, 0),
    ([24, 24, 0, 24, 24, 24], MISSING, 10, 0),
    ([10, 10, 24, 24, 24, 24], MISSING, 14, 0),
    ([24, 24, 24, 24, 24, 24], MORE, 0, 14),
    ([24, 24, 11, 24, 24, 24], MORE, 0, 1),
    # What one box has too much is never set against what another lacks.
    ([24, 24, 9, 25, 24, 24], MISSING, 1, 1),
    ([24, 24, 10, 24, None, 24], INCOMPLETE, 0, 0),
    ([24, 24, None, 24, 24, 24], INCOMPLETE, 0, 0),
]


@pytest.mark.parametrize(("boxes", "verdict", "missing", "surplus"), ALL_COUNTED)
def test_all_boxes_counted(boxes: list[float | None], verdict: CountVerdict, missing: float, surplus: float) -> None:
    draw = draw_of(130, FULL)
    assert len(draw.lines) == 6
    made = counted(draw, as_they_stand(boxes))
    (stratum,), (goal,) = made.strata, made.goals
    assert (goal.verdict, stratum.missing, stratum.surplus) == (verdict, missing, surplus)
    # All is known, but of a box that was not counted: 10 stood elsewhere where that one could have been full.
    unseen = {4: 24, 2: 10}[boxes.index(None)] if None in boxes else 0
    assert stratum.limit == goal.limit == missing + unseen


def test_boxes_that_are_all_full_by_the_book() -> None:
    draw = draw_of(144, FULL)
    assert counted(draw, as_they_stand([24] * 6)).goals[0].verdict is EXCLUDED
    short = counted(draw, as_they_stand([24, 24, 10, 24, 24, 24])).strata[0]
    assert (short.missing, short.limit) == (14, 14)


def test_one_box_alone() -> None:
    draw = draw_of(10, 1)
    verdicts = [counted(draw, as_they_stand([one])).goals[0].verdict for one in (10, 9, 11, 24, None)]
    assert verdicts == [EXCLUDED, MISSING, MORE, MORE, INCOMPLETE]


def sampled(changed: Mapping[str, float]) -> CountCertificate:
    """41 boxes, of which 22 are drawn: full ones, and the last one with 10, but for what is changed."""
    draw = next(draw for number in range(100) if has_last(draw := draw_of(970, 5 * FULL, number)))
    drawn = [line.position for line in draw.lines]
    places = {"first": drawn[0], "second": drawn[1], "last": 41}
    held = {**dict.fromkeys(range(1, 41), float(FULL)), 41: 10.0, **{places[one]: n for one, n in changed.items()}}
    return counted(draw, lambda number: held[number])


def has_last(draw: CountingDraw) -> bool:
    return any(line.position == 41 for line in draw.lines)


SAMPLED = [
    ({}, EXCLUDED, 0),
    ({"first": 10, "last": 24}, OPEN, 0),
    ({"first": 17, "second": 17, "last": 24}, OPEN, 0),
    ({"last": 24}, EXCLUDED, 0),
    ({"first": 10}, MISSING, 14),
    ({"first": 10, "second": 10, "last": 24}, MISSING, 14),
    ({"first": 0, "last": 24}, MISSING, 10),
    ({"last": 9}, MISSING, 1),
    ({"first": 25}, MORE, 0),
]


@pytest.mark.parametrize(("changed", "verdict", "missing"), SAMPLED)
def test_some_boxes_counted(changed: dict[str, float], verdict: CountVerdict, missing: float) -> None:
    made = sampled(changed)
    assert (made.goals[0].verdict, made.strata[0].missing) == (verdict, missing)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_where_nothing_is_gone_nothing_is_called_missing(data: st.DataObject) -> None:
    draw = draw_of(970, 5 * FULL, data.draw(st.integers(1, 5)))
    lacking = 41 * FULL - 970
    boxes = [FULL] * 41
    while lacking:
        place = data.draw(st.integers(0, 40))
        taken = data.draw(st.integers(1, min(lacking, boxes[place]) or 1))
        taken = min(taken, boxes[place])
        boxes[place] -= taken
        lacking -= taken
    assert counted(draw, as_they_stand(boxes)).goals[0].verdict in {EXCLUDED, OPEN}


@pytest.mark.parametrize("left", [0, 10, 20])
def test_a_loss_is_excluded_no_more_often_than_allowed(left: int) -> None:
    """Whoever knows the rules leaves as much in a box as the one holds that is not full, or fills that one up."""
    book, loss = 970, 5 * FULL
    gone, boxes = loss, [FULL] * 40 + [10]
    rng = np.random.default_rng(3)
    for place in rng.permutation(40)[: -(-loss // (FULL - left))]:
        taken = min(gone, FULL - left)
        boxes[place] -= taken
        gone -= taken
    filled_up = list(boxes)
    moved = next(place for place, one in enumerate(boxes) if one < FULL)
    filled_up[40] += min(14, filled_up[moved])
    filled_up[moved] -= filled_up[40] - 10
    for held in (boxes, filled_up):
        assert sum(held) == book - loss
        draws = 120
        excluded = sum(
            counted(draw_of(book, loss, number), as_they_stand(held)).goals[0].verdict is EXCLUDED
            for number in range(draws)
        )
        assert excluded / draws <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / draws)


@pytest.mark.parametrize(
    ("held", "told"),
    [([1.0] * 6, 1), ([1.0] * 5 + [None], 1), ([1.0] * 5 + [24.0], 0), ([24.0] * 5 + [10.0], 0), ([0.0] * 6, 0)],
)
def test_boxes_that_were_each_counted_as_one_are_told(held: list[float | None], told: int) -> None:
    notices = counted(draw_of(5 * FULL + 10, 20), as_they_stand(held)).notices
    assert len(notices) == told
    assert all("boxes were counted as 1, and each may hold 24" in notice for notice in notices)
