"""What the columns, codes and names of a site's files mean: settled by a sign, answered by a person, or still asked.

A mapping is kept as ``import.toml`` beside the tables of the site. Each thing that it says has a path, such as
``source."Ledger".kinds."551"``; what is not known is a question about one path, with what it could be.
"""

from __future__ import annotations

import codecs
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from stockward.book.sources.importers.vocabulary.paths import require_known
from stockward.terms.errors import SiteError
from stockward.terms.limits import grouped
from stockward.terms.spelling import whole_up_to

MAPPING = "import.toml"
_FORMAT = 1
_BARE = re.compile(r"^[A-Za-z0-9_-]+$")
_DEEPEST = 6
_WRITE_SO = 'correct that line: it reads NAME = "TEXT", with straight quotation marks, and each NAME once'
_OTHERS = "all others"
"""Under this name stands, in a table, what holds where the table says nothing else."""
_OF_EACH_TABLE = (("area",), ("material",), ("day",), ("month",), ("year",))
_MOST_SHOWN = 12
"""So many choices of a question stand in the file and on the screen; any of the others can be written all the same."""

Path = tuple[str, ...]


@dataclass(slots=True)
class Question:
    """What cannot be told from the files: about which path, what it could be, and which rows wait for the answer.

    choices
        What it could be, the likeliest first; any text where there are none.
    because
        The sign that speaks for the first choice.
    """

    about: Path
    asks: str
    choices: tuple[str, ...]
    because: str = ""
    free: bool = False
    rows: int = 0
    first: str = ""

    def wait(self, place: str, rows: int = 1) -> None:
        """Count rows that hang on the answer; the place of the first is kept."""
        self.rows += rows
        self.first = self.first or place

    def meant(self, answer: str) -> str | None:
        """What a person means who writes a number, a choice, or words of their own; ``None`` for nothing known."""
        text = answer.strip()
        if number := whole_up_to(text, len(self.choices)):
            return self.choices[number - 1]
        text = text if text in self.choices else _unquoted(text)
        known = next((choice for choice in self.choices if choice.casefold() == text.casefold()), None)
        return known if known is not None else text if self.free and text else None

    @property
    def key(self) -> str:
        """The path as the file writes it."""
        return dotted(self.about)


@dataclass(slots=True)
class MappingFile:
    """All that is settled, by path, and what is asked."""

    settled: dict[Path, str] = field(default_factory=dict)
    because: dict[Path, str] = field(default_factory=dict)
    questions: dict[Path, Question] = field(default_factory=dict)
    headers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    accepted: list[Path] = field(default_factory=list)
    accepts: bool = False
    taken_back: dict[Path, str] = field(default_factory=dict)

    def get(self, *path: str) -> str | None:
        """What is settled; ``None`` where nothing is."""
        return self.settled.get(path)

    def settle(self, *path: str, value: str, because: str = "") -> str:
        """Settle what a sign tells, unless something else stands there already; returns what stands then."""
        found = self.settled.setdefault(path, value)
        if because and found == value:
            self.because.setdefault(path, because)
        return found

    def ask(
        self,
        *path: str,
        asks: str,
        choices: Sequence[str] = (),
        because: str = "",
        free: bool = False,
        never_accepted: bool = False,
    ) -> str | None:
        """What a person has answered; ``None``, and a question, where nobody has.

        ``free`` lets any other text be an answer too. Where proposals are accepted, the first choice is the answer,
        but to a question that is ``never_accepted``: of what was taken before, nothing goes without a person's word.
        """
        found = self.settled.get(path)
        if found is not None:
            return found
        if self.accepts and choices and not never_accepted:
            self.settled[path] = choices[0]
            self.because[path] = "accepted as proposed"
            self.accepted.append(path)
            return choices[0]
        if path not in self.questions:
            because = self.taken_back.get(path, because)
            self.questions[path] = Question(path, asks, tuple(choices), because, free or not choices)
        return None

    def take_back(self, path: Path, why: str) -> None:
        """An answer that says nothing is asked for again, with the reason."""
        answer = self.settled.pop(path)
        self.taken_back[path] = f"{answer!r} {why}"

    def wait(self, path: Path, place: str, rows: int = 1) -> None:
        """Count rows that hang on a question."""
        if path in self.questions:
            self.questions[path].wait(place, rows)

    def answer(self, path: Path, answer: str) -> None:
        """Settle a question by what a person says."""
        self.settled[path] = answer
        self.because[path] = "answered"
        self.questions.pop(path, None)

    def take_over(self, other: MappingFile) -> None:
        """Settle all that another mapping says; where both say something of one thing, the other's word counts."""
        self.settled |= other.settled
        self.because |= other.because
        self.headers |= other.headers

    def source_of(self, fingerprint: tuple[str, ...]) -> str | None:
        """The source whose headers these are; ``None`` for headers of no source."""
        return next((name for name, headers in self.headers.items() if headers == fingerprint), None)

    def open_questions(self) -> list[Question]:
        """What is still asked, that on which most rows hang first; of each table in turn where each is asked about.

        No two read alike: what their paths differ in is said behind them.
        """
        rows: dict[Path, int] = {}
        for one in self.questions.values():
            rows[_asked_with(one.about)] = max(rows.get(_asked_with(one.about), 0), one.rows)
        asked = Counter(one.asks for one in self.questions.values())
        for one in self.questions.values():
            if asked[one.asks] > 1:
                one.asks += f" (of {one.about[-1]})"
        # Those of one kind stay in the order of the tables in their file.
        return sorted(self.questions.values(), key=lambda one: (-rows[_asked_with(one.about)], _asked_with(one.about)))


def _asked_with(path: Path) -> Path:
    """What a question has in common with those of its kind which are asked of each table."""
    return path[:3] if path[2:3] in _OF_EACH_TABLE else path


def dotted(path: Path) -> str:
    """A path as TOML writes it."""
    return ".".join(part if _BARE.match(part) else quoted(part) for part in path)


def read_mapping(content: bytes, file: str) -> MappingFile:
    """Read ``import.toml``. Raises ``SiteError`` in one line for what is no such file."""
    try:
        tree = tomllib.loads(_text_of(content, file))
    except (ValueError, RecursionError) as error:
        said = "it is nested too deep" if isinstance(error, RecursionError) else str(error)
        raise SiteError(file, f"this is no TOML ({said})", _WRITE_SO) from None
    if tree.pop("format", None) != _FORMAT:
        raise SiteError(file, f"it does not say format = {_FORMAT}", f"write format = {_FORMAT} as its first line")
    asked = tree.pop("question", [])
    mapping = MappingFile()
    for written_path, value in _leaves(tree, (), file):
        path = written_path[:-1] if written_path[-1:] == (_OTHERS,) else written_path
        require_known(path, value, file)
        if path[:1] == ("source",) and path[2:] == ("headers",):
            mapping.headers[path[1]] = tuple(value)
        else:
            mapping.settled[path] = str(value)
    if not isinstance(asked, list) or not all(isinstance(one, dict) for one in asked):
        raise SiteError(file, "question is no list of tables", "write each as [[question]]")
    answered: dict[Path, str] = {}
    for one in asked:
        answer = str(one.get("answer", "")).strip()
        if not answer:
            continue
        path = _path_of(str(one.get("about", "")), file)
        held = _held(one, answer, file)
        require_known(path, held, file)
        if answered.setdefault(path, held) != held:
            said = f"the question about {dotted(path)} has two answers, {answered[path]!r} and {held!r}"
            raise SiteError(file, said, "leave one of them, and make the other blank")
        mapping.answer(path, held)
    return mapping


def _text_of(content: bytes, file: str) -> str:
    """The text of a file as an editor has saved it. Raises ``SiteError`` where signs of it would be lost."""
    encoding = "utf-16" if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        return content.decode(encoding).replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        mend = "save it as UTF-8 (in Notepad: Save As, Encoding UTF-8)"
        raise SiteError(file, f"line {line} holds a sign that is no UTF-8", mend) from None


def written(mapping: MappingFile) -> str:
    """The file that ``read_mapping`` reads: questions first, then what is settled, with the sign that settled it."""
    lines = [
        "# How the files of this site are read. Written by `stockward import`; correct anything that is wrong.",
        f"format = {_FORMAT}",
        "",
    ]
    questions = mapping.open_questions()
    if questions:
        lines += ["# Write an answer to each question, and run the same command again.", ""]
    for one in questions:
        lines += _question_lines(one)
    tables: dict[Path, list[tuple[str, str, str]]] = {}
    for name, headers in mapping.headers.items():
        listed = ", ".join(map(quoted, headers))
        tables[("source", name)] = [("headers", f"[{listed}]", "")]
    inner = {path[:length] for path in mapping.settled for length in range(1, len(path))}
    for path, value in mapping.settled.items():
        told = (*path, _OTHERS) if path in inner else path
        tables.setdefault(told[:-1], []).append((told[-1], quoted(value), mapping.because.get(path, "")))
    for table in sorted(tables):
        lines.append(f"[{dotted(table)}]")
        lines += [
            f"{dotted((key,))} = {value}{f'  # {_comment(why)}' if why else ''}" for key, value, why in tables[table]
        ]
        lines.append("")
    return "\n".join(lines)


def _question_lines(one: Question) -> list[str]:
    wait = "1 row waits: it" if one.rows == 1 else f"{grouped(one.rows)} rows wait, the first"
    told = f"# {wait} is {one.first}" if one.rows else "# no row waits for it"
    said = [f"# {one.asks}", *([f"# {one.because}"] if one.because else []), told]
    choices = ", ".join(map(quoted, one.choices[:_MOST_SHOWN]))
    return [
        "[[question]]",
        *map(_comment, said),
        f"about = {quoted(one.key)}",
        f"choices = [{choices}]",
        *(["other_answers = true"] if one.free and one.choices else []),
        'answer = ""',
        "",
    ]


def _comment(text: str) -> str:
    """A text in which no sign ends the comment, or is none that a comment may have."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _held(one: Mapping[str, Any], answer: str, file: str) -> str:
    """An answer among its choices, in whatever letter case; free ones are as they are.

    A number is the choice of that number, also where other answers are taken; within quotes it is a name. Raises
    ``SiteError`` for one that is none of the choices, where no other is taken, and for one that may be either of two.
    """
    listed = one.get("choices", [])
    choices = [str(choice) for choice in listed] if isinstance(listed, list) else []
    number = whole_up_to(answer, len(choices))
    if number and answer in choices and choices[number - 1] != answer:
        said = f"{answer!r} is choice {number} of the question about {one.get('about')}, and a name among its choices"
        mend = f"""write "'{answer}'" for the name, or "'{choices[number - 1]}'" for the choice"""
        raise SiteError(file, said, mend)
    if number:
        # So the choices are numbered where they are shown.
        return choices[number - 1]
    answer = answer if answer in choices else _unquoted(answer)
    known = next((choice for choice in choices if choice.casefold() == answer.casefold()), None)
    if known is None and not one.get("other_answers", not choices):
        mend = f"write one of {', '.join(choices[:_MOST_SHOWN])}"
        raise SiteError(file, f"{answer!r} is no answer to the question about {one.get('about')}", mend)
    return answer if known is None else known


def _unquoted(answer: str) -> str:
    """An answer without the quotes that make a number a name."""
    is_quoted = len(answer) > 2 and answer[0] == answer[-1] and answer[0] in "'\""
    return answer[1:-1].strip() if is_quoted else answer


def _leaves(tree: Mapping[str, Any], path: Path, file: str) -> Iterator[tuple[Path, Any]]:
    for key, value in tree.items():
        if len(path) == _DEEPEST:
            raise SiteError(file, f"{dotted(path[:2])} is nested too deep", _WRITE_SO)
        if isinstance(value, dict):
            yield from _leaves(value, (*path, key), file)
        elif isinstance(value, (str, int, float, bool)) or (isinstance(value, list) and key == "headers"):
            yield (*path, key), value
        else:
            raise SiteError(file, f"{dotted((*path, key))} is no text", "write it in quotation marks")


def _path_of(key: str, file: str) -> Path:
    try:
        tree: Any = tomllib.loads(f"{key} = 0")
    except (ValueError, RecursionError):
        tree = {}
    path: list[str] = []
    while isinstance(tree, dict) and len(tree) == 1:
        part, tree = next(iter(tree.items()))
        path.append(part)
    if isinstance(tree, dict) or not 1 < len(path) <= _DEEPEST:
        said = f"a question is about {key!r}, which names nothing"
        raise SiteError(file, said, "put back its line about = as it was, or take the whole [[question]] away")
    return tuple(path)


def quoted(text: str) -> str:
    """A text as TOML writes it."""
    signs = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    plain = "".join(signs.get(sign, sign if sign.isprintable() else f"\\U{ord(sign):08x}") for sign in text)
    return f'"{plain}"'
