"""Floor 4: what must be counted: the plan from the frozen book, the draw from a committed seed, the certificate."""

from stockward.counting.certifying import certify, counted_moment
from stockward.counting.drawing import committed, draw_units
from stockward.counting.plan_file import plan_digest, plan_text, read_plan
from stockward.counting.planning import make_plan
from stockward.counting.sealing import Seal, draw_from, prepare_seal, seal_plan, seed_beside, write_seal
from stockward.counting.seeds import require_seed, sha256_of
from stockward.counting.sheets.filled import read_filled
from stockward.counting.sheets.kept import require_not_kept
from stockward.counting.wishes import CountingRequest, parse_asked

__all__ = [
    "CountingRequest",
    "Seal",
    "certify",
    "committed",
    "counted_moment",
    "draw_from",
    "draw_units",
    "make_plan",
    "parse_asked",
    "plan_digest",
    "plan_text",
    "prepare_seal",
    "read_filled",
    "read_plan",
    "require_not_kept",
    "require_seed",
    "seal_plan",
    "seed_beside",
    "sha256_of",
    "write_seal",
]
