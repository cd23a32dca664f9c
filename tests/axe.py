"""axe-core in Chromium: what it finds in pages, in light and dark, on a telephone and on a screen."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

STATIC = Path(__file__).parents[1] / "src" / "stockward" / "web" / "static"
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
AT = "http://pages.example"
WIDTHS = (400, 1280)
ALL = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
"""All rules that axe has on by itself, those of good practice among them, and the size of targets of WCAG 2.2."""
COLOURS = {"resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block"]}
"""The rules that ask of colours: all that another scheme changes."""
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def violations(browser: Any, pages: Mapping[str, str]) -> list[str]:
    """What axe finds in each page, and each that is wider than its window: one line each, with the element."""
    if find_spec("axe_playwright_python") is None:
        pytest.skip("axe looked at nothing: axe-playwright-python is not installed")
    from axe_playwright_python.base import AXE_SCRIPT

    found = []
    page = browser.new_context(bypass_csp=True).new_page()
    texts = list(pages.values())
    page.route("**/*", lambda route: _answer(route, texts))
    for number, name in enumerate(pages):
        page.goto(f"{AT}/{number}")
        page.evaluate(AXE_SCRIPT)
        for scheme, asked in (("light", ALL), ("dark", COLOURS)):
            page.emulate_media(color_scheme=scheme)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                how = f"{name}, {scheme}, {width} px"
                if page.evaluate(WIDER) > 0:
                    found.append(f"{how}: wider than the window")
                for one in page.evaluate("asked => axe.run(asked)", asked)["violations"]:
                    found += [f"{how}: {one['id']}: {node['html'][:160]}" for node in one["nodes"][:1]]
    return found


def _answer(route: Any, texts: list[str]) -> None:
    """Answer with the page of a number, or with a file of the package; with nothing else."""
    path = route.request.url.removeprefix(AT)
    if path[1:].isdigit():
        route.fulfill(content_type="text/html; charset=utf-8", body=texts[int(path[1:])])
    elif path.startswith("/static/") and (file := STATIC / path.removeprefix("/static/")).is_file():
        route.fulfill(content_type=KINDS[file.suffix], body=file.read_bytes())
    else:
        route.fulfill(status=404, body="")
