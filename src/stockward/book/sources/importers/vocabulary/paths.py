"""Which names of ``import.toml`` hold a table and which a text, and what the text may be where it is one of a few."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from stockward.book.sources.importers.written.days import WAYS
from stockward.book.sources.naming.aliases import LEDGERS, PEOPLE_LISTS, roles_by_alias
from stockward.terms.errors import SiteError

_AT_THE_TOP = (
    "areas", "counts", "differences", "files", "header_rows", "materials", "overlaps", "people", "places", "sheets",
    "site", "source", "units",
)  # fmt: skip
_TABLES = (
    "area", "blank", "calendar", "columns", "columns_answered", "counted_at", "dates", "holds", "kinds", "left",
    "material", "month", "not_read", "states", "year",
)  # fmt: skip
_TEXTS = ("adds", "blank_area", "label", "places", "prefilled", "profile", "table", "times", "unit")
_BOTH = (
    "affiliation", "affiliations", "decimal", "duties", "half_days", "headers", "hours", "negative", "roles", "tie_out",
)  # fmt: skip
_WORDS = {
    "table": ("movements", "counts", "people", "absences", "items", "book", "leave out"), "decimal": (".", ","),
    "times": ("UTC", "of the site"),
}  # fmt: skip
_KINDS_OF_PLACES = ("store", "process", "dock", "gate", "other")
_AS_TYPED, _TURNED_ROUND = "as typed", ", date cells turned round"
_ALIKE = 0.8


def require_known(path: tuple[str, ...], value: object, file: str) -> None:
    """Raise ``SiteError`` for a name, or a text under it, of which an import could make nothing."""
    shown, top = ".".join(path), path[0]
    if len(path) == 1 or path[:1] + path[2:] == ("source",) or (top == "source" and path[2:] in _of_one(_TABLES)):
        raise SiteError(
            file,
            f"{shown} is a text, and names of a table belong there",
            f"write [{shown}], and what it holds below it",
        )
    _require_no_slip(shown, top, _AT_THE_TOP, file)
    if top == "source":
        _require_no_slip(shown, path[2], (*_TABLES, *_TEXTS, *_BOTH), file)
        _require_of_source(path[2:], value, shown, file)
    elif path == ("areas", "kind"):
        _require_one_of((*_KINDS_OF_PLACES[:1], "by place", *_KINDS_OF_PLACES[1:]), value, shown, file)
    elif top == "areas" and path[2:] == ("kind",):
        _require_one_of(_KINDS_OF_PLACES, value, shown, file)


def _require_of_source(path: tuple[str, ...], value: object, shown: str, file: str) -> None:
    name = path[0]
    if path == ("headers",):
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise SiteError(file, f"{shown} is no list of texts", "put it back as it was, or take this line away")
    elif name in _WORDS:
        _require_one_of(_WORDS[name], value, shown, file)
    elif name == "dates":
        ways = (*WAYS, _AS_TYPED)
        _require_one_of((*ways, *(f"{way}{_TURNED_ROUND}" for way in WAYS)), value, shown, file, told=ways)
    elif name == "columns" and len(path) > 1:
        roles = {role for vocabulary in (LEDGERS, PEOPLE_LISTS) for role, _ in roles_by_alias(vocabulary).values()}
        _require_no_slip(shown, path[1], sorted(roles), file)


def _of_one(names: Iterable[str]) -> set[tuple[str, ...]]:
    return {(name,) for name in names}


def _require_one_of(words: Iterable[str], value: object, shown: str, file: str, told: Iterable[str] = ()) -> None:
    if value not in set(words):
        raise SiteError(
            file,
            f"{shown} = {value!r} says nothing",
            "write one of " + ", ".join(f'"{word}"' for word in told or words),
        )


def _require_no_slip(shown: str, name: str, known: Iterable[str], file: str) -> None:
    """Raise for a name that is nearly, and not quite, a known one: what it says would be passed over in silence."""
    near = [] if name in set(known) else get_close_matches(name, list(known), n=1, cutoff=_ALIKE)
    if near:
        raise SiteError(file, f"{shown} is no name that is known", f"did you mean {near[0]}? Write it so")
