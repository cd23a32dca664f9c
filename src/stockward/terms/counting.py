"""Closed lists of counting: what is asked of a counter, and what may be said of the loss that matters."""

from __future__ import annotations

from enum import StrEnum


class Task(StrEnum):
    """What is done with a line of a count sheet."""

    COUNT = "count"
    MEASURE = "measure"
    WEIGH = "weigh"


TASK_MEANING: dict[Task, str] = {
    Task.COUNT: "Look whether the item is there and is what it is said to be; open the box and count what is in it.",
    Task.MEASURE: "Measure whether the content of the item is whole: 1 is whole, 0 is not, or the item is not there.",
    Task.WEIGH: "Weigh all that is there, with the scale that the books name for it.",
}


class CountVerdict(StrEnum):
    """What a count says of one loss that matters, in order of precedence: the first that holds is said."""

    FOUND_MISSING = "found_missing"
    FOUND_MORE = "found_more"
    INCOMPLETE = "incomplete"
    NOT_COMMITTED = "not_committed"
    NOT_EXCLUDED = "not_excluded"
    EXCLUDED = "excluded"


COUNT_MEANING: dict[CountVerdict, str] = {
    CountVerdict.FOUND_MISSING: "Of the units drawn, some are missing or short of content.",
    CountVerdict.FOUND_MORE: "None is missing, and there is more than the book says.",
    CountVerdict.INCOMPLETE: "Some units drawn were not counted: nothing is said until they are.",
    CountVerdict.NOT_COMMITTED: (
        "All units drawn agree with the plan, and the plan was not compared with the commitment that was published: "
        "nothing is certified."
    ),
    CountVerdict.NOT_EXCLUDED: "Nothing is known to be missing, and what was counted does not exclude the loss.",
    CountVerdict.EXCLUDED: (
        "Nothing is known to be missing: had the loss been taken, the count would have shown it with the chance asked "
        "for."
    ),
}

FOUND = frozenset({CountVerdict.FOUND_MISSING, CountVerdict.FOUND_MORE})
