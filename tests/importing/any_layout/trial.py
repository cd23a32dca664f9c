"""One layout, imported without and with the answers of its keeper, and held against the truth."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.importing.any_layout.layout import OUTSIDE, Counted, Moved, Written, write
from tests.importing.any_layout.truth import AREAS, NAMES, UNITS
from tests.importing.any_layout.wording import DATES, spelt
from tests.importing.rows import table

from stockward.book.sources.importers.mapping import Question
from stockward.questions.importing import Imported, Request, import_files

_MOST_ROUNDS = 12
_WHOLE = {"table", "columns_answered", "sheets", "files"}
"""Questions on which whole tables hang."""
_HEADING = "the line above each part"


@dataclass
class Outcome:
    """What came of one layout: rows that are wrong in silence, rows that are lost, and how many were taken."""

    written: Written
    faults: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    rows: int = 0
    taken: int = 0


def try_one(seed: int, folder: Path | None = None) -> Outcome:
    """Import the layout of a seed twice."""
    with tempfile.TemporaryDirectory() as scratch:
        place = folder or Path(scratch)
        place.mkdir(parents=True, exist_ok=True)
        written = write(seed, place)
        outcome = Outcome(written, rows=written.movements.total() + written.counts.total())
        request = Request(written.files, place / "site", timezone="UTC")
        _hold(outcome, import_files(request), "without answers")
        found = answered(request, written)
        outcome.asked = [f"{one.key}: {one.asks} {list(one.choices[:5])} ({one.rows} rows)" for one in found.questions]
        outcome.taken = _hold(outcome, found, "with answers")
    return outcome


def answered(request: Request, written: Written) -> Imported:
    """The import with all that its keeper answers."""
    found = import_files(request)
    for _ in range(_MOST_ROUNDS):
        said = [(one.about, how) for one in found.questions if (how := keeper(one, written)) is not None]
        if not said:
            break
        request.answers.update(said)
        found = import_files(request)
    return found


def _hold(outcome: Outcome, found: Imported, when: str) -> int:
    """Tell rows that were taken and did not happen, and rows that happened and stand nowhere; returns those taken."""
    movements: Counter[Moved] = Counter()
    counts: Counter[Counted] = Counter()
    waiting = 0
    for row in table(found, "movements"):
        if _waits(row):
            waiting += 1
            continue
        movements[
            row["at"][:10],
            row["kind"],
            plain_name(row["material"]),
            float(row["quantity"]),
            row["from_area"],
            row["to_area"],
        ] += 1
    for row in table(found, "counts"):
        if _waits(row):
            waiting += 1
            continue
        counts[row["at"][:10], row["area"], plain_name(row["material"]), float(row["quantity"])] += 1
    for name, taken, true in (
        ("movement", movements, outcome.written.movements), ("count", counts, outcome.written.counts),
    ):  # fmt: skip
        outcome.faults += [f"{when}: no such {name}: {one} x{many}" for one, many in (taken - true).items()]
        lost = (true - taken).total()
        asked = any(_WHOLE & {*one.about} for one in found.questions)
        if lost > waiting and not asked:
            outcome.faults.append(
                f"{when}: {lost} rows of {name}s are lost, {waiting} rows wait: {[*(true - taken)][:2]}"
            )
    return (movements & outcome.written.movements).total() + (counts & outcome.written.counts).total()


def plain_name(material: str) -> str:
    """The material that a spelling is one of."""
    return next((one for one in UNITS if material in spelt(one)), material)


def _waits(row: dict[str, str]) -> bool:
    return any(cell.startswith("?") for name, cell in row.items() if name != "note")


def keeper(question: Question, written: Written) -> str | None:
    """What the person who keeps the books answers; ``None`` for what they would not know what to say to."""
    how, about, one = written.layout.how, question.about, question
    match about:
        case ("files", _, "encoding"):
            return "cp1252"
        case ("source", _, "dates", *_):
            return DATES[how.dates] if DATES[how.dates] in one.choices else one.choices[0]
        case ("source", _, "decimal", *_):
            return "," if how.comma else "."
        case ("source", _, "kinds", code):
            return _kind_of(code, written)
        case ("source", _, "negative"):
            return "they go out"
        case ("source", _, "sides", _):
            return None
        case ("source", _, "counted_at", *_):
            return written.counted_at
        case ("differences", *_):
            return one.choices[-1]
        case ("source", _, "area", label):
            return _HEADING if _HEADING in one.choices else label if label in AREAS else None
        case ("source", _, "material", label):
            return _HEADING if _HEADING in one.choices else label if label in UNITS else None
        case ("source", _, "table"):
            return "counts" if "stocktake" in one.asks.lower() else "movements"
        case ("source", _, "blank", _):
            return "it does"
        case ("source", _, "prefilled"):
            return "each line was counted"
        case ("source", _, "columns_answered", role):
            return _column_of(role, one, written)
        case ("source", _, "unit"):
            return "by material"
        case ("materials", key, "unit"):
            return next((unit for one, unit in UNITS.items() if key in {*spelt(one), NAMES[one]}), None)
        case ("materials", name, "same_as"):
            both = {name, question.choices[0]}
            return question.choices[0] if any(both <= {*spelt(one)} for one in UNITS) else "a material of its own"
        case ("areas", _, "same_as"):
            return "a place of its own"
        case ("areas", "kind"):
            return "store"
        case ("places", name):
            return _place_of(name)
        case ("counts", "moment"):
            return "end of the day"
    return None


def _column_of(role: str, one: Question, written: Written) -> str:
    """The header that the store has for a role, if it has any."""
    together = " + ".join(AREAS[:2])
    if role == "counted" and together in one.choices:
        return together
    called = {"from_area": "from", "to_area": "to", "count_date": "at"}.get(role, role)
    header = " ".join(written.layout.how.headers.get(called, "").split())
    # Below a name that stands above several, it is the last part of a header.
    return next((choice for choice in one.choices if header and choice.endswith(header)), "no column")


def _kind_of(code: str, written: Written) -> str | None:
    if code == written.layout.how.opening:
        return "count"
    if code.endswith("both sides in one document"):
        return "transfer"
    if written.layout.shape == "without_kinds" and code in {"in", "out"}:
        return "receipt" if code == "in" else "issue"
    for kind, word in written.layout.how.kinds.items():
        if code == word or code.startswith((f"{word},", f"{word} ")):
            return kind
    return None


def _place_of(name: str) -> str | None:
    if name in AREAS:
        return "a place of the site"
    kinds = [kind for kind, place in OUTSIDE.items() if place == name]
    return (
        {"receipt": "outside", "issue": "outside", "use": "production", "make": "production", "discard": "scrap"}[
            kinds[0]
        ]
        if kinds
        else None
    )
