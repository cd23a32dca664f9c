"""The command ``stockward sites``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stockward.cli.kit.options import (
    FILE,
    OUTPUT_FOLDER,
    OUTPUT_OR_STREAM,
    PROCESSES,
    SEED,
    SITE_OR_BOOK,
    STREAM,
    TextCommand,
    examples,
)
from stockward.cli.kit.reading import moment_now
from stockward.cli.kit.saying import progress, say_path, terminal
from stockward.cli.kit.writing import find_places, place_found, write_answer
from stockward.terms.limits import all_cores

if TYPE_CHECKING:
    from stockward.questions.many.work import Pages

_SECONDS = 3_600


@click.command(cls=TextCommand, epilog=examples("sites docs/first_site docs/faulty --out results"))
@click.argument("site", metavar="SITE...", nargs=-1, type=SITE_OR_BOOK)
@click.option("--out", type=OUTPUT_FOLDER, required=True, metavar="DIR",
              help="Folder of the results; what is done there already is not done again.")  # fmt: skip
@click.option("--list", "lists", type=FILE, multiple=True, metavar="FILE",
              help="Sites, one a line, relative to this file; may be repeated.")  # fmt: skip
@click.option("--as-of", metavar="DATE", help="Use only what was recorded by the end of this day, such as 2026-06-30.")
@click.option("--reports", type=click.Choice(["alarmed", "all", "none"]), default="alarmed", show_default=True,
              help="Which sites get a report of their own.")  # fmt: skip
@click.option("--engine", default="local", show_default=True, metavar="ENGINE",
              help="Who reviews: local (processes here), or dask=ADDRESS (a cluster).")  # fmt: skip
@click.option("--jobs", type=PROCESSES, help="Processes on this computer; all cores without it.")
@click.option("--seconds", type=click.IntRange(1, 1_000_000), default=_SECONDS, show_default=True,
              help="How long one site may take.")  # fmt: skip
@click.option("--json", "json_file", type=OUTPUT_OR_STREAM, metavar="FILE",
              help="Write the JSON there as well; - for standard output.")  # fmt: skip
@click.option("--seed", type=SEED, default=1, show_default=True, help="Seed of what is sampled: limits and p-values.")
@click.option("--quiet", is_flag=True, help="Print no summary.")
def sites_command(
    site: tuple[Path | str, ...], out: Path, lists: tuple[Path, ...], as_of: str | None, reports: Pages,
    engine: str, jobs: int | None, seconds: int, json_file: Path | str | None, seed: int, quiet: bool,
) -> None:  # fmt: skip
    """Review many sites: what is missing where, which site cannot see, and who met the order?"""
    find_places()
    # Each process has one site at a time: more threads would wait for each other.
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    from stockward.outputs import free_name, write_whole
    from stockward.questions.concluded import sites_concluded
    from stockward.questions.many.cluster import asked_engine
    from stockward.questions.many.folder import require_apart, require_beside
    from stockward.questions.many.places import site_places
    from stockward.questions.many.running import SitesAsked, review_sites
    from stockward.report import write_html
    from stockward.report.sites.document import write_sites_json
    from stockward.report.sites.page import write_sites_html
    from stockward.report.sites.terminal import print_sites
    from stockward.report.sites.workbook import write_sites_xlsx

    asked = SitesAsked(as_of=as_of, seed=seed, pages=reports, page=write_html, generated=moment_now())
    asked_of = asked_engine(engine, jobs=jobs or all_cores(), seconds=seconds)
    with progress(quiet) as step:
        step("looking for the sites")
        places = site_places(site, lists)
        if isinstance(json_file, Path):
            require_apart("--json", Path(os.path.realpath(json_file)), places)
            require_beside("--json", json_file, place_found(out))
        answer = review_sites(places, place_found(out), asked_of, asked, progress=step)
        step("writing the page and the workbook")
        document = write_sites_json(answer)
        write_whole(free_name(answer.folder / "sites.html"), write_sites_html(answer))
        write_sites_xlsx(answer, free_name(answer.folder / "sites.xlsx"))
        write_whole(free_name(answer.folder / "sites.json"), document)
    if json_file is not None:
        write_answer(document, json_file)
    if not quiet and json_file != STREAM:
        print_sites(answer, terminal())
    if json_file != STREAM:
        say_path(out / "sites.html")
    sys.exit(sites_concluded(answer))
