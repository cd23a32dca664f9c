"""What people read of standards and pairs."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from stockward.answers.measuring.records import MeasuringRecords
from stockward.answers.review import ReviewAnswer
from stockward.report.review import sentences
from stockward.report.review.grounds import measuring
from stockward.report.review.views import gather
from stockward.terms.measuring import PairsVerdict


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ").replace("\u2212", "-")


def test_a_bias_is_said_with_its_limits_and_no_person(full: ReviewAnswer) -> None:
    told = [plain(text) for text in measuring.found_lines(full)]
    assert told[0] == (
        "WORKS-7 measured 30 (22 to 38) kg more than SC-1 in 30 pairs of measurements, 0.37 % of 7 873 kg (p < "
        "0.0001): a bias, of which no stated error says whether it may be, as not both state theirs. To mend it, let "
        "both read one standard, and look at how each is read: it may be a scale, a habit or a loss."
    )
    assert told[1].startswith(
        "SC-2: by 40 readings of standards its random error is 1.8 times (1.3 to 2.9; p = 0.0004)"
    )
    assert len(told) == 2


def test_the_other_way_round_it_has_the_same_amount(full: ReviewAnswer) -> None:
    pair = next(one for one in full.measuring.pairs if one.verdict is PairsVerdict.BIAS)
    turned = replace(pair, difference=-29.5, low=-37.5, high=-21.5)
    assert plain(measuring.bias_sentence(turned)).startswith("SC-1 measured 30 (22 to 38) kg more than WORKS-7 in 30")


def test_what_stated_errors_explain_is_no_finding(full: ReviewAnswer) -> None:
    within = next(one for one in full.measuring.pairs if one.verdict is PairsVerdict.WITHIN_ERRORS)
    assert "their stated errors explain it." in measuring.bias_sentence(within)
    calm = replace(full, measuring=replace(full.measuring, pairs=(within,), checks=()))
    assert measuring.found_lines(calm) == []
    assert not measuring.bias_found(calm.measuring)


def test_errors_that_are_smaller_or_not_stated_at_all(full: ReviewAnswer) -> None:
    _, checked = full.measuring.checks
    beside = checked.random_beside
    assert beside is not None
    small = replace(beside, ratio=0.4, low=0.3, high=0.6, p_more=0.9999, p_less=0.0001)
    (text,) = measuring.contradictions(replace(checked, random_beside=small))
    assert "is only 0.4 times (0.3 to 0.6; p = 0.0001) what is stated. A smaller" in text
    none = replace(beside, ratio=math.inf, low=math.inf, high=math.inf, p_more=0.0, p_less=1.0)
    (text,) = measuring.contradictions(replace(checked, random_beside=none))
    assert "is more than the 0 that is stated" in text


def test_the_tables_of_the_page(full: ReviewAnswer) -> None:
    page = measuring.build_measuring(full)
    assert page is not None
    assert [line.verdict for line in page.pairs] == ["within stated errors", "bias", "not tested"]
    assert page.pairs[1].who == "WORKS-7, then SC-1"
    assert page.pairs[2].stated == "too few pairs"
    assert "1 pair of movements that were reversed left out. 2 pairs set aside" in page.pairs_note
    assert plain(page.scales[1].error).startswith("negative (-0.001 kg²): the things differ by so much more")
    assert page.scales[2].who == "WORKS-7"
    taken, stated = page.checks
    assert taken.use == "taken: the method states none"
    assert plain(taken.readings) == "40 in 8 sessions; 6 adjustments as found; 1 row set aside"
    assert plain(taken.standards) == "20 kg to 500 kg"
    assert "smaller than the rounding" in stated.random
    assert "Sessions of SC-2 are hardly further off" in page.checks_note
    assert "What SC-1 measured is not tested until" in page.checks_note


def test_nothing_is_said_where_nothing_is_kept(full: ReviewAnswer) -> None:
    silent = replace(full, measuring=MeasuringRecords())
    assert measuring.build_measuring(silent) is None
    assert measuring.found_lines(silent) == []
    assert list(measuring.measuring_sheets(silent.measuring)) == []


@pytest.mark.parametrize("many", [3, 9])
def test_the_head_tells_the_first(full: ReviewAnswer, many: int) -> None:
    pair = next(one for one in full.measuring.pairs if one.verdict is PairsVerdict.BIAS)
    told = measuring.found_lines(replace(full, measuring=MeasuringRecords(pairs=(pair,) * many)))
    assert len(told) == min(many, measuring.FOUND_MAX + 1)
    assert (many <= measuring.FOUND_MAX) == ("more finding" not in told[-1])


def test_the_headline_says_it_where_nothing_else_alarms(full: ReviewAnswer) -> None:
    differ = "Two that measured the same things differ for good."
    assert differ not in sentences.first_sentence(full, gather(full))
    assert differ in sentences.first_sentence(full, ())
