"""Lists of people as rows of ``people``: what each is to the site, of which affiliation, and since when."""

from __future__ import annotations

import re
from collections.abc import Sequence

from stockward.book.sources.importers.entries import UNREAD, SourceEntry
from stockward.book.sources.importers.ledger.posting import Postings
from stockward.book.sources.importers.mapping import MappingFile, Path
from stockward.book.sources.importers.people.words import (
    DUTY_WORDS,
    EMPLOYED,
    NOT_IN_FORCE,
    NOT_TAKEN,
    ROLE_WORDS,
    TAKEN,
    ask_meaning,
    likely,
)
from stockward.terms.spelling import folded

PEOPLE_COLUMNS = (
    "person", "role", "affiliation", "department", "line", "duty", "qualifications", "hours_per_week", "since", "until",
    "available_from", "training_weeks", "tested_fit", "not_in_areas", "source",
)  # fmt: skip
_ROLES, _DUTIES = ("worker", "guard", "applicant"), ("patrol", "post", "office")
_ONE_BY_ONE, _NOT_TOLD = "one by one", "not told"
_BY_DEPARTMENT, _BY_JOB = "by department", "by job"
_WEEK, _NOT_READ = "hours a week", "do not read them"
_WEEKLY = re.compile(r"(?i)we+k|woch|semain|seman")
_LIST = re.compile(r"\s*[,;|\n/]\s*")

PersonRow = dict[str, str]


def roll_rows(
    entries: Sequence[SourceEntry], source: str, affiliations: Sequence[str], mapping: MappingFile, made: Postings
) -> list[tuple[SourceEntry, PersonRow]]:
    """A row of ``people`` for each entry; one that waits or is at fault bears a role that no reader takes.

    ``affiliations`` are those that the site has bands for. What was left out stands in ``made``.
    """
    reader = _RollReader(source, affiliations, mapping)
    reader.look_at(entries)
    found = []
    for entry in entries:
        if reader.is_gone(entry, made):
            continue
        row = reader.row(entry)
        if row["role"] == NOT_TAKEN:
            made.leave_out("no role is to be taken of that job", entry)
            continue
        if entry.waits or entry.faults:
            row["role"] = f"{UNREAD} {row['role']}"
        found.append((entry, row))
    return found


class _RollReader:
    """Reads the people of one source."""

    def __init__(self, source: str, affiliations: Sequence[str], mapping: MappingFile) -> None:
        self.source, self.affiliations, self.mapping = source, affiliations, mapping
        self._jobs: list[str] = []

    def look_at(self, entries: Sequence[SourceEntry]) -> None:
        """Note which jobs there are that no word settles."""
        jobs = dict.fromkeys(_job(entry) for entry in entries)
        self._jobs = [job for job in jobs if job and folded(job) not in ROLE_WORDS]

    def is_gone(self, entry: SourceEntry, made: Postings) -> bool:
        """Whether a person's state says that the row is not to be taken; a last day says it better."""
        state = entry.text("state")
        if "state" not in entry.columns or folded(state) in EMPLOYED or entry.text("until"):
            return False
        if folded(state) in NOT_IN_FORCE - {"open"}:
            made.leave_out(f"the state is {state}", entry)
            return True
        path = ("source", self.source, "states", state or "blank")
        asks = (
            f"Are people whose state is {state or 'blank'!r} in {self.source}, and who have no last day, still there?"
        )
        if ask_meaning(entry, path, asks, [NOT_TAKEN, TAKEN], self.mapping) != NOT_TAKEN:
            return False
        made.leave_out(f"the state is {state or 'blank'}", entry)
        return True

    def row(self, entry: SourceEntry) -> PersonRow:
        """The row of one person."""
        _require_number(entry)
        role = self._role(entry)
        return {
            "person": entry.text("member"), "role": role, "affiliation": self._affiliation(entry),
            "department": entry.text("department"), "line": entry.text("line"),
            "duty": self._duty(entry) if role == "guard" else "",
            "qualifications": self._listed(entry.text("qualifications")), "hours_per_week": self._hours(entry),
            "since": _day_of(entry, "since"), "until": _day_of(entry, "until"),
            "available_from": _day_of(entry, "available_from"), "training_weeks": _number_of(entry, "training_weeks"),
            "tested_fit": self._flag(entry), "not_in_areas": self._listed(entry.text("not_in_areas")),
            "source": entry.place,
        }  # fmt: skip

    def _role(self, entry: SourceEntry) -> str:
        job = _job(entry)
        if job:
            return self._role_of(entry, job)
        path = ("source", self.source, "role", entry.block.label)
        asks = f"What are the people in {entry.block.grid.name}? No column says it"
        return ask_meaning(entry, path, asks, ["guard", "worker", "applicant"], self.mapping) or ""

    def _role_of(self, entry: SourceEntry, job: str) -> str:
        known = ROLE_WORDS.get(folded(job)) or self.mapping.get("source", self.source, "roles", job)
        if known is not None:
            return known
        if len(self._jobs) > 1:
            shown = ", ".join(self._jobs[:4]) + (f" and {len(self._jobs) - 4} more" if len(self._jobs) > 4 else "")
            path: Path = ("source", self.source, "other_jobs")
            asks = f"What are those in {self.source} who are {shown}?"
            guess = [_ONE_BY_ONE] if any(likely(one, ROLE_WORDS) == "guard" for one in self._jobs) else []
            choices = [*guess, *_ROLES, _ONE_BY_ONE, NOT_TAKEN]
            answer = ask_meaning(entry, path, asks, choices, self.mapping)
            if answer != _ONE_BY_ONE:
                return answer or job
        path = ("source", self.source, "roles", job)
        asks = f"What is a person in {self.source} whose job or unit is {job!r}?"
        return ask_meaning(entry, path, asks, [likely(job, ROLE_WORDS), *_ROLES, NOT_TAKEN], self.mapping) or job

    def _affiliation(self, entry: SourceEntry) -> str:
        said = entry.text("affiliation")
        if said:
            return self._affiliation_of(entry, said)
        if "affiliation" in entry.columns:
            blank: Path = ("source", self.source, "affiliations", "blank")
            asks = f"Of which affiliation are those in {self.source} of whom none is told?"
            return ask_meaning(entry, blank, asks, self._named(), self.mapping, free=True) or UNREAD
        path: Path = ("source", self.source, "affiliation", entry.block.label)
        asks = f"Of which affiliation are the people in {entry.block.grid.name}? No column says it"
        grid = entry.block.grid
        spoken = [one for one in self._named() if folded(one) in folded(f"{grid.sheet} {grid.file}")]
        split = [how for how, role in ((_BY_DEPARTMENT, "department"), (_BY_JOB, "job")) if role in entry.columns]
        answer = ask_meaning(entry, path, asks, [*spoken, *self._named(), *split], self.mapping, free=True)
        if answer in {_BY_DEPARTMENT, _BY_JOB}:
            said = entry.text("department" if answer == _BY_DEPARTMENT else "job") or "blank"
            path = ("source", self.source, "affiliations", answer, said)
            asks = f"Of which affiliation are those in {self.source} of {said!r}?"
            answer = ask_meaning(entry, path, asks, self._named(), self.mapping, free=True)
        return answer or UNREAD

    def _affiliation_of(self, entry: SourceEntry, said: str) -> str:
        same = next((one for one in self._named() if folded(one) == folded(said)), None)
        if same is not None:
            return same
        path = ("source", self.source, "affiliations", said)
        asks = f"Which affiliation of the site is {said!r} in {self.source}?"
        nearest = [one for one in self._named() if folded(one) in folded(said)]
        own = [said] if not self.affiliations else []
        choices = [*nearest, *own, *self._named(), said]
        return ask_meaning(entry, path, asks, choices, self.mapping, free=True) or UNREAD

    def _named(self) -> list[str]:
        return list(self.affiliations) or ["ministry", "civilian"]

    def _duty(self, entry: SourceEntry) -> str:
        said = entry.text("duty") or entry.text("job") or _job(entry)
        word = DUTY_WORDS.get(folded(said)) if entry.text("duty") else None
        if word is not None:
            return word
        path = ("source", self.source, "duties", said or "blank")
        asks = f"What do guards in {self.source} do of whom {said or 'nothing'!r} is told?"
        answer = ask_meaning(entry, path, asks, [likely(said, DUTY_WORDS), _NOT_TOLD, *_DUTIES], self.mapping)
        return "" if answer in {None, _NOT_TOLD} else str(answer)

    def _hours(self, entry: SourceEntry) -> str:
        if entry.numbers.get("hours") is None:
            return ""
        header = self.mapping.get("source", self.source, "columns", "hours") or ""
        if not _WEEKLY.search(header):
            path = ("source", self.source, "hours")
            asks = f"Are the figures below {header!r} in {self.source} hours a week?"
            if ask_meaning(entry, path, asks, [_WEEK, _NOT_READ], self.mapping) != _WEEK:
                return ""
        return _number_of(entry, "hours")

    def _flag(self, entry: SourceEntry) -> str:
        said = folded(entry.text("tested_fit"))
        if said in {"", "yes", "no"}:
            return said
        path = ("source", self.source, "tested_fit", entry.text("tested_fit"))
        asks = f"Does {entry.text('tested_fit')!r} in {self.source} say that the tests of the job were passed?"
        return ask_meaning(entry, path, asks, ["yes", "no"], self.mapping) or ""

    def _listed(self, text: str) -> str:
        """Several words in a cell as the tables list them; blanks inside of one become underscores."""
        parts = (part.strip() for part in _LIST.split(text))
        return " ".join("_".join(part.split()) for part in parts if part)


def _job(entry: SourceEntry) -> str:
    """What says best what a person is to the site."""
    return entry.text("role") or entry.text("job") or entry.text("department")


def _require_number(entry: SourceEntry) -> None:
    if not entry.text("member"):
        entry.faults.append("no person")
    elif entry.text("member").startswith(UNREAD):
        entry.faults.append("several people have this name: give them numbers")


def _day_of(entry: SourceEntry, role: str) -> str:
    text = entry.text(role)
    return text if text.startswith(UNREAD) else text[:10]


def _number_of(entry: SourceEntry, role: str) -> str:
    value = entry.numbers.get(role)
    return "" if value is None else repr(value).removesuffix(".0")
