"""A loss spread over all areas of a site: as it lies in the books, how often it is found, and its goals."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from drill_sites import BEGIN, CONTENTS, NORMAL_LOSSES, drilled, weekly
from small_sites import write_site

from stockward.answers.detection import SeriesDetection
from stockward.balance.closing import assemble, close_balances
from stockward.balance.sigma.adjusting import adjust
from stockward.balance.sigma.incidence import incidence_of
from stockward.balance.testing import hazards
from stockward.book import Site
from stockward.book.known import known_at
from stockward.drill import running as drill
from stockward.drill.copies import each_once, round_robin
from stockward.drill.taking import TOO_FEW, UNWEIGHED, Falls, Laid, LossTaker
from stockward.drill.targets import WATCHED, DrillCase
from stockward.terms.errors import UsageError
from stockward.unseen.books_calibrated import BooksCalibrated
from stockward.unseen.series import SightRequest, sights, unseen_losses

DAY = 86_400_000_000


class Spread:
    """A loss laid over the areas of a site, by name of the rows that change and of the areas."""

    def __init__(self, site: Site, loss: float, place: str) -> None:
        books = known_at(site, None)
        assembly = assemble(books)
        balances = assembly.balances(*(books[name] for name in ("areas", "materials", "methods")))
        incidence = incidence_of(books, assembly, balances)
        quantity = adjust(incidence).quantity
        whole = incidence.series[-1]
        assert whole.id == "*/TNT"
        self.start, self.end = whole.start, whole.end
        days = (whole.end - whole.start) / (whole.end[-1] - whole.start[0])
        falls, kept = Falls(loss * days, whole.start, whole.end), np.flatnonzero(whole.kept)
        self.laid: Laid = LossTaker(books, assembly, incidence, quantity).out_of_site(whole.number, kept, falls, place)
        names = [*books.movements["movement"]]
        names += ["/".join(row) for row in books.counts.select("area", "material", "inventory").rows()]
        self.changes = dict(zip((names[row] for row in self.laid.taken.rows), self.laid.taken.change, strict=True))
        self.areas = {balances.series["id"][number]: why for number, why in self.laid.areas}
        moved = np.zeros(len(quantity))
        moved[self.laid.taken.rows] = self.laid.taken.change
        self.raised = {one.id: np.asarray(one.incidence @ moved[one.rows]) for one in incidence.series}


# --- as it lies in the books


def test_two_areas_lose_the_same_each_week(tmp_path: Path) -> None:
    """8 kg in four weeks out of two areas: one kilogram a week from each."""
    spread = Spread(weekly(tmp_path, weeks=4, hall=True), 8.0, "counts")
    expected = {f"{area}/TNT/I{week:02d}": -week for area in "SH" for week in range(1, 5)}
    assert spread.changes == pytest.approx(expected)
    np.testing.assert_allclose(spread.raised["*/TNT"], 2.0)
    np.testing.assert_allclose(spread.raised["S/TNT"], 1.0)
    np.testing.assert_allclose(spread.raised["H/TNT"], 1.0)
    assert spread.areas == {"S/TNT": None, "H/TNT": None}


MOVED = "movement,at,kind,material,quantity,from_area,to_area,method\n"
COUNTED = "inventory,at,area,material,quantity,method\n"


def row_of_areas(
    folder: Path, areas: str = "ABC", *, days_later: int = 0, weeks: int = 2, flow: float = 30.0, **tables: str
) -> Site:
    """Areas in a row, 30 kg a week through all of them on Mondays' eve, each counted some days after the one before."""
    begin = datetime.combine(BEGIN, datetime.min.time(), UTC)
    counts = [
        f"I{week},{(begin + timedelta(days=7 * week + days_later * place)).isoformat()},{area},TNT,100,scale"
        for week in range(weeks + 1)
        for place, area in enumerate(areas)
    ]
    moved = []
    for week in range(weeks + 1):
        at = (begin + timedelta(days=7 * week + 5)).isoformat()
        for place, (source, target) in enumerate(zip(["", *areas], [*areas, ""], strict=True)):
            kind = "transfer" if source and target else "receipt" if target else "issue"
            moved.append(f"m{week}-{place},{at},{kind},TNT,{flow},{source},{target},scale")
    return write_site(
        folder,
        **{
            "areas": "area,kind\n" + "".join(f"{area},store\n" for area in areas),
            "movements": MOVED + "\n".join(moved),
            "counts": COUNTED + "\n".join(counts),
            **tables,
        },
    )


def test_in_the_movements_what_each_sent_is_lower_and_the_next_has_less(tmp_path: Path) -> None:
    """12 kg in two weeks out of three areas: two a week from each, and the site shows six a week."""
    spread = Spread(row_of_areas(tmp_path), 12.0, "movements")
    # What A hides in what it sends to B, B has less of in its counts; C's issue leaves the site.
    sent = {f"m{week}-{place}": -2 for week in range(2) for place in (1, 2, 3)}
    short = {f"{area}/TNT/I{week}": -2 * week for area in "BC" for week in (1, 2)}
    assert spread.changes == pytest.approx({**sent, **short})
    np.testing.assert_allclose(spread.raised["*/TNT"], 6.0)
    for area in "ABC":
        np.testing.assert_allclose(spread.raised[f"{area}/TNT"], 2.0)


@pytest.mark.parametrize("place", ["counts", "movements"])
def test_of_areas_counted_on_different_days_each_shows_what_it_lost_until_then(tmp_path: Path, place: str) -> None:
    """A is counted on day 0, B on day 1, C on day 2: the site's time begins on day 2 and ends on day 16."""
    spread = Spread(row_of_areas(tmp_path, days_later=1), 42.0, place)
    assert ((spread.end - spread.start) / DAY).tolist() == [7, 7]
    # One kilogram a day from each, from day 2 on: until day 7 A lost 5, B 6 and C 7.
    np.testing.assert_allclose(spread.laid.raised, [5 + 6 + 7, 7 + 7 + 7])
    np.testing.assert_allclose(spread.raised["*/TNT"], spread.laid.raised)
    np.testing.assert_allclose(spread.raised["A/TNT"], [5, 7])
    np.testing.assert_allclose(spread.raised["C/TNT"], [7, 7])


def test_where_too_few_areas_bear_a_share_none_is_taken(tmp_path: Path) -> None:
    """The hall sends no TNT, only shells: hidden in movements, it would be a loss of the store alone."""
    spread = Spread(weekly(tmp_path, weeks=4, hall=True), 8.0, "movements")
    assert spread.laid.taken.why == TOO_FEW
    assert spread.areas == {"S/TNT": None, "H/TNT": "no TNT was sent on in a period"}
    assert spread.changes == {}


def test_an_area_where_nothing_is_weighed_bears_no_share_and_the_others_more(tmp_path: Path) -> None:
    counts = "".join(
        f"I{week},{BEGIN + timedelta(days=7 * week)},{area},{what}\n"
        for week in range(3)
        for area, what in (("A", "TNT,100,scale"), ("B", "TNT,100,scale"), ("M", "BOX,50,"))
    )
    site = write_site(
        tmp_path,
        areas="area,kind\nA,store\nB,store\nM,store\n",
        contents="material,substance,amount,unit\nBOX,TNT,2,kg\n",
        movements=MOVED + f"m1,{BEGIN + timedelta(days=3)},transfer,TNT,5,A,B,scale\n",
        counts=COUNTED + counts,
    )
    spread = Spread(site, 4.0, "counts")
    assert spread.areas == {"A/TNT": None, "B/TNT": None, "M/TNT": UNWEIGHED}
    np.testing.assert_allclose(spread.raised["*/TNT"], 2.0)
    np.testing.assert_allclose(spread.raised["A/TNT"], 1.0)
    np.testing.assert_allclose(spread.raised["M/TNT"], 0.0)
    (one,) = drilled(site, copies=10, pattern="spread").spread
    box = next(area for area in one.areas if area.id == "M/TNT")
    assert (box.alarmed, box.left_out) == (None, (("counts", UNWEIGHED), ("movements", UNWEIGHED)))


def test_an_area_whose_stock_is_too_small_leaves_its_share_to_the_others(tmp_path: Path) -> None:
    """90 kg, 30 from each: the stock of B was 12 kg and nothing came in that could hide the rest."""
    site = row_of_areas(tmp_path, flow=1.0)
    small = site["counts"]["area"].cast(str) == "B"
    site = site.replace(counts=site["counts"].with_columns(quantity=small.replace_strict({True: 12.0, False: 100.0})))
    spread = Spread(site, 90.0, "counts")
    assert spread.areas == {"A/TNT": None, "B/TNT": "only 12 of TNT was counted in B at I1", "C/TNT": None}
    np.testing.assert_allclose(spread.raised["*/TNT"], 45.0)
    np.testing.assert_allclose(spread.raised["B/TNT"], 0.0)


# --- found and predicted


def test_the_whole_site_finds_it_as_predicted_and_any_area_less_often(tmp_path: Path) -> None:
    site = weekly(
        tmp_path, weeks=6, hall=True, scale="scale,0.004,0.002,100,150,g",
        more={"contents": CONTENTS, "normal_losses": NORMAL_LOSSES},
    )  # fmt: skip
    made = drilled(site, copies=4000, pattern="spread")
    (line,) = made.lines
    assert (line.id, line.area, line.label, line.pattern) == ("*/TNT", None, "TNT in the whole site", "spread")
    assert line.stated == pytest.approx(0.95, abs=0.002)
    assert line.predicted is not None
    assert line.error is not None
    assert abs(line.counts.found / 4000 - line.predicted) < line.error
    assert made.agreement is not None
    assert made.agreement.agrees
    assert (made.copies, made.checked) == (4000, 1)
    (spread,) = made.spread
    assert (spread.id, spread.copies) == ("*/TNT", 4000)
    assert spread.any_area < line.counts.found
    alarmed = [area.alarmed or 0 for area in spread.areas]
    assert max(alarmed) <= spread.any_area <= sum(alarmed)
    assert [area.area for area in spread.areas] == ["H", "S"]
    # Both areas hold the loss, so neither alarms elsewhere.
    assert made.elsewhere == ()
    assert "*/TNT" not in dict(made.left_out)


def test_a_row_of_areas_hides_from_each_what_the_site_finds(tmp_path: Path) -> None:
    made = drilled(row_of_areas(tmp_path, "ABCDEF", weeks=6), copies=1500, pattern="spread", place="counts")
    (line,), (spread,) = made.lines, made.spread
    assert line.predicted is not None
    assert line.error is not None
    assert abs(line.counts.found / 1500 - line.predicted) < line.error
    assert spread.by_chance is not None
    assert spread.by_chance / 1500 < spread.any_area / 1500 < 0.3


def test_what_areas_counted_early_lose_at_the_end_lowers_the_chance(tmp_path: Path) -> None:
    made = drilled(row_of_areas(tmp_path, days_later=1, weeks=4), copies=2000, pattern="spread", place="counts")
    (line,) = made.lines
    assert line.stated is not None
    assert 0.90 < line.stated < 0.945
    assert line.predicted is not None
    assert line.error is not None
    assert abs(line.counts.found / 2000 - line.predicted) < line.error


def test_of_no_loss_the_areas_alarm_by_chance_alone(tmp_path: Path) -> None:
    made = drilled(row_of_areas(tmp_path, weeks=26), copies=2000, pattern="spread", place="counts", loss="1g")
    (spread,) = made.spread
    assert spread.by_chance is not None
    assert abs(spread.any_area - spread.by_chance) < 4 * np.sqrt(spread.by_chance)


def test_as_recorded_a_loss_is_spread_once_in_each_place(tmp_path: Path) -> None:
    made = drilled(row_of_areas(tmp_path, weeks=6), as_recorded=True)
    line = next(line for line in made.lines if line.pattern == "spread")
    assert (line.copies, line.counts.found, line.without, line.predicted) == (2, 2, 0, None)
    (spread,) = made.spread
    assert (spread.copies, spread.any_area, spread.by_chance) == (2, 0, None)


# --- beside the other patterns


def case(target: int, pattern: str, why: str | None = None) -> DrillCase:
    empty, rows = np.zeros(0), np.zeros(0, np.int64)
    return DrillCase(target, pattern, "counts", 0, 0, 1.0, rows, empty, empty, None, None, 0.0, None, why)


def test_copies_of_spread_losses_come_on_top_and_change_no_other() -> None:
    areas = [case(0, "abrupt"), case(0, "even", "too much"), case(1, "even")]
    sites = [case(2, "spread"), case(2, "spread"), case(3, "spread", "too much")]
    assert round_robin([*areas, *sites], 5).tolist() == [*round_robin(areas, 5).tolist(), 3, 4, 3]
    assert round_robin(sites, 3).tolist() == [0, 1, 0]
    assert each_once([*areas, *sites], 9).tolist() == [0, 2, 3, 4]
    assert each_once([*areas, *sites], 1).tolist() == [0, 3]


@pytest.mark.parametrize("as_recorded", [False, True])
def test_the_other_lines_are_the_same_with_spread_losses_and_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, as_recorded: bool
) -> None:
    site = weekly(tmp_path, hall=True)
    with_spread = drilled(site, copies=80, as_recorded=as_recorded).lines
    monkeypatch.setattr(drill, "PATTERNS", ("abrupt", "even"))
    assert with_spread[:-1] == drilled(site, copies=80, as_recorded=as_recorded).lines
    assert [line.pattern for line in with_spread] == ["abrupt", "even"] * 2 + ["spread"]


def test_one_pattern_is_drilled_alone(tmp_path: Path) -> None:
    site = weekly(tmp_path, hall=True)
    even = drilled(site, copies=40, pattern="even")
    assert dict(even.left_out)["*/TNT"] == WATCHED
    assert even.spread == ()
    assert {line.pattern for line in even.lines} == {"even"}


def test_a_whole_site_is_drilled_by_name_and_its_areas_are_watched(tmp_path: Path) -> None:
    made = drilled(weekly(tmp_path, hall=True), copies=40, series="*/TNT")
    assert [(line.id, line.pattern, line.copies) for line in made.lines] == [("*/TNT", "spread", 40)]
    assert [area.alarmed is not None for area in made.spread[0].areas] == [True, True]
    assert "*/TNT" not in dict(made.left_out)


@pytest.mark.parametrize(
    ("hall", "options", "says"),
    [
        (True, {"series": "S/TNT", "pattern": "spread"}, "a loss that is spread over areas is one of the whole site"),
        (True, {"series": "*/TNT", "pattern": "even"}, "out of the whole site a loss is spread over its areas"),
        (False, {"pattern": "spread"}, "--pattern spread: no substance is in two areas or more"),
        (False, {"series": "*/TNT"}, "the books hold no such series"),
    ],
)
def test_a_question_that_cannot_be_asked(tmp_path: Path, hall: bool, options: dict[str, object], says: str) -> None:
    with pytest.raises(UsageError, match=re.escape(says)):
        drilled(weekly(tmp_path, weeks=3, hall=hall), copies=10, **options)


def test_why_the_only_whole_site_cannot_be_drilled_is_said(tmp_path: Path) -> None:
    site = row_of_areas(tmp_path, "AB")
    site = site.replace(counts=site["counts"].filter(site["counts"]["area"].cast(str) == "A"))
    with pytest.raises(UsageError, match=r"\*/TNT cannot be drilled: no period is closed"):
        drilled(site, copies=10, pattern="spread")


# --- goals of the whole site


def judged(site: Site) -> dict[str, SeriesDetection]:
    """What would go unseen, by series."""
    balances = close_balances(known_at(site, None))
    asked = SightRequest(goals=site["goals"], detection=0.95, seed=1)
    again = BooksCalibrated(known_at(site, None), balances)
    found = unseen_losses(balances, sights(balances, hazards(balances, 0.05), asked), asked, again=again)
    return dict(zip(balances.series["id"], found, strict=True))


GOALS = "area,substance,quantity,unit,within_days\n"


def test_what_every_area_meets_the_whole_site_need_not(tmp_path: Path) -> None:
    """The site errs by the counts of six areas, each area by its own: one goal for all is not six goals."""
    needed = judged(row_of_areas(tmp_path / "none", "ABCDEF", weeks=12))
    areas = [needed[f"{area}/TNT"].detectable for area in "ABCDEF"]
    least = max(one.even_year or 0.0 for one in areas if one is not None)
    whole = needed["*/TNT"].detectable
    assert whole is not None
    assert whole.even_year is not None
    assert whole.even_year > 1.3 * least
    amount = 0.5 * (least + whole.even_year)
    each = GOALS + "".join(f"{area},TNT,{amount},kg,365\n" for area in "ABCDEF")
    own = judged(row_of_areas(tmp_path / "each", "ABCDEF", weeks=12, goals=each))
    assert [own[f"{area}/TNT"].goal.met for area in "ABCDEF"] == [True] * 6  # type: ignore[union-attr]
    assert own["*/TNT"].goal is None
    site = judged(row_of_areas(tmp_path / "site", "ABCDEF", weeks=12, goals=GOALS + f",TNT,{amount},kg,365\n"))
    assert {name for name, one in site.items() if one.goal is not None} == {"*/TNT"}
    goal = site["*/TNT"].goal
    assert goal is not None
    assert not goal.met
    assert goal.probability < 0.95
    assert goal.detectable is not None
    assert goal.detectable >= whole.even_year * (1 - 1e-6)
    assert goal.short_by == pytest.approx(goal.detectable - amount)
    assert site["*/TNT"].remedies


def test_a_substance_in_one_area_has_the_goal_of_the_site(tmp_path: Path) -> None:
    """RDX is in A alone, so that A is the site for it; TNT is in two areas."""
    rdx = "".join(f"I{week},{BEGIN + timedelta(days=7 * week)}T00:00,A,RDX,100,scale\n" for week in range(3))
    plain = row_of_areas(tmp_path / "plain", "AB")
    counts = (tmp_path / "plain" / "counts.csv").read_text(encoding="utf-8") + rdx
    assert plain.problems == ()
    goals = GOALS + ",RDX,50,kg,365\n,TNT,500,kg,365\n"
    materials = "material,kind,unit\nTNT,bulk,kg\nRDX,bulk,kg\n"
    site = judged(row_of_areas(tmp_path / "two", "AB", counts=counts, goals=goals, materials=materials))
    assert {name: one.goal.quantity for name, one in site.items() if one.goal} == {"A/RDX": 50, "*/TNT": 500}


def test_areas_that_are_never_counted_together_meet_no_goal_of_the_site(tmp_path: Path) -> None:
    """B is counted long after A: no series of the site can be tested, whatever A alone would find."""
    site = row_of_areas(tmp_path, "AB", days_later=200, goals=GOALS + ",TNT,1000,kg,365\n")
    goal = judged(site)["*/TNT"].goal
    assert goal is not None
    assert (goal.met, goal.reason) == (False, "the series is not tested")
    assert judged(site)["A/TNT"].goal is None


def test_areas_counted_on_different_days_are_judged_together(tmp_path: Path) -> None:
    site = row_of_areas(tmp_path, days_later=2, weeks=6, goals=GOALS + ",TNT,500,kg,365\n")
    goal = judged(site)["*/TNT"].goal
    assert goal is not None
    assert goal.met
