"""No output falls on what is read: by no path, through no link, and no two into one file; nothing changes then."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from stockward.cli import main

FIRST_SITE = Path(__file__).parents[1] / "docs" / "first_site"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FIRST_SITE, tmp_path / "site"))


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(one) for one in arguments])


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def refused(folder: Path, *arguments: object) -> str:
    """What is said where nothing may be written; nothing in the folder has changed then."""
    before = contents(folder)
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    assert contents(folder) == before
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("error: --")
    return result.stderr


WRITERS = [
    ("review", "--html"), ("review", "--json"), ("review", "--xlsx"), ("orders", "--csv"), ("orders", "--json"),
    ("drill", "--html"), ("drill", "--json"), ("sample", "--json"),
]  # fmt: skip


@pytest.mark.parametrize(("command", "option"), WRITERS)
@pytest.mark.parametrize("name", ["counts.csv", "site.toml"])
def test_no_command_writes_over_a_file_of_the_site(site: Path, command: str, option: str, name: str) -> None:
    said = refused(site, command, site, option, site / name)
    assert "is read, and never written over: name another" in said


def test_a_roster_is_not_written_over_the_site_or_the_roster_before(site: Path, tmp_path: Path) -> None:
    earlier = tmp_path / "earlier.csv"
    earlier.write_text("person,post,start,end\n", encoding="utf-8")
    asked = ("roster", site, "--start", "2026-07-06", "--previous", earlier)
    for option in ("--html", "--xlsx", "--csv", "--json"):
        assert "never written over" in refused(tmp_path, *asked, option, earlier)
        assert "never written over" in refused(tmp_path, *asked, option, site / "counts.csv")


@pytest.mark.parametrize("way", ["symbolic link", "hard link", "linked folder", "up and down", "relative"])
def test_no_way_leads_round(site: Path, tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    target = site / "counts.csv"
    link = tmp_path / "out.html"
    if way == "symbolic link":
        link.symlink_to(target)
    elif way == "hard link":
        os.link(target, link)
    elif way == "linked folder":
        (tmp_path / "other").symlink_to(site)
        link = tmp_path / "other" / "counts.csv"
    elif way == "up and down":
        link = site / ".." / "site" / "counts.csv"
    else:
        monkeypatch.chdir(site)
        link = Path("counts.csv")
    assert "never written over" in refused(tmp_path, "review", site, "--html", link)
    assert "never written over" in refused(tmp_path, "review", site / "site.toml", "--html", link)


@pytest.mark.parametrize("name", ["goals.csv", "site.xlsx", "result.xlsx", "countz.csv"])
def test_nothing_is_added_to_a_site_that_would_be_read(site: Path, name: str) -> None:
    assert "would be read as a file of the site" in refused(site, "review", site, "--json", site / name)


def test_a_report_may_stand_in_the_folder_of_its_site(site: Path) -> None:
    for _ in range(2):
        assert run("review", site, "--quiet", "--html", site / "report.html").exit_code == 0
    assert run("check", site).exit_code == 0


def test_two_answers_take_two_files(site: Path, tmp_path: Path) -> None:
    one = tmp_path / "answer"
    assert "--html and --json both name" in refused(tmp_path, "review", site, "--html", one, "--json", one)
    (tmp_path / "link").symlink_to(one)
    assert "both name" in refused(tmp_path, "review", site, "--html", one, "--json", tmp_path / "link")
    nowhere = run("review", site, "--quiet", "--html", os.devnull, "--json", os.devnull)
    assert nowhere.exit_code == 0


def test_places_that_are_none_are_said_before_the_work(site: Path, tmp_path: Path) -> None:
    assert "this is a folder" in refused(tmp_path, "review", site, "--html", tmp_path)
    assert "there is no folder" in refused(tmp_path, "review", site, "--html", tmp_path / "missing" / "x.html")
    (tmp_path / "round").symlink_to(tmp_path / "round")
    assert "leads in a circle" in refused(tmp_path, "review", site, "--html", tmp_path / "round")


def test_a_sealed_plan_its_seed_and_a_filled_sheet_are_never_written_over(site: Path, tmp_path: Path) -> None:
    plan, seed, filled = tmp_path / "plan.json", tmp_path / "plan.json.seed", tmp_path / "filled.csv"
    for file in (plan, seed, filled):
        file.write_text("kept\n", encoding="utf-8")
    for option in ("--html", "--xlsx", "--csv"):
        assert "never written over" in refused(tmp_path, "sample", "--draw", plan, option, plan)
        assert "never written over" in refused(tmp_path, "sample", "--draw", plan, option, seed)
    asked = ("sample", "--result", filled, "--plan", plan)
    for option in ("--html", "--json"):
        for file in (plan, seed, filled):
            assert "never written over" in refused(tmp_path, *asked, option, file)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes that have a name")
def test_what_is_no_regular_file_is_no_place(site: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for option in ("--xlsx", "--html", "--json"):
        assert "this is no regular file" in refused(site, "review", site, option, tmp_path / "pipe")


OPTIONS = [
    ("review", "--html"), ("review", "--json"), ("review", "--xlsx"), ("orders", "--csv"), ("orders", "--json"),
]  # fmt: skip


@pytest.mark.skipif(os.name != "posix", reason="no limit on the size of files")
@pytest.mark.parametrize(("command", "option"), OPTIONS)
def test_a_full_disk_is_said_in_one_line_and_leaves_what_was(
    site: Path, tmp_path: Path, command: str, option: str
) -> None:
    import resource

    target = tmp_path / "answer"
    target.write_text("of yesterday\n", encoding="utf-8")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, limits[1]))
    try:
        result = run(command, site, option, target)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert result.exit_code == 2
    assert [line for line in result.stderr.splitlines() if line.startswith("error: ")] == [
        f"error: {target}: cannot be written (File too large): make room, or name another file"
    ]
    assert contents(tmp_path) == contents(site) | {str(target): b"of yesterday\n"}


def test_an_output_is_for_its_owner_alone_and_a_link_stays_one(site: Path, tmp_path: Path) -> None:
    target, link = tmp_path / "answer.html", tmp_path / "latest.html"
    target.write_text("of yesterday\n", encoding="utf-8")
    target.chmod(0o644)
    link.symlink_to(target)
    assert run("review", site, "--quiet", "--html", link).exit_code == 0
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8").startswith("<!doctype html>")
    if os.name == "posix":
        assert stat.S_IMODE(target.stat().st_mode) == 0o600


KILLED = """
import os, signal, sys
import stockward.outputs as outputs
at = int(sys.argv[1])
done = 0

def dies(function):
    def instead(*arguments, **named):
        global done
        done += 1
        if done > at:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **named)
    return instead

for name in ("open", "fdopen", "fsync", "replace"):
    setattr(os, name, dies(getattr(os, name)))
outputs.write_whole(sys.argv[2], "of today")
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal")
@pytest.mark.parametrize("at", range(5))
def test_whenever_it_is_killed_a_file_is_the_old_or_the_new(tmp_path: Path, at: int) -> None:
    target = tmp_path / "answer"
    target.write_text("of yesterday\n", encoding="utf-8")
    ended = subprocess.run([sys.executable, "-c", KILLED, str(at), str(target)], check=False)
    assert ended.returncode == (0 if at == 4 else -signal.SIGKILL)
    assert target.read_text(encoding="utf-8") == ("of today" if at == 4 else "of yesterday\n")


def test_a_surge_may_last_to_the_end_of_the_calendar(site: Path) -> None:
    asked = ("--production", "2", "--since", "0001-01-01", "--until", "9999-12-31")
    assert run("review", site, "--quiet", *asked).exit_code == 0
