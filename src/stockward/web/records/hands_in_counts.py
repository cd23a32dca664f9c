"""Who had a hand in a count: by what they did, and not by the role that they have now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from stockward.answers.counting import CountingDraw
from stockward.counting.two_people import may_be_one
from stockward.web.models import CountedLine, HandInCount, SealedCount, UserAccount

Hands = dict[str, dict[str, Any]]
"""By key of an account: the lines that it typed, as texts by sheet, and whether it is named as the one who counted."""

_PLAN = ""
"""In the place of a line: the plan itself."""


def saw_the_plan(count: SealedCount, account: Any) -> None:
    """Keep that an account has had the figures of the book for this count before it."""
    HandInCount.objects.get_or_create(count=count, account=account, line=_PLAN)


def has_seen_the_plan(count: SealedCount, account: Any) -> bool:
    """Whether an account sealed a count, drew it or opened its plan, and so cannot count it blind."""
    seen = HandInCount.objects.filter(count=count, account=account, line=_PLAN)
    return count.account_id == account.pk or seen.exists()


def typed_a_line(count: SealedCount, account: Any, line: str) -> None:
    """Keep that an account wrote a line, whoever writes over it later."""
    HandInCount.objects.get_or_create(count=count, account=account, line=line)


def hands_of(count: SealedCount, draw: CountingDraw, counter: str) -> Hands:
    """Everybody who wrote a line of a count, or is named as its counter by the name of the account."""
    wrote: dict[str, set[str]] = defaultdict(set)
    for kept in (HandInCount.objects.exclude(line=_PLAN), CountedLine.objects.all()):
        for account, line in kept.filter(count=count).values_list("account__key", "line"):
            wrote[account].add(line)
    hands: Hands = {account: {"typed": _lines_by_sheet(draw, lines)} for account, lines in sorted(wrote.items())}
    for account, name in UserAccount.objects.filter(roles__site=count.site).values_list("key", "name").distinct():
        if may_be_one(name, counter):
            hands.setdefault(account, {})["counted"] = True
    return hands


def hands_said(hands: Hands) -> str:
    """The same in one text, accounts by their keys."""
    return "; ".join(f"{account}: {', '.join(_deeds(did))}" for account, did in hands.items())


def _deeds(did: Mapping[str, Any]) -> Iterator[str]:
    for sheet, lines in did.get("typed", {}).items():
        yield f"sheet {sheet} lines {lines}"
    if did.get("counted"):
        yield "counted"


def _lines_by_sheet(draw: CountingDraw, keys: set[str]) -> dict[str, str]:
    numbers: dict[str, list[int]] = defaultdict(list)
    for line in draw.lines:
        if line.key in keys:
            numbers[str(line.sheet)].append(line.line)
    return {sheet: " ".join(_runs(sorted(lines))) for sheet, lines in numbers.items()}


def _runs(numbers: Iterable[int]) -> Iterator[str]:
    """Numbers that follow one another as ``1-7``."""
    run: list[int] = []
    for number in [*numbers, -1]:
        if run and number != run[-1] + 1:
            yield f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}"
            run = []
        run.append(number)
