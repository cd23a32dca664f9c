"""The charts: a name and a description for each, and nothing that depends on the machine."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest

from stockward.answers.review import ReviewAnswer
from stockward.report.kit import charts
from stockward.report.review.views import gather


def test_every_chart_is_an_image_with_a_text(full: ReviewAnswer) -> None:
    drawing = ElementTree.fromstring(charts.series_chart(gather(full)[0]))
    assert drawing.get("role") == "img"
    title, description = drawing[0], drawing[1]
    assert drawing.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert title.text == "TNT in FILLING"
    assert (description.text or "").startswith("52 closed periods of 52. The largest difference is +")
    texts = [element.text for element in drawing.iter("text")]
    assert "limit" in texts
    assert "kg" in texts


def test_charts_do_not_depend_on_the_time_zone_of_the_machine(
    full: ReviewAnswer, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = charts.series_chart(gather(full)[1])
    monkeypatch.setenv("TZ", "America/New_York")
    assert charts.series_chart(gather(full)[1]) == here


def test_a_gain_and_open_periods_are_drawn_and_described(full: ReviewAnswer) -> None:
    series = gather(full)
    assert "for surplus" in charts.series_chart(series[1])
    assert "50 closed periods of 52" in charts.describe(series[3])
    assert charts.describe(series[7]) == "No period of this series has a difference."


def test_an_exact_series_has_no_band_no_sum_and_no_test(full: ReviewAnswer) -> None:
    drawing = charts.series_chart(gather(full)[2])
    assert "Difference of each period (above zero: missing)" in drawing
    assert "Differences added up" not in drawing
    assert ">limit<" not in drawing
