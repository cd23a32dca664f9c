"""Entries of a ledger as movements and counts: kinds, both sides of a transfer, reversals, and what stays open."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from stockward.book.sources.importers.aliases import folded
from stockward.book.sources.importers.entries import UNREAD, Entry, own_name
from stockward.book.sources.importers.mapping import MappingFile, Path
from stockward.book.sources.importers.meanings import (
    ADJUSTMENT,
    BY_DOCUMENT,
    BY_MATERIAL,
    COUNT,
    INWARD,
    LEAVE_OUT,
    OPENING,
    OPPOSITE,
    OUTWARD,
    REVERSES,
    TRANSIT,
    is_clear,
    meaning_of,
    speaks_of_the_book,
)
from stockward.book.sources.importers.profiles import Profile
from stockward.book.sources.importers.tie_out import solved

_IN_TRANSIT = "in transit"
_BOTH_SIDES, _NOTHING = "both sides in one document", 1e-9
_YES = frozenset({"1", "yes", "true", "x", "ja", "oui", "y", "si", "wahr"})


@dataclass(slots=True)
class Posting:
    """One movement, or one counted row, made of an entry or of both halves of a transfer.

    kind
        A kind of movement; ``count`` for a counted row; what was written behind ``UNREAD`` while it is asked.
    """

    entry: Entry
    kind: str
    quantity: float | None
    from_area: str = ""
    to_area: str = ""
    identity: str = ""
    reverses: str = ""
    other: Entry | None = None
    waits: list[Path] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer, or something is wrong with it."""
        halves = [self.entry, *([self.other] if self.other else [])]
        return bool(self.waits) or any(one.waits or one.faults for one in halves)


@dataclass(slots=True)
class Postings:
    """All that came of one source; ``left_out`` are entries by the rule that left them out, ``notes`` what is told."""

    movements: list[Posting] = field(default_factory=list)
    counts: list[Posting] = field(default_factory=list)
    left_out: dict[str, list[Entry]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def leave_out(self, rule: str, entry: Entry) -> None:
        """Leave an entry out by a rule that is told."""
        self.left_out.setdefault(rule, []).append(entry)


def postings_of(
    entries: Sequence[Entry], source: str, profile: Profile, mapping: MappingFile, made: Postings
) -> Postings:
    """Turn the entries of one ledger that ``happened`` into movements, and the counts that stand among them."""
    taken = _summed(list(entries), profile)
    signed = _is_signed(taken)
    signs = {} if signed else _solved_signs(taken)
    if signed:
        _tell_sides_apart(taken, source, profile, mapping)
    halves: list[Posting] = []
    for entry, identity in zip(taken, identities_of(taken), strict=True):
        posting = _posting(entry, _sign(entry, signed=signed, signs=signs), source, profile, mapping, signed=signed)
        posting.identity = identity
        if posting.kind == LEAVE_OUT:
            made.leave_out("it changes nothing" if posting.quantity == 0 else "its code is left out", entry)
        elif posting.kind == COUNT:
            made.counts.append(posting)
        elif posting.kind in {"transfer", TRANSIT} and not (posting.from_area and posting.to_area):
            halves.append(posting)
        else:
            made.movements.append(posting)
    _pair(halves, made, source, mapping)
    _find_reversed(made, profile)
    made.movements.sort(key=lambda one: one.entry.order)
    return made


def identities_of(entries: Sequence[Entry]) -> list[str]:
    """What names each row again in another file: its own number, or what it says and which of its like it is."""
    named = [own_name(entry) for entry in entries]
    if all(named) and len(set(named)) == len(named):
        return named
    seen: Counter[str] = Counter()
    found = []
    for entry in entries:
        said = repr((entry.source, sorted(entry.texts.items()), entry.area, entry.at, sorted(entry.raw.items())))
        digest = hashlib.sha256(said.encode()).hexdigest()[:12]
        seen[digest] += 1
        found.append(digest if seen[digest] == 1 else f"{digest}-{seen[digest]}")
    return found


def happened(entries: Iterable[Entry], profile: Profile, made: Postings) -> list[Entry]:
    """The rows that happened: no draft, no cancelled row, none without a key."""
    states = {folded(state) for state in profile.rules.get("states", ())}
    taken = []
    for entry in entries:
        cancelled = folded(entry.text("cancelled")) in _YES
        if not entry.text("material") and not entry.at and not entry.heading and "tracked_item" not in entry.texts:
            made.leave_out("it names neither a material nor a day: a subtotal", entry)
        elif cancelled and profile.rules.get("cancelled") != ("reverses",):
            made.leave_out("it is cancelled", entry)
        elif states and "state" in entry.texts and folded(entry.text("state")) not in states:
            made.leave_out(f"its state is {entry.text('state') or 'blank'}", entry)
        else:
            taken.append(entry)
    return taken


def _summed(entries: list[Entry], profile: Profile) -> list[Entry]:
    """Rows of one document that together say one change of the book are one row."""
    kinds = {folded(kind) for kind in profile.rules.get("sums", ())}
    groups = defaultdict(list)
    for entry in entries:
        if folded(entry.text("kind")) in kinds:
            groups[entry.text("document"), entry.text("material"), entry.area, entry.text("batch")].append(entry)
    gone: set[int] = set()
    for group in groups.values():
        first = group[0]
        total = sum(entry.change or 0.0 for entry in group)
        first.numbers["quantity"] = total
        balances = [entry.numbers.get("balance") for entry in group]
        for entry in group:
            entry.numbers["balance"] = None
        first.numbers["balance"] = balances[-1]
        gone |= {id(entry) for entry in group[1:]}
    return [entry for entry in entries if id(entry) not in gone]


def _tell_sides_apart(entries: Sequence[Entry], source: str, profile: Profile, mapping: MappingFile) -> None:
    """Take a code of what comes and of what goes as several: each side, and both sides of one document."""
    signs: dict[str, set[bool]] = defaultdict(set)
    nets: dict[tuple[str, str, str], float] = defaultdict(float)
    for entry in entries:
        if entry.change:
            signs[_code(entry)].add(entry.change > 0)
            nets[_code(entry), entry.text("document"), entry.text("material")] += entry.change
    mixed = {code for code, both in signs.items() if len(both) > 1 and not is_clear(code, mapping, source, profile)}
    for entry in entries:
        code, document = _code(entry), entry.text("document")
        if code in mixed and entry.change:
            is_net = bool(document) and abs(nets[code, document, entry.text("material")]) < _NOTHING
            side = _BOTH_SIDES if is_net else "in" if entry.change > 0 else "out"
            entry.texts["kind"] = f"{code}, {side}" if code else side


def changes_of(entries: Sequence[Entry], made: Postings) -> dict[int, float | None]:
    """By the identity of an entry, the signed change of stock that its posting makes; none while that is asked."""
    if _is_signed(entries):
        return {id(entry): entry.change for entry in entries}
    changes: dict[int, float | None] = {id(entry): None for entry in entries}
    for one in made.movements:
        if one.quantity is None or one.kind.startswith(UNREAD):
            continue
        came = one.kind in INWARD or (one.kind == "transfer" and not one.from_area)
        size = one.quantity if came != bool(one.reverses) else -one.quantity
        changes[id(one.entry)] = size
        if one.other is not None:
            changes[id(one.other)] = -size
    return changes


def _is_signed(entries: Sequence[Entry]) -> bool:
    """Whether quantities bear the sign of their direction: some are negative, or what comes and goes stands apart."""
    apart = any(entry.numbers.keys() & {"in", "out"} for entry in entries[:1])
    return apart or any((entry.change or 0.0) < 0 for entry in entries)


def _code(entry: Entry) -> str:
    """The code of a row, or the reason; a note that speaks of a count, a correction or an opening is one too."""
    note = entry.text("note")
    return entry.text("kind") or entry.text("reason") or (note if note and speaks_of_the_book(note) else "")


def _solved_signs(entries: Sequence[Entry]) -> dict[str, int]:
    """The directions of codes that the balances tell, where every balance follows by one reading alone."""
    found = solved(entries, _code, lambda entry: entry.change)
    return found[0] if found is not None and found[1] == 1.0 and found[2] < 1.0 else {}


def _sign(entry: Entry, *, signed: bool, signs: dict[str, int]) -> int:
    change = entry.change
    if change is None or change == 0:
        return 0
    return (1 if change > 0 else -1) if signed else signs.get(_code(entry), 0)


def _posting(entry: Entry, sign: int, source: str, profile: Profile, mapping: MappingFile, *, signed: bool) -> Posting:
    change = entry.change
    # A line of a card without a change, and with a balance, is a count.
    if change is None and entry.numbers.get("balance") is not None and not entry.faults:
        return _count_line(entry, source, profile, mapping)
    size = None if change is None else abs(change)
    if change is None and (entry.faults or any(entry.raw.get(role) for role in ("quantity", "in", "out"))):
        # What it is hangs on what its number would be.
        return _open(entry, _code(entry), 0, None, ())
    if entry.text("from_area") or entry.text("to_area"):
        return _between(entry, size, source, profile, mapping)
    code = _code(entry) or {1: "in", -1: "out"}.get(sign, "without a code")
    meaning = meaning_of(code, sign, mapping, source, profile, source)
    for by, role in ((BY_MATERIAL, "material"), (BY_DOCUMENT, "document")):
        if meaning == by:
            code = f"{code}, {role} {entry.text(role)}"
            meaning = meaning_of(code, sign, mapping, source, profile, source)
    if meaning is None:
        return _open(entry, code, sign, size, ("source", source, "kinds", code))
    return _of_meaning(entry, meaning, sign, size, source, profile, mapping, signed=signed)


def _of_meaning(
    entry: Entry, meaning: str, sign: int, size: float | None, source: str, profile: Profile, mapping: MappingFile,
    *, signed: bool,
) -> Posting:  # fmt: skip
    """The posting of a settled meaning; a sign against its direction is a reversal."""
    undoes = meaning.startswith(REVERSES)
    if undoes:
        code = meaning.removeprefix(REVERSES).strip()
        found = meaning_of(code, -sign, mapping, source, profile, source)
        if found is None:
            return _open(entry, _code(entry), sign, size, ("source", source, "kinds", code))
        meaning = found
    if meaning in {COUNT, OPENING}:
        after = entry.numbers.get("balance")
        return Posting(entry, COUNT, after if after is not None else size, to_area=entry.area)
    if meaning == LEAVE_OUT or size == 0:
        return Posting(entry, LEAVE_OUT, size)
    if meaning == ADJUSTMENT:
        meaning = "found" if sign > 0 else "write_off"
    if meaning in {"transfer", TRANSIT}:
        return Posting(entry, meaning, size, *(("", entry.area) if sign > 0 else (entry.area, "")))
    against = signed and sign != 0 and (sign > 0) != (meaning in INWARD)
    posting = Posting(entry, meaning, size)
    posting.from_area, posting.to_area = ("", entry.area) if meaning in INWARD else (entry.area, "")
    cancelled = folded(entry.text("cancelled")) in _YES
    if against or undoes or cancelled:
        posting.reverses = UNREAD
    return posting


def _open(entry: Entry, code: str, sign: int, size: float | None, path: Path) -> Posting:
    posting = Posting(entry, f"{UNREAD} {code}", size, waits=[path] if path else [])
    posting.from_area, posting.to_area = (entry.area, "") if sign < 0 else ("", entry.area)
    return posting


def _count_line(entry: Entry, source: str, profile: Profile, mapping: MappingFile) -> Posting:
    code = _code(entry) or "a line with a balance alone"
    meaning = meaning_of(code, 0, mapping, source, profile, source)
    if meaning is None:
        return _open(entry, code, 0, entry.numbers["balance"], ("source", source, "kinds", code))
    if meaning in {COUNT, OPENING}:
        return Posting(entry, COUNT, entry.numbers["balance"], to_area=entry.area)
    return Posting(entry, LEAVE_OUT, None)


_INSIDE, _OUTSIDE, _PRODUCTION, _SCRAP = "a place of the site", "outside", "production", "scrap"
_LOCATION_TYPES = {
    "internal": _INSIDE, "internal location": _INSIDE, "transit": _INSIDE, "transit location": _INSIDE,
    "storage": _INSIDE, "supplier": _OUTSIDE, "vendor": _OUTSIDE, "vendor location": _OUTSIDE, "customer": _OUTSIDE,
    "customer location": _OUTSIDE, "production": _PRODUCTION, "inventory": ADJUSTMENT, "inventory loss": ADJUSTMENT,
    "lost and found": ADJUSTMENT,
}  # fmt: skip
_PLACE_WORDS = (
    ("scrap", _SCRAP), ("production", _PRODUCTION), ("inventory loss", ADJUSTMENT), ("lost and found", ADJUSTMENT),
    ("adjustment", ADJUSTMENT), ("vendor", _OUTSIDE), ("supplier", _OUTSIDE), ("customer", _OUTSIDE),
    ("partner", _OUTSIDE),
)  # fmt: skip
_BETWEEN = {
    (_OUTSIDE, _INSIDE): "receipt", (_INSIDE, _OUTSIDE): "issue", (_INSIDE, _INSIDE): "transfer",
    (_PRODUCTION, _INSIDE): "make", (_INSIDE, _PRODUCTION): "use", (_INSIDE, ADJUSTMENT): "write_off",
    (ADJUSTMENT, _INSIDE): "found", (_INSIDE, _SCRAP): "discard", (_SCRAP, _INSIDE): "found",
}  # fmt: skip


def _between(entry: Entry, size: float | None, source: str, profile: Profile, mapping: MappingFile) -> Posting:
    """A row that names both ends: what happened follows from what they are."""
    ends = entry.text("from_area"), entry.text("to_area")
    types = entry.text("origin_type"), entry.text("target_type")
    code = _code(entry)
    if code:
        meaning = meaning_of(code, 0, mapping, source, profile, source)
        path = ("source", source, "kinds", code)
        if meaning is None:
            return Posting(entry, f"{UNREAD} {code}", size, *ends, waits=[path])
        if meaning in {LEAVE_OUT, COUNT}:
            return Posting(entry, meaning, size, to_area=entry.area)
        if meaning in INWARD or meaning in OUTWARD:
            return Posting(entry, meaning, size, *(("", ends[1]) if meaning in INWARD else (ends[0], "")))
        if meaning == "transfer" and all(ends):
            return Posting(entry, meaning, size, *ends)
    are = [_end(end, kind, mapping) for end, kind in zip(ends, types, strict=True)]
    waits: list[Path] = [("places", end) for end, what in zip(ends, are, strict=True) if what is None]
    if waits:
        return Posting(entry, f"{UNREAD} {ends[0]} > {ends[1]}", size, *ends, waits=waits)
    kind = _BETWEEN.get((are[0] or "", are[1] or ""))
    if kind is None:
        return Posting(entry, LEAVE_OUT, size)
    from_area, to_area = (end if what == _INSIDE else "" for end, what in zip(ends, are, strict=True))
    return Posting(entry, kind, size, from_area, to_area)


def _end(name: str, kind: str, mapping: MappingFile) -> str | None:
    """What one end of a row is; a blank one lies outside."""
    if not name:
        return _OUTSIDE
    known = _LOCATION_TYPES.get(folded(kind))
    if known is not None:
        return mapping.settle("places", name, value=known, because=f"its type is {kind}")
    likely = next((what for word, what in _PLACE_WORDS if word in folded(name)), _INSIDE)
    every = [likely, *(one for one in (_INSIDE, _OUTSIDE, _PRODUCTION, _SCRAP, ADJUSTMENT) if one != likely)]
    return mapping.ask("places", name, asks=f"What is the place {name!r}?", choices=every)


def _pair(halves: Sequence[Posting], made: Postings, source: str, mapping: MappingFile) -> None:
    """Join what left one place and came to another under one document; halves that are left wait, or are in transit."""
    left: dict[tuple[object, ...], list[Posting]] = defaultdict(list)
    came: dict[tuple[object, ...], list[Posting]] = defaultdict(list)
    for half in halves:
        (left if half.from_area else came)[_key_of(half, with_lot=True)].append(half)
    rest_left = _join(left, came, made, with_lot=True)
    rest_came = [half for group in came.values() for half in group]
    left, came = defaultdict(list), defaultdict(list)
    for half in rest_left:
        left[_key_of(half, with_lot=False)].append(half)
    for half in rest_came:
        came[_key_of(half, with_lot=False)].append(half)
    rest = _join(left, came, made, with_lot=False) + [half for group in came.values() for half in group]
    path: Path = ("source", source, "single_transfers")
    asks = "Of some transfers one side is missing: are these on the way between places, or did they come from outside?"
    for half in rest:
        if half.is_open:
            # What it is waits for another answer first.
            made.movements.append(half)
            continue
        answer = _IN_TRANSIT if half.kind == TRANSIT else mapping.ask(*path, asks=asks, choices=[_IN_TRANSIT, _OUTSIDE])
        if answer is None:
            half.waits.append(path)
        elif answer == _IN_TRANSIT:
            half.from_area, half.to_area = half.from_area or _IN_TRANSIT, half.to_area or _IN_TRANSIT
        else:
            half.kind = "issue" if half.from_area else "receipt"
        half.kind = "transfer" if half.kind == TRANSIT else half.kind
        made.movements.append(half)


def _key_of(half: Posting, *, with_lot: bool) -> tuple[object, ...]:
    entry = half.entry
    lot = entry.text("batch") if with_lot else ""
    size = None if half.quantity is None else round(half.quantity, 9)
    # Without a document, both sides stand on one day.
    return entry.text("document") or entry.at[:10], entry.text("material"), lot, size


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
            half.kind, half.to_area, half.other = "transfer", other.to_area, other.entry
            half.waits += other.waits
            made.movements.append(half)
        came[key] = []
    return rest


def _find_reversed(made: Postings, profile: Profile) -> None:
    """Name what each reversal undoes, where one row alone fits whole; else it is a movement the other way round."""
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
        fitting = [
            other
            for other in earlier[_reversal_key(one, within=within)]
            if id(other) not in used and (other.entry.at[:10] <= one.entry.at[:10]) and not other.is_open
        ]
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
