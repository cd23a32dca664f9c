"""No line of any command is wider than the terminal, and no word or figure in it is broken."""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from stockward import cli
from stockward.report.kit import lines
from stockward.report.kit.lines import LineColumn
from stockward.terms.conclusions import Conclusion
from stockward.terms.wrapping import columns, wrapped
from stockward.validation.fuel_fab import convert, data_folder

ROOT = Path(__file__).parents[1]
WIDTHS = (60, 80, 100, 120)
WIDE = 5_000
INDENT = "  "
PRINTERS = (
    "stockward.report.print_review", "stockward.report.guards.orders_table.print_orders",
    "stockward.report.drill.terminal.print_drill", "stockward.report.counting.plan.print_plan",
    "stockward.report.roster.terminal.print_roster", "stockward.report.published.print_compared",
)  # fmt: skip
"""What prints the answers of the commands."""
LONG = {
    "magazine": "Munitionsgroßlagergebäude-Nordost",
    "box": "مستودع-الذخيرة-الرئيسي-الشمالي",
    "M1": "北京市第一彈藥倉庫與裝配車間",
    "R1": "Treibladungspulververarbeitungshalle-7",
}
"""Names in the place of codes: of 25 letters and more, with hyphens, of Arabic and of Chinese letters."""


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("sites")
    found = {"ridgeway": ROOT / "examples" / "ridgeway", "faulty": ROOT / "docs" / "faulty"}
    for name in ("first_site", "first_count"):
        found[f"long_{name}"] = renamed(ROOT / "docs" / name, folder / name)
    assert CliRunner().invoke(cli.main, ["simulate", str(folder / "plain"), "--weeks", "8", "--losses"]).exit_code == 0
    found["simulated"] = renamed_lines(folder / "plain", folder / "simulated")
    data = data_folder()
    if data is not None:
        convert(data, folder / "fuel_fab", random_rel=0.03, systematic_rel=0.03)
        found["fuel_fab"] = folder / "fuel_fab"
    return found


def renamed(site: Path, to: Path) -> Path:
    """A copy of a site in which codes are long names."""
    to.mkdir()
    for file in site.iterdir():
        text = file.read_text(encoding="utf-8")
        for code, name in LONG.items():
            text = re.sub(rf"\b{code}\b(?!\.csv)", name, text)
        (to / file.name).write_text(text, encoding="utf-8")
    return to


def renamed_lines(site: Path, to: Path) -> Path:
    """A copy of a simulated site whose areas have long names."""
    shutil.copytree(site, to)
    heads, *rows = (site / "areas.csv").read_text(encoding="utf-8").splitlines()
    place, names = heads.split(",").index("name"), list(LONG.values())
    cells = [row.split(",") for row in rows]
    for number, row in enumerate(cells):
        row[place] = f"{names[number % len(names)]} {number}"
    (to / "areas.csv").write_text("\n".join([heads, *map(",".join, cells)]) + "\n", encoding="utf-8")
    return to


COMMANDS = [
    *(["review", name] for name in ("ridgeway", "fuel_fab", "simulated", "long_first_site", "faulty")),
    *(["orders", name] for name in ("ridgeway", "fuel_fab", "simulated", "long_first_site")),
    *(["sample", "plan", name] for name in ("ridgeway", "simulated")),
    ["sample", "plan", "long_first_count", "--items", f"{LONG['box']}=3"],
    ["drill", "simulated", "--copies", "20", "--jobs", "1"],
    ["drill", "long_first_site", "--copies", "20", "--jobs", "1"],
    ["drill", "long_first_site", "--copies", "20", "--jobs", "1", "--as-recorded"],
    ["roster", "ridgeway", "--start", "2026-07-06", "--weeks", "1", "--deterministic", "1"],
    ["validate"],
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_width_holds_and_no_word_is_broken(
    sites: dict[str, Path], command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if "fuel_fab" in command and "fuel_fab" not in sites:
        pytest.skip("the plant's data are not here: set STOCKWARD_SHARED")
    said = {width: io.StringIO() for width in (*WIDTHS, WIDE)}
    for place in PRINTERS:
        monkeypatch.setattr(place, at_every_width(place, said, monkeypatch))
    result = CliRunner().invoke(cli.main, [str(sites.get(one, one)) for one in command])
    assert result.exit_code in {0, 1, 3, 4}, result.output
    whole = set(said[WIDE].getvalue().split())
    assert whole
    for width in WIDTHS:
        text = said[width].getvalue()
        assert not [line for line in text.splitlines() if columns(line) > min(width, 100)]
        wider = [word for word in whole if columns(word) > width - len(INDENT)]
        assert not [
            word for word in text.split() if not is_whole(word, whole) and not any(word in one for one in wider)
        ]


def is_whole(word: str, whole: set[str]) -> bool:
    """Whether a word is one; where a row became lines, a colon stands behind the last word of each head."""
    return word in whole or word.rstrip(":") in whole or set(word) == {"─"}


def at_every_width(place: str, said: dict[int, io.StringIO], monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """What prints an answer, made to print it at each width, so that it need not be found anew for each."""
    module, _, name = place.rpartition(".")
    own = getattr(importlib.import_module(module), name)

    def printer(*given: object) -> None:
        for width, file in said.items():
            with monkeypatch.context() as wide:
                if width == WIDE:
                    wide.setattr(lines, "WIDTH_MAX", WIDE)
                own(*given[:-1], Console(file=file, width=width))

    return printer


@pytest.mark.skipif(os.name != "posix", reason="no such terminals")
def test_a_terminal_gets_problems_broken_between_words_and_a_pipe_whole() -> None:
    program = [sys.executable, "-c", "from stockward.cli import main; main()", "check", str(ROOT / "docs" / "faulty")]
    piped = subprocess.run(program, capture_output=True, text=True, check=False).stdout
    assert max(map(len, piped.splitlines())) > 100
    ours, theirs = os.openpty()
    environment = {**os.environ, "COLUMNS": "60"}
    with subprocess.Popen(program, stdout=theirs, stderr=subprocess.DEVNULL, env=environment) as running:
        os.close(theirs)
        shown = b""
        with contextlib.suppress(OSError):  # how the end of a terminal is told
            while part := os.read(ours, 4096):
                shown += part
    os.close(ours)
    assert running.returncode == Conclusion.SET_ASIDE
    text = shown.decode()
    assert max(map(len, text.splitlines())) <= 60
    assert text.split() == piped.split()


def test_a_figure_and_its_unit_stay_together_and_only_a_word_too_wide_is_broken() -> None:
    assert lines.wrapped_lines("now 12\u202f345 kg", 7) == ["now", "12 345", "kg"]
    assert wrapped("  北京市第一彈藥倉庫 x", 10) == ["  北京市第", "  一彈藥倉", "  庫 x"]
    assert wrapped("", 5) == [""]
    assert wrapped("e\u0301" * 5, 5) == ["e\u0301" * 5]


def test_where_no_table_finds_room_each_row_becomes_lines() -> None:
    table = [LineColumn("site", ["Northern-depot", "South"]), LineColumn("short of target", ["7", "12"], right=True)]
    for width, expected in (
        (24, [" " * 19 + "short", " " * 22 + "of", "site" + " " * 14 + "target", "─" * 24]),
        (12, ["Northern-dep", "ot", "  short of", "  target: 7", "South", "  short of", "  target: 12"]),
    ):
        out = io.StringIO()
        lines.table(Console(file=out, width=width), table)
        assert out.getvalue().splitlines()[: len(expected)] == expected
