"""Both sides of a transfer, and reversals with what they undo: joined where one row alone fits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import islice

from stockward.book.sources.importers.entries import UNREAD, SourceEntry
from stockward.book.sources.importers.ledger.ends import OUTSIDE
from stockward.book.sources.importers.ledger.meanings import OPPOSITE, TRANSIT
from stockward.book.sources.importers.ledger.posting import Posting, Postings
from stockward.book.sources.importers.mapping import MappingFile, Path
from stockward.book.sources.importers.profiles import Profile
from stockward.book.sources.importers.written.names import material_meant

_IN_TRANSIT = "in transit"
_SENT, _RECEIVED, _NO_PAIR = "what was sent", "what was received", "they are no pair"


def pair_transfers(halves: Sequence[Posting], made: Postings, source: str, mapping: MappingFile) -> None:
    """Join what left one place and came to another under one document; halves that are left wait, or are in transit."""
    left: dict[tuple[object, ...], list[Posting]] = defaultdict(list)
    came: dict[tuple[object, ...], list[Posting]] = defaultdict(list)
    for half in halves:
        (left if half.from_area else came)[_key_of(half, mapping, with_lot=True)].append(half)
    rest_left = _join(left, came, made, with_lot=True)
    rest_came = [half for group in came.values() for half in group]
    left, came = defaultdict(list), defaultdict(list)
    for half in rest_left:
        left[_key_of(half, mapping, with_lot=False)].append(half)
    for half in rest_came:
        came[_key_of(half, mapping, with_lot=False)].append(half)
    rest_left = _join(left, came, made, with_lot=False)
    rest_came = [half for group in came.values() for half in group]
    rest = _join_unlike(rest_left, rest_came, made, source, mapping)
    path: Path = ("source", source, "single_transfers")
    asks = "Of some transfers one side is missing: are these on the way between places, or did they come from outside?"
    for half in rest:
        if half.is_open:
            # What it is waits for another answer first.
            made.movements.append(half)
            continue
        answer = _IN_TRANSIT if half.kind == TRANSIT else mapping.ask(*path, asks=asks, choices=[_IN_TRANSIT, OUTSIDE])
        if answer is None:
            half.waits.append(path)
        elif answer == _IN_TRANSIT:
            half.from_area, half.to_area = half.from_area or _IN_TRANSIT, half.to_area or _IN_TRANSIT
        else:
            half.kind = "issue" if half.from_area else "receipt"
        half.kind = "transfer" if half.kind == TRANSIT else half.kind
        made.movements.append(half)


def _key_of(half: Posting, mapping: MappingFile, *, with_lot: bool) -> tuple[object, ...]:
    entry = half.entry
    lot = entry.text("batch") if with_lot else ""
    size = None if half.quantity is None else round(half.quantity, 9)
    # Without a document, both sides stand on one day.
    return entry.text("document") or entry.at[:10], material_meant(entry.text("material"), mapping), lot, size


def _join(
    left: dict[tuple[object, ...], list[Posting]], came: dict[tuple[object, ...], list[Posting]], made: Postings,
    *, with_lot: bool,
) -> list[Posting]:  # fmt: skip
    """Join halves in order; returns those that left and have none that came. Several places that fit are not joined."""
    rest = []
    for key, group in left.items():
        others = came.get(key, [])
        places = {half.from_area for half in group}, {half.to_area for half in others}
        if len(group) != len(others) or max(map(len, places)) > 1:
            rest.extend(group)
            continue
        for half, other in zip(group, others, strict=True):
            if _on_different_days(half.entry, other.entry):
                # What comes on another day is on the way until then.
                half.kind = other.kind = "transfer"
                half.to_area = other.from_area = _IN_TRANSIT
                made.movements += [half, other]
                continue
            _make_one(half, other, made)
        came[key] = []
    return rest


def _on_different_days(one: SourceEntry, other: SourceEntry) -> bool:
    days = one.at[:10], other.at[:10]
    return days[0] != days[1] and all(day and not day.startswith(UNREAD) for day in days)


def _make_one(half: Posting, other: Posting, made: Postings) -> None:
    half.kind, half.to_area, half.other, half.other_quantity = "transfer", other.to_area, other.entry, other.quantity
    half.waits += [*other.waits, *other.entry.waits]
    made.movements.append(half)


def _join_unlike(
    left: Sequence[Posting], came: Sequence[Posting], made: Postings, source: str, mapping: MappingFile
) -> list[Posting]:
    """Join the one half that left and the one that came under one document, on one day, that say other quantities.

    Which of the two stands is asked; returns the halves that are no such pair.
    """
    pairs = [(half, other) for half, other in _pairs_of(left, came, mapping) if not (half.is_open or other.is_open)]
    if not pairs:
        return [*left, *came]
    first, second = pairs[0]
    path: Path = ("source", source, "sides_differ")
    asks = (
        f"Of {len(pairs)} transfers in {source} the two sides say different quantities, the first in "
        f"{first.entry.place} ({first.quantity:g} sent) and {second.entry.place} ({second.quantity:g} received): which "
        "side stands in the books?"
    )
    answer = mapping.ask(*path, asks=asks, choices=[_SENT, _RECEIVED, _NO_PAIR])
    if answer == _NO_PAIR:
        return [*left, *came]
    for half, other in pairs:
        _make_one(half, other, made)
        if answer is None:
            half.waits.append(path)
        elif answer == _RECEIVED:
            half.quantity, half.other_quantity = other.quantity, half.quantity
    joined = {id(one) for pair in pairs for one in pair}
    return [half for half in (*left, *came) if id(half) not in joined]


def _pairs_of(left: Sequence[Posting], came: Sequence[Posting], mapping: MappingFile) -> list[tuple[Posting, Posting]]:
    """What alone left and alone came under one document, of one material, on one day."""
    groups: dict[tuple[str, str, str], tuple[list[Posting], list[Posting]]] = defaultdict(lambda: ([], []))
    for place, halves in enumerate((left, came)):
        for half in halves:
            entry = half.entry
            if entry.text("document") and half.quantity is not None:
                material = material_meant(entry.text("material"), mapping)
                groups[entry.text("document"), material, entry.at[:10]][place].append(half)
    return [(sent[0], received[0]) for sent, received in groups.values() if len(sent) == len(received) == 1]


def name_reversed(made: Postings, profile: Profile) -> None:
    """Name what each reversal undoes, where one row alone fits whole; else it is a movement the other way round."""
    if all(one.reverses != UNREAD for one in made.movements):
        return
    earlier: dict[tuple[object, ...], list[Posting]] = defaultdict(list)
    within = profile.rules.get("cancelled") == ("reverses",)
    unlinked = linked = 0
    for one in sorted(made.movements, key=lambda one: (one.entry.at, one.entry.order)):
        if one.reverses != UNREAD:
            earlier[_reversal_key(one, within=within)].append(one)
    used: set[int] = set()
    for one in made.movements:
        if one.reverses != UNREAD:
            continue
        candidates = (
            other
            for other in earlier[_reversal_key(one, within=within)]
            if id(other) not in used and (other.entry.at[:10] <= one.entry.at[:10]) and not other.is_open
        )
        fitting = list(islice(candidates, 2))
        if len(fitting) == 1 and not one.is_open:
            one.reverses = fitting[0].identity
            used.add(id(fitting[0]))
            linked += 1
        else:
            one.reverses = ""
            unlinked += not one.is_open
            if not one.is_open:
                one.kind = OPPOSITE[one.kind]
                one.from_area, one.to_area = one.to_area, one.from_area
    if linked or unlinked:
        made.notes.append(
            f"{linked} reversals name the row that they undo; {unlinked} could undo several rows or none, and are "
            "movements the other way round"
        )


def _reversal_key(one: Posting, *, within: bool) -> tuple[object, ...]:
    size = None if one.quantity is None else round(one.quantity, 9)
    document = one.entry.text("document") if within else ""
    return one.kind, one.entry.text("material"), one.entry.text("batch"), one.from_area, one.to_area, size, document
