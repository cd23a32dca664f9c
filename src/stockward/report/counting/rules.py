"""What a counter is told. A certificate rests on it, so it stands on the sheets themselves, and on the certificate."""

from __future__ import annotations

from stockward.answers.counting import CountingDraw
from stockward.report.kit import words

_NUMBERING = "begin at the entrance, go from left to right, and within a row from the bottom up"
_NOT_FULL = (
    "Boxes of a material that are not full get its last numbers, wherever they stand. Several of them, and loose "
    "items, count as if filled up from one another, so that at most one box is not full."
)


def counting_rules(draw: CountingDraw) -> tuple[str, ...]:
    """All rules of a count, for its cover."""
    every = (
        "Fill in every line. 0 means counted, and none there. A blank line means not counted: the count stays "
        "incomplete.",
        f"Number the units of a material as they stand: {_NUMBERING}. Unit 417 is the 417th that you pass. Mark where "
        "the numbering begins before the first unit is looked at, and keep to it. Where there is no such unit because "
        "the numbering ends before it, write 0.",
        _NOT_FULL if _has_boxes(draw) else "",
        "Look at the item itself: an unbroken box or wrapping proves nothing. Open a box that is drawn, count what is "
        "in it, and close it with a new seal.",
        "Write with a pencil, in figures. A mistake is struck out and signed, never rubbed out.",
        "Two people are present at every line: one counts, the other watches. Both sign every sheet.",
        _still(draw),
    )
    return tuple(rule for rule in every if rule)


def rule_of_a_sheet(draw: CountingDraw, *, boxes: bool) -> str:
    """What must stand on every sheet, since the certificate rests on it, and sheets are handed out one by one."""
    not_full = f" {_NOT_FULL}" if boxes else ""
    return f"Two people: one counts, one watches. Numbers: {_NUMBERING}.{not_full} {_still(draw)}"


def rests_on(draw: CountingDraw, counted_at: str) -> tuple[str, ...]:
    """What others must have done for a certificate to be true, and what no file can show."""
    plan = draw.plan
    numbered = f"The units were numbered as the sheets say ({_NUMBERING}), before the seed was known."
    seed = (
        f"The seed is the public value that the plan names, not known when it was committed: {plan.seed_source}."
        if plan.seed_source is not None
        else "Nobody who could have steered the plan or the stock knew the seed before the commitment was published."
    )
    return (
        f"Nothing moved in or out from {_frozen(draw)} to {counted_at}.",
        f"{numbered} {_NOT_FULL}" if _has_boxes(draw) else numbered,
        "Two people were at every line, and the file holds what they wrote on the signed sheets.",
        seed,
        "The book that was frozen is the site's own: planned again from its files for the same losses, it has "
        "the SHA-256 below.",
    )


def _still(draw: CountingDraw) -> str:
    return f"Nothing moves in or out from {_frozen(draw)}, when the book was frozen, to the end of the count."


def _frozen(draw: CountingDraw) -> str:
    return words.moment(draw.plan.frozen_at, draw.plan.timezone)


def _has_boxes(draw: CountingDraw) -> bool:
    return any(one.kind == "box" and one.counted for one in draw.plan.strata)
