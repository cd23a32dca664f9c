"""The front against every subset of tiny pools."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st
from selection_sites import DAY, DUE, TABLES, Bands, EverySubset, Person, aims, applicant, guard, read, select, worker

from stockward.terms.verdicts import Solved

AFFILIATIONS = ("ministry", "civilian", "regional")
BANDS = (
    None,
    {"ministry": (0.5, 0.8), "civilian": (0.2, 0.5)},
    {"ministry": (0.7, 0.8), "civilian": (0.2, 0.3)},
    {"ministry": (0.6, 0.6)},
    {"civilian": (0, 0.34)},
    {"ministry": (0.3, 0.4), "civilian": (0.2, 0.3)},
)
Case = tuple[list[Person], dict[str, tuple[str, str]], int, Bands | None]
"""People, lines (workers needed, output a day), guards required, bands."""

DAYS_FROM_DUE = (-40, -1, 0, 1, 9, 30)
VALUES = {"L1": Fraction(30), "L2": Fraction("12.5")}


def on(days: int) -> str:
    return str(DUE + timedelta(days=days))


@st.composite
def persons(draw: st.DrawFn, role: str, number: int) -> Person:
    affiliation = draw(st.sampled_from(AFFILIATIONS[: 3 if draw(st.booleans()) else 2]))
    dates = {}
    if draw(st.integers(0, 3)) == 0:
        dates["until"] = on(draw(st.sampled_from(DAYS_FROM_DUE)))
    if role == "guard":
        if draw(st.integers(0, 3)) == 0:
            dates["since"] = on(draw(st.sampled_from(DAYS_FROM_DUE)))
        return guard(f"G{number}", affiliation, duty=draw(st.sampled_from(("patrol", "patrol", "post"))), **dates)
    dates["available_from"] = on(draw(st.sampled_from(DAYS_FROM_DUE)) - 7)
    dates["training_weeks"] = draw(st.sampled_from(("1", "", "0.9")))
    dates["tested_fit"] = draw(st.sampled_from(("yes", "yes", "yes", "no", "")))
    if role == "applicant":
        return applicant(f"C{number}", affiliation, **dates)
    return worker(f"C{number}", draw(st.sampled_from(("L1", "L2", ""))), affiliation, **dates)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    people = [draw(persons("guard", number)) for number in range(draw(st.integers(0, 7)))]
    people += [
        draw(persons(draw(st.sampled_from(("worker", "worker", "applicant"))), number))
        for number in range(draw(st.integers(1, 7)))
    ]
    number = st.sampled_from(("0", "1", "2", "2.5", "3", "7"))
    lines = {line: (draw(number), draw(number)) for line in VALUES}
    return draw(st.permutations(people)), lines, draw(st.integers(1, 12)), draw(st.sampled_from(BANDS))


@settings(max_examples=80, deadline=None)
@given(cases(), st.sampled_from((DUE, DUE, DUE, DAY - timedelta(days=3))), st.sampled_from((1000, 1000, 1, 2, 3, 5)))
def test_the_front_is_that_of_every_subset(case: Case, due_on: date, points: int) -> None:
    people, lines, required, bands = case
    rows = "".join(f"{name},{'SHELL' if name == 'L1' else 'BOMB'},{n},{o}\n" for name, (n, o) in lines.items())
    books = read(people, bands=bands, lines=TABLES["lines"] + rows)
    answer = select(books, required, due_on=due_on, points=points)
    oracle = EverySubset(
        people, lines, required, bands=bands, due_on=due_on,
        values=VALUES if answer.loss_unit == "USD" else dict.fromkeys(VALUES, Fraction(1)),
    )  # fmt: skip
    assert answer.pool == len(oracle.pool)
    if answer.reason is None:
        assert 0 < len(answer.front) <= points
        assert aims(answer) <= oracle.front()
        assert not answer.complete or aims(answer) == oracle.front()
        assert answer.complete or points < 1000
        assert all(plan.status is Solved.PROVEN and plan.gap == 0 for plan in answer.front)
    elif answer.reason.startswith("no choice keeps"):
        assert oracle.front() == set()
    else:
        assert not oracle.pool or oracle.figure((), due_on) >= required
