"""With no error stated at all: the differences by size, and the error it would take, as whole reviews say it."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from turning import assert_turns, reviewed, verdicts

import sites
from stockward.answers.unstated import UnstatedSeries
from stockward.book import Site
from stockward.questions.concluded import review_concluded
from stockward.terms.conclusions import Conclusion
from stockward.terms.verdicts import ALARMING, Verdict

CONTENT = "material,substance,amount,unit,random_rel,systematic_rel\nSHELL,TNT,1.8,kg,0.02,0.002\n"


def depot(
    error: float | None = None, *, contents: str = "", lost: float = 3.0, bad: bool = False, shells: str = ""
) -> Site:
    """A store that feeds a hall; every row weighed by a method of this random error, or by one that states none.

    ``shells`` are made by this method: Q has an error that was estimated. In a ``bad`` one a method
    is at fault, by which a transfer of the second week was weighed.
    """
    rng = np.random.default_rng(11)
    movements, counts = [], []
    stock = {"STORE": 900.0, "HALL": 300.0}
    for week in range(6):
        day = date(2026, 1, 5) + timedelta(days=7 * week)
        for area, quantity in stock.items():
            counts.append(f"I{week},{day},{area},TNT,{quantity + rng.normal(0, 1):.3f},M")
        moved, made = 120.0 + 5 * week, 60 + week
        movements.append(f"R{week},{day + timedelta(days=1)},receipt,TNT,{moved},,STORE,M")
        movements.append(f"T{week},{day + timedelta(days=2)},transfer,TNT,{moved - 3},STORE,HALL,M")
        if bad and week == 1:
            movements[-1] = movements[-1].removesuffix("M") + "X"
        movements.append(f"P{week},{day + timedelta(days=3)},make,SHELL,{made},,HALL,{shells}")
        movements.append(f"S{week},{day + timedelta(days=4)},issue,SHELL,{made},HALL,,")
        stock = {"STORE": stock["STORE"] + 3, "HALL": stock["HALL"] + moved - 3 - 1.8 * made - lost}
    return sites.in_memory(
        {
            "areas": "area,kind\nHALL,process\nSTORE,store\n",
            "materials": "material,kind,unit\nTNT,bulk,kg\nSHELL,item,each\n",
            "contents": contents or "material,substance,amount,unit\nSHELL,TNT,1.8,kg\n",
            "methods": f"method,random_rel,random_df\nM,{'' if error is None else f'{error:.8f}'},\nQ,0.01,3\n"
            + ("X,about 1,\n" if bad else ""),
            "movements": "movement,at,kind,material,quantity,from_area,to_area,method\n" + "\n".join(movements) + "\n",
            "counts": "inventory,at,area,material,quantity,method\n" + "\n".join(counts) + "\n",
        }
    )


def unstated(site: Site) -> dict[str, UnstatedSeries]:
    answers = reviewed(site)
    return {answers.balances.series["id"][one.series]: one for one in answers.unstated}


def test_the_error_it_would_take_is_that_of_whole_reviews_with_such_a_method() -> None:
    """Beside errors of contents that are known, and one of the shells that was estimated."""
    found = unstated(depot(contents=CONTENT, shells="Q"))
    assert set(found) == {"HALL/TNT", "STORE/TNT", "*/TNT"}
    needed = found["HALL/TNT"].error
    assert needed is not None

    def alarms(error: float) -> bool:
        return verdicts(reviewed(depot(error, contents=CONTENT, shells="Q")))["HALL/TNT"].verdict in ALARMING

    assert_turns(alarms, needed)


def test_it_is_no_verdict_and_the_review_says_that_nothing_was_tested() -> None:
    answers = reviewed(depot())
    bulk = {key: one for key, one in verdicts(answers).items() if key.endswith("TNT")}
    assert {one.verdict for one in bulk.values()} == {Verdict.NOT_TESTED}
    assert answers.series_tested == 0
    assert not answers.events
    assert review_concluded(answers) == Conclusion.SET_ASIDE


@pytest.mark.parametrize("methods", ["M,0.01", "M,"])
def test_one_inventory_gets_none_and_is_never_nothing_alarmed(methods: str) -> None:
    site = sites.in_memory(
        {
            "areas": "area,kind\nA,store\n",
            "materials": "material,kind,unit\nTNT,bulk,kg\n",
            "methods": f"method,random_rel\n{methods}\n",
            "movements": "movement,at,kind,material,quantity,to_area,method\nR1,2026-01-02,receipt,TNT,5,A,M\n",
            "counts": "inventory,at,area,material,quantity,method\nI1,2026-01-01,A,TNT,10,M\n",
        }
    )
    answers = reviewed(site)
    assert [one.verdict for one in answers.verdicts] == [Verdict.NOT_TESTED]
    assert answers.unstated == ()
    assert review_concluded(answers) == Conclusion.SET_ASIDE


def test_a_period_that_a_row_at_fault_touches_is_left_out_of_it() -> None:
    broken = unstated(depot(bad=True))["HALL/TNT"]
    assert [part.inventory for part in broken.periods] == ["I1", "I3", "I4", "I5"]
    needed = broken.error
    assert needed is not None
    for factor, alarms in ((0.999, True), (1.001, False)):
        answers = reviewed(depot(factor * needed, bad=True))
        assert answers.unstated == ()
        assert (verdicts(answers)["HALL/TNT"].verdict in ALARMING) is alarms


def test_differences_have_their_places_by_size_and_by_share() -> None:
    found = unstated(depot())
    for kind in (["HALL/TNT", "STORE/TNT"], ["*/TNT"]):
        parts = [part.ranked for key in kind for part in found[key].periods]
        by_size = sorted(parts, key=lambda part: -abs(part.difference))
        assert [part.rank for part in by_size] == list(range(1, len(parts) + 1))
        by_share = sorted(parts, key=lambda part: -(part.share or 0.0))
        assert [part.rank_by_share for part in by_share] == list(range(1, len(parts) + 1))
    hall = found["HALL/TNT"]
    assert (hall.year.rank, found["STORE/TNT"].year.rank) == (1, 2)
    assert hall.year.difference == pytest.approx(sum(part.ranked.difference for part in hall.periods))
    names = [part.inventory for part in hall.periods]
    run = hall.periods[names.index(hall.first_inventory) : names.index(hall.last_inventory) + 1]
    assert hall.difference == pytest.approx(sum(part.ranked.difference for part in run))


def test_where_nothing_differs_no_error_is_needed() -> None:
    counts = "".join(f"I{day},2026-01-0{day},A,TNT,10,M\n" for day in (1, 4, 7))
    site = sites.in_memory(
        {
            "areas": "area,kind\nA,store\n",
            "materials": "material,kind,unit\nTNT,bulk,kg\n",
            "methods": "method,random_rel\nM,\n",
            "movements": "movement,at,kind,material,quantity,to_area,method\nR1,2026-02-02,receipt,TNT,5,A,M\n",
            "counts": f"inventory,at,area,material,quantity,method\n{counts}",
        }
    )
    assert unstated(site)["A/TNT"].error == 0
