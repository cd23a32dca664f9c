"""Drills on small sites: losses as they lie in the books, copies as the prediction reckons, and what is said."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from drill_sites import CONTENTS, NORMAL_LOSSES, drilled, weekly
from scipy.special import ndtr, ndtri
from scipy.stats import chi2, kstest

from stockward.answers.drill import DrillAnswer
from stockward.balance.closing import assemble
from stockward.balance.sigma.adjusting import adjust
from stockward.balance.sigma.incidence import incidence_of
from stockward.book import Site
from stockward.book.known import known_at
from stockward.drill import copies as drill_copies
from stockward.drill.copies import DrillPlan, draw_copies, round_robin
from stockward.drill.losses import LossLedger, LossShare
from stockward.drill.targets import WATCHED, CaseMaker, DrillCase, pattern_weights, targets_of
from stockward.stats.scanning.planned import CLOSING
from stockward.terms.errors import UsageError


class Opened:
    """A site with its adjusted rows and the ledger that losses are taken out of."""

    def __init__(self, site: Site) -> None:
        self.books = known_at(site, None)
        self.assembly = assemble(self.books)
        self.balances = self.assembly.balances(*(self.books[name] for name in ("areas", "materials", "methods")))
        self.incidence = incidence_of(self.books, self.assembly, self.balances)
        self.adjusted = adjust(self.incidence)
        self.ledger = LossLedger(self.books, self.assembly.inventories, self.adjusted.quantity)
        self.names = [*self.books.movements["movement"]]
        counts = self.books.counts.select("area", "material", "inventory").rows()
        self.names += ["/".join(row) for row in counts]

    def changes(self, area: str, shares: list[LossShare], place: str) -> dict[str, float]:
        code = self.assembly.inventories.areas.index(area)
        material = self.books.counts["material"].dtype.categories.to_list().index("TNT")
        taken = self.ledger.take(code, material, shares, place)
        assert taken.why is None, taken.why
        return {self.names[row]: change for row, change in zip(taken.rows, taken.change, strict=True)}

    def week(self, number: int, amount: float) -> LossShare:
        inventories = self.assembly.inventories
        at = inventories.at[inventories.area == inventories.areas.index("S")]
        return LossShare(amount, int(at[number]), int(at[number + 1]))

    def plan(self, copies: int, seed: int = 1) -> DrillPlan:
        targets, _ = targets_of(self.incidence, self.balances, self.adjusted.quantity, false_alarm=0.05, seed=1)
        cases = CaseMaker(
            self.books, self.assembly, self.incidence, self.adjusted.quantity, detection=0.95, size=None, seed=1
        ).cases(targets, ("abrupt", "even"), ("counts", "movements"), every_period=False)
        return DrillPlan(
            self.incidence, tuple(targets), tuple(cases), self.adjusted.quantity, self.adjusted.standing,
            round_robin(cases, copies), frozenset(), True, seed,
        )  # fmt: skip


# --- a loss in the books


def test_in_the_counts_the_store_is_short_from_then_on(tmp_path: Path) -> None:
    site = Opened(weekly(tmp_path, weeks=4))
    assert site.changes("S", [site.week(1, 7.0)], "counts") == pytest.approx(
        {"S/TNT/I02": -7, "S/TNT/I03": -7, "S/TNT/I04": -7}
    )


def test_a_loss_in_two_periods_adds_up(tmp_path: Path) -> None:
    site = Opened(weekly(tmp_path, weeks=4))
    changes = site.changes("S", [site.week(1, 7.0), site.week(3, 2.0)], "counts")
    assert changes == pytest.approx({"S/TNT/I02": -7, "S/TNT/I03": -7, "S/TNT/I04": -9})


def test_in_the_movements_what_was_sent_is_recorded_lower_and_the_receiver_has_less(tmp_path: Path) -> None:
    site = Opened(weekly(tmp_path, weeks=3, hall=True))
    changes = site.changes("S", [site.week(1, 8.0)], "movements")
    assert changes == pytest.approx({"s1-0": -4, "s1-1": -4, "H/TNT/I02": -8, "H/TNT/I03": -8}, rel=1e-6)


def test_what_a_count_cannot_bear_is_drawn_again_up_to_the_gate(tmp_path: Path) -> None:
    """The hall holds 40 kg: a loss of 30 makes it draw more, the store bears it, or receives more in its turn."""
    site = Opened(weekly(tmp_path, weeks=3, hall=True))
    changes = site.changes("H", [site.week(1, 30.0)], "counts")
    assert changes == pytest.approx({"s1-0": 15, "s1-1": 15, "S/TNT/I02": -30, "S/TNT/I03": -30}, rel=1e-6)
    poor = Opened(weekly(tmp_path / "poor", weeks=3, hall=True, stock=20))
    changes = poor.changes("H", [poor.week(1, 30.0)], "counts")
    received = {name: change for name, change in changes.items() if name.startswith("r")}
    assert set(changes) == {"s1-0", "s1-1", *received}
    assert sum(received.values()) == pytest.approx(30)


def test_a_loss_cannot_exceed_what_is_there(tmp_path: Path) -> None:
    drill = drilled(weekly(tmp_path), copies=50, loss="210kg")
    abrupt, even = drill.lines
    assert {place.place: place.why for place in abrupt.places} == {
        "counts": None,
        "movements": "only 200 of TNT was sent on in a period",
    }
    assert [place.copies for place in abrupt.places] == [25, 0]
    assert even.copies == 25
    nothing = drilled(weekly(tmp_path), copies=50, loss="10t")
    assert nothing.copies == 0
    assert nothing.agreement is None
    assert all(place.not_borne == 1 for line in nothing.lines for place in line.places)


@pytest.mark.parametrize("place", ["counts", "movements"])
@pytest.mark.parametrize("hall", [False, True])
def test_only_the_series_in_question_shows_it(tmp_path: Path, place: str, hall: bool) -> None:
    site = Opened(weekly(tmp_path, hall=hall))
    plan = site.plan(1)
    for case in plan.cases:
        if case.place != place or case.why is not None:
            continue
        moved = np.zeros(len(plan.quantity))
        moved[case.rows] = case.change
        for series in plan.incidence.series:
            target = plan.targets[case.target]
            shift = np.asarray(series.incidence @ moved[series.rows])
            expected = np.zeros(len(shift))
            if series.number == target.series.number:
                expected[target.kept] = case.shift
                assert case.shift.sum() == pytest.approx(case.loss)
            elif series.id == "*/TNT":
                # What is gone from an area is gone from the site.
                expected[target.kept] = case.shift
            np.testing.assert_allclose(shift, expected, atol=1e-9)


# --- the copies


def rich_site(folder: Path, normal_losses: str = NORMAL_LOSSES) -> Site:
    """Every kind of error: fresh and shared, relative and absolute, of contents and of the normal loss."""
    return weekly(
        folder, weeks=6, hall=True, scale="scale,0.004,0.002,100,150,g",
        more={"contents": CONTENTS, "normal_losses": normal_losses},
    )  # fmt: skip


def things_read_once(site: Site) -> Site:
    """The same site, in which readings are repeated: one drum in the hall, weekly loads, and lots of shells."""
    hall = (pl.col("area").cast(pl.String) == "H") & (pl.col("material").cast(pl.String) == "TNT")
    load = pl.col("movement").str.replace("^[rs]", "L")
    loads = pl.col("movement").str.contains("^[rs]")
    lot = pl.col("movement").str.replace("-[01]$", "").str.replace("^i", "lot")
    lots = pl.col("movement").str.contains("^i")
    return site.replace(
        counts=site["counts"].with_columns(measurement=pl.when(hall).then(pl.lit("drum"))),
        movements=site["movements"].with_columns(measurement=pl.when(loads).then(load).when(lots).then(lot)),
    )


@pytest.mark.parametrize("repeated", [False, True])
def test_copies_scatter_as_the_covariance_says(tmp_path: Path, repeated: bool) -> None:
    """The sum of y² over 4,000 copies is chi-square, and each y is standard normal: seeded, 1 in 1000 a test."""
    # A normal loss so large that its errors are seen beside all others.
    site = rich_site(tmp_path, NORMAL_LOSSES.replace("0.001", "0.02"))
    plan = Opened(things_read_once(site) if repeated else site).plan(4000)
    # Without the losses themselves: every copy is the adjusted books, measured afresh.
    nothing = replace(plan.cases[0], rows=np.zeros(0, np.int64), change=np.zeros(0), shift=plan.cases[0].shift * 0)
    plan = replace(plan, cases=(nothing,), case=np.zeros(4000, np.int64))
    drawn = draw_copies(plan, np.arange(4000))
    for target in plan.targets:
        hidden = drill_copies._hidden(plan, target, drawn)
        difference, _ = drill_copies._figures(target, drawn.measured, hidden)
        y = difference @ target.tests.inverse.T
        assert 0.001 < chi2.cdf(np.sum(y**2), y.size) < 0.999
        assert min(kstest(y[:, period], "norm").pvalue for period in range(y.shape[1])) > 0.001 / y.shape[1]
        correlation = np.corrcoef(y.T)[np.triu_indices(y.shape[1], 1)]
        assert np.max(np.abs(correlation)) < 4.5 / np.sqrt(len(y))


def test_one_period_is_predicted_by_its_formula(tmp_path: Path) -> None:
    """Of one period the test in force is one-sided: ``Φ(L/σ − z)``; σ by hand, z of what a first week may spend."""
    drill = drilled(weekly(tmp_path, weeks=1, scale="scale,0.004,,,,"), copies=3000, loss="8kg", pattern="abrupt")
    # 500 and 510 counted; 2 × 105 received; 2 × 100 sent; all 0.4 %, fresh.
    sigma = 0.004 * np.sqrt(500**2 + 510**2 + 2 * 105**2 + 2 * 100**2)
    week = 7 / 365.25
    share = (1 - CLOSING) * -np.expm1(np.log1p(-0.05) * week)
    (line,) = drill.lines
    assert line.stated == pytest.approx(ndtr(8 / sigma + ndtri(share)), abs=2e-3)
    assert line.predicted == pytest.approx(line.stated, abs=0.02)
    assert drill.agreement is not None
    assert drill.agreement.agrees
    assert (line.days_median, line.days_90) == (7, 7)


def test_the_whole_site_is_watched_while_its_areas_are_drilled(tmp_path: Path) -> None:
    site = rich_site(tmp_path)
    drill = drilled(site, copies=200, pattern="even")
    assert dict(drill.left_out)["*/TNT"] == WATCHED
    assert "*/TNT" not in {line.id for line in drill.lines}
    # A loss that one area shows is in the site, too: it is no false alarm there.
    assert {one.id for one in drill.elsewhere} == {"S/TNT", "H/TNT"}
    assert "*/TNT" in {name for line in drill.lines for name, _ in line.also}


@pytest.mark.parametrize("repeated", [False, True])
def test_predicted_and_found_agree_with_every_kind_of_error(tmp_path: Path, repeated: bool) -> None:
    site = rich_site(tmp_path)
    drill = drilled(things_read_once(site) if repeated else site, copies=4000, seed=1 + repeated)
    assert drill.agreement is not None
    assert abs(drill.agreement.found - drill.agreement.predicted) < drill.agreement.error
    assert drill.agreement.agrees
    assert {line.id for line in drill.lines} == {"S/TNT", "H/TNT", "*/TNT"}
    assert sum(line.copies for line in drill.lines) == drill.copies == 5000
    assert {line.copies for line in drill.lines} == {1000}
    assert sum(line.counts.found for line in drill.lines) == round(drill.agreement.found * 5000)
    assert all(line.predicted == pytest.approx(0.95, abs=0.02) for line in drill.lines)
    assert drill.checked == 5
    assert drill.deviation < 1e-9
    # Series without a loss alarm as often as their share allows.
    alarmed, chance = sum(one.alarmed for one in drill.elsewhere), sum(one.by_chance for one in drill.elsewhere)
    assert abs(alarmed - chance) < 4 * np.sqrt(chance)


def test_losses_on_record_are_taken_out_of_every_copy(tmp_path: Path) -> None:
    """30 kg stand missing in the records, far beyond errors: the drill is that of the books without them."""
    site = weekly(tmp_path)
    later = pl.col("inventory") > "I05"
    counts = site["counts"].with_columns(quantity=pl.col("quantity") - pl.when(later).then(30).otherwise(0))
    short = drilled(site.replace(counts=counts), copies=2000)
    assert short.agreement is not None
    assert short.agreement.agrees
    assert short.adjusted is not None
    assert short.adjusted > 0.5
    assert drilled(site, copies=10).adjusted == pytest.approx(0, abs=1e-9)


# --- where predicted and found disagree


def causes(drill: DrillAnswer) -> dict[str, bool]:
    return {cause.key: cause.explains for cause in drill.causes}


def test_sigma_from_the_copys_own_values_is_named_where_it_fails(tmp_path: Path) -> None:
    site = weekly(tmp_path, scale="scale,0.5,,,,")
    drill = drilled(site, copies=4000, loss="900kg", pattern="even", place="movements")
    assert drill.agreement is not None
    assert not drill.agreement.agrees
    assert causes(drill)["same_sigma"]
    assert not causes(drill)["untruncated"]


def test_records_cut_at_zero_are_named_where_they_matter(tmp_path: Path) -> None:
    site = weekly(tmp_path, stock=0.5, flow=80, scale="scale,,,4,,kg")
    drill = drilled(site, copies=12_000, loss="30kg", pattern="abrupt")
    assert drill.agreement is not None
    assert not drill.agreement.agrees
    assert causes(drill) == {"same_sigma": False, "untruncated": True, "both": True}
    assert drill.cut > 9000


# --- when it is found


def test_found_is_an_alarm_at_or_after_the_loss() -> None:
    ratios = np.array([[1.2, 0.5, 0.9], [1.2, 0.5, 1.1], [0.1, 1.3, 1.4], [0.1, 0.2, 0.3]])
    first = drill_copies._first(ratios, np.array([1, 1, 1, 0]))
    assert first.tolist() == [-1, 2, 1, -1]


def test_of_no_loss_only_later_false_alarms_are_predicted(tmp_path: Path) -> None:
    """A gram is found as often as the test alarms by chance from the middle on: less than its share of all."""
    drill = drilled(weekly(tmp_path), copies=20, loss="1g", pattern="abrupt")
    share = -np.expm1(np.log1p(-0.05) * 12 * 7 / 365.25)
    (line,) = drill.lines
    assert line.stated is not None
    assert 0.3 * share < line.stated < 0.8 * share


def test_what_stands_in_exact_rows_stands_in_no_copy(tmp_path: Path) -> None:
    plan = Opened(rich_site(tmp_path)).plan(2)
    before, after = (
        drill_copies._hidden(replace(plan, standing=standing), plan.targets[0], draw_copies(plan, np.arange(2)))
        for standing in (plan.standing, tuple(left + 5.0 for left in plan.standing))
    )
    np.testing.assert_allclose(before - after, 5.0)


def test_an_even_loss_goes_by_the_days_and_is_not_seen_where_nothing_is_tested(tmp_path: Path) -> None:
    site = Opened(weekly(tmp_path, weeks=8))
    target = site.plan(1).targets[0]
    np.testing.assert_allclose(pattern_weights(target, "even", 0), 1 / 8)
    # The third week is not tested; the fourth is exact, and no place for a loss by chance.
    kept = np.array([0, 1, 4, 5, 6, 7])
    closed = np.array([True, True, False, True, True, True, True, True])
    part = replace(target, kept=kept, series=replace(target.series, kept=closed))
    np.testing.assert_allclose(pattern_weights(part, "even", 0), 1 / 7)
    long = replace(target, series=replace(target.series, start=target.series.start * 1, end=target.series.end + 0))
    long.series.start[0] -= 365 * 86_400_000_000
    np.testing.assert_allclose(pattern_weights(long, "even", 0)[1:], 7 / 365)
    assert pattern_weights(long, "even", 0).sum() == pytest.approx(1)


# --- as recorded


def test_as_recorded_every_period_is_drilled_once_and_no_chance_is_claimed(tmp_path: Path) -> None:
    drill = drilled(weekly(tmp_path), as_recorded=True)
    assert drill.agreement is None
    assert drill.causes == drill.elsewhere == ()
    abrupt, even = drill.lines
    assert (abrupt.copies, even.copies) == (24, 2)
    assert [place.periods for place in abrupt.places] == [12, 12]
    # The records balance to the gram: errors are zero, so a loss found with 95 % is found, and nothing else alarms.
    assert (abrupt.counts.found, even.counts.found) == (24, 2)
    assert (abrupt.predicted, abrupt.error, abrupt.without, abrupt.earlier) == (None, None, 0, 0)
    assert drilled(weekly(tmp_path), as_recorded=True, copies=5).copies == 5


def test_as_recorded_a_small_loss_is_not_found(tmp_path: Path) -> None:
    drill = drilled(weekly(tmp_path), as_recorded=True, loss="2kg", pattern="abrupt")
    assert [line.counts.found for line in drill.lines] == [0]


# --- again, and in parallel


def test_neither_jobs_nor_blocks_change_a_figure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = rich_site(tmp_path)
    once = drilled(site, copies=120)
    assert drilled(site, copies=120, jobs=2) == once
    monkeypatch.setattr(drill_copies, "BLOCK", 7)
    assert drilled(site, copies=120) == once
    assert drilled(site, copies=120, seed=2) != once


def test_copies_go_round_series_and_patterns_evenly() -> None:
    def case(target: int, pattern: str, why: str | None = None) -> DrillCase:
        empty = np.zeros(0)
        rows = np.zeros(0, np.int64)
        return DrillCase(target, pattern, "counts", 0, 0, 1.0, rows, empty, empty, None, None, 0.0, None, why)

    cases = [case(0, "abrupt"), case(0, "abrupt"), case(0, "even", "too much"), case(1, "even")]
    assert round_robin(cases, 7).tolist() == [0, 3, 1, 3, 0, 3, 1]
    assert round_robin([case(0, "even", "too much")], 7).tolist() == []


# --- wrong questions


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"loss": "5"}, "--loss '5' is no quantity with a unit: write it as 5kg"),
        ({"loss": "0kg"}, "--loss '0kg' is no quantity"),
        ({"loss": "-5kg"}, "is no quantity"),
        ({"loss": "5 stone"}, "is no quantity"),
        ({"loss": "3each"}, "no series that can be drilled is measured in such a unit"),
        ({"series": "S/TNTT"}, "the books hold no such series: did you mean S/TNT?"),
        ({"series": "H/SHELL"}, "--series H/SHELL cannot be drilled: counted, not weighed: any loss shows"),
        ({"copies": 0}, "ask for 1 to 1000000 copies"),
        ({"pattern": "slow"}, "--pattern 'slow' is not known: write abrupt, even or spread"),
        ({"place": "safe"}, "--in 'safe' is not known: write counts or movements"),
    ],
)
def test_a_question_that_cannot_be_asked(tmp_path: Path, options: dict[str, object], says: str) -> None:
    site = weekly(tmp_path, weeks=3, hall=True)
    with pytest.raises(UsageError, match=re.escape(says)) as raised:
        drilled(site, **{"copies": 10, **options})
    assert "\n" not in str(raised.value)


def test_a_site_without_series_or_periods_has_nothing_to_drill(tmp_path: Path) -> None:
    site = weekly(tmp_path, weeks=3)
    for emptied in (site.replace(counts=site["counts"].clear()), site.replace(movements=site["movements"].clear())):
        drill = drilled(emptied, copies=10)
        assert drill.agreement is None or drill.lines
    with pytest.raises(UsageError, match="too little is filled in"):
        drilled(site.replace(counts=site["counts"].clear(), movements=site["movements"].clear()))
