"""The mix against brute force, and by hand."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from pathlib import Path

import order_sites as sites
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stockward.answers.mix import MixAnswer
from stockward.book.known import KnownBooks
from stockward.guards.mix import TOTALS_MAX, Bands, MixRule, mix_of
from stockward.guards.orders.judged import orders_of
from stockward.guards.written import plain_number, written_number

RIDGEWAY = Bands(
    (MixRule("ministry", Fraction("0.7"), Fraction("0.8")), MixRule("civilian", Fraction("0.2"), Fraction("0.3")))
)

shares = (
    st.tuples(*[st.integers(0, 20)] * 2).map(sorted).map(lambda pair: (Fraction(pair[0], 20), Fraction(pair[1], 20)))
)
bands = st.lists(shares, min_size=1, max_size=3).map(
    lambda pairs: Bands(tuple(MixRule(f"a{place}", low, high) for place, (low, high) in enumerate(pairs)))
)


def splits(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    """Every way to split a total into ordered parts."""
    if parts == 1:
        yield (total,)
        return
    for first in range(total + 1):
        yield from ((first, *rest) for rest in splits(total - first, parts - 1))


def keeps(rules: Bands, numbers: tuple[int, ...], total: int) -> bool:
    """The definition, without any rounding: low × N ≤ m ≤ high × N."""
    return all(rule.low * total <= m <= rule.high * total for rule, m in zip(rules.rules, numbers, strict=False))


@given(bands, st.integers(0, 13), st.integers(0, 6))
@settings(max_examples=300, deadline=None)
def test_numbers_for_a_total_are_those_of_enumeration(rules: Bands, total: int, others_most: int) -> None:
    count = len(rules.rules)
    kept = [
        numbers
        for numbers in splits(total, count + 1)
        if numbers[-1] <= others_most and keeps(rules, numbers[:-1], total)
    ]
    found = rules.numbers_for(total, others=(0, others_most))
    if not kept:
        assert found is None
    else:
        assert found == {
            name: (min(one[place] for one in kept), max(one[place] for one in kept))
            for place, name in enumerate(rules.names)
        }
        # Every number between the two can be had.
        for place, (low, high) in enumerate(found.values()):
            assert {one[place] for one in kept} == set(range(low, high + 1))


@given(bands, st.lists(st.integers(0, 4), min_size=4, max_size=4), st.lists(st.integers(0, 4), min_size=4, max_size=4))
@settings(max_examples=300, deadline=None)
def test_totals_within_reach_are_those_of_enumeration(rules: Bands, present: list[int], pool: list[int]) -> None:
    names = [*rules.names, "elsewhere"]
    now, more = dict(zip(names, present, strict=False)), dict(zip(names, pool, strict=False))
    reached = set()
    for added in product(*(range(more[name] + 1) for name in names)):
        numbers = tuple(now[name] + one for name, one in zip(names, added, strict=True))
        if keeps(rules, numbers[:-1], sum(numbers)):
            reached.add(sum(numbers))
    found = list(rules.totals(now, more))
    assert [one.total for one in found] == sorted(reached, reverse=True)
    for one in found:
        numbers = tuple(one.numbers.get(name, 0) for name in rules.names)
        assert keeps(rules, numbers, one.total)
        assert sum(one.numbers.values()) == one.total
        assert all(now[name] <= one.numbers.get(name, 0) <= now[name] + more[name] for name in rules.names)
    largest = rules.largest(now, more)
    assert (None if largest is None else largest.total) == max(reached, default=None)


def test_bounds_are_compared_without_binary_dust() -> None:
    assert 0.07 * 100 > 7
    for hundredths in range(101):
        share = hundredths / 100
        rule = MixRule("a", written_number(share), written_number(share))
        for total in range(1, 301):
            exact = Fraction(hundredths, 100) * total
            assert (rule.least(total), rule.most(total)) == (-((-exact) // 1), exact // 1)
    assert MixRule("a", written_number(0.7), written_number(0.8)).least(10) == 7


def test_ten_thousand_and_single_guards() -> None:
    assert RIDGEWAY.numbers_for(100) == {"ministry": (70, 80), "civilian": (20, 30)}
    assert RIDGEWAY.numbers_for(10_000) == {"ministry": (7000, 8000), "civilian": (2000, 3000)}
    assert [total for total in range(1, 40) if RIDGEWAY.numbers_for(total) is None] == [1, 2, 3, 6]


def mixed(
    tmp_path: Path,
    *groups: tuple[int, str, str, str, str],
    orders: str = "",
    bands: dict[str, tuple[float, float]] = sites.BANDS,
) -> MixAnswer:
    read = department(tmp_path, *groups, orders=orders, bands=bands)
    answer = mix_of(read, day=sites.DAY, orders=orders_of(read, day=sites.DAY))
    assert answer is not None
    return answer


def department(
    tmp_path: Path, *groups: tuple[int, str, str, str, str], orders: str = "", bands: dict[str, tuple[float, float]]
) -> KnownBooks:
    return sites.books(
        tmp_path / "site", bands=bands, people=sites.guards(*groups), orders=sites.ORDER_COLUMNS + orders
    )


SIXTY = ((45, "ministry", "patrol", "2020-01-01", ""), (15, "civilian", "post", "2020-01-01", ""))


def test_more_than_doubling_with_one_affiliation_alone(tmp_path: Path) -> None:
    answer = mixed(tmp_path, *SIXTY, orders=sites.order(measure="guards"))
    assert (answer.total, answer.required, answer.holds) == (60, 121, True)
    ministry, civilian = answer.growth_alone
    # 15 / 0.2 = 75 guards; 45 / 0.7 = 64.3 guards.
    assert (ministry.more, ministry.total, civilian.more, civilian.total) == (15, 75, 4, 64)
    assert ministry.shares == {"ministry": 60 / 75, "civilian": 15 / 75}
    assert civilian.shares_at_required is not None
    assert [round(100 * share) for share in civilian.shares_at_required.values()] == [37, 63]
    assert {one.total for one in answer.by_total} == set(range(1, 151))
    assert answer.by_total[120].numbers == {"ministry": (85, 96), "civilian": (25, 36)}
    assert answer.breaks == ("whole numbers cannot keep every band at 1 to 3 and 6 guards",)


def test_growth_alone_is_that_of_adding_one_by_one(tmp_path: Path) -> None:
    for ministry, civilian in ((45, 15), (7, 3), (8, 2), (70, 30), (76, 24)):
        bands = Bands.of(department(tmp_path, *SIXTY, bands=sites.BANDS).site.settings.force)
        groups = ((ministry, "ministry", "post", "", ""), (civilian, "civilian", "post", "", ""))
        answer = mixed(tmp_path, *groups)
        for one in answer.growth_alone:
            numbers = {"ministry": ministry, "civilian": civilian}
            more = -1
            while bands.hold(numbers):
                more += 1
                numbers[one.affiliation] += 1
            assert one.more == more


def test_patrols_are_met_beside_all_others(tmp_path: Path) -> None:
    leaving = (2, "civilian", "post", "2020-01-01", "2026-07-31")
    answer = mixed(tmp_path, *SIXTY, leaving, orders=sites.order())
    # 91 on patrol beside the 15 who do not patrol on the due date.
    assert (answer.total, answer.required) == (62, 106)


def test_numbers_outside_a_band_are_said(tmp_path: Path) -> None:
    answer = mixed(tmp_path, (54, "ministry", "patrol", "", ""), (6, "civilian", "post", "", ""))
    assert answer.holds is False
    assert "54 of 60 guards are of ministry, a share of 0.9: the band 0.7 to 0.8 allows 42 to 48" in answer.breaks
    assert "6 of 60 guards are of civilian, a share of 0.1: the band 0.2 to 0.3 allows 12 to 18" in answer.breaks
    assert [one.more for one in answer.growth_alone] == [None, None]


def test_bands_that_cannot_hold_are_said_with_their_numbers(tmp_path: Path) -> None:
    answer = mixed(tmp_path, *SIXTY, bands={"ministry": (0.1, 0.6), "civilian": (0.1, 0.3)})
    assert answer.breaks[0].startswith(
        "the upper bounds of the bands allow 0.6 + 0.3 = 0.9 of the guards: the rest, 0.1"
    )
    assert answer.breaks[-1] == "no total from 1 to 150 guards holds every band"
    assert all(one.numbers is None for one in answer.by_total)
    answer = mixed(tmp_path, *SIXTY, bands={"ministry": (0.8, 0.9), "civilian": (0.3, 0.5)})
    assert answer.breaks[0].startswith("the lower bounds of the bands ask for 0.8 + 0.3 = 1.1 of the guards")


def test_others_may_fill_what_the_bands_leave(tmp_path: Path) -> None:
    narrow = {"ministry": (0.1, 0.6), "civilian": (0.1, 0.3)}
    joined = (*SIXTY, (20, "contractor", "post", "", ""))
    answer = mixed(tmp_path, *joined, bands=narrow)
    assert (answer.others, answer.total, answer.holds) == (20, 80, True)
    assert answer.by_total[79].numbers == {"ministry": (8, 48), "civilian": (8, 24)}
    assert answer.growth_alone[0].shares_at_required is None
    # An applicant of another affiliation leaves the same room.
    people = sites.guards(*SIXTY) + "A-1,applicant,contractor,,,,,\n"
    answer = mix_of(sites.books(tmp_path / "applicant", bands=narrow, people=people), day=sites.DAY)
    assert answer is not None
    assert answer.others == 0
    assert answer.by_total[79].numbers == {"ministry": (8, 48), "civilian": (8, 24)}


def test_nothing_limits_growth_where_no_band_does(tmp_path: Path) -> None:
    answer = mixed(tmp_path, *SIXTY, bands={"ministry": (0.5, 1.0)})
    assert (answer.holds, answer.growth_alone[0].more, answer.others) == (True, None, 15)


def test_rows_that_could_be_guards_leave_the_mix_open(tmp_path: Path) -> None:
    people = sites.guards(*SIXTY) + "G-0001,guard,civilian,post,2020-01-01,,,\nW-1,worker,civilian,,2020-13-01,,,\n"
    read = sites.books(tmp_path / "site", bands=sites.BANDS, people=people)
    answer = mix_of(read, day=sites.DAY)
    assert answer is not None
    assert answer.holds is None
    assert answer.reason == "people row 62 is set aside and could be a guard: mend it (stockward check)"


def test_no_guard_has_no_mix_and_no_band_no_answer(tmp_path: Path) -> None:
    read = sites.books(tmp_path / "none", bands=sites.BANDS)
    answer = mix_of(read, day=sites.DAY)
    assert answer is not None
    assert (answer.total, answer.holds, answer.bands[0].share) == (0, None, None)
    assert answer.reason is not None
    assert mix_of(sites.books(tmp_path / "free", people=sites.guards(*SIXTY)), day=sites.DAY) is None


@pytest.mark.parametrize("value", ["1000000", "5000"])
def test_very_many_totals_are_spaced_with_those_that_matter(tmp_path: Path, value: str) -> None:
    answer = mixed(tmp_path, *SIXTY, orders=sites.order(measure="guards", comparator=">=", factor="", value=value))
    totals = [one.total for one in answer.by_total]
    assert len(totals) <= TOTALS_MAX
    assert totals == sorted(totals)
    assert {60, int(value)} <= set(totals)


def test_figures_are_plain() -> None:
    assert [plain_number(one) for one in (63.0, 0.75, Fraction(1, 3), 0.0)] == ["63", "0.75", "0.3333", "0"]
