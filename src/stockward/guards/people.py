"""Guards by day: how many count towards a measure, which rows they are, and which rows at fault put it in doubt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from stockward.book.known import KnownBooks
from stockward.guards.need.faults import set_aside_words
from stockward.guards.roll import GUARDS, PATROL, PATROLLING, first_day, roll

ONE_GUARD = {GUARDS: "guard", PATROLLING: "guard on patrol"}
MANY_GUARDS = {GUARDS: "guards", PATROLLING: "guards on patrol"}
_BEGIN = ("since", "available_from", "training_weeks")


@dataclass(frozen=True, slots=True)
class Guard:
    """One row of the roll: from when to when it counts (``None``: from the beginning, to the end)."""

    row: int
    affiliation: str
    duty: str | None
    counts_from: date | None
    counts_to: date | None

    def counts(self, measure: str, day: date) -> bool:
        """Whether it counts towards a measure on a day."""
        return (
            (measure != PATROLLING or self.duty == PATROL)
            and (self.counts_from is None or self.counts_from <= day)
            and (self.counts_to is None or self.counts_to >= day)
        )


@dataclass(frozen=True, slots=True)
class Guards:
    """The roll of a site, and the rows of ``people`` that were set aside and could be guards.

    In ``aside`` a blank or unreadable cell counts as whatever would make it a guard.
    """

    roll: tuple[Guard, ...]
    aside: tuple[Guard, ...]

    @classmethod
    def of(cls, books: KnownBooks) -> Guards:
        """Read them from the books."""
        columns = ("row", "affiliation", "duty", "counts_from", "counts_to")
        return cls(tuple(Guard(*row) for row in roll(books).select(columns).rows()), tuple(_aside(books)))

    def counting(self, measure: str, day: date) -> list[Guard]:
        """Those who count towards a measure on a day."""
        return [guard for guard in self.roll if guard.counts(measure, day)]

    def number(self, measure: str, day: date) -> int:
        """How many they are."""
        return len(self.counting(measure, day))

    def by_affiliation(self, measure: str, day: date) -> Counter[str]:
        """How many of each affiliation."""
        return Counter(guard.affiliation for guard in self.counting(measure, day))

    def changes_after(self, measure: str, day: date) -> list[date]:
        """The days after ``day`` on which somebody begins to count, in order."""
        begins = {guard.counts_from for guard in self.roll if measure != PATROLLING or guard.duty == PATROL}
        return sorted(begin for begin in begins if begin is not None and begin > day)

    @property
    def first(self) -> date | None:
        """The first day on record of any guard."""
        return min((guard.counts_from for guard in self.roll if guard.counts_from is not None), default=None)

    def undated(self, measure: str, day: date) -> int:
        """How many of those who count on a day have no first day on record."""
        return sum(guard.counts_from is None for guard in self.counting(measure, day))

    def without_duty(self, day: date) -> int:
        """How many guards of a day have no duty on record."""
        return sum(guard.duty is None for guard in self.counting(GUARDS, day))

    def doubt(self, measure: str, day: date) -> str | None:
        """The rows that were set aside and could count on a day, in words; ``None`` where there are none."""
        rows = [guard.row for guard in self.aside if guard.counts(measure, day)]
        what = ONE_GUARD[measure] if len(rows) == 1 else MANY_GUARDS[measure]
        return set_aside_words("people", rows, f"be {'a ' if len(rows) == 1 else ''}{what}")


def _aside(books: KnownBooks) -> Iterator[Guard]:
    frame = books.set_aside["people"].with_columns(begins=first_day())
    for row in frame.iter_rows(named=True):
        lost = set(row["unreadable"])
        if "role" not in lost and row["role"] != "guard":
            continue
        yield Guard(
            row=row["row"],
            affiliation=row["affiliation"] or "",
            duty=PATROL if "duty" in lost else row["duty"],
            counts_from=None if lost.intersection(_BEGIN) else row["begins"],
            counts_to=None if "until" in lost else row["until"],
        )
