"""The page on orders against the code: verdicts, measures, the words of a question, and its figures."""

from __future__ import annotations

from fractions import Fraction

from manual_pages import DOCS, codes, plain, prose, rows, section

from stockward.guards.mix import Bands, MixRule
from stockward.guards.orders.asked import DUE_DAYS, AskedOrder
from stockward.report.guards.orders_table import ORDERS_SCHEMA
from stockward.terms.verdicts import OrderVerdict

PAGE = DOCS / "orders.md"


def test_verdicts_stand_in_the_order_of_precedence() -> None:
    assert [codes(row[0])[0] for row in rows(section(PAGE, "## The verdict"))] == [*OrderVerdict]


def test_every_measure_is_described() -> None:
    assert [codes(row[0])[0] for row in rows(section(PAGE, "## What is counted"))] == [
        "guards", "patrolling_guards", "production:MATERIAL",
    ]  # fmt: skip


def test_the_words_of_a_question_can_be_asked() -> None:
    asked = [AskedOrder.read(codes(row[0])[0].strip('"')) for row in rows(section(PAGE, heading()))]
    assert [(one.measure, one.comparator, one.factor, one.value) for one in asked] == [
        ("guards", ">", 2, None),
        ("guards", ">=", 1.5, None),
        ("patrolling_guards", ">", 2, None),
        ("guards", ">=", None, 120),
    ]
    assert f"{DUE_DAYS} days after the day of the review" in prose(PAGE)


def heading() -> str:
    return "## An order that is not on record"


def test_figures_of_the_mix_are_those_of_the_code() -> None:
    bands = Bands(
        (MixRule("ministry", Fraction(7, 10), Fraction(8, 10)), MixRule("civilian", Fraction(2, 10), Fraction(3, 10)))
    )
    said = plain(section(PAGE, "## The bands of the mix"))
    assert [total for total in range(1, 100) if bands.numbers_for(total) is None] == [1, 2, 3, 6]
    assert "a single guard never holds bands of 0.7 to 0.8 and 0.2 to 0.3, nor do 2, 3 or 6, while 10 do" in said
    assert bands.numbers_for(10) == {"ministry": (7, 8), "civilian": (2, 3)}
    assert max(more for more in range(100) if bands.hold({"ministry": 45, "civilian": 15 + more})) == 4
    assert "the 15 alone can become 19" in said
    assert (round(100 * 45 / 121), round(100 * 76 / 121)) == (37, 63)
    assert "shares of 37 % and 63 %" in said


def test_the_schema_is_named() -> None:
    assert f"`{ORDERS_SCHEMA}`" in prose(PAGE)
