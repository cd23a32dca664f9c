"""An import that is killed, at whatever moment, leaves the old site or the new one, or the way to the new one."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from stockward.book import read_site
from stockward.cli import main
from stockward.outputs import is_left_behind, resolved
from stockward.questions.importing import Request, import_files
from stockward.terms.errors import SiteError
from stockward.terms.files import UNFINISHED
from stockward.unfinished import write_set

HEAD = "Date;Doc;Item;Location;In;Out;Balance;Unit\n"
JANUARY = HEAD + "2025-01-13;R1;TNT;A;100;;100;kg\n2025-01-14;I1;TNT;A;;10;90;kg\n"
FEBRUARY = HEAD + "2025-01-14;I1;TNT;A;;10;90;kg\n2025-02-13;R2;RDX;B;50;;50;kg\n"
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no process can be forked here")


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["import", *words])


def held(site: Path) -> dict[str, bytes]:
    """All files of a site but what a killed command leaves behind."""
    found = {path.relative_to(site).as_posix(): path for path in site.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if not is_left_behind(path.name)}


def killed_at(moment: int, site: Path, contents: dict[str, str]) -> bool:
    """Write a set in a process of its own, which kills itself before its ``moment``-th act; whether it lived."""
    child = os.fork()
    if child == 0:
        left = [moment]

        def count(event: str, arguments: tuple[object, ...]) -> None:
            acts = event in {"os.rename", "os.remove"} or (event == "open" and str(site) in str(arguments[0]))
            if acts:
                left[0] -= 1
                if left[0] == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        write_set(resolved(str(site), site), contents)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_kill_at_any_moment_leaves_one_site_or_the_other(tmp_path: Path) -> None:
    january, february = tmp_path / "january.csv", tmp_path / "february.csv"
    january.write_text(JANUARY, encoding="utf-8")
    february.write_text(FEBRUARY, encoding="utf-8")
    before, after = tmp_path / "before", tmp_path / "after"
    run(str(january), "--into", str(before), "--accept")
    shutil.copytree(before, after)
    contents = import_files(Request([february], after, accepts=True)).contents
    run(str(february), "--into", str(after), "--accept")
    old, new = held(before), held(after)
    assert old["movements.csv"] != new["movements.csv"]
    seen = {"old": 0, "new": 0, "unfinished": 0}
    for moment in range(1, 200):
        site = tmp_path / "site"
        shutil.copytree(before, site)
        lived = killed_at(moment, site, contents)
        if (site / UNFINISHED).exists():
            seen["unfinished"] += 1
            with pytest.raises(SiteError, match="an import was cut short while it put its tables in place"):
                read_site(site)
            result = run(str(february), "--into", str(site), "--accept")
            assert "the last import was cut short; what it had not put in place now is" in result.stderr
            # The same file once more adds nothing.
            assert held(site)["movements.csv"] == new["movements.csv"]
            assert not list(site.rglob(".stockward*"))
        else:
            assert held(site) in (old, new)
            seen["new" if held(site) == new else "old"] += 1
            read_site(site)
        shutil.rmtree(site)
        if lived:
            break
    assert moment > 30
    assert seen["old"] > 10
    assert seen["unfinished"] > 10
    assert seen["new"] >= 1


def test_a_first_import_that_is_killed_is_made_whole_by_the_next_one(tmp_path: Path) -> None:
    january = tmp_path / "january.csv"
    january.write_text(JANUARY, encoding="utf-8")
    whole = tmp_path / "whole"
    contents = import_files(Request([january], tmp_path / "site", accepts=True)).contents
    run(str(january), "--into", str(whole), "--accept")
    movements, moment, lived = (whole / "movements.csv").read_bytes(), 0, False
    while not lived:
        moment += 1
        site = tmp_path / "site"
        (site / "imported").mkdir(parents=True)
        lived = killed_at(moment, site, contents)
        assert run(str(january), "--into", str(site), "--accept").exit_code == 0
        assert (site / "movements.csv").read_bytes() == movements
        assert not list(site.rglob(".stockward*"))
        read_site(site)
        shutil.rmtree(site)
    assert moment > 30


@pytest.mark.parametrize(
    "listed",
    ["", "[]", "3", '{"../a": {"part": ".stockward-1.part", "sha256": ""}}', '{"a": {"part": "b"}}', '{"a": 1}'],
)
def test_a_list_that_no_import_wrote_is_not_followed(tmp_path: Path, listed: str) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / UNFINISHED).write_text(listed, encoding="utf-8")
    (tmp_path / "january.csv").write_text(JANUARY, encoding="utf-8")
    result = run(str(tmp_path / "january.csv"), "--into", str(site))
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert "this is no list of what an import had to put in place: take it away" in result.stderr


def test_a_file_that_is_lost_is_told(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    listed = '{"movements.csv": {"part": ".stockward-0123456789abcdef.part", "sha256": "0"}}'
    (site / UNFINISHED).write_text(listed, encoding="utf-8")
    (tmp_path / "january.csv").write_text(JANUARY, encoding="utf-8")
    result = run(str(tmp_path / "january.csv"), "--into", str(site))
    assert result.exit_code == 2
    assert "an import was cut short, and this file of it is lost" in result.stderr
