"""The command ``stockward reports keygen``."""

from __future__ import annotations

from pathlib import Path

import click

from stockward.cli.kit.options import OUTPUT, TextCommand, examples
from stockward.cli.kit.saying import say


@click.command("keygen", cls=TextCommand, epilog=examples("reports keygen receiver.key"))
@click.argument("file", type=OUTPUT)
def keygen_command(file: Path) -> None:
    """Make the key of a receiver: the private one into FILE, which is never written over, the public one printed.

    Whoever has FILE can read every report to this key; without it nobody can, and no server can help.
    """
    from stockward.outputs import free_name, write_new
    from stockward.sealed import require_age
    from stockward.sealed.keys import fingerprint, new_identity
    from stockward.terms.errors import UsageError

    require_age()
    if file.exists():
        raise UsageError(f"{file}: there is such a file, and a key is never written over: name another")
    text, public = new_identity()
    write_new({free_name(file): text})
    say(public)
    say(f"fingerprint: {fingerprint(public)}", err=True)
    say(f"{file}: keep it on this machine, and a copy of it on paper or a stick in a safe", err=True)
