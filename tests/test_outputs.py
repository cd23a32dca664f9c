"""No output falls on what is read: by no path, through no link, and no two into one file; nothing changes then."""

from __future__ import annotations

import errno
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.roster.guard_sites import guards, post, small_site

from stockward.cli import main
from stockward.outputs import make_folder, require_places, write_all, write_new, write_whole
from stockward.terms.errors import UsageError

FIRST_SITE = Path(__file__).parents[1] / "docs" / "first_site"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FIRST_SITE, tmp_path / "site"))


def run(command: str, *arguments: object) -> Result:
    return CliRunner().invoke(main, [*command.split(), *(str(one) for one in arguments)])


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
    ("drill", "--html"), ("drill", "--json"), ("sample plan", "--json"),
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
    (tmp_path / "link").symlink_to(one)
    for other in (one, tmp_path / "link", tmp_path / "site" / ".." / "answer", tmp_path / "Answer"):
        said = refused(tmp_path, "review", site, "--html", one, "--json", other)
        assert f"error: --html {one} and --json {other} are one file: give each a file of its own" in said
    one.write_text("of yesterday", encoding="utf-8")
    os.link(one, tmp_path / "hard")
    assert "are one file" in refused(tmp_path, "review", site, "--html", one, "--json", tmp_path / "hard")
    nowhere = run("review", site, "--quiet", "--html", os.devnull, "--json", os.devnull)
    assert nowhere.exit_code == 0


def test_places_that_are_none_are_said_before_the_work(site: Path, tmp_path: Path) -> None:
    assert "this is a folder" in refused(tmp_path, "review", site, "--html", tmp_path)
    assert "there is no folder" in refused(tmp_path, "review", site, "--html", tmp_path / "missing" / "x.html")
    (tmp_path / "round").symlink_to(tmp_path / "round")
    assert "leads in a circle" in refused(tmp_path, "review", site, "--html", tmp_path / "round")


def test_a_path_that_is_too_long_is_said_before_the_work(site: Path, tmp_path: Path) -> None:
    long = "a" * 300
    assert "nothing can be written there" in refused(tmp_path, "review", site, "--html", tmp_path / long)
    assert "nothing can be written there" in refused(tmp_path, "roster", site, "--ics", tmp_path / long / "x")
    for command in (("review", long), ("init", long), ("simulate", *PLANT, long), ("drill", long)):
        assert "File name too long" in refused_folder(tmp_path, *command)


def test_a_sealed_plan_its_seed_and_a_filled_sheet_are_never_written_over(site: Path, tmp_path: Path) -> None:
    plan, seed, filled = tmp_path / "plan.json", tmp_path / "plan.json.seed", tmp_path / "filled.csv"
    for file in (plan, seed, filled):
        file.write_text("kept\n", encoding="utf-8")
    for option in ("--html", "--xlsx", "--csv"):
        assert "never written over" in refused(tmp_path, "sample", "draw", plan, option, plan)
        assert "never written over" in refused(tmp_path, "sample", "draw", plan, option, seed)
    asked = ("sample", "certify", filled, "--plan", plan)
    for option in ("--html", "--json"):
        for file in (plan, seed, filled):
            assert "never written over" in refused(tmp_path, *asked, option, file)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes that have a name")
def test_what_is_no_regular_file_is_no_place(site: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for option in ("--xlsx", "--html", "--json"):
        assert "this is no regular file" in refused(site, "review", site, option, tmp_path / "pipe")


def guarded(folder: Path) -> tuple[object, ...]:
    """What a roster is asked for, of a site with a few guards."""
    small_site(folder / "guarded", guards(5), [post("gate")])
    return folder / "guarded", *FIRST_DAY["roster"], "--weeks", "1", "--deterministic", "20", "--quiet"


FIRST_DAY = {"roster": ("--start", "2026-07-06")}
ASKED: dict[str, Callable[[Path], tuple[object, ...]]] = {
    "review": lambda folder: (FIRST_SITE, "--quiet"),
    "orders": lambda folder: (FIRST_SITE, "--quiet"),
    "drill": lambda folder: (FIRST_SITE, "--copies", "2", "--jobs", "1", "--quiet"),
    "sample plan": lambda folder: (FIRST_SITE.parent / "first_count", "--items", "box=3"),
    "roster": guarded,
}

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


STREAMS = ["/dev/stdout", "/dev/stderr", "/dev/fd/1", "/proc/self/fd/1", "/dev/new"]


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="no streams that have a name")
@pytest.mark.parametrize("stream", STREAMS)
def test_a_stream_is_no_place_whatever_file_it_is_sent_to(site: Path, tmp_path: Path, stream: str) -> None:
    (tmp_path / "link").symlink_to(stream)
    for command, option in [*WRITERS, ("sample plan", "--commit"), ("roster", "--csv"), ("roster", "--ics")]:
        for named in (stream, tmp_path / "link"):
            said = refused(tmp_path, command, site, *FIRST_DAY.get(command, ()), option, named)
            assert "it is no file, but a stream: name a file, or - where standard output is taken" in said
    for command in (("init",), ("simulate", *PLANT)):
        assert "it is no file, but a stream" in refused_folder(tmp_path, *command, stream)


def test_a_stream_that_leads_nowhere_takes_what_is_to_be_lost(site: Path) -> None:
    assert run("review", site, "--quiet", "--json", os.devnull).exit_code == 0


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="no streams that have a name")
def test_a_stream_is_not_read_whatever_file_it_comes_from(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("SECTION_HORIZON\n7\n", encoding="utf-8")
    with file.open() as opened:
        said = refused_folder(tmp_path, "roster", "--instance", f"/proc/self/fd/{opened.fileno()}")
    assert "this is a stream" in said


@pytest.mark.parametrize(
    ("command", "option"),
    [("review", "--html"), ("review", "--xlsx"), ("drill", "--html"), ("sample plan", "--commit"), ("roster", "--html"),
     ("roster", "--xlsx"), ("roster", "--ics")],
)  # fmt: skip
def test_standard_output_takes_no_page_workbook_or_seal(
    site: Path, tmp_path: Path, command: str, option: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = refused_folder(tmp_path, command, site, *FIRST_DAY.get(command, ()), option, "-")
    assert f"'{option}': - is standard output, and only JSON and CSV go there: name a file" in said


def test_the_orders_go_to_standard_output(site: Path, tmp_path: Path) -> None:
    assert run("orders", site, "--csv", tmp_path / "orders.csv").exit_code == 0
    to_output = run("orders", site, "--csv", "-")
    assert to_output.stdout == (tmp_path / "orders.csv").read_text(encoding="utf-8")
    assert "give one of them a file" in refused(tmp_path, "orders", site, "--csv", "-", "--json", "-")


def test_count_sheets_go_to_standard_output(tmp_path: Path) -> None:
    site, plan, sheets = FIRST_SITE.parent / "first_count", tmp_path / "plan.json", tmp_path / "sheets.csv"
    assert run("sample", "plan", site, "--items", "box=3", "--commit", plan).exit_code == 0
    assert run("sample", "draw", plan, "--csv", sheets).exit_code == 0
    to_output = run("sample", "draw", plan, "--csv", "-", "--html", tmp_path / "sheets.html")
    assert to_output.stdout == sheets.read_text(encoding="utf-8")
    assert (tmp_path / "sheets.html").is_file()


LINKED = [*WRITERS, ("roster", "--html"), ("roster", "--xlsx"), ("roster", "--csv"), ("roster", "--json")]


@pytest.mark.parametrize("led_to", ["a file", "nothing yet"])
@pytest.mark.parametrize(("command", "option"), LINKED)
def test_a_link_stays_a_link(tmp_path: Path, command: str, option: str, led_to: str) -> None:
    target, link = tmp_path / "answer", tmp_path / "latest"
    if led_to == "a file":
        target.write_text("of yesterday", encoding="utf-8")
    link.symlink_to(target)
    done = run(command, *ASKED[command](tmp_path), option, link)
    assert done.exit_code in (0, 1, 3), done.stderr
    assert link.is_symlink()
    assert len(target.read_bytes()) > 100


@pytest.mark.parametrize("led_to", ["a file", "nothing yet"])
def test_a_calendar_that_is_a_link_stays_one(tmp_path: Path, led_to: str) -> None:
    asked = ASKED["roster"](tmp_path)
    calendars, far = tmp_path / "calendars", tmp_path / "far.ics"
    assert run("roster", *asked, "--ics", calendars).exit_code == 0
    first, second, *_ = sorted(calendars.iterdir())
    before = first.read_bytes()
    first.unlink()
    first.symlink_to(far)
    if led_to == "a file":
        far.write_text("of yesterday", encoding="utf-8")
    assert run("roster", *asked, "--ics", calendars).exit_code == 0
    assert first.is_symlink()
    assert len(far.read_bytes()) == len(before)
    second.unlink()
    second.symlink_to(far)
    assert "are one file" in refused(tmp_path, "roster", *asked, "--ics", calendars)
    second.unlink()
    second.symlink_to(tmp_path / "missing" / "x.ics")
    assert f"there is no folder {tmp_path / 'missing'}" in refused(tmp_path, "roster", *asked, "--ics", calendars)
    plan, seed = tmp_path / "plan.json", tmp_path / "plan.json.seed"
    assert run("sample", "plan", FIRST_SITE.parent / "first_count", "--items", "box=3", "--commit", plan).exit_code == 0
    for kept in (plan, seed):
        second.unlink()
        second.symlink_to(kept)
        assert "never written over" in refused_folder(tmp_path, "roster", *asked, "--ics", calendars)


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


@pytest.mark.parametrize("seen", ["nothing", "a file", "a link"])
def test_a_link_that_comes_after_the_look_is_not_followed(tmp_path: Path, seen: str) -> None:
    kept, named, linked = (tmp_path / name for name in ("kept", "answer", "linked"))
    for file in (kept, linked):
        file.write_text("of yesterday", encoding="utf-8")
    if seen == "a file":
        named.write_text("of yesterday", encoding="utf-8")
    elif seen == "a link":
        named.symlink_to(linked)
    target = require_places({"--html": named})[named]
    named.unlink(missing_ok=True)
    named.symlink_to(kept)
    write_whole(target, "of today")
    assert kept.read_text(encoding="utf-8") == "of yesterday"
    assert (linked if seen == "a link" else named).read_text(encoding="utf-8") == "of today"


def test_a_folder_that_has_become_a_link_is_not_followed(tmp_path: Path) -> None:
    kept, folder = tmp_path / "kept", tmp_path / "folder"
    kept.mkdir()
    folder.mkdir()
    target = require_places({"--html": folder / "answer"})[folder / "answer"]
    folder.rmdir()
    folder.symlink_to(kept)
    for write in (write_all, write_new):
        with pytest.raises(UsageError, match="a link has been put in its place"):
            write({target: "of today"})
    assert not list(kept.iterdir())


def test_a_command_follows_no_link_that_came_while_it_worked(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from stockward import report

    named, kept, write = tmp_path / "answer.json", site / "counts.csv", report.write_json
    before = kept.read_bytes()

    def slowly(*given: object, **named_so: object) -> str:
        named.symlink_to(kept)
        return write(*given, **named_so)

    monkeypatch.setattr(report, "write_json", slowly)
    assert run("review", site, "--quiet", "--json", named).exit_code == 0
    assert kept.read_bytes() == before
    assert named.read_text(encoding="utf-8").startswith("{")


KILLED = """
import os, shutil, signal, sys
from pathlib import Path
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

for name in ("open", "fdopen", "fsync", "replace", "rename", "link", "unlink", "mkdir"):
    setattr(os, name, dies(getattr(os, name)))
folder = Path(sys.argv[2])
SITE = {"counts.csv": "of today", "site.toml": "of today"}

def whole(): outputs.write_whole(folder / "answer", "of today")
def new(): outputs.write_new({folder / "seed": "of today", folder / "plan": "of today"})
def site(over=False): outputs.write_folder(folder / "site", SITE, names=["counts", "site"], last="site.toml", over=over)
def over(): site(over=True)

globals()[sys.argv[3]]()
"""


def killed(folder: Path, at: int, way: str) -> bool:
    """Whether writing was killed before so many steps were done; it has ended well otherwise."""
    ended = subprocess.run([sys.executable, "-c", KILLED, str(at), str(folder), way], check=False)
    assert ended.returncode in (0, -signal.SIGKILL)
    return ended.returncode != 0


def texts(folder: Path) -> dict[str, str]:
    """What stands in a folder, but for what was left behind by who was killed."""
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file() and ".stockward-" not in str(path)
    }


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal")
def test_whenever_it_is_killed_a_file_is_the_old_or_the_new(tmp_path: Path) -> None:
    for at in range(50):
        (tmp_path / "answer").write_text("of yesterday\n", encoding="utf-8")
        if not killed(tmp_path, at, "whole"):
            break
        assert texts(tmp_path)["answer"] in ("of yesterday\n", "of today")
    assert at >= 4
    assert texts(tmp_path) == {"answer": "of today"}


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal")
def test_whenever_it_is_killed_a_plan_is_whole_and_its_seed_there_before(tmp_path: Path) -> None:
    for at in range(50):
        folder = tmp_path / str(at)
        folder.mkdir()
        over = not killed(folder, at, "new")
        assert sorted(texts(folder).items()) in (
            [], [("seed", "of today")], [("plan", "of today"), ("seed", "of today")],
        )  # fmt: skip
        if over:
            break
    assert at >= 8
    assert len(list(folder.iterdir())) == 2


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal")
@pytest.mark.parametrize("before", ["nothing", "a folder", "a site"])
def test_whenever_it_is_killed_a_folder_is_whole_or_no_site(tmp_path: Path, before: str) -> None:
    old, new = ({"site/counts.csv": text, "site/site.toml": text} for text in ("of yesterday", "of today"))
    for at in range(50):
        folder = tmp_path / str(at)
        folder.mkdir()
        if before != "nothing":
            (folder / "site").mkdir()
        if before == "a site":
            for name, text in old.items():
                (folder / name).write_text(text, encoding="utf-8")
        over = not killed(folder, at, "over" if before == "a site" else "site")
        found = texts(folder)
        assert found in (old, new) or "site/site.toml" not in found
        assert before != "nothing" or found in ({}, new)
        if over:
            break
    assert at >= 8
    assert found == new
    assert sorted(path.name for path in (folder / "site").iterdir()) == ["counts.csv", "site.toml"]


def test_files_are_written_all_or_none(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_text("of yesterday", encoding="utf-8")
    missing = tmp_path / "missing" / "c"
    with pytest.raises(UsageError, match=re.escape(f"{missing}: cannot be written")):
        write_all({tmp_path / "a": "of today", missing: "of today", tmp_path / "b": "of today"})
    assert contents(tmp_path) == {str(tmp_path / name): b"of yesterday" for name in ("a", "b")}


@pytest.mark.parametrize("links", [True, False], ids=["links", "a disk without links"])
def test_what_must_be_new_takes_no_name_that_something_has(
    tmp_path: Path, links: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(source: object, target: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    if not links:
        monkeypatch.setattr(os, "link", none)
    seed, plan = tmp_path / "seed", tmp_path / "plan"
    plan.symlink_to(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="File exists"):
        write_new({seed: "of today", plan: "of today"})
    assert [path.name for path in tmp_path.iterdir()] == ["plan"]
    plan.unlink()
    write_new({seed: "of today", plan: "of today"})
    assert texts(tmp_path) == {"seed": "of today", "plan": "of today"}
    assert seed.stat().st_nlink == 1


# Folders


PLANT = ("--weeks", "4", "--lines", "1")


def refused_folder(folder: Path, *arguments: object) -> str:
    before = contents(folder)
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    assert contents(folder) == before
    return result.stderr


@pytest.mark.parametrize("command", [("init",), ("init", "--csv"), ("simulate", *PLANT)], ids=" ".join)
def test_a_folder_of_a_site_is_made_of_nothing_of_the_user(
    site: Path, tmp_path: Path, command: tuple[str, ...]
) -> None:
    assert "error: " in refused_folder(tmp_path, *command, site)
    assert "is a file: name a folder" in refused_folder(tmp_path, *command, site / "counts.csv")
    assert "would be read as a file" in refused_folder(tmp_path, *command, site / "goals.csv")
    (tmp_path / "link").symlink_to(site)
    assert "error: " in refused_folder(tmp_path, *command, tmp_path / "link")
    (tmp_path / "round").symlink_to(tmp_path / "round")
    assert "leads in a circle" in refused_folder(tmp_path, *command, tmp_path / "round")
    (tmp_path / "free").symlink_to(tmp_path / "far" / "away")
    assert run(*command, tmp_path / "free").exit_code == 0
    assert (tmp_path / "far" / "away" / "site.toml").is_file()
    assert (tmp_path / "free").is_symlink()
    assert not list(tmp_path.rglob(".stockward-*"))


def test_only_a_simulated_site_is_written_over(site: Path, tmp_path: Path) -> None:
    asked = ("simulate", *PLANT, "--overwrite")
    assert "holds no simulated site" in refused_folder(tmp_path, *asked, site)
    plant = tmp_path / "plant"
    assert run("simulate", *PLANT, plant).exit_code == 0
    outside = tmp_path / "counts.csv"
    (plant / "counts.csv").rename(outside)
    before = outside.read_bytes()
    (plant / "counts.csv").symlink_to(outside)
    assert run(*asked, "--seed", 2, plant).exit_code == 0
    assert outside.read_bytes() == before
    assert not (plant / "counts.csv").is_symlink()
    for name in ("wishes.csv", "report.html", "truth.json.old"):
        (plant / name).write_text("mine", encoding="utf-8")
        assert "this is no file of the new site" in refused_folder(tmp_path, *asked, plant)
        (plant / name).unlink()
    for text in ("{}", "[]", "mine", "[" * 100_000):
        (plant / "truth.json").write_text(text, encoding="utf-8")
        assert "holds no simulated site" in refused_folder(tmp_path, *asked, plant)


def test_a_simulated_site_that_was_changed_since_is_never_written_over(tmp_path: Path) -> None:
    plant = tmp_path / "plant"
    assert run("simulate", *PLANT, plant).exit_code == 0
    for name in ("counts.csv", "site.toml", "README.md", "truth.json"):
        file = plant / name
        before = file.read_bytes()
        for changed in (before.replace(b"1", b"2", 1), before + b"\n"):
            file.write_bytes(changed)
            said = refused_folder(tmp_path, "simulate", *PLANT, "--overwrite", plant)
            assert f"error: {file}: this file has been changed since it was simulated" in said
        file.unlink()
        if name != "truth.json":
            assert run("simulate", *PLANT, "--overwrite", plant).exit_code == 0


@pytest.mark.skipif(os.name != "posix", reason="no limit on the size of files")
@pytest.mark.parametrize(
    "command", [("init",), ("simulate", *PLANT), ("simulate", *PLANT, "--overwrite")], ids=" ".join
)
def test_a_full_disk_makes_no_half_folder(tmp_path: Path, command: tuple[str, ...]) -> None:
    import resource

    if "--overwrite" in command:
        assert run("simulate", *PLANT, tmp_path / "new").exit_code == 0
    before = contents(tmp_path)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, limits[1]))
    try:
        result = run(*command, tmp_path / "new")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert result.exit_code == 2
    assert "cannot be written (File too large)" in result.stderr
    assert contents(tmp_path) == before
    assert len(list(tmp_path.iterdir())) == (1 if before else 0)


def test_what_a_killed_command_left_behind_is_nothing_of_the_user(tmp_path: Path) -> None:
    (tmp_path / ".stockward-0123.part").mkdir()
    assert run("simulate", *PLANT, tmp_path).exit_code == 0


def test_calendars_have_a_place_like_every_output(site: Path, tmp_path: Path) -> None:
    asked = ("roster", site, "--start", "2026-07-06", "--ics")
    calendars = tmp_path / "calendars"
    calendars.mkdir()
    (calendars / "G-1.ics").symlink_to(site / "people.csv")
    (site / "people.csv").write_text("person\n", encoding="utf-8")
    assert "never written over" in refused(tmp_path, *asked, calendars)
    (calendars / "G-1.ics").unlink()
    assert "among the calendars of --ics" in refused(tmp_path, *asked, calendars, "--html", calendars / "G-1.ics")
    assert "this is a file" in refused(tmp_path, *asked, site / "counts.csv")
    assert "would be read as a file of the site" in refused(tmp_path, *asked, site / "goals.csv")
    assert "are one file" in refused(tmp_path, *asked, tmp_path / "one", "--html", tmp_path / "one")
    (tmp_path / "round").symlink_to(tmp_path / "round")
    assert "leads in a circle" in refused(tmp_path, *asked, tmp_path / "round")


@pytest.mark.skipif(os.name != "posix", reason="no such rights")
def test_a_folder_that_is_made_is_for_its_owner_alone(tmp_path: Path) -> None:
    make_folder(tmp_path / "new" / "calendars")
    assert stat.S_IMODE((tmp_path / "new" / "calendars").stat().st_mode) == 0o700
    assert run("init", tmp_path / "site").exit_code == 0
    assert stat.S_IMODE((tmp_path / "site").stat().st_mode) == 0o700
    tmp_path.chmod(0o755)
    make_folder(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_the_seed_of_a_plan_has_a_place_like_every_output(tmp_path: Path) -> None:
    site = Path(shutil.copytree(FIRST_SITE.parent / "first_count", tmp_path / "site"))
    asked = ("sample", "plan", site, "--items", "box=3", "--commit", tmp_path / "plan")
    assert "are one file" in refused(tmp_path, *asked, "--json", tmp_path / "plan.seed")
    (tmp_path / "plan.seed").symlink_to(tmp_path / "nowhere")
    assert "never written over" in refused_folder(tmp_path, *asked)


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() == 0, reason="nothing is kept from this user")
def test_what_is_kept_from_being_written_is_said_before_the_work(site: Path, tmp_path: Path) -> None:
    target = tmp_path / "answer"
    target.write_text("kept\n", encoding="utf-8")
    target.chmod(0o400)
    assert "kept from being written" in refused(tmp_path, "review", site, "--html", target)
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    assert "nothing can be written into" in refused(tmp_path, "review", site, "--html", closed / "answer")


@pytest.mark.skipif(os.name != "posix", reason="no limit on addresses")
def test_a_limit_under_which_nothing_can_be_drawn_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import resource

    monkeypatch.setattr(resource, "getrlimit", lambda which: (4 * 10**9, -1))
    result = run("review", FIRST_SITE, "--quiet", "--html", tmp_path / "answer.html")
    assert result.exit_code == 2
    assert "the process may have 4 GB of addresses" in result.stderr
    assert not list(tmp_path.iterdir())


def test_a_surge_may_last_to_the_end_of_the_calendar(site: Path) -> None:
    asked = ("--production", "2", "--since", "0001-01-01", "--until", "9999-12-31")
    assert run("review", site, "--quiet", *asked).exit_code == 0
