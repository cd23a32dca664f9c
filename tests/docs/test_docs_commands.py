"""Commands, options and exit codes: the manual against the command line, and every command of a page is run."""

from __future__ import annotations

import ast
import re
import runpy
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.shell_completion import get_completion_class
from click.testing import CliRunner, Result
from manual_pages import DOCS, PAGES, README, ROOT, blocks, codes, commands, rows, section, text

from stockward import cli, ending
from stockward.cli.kit.errors import BROKEN_PIPE, OWN_FAULT
from stockward.terms.conclusions import Conclusion
from stockward.terms.limits import SHOWN_PROBLEMS

COMMANDS = DOCS / "commands.md"
SLOW = (
    "review examples/ridgeway",
    "drill examples/ridgeway",
    "simulate ridgeway-again --ridgeway",
    "patrol examples/works --html",
)
"""Run elsewhere; here their options are read and no more."""
SERVING = "serve "
"""Runs until somebody ends it; tests of the server do."""
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


def doors(group: click.Group, *before: str) -> Iterator[tuple[str, click.Command]]:
    """Every command by its whole name, those of a group in its place."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from doors(command, *before, name)
        else:
            yield " ".join((*before, name)), command


DOORS = dict(doors(cli.main))


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(cli.main, arguments, prog_name="stockward")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.mark.parametrize(
    "page", [page for page in PAGES if commands(page)], ids=lambda page: str(page.relative_to(ROOT))
)
def test_every_command_of_a_page_runs(page: Path, workplace: Path, request: pytest.FixtureRequest) -> None:
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
            DOORS[name].make_context(name, rest)
        else:
            assert program == "stockward", command
            result = request.getfixturevalue("validated") if arguments == ["validate"] else run(*arguments)
            # A reader fills in the blank site in between.
            blank = "no table has a row yet: fill in" in result.output
            assert blank or result.exit_code in {0, Conclusion.ALARMED, Conclusion.SET_ASIDE}, (
                f"{command}: {result.output}"
            )


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "python")], ids=lambda page: page.name)
def test_the_python_of_a_page_runs(page: Path, workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for block in blocks(page, "python"):
        # The smallest site stands in for the example, which takes longer.
        exec(compile(block.replace("examples/ridgeway", "docs/first_site"), str(page), "exec"), {})


def test_the_readme_shows_the_two_commands() -> None:
    assert {"make review", "make test", *INSTALLING} <= set(commands(README))


@pytest.mark.parametrize("name", DOORS)
def test_every_option_is_described(name: str) -> None:
    command = DOORS[name]
    described = {codes(row[0])[0].split(" ")[0]: " | ".join(row) for row in rows(section(COMMANDS, heading(name)))}
    options = {parameter.opts[0]: parameter for parameter in command.params if isinstance(parameter, click.Option)}
    assert described.keys() == options.keys()
    for option, parameter in options.items():
        words = described[option]
        assert parameter.is_flag or " " in codes(words)[0], f"{option}: name its value"
        if parameter.default not in (None, False) and parameter.show_default:
            assert f"{parameter.default} without it" in words, option
        if isinstance(parameter.type, click.IntRange) and parameter.type.max is not None:
            assert f"{parameter.type.min} to {parameter.type.max}" in words, option


@pytest.mark.parametrize("name", DOORS)
def test_the_examples_of_the_help_run(name: str, workplace: Path, request: pytest.FixtureRequest) -> None:
    heads, _, examples = run(*name.split(), "--help").stdout.partition("\n  Examples:\n")
    assert heads
    lines = [line.strip() for line in examples.splitlines()]
    assert lines
    own = [line for line in lines if line.startswith(f"stockward {name} ") or line == f"stockward {name}"]
    # What a step of a count takes, and a plan of patrols, was written by the steps before it.
    assert own == lines or (name.startswith(("sample ", "cards")) and own == lines[-1:])
    for line in lines:
        if line.removeprefix("stockward ").startswith(SERVING):
            DOORS["serve"].make_context("serve", shlex.split(line)[2:])
            continue
        # So many steps find a roster, and so few rounds walks, as well, and need not be waited for until the end.
        ends = {"roster": ("--deterministic", "20"), "patrol": ("--rounds", "5")}.get(name, ())
        arguments = shlex.split(line)[1:]
        result = request.getfixturevalue("validated") if arguments == ["validate"] else run(*arguments, *ends)
        assert result.exit_code in {0, Conclusion.ALARMED, Conclusion.SET_ASIDE}, f"{line}: {result.output}"


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
        ("sample", "certify", "sheets.csv"),
        ("roster", "docs/first_site"),
        ("check", "nowhere"),
        ("simulate", "docs/first_site"),
    ],
    ids=" ".join,
)
def test_every_error_has_one_form(arguments: tuple[str, ...], workplace: Path) -> None:
    result = run(*arguments)
    assert result.exit_code == Conclusion.WRONG_USE
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


def heading(name: str) -> str:
    arguments = [str(one.name).upper() for one in DOORS[name].params if isinstance(one, click.Argument)]
    return " ".join(["## stockward", name, *arguments])


def test_no_command_is_described_that_is_none() -> None:
    described = re.findall(r"^## stockward ([a-z ]+?)(?: [A-Z]+)?$", text(COMMANDS), re.MULTILINE)
    assert sorted(described) == sorted(DOORS)


def test_how_many_problems_are_shown() -> None:
    for page in (COMMANDS, DOCS / "check.md"):
        assert f"first {SHOWN_PROBLEMS}" in text(page)


@pytest.mark.parametrize("page", [README, COMMANDS], ids=lambda page: page.name)
def test_exit_codes_are_described(page: Path) -> None:
    described = {int(row[0]): row[1].lower() for row in rows(section(page, "## Exit codes"))}
    concluded = [0, Conclusion.ALARMED, Conclusion.WRONG_USE, Conclusion.SET_ASIDE, Conclusion.NO_ROSTER, OWN_FAULT]
    known = [*concluded, ending.HUNG_UP, ending.STOPPED, BROKEN_PIPE, ending.TOLD_TO_END]
    assert list(described) == known
    assert "nothing alarmed" in described[0]
    assert "alarmed or found" in described[Conclusion.ALARMED]
    assert "wrong use" in described[Conclusion.WRONG_USE]
    assert "set aside" in described[Conclusion.SET_ASIDE]
    assert "nothing was concluded" in described[OWN_FAULT]


def test_the_command_line_keeps_to_the_exit_codes(workplace: Path, tmp_path: Path) -> None:
    methods = text(DOCS / "first_site" / "methods.csv").replace("0.001", "0.0005").replace("0.002", "0.0005")
    better = tmp_path / "better"
    better.mkdir()
    for path in (DOCS / "first_site").iterdir():
        (better / path.name).write_text(methods if path.name == "methods.csv" else text(path), encoding="utf-8")
    assert run("review", "docs/first_site", "--quiet").exit_code == 0
    assert run("review", "better", "--quiet").exit_code == Conclusion.ALARMED
    assert run("review", "nowhere", "--quiet").exit_code == Conclusion.WRONG_USE
    assert run("review", "docs/faulty", "--quiet").exit_code == Conclusion.SET_ASIDE
    assert run("check", "docs/faulty").exit_code == Conclusion.SET_ASIDE


def test_no_room_opens_a_connection() -> None:
    banned = {"socket", "ssl", "http", "urllib", "requests", "httpx", "ftplib", "smtplib"}
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(text(path))):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            # To take an address apart opens no connection.
            modules = [module for module in modules if module != "urllib.parse"]
            assert not {module.split(".")[0] for module in modules} & banned, f"{path}:{node.lineno}"  # type: ignore[attr-defined]
