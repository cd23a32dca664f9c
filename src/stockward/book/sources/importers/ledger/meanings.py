"""What a code, or a word, of a ledger says that happened; what could be meant in several ways is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType

from stockward.book.sources.importers.mapping import MappingFile, Path
from stockward.book.sources.importers.profiles import Profile
from stockward.terms.spelling import folded

BALANCE_ALONE = "a line with a balance alone"
"""Stands in place of the code of a line of a card that has neither a code nor a change."""
ADJUSTMENT, COUNT, OPENING, CLOSING, LEAVE_OUT, TRANSIT, REVERSES = (
    "adjustment", "count", "opening", "closing", "leave out", "in transit", "reverses",
)  # fmt: skip
BY_MATERIAL, BY_DOCUMENT = "by material", "by document"
AFTER_OTHERS = ", after other rows"
"""Behind the code of a balance brought forward that does not begin a ledger."""
INWARD, OUTWARD = ("receipt", "make", "found"), ("issue", "use", "discard", "write_off")
OPPOSITE: Mapping[str, str] = MappingProxyType(
    {
        "receipt": "issue", "issue": "receipt", "make": "use", "use": "make", "found": "write_off",
        "write_off": "found", "transfer": "transfer", "discard": "found",
    }
)  # fmt: skip
"""What undoes a movement where it is not known which one it undoes."""
_ALL = (*INWARD, *OUTWARD, "transfer", ADJUSTMENT, COUNT, OPENING, LEAVE_OUT)

_MEANT = frozenset((*_ALL, TRANSIT, BY_MATERIAL, BY_DOCUMENT))

_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "receipt": "receipt; receipts; received; receive; grn; goods receipt; purchase; purchases; delivery in; "
        "stock in; in; +; wareneingang; zugang; eingang; entree; reception; entrada; compra; recepcion; kauf; einkauf; "
        "supplier; from supplier",
        "issue": "issue; issues; issued; sale; sales; dispatch; dispatched; shipment; shipped; "
        "stock out; out; warenausgang; abgang; ausgang; verkauf; sortie; expedition; salida; venta",
        "transfer": "transfer; transfers; transferred; moved; move; stock transfer; umlagerung; transfert; traslado; "
        "umbuchung; transfer in; transfer out; relocation",
        "use": "use; used; consumption; consumed; material consumption; verbrauch; consommation; consumo; "
        "to production",
        "make": "make; made; produced; manufactured; hergestellt; gefertigt; from production",
        "discard": "scrap; scrapped; destroyed; destruction; disposal; disposed; waste; demil; demilitarized; "
        "demilitarised; damaged; damage; expired; verschrottung; ausschuss; rebut; desecho; burned; burnt",
        ADJUSTMENT: "adjustment; adjust; stock adjustment; inventory adjustment; correction; count difference; "
        "shrinkage; variance; inventurdifferenz; differenz; korrektur; ajustement; ajuste; reconciliation",
        COUNT: "count; counted; inventory; stocktake; stock take; stock count; physical count; physical inventory; "
        "inventory 100; inventur; zahlung; inventaire; recuento; stock check",
        OPENING: "opening; opening balance; opening stock; balance forward; balance brought forward; brought forward; "
        "b/f; bf; b f; anfangsbestand; vortrag; stock initial; saldo inicial; initial stock; "
        "report a nouveau; balance b/f; bal b/f; balance b f; b/d; balance b/d; bal b/d",
        CLOSING: "closing; closing balance; closing stock; carried forward; carried over; carried down; balance c/f; "
        "c/f; bal c/f; c/d; balance c/d; bal c/d; page total; total c/f; endbestand; ubertrag; uebertrag; a reporter; "
        "saldo final; suma y sigue",
    }
)
_DISCARDS_OR_CLAIMS = frozenset(map(folded, ("damage", "damaged", "expired", "scrap", "scrapped", "waste", "lost")))
"""Words that are said of goods that went, and of a book that was brought into line."""


@dataclass(frozen=True, slots=True)
class Meanings:
    """What the codes of one source mean: by its profile, by the words themselves, and by what a person has answered."""

    source: str
    profile: Profile
    mapping: MappingFile

    def path(self, code: str) -> Path:
        """The question about a code."""
        return "source", self.source, "kinds", code

    def of(self, code: str, sign: int) -> str | None:
        """A kind of movement, or another word of this module; ``None`` while it is asked.

        ``sign`` is that of the quantity of the first row that bears the code, 0 where quantities bear none.
        """
        path = self.path(code)
        settled = self.mapping.settled.get(path)
        if settled is not None and (settled in _MEANT or self._undoes_another(code, settled)):
            return settled
        if settled is not None:
            self.mapping.take_back(path, "is nothing that a code can stand for")
            asks = f"What does {code!r} in {self.source} stand for?"
            known = self.profile.kinds.get(folded(code))
            return self.mapping.ask(*path, asks=asks, choices=_choices(known, words().get(folded(code)), code, sign))
        known = self.profile.kinds.get(folded(code))
        if known is not None and "?" not in known:
            value = LEAVE_OUT if known == "drop" else known
            return self.mapping.settle(*path, value=value, because=self.profile.title)
        word = words().get(folded(code))
        is_plain = word is not None and word not in {OPENING, CLOSING, COUNT} and not (word == ADJUSTMENT and sign == 0)
        if known is None and is_plain and folded(code) not in _DISCARDS_OR_CLAIMS:
            return self.mapping.settle(*path, value=str(word), because="so the word says")
        asks = f"What does {code!r} in {self.source} stand for?"
        return self.mapping.ask(*path, asks=asks, choices=_choices(known, word, code, sign))

    def _undoes_another(self, code: str, settled: str) -> bool:
        """Whether a code is said to undo another one, which is no code that undoes a third."""
        undone = settled.removeprefix(REVERSES).strip()
        other = self.mapping.settled.get(self.path(undone)) or ""
        return settled.startswith(REVERSES) and undone not in {"", code} and not other.startswith(REVERSES)

    def settled(self, code: str) -> str:
        """What a code is known for without a question; empty where it is not."""
        known = self.profile.kinds.get(folded(code)) or words().get(folded(code)) or ""
        return self.mapping.settled.get(self.path(code)) or ("" if "?" in known else known)

    def is_clear(self, code: str) -> bool:
        """Whether a code has one meaning without being asked for."""
        known = self.profile.kinds.get(folded(code)) or words().get(folded(code)) or ""
        return self.path(code) in self.mapping.settled or bool(known and "?" not in known)


@cache
def words() -> Mapping[str, str]:
    """What each folded word says that happened."""
    return {folded(one): kind for kind, listed in _WORDS.items() for one in listed.split(";")}


@lru_cache(50_000)
def speaks_of_the_book(text: str) -> bool:
    """Whether a note speaks of a count, a correction or a balance carried on, and not of goods that moved."""
    return not {ADJUSTMENT, COUNT, OPENING, CLOSING, "discard"}.isdisjoint(_contained(text))


@lru_cache(50_000)
def is_brought_forward(code: str) -> bool:
    """Whether a code, or a note, speaks of what was there before."""
    return OPENING in _contained(code)


def carries_a_balance(name: str) -> bool:
    """Whether what stands in place of a name says that a balance is carried on: it names no thing."""
    return words().get(folded(name)) in {OPENING, CLOSING}


def _choices(known: str | None, word: str | None, code: str, sign: int) -> Sequence[str]:
    if code == BALANCE_ALONE:
        # Of what moved nothing is said, so that it can be no movement.
        return [COUNT, LEAVE_OUT]
    if known is not None:
        first, _, others = known.partition("?")
        named = [LEAVE_OUT if one == "drop" else one for one in (first, *others.split())]
    else:
        named = [word] if word else _contained(code)
    if code.endswith("both sides in one document"):
        named = ["transfer", *named]
    if sign == 0 and ADJUSTMENT in named:
        named = [*(one for one in named if one != ADJUSTMENT), "write_off", "found"]
    if OPENING in named:
        # What was there before all other rows was counted once; a later one repeats what these came to.
        named = [LEAVE_OUT, COUNT, "found"] if code.endswith(AFTER_OTHERS) else [COUNT, "found", LEAVE_OUT]
    if CLOSING in named:
        named = [LEAVE_OUT, COUNT]
    likely = INWARD if sign > 0 else OUTWARD if sign < 0 else ()
    ranked = (
        [*named, BY_MATERIAL, BY_DOCUMENT, *likely, *_ALL]
        if known
        else [*named, *likely, *_ALL, BY_MATERIAL, BY_DOCUMENT]
    )
    return [one for one in dict.fromkeys(ranked) if one not in {OPENING, CLOSING}]


def _contained(code: str) -> list[str]:
    """Kinds of which a word stands in a longer text, in the order in which they stand there."""
    padded = f" {folded(code)} "
    found = sorted((padded.find(f" {word} "), kind) for word, kind in words().items() if f" {word} " in padded)
    return list(dict.fromkeys(kind for _, kind in found))
