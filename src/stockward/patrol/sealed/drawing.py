"""The draw: a function of seed, plan and shift, and of nothing else, which anybody can do again once the seed is told.

The number ``HMAC-SHA256(seed, "COMMITMENT\\nNIGHT\\nSTART\\nwalks")`` modulo the sum of the weights falls into the
weight of one of the walks, in the order of the plan; texts in UTF-8, NIGHT as 2026-11-30, START as 22:00. Patrols of
one base get their cards in the order of the same with ``card 1``, ``card 2`` and so on in place of ``walks``. To
whoever does not know the seed, every shift is drawn by these weights, whatever was drawn before [RFC 2104].
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from stockward.answers.patrols.answer import PlannedWalks
from stockward.answers.patrols.sealed import DrawnPatrols, PatrolPlan
from stockward.counting.sealing import seed_beside
from stockward.counting.seeds import require_seed, require_sha256, sha256_of
from stockward.guards.need.post_hours import WEEKDAYS, clock
from stockward.patrol.sealed.plan_file import patrol_plan_digest, read_patrol_plan
from stockward.patrol.site.night import NightShift
from stockward.terms.errors import SheetError, SiteError, UsageError
from stockward.terms.files import read_text

FIRST_NIGHT, LAST_NIGHT = date(1970, 1, 2), date(9000, 1, 1)


def draw_patrols(
    plan: PatrolPlan, seed: str, night: date, start: int, *, commitment: str | None = None
) -> DrawnPatrols:
    """The cards of the shift that begins on a day at a time in minutes.

    Raises ``UsageError`` for a seed or a commitment that is not the plan's, for a shift that it does not have, and
    for a night on which no patrol of it walks.
    """
    seed, digest = require_seed(seed), patrol_plan_digest(plan)
    if commitment is not None and require_sha256("--commitment", commitment) != digest:
        raise UsageError(
            f"--commitment {commitment[:16]}… is not that of this plan, which is {digest[:16]}…: the plan was changed "
            "or is another one: use the file that was committed, or copy the commitment again"
        )
    if sha256_of(seed) != plan.seed_sha256:
        raise UsageError(
            "this seed is not the one of the plan: its SHA-256 differs from the one in the plan: give the seed that "
            "was kept for it"
        )
    if start not in plan.starts:
        raise UsageError(
            f"no shift of the plan begins at {clock(start)}: give --shift {' or '.join(map(clock, plan.starts))}"
        )

    require_walked(plan, night, start)

    def drawn(what: str) -> int:
        text = f"{digest}\n{night.isoformat()}\n{clock(start)}\n{what}"
        return int.from_bytes(hmac.digest(seed.encode(), text.encode(), hashlib.sha256))

    walks = _at(plan.mixture, drawn("walks"))
    order = sorted(range(plan.patrols), key=lambda card: drawn(f"card {card + 1}"))
    by_base = {base: [card for card in order if plan.bases[card] == base] for base in plan.bases}
    cards = tuple(walks.walks[by_base[base].pop()] for base in plan.bases)
    return DrawnPatrols(
        plan=plan, commitment=digest, published=commitment is not None, night=night, start=start, cards=cards
    )


def require_walked(plan: PatrolPlan, night: date, start: int) -> None:
    """Raise ``UsageError``, with the mend, for a night on which the plan has no such shift, as far as it says."""
    if not FIRST_NIGHT <= night <= LAST_NIGHT:
        raise UsageError(f"{night} is no night to walk in: write a date such as 2026-12-01")
    if not _stands(plan, night, start):
        nights = (night + timedelta(days=1 + ahead) for ahead in range(len(WEEKDAYS)))
        coming = next(one for one in nights if _stands(plan, one, start))
        raise UsageError(
            f"no patrol of the plan walks from {clock(start)} on {night}, a {night:%A}: its posts stand on "
            f"{' '.join(plan.days or ())}: give --night {coming}, or where posts.csv has other days by now, seal a new "
            "plan"
        )
    shift = night_of(plan, night, start)
    if shift is not None and not shift.minutes:
        raise UsageError(
            f"on {night} the clocks skip the whole shift from {clock(start)}: nobody walks it, so draw no cards of it"
        )


def night_of(plan: PatrolPlan, night: date, start: int) -> NightShift | None:
    """The shift of a night by the clock of the site; ``None`` where the plan does not state its time zone."""
    if plan.timezone is None:
        return None
    return NightShift.of(night, start, plan.shift_minutes, ZoneInfo(plan.timezone))


def _stands(plan: PatrolPlan, night: date, start: int) -> bool:
    """Whether the posts stand in the shift; one that begins after midnight may be of the day before."""
    begun = night - timedelta(days=start < plan.starts[0])
    return plan.days is None or WEEKDAYS[begun.weekday()] in plan.days


def _at(mixture: tuple[PlannedWalks, ...], number: int) -> PlannedWalks:
    left = number % sum(one.weight for one in mixture)
    for one in mixture:
        if left < one.weight:
            break
        left -= one.weight
    return one


def draw_patrols_from(
    path: Path, night: date, start: int | None, *, commitment: str | None, seed_text: str | None, seed_file: Path | None
) -> DrawnPatrols:
    """The cards that follow from a sealed plan and its seed, which stands beside the plan unless it is given.

    ``start`` may be left out where all shifts begin at one time. Raises ``SheetError`` and ``UsageError`` where one of
    them cannot be read, or does not belong to the other.
    """
    plan = read_patrol_plan(path)
    if start is None and len(plan.starts) > 1:
        raise UsageError(f"several shifts begin on a day: give --shift {' or '.join(map(clock, plan.starts))}")
    seed = seed_text or _seed_in(seed_file or seed_beside(path))
    return draw_patrols(plan, seed, night, plan.starts[0] if start is None else start, commitment=commitment)


def _seed_in(path: Path) -> str:
    try:
        return read_text(path)
    except (SiteError, UnicodeDecodeError):
        raise SheetError(str(path), "the seed cannot be read", "name its file with --seed-file") from None
