"""The command ``stockward simulate``."""

from __future__ import annotations

from pathlib import Path

import click

from stockward.cli.kit.options import NEW_SITE, SEED, TextCommand, examples
from stockward.cli.kit.saying import progress, say_path
from stockward.terms.errors import UsageError


@click.command(
    cls=TextCommand,
    epilog=examples(
        "simulate plant --weeks 8 --lines 2 --losses --seed 3", "simulate land --sites 4 --lines 0 --weeks 8 --losses"
    ),
)
@click.argument("folder", type=NEW_SITE)
@click.option("--ridgeway", is_flag=True, help="The example of the documentation, whatever else is asked for.")
@click.option("--weeks", type=click.IntRange(4, 520), default=26, show_default=True, help="Weeks of books.")
@click.option(
    "--lines", type=click.IntRange(0, 50), default=3, show_default=True, help="Production lines; 0 with --sites."
)
@click.option(
    "--sites", type=click.IntRange(3, 100_000), help="So many sites, each in a folder, that send to each other."
)
@click.option("--losses", is_flag=True, help="Put losses in, sized to be found.")
@click.option("--seed", type=SEED, default=1, show_default=True, help="Seed of everything drawn.")
@click.option("--overwrite", is_flag=True, help="Write over a simulated site.")
def simulate_command(
    folder: Path, ridgeway: bool, weeks: int, lines: int, sites: int | None, losses: bool, seed: int, overwrite: bool
) -> None:
    """Write a synthetic site with stated truth (truth.json and README.md say what was put in)."""
    from stockward import simulation

    if sites is None and not lines:
        raise UsageError("--lines 0: one site has a line or more: name a larger number, or --sites")
    if sites is not None:
        _write_many(folder, sites, weeks=weeks, lines=lines, losses=losses, seed=seed, overwrite=overwrite or ridgeway)
        return
    with progress(quiet=False) as step:
        step("simulating the plant")
        plan = simulation.plan_asked(ridgeway=ridgeway, weeks=weeks, lines=lines, losses=losses)
        site = simulation.simulate_site(plan, seed=seed)
        step("writing the folder")
        simulation.write_site(site, folder, overwrite=overwrite)
    say_path(folder)


def _write_many(folder: Path, sites: int, *, weeks: int, lines: int, losses: bool, seed: int, overwrite: bool) -> None:
    from stockward import simulation

    if overwrite:
        raise UsageError(
            "--sites: many sites are written into a folder of their own: leave --overwrite, --ridgeway out"
        )
    with progress(quiet=False) as step:
        simulation.write_sites(folder, sites, weeks=weeks, lines=lines, losses=losses, seed=seed, progress=step)
    say_path(folder)
