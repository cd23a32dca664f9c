"""The command ``stockward roster``."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stockward.cli.kit.options import (
    DAY,
    FILE,
    OUTPUT,
    OUTPUT_FOLDER,
    OUTPUT_OR_STREAM,
    PROCESSES,
    SEED,
    SITE_OR_BOOK,
    STREAM,
    TextCommand,
    examples,
)
from stockward.cli.kit.reading import moment_now, read_facts, tell_notices
from stockward.cli.kit.saying import say, terminal
from stockward.cli.kit.writing import find_places, place_found, places_found, write_answer
from stockward.terms.conclusions import Conclusion
from stockward.terms.limits import LONGEST_SEARCH

if TYPE_CHECKING:
    from stockward.answers.roster import RosterAnswer
    from stockward.book import Site

_OF_A_SITE = (
    "start", "weeks", "numbers", "planned", "previous", "html", "xlsx", "ics", "json_file", "replace", "on", "swap",
    "worked", "names", "sheet",
)  # fmt: skip
_OF_AN_INSTANCE = ("workers",)
"""Options that only a site's roster has, and only that of an instance."""
_OF_A_NEW_ROSTER = (
    "numbers", "planned", "seconds", "deterministic", "seed", "html", "xlsx", "ics", "names", "sheet",
)  # fmt: skip
"""Options that a change of a roster in force has not."""


@click.command(
    cls=TextCommand,
    epilog=examples("roster examples/ridgeway --start 2026-07-06 --weeks 1 --number patrol-halls=1 --csv -"),
)
@click.argument("site", type=SITE_OR_BOOK, required=False)
@click.option("--start", type=DAY, metavar="DATE", help="First day of a site's roster.")
@click.option("--weeks", type=int, default=4, show_default=True, help="Weeks of a site's roster.")
@click.option("--number", "numbers", metavar="POST=N", multiple=True, help="N such posts stand, whatever its driver.")
@click.option("--planned", is_flag=True, help="With those who join by the cheapest plan of the guards, numbered.")
@click.option("--previous", type=FILE, metavar="FILE", help="Earlier roster (CSV or XLSX), to be changed least.")
@click.option("--replace", metavar="PERSON", help="Who can stand in for PERSON in the roster in force (needs --on).")
@click.option("--on", type=DAY, metavar="DATE", help="Day on which the shifts begin that PERSON leaves.")
@click.option("--swap", nargs=2, metavar="A:DATE B:DATE", help="What it breaks where A and B swap these shifts.")
@click.option("--worked", type=DAY, metavar="DATE", help="Planned against worked hours of each guard, up to this day.")
@click.option("--instance", type=FILE, metavar="FILE", help="Solve an instance of the public benchmark in its place.")
@click.option("--time", "seconds", type=click.FloatRange(min=0, min_open=True), default=60, show_default=True,
              help="Seconds after which the best roster found is given; with them alone, runs may differ.")  # fmt: skip
@click.option("--deterministic", type=click.IntRange(1, LONGEST_SEARCH), metavar="STEPS",
              help="Stop after so many steps, not by time: the same roster every time.")  # fmt: skip
@click.option("--seed", type=SEED, default=1, show_default=True, help="Seed of everything drawn.")
@click.option("--workers", type=PROCESSES, default=2, show_default=True, help="Processes for an instance.")
@click.option("--html", type=OUTPUT, metavar="FILE", help="Write the roster as one HTML file, to read and to print.")
@click.option("--xlsx", type=OUTPUT, metavar="FILE", help="Write the roster as a workbook.")
@click.option("--csv", "--out", "out", type=OUTPUT_OR_STREAM, metavar="FILE",
              help="Write the roster as flat CSV; - for standard output.")  # fmt: skip
@click.option(
    "--ics", type=OUTPUT_FOLDER, metavar="FOLDER", help="Write an iCalendar for each person into this folder."
)
@click.option("--json", "json_file", type=OUTPUT_OR_STREAM, metavar="FILE",
              help="Write the answer as JSON; - for standard output.")  # fmt: skip
@click.option("--names", type=FILE, metavar="FILE", help="Names of guards (CSV person,name) for --sheet alone.")
@click.option("--sheet", type=OUTPUT, metavar="FILE",
              help="Write a sheet with names to print; without --start that of the roster of --previous.")  # fmt: skip
@click.option("--quiet", is_flag=True, help="Print no progress and no report.")
def roster_command(
    site: Path | str | None, start: datetime | None, weeks: int, numbers: tuple[str, ...], planned: bool,
    previous: Path | None, replace: str | None, on: datetime | None, swap: tuple[str, str] | None,
    worked: datetime | None, instance: Path | None, seconds: float, deterministic: int | None, seed: int, workers: int,
    html: Path | None, xlsx: Path | None, out: Path | str | None, ics: Path | None, json_file: Path | str | None,
    names: Path | None, sheet: Path | None, quiet: bool,
) -> None:  # fmt: skip
    """Make the best roster of a SITE's guards that keeps every rule, and prove how good it is.

    Where no roster keeps every rule, the rules that collide are named, and the cheapest ways out. With --replace,
    --swap or --worked it is about the roster in force, in assignments or the file of --previous, and no new one is
    made. With --instance FILE an instance of the public employee shift scheduling benchmark is solved in place of a
    site.
    """
    from stockward.terms.errors import UsageError

    if (site is None) == (instance is None):
        raise UsageError("name a SITE, or an instance with --instance FILE, and not both")
    if not 0 < seconds <= LONGEST_SEARCH:
        raise UsageError(f"--time {seconds:g} is no number of seconds up to {LONGEST_SEARCH}: write it as 60")
    if (names is None) != (sheet is None):
        raise UsageError("--names and --sheet belong together: --names names.csv --sheet sheet.html")
    find_places()
    ends = time.monotonic() + seconds
    left = None if deterministic else lambda: ends - time.monotonic()
    told = (lambda line: None) if quiet else (lambda line: say(line, err=True))
    if instance is not None:
        _require_none_given(_OF_A_SITE, "is for the roster of a SITE: leave it out beside --instance")
        _solve_instance(instance, seed, workers, left, deterministic, told, out)
        return
    if site is not None and any(one is not None for one in (replace, swap, on, worked)):
        sys.exit(_in_force(site, replace, on, swap, worked, previous, start, weeks, json_file, out, quiet))
    if site is not None and start is None and previous is not None and names is not None and sheet is not None:
        sys.exit(_sheet_in_force(site, previous, names, sheet, quiet))
    if site is None or start is None:
        raise UsageError("a site's roster needs its first day: --start 2026-07-06")
    _require_none_given(_OF_AN_INSTANCE, "is for an instance: leave it out beside a SITE")
    from stockward.questions.concluded import roster_concluded
    from stockward.questions.roster import RosterRequest, make_guards_roster, numbers_given
    from stockward.roster.site.making import Limit

    called = None if names is None else _names_in(names)
    facts = read_facts(site)
    facts.require_filled()
    earlier, of_its_file = (None, ()) if previous is None else _earlier_roster(previous, facts.timezone)
    if planned:
        facts, joining = _with_planned(facts, seed)
        of_its_file = (*of_its_file, *joining)
    asked = RosterRequest(
        start=start.date(), weeks=weeks, generated=moment_now(), seed=seed, numbers=numbers_given(numbers),
        earlier=earlier, told=of_its_file,
        options={"start": str(start.date()), "weeks": weeks, "numbers": list(numbers), "seconds": seconds,
                 "deterministic": deterministic, "previous": None if previous is None else previous.name,
                 **({"planned": True} if planned else {})},
    )  # fmt: skip
    answer = make_guards_roster(facts, asked, limit=Limit(left, deterministic), progress=_how_far(told))
    _write_roster(answer, html=html, xlsx=xlsx, csv=out, ics=ics, json=json_file)
    if called is not None and sheet is not None:
        _write_sheet(answer, called, sheet)
    if not quiet:
        tell_notices(facts)
        if STREAM not in (out, json_file):
            from stockward.report.roster.terminal import print_roster

            print_roster(answer, terminal())
    sys.exit(roster_concluded(answer))


def _with_planned(facts: Site, seed: int) -> tuple[Site, tuple[str, ...]]:
    """The site with those who join by the plan of its guards, and what is to be told of them."""
    from stockward.questions.planned_roll import with_planned_guards
    from stockward.report.plan.guards import joining_told, posts_told

    more, codes, posts = with_planned_guards(facts, now=moment_now(), seed=seed)
    return more, (joining_told(codes), *([posts_told(posts)] if posts else []))


def _in_force(
    site: Path | str, replace: str | None, on: datetime | None, swap: tuple[str, str] | None, worked: datetime | None,
    previous: Path | None, start: datetime | None, weeks: int, json: Path | str | None, csv: Path | str | None,
    quiet: bool,
) -> Conclusion:  # fmt: skip
    """What is asked of a roster in force."""
    from stockward.cli.rosters.changes import change_request, replace_a_guard, swap_two_shifts
    from stockward.terms.errors import UsageError

    _require_none_given(_OF_A_NEW_ROSTER, "is for a new roster: leave it out beside --replace, --swap and --worked")
    asked_for = {"--replace": replace, "--swap": swap, "--worked": worked}
    one, *others = [name for name, value in asked_for.items() if value is not None] or ["--replace"]
    if others:
        raise UsageError(f"{one} and {others[0]} are two questions: ask one after the other")
    if (replace is None) != (on is None):
        raise UsageError("--replace needs the day: write it as --replace G-07 --on 2026-07-09")
    facts = read_facts(site)
    facts.require_filled()
    if swap is not None:
        asked = change_request(facts, previous, start, weeks, {"swap": list(swap)})
        return swap_two_shifts(facts, swap, asked, json=json, csv=csv, quiet=quiet)
    if worked is not None:
        from stockward.cli.rosters.hours import tell_worked_hours

        asked = change_request(facts, previous, start, weeks, {"worked": str(worked.date())})
        return tell_worked_hours(facts, worked, asked, json=json, csv=csv, quiet=quiet)
    if csv is not None:
        raise UsageError("--csv is for a roster, and --replace makes none: write its answer with --json")
    assert replace is not None and on is not None
    asked = change_request(facts, previous, start, weeks, {"replace": replace, "on": str(on.date())})
    return replace_a_guard(facts, replace, on, asked, json=json, quiet=quiet)


def _sheet_in_force(site: Path | str, previous: Path, names: Path, sheet: Path, quiet: bool) -> Conclusion:
    """The sheet with names of a roster out of a file, of which nothing is made anew."""
    from stockward.cli.rosters.changes import change_request
    from stockward.cli.rosters.named import write_sheet_in_force

    others = tuple(name for name in _OF_A_NEW_ROSTER if name not in ("names", "sheet"))
    _require_none_given((*others, "out", "json_file"), "is for a new roster: give its first day with --start")
    called = _names_in(names)
    facts = read_facts(site)
    facts.require_filled()
    asked = change_request(facts, previous, None, 0, {})
    return write_sheet_in_force(facts, asked, called, sheet, quiet=quiet)


def _require_none_given(names: Sequence[str], why: str) -> None:
    """Raise ``UsageError`` where one of these options is given."""
    from click.core import ParameterSource

    from stockward.terms.errors import UsageError

    context = click.get_current_context()
    for parameter in context.command.params:
        given = context.get_parameter_source(str(parameter.name)) is not ParameterSource.DEFAULT
        if given and parameter.name in names:
            raise UsageError(f"{parameter.opts[0]} {why}")


def _solve_instance(
    instance: Path, seed: int, workers: int, left: Callable[[], float] | None, steps: int | None,
    told: Callable[[str], None], out: Path | str | None,
) -> None:  # fmt: skip
    from stockward.roster.command import report_of, solve_instance

    answer, text = solve_instance(instance, seed=seed, workers=workers, seconds_left=left, steps=steps, say=told)
    if out is not None and text is not None:
        write_answer(text, out)
    for line in report_of(answer):
        say(line, err=out == STREAM)
    sys.exit(Conclusion.NO_ROSTER if text is None else Conclusion.NOTHING_ALARMED)


def _names_in(file: Path) -> dict[str, str]:
    from stockward.report.roster.named import read_names

    return read_names(file)


def _earlier_roster(file: Path, timezone: str) -> tuple[dict[tuple[str, datetime], str], tuple[str, ...]]:
    from stockward.report.roster.files import read_earlier_roster

    return read_earlier_roster(file, timezone)


def _how_far(told: Callable[[str], None]) -> Callable[[int | None, float], None]:
    """Says how good the best roster is so far, at most a line each half second."""
    from stockward.roster.command import how_far

    said = 0.0

    def progress(best: int | None, bound: float) -> None:
        nonlocal said
        if time.monotonic() - said > 0.5 or best == bound:
            said = time.monotonic()
            told(how_far(best, bound))

    return progress


def _write_sheet(answer: RosterAnswer, called: dict[str, str], sheet: Path) -> None:
    """The sheet with names of a roster that was made."""
    from stockward.answers.rostered.sheet import DutySheet
    from stockward.cli.rosters.named import write_sheet

    if answer.duties:
        write_sheet(DutySheet.of(answer), called, sheet)
    else:
        say(f"{sheet}: not written, since there is no roster", err=True)


def _write_roster(
    answer: RosterAnswer, *, html: Path | None, xlsx: Path | None, csv: Path | str | None, ics: Path | None,
    json: Path | str | None,
) -> None:  # fmt: skip
    from stockward.report.roster import files as roster_files

    if html is not None:
        from stockward.report.roster.page import write_roster_html

        write_answer(write_roster_html(answer), html)
    if json is not None:
        write_answer(roster_files.write_roster_json(answer), json)
    if not answer.duties:
        for name in filter(None, (xlsx, csv, ics)):
            say(f"{'CSV' if name == STREAM else name}: not written, since there is no roster", err=True)
        return
    if xlsx is not None:
        from stockward.report.roster.sheets import write_roster_xlsx

        write_roster_xlsx(answer, place_found(xlsx))
    if csv is not None:
        write_answer(roster_files.write_roster_csv(answer), csv)
    if ics is not None:
        from stockward.report.roster.calendars import write_calendars

        write_calendars(answer, place_found(ics), places_found())
