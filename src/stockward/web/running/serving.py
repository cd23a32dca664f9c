"""The processes of a server: the one that answers requests, and the one that works in the background."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import Any

from stockward.terms.errors import UsageError
from stockward.web.running.place import ServerPlace
from stockward.web.running.settings import UPLOAD_MOST

_THREADS = 8
_PATIENCE = 5.0
"""Seconds that the process in the background has to end."""
_LOOK, _PAUSE = 0.5, 2.0
"""Seconds between two looks whether it still works, and before another takes its place."""


def answer_requests(place: ServerPlace, ready: Callable[[str], None]) -> None:
    """Listen, tell ``ready`` the address, and answer until Ctrl-C; raises ``UsageError`` where it cannot listen."""
    server = _listening(place)
    try:
        with _worker(place):
            ready(place.address)
            server.run()
    finally:
        server.close()


def _listening(place: ServerPlace) -> Any:
    from django.core.wsgi import get_wsgi_application
    from waitress import create_server

    trusted = place.trusted_proxy
    believed = {"trusted_proxy": trusted, "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"}}
    try:
        return create_server(
            get_wsgi_application(),
            host=place.host,
            port=place.port,
            threads=_THREADS,
            max_request_body_size=UPLOAD_MOST,
            ident=None,
            clear_untrusted_proxy_headers=True,
            **({} if trusted is None else believed),
        )
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        mend = "end what listens there, or give another --port"
        raise UsageError(f"{place.host}:{place.port}: nothing can listen there ({reason}): {mend}") from None


@contextmanager
def _worker(place: ServerPlace) -> Iterator[None]:
    """A process that works in the background while this one answers; where it is ended, another takes its place."""
    over = Event()
    keeper = Thread(target=_keep_working, args=(place, over), daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join(2 * _PATIENCE)


def _keep_working(place: ServerPlace, over: Event) -> None:
    while not over.is_set():
        worker = _begun(place)
        while worker.poll() is None and not over.wait(_LOOK):
            pass
        if worker.stdin is not None:
            worker.stdin.close()
        _ended(worker)
        over.wait(_PAUSE)


def _begun(place: ServerPlace) -> subprocess.Popen[str]:
    """The process; it is told the place through a pipe, and ends when that is closed."""
    command = [sys.executable, "-m", "stockward.web.running.worker"]
    worker = subprocess.Popen(command, stdin=subprocess.PIPE, text=True, start_new_session=True)
    if worker.stdin is not None:
        with suppress(BrokenPipeError):
            worker.stdin.write(json.dumps(place.words()) + "\n")
            worker.stdin.flush()
    return worker


def _ended(worker: subprocess.Popen[str]) -> None:
    try:
        worker.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()
