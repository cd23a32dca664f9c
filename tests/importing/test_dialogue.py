"""Questions at a terminal, one by one: the likeliest answer first, and kept; whoever breaks off changes nothing."""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from pathlib import Path

import pytest

pty = pytest.importorskip("pty")
LEDGER = (
    "Date,Doc,Item,Location,Type,Qty,Unit\n03/04/2025,D1,TNT,A,Receipt,100,kg\n05/04/2025,D2,TNT,A,Zulu,10,kg\n"
    "06/04/2025,D3,TNT,A,Zulu,5,kg\n"
)
PROMPT = "Answer (a number, or words; blank leaves it open)"
_LONGEST = 60.0


class Talk:
    """A command at a pseudo-terminal, with all that it has said."""

    def __init__(self, *words: str) -> None:
        command = [sys.executable, "-m", "stockward", "import", *words]
        self.child, self.master = pty.fork()
        if self.child == 0:
            # Whoever runs the tests in the background may have had it ignored.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.execve(sys.executable, command, {**os.environ, "TERM": "dumb", "NO_COLOR": "1"})
        self.said = ""

    def hear(self, text: str) -> str:
        """Everything said until a text stands in it; what was said before is forgotten."""
        until = time.monotonic() + _LONGEST
        while text not in self.said:
            assert time.monotonic() < until, self.said
            if select.select([self.master], [], [], 0.2)[0]:
                self.said += os.read(self.master, 65_536).decode()
        before, _, self.said = self.said.partition(text)
        return before

    def say(self, text: str) -> None:
        os.write(self.master, text.encode())

    def break_off(self, key: str) -> int:
        """Press a key until the command ends: what comes just before it begins to wait for a line, it does not hear."""
        until = time.monotonic() + _LONGEST
        while time.monotonic() < until:
            self.say(key)
            for _ in range(10):
                child, status = os.waitpid(self.child, os.WNOHANG)
                if child:
                    self.said += os.read(self.master, 65_536).decode()
                    os.close(self.master)
                    return os.waitstatus_to_exitcode(status)
                time.sleep(0.1)
        pytest.fail(f"the key was not heard: {self.said}")

    def end(self) -> int:
        """The exit code, once it has ended; all that it said last is in ``said``."""
        while True:
            try:
                said = os.read(self.master, 65_536)
            except OSError:
                break
            if not said:
                break
            self.said += said.decode()
        os.close(self.master)
        return os.waitstatus_to_exitcode(os.waitpid(self.child, 0)[1])


def held(site: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in site.rglob("*") if path.is_file()}


@pytest.fixture
def ledger(tmp_path: Path) -> str:
    path = tmp_path / "ledger.csv"
    path.write_text(LEDGER, encoding="utf-8")
    return str(path)


def test_questions_come_one_by_one_and_answers_are_kept(tmp_path: Path, ledger: str) -> None:
    site = tmp_path / "site"
    talk = Talk(ledger, "--into", str(site), "--timezone", "UTC")
    first = talk.hear(PROMPT)
    # That on which most rows hang comes first, with its choices.
    assert "How are the dates in ledger.csv written?" in first
    assert "1 day-month-year" in first.replace("\r", "")
    assert "3 rows wait for it" in first
    talk.say("1\n")
    second = talk.hear(PROMPT)
    assert "What does 'Zulu' in ledger stand for?" in second
    talk.say("Issue\n")
    assert "What kind of places are A?" in talk.hear(PROMPT)
    talk.say("\n")
    assert talk.end() == 3
    mapping = (site / "import.toml").read_text(encoding="utf-8")
    assert 'Zulu = "issue"  # answered' in mapping
    assert 'at = "day-month-year"  # answered' in mapping
    again = Talk(ledger, "--into", str(site))
    # What was left open alone is asked once more.
    assert "What kind of places are A?" in again.hear(PROMPT)
    again.say("store\n")
    assert again.end() == 0
    assert "Zulu" not in again.said
    assert "2025-04-05" in (site / "movements.csv").read_text(encoding="utf-8")


def test_an_answer_that_is_none_leaves_the_question_open(tmp_path: Path, ledger: str) -> None:
    talk = Talk(ledger, "--into", str(tmp_path / "site"))
    talk.hear(PROMPT)
    talk.say("perhaps\n")
    assert "What does 'Zulu'" in talk.hear(PROMPT)
    talk.say("\n")
    talk.hear(PROMPT)
    talk.say("\n")
    assert talk.end() == 3
    assert "How are the dates in ledger.csv written?" in talk.said


@pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["Ctrl-C", "Ctrl-D"])
@pytest.mark.parametrize("answers", [0, 1])
def test_breaking_off_leaves_all_as_it_was(tmp_path: Path, ledger: str, key: str, answers: int) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "note.txt").write_text("mine", encoding="utf-8")
    before = held(site)
    talk = Talk(ledger, "--into", str(site))
    for _ in range(answers):
        talk.hear(PROMPT)
        talk.say("1\n")
    talk.hear(PROMPT)
    # The terminal turns the key into a signal, or into the end of what is typed, for whom it belongs to.
    code = talk.break_off(key)
    assert code not in {0, 3}
    assert "Traceback" not in talk.said
    assert held(site) == before
