"""The program as a group of commands, each in the module of its name, which is loaded when it is asked for."""

from __future__ import annotations

import gc
import os
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NoReturn

import click

from stockward.cli.kit.errors import in_one_line
from stockward.ending import run_to_the_end
from stockward.version import VERSION

_COMPLETION = "_STOCKWARD_COMPLETE"
"""What a shell sets to be told how a command goes on."""


_MODULES = {
    ("stockward.cli", "import"): "importing",
    ("stockward.cli", "plan"): "planning",
    ("stockward.cli", "cards"): "patrols.cards",
    ("stockward.cli", "patrol"): "patrols.patrol",
}
"""Commands whose names are no names of modules, or are those of another command's; by package and name."""


class LazyGroup(click.Group):
    """Commands of a package: ``name_command`` of its module ``name``."""

    def __init__(self, *given: Any, package: str, names: Sequence[str], **others: Any) -> None:
        super().__init__(*given, **others)
        self.package, self.names = package, names

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names, without loading one."""
        return list(self.names)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, loaded; ``None`` where there is none."""
        if cmd_name not in self.names:
            return None
        name = _MODULES.get((self.package, cmd_name), cmd_name)
        module, short = import_module(f"{self.package}.{name}"), name.rpartition(".")[2]
        command: click.Command = getattr(module, f"{short}_command")
        return command


class _Program(LazyGroup):
    """Says every known error in one line, and never shows a traceback for one."""

    def __call__(self, *given: Any, **extra: Any) -> NoReturn:
        """The command as all that its process does."""
        run_to_the_end(lambda: self.code_of(*given, **extra))

    def code_of(self, *given: Any, **extra: Any) -> int:
        """The exit code of the command, once it is done."""
        with in_one_line():
            _require_completion()
            try:
                code = self.main(*given, **{"complete_var": _COMPLETION, **extra, "standalone_mode": False})
            except click.exceptions.NoArgsIsHelpError as asked:
                asked.show()
                code = asked.exit_code
            return code if isinstance(code, int) else 0

    def make_context(self, *given: Any, **extra: Any) -> click.Context:
        with in_one_line():
            return super().make_context(*given, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        with in_one_line():
            return super().invoke(ctx)


def _require_completion() -> None:
    """Raise ``UsageError`` where a shell asks for what is no completion: click would end as if something was found."""
    asked = os.environ.get(_COMPLETION)
    if not asked:
        return
    from click.shell_completion import get_completion_class

    from stockward.terms.errors import UsageError

    shell, _, step = asked.partition("_")
    typed = {"COMP_WORDS", "COMP_CWORD"} <= os.environ.keys()
    if get_completion_class(shell) is None or not (step == "source" or (step == "complete" and typed)):
        raise UsageError(f"{_COMPLETION}={asked}: it is no completion: write bash_source, zsh_source or fish_source")


@click.group(
    cls=_Program,
    package="stockward.cli",
    names=(
        "book",
        "cards",
        "check",
        "drill",
        "import",
        "init",
        "orders",
        "patrol",
        "plan",
        "reports",
        "review",
        "roster",
        "sample",
        "serve",
        "simulate",
        "sites",
        "tables",
        "validate",
    ),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(VERSION, prog_name="stockward")
def main() -> None:
    """Know what is missing, what you would miss, and who must stand guard."""
    # The matrices are many and small: a second thread only waits, and sums in another order give other last digits.
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    # A command lives for seconds and leaves few cycles behind: to look for them less often saves a twentieth of it.
    gc.set_threshold(50_000, 20, 100)
