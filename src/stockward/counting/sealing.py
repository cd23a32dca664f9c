"""Sealing: a plan bound to its seed before the draw, in a file that is never written over."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from os.path import lexists
from pathlib import Path

from stockward.answers.counting import CountingDraw, CountingPlan
from stockward.book import Site
from stockward.counting.book import require_begun
from stockward.counting.drawing import committed, draw_units
from stockward.counting.plan_file import plan_digest, plan_text, read_plan
from stockward.counting.seeds import require_seed, sha256_of
from stockward.outputs import OutputTarget, free_name, write_new
from stockward.terms.errors import SheetError, SiteError, UsageError
from stockward.terms.files import read_bytes, read_text


@dataclass(frozen=True, slots=True)
class Seal:
    """What a plan is to be sealed with: its file, what it is bound to, and the seed where it is kept here."""

    path: OutputTarget
    bound: Mapping[str, str]
    seed: str | None


def seed_beside(plan: Path) -> Path:
    """The file that keeps the seed of a plan."""
    return plan.parent / f"{plan.name}.seed"


def prepare_seal(
    path: Path | None, *, seed_source: str | None, seed_sha256: str | None, seed_text: str | None, fresh: str
) -> Seal | None:
    """The seal asked for, before anything is read or made; ``fresh`` is the seed where none is given.

    Raises ``UsageError`` for a seed without a plan to seal, for several, and for files that are there.
    """
    given = {"seed_source": seed_source, "seed_sha256": seed_sha256, "seed_text": seed_text}
    given = {name: text for name, text in given.items() if text}
    if path is None:
        if given:
            raise UsageError("a seed belongs to a plan that is committed: name its file with --commit PLAN")
        return None
    if len(given) > 1:
        raise UsageError("--seed-source, --seed-sha256 and --seed-text exclude each other: a plan has one seed")
    for file in (path, seed_beside(path)):
        if lexists(file):
            raise UsageError(f"{file}: there is such a file, and a sealed plan is never written over: name another")
    target = free_name(path)
    if seed_source:
        return Seal(target, {"seed_source": seed_source}, None)
    if seed_sha256:
        return Seal(target, {"seed_sha256": seed_sha256}, None)
    seed = require_seed(seed_text) if seed_text else fresh
    return Seal(target, {"seed_sha256": sha256_of(seed)}, seed)


def seal_plan(plan: CountingPlan, seal: Seal, site: Site, *, now: datetime) -> CountingPlan:
    """The plan of a site bound to its seed; it is not written yet.

    Raises ``UsageError`` where its book is frozen at a day that is yet to come.
    """
    require_begun(site, plan.frozen_at, as_of=plan.as_of is not None, now=now)
    return committed(plan, **seal.bound)


def write_seal(plan: CountingPlan, seal: Seal) -> None:
    """Write a sealed plan, and its seed beside it where it is kept here: both, or none."""
    files = {} if seal.seed is None else {OutputTarget(seed_beside(seal.path)): f"{seal.seed}\n"}
    write_new({**files, seal.path: plan_text(plan)})


def draw_from(
    plan_path: Path, *, commitment: str | None, seed_text: str | None, seed_file: Path | None
) -> CountingDraw:
    """The draw that follows from a sealed plan and its seed, which stands beside the plan unless it is given.

    Raises ``SheetError`` and ``UsageError`` where one of them cannot be read, or does not belong to the other.
    """
    plan = read_plan(plan_path)
    _require_not_of_the_file(plan_path, plan, commitment)
    seed = seed_text or _seed_in(seed_file or seed_beside(plan_path), plan)
    return draw_units(plan, seed, commitment=commitment)


def _require_not_of_the_file(path: Path, plan: CountingPlan, given: str | None) -> None:
    """Raise ``UsageError`` where the SHA-256 of the plan's file was given, or published, in place of the commitment."""
    digits = "" if given is None else "".join(given.split()).lower()
    if digits == hashlib.sha256(read_bytes(path)).hexdigest():
        raise UsageError(
            f"--commitment {digits[:16]}… is the SHA-256 of the file {path.name}, so the plan is the same; its "
            f"commitment is the digest in it: give --commitment {plan_digest(plan)}"
        )


def _seed_in(path: Path, plan: CountingPlan) -> str:
    try:
        return read_text(path)
    except (SiteError, UnicodeDecodeError):
        mend = "name its file with --seed-file"
        if plan.seed_source is not None:
            mend = f"it is this public value, to be given with --seed-text: {plan.seed_source}"
        raise SheetError(str(path), "the seed cannot be read", mend) from None
