"""Charts of the guards: need and strength by month, what the bands allow, and guards against output lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup

from stockward.answers.force import MonthNeed
from stockward.answers.mix import Band, MixAnswer, TotalMix
from stockward.answers.orders import OrderAnswer
from stockward.answers.selection import SelectionAnswer
from stockward.report.guards import sentences as guards_sentences
from stockward.report.kit import words
from stockward.report.kit.charts import BAND, BLUE, GREEN, GREY, INK, ORANGE, PAPER, VERMILLION, Spec, draw_chart
from stockward.terms.signs import printable

MONTHS_HEIGHT = 260
_WIDTH, _NARROW, _HEIGHT = 800, 560, 230
_LABEL_ROOM = 170
_LABEL_GAP = 16
_LABELS_MAX = 3
_MARGIN_BELOW, _MARGIN_ABOVE = 0.9, 1.1
_DASH, _SOLID = [5, 4], [1, 0]
_TEXT: Spec = {"type": "text", "fontSize": 12, "fontWeight": 600}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    label: str
    colour: str
    values: tuple[float | None, ...]


def months_chart(months: Sequence[MonthNeed], order: OrderAnswer | None, today: date) -> Markup:
    """Need and strength on the last day of each month; solid on record, dashed as expected; the order as a line."""
    lines = _month_lines(months, order)
    rows = [
        {"on": _utc(month.on), "what": line.label, "value": value, "part": part}
        for line in lines
        for month, value, parts in zip(months, line.values, _parts(months), strict=True)
        if value is not None
        for part in parts
    ]
    layers = [_headroom(lines, order), *_today(months, today), *_order_line(months, order)]
    layers += [_month_layer(lines, part, dash) for part, dash in (("past", _SOLID), ("expected", _DASH))]
    layers.append(_end_labels(lines, months[-1].on, order))
    spec: Spec = {
        "width": _WIDTH,
        "height": MONTHS_HEIGHT,
        "padding": {"left": 4, "top": 4, "right": _LABEL_ROOM, "bottom": 4},
        "data": {"values": rows},
        "layer": layers,
    }
    return draw_chart(
        spec, "guards-months", "Guards needed and guards there, by month", _told_months(lines, months, order)
    )


def _month_lines(months: Sequence[MonthNeed], order: OrderAnswer | None) -> list[_Line]:
    lines = [
        _Line(label="needed at the posts", colour=VERMILLION, values=tuple(month.needed for month in months)),
        _Line(label="can stand at a post", colour=BLUE, values=tuple(month.on_posts for month in months)),
    ]
    if order is not None and order.measure == "patrolling_guards":
        lines.append(_Line(label="on patrol", colour=GREEN, values=tuple(month.patrolling for month in months)))
    elif order is not None:
        lines.append(_Line(label="all guards", colour=GREEN, values=tuple(month.strength for month in months)))
    return [line for line in lines if any(value is not None for value in line.values)]


def _parts(months: Sequence[MonthNeed]) -> list[tuple[str, ...]]:
    """Which part of a line a month belongs to; the last month on record joins both."""
    parts: list[tuple[str, ...]] = [("expected",) if month.expected else ("past",) for month in months]
    last = max((place for place, month in enumerate(months) if not month.expected), default=None)
    if last is not None and last + 1 < len(months):
        parts[last] = ("past", "expected")
    return parts


def _headroom(lines: Sequence[_Line], order: OrderAnswer | None) -> Spec:
    """A point that is not seen, so that the words at the top stand above every line."""
    return {
        "data": {"values": [{"value": 1.1 * _highest(lines, order)}]},
        "mark": {"type": "point", "opacity": 0},
        "encoding": {"y": _guards("value")},
    }


def _highest(lines: Sequence[_Line], order: OrderAnswer | None) -> float:
    required = order.required if order is not None else None
    return max([value for line in lines for value in line.values if value is not None] + [required or 0.0, 1.0])


def _month_layer(lines: Sequence[_Line], part: str, dash: list[int]) -> Spec:
    scale = {"domain": [line.label for line in lines], "range": [line.colour for line in lines]}
    return {
        "transform": [{"filter": f"datum.part == '{part}'"}],
        "mark": {"type": "line", "strokeWidth": 2.2, "strokeDash": dash, "point": {"size": 22}},
        "encoding": {
            "x": _time("on"),
            "y": _guards("value"),
            "color": {"field": "what", "type": "nominal", "scale": scale, "legend": None},
        },
    }


def _end_labels(lines: Sequence[_Line], last: date, order: OrderAnswer | None) -> Spec:
    """Each line's name and last figure at its end, moved apart where they would cover each other."""
    ends = [(line, next(value for value in reversed(line.values) if value is not None)) for line in lines]
    places = apart([value for _, value in ends], _highest(lines, order) * _LABEL_GAP / MONTHS_HEIGHT)
    values = [
        {"on": _utc(last), "y": place, "what": line.label, "text": f"{words.number(value)} {line.label}"}
        for (line, value), place in zip(ends, places, strict=True)
    ]
    return {
        "data": {"values": values},
        "mark": {**_TEXT, "align": "left", "dx": 8},
        "encoding": {
            "x": _time("on"),
            "y": _guards("y"),
            "text": {"field": "text", "type": "nominal"},
            "color": {"field": "what", "type": "nominal", "legend": None},
        },
    }


def apart(values: Sequence[float], gap: float) -> list[float]:
    """Places for labels near their values, in the same order, none nearer to another than the gap.

    >>> apart([10.0, 11.0, 30.0], 4.0)
    [10.0, 14.0, 30.0]
    """
    places = [0.0] * len(values)
    lowest = float("-inf")
    for place in sorted(range(len(values)), key=values.__getitem__):
        places[place] = max(values[place], lowest)
        lowest = places[place] + gap
    return places


def _today(months: Sequence[MonthNeed], today: date) -> list[Spec]:
    """Where the record ends, said in words on both sides."""
    if not any(month.expected for month in months) or all(month.expected for month in months):
        return []
    here = {"values": [{"on": _utc(today)}]}
    sides = (("right", -6, "on record"), ("left", 6, "expected"))
    rule: Spec = {
        "data": here,
        "mark": {"type": "rule", "color": GREY, "strokeWidth": 1},
        "encoding": {"x": _time("on")},
    }
    return [rule] + [
        {
            "data": here,
            "mark": {**_TEXT, "fontWeight": 400, "align": side, "dx": shift, "color": GREY, "baseline": "top"},
            "encoding": {"x": _time("on"), "y": {"value": 0}, "text": {"value": text}},
        }
        for side, shift, text in sides
    ]


def _order_line(months: Sequence[MonthNeed], order: OrderAnswer | None) -> list[Spec]:
    """What the order requires, from its issue to its due date, with a diamond there."""
    if order is None or order.required is None or order.due_on is None:
        return []
    first = max(order.issued_on or months[0].on, months[0].on)
    ends = {"first": _utc(min(first, order.due_on)), "due": _utc(order.due_on), "value": order.required}
    text = f"ordered: {words.number(order.required)} {guards_sentences.measured_what(order.measure)}"
    y = _guards("value")
    late = (order.due_on - months[0].on) > (months[-1].on - order.due_on)
    anchor, align = ("due", "right") if late else ("first", "left")
    heights = [value for line in _month_lines(months, order) for value in line.values if value is not None]
    shift = 13 if _roomier_below(order.required, heights) else -11
    return [
        {
            "data": {"values": [ends]},
            "mark": {"type": "rule", "color": INK, "strokeWidth": 1.6, "strokeDash": [2, 3]},
            "encoding": {"x": _time("first"), "x2": {"field": "due"}, "y": y},
        },
        {
            "data": {"values": [ends]},
            "mark": {"type": "point", "shape": "diamond", "size": 90, "filled": True, "color": INK, "opacity": 1},
            "encoding": {"x": _time("due"), "y": y},
        },
        {
            "data": {"values": [ends]},
            "mark": {**_TEXT, "align": align, "dy": shift, "color": INK},
            "encoding": {"x": _time(anchor), "y": y, "text": {"value": text}},
        },
    ]


def _roomier_below(at: float, heights: Sequence[float]) -> bool:
    """Whether a label has more room below its line than above, where the other lines pass."""
    above = min((height - at for height in heights if height >= at), default=float("inf"))
    below = min((at - height for height in heights if height < at), default=at)
    return below > above


def _told_months(lines: Sequence[_Line], months: Sequence[MonthNeed], order: OrderAnswer | None) -> str:
    parts = []
    for line in lines:
        known = [value for value in line.values if value is not None]
        parts.append(f"{line.label}: {words.number(known[0])} at first, {words.number(known[-1])} at last")
    span = f"From {words.month(months[0].month)} to {words.month(months[-1].month)}. "
    if order is not None and order.required is not None:
        what = guards_sentences.measured_what(order.measure)
        parts.append(f"ordered: {words.number(order.required)} {what} by {guards_sentences.due_text(order)}")
    return f"{span}{'; '.join(parts)}."


def mix_chart(mix: MixAnswer, selection: SelectionAnswer | None) -> Markup | None:
    """Which numbers of an affiliation the bands allow, over the total; today and the plans as points.

    With two affiliations the numbers of one settle those of the other, so one is drawn; with more, up to three.
    """
    near = [one for one in totals_that_matter(mix, selection) if one.numbers is not None]
    if not near:
        return None
    bands = mix.bands[:1] if len(mix.bands) == 2 and not mix.others else mix.bands[:3]
    panels = [_mix_panel(mix, near, band, selection) for band in bands]
    for panel in panels:
        panel["width"] = _NARROW if len(panels) == 1 else _WIDTH // len(panels) - 60
    spec: Spec = {"hconcat": panels, "padding": {"left": 4, "top": 4, "right": 90, "bottom": 4}}
    return draw_chart(spec, "guards-mix", "Numbers of guards that keep the mix", _told_mix(mix, bands))


def totals_that_matter(mix: MixAnswer, selection: SelectionAnswer | None) -> list[TotalMix]:
    """The totals from a little below today's to a little above what is required and what the plans reach."""
    ends = [mix.total, *(sum(plan.numbers.values()) for plan in (selection.front if selection is not None else ()))]
    ends += [mix.required] if mix.required is not None else []
    low, high = _MARGIN_BELOW * min(ends), _MARGIN_ABOVE * max(ends)
    return [one for one in mix.by_total if low <= one.total <= high] or list(mix.by_total)


def _mix_panel(mix: MixAnswer, near: Sequence[TotalMix], band: Band, selection: SelectionAnswer | None) -> Spec:
    name = band.affiliation
    cells = [
        {"from": one.total - 0.5, "to": one.total + 0.5, "low": low - 0.5, "high": high + 0.5}
        for one in near
        if one.numbers is not None
        for low, high in [one.numbers[name]]
    ]
    layers: list[Spec] = [
        {
            "data": {"values": cells},
            "mark": {"type": "rect", "color": BAND},
            "encoding": {
                "x": _number("from", "guards in all"),
                "x2": {"field": "to"},
                "y": _number("low", f"guards of {name}", most=1.12 * max(cell["high"] for cell in cells)),
                "y2": {"field": "high"},
            },
        }
    ]
    if mix.required is not None:
        layers += _upright(mix.required, f"required: {words.number(mix.required)}")
    layers += _marked(_mix_points(mix, band, selection))
    return {"height": _HEIGHT, "layer": layers}


def _mix_points(mix: MixAnswer, band: Band, selection: SelectionAnswer | None) -> list[Spec]:
    """Today, and the plans; plans that end at the same numbers share one point."""
    ends: dict[tuple[int, int], list[str]] = {}
    for plan in selection.front if selection is not None else ():
        ends.setdefault((sum(plan.numbers.values()), plan.numbers.get(band.affiliation, 0)), []).append(plan.plan)
    points = [
        {"x": total, "y": number, "what": "plan", "text": _called(names)} for (total, number), names in ends.items()
    ]
    for point in points[1:-1]:  # names of points so near to each other would cover one another
        point["text"] = ""
    return [{"x": mix.total, "y": band.now, "what": "now", "text": f"now: {words.number(band.now)}"}, *points]


def _called(plans: list[str]) -> str:
    return f"{'plan' if len(plans) == 1 else 'plans'} {printable(words.listed(plans, _LABELS_MAX))}"


def _marked(points: list[Spec]) -> list[Spec]:
    """Points told apart by shape and colour, each with its name beside it."""
    places: Spec = {"x": {"field": "x", "type": "quantitative"}, "y": {"field": "y", "type": "quantitative"}}
    kinds = ["now", "plan"]
    return [
        {
            "data": {"values": points},
            "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
            "encoding": {
                **places,
                "shape": _by("what", kinds, ["diamond", "circle"]),
                "color": _by("what", kinds, [INK, GREEN]),
            },
        },
        {
            "data": {"values": points},
            "mark": {**_TEXT, "align": "left", "dx": 8, "dy": 10, "color": INK},
            "encoding": {**places, "text": {"field": "text", "type": "nominal"}},
        },
    ]


def _told_mix(mix: MixAnswer, bands: Sequence[Band]) -> str:
    parts = []
    for band in bands:
        allowed = f"{guards_sentences.guards_percent(band.low)} to {guards_sentences.guards_percent(band.high)}"
        parts.append(
            f"{band.affiliation}: {words.number(band.now)} of {words.number(mix.total)} now, allowed {allowed}"
        )
    return f"{'; '.join(parts)}."


def front_chart(selection: SelectionAnswer, unit: str) -> Markup | None:
    """Guards by the due date against output lost a day: a circle in time, a triangle late, hollow where never met."""
    if not selection.front:
        return None
    kinds = ["met in time", "met late", "not met"]
    labelled = _worth_a_label(selection)
    rows = [
        {
            "guards": plan.guards_by_due,
            "lost": plan.output_lost,
            "what": kinds[0] if plan.days_late == 0 else kinds[1] if plan.days_late is not None else kinds[2],
            "text": _called([plan.plan]) if plan.plan in labelled else "",
        }
        for plan in selection.front
    ]
    shown = [kind for kind in kinds if any(row["what"] == kind for row in rows)]
    looks = dict(
        zip(kinds, (("circle", BLUE, BLUE), ("triangle-up", ORANGE, ORANGE), ("square", GREY, PAPER)), strict=True)
    )
    most = 1.12 * max(*(plan.output_lost for plan in selection.front), 1.0)
    places: Spec = {
        "x": _number("guards", _what(selection)),
        "y": _number("lost", f"output lost a day, {unit.removesuffix(guards_sentences.A_DAY)}", most=most),
    }
    spec: Spec = {
        "width": _NARROW,
        "height": _HEIGHT,
        "padding": {"left": 4, "top": 4, "right": 90, "bottom": 4},
        "layer": [
            *_upright(selection.required, f"ordered: {words.number(selection.required)}"),
            {
                "data": {"values": rows},
                "mark": {"type": "point", "size": 80, "strokeWidth": 1.8, "opacity": 1},
                "encoding": {
                    **places,
                    "shape": _by("what", shown, [looks[kind][0] for kind in shown], legend=True),
                    "color": _by("what", shown, [looks[kind][1] for kind in shown], legend=True),
                    "fill": _by("what", shown, [looks[kind][2] for kind in shown], legend=True),
                },
            },
            *(
                {
                    "data": {"values": named},
                    "mark": {**_TEXT, "align": side, "dx": shift, "dy": -11, "color": INK},
                    "encoding": {**places, "text": {"field": "text", "type": "nominal"}},
                }
                for side, shift, named in (("left", -4, rows[:1]), ("right", 4, rows[1:]))
                if named
            ),
        ],
    }
    return draw_chart(spec, "guards-front", "Guards against output", _told_front(selection))


def _what(selection: SelectionAnswer) -> str:
    return f"{guards_sentences.measured_what(selection.measure)} on {words.day(selection.due_on)}"


def _worth_a_label(selection: SelectionAnswer) -> set[str]:
    """The ends of the front, the most guards, and the cheapest plan that meets the order in time."""
    front = selection.front
    in_time = [plan for plan in front if plan.days_late == 0]
    chosen = [front[0], front[-1], max(front, key=lambda plan: plan.guards_by_due)]
    chosen += [min(in_time, key=lambda plan: plan.output_lost)] if in_time else []
    return {plan.plan for plan in chosen}


def _told_front(selection: SelectionAnswer) -> str:
    parts = [
        f"plan {plan.plan}: {words.number(plan.guards_by_due)} guards, "
        f"output lost {guards_sentences.output_loss(plan.output_lost, selection.loss_unit)}"
        for plan in selection.front
    ]
    return f"{'; '.join(parts)}. Output lost is that of a day. Ordered are {words.number(selection.required)}."


def _upright(at: float, text: str) -> list[Spec]:
    here = {"values": [{"at": at}]}
    x: Spec = {"field": "at", "type": "quantitative"}
    return [
        {
            "data": here,
            "mark": {"type": "rule", "color": VERMILLION, "strokeDash": [6, 4], "strokeWidth": 1.5},
            "encoding": {"x": x},
        },
        {
            "data": here,
            "mark": {**_TEXT, "align": "right", "dx": -6, "color": "#A84800", "baseline": "top"},
            "encoding": {"x": x, "y": {"value": 0}, "text": {"value": text}},
        },
    ]


def _by(field: str, domain: list[str], look: list[Any], *, legend: bool = False) -> Spec:
    placed: Mapping[str, Any] | None = {"title": None, "orient": "top"} if legend else None
    return {"field": field, "type": "nominal", "scale": {"domain": domain, "range": look}, "legend": placed}


def _time(field: str) -> Spec:
    axis = {"title": None, "format": "%b %Y", "tickCount": 8, "grid": False}
    return {"field": field, "type": "temporal", "scale": {"type": "utc"}, "axis": axis}


def _guards(field: str) -> Spec:
    axis = {
        "title": "guards",
        "tickCount": 6,
        "tickMinStep": 1,
        "titleAngle": 0,
        "titleAlign": "right",
        "titleX": -8,
        "titleY": -9,
    }
    return {"field": field, "type": "quantitative", "scale": {"zero": True}, "axis": axis}


def _number(field: str, title: str, *, most: float | None = None) -> Spec:
    """A scale from the least figure; ``most`` leaves room above the points for a label."""
    top = {} if most is None else {"domainMax": most}
    return {
        "field": field,
        "type": "quantitative",
        "title": printable(title),
        "scale": {"zero": False, "nice": True, **top},
        "axis": {"tickMinStep": 1, "tickCount": 6},
    }


def _utc(day: date) -> str:
    """A day, labelled UTC, so that the drawing does not depend on the time zone of the machine."""
    return f"{day.isoformat()}T00:00:00Z"
