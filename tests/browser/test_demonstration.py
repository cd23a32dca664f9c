"""What `make serve` shows: made once, gone on with; passwords new at every start; a folder of something else stays."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from tests.browser.serving import ROOT, SCRIPT, shown_site

pytestmark = pytest.mark.slow

SITE = ROOT / "docs" / "first_site"


def said(*words: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *words], capture_output=True, text=True, timeout=300, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_a_second_start_goes_on_with_what_is_there(tmp_path: Path) -> None:
    folder = tmp_path / "shown"
    with shown_site(folder, SITE) as first:
        codes = {first.code(), said(str(folder), "--codes")[1].split(": ")[1][:6], first.code()}
        assert len(codes) <= 2, "the code that is printed is that of an app, before or after the half minute"
        with urllib.request.urlopen(f"{first.address}/sign-in/", timeout=60) as answer:
            assert answer.status == 200
    entries = (folder / "book.sqlite").stat().st_size
    with shown_site(folder, SITE) as second:
        assert second.secret == first.secret
        assert set(second.passwords) == set(first.passwords)
        assert not set(second.passwords.values()) & set(first.passwords.values())
    assert (folder / "book.sqlite").stat().st_size == entries, "nothing is entered twice"
    if os.name == "posix":
        assert all(stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 for path in [folder, *folder.rglob("*")])
    (folder / "second_factors.secret").unlink()
    code, told = said(str(folder))
    assert code == 1 and "second_factors.secret: the second factors were sealed with another key" in told
    assert "put back the file of the backup" in told and "Traceback" not in told


def test_what_is_no_demonstration_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_text("mine", encoding="utf-8")
    code, told = said(str(tmp_path))
    assert code == 1 and "name another folder" in told and "Traceback" not in told
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]
    code, told = said(str(tmp_path), "--codes")
    assert code == 1 and "there is no demonstration" in told
