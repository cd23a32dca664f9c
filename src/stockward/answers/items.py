"""What the exact books say: discrepancies, recording errors, clusters, which way write-offs go, and where figures and
numbers of the books contradict each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from stockward.terms.verdicts import LedgerFault


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancy:
    """An exact difference that is not zero; it stands until an entry of the books explains it."""

    id: str
    area: str
    holding: str
    unit: str
    inventory: str
    start: datetime
    end: datetime
    difference: float
    written_off: float
    found: float
    late_rows: int
    incidents: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingErrors:
    """How often records of an area and shift had to be reversed, beside the rest of the site (Poisson CUSUM)."""

    area: str
    shift: str
    records: int
    errors: int
    expected: float
    cusum: float
    highest_on: date | None
    p_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """The days in which late records, or reversals, of an area stand closest together (scan statistic)."""

    area: str
    kind: str
    start: date
    end: date
    observed: int
    expected: float
    p_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOffs:
    """Write-offs against finds of one holding: without loss they should not all go one way (one-sided sign test)."""

    area: str
    holding: str
    unit: str
    write_offs: int
    finds: int
    written_off: float
    found: float
    p_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFindings:
    """All that is shown of the exact books; only a discrepancy alarms."""

    discrepancies: tuple[Discrepancy, ...]
    recording_errors: tuple[RecordingErrors, ...]
    late_clusters: tuple[Cluster, ...]
    write_offs: tuple[WriteOffs, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowOfBooks:
    """A row by its table and number; ``source`` is where an imported row stands in its own file."""

    table: str
    row: int
    source: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerFinding:
    """One fault of the books by themselves, told once a cause: a thing to look up, and never a verdict.

    ``rows`` are those that show it, the first of them first, and ``count`` is how many there are of it (rows, or
    numbers that lack), out of ``of`` that were looked at. ``stated`` is what stands in the books and ``reckoned`` what
    follows from the rows, both in ``unit``; ``amount`` is the first less the second. ``inventory`` is the one that it
    stands near, ``until`` the moment from which it stands no more, null where it stays. ``numbers`` are those of
    documents, single or as ranges; ``sigma`` is that of ``amount``, null where it is exact or nobody knows it. What a
    fault does not have is null.
    """

    fault: LedgerFault
    rows: tuple[RowOfBooks, ...]
    count: int
    of: int
    area: str | None = None
    material: str | None = None
    other_area: str | None = None
    inventory: str | None = None
    unit: str | None = None
    stated: float | None = None
    reckoned: float | None = None
    amount: float | None = None
    sigma: float | None = None
    until: datetime | None = None
    numbers: tuple[str, ...] = ()
