"""The page on guards, against a fresh review of the example."""

from __future__ import annotations

import math
from typing import Any

import pytest
from fresh_reviews import Reviewed
from manual_pages import DOCS, plain, prose

from stockward.guards.need.net_hours import ABSENCE_WINDOW_DAYS, LEAST_GUARDS, LEAST_WINDOW_DAYS
from stockward.report.guards import sentences as guards_sentences
from stockward.report.kit import words
from stockward.stats.net_hours import share_unseen

GUARDS = DOCS / "guards.md"


def quoted(*snippets: str) -> None:
    said = prose(GUARDS)
    missing = [snippet for snippet in map(plain, snippets) if snippet not in said]
    assert not missing, missing


def order(review: Reviewed) -> Any:
    return next(one for one in review.json["orders"] if one["measure"] == "patrolling_guards")


def test_the_order(ridgeway: Reviewed) -> None:
    one = order(ridgeway)
    assert one["verdict"] == "short"
    assert len(one["baseline_rows"]) == one["baseline"]
    assert (one["joining"], one["leaving"]) == (4, 2)
    quoted(
        f"On 1 June {one['baseline']:g} guards patrolled",
        f"is more than {one['target']:g}, so at least {one['required']:g}. Today there are {one['now']:g}",
        f"so {one['expected']:g} are expected: {one['short_by']:g} short",
        f"as up to {one['reachable']:g} can be had within the rules",
    )
    production = next(other for other in ridgeway.json["orders"] if other is not one)
    assert (production["verdict"], production["factor"]) == ("met", 5.0)


def test_the_need(ridgeway: Reviewed) -> None:
    force = ridgeway.json["force"]
    hours = force["net_hours"]
    magazine = next(post for post in force["posts"] if post["post"] == "post-magazine_1")
    assert magazine["hours"] == 24 * 7 * 52
    unseen = share_unseen(hours["guards"], confidence=hours["confidence"])
    assert any(note.startswith(f"None of the {hours['guards']} guards observed was") for note in force["notes"])
    each, net = words.number(magazine["hours"]), words.number(round(hours["net"]))
    quoted(
        f"24 h × 7 days × 52 weeks = {each} h a year",
        f"40 h a week, {words.number(hours['contract'])} h a year; leave and training take {hours['planned']:.0f} h",
        f"sickness {hours['unplanned']:.0f} h, so {net} h are left",
        f"{each} ÷ {net} = {magazine['relief_factor']:.2f} guards",
        f"All posts together are {words.number(force['post_hours'])} h, which is {force['by_net_hours']:.1f} guards",
        f"Absences are those of {hours['guards']} guards; with others in their place it could as well be "
        f"{force['by_net_hours_low']:.1f} to {force['by_net_hours_high']:.1f}, at {100 * hours['confidence']:g} %",
        f"up to {100 * unseen:.2g} % of all guards could be with none of them among {hours['guards']}",
        f"Over all shifts that is {force['by_fill']:.1f}, so {force['need']} guards",
        f"{force['on_hand']} are on hand, and {force['on_posts']} of them",
        f"the posts are {force['short_by']} guards short",
    )
    shift = force["shifts"][0]
    groups = shift["groups"]
    quoted(
        f"The shift at {shift['start']} has {shift['standing']} guards standing. If {shift['standing']} are rostered, "
        f"all come with a chance of {math.floor(1000 * shift['chance_of_standing']) / 10:.1f} %",
        f"takes {shift['rostered']} rostered: {groups['armed']} for the armed posts, {groups['control_room']} for the "
        f"control room, {groups['']} others",
    )


def test_what_grew(ridgeway: Reviewed) -> None:
    force = ridgeway.json["force"]
    patrol = next(post for post in force["posts"] if post["post"] == "patrol-halls")
    assert (patrol["posts"], force["output_base"]) == (3, "2025-07-01")
    first = next(month for month in force["by_month"] if month["month"] == "2025-07-01")
    quoted(
        f"once for each {patrol['per']:g} times the output",
        f"output is {patrol['driven_by']:.2f} times that",
        f"In July 2025 all posts took {first['needed']} guards, and {first['on_posts']} could stand there",
    )


def test_the_mix(ridgeway: Reviewed) -> None:
    mix = ridgeway.json["mix"]
    civilian = next(one for one in mix["growth_alone"] if one["affiliation"] == "civilian")
    shares = civilian["shares_at_required"]
    quoted(
        f"has {mix['bands'][0]['now']} guards of the ministry and {mix['bands'][1]['now']} civilians, "
        f"{100 * mix['bands'][0]['share']:.0f} % and {100 * mix['bands'][1]['share']:.0f} %",
        f"it can grow by {civilian['more']}, to {civilian['total']} guards",
        f"the shares would be {100 * shares['ministry']:.0f} % and {100 * shares['civilian']:.0f} %",
    )


def test_the_selection(ridgeway: Reviewed) -> None:
    found = ridgeway.json["selection"]
    free = found["front"][0]
    in_time = min((one for one in found["front"] if one["days_late"] == 0), key=lambda one: one["output_lost"])
    assert free["output_lost"] == 0
    assert {one["status"] for one in found["front"]} == {"proven"}
    quoted(
        f"Of {len(found['candidates'])} workers and applicants {found['pool']} are in the pool",
        f"Plan {free['plan']} costs no output, has {free['guards_by_due']} patrolling by the due date and meets the "
        f"order {free['days_late']} days late",
        f"takes {in_time['recruits']} recruits and {in_time['transfers']} transfers and costs "
        f"{words.number(round(in_time['output_lost']))} USD a day",
    )


def test_constants_are_those_of_the_code() -> None:
    assert f"last {ABSENCE_WINDOW_DAYS // 7} weeks" in prose(GUARDS)
    assert f"fewer than {LEAST_WINDOW_DAYS} days" in prose(GUARDS)
    assert f"With fewer than {LEAST_GUARDS} guards the force is too small" in prose(GUARDS)
    below = [f"{100 * share_unseen(guards, confidence=0.95):.0f} % with {guards}" for guards in (50, 200)]
    quoted(
        f"{100 * share_unseen(20, confidence=0.95):.0f} % below the mean with 20 guards, {', '.join(below)}",
        guards_sentences.CREWS,
    )
    with pytest.raises(AssertionError):
        quoted("more guards than anybody asked for")
