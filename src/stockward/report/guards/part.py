"""From the answers on guards to the page: the row at the top, the orders, and the parts of the section."""

from __future__ import annotations

from collections.abc import Sequence

from stockward.answers.force import ForceAnswer
from stockward.answers.orders import CountedRow, HeardOtherwise, OrderAnswer
from stockward.answers.review import ReviewAnswer
from stockward.report.guards import context as guards_context
from stockward.report.guards import need as guards_need
from stockward.report.guards import plans as guards_plans
from stockward.report.guards import sentences as said
from stockward.report.kit import words
from stockward.report.kit.context_parts import Badge, Pair
from stockward.terms.verdicts import ORDER_MEANING, OrderVerdict

# A limit on everything; what is cut is said where it is cut, and stands in the workbook.
ORDERS_MAX = 12
HEARD_MAX = 5
PART_ROWS_MAX = 6


def head(review: ReviewAnswer) -> guards_context.Head | None:
    """The sentence and the row of figures at the top; ``None`` where the site has no tables on guards."""
    on_guards = [one for one in review.orders if said.is_on_guards(one.measure)]
    if review.force is None and not on_guards:
        return None
    order = said.leading_order(review.orders)
    tiles = [_needed(review.force), _on_hand(review.force, order), _short(review.force, order)]
    if order is not None:
        tiles = [_ordered(order), *tiles, _when(review, order)]
    elif review.force is not None:
        tiles.append(_when_filled(review.force))
    return guards_context.Head(
        badge=order_badge(order.verdict) if order is not None else None,
        sentence=said.guards_headline(order, review.force, review.selection, len(on_guards)),
        figures=tuple(tiles),
    )


def alone(review: ReviewAnswer) -> str:
    """The first sentence of a site that keeps guards and no stock; empty for every other."""
    if review.balances.series.height or any(review.facts.rows.get(name) for name in ("movements", "counts")):
        return ""
    return said.guards_first_sentence(said.leading_order(review.orders), review.force)


def order_badge(verdict: OrderVerdict) -> Badge:
    """What is said of an order, as a mark and a word."""
    return Badge(key=verdict, mark=said.ORDER_MARK[verdict], word=said.ORDER_WORD[verdict])


def _line(value: float | None, label: str, *, short: bool = False) -> guards_context.HeadLine:
    if value is None:
        return guards_context.HeadLine(value=said.NOT_MEASURABLE, kind="words", label=label)
    kind = "short" if short and value else "number"
    return guards_context.HeadLine(value=words.number(value), kind=kind, label=label)


def _ordered(order: OrderAnswer) -> guards_context.HeadFigure:
    label = f"{said.measured_what(order.measure)} by {said.due_text(order)}"
    note = said.asks(order) if order.asked else f"{order.order}: {said.asks(order)}"
    if not said.is_measured(order):
        note = f"{note}; {said.worded_reason(order.reason)}"
    elif order.baseline is not None and order.factor is not None:
        note = f"{note}, which were {words.number(order.baseline)}"
    return guards_context.HeadFigure(
        title="Asked for" if order.asked else "Ordered", lines=(_line(order.required, label),), note=note
    )


def _needed(force: ForceAnswer | None) -> guards_context.HeadFigure:
    label, note = "guards for all posts", "no post is on record"
    need = force.need if force is not None else None
    if force is not None and need is None:
        note = said.worded_reason(force.reason)
    elif force is not None:
        note = guards_need.need_note(force)
    later = said.later_need(force).removeprefix(", ") if force is not None else ""
    note = f"{later}; {note}" if later else note
    return guards_context.HeadFigure(title="Needed", lines=(_line(need, label),), note=note)


def _on_hand(force: ForceAnswer | None, order: OrderAnswer | None) -> guards_context.HeadFigure:
    lines, notes = [], []
    if order is not None and (force is None or order.measure != "guards"):
        lines.append(_line(order.now, said.measured_what(order.measure)))
    if force is not None:
        lines.append(_line(force.on_hand, "guards in all"))
        notes.append(f"{words.number(force.on_posts)} of them can stand at a post")
    return guards_context.HeadFigure(title="On hand", lines=tuple(lines), note="; ".join(notes))


def _short(force: ForceAnswer | None, order: OrderAnswer | None) -> guards_context.HeadFigure:
    lines, note = [], ""
    if order is not None:
        lines.append(_line(order.short_now, "the order, today", short=True))
        if order.short_by is not None:
            note = f"{words.number(order.short_by)} short of the order on its due date, from what is on record"
    if force is not None:
        lines.append(_line(force.short_by, "what the posts take", short=True))
    return guards_context.HeadFigure(title="Short of", lines=tuple(lines), note=note)


def _when(review: ReviewAnswer, order: OrderAnswer) -> guards_context.HeadFigure:
    value, label = said.when_met(order, review.selection)
    line = guards_context.HeadLine(value=value, kind="words", label=label)
    filled, how = _posts_filled(review.force) if review.force is not None else ("", "")
    note = f"the posts are filled: {filled}, {how}" if filled else ""
    title = "When it would be met" if order.asked else "When the order is met"
    return guards_context.HeadFigure(title=title, lines=(line,), note=note)


def _when_filled(force: ForceAnswer) -> guards_context.HeadFigure:
    value, label = _posts_filled(force)
    line = guards_context.HeadLine(value=value or said.NOT_MEASURABLE, kind="words", label=label)
    return guards_context.HeadFigure(title="When the need is met", lines=(line,), note="")


def _posts_filled(force: ForceAnswer) -> tuple[str, str]:
    """From when on the posts have their guards, as far as the months looked at tell, and with whom."""
    with_whom = "with the guards on record"
    if force.short_by == 0:
        return "now", with_whom
    ahead = [month for month in force.by_month if month.on >= force.on and month.needed is not None]
    if force.need is None or not ahead:
        return "", ""
    filled = next((month for month in ahead if month.on_posts >= (month.needed or 0)), None)
    if filled is None:
        return f"not by {words.day(ahead[-1].on)}", with_whom
    return f"from {words.day(filled.on)}", with_whom


def build_guards_part(review: ReviewAnswer) -> guards_context.GuardsView | None:
    """The section; ``None`` where the site has no tables on guards or orders."""
    if review.force is None and review.mix is None and review.selection is None and not review.orders:
        return None
    shown = review.orders[:ORDERS_MAX]
    leading = said.leading_order(review.orders)
    reasons = tuple(_beside(one) for one in shown if one.stated_reason is not None or one.heard)
    unnamed = _named_none(review.orders)
    more = len(review.orders) - len(shown)
    return guards_context.GuardsView(
        orders=tuple(_order(one) for one in shown),
        orders_note=f"{words.count(more, 'more order')} in the workbook" if more > 0 else "",
        reasons=reasons,
        named_none=tuple(_heard(one) for one in unnamed[:HEARD_MAX]),
        named_none_note=f"and {guards_need.cut_list(len(unnamed), HEARD_MAX, 'report')}"
        if len(unnamed) > HEARD_MAX
        else "",
        beside=said.BESIDE if reasons else "",
        verdicts=tuple(
            Pair(name=said.ORDER_WORD[verdict], value=ORDER_MEANING[verdict])
            for verdict in OrderVerdict
            if any(one.verdict == verdict for one in shown)
        ),
        need=guards_need.need(review.force, leading) if review.force is not None else None,
        mix=guards_need.mix(review.mix, review.selection) if review.mix is not None else None,
        selection=guards_plans.selection(review.selection, review.orders) if review.selection is not None else None,
    )


def terms(review: ReviewAnswer) -> tuple[tuple[str, str], ...]:
    """The words of this part, with their meaning; none where the page has no such part."""
    return said.GUARD_TERMS if review.force is not None or review.mix is not None else ()


def _order(order: OrderAnswer) -> guards_context.OrderLine:
    return guards_context.OrderLine(
        badge=order_badge(order.verdict),
        order=order.order,
        given=_given(order),
        asks=said.asks(order),
        due=said.due_text(order),
        baseline=_figure(order, order.baseline, words.NOTHING),
        rows=_rows(order.baseline_rows),
        target=_target(order),
        now=_figure(order, order.now, words.NOTHING),
        expected=_figure(order, order.expected, words.NOTHING),
        changes=_changes(order),
        short=_figure(order, order.short_by, words.NOTHING),
        short_now="" if order.short_now is None else f"today {guards_quantity(order, order.short_now)}",
        reason=said.worded_reason(order.reason),
        more=_met_later(order),
    )


def _figure(order: OrderAnswer, value: float | None, unknown: str) -> str:
    return unknown if value is None else guards_quantity(order, value)


def guards_quantity(order: OrderAnswer, value: float) -> str:
    """A figure of an order: guards as a plain number, output with its unit."""
    return words.number(value) if said.is_on_guards(order.measure) else words.quantity(value, order.unit)


def _given(order: OrderAnswer) -> str:
    if order.asked:
        return "asked for here; not an order on record"
    parts = [f"from {order.issuer}" if order.issuer else "", f"to {order.scope}" if order.scope else ""]
    if order.issued_on is not None:
        parts.append(f"on {words.day(order.issued_on)}")
    return ", ".join(part for part in parts if part)


def _rows(rows: Sequence[CountedRow]) -> str:
    """The rows counted, by table, as a spreadsheet shows them."""
    tables: dict[str, list[str]] = {}
    for one in rows:
        tables.setdefault(one.table, []).append(str(one.row))
    return "; ".join(
        f"{words.count(len(numbers), 'row')} of {table}: {words.listed(numbers, PART_ROWS_MAX)}"
        for table, numbers in tables.items()
    )


def _target(order: OrderAnswer) -> str:
    if order.required is None or order.target is None:
        return said.NOT_MEASURABLE
    least = guards_quantity(order, order.required)
    return (
        f"more than {guards_quantity(order, order.target)}: at least {least}" if order.strict else f"at least {least}"
    )


def _changes(order: OrderAnswer) -> str:
    if order.joining is None and order.leaving is None:
        return ""
    return f"{words.number(order.joining)} join, {words.number(order.leaving)} leave"


def _met_later(order: OrderAnswer) -> str:
    if order.met_on is None or order.verdict == OrderVerdict.MET:
        return ""
    return f"met on {words.day(order.met_on)} with what is on record"


def _beside(order: OrderAnswer) -> guards_context.ReasonBeside:
    heard = [one for one in order.heard if one.names_the_order]
    more = len(heard) - HEARD_MAX
    return guards_context.ReasonBeside(
        order=order.order,
        stated=order.stated_reason or "The order states no reason.",
        heard=tuple(_heard(one) for one in heard[:HEARD_MAX]),
        more=f"and {words.count(more, 'more report')}, in the workbook" if more > 0 else "",
    )


def _named_none(orders: Sequence[OrderAnswer]) -> list[HeardOtherwise]:
    """Reports that stand beside every order and name none; each once."""
    heard = {one.report: one for order in orders for one in order.heard}
    naming = {one.report for order in orders for one in order.heard if one.names_the_order}
    return [one for report, one in heard.items() if report not in naming]


def _heard(one: HeardOtherwise) -> guards_context.HeardLine:
    return guards_context.HeardLine(
        report=one.report,
        received=words.day(one.received_on),
        about=f"names {one.about}" if one.names_the_order else f"about {one.about}",
        text=one.text,
        grades=said.grades(one.source_grade, one.information_grade),
    )
