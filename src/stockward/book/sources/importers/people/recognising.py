"""Which tables are lists of people, or of their absences, as their headers say."""

from __future__ import annotations

from collections.abc import Sequence

from stockward.book.sources.naming.aliases import PEOPLE_LISTS, role_of
from stockward.terms.spelling import folded

PEOPLE, ABSENCES = "people", "absences"
PRIVATE = "private"
_OF_PEOPLE = frozenset(
    ("job", "role", "affiliation", "duty", "qualifications", "hours", "since", "until", "training_weeks", "tested_fit",
     "available_from", "not_in_areas")
)  # fmt: skip
_OF_ABSENCES = frozenset(("kind", "half_day", "half_date", "half_part", "days"))
_OF_EITHER = _OF_PEOPLE | _OF_ABSENCES | {"department", PRIVATE}
_OF_STOCK = frozenset(("quantity", "counted", "book", "deltas", "debit", "credit"))
"""What lists of people have no column of."""
_ANY_NAME = frozenset(("name", "nom", "nombre", "who", "guard", "worker"))
"""What a material, a place or a program may be called as well."""


def of_people(headers: Sequence[str]) -> bool | None:
    """Whether a table with these headers is of people; ``None`` where it may be, and must be asked about.

    A person's number, or a name that is called one of a person, and one more column of such lists say so; below a plain
    *Name* two more columns must stand.
    """
    roles = {role_of(header, PEOPLE_LISTS) for header in headers}
    stock = {role_of(header) for header in headers if role_of(header, PEOPLE_LISTS) != "days"}
    if stock & _OF_STOCK or {"in", "out"} <= stock:
        return False
    plain = {folded(header) for header in headers}
    explicit = "member" in roles or any(
        role_of(header, PEOPLE_LISTS) == "person_name" and folded(header) not in _ANY_NAME for header in headers
    )
    told = len(roles & _OF_EITHER) + ({"start", "end"} <= roles) + ({"at", "state"} <= roles)
    if explicit and told:
        return True
    if not plain & _ANY_NAME or not told:
        return False
    return True if told >= _ENOUGH and not {"material", "document"} & (stock - _said_by_names(headers)) else None


_ENOUGH = 2


def _said_by_names(headers: Sequence[str]) -> set[str]:
    """Roles in ledgers of headers that lists of people have too: a code, a type."""
    return {role_of(header) for header in headers if role_of(header, PEOPLE_LISTS)}


def likely_table(headers: Sequence[str]) -> tuple[str, bool]:
    """Whether rows below these headers are people or absences, and whether nothing speaks against it."""
    roles = {role_of(header, PEOPLE_LISTS) for header in headers}
    away = bool(roles & _OF_ABSENCES) or {"at", "state"} <= roles
    people = bool(roles & _OF_PEOPLE)
    if away != people:
        return (ABSENCES if away else PEOPLE), True
    is_span = {"start", "end"} <= roles
    return (ABSENCES if is_span else PEOPLE), not is_span and not away
