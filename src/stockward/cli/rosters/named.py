"""``stockward roster SITE --names FILE --sheet FILE``: the one output with names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from stockward.cli.kit.reading import tell_notices
from stockward.cli.kit.saying import say, tell
from stockward.cli.kit.writing import write_answer
from stockward.terms.conclusions import Conclusion

if TYPE_CHECKING:
    from stockward.answers.rostered.sheet import DutySheet
    from stockward.book import Site
    from stockward.questions.roster_changes import ChangeRequest


def write_sheet(sheet: DutySheet, called: Mapping[str, str], file: Path) -> None:
    """Write the sheet, and say how many guards stand on it by their codes."""
    from stockward.report.roster.named import told_of_names, write_named_sheet

    write_answer(write_named_sheet(sheet, called), file)
    for line in told_of_names(sheet, called):
        say(line, err=True)


def write_sheet_in_force(
    facts: Site, asked: ChangeRequest, called: Mapping[str, str], file: Path, *, quiet: bool
) -> Conclusion:
    """Write the sheet of the roster in force."""
    from stockward.questions.concluded import sheet_concluded
    from stockward.questions.roster_changes import rows_set_aside, sheet_in_force

    write_sheet(sheet_in_force(facts, asked), called, file)
    if not quiet:
        tell(asked.told)
        tell_notices(facts)
    return sheet_concluded(rows_set_aside(facts))
