"""Imports beside each other, and one that meets what it did not leave so: no row is lost, and none is taken twice."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from stockward.cli import main
from stockward.outputs import OutputTarget
from stockward.questions.importing import Request, import_files, state_of
from stockward.unfinished import alone_in

HEAD = "Date,Doc,Material,Store,Type,Qty,Unit"


def ledger(folder: Path, month: int, area: str = "A") -> Path:
    path = folder / f"{month}.csv"
    lines = [f"2026-{month:02d}-{day:02d},D{month}-{day},TNT,{area},Receipt,{day},kg" for day in range(1, 21)]
    path.write_text("\n".join([HEAD, *lines, ""]), encoding="utf-8")
    return path


def run(site: Path, *files: Path) -> Result:
    return CliRunner().invoke(main, ["import", *map(str, files), "--into", str(site), "--accept"])


def rows(site: Path) -> int:
    return len((site / "movements.csv").read_text(encoding="utf-8").splitlines()) - 1


@pytest.mark.parametrize("is_new", [True, False])
def test_imports_at_the_same_time_all_count(tmp_path: Path, is_new: bool) -> None:
    pytest.importorskip("fcntl")
    site = tmp_path / "site"
    files = [ledger(tmp_path, month) for month in range(1, 5)]
    if not is_new:
        run(site, files[0])
    words = [sys.executable, "-m", "stockward", "import"]
    started = [subprocess.Popen([*words, str(file), "--into", str(site), "--accept"]) for file in files]
    assert [one.wait() for one in started] == [0] * len(files)
    assert rows(site) == 80
    assert not list(site.rglob(".stockward*"))


def test_a_site_that_was_changed_meanwhile_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site, january, february = tmp_path / "site", ledger(tmp_path, 1), ledger(tmp_path, 2)
    run(site, january)
    calls = []

    def first_beside_another(request: Request) -> object:
        found = import_files(request)
        if not calls:
            calls.append(run_aside(site, february))
        return found

    def run_aside(site: Path, file: Path) -> int:
        monkeypatch.setattr("stockward.questions.importing.import_files", import_files)
        return run(site, file).exit_code

    monkeypatch.setattr("stockward.questions.importing.import_files", first_beside_another)
    monkeypatch.setattr("stockward.unfinished.alone_in", nobody_waits)
    result = run(site, ledger(tmp_path, 3))
    assert calls == [0]
    assert "it was changed meanwhile, and is read again" in result.stderr
    assert rows(site) == 60


@contextmanager
def nobody_waits(folder: OutputTarget) -> Iterator[None]:
    """The lock of a system that knows none."""
    yield


def test_the_state_of_a_site_is_that_of_its_files(tmp_path: Path) -> None:
    site = tmp_path / "site"
    run(site, ledger(tmp_path, 1))
    before = state_of(site)
    assert state_of(site) == before
    mapping = site / "import.toml"
    mapping.write_text(mapping.read_text(encoding="utf-8") + "# seen\n", encoding="utf-8")
    assert {name for name in before if state_of(site)[name] != before[name]} == {str(mapping)}


def test_what_a_killed_import_left_is_taken_away_and_nothing_else(tmp_path: Path) -> None:
    pytest.importorskip("fcntl")
    site = tmp_path / "site"
    run(site, ledger(tmp_path, 1))
    left = [site / ".stockward-set-0123.part", site / "imported" / ".stockward-set-4567.part"]
    others = [site / ".stockward-0123456789abcdef.part", site / "notes.part"]
    for path in (*left, *others):
        path.write_text("half", encoding="utf-8")
    with alone_in(OutputTarget(site.resolve())):
        pass
    assert not any(path.exists() for path in left)
    assert all(path.exists() for path in others)


def test_rows_that_are_kept_no_more_are_asked_for(tmp_path: Path) -> None:
    site, january, february = tmp_path / "site", ledger(tmp_path, 1), ledger(tmp_path, 2)
    run(site, january, february)
    (site / "imported" / "rows.jsonl").unlink()
    result = run(site, february)
    assert result.exit_code == 2
    assert (
        "it is gone, and with it the rows that were imported before: import 1.csv in the same command too"
        in result.stderr
    )
    assert run(site, february, january).exit_code == 0
    assert rows(site) == 40


def test_places_of_another_site_are_told(tmp_path: Path) -> None:
    site = tmp_path / "site"
    assert "places that no file before had" not in run(site, ledger(tmp_path, 1)).stdout
    assert "places that no file before had: Z" in run(site, ledger(tmp_path, 2, "Z")).stdout
