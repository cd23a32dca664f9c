"""The strata that a count draws from: what the frozen book holds of each item in each area, and what spoils it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from stockward.answers.counting import CountingStratum, NotPlanned
from stockward.balance.composition import holdings_of
from stockward.book.known import KnownBooks
from stockward.counting.book import Holding, holdings_by_book
from stockward.terms.errors import UsageError

_WHOLE = 1e-6
_NO_BOXES: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class WantedLoss:
    """A loss that matters: of a substance, or of an item material (``of_items``), in its own unit."""

    id: str
    holding: str
    unit: str
    loss: float
    area: str | None
    of_items: bool


def strata_to_draw(
    books: KnownBooks,
    losses: Sequence[WantedLoss],
    *,
    areas: Sequence[str] = (),
    boxes: Mapping[str, int] = _NO_BOXES,
    parts_are_whole: bool = False,
) -> tuple[list[CountingStratum], list[NotPlanned]]:
    """Every area and material that a loss could come from; those that cannot be planned, with the reason.

    ``areas`` are those to be counted (none named: all), ``boxes`` the items in a box, by material. Books that multiply
    what moved hold parts of items, which is no fault of theirs: ``parts_are_whole`` counts each as one. Raises
    ``UsageError`` where two strata would have one name.
    """
    materials = {row["material"]: row for row in books["materials"].rows(named=True)}
    names = dict(books["areas"].select("area", "name").rows())
    concerned = _concerned(books, losses)
    strata, refused = [], []
    for held in _whole(holdings_by_book(books), materials) if parts_are_whole else holdings_by_book(books):
        places = concerned.get(held.material)
        if places is None or not (None in places or held.area in places):
            continue
        if areas and held.area not in areas:
            continue
        reason, set_aside = _unfit(held, materials, names, books)
        if reason:
            refused.append(NotPlanned(what=f"{held.area}/{held.material}", reason=reason, set_aside=set_aside))
        elif held.quantity > 0:
            strata.append(_stratum(held, materials[held.material], names, boxes.get(held.material)))
    _require_names_apart(strata)
    return strata, refused


def _whole(held: Sequence[Holding], materials: Mapping[str, Mapping[str, object]]) -> list[Holding]:
    """Holdings of which a part of an item counts as one."""
    return [
        replace(one, quantity=math.ceil(one.quantity - _WHOLE))
        if one.material in materials and materials[one.material]["kind"] == "item"
        else one
        for one in held
    ]


def _require_names_apart(strata: list[CountingStratum]) -> None:
    """A draw hangs on the name of its stratum, AREA/MATERIAL: two that read alike would be drawn alike."""
    seen: dict[str, CountingStratum] = {}
    for one in strata:
        other = seen.setdefault(one.id, one)
        if other is not one:
            raise UsageError(
                f"area {other.area!r} with material {other.material!r} and area {one.area!r} with material "
                f"{one.material!r} are both called {one.id}: rename one of them in the site's tables"
            )


def _concerned(books: KnownBooks, losses: Sequence[WantedLoss]) -> dict[str, set[str | None]]:
    """Materials that a loss could be taken as, rows of contents at fault included, and from which areas (None: all)."""
    holders: dict[str, set[str]] = {}
    for material, holding in holdings_of(books).select("material", "holding").rows():
        holders.setdefault(holding, set()).add(material)
    for material, substance in books.set_aside["contents"].select("material", "substance").drop_nulls().rows():
        holders.setdefault(substance, set()).add(material)
    concerned: dict[str, set[str | None]] = {}
    for wanted in losses:
        for material in {wanted.holding} if wanted.of_items else holders.get(wanted.holding, set()):
            concerned.setdefault(material, set()).add(wanted.area)
    return concerned


def _unfit(
    held: Holding, materials: Mapping[str, Mapping[str, object]], areas: Mapping[str, str | None], books: KnownBooks
) -> tuple[str, bool]:
    """Why nothing can be drawn from this holding, and whether rows that were set aside are why; empty where it can."""
    if held.doubt is not None:
        return f"row {held.doubt.row} of {held.doubt.table} is set aside and could change the book: mend it", True
    if held.material not in materials or held.area not in areas:
        return "the area or the material is set aside: mend its row", True
    for table, key in (("materials", "material"), ("contents", "material")):
        aside = books.set_aside[table]
        rows = aside.filter(aside[key].is_null() | (aside[key] == held.material))["row"].to_list()
        if rows:
            return f"row {rows[0]} of {table} is set aside and could change what an item holds: mend it", True
    if held.quantity < 0:
        return (
            f"the book holds less than nothing ({held.quantity:g}): a movement or a count is missing, correct it",
            False,
        )
    if materials[held.material]["kind"] == "item" and abs(held.quantity - round(held.quantity)) > _WHOLE:
        return f"the book holds a part of an item ({held.quantity:g}): correct the row that is no whole number", False
    return "", False


def _stratum(
    held: Holding, material: Mapping[str, object], areas: Mapping[str, str | None], box: int | None
) -> CountingStratum:
    bulk = material["kind"] == "bulk"
    book = held.quantity if bulk else float(round(held.quantity))
    per_unit = 1 if bulk or box is None else box
    return CountingStratum(
        id=f"{held.area}/{held.material}",
        kind="bulk" if bulk else "item" if box is None else "box",
        area=held.area,
        area_name=areas[held.area],
        material=held.material,
        material_name=_text(material["name"]),
        unit=str(material["unit"]),
        book=book,
        inventory=held.inventory,
        units=1 if bulk else math.ceil(book / per_unit),
        per_unit=per_unit,
        counted=0,
        measured=0,
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)
