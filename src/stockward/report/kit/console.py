"""The terminal: as wide as is read with ease, and the last filter before it."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from stockward.terms.signs import printable
from stockward.terms.wrapping import WIDTH_MAX


def console() -> Console:
    """A console of the width of the terminal, to which no name can speak in the terminal's own language."""
    own = _Filtered()
    return own if own.width <= WIDTH_MAX else _Filtered(width=WIDTH_MAX)


class _Filtered(Console):
    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for text, style, control in super().render(renderable, options):
            yield Segment("\n".join(map(printable, text.split("\n"))), style, control)

    def on_broken_pipe(self) -> None:
        """Whoever read has gone: the command says so with its own code, where this class would claim a finding."""
        raise BrokenPipeError
