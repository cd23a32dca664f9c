"""What the exact books say: discrepancies, recording errors, clusters, and which way write-offs go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


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
