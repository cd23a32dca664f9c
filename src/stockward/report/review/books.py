"""The parts of the page below the series: the exact books, the counted stock, and what the review stands on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from stockward.answers.items import Cluster, ItemFindings, RecordingErrors, WriteOffs
from stockward.answers.review import FactsUsed, MethodErrors, ReviewAnswer, SetAside
from stockward.report.kit import charts, words
from stockward.report.kit.sheet import Sheet
from stockward.report.review import context, sentences
from stockward.report.review.views import SeriesView, names
from stockward.terms.scales import METER_CLASSES
from stockward.terms.units import dimension

DISCREPANCIES_MAX = 40
HABITS_MAX = 12
STOCK_PANELS_MAX = 8
STOCK_LINES_MAX = 120
SET_ASIDE_PLACES_MAX = 5
INVENTORIES_MAX = 4
METHODS_MAX = 6
ESTIMATED = (
    "An error with degrees of freedom was estimated, and is not known: the fewer it has, the wider are the limits of "
    "all series that it enters, so that false alarms stay as rare as asked for."
)

_CARRIED = (
    "The limits of the test in force carry that doubt: each is Student's, and none is passed more often for it. gemuf, "
    "page and page_pair take σ as known, and with few degrees of freedom alarm more often than they promise."
)

Habit = TypeVar("Habit", RecordingErrors, Cluster, WriteOffs)


def items(review: ReviewAnswer) -> context.Items:
    """What the exact books show, and how many lines each list has."""
    found = review.items
    habits: dict[str, Sequence[object]] = {
        "recording errors": found.recording_errors,
        "clusters": found.late_clusters,
        "write-offs": found.write_offs,
    }
    called = names(review)
    return context.Items(
        discrepancies=_discrepancy_lines(review, called),
        recording=_recording_lines(found, called),
        clusters=_cluster_lines(found, called),
        write_offs=_write_off_lines(found, called),
        notes=(
            *_note("exact differences", "first", DISCREPANCIES_MAX, len(found.discrepancies)),
            *(note for name, lines in habits.items() for note in _note(name, "least likely", HABITS_MAX, len(lines))),
        ),
    )


def _note(name: str, which: str, shown: int, lines: int) -> list[str]:
    if lines <= shown:
        return []
    return [f"The table of {name} shows the {shown} {which} of {words.number(lines)}; all of them are in the workbook."]


def _least_likely(lines: Iterable[Habit]) -> list[Habit]:
    return sorted(lines, key=lambda line: line.p_value)[:HABITS_MAX]


def _discrepancy_lines(review: ReviewAnswer, called: Mapping[str, str]) -> tuple[context.DiscrepancyLine, ...]:
    zone = review.timezone
    return tuple(
        context.DiscrepancyLine(
            label=f"{called.get(one.holding, one.holding)} in {called.get(one.area, one.area)}",
            inventory=one.inventory,
            span=words.between(words.local(one.start, zone).date(), words.local(one.end, zone).date()),
            difference=words.exact(one.difference, one.unit, 6, signed=True),
            written_off=words.quantity(one.written_off, one.unit),
            found=words.quantity(one.found, one.unit),
            late_rows=words.number(one.late_rows),
            incidents=words.listed(list(one.incidents), INVENTORIES_MAX) or "none",
        )
        for one in review.items.discrepancies[:DISCREPANCIES_MAX]
    )


def _recording_lines(items: ItemFindings, called: Mapping[str, str]) -> tuple[context.RecordingLine, ...]:
    return tuple(
        context.RecordingLine(
            area=called.get(one.area, one.area),
            shift=one.shift,
            records=words.number(one.records),
            errors=words.number(one.errors),
            expected=words.number(one.expected, 1),
            cusum=words.number(one.cusum, 2),
            highest_on=one.highest_on.isoformat() if one.highest_on else words.NOTHING,
            p_value=words.probability(one.p_value),
        )
        for one in _least_likely(items.recording_errors)
    )


def _cluster_lines(items: ItemFindings, called: Mapping[str, str]) -> tuple[context.ClusterLine, ...]:
    return tuple(
        context.ClusterLine(
            area=called.get(one.area, one.area),
            kind=one.kind.replace("_", " "),
            span=words.between(one.start, one.end),
            observed=words.number(one.observed),
            expected=words.number(one.expected, 1),
            p_value=words.probability(one.p_value),
        )
        for one in _least_likely(items.late_clusters)
    )


def _write_off_lines(items: ItemFindings, called: Mapping[str, str]) -> tuple[context.WriteOffLine, ...]:
    return tuple(
        context.WriteOffLine(
            label=f"{called.get(one.holding, one.holding)} in {called.get(one.area, one.area)}",
            write_offs=f"{words.number(one.write_offs)} ({words.quantity(one.written_off, one.unit)})",
            finds=f"{words.number(one.finds)} ({words.quantity(one.found, one.unit)})",
            p_value=words.probability(one.p_value),
        )
        for one in _least_likely(items.write_offs)
    )


def stock(review: ReviewAnswer) -> context.Stock | None:
    """Counted stock by stage over time; ``None`` where nothing was counted."""
    counted = review.stock.drop_nulls(["at", "stage", "holding", "quantity", "unit"]).sort("at", maintain_order=True)
    if counted.is_empty():
        return None
    groups = counted.partition_by("holding", "unit", as_dict=True, maintain_order=True)
    ordered = sorted(groups, key=lambda group: (dimension(str(group[1])) == "count", str(group[0])))
    panels = [
        (str(holding), str(unit), groups[holding, unit].select("at", "stage", "quantity").rows())
        for holding, unit in ordered[:STOCK_PANELS_MAX]
    ]
    left_out = [str(holding) for holding, _ in ordered[STOCK_PANELS_MAX:]]
    latest = counted.reverse().head(STOCK_LINES_MAX)
    hidden = counted.height - latest.height
    return context.Stock(
        chart=charts.stock_chart(panels, review.timezone),
        note=f"Not drawn: {words.listed(left_out, 20)}." if left_out else "",
        lines=tuple(_stock_line(row, review.timezone) for row in latest.iter_rows(named=True)),
        lines_note=f"The latest are shown; {words.number(hidden)} more are in the workbook." if hidden else "",
    )


def _stock_line(row: dict[str, Any], timezone: str) -> context.StockLine:
    return context.StockLine(
        at=words.moment(row["at"], timezone),
        holding=row["holding"],
        stage=row["stage"].replace("_", " "),
        quantity=words.quantity(row["quantity"], row["unit"]),
    )


def basis(review: ReviewAnswer, further: Sequence[str] = ()) -> context.BasisView:
    """What the review stands on; ``further`` notices stand with those of the reading."""
    facts = review.facts
    return context.BasisView(
        tables=tuple(context.Pair(name=name, value=words.number(rows)) for name, rows in facts.rows.items()),
        set_aside=_set_aside(facts.set_aside),
        set_aside_note=_set_aside_note(facts),
        notices=(*facts.notices, *further),
        files=tuple(context.Pair(name=name, value=digest) for name, digest in facts.files.items()),
        methods=_methods(review.methods),
        methods_note=ESTIMATED if any(one.random_df or one.systematic_df for one in review.methods) else "",
        run=_run(review),
    )


def doubt(one: SeriesView) -> str | None:
    """What of σ rests on errors that were estimated; ``None`` where all are known."""
    estimated = one.verdict.estimated
    if estimated is None:
        return None
    made = dict.fromkeys(error.method for error in estimated.errors)
    return (
        f"Errors of {words.listed(list(made), METHODS_MAX)} were estimated: {words.percent(estimated.share)} of the "
        f"variance of the last year's difference rests on them, with {estimated.freedom:.3g} degrees of "
        f"freedom. {_CARRIED}"
    )


def _rest_on_something(methods: Sequence[MethodErrors]) -> bool:
    """Whether the books say of any method what its errors rest on."""
    return any(one.basis or one.plate or one.random_df or one.systematic_df for one in methods)


def method_sheets(methods: Sequence[MethodErrors]) -> list[Sheet]:
    """The errors of every method as stated; none where the books say of none what its errors rest on."""
    stated = ("method", "basis", "unit", "random_rel", "random_abs", "systematic_rel", "systematic_abs")
    freedom = ("random_df", "systematic_df")
    plate = ("accuracy_class", "largest_load", "division", "verification_interval")
    rows = [
        (*(getattr(one, name) for name in (*stated, *freedom)), *(getattr(one.plate, name, None) for name in plate))
        for one in methods
    ]
    header = (*stated, *freedom, "class", "max", "division", "verification_interval")
    return [Sheet(name="methods", header=header, rows=rows)] if _rest_on_something(methods) else []


def _methods(methods: Sequence[MethodErrors]) -> tuple[context.MethodLine, ...]:
    """The methods; none where the books say of none what its errors rest on."""
    if not _rest_on_something(methods):
        return ()
    return tuple(
        context.MethodLine(
            method=one.method,
            basis=one.basis or "not stated",
            random=_error(one, one.random_rel, one.random_abs, one.random_df, _rounding(one)),
            systematic=_error(one, one.systematic_rel, one.systematic_abs, one.systematic_df, _of_plate(one)),
        )
        for one in methods
    )


def _error(one: MethodErrors, relative: float | None, absolute: float | None, freedom: float | None, else_: str) -> str:
    parts = [] if relative is None else [f"{relative:.6g} of the quantity"]
    parts += [] if absolute is None else [f"{absolute:.6g} {one.unit or ''}".strip()]
    stated = " and ".join(parts) or else_
    return stated if freedom is None else f"{stated}; {freedom:.3g} degrees of freedom"


def _rounding(one: MethodErrors) -> str:
    return "that of rounding to the division" if one.plate is not None and one.plate.division else "not stated"


def _of_plate(one: MethodErrors) -> str:
    if one.plate is None or not one.plate.fills:
        return "not stated"
    if one.plate.accuracy_class in METER_CLASSES:
        return f"permissible error of class {one.plate.accuracy_class} of a meter"
    return f"permissible error of class {one.plate.accuracy_class}, in service"


def _run(review: ReviewAnswer) -> tuple[context.Pair, ...]:
    entries = {
        "As known at": review.as_of.isoformat() if review.as_of else "all rows recorded so far",
        "Made at": f"{words.moment(review.at, review.timezone)} ({review.timezone})",
        "Stockward": review.version,
        "Seed": str(review.seed),
        "False-alarm chance, site and year": words.percent(review.false_alarm),
        "Chance to detect the loss that matters": words.percent(review.detection),
        "Test in force": review.default_test,
        "Series tested": words.number(review.series_tested),
        "Rows recorded late": words.number(review.facts.late_rows),
        **{f"Option {name.replace('_', ' ')}": _option(value) for name, value in review.options.items()},
    }
    return tuple(context.Pair(name=name, value=value) for name, value in entries.items())


def _option(value: str | int | float | bool | None) -> str:
    if value is None:
        return "not set"
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _set_aside_note(facts: FactsUsed) -> str:
    if not facts.set_aside:
        return "No row was set aside."
    return (
        f"{words.count(len(sentences.set_aside_rows(facts.set_aside)), 'row')} set aside: left out, never guessed. "
        "A balance that such a row could touch is not tested."
    )


def _set_aside(set_aside: Sequence[SetAside]) -> tuple[context.SetAsideGroup, ...]:
    groups: dict[str, list[SetAside]] = defaultdict(list)
    for one in set_aside:
        groups[one.reason].append(one)
    return tuple(
        context.SetAsideGroup(
            reason=reason,
            count=words.number(len(sentences.set_aside_rows(rows))),
            where=words.listed([_place(one) for one in rows], SET_ASIDE_PLACES_MAX),
        )
        for reason, rows in sorted(groups.items(), key=lambda group: -len(group[1]))
    )


def _place(one: SetAside) -> str:
    cell = f" ({one.column} {one.value!r})" if one.column and one.value is not None else f" ({one.column})"
    return f"{one.file} row {one.row}{cell if one.column else ''}"
