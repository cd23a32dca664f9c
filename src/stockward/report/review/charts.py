"""Charts of what would go unseen: the smallest losses found, series by series, and the chance over the loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from stockward.answers.detection import DetectionCurves
from stockward.report.kit import words
from stockward.report.kit.charts import BLUE, GREY, INK, VERMILLION, Spec, draw_chart
from stockward.terms.signs import printable

_LETTERS = 43
_ROW = 24
_WIDTH = 520
_CURVE_WIDTH = 700
_SERIES: Spec = {
    "field": "series",
    "type": "nominal",
    "sort": None,
    "title": None,
    # Room for the widest label, as the fonts of readers are wider than the one that is measured here.
    "axis": {
        "labelExpr": f"truncate(datum.label, {_LETTERS})", "minExtent": 280, "domain": False, "ticks": False,
        "grid": True,
    },
}  # fmt: skip
_LOSS: Spec = {
    "field": "loss",
    "type": "quantitative",
    "scale": {"type": "log"},
    "title": "smallest loss found, spread over a year",
    # Gridlines at the powers of ten alone: the many between them say nothing more.
    "axis": {"values": [10.0**power for power in range(-9, 10)], "format": ",~g"},
}
_CURVE_LEGEND: Spec = {"columns": 2, "symbolSize": 400}


@dataclass(frozen=True, slots=True, kw_only=True)
class Losses:
    """The smallest loss over a year that is found in one series, today and at the surge, and its goal."""

    label: str
    unit: str
    today: float | None
    surge: float | None
    goal: float | None


def losses_chart(lines: Sequence[Losses]) -> Markup:
    """One row a series, on a logarithmic scale: a circle today, a triangle at the surge, a cross at the goal."""
    marks = {"today": ("circle", BLUE), "at the surge": ("triangle-right", VERMILLION), "goal": ("cross", INK)}
    rows = [
        {"series": _row_label(line), "what": what, "loss": loss}
        for line in lines
        for what, loss in zip(marks, (line.today, line.surge, line.goal), strict=True)
        if loss
    ]
    ends = [
        {"series": _row_label(line), "low": line.today, "high": line.surge}
        for line in lines
        if line.today and line.surge
    ]
    shown = [what for what in marks if any(row["what"] == what for row in rows)]
    spec: Spec = {
        "width": _WIDTH,
        "height": {"step": _ROW},
        "layer": [
            {
                "data": {"values": ends},
                "mark": {"type": "rule", "color": GREY, "strokeWidth": 1.5},
                "encoding": {"y": _SERIES, "x": {**_LOSS, "field": "low"}, "x2": {"field": "high"}},
            },
            {
                "data": {"values": rows},
                "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
                "encoding": {
                    "y": _SERIES,
                    "x": _LOSS,
                    "shape": _by_what(shown, [marks[what][0] for what in shown], {}),
                    "color": _by_what(shown, [marks[what][1] for what in shown], {}),
                },
            },
        ],
    }
    return draw_chart(spec, "losses", "Smallest losses that would be found", _told(lines))


def _row_label(line: Losses) -> str:
    return f"{printable(line.label)}, {words.unit_word(line.unit)}"


def _told(lines: Sequence[Losses]) -> str:
    """The chart in words."""
    parts = []
    for line in lines:
        text = f"{line.label}: {_said(line.today, line.unit)} today"
        parts.append(text + (f", {_said(line.surge, line.unit)} at the surge" if line.surge else ""))
    return "; ".join(parts) + "."


def _said(loss: float | None, unit: str) -> str:
    return "no size" if loss is None else f"{loss:.3g} {words.unit_word(unit)}" if loss else "any size"


def curves_chart(
    label: str, unit: str, today: DetectionCurves, surge: DetectionCurves | None, detection: float, *, number: int
) -> Markup:
    """The chance that a loss is found over its size: at once (dashed) and spread over a year (solid)."""
    rows: list[Spec] = []
    for when, curves in (("today", today), ("at the surge", surge)):
        if curves is not None:
            for how, chances in (("at once", curves.abrupt), ("over a year", curves.even_year)):
                rows += [
                    {"loss": loss, "chance": chance, "what": f"{how}, {when}"}
                    for loss, chance in zip(curves.losses, chances, strict=True)
                ]
    shown = list(dict.fromkeys(str(row["what"]) for row in rows))
    look = {
        "at once, today": (BLUE, [5, 3]),
        "over a year, today": (BLUE, [1, 0]),
        "at once, at the surge": (VERMILLION, [5, 3]),
        "over a year, at the surge": (VERMILLION, [1, 0]),
    }
    spec: Spec = {
        "width": _CURVE_WIDTH,
        "height": 220,
        "layer": [
            {
                "data": {"values": [{}]},
                "mark": {"type": "rule", "strokeDash": [2, 3], "color": GREY},
                "encoding": {"y": {"datum": detection, "type": "quantitative"}},
            },
            {
                "data": {"values": rows},
                "mark": {"type": "line", "strokeWidth": 2},
                "encoding": {
                    "x": {"field": "loss", "type": "quantitative", "title": f"loss, {words.unit_word(unit)}"},
                    "y": {
                        "field": "chance",
                        "type": "quantitative",
                        "title": "chance that it is found",
                        "scale": {"domain": [0, 1]},
                        "axis": {"format": ".0%", "tickCount": 5},
                    },
                    "color": _by_what(shown, [look[what][0] for what in shown], _CURVE_LEGEND),
                    "strokeDash": _by_what(shown, [look[what][1] for what in shown], _CURVE_LEGEND),
                },
            },
        ],
    }
    told = f"The chance over the size of a loss from {label}; the dotted line is the chance that the site asks for."
    return draw_chart(spec, f"curves-{number}", f"Detection curves of {label}", told)


def _by_what(shown: list[str], look: list[Any], legend: Spec) -> Spec:
    placed = {"title": None, "orient": "top", **legend}
    return {"field": "what", "type": "nominal", "scale": {"domain": shown, "range": look}, "legend": placed}
