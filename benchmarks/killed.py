"""All that writes, under all that goes wrong: a file is the old or the new, never half, and the code is right.

    python -m benchmarks.killed [--moments 200] [--signals 20] [--only NAME] [--under CONDITION]

Each option that names a file or a folder meets a full disk, a disk that is read only, and places that are none or
another's: folders, links of all kinds, what the command reads. Each command meets readers that have gone, a second one
that writes the same, and signals at moments spread evenly at random over the time that it takes: those that it hears,
and the one that nobody can. The disks are mounted where the system allows it; elsewhere a limit on the size of files
stands for the full one, and rights for the other.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import figure
from benchmarks.writers import (
    LEFT_BEHIND,
    OLD,
    WRITERS,
    Writer,
    fingerprint,
    read_by_all,
    set_up,
    state,
)

DISK = 1 << 20
PAGE = 4096
REFUSED, GONE = 2, 141
TOLD = {signal.SIGINT: 130, signal.SIGTERM: 143}
FAREWELL = 15.0
"""Seconds in which the processes of a search must have ended after that which started them."""


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said."""

    code: int
    said: str = ""
    printed: bool = False


@dataclass(frozen=True)
class Case:
    """A command and its folders; ``normal`` is how it ends where nothing goes wrong, after so many ``seconds``."""

    name: str
    writer: Writer
    read: Path
    out: Path
    normal: Ended = field(default_factory=lambda: Ended(0))
    seconds: float = 0.0

    def cleared(self) -> dict[str, Path]:
        """The places of all options, with nothing in the folder that is written into."""
        shutil.rmtree(self.out, ignore_errors=True)
        self.out.mkdir(exist_ok=True)
        return self.writer.places(self.out)

    def ready(self) -> dict[str, Path]:
        """The places of all options, with what stands there before."""
        places = self.cleared()
        for path in places.values():
            set_up(self.writer, path, self.read)
        return places

    def state(self, path: Path) -> str:
        """Whether a place holds the old or the new."""
        return state(self.writer, path, self.read)

    def run(self, places: dict[str, Path], **streams: object) -> Ended:
        """Run the command."""
        asked: dict[str, object] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
        done = subprocess.run(self.writer.command(self.read, places), check=False, **asked)  # type: ignore[call-overload]
        return Ended(done.returncode, (done.stderr or b"").decode(), bool(done.stdout))


Faults = list[str]


def refused(case: Case, ended: Ended, before: dict[str, str]) -> Faults:
    """What is wrong where nothing may be written: one line says why, and everything is as it was."""
    lines = [line for line in ended.said.splitlines() if not line.startswith(("notice: ", "best "))]
    faults = [] if ended.code == REFUSED else [f"code {ended.code}"]
    faults += [] if len(lines) == 1 and lines[0].startswith("error: ") else [f"said {lines}"]
    return faults + ([] if fingerprint(case.out) == before else ["something has changed"])


def done(case: Case, ended: Ended, places: dict[str, Path]) -> Faults:
    """What is wrong where all must be written."""
    faults = [] if ended.code == case.normal.code else [f"code {ended.code}, not {case.normal.code}"]
    faults += [f"{path.name} is {case.state(path)}" for path in places.values() if case.state(path) != "new"]
    return faults + _behind(case) + _traces(ended)


def _behind(case: Case) -> Faults:
    return [f"{path.name} is left" for path in case.out.rglob("*") if path.name.startswith(LEFT_BEHIND)]


def _traces(ended: Ended) -> Faults:
    return [f"said {ended.said[-300:]}"] if "Traceback" in ended.said or "Exception" in ended.said else []


def each_option(case: Case) -> Iterator[dict[str, Path]]:
    """One option at a time."""
    for option, path in case.writer.places(case.out).items():
        yield {option: path}


# The disk


@contextmanager
def mounted(folder: Path) -> Iterator[bool]:
    """A small disk at a folder, if the system allows it."""
    asked = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "none", str(folder)]
    able = shutil.which("mount") is not None and subprocess.run(asked, check=False, capture_output=True).returncode == 0
    try:
        yield able
    finally:
        if able:
            subprocess.run(["umount", str(folder)], check=True)


def full_disk(case: Case) -> Faults:
    """A disk with no room at all, and one with room for less than a file."""
    return [fault for room in (0, PAGE) for fault in _full(case, room)]


def _full(case: Case, room: int) -> Faults:
    faults = []
    for places in each_option(case):
        case.cleared()
        with mounted(case.out) as able:
            for path in places.values():
                set_up(case.writer, path, case.read)
            if able:
                _fill_up(case.out / "filler", room)
            before = fingerprint(case.out)
            ended = case.run(places) if able else case.run(places, preexec_fn=lambda: _no_file_beyond(room))
            if room and ended.code == case.normal.code:
                faults += done(case, ended, places)
            else:
                faults += refused(case, ended, before)
    return faults


def _fill_up(filler: Path, room: int) -> None:
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(PAGE))
    os.truncate(filler, filler.stat().st_size - room)


def _no_file_beyond(size: int) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def read_only(case: Case) -> Faults:
    """A disk that is read only; elsewhere a folder without the right to write."""
    faults = []
    for places in each_option(case):
        case.cleared()
        with mounted(case.out) as able:
            for path in places.values():
                set_up(case.writer, path, case.read)
            if able:
                subprocess.run(["mount", "-o", "remount,ro", str(case.out)], check=True)
            else:
                case.out.chmod(0o500)
            before = fingerprint(case.out)
            faults += refused(case, case.run(places), before)
            case.out.chmod(0o700) if not able else None
    return faults


# Places


def no_file(case: Case) -> Faults:
    """A folder stands where a file is to be, or a file where a folder is to be."""
    faults = []
    for places in each_option(case):
        case.cleared()
        for path in places.values():
            if path.suffix:
                path.mkdir()
                (path / "of_the_user").write_bytes(OLD)
            else:
                path.write_bytes(OLD)
        before = fingerprint(case.out)
        faults += refused(case, case.run(places), before)
    return faults


def link(case: Case) -> Faults:
    """A link to what stands elsewhere: that is the place, and the link stays. What must be new is refused."""
    faults = []
    for places in each_option(case):
        case.cleared()
        (case.out / "elsewhere").mkdir()
        targets = {option: case.out / "elsewhere" / path.name for option, path in places.items()}
        for option, path in places.items():
            set_up(case.writer, targets[option], case.read)
            path.symlink_to(targets[option])
        # A folder that is not there yet is made where the link leads; a plan must be new.
        before = fingerprint(case.out)
        ended = case.run(places)
        faults += refused(case, ended, before) if case.writer.kind == "new" else done(case, ended, targets)
        faults += [] if all(path.is_symlink() for path in places.values()) else ["the link is gone"]
    return faults


def dangling_link(case: Case) -> Faults:
    """A link to a name that is free, and one into a folder that is not there."""
    faults = []
    for places in each_option(case):
        case.cleared()
        (case.out / "elsewhere").mkdir()
        targets = {option: case.out / "elsewhere" / path.name for option, path in places.items()}
        for option, path in places.items():
            path.symlink_to(targets[option])
        if case.writer.kind == "over":
            continue
        before = fingerprint(case.out)
        ended = case.run(places)
        faults += refused(case, ended, before) if case.writer.kind == "new" else done(case, ended, targets)
    return faults


def link_to_folder(case: Case) -> Faults:
    """A link to a folder of the user, where a file or a new folder is to be."""
    faults = []
    for places in each_option(case):
        case.cleared()
        (case.out / "of_the_user").mkdir()
        (case.out / "of_the_user" / "counts.csv").write_bytes(OLD)
        for path in places.values():
            path.symlink_to(case.out / "of_the_user")
        before = fingerprint(case.out)
        ended = case.run(places)
        if "--ics" in places:
            faults += [] if (case.out / "of_the_user" / "counts.csv").read_bytes() == OLD else ["a file is gone"]
        else:
            faults += refused(case, ended, before)
    return faults


def link_in_a_circle(case: Case) -> Faults:
    """A link to itself."""
    faults = []
    for places in each_option(case):
        case.cleared()
        for path in places.values():
            path.symlink_to(path)
        before = fingerprint(case.out)
        faults += refused(case, case.run(places), before)
    return faults


def what_is_read(case: Case) -> Faults:
    """What the command reads, by its name and by links of every kind."""
    if case.writer.reads is None:
        return []
    file = case.read / case.writer.reads
    faults = []
    for option, path in case.writer.places(case.out).items():
        case.cleared()
        (case.out / "folder").symlink_to(file.parent)
        (case.out / "soft").symlink_to(file)
        os.link(file, case.out / "hard")
        before = fingerprint(case.out)
        for way in (
            file, case.out / "soft", case.out / "hard", case.out / "folder" / file.name,
            file.parent / ".." / file.parent.name / file.name,
        ):  # fmt: skip
            faults += [f"{way}: {fault}" for fault in refused(case, case.run({option: way}), before)]
        if option == "--ics":
            path.mkdir()
            (path / "G0.ics").symlink_to(file)
            before = fingerprint(case.out)
            faults += refused(case, case.run({option: path}), before)
    return faults


def linked_parent(case: Case) -> Faults:
    """The folder above is a link."""
    places = case.cleared()
    (case.out / "elsewhere").mkdir()
    (case.out / "here").symlink_to(case.out / "elsewhere")
    places = {option: case.out / "here" / path.name for option, path in places.items()}
    for path in places.values():
        set_up(case.writer, path, case.read)
    return done(case, case.run(places), places)


def one_place_for_two(case: Case) -> Faults:
    """Two options that name one file, one of them through a link."""
    places = case.cleared()
    options = [option for option in places if option != "--ics"]
    if len(options) < 2:
        return []
    one, other = options[:2]
    places[other].symlink_to(places[one])
    before = fingerprint(case.out)
    return refused(case, case.run({one: places[one], other: places[other]}), before)


# Streams


def closed_pipe(case: Case) -> Faults:
    """Whoever reads standard output, or standard error, has gone."""
    faults = []
    for stream in ("stdout", "stderr"):
        places = case.ready()
        with _closed_pipe() as pipe:
            ended = case.run(places, **{stream: pipe})
        if stream == "stdout" and case.normal.printed:
            faults += [] if ended.code == GONE else [f"stdout: code {ended.code}"]
            faults += [f"{path.name} is half" for path in places.values() if case.state(path) in ("half", "both")]
        else:
            faults += done(case, ended, places)
        faults += _traces(ended)
    return faults


@contextmanager
def _closed_pipe() -> Iterator[int]:
    read, write = os.pipe()
    os.close(read)
    try:
        yield write
    finally:
        os.close(write)


def full_stream(case: Case) -> Faults:
    """Standard output, or standard error, goes to a full disk."""
    faults: Faults = []
    if not Path("/dev/full").exists():
        return faults
    for stream in ("stdout", "stderr"):
        places = case.ready()
        with Path("/dev/full").open("wb") as full:
            ended = case.run(places, **{stream: full})
        if stream == "stdout" and case.normal.printed:
            faults += [] if ended.code == REFUSED else [f"stdout: code {ended.code}"]
            faults += [] if ended.said.count("error: ") == 1 else [f"stdout: said {ended.said}"]
            faults += [f"{path.name} is half" for path in places.values() if case.state(path) in ("half", "both")]
        else:
            faults += done(case, ended, places)
        faults += _traces(ended)
    return faults


def no_stream(case: Case) -> Faults:
    """The process is started without standard output, or without standard error."""
    faults = []
    for number in (1, 2):
        places = case.ready()
        faults += done(case, case.run(places, preexec_fn=lambda number=number: os.close(number)), places)
    return faults


def two_at_once(case: Case) -> Faults:
    """Two commands that write the same."""
    places = case.ready()
    command = case.writer.command(case.read, places)
    running = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for _ in range(2)]
    said = [one.communicate()[1].decode() for one in running]
    codes = [one.returncode for one in running]
    # What must be new can only be made by one of them.
    may_be_late = case.writer.kind in ("new", "site", "room")
    fine = codes.count(case.normal.code) == 2 or (may_be_late and sorted(codes) == sorted([case.normal.code, REFUSED]))
    faults = [] if fine else [f"codes {codes}, said {said}"]
    faults += [f"{path.name} is {case.state(path)}" for path in places.values() if case.state(path) != "new"]
    return faults + _behind(case)


# Signals


def told_to_end(case: Case, told: signal.Signals, moments: int, rng: random.Random) -> Faults:
    """A signal that is heard, to the process alone and, as a terminal sends it, to all that it has started."""
    return [fault for turn in range(moments) for fault in _told(case, told, rng.random(), group=turn % 2 == 0)]


def _told(case: Case, told: signal.Signals, share: float, *, group: bool) -> Faults:
    places = case.ready()
    process = _started(case, places)
    _wait_until_it_listens(process)
    with suppress(subprocess.TimeoutExpired):
        process.wait(share * case.seconds)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, told) if group else process.send_signal(told)
    sent = time.monotonic()
    _, said = process.communicate()
    ended = Ended(process.returncode, said.decode())
    if ended.code == TOLD[told] and time.monotonic() - sent > FAREWELL:
        return [f"{told.name} at {share:.2f}: it took {time.monotonic() - sent:.0f} s to end"]
    # Ctrl-C ends a search with the best found so far.
    codes = {TOLD[told], case.normal.code} | ({0, 3, 4} if told == signal.SIGINT and "roster" in case.name else set())
    faults = [] if ended.code in codes else [f"code {ended.code}"]
    states = {path.name: case.state(path) for path in places.values()}
    faults += [f"{name} is {one}" for name, one in states.items() if one in ("half", "both")]
    if ended.code == case.normal.code and case.normal.code != 4 and told != signal.SIGINT:
        faults += [f"{name} is old" for name, one in states.items() if one == "old"]
    faults += _behind(case) + _traces(ended) + _still_there(process)
    return [f"{told.name} at {share:.2f}: {fault}" for fault in faults]


def killed(case: Case, moments: int, rng: random.Random) -> Faults:
    """The signal that nobody hears, at any moment from the start on."""
    faults = []
    for _ in range(moments):
        share = rng.uniform(0, 1.05)
        places = case.ready()
        process = _started(case, places)
        with suppress(subprocess.TimeoutExpired):
            process.wait(share * case.seconds)
        process.kill()
        process.communicate()
        states = {path.name: case.state(path) for path in places.values()}
        found = [f"{name} is half" for name, one in states.items() if one == "half"] + _still_there(process)
        faults += [f"killed at {share:.2f}: {fault}" for fault in found]
    return faults


def _started(case: Case, places: dict[str, Path]) -> subprocess.Popen[bytes]:
    command = case.writer.command(case.read, places)
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)


def _wait_until_it_listens(process: subprocess.Popen[bytes]) -> None:
    """Until the program has begun: before, it is Python that is told."""
    status = Path("/proc") / str(process.pid) / "status"
    until = time.monotonic() + FAREWELL
    while process.poll() is None and time.monotonic() < until:
        with suppress(OSError):
            caught = next(line for line in status.read_text().splitlines() if line.startswith("SigCgt"))
            if int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1:
                return
        time.sleep(0.005)


def _still_there(process: subprocess.Popen[bytes]) -> Faults:
    """Processes of a search that go on after that which started them."""
    until = time.monotonic() + FAREWELL
    while time.monotonic() < until:
        try:
            os.killpg(process.pid, 0)
        except (ProcessLookupError, PermissionError):
            return []
        time.sleep(0.05)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    return ["processes are left"]


CONDITIONS: dict[str, Callable[[Case], Faults]] = {
    "full disk": full_disk,
    "read-only disk": read_only,
    "folder for a file": no_file,
    "link": link,
    "dangling link": dangling_link,
    "link to a folder": link_to_folder,
    "link in a circle": link_in_a_circle,
    "what is read": what_is_read,
    "linked parent": linked_parent,
    "one place for two": one_place_for_two,
    "closed pipe": closed_pipe,
    "full stream": full_stream,
    "no stream": no_stream,
    "two at once": two_at_once,
}


def undisturbed(case: Case) -> Case:
    """How the command ends where nothing goes wrong, and how long it takes."""
    places = case.ready()
    started = time.monotonic()
    ended = case.run(places)
    seconds = time.monotonic() - started
    assert ended.code in (0, 1, 3), ended.said
    measured = Case(case.name, case.writer, case.read, case.out, ended, seconds)
    assert not done(measured, ended, places), done(measured, ended, places)
    return measured


def main() -> None:
    """Let everything go wrong, and look."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moments", type=int, default=200)
    parser.add_argument("--signals", type=int, default=20)
    parser.add_argument("--only", choices=WRITERS, action="append", help="this command alone; may be given again")
    parser.add_argument("--under", action="append", help="this condition alone; may be given again")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    found: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as made:
        (Path(made) / "read").mkdir()
        read = read_by_all(Path(made) / "read")
        before = fingerprint(read)
        for name in options.only or WRITERS:
            rng = random.Random(f"{options.seed} {name}")
            case = undisturbed(Case(name, WRITERS[name], read, Path(made) / "out"))
            asked = dict(CONDITIONS)
            for told in TOLD:
                asked[told.name] = lambda case, told=told, rng=rng: told_to_end(case, told, options.signals, rng)
            asked["kill -9"] = lambda case, rng=rng: killed(case, options.moments, rng)
            for condition in options.under or asked:
                look = asked[condition]
                faults = look(case) + ([] if fingerprint(read) == before else ["what is read has changed"])
                found[condition] = found.get(condition, 0) + len(faults)
                print(f"{name:<30} {condition:<20} {len(faults):>4}  {'; '.join(faults[:3])}"[:400], flush=True)
    writers = len(options.only or WRITERS)
    for condition, number in found.items():
        figure(f"{writers} writers, {condition}: files half or lost, codes wrong", number, limit=0)


if __name__ == "__main__":
    sys.exit(main())
