"""The engines: what is asked for, a cluster that gives the bytes of this computer, and what a lost worker loses."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from asyncio import CancelledError
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner

from stockward import cli
from stockward.answers.review import ReviewAnswer
from stockward.questions.many.cluster import DaskEngine, asked_engine
from stockward.questions.many.local import LocalEngine
from stockward.questions.many.work import SiteTask, review_site
from stockward.terms.errors import UsageError

FIRST = Path(__file__).parents[2] / "docs" / "first_site"
needs_cluster = pytest.mark.skipif(find_spec("distributed") is None, reason="the extra cluster is not installed")


def page(answers: ReviewAnswer) -> str:
    return ""


TASK = SiteTask(
    id="one", place=str(FIRST), generated=datetime(2026, 11, 30, tzinfo=UTC), as_of=None, seed=1, known=None,
    pages="none", page=page,
)  # fmt: skip


def test_engines_are_asked_for_by_their_words() -> None:
    assert isinstance(asked_engine("local", jobs=2, seconds=5), LocalEngine)
    assert asked_engine("dask=tcp://host:8786", jobs=1, seconds=1) == DaskEngine("tcp://host:8786")
    for words in ("dask", "dask=", "spark", ""):
        with pytest.raises(UsageError, match="write local, or dask=ADDRESS"):
            asked_engine(words, jobs=1, seconds=1)


def test_a_worker_of_another_version_gives_no_answer() -> None:
    fault = review_site(replace(TASK, version="0.0.1")).fault
    assert fault is not None
    assert "by a run of 0.0.1: install one version everywhere" in fault


@needs_cluster
@pytest.mark.slow
def test_a_scheduler_that_is_not_there_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stockward.questions.many.cluster._CONNECTING", "1s")
    words = ["sites", str(FIRST), "--out", str(tmp_path / "out"), "--engine", "dask=tcp://127.0.0.1:9"]
    result = CliRunner().invoke(cli.main, words, prog_name="stockward")
    assert result.exit_code == 2
    assert "no scheduler answers there" in result.stderr
    assert result.stderr.count("\n") == 1


class _LostClient:
    """A client that finds out that its scheduler is gone when it asks it something, or is told so by its status."""

    def __init__(self, fault: BaseException, status: str) -> None:
        self.fault, self.status = fault, status

    def nthreads(self) -> dict[str, int]:
        raise self.fault


@pytest.mark.parametrize(
    ("fault", "status"),
    [(OSError("connection closed"), "running"), (CancelledError(), "closed"), (ValueError("no reply"), "connecting")],
)
def test_a_scheduler_that_goes_while_it_is_asked_is_said_to_be_gone(
    fault: BaseException, status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = DaskEngine("tcp://host:8786")
    monkeypatch.setattr(DaskEngine, "_client", lambda self: nullcontext(_LostClient(fault, status)))
    with pytest.raises(UsageError, match="the scheduler is gone: start it, and run the same command again"):
        list(engine.outcomes([TASK]))


def test_a_fault_of_its_own_is_not_said_to_be_a_lost_scheduler(monkeypatch: pytest.MonkeyPatch) -> None:
    lost = _LostClient(KeyError("own"), "running")
    monkeypatch.setattr(DaskEngine, "_client", lambda self: nullcontext(lost))
    with pytest.raises(KeyError):
        list(DaskEngine("tcp://host:8786").outcomes([TASK]))


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and two workers, each a process that may be killed."""
    told = tmp_path / "scheduler.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": tmp_path}
    begin = [sys.executable, "-m"]
    scheduler = [
        *begin,
        "distributed.cli.dask_scheduler",
        "--scheduler-file",
        str(told),
        "--no-dashboard",
        "--port",
        "0",
    ]
    worker = [*begin, "distributed.cli.dask_worker", "--scheduler-file", str(told), "--nthreads", "1", "--no-dashboard"]
    started = [subprocess.Popen([*scheduler, "--host", "127.0.0.1"], **quiet)]
    while not told.exists():
        time.sleep(0.1)
    started += [subprocess.Popen([*worker, "--no-nanny"], **quiet) for _ in range(2)]
    yield str(told), started
    for one in started:
        one.kill()
        one.wait()


@needs_cluster
@pytest.mark.slow
def test_a_cluster_gives_the_bytes_of_this_computer(
    tmp_path: Path, cluster: tuple[str, list[subprocess.Popen[bytes]]]
) -> None:
    address, processes = cluster
    sites = [str(shutil.copytree(FIRST, tmp_path / "sites" / f"copy-{number}")) for number in range(12)]
    (tmp_path / "sites" / "blank").mkdir()
    command = [
        sys.executable,
        "-m",
        "stockward",
        "sites",
        str(tmp_path / "sites" / "blank"),
        *sites,
        "--quiet",
        "--out",
    ]
    run = subprocess.Popen([*command, str(tmp_path / "far"), "--engine", f"dask={address}"])
    done = tmp_path / "far" / "done"
    while run.poll() is None and not (done.exists() and len(list(done.iterdir())) > 2):
        time.sleep(0.05)
    os.kill(processes[1].pid, signal.SIGKILL)
    assert run.wait() == 3
    subprocess.run([*command, str(tmp_path / "near")], check=False)
    for one in sorted((tmp_path / "near" / "data").rglob("*.parquet")):
        assert one.read_bytes() == (tmp_path / "far" / one.relative_to(tmp_path / "near")).read_bytes(), one
    again = subprocess.Popen([*command, str(tmp_path / "far2"), "--engine", f"dask={address}"], stderr=subprocess.PIPE)
    done = tmp_path / "far2" / "done"
    while again.poll() is None and not (done.exists() and any(done.iterdir())):
        time.sleep(0.05)
    processes[0].kill()
    _, said = again.communicate()
    assert again.returncode == 2
    assert b"run the same command again: what is done stays" in said
    assert b"Traceback" not in said
    assert any(done.iterdir())
