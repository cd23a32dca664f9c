"""What a plan is asked for: losses, areas, boxes, parts of contents, costs; read from words, checked with the site."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from stockward.book import Site
from stockward.book.problems import did_you_mean
from stockward.book.substances import substance_units
from stockward.terms.errors import UsageError
from stockward.terms.units import UNITS, factor

_QUANTITY = re.compile(r"(?P<number>[0-9]+(\.[0-9]+)?)\s*(?P<unit>[a-z]*)")
_NOTHING: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Partial:
    """A loss of part of each item's content: the share taken, and the chance that measuring one item notices it."""

    share: float
    notice: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CountingRequest:
    """What the plan is asked for. Losses and items in place of the site's goals; nothing in them means the goals.

    ``losses`` by substance (in its own unit), ``items`` by material; ``areas`` are those to be counted (none named:
    all); ``boxes`` the items in a box, ``partial`` what measuring must notice, ``costs`` that of counting one unit,
    each by material. ``detection`` in place of the site's.
    """

    losses: Mapping[str, float] = field(default_factory=dict)
    items: Mapping[str, int] = field(default_factory=dict)
    areas: tuple[str, ...] = ()
    boxes: Mapping[str, int] = field(default_factory=dict)
    partial: Mapping[str, Partial] = field(default_factory=dict)
    costs: Mapping[str, float] = field(default_factory=dict)
    detection: float | None = None


def parse_asked(
    site: Site,
    *,
    losses: Sequence[str] = (),
    items: Sequence[str] = (),
    areas: Sequence[str] = (),
    boxes: Sequence[str] = (),
    partial: Sequence[str] = (),
    costs: Sequence[str] = (),
    detection: float | None = None,
) -> CountingRequest:
    """Read ``NAME=VALUE`` words. Raises ``UsageError`` in one line for what the site does not have or cannot mean."""
    units = substance_units(site["materials"], site["contents"])
    kinds = dict(site["materials"].select("material", "kind").rows())
    counted = tuple(material for material, kind in kinds.items() if kind == "item")
    for word in items:
        name = word.rpartition("=")[0].strip()
        if kinds.get(name) == "bulk":
            raise UsageError(f"--items {name!r}: it is bulk, which is weighed and not counted: ask with --loss")
    for area in areas:
        _require_known("--area", area, tuple(site["areas"]["area"]), "area")
    loss_words = _pairs("--loss", losses, tuple(units), "substance", "TNT=25")
    item_words = _pairs("--items", items, counted, "item material", "grenade=60")
    box_words = _pairs("--box", boxes, counted, "item material", "grenade=24")
    partial_words = _pairs("--partial", partial, counted, "item material", "grenade=0.5@0.9")
    cost_words = _pairs("--cost", costs, counted, "item material", "grenade=2.5")
    both = sorted(box_words.keys() & partial_words.keys())
    if both:
        raise UsageError(
            f"--partial {both[0]}: it is counted by the box: measuring is for single items, drop one of them"
        )
    return CountingRequest(
        losses={name: _loss(name, word, units[name]) for name, word in loss_words.items()},
        items={name: _whole("--items", name, word) for name, word in item_words.items()},
        areas=tuple(dict.fromkeys(areas)),
        boxes={name: _whole("--box", name, word) for name, word in box_words.items()},
        partial={name: _partial(name, word) for name, word in partial_words.items()},
        costs={name: _positive("--cost", name, word) for name, word in cost_words.items()},
        detection=detection,
    )


def _pairs(option: str, words: Sequence[str], known: tuple[str, ...], kind: str, example: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for word in words:
        # A name may hold the sign, and no value does.
        name, sign, value = (part.strip() for part in word.rpartition("="))
        if not (name and sign and value):
            raise UsageError(f"{option} {word!r}: write it as {example}")
        _require_known(option, name, known, kind)
        if name in pairs:
            raise UsageError(f"{option} {name}: it is given twice: keep one of them")
        pairs[name] = value
    return pairs


def _require_known(option: str, name: str, known: tuple[str, ...], kind: str) -> None:
    if name not in known:
        guess = did_you_mean(name, known)
        article = "an" if kind[0] in "aeiou" else "a"
        mend = f"did you mean {guess}?" if guess else f"write {article} {kind} of the site's tables"
        raise UsageError(f"{option} {name!r}: the site has no such {kind}: {mend}")


def _loss(name: str, word: str, own: str) -> float:
    """A quantity in the substance's unit, or in another that converts to it."""
    match = _QUANTITY.fullmatch(word)
    unit = match["unit"] or own if match else own
    scale = factor(unit, own) if unit in UNITS else None
    if match is None or scale is None:
        raise UsageError(
            f"--loss {name}={word}: write a number, with a unit that converts to {own} or none, such as 25"
        )
    quantity = float(match["number"]) * scale
    if quantity <= 0:
        raise UsageError(f"--loss {name}={word}: no count can find a loss of nothing: write one above zero")
    return quantity


_MOST_ITEMS = 999_999_999


def _whole(option: str, name: str, word: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", word) or int(word) < 1:
        raise UsageError(f"{option} {name}={word}: write a whole number of items from 1 to {_MOST_ITEMS}")
    return int(word)


def _positive(option: str, name: str, word: str) -> float:
    value = _number(word)
    if value is None or not value > 0:
        raise UsageError(f"{option} {name}={word}: write a number above zero")
    return value


def _partial(name: str, word: str) -> Partial:
    share, _, notice = (_number(part) if part != "@" else 0.0 for part in word.partition("@"))
    if share is None or notice is None or not (0 < share <= 1 and 0 < notice <= 1):
        raise UsageError(
            f"--partial {name}={word}: write the share of the content and the chance that measuring one item "
            "notices it, both above 0 and at most 1, such as 0.5@0.9"
        )
    return Partial(share, notice)


def _number(word: str) -> float | None:
    try:
        value = float(word) if re.fullmatch(r"[0-9]*\.?[0-9]+", word) else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) else None
