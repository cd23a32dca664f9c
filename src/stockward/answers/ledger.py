"""What the arithmetic of the ledger itself shows: figures and numbers of the books that contradict each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from stockward.terms.verdicts import LedgerFault


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
