"""However a command is told to end, its code says so, what it began is gone, and no finding is claimed by accident."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

FIRST_SITE = Path(__file__).parents[1] / "docs" / "first_site"
PROGRAM = [sys.executable, "-c", "from stockward.cli import main; main()"]
posix = pytest.mark.skipif(os.name != "posix", reason="signals and streams of POSIX")

TOLD = """
import os, signal, sys
from pathlib import Path
from stockward import outputs
from stockward.ending import run_to_the_end

def told(part, content):
    fill(part, content)
    signal.raise_signal(getattr(signal, sys.argv[1]))

def command():
    outputs.write_whole(Path(sys.argv[2]), "of today")
    return 0

fill, outputs.fill_part = outputs.fill_part, told
run_to_the_end(command)
"""


def hears() -> None:
    """In a process that begins: it hears signals, whatever the tests were started by has set aside."""
    for name in ("SIGHUP", "SIGINT", "SIGTERM"):
        signal.signal(getattr(signal, name), signal.SIG_DFL)


@posix
@pytest.mark.parametrize(("told", "code"), [("SIGHUP", 129), ("SIGINT", 130), ("SIGTERM", 143)])
def test_who_is_told_to_end_leaves_nothing_behind(tmp_path: Path, told: str, code: int) -> None:
    target = tmp_path / "answer"
    target.write_text("of yesterday\n", encoding="utf-8")
    program = [sys.executable, "-c", TOLD, told, str(target)]
    ended = subprocess.run(program, capture_output=True, preexec_fn=hears, check=False)
    assert (ended.returncode, ended.stderr) == (code, b"")
    assert target.read_text(encoding="utf-8") == "of yesterday\n"
    assert [path.name for path in tmp_path.iterdir()] == ["answer"]


@posix
def test_a_signal_that_was_set_aside_stays_so(tmp_path: Path) -> None:
    target = tmp_path / "answer"
    program = [sys.executable, "-c", TOLD, "SIGHUP", str(target)]
    ended = subprocess.run(program, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN), check=False)
    assert ended.returncode == 0
    assert target.read_text(encoding="utf-8") == "of today"


WHILE_IT_LOADS = """
import signal, sys

told, module, *sys.argv[1:] = sys.argv[1:]

class Told:
    def find_spec(self, name, *others):
        if name == module:
            signal.raise_signal(getattr(signal, told))

sys.meta_path.insert(0, Told())
from stockward.__main__ import main
main()
"""


@posix
@pytest.mark.parametrize(
    "module", ["stockward.cli", "click", "stockward.cli.check", "stockward.terms.errors", "polars", "numpy.linalg"]
)
@pytest.mark.parametrize(("told", "code", "said"), [("SIGINT", 130, b"stopped\n"), ("SIGTERM", 143, b"")])
def test_who_is_told_to_end_while_it_loads_ends_without_a_word_of_python(
    told: str, code: int, said: bytes, module: str
) -> None:
    program = [sys.executable, "-c", WHILE_IT_LOADS, told, module, "check", str(FIRST_SITE)]
    ended = subprocess.run(program, capture_output=True, preexec_fn=hears, check=False)
    assert (ended.returncode, ended.stderr, ended.stdout) == (code, said, b"")


def test_the_script_and_the_module_are_one_program() -> None:
    script = "from stockward.__main__ import main; main()"
    for arguments in (["--help"], ["--version"], ["revue"], ["check", str(FIRST_SITE)], ["check", "nowhere"]):
        ways = [[sys.executable, "-c", script], [sys.executable, "-m", "stockward"]]
        one, other = (subprocess.run([*way, *arguments], capture_output=True, check=False) for way in ways)
        assert (one.returncode, one.stdout, one.stderr) == (other.returncode, other.stdout, other.stderr)
        assert b"python" not in one.stdout + one.stderr


ENDS = """
import signal, sys
from stockward.ending import run_to_the_end
{}
"""


@posix
@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("run_to_the_end(lambda: 3)", 3),
        ("run_to_the_end(lambda: sys.exit(4))", 4),
        ("run_to_the_end(lambda: sys.exit())", 0),
        # A library makes its own fault of what it was told.
        (
            "def command():\n  try: signal.raise_signal(signal.SIGTERM)\n  except BaseException: return 70\n"
            "run_to_the_end(command)",
            143,
        ),
        # Python loses what is raised while it drops an object.
        (
            "import time\nclass Dropped:\n  def __del__(self): signal.raise_signal(signal.SIGTERM)\n"
            "def command():\n  Dropped()\n  time.sleep(30)\n  return 0\nrun_to_the_end(command)",
            143,
        ),
        # And it loses what a second signal raises while it tells of the first.
        *(
            (
                "import threading, time\nclass Dropped:\n  def __del__(self): signal.raise_signal(signal.SIGTERM)\n"
                "class Twice(threading.Timer):\n"
                f"  def start(self):\n    signal.raise_signal(signal.{second})\n    super().start()\n"
                "threading.Timer = Twice\n"
                "def command():\n  Dropped()\n  time.sleep(30)\n  return 0\nrun_to_the_end(command)",
                143,
            )
            for second in ("SIGTERM", "SIGINT")
        ),
        # What comes once the code stands changes it no more.
        (
            "import atexit\natexit.register(signal.raise_signal, signal.SIGTERM)\n"
            "atexit.register(signal.raise_signal, signal.SIGINT)\nrun_to_the_end(lambda: 1)",
            1,
        ),
    ],
)
def test_the_code_of_a_command_is_that_of_its_process(command: str, code: int) -> None:
    ended = subprocess.run([sys.executable, "-c", ENDS.format(command)], capture_output=True, check=False)
    assert (ended.returncode, ended.stderr) == (code, b"")


@posix
def test_a_signal_in_a_text_that_is_run_as_a_program_gives_its_code(tmp_path: Path) -> None:
    told = ENDS.format("run_to_the_end(lambda: exec('signal.raise_signal(signal.SIGINT)'))")
    (tmp_path / "told.py").write_text(told, encoding="utf-8")
    program = [sys.executable, "-m", "told"]
    ended = subprocess.run(program, cwd=tmp_path, capture_output=True, preexec_fn=hears, check=False)
    assert (ended.returncode, ended.stderr) == (130, b"")


@posix
def test_who_is_told_to_end_ends_whom_it_has_started() -> None:
    program = (
        "import signal, time\nfrom multiprocessing import get_context\n"
        "from stockward.ending import run_to_the_end\n"
        "def command():\n  child = get_context('spawn').Process(target=time.sleep, args=(100,))\n  child.start()\n"
        "  print(child.pid, flush=True)\n  signal.raise_signal(signal.SIGTERM)\n  return 0\n"
        "if __name__ == '__main__':\n  run_to_the_end(command)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 143
    with pytest.raises(ProcessLookupError):
        os.kill(int(ended.stdout), 0)


def ended(*arguments: str, **streams: object) -> subprocess.CompletedProcess[str]:
    asked: dict[str, object] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
    return subprocess.run([*PROGRAM, *arguments], text=True, check=False, **asked)  # type: ignore[call-overload,no-any-return]


@posix
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is full")
def test_a_full_disk_under_an_output_is_said_in_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        done = ended("orders", str(FIRST_SITE), stdout=full)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert "standard output: cannot be written (No space left on device): make room" in done.stderr
        # Nobody takes the line: the code alone says what is wrong.
        assert ended("review", "nowhere", stderr=full).returncode == 2
        assert ended("check", str(FIRST_SITE), stderr=full).returncode == 0


@posix
def test_a_line_that_nobody_takes_changes_no_code() -> None:
    read, write = os.pipe()
    os.close(read)
    assert ended("review", "nowhere", stderr=write).returncode == 2
    assert ended("check", str(FIRST_SITE), stderr=write).returncode == 0
    os.close(write)


@posix
@pytest.mark.parametrize("number", [1, 2])
def test_a_process_without_a_stream_says_nothing_there(tmp_path: Path, number: int) -> None:
    target = tmp_path / "orders.csv"
    done = ended("orders", str(FIRST_SITE), "--csv", str(target), preexec_fn=lambda: os.close(number))
    assert (done.returncode, done.stderr) == (0, "")
    assert target.read_text(encoding="utf-8").startswith("site,")
    assert ended("review", "nowhere", preexec_fn=lambda: os.close(number)).returncode == 2


def wait_for_children(parent: subprocess.Popen[bytes], count: int) -> None:
    """Until a process has so many of its own."""
    ask, until = ["ps", "--ppid", str(parent.pid), "-o", "pid="], time.monotonic() + 60
    while len(subprocess.run(ask, capture_output=True, check=False).stdout.split()) < count:
        assert parent.poll() is None and time.monotonic() < until
        time.sleep(0.1)


@posix
@pytest.mark.parametrize(("told", "code", "said"), [(signal.SIGINT, 130, b"stopped\n"), (signal.SIGTERM, 143, b"")])
def test_a_drill_that_is_told_to_end_ends_with_all_its_processes(
    tmp_path: Path, told: signal.Signals, code: int, said: bytes
) -> None:
    target = tmp_path / "drill.html"
    drill = ["drill", str(FIRST_SITE), "--copies", "500000", "--jobs", "2", "--html", str(target)]
    running = subprocess.Popen([*PROGRAM, *drill], stderr=subprocess.PIPE, start_new_session=True, preexec_fn=hears)
    try:
        wait_for_children(running, 2)
        # As a terminal sends it: to all at once, and only the first of them speaks.
        os.killpg(running.pid, told)
        _, heard = running.communicate(timeout=60)
    finally:
        running.kill()
    assert (running.returncode, heard) == (code, said)
    assert not target.exists()


@posix
def test_ctrl_c_that_comes_while_a_process_begins_is_heard_afterwards() -> None:
    """Else the process has begun, and nobody knows it."""
    say = (
        "import os, signal\n"
        "from stockward.ending import run_to_the_end, undisturbed\n"
        "def command():\n"
        "    with undisturbed():\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "        print('begun', flush=True)\n"
        "    print('too late', flush=True)\n"
        "run_to_the_end(command)"
    )
    run = subprocess.run([sys.executable, "-c", say], capture_output=True, preexec_fn=hears, check=False)
    assert (run.returncode, run.stdout, run.stderr) == (130, b"begun\n", b"")


@posix
def test_a_process_that_helps_ends_with_the_one_that_started_it() -> None:
    """However that ends; else it would wait for ever, and hold on to the streams."""
    say = (
        "import os, time\n"
        "from multiprocessing import get_context\n"
        "from stockward.ending import begin_to_help\n"
        "if __name__ == '__main__':\n"
        "    pool = get_context('spawn').Pool(1, begin_to_help)\n"
        "    print(pool.apply(os.getpid), flush=True)\n"
        "    os.kill(os.getpid(), 9)"
    )
    # It holds the same streams, which are read to their end.
    run = subprocess.run([sys.executable, "-c", say], capture_output=True, timeout=60, check=False)
    assert (run.returncode, run.stdout.strip().isdigit()) == (-9, True)


def test_signs_that_an_encoding_lacks_are_spelt_plainly() -> None:
    say = "from stockward.ending import run_to_the_end; run_to_the_end(lambda: print('─┼ 2 × 3 ± 1 … é 数'))"
    run = in_encoding("ascii", program=[sys.executable, "-c", say])
    assert run.stdout.decode("ascii").strip() == "-+ 2 x 3 +/- 1 ... e ?"


@pytest.mark.parametrize("encoding", ["ascii", "cp437", "cp1252"])
def test_a_table_is_printed_in_an_encoding_that_lacks_its_signs(encoding: str) -> None:
    run = in_encoding(encoding, "validate")
    assert (run.returncode, run.stderr.count(b"\n")) == (0, 1)
    assert "computed" in run.stdout.decode(encoding)


def test_json_on_standard_output_is_utf_8_in_any_encoding(tmp_path: Path) -> None:
    site = shutil.copytree(FIRST_SITE, tmp_path / "site")
    settings = site / "site.toml"
    settings.write_text(
        re.sub('name = ".*"', 'name = "Zürich – 数"', settings.read_text("utf-8"), count=1), encoding="utf-8"
    )
    run = in_encoding("cp1252", "orders", site, "--json", "-")
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout.decode("utf-8"))["sites"][0]["site"] == "Zürich – 数"


def in_encoding(encoding: str, *arguments: object, program: list[str] = PROGRAM) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    return subprocess.run([*program, *map(str, arguments)], capture_output=True, env=environment, check=False)


@posix
@pytest.mark.parametrize(
    ("option", "command"),
    [
        ("--counter", ("certify", "sheet.csv", "--plan", "plan.json")), ("--items", ("plan", FIRST_SITE)),
        ("--seed-source", ("plan", FIRST_SITE)), ("--as-of", ("plan", FIRST_SITE)),
    ],
)  # fmt: skip
def test_a_word_that_is_no_utf_8_is_refused(option: str, command: tuple[object, ...]) -> None:
    run = subprocess.run([*PROGRAM, "sample", *command, option, b"z\xff"], capture_output=True, check=False)
    assert (run.returncode, run.stderr.count(b"\n")) == (2, 1)
    assert f"error: {option} z?: this is no UTF-8".encode() in run.stderr


@posix
def test_a_name_of_a_file_that_is_no_utf_8_is_shown_with_a_sign_in_its_place(tmp_path: Path) -> None:
    site = shutil.copytree(os.fsencode(FIRST_SITE), os.fsencode(tmp_path) + b"/z\xff")
    orders = subprocess.run([*PROGRAM, "orders", site, "--json", tmp_path / "o.json"], capture_output=True, check=False)
    assert orders.returncode == 0, orders.stderr
    assert json.loads((tmp_path / "o.json").read_text(encoding="utf-8"))["sites"][0]["folder"] == "z?"
