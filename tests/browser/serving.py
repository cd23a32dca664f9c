"""The demonstration of a small site, served by a process of its own, and how somebody signs in to it."""

from __future__ import annotations

import base64
import hmac
import os
import re
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "examples" / "server" / "show_site.py"


@dataclass(frozen=True)
class Shown:
    """A demonstration that is ready: its address, the passwords by account, and the secret of the second factor."""

    address: str
    passwords: dict[str, str]
    secret: str

    def page_of(self, browser: Any, name: str) -> Any:
        """A page in a window of its own, in which somebody has signed in as a person does."""
        page = browser.new_context(locale="en-GB", base_url=self.address).new_page()
        page.goto("/")
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(self.passwords[name])
        page.get_by_role("button", name="Sign in").click()
        page.get_by_label("Code").fill(self.code())
        page.get_by_role("button", name="Go on").click()
        page.get_by_role("heading", name="What needs you today").wait_for()
        return page

    def code(self) -> str:
        """The code of now, as RFC 6238 has it, with time enough to give it."""
        left = 30 - time.time() % 30
        if left < 10:
            time.sleep(left)
        key = base64.b32decode(self.secret + "=" * (-len(self.secret) % 8))
        digest = hmac.digest(key, struct.pack(">Q", int(time.time()) // 30), "sha1")
        cut = digest[-1] & 15
        return f"{int.from_bytes(digest[cut : cut + 4]) % 2**31 % 10**6:06d}"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def shown_site(folder: Path, site: Path, database: str | None = None) -> Iterator[Shown]:
    """The demonstration, until the block is left."""
    words = [sys.executable, str(SCRIPT), str(folder), "--site", str(site), "--port", str(free_port())]
    if database is not None:
        words += ["--database", database]
    env = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env) as begun:
        try:
            yield _told(begun)
        finally:
            begun.terminate()
            begun.wait(60)


def _told(begun: subprocess.Popen[str]) -> Shown:
    said = ""
    assert begun.stdout is not None
    while not (ready := re.search(r"^ready: (\S+)", said, re.MULTILINE)):
        line = begun.stdout.readline()
        assert line, said
        said += line
    passwords = dict(re.findall(r"^  ([a-z-]+) +((?:[a-z]{4}-){3}[a-z]{4}) ", said, re.MULTILINE))
    secret = re.search(r"authenticator app: (\w+)", said)
    assert len(passwords) == 7 and secret
    return Shown(ready[1], passwords, secret[1])
