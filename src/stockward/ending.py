"""How the process of a command ends, however it is told to: with a code of its own, and with no process left behind.

A code that claims a finding is given by nothing but a finding: not by a signal, and not by a line that nobody takes.
"""

from __future__ import annotations

import _thread
import codecs
import io
import os
import signal
import sys
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

HUNG_UP, STOPPED, TOLD_TO_END = 129, 130, 143
"""Exit codes: the terminal has gone, stopped by the user, told to end by the system."""
_CODES = {"SIGHUP": HUNG_UP, "SIGTERM": TOLD_TO_END}
"""Of signals that end a process and can be heard; a system that lacks one never sends it."""

_AGAIN = 0.01
"""Seconds after which a signal that was lost is sent again."""

_IN_PLAIN_SIGNS = "stockward.plainly"
_SPELT_PLAINLY = {
    **dict.fromkeys("─━–—−‐‑", "-"), **dict.fromkeys("│┃", "|"), **dict.fromkeys("╭╮╰╯┌┐└┘├┤┬┴┼╷╵╶╴", "+"),
    **dict.fromkeys("•·⋅", "*"), "×": "x", "÷": "/", "±": "+/-", "≤": "<=", "≥": ">=", "≠": "!=", "≈": "~", "→": "->",
    "σ": "sigma", "Σ": "sum", "…": "...",
    "“": '"', "”": '"', "‘": "'", "’": "'", "\ufeff": "",
}  # fmt: skip

_heard: list[int] = []
"""The codes of what this process was told, in order."""
_signals: list[int] = []
"""The signals that said so."""
_over: list[int] = []
"""The code of the command, once it stands."""


def run_to_the_end(command: Callable[[], int]) -> NoReturn:
    """Run a command as all that its process does, and end the process with its code.

    SIGTERM, and SIGHUP where nobody has set it aside, unwind the command as Ctrl-C does, so that what it has begun is
    cleared away. The code is what a shell says of whom that signal has ended: 128 and the number of the signal.
    """
    _open_streams()
    _say_in_any_encoding()
    _listen()
    try:
        code = _code_of(command)
        _over.append(code)
    except KeyboardInterrupt:
        code = STOPPED
        _over.append(code)
    if _heard:
        end_processes()
    _listen_no_more()
    # Python ends as if Ctrl-C had not been heard where it came while a text was run as a program: it forgets so.
    eval("0")
    sys.exit(next((told for told in _heard if told != STOPPED), code))


def _say_in_any_encoding() -> None:
    """Let standard output and standard error write signs that their encoding lacks as plain ones.

    What Python gives a pipe may have no line to draw a table with, as on a western Windows.
    """
    codecs.register_error(_IN_PLAIN_SIGNS, _plainly)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_IN_PLAIN_SIGNS)


def _plainly(lacking: UnicodeError) -> tuple[str, int]:
    if not isinstance(lacking, UnicodeEncodeError):
        raise lacking
    signs = lacking.object[lacking.start : lacking.end]
    return "".join(_plain(sign) for sign in signs), lacking.end


def _plain(sign: str) -> str:
    """How a sign is spelt in ASCII; ``?`` for one that is not.

    >>> _plain("×"), _plain("é"), _plain("数")
    ('x', 'e', '?')
    """
    if sign in _SPELT_PLAINLY:
        return _SPELT_PLAINLY[sign]
    bare = "".join(part for part in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(part))
    return bare if bare and bare.isascii() and bare.isprintable() else "?"


def heard() -> int | None:
    """The code of the last signal that told this process to end; ``None`` without any."""
    return _heard[-1] if _heard else None


def end_processes() -> None:
    """End the processes that this one has started: whoever waits for one of them waits no longer."""
    if "multiprocessing" in sys.modules:
        from multiprocessing import active_children

        for child in active_children():
            child.terminate()


def begin_to_help() -> None:
    """What a process does first that was started to help another: Ctrl-C is the other's to hear, and it ends with it.

    One of which the other did not know yet when it ended would wait for ever for what to do.
    """
    from multiprocessing import parent_process

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent.sentinel,), daemon=True).start()


def _end_after(other: int) -> None:
    from multiprocessing.connection import wait

    wait([other])
    os._exit(1)


@contextmanager
def undisturbed() -> Iterator[None]:
    """A process that is started inside does not hear Ctrl-C, where the system knows such a mask, and it is known before
    Ctrl-C is heard that comes meanwhile.
    """
    # Python hears signals in its main thread alone.
    if threading.current_thread() is not threading.main_thread() or not callable(signal.getsignal(signal.SIGINT)):
        with _masked():
            yield
        return
    waiting: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: waiting.append(number))
    try:
        with _masked():
            yield
    finally:
        signal.signal(signal.SIGINT, before)
        if waiting:
            signal.raise_signal(signal.SIGINT)


@contextmanager
def _masked() -> Iterator[None]:
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def hear_while_waiting() -> None:
    """Let Ctrl-C break off what waits for a line: a library may have had the system take up the waiting again."""
    if hasattr(signal, "siginterrupt") and threading.current_thread() is threading.main_thread():
        signal.siginterrupt(signal.SIGINT, True)


def hear_no_more(number: int) -> None:
    """Lose what goes to standard output (1) or standard error (2) from now on, what waits in between as well."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)


def _code_of(command: Callable[[], int]) -> int:
    try:
        return command()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1


def _listen() -> None:
    if signal.getsignal(signal.SIGINT) in (signal.default_int_handler, signal.SIG_DFL):
        signal.signal(signal.SIGINT, _interrupted)
    for name in _CODES:
        number = getattr(signal, name, None)
        # Whoever started the process may have set a signal aside, as nohup does.
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _told)
    sys.unraisablehook = _lost
    threading.excepthook = _of_a_thread


def _lost(lost: sys.UnraisableHookArgs) -> None:
    """Where Python loses what a signal raises, as while it drops an object, the signal is sent again.

    So is one that comes in here: what it raised would be lost as well, and told of with a traceback.
    """
    before = len(_signals)
    of_a_signal = bool(_signals) and isinstance(lost.exc_value, (KeyboardInterrupt, SystemExit))
    if not of_a_signal:
        sys.__unraisablehook__(lost)
    if not _over and (of_a_signal or len(_signals) > before):
        threading.Timer(_AGAIN, _send, (_signals[-1],)).start()


def _of_a_thread(fault: threading.ExceptHookArgs) -> None:
    """A thread whose processes were told to end too says nothing; that they were may be heard a moment later."""
    if not _heard:
        time.sleep(_AGAIN)
    if not _heard:
        threading.__excepthook__(fault)


def _send(number: int) -> None:
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident or 0, number)
    else:
        _thread.interrupt_main(signal.Signals(number))


def _listen_no_more() -> None:
    """Let the code stand while Python clears up: it would give the signals back their old meaning."""
    for name in ("SIGINT", *_CODES):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) in (_interrupted, _told):
            signal.signal(number, signal.SIG_IGN)


def _interrupted(number: int, frame: FrameType | None) -> None:
    if not _over:
        _signals.append(number)
        _heard.append(STOPPED)
        if not _is_lost(frame):
            raise KeyboardInterrupt


def _told(number: int, frame: FrameType | None) -> None:
    if not _over:
        _signals.append(number)
        code = _CODES[signal.Signals(number).name]
        _heard.append(code)
        end_processes()
        if not _is_lost(frame):
            raise SystemExit(code)


def _is_lost(frame: FrameType | None) -> bool:
    """Whether what is raised here would be lost: Python has called ``_lost``, which has not yet returned."""
    while frame is not None and frame.f_code is not _lost.__code__:
        frame = frame.f_back
    return frame is not None


def _open_streams() -> None:
    """Give a process that was started without one of its streams one that leads nowhere.

    The first file to be opened would get the number of the stream, and with it whatever is said there.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - open to the end
