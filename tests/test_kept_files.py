"""No output takes the place of a database, a key, a secret, a sealed plan, a filled form, or other results."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from stockward.book.store.tree_heads import HeadSigner
from stockward.cli import main
from stockward.kept_files import marked_workbook
from stockward.sealed.keys import new_identity

FIRST_SITE = Path(__file__).parents[1] / "docs" / "first_site"


def run(command: str, *arguments: object) -> Result:
    return CliRunner().invoke(main, [*command.split(), *(str(one) for one in arguments)])


def _database(file: Path) -> None:
    with sqlite3.connect(file) as made:
        made.execute("create table entry (x)")


KEPT: dict[str, tuple[Callable[[Path], object], str]] = {
    "a book": (_database, "it is a database, such as a book of record, and never written over: name another"),
    "the key of a book": (HeadSigner.made("ridgeway").write, "it holds a private key"),
    "the key of a receiver": (lambda file: file.write_text(new_identity()[0]), "it holds a private key"),
    "a secret": (lambda file: file.write_text("0a" * 32), "it is a secret, or a seed, and never written over"),
    "walks": (
        lambda file: file.write_text('{"schema": "stockward.patrol_plan/1"}'),
        "it is a sealed plan of patrols, and never written over",
    ),
    "a table": (lambda file: file.write_bytes(b"PAR1\0\0\0\0PAR1"), "it is no text, and no output of Stockward"),
}


@pytest.mark.parametrize("kind", KEPT)
@pytest.mark.parametrize("option", ["--html", "--json", "--xlsx"])
def test_what_is_kept_is_never_written_over(tmp_path: Path, kind: str, option: str) -> None:
    write, words = KEPT[kind]
    target = tmp_path / "kept"
    write(target)
    before = target.read_bytes()
    said = run("review", FIRST_SITE, option, target)
    assert said.exit_code == 2 and said.stderr.startswith(f"error: {option} {target}: {words}"), said.output
    assert target.read_bytes() == before


def test_a_workbook_is_written_anew_until_somebody_saves_it(tmp_path: Path) -> None:
    made = tmp_path / "review.xlsx"
    for _ in range(2):
        assert run("review", FIRST_SITE, "--quiet", "--xlsx", made).exit_code == 0
    book = openpyxl.load_workbook(made)
    book.worksheets[0]["Z9"] = "walked at 22:10"
    book.save(made)
    before = made.read_bytes()
    said = run("review", FIRST_SITE, "--quiet", "--xlsx", made)
    assert said.exit_code == 2 and "it is not as Stockward wrote it" not in said.stderr
    assert said.stderr == (
        f"error: --xlsx {made}: this workbook or archive is not as Stockward wrote it: somebody may have filled it in: "
        "name another, or take it away\n"
    )
    assert made.read_bytes() == before
    made.unlink()
    assert run("review", FIRST_SITE, "--quiet", "--xlsx", made).exit_code == 0
    assert marked_workbook(b"locked") == b"locked"


def test_nothing_is_put_among_the_results_of_many_sites(tmp_path: Path) -> None:
    out = tmp_path / "results"
    inside = ("sites.xlsx", "sites.html", "run.json", "data/sites/part-00000.parquet", "mine.json")
    out.mkdir()
    said = run(
        "sites", FIRST_SITE, "--quiet", "--out", out, "--json", out / "mine.json", "--engine", "local", "--jobs", 1
    )
    assert said.exit_code == 2 and "it would stand among the results" in said.stderr, said.output
    (out / "data" / "sites").mkdir(parents=True)
    (out / "run.json").write_text(json.dumps({"schema": "stockward.sites/1"}), encoding="utf-8")
    for name in inside:
        for command in ("sites", "review"):
            own = ("--out", out) if command == "sites" else ()
            said = run(command, FIRST_SITE, *own, "--json", out / name)
            assert said.exit_code == 2, said.output
            assert said.stderr == (
                f"error: --json {out / name}: it would stand among the results of stockward sites in {out}: name a "
                "place outside of that folder\n"
            )


def test_results_stand_in_no_site_whichever(tmp_path: Path) -> None:
    site = Path(shutil.copytree(FIRST_SITE, tmp_path / "site"))
    within = site / "deep" / "results"
    for out in (within, site / "results"):
        said = run("sites", FIRST_SITE, "--quiet", "--out", out, "--jobs", 1)
        assert said.exit_code == 2 and not out.exists()
        assert f"it stands in the site {site}: name a place outside of every site" in said.stderr
