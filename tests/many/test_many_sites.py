"""Many sites in one run: broken ones, killed processes, what is done already, and the figures of all together."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

import stockward as sw
from stockward import cli
from stockward.answers.many.authority import SitesAnswer
from stockward.answers.review import ReviewAnswer
from stockward.outputs import OutputTarget
from stockward.questions.many import gathering
from stockward.questions.many.dataset import result_tables
from stockward.questions.many.folder import DONE, ResultsFolder
from stockward.questions.many.local import LocalEngine
from stockward.questions.many.places import site_places
from stockward.questions.many.running import SitesAsked, review_sites
from stockward.questions.many.work import SiteOutcome, SiteTask, review_site
from stockward.terms.errors import UsageError

ROOT = Path(__file__).parents[2]
FIRST, FAULTY = ROOT / "docs" / "first_site", ROOT / "docs" / "faulty"
NOW = datetime(2026, 11, 30, tzinfo=UTC)
KILLING, ASLEEP = "killing", "asleep"


class Here:
    """Reviews the sites in this process, and notes which."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.outcomes_of: dict[str, SiteOutcome] = {}

    def outcomes(self, tasks: Iterator[SiteTask]) -> Iterator[SiteOutcome]:
        for task in tasks:
            self.asked.append(Path(task.place).name)
            self.outcomes_of[self.asked[-1]] = outcome = review_site(task)
            yield outcome


def page(answers: ReviewAnswer) -> str:
    return f"<p>{answers.site}</p>"


def deadly(answers: ReviewAnswer) -> str:
    """A page on which a process ends, or sleeps, by the name of the site."""
    if answers.site == KILLING:
        os.kill(os.getpid(), signal.SIGKILL)
    if answers.site == ASLEEP:
        signal.pause()
    return page(answers)


def asked(**other: Any) -> SitesAsked:
    return SitesAsked(**{"as_of": None, "seed": 1, "pages": "all", "page": page, "generated": NOW, **other})


def copies(folder: Path, *names: str) -> list[Path]:
    """Copies of the smallest site, each with a name of its own."""
    made = []
    for name in names:
        made.append(Path(shutil.copytree(FIRST, folder / name)))
        text = (made[-1] / "site.toml").read_text(encoding="utf-8")
        head, _, rest = text.partition("name = ")
        (made[-1] / "site.toml").write_text(f'{head}name = "{name}"\n{rest.partition(chr(10))[2]}', encoding="utf-8")
    return made


def run(out: Path, *sites: Path, engine: Any = None, **other: Any) -> SitesAnswer:
    target = OutputTarget(out.resolve())
    return review_sites(site_places(list(sites)), target, engine or Here(), asked(**other))


def bytes_of(out: Path) -> dict[str, bytes]:
    return {str(one.relative_to(out)): one.read_bytes() for one in sorted((out / "data").rglob("*.parquet"))}


def test_every_kind_of_site_is_a_row(tmp_path: Path) -> None:
    blank = tmp_path / "blank"
    blank.mkdir()
    (blank / "site.toml").write_text((FIRST / "site.toml").read_text(encoding="utf-8"), encoding="utf-8")
    answer = run(tmp_path / "out", FIRST, FAULTY, blank, tmp_path / "gone", ROOT / "README.md")
    rows = {row["site"]: row for row in answer.sites.rows(named=True)}
    assert {name: row["action"] for name, row in rows.items()} == {
        "first_site": "nothing",
        "faulty": "not_tested",
        "blank": "not_reviewed",
        "gone": "not_reviewed",
        "README.md": "not_reviewed",
    }
    assert "there is no such folder" in rows["gone"]["reason"]
    assert "this is a file" in rows["README.md"]["reason"]
    assert rows["faulty"]["set_aside"] > 0
    assert answer.totals.reviewed == 2
    series = pl.read_parquet(tmp_path / "out" / "data" / "series" / "*.parquet")
    one = sw.review(FIRST)
    own = series.filter(pl.col("site") == "first_site")
    assert own["difference"].to_list() == one.series["difference"].to_list()
    assert own["p_value"].to_list() == one.series["p_value"].to_list()


def test_tables_have_the_columns_that_are_described(tmp_path: Path) -> None:
    run(tmp_path / "out", FIRST)
    for name, columns in result_tables().items():
        frame = pl.read_parquet(tmp_path / "out" / "data" / name / "*.parquet")
        assert frame.columns == [one.name for one in columns]
        assert all(one.meaning for one in columns)


def test_what_is_done_is_not_done_again(tmp_path: Path) -> None:
    north, south = copies(tmp_path / "sites", "north", "south")
    run(tmp_path / "out", north, south)
    engine = Here()
    run(tmp_path / "out", north, south, engine=engine)
    assert all(one.result is None and one.fault is None for one in engine.outcomes_of.values())
    before = bytes_of(tmp_path / "out")
    with (south / "counts.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    run(tmp_path / "out", north, south, engine=engine)
    assert [name for name, one in engine.outcomes_of.items() if one.result is not None] == ["south"]
    assert bytes_of(tmp_path / "out") == before
    for other in ({"seed": 2}, {"as_of": "2026-02-15"}):
        run(tmp_path / "out", north, south, engine=engine, **other)
        assert all(one.result is not None for one in engine.outcomes_of.values())
    assert len(list((tmp_path / "out" / "done").iterdir())) == 2


def test_a_run_that_is_stopped_goes_on(tmp_path: Path) -> None:
    sites = copies(tmp_path / "sites", "a", "b", "c")

    class Stopped(Here):
        def outcomes(self, tasks: Iterator[SiteTask]) -> Iterator[SiteOutcome]:
            for number, outcome in enumerate(super().outcomes(tasks)):
                if number == 2:
                    raise KeyboardInterrupt
                yield outcome

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "out", *sites, engine=Stopped())
    engine = Here()
    run(tmp_path / "out", *sites, engine=engine)
    assert [name for name, one in engine.outcomes_of.items() if one.result is not None] == ["c"]
    run(tmp_path / "whole", *sites)
    assert bytes_of(tmp_path / "out") == bytes_of(tmp_path / "whole")


@pytest.mark.slow
def test_a_killed_process_loses_only_its_site(tmp_path: Path) -> None:
    sites = copies(tmp_path / "sites", "a", KILLING, "b", ASLEEP, "c")
    answer = run(tmp_path / "out", *sites, engine=LocalEngine(jobs=2, seconds=45), page=deadly)
    faults = dict(answer.sites.filter(pl.col("status") == "fault").select("site", "reason").rows())
    assert faults.keys() == {KILLING, ASLEEP}
    assert "signal 9" in faults[KILLING]
    assert "longer than 45 seconds" in faults[ASLEEP]
    well = [site for site in sites if site.name not in faults]
    one = run(tmp_path / "one", *well)
    assert one.totals.reviewed == 3
    again = run(tmp_path / "out", *well, engine=LocalEngine(jobs=1, seconds=60), page=deadly)
    assert again.totals.reviewed == 3
    assert bytes_of(tmp_path / "out") == bytes_of(tmp_path / "one")


@pytest.mark.slow
def test_ctrl_c_keeps_what_is_done(tmp_path: Path) -> None:
    sites = [str(shutil.copytree(FIRST, tmp_path / "sites" / f"copy-{number}")) for number in range(40)]
    out = tmp_path / "out"
    command = [sys.executable, "-m", "stockward", "sites", *sites, "--out", str(out), "--jobs", "1", "--quiet"]
    run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while run.poll() is None and not ((out / "done").exists() and any((out / "done").glob("*.gz"))):
        time.sleep(0.02)
    run.send_signal(signal.SIGINT)
    said, told = run.communicate()
    assert (run.returncode, said, told) == (130, b"", b"stopped\n")
    kept = {one.name for one in (out / "done").iterdir()}
    assert 0 < len(kept) < len(sites)
    assert not (out / "data").exists()
    ended = subprocess.run(command, capture_output=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert kept < {one.name for one in (out / "done").iterdir()}


def test_a_site_that_changes_while_it_is_read_is_told(tmp_path: Path) -> None:
    (site,) = copies(tmp_path, "busy")

    def busy(answers: ReviewAnswer) -> str:
        with (site / "counts.csv").open("a", encoding="utf-8") as file:
            file.write("\n")
        return page(answers)

    answer = run(tmp_path / "out", site, page=busy)
    assert "changed while they were read" in answer.sites["reason"][0]


def test_a_fault_of_the_program_is_a_row(tmp_path: Path) -> None:
    def broken(answers: ReviewAnswer) -> str:
        raise ZeroDivisionError("nothing\nto divide by")

    reason = run(tmp_path / "out", FIRST, page=broken).sites["reason"][0]
    assert reason.startswith("this is a fault of Stockward")
    assert "\n" not in reason


def test_a_broken_result_is_told_and_mended_as_it_says(tmp_path: Path) -> None:
    run(tmp_path / "out", FIRST)
    (result,) = (tmp_path / "out" / "done").iterdir()
    result.write_bytes(b"broken")
    reason = run(tmp_path / "out", FIRST).sites["reason"][0]
    assert "take the file away, and run it again" in reason
    result.unlink()
    assert run(tmp_path / "out", FIRST).totals.reviewed == 1


def test_folders_that_hold_something_else_are_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "diary.txt").write_text("dear diary", encoding="utf-8")
    with pytest.raises(UsageError, match="something else than results"):
        run(tmp_path / "mine", FIRST)
    run(tmp_path / "out", FIRST)
    (tmp_path / "out" / "run.json").write_text('{"schema": "stockward.sites/9"}', encoding="utf-8")
    with pytest.raises(UsageError, match=r"stockward\.sites/9.*name another folder"):
        run(tmp_path / "out", FIRST)
    (site,) = copies(tmp_path, "site")
    for out in (site, site / "results"):
        with pytest.raises(UsageError, match="outside of every site"):
            run(out, site)
    with pytest.raises(UsageError, match="no site is named"):
        site_places([])


def test_sites_are_found_and_named_once(tmp_path: Path) -> None:
    copies(tmp_path / "north", "depot", "works")
    copies(tmp_path / "south" / "deep", "depot")
    (tmp_path / "sites.txt").write_text("# all of them\nnorth/depot\n\nsouth\n", encoding="utf-8")
    keys = [one.key for one in site_places([tmp_path / "north" / "*", tmp_path], [tmp_path / "sites.txt"])]
    assert keys == ["deep/depot", "north/depot", "works"]
    with pytest.raises(UsageError, match=r"--list .*nothing\.txt"):
        site_places([], [tmp_path / "nothing.txt"])


def test_sites_of_one_name_and_copies_are_told(tmp_path: Path) -> None:
    shutil.copytree(FIRST, tmp_path / "copy")
    answer = run(tmp_path / "out", FIRST, tmp_path / "copy")
    notes = dict(answer.sites.select("site", "note").rows())
    assert "its facts are those of first_site, to the letter" in notes["copy"]
    assert "2 sites are called" in notes["first_site"]


def test_p_values_of_all_sites_are_held_together(tmp_path: Path) -> None:
    from stockward.stats.many.together import holm, site_p_value

    # By hand, after Holm (1979): 4 × 0.01, 3 × 0.02 (not below the first), 2 × 0.03, 0.04.
    assert holm(np.array([0.03, 0.01, 0.02, 0.04])) == pytest.approx([0.06, 0.04, 0.06, 0.06])
    # One series with all of the false alarms keeps its p-value; two halves of them make it Šidák's.
    assert site_p_value(np.array([0.02]), np.array([0.05]), 0.05) == pytest.approx(0.02)
    half = 1 - np.sqrt(0.95)
    assert site_p_value(np.array([0.01, 0.5]), np.array([half, half]), 0.05) == pytest.approx(1 - 0.99**2)
    assert site_p_value(np.array([0.0, 0.5]), np.array([half, half]), 0.05) < 1e-12


def test_the_chance_that_any_site_stands_is_held() -> None:
    """Simulated sites without loss: one stands over all in no more than α of the runs, each calls one in its own α."""
    from stockward.stats.many.together import holm, site_p_value

    draw, alpha, runs = np.random.default_rng(1), 0.05, 4_000
    series, sites = 4, 25
    shares = np.full(series, 1 - (1 - alpha) ** (1 / series))
    chances = draw.random((runs, sites, series))
    own = np.array([[site_p_value(one, shares, alpha) for one in run_] for run_ in chances])
    assert np.mean(own <= alpha) == pytest.approx(alpha, abs=4 * np.sqrt(alpha * (1 - alpha) / own.size))
    any_stands = np.mean([holm(one).min() <= alpha for one in own])
    assert any_stands == pytest.approx(alpha, abs=4 * np.sqrt(alpha * (1 - alpha) / runs))


def test_the_command_writes_page_workbook_json_and_tables(tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ["sites", str(FIRST), str(FAULTY), "--out", str(out), "--jobs", "1"]
    result = CliRunner().invoke(cli.main, [*words, "--json", str(tmp_path / "all.json")], prog_name="stockward")
    assert result.exit_code == 3, result.output
    assert "2 sites: 1 has a series that was not tested" in " ".join(result.stdout.split())
    document = json.loads((out / "sites.json").read_text(encoding="utf-8"))
    assert document["schema"] == "stockward.sites/1"
    assert [row["site"] for row in document["sites"]] == ["faulty", "first_site"]
    assert (tmp_path / "all.json").read_text(encoding="utf-8") == (out / "sites.json").read_text(encoding="utf-8")
    html = (out / "sites.html").read_text(encoding="utf-8")
    assert html.count("<h1>") == 1
    assert "http" not in html.replace("http-equiv", "")
    assert (out / "sites.xlsx").stat().st_size > 1_000
    again = CliRunner().invoke(cli.main, [*words, "--quiet", "--json", "-"], prog_name="stockward")
    told = json.loads(again.stdout)
    assert {key: value for key, value in told.items() if key != "generated"} == {
        key: value for key, value in document.items() if key != "generated"
    }


def test_wrong_use_is_one_line(tmp_path: Path) -> None:
    for words, said in (
        (["sites", "--out", str(tmp_path / "o")], "no site is named"),
        (["sites", str(FIRST)], "--out"),
        (["sites", str(FIRST), "--out", str(tmp_path / "o"), "--as-of", "yesterday"], "yesterday"),
        (["sites", str(FIRST), "--out", str(FIRST)], "a site is read from it"),
    ):
        result = CliRunner().invoke(cli.main, words, prog_name="stockward")
        assert result.exit_code == 2, result.output
        assert said in result.stderr
        assert result.stderr.count("\n") == 1


def test_no_output_goes_into_a_site(tmp_path: Path) -> None:
    site = tmp_path / "north"
    shutil.copytree(Path(__file__).parents[2] / "docs" / "first_site", site)
    before = sorted(one.name for one in site.iterdir())
    asked = ["sites", str(site), "--out", str(tmp_path / "out"), "--json", str(site / "new.json")]
    result = CliRunner().invoke(cli.main, asked)
    assert result.exit_code == 2
    assert "it stands in the site" in result.output
    assert sorted(one.name for one in site.iterdir()) == before


def test_a_full_disk_is_said_of_whichever_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(part: Path, content: str | bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(part))

    monkeypatch.setattr(gathering, "fill_part", full)
    out = tmp_path / "results"
    (out / DONE).mkdir(parents=True)
    places = site_places([FIRST])
    with pytest.raises(UsageError, match=r"No space left on device\): make room, or name another file"):
        gathering.gather_results(ResultsFolder(OutputTarget(out)), places, {}, {places[0].id: "it was not read"})
    assert [one.name for one in out.iterdir()] == [DONE]
