"""Sealing: a plan bound to a seed before the draw, each in a file of its own that is never written over."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from stockward.answers.counting import Draw, Plan
from stockward.counting.drawing import commitment_of, committed, draw_units, require_seed
from stockward.counting.plan_file import plan_text, read_plan
from stockward.terms.errors import SheetError, UsageError


@dataclass(frozen=True, slots=True)
class Seal:
    """What a plan is to be sealed with: its file, the commitment, and the seed where it is kept here."""

    path: Path
    commitment: str
    seed: str | None


def seed_beside(plan: Path) -> Path:
    """The file that keeps the seed of a plan."""
    return plan.with_name(plan.name + ".seed")


def prepare_seal(path: Path | None, *, commitment: str | None, seed_text: str | None, fresh: str) -> Seal | None:
    """The seal asked for, before anything is read or made; ``fresh`` is the seed where none is given.

    Raises ``UsageError`` for a seed without a plan to seal, for a seed and a commitment, and for files that are there.
    """
    if path is None:
        if commitment or seed_text:
            raise UsageError("a seed or its commitment seals a plan: name its file with --commit PLAN")
        return None
    if commitment and seed_text:
        raise UsageError("--commitment and --seed-text exclude each other: who keeps the seed gives its SHA-256 alone")
    for file in (path, seed_beside(path)):
        if file.exists():
            raise UsageError(f"{file}: there is such a file, and a sealed plan is never written over: name another")
    if commitment:
        return Seal(path, commitment, None)
    seed = require_seed(seed_text) if seed_text else fresh
    return Seal(path, commitment_of(seed), seed)


def write_sealed(plan: Plan, seal: Seal) -> Plan:
    """The plan bound to its seal, written into its file; the seed, readable by its owner alone, beside it."""
    sealed = committed(plan, seal.commitment)
    with seal.path.open("x", encoding="utf-8") as file:
        file.write(plan_text(sealed))
    if seal.seed is not None:
        secret = os.open(seed_beside(seal.path), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(secret, "w", encoding="utf-8") as file:
            file.write(seal.seed + "\n")
    return sealed


def draw_from(plan_path: Path, *, seed_text: str | None = None, seed_file: Path | None = None) -> Draw:
    """The draw that follows from a sealed plan and its seed, which stands beside the plan unless it is given."""
    plan = read_plan(plan_path)
    if seed_text:
        return draw_units(plan, seed_text)
    path = seed_file or seed_beside(plan_path)
    try:
        seed = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise SheetError(str(path), "the seed cannot be read", "name its file with --seed-file") from None
    return draw_units(plan, seed)
