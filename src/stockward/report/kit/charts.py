"""Charts as SVG with a text alternative: plain Vega-Lite specifications, drawn offline, readable without colour.

Colours are those of Okabe and Ito (2008), told apart by people with any common colour blindness; shape, dash or a word
says the same again. The page shows the values of every chart as a table.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from markupsafe import Markup, escape

from stockward.report.kit import words
from stockward.report.review.views import PeriodView, SeriesView
from stockward.terms.errors import UsageError
from stockward.terms.signs import printable
from stockward.terms.verdicts import PeriodStatus

Spec = dict[str, Any]

BLUE, VERMILLION, GREEN, PURPLE, ORANGE = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00"
BAND, WINDOW, GREY, INK, PAPER = "#C9DEEC", "#FBE3D3", "#6B6B6B", "#1B1B1B", "#FFFFFF"
STAGES = ("raw", "in_process", "product", "scrap")
STAGE_COLOURS = (BLUE, ORANGE, GREEN, PURPLE)
STAGE_DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3])
STAGE_SHAPES = ("circle", "square", "triangle-up", "diamond")

LANGUAGE_VERSION = "6.4"

_WIDTH = 850
_LABEL_ROOM = 96
_STOCK_POINTS_MAX = 26
_STOCK_WIDTH, _STOCK_LETTERS = 410, 56
_BAR_WIDTH_MAX = 26.0
_STEM_WIDTH = 3.0
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
# A limit in pixels makes the engine measure every text again and again: names are cut to a number of letters instead.
_CONFIG: Spec = {
    "font": _FONT,
    "background": None,
    # The page says what a chart shows; a description of each mark would be written only to be cut out again.
    "aria": False,
    "view": {"stroke": None},
    "axis": {
        "labelColor": INK, "titleColor": INK, "labelFontSize": 11, "titleFontSize": 11, "titleFontWeight": "normal",
        "gridColor": "#ECECEC", "domainColor": "#9A9A9A", "tickColor": "#9A9A9A", "labelLimit": 0,
    },
    "title": {"anchor": "start", "frame": "group", "offset": 6, "fontSize": 13, "fontWeight": 600, "color": INK},
    "legend": {
        "labelFontSize": 12, "symbolStrokeWidth": 2.5, "symbolSize": 70, "columnPadding": 18, "labelLimit": 0,
    },
}  # fmt: skip
_TIME_AXIS: Spec = {"title": None, "format": "%b %Y", "tickCount": 8, "grid": False}
_ONCE: Spec = {"values": [{}]}
_NUMBERS: Spec = {"decimal": ".", "thousands": words.NARROW_SPACE, "grouping": [3], "currency": ["", ""]}

_ADDRESSES = 160 * 10**9
"""Bytes that the drawing engine reserves, most of them never used."""


def series_chart(series: SeriesView) -> Markup:
    """One series over time: its differences within sigma, their sum, and the statistic of the test in force."""
    panels = [_differences(series)]
    if _is_measured(series):
        panels.append(_cumulative(series))
        panels += _statistic(series)
    for panel in panels[:-1]:
        _leave_out_times(panel)
    padding = {"left": 4, "top": 4, "right": _LABEL_ROOM, "bottom": 4}
    spec: Spec = {"vconcat": panels, "spacing": 12, "padding": padding, "resolve": {"scale": {"x": "shared"}}}
    return draw_chart(spec, series.anchor, series.label, describe(series))


def stock_chart(panels: Sequence[tuple[str, str, Sequence[tuple[datetime, str, float]]]], timezone: str) -> Markup:
    """Counted stock over time, one small chart a holding (name, unit, counts), one line a stage."""
    specs = [_stock_panel(holding, unit, counts, timezone) for holding, unit, counts in panels]
    names = ", ".join(holding for holding, _, _ in panels)
    spec: Spec = {"concat": specs, "columns": 2, "spacing": 26, "resolve": {"scale": {"color": "shared"}}}
    return draw_chart(
        spec, "stock", "Counted stock by stage", f"Counted quantity of {names} at each inventory, by stage."
    )


def describe(series: SeriesView) -> str:
    """What the chart of a series shows, for those who cannot see it."""
    closed = [period for period in series.periods if period.difference is not None]
    if not closed:
        return "No period of this series has a difference."
    largest = max(closed, key=lambda period: abs(period.difference or 0.0))
    size = words.measured(largest.difference, largest.sigma, series.unit, signed=True)
    text = (
        f"{words.count(len(closed), 'closed period')} of {len(series.periods)}. "
        f"The largest difference is {size} at inventory {largest.inventory}."
    )
    said = series.verdict
    if said.cumulative is not None:
        text += f" All together {words.measured(said.cumulative, said.cumulative_sigma, series.unit, signed=True)}."
    if said.alarm_inventory is not None:
        text += f" The alarm falls on inventory {said.alarm_inventory}."
    return text


def _is_measured(series: SeriesView) -> bool:
    """Whether any difference has an error; an exact one needs no band, no sum and no test."""
    return any(period.sigma for period in series.periods)


def _differences(series: SeriesView) -> Spec:
    unit = words.unit_word(series.unit)
    rows = [_difference_row(series, period) for period in series.periods]
    measured = _is_measured(series)
    bars = (
        _bars("low", "high", BAND, _bar_width(series)) if measured else _bars("zero", "difference", BLUE, _STEM_WIDTH)
    )
    layers = [*_shading(series), bars, _zero(), *_alarm(series)]
    layers.append(_points())
    band = "; bar: ±2σ of measuring" if measured else ""
    return _panel(
        f"Difference of each period (above zero: missing{band})", 170 if measured else 120, rows, layers, unit
    )


def _points() -> Spec:
    """What a period is, said by its shape and by its colour."""

    def look(*range_: str) -> Spec:
        scale = {"domain": ["closed", "alarm", "not tested", "incomplete"], "range": list(range_)}
        return {"field": "what", "type": "nominal", "legend": None, "scale": scale}

    return {
        "mark": {"type": "point", "size": 54, "strokeWidth": 1.6, "opacity": 1},
        "encoding": {
            "x": _time("end"),
            "y": {"field": "difference", "type": "quantitative"},
            "shape": look("circle", "diamond", "cross", "square"),
            "color": look(BLUE, VERMILLION, GREY, GREY),
            "fill": look(BLUE, VERMILLION, GREY, PAPER),
        },
    }


def _cumulative(series: SeriesView) -> Spec:
    unit = words.unit_word(series.unit)
    rows = []
    said = series.verdict
    for period, total, sigma in zip(series.periods, said.running, said.running_sigma, strict=True):
        spread = None if sigma is None or total is None else 2 * sigma
        row: Spec = {"end": _moment(series, period.end), "total": total}
        if total is not None and spread is not None:
            row |= {"low": -spread, "high": spread}
        rows.append(row)
    last = next(row for row in reversed(rows) if row["total"] is not None)
    label = words.measured(said.cumulative, said.cumulative_sigma, series.unit, signed=True)
    layers = [
        *_shading(series),
        _bars("low", "high", BAND, _bar_width(series)),
        _zero(),
        *_alarm(series),
        {
            "transform": [{"filter": "isValid(datum.total)"}],
            "mark": {"type": "line", "color": BLUE, "strokeWidth": 2, "point": {"size": 18, "color": BLUE}},
            "encoding": {"x": _time("end"), "y": {"field": "total", "type": "quantitative"}},
        },
        {
            "data": {"values": [last]},
            "mark": {"type": "text", "align": "left", "dx": 7, "fontSize": 12, "fontWeight": 600, "color": BLUE},
            "encoding": {
                "x": _time("end"),
                "y": {"field": "total", "type": "quantitative"},
                "text": {"value": label},
            },
        },
    ]
    return _panel("Differences added up (bar: ±2σ of the sum)", 140, rows, layers, unit)


def _statistic(series: SeriesView) -> list[Spec]:
    test = series.tests.get("default")
    if test is None or not test.statistic:
        return []
    rows = [
        {"end": _moment(series, period.end), "statistic": value}
        for period, value in zip(series.periods, test.statistic, strict=True)
    ]
    limit = {"datum": test.threshold, "type": "quantitative"}
    layers = [
        *_shading(series),
        _zero(),
        *_alarm(series),
        {
            "data": _ONCE,
            "mark": {"type": "rule", "strokeDash": [6, 4], "strokeWidth": 1.5, "color": VERMILLION},
            "encoding": {"y": limit},
        },
        {
            "data": _ONCE,
            "mark": {"type": "text", "align": "left", "dx": 6, "fontSize": 12, "fontWeight": 600, "color": "#A84800"},
            "encoding": {"y": limit, "x": {"value": _WIDTH}, "text": {"value": "limit"}},
        },
        {
            "transform": [{"filter": "isValid(datum.statistic)"}],
            "mark": {"type": "line", "color": INK, "strokeWidth": 1.6, "point": {"size": 18, "color": INK}},
            "encoding": {"x": _time("end"), "y": {"field": "statistic", "type": "quantitative"}},
        },
    ]
    way = ", for surplus" if series.direction == "gain" else ""
    title = f"Statistic of the test in force{way} (above its limit: alarm)"
    return [_panel(title, 110, rows, layers, None)]


def _stock_panel(holding: str, unit: str, counts: Sequence[tuple[datetime, str, float]], timezone: str) -> Spec:
    rows = [{"at": _utc(words.local(at, timezone)), "stage": stage, "quantity": value} for at, stage, value in counts]
    # Many points so close together would only thicken the line, which its dashes tell from others as well.
    dense = len({at for at, _, _ in counts}) > _STOCK_POINTS_MAX
    return {
        # The drawing engine ends the whole process on a control character: none may reach it.
        "title": words.cut(printable(holding), _STOCK_LETTERS),
        "width": _STOCK_WIDTH,
        "height": 130,
        "data": {"values": rows},
        "mark": {"type": "line", "strokeWidth": 2, "point": False if dense else {"size": 30}},
        "encoding": {
            "x": _time("at") | {"axis": {**_TIME_AXIS, "tickCount": 4}},
            "y": {"field": "quantity", "type": "quantitative", "axis": _value_axis(words.unit_word(unit), 4)},
            "color": _stage(STAGE_COLOURS),
            "strokeDash": _stage(STAGE_DASHES),
            **({} if dense else {"shape": _stage(STAGE_SHAPES)}),
        },
    }


def _stage(look: Sequence[Any]) -> Spec:
    legend = {"orient": "top", "labelExpr": "replace(datum.label, '_', ' ')"}
    scale = {"domain": list(STAGES), "range": list(look)}
    return {"field": "stage", "type": "nominal", "title": None, "scale": scale, "legend": legend}


def _difference_row(series: SeriesView, period: PeriodView) -> Spec:
    row: Spec = {"end": _moment(series, period.end), "what": "closed", "zero": 0, "difference": period.difference}
    if not period.closed:
        what = "incomplete" if period.status == PeriodStatus.INCOMPLETE else "not tested"
        return row | {"what": what, "difference": 0}
    if period.inventory == series.verdict.alarm_inventory:
        row["what"] = "alarm"
    if period.sigma is not None:
        row |= {"low": -2 * period.sigma, "high": 2 * period.sigma}
    return row


def _panel(title: str, height: int, rows: list[Spec], layers: list[Spec], unit: str | None) -> Spec:
    axis = _value_axis(unit, 5)
    for layer in layers:
        y = layer["encoding"].get("y")
        if y is not None:
            y.setdefault("axis", axis)
    return {"title": title, "width": _WIDTH, "height": height, "data": {"values": rows}, "layer": layers}


def _leave_out_times(panel: Spec) -> None:
    """The panels share their times, which stand once, below the last."""
    for layer in panel["layer"]:
        if "field" in layer["encoding"].get("x", {}):
            layer["encoding"]["x"]["axis"] = {**_TIME_AXIS, "labels": False}


def _bars(low: str, high: str, colour: str, width: float) -> Spec:
    return {
        "transform": [{"filter": f"isValid(datum.{low})"}],
        "mark": {"type": "rule", "strokeWidth": width, "color": colour, "strokeCap": "butt"},
        "encoding": {
            "x": _time("end"),
            "y": {"field": low, "type": "quantitative"},
            "y2": {"field": high},
        },
    }


def _bar_width(series: SeriesView) -> float:
    """Bars that leave a gap between periods of even length."""
    return min(_BAR_WIDTH_MAX, 0.7 * _WIDTH / max(len(series.periods), 1))


def _zero() -> Spec:
    return {
        "data": _ONCE,
        "mark": {"type": "rule", "color": "#4A4A4A", "strokeWidth": 1},
        "encoding": {"y": {"datum": 0, "type": "quantitative"}},
    }


def _shading(series: SeriesView) -> list[Spec]:
    """The time in which each loss went: not before, not after."""
    values = [
        {"start": _moment(series, one.not_before), "end": _moment(series, one.not_after)} for one in series.losses
    ]
    if not values:
        return []
    return [
        {
            "data": {"values": values},
            "mark": {"type": "rect", "color": WINDOW},
            "encoding": {"x": _time("start"), "x2": {"field": "end"}},
        }
    ]


def _alarm(series: SeriesView) -> list[Spec]:
    period = series.period(series.verdict.alarm_inventory)
    if period is None:
        return []
    values = [{"end": _moment(series, period.end)}]
    return [
        {
            "data": {"values": values},
            "mark": {"type": "rule", "color": VERMILLION, "strokeDash": [2, 3], "strokeWidth": 1.5},
            "encoding": {"x": _time("end")},
        }
    ]


def _time(field: str) -> Spec:
    return {
        "field": field,
        "type": "temporal",
        "scale": {"type": "utc", "padding": 0.6 * _BAR_WIDTH_MAX},
        "axis": _TIME_AXIS,
    }


def _value_axis(unit: str | None, ticks: int) -> Spec:
    """The unit stands above the axis, upright; pieces have no fractions."""
    step = {"tickMinStep": 1} if unit == "items" else {}
    place = {"titleAngle": 0, "titleAlign": "right", "titleX": -8, "titleY": -9}
    return {"title": unit, "tickCount": ticks, **step, **place}


def _moment(series: SeriesView, at: datetime) -> str:
    return _utc(series.local(at))


def _utc(local: datetime) -> str:
    """The site's wall clock, labelled UTC, so that the drawing does not depend on the time zone of the machine."""
    return local.replace(tzinfo=None, microsecond=0).isoformat() + "Z"


def draw_chart(spec: Spec, name: str, title: str, description: str) -> Markup:
    """Draw a specification as one inline SVG with a text alternative; ``name`` tells its parts from those of others."""
    _require_addresses()
    import vl_convert  # the drawing engine takes time to start: only a page that has a chart pays for it

    whole = {"config": _CONFIG, **spec}
    svg = vl_convert.vegalite_to_svg(
        whole, vl_version=LANGUAGE_VERSION, allowed_base_urls=[], format_locale=_NUMBERS, show_warnings=False
    )
    return _accessible(svg, f"chart-{name}", title, description)


def _require_addresses() -> None:
    """Raise ``UsageError`` where the process may have fewer addresses than the engine reserves: it would kill it."""
    try:
        from resource import RLIM_INFINITY, RLIMIT_AS, getrlimit
    except ImportError:
        return  # a system without such limits
    most, _ = getrlimit(RLIMIT_AS)
    if most != RLIM_INFINITY and most < _ADDRESSES:
        raise UsageError(
            f"a page with charts: the process may have {most // 10**9} GB of addresses, and drawing reserves "
            f"{_ADDRESSES // 10**9} GB: lift that limit (ulimit -v unlimited), or leave out --html"
        )


def _accessible(svg: str, name: str, title: str, description: str) -> Markup:
    """The drawing as one image with a name and a description; inside a page it needs no namespaces."""
    body = svg[svg.index(">") + 1 :]
    width, height = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg).groups()  # type: ignore[union-attr]
    body = re.sub(r' (?:role|aria-[a-z]+|pointer-events)="[^"]*"', "", body)
    body = re.sub(r'(id="|url\(#)', rf"\g<1>{name}-", body)
    head = (
        f'<svg class="chart" role="img" aria-labelledby="{name}-title {name}-desc" viewBox="0 0 {width} {height}" '
        f'style="max-width:{width}px"><title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-desc">{escape(description)}</desc>'
    )
    return Markup(head + body)
