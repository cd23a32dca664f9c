"""``stockward roster SITE --worked DATE``: planned against worked hours."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from stockward.cli.kit.options import STREAM
from stockward.cli.kit.reading import tell_notices
from stockward.cli.kit.saying import terminal
from stockward.cli.kit.writing import write_answer
from stockward.terms.conclusions import Conclusion

if TYPE_CHECKING:
    from stockward.book import Site
    from stockward.questions.roster_changes import ChangeRequest


def tell_worked_hours(
    facts: Site, until: datetime, asked: ChangeRequest, *, json: Path | str | None, csv: Path | str | None, quiet: bool
) -> Conclusion:
    """Say what was planned for each guard and what was worked."""
    from stockward.questions.concluded import hours_concluded
    from stockward.questions.roster_hours import planned_and_worked
    from stockward.report.roster import hours as told

    answer = planned_and_worked(facts, until.date(), asked)
    if json is not None:
        write_answer(told.write_hours_json(answer), json)
    if csv is not None:
        write_answer(told.write_hours_csv(answer), csv)
    if not quiet:
        tell_notices(facts)
        if STREAM not in (json, csv):
            told.print_hours(answer, terminal())
    return hours_concluded(answer)
