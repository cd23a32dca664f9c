"""What is said of many sites together, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from stockward.answers.many.authority import SitesAnswer
from stockward.report.kit import words
from stockward.report.kit.words import NOTHING
from stockward.report.review.context import Badge
from stockward.report.review.sentences import VERDICT_MARK
from stockward.terms.verdicts import OrderVerdict, Verdict

ACTION_WORD = {
    "shortage": "shortage",
    "gain": "gain",
    "discrepancy": "discrepancy",
    "not_reviewed": "not reviewed",
    "orders_unmet": "order not met",
    "goals_missed": "loss not seen",
    "not_tested": "not tested",
    "set_aside": "rows set aside",
    "nothing": "nothing",
}
ACTION_MEANING = {
    "shortage": "more is missing than measuring explains",
    "gain": "there is more than the books say, and more than measuring explains",
    "discrepancy": "an exact difference is not zero and not yet explained",
    "not_reviewed": "its files could not be read, or its review did not end: the reason stands in its row",
    "orders_unmet": "an order is short of its target, or impossible within the rules",
    "goals_missed": "a loss that matters would not be found in time",
    "not_tested": "a series could not be tested",
    "set_aside": "rows were set aside",
    "nothing": "none of these",
}
_ONE_AND_MANY = {
    "shortage": ("calls a shortage", "call a shortage"),
    "gain": ("calls a gain", "call a gain"),
    "discrepancy": ("has a discrepancy", "have a discrepancy"),
    "not_reviewed": ("could not be reviewed", "could not be reviewed"),
    "orders_unmet": ("does not meet an order", "do not meet an order"),
    "goals_missed": ("would not see a loss that matters", "would not see a loss that matters"),
    "not_tested": ("has a series that was not tested", "have a series that was not tested"),
    "set_aside": ("had rows set aside", "had rows set aside"),
    "nothing": ("needs nothing", "need nothing"),
}
_LOOK = {"not_reviewed": "not_tested", "orders_unmet": "short", "goals_missed": "gain", "set_aside": "not_tested"}
_MARK = {"not_reviewed": "✕", "orders_unmet": "!", "goals_missed": "○", "set_aside": "·", "nothing": "="}


def action_badge(action: str) -> Badge:
    """What needs action first, as a mark and a word."""
    mark = _MARK.get(action) or VERDICT_MARK[Verdict(action)]
    key = "balanced" if action == "nothing" else _LOOK.get(action, action)
    return Badge(key=key, mark=mark, word=ACTION_WORD[action])


def sites_headline(answer: SitesAnswer) -> str:
    """How many sites there are, and what needs action first at how many of them."""
    parts = [
        f"{words.number(count)} {_ONE_AND_MANY[action][count > 1]}"
        for action, count in answer.totals.by_action.items()
        if count
    ]
    return f"{words.count(answer.totals.sites, 'site')}: {words.listed(parts, len(parts))}."


def false_alarm_words(answer: SitesAnswer) -> Iterator[str]:
    """What the false alarms of each site come to over all of them, and what stands where they are held together."""
    totals = answer.totals
    if not totals.tested or totals.level is None:
        return
    called = f"{words.number(totals.called)} {'calls' if totals.called == 1 else 'call'} one"
    yield (
        f"Each site holds its own chance of a false alarm. If nothing were missing anywhere, "
        f"{words.number(totals.expected_false, 1)} of the {words.count(totals.tested, 'site')} that could be tested "
        f"would still be expected to call a shortage over their records; {called}."
    )
    if totals.called:
        stands = "stands" if totals.standing == 1 else "stand"
        yield (
            f"Held over all sites together at {words.percent(totals.level)} (Holm's procedure on one p-value a site), "
            f"{words.number(totals.standing)} of these {stands}. The others are alarms of their own site all the same: "
            "look at them after these."
        )


def orders_words(answer: SitesAnswer) -> str:
    """How many orders stand on record, by verdict; empty where none does."""
    counts = answer.totals.by_order
    total = sum(counts.values())
    if not total:
        return ""
    parts = [f"{words.number(counts[verdict])} {order_word_of(verdict)}" for verdict in OrderVerdict if counts[verdict]]
    return f"{words.count(total, 'order')} on record: {', '.join(parts)}."


def order_word_of(verdict: str) -> str:
    """The verdict on an order, as it is said."""
    return verdict.replace("_", " ")


TRANSFER_WORD = {
    "matched": "matched to a receipt",
    "not_received": "sent and not received",
    "not_sent": "received and not sent",
    "other_material": "booked as another material at the other site",
    "units_differ": "in units that do not convert",
    "ambiguous": "fitting more than one",
    "partner_not_reviewed": "with a site that could not be reviewed",
    "outside": "with a partner that is none of these sites",
    "no_partner": "without a stated partner",
}
COMMON_WORD = {
    "carrier": "carried by",
    "shipper": "sent by",
    "receiver": "received by",
    "shipper_instrument": "sent over a",
    "receiver_instrument": "received over a",
}


def transfers_words(answer: SitesAnswer) -> Iterator[str]:
    """What passed between the sites: how much of it was matched, and on how many routes the two sides differ."""
    counts, routes = answer.totals.by_transfer, answer.totals.by_route
    total = sum(counts.values())
    if not total:
        return
    parts = [f"{words.number(count)} {TRANSFER_WORD[status]}" for status, count in counts.items() if count]
    yield f"{words.count(total, 'consignment')} by document: {', '.join(parts)}."
    tested = sum(routes.values())
    if not tested:
        return
    said = {
        "shortage": "less was received than sent, beyond what measuring explains",
        "gain": "more was received than sent, beyond what measuring explains",
        "discrepancy": "a counted difference is not zero",
        "not_tested": "an error of weighing is not known, and nothing was tested",
    }
    found = [f"on {words.number(routes[verdict])} {text}" for verdict, text in said.items() if routes[verdict]]
    rest = "; ".join(found) if found else "measuring explains every difference"
    yield f"{words.count(tested, 'route')} between two sites, false alarms held over all of them together: {rest}."


def patterns_words(answer: SitesAnswer) -> str:
    """How much was looked at for what routes have in common; empty where nothing was."""
    looked = answer.patterns.height
    if not looked:
        return ""
    stand = int(answer.patterns["stands"].sum())
    found = f"{words.number(stand)} {'stands' if stand == 1 else 'stand'}" if stand else "none stands"
    things = words.count(looked, "thing that two routes or more have in common", "things that routes have in common")
    return (
        f"{things} (carriers, shippers, receivers, kinds of scale), tested and held over all of them: {found}. "
        "What stands does so without its worst route, too."
    )


def amount_words(row: dict[str, Any]) -> str:
    """The amount of a finding with its interval."""
    if row["amount"] is None:
        return NOTHING
    if row["low"] is None:
        return words.quantity(row["amount"], row["unit"] or "")
    return words.interval(row["amount"], row["low"], row["high"], row["unit"])


def chance_over_all(row: dict[str, Any]) -> str:
    """The p-value of a site, and the one held over all sites."""
    return f"{words.probability(row['p_value'])} ({words.probability(row['p_over_all'])})"


def why(row: dict[str, Any]) -> str:
    """What stands behind the action at a site, in a few words."""
    if row["reason"]:
        return str(row["reason"])
    counts = {
        "shortage": row["shortages"], "gain": row["gains"], "discrepancy": row["discrepancies"],
        "not tested": row["not_tested"], "in part": row["in_part"],
    }  # fmt: skip
    said = [f"{words.number(count)} {name}" for name, count in counts.items() if count]
    said = [f"of {words.number(row['series'])} series: {', '.join(said)}"] if said else []
    if row["orders_unmet"]:
        said.append(f"{words.number(row['orders_unmet'])} of {words.count(row['orders'], 'order')} not met")
    if row["goals_missed"]:
        said.append(f"{words.number(row['goals_missed'])} of {words.count(row['goals'], 'goal')} not held")
    if row["set_aside"]:
        said.append(f"{words.count(row['set_aside'], 'row')} set aside")
    return "; ".join([*said, *([row["note"]] if row["note"] else [])])
