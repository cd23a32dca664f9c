"""No name in the books, of a file, a column or a key, speaks to the terminal in the terminal's own language."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.text import Text

from stockward.cli import main
from stockward.report.kit.console import console
from stockward.terms.signs import escaped, printable

EVIL = "x\x1b[31m\x1b]0;T\x07\x9b2J\u202ey\x7f\rz"
"""A colour, a title of the window, an erased screen, a turned direction, an erased letter, and a return."""

SITE = """format = 1
[site]
name = {name}
timezone = "UTC"
[detection]
false_alarm = 0.05
detection = 0.95
"""


def steering(text: str) -> set[str]:
    return {sign for sign in text if sign != "\n" and unicodedata.category(sign) in {"Cc", "Cf", "Zl", "Zp"}}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site whose every name steers, with a shortage, a row set aside, and a file that is not read."""
    tables = {
        "areas": ["area,kind,name", f"{EVIL},store,{EVIL}"],
        "materials": ["material,kind,unit,name", f"{EVIL},item,each,{EVIL}"],
        "movements": [
            f"movement,at,kind,material,quantity,from_area,to_area,{EVIL}",
            f"{EVIL},2026-04-20,receipt,{EVIL},10,,{EVIL},",
            f"{EVIL},2026-04-21,receipt,{EVIL},10,,{EVIL},",
            f"m,2026-04-21,{EVIL},{EVIL},{EVIL},,{EVIL},",
            f"n,2026-05-02,issue,{EVIL},1,{EVIL},,",
        ],
        "counts": [
            "inventory,at,area,material,quantity",
            f"{EVIL}1,2026-04-01,{EVIL},{EVIL},0",
            f"{EVIL}2,2026-05-01,{EVIL},{EVIL},3",
            f"{EVIL}3,2026-05-03,{EVIL},{EVIL},1",
        ],
    }
    for name, lines in tables.items():
        quoted = [",".join(f'"{cell}"' for cell in line.split(",")) for line in lines]
        (tmp_path / f"{name}.csv").write_text("\n".join(quoted) + "\n", encoding="utf-8", newline="")
    (tmp_path / "evil\x1b[31m.csv").write_text("a\n1\n", encoding="utf-8")
    (tmp_path / "site.toml").write_text(SITE.format(name=json.dumps(EVIL)), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "--all"], ["review"], ["review", "--json", "-"], ["orders"], ["orders", "--json", "-"],
        ["sample plan"], ["drill", "--copies", "20"], ["roster", "--start", "2026-07-06"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_nothing_that_is_printed_steers(site: Path, arguments: list[str]) -> None:
    command, *options = arguments
    result = CliRunner().invoke(main, [*command.split(), str(site), *options])
    assert result.exit_code in {0, 1, 2, 3}, result.output
    assert "Usage:" not in result.output
    assert result.output
    assert not steering(result.output)


def test_an_unknown_setting_steers_nothing(site: Path) -> None:
    (site / "site.toml").write_text(f"{json.dumps(EVIL)} = 1\n", encoding="utf-8")
    result = CliRunner().invoke(main, ["check", str(site)])
    assert result.exit_code == 2
    assert "no known setting" in result.output
    assert not steering(result.output)


def test_a_fault_of_the_program_steers_nothing(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError(EVIL)

    monkeypatch.setattr("stockward.questions.review.make_review", fails)
    result = CliRunner().invoke(main, ["review", str(site)])
    assert result.exit_code == 70
    assert not steering(result.output)


def test_the_last_filter_keeps_lines_and_styles(capsys: pytest.CaptureFixture[str]) -> None:
    console().print(Text(f"one {EVIL}\ntwo", style="bold"))
    said = capsys.readouterr().out
    assert said.splitlines()[1] == "two"
    assert not steering(said)


def test_names_of_people_everywhere_are_kept() -> None:
    name = "Łódź\u00a0№ 7, 東京\u3000倉庫, Київ"
    assert printable(name) == name


def test_json_says_the_same_with_steering_signs_as_numbers() -> None:
    text = json.dumps({EVIL: EVIL}, ensure_ascii=False)
    assert not steering(escaped(text))
    assert json.loads(escaped(text)) == {EVIL: EVIL}


@pytest.mark.skipif(os.name != "posix", reason="no such code of pipes")
@pytest.mark.parametrize(
    "arguments", [["review"], ["review", "--json", "-"], ["orders"], ["check", "--all"]], ids=" ".join
)
def test_a_reader_who_has_gone_is_no_finding(site: Path, arguments: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    command, *options = arguments
    program = [sys.executable, "-c", "from stockward.cli import main; main()", command, str(site), *options]
    ended = subprocess.run(program, stdout=write, stderr=subprocess.PIPE, check=False)
    os.close(write)
    assert ended.returncode == 141
    assert b"Traceback" not in ended.stderr
    assert b"BrokenPipe" not in ended.stderr
