"""What holds for all tests: none is timed, since machines differ and are busy, and none hears the signals of others."""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from click.testing import Result

    import stockward as sw

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# Many tests start a process of their own, and each of those would compile the whole project again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Who starts the tests in the background has them ignore Ctrl-C, and all that they start as well.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take long come first: one that is begun at the end has a core for itself."""
    long = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in long)


def pytest_collection_finish() -> None:
    """All that is loaded by now stays: to look through it again and again for what may go takes a sixth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


@pytest.fixture(autouse=True)
def _own_signals() -> Iterator[None]:
    """A command that runs in the process of the tests listens to signals until that ends."""
    heard = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}
    yield
    for one, handler in heard.items():
        if signal.getsignal(one) is not handler:
            signal.signal(one, handler)


MOST_DRAWN = 400
"""Drawings that are kept; each is some 50 kB."""


@pytest.fixture(scope="session", autouse=True)
def drawn_charts() -> Iterator[dict[str, str]]:
    """A chart of one specification is drawn once a process: to draw takes most of the time that a page takes.

    Nothing but the specification goes into a drawing. Who holds one page against the same again clears these first.
    """
    import vl_convert

    drawn: dict[str, str] = {}
    draw = vl_convert.vegalite_to_svg

    def once(specification: dict[str, Any], **how: Any) -> str:
        key = json.dumps([specification, how])
        if key not in drawn:
            if len(drawn) >= MOST_DRAWN:
                drawn.clear()
            drawn[key] = draw(specification, **how)
        return drawn[key]

    vl_convert.vegalite_to_svg = once
    yield drawn
    vl_convert.vegalite_to_svg = draw


@pytest.fixture(scope="session")
def ridgeway_site() -> sw.Site:
    """The example, read once for all who ask for its facts; facts are frozen."""
    import stockward as sw

    return sw.read_site(Path(__file__).parents[1] / "examples" / "ridgeway")


@pytest.fixture(scope="session")
def ridgeway_review(ridgeway_site: sw.Site) -> sw.Review:
    """The example's review, as a command without options makes it."""
    import stockward as sw

    return sw.review(ridgeway_site)


@pytest.fixture(scope="session")
def validated() -> Result:
    """What ``stockward validate`` says: it has no input, so that all who ask may hear the same answer."""
    from click.testing import CliRunner

    from stockward.cli import main

    result = CliRunner().invoke(main, ["validate"], prog_name="stockward")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result
