"""What Django itself checks before a deployment, and whether the database has the form that the models have."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ASKED = """
from pathlib import Path
from stockward.web.running.place import ServerPlace
from stockward.web.running.starting import set_up
set_up(ServerPlace(Path({folder!r}), proxy={proxy!r}))
from django.core.management import call_command
call_command("check", deploy=True)
call_command("makemigrations", check=True, dry_run=True)
"""
ON_ONE_PC = {"W004", "W008", "W012", "W016"}
"""It speaks without TLS to programs of the same machine alone."""
BEHIND_A_PROXY = {"W008", "W021"}
"""The proxy leads from http to https, and no list of browsers knows the name."""


@pytest.mark.parametrize(("proxy", "said"), [(None, ON_ONE_PC), ("https://stock.example", BEHIND_A_PROXY)])
def test_django_finds_nothing_else(proxy: str | None, said: set[str], tmp_path: Path) -> None:
    words = [sys.executable, "-c", ASKED.format(folder=str(tmp_path), proxy=proxy)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert set(re.findall(r"\(security\.(\w+)\)", done.stderr)) == said
    assert not re.findall(r"\((?!security\.)[a-z_]+\.\w\d+\)", done.stderr), done.stderr
    assert "No changes detected" in done.stdout
