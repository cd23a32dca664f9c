"""The process that works in the background: reviews are computed here, so that pages stay quick meanwhile.

It reads the place of its server from standard input, and ends when that is closed: with its server, however that ends.
What it had begun then is begun again by the next one.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading

_EVERY = 0.5
"""Seconds between two looks for work."""


def work() -> None:
    """Work until the server ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.umask(0o077)
    from stockward.web.running.place import ServerPlace
    from stockward.web.running.starting import set_up

    set_up(ServerPlace.of_words(json.loads(sys.stdin.readline())))
    threading.Thread(target=_end_with_the_server, daemon=True).start()
    from django.core.management import call_command

    from stockward.web.tasks import begin_again

    begin_again()
    call_command("db_worker", interval=_EVERY, startup_delay=False, reload=False, verbosity=0)


def _end_with_the_server() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    work()
