"""A cluster that suffers: four workers, one killed every 20 seconds, the scheduler restarted once; nothing is lost.

    python -m benchmarks.many_sites_cluster [SITES]

The command is given again whenever it ends for a lost scheduler, as its line says. In the end every table must be, byte
for byte, what one computer makes without any of it. It needs the extra ``cluster``.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import figure
from stockward import simulation

SITES, WORKERS, EVERY, PORT = 60, 4, 20.0, 18_787
ADDRESS = f"tcp://127.0.0.1:{PORT}"
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
AGAIN = 2
"""Exit code of a run whose scheduler was lost."""


class Cluster:
    """A scheduler and workers as processes; whatever has ended is begun again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.scheduler = self._begin_scheduler()
        self.workers = [self._begin_worker() for _ in range(WORKERS)]
        self.killed = 0

    def _begin(self, module: str, *words: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-m", f"distributed.cli.{module}", *words], cwd=self.folder, **QUIET)

    def _begin_scheduler(self) -> subprocess.Popen[bytes]:
        return self._begin("dask_scheduler", "--host", "127.0.0.1", "--port", str(PORT), "--no-dashboard")

    def _begin_worker(self) -> subprocess.Popen[bytes]:
        return self._begin("dask_worker", ADDRESS, "--nthreads", "1", "--no-dashboard", "--no-nanny")

    def look_after(self) -> None:
        """Begin again what has ended."""
        self.workers = [one if one.poll() is None else self._begin_worker() for one in self.workers]

    def kill_one(self) -> None:
        """Kill a worker, as a power cut would."""
        os.kill(random.choice(self.workers).pid, signal.SIGKILL)
        self.killed += 1

    def restart_scheduler(self) -> None:
        """Kill the scheduler, and begin another at its address."""
        self.scheduler.kill()
        self.scheduler.wait()
        time.sleep(1)
        self.scheduler = self._begin_scheduler()

    def end(self) -> None:
        """End all of it."""
        for one in (*self.workers, self.scheduler):
            one.kill()
            one.wait()


def main(sites: int) -> int:
    """Run it, and compare."""
    random.seed(1)
    with tempfile.TemporaryDirectory() as nowhere:
        folder = Path(nowhere)
        simulation.write_sites(folder / "land", sites, weeks=12, lines=0, losses=True, seed=1)
        command = [sys.executable, "-m", "stockward", "sites", str(folder / "land"), "--quiet", "--out"]
        cluster, runs, restarted, code = Cluster(folder), 0, False, AGAIN
        try:
            while code == AGAIN and runs < 10:
                runs += 1
                run = subprocess.Popen([*command, str(folder / "far"), "--engine", f"dask={ADDRESS}"], **QUIET)
                begun = time.monotonic()
                while (found := run.poll()) is None:
                    time.sleep(0.5)
                    cluster.look_after()
                    if time.monotonic() - begun > EVERY:
                        begun = time.monotonic()
                        cluster.kill_one()
                    done = folder / "far" / "done"
                    if not restarted and done.exists() and len(list(done.iterdir())) > sites // 2:
                        restarted = True
                        cluster.restart_scheduler()
                code = found
        finally:
            cluster.end()
        subprocess.run([*command, str(folder / "near")], check=False, **QUIET)
        near = {one.relative_to(folder / "near"): one.read_bytes() for one in (folder / "near" / "data").rglob("*.*")}
        differ = [name for name, content in near.items() if (folder / "far" / name).read_bytes() != content]
        print(f"{sites} sites, {runs} runs, {cluster.killed} workers killed, scheduler restarted: {restarted}")
        figure("tables of a cluster under kills that differ from those of one computer", len(differ), limit=0)
        return 1 if differ or not restarted else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else SITES))
