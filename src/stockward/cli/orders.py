"""The command ``stockward orders``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stockward.cli.kit.errors import tell_error
from stockward.cli.kit.options import OUTPUT_OR_STREAM, SITE, STREAM, TextCommand, examples
from stockward.cli.kit.reading import moment_now, set_threads
from stockward.cli.kit.saying import progress, terminal
from stockward.cli.kit.writing import find_places, write_answer
from stockward.version import VERSION

if TYPE_CHECKING:
    from stockward.answers.orders import SiteOrders
    from stockward.guards.orders.asked import AskedOrder


@click.command(
    cls=TextCommand,
    epilog=examples(
        "orders examples/ridgeway", 'orders examples/ridgeway docs/first_site --guards ">2" --csv orders.csv'
    ),
)
@click.argument("site", metavar="SITE...", nargs=-1, required=True, type=SITE)
@click.option("--as-of", metavar="DATE", help="Use only what was recorded by the end of this day, such as 2026-06-30.")
@click.option("--guards", metavar="ORDER", help='Ask every site for an order that is not on record: ">2".')
@click.option("--due", metavar="DATE", help="Day by which that order is to be met; 90 days ahead without it.")
@click.option("--json", "json_file", type=OUTPUT_OR_STREAM, metavar="FILE",
              help="Write the answers as JSON; - for standard output.")  # fmt: skip
@click.option("--csv", "csv_file", type=OUTPUT_OR_STREAM, metavar="FILE",
              help="Write the table as CSV; - for standard output.")  # fmt: skip
@click.option("--quiet", is_flag=True, help="Print no table.")
def orders_command(
    site: tuple[Path, ...], as_of: str | None, guards: str | None, due: str | None, json_file: Path | str | None,
    csv_file: Path | str | None, quiet: bool,
) -> None:  # fmt: skip
    """List the orders of one site or many: target, now, expected, short, and the verdict on each."""
    from stockward.guards.orders.asked import AskedOrder

    asked = AskedOrder.asked(guards, due)
    find_places()
    with progress(quiet) as step:
        answers = _orders_of(site, as_of, asked, step)
    from stockward.questions.concluded import orders_concluded
    from stockward.report.guards import orders_table

    if json_file is not None:
        options = {"as_of": as_of, **({} if asked is None else asked.options())}
        write_answer(
            orders_table.write_orders_json(answers, version=VERSION, at=moment_now(), options=options), json_file
        )
    if csv_file is not None:
        write_answer(orders_table.orders_csv(answers), csv_file)
    if not quiet and STREAM not in (json_file, csv_file):
        orders_table.print_orders(answers, terminal())
    for answer in answers:
        if answer.fault is not None:
            tell_error(answer.fault)
    sys.exit(orders_concluded(answers))


def _orders_of(
    sites: tuple[Path, ...], as_of: str | None, asked: AskedOrder | None, step: Callable[[str], None]
) -> list[SiteOrders]:
    set_threads(sites)
    from stockward.guards.orders.of_sites import orders_of_site
    from stockward.terms.periods import end_of

    if as_of is not None:
        end_of(as_of, "UTC")
    now, answers = moment_now(), []
    for site in sites:
        step(f"reading {site}")
        answers.append(orders_of_site(site, now=now, as_of=as_of, asked=asked))
    return answers
