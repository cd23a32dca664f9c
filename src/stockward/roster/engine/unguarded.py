"""Scripts that search without ``if __name__ == "__main__":``: each process of the search runs them again."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from inspect import currentframe
from multiprocessing import current_process
from pathlib import Path

from stockward.terms.errors import FigureError, UsageError

_GUARD = 'if __name__ == "__main__":'
_UNGUARDED = (
    "a script that makes a roster or a drill is run again by each process of the search, and would start processes "
    f"without end: put what it does under {_GUARD}"
)


@contextmanager
def under_a_guard() -> Iterator[None]:
    """A search with processes; raises ``UsageError`` where they fail because the script has no guard.

    In a process that such a script started and that has come here again, it ends the process.
    """
    if getattr(current_process(), "_inheriting", False):
        sys.exit(f"error: {_UNGUARDED}")
    try:
        yield
    except (FigureError, BrokenPipeError, BrokenProcessPool):
        if _is_unguarded():
            raise UsageError(_UNGUARDED) from None
        raise


def _is_unguarded() -> bool:
    """Whether a statement of the script is running that stands under no question for its ``__name__``."""
    script, frame = sys.modules["__main__"], currentframe()
    while frame is not None and not (frame.f_globals is vars(script) and frame.f_code.co_name == "<module>"):
        frame = frame.f_back
    try:
        tree = None if frame is None else ast.parse(Path(str(script.__file__)).read_bytes())
    except (AttributeError, OSError, SyntaxError, ValueError):
        tree = None
    if tree is None or frame is None:
        return False
    asks = [node for node in ast.walk(tree) if isinstance(node, ast.If) and "__name__" in ast.unparse(node.test)]
    return not any(node.lineno <= frame.f_lineno <= (node.end_lineno or 0) for node in asks)
