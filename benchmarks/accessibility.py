"""Every kind of page that Stockward writes, looked at by axe-core in a browser; exit 1 where it finds a violation.

    python -m benchmarks.accessibility [--axe axe.min.js] [--keep FOLDER] [--only NAME]

Each page is looked at light and dark, 400 and 1280 pixels wide, and as it is printed, with every part unfolded. It
takes Chromium, its driver ``chromedriver`` (the package chromium-driver of Debian), and axe-core: a file that is named,
or else the version below through npm. Where one of them is missing nothing is measured, and the exit code is 2.
"""

from __future__ import annotations

import argparse
import io
import itertools
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from benchmarks import figure
from benchmarks.pages import write_pages

AXE = "axe-core@4.14.1"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS, SCHEMES, MEDIA = (400, 1280), ("light", "dark"), ("screen", "print")
LOOK = """
const [printed, done] = arguments;
document.querySelectorAll("details").forEach(one => { one.open = true; });
// Nobody points at paper: how far apart links are is asked of the screen alone.
axe.run({runOnly: RULES, rules: {"target-size": {enabled: !printed}}, resultTypes: ["violations"]}).then(
  found => done(found.violations.flatMap(one => one.nodes.map(node => [one.id, node.html, node.failureSummary]))),
  fault => done([["fault", String(fault), ""]]));
""".replace("RULES", json.dumps(RULES))
NOT_MEASURED = 2


class Browser:
    """Chromium without a window, steered by its driver."""

    def __init__(self, address: str) -> None:
        self._address = address
        options = {"args": ["--headless=new", "--no-sandbox", "--disable-gpu"]}
        wanted = {"capabilities": {"alwaysMatch": {"goog:chromeOptions": options, "timeouts": {"script": 600_000}}}}
        self._session = f"{address}/session/{self._send(f'{address}/session', wanted)['sessionId']}"
        # The pages forbid every script, which is right: only this look at them passes the rule by.
        self.command("Page.setBypassCSP", enabled=True)

    def open(self, page: Path) -> None:
        """Load a page."""
        self._send(f"{self._session}/url", {"url": page.as_uri()})

    def command(self, name: str, **parameters: Any) -> Any:
        """Give the browser a command of its own protocol."""
        return self._send(f"{self._session}/goog/cdp/execute", {"cmd": name, "params": parameters})

    def run(self, script: str, *given: object) -> Any:
        """Run a script on the page until it says that it is done."""
        return self._send(f"{self._session}/execute/async", {"script": script, "args": given})

    def show(self, media: str, scheme: str, width: int) -> None:
        """Show pages on such a medium, in such colours, so wide."""
        colours = [{"name": "prefers-color-scheme", "value": scheme}]
        self.command("Emulation.setEmulatedMedia", media=media, features=colours)
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)

    def close(self) -> None:
        """End the browser."""
        urlopen(Request(self._session, method="DELETE"), timeout=60).close()

    @staticmethod
    def _send(address: str, what: dict[str, Any]) -> Any:
        request = Request(address, json.dumps(what).encode(), {"Content-Type": "application/json"})
        with urlopen(request, timeout=900) as answer:
            return json.load(answer)["value"]


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser for as long as it is needed."""
    driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, text=True)
    try:
        assert driver.stdout is not None
        port = next(line.rstrip(".\n").rpartition(" ")[2] for line in driver.stdout if "successfully on port" in line)
        opened = Browser(f"http://127.0.0.1:{port}")
        try:
            yield opened
        finally:
            opened.close()
    finally:
        driver.terminate()
        driver.wait()


def axe_source(file: Path | None) -> str | None:
    """The program of axe-core, from a file or through npm; ``None`` where it cannot be had."""
    if file is not None:
        return file.read_text(encoding="utf-8") if file.is_file() else None
    if shutil.which("npm") is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        packed = subprocess.run(["npm", "pack", AXE], cwd=folder, capture_output=True, text=True, check=False)
        if packed.returncode:
            return None
        with tarfile.open(Path(folder) / packed.stdout.split()[-1]) as archive:
            program = archive.extractfile("package/axe.min.js")
            return None if program is None else io.TextIOWrapper(program, encoding="utf-8").read()


def violations(opened: Browser, axe: str, page: Path) -> Iterator[tuple[str, str, str, str]]:
    """What is wrong with a page: how it was shown, the rule, the element, and what to do."""
    for media, scheme, width in itertools.product(MEDIA, SCHEMES, WIDTHS):
        if media == "print" and (scheme, width) != (SCHEMES[0], WIDTHS[-1]):
            continue
        opened.show(media, scheme, width)
        opened.open(page)
        for rule, element, mend in opened.run(axe + LOOK, media == "print"):
            yield f"{media} {scheme} {width}", rule, element, mend


def missing(axe: str | None) -> list[str]:
    """What a measurement takes and is not here."""
    tools = [name for name in ("chromium", "chromedriver") if shutil.which(name) is None]
    return tools if axe is not None else [*tools, f"{AXE} (name its axe.min.js with --axe, or install npm)"]


def main() -> int:
    """Write the pages, look at each, and print what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--axe", type=Path, metavar="FILE", help="axe.min.js, in place of the one from npm")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="leave the pages there, and take those that are")
    parser.add_argument("--only", metavar="NAME", help="look only at pages whose name holds this")
    options = parser.parse_args()
    axe = axe_source(options.axe)
    lacking = missing(axe)
    if lacking or axe is None:
        print(f"not measured: {', '.join(lacking)} not found")
        return NOT_MEASURED
    with tempfile.TemporaryDirectory() as scratch:
        pages = write_pages(options.keep or Path(scratch))
        try:
            found = sum(_told(page, axe) for page in pages if (options.only or "") in page.stem)
        except URLError as fault:
            print(f"not measured: {fault}")
            return NOT_MEASURED
    figure(f"violations that axe-core finds on {len(pages)} pages", found, limit=0)
    return int(found > 0)


def _told(page: Path, axe: str) -> int:
    """Look at one page and print what is wrong with it; how much that is."""
    begun, found = time.monotonic(), 0
    with browser() as opened:
        for shown, rule, element, mend in violations(opened, axe, page):
            found += 1
            print(f"{page.stem}, {shown}: {rule}: {' '.join(element[:200].split())}: {' '.join(mend.split())}")
    print(f"{page.stem}: {found} violations, {time.monotonic() - begun:.0f} s", flush=True)
    return found


if __name__ == "__main__":
    sys.exit(main())
