"""What the page says of errors that were estimated, and of plates."""

from __future__ import annotations

from dataclasses import replace

from stockward.answers.review import ReviewAnswer
from stockward.report.review import books
from stockward.report.review.views import gather


def test_the_methods_stand_with_what_their_errors_rest_on(full: ReviewAnswer) -> None:
    measured, plate = books.basis(full).methods
    assert "the fewer it has, the wider are the limits" in books.basis(full).methods_note
    assert (measured.method, measured.basis) == ("SC-1", "measured")
    assert measured.random == "0.001 of the quantity and 0.5 kg; 9 degrees of freedom"
    assert measured.systematic == "0.0005 of the quantity"
    assert (plate.basis, plate.random) == ("plate", "that of rounding to the division")
    assert plate.systematic == "permissible error of class III, in service"


def test_nothing_is_said_where_the_books_say_nothing(full: ReviewAnswer) -> None:
    plain = tuple(replace(one, basis=None, random_df=None, plate=None) for one in full.methods)
    silent = replace(full, methods=plain)
    assert books.basis(silent).methods == ()
    assert books.basis(silent).methods_note == ""
    assert books.method_sheets(plain) == []


def test_the_doubt_in_sigma_is_said_with_the_series(full: ReviewAnswer) -> None:
    alarming, *others = gather(full)
    assert (books.doubt(alarming) or "").replace("\u00a0", " ").replace("\u202f", " ") == (
        "Errors of SC-1 were estimated: 80 % of the variance of the last year's difference rests on them, with 18.4 "
        "degrees of freedom. The limits of the test in force carry that doubt: each is Student's, and none is passed "
        "more often for it. gemuf, page and page_pair take σ as known, and with few degrees of freedom alarm more "
        "often than they promise."
    )
    assert any(books.doubt(one) is None for one in others)
