"""The part of the page on guards as frozen, documented values: its templates show exactly these, and compute none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from markupsafe import Markup

from stockward.report.kit.context_parts import Badge, Pair


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadLine:
    """One figure of a tile in the row at the top."""

    value: Annotated[str, "the figure, or in words why there is none"]
    kind: Annotated[str, "number, words or short; picks size and colour"]
    label: Annotated[str, "what it counts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadFigure:
    """One tile of the row at the top: ordered, needed, on hand, short, when met."""

    title: Annotated[str, "what the tile answers"]
    lines: Annotated[tuple[HeadLine, ...], "its figures"]
    note: Annotated[str, "how the figure comes about; empty where there is nothing to say"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a manager reads first about the guards."""

    badge: Annotated[Badge | None, "what is said of the order that asks for most; none without an order on guards"]
    sentence: Annotated[str, "order, need and strength in plain words"]
    figures: Annotated[tuple[HeadFigure, ...], "ordered, needed, on hand, short, when met"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardLine:
    """A report that stands beside an order; its source is on no page."""

    report: Annotated[str, "code of the report"]
    received: Annotated[str, "the day it came"]
    about: Annotated[str, "what it is about, and whether it names the order"]
    text: Annotated[str, "what it says"]
    grades: Annotated[str, "grade of the source and of the information"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonBeside:
    """The reason that an order states, and what reports say otherwise."""

    order: Annotated[str, "code of the order"]
    stated: Annotated[str, "the reason that the order gives"]
    heard: Annotated[tuple[HeardLine, ...], "what reports that name it say"]
    more: Annotated[str, "how many more reports there are; empty where all are shown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One order, and what is said of it."""

    badge: Annotated[Badge, "its verdict"]
    order: Annotated[str, "its code"]
    given: Annotated[str, "by whom and when, or that it was asked for here"]
    asks: Annotated[str, "what it asks for, in words"]
    due: Annotated[str, "by when"]
    baseline: Annotated[str, "the figure that it counts from, and its day"]
    rows: Annotated[str, "the rows counted for the baseline; empty where none were"]
    target: Annotated[str, "the least figure that meets it"]
    now: Annotated[str, "the figure today"]
    expected: Annotated[str, "the figure on the due date from what is on record"]
    changes: Annotated[str, "who joins and leaves until then; empty where that is not known"]
    short: Annotated[str, "short by, on the due date"]
    short_now: Annotated[str, "short by, today; empty where that is not known"]
    reason: Annotated[str, "why the verdict is what it is"]
    more: Annotated[str, "when it is met with what is on record; empty where it is not, or is now"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """One step from the posts to the need."""

    step: Annotated[str, "what is added"]
    guards: Annotated[str, "guards after it"]
    added: Annotated[str, "guards that it adds"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthLine:
    """Need and strength in one month."""

    month: Annotated[str, "the month"]
    when: Annotated[str, "on record or expected"]
    needed: Annotated[str, "guards that the posts take"]
    mean: Annotated[str, "guards by net hours"]
    on_posts: Annotated[str, "guards who can stand at a post"]
    strength: Annotated[str, "all guards"]
    patrolling: Annotated[str, "guards on patrol"]
    areas: Annotated[str, "occupied areas"]
    output: Annotated[str, "output, times the base"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PostNeedLine:
    """One post, and what it takes."""

    name: Annotated[str, "what the post is called"]
    code: Annotated[str, "its code"]
    kind: Annotated[str, "gate, patrol, and so on"]
    guards: Annotated[str, "how many stand there at once"]
    driver: Annotated[str, "what makes it grow; empty without a driver"]
    posts: Annotated[str, "how many such posts there are, and will be"]
    hours: Annotated[str, "hours a year"]
    relief: Annotated[str, "guards that one standing there takes"]
    needed: Annotated[str, "guards that it takes"]
    reason: Annotated[str, "why it is not measurable; empty where it is"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftLine:
    """One shift, and how many to roster so that its posts are filled."""

    span: Annotated[str, "from when to when"]
    days: Annotated[str, "on which days of the week"]
    standing: Annotated[str, "guards who stand at its posts"]
    chance_of_standing: Annotated[str, "chance that all posts are filled if only so many are rostered"]
    rostered: Annotated[str, "the least number that fills them often enough"]
    chance: Annotated[str, "chance that all posts are filled then"]
    groups: Annotated[str, "the rostered by qualification"]


@dataclass(frozen=True, slots=True, kw_only=True)
class QualificationLine:
    """One qualification: needed beside on hand."""

    qualification: Annotated[str, "the qualification"]
    needed: Annotated[str, "guards with it that the shifts take"]
    on_hand: Annotated[str, "guards with it at the posts"]
    short: Annotated[str, "how many are short"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What the posts take, beside who is there."""

    sentence: Annotated[str, "need and strength in plain words, or why there is no need"]
    hours: Annotated[tuple[Pair, ...], "hours of a guard and of the posts, and the two ways to count"]
    steps: Annotated[tuple[StepLine, ...], "from the posts to the need"]
    chart: Annotated[Markup | None, "need and strength by month; none where there is no month"]
    caption: Annotated[str, "how to read the drawing"]
    months: Annotated[tuple[MonthLine, ...], "need and strength by month"]
    months_note: Annotated[str, "how many months are not shown; empty where all are"]
    posts: Annotated[tuple[PostNeedLine, ...], "the posts"]
    posts_note: Annotated[str, "how many posts are not shown; empty where all are"]
    shifts: Annotated[tuple[ShiftLine, ...], "the shifts"]
    shifts_note: Annotated[str, "how many shifts are not shown; empty where all are"]
    asked: Annotated[str, "chance with which the site asks that a shift is filled; empty where it states none"]
    crews: Annotated[str, "how many each crew of a shift has at least; empty where there is no shift"]
    qualifications: Annotated[tuple[QualificationLine, ...], "the qualifications"]
    qualifications_note: Annotated[str, "how many qualifications are not shown; empty where all are"]
    notes: Annotated[tuple[str, ...], "what else to know"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BandLine:
    """One affiliation: its share, and growth by it alone."""

    affiliation: Annotated[str, "the affiliation"]
    allowed: Annotated[str, "the share that it must have"]
    now: Annotated[str, "how many there are"]
    share: Annotated[str, "their share"]
    alone: Annotated[str, "how many can join if it alone grows"]
    then: Annotated[str, "the shares then"]
    at_required: Annotated[str, "the shares if it alone filled what the largest order requires"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalLine:
    """One total, and which numbers of each affiliation are feasible."""

    total: Annotated[str, "guards in all"]
    numbers: Annotated[str, "least and most of each affiliation, or that there are none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MixView:
    """Whether the mix holds, and what it leaves open."""

    sentence: Annotated[str, "whether the shares hold now, in plain words"]
    bands: Annotated[tuple[BandLine, ...], "the affiliations with a band"]
    breaks: Annotated[tuple[str, ...], "numbers that break a band"]
    breaks_note: Annotated[str, "how many are not shown; empty where all are"]
    chart: Annotated[Markup | None, "feasible numbers over the total; none where there are none"]
    caption: Annotated[str, "how to read the drawing"]
    totals: Annotated[tuple[TotalLine, ...], "feasible numbers by total"]
    totals_note: Annotated[str, "how many totals are not shown; empty where all are"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenGroup:
    """Chosen candidates of one kind."""

    kind: Annotated[str, "applicants or workers of a line, their affiliation, and how many"]
    codes: Annotated[str, "their codes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LossLine:
    """What one line gives up in a plan."""

    line: Annotated[str, "the line, and what it makes"]
    taken: Annotated[str, "workers taken, of its staff"]
    needed: Annotated[str, "workers it needs for full output"]
    lost: Annotated[str, "output lost a day, with unit and share"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLine:
    """One plan: what it gives and what it costs."""

    plan: Annotated[str, "its name"]
    guards: Annotated[str, "the ordered figure on the due date"]
    lost: Annotated[str, "output lost"]
    recruits: Annotated[str, "applicants chosen"]
    transfers: Annotated[str, "workers chosen"]
    shares: Annotated[str, "numbers and shares of the affiliations afterwards"]
    met: Annotated[str, "when the order is met, and how late"]
    proven: Annotated[str, "whether a better one can exist"]
    groups: Annotated[tuple[ChosenGroup, ...], "who is chosen, as codes"]
    codes_note: Annotated[str, "how many codes are not shown; empty where all are"]
    lots: Annotated[str, "from which groups of candidates alike the lot took some; empty where it decided nothing"]
    lines: Annotated[tuple[LossLine, ...], "the lines that give up workers"]
    lines_note: Annotated[str, "how many lines are not shown; empty where all are"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Who could be chosen, and the plans."""

    sentence: Annotated[str, "what the plans reach, in plain words, or why there is none"]
    chart: Annotated[Markup | None, "guards against output lost; none without a plan"]
    caption: Annotated[str, "how to read the drawing"]
    plans: Annotated[tuple[PlanLine, ...], "the plans, in order of output lost"]
    plans_note: Annotated[str, "which plans are not shown, and whether every point was looked at"]
    pool: Annotated[
        tuple[Pair, ...], "how many candidates there are, are in the pool, and are kept out by which reason"
    ]
    pool_note: Annotated[str, "where the record of every candidate stands, and how many reasons are not shown"]
    assumptions: Annotated[tuple[str, ...], "what the plans take for granted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardsView:
    """The section on guards."""

    orders: Annotated[tuple[OrderLine, ...], "the orders"]
    orders_note: Annotated[str, "how many orders are not shown; empty where all are"]
    reasons: Annotated[tuple[ReasonBeside, ...], "stated reasons beside what reports say"]
    named_none: Annotated[tuple[HeardLine, ...], "reports that name no order"]
    named_none_note: Annotated[str, "how many of them are not shown; empty where all are"]
    beside: Annotated[str, "how to read them: nothing chooses between them; empty where there are none"]
    verdicts: Annotated[tuple[Pair, ...], "what the verdicts on orders mean"]
    need: Annotated[Need | None, "what the posts take; none where no post is on record"]
    mix: Annotated[MixView | None, "the mix of affiliations; none where the site states no bands"]
    selection: Annotated[Selection | None, "plans to meet an order; none where none was asked for"]
