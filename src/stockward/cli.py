"""The command line: a thin door. Data go to standard output, progress and notices to standard error.

Exit codes: 0 done and nothing alarmed, 1 something alarmed or found, 2 wrong use or an unreadable site, 3 done and
nothing alarmed but rows were set aside.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stockward.version import VERSION

if TYPE_CHECKING:
    from datetime import datetime

    from rich.console import Console

    from stockward.answers.review import Review
    from stockward.detection.surge import Surge
    from stockward.facts import Site

ALARMED, WRONG_USE, SET_ASIDE = 1, 2, 3
_SHOWN_PROBLEMS = 200


class _Group(click.Group):
    """Says every known error in one line, and never shows a traceback for one."""

    def invoke(self, ctx: click.Context) -> Any:
        from stockward.terms.errors import StockwardError

        try:
            return super().invoke(ctx)
        except StockwardError as error:
            _fail(str(error))
        except OSError as error:
            file, reason = error.filename or "output", error.strerror
            _fail(f"{file}: cannot be written or read ({reason}): check the path and its rights")
        except KeyboardInterrupt:
            click.echo("stopped", err=True)
            sys.exit(130)


def _fail(message: str) -> None:
    click.echo(f"error: {' '.join(message.split())}", err=True)
    sys.exit(WRONG_USE)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(VERSION, prog_name="stockward")
def main() -> None:
    """Know what is missing, what you would miss, and who must stand guard."""
    # The matrices are many and small: a second thread only waits, and sums in another order give other last digits.
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")


@main.command()
@click.argument("site", type=click.Path(path_type=Path))
@click.option("--as-of", metavar="DATE", help="Use only what was recorded by the end of this day, such as 2026-06-30.")
@click.option(
    "--production",
    multiple=True,
    metavar="X",
    help="Ask again with production times X (5), or with that of a substance or line alone (TNT=5); may be repeated.",
)
@click.option("--dispatch", type=float, default=1.0, show_default=True, help="Factor of what leaves the site then.")
@click.option("--weighings", type=click.Choice(["heavier", "more"]), default="heavier", show_default=True,
              help="How the surge is weighed: as often, or as much at a time.")  # fmt: skip
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="First day of the surge in the record."
)
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Last day of the surge in the record.")
@click.option("--html", type=click.Path(path_type=Path), metavar="FILE", help="Write the report as one HTML file.")
@click.option("--json", "json_file", metavar="FILE", help="Write the answers as JSON; - for standard output.")
@click.option("--xlsx", type=click.Path(path_type=Path), metavar="FILE", help="Write the answers as a workbook.")
@click.option("--covariance", is_flag=True, help="Put the covariance of the differences into the JSON.")
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    help="Seed of what is sampled: limits and p-values.",
)
@click.option("--quiet", is_flag=True, help="Print no report and no notices.")
def review(
    site: Path, as_of: str | None, production: tuple[str, ...], dispatch: float, weighings: str,
    since: datetime | None, until: datetime | None, html: Path | None, json_file: str | None, xlsx: Path | None,
    covariance: bool, seed: int, quiet: bool,
) -> None:  # fmt: skip
    """Review a site: what is missing, is it more than measuring explains, and what would go unseen?"""
    surge = _surge(production, dispatch=dispatch, weighings=weighings, since=since, until=until)
    with _progress(quiet) as step:
        step("reading the site")
        facts = _read(site)
        answers = _make(facts, as_of, surge, seed, step)
        if html is not None:
            step("writing the report")
            from stockward.report import write_html

            html.write_text(write_html(answers), encoding="utf-8")
        if xlsx is not None:
            step("writing the workbook")
            from stockward.report import write_xlsx

            write_xlsx(answers, xlsx)
    if json_file is not None:
        _write_json(answers, json_file, covariance)
    if not quiet:
        _notices(facts)
        if json_file != "-":
            from stockward.report import print_review

            print_review(answers, _console())
    if html is not None and json_file != "-":
        click.echo(str(html))
    sys.exit(_exit_code(answers))


def _surge(
    production: tuple[str, ...], *, dispatch: float, weighings: str, since: datetime | None, until: datetime | None
) -> Surge | None:
    if not production:
        if dispatch != 1 or since or until:
            raise click.UsageError("--dispatch, --since and --until belong to a surge: give --production as well")
        return None
    from stockward.detection.surge import Surge

    days = {name: day and day.date() for name, day in (("since", since), ("until", until))}
    return Surge.read(production, dispatch=dispatch, weighings=weighings, **days)


def _make(facts: Site, as_of: str | None, surge: Surge | None, seed: int, step: Callable[[str], None]) -> Review:
    from stockward.reviewing import make_review

    return make_review(facts, as_of=as_of, surge=surge, seed=seed, generated=_now(), progress=step)


def _now() -> datetime:
    from datetime import UTC, datetime

    return datetime.now(UTC)


def _read(site: Path) -> Site:
    from stockward.facts import read_site

    return read_site(site)


def _write_json(answers: Review, file: str, covariance: bool) -> None:
    from stockward.report import write_json

    _write_text(write_json(answers, covariance=covariance), file)


def _write_text(text: str, file: str) -> None:
    if file == "-":
        click.echo(text, nl=not text.endswith("\n"))
    else:
        Path(file).write_text(text, encoding="utf-8")


def _notices(facts: Site) -> None:
    for notice in facts.notices:
        click.echo(f"notice: {notice}", err=True)


def _exit_code(answers: Review) -> int:
    from stockward.terms.verdicts import ALARMING

    if any(verdict.verdict in ALARMING for verdict in answers.verdicts):
        return ALARMED
    return SET_ASIDE if answers.facts.set_aside else 0


def _console() -> Console:
    from rich.console import Console

    console = Console()
    return console if console.width <= 100 else Console(width=100)


@contextmanager
def _progress(quiet: bool) -> Iterator[Callable[[str], None]]:
    """Name each step on standard error while it runs, where a person is looking."""
    if quiet or not sys.stderr.isatty():
        yield lambda step: None
        return
    from rich.console import Console

    console = Console(stderr=True)
    with console.status("") as status:
        yield lambda step: status.update(step)


@main.command()
@click.argument("site", type=click.Path(path_type=Path))
@click.option("--copies", type=click.IntRange(1, 1_000_000), default=1000, show_default=True, help="Copies to search.")
@click.option("--loss", metavar="QUANTITY", help="Size of each loss, such as 5kg; sized to be found without it.")
@click.option("--pattern", type=click.Choice(["abrupt", "even"]), help="All in one period, or evenly over a year.")
@click.option("--in", "place", type=click.Choice(["counts", "movements"]), help="Where a loss is left in the books.")
@click.option("--series", metavar="ID", help="One series, AREA/SUBSTANCE, in place of all in turn.")
@click.option("--as-recorded", is_flag=True, help="Keep the errors of the records; no chance is claimed.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of everything drawn.")
@click.option("--jobs", type=click.IntRange(min=1), help="Processes; all cores without it.")
@click.option("--html", type=click.Path(path_type=Path), metavar="FILE", help="Write the report as one HTML file.")
@click.option("--json", "json_file", metavar="FILE", help="Write the answers as JSON; - for standard output.")
@click.option("--quiet", is_flag=True, help="Print no report and no notices.")
def drill(
    site: Path, copies: int, loss: str | None, pattern: str | None, place: str | None, series: str | None,
    as_recorded: bool, seed: int, jobs: int | None, html: Path | None, json_file: str | None, quiet: bool,
) -> None:  # fmt: skip
    """Take losses out of copies of a site's records: how often are they found, beside the predicted chance?"""
    with _progress(quiet) as step:
        step("reading the site")
        facts = _read(site)
        from stockward.detection.drill import DrillOptions, make_drill

        options = DrillOptions(copies, loss, pattern, place, series, as_recorded, seed)
        answers = make_drill(facts, options, generated=_now(), jobs=jobs or os.cpu_count() or 1, progress=step)
    from stockward.report.drill_document import write_drill_json
    from stockward.report.drill_page import write_drill_html
    from stockward.report.drill_terminal import print_drill

    if html is not None:
        html.write_text(write_drill_html(answers), encoding="utf-8")
    if json_file is not None:
        _write_text(write_drill_json(answers), json_file)
    if not quiet:
        _notices(facts)
        if json_file != "-":
            print_drill(answers, _console())
    if html is not None and json_file != "-":
        click.echo(str(html))
    apart = answers.agreement is not None and not answers.agreement.agrees
    sys.exit(ALARMED if apart else SET_ASIDE if facts.problems else 0)


@main.command()
@click.argument("site", type=click.Path(path_type=Path))
@click.option("--all", "show_all", is_flag=True, help=f"List every problem, not only the first {_SHOWN_PROBLEMS}.")
def check(site: Path, show_all: bool) -> None:
    """List every problem of a site's files: file, row, column, value, reason and mend."""
    facts = _read(site)
    _notices(facts)
    shown = facts.problems if show_all else facts.problems[:_SHOWN_PROBLEMS]
    for problem in shown:
        click.echo(str(problem))
    if len(shown) < len(facts.problems):
        click.echo(f"… and {len(facts.problems) - len(shown)} more: list them with --all")
    rows = sum(table.height for table in facts.tables.values())
    aside = sum(table.height for table in facts.set_aside.values())
    click.echo(f"{facts.name}: {rows} rows read, {aside} set aside", err=True)
    sys.exit(SET_ASIDE if facts.problems else 0)


_FALSE_ALARM = click.FloatRange(0, 0.5, min_open=True, max_open=True)
_DETECTION = click.FloatRange(0, 1, min_open=True, max_open=True)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--name", default="My site", show_default=True, help="Name of the site.")
@click.option("--timezone", default="UTC", show_default=True, help="IANA time zone, such as Asia/Seoul.")
@click.option("--false-alarm", type=_FALSE_ALARM, help="Chance of a false shortage in a year.")
@click.option("--detection", type=_DETECTION, help="Chance to detect the loss that matters.")
@click.option("--csv", "as_csv", is_flag=True, help="Write one CSV file a table in place of a workbook.")
def init(
    folder: Path, name: str, timezone: str, false_alarm: float | None, detection: float | None, as_csv: bool
) -> None:
    """Make a blank site to fill in: site.toml and a workbook with every table."""
    from stockward.facts.blank import write_blank_site

    paths = write_blank_site(
        folder, name=name, timezone=timezone, false_alarm=false_alarm, detection=detection, as_csv=as_csv
    )
    for path in paths:
        click.echo(str(path))
    if false_alarm is None or detection is None:
        click.echo(f"now decide false_alarm and detection in {paths[0]}", err=True)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--ridgeway", is_flag=True, help="The example of the documentation, whatever else is asked for.")
@click.option("--weeks", type=click.IntRange(4, 520), default=26, show_default=True, help="Weeks of books.")
@click.option("--lines", type=click.IntRange(1, 50), default=3, show_default=True, help="Production lines.")
@click.option("--losses", is_flag=True, help="Put losses in, sized to be found.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of everything drawn.")
@click.option("--overwrite", is_flag=True, help="Write into a folder that is not empty.")
def simulate(folder: Path, ridgeway: bool, weeks: int, lines: int, losses: bool, seed: int, overwrite: bool) -> None:
    """Write a synthetic site with stated truth (truth.json and README.md say what was put in)."""
    from stockward import simulation

    with _progress(quiet=False) as step:
        step("simulating the plant")
        if ridgeway:
            plan = simulation.ridgeway_plan()
        else:
            plan = simulation.standard_plan(weeks=weeks, lines=lines, force=simulation.ForcePlan())
            plan = simulation.with_losses(plan) if losses else plan
        site = simulation.simulate(plan, seed=seed)
        step("writing the folder")
        simulation.write_site(site, folder, overwrite=overwrite)
    click.echo(str(folder))


@main.command()
def validate() -> None:
    """Compute published figures again, and print computed beside published."""
    from stockward.validation import validate as compute

    compared, waiting = compute()
    click.echo(f"{'figure':<16} {'computed':>22} {'published':>22} {'tolerance':>10}  agrees")
    for row in compared:
        mine = " ".join(f"{value:.6f}" for value in row.computed) if row.computed else "-"
        published = " ".join(f"{value:g}" for value in row.published.expected)
        says = ("yes" if row.agrees else "NO") if row.computed else f"not computed: {row.why}"
        click.echo(f"{row.published.id:<16} {mine:>22} {published:>22} {row.published.tolerance:>10g}  {says}")
        click.echo(f"{'':<16} {row.published.question}; {row.published.source}")
    click.echo(f"{len(waiting)} further rows belong to questions that are not answered yet", err=True)
    sys.exit(0 if all(row.agrees for row in compared) else ALARMED)


if __name__ == "__main__":
    main()
