"""``stockward roster SITE --replace`` and ``--swap``: what is asked of a roster in force."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from stockward.cli.kit.options import STREAM
from stockward.cli.kit.reading import moment_now, tell_notices
from stockward.cli.kit.saying import terminal
from stockward.cli.kit.writing import write_answer
from stockward.terms.conclusions import Conclusion

if TYPE_CHECKING:
    from stockward.book import Site
    from stockward.questions.roster_changes import ChangeRequest


def replace_a_guard(
    facts: Site, person: str, day: datetime, asked: ChangeRequest, *, json: Path | str | None, quiet: bool
) -> Conclusion:
    """Say who can stand in for a guard."""
    from stockward.questions.concluded import replacement_concluded
    from stockward.questions.roster_changes import who_can_stand_in
    from stockward.report.roster import changes as told

    answer = who_can_stand_in(facts, person, day.date(), asked)
    if json is not None:
        write_answer(told.write_replacement_json(answer), json)
    if not quiet:
        tell_notices(facts)
        if json != STREAM:
            told.print_replacement(answer, terminal())
    return replacement_concluded(answer)


def swap_two_shifts(
    facts: Site, sides: tuple[str, str], asked: ChangeRequest, *, json: Path | str | None, csv: Path | str | None,
    quiet: bool,
) -> Conclusion:  # fmt: skip
    """Say what a swap does; the roster after it is written only where no rule is broken."""
    from stockward.cli.kit.saying import say
    from stockward.questions.concluded import swap_concluded
    from stockward.questions.roster_changes import guard_and_day, what_a_swap_does
    from stockward.report.roster import changes as told
    from stockward.report.roster.files import duties_csv

    one, other = map(guard_and_day, sides)
    answer = what_a_swap_does(facts, one, other, asked)
    if json is not None:
        write_answer(told.write_swap_json(answer), json)
    if csv is not None and answer.allowed:
        write_answer(duties_csv(answer.duties, answer.timezone), csv)
    elif csv is not None:
        say(f"{'CSV' if csv == STREAM else csv}: not written, since the swap breaks a rule", err=True)
    if not quiet:
        tell_notices(facts)
        if STREAM not in (json, csv):
            told.print_swap(answer, terminal())
    return swap_concluded(answer)


def change_request(
    facts: Site, previous: Path | None, start: datetime | None, weeks: int, options: dict[str, object]
) -> ChangeRequest:
    """What is asked, with the roster out of its file where one is named."""
    from stockward.questions.roster_changes import ChangeRequest
    from stockward.report.roster.files import read_earlier_roster

    found = (None, ()) if previous is None else read_earlier_roster(previous, facts.timezone)
    return ChangeRequest.of_file(
        None if previous is None else previous.name, found, generated=moment_now(),
        start=None if start is None else start.date(), weeks=weeks, options=options,
    )  # fmt: skip
