"""Numbers and dates as a person reads them."""

from __future__ import annotations

import doctest
from datetime import UTC, date, datetime

import pytest

from stockward.report.kit import words

THIN = words.NARROW_SPACE


def test_the_examples_of_the_docstrings() -> None:
    ran = doctest.testmod(words)
    assert ran.attempted >= 7
    assert ran.failed == 0


@pytest.mark.parametrize(
    ("sigma", "places"),
    [
        (8.64, 0),
        (12.4, 0),
        (0.354, 2),
        (0.356, 1),
        (0.097, 2),
        (35.4, 0),
        (36.0, -1),
        (124.0, -1),
        (1.0, 1),
        (1e-9, 10),
    ],
)
def test_two_digits_up_to_354_then_one(sigma: float, places: int) -> None:
    assert words.decimals(sigma) == places


@pytest.mark.parametrize("sigma", [None, 0.0, -1.0, float("nan"), float("inf")])
def test_without_a_sigma_a_figure_is_exact(sigma: float | None) -> None:
    assert words.decimals(sigma) is None


@pytest.mark.parametrize(
    ("value", "sigma", "text"),
    [
        (41.37, 8.64, "41 ± 9 kg"),
        (41.37, 0.354, "41.37 ± 0.35 kg"),
        (1240.2, 183.0, f"1{THIN}240 ± 180 kg"),
        (1260.0, 420.0, f"1{THIN}300 ± 400 kg"),
        (9.97, 0.97, "10.0 ± 1.0 kg"),
        (3.0, 0.0, "3 kg"),
        (3.25, None, "3.25 kg"),
        (None, 1.0, "–"),
        (-0.2, 1.3, "−0.2 ± 1.3 kg"),
        (-0.01, 1.3, "0.0 ± 1.3 kg"),
    ],
)
def test_measured_to_the_precision_of_its_sigma(value: float | None, sigma: float | None, text: str) -> None:
    assert words.measured(value, sigma, "kg") == text


def test_signs_and_exact_numbers() -> None:
    assert words.number(1234567.5) == f"1{THIN}234{THIN}567.5"
    assert words.number(0.0, signed=True) == "0"
    assert words.number(-0.0) == "0"
    assert words.number(5.0, 1, signed=True) == "+5.0"
    assert words.number(100.0) == "100"
    assert words.number(float("nan")) == "–"


def test_what_is_left_of_items_is_never_0() -> None:
    assert words.quantity(-1e-10, "each") == "−1e-10 items"
    assert words.quantity(0.0, "each", signed=True) == "0 items"
    assert words.quantity(5.6e-17, "kg", signed=True) == "0 kg"


def test_shares_are_said_as_per_cent() -> None:
    assert words.percent(0.05) == f"5{THIN}%"
    assert words.percent(0.999) == f"99.9{THIN}%"


def test_items_are_said_as_items() -> None:
    assert words.quantity(1.0, "each") == "1 item"
    assert words.quantity(-3.0, "each", signed=True) == "−3 items"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.61, "0.61"), (0.0123, "0.012"), (0.00021, "0.00021"), (0.0, "< 0.0001"), (None, "–"), (1.0, "1.00")],
)
def test_chances(value: float | None, text: str) -> None:
    assert words.probability(value) == text


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        (date(2025, 12, 3), date(2026, 6, 2), "between 3 December 2025 and 2 June 2026"),
        (date(2026, 3, 3), date(2026, 6, 2), "between 3 March and 2 June 2026"),
        (date(2026, 3, 3), date(2026, 3, 9), "between 3 and 9 March 2026"),
        (date(2026, 3, 3), date(2026, 3, 3), "on 3 March 2026"),
    ],
)
def test_spans_say_the_year_once(start: date, end: date, text: str) -> None:
    assert words.between(start, end) == text


def test_moments_are_taken_as_utc_where_they_name_no_zone() -> None:
    named = words.local(datetime(2026, 1, 1, 12, tzinfo=UTC), "Asia/Seoul")
    assert words.local(named.astimezone(UTC).replace(tzinfo=None), "Asia/Seoul") == named
    assert named.isoformat() == "2026-01-01T21:00:00+09:00"
