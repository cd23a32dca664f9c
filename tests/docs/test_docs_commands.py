"""Commands, options and exit codes: the manual against the command line, and every command of a page is run."""

from __future__ import annotations

import ast
import re
import runpy
import shlex
import tomllib
from pathlib import Path

import click
import pytest
from click.shell_completion import get_completion_class
from click.testing import CliRunner, Result
from manual_pages import DOCS, PAGES, README, ROOT, blocks, codes, commands, rows, section, text

from stockward import cli, ending

COMMANDS = DOCS / "commands.md"
SLOW = ("review examples/ridgeway", "drill examples/ridgeway", "simulate ridgeway-again --ridgeway")
"""Run elsewhere; here their options are read and no more."""
INSTALLING = (
    "python3 -m venv .venv",
    ". .venv/bin/activate",
    "pip install .",
    "pipx install .",
    "uv tool install .",
    "pip wheel --wheel-dir wheels .",
    "pip install --no-index --find-links wheels stockward",
)
"""These need a fresh environment, and most of them a network."""


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(cli.main, arguments, prog_name="stockward")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.mark.parametrize(
    "page", [page for page in PAGES if commands(page)], ids=lambda page: str(page.relative_to(ROOT))
)
def test_every_command_of_a_page_runs(page: Path, workplace: Path) -> None:
    for command in commands(page):
        program, *arguments = shlex.split(command)
        if program == "make":
            assert re.search(rf"^{arguments[0]}:", text(ROOT / "Makefile"), re.MULTILINE), command
        elif command in INSTALLING:
            project = tomllib.loads(text(ROOT / "pyproject.toml"))["project"]
            assert project["scripts"] == {"stockward": "stockward.__main__:main"}
            assert project["requires-python"] == ">=3.11"
        elif program == "python":
            assert (ROOT / arguments[0]).is_file(), command
            runpy.run_path(arguments[0], run_name="__main__")
        elif " ".join(arguments).startswith(SLOW):
            name, *rest = arguments
            cli.main.commands[name].make_context(name, rest)
        else:
            assert program == "stockward", command
            result = run(*arguments)
            # A reader fills in the blank site in between.
            blank = "no table has a row yet: fill in" in result.output
            assert blank or result.exit_code in {0, cli.ALARMED, cli.SET_ASIDE}, f"{command}: {result.output}"


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "python")], ids=lambda page: page.name)
def test_the_python_of_a_page_runs(page: Path, workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for block in blocks(page, "python"):
        # The smallest site stands in for the example, which takes longer.
        exec(compile(block.replace("examples/ridgeway", "docs/first_site"), str(page), "exec"), {})


def test_the_readme_shows_the_two_commands() -> None:
    assert {"make review", "make test", *INSTALLING} <= set(commands(README))


@pytest.mark.parametrize("name", sorted(cli.main.commands))
def test_every_option_is_described(name: str) -> None:
    command = cli.main.commands[name]
    described = {codes(row[0])[0].split(" ")[0]: " | ".join(row) for row in rows(section(COMMANDS, heading(command)))}
    options = {parameter.opts[0]: parameter for parameter in command.params if isinstance(parameter, click.Option)}
    assert described.keys() == options.keys()
    for option, parameter in options.items():
        words = described[option]
        assert parameter.is_flag or " " in codes(words)[0], f"{option}: name its value"
        if parameter.default not in (None, False) and parameter.show_default:
            assert f"{parameter.default} without it" in words, option
        if isinstance(parameter.type, click.IntRange) and parameter.type.max is not None:
            assert f"{parameter.type.min} to {parameter.type.max}" in words, option


@pytest.mark.parametrize("name", sorted(cli.main.commands))
def test_the_examples_of_the_help_run(name: str, workplace: Path) -> None:
    heads, _, examples = run(name, "--help").stdout.partition("\n  Examples:\n")
    assert heads
    lines = [line.strip() for line in examples.splitlines()]
    assert lines
    assert all(line.startswith(f"stockward {name} ") or line == f"stockward {name}" for line in lines)
    for line in lines:
        result = run(*shlex.split(line)[1:])
        assert result.exit_code in {0, cli.ALARMED, cli.SET_ASIDE}, f"{line}: {result.output}"


@pytest.mark.parametrize(
    "arguments",
    [
        ("review", "docs/first_site", "--sed", "1"),
        ("revue",),
        ("--foo",),
        ("review",),
        ("check", "a", "b"),
        ("drill", "docs/first_site", "--copies", "0"),
        ("drill", "docs/first_site", "--pattern", "odd"),
        ("review", "docs/first_site", "--since", "5 May"),
        ("review", "docs/first_site", "--seed"),
        ("review", "docs/first_site", "--dispatch", "2"),
        ("review", "docs/first_site", "--due", "2026-06-30"),
        ("sample", "docs/first_count", "--draw", "plan.json"),
        ("roster", "docs/first_site"),
        ("check", "nowhere"),
        ("simulate", "docs/first_site"),
    ],
    ids=" ".join,
)
def test_every_error_has_one_form(arguments: tuple[str, ...], workplace: Path) -> None:
    result = run(*arguments)
    assert result.exit_code == cli.WRONG_USE
    assert result.stdout == ""
    assert re.fullmatch(r"error: [^\n]+: [^\n]+\n", result.stderr), result.stderr
    assert "Usage" not in result.stderr


def test_errors_are_quoted_as_they_are(workplace: Path) -> None:
    said = [line for block in blocks(COMMANDS, "text") for line in block.splitlines()]
    assert said == [
        run("review", "docs/first_site", "--sed", "1").stderr.strip(),
        run("check", "nowhere").stderr.strip(),
    ]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_completion_is_that_of_click(shell: str) -> None:
    assert f"{shell}_source" in section(COMMANDS, "## Completion")
    made = get_completion_class(shell)
    assert made is not None
    words = {"COMP_WORDS": "stockward ro", "COMP_CWORD": "ro" if shell == "fish" else "1"}
    result = CliRunner().invoke(
        cli.main, env={"_STOCKWARD_COMPLETE": f"{shell}_complete", **words}, prog_name="stockward"
    )
    assert "roster" in result.stdout


def heading(command: click.Command) -> str:
    arguments = [parameter.name for parameter in command.params if isinstance(parameter, click.Argument)]
    return " ".join(["## stockward", str(command.name), *(str(name).upper() for name in arguments)])


def test_no_command_is_described_that_is_none() -> None:
    described = re.findall(r"^## stockward (\w+)", text(COMMANDS), re.MULTILINE)
    assert sorted(described) == sorted(cli.main.commands)


def test_how_many_problems_are_shown() -> None:
    for page in (COMMANDS, DOCS / "check.md"):
        assert f"first {cli._SHOWN_PROBLEMS}" in text(page)


@pytest.mark.parametrize("page", [README, COMMANDS], ids=lambda page: page.name)
def test_exit_codes_are_described(page: Path) -> None:
    described = {int(row[0]): row[1].lower() for row in rows(section(page, "## Exit codes"))}
    concluded = [0, cli.ALARMED, cli.WRONG_USE, cli.SET_ASIDE, cli.NO_ROSTER, cli.OWN_FAULT]
    known = [*concluded, ending.HUNG_UP, ending.STOPPED, cli.BROKEN_PIPE, ending.TOLD_TO_END]
    assert list(described) == known
    assert "nothing alarmed" in described[0]
    assert "alarmed or found" in described[cli.ALARMED]
    assert "wrong use" in described[cli.WRONG_USE]
    assert "set aside" in described[cli.SET_ASIDE]
    assert "nothing was concluded" in described[cli.OWN_FAULT]


def test_the_command_line_keeps_to_the_exit_codes(workplace: Path, tmp_path: Path) -> None:
    methods = text(DOCS / "first_site" / "methods.csv").replace("0.001", "0.0005").replace("0.002", "0.0005")
    better = tmp_path / "better"
    better.mkdir()
    for path in (DOCS / "first_site").iterdir():
        (better / path.name).write_text(methods if path.name == "methods.csv" else text(path), encoding="utf-8")
    assert run("review", "docs/first_site", "--quiet").exit_code == 0
    assert run("review", "better", "--quiet").exit_code == cli.ALARMED
    assert run("review", "nowhere", "--quiet").exit_code == cli.WRONG_USE
    assert run("review", "docs/faulty", "--quiet").exit_code == cli.SET_ASIDE
    assert run("check", "docs/faulty").exit_code == cli.SET_ASIDE


def test_no_room_opens_a_connection() -> None:
    banned = {"socket", "ssl", "http", "urllib", "requests", "httpx", "ftplib", "smtplib"}
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(text(path))):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {module.split(".")[0] for module in modules} & banned, f"{path}:{node.lineno}"  # type: ignore[attr-defined]
