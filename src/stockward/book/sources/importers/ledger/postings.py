"""Entries of a ledger as movements and counts: kinds, both sides of a transfer, reversals, and what stays open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from stockward.book.sources.importers.columns import SIGNED
from stockward.book.sources.importers.entries import UNREAD, SourceEntry
from stockward.book.sources.importers.identities import identities_of
from stockward.book.sources.importers.ledger.ends import posting_between
from stockward.book.sources.importers.ledger.happening import IS_SO
from stockward.book.sources.importers.ledger.meanings import (
    ADJUSTMENT,
    BALANCE_ALONE,
    BY_DOCUMENT,
    BY_MATERIAL,
    COUNT,
    INWARD,
    LEAVE_OUT,
    OPENING,
    OUTWARD,
    REVERSES,
    TRANSIT,
    Meanings,
)
from stockward.book.sources.importers.ledger.openings import tell_openings_apart
from stockward.book.sources.importers.ledger.pairing import name_reversed, pair_transfers
from stockward.book.sources.importers.ledger.posting import Posting, Postings, all_said, code_of
from stockward.book.sources.importers.ledger.sides import both_sides, side_of, tell_sides_apart
from stockward.book.sources.importers.ledger.tie_out import solved
from stockward.book.sources.importers.mapping import Path
from stockward.book.sources.importers.profiles import Profile
from stockward.terms.spelling import folded

_GOES_OUT, _UNDOES = "they go out", "they undo another row"


def postings_of(entries: Sequence[SourceEntry], meanings: Meanings, made: Postings) -> Postings:
    """Turn the entries of one ledger that ``happened`` into movements, and the counts that stand among them."""
    rows = _summed(list(entries), meanings.profile)
    tell_openings_apart(rows, meanings)
    taken = [part for entry in rows for part in both_sides(entry)]
    known = _is_signed(taken, meanings)
    if known is None:
        for entry in taken:
            entry.waits.append(("source", meanings.source, "negative"))
    signed = bool(known)
    signs = {} if signed else _solved_signs(taken)
    if signed and not any({"from_area", "to_area"} & entry.columns for entry in taken[:1]):
        tell_sides_apart(taken, meanings)
    halves: list[Posting] = []
    named = {entry.order: name for entry, name in zip(rows, identities_of(rows, all_said), strict=True)}
    for entry in taken:
        posting = _posting(entry, _sign(entry, signed=signed, signs=signs), meanings, signed=signed)
        posting.identity = "-".join(filter(None, (named[entry.order], entry.side)))
        if posting.kind == LEAVE_OUT:
            made.leave_out("it changes nothing" if posting.quantity == 0 else "its code is left out", entry)
        elif posting.kind == COUNT:
            made.counts.append(posting)
        elif posting.kind in {"transfer", TRANSIT} and not (posting.from_area and posting.to_area):
            halves.append(posting)
        else:
            made.movements.append(posting)
    pair_transfers(halves, made, meanings.source, meanings.mapping)
    name_reversed(made, meanings.profile)
    made.movements.sort(key=lambda one: one.entry.order)
    return made


def _summed(entries: list[SourceEntry], profile: Profile) -> list[SourceEntry]:
    """Rows of one document that together say one change of the book are one row."""
    kinds = {folded(kind) for kind in profile.rules.get("sums", ())}
    if not kinds:
        return entries
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


def changes_of(entries: Sequence[SourceEntry], made: Postings, meanings: Meanings) -> dict[int, float | None]:
    """By the identity of an entry, the signed change of stock that its posting makes; none while that is asked."""
    if _is_signed(entries, meanings):
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


def _is_signed(entries: Sequence[SourceEntry], meanings: Meanings) -> bool | None:
    """Whether quantities bear the sign of their direction; ``None`` while it is asked.

    They do where what comes and goes stands apart, or where no code tells the direction. Where codes tell it and some
    quantities are negative, a negative one goes out, or it undoes a row: the codes that are known say which, if all do.
    """
    if any({"in", "out"} & entry.columns for entry in entries[:1]):
        return True
    codes: dict[str, list[float]] = defaultdict(list)
    for entry in entries:
        if change := entry.change:
            codes[code_of(entry)].append(change)
    if not any(change < 0 for changes in codes.values() for change in changes):
        return False
    header = meanings.mapping.get("source", meanings.source, "columns", "quantity") or ""
    if any(sign in header.replace(" ", "") for sign in SIGNED):
        return True
    if meanings.profile.name or not any(code_of(entry) for entry in entries):
        return True
    meant = {code: meanings.settled(code) for code in codes}
    outward = [change < 0 for code, changes in codes.items() if meant[code] in OUTWARD for change in changes]
    inward = [change < 0 for code, changes in codes.items() if meant[code] in INWARD for change in changes]
    if outward and all(outward) and not any(inward):
        return True
    path = ("source", meanings.source, "negative")
    asks = f"In {meanings.source} some quantities are negative: does that say that they go out, or undo another row?"
    likely = [_GOES_OUT, _UNDOES] if sum(outward) > len(outward) / 2 else [_UNDOES, _GOES_OUT]
    answer = meanings.mapping.ask(*path, asks=asks, choices=likely)
    return None if answer is None else answer == _GOES_OUT


def _solved_signs(entries: Sequence[SourceEntry]) -> dict[str, int]:
    """The directions of codes that the balances tell, where every balance follows by one reading alone."""
    found = solved(entries, code_of, lambda entry: entry.change)
    return found[0] if found is not None and found[1] == 1.0 and found[2] < 1.0 else {}


def _sign(entry: SourceEntry, *, signed: bool, signs: dict[str, int]) -> int:
    change = entry.change
    if change is None or change == 0:
        return 0
    return (1 if change > 0 else -1) if signed else signs.get(code_of(entry), 0)


def _posting(entry: SourceEntry, sign: int, meanings: Meanings, *, signed: bool) -> Posting:
    change = entry.change
    # A line of a card without a change, and with a balance, is a count.
    if change is None and entry.numbers.get("balance") is not None and not entry.faults:
        return _count_line(entry, meanings)
    size = None if change is None else abs(change)
    if change is None and (entry.faults or any(entry.raw.get(role) for role in ("quantity", "in", "out"))):
        # What it is hangs on what its number would be.
        return _open(entry, code_of(entry), 0, None, ())
    if entry.text("from_area") or entry.text("to_area"):
        return posting_between(entry, size, meanings)
    code = code_of(entry) or {1: "in", -1: "out"}.get(sign, "rows without a code")
    meaning = meanings.of(code, sign)
    for by, role in ((BY_MATERIAL, "material"), (BY_DOCUMENT, "document")):
        if meaning == by:
            code = f"{code}, {role} {entry.text(role)}"
            meaning = meanings.of(code, sign)
    if meaning is None:
        return _open(entry, code, sign, size, meanings.path(code))
    return _of_meaning(entry, meaning, sign, size, meanings, signed=signed)


def _of_meaning(
    entry: SourceEntry, meaning: str, sign: int, size: float | None, meanings: Meanings, *, signed: bool
) -> Posting:
    """The posting of a settled meaning; a sign against its direction is a reversal."""
    undoes = meaning.startswith(REVERSES)
    if undoes:
        code = meaning.removeprefix(REVERSES).strip()
        found = meanings.of(code, -sign)
        if found is None:
            return _open(entry, code_of(entry), sign, size, meanings.path(code))
        meaning = found
    if meaning in {COUNT, OPENING}:
        after = entry.numbers.get("balance")
        return Posting(entry, COUNT, after if after is not None else size, to_area=entry.area)
    if meaning == LEAVE_OUT or size == 0:
        return Posting(entry, LEAVE_OUT, size)
    if meaning == ADJUSTMENT:
        meaning = "found" if sign > 0 else "write_off"
    if meaning in {"transfer", TRANSIT} and not signed:
        sign = side_of(code_of(entry), meanings)
        if sign == 0:
            return _open(entry, code_of(entry), 0, size, ("source", meanings.source, "sides", code_of(entry)))
        sign = -sign if (entry.change or 0.0) < 0 else sign
    if meaning in {"transfer", TRANSIT}:
        return Posting(entry, meaning, size, *(("", entry.area) if sign > 0 else (entry.area, "")))
    against = sign != 0 and (sign > 0) != (meaning in INWARD) if signed else (entry.change or 0.0) < 0
    posting = Posting(entry, meaning, size)
    posting.from_area, posting.to_area = ("", entry.area) if meaning in INWARD else (entry.area, "")
    cancelled = folded(entry.text("cancelled")) in IS_SO
    if against or undoes or cancelled:
        posting.reverses = UNREAD
    return posting


def _open(entry: SourceEntry, code: str, sign: int, size: float | None, path: Path) -> Posting:
    posting = Posting(entry, f"{UNREAD} {code}", size, waits=[path] if path else [])
    posting.from_area, posting.to_area = (entry.area, "") if sign < 0 else ("", entry.area)
    return posting


def _count_line(entry: SourceEntry, meanings: Meanings) -> Posting:
    code = code_of(entry) or BALANCE_ALONE
    meaning = meanings.of(code, 0)
    if meaning is None:
        return _open(entry, code, 0, entry.numbers["balance"], meanings.path(code))
    if meaning in {COUNT, OPENING}:
        return Posting(entry, COUNT, entry.numbers["balance"], to_area=entry.area)
    if meaning != LEAVE_OUT:
        # What moved is not said.
        entry.faults.append("no quantity")
        return _open(entry, code, 0, None, ())
    return Posting(entry, LEAVE_OUT, None)
