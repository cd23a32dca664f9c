"""Whatever ends a command before its answer, said in one line: where, what, and the mend; never a traceback."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import click

from stockward.cli.kit.saying import say
from stockward.ending import STOPPED, hear_no_more, heard
from stockward.terms.conclusions import Conclusion
from stockward.version import VERSION

OWN_FAULT, BROKEN_PIPE = 70, 141
"""Exit codes; 70 is EX_SOFTWARE of sysexits.h."""
_STANDARD_OUTPUT = 1


@contextmanager
def in_one_line() -> Iterator[None]:
    """End the process with the one line and the code of what is raised inside."""
    from stockward.terms.errors import StockwardError

    try:
        yield
    except click.exceptions.NoArgsIsHelpError:
        raise
    except click.UsageError as error:
        _fail(_found_by_click(error))
    except StockwardError as error:
        _fail(str(error))
    except BrokenPipeError:
        _close_the_pipe()
    except OSError as error:
        if error.errno is None:  # no computer's word, but a library's
            _own_fault(error)
        _fail(_found_by_the_system(error))
    except MemoryError:
        _fail("this computer: it has no memory left: end other programs, or ask for less at a time")
    except (KeyboardInterrupt, click.Abort):
        _stopped()
    except (click.ClickException, click.exceptions.Exit, SystemExit):
        raise
    except BaseException as fault:  # a panic of the tables is no Exception; without a code of its own it says 1
        if heard() is not None:  # a library has made a fault of what was only told to end
            _stopped()
        _own_fault(fault)


def _fail(message: str) -> NoReturn:
    tell_error(message)
    sys.exit(Conclusion.WRONG_USE)


def tell_error(message: str) -> None:
    """Say on standard error what was wrong."""
    say(f"error: {' '.join(message.split())}", err=True)


def _stopped() -> NoReturn:
    say("stopped", err=True)
    sys.exit(heard() or STOPPED)


def _found_by_the_system(error: OSError) -> str:
    if error.filename is not None:
        return f"{error.filename}: cannot be written or read ({error.strerror}): check the path and its rights"
    if error.errno in (errno.ENOMEM, errno.EMFILE, errno.ENFILE):
        return f"this computer: it refused to go on ({error.strerror}): end other programs, and run it again"
    hear_no_more(_STANDARD_OUTPUT)
    return f"standard output: cannot be written ({error.strerror}): make room, or send it elsewhere"


def _found_by_click(error: click.UsageError) -> str:
    """Wrong use as all other errors are said: where, what, and the mend."""
    where = "stockward" if error.ctx is None else error.ctx.command_path
    said = error.format_message().replace("does not match the format '%Y-%m-%d'", "is no date. Write it as 2026-06-30")
    what, _, mend = (_begun_small(part) for part in said.rstrip(".").partition(". "))
    if "is not in the range" in what and not mend:
        mend = "write a number of that range"
    if isinstance(error, click.MissingParameter) and isinstance(error.param, click.Option):
        mend = f"give {error.param.opts[0]} {error.param.metavar}"
    return f"{where}: {what}: {mend or f'see {where} --help'}"


def _begun_small(text: str) -> str:
    bare = text[1:-1] if text.startswith("(") else text
    return bare[:1].lower() + bare[1:]


def _close_the_pipe() -> NoReturn:
    """End as the shell says of a command whose reader has gone, and not with a code that says what was found."""
    hear_no_more(_STANDARD_OUTPUT)
    sys.exit(BROKEN_PIPE)


def _own_fault(fault: BaseException) -> NoReturn:
    """Say in one line that the program is at fault, and where: the code of an alarm would claim a finding."""
    from pathlib import Path
    from traceback import extract_tb

    *_, last = extract_tb(fault.__traceback__)
    where = f"{Path(last.filename).name}, line {last.lineno}"
    said = " ".join(f"{type(fault).__name__} in {where}: {fault}".split())
    say(
        f"fault: this is a fault of Stockward {VERSION}, not of the data, and nothing was concluded: {said}: "
        "report this line to those who maintain it",
        err=True,
    )
    sys.exit(OWN_FAULT)
