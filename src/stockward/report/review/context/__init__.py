"""The page as frozen, documented values: a template shows exactly these fields, and computes none.

Each field carries its meaning; every text is ready to be shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from markupsafe import Markup

from stockward.report.guards import context as guards_context
from stockward.report.interruption.part import InterruptionPart
from stockward.report.kit.context_parts import Badge as Badge
from stockward.report.kit.context_parts import Pair as Pair
from stockward.report.plan.part import PlanPart
from stockward.report.review.context.measuring import CheckLine as CheckLine
from stockward.report.review.context.measuring import Measuring as Measuring
from stockward.report.review.context.measuring import PairLine as PairLine
from stockward.report.review.context.measuring import ScaleLine as ScaleLine
from stockward.report.review.context.settled import SettledLine as SettledLine
from stockward.report.review.context.settled import SettledPart as SettledPart
from stockward.report.review.context.unseen import Curve as Curve
from stockward.report.review.context.unseen import RemedyLine as RemedyLine
from stockward.report.review.context.unseen import StoreLine as StoreLine
from stockward.report.review.context.unseen import Unseen as Unseen
from stockward.report.review.context.unseen import UnseenLine as UnseenLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One alarming series, in one sentence."""

    badge: Annotated[Badge, "its verdict"]
    sentence: Annotated[str, "what, how much, where and when"]
    anchor: Annotated[str, "where the page tells the rest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFigure:
    """One figure of the row below the verdict."""

    value: Annotated[str, "the figure"]
    label: Annotated[str, "what it counts"]
    badge: Annotated[Badge | None, "the verdict that it counts, if it counts one"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One row of the table of series that need action."""

    badge: Annotated[Badge, "the verdict"]
    label: Annotated[str, "what and where"]
    anchor: Annotated[str, "where the page tells the rest"]
    amount: Annotated[str, "how much, with sigma and unit; plus is missing"]
    when: Annotated[str, "between which days"]
    alarm: Annotated[str, "the inventory at which the test first alarmed"]
    p_value: Annotated[str, "the chance of it without loss"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceView:
    """Periods of one series."""

    label: Annotated[str, "what and where"]
    anchor: Annotated[str | None, "where the page tells the rest, if it has a part of its own"]
    periods: Annotated[str, "which periods"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Untested:
    """One reason for which periods could not be tested."""

    status: Annotated[str, "incomplete or not tested"]
    reason: Annotated[str, "why"]
    rows: Annotated[str, "the rows at fault; empty where none is known"]
    places: Annotated[tuple[PlaceView, ...], "the series and periods that it touches"]
    more: Annotated[str, "how many more series it touches; empty where all are named"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodRow:
    """One balance period; quantities in the unit of the series."""

    inventory: Annotated[str, "the inventory that closes it"]
    end: Annotated[str, "the day of that inventory"]
    begin: Annotated[str, "quantity at the begin"]
    received: Annotated[str, "quantity received"]
    sent: Annotated[str, "quantity sent"]
    end_quantity: Annotated[str, "quantity counted at the end"]
    normal_loss: Annotated[str, "normal loss"]
    difference: Annotated[str, "difference, plus is missing"]
    sigma: Annotated[str, "sigma of the difference"]
    standardised: Annotated[str, "difference over sigma"]
    written_off: Annotated[str, "written off; empty where nothing was"]
    found: Annotated[str, "booked as found; empty where nothing was"]
    status: Annotated[str, "closed, settled, incomplete or not tested"]
    alarm: Annotated[bool, "whether the alarm falls on it"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """One test of a series, calibrated by itself."""

    name: Annotated[str, "its name"]
    meaning: Annotated[str, "what it looks for"]
    statistic: Annotated[str, "the figure that is decided on: the largest, or the last where it is decided at the end"]
    threshold: Annotated[str, "its limit"]
    p_value: Annotated[str, "the chance of it without loss"]
    alarm: Annotated[str, "the inventory at which it first alarmed"]
    in_force: Annotated[bool, "whether it gives the verdict"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRow:
    """One row of the site's files that entered an alarming balance."""

    where: Annotated[str, "table and row, as a spreadsheet shows it"]
    inventory: Annotated[str, "the inventory that closes its period"]
    at: Annotated[str, "when"]
    kind: Annotated[str, "what kind of movement, or a count"]
    material: Annotated[str, "which material"]
    quantity: Annotated[str, "how much, in the unit of the row"]
    route: Annotated[str, "out of which area, into which"]
    method: Annotated[str, "how it was measured"]
    document: Annotated[str, "its document"]
    late: Annotated[bool, "whether it was recorded late"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """All about one series that matters."""

    badge: Annotated[Badge, "its verdict"]
    anchor: Annotated[str, "its place in the page"]
    label: Annotated[str, "what and where"]
    id: Annotated[str, "its keys, as the books and the JSON name it"]
    sentence: Annotated[str, "the verdict in plain words"]
    losses: Annotated[str | None, "the plain sums beside the amounts, and what the amounts are"]
    alarms: Annotated[str | None, "when the alarms were raised"]
    break_even: Annotated[str | None, "by how much all sigma would have to differ for the verdict to turn"]
    planned: Annotated[str | None, "for which year the limits are set"]
    assumed: Annotated[str | None, "what passes for exact because no error of it is stated"]
    doubt: Annotated[str | None, "what of σ rests on errors that were estimated, and that the limits carry it"]
    site: Annotated[str | None, "what a series of the whole site adds up, and which inventories are joined"]
    totals: Annotated[str | None, "all differences together, and write-offs and finds beside them"]
    unseen: Annotated[str, "the smallest losses that would have been found"]
    chart: Annotated[Markup | None, "the drawing, or none"]
    caption: Annotated[str, "how to read the drawing, or why there is none"]
    unit: Annotated[str, "the unit of the quantities"]
    tests: Annotated[tuple[Test, ...], "every test of it"]
    share: Annotated[str | None, "the false-alarm probability that fell to it"]
    direction: Annotated[str, "what the tests look for"]
    untested: Annotated[tuple[Untested, ...], "periods that could not be tested"]
    periods: Annotated[tuple[PeriodRow, ...], "every period"]
    evidence: Annotated[tuple[EvidenceRow, ...], "the first rows behind it"]
    evidence_note: Annotated[str, "how many rows there are and how many are shown; empty where there are none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLine:
    """One substance over the whole site."""

    badge: Annotated[Badge, "its verdict"]
    what: Annotated[str, "the substance"]
    id: Annotated[str, "its keys, as the JSON names it"]
    anchor: Annotated[str | None, "where the page tells the rest, if it has a part of its own"]
    cumulative: Annotated[str, "all differences together, plus is missing"]
    areas: Annotated[str, "the areas that it adds up"]
    inventories: Annotated[str, "which inventories are joined, and how far apart they stand"]
    late: Annotated[str, "from when it is looked at, where areas were counted before; else empty"]
    outside: Annotated[str, "areas outside of it; empty where there are none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesLine:
    """One row of the table of all series."""

    badge: Annotated[Badge, "its verdict"]
    label: Annotated[str, "what and where"]
    id: Annotated[str, "its keys, as the books and the JSON name it"]
    anchor: Annotated[str | None, "where the page tells the rest, if it has a part of its own"]
    closed: Annotated[str, "how many periods are closed"]
    cumulative: Annotated[str, "all differences together, plus is missing"]
    last: Annotated[str, "the day of the last inventory"]
    unseen: Annotated[str, "the smallest loss over a year that would have been found"]
    p_value: Annotated[str, "the chance of the default test's largest figure without loss"]
    turning: Annotated[str, "the factor of all sigma at which the verdict turns"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscrepancyLine:
    """An exact difference."""

    label: Annotated[str, "what and where"]
    inventory: Annotated[str, "the inventory that showed it"]
    span: Annotated[str, "between which days"]
    difference: Annotated[str, "how many, plus is missing"]
    written_off: Annotated[str, "written off in that period"]
    found: Annotated[str, "booked as found in that period"]
    late_rows: Annotated[str, "rows recorded late in that period"]
    incidents: Annotated[str, "incidents on record there and then"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingLine:
    """Recording errors of one area and shift."""

    area: Annotated[str, "the area"]
    shift: Annotated[str, "the shift"]
    records: Annotated[str, "records made"]
    errors: Annotated[str, "of these reversed"]
    expected: Annotated[str, "as many as the rest of the site would have"]
    cusum: Annotated[str, "highest running sum of the excess"]
    highest_on: Annotated[str, "when it stood highest"]
    p_value: Annotated[str, "the chance of it if nothing were different here"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterLine:
    """Late records or reversals that stand close together."""

    area: Annotated[str, "the area"]
    kind: Annotated[str, "late records or reversals"]
    span: Annotated[str, "between which days"]
    observed: Annotated[str, "how many"]
    expected: Annotated[str, "how many would be expected"]
    p_value: Annotated[str, "the chance of it if they fell at random"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOffLine:
    """Write-offs against finds of one holding."""

    label: Annotated[str, "what and where"]
    write_offs: Annotated[str, "write-offs: how many, and how much"]
    finds: Annotated[str, "finds: how many, and how much"]
    p_value: Annotated[str, "the chance of so uneven a split if both were as likely"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """What the exact books show; only a discrepancy alarms."""

    discrepancies: Annotated[tuple[DiscrepancyLine, ...], "exact differences"]
    recording: Annotated[tuple[RecordingLine, ...], "recording errors"]
    clusters: Annotated[tuple[ClusterLine, ...], "clusters in time"]
    write_offs: Annotated[tuple[WriteOffLine, ...], "which way write-offs go"]
    notes: Annotated[tuple[str, ...], "which lists were cut, and how many lines they have"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine:
    """One fault of the books by themselves."""

    kind: Annotated[str, "what is at fault, in a few words"]
    sentence: Annotated[str, "what is odd, in which rows, and the figures"]
    next: Annotated[str, "what to do next"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What the ledger's own arithmetic shows; nothing of it is a verdict."""

    lines: Annotated[tuple[LedgerLine, ...], "the findings"]
    note: Annotated[str, "how many more there are; empty where all are shown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLine:
    """One counted stock."""

    at: Annotated[str, "when it was counted"]
    holding: Annotated[str, "what"]
    stage: Annotated[str, "at which stage"]
    quantity: Annotated[str, "how much"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """Counted stock by stage over time."""

    chart: Annotated[Markup, "the drawing"]
    note: Annotated[str, "what the drawing leaves out; empty where nothing"]
    lines: Annotated[tuple[StockLine, ...], "the values, the latest first"]
    lines_note: Annotated[str, "how many values are not in the table; empty where all are"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnstatedLine:
    """A series that no stated error lets test."""

    label: Annotated[str, "what and where"]
    id: Annotated[str, "its keys, as the JSON names it"]
    error: Annotated[str, "the random error of every weighing that would explain it"]
    decides: Annotated[str, "what that hangs on"]
    period: Annotated[str, "its largest difference of a period, and the place of it"]
    year: Annotated[str, "all of the last year, and the place of it"]
    share: Annotated[str, "the same as a share of what passed through, and the place of it"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAsideGroup:
    """Rows set aside for one reason."""

    reason: Annotated[str, "why"]
    count: Annotated[str, "how many"]
    where: Annotated[str, "file, row, column and value of the first"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodLine:
    """A method with its errors."""

    method: Annotated[str, "key of the method"]
    basis: Annotated[str, "what its errors rest on"]
    random: Annotated[str, "its random error, and the degrees of freedom where it was estimated"]
    systematic: Annotated[str, "its systematic error, likewise"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BasisView:
    """What the review stands on."""

    tables: Annotated[tuple[Pair, ...], "rows read of each table"]
    set_aside: Annotated[tuple[SetAsideGroup, ...], "rows set aside, by reason"]
    set_aside_note: Annotated[str, "how many rows were set aside, and what that does"]
    notices: Annotated[tuple[str, ...], "notices of the reading"]
    files: Annotated[tuple[Pair, ...], "SHA-256 of each file"]
    methods: Annotated[tuple[MethodLine, ...], "the methods, where the books say of any what its errors rest on"]
    methods_note: Annotated[str, "that limits carry the doubt in errors which were estimated; empty where none was"]
    run: Annotated[tuple[Pair, ...], "how the review was made: dates, seed, version, options"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The whole page."""

    site: Annotated[str, "name of the site"]
    guards_alone: Annotated[bool, "whether the site keeps guards and no stock"]
    scope: Annotated[str, "the time that was looked at, the last count, and the date as of which the books were read"]
    generated: Annotated[str, "when, and by which version, the page was made"]
    tone: Annotated[str, "the most urgent verdict; picks the colour of the head"]
    headline: Annotated[str, "the verdict on the site"]
    findings: Annotated[tuple[Finding, ...], "the most urgent findings, a sentence each"]
    findings_note: Annotated[str, "how many more there are, and what no finding means"]
    blindness: Annotated[str, "what the books cannot see, in a sentence; empty where nothing is measured"]
    goals: Annotated[tuple[str, ...], "whether each stated goal is met, and what to do where it is not"]
    days_in_doubt: Annotated[
        tuple[str, ...], "days that have not come, or that contradict others: to be corrected first"
    ]
    nearest: Annotated[str, "which series is nearest to an alarm; empty where none is"]
    fit: Annotated[str, "that the stated errors do not fit the differences; empty where they do"]
    records: Annotated[tuple[str, ...], "what the records of measuring show that must be looked at"]
    settled_lines: Annotated[tuple[str, ...], "what was settled, a sentence each"]
    settled: Annotated[SettledPart | None, "what was settled, in a table; none where nothing was"]
    needed: Annotated[tuple[str, ...], "the errors it would take where none is stated"]
    unstated: Annotated[tuple[UnstatedLine, ...], "every series that no stated error lets test"]
    run_on: Annotated[tuple[str, ...], "periods that an incomplete inventory left open, and a later one closed"]
    assumed: Annotated[tuple[str, ...], "what passes for exact where nothing alarms, as no error of it is stated"]
    figures: Annotated[tuple[KeyFigure, ...], "the row of key figures"]
    guards_head: Annotated[guards_context.Head | None, "the guards in one row; none where the site has no such tables"]
    actions: Annotated[tuple[Action, ...], "every series that needs action"]
    steps: Annotated[tuple[Pair, ...], "what to do next, for each alarming verdict that was given"]
    untested: Annotated[tuple[Untested, ...], "what could not be tested, one entry a reason"]
    untested_note: Annotated[str, "how many reasons are not shown; empty where all are"]
    sections: Annotated[tuple[Section, ...], "the series that matter, each in full"]
    sections_note: Annotated[str, "which series have no part of their own; empty where all have"]
    sites: Annotated[tuple[SiteLine, ...], "every substance over the whole site"]
    series: Annotated[tuple[SeriesLine, ...], "every series, in one table"]
    unseen: Annotated[Unseen | None, "what would go unseen, if anything is measured"]
    guards: Annotated[guards_context.GuardsView | None, "the section on guards; none where the site has no such tables"]
    interruption: Annotated[InterruptionPart | None, "whether a thief is met in time; none for a site without layers"]
    plan: Annotated[PlanPart | None, "the cheapest plan; none for a review that asks for none"]
    ledger: Annotated[Ledger | None, "what the ledger's own arithmetic shows; none where it shows nothing"]
    items: Annotated[Items, "what the exact books show"]
    stock: Annotated[Stock | None, "counted stock over time, if any was counted"]
    measuring: Annotated[Measuring | None, "the records of measuring; none where the site keeps none"]
    basis: Annotated[BasisView, "what the review stands on"]
    statuses: Annotated[tuple[Pair, ...], "what the statuses of periods mean"]
    verdicts: Annotated[tuple[Pair, ...], "what the verdicts mean"]
    terms: Annotated[tuple[Pair, ...], "the words of the page"]
    test_in_force: Annotated[str, "the name of the default test"]
