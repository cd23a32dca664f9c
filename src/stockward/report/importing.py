"""An import in words: what each table was taken for, what was left out, what is asked, and what happens next."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator, Sequence

from stockward.book.sources.importers.mapping import MAPPING, Question
from stockward.book.sources.importers.sources import SourceRead
from stockward.questions.importing import Imported
from stockward.terms.limits import grouped

_MOST_LISTED = 12
"""So many questions, causes or differences are shown; the rest stand in the files."""


def import_lines(found: Imported, site: str, *, written: bool) -> Iterator[str]:
    """What a person reads after an import, the outcome first."""
    yield from outcome_lines(found)
    for number, one in enumerate(found.questions[:_MOST_LISTED], 1):
        yield f"Question {number} of {len(found.questions)}:"
        yield from (f"  {line}" for line in question_lines(one))
    if found.questions:
        file = f"{site}/{MAPPING}"
        done = (
            f"write the answers into {file} and run the same command again" if written else "run it without --dry-run"
        )
        yield f"Next: {done}; --accept takes the first choice of each"
    elif not found.taken and found.set_aside:
        yield "Next: correct the rows that are set aside in their file, and run the same command again"
    elif not found.taken:
        yield "Next: name a file with a ledger or a count list, with a header above its rows"
    elif written:
        word = _as_a_word(site)
        yield f"Next: stockward check {word}, then stockward review {word} --html review.html"


def outcome_lines(found: Imported) -> Iterator[str]:
    """What came of an import: what each table was taken for and by what sign, what was left out or set aside."""
    yield _outcome(found)
    for source in found.sources:
        yield from _source_lines(source)
    yield from found.notices
    yield from _difference_lines(found)
    if found.accepted:
        yield "Taken as proposed:"
        yield from (f"  {about} = {answer}" for about, answer in found.accepted)
    yield from _aside_lines(found)


def question_lines(one: Question) -> Iterator[str]:
    """A question with its choices, the likeliest first, and the rows that wait for it."""
    yield one.asks
    if one.because:
        yield f"{one.because[0].upper()}{one.because[1:]}"
    yield from (f"  {number} {choice}" for number, choice in enumerate(one.choices[:_MOST_LISTED], 1))
    if one.free and one.choices:
        yield "  or write another"
    if one.rows:
        yield f"{_rows(one.rows)} wait{'s' if one.rows == 1 else ''} for it, first {one.first}"


def _outcome(found: Imported) -> str:
    parts = [f"{_rows(found.taken)} taken"]
    if found.waiting:
        parts.append(f"{grouped(found.waiting)} wait for {_count(len(found.questions), 'answer')}")
    elif found.questions:
        parts.append(f"{_count(len(found.questions), 'question')} asked")
    if found.set_aside:
        parts.append(f"{grouped(len(found.set_aside))} set aside")
    return "; ".join(parts)


def _source_lines(one: SourceRead) -> Iterator[str]:
    kind = one.title or {"?": "not known"}.get(one.table, one.table)
    places = ", ".join(one.places[:3]) + (f" and {len(one.places) - 3} more" if len(one.places) > 3 else "")
    yield f"{places}: {kind}, {_rows(one.rows)}"
    for rule, rows in one.left_out.items():
        yield f"  left out {grouped(len(rows))}: {rule} ({_first(rows)})"
    if one.balance is not None:
        found = one.balance
        order = ", newest first" if found.backwards else ""
        yield f"  its own balance (by {found.of}{order}): {grouped(found.kept)} of {grouped(found.tried)} follow"
        if found.broken:
            yield f"  the first that does not: {found.broken[0].place}"
    yield from (f"  {note}" for note in one.notes)


def _difference_lines(found: Imported) -> Iterator[str]:
    told = found.differences
    if not told.same and not told.changed and not told.vanished:
        return
    yield (
        f"Beside what was imported before: {grouped(len(told.new))} new, {grouped(told.same)} the same, "
        f"{grouped(len(told.changed))} changed, {grouped(len(told.vanished))} no more there"
    )
    for word, rows in (("changed", told.changed), ("no more there", told.vanished)):
        if rows:
            yield f"  {word}: {_first(rows)}"


def _aside_lines(found: Imported) -> Iterator[str]:
    """One line a cause, with its count and first place."""
    causes: dict[str, list[str]] = {}
    for place, why in found.set_aside:
        causes.setdefault(why, []).append(place)
    ranked = sorted(causes.items(), key=lambda one: -len(one[1]))
    for why, rows in ranked[:_MOST_LISTED]:
        yield f"Set aside {_rows(len(rows))}: {why} ({_first(rows)})"
    if len(ranked) > _MOST_LISTED:
        yield f"and {_count(len(ranked) - _MOST_LISTED, 'cause')} more, listed in imported/log.csv"


def _as_a_word(path: str) -> str:
    """A path as it is typed, so that a blank in it ends no word, and a dash begins no option."""
    typed = f"./{path}" if path.startswith("-") else path
    if re.fullmatch(r"[\w./\\:~+,@%-]+", typed):
        return typed
    return f'"{typed}"' if os.name == "nt" else shlex.quote(typed)


def _first(rows: Sequence[str]) -> str:
    return rows[0] if len(rows) == 1 else f"first {rows[0]}"


def _rows(count: int) -> str:
    return _count(count, "row")


def _count(count: int, word: str) -> str:
    return f"{grouped(count)} {word}{'' if count == 1 else 's'}"
