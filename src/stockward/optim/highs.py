"""HiGHS, without a word of its own."""

from __future__ import annotations

from typing import Any


def quiet_solver() -> Any:
    """HiGHS without a word on standard output, where a roster may be written.

    It prints its banner at the first call but that of an option, and from 1.16 on it makes such a call, to enable
    callbacks, while it is constructed.
    """
    import highspy

    class Quiet(highspy.Highs):
        def enableCallbacks(self) -> None:  # noqa: N802
            self.setOptionValue("output_flag", False)
            super().enableCallbacks()  # type: ignore[no-untyped-call]

    solver = Quiet()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)
    return solver
