"""The command line: a thin door. Data go to standard output, progress and notices to standard error.

Exit codes: 0 done and nothing alarmed, 1 something alarmed or found, 2 wrong use or an unreadable site, 3 done and
nothing alarmed but rows were set aside or carried no test, 4 no feasible roster, 70 a fault of
Stockward itself, 129 the terminal has gone, 130 stopped by the user, 141 whoever read the output has gone, 143 told to
end by the system.
"""

from __future__ import annotations

import errno
import gc
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

import click

from stockward.ending import STOPPED, hear_no_more, heard, run_to_the_end
from stockward.outputs import write_whole
from stockward.terms.limits import MOST_PROCESSES, all_cores
from stockward.terms.signs import is_text, printable
from stockward.terms.wrapping import WIDTH_MAX, wrapped
from stockward.version import VERSION

if TYPE_CHECKING:
    from datetime import datetime

    from rich.console import Console

    from stockward.answers.counting import Certificate, Draw, Plan
    from stockward.answers.orders import SiteOrders
    from stockward.answers.review import Review
    from stockward.answers.roster import RosterAnswer
    from stockward.book import Site
    from stockward.counting import Seal
    from stockward.guards.orders.asked import AskedOrder
    from stockward.outputs import Target
    from stockward.surge.asked import Surge

ALARMED, WRONG_USE, SET_ASIDE, NO_ROSTER, OWN_FAULT, BROKEN_PIPE = 1, 2, 3, 4, 70, 141
"""Exit codes; 70 is EX_SOFTWARE of sysexits.h."""
_STANDARD_OUTPUT, _STANDARD_ERROR = 1, 2
_SHOWN_PROBLEMS = 200
_LONGEST_SEARCH = 10_000_000
"""Seconds, or steps."""
_COMPLETION = "_STOCKWARD_COMPLETE"
"""What a shell sets to be told how a command goes on."""
_OF_A_SITE = ("start", "weeks", "numbers", "previous", "html", "xlsx", "ics", "json_file")
_OF_AN_INSTANCE = ("workers",)
"""Options that only a site's roster has, and only that of an instance."""
_LONG_TABLES = 50_000_000
"""Bytes of a site from which its tables are long."""


class _Command(click.Command):
    """A command whose words can all be written down."""

    def invoke(self, ctx: click.Context) -> Any:
        _require_text(self.params, ctx.params)
        return super().invoke(ctx)


class _Group(click.Group):
    """Says every known error in one line, and never shows a traceback for one."""

    command_class = _Command

    def __call__(self, *given: Any, **extra: Any) -> NoReturn:
        """The command as all that its process does."""
        run_to_the_end(lambda: self.code_of(*given, **extra))

    def code_of(self, *given: Any, **extra: Any) -> int:
        """The exit code of the command, once it is done."""
        with _in_one_line():
            _require_completion()
            try:
                code = self.main(*given, **{"complete_var": _COMPLETION, **extra, "standalone_mode": False})
            except click.exceptions.NoArgsIsHelpError as asked:
                asked.show()
                code = asked.exit_code
            return code if isinstance(code, int) else 0

    def make_context(self, *given: Any, **extra: Any) -> click.Context:
        with _in_one_line():
            return super().make_context(*given, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        with _in_one_line():
            return super().invoke(ctx)


@contextmanager
def _in_one_line() -> Iterator[None]:
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


def _require_text(params: Sequence[click.Parameter], given: Mapping[str, Any]) -> None:
    """Raise ``UsageError`` for a word that is no UTF-8, where no file is named: only files have such names."""
    from stockward.terms.errors import UsageError

    for param in params:
        value = given.get(str(param.name))
        for word in value if isinstance(value, tuple) else (value,):
            if isinstance(word, str) and param.name not in _WRITTEN and not is_text(word):
                raise UsageError(f"{param.opts[0]} {printable(word)}: this is no UTF-8: write it in signs of UTF-8")


def _require_completion() -> None:
    """Raise ``UsageError`` where a shell asks for what is no completion: click would end as if something was found."""
    asked = os.environ.get(_COMPLETION)
    if not asked:
        return
    from click.shell_completion import get_completion_class

    from stockward.terms.errors import UsageError

    shell, _, step = asked.partition("_")
    typed = {"COMP_WORDS", "COMP_CWORD"} <= os.environ.keys()
    if get_completion_class(shell) is None or not (step == "source" or (step == "complete" and typed)):
        raise UsageError(f"{_COMPLETION}={asked}: it is no completion: write bash_source, zsh_source or fish_source")


def _stopped() -> NoReturn:
    _say("stopped", err=True)
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
    *_, last = traceback.extract_tb(fault.__traceback__)
    where = f"{Path(last.filename).name}, line {last.lineno}"
    said = " ".join(f"{type(fault).__name__} in {where}: {fault}".split())
    _say(
        f"fault: this is a fault of Stockward {VERSION}, not of the data, and nothing was concluded: {said}: "
        "report this line to those who maintain it",
        err=True,
    )
    sys.exit(OWN_FAULT)


def _say(line: str, *, err: bool = False) -> None:
    """One line, which a terminal gets broken between words; no name in it can speak in the terminal's own language.

    Where nobody takes what goes to standard error, it is lost, and the code says what it would have said.
    """
    width = _width_of(sys.stderr if err else sys.stdout)
    try:
        click.echo("\n".join(wrapped(printable(line), width) if width else [printable(line)]), err=err)
    except OSError:
        if not err:
            raise
        hear_no_more(_STANDARD_ERROR)


def _width_of(stream: TextIO) -> int | None:
    """How wide lines may be: as a terminal is; ``None`` for a pipe, whose reader wants one line whole."""
    return min(get_terminal_size().columns, WIDTH_MAX) if stream.isatty() else None


def _name(path: Path | str) -> None:
    """The path of what was written, in one piece, to be copied."""
    click.echo(printable(str(path)))


def _fail(message: str) -> NoReturn:
    _say(f"error: {' '.join(message.split())}", err=True)
    sys.exit(WRONG_USE)


def _examples(*lines: str) -> str:
    """The end of a command's help: examples that run in a copy of the project; the first sign keeps their lines."""
    return "\n".join(("\b", "Examples:", *(f"  stockward {line}" for line in lines)))


class _Path(click.Path):
    """A file or folder; an empty text, as a shell makes of what is not set, would name the folder one stands in."""

    name = "path"

    def __init__(self, *, of_a_file: bool = False, to_be_written: bool = False) -> None:
        super().__init__(path_type=Path)
        self.of_a_file = of_a_file
        self.to_be_written = to_be_written

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "":
            where = "Name a file" if self.of_a_file else "Write . for the folder you are in"
            self.fail(f"an empty text names nothing. {where}", param, ctx)
        if value == "-" and self.to_be_written:
            self.fail("- is standard output, and only JSON and CSV go there. Name a file", param, ctx)
        if self.of_a_file and not Path(value).name:
            self.fail("this is a folder. Name a file in it", param, ctx)
        return super().convert(value, param, ctx)


_PATH = _Path()
_FILE = _Path(of_a_file=True)
_OUTPUT = _Path(of_a_file=True, to_be_written=True)
_OUTPUT_FOLDER = _Path(to_be_written=True)
_PROCESSES = click.IntRange(1, MOST_PROCESSES)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(VERSION, prog_name="stockward")
def main() -> None:
    """Know what is missing, what you would miss, and who must stand guard."""
    # The matrices are many and small: a second thread only waits, and sums in another order give other last digits.
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    # A command lives for seconds and leaves few cycles behind: to look for them less often saves a twentieth of it.
    gc.set_threshold(50_000, 20, 100)


@main.command(
    epilog=_examples(
        "review docs/first_site",
        "review examples/ridgeway --production 5 --html ridgeway.html",
        "review docs/first_site --as-of 2026-02-15 --json -",
    )
)
@click.argument("site", type=_PATH)
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
@click.option(
    "--guards", metavar="ORDER", help='Ask for an order on guards that is not on record: ">2" is more than double.'
)
@click.option("--due", metavar="DATE", help="Day by which that order is to be met; 90 days ahead without it.")
@click.option("--html", type=_OUTPUT, metavar="FILE", help="Write the report as one HTML file.")
@click.option("--json", "json_file", metavar="FILE", help="Write the answers as JSON; - for standard output.")
@click.option("--xlsx", type=_OUTPUT, metavar="FILE", help="Write the answers as a workbook.")
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
    since: datetime | None, until: datetime | None, guards: str | None, due: str | None, html: Path | None,
    json_file: str | None, xlsx: Path | None, covariance: bool, seed: int, quiet: bool,
) -> None:  # fmt: skip
    """Review a site: what is missing, what would go unseen, and what guards do the posts and orders take?"""
    surge = _surge(production, dispatch=dispatch, weighings=weighings, since=since, until=until)
    asked = _asked(guards, due)
    _require_places(sites=[site])
    with _progress(quiet) as step:
        step("reading the site")
        facts = _read(site)
        answers = _make(facts, as_of, surge, asked, seed, step)
        if html is not None:
            step("writing the report")
            from stockward.report import write_html

            write_whole(_target(html), write_html(answers))
        if xlsx is not None:
            step("writing the workbook")
            from stockward.report import write_xlsx

            write_xlsx(answers, _target(xlsx))
    if json_file is not None:
        _write_json(answers, json_file, covariance)
    if not quiet:
        _tell(answers.facts.notices)
        if json_file != "-":
            from stockward.report import print_review

            print_review(answers, _console())
    if html is not None and json_file != "-":
        _name(html)
    sys.exit(_exit_code(answers))


def _surge(
    production: tuple[str, ...], *, dispatch: float, weighings: str, since: datetime | None, until: datetime | None
) -> Surge | None:
    from stockward.terms.errors import UsageError

    if not production:
        if dispatch != 1 or weighings != "heavier" or since or until:
            said = "--dispatch, --weighings, --since and --until belong to a surge"
            raise UsageError(f"{said}: give --production as well")
        return None
    from stockward.surge.asked import Surge

    days = {name: day and day.date() for name, day in (("since", since), ("until", until))}
    return Surge.read(production, dispatch=dispatch, weighings=weighings, **days)


def _asked(guards: str | None, due: str | None) -> AskedOrder | None:
    if guards is None:
        if due is not None:
            from stockward.terms.errors import UsageError

            raise UsageError("--due belongs to a question on guards: give --guards as well")
        return None
    from stockward.guards.orders.asked import AskedOrder

    return AskedOrder.read(guards, due)


def _make(
    facts: Site,
    as_of: str | None,
    surge: Surge | None,
    asked: AskedOrder | None,
    seed: int,
    step: Callable[[str], None],
) -> Review:
    from stockward.questions.review import make_review

    return make_review(facts, as_of=as_of, surge=surge, guards=asked, seed=seed, generated=_now(), progress=step)


def _now() -> datetime:
    from datetime import UTC, datetime

    return datetime.now(UTC)


def _read(site: Path) -> Site:
    # Threads of the tables wait for each other longer than they work, unless the tables are long.
    if _bytes(site) < _LONG_TABLES:
        os.environ.setdefault("POLARS_MAX_THREADS", "1")
    from stockward.book import read_site

    return read_site(site)


def _bytes(site: Path) -> int:
    """Bytes of a site; none where the reader will say what is wrong with it."""
    try:
        folder = site if site.is_dir() else site.parent
        return sum(file.stat().st_size for file in folder.glob("*.*") if file.is_file()) if folder.is_dir() else 0
    except OSError:
        return 0


def _write_json(answers: Review, file: str, covariance: bool) -> None:
    from stockward.report import write_json

    _write_text(write_json(answers, covariance=covariance), file)


def _write_text(text: str, file: str) -> None:
    if file == "-":
        # The bytes are those of the file, whatever encoding the stream has: JSON in another one is none.
        click.echo(text.encode("utf-8", "replace"), nl=not text.endswith("\n"))
    else:
        write_whole(_target(file), text)


def _notices(facts: Site) -> None:
    from stockward.book.ahead import rows_ahead

    _tell((*rows_ahead(facts, _now()).notices, *facts.notices))


def _tell(notices: Iterable[str]) -> None:
    for notice in notices:
        _say(f"notice: {notice}", err=True)


def _exit_code(answers: Review) -> int:
    from stockward.terms.verdicts import ALARMING

    if any(verdict.verdict in ALARMING for verdict in answers.verdicts):
        return ALARMED
    # A row without a known error is kept, and carries no test: who reads the code alone must not take it for tested.
    return SET_ASIDE if answers.facts.set_aside or answers.balances.causes.height else 0


def _console() -> Console:
    from stockward.report.kit.console import console

    return console()


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


@main.command(
    epilog=_examples(
        "orders examples/ridgeway", 'orders examples/ridgeway docs/first_site --guards ">2" --csv orders.csv'
    )
)
@click.argument("site", metavar="SITE...", nargs=-1, required=True, type=_PATH)
@click.option("--as-of", metavar="DATE", help="Use only what was recorded by the end of this day, such as 2026-06-30.")
@click.option("--guards", metavar="ORDER", help='Ask every site for an order that is not on record: ">2".')
@click.option("--due", metavar="DATE", help="Day by which that order is to be met; 90 days ahead without it.")
@click.option("--json", "json_file", metavar="FILE", help="Write the answers as JSON; - for standard output.")
@click.option("--csv", "csv_file", metavar="FILE", help="Write the table as CSV; - for standard output.")
@click.option("--quiet", is_flag=True, help="Print no table.")
def orders(
    site: tuple[Path, ...], as_of: str | None, guards: str | None, due: str | None, json_file: str | None,
    csv_file: str | None, quiet: bool,
) -> None:  # fmt: skip
    """List the orders of one site or many: target, now, expected, short, and the verdict on each."""
    asked = _asked(guards, due)
    _require_places(sites=site)
    with _progress(quiet) as step:
        answers = _orders_of(site, as_of, asked, step)
    from stockward.report.guards import orders_table

    if json_file is not None:
        options = {"as_of": as_of, **({} if asked is None else asked.options())}
        _write_text(orders_table.write_orders_json(answers, version=VERSION, at=_now(), options=options), json_file)
    if csv_file is not None:
        _write_text(orders_table.orders_csv(answers), csv_file)
    if not quiet and "-" not in (json_file, csv_file):
        orders_table.print_orders(answers, _console())
    for answer in answers:
        if answer.fault is not None:
            _say(f"error: {' '.join(answer.fault.split())}", err=True)
    sys.exit(_orders_code(answers))


def _orders_of(
    sites: tuple[Path, ...], as_of: str | None, asked: AskedOrder | None, step: Callable[[str], None]
) -> list[SiteOrders]:
    if sum(map(_bytes, sites)) < _LONG_TABLES:
        os.environ.setdefault("POLARS_MAX_THREADS", "1")
    from stockward.guards.orders.of_sites import orders_of_site
    from stockward.terms.periods import end_of

    if as_of is not None:
        end_of(as_of, "UTC")
    now, answers = _now(), []
    for site in sites:
        step(f"reading {site}")
        answers.append(orders_of_site(site, now=now, as_of=as_of, asked=asked))
    return answers


def _orders_code(answers: list[SiteOrders]) -> int:
    """1 where an order is short or impossible, 3 where a site or a row could not be read, 2 where no site could be."""
    from stockward.terms.verdicts import UNMET

    if all(answer.fault is not None for answer in answers):
        return WRONG_USE
    if any(order.verdict in UNMET for answer in answers for order in answer.orders):
        return ALARMED
    return SET_ASIDE if any(answer.set_aside or answer.fault is not None for answer in answers) else 0


@main.command(
    epilog=_examples(
        "drill docs/first_site --copies 100",
        "drill docs/first_site --copies 100 --pattern even --in movements --html drill.html",
    )
)
@click.argument("site", type=_PATH)
@click.option("--copies", type=click.IntRange(1, 1_000_000), default=1000, show_default=True, help="Copies to search.")
@click.option("--loss", metavar="QUANTITY", help="Size of each loss, such as 5kg; sized to be found without it.")
@click.option(
    "--pattern",
    type=click.Choice(["abrupt", "even", "spread"]),
    help="All in one period, evenly over a year, or so over all areas of a substance.",
)
@click.option("--in", "place", type=click.Choice(["counts", "movements"]), help="Where a loss is left in the books.")
@click.option("--series", metavar="ID", help="One series, AREA/SUBSTANCE or */SUBSTANCE, in place of all.")
@click.option("--as-recorded", is_flag=True, help="Keep the errors of the records; no chance is claimed.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of everything drawn.")
@click.option("--jobs", type=_PROCESSES, help="Processes; all cores without it.")
@click.option("--html", type=_OUTPUT, metavar="FILE", help="Write the report as one HTML file.")
@click.option("--json", "json_file", metavar="FILE", help="Write the answers as JSON; - for standard output.")
@click.option("--quiet", is_flag=True, help="Print no report and no notices.")
def drill(
    site: Path, copies: int, loss: str | None, pattern: str | None, place: str | None, series: str | None,
    as_recorded: bool, seed: int, jobs: int | None, html: Path | None, json_file: str | None, quiet: bool,
) -> None:  # fmt: skip
    """Take losses out of copies of a site's records: how often are they found, beside the predicted chance?"""
    _require_places(sites=[site])
    with _progress(quiet) as step:
        step("reading the site")
        facts = _read(site)
        from stockward.drill.running import DrillOptions, make_drill

        options = DrillOptions(copies, loss, pattern, place, series, as_recorded, seed)
        answers = make_drill(facts, options, generated=_now(), jobs=jobs or all_cores(), progress=step)
    from stockward.report.drill.document import write_drill_json
    from stockward.report.drill.page import write_drill_html
    from stockward.report.drill.terminal import print_drill

    if html is not None:
        write_whole(_target(html), write_drill_html(answers))
    if json_file is not None:
        _write_text(write_drill_json(answers), json_file)
    if not quiet:
        _notices(facts)
        if json_file != "-":
            print_drill(answers, _console())
    if html is not None and json_file != "-":
        _name(html)
    apart = answers.agreement is not None and not answers.agreement.agrees
    sys.exit(ALARMED if apart else SET_ASIDE if facts.problems else 0)


@main.command(epilog=_examples("check docs/first_site", "check docs/faulty --all"))
@click.argument("site", type=_PATH)
@click.option("--all", "show_all", is_flag=True, help=f"List every problem, not only the first {_SHOWN_PROBLEMS}.")
def check(site: Path, show_all: bool) -> None:
    """List every problem of a site's files: file, row, column, value, reason and mend."""
    facts = _read(site)
    _notices(facts)
    facts.require_filled()
    shown = facts.problems if show_all else facts.problems[:_SHOWN_PROBLEMS]
    for problem in shown:
        _say(str(problem))
    if len(shown) < len(facts.problems):
        _say(f"… and {len(facts.problems) - len(shown)} more: list them with --all")
    rows = sum(table.height for table in facts.tables.values())
    aside = sum(table.height for table in facts.set_aside.values())
    _say(f"{facts.name}: {rows} {'row' if rows == 1 else 'rows'} read, {aside} set aside", err=True)
    sys.exit(SET_ASIDE if facts.problems else 0)


_FALSE_ALARM = click.FloatRange(0, 0.5, min_open=True, max_open=True)
_DETECTION = click.FloatRange(0, 1, min_open=True, max_open=True)


@main.command(
    epilog=_examples("init mysite", "init mysite-csv --timezone Asia/Seoul --false-alarm 0.05 --detection 0.95 --csv")
)
@click.argument("folder", type=_PATH)
@click.option("--name", default="My site", show_default=True, help="Name of the site.")
@click.option("--timezone", default="UTC", show_default=True, help="IANA time zone, such as Asia/Seoul.")
@click.option("--false-alarm", type=_FALSE_ALARM, help="Chance of a false shortage in a year.")
@click.option("--detection", type=_DETECTION, help="Chance to detect the loss that matters.")
@click.option("--csv", "as_csv", is_flag=True, help="Write one CSV file a table in place of a workbook.")
def init(
    folder: Path, name: str, timezone: str, false_alarm: float | None, detection: float | None, as_csv: bool
) -> None:
    """Make a blank site to fill in: site.toml and a workbook with every table."""
    from stockward.book.blank import blank_site
    from stockward.book.schema.dictionary import tables
    from stockward.book.settings import SETTINGS
    from stockward.outputs import write_folder

    files = blank_site(name=name, timezone=timezone, false_alarm=false_alarm, detection=detection, as_csv=as_csv)
    write_folder(folder, files, names=[*tables(), "site"], last=SETTINGS, over=False)
    for file in files:
        _name(folder / file)
    if false_alarm is None or detection is None:
        _say(f"now decide false_alarm and detection in {folder / SETTINGS}", err=True)


@main.command(epilog=_examples("simulate plant --weeks 8 --lines 2 --losses --seed 3"))
@click.argument("folder", type=_PATH)
@click.option("--ridgeway", is_flag=True, help="The example of the documentation, whatever else is asked for.")
@click.option("--weeks", type=click.IntRange(4, 520), default=26, show_default=True, help="Weeks of books.")
@click.option("--lines", type=click.IntRange(1, 50), default=3, show_default=True, help="Production lines.")
@click.option("--losses", is_flag=True, help="Put losses in, sized to be found.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of everything drawn.")
@click.option("--overwrite", is_flag=True, help="Write over a simulated site.")
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
    _name(folder)


@main.command(
    epilog=_examples(
        "sample docs/first_count --items box=3 --commit plan.json",
        "sample --draw plan.json --html sheets.html --csv sheets.csv",
        "sample --result sheets.csv --plan plan.json --counter K-1 --witness K-2 --counted-at 2026-02-01",
    )
)
@click.argument("site", type=_PATH, required=False)
@click.option("--as-of", metavar="DATE", help="Freeze the book as known at the end of this day, such as 2026-06-30.")
@click.option("--area", "areas", metavar="AREA", multiple=True, help="Count in this area alone; may be given again.")
@click.option(
    "--loss", "losses", metavar="SUBSTANCE=QUANTITY", multiple=True, help="Loss that matters, not the site's goals."
)
@click.option(
    "--items", metavar="MATERIAL=NUMBER", multiple=True, help="Items whose loss matters, not the site's goals."
)
@click.option(
    "--box", "boxes", metavar="MATERIAL=NUMBER", multiple=True, help="Draw boxes of so many items, and open them."
)
@click.option(
    "--partial", metavar="MATERIAL=SHARE@CHANCE", multiple=True, help="Part of each item taken; measuring notices."
)
@click.option(
    "--cost", "costs", metavar="MATERIAL=NUMBER", multiple=True, help="Cost of counting one unit; 1 without it."
)
@click.option("--detection", type=_DETECTION, help="Chance to find the loss, in place of the site's.")
@click.option(
    "--commit", type=_OUTPUT, metavar="PLAN", help="Write the plan, and its seed beside it; print the commitment."
)
@click.option("--seed-source", metavar="TEXT", help="Which public value, not known yet, will be the seed.")
@click.option("--seed-sha256", metavar="SHA256", help="SHA-256 of a seed that somebody else keeps.")
@click.option("--draw", type=_FILE, metavar="PLAN", help="Draw from a sealed plan, and write its count sheets.")
@click.option("--result", type=_FILE, metavar="FILE", help="Take a filled sheet back, CSV or XLSX, and certify it.")
@click.option("--plan", "plan_file", type=_FILE, metavar="PLAN", help="The sealed plan of a filled sheet.")
@click.option("--commitment", metavar="SHA256", help="The commitment as it was published; no other plan is taken.")
@click.option("--seed-file", type=_FILE, metavar="FILE", help="File with the seed; PLAN.seed without it.")
@click.option("--seed-text", metavar="TEXT", help="The seed itself, in place of one from a file or made anew.")
@click.option("--counter", default="", metavar="NAME", help="Who counted.")
@click.option("--witness", default="", metavar="NAME", help="Who watched.")
@click.option("--counted-at", default="", metavar="TIME", help="When the count ended, such as 2026-06-30T14:05.")
@click.option("--html", type=_OUTPUT, metavar="FILE", help="Write the count sheets, or the certificate, to print.")
@click.option("--xlsx", type=_OUTPUT, metavar="FILE", help="Write the count sheets as a workbook to fill in.")
@click.option(
    "--csv", "csv_file", metavar="FILE", help="Write the count sheets as CSV to fill in; - for standard output."
)
@click.option(
    "--json", "json_file", metavar="FILE", help="Write the plan or certificate as JSON; - for standard output."
)
@click.option(
    "--paper", type=click.Choice(["A4", "Letter"]), default="A4", show_default=True, help="Paper to print on."
)
def sample(**asked: Any) -> None:
    """Plan what must be counted, draw it, and certify the count.

    SITE plans; --draw PLAN draws from a sealed plan; --result FILE takes the filled sheet back.
    """
    from stockward.terms.errors import UsageError

    given = [name for name in ("site", "draw", "result") if asked[name] is not None]
    if len(given) != 1:
        raise UsageError("name one thing to do: a SITE to plan for, --draw PLAN, or --result FILE")
    way = {"site": _plan_sample, "draw": _draw_sample, "result": _certify_sample}[given[0]]
    unused = [name for name, value in asked.items() if value and name not in _SAMPLE_OPTIONS[given[0]]]
    if unused:
        option = _SAMPLE_NAMES.get(unused[0], unused[0]).replace("_", "-")
        told = {"site": "a plan", "draw": "--draw", "result": "--result"}[given[0]]
        raise UsageError(f"--{option} does not belong to {told}: see stockward sample --help")
    sealed = asked["draw"] or asked["plan_file"]
    from stockward.counting import seed_beside

    seed = asked["seed_file"] or (sealed and seed_beside(sealed))
    _require_places(sealed, seed, asked["result"], sites=[] if asked["site"] is None else [asked["site"]])
    way(asked)


_OUTPUTS = frozenset({"html", "json_file", "xlsx", "csv_file", "out", "commit"})
"""Options, as parameters, that name a file to be written."""
_CALENDARS = "ics"
"""The option that names a folder to be written into."""
_WRITTEN = _OUTPUTS | {_CALENDARS}

_ASKED = {"areas", "losses", "items", "boxes", "partial", "costs", "detection"}
_SAMPLE_OPTIONS = {
    "site": _ASKED | {"site", "as_of", "commit", "seed_source", "seed_sha256", "seed_text", "json_file", "paper"},
    "draw": {"draw", "commitment", "seed_file", "seed_text", "html", "xlsx", "csv_file", "paper"},
    "result": {
        "result", "plan_file", "commitment", "seed_file", "seed_text", "counter", "witness", "counted_at", "html",
        "json_file", "paper",
    },
}  # fmt: skip
_SAMPLE_NAMES = {
    "areas": "area", "losses": "loss", "boxes": "box", "costs": "cost", "plan_file": "plan", "csv_file": "csv",
    "json_file": "json",
}  # fmt: skip


def _plan_sample(asked: dict[str, Any]) -> None:
    from stockward.counting import make_plan, parse_asked, plan_digest, plan_text, seal_plan

    seal = _seal_asked(asked)
    facts = _read(asked["site"])
    plan = make_plan(facts, parse_asked(facts, **{name: asked[name] for name in _ASKED}), as_of=asked["as_of"])
    to_output = asked["json_file"] == "-"
    if seal is not None:
        plan = seal_plan(plan, seal, facts, now=_now())
    if asked["json_file"] is not None and not to_output:
        _write_text(plan_text(plan), asked["json_file"])
    if seal is not None:
        # A command that failed has printed no commitment: everything is written by now.
        _write_seal(plan, seal, asked["commit"])
        _say(f"commitment {plan_digest(plan)}", err=to_output)
    if to_output:
        _write_text(plan_text(plan), "-")
    else:
        from stockward.report.counting.plan import print_plan

        print_plan(plan, _console())
    _notices(facts)
    sys.exit(SET_ASIDE if any(one.set_aside for one in plan.not_planned) else 0)


def _seal_asked(asked: dict[str, Any]) -> Seal | None:
    """What the plan is to be sealed with; ``None`` for a plan that is not committed."""
    import secrets

    from stockward.counting import prepare_seal

    seeds = {name: asked[name] for name in ("seed_source", "seed_sha256", "seed_text")}
    return prepare_seal(asked["commit"], **seeds, fresh=secrets.token_hex(32))


def _write_seal(plan: Plan, seal: Seal, asked: Path) -> None:
    from stockward.counting import seed_beside, write_seal

    write_seal(plan, seal)
    if seal.seed is not None:
        _say(f"the seed stands in {seed_beside(asked)}: keep it from everybody until the draw", err=True)


def _drawn(plan_path: Path, asked: dict[str, Any]) -> Draw:
    """The draw that follows from the plan and its seed."""
    from stockward.counting import draw_from

    names = ("commitment", "seed_text", "seed_file")
    return draw_from(plan_path, **{name: asked[name] for name in names})


def _tell_unpublished(draw: Draw) -> None:
    if not draw.published:
        _say(
            "notice: the plan was not compared with the commitment that was published, and nothing is certified "
            "without: give it with --commitment",
            err=True,
        )


def _draw_sample(asked: dict[str, Any]) -> None:
    from stockward.report.counting import sheet as count_sheet
    from stockward.report.kit import words
    from stockward.terms.errors import UsageError

    files = [asked[name] for name in ("html", "xlsx", "csv_file") if asked[name]]
    if not files:
        raise UsageError("nothing to write: name --html, --xlsx or --csv FILE for the count sheets")
    draw = _drawn(asked["draw"], asked)
    if asked["html"]:
        write_whole(_target(asked["html"]), count_sheet.write_sheets_html(draw, paper=asked["paper"]))
    if asked["xlsx"]:
        count_sheet.write_sheets_xlsx(draw, _target(asked["xlsx"]))
    if asked["csv_file"]:
        _write_text(count_sheet.sheets_csv(draw), asked["csv_file"])
    _say(
        f"draw {draw.id}: {words.count(len(draw.lines), 'line')} on {words.count(draw.lines[-1].sheet, 'sheet')}",
        err=True,
    )
    if asked["csv_file"] != "-":
        for file in files:
            _name(file)
    _tell_unpublished(draw)


def _certify_sample(asked: dict[str, Any]) -> None:
    from stockward.counting import certify, counted_moment, read_filled
    from stockward.terms.errors import UsageError

    if asked["plan_file"] is None:
        raise UsageError("a filled sheet is matched with its plan: name it with --plan PLAN")
    draw = _drawn(asked["plan_file"], asked)
    filled = read_filled(asked["result"], draw)
    if not asked["counted_at"]:
        raise UsageError("a certificate says when it was counted: give --counted-at, such as 2026-06-30T14:05")
    counted_at = counted_moment(asked["counted_at"], draw.plan.timezone, now=_now())
    certificate = certify(draw, filled, counter=asked["counter"], witness=asked["witness"], counted_at=counted_at)
    for notice in certificate.notices:
        _say(f"notice: {notice}", err=True)
    _write_certificate(certificate, asked)
    _tell_unpublished(draw)
    sys.exit(_certified(certificate))


def _write_certificate(certificate: Certificate, asked: dict[str, Any]) -> None:
    from stockward.report.counting import certificate as report

    at = _now()
    if asked["html"]:
        text = report.write_certificate_html(certificate, version=VERSION, at=at, paper=asked["paper"])
        write_whole(_target(asked["html"]), text)
    if asked["json_file"]:
        _write_text(report.write_certificate_json(certificate, version=VERSION, at=at), asked["json_file"])
    if asked["json_file"] != "-":
        for line in report.summary(certificate):
            _say(line)


def _certified(certificate: Certificate) -> int:
    """1 where anything is missing or too much, 3 where a loss was not excluded, or not all of it could be planned."""
    from stockward.terms.counting import FOUND, CountVerdict

    verdicts = {one.verdict for one in certificate.goals}
    if verdicts & FOUND:
        return ALARMED
    covered = not certificate.draw.plan.not_planned
    return 0 if covered and verdicts == {CountVerdict.EXCLUDED} else SET_ASIDE


@main.command(epilog=_examples("roster examples/ridgeway --start 2026-07-06 --weeks 1 --number patrol-halls=1 --csv -"))
@click.argument("site", type=_PATH, required=False)
@click.option("--start", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="First day of a site's roster.")
@click.option("--weeks", type=int, default=4, show_default=True, help="Weeks of a site's roster.")
@click.option("--number", "numbers", metavar="POST=N", multiple=True, help="N such posts stand, whatever its driver.")
@click.option("--previous", type=_FILE, metavar="FILE", help="Earlier roster (CSV or XLSX), to be changed least.")
@click.option("--instance", type=_FILE, metavar="FILE", help="Solve an instance of the public benchmark in its place.")
@click.option("--time", "seconds", type=click.FloatRange(min=0, min_open=True), default=60, show_default=True,
              help="Seconds after which the best roster found is given; with them alone, runs may differ.")  # fmt: skip
@click.option("--deterministic", type=click.IntRange(1, _LONGEST_SEARCH), metavar="STEPS",
              help="Stop after so many steps, not by time: the same roster every time.")  # fmt: skip
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of everything drawn.")
@click.option("--workers", type=_PROCESSES, default=2, show_default=True, help="Processes for an instance.")
@click.option("--html", type=_OUTPUT, metavar="FILE", help="Write the roster as one HTML file, to read and to print.")
@click.option("--xlsx", type=_OUTPUT, metavar="FILE", help="Write the roster as a workbook.")
@click.option("--csv", "--out", "out", metavar="FILE", help="Write the roster as flat CSV; - for standard output.")
@click.option(
    "--ics", type=_OUTPUT_FOLDER, metavar="FOLDER", help="Write an iCalendar for each person into this folder."
)
@click.option("--json", "json_file", metavar="FILE", help="Write the answer as JSON; - for standard output.")
@click.option("--quiet", is_flag=True, help="Print no progress and no report.")
def roster(
    site: Path | None, start: datetime | None, weeks: int, numbers: tuple[str, ...], previous: Path | None,
    instance: Path | None, seconds: float, deterministic: int | None, seed: int, workers: int, html: Path | None,
    xlsx: Path | None, out: str | None, ics: Path | None, json_file: str | None, quiet: bool,
) -> None:  # fmt: skip
    """Make the best roster of a SITE's guards that keeps every rule, and prove how good it is.

    Where no roster keeps every rule, the rules that collide are named, and the cheapest ways out. With --instance FILE
    an instance of the public employee shift scheduling benchmark is solved in place of a site.
    """
    import time

    from stockward.terms.errors import UsageError

    if (site is None) == (instance is None):
        raise UsageError("name a SITE, or an instance with --instance FILE, and not both")
    if not 0 < seconds <= _LONGEST_SEARCH:
        raise UsageError(f"--time {seconds:g} is no number of seconds up to {_LONGEST_SEARCH}: write it as 60")
    _require_places(instance, previous, sites=[] if site is None else [site])
    ends = time.monotonic() + seconds
    left = None if deterministic else lambda: ends - time.monotonic()
    say = (lambda line: None) if quiet else (lambda line: _say(line, err=True))
    if instance is not None:
        _require_none_given(_OF_A_SITE, "is for the roster of a SITE: leave it out beside --instance")
        _solve_instance(instance, seed, workers, left, deterministic, say, out)
        return
    if site is None or start is None:
        raise UsageError("a site's roster needs its first day: --start 2026-07-06")
    _require_none_given(_OF_AN_INSTANCE, "is for an instance: leave it out beside a SITE")
    from stockward.questions.roster import Asked, make_guards_roster, numbers_given
    from stockward.roster.site.making import Limit

    facts = _read(site)
    earlier, told = (None, ()) if previous is None else _earlier_roster(previous, facts.timezone)
    asked = Asked(
        start=start.date(), weeks=weeks, generated=_now(), seed=seed, numbers=numbers_given(numbers),
        earlier=earlier, told=told,
        options={"start": str(start.date()), "weeks": weeks, "numbers": list(numbers), "seconds": seconds,
                 "deterministic": deterministic, "previous": None if previous is None else previous.name},
    )  # fmt: skip
    answer = make_guards_roster(facts, asked, limit=Limit(left, deterministic), progress=_how_far(say))
    _write_roster(answer, html=html, xlsx=xlsx, csv=out, ics=ics, json=json_file)
    if not quiet:
        _notices(facts)
        if "-" not in (out, json_file):
            from stockward.report.roster.terminal import print_roster

            print_roster(answer, _console())
    sys.exit(NO_ROSTER if not answer.duties else SET_ASIDE if answer.set_aside else 0)


def _require_none_given(names: Sequence[str], why: str) -> None:
    """Raise ``UsageError`` where one of these options is given."""
    from click.core import ParameterSource

    from stockward.terms.errors import UsageError

    context = click.get_current_context()
    for parameter in context.command.params:
        given = context.get_parameter_source(str(parameter.name)) is not ParameterSource.DEFAULT
        if given and parameter.name in names:
            raise UsageError(f"{parameter.opts[0]} {why}")


def _require_places(*files: Path | None, sites: Sequence[Path] = ()) -> None:
    """Raise ``UsageError``, before anything is read, for an output that would fall on what is read, or has no place."""
    from stockward.places import places_of

    context = click.get_current_context()
    options = {str(one.name): one.opts[0] for one in context.command.params}
    _require_one_on_standard_output(
        [option for name, option in options.items() if name in _OUTPUTS and context.params[name] == "-"]
    )
    given = {name: Path(file) for name, file in context.params.items() if name in _WRITTEN and file not in (None, "-")}
    outputs = {options[name]: file for name, file in given.items() if name in _OUTPUTS}
    folders = {options[name]: file for name, file in given.items() if name == _CALENDARS}
    if "commit" in given:
        from stockward.counting import seed_beside

        outputs["the seed beside"] = seed_beside(given["commit"])
    read = [file for file in files if file is not None]
    context.obj = places_of(outputs, folders=folders, sites=sites, files=read)


def _require_one_on_standard_output(options: Sequence[str]) -> None:
    """Raise ``UsageError`` where two answers would run into one another."""
    from stockward.terms.errors import UsageError

    if len(options) > 1:
        raise UsageError(f"{options[0]} and {options[1]} both name -, standard output: give one of them a file")


def _target(named: Path | str) -> Target:
    """Where an output goes, as ``_require_places`` has found."""
    return _places()[Path(named)]


def _places() -> Mapping[Path, Target]:
    places: Mapping[Path, Target] = click.get_current_context().obj
    return places


def _solve_instance(
    instance: Path, seed: int, workers: int, left: Callable[[], float] | None, steps: int | None,
    say: Callable[[str], None], out: str | None,
) -> None:  # fmt: skip
    from stockward.roster.command import report_of, solve_instance

    answer, text = solve_instance(instance, seed=seed, workers=workers, seconds_left=left, steps=steps, say=say)
    if out is not None and text is not None:
        _write_text(text, out)
    for line in report_of(answer):
        _say(line, err=out == "-")
    sys.exit(0 if text is not None else NO_ROSTER)


def _earlier_roster(file: Path, timezone: str) -> tuple[dict[tuple[str, datetime], str], tuple[str, ...]]:
    from stockward.report.roster.files import read_earlier_roster

    return read_earlier_roster(file, timezone)


def _how_far(say: Callable[[str], None]) -> Callable[[int | None, float], None]:
    """Says how good the best roster is so far, at most a line each half second."""
    import time

    from stockward.roster.command import how_far

    said = 0.0

    def progress(best: int | None, bound: float) -> None:
        nonlocal said
        if time.monotonic() - said > 0.5 or best == bound:
            said = time.monotonic()
            say(how_far(best, bound))

    return progress


def _write_roster(
    answer: RosterAnswer, *, html: Path | None, xlsx: Path | None, csv: str | None, ics: Path | None, json: str | None
) -> None:
    from stockward.report.roster import files as roster_files

    if html is not None:
        from stockward.report.roster.page import write_roster_html

        write_whole(_target(html), write_roster_html(answer))
    if json is not None:
        _write_text(roster_files.write_roster_json(answer), json)
    if not answer.duties:
        for name in filter(None, (xlsx, csv, ics)):
            _say(f"{'CSV' if name == '-' else name}: not written, since there is no roster", err=True)
        return
    if xlsx is not None:
        from stockward.report.roster.sheets import write_roster_xlsx

        write_roster_xlsx(answer, _target(xlsx))
    if csv is not None:
        _write_text(roster_files.write_roster_csv(answer), csv)
    if ics is not None:
        from stockward.report.roster.calendars import write_calendars

        write_calendars(answer, _target(ics), _places())


@main.command(epilog=_examples("validate"))
def validate() -> None:
    """Compute published figures again, and print computed beside published."""
    from stockward.validation import validate as compute

    compared, waiting = compute()
    from stockward.report.published import print_compared

    print_compared(compared, _console())
    if waiting:
        _say(f"not computed here: {', '.join(published.id for published in waiting)}", err=True)
    sys.exit(0 if all(row.agrees for row in compared) else ALARMED)


if __name__ == "__main__":
    main()
