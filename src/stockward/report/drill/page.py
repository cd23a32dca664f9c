"""The page of a drill: one HTML file that opens offline, in the style of the review's."""

from __future__ import annotations

from markupsafe import Markup

from stockward.answers.drill import DrillAnswer, DrillLine
from stockward.report.drill import sentences as say
from stockward.report.drill.context import DrillPage, DrillRow
from stockward.report.kit import words
from stockward.report.kit.charts import BLUE, GREY, INK, VERMILLION, Spec, draw_chart
from stockward.report.review.context import Badge, KeyFigure
from stockward.report.review.page import fill

_AGREE = Badge(key="balanced", mark="=", word="agree")
_DISAGREE = Badge(key="shortage", mark="≠", word="disagree")
_NO_CLAIM = Badge(key="not_tested", mark="?", word="no claim")
_STEP = 17
_ROOM = 560
_PADDING = {"left": 70, "top": 4, "right": 16, "bottom": 4}


def write_drill_html(drill: DrillAnswer) -> str:
    """Return the drill as one self-contained page."""
    return fill("drill.html.j2", build_drill_page(drill))


def build_drill_page(drill: DrillAnswer) -> DrillPage:
    """The context of the page."""
    badge = _NO_CLAIM if drill.agreement is None else _AGREE if drill.agreement.agrees else _DISAGREE
    at = words.moment(drill.at, drill.timezone)
    drawn = any(line.copies for line in drill.lines)
    return DrillPage(
        site=drill.site,
        asked=say.asked(drill),
        headline=say.drill_headline(drill),
        tone=badge.key,
        badge=badge,
        agreement=tuple(say.agreement(drill)),
        figures=_figures(drill),
        chart=_chart(drill) if drawn else None,
        caption=_caption(drill),
        as_recorded=drill.as_recorded,
        rows=tuple(_row(line) for line in drill.lines),
        spread=tuple(say.spread_words(drill)),
        elsewhere=tuple(say.elsewhere(drill)),
        causes=tuple(say.causes(drill)),
        patterns=(
            *(say.GOAL_MEANING if drill.options.get("goals") else say.PATTERN_MEANING).items(),
            *((place, say.PLACE_WORD[place]) for place in say.PLACE_WORD),
        ),
        not_borne=tuple(say.not_borne(drill)),
        left_out=tuple(say.drill_left_out(drill)),
        basis=tuple(say.drill_basis(drill)),
        generated=f"Stockward {drill.version}, seed {drill.seed}, {at} at the site",
    )


def _figures(drill: DrillAnswer) -> tuple[KeyFigure, ...]:
    said = drill.agreement
    pairs = [(words.number(drill.copies), "copies"), (words.number(len({line.id for line in drill.lines})), "series")]
    if said is not None:
        pairs += [
            (say.drill_percent(said.predicted), "predicted"),
            (say.drill_percent(said.found), "found"),
            (f"± {words.number(100 * said.error, 1)}", "points, two standard errors"),
        ]
    return tuple(KeyFigure(value=value, label=label, badge=None) for value, label in pairs)


def _row(line: DrillLine) -> DrillRow:
    return DrillRow(
        label=line.label,
        id=line.id,
        pattern=say.PATTERN_WORD[line.pattern],
        begins=say.drill_begins(line),
        loss=say.drill_loss(line),
        stated=say.drill_percent(line.stated),
        predicted=say.drill_percent(line.predicted),
        copies=words.number(line.copies),
        found=say.found(line),
        without=words.number(line.without),
        earlier=words.number(line.earlier),
        days=say.drill_days(line),
        also=", ".join(f"{name} ({count})" for name, count in line.also),
    )


def _caption(drill: DrillAnswer) -> str:
    if drill.as_recorded:
        return "Dot: share of the losses that these records would have shown; the errors are one draw only."
    return (
        "Dot and bar: found share with two standard errors by the number of copies. Diamond: predicted chance. "
        "About one bar in twenty misses its diamond by chance."
    )


def _chart(drill: DrillAnswer) -> Markup:
    rows = [_dot(line) for line in drill.lines if line.copies]
    low = min(row["low"] for row in rows)
    share = {"type": "quantitative", "scale": {"domain": [min(0.9, max(0.0, low - 0.02)), 1.0], "nice": False}}
    axis = {"title": "share found", "format": ".0%", "tickCount": 6}
    order = [row["line"] for row in rows]
    place = {"field": "line", "type": "nominal", "sort": order, "axis": {"title": None, "labelLimit": 300}}
    layers: list[Spec] = []
    if not drill.as_recorded:
        layers.append(
            {
                "mark": {"type": "rule", "strokeWidth": 5, "strokeCap": "butt", "opacity": 0.35},
                "encoding": {
                    "x": {"field": "low", **share, "axis": axis},
                    "x2": {"field": "high"},
                    "y": place,
                    "color": _colour(),
                },
            }
        )
    layers.append(
        {
            "mark": {"type": "point", "shape": "circle", "filled": True, "size": 60, "opacity": 1},
            "encoding": {"x": {"field": "found", **share, "axis": axis}, "y": place, "color": _colour()},
        }
    )
    if not drill.as_recorded:
        layers.append(
            {
                "mark": {
                    "type": "point",
                    "shape": "diamond",
                    "filled": False,
                    "size": 70,
                    "color": INK,
                    "strokeWidth": 1.5,
                },
                "encoding": {"x": {"field": "predicted", **share, "axis": axis}, "y": place},
            }
        )
    spec: Spec = {
        "width": _ROOM,
        "padding": _PADDING,
        "height": {"step": _STEP},
        "data": {"values": rows},
        "layer": layers,
    }
    return draw_chart(spec, "drill", "Predicted against found", say.drill_headline(drill))


def _colour() -> Spec:
    """A bar that misses its diamond stands out by its colour too."""
    scale = {"domain": ["near", "apart", "plain"], "range": [BLUE, VERMILLION, GREY]}
    return {"field": "what", "type": "nominal", "legend": None, "scale": scale}


def _dot(line: DrillLine) -> Spec:
    share = line.counts.found / line.copies
    error = line.error or 0.0
    what = "plain" if line.predicted is None else "near" if abs(share - line.predicted) <= error else "apart"
    return {
        "line": f"{line.label}, {say.PATTERN_WORD[line.pattern]}",
        "found": share,
        "low": max(share - error, 0.0),
        "high": min(share + error, 1.0),
        "predicted": line.predicted,
        "what": what,
    }
