"""Calendars: one a person on every system, and no name makes a line of its own; read by a parser written here."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from unicodedata import normalize

import pytest
from guard_sites import guards, post, roster, small_site
from hypothesis import given
from hypothesis import strategies as st

from stockward.answers.roster import RosterAnswer
from stockward.report.kit.file_names import file_names
from stockward.report.roster.calendars import calendar_of, write_calendars
from stockward.terms.signs import upright

LINE = re.compile(r"(?P<name>[A-Z0-9-]+):(?P<value>.*)", re.DOTALL)
RESERVED = re.compile(r"(con|prn|aux|nul|conin\\$|conout\\$|(com|lpt)[0-9¹²³])(\\..*)?", re.IGNORECASE)
BAD_NAMES = [
    "Main\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nX-INJ:1", "x\rATTACH:http://evil", "a\nATTACH:1", "\u2028N\x85L\x0b\x1c",
    "tab\there", "back\\\\slash\\n, comma; colon: \"quote\"", "über " * 40, "\x00\x1b[2J", "郵便 " * 30,
]  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> RosterAnswer:
    return roster(small_site(tmp_path_factory.mktemp("calendars"), guards(5), [post("gate")]), rounds=300)


def parse(text: str) -> list[list[tuple[str, str]]]:
    """The events of a calendar, each as names and texts, by the grammar of RFC 5545, 3.1, 3.3.11 and 3.6."""
    assert text.endswith("\r\n")
    assert all(len(line.encode("utf-8")) <= 75 for line in text.split("\r\n"))
    lines = text.removesuffix("\r\n").replace("\r\n ", "").split("\r\n")
    found = [(line["name"], unescaped(line["value"])) for line in map(LINE.fullmatch, lines) if line]
    assert len(found) == len(lines), "every line is a property"
    assert found[0] == ("BEGIN", "VCALENDAR")
    assert found[-1] == ("END", "VCALENDAR")
    events: list[list[tuple[str, str]]] = []
    for name, value in found[1:-1]:
        if (name, value) == ("BEGIN", "VEVENT"):
            events.append([])
        elif events:
            events[-1].append((name, value))
    return events


def unescaped(value: str) -> str:
    assert not re.search(r"[\x00-\x08\x0a-\x1f\x7f]", value), "no control stands in a value"
    return re.sub(r"\\(.)", lambda found: {"n": "\n", "N": "\n"}.get(found[1], found[1]), value)


def named(made: RosterAnswer, name: str) -> RosterAnswer:
    """The roster with this name for its post, its site and its first guard."""
    person = made.duties[0].person
    duties = tuple(dataclasses.replace(one, person=name) if one.person == person else one for one in made.duties)
    posts = tuple(dataclasses.replace(one, name=name) for one in made.posts)
    return dataclasses.replace(made, duties=duties, posts=posts, site=name)


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_makes_no_line_of_its_own(made: RosterAnswer, name: str) -> None:
    text = calendar_of(named(made, name), name)
    plain = calendar_of(made, made.duties[0].person)
    events = parse(text)
    assert len(events) == len(parse(plain))
    assert {tuple(key for key, _ in event) for event in events} == {
        ("UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "END")
    }
    # Readers that take other signs for the end of a line see the same lines.
    assert len(text.splitlines()) == len(text.split("\r\n")) - 1


@given(name=st.text(min_size=1, max_size=90))
def test_any_name_is_read_back(made: RosterAnswer, name: str) -> None:
    """But for the ends of its lines, and for signs that are unseen or steer what shows them."""
    if any("\ud800" <= sign <= "\udfff" for sign in name):
        return
    (summary,) = {value for event in parse(calendar_of(named(made, name), name)) for key, value in event
                  if key == "SUMMARY"}  # fmt: skip
    assert re.sub(r"[\n\t]", " ", upright(name)) == summary


def test_two_guards_share_no_identifier(made: RosterAnswer) -> None:
    one, other = (dict(parse(calendar_of(named(made, code), code))[0])["UID"] for code in ("K 12", "K_12"))
    assert one != other


CODES = [
    "K/12", "K:12", "K 12", "K_12", "K13", "g-zz", "G-zz", ".", "..", "../../etc/x", "CON", "con.x", "nul", "COM¹",
    "a.", "a ", "a", "A", "-rf", "é", "e\u0301", "É", "ﬁ", "fi", "ß", "ss", "x" * 300, "x" * 299 + "y", "=cmd|calc",
    "a\x9bz", "a\u2028z", "\u202ea", "क्षि", "郵" * 100, "~", "",
]  # fmt: skip


def require_good(names: dict[str, str]) -> None:
    """Names that every system takes, and takes for different ones."""
    for name in names.values():
        assert name
        assert not re.search(r'[\x00-\x20<>:"/\\|?*\x7f-\x9f]', name), name
        assert not name.startswith((".", "-", " "))
        assert not name.endswith((".", " "))
        assert not RESERVED.fullmatch(name)
        assert len(f"{name}.ics".encode()) <= 255
    for folded in (lambda name: name.upper(), lambda name: normalize("NFKD", name.casefold())):
        assert len({folded(name) for name in names.values()}) == len(names)


def test_names_are_good_everywhere_and_differ() -> None:
    names = file_names(CODES)
    require_good(names)
    assert (names["K13"], names["g-zz"]) == ("K13", "g-zz")
    require_good(file_names(["k/12", file_names(["k/12"])["k/12"]]))
    assert names["K/12"] == file_names(["K/12"])["K/12"], "it does not hang on the others"
    require_good(file_names([*CODES, names["K/12"]]))


@given(codes=st.lists(st.text(max_size=8), unique=True, max_size=12))
def test_any_names_are_good(codes: list[str]) -> None:
    require_good(file_names(codes))


def test_five_guards_have_five_calendars(tmp_path: Path) -> None:
    people = guards(5)
    for one, code in zip(people, ["K/12", "K:12", "K 12", "K_12", "K13"], strict=True):
        one["person"] = code
    answer = roster(small_site(tmp_path / "site", people, [post("gate")]), rounds=300)
    paths = write_calendars(answer, tmp_path / "out", {})
    owners = sorted(path.read_text("utf-8").split("X-WR-CALNAME:")[1].split("\\,")[0] for path in paths)
    assert owners == sorted(one["person"] for one in people)
    assert len({path.name.casefold() for path in paths}) == 5


def test_a_guard_without_a_shift_has_a_calendar_that_says_so(made: RosterAnswer, tmp_path: Path) -> None:
    person = made.guards[0].person
    duties = tuple(one for one in made.duties if one.person != person)
    paths = write_calendars(dataclasses.replace(made, duties=duties), tmp_path, {})
    assert len(paths) == 5
    assert parse((tmp_path / f"{person}.ics").read_bytes().decode()) == []
