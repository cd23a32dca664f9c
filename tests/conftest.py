"""What holds for all tests: none is timed, since machines differ and are busy, and none hears the signals of others."""

import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# Who starts the tests in the background has them ignore Ctrl-C, and all that they start as well.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _own_signals() -> Iterator[None]:
    """A command that runs in the process of the tests listens to signals until that ends."""
    heard = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}
    yield
    for one, handler in heard.items():
        if signal.getsignal(one) is not handler:
            signal.signal(one, handler)
