"""Chromium for tests, where there is one: that of the system, driven by Playwright."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


@contextmanager
def started_chromium() -> Iterator[Any]:
    """A browser without a window; the test is skipped where there is none, and says what is lacking."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None or find_spec("playwright") is None:
        pytest.skip("not driven in a browser: Playwright and a Chromium on the PATH are needed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()
