"""The review of a site: every answer of one run, with what it was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import polars as pl

from stockward.answers.balances import Balances
from stockward.answers.detection import SeriesDetection, SiteRemedy, SurgeAnswer, UnheldGoal
from stockward.answers.force import ForceAnswer
from stockward.answers.items import ItemFindings, LedgerFinding
from stockward.answers.losses import Event, Outliers, SeriesVerdict
from stockward.answers.measuring.fit import ErrorsFit
from stockward.answers.measuring.records import MeasuringRecords
from stockward.answers.mix import MixAnswer
from stockward.answers.orders import OrderAnswer
from stockward.answers.plan import PlanAnswer
from stockward.answers.response.interruption import InterruptionAnswer
from stockward.answers.selection import SelectionAnswer
from stockward.answers.settled.spans import SettledLosses
from stockward.answers.unstated import UnstatedSeries


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """One reason for which a row was set aside, as ``check`` prints it."""

    table: str
    file: str
    row: int
    column: str
    value: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitedFor:
    """A row set aside to which others refer: so many ``rows`` are set aside since it is."""

    file: str
    row: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsUsed:
    """What the review stands on: rows by table, late rows, rows set aside, notices, and the files' SHA-256.

    ``ahead`` is the last day of the record of stock where that lies in the future; ``doubted_inventories`` are those
    whose day contradicts the others, as a notice says: inventory and area. ``waited_for`` are the rows set aside for
    which others are, those with the most first.
    """

    rows: Mapping[str, int]
    late_rows: int
    set_aside: tuple[SetAside, ...]
    notices: tuple[str, ...]
    files: Mapping[str, str]
    ahead: date | None = None
    doubted_inventories: tuple[tuple[str, str], ...] = ()
    waited_for: tuple[WaitedFor, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plate:
    """What stands on the plate of a scale or meter, in the unit of its method.

    ``fills`` says that the systematic error follows from it.
    """

    accuracy_class: str | None
    largest_load: float | None
    division: float | None
    verification_interval: float | None
    fills: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodErrors:
    """The errors of a method as the books state them, and what they rest on; a blank is ``None``.

    A method that states none has those that its readings of standards show, where they are enough. ``basis`` is
    "plate" where the systematic error follows from one and nothing else is stated. ``random_df`` and
    ``systematic_df`` are degrees of freedom, ``None`` where the errors are known.
    """

    method: str
    basis: str | None
    unit: str | None
    random_rel: float | None
    random_abs: float | None
    systematic_rel: float | None
    systematic_abs: float | None
    random_df: float | None
    systematic_df: float | None
    plate: Plate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewAnswer:
    """Every answer of one run.

    ``verdicts`` and ``unseen`` have one entry a row of ``balances.series``; ``remedies`` are those of the whole site.
    ``surge`` is ``None`` where none was asked for. ``evidence`` has the rows that entered the balances of the series
    that are alarmed, over their alarming periods: ``series`` (row number), ``inventory``, ``table``, ``row``, ``at``,
    ``kind``, ``material``, ``quantity``, ``unit``, ``from_area``, ``to_area``, ``method``, ``document``, ``late``.
    ``stock`` is the counted stock by stage over time: ``at``, ``stage``, ``holding``, ``quantity``, ``unit``.
    ``events`` are the alarming series, those that alarm for one loss together. ``unheld_goals`` are those of substances
    of which the books hold nothing there. ``outliers`` are the single movements on which alarms of areas hang, and
    ``ledger`` what the books contradict in themselves. ``methods`` are those of the books, in order of their keys.
    ``fit`` says whether the stated errors fit the scatter of the differences; ``None`` where nobody looked.
    ``unstated`` are the series that are not tested because no error of their weighings is stated.
    ``measuring`` is what readings of standards and pairs show; empty where the site keeps none.
    ``settled`` is what is confirmed, or explained with an amount, and so out of the tests.
    ``force`` and ``mix`` are ``None`` and ``orders`` empty where the site has no such tables; ``selection`` is ``None``
    where no order on guards asks for one. ``interruption`` is ``None`` for a site without layers, ``plan``
    where none was asked for.
    """

    version: str
    at: datetime
    seed: int
    options: Mapping[str, str | int | float | bool | None]
    site: str
    timezone: str
    as_of: date | None
    false_alarm: float
    detection: float
    series_tested: int
    default_test: str
    facts: FactsUsed
    balances: Balances
    verdicts: tuple[SeriesVerdict, ...]
    unseen: tuple[SeriesDetection, ...]
    remedies: tuple[SiteRemedy, ...]
    surge: SurgeAnswer | None
    items: ItemFindings
    evidence: pl.DataFrame
    stock: pl.DataFrame
    events: tuple[Event, ...] = ()
    outliers: tuple[Outliers, ...] = ()
    ledger: tuple[LedgerFinding, ...] = ()
    unheld_goals: tuple[UnheldGoal, ...] = ()
    methods: tuple[MethodErrors, ...] = ()
    fit: ErrorsFit | None = None
    unstated: tuple[UnstatedSeries, ...] = ()
    measuring: MeasuringRecords = field(default_factory=MeasuringRecords)
    settled: SettledLosses = field(default_factory=SettledLosses)
    force: ForceAnswer | None = None
    orders: tuple[OrderAnswer, ...] = ()
    mix: MixAnswer | None = None
    selection: SelectionAnswer | None = None
    interruption: InterruptionAnswer | None = None
    plan: PlanAnswer | None = None
