"""The README of a synthetic site: what it is, and exactly what was put into it, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from stockward.simulation.plan import SitePlan
from stockward.simulation.site import SyntheticSite
from stockward.terms.verdicts import Verdict

Told = Mapping[str, Any]


def write_readme(site: SyntheticSite) -> str:
    """The text of ``README.md``; every figure in it comes from the plan, the tables or the truth."""
    sections = [
        _head(site),
        _plant(site),
        _losses(site.truth["losses"]),
        _drifts(site.truth["drifts"]),
        _clerical(site.truth["clerical"]),
        _series(site.truth["series"]),
        _errors(site.plan),
        _tables(site),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _head(site: SyntheticSite) -> str:
    plan = site.plan
    return (
        f"# {plan.name}: a synthetic site\n\n"
        f"Nothing here is real. The site is simulated from a plan with seed {site.seed}: {plan.weeks} weeks from "
        f"{plan.start.isoformat()}, {site.tables['movements'].height:,} movements, "
        f"{site.tables['counts'].height:,} count rows, {len(site.truth['series'])} series. "
        "The same plan and seed give the same files. `truth.json` says the same as this page, by inventory and row; "
        "no review reads it."
    )


def _plant(site: SyntheticSite) -> str:
    plan = site.plan
    lines = [
        f"| {line.line} | {line.name} | {line.area} | {line.output_per_day:g} | {line.workers_needed} |"
        for line in plan.lines
    ]
    surge = plan.surge
    grown = (
        f"From week {surge.first_week} on output grows evenly, in {surge.ramp_weeks} weeks, to {surge.factor:g} times; "
        "second and third shifts are worked, and stocks outgrow output."
        if surge.factor > 1
        else "Output stays as it is."
    )
    return (
        f"## The plant\n\n| line | makes | in | a day, in quiet times | workers |\n| --- | --- | --- | ---: | ---: |\n"
        f"{_joined(lines)}\n\n{grown} Bulk is weighed at the dock, on its way into a store, once on its way into a "
        "hall, and at every inventory; items are counted exactly. All inventories stand at 05:30, when nothing moves. "
        f"{_inventories(plan)}"
    )


def _inventories(plan: SitePlan) -> str:
    by_weeks: dict[int, list[str]] = {}
    for area in plan.areas:
        by_weeks.setdefault(area.inventory_weeks, []).append(area.area)
    parts = [f"every {_weeks(weeks)}: {', '.join(areas)}" for weeks, areas in sorted(by_weeks.items())]
    return f"They are taken {'; '.join(parts)}."


def _weeks(weeks: int) -> str:
    return "week" if weeks == 1 else f"{weeks} weeks"


def _losses(losses: Sequence[Told]) -> str:
    if not losses:
        return "## Losses\n\nNone."
    rows = [
        f"| {loss['loss']} | {loss['area']} | {loss['material']} | {loss['amount']:g} {loss['unit']} "
        f"| {_days(loss)} | {_hiding(loss)} |"
        for loss in losses
    ]
    return (
        "## Losses\n\nStock that left without a row.\n\n"
        "| loss | area | material | amount | when | hidden |\n| --- | --- | --- | ---: | --- | --- |\n"
        f"{_joined(rows)}\n\n"
        "How plainly each can be seen, in standard deviations: by the best possible test against just this loss, "
        "and by the one period in which it shows most. Items are exact.\n\n"
        f"{_strengths((loss['loss'], trace) for loss in losses for trace in loss['series'])}"
    )


def _days(loss: Told) -> str:
    if loss["first_day"] == loss["last_day"]:
        return f"in the night of {loss['first_day']}"
    return f"every night from {loss['first_day']} to {loss['last_day']}"


def _hiding(loss: Told) -> str:
    if loss["hidden"] == "nothing":
        return "no"
    return f"by {loss['write_offs']} write-offs of {loss['written_off']:g} {loss['unit']} in all"


def _strengths(traces: Iterable[tuple[str, Told]]) -> str:
    rows = [
        f"| {cause} | {trace['holding']} in {trace['area']} | {trace['basis']} "
        f"| {trace['missing']:+.4g} {trace['unit']} "
        f"| {_sigmas(trace, 'strength_sigma')} | {_sigmas(trace, 'largest_single_period_sigma')} |"
        for cause, trace in traces
    ]
    return (
        "| cause | series | basis | appears missing | best test | largest single period |\n"
        f"| --- | --- | --- | ---: | ---: | ---: |\n{_joined(rows)}"
    )


def _sigmas(trace: Told, name: str) -> str:
    """More than a hundred σ says no more than exact: only items were lost, or what is known as well as they are."""
    value = trace[name]
    return "exact" if value is None or value > 100 else f"{value:.1f} σ"


def _drifts(drifts: Sequence[Told]) -> str:
    if not drifts:
        return "## Scale drift\n\nNone."
    words = [
        f"Scale {drift['method']} leaves its stated error from {drift['first_day']} to {drift['last_day']}: "
        f"its relative error grows evenly by {100 * drift['relative']:+.2g} % until it is calibrated. Nothing is lost; "
        "an amount only seems to be."
        for drift in drifts
    ]
    traces = [(f"drift of {drift['method']}", trace) for drift in drifts for trace in drift["series"]]
    return f"## Scale drift\n\n{_joined(words)}\n\n{_strengths(traces)}"


def _clerical(clerical: Told) -> str:
    kinds = clerical["mistakes_by_kind"]
    if not (clerical["late_rows"] or kinds or clerical["miscounts"]):
        return "## Clerical errors\n\nNone."
    words = [
        f"- {clerical['late_rows']} rows were recorded more than a day after they took effect, corrections included.",
        *(f"- {number} rows had {kind}; each was reversed and entered again." for kind, number in kinds.items()),
        *(f"- {_cluster(cluster)}" for cluster in clerical["clusters"]),
        *(
            f"- The count of {miscount['material']} in {miscount['area']} at {miscount['inventory']} is off by "
            f"{miscount['error']:+d}; the next one is right."
            for miscount in clerical["miscounts"]
        ),
    ]
    return f"## Clerical errors\n\n{_joined(words)}"


def _cluster(cluster: Told) -> str:
    return (
        f"In {cluster['area']}, shift {cluster['shift']}, from {cluster['first_day']} to {cluster['last_day']}: "
        f"{100 * cluster['late']:g} % of the rows that leave or reach it are late, and {100 * cluster['reversed']:g} % "
        "are reversed."
    )


def _series(series: Sequence[Told]) -> str:
    marked = [one for one in series if one["because_of"]]
    clean = sum(one["expected"] == Verdict.BALANCED for one in series)
    rows = [
        f"| {one['holding']} in {one['area']} | {one['basis']} | {one['expected'] or 'may or may not be found'} "
        f"| {', '.join(one['because_of'])} |"
        for one in marked
    ]
    head = "\n\n| series | basis | must stand as | because of |\n| --- | --- | --- | --- |\n"
    table = head + _joined(rows) if rows else ""
    return f"## What must be found\n\n{clean} of {len(series)} series hold nothing that should be found.{table}"


def _errors(plan: SitePlan) -> str:
    claims = "".join(
        f" In {claim.area}, write-offs and finds of about {claim.amount:g} kg are booked by chance, as many one way as "
        "the other."
        for claim in plan.honest_claims
    )
    return (
        "## What is always there\n\n"
        "Weighing errors as `methods.csv` states them, drawn anew at each calibration; errors of contents as "
        f"`contents.csv` states them; normal losses as `normal_losses.csv` states them.{claims}"
    )


def _tables(site: SyntheticSite) -> str:
    rows = [f"| {name} | {frame.height:,} |" for name, frame in site.tables.items()]
    return f"## Tables\n\n| table | rows |\n| --- | ---: |\n{_joined(rows)}"


def _joined(rows: Iterable[str]) -> str:
    return "\n".join(rows)
