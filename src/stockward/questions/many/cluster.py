"""Sites reviewed on the computers of a cluster, by Dask; and which engine is asked for.

Each site is a task of its own, with plain values in and out. A worker that dies loses the site that it had, which Dask
gives to another; one that kills worker after worker is a row with its reason. Where the scheduler is lost, the run
ends, and goes on from what is done when it is given again.
"""

from __future__ import annotations

import logging
from asyncio import CancelledError
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stockward.questions.many.local import LocalEngine
from stockward.questions.many.work import SiteOutcome, SiteTask, review_site
from stockward.terms.errors import UsageError

if TYPE_CHECKING:
    from stockward.questions.many.running import SitesEngine

_DASK = "dask="
_CONNECTING = "20s"
_A_MOMENT = 1.0
_WAITING_EACH = 2
"""Sites that are sent for each thread of the cluster, so that none waits for the next one."""


@dataclass(frozen=True, slots=True)
class DaskEngine:
    """The cluster whose scheduler has this address, such as ``tcp://10.0.0.5:8786``, or is told by this JSON file."""

    address: str

    def outcomes(self, tasks: Iterable[SiteTask]) -> Iterator[SiteOutcome]:
        """What came of each site, as it comes. Raises ``UsageError`` where the scheduler is not there, or is gone."""
        waiting = iter(tasks)
        with self._client() as client:
            under_way: dict[Any, SiteTask] = {}
            while True:
                self._send(client, waiting, under_way)
                with self._scheduler_there(client):
                    came = [_outcome(future, under_way.pop(future)) for future in self._done(client, under_way)]
                yield from came
                if not under_way:
                    return

    @contextmanager
    def _client(self) -> Iterator[Any]:
        try:
            from distributed import Client
        except ImportError:
            raise UsageError('a cluster needs more than is installed: pip install "stockward[cluster]"') from None
        # What the library logs of a lost scheduler is a traceback; the one line of the error says it.
        for name in ("distributed", "distributed.client"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        told = {"scheduler_file": self.address} if self.address.endswith(".json") else {"address": self.address}
        try:
            client = Client(**told, timeout=_CONNECTING, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            said = " ".join(str(error).split()) or type(error).__name__
            raise UsageError(f"--engine dask={self.address}: no scheduler answers there ({said}): start one") from None
        try:
            yield client
        finally:
            with suppress(OSError):
                client.close(timeout=_A_MOMENT)

    @contextmanager
    def _scheduler_there(self, client: Any) -> Iterator[None]:
        """What is asked of the scheduler inside. Raises ``UsageError`` where it is gone."""
        try:
            yield
        except OSError:  # of a lost connection, that the client's status does not tell yet
            raise self._gone() from None
        except (Exception, CancelledError):
            if client.status == "running":
                raise
            raise self._gone() from None

    def _gone(self) -> UsageError:
        said = "the scheduler is gone: start it, and run the same command again: what is done stays"
        return UsageError(f"--engine dask={self.address}: {said}")

    def _send(self, client: Any, waiting: Iterator[SiteTask], under_way: dict[Any, SiteTask]) -> None:
        with self._scheduler_there(client):
            most = max(sum(client.nthreads().values()), 1) * _WAITING_EACH
        while len(under_way) < most and (task := next(waiting, None)) is not None:
            with self._scheduler_there(client):
                future = client.submit(review_site, task, key=f"stockward-{task.id}", pure=False)
            under_way[future] = task

    def _done(self, client: Any, under_way: dict[Any, SiteTask]) -> list[Any]:
        """What has ended within a moment."""
        from distributed import TimeoutError as NotYet
        from distributed import wait

        if not under_way:
            return []
        try:
            with client.as_current():
                done = list(wait(list(under_way), timeout=_A_MOMENT, return_when="FIRST_COMPLETED").done)
        except NotYet:
            done = []
        if client.status != "running" or any(one.status in ("lost", "cancelled") for one in under_way):
            raise self._gone()
        return done


def _outcome(future: Any, task: SiteTask) -> SiteOutcome:
    if future.status == "finished":
        outcome: SiteOutcome = future.result()
        return outcome
    error = future.exception()
    said = " ".join(f"{type(error).__name__}: {error}".split())
    return SiteOutcome(id=task.id, fault=f"{task.place}: no worker of the cluster could review it ({said}): look there")


def asked_engine(words: str, *, jobs: int, seconds: float) -> SitesEngine:
    """``local``, or ``dask=ADDRESS``. Raises ``UsageError`` for anything else."""
    if words == "local":
        return LocalEngine(jobs, seconds)
    if words.startswith(_DASK) and len(words) > len(_DASK):
        return DaskEngine(words.removeprefix(_DASK))
    raise UsageError(f"--engine {words}: it is no engine: write local, or dask=ADDRESS of a scheduler")
