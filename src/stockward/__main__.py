"""The program as ``stockward`` and ``python -m stockward`` start it: it hears signals before it has loaded the rest."""

from __future__ import annotations

import signal
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def main() -> NoReturn:
    """Run the command line as all that this process does."""
    # Until it is heard, Ctrl-C ends the process as the system does, without a word: nothing has begun.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from stockward.ending import run_to_the_end

    run_to_the_end(_command)


def _command() -> int:
    from contextlib import suppress

    from stockward.ending import STOPPED, heard

    try:
        from stockward.cli import main as command

        return command.code_of(prog_name="stockward")
    except BaseException as error:
        told = heard()
        # What is loaded may make a fault of its own of the signal; without one, it is a fault.
        if told is None or isinstance(error, SystemExit):
            raise
        if told == STOPPED:
            with suppress(OSError):
                sys.stderr.write("stopped\n")
        return told


if __name__ == "__main__":
    main()
