"""Records of measuring in plain words: what two that measured the same differ by, and what standards show."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from stockward.answers.measuring.records import (
    MeasuredError,
    MeasuringRecords,
    MethodChecks,
    PairedMethods,
    ScaleError,
    ScalesCompared,
    StatedBeside,
)
from stockward.answers.review import ReviewAnswer
from stockward.report.kit import words
from stockward.report.kit.sheet import Cell, Sheet
from stockward.report.review.context import measuring as context
from stockward.terms.measuring import CONTRADICTED, ChecksUse, PairsVerdict

FOUND_MAX = 5
"""Sentences on records of measuring at the head of a report."""

PAIRS_WORD = {
    PairsVerdict.BIAS: "bias",
    PairsVerdict.WITHIN_ERRORS: "within stated errors",
    PairsVerdict.NO_BIAS: "no bias found",
    PairsVerdict.NOT_TESTED: "not tested",
}
_USE = {
    ChecksUse.TAKEN: "taken: the method states none",
    ChecksUse.STATED: "not taken: the method states its own",
    ChecksUse.TOO_FEW: "not taken: too few",
    ChecksUse.NO_SCATTER: "not taken: its readings are all alike, and it has no division",
}
_BOTH_READ = (
    "To mend it, let both read one standard, and look at how each is read: it may be a scale, a habit or a loss."
)
_CLOSER = "A smaller stated error would let smaller losses be seen."


def has_records(found: MeasuringRecords) -> bool:
    """Whether the site keeps readings of standards, or pairs."""
    return found != MeasuringRecords()


def bias_found(found: MeasuringRecords) -> bool:
    """Whether any two that measured the same differ by more than errors explain."""
    return any(one.verdict is PairsVerdict.BIAS for one in found.pairs)


def found_lines(review: ReviewAnswer) -> list[str]:
    """What is told at the head: every bias, and standards that contradict stated errors; the first of them."""
    found = review.measuring
    told = [bias_sentence(one) for one in found.pairs if one.verdict is PairsVerdict.BIAS]
    told += [text for one in found.checks for text in contradictions(one)]
    more = len(told) - FOUND_MAX
    rest = f"{words.count(more, 'more finding')} in the records of measuring: see the page or the workbook."
    return told if more <= 0 else [*told[:FOUND_MAX], rest]


def bias_sentence(one: PairedMethods) -> str:
    """By how much two differ, how sure that is, and whether stated errors explain it."""
    more, less = (_first(one), _second(one)) if one.difference >= 0 else (_second(one), _first(one))
    share = abs(one.difference) / one.first if one.first else None
    of = "" if share is None else f", {100 * share:.2g}{words.NARROW_SPACE}% of {_amount(one.first, one.unit)}"
    return (
        f"{more} measured {_interval(one, upright=True)} more than {less} in {words.count(one.pairs, 'pair')} of "
        f"measurements{of} (p {_p(one.p_value)}): {_explained(one)} {_BOTH_READ}"
    )


def _explained(one: PairedMethods) -> str:
    if one.stated is None:
        return "a bias, of which no stated error says whether it may be, as not both state theirs."
    if one.verdict is PairsVerdict.WITHIN_ERRORS:
        return "their stated errors explain it."
    return f"a bias, more than the stated errors of both explain (σ {_amount(one.stated.sigma, one.unit)})."


def contradictions(one: MethodChecks) -> Iterator[str]:
    """Where readings of standards contradict what a method states."""
    seen = f"{words.count(one.readings, 'reading')} of standards"
    for kind, beside in (("random", one.random_beside), ("systematic", one.systematic_beside)):
        if beside is None:
            continue
        if beside.p_more < CONTRADICTED:
            yield (
                f"{one.method}: by {seen} its {kind} error is {_times(beside)} stated: state it anew, or its balances "
                "alarm too easily."
            )
        elif beside.p_less < CONTRADICTED:
            yield f"{one.method}: by {seen} its {kind} error is only {_times(beside)} stated. {_CLOSER}"


def _times(beside: StatedBeside) -> str:
    if math.isinf(beside.ratio):
        return "more than the 0 that is"
    ratio, low, high = (f"{figure:.2g}" for figure in (beside.ratio, beside.low, beside.high))
    return f"{ratio} times ({low} to {high}; p {_p(min(beside.p_more, beside.p_less))}) what is"


def _p(value: float | None) -> str:
    shown = words.probability(value)
    return shown if shown.startswith("<") else f"= {shown}"


def _first(one: PairedMethods) -> str:
    return one.first_method or one.partner or "an unnamed method"


def _second(one: PairedMethods) -> str:
    if one.second_method is None and one.first_method is None:
        return "the other side"
    return one.second_method or one.partner or "an unnamed method"


def _amount(value: float, unit: str) -> str:
    """An amount to three digits: that of a sum of which no sigma says how many are worth it."""
    places = max(2 - math.floor(math.log10(abs(value))), 0) if value else None
    return words.quantity(value, unit, places)


def _interval(one: PairedMethods, *, upright: bool = False) -> str:
    """The difference of all with its limits; ``upright`` with the sign that makes it positive."""
    if one.low is None or one.high is None or one.low == one.high:
        return _amount(abs(one.difference) if upright else one.difference, one.unit)
    turned = upright and one.difference < 0
    low, high = (-one.high, -one.low) if turned else (one.low, one.high)
    return words.interval(abs(one.difference) if upright else one.difference, low, high, one.unit)


def build_measuring(review: ReviewAnswer) -> context.Measuring | None:
    """The part of the page; ``None`` where the site keeps no such records."""
    found = review.measuring
    if not has_records(found):
        return None
    return context.Measuring(
        pairs=tuple(_pair_line(one, review.timezone) for one in found.pairs),
        pairs_note=_pairs_note(found, review.false_alarm),
        scales=tuple(_scale_line(one, of) for of in found.scales for one in of.errors),
        scales_note=_scales_note(found),
        checks=tuple(_check_line(one) for one in found.checks),
        checks_note=_checks_note(found.checks),
    )


def _pair_line(one: PairedMethods, timezone: str) -> context.PairLine:
    days = words.between(*(words.local(at, timezone).date() for at in (one.first_at, one.last_at)))
    with_partner = f" ({one.partner})" if one.partner and one.first_method and one.second_method else ""
    limit = "" if one.share is None else f"; limit {words.percent(one.share)}"
    mean = words.interval(one.mean, one.mean_low, one.mean_high, one.unit)
    return context.PairLine(
        verdict=PAIRS_WORD[one.verdict],
        who=f"{_first(one)}, then {_second(one)}{with_partner}",
        pairs=f"{words.number(one.pairs)} {days}",
        amount=_amount(one.first, one.unit),
        difference=_interval(one),
        mean=mean if one.mean_low != one.mean_high else _amount(one.mean, one.unit),
        p_value=words.NOTHING if one.p_value is None else f"{words.probability(one.p_value)}{limit}",
        stated=_stated(one),
    )


def _stated(one: PairedMethods) -> str:
    if one.verdict is PairsVerdict.NOT_TESTED:
        return "too few pairs"
    if one.stated is None:
        apart = "" if one.scatter is None else f"; one difference scatters by {_amount(one.scatter.sigma, one.unit)}"
        return f"errors not stated of both{apart}"
    ratio, low, high = (
        f"{figure:.2g}" for figure in (one.stated.scatter.ratio, one.stated.scatter.low, one.stated.scatter.high)
    )
    return (
        f"σ of all {_amount(one.stated.sigma, one.unit)}, p {_p(one.stated.p_value)}; scatter {ratio} times as stated "
        f"({low} to {high})"
    )


def _pairs_note(found: MeasuringRecords, false_alarm: float) -> str:
    if not found.pairs and not found.set_aside and not found.cancelled:
        return ""
    texts = [
        "First less second: positive where less was measured afterwards. The test is Student's, two-sided, of the mean "
        f"difference; if nobody measures otherwise than the other, the chance that any is called a bias is at most "
        f"{words.percent(false_alarm)} a review. In brackets: 95 % limits. No pair enters a balance."
    ]
    if found.cancelled:
        texts.append(f"{words.count(found.cancelled, 'pair')} of movements that were reversed left out.")
    if found.set_aside:
        texts.append(f"{words.count(found.set_aside, 'pair')} set aside, and not among them.")
    return " ".join(texts)


def _scale_line(one: ScaleError, of: ScalesCompared) -> context.ScaleLine:
    others = [_scale(other) for other in of.errors if other is not one]
    variance = f"{words.MINUS}{abs(one.variance):.2g} {of.unit}²"
    negative = (
        f"negative ({variance}): the things differ by so much more than this scale errs that only differences of two "
        "say something"
    )
    return context.ScaleLine(
        who=_scale(one),
        beside=f"{words.listed(others, FOUND_MAX)}; {words.count(of.things, 'thing')}",
        error=negative if one.sigma is None else f"{_amount(one.sigma, of.unit)}; {one.freedom:.2g} degrees of freedom",
    )


def _scale(one: ScaleError) -> str:
    return one.method or one.partner or "an unnamed method"


def _scales_note(found: MeasuringRecords) -> str:
    if not found.contradictory:
        return ""
    return f"{words.count(found.contradictory, 'thing')} left out, as one scale says two values of each."


def _check_line(one: MethodChecks) -> context.CheckLine:
    both = (one.smallest_standard, one.largest_standard)
    smallest, largest = (words.quantity(value, one.unit or "").strip() for value in both)
    aside = f"; {words.count(one.set_aside, 'row')} set aside" if one.set_aside else ""
    return context.CheckLine(
        method=one.method,
        readings=f"{words.number(one.readings)} in {words.count(one.sessions, 'session')}; "
        f"{words.count(one.adjustments, 'adjustment')} as found{aside}",
        standards=(smallest if smallest == largest else f"{smallest} to {largest}"),
        mean=words.NOTHING if one.mean_error is None else _size(one, one.mean_error),
        random=_shown(one, one.random, one.random_beside, hidden=one.displayed),
        systematic=_shown(one, one.systematic, one.systematic_beside),
        use=_USE[one.use],
    )


def _size(one: MethodChecks, value: float) -> str:
    size = f"{value:.2g}".replace("-", words.MINUS)
    return f"{size} of the quantity" if one.relative else f"{size} {one.unit or ''}".strip()


def _shown(one: MethodChecks, error: MeasuredError | None, beside: StatedBeside | None, *, hidden: bool = False) -> str:
    if error is None:
        return "not shown"
    text = f"{_size(one, error.sigma)}; {error.freedom:.3g} degrees of freedom"
    rounding = "; smaller than the rounding to the division, which stands for it" if hidden else ""
    against = "" if beside is None else f"; {_times(beside)} stated"
    return f"{text}{rounding}{against}"


def _checks_note(checks: Sequence[MethodChecks]) -> str:
    if not checks:
        return ""
    texts = [
        "Random: readings about the mean of their session. Systematic: sessions as found, about zero, without what "
        "random errors make of it. Further readings change the errors that are taken, and with them limits that were "
        "set before."
    ]
    whole = [one.method for one in checks if one.systematic is not None and not one.corrected]
    if whole:
        texts.append(
            f"Sessions of {words.listed(whole, FOUND_MAX)} are hardly further off than random errors explain: their "
            "mean square stands as it is, rather than 0."
        )
    taken = [one.method for one in checks if one.use is ChecksUse.TAKEN and one.set_aside]
    if taken:
        said = words.listed(taken, FOUND_MAX)
        texts.append(f"What {said} measured is not tested until the rows that are set aside are mended.")
    return " ".join(texts)


_BESIDE = ("ratio", "low", "high", "p_more", "p_less")


def measuring_sheets(found: MeasuringRecords) -> Iterator[Sheet]:
    """Pairs, three and more scales, and standards: a sheet for each that the site has records of."""
    if found.pairs:
        names = (
            "partner", "first_method", "second_method", "verdict", "unit", "pairs", "first", "second", "difference",
            "low", "high", "mean", "mean_low", "mean_high", "p_value", "share",
        )  # fmt: skip
        rows = [(*(getattr(one, name) for name in names), *_stated_cells(one)) for one in found.pairs]
        stated = (
            "sigma of the difference as stated",
            "p of it",
            "scatter, times as stated",
            "scatter low",
            "scatter high",
        )
        yield Sheet(name="pairs", header=(*names, *stated), rows=rows)
    if found.scales:
        scales: list[tuple[Cell, ...]] = [
            (number, of.things, of.unit, one.method, one.partner, one.sigma, one.variance, one.freedom)
            for number, of in enumerate(found.scales, 1)
            for one in of.errors
        ]
        header = (
            "set",
            "things",
            "unit",
            "method",
            "partner",
            "sigma (unit)",
            "variance (unit²)",
            "degrees of freedom",
        )
        yield Sheet(name="scales", header=header, rows=scales)
    if found.checks:
        yield _checks_sheet(found.checks)


def _stated_cells(one: PairedMethods) -> tuple[Cell, ...]:
    if one.stated is None:
        return (None,) * 5
    scatter = one.stated.scatter
    return one.stated.sigma, one.stated.p_value, scatter.ratio, scatter.low, scatter.high


def _checks_sheet(checks: Sequence[MethodChecks]) -> Sheet:
    names = (
        "method", "use", "unit", "relative", "readings", "sessions", "as_found", "adjustments", "smallest_standard",
        "largest_standard", "mean_error", "corrected", "displayed", "set_aside",
    )  # fmt: skip
    kinds = ("random", "systematic")
    header = (*names, *(f"{kind} {what}" for kind in kinds for what in ("sigma", "df", *_BESIDE)))
    rows = [
        (
            *(getattr(one, name) for name in names),
            *(cell for kind in kinds for cell in _error_cells(getattr(one, kind), getattr(one, f"{kind}_beside"))),
        )
        for one in checks
    ]
    return Sheet(name="checks", header=header, rows=rows)


def _error_cells(error: MeasuredError | None, beside: StatedBeside | None) -> tuple[Cell, ...]:
    own = (None, None) if error is None else (error.sigma, error.freedom)
    return (*own, *(None if beside is None else getattr(beside, name) for name in _BESIDE))
