"""The sheets of the workbook on guards: every figure raw; a person is a code, and no source of a report is in any."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stockward.answers.force import ForceAnswer
from stockward.answers.mix import MixAnswer
from stockward.answers.orders import CountedRow, OrderAnswer
from stockward.answers.review import ReviewAnswer
from stockward.answers.selection import SelectionAnswer
from stockward.report.kit.sheet import Cell, Sheet


def guards_sheets(review: ReviewAnswer) -> tuple[Sheet, ...]:
    """The sheets of what the site has tables for; none where it has none."""
    found: list[Sheet] = []
    if review.orders:
        found += [_orders(review.orders), _order_reports(review.orders)]
    if review.force is not None:
        found += _of_force(review.force)
    if review.mix is not None:
        found += _of_mix(review.mix)
    if review.selection is not None:
        found += _of_selection(review.selection)
    return tuple(found)


def _orders(orders: Sequence[OrderAnswer]) -> Sheet:
    header = (
        "order", "measure", "unit", "verdict", "reason", "issuer", "scope", "issued on", "due on", "comparator",
        "factor", "value (unit)", "baseline on", "baseline (unit)", "rows of the baseline", "target (unit)",
        "to be passed", "required (unit)", "now on", "now (unit)", "rows of now", "joining (guards)",
        "leaving (guards)", "expected when due (unit)", "short of target now (unit)", "short of target when due (unit)",
        "reachable (unit)", "met on", "stated reason", "asked for here",
    )  # fmt: skip
    rows = [
        (
            one.order, one.measure, one.unit, one.verdict, one.reason, one.issuer, one.scope, one.issued_on,
            one.due_on, one.comparator, one.factor, one.value, one.baseline_on, one.baseline,
            _rows(one.baseline_rows), one.target, one.strict, one.required, one.now_on, one.now,
            _rows(one.now_rows), one.joining, one.leaving, one.expected, one.short_now, one.short_by,
            one.reachable, one.met_on, one.stated_reason, one.asked,
        )
        for one in orders
    ]  # fmt: skip
    return Sheet(name="orders", header=header, rows=rows)


def _rows(rows: Sequence[CountedRow]) -> str:
    tables: dict[str, list[str]] = {}
    for one in rows:
        tables.setdefault(one.table, []).append(str(one.row))
    return "; ".join(f"{table} {' '.join(numbers)}" for table, numbers in tables.items())


def _order_reports(orders: Sequence[OrderAnswer]) -> Sheet:
    header = (
        "order", "stated reason", "report", "received on", "about", "names the order", "grade of the source",
        "grade of the information", "text",
    )  # fmt: skip
    rows = [
        (
            order.order, order.stated_reason, one.report, one.received_on, one.about, one.names_the_order,
            one.source_grade, one.information_grade, one.text,
        )
        for order in orders
        for one in order.heard
    ]  # fmt: skip
    return Sheet(name="order_reports", header=header, rows=rows)


def _of_force(force: ForceAnswer) -> list[Sheet]:
    return [_force(force), _months(force), _posts(force), _shifts(force), _qualifications(force)]


def _force(force: ForceAnswer) -> Sheet:
    net = force.net_hours
    rows: list[tuple[Cell, Cell]] = [
        ("on", force.on),
        ("needed (guards)", force.need),
        ("on hand (guards)", force.on_hand),
        ("can stand at a post (guards)", force.on_posts),
        ("short of the need (guards)", force.short_by),
        ("by net hours (guards)", force.by_net_hours),
        ("by net hours, low (guards)", force.by_net_hours_low),
        ("by net hours, high (guards)", force.by_net_hours_high),
        ("by fill probability (guards)", force.by_fill),
        ("fill probability", force.fill_probability),
        ("post-hours (h a year)", force.post_hours),
        ("weeks a year", force.weeks_per_year),
        ("base month of the output driver", force.output_base),
        ("reason", force.reason),
    ]
    if net is not None:
        rows += [
            ("contract (h a year)", net.contract),
            ("planned absences (h a year)", net.planned),
            ("unplanned absences (h a year)", net.unplanned),
            ("net (h a year)", net.net),
            ("net, low (h a year)", net.low),
            ("net, high (h a year)", net.high),
            ("confidence of the interval", net.confidence),
            ("why the interval says little, or there is none", net.reason),
            ("guards observed", net.guards),
            ("observed from", net.first),
            ("observed to", net.last),
        ]
    rows += [(f"after {step.step} (guards)", step.guards) for step in force.steps]
    rows += [("note", note) for note in force.notes]
    return Sheet(name="force", header=("what", "value"), rows=rows)


def _months(force: ForceAnswer) -> Sheet:
    header = (
        "month", "on", "expected", "post-hours (h a year)", "by net hours (guards)", "needed (guards)",
        "all guards", "can stand at a post (guards)", "on patrol (guards)", "occupied areas", "output (times the base)",
    )  # fmt: skip
    rows = [
        (
            one.month, one.on, one.expected, one.post_hours, one.by_net_hours, one.needed, one.strength, one.on_posts,
            one.patrolling, one.occupied_areas, one.output,
        )
        for one in force.by_month
    ]  # fmt: skip
    return Sheet(name="force_months", header=header, rows=rows)


def _posts(force: ForceAnswer) -> Sheet:
    header = (
        "post", "name", "kind", "guards at once", "driver", "per", "driver now", "such posts", "such posts later",
        "hours (h a year)", "guards for each standing", "needed (guards)", "reason",
    )  # fmt: skip
    rows = [
        (
            one.post, one.name, one.kind, one.guards, one.driver, one.per, one.driven_by, one.posts, one.surged,
            one.hours, one.relief_factor, one.needed, one.reason,
        )
        for one in force.posts
    ]  # fmt: skip
    return Sheet(name="posts", header=header, rows=rows)


def _shifts(force: ForceAnswer) -> Sheet:
    header = (
        "start", "end", "weekdays", "stand at posts (guards)", "chance all filled if only these are rostered",
        "to be rostered (guards)", "chance all filled then", "hours of the rostered (h a year)", "by qualification",
    )  # fmt: skip
    rows = [
        (
            one.start, one.end, " ".join(one.weekdays), one.standing, one.chance_of_standing, one.rostered, one.chance,
            one.hours, _pairs(one.groups),
        )
        for one in force.shifts
    ]  # fmt: skip
    return Sheet(name="shifts", header=header, rows=rows)


def _pairs(entries: Mapping[str, int]) -> str:
    return "; ".join(f"{name or 'any guard'} {number}" for name, number in entries.items())


def _qualifications(force: ForceAnswer) -> Sheet:
    rows = [(one.qualification, one.needed, one.on_hand) for one in force.qualifications]
    return Sheet(name="qualifications", header=("qualification", "needed (guards)", "on hand (guards)"), rows=rows)


def _of_mix(mix: MixAnswer) -> list[Sheet]:
    names = [band.affiliation for band in mix.bands]
    totals = [
        (one.total, *(end for name in names for end in ((None, None) if one.numbers is None else one.numbers[name])))
        for one in mix.by_total
    ]
    header = ("guards in all", *(f"{name}, {end}" for name in names for end in ("least", "most")))
    return [_bands(mix), Sheet(name="mix", header=header, rows=totals)]


def _bands(mix: MixAnswer) -> Sheet:
    names = [band.affiliation for band in mix.bands]
    alone = {one.affiliation: one for one in mix.growth_alone}
    rows: list[tuple[Cell, ...]] = []
    for band in mix.bands:
        growth = alone.get(band.affiliation)
        shares = (growth.shares if growth is not None else None) or {}
        required = (growth.shares_at_required if growth is not None else None) or {}
        more, total = (growth.more, growth.total) if growth is not None else (None, None)
        cells = (band.affiliation, band.low, band.high, band.now, band.share, more, total)
        rows.append((*cells, *map(shares.get, names), *map(required.get, names), None))
    empty: tuple[Cell, ...] = (None,) * (6 + 2 * len(names))
    sentences = [*mix.breaks, *([mix.reason] if mix.reason is not None else [])]
    rows += [("breaks a band", *empty, sentence) for sentence in sentences]
    header = (
        "affiliation", "share, least", "share, most", "now (guards)", "share now", "more of it alone (guards)",
        "guards in all then", *(f"share of {name} then" for name in names),
        *(f"share of {name} if it alone filled the order" for name in names), "numbers that break a band",
    )  # fmt: skip
    return Sheet(name="mix_bands", header=header, rows=rows)


def _of_selection(selection: SelectionAnswer) -> list[Sheet]:
    return [_plans(selection), _plan_lines(selection), _plan_alike(selection), _chosen(selection), _pool(selection)]


def _plans(selection: SelectionAnswer) -> Sheet:
    names = list(dict.fromkeys(name for plan in selection.front for name in plan.numbers))
    header = (
        "plan", "order", "guards when due", "required (guards)", f"output lost ({selection.loss_unit})",
        "recruits", "transfers", "met on", "days late", "solver", "bound", "gap", "guards counted on",
        *(f"{name} afterwards (guards)" for name in names), *(f"share of {name} afterwards" for name in names),
    )  # fmt: skip
    rows = [
        (
            one.plan, selection.order, one.guards_by_due, selection.required, one.output_lost, one.recruits,
            one.transfers, one.met_on, one.days_late, one.status, one.bound, one.gap, one.numbers_on,
            *map(one.numbers.get, names), *map(one.shares.get, names),
        )
        for one in selection.front
    ]  # fmt: skip
    return Sheet(name="plans", header=header, rows=rows)


def _plan_lines(selection: SelectionAnswer) -> Sheet:
    header = (
        "plan", "line", "material", "unit", "staff", "workers needed", "workers taken", "output a day (unit)",
        "lost a day (unit)", "share lost",
    )  # fmt: skip
    rows = [
        (
            plan.plan, one.line, one.material, one.unit, one.staff, one.workers_needed, one.taken, one.output_per_day,
            one.lost, one.share,
        )
        for plan in selection.front
        for one in plan.lines
    ]  # fmt: skip
    return Sheet(name="plan_lines", header=header, rows=rows)


def _plan_alike(selection: SelectionAnswer) -> Sheet:
    """From which groups of candidates alike the lot took how many."""
    header = (
        "plan", "affiliation", "line", "serves on the due date", "serves when the order is met", "among", "taken",
    )  # fmt: skip
    rows = [
        (plan.plan, one.affiliation, one.line, one.by_due, one.by_met, one.among, one.taken)
        for plan in selection.front
        for one in plan.alike
    ]
    return Sheet(name="plan_alike", header=header, rows=rows)


def _chosen(selection: SelectionAnswer) -> Sheet:
    people = {one.person: one for one in selection.candidates}
    rows: list[tuple[Cell, ...]] = []
    for plan in selection.front:
        for code in plan.chosen:
            one = people.get(code)
            known = (None,) * 4 if one is None else (one.role, one.affiliation, one.line, one.ready_on)
            rows.append((plan.plan, code, *known))
    return Sheet(name="chosen", header=("plan", "code", "role", "affiliation", "line", "ready on"), rows=rows)


def _pool(selection: SelectionAnswer) -> Sheet:
    """The record of every candidate: why in the pool, or why not, and their place in the lot."""
    lots = {code: place for place, code in enumerate(selection.lots, 1)}
    header = (
        "code",
        "row of people",
        "role",
        "affiliation",
        "line",
        "in the pool",
        "ready on",
        "until",
        "lot",
        "reasons",
    )
    rows = [
        (
            one.person, one.row, one.role, one.affiliation, one.line, one.in_pool, one.ready_on,
            one.until, lots.get(one.person), "; ".join(one.reasons) or None,
        )
        for one in selection.candidates
    ]  # fmt: skip
    return Sheet(name="pool", header=header, rows=rows)
