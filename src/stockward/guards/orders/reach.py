"""How far candidates, training and the bands allow the guards to grow by a day, and what stands in the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from stockward.answers.selection import Candidate
from stockward.guards.mix import TOTALS_MAX, Bands, MixRule, Numbers
from stockward.guards.people import Guards
from stockward.guards.roll import GUARDS
from stockward.guards.written import counted, plain_number


@dataclass(frozen=True, slots=True)
class Reachable:
    """The largest figure by a day: ``added`` of the ``ready`` candidates of the pool, ``candidates`` in all.

    ``wanting`` says in sentences why the required figure is beyond it; it is empty where it is not. ``in_doubt`` names
    the rows set aside with which it could be larger; ``None`` where there are none.
    """

    figure: int
    added: int
    ready: int
    candidates: int
    wanting: tuple[str, ...]
    in_doubt: str | None = None

    @property
    def known(self) -> bool:
        """Whether no row set aside could make it larger."""
        return self.in_doubt is None


def reachable_by(
    due: date,
    measure: str,
    required: int,
    guards: Guards,
    bands: Bands,
    candidates: Sequence[Candidate],
    in_doubt: str | None = None,
) -> Reachable | None:
    """What can be reached by the due date; ``None`` where no worker and no applicant is on record to choose from.

    ``in_doubt`` names rows set aside that could be candidates, or let more of them in.

    Whoever is added counts towards the measure: new guards on an order for patrols are put on patrol. The bands bind
    the whole department, so that numbers outside them must come inside by what is added.
    """
    if not candidates:
        return None
    expected = guards.number(measure, due)
    present = guards.by_affiliation(GUARDS, due)
    pool = ready_by(candidates, due)
    total = sum(present.values())
    largest = bands.largest(present, pool)
    added = 0 if largest is None else largest.total - total
    wanted = total + max(required - expected, 0)
    wanting = () if expected + added >= required else tuple(_wanting(bands, present, pool, wanted))
    return Reachable(expected + added, added, sum(pool.values()), len(candidates), wanting, in_doubt)


def ready_by(candidates: Sequence[Candidate], day: date) -> Counter[str]:
    """How many of the pool are ready by a day, by affiliation."""
    return Counter(
        one.affiliation for one in candidates if one.in_pool and one.ready_on is not None and one.ready_on <= day
    )


def _wanting(bands: Bands, present: Numbers, pool: Numbers, wanted: int) -> Iterator[str]:
    """What is short of the least total that is enough and that whole numbers can hold."""
    now, ready = bands.others(present), bands.others(pool)
    unbound = not bands.rules or now + ready > 0
    totals = range(wanted, wanted + TOTALS_MAX)
    holding = (one for one in totals if bands.numbers_for(one, others=(now, one if unbound else 0)) is not None)
    total = next(holding, None)
    if total is None:
        yield f"no total from {wanted} guards on holds every band: change the bands in site.toml"
        return
    said = [_of_one(rule, present, pool, total) for rule in bands.rules]
    yield from (sentence for sentence in said if sentence is not None)
    room = now + ready + sum(_most(rule, present, pool, total) for rule in bands.rules)
    if room < total and not any(said):
        lack = total - room
        mend = " of the affiliations that have room" if bands.rules else ""
        yield f"{counted(total, 'guard')} take {counted(lack, 'more candidate')}{mend}"


def _most(rule: MixRule, present: Numbers, pool: Numbers, total: int) -> int:
    have = present.get(rule.affiliation, 0) + pool.get(rule.affiliation, 0)
    return min(have, rule.most(total))


def _of_one(rule: MixRule, present: Numbers, pool: Numbers, total: int) -> str | None:
    """What one affiliation lacks, or has too many of, for a total."""
    name = rule.affiliation
    now, ready = present.get(name, 0), pool.get(name, 0)
    least, most = rule.least(total), rule.most(total)
    if now > most:
        return f"{now} of {name} are more than the {most} that the band allows among {total} guards"
    if now + ready < least:
        lack = counted(least - now - ready, "more candidate")
        return (
            f"{total} guards take {least} or more of {name} (share {plain_number(rule.low)}), and there are "
            f"{now + ready}, {counted(ready, 'candidate')} among them: {lack} of {name} would mend it"
        )
    return None
