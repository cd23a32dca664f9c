"""No output falls on what is read: by no path, through no link, and no two into one file; nothing changes then."""

from __future__ import annotations

import os
import shutil
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


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_said_in_one_line(site: Path) -> None:
    for option in ("--xlsx", "--html", "--json"):
        result = run("review", site, "--quiet", option, "/dev/full")
        assert result.exit_code == 2
        assert result.stderr.count("\n") == 1
        assert "No space left" in result.stderr


def test_a_surge_may_last_to_the_end_of_the_calendar(site: Path) -> None:
    asked = ("--production", "2", "--since", "0001-01-01", "--until", "9999-12-31")
    assert run("review", site, "--quiet", *asked).exit_code == 0
