"""The verdicts in plain words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from reviews_made_by_hand import BAD_COUNT

from stockward.answers.detection import GoalAnswer
from stockward.answers.losses import Alarm, Cancelled, ExactDifference, Loss
from stockward.answers.review import ReviewAnswer
from stockward.report.review import claims, sentences, unseen
from stockward.report.review.grounds import errors
from stockward.report.review.views import SeriesView, gather
from stockward.terms.verdicts import TESTS, AlarmState, PeriodStatus, Verdict


@pytest.fixture(scope="module")
def series(full: ReviewAnswer) -> tuple[SeriesView, ...]:
    return gather(full)


def said(one: SeriesView, **changes: object) -> SeriesView:
    """The series with another verdict."""
    return replace(one, verdict=replace(one.verdict, **changes))  # type: ignore[arg-type]


def test_every_word_of_the_closed_lists_is_explained() -> None:
    assert list(sentences.VERDICT_WORD) == list(Verdict)
    assert list(sentences.VERDICT_MARK) == list(Verdict)
    assert list(sentences.STATUS_MEANING) == list(PeriodStatus)
    assert list(sentences.STATUS_WORD) == list(PeriodStatus)
    assert tuple(sentences.TEST_MEANING) == TESTS


@pytest.mark.parametrize(
    ("verdicts", "headline"),
    [
        ([Verdict.BALANCED, Verdict.SHORTAGE, Verdict.GAIN], "More is missing than measuring explains."),
        ([Verdict.GAIN, Verdict.DISCREPANCY], "An exact count does not agree with the books."),
        ([Verdict.GAIN, Verdict.BALANCED], "More is there than the books say, and more than measuring explains."),
        ([Verdict.NOT_TESTED, Verdict.BALANCED], "Nothing alarms, but 1 of 2 series could not be tested."),
        ([Verdict.NOT_TESTED], "Nothing could be tested: mend, or count, what the reasons below name."),
        (
            [Verdict.NOT_TESTED, Verdict.BALANCED_IN_PART, Verdict.BALANCED_IN_PART],
            "Nothing alarms, but 1 of 3 series could not be tested, and 2 only in part.",
        ),
        (
            [Verdict.BALANCED_IN_PART, Verdict.BALANCED],
            "Nothing alarms, but 1 of 2 series could be tested only in part.",
        ),
        ([Verdict.BALANCED], "Nothing is missing beyond what measuring explains."),
        ([], "There is no balance to close: the books hold no stock between two inventories."),
    ],
)
def test_the_headline_says_the_most_urgent(
    series: tuple[SeriesView, ...], verdicts: list[Verdict], headline: str
) -> None:
    assert sentences.review_headline([said(series[0], verdict=verdict) for verdict in verdicts]) == headline


def loss(one: SeriesView, estimate: float, low: float, high: float, first: int, last: int) -> Loss:
    """A loss over some of the periods of a series."""
    return Loss(
        estimate=estimate,
        low=low,
        high=high,
        not_before=one.periods[first].start,
        not_after=one.periods[last].end,
        first_inventory=one.periods[first].inventory,
        last_inventory=one.periods[last].inventory,
        periods=last - first + 1,
        plain_sum=1.2 * estimate,
        plain_sigma=20.0,
    )


def test_a_shortage_says_how_much_where_and_when(series: tuple[SeriesView, ...]) -> None:
    one = said(series[0], losses=(loss(series[0], 36.02, 34.68, 37.32, 20, 32),))
    assert sentences.finding(one) == (
        "36.0 (34.7 to 37.3) kg of TNT is missing from FILLING; it went not before 22 November 2025 and not after "
        "21 February 2026: more than measuring explains."
    )
    assert sentences.losses_sentence(one) == (
        "Simply added, the differences of the same periods give +43 ± 20 kg over 13 periods, to inventory W33 (± one "
        "sigma). The amount above is had from all differences and all their errors; in brackets the 95 % interval, "
        "which holds the doubt about when as well."
    )
    assert claims.amount(one) == "+36.0 (34.7 to 37.3) kg"
    assert claims.spans(one) == ["2025-11-22 2026-02-21"]


def test_of_a_loss_that_may_be_slow_its_interval_promises_less(series: tuple[SeriesView, ...]) -> None:
    short, long = (said(series[0], losses=(loss(series[0], 36.0, 34.7, 37.3, 10, last),)) for last in (20, 45))
    assert errors.interval_sentence([[said(series[0], losses=())]]) == ""
    assert errors.interval_sentence([[short]]) == "In brackets: the 95 % interval."
    slow = errors.interval_sentence([[short], [long]])
    assert slow.startswith("In brackets: the 95 % interval, of losses at an even rate.")
    assert slow.endswith("more may be missing: only 29 to 85 % of such intervals hold it.")


def test_a_loss_that_reaches_the_last_inventory_may_go_on(series: tuple[SeriesView, ...]) -> None:
    one = said(series[0], losses=(loss(series[0], 36.02, 34.68, 37.32, 20, 51),))
    assert claims.claim(one).endswith("the loss began not before 22 November 2025 and may still go on")
    gain = said(series[1], losses=(loss(series[1], -24.0, -30.0, -18.0, 5, 11),))
    assert claims.claim(gain).endswith("the gain began not before 2 December 2025 and may still go on")
    at_once = said(series[0], losses=(loss(series[0], 36.02, 34.68, 37.32, 51, 51),))
    assert claims.claim(at_once).endswith("it went not before 27 June and not after 4 July 2026")


def test_pieces_that_are_not_counted_exactly_are_many(series: tuple[SeriesView, ...]) -> None:
    one = replace(said(series[0], losses=(loss(series[0], 5.0, 4.4, 5.6, 20, 32),)), unit="each")
    assert claims.claim(one).startswith("5.00 (4.40 to 5.60) items of TNT are missing from FILLING; it went")
    assert unseen.unseen_amount(1.813794, "each") == "1.81 items"
    assert unseen.unseen_amount(1.0, "each") == "1 item"


def test_several_losses_are_told_apart(series: tuple[SeriesView, ...]) -> None:
    two = (loss(series[0], 36.0, 34.7, 37.3, 3, 4), loss(series[0], 12.0, 8.0, 16.0, 30, 32))
    assert claims.claim(said(series[0], losses=two)) == (
        "TNT is missing from FILLING, 2 losses: 36.0 (34.7 to 37.3) kg not before 26 July and not after 9 August 2025; "
        "12.0 (8.0 to 16.0) kg not before 31 January and not after 21 February 2026"
    )
    assert claims.amount(said(series[0], losses=two)) == "+36.0 (34.7 to 37.3) kg, +12.0 (8.0 to 16.0) kg"


def test_a_gain_is_more_than_the_books_say(series: tuple[SeriesView, ...]) -> None:
    one = said(series[1], losses=(loss(series[1], -24.0, -30.0, -18.0, 5, 9),))
    assert claims.claim(one) == (
        "24.0 (18.0 to 30.0) kg more RDX stands in PRESSING than the books say; it came not before 2 December 2025 "
        "and not after 1 May 2026"
    )
    assert claims.amount(one) == "−24.0 (18.0 to 30.0) kg"
    both = (loss(series[1], -24.0, -30.0, -18.0, 1, 2), loss(series[1], -12.0, -16.0, -8.0, 5, 9))
    assert claims.claim(said(one, losses=both)).startswith(
        "More RDX stands in PRESSING than the books say, 2 gains: 24.0 (18.0 to 30.0) kg"
    )


def test_what_errors_cannot_have_left_is_exact(series: tuple[SeriesView, ...]) -> None:
    period = series[4].periods[4]
    assert period.start is not None
    left = ExactDifference(series=4, difference=0.3500000001, start=period.start, end=period.end)
    one = said(series[4], verdict=Verdict.DISCREPANCY, alarm_inventory="M05", losses=())
    one = replace(one, exact=(left,))
    assert sentences.finding(one) == (
        "0.35 kg of TNT is missing from PRESSING between 2 November and 2 December 2025: no error of measuring can "
        "have left it, not yet explained."
    )


def test_an_alarm_says_what_it_was_raised_without(series: tuple[SeriesView, ...]) -> None:
    one = said(series[0], reason="2 of 52 periods not tested: a count was set aside")
    assert sentences.finding(one).endswith(
        ": more than measuring explains. Left out of it: 2 of 52 periods not tested: a count was set aside."
    )
    assert sentences.finding(series[3]) == (
        f"TNT in RECEIVING: nothing alarms in what could be tested; 2 of 52 periods not tested: {BAD_COUNT}."
    )


def test_one_event_is_told_once(series: tuple[SeriesView, ...]) -> None:
    inside = said(series[0], losses=(loss(series[0], 9.0, 8.986, 9.014, 4, 4),))
    inside = replace(inside, area="MAGAZINE-2", place="MAGAZINE-2", what="RDX")
    assert sentences.event_claim([series[2], inside]) == (
        "3 items of SHELL-155 are missing from MAGAZINE-2 between 2 November and 2 December 2025, with them "
        "9.000 (8.986 to 9.014) kg of RDX"
    )
    assert sentences.event_amounts([series[2], inside]) == ["+3 items; +9.000 (8.986 to 9.014) kg"]


def test_an_area_and_the_whole_site_are_one_event(series: tuple[SeriesView, ...]) -> None:
    area = said(series[0], losses=(loss(series[0], 36.02, 34.68, 37.32, 20, 32),))
    whole = said(series[9], verdict=Verdict.SHORTAGE, losses=(loss(series[9], 40.0, 10.0, 70.0, 5, 8),))
    assert sentences.event_claim([area, whole]).endswith(
        "not after 21 February 2026; over the whole site 40 (10 to 70) kg"
    )
    assert sentences.event_amounts([area, whole]) == ["+36.0 (34.7 to 37.3) kg"]
    assert sentences.event_amounts([whole]) == ["+40 (10 to 70) kg"]
    assert claims.claim(whole).startswith("40 (10 to 70) kg of TNT is missing from the whole site; it went")


def test_the_planned_year_is_told(series: tuple[SeriesView, ...]) -> None:
    text = sentences.planned_sentence(series[0])
    assert text == (
        "Limits are set for a planned year, which began on 5 July 2025; the inventory nearest to 5 July 2026 will "
        "close it. So far the chance of a false alarm in this series is 0.0085. However often a review is made, it "
        "asks for no more."
    )
    year = replace(series[0].verdict.planned_year, number=3, closed_by="W52")  # type: ignore[type-var]
    text = sentences.planned_sentence(said(series[0], planned_year=year))
    assert str(text).startswith(
        "Limits are set for planned years, one after another; the last, the 3rd, began on 5 July 2025; inventory W52 "
        "closed it."
    )
    assert sentences.planned_sentence(series[2]) is None


def test_the_last_year_stands_beside_all_of_a_long_record(series: tuple[SeriesView, ...]) -> None:
    text = sentences.totals(said(series[0], cumulative=80.0, cumulative_sigma=40.0, year_sum=10.0, year_sigma=20.0))
    assert str(text).startswith("All differences together: +80 ± 40 kg. Those of the last year: +10 ± 20 kg. The")


@pytest.mark.parametrize("state", list(AlarmState))
def test_alarms_keep_their_first_date(series: tuple[SeriesView, ...], state: AlarmState) -> None:
    at = series[0].periods[29].end
    one = said(series[0], alarms=(Alarm(inventory="W30", raised_as_of=at, state=state),))
    assert sentences.alarms_sentence(one) == (
        f"Alarm raised, at inventory W30 of 31 January 2026 ({state}). An alarm stands until the facts change."
    )
    twice = said(one, alarms=one.verdict.alarms * 2)
    assert str(sentences.alarms_sentence(twice)).startswith("2 alarms raised, at inventory W30 of 31 January 2026")
    assert dict(sentences.REVIEW_TERMS)["Alarm"].lower().count(f"{state}:") == 1


def test_what_passes_for_exact_is_said(series: tuple[SeriesView, ...]) -> None:
    assert sentences.exact_sentence(series[1]) == (
        "Taken as exact, since the books state no error of it: the content of RDX in GRENADE. Where that is not so, "
        "this verdict does not hold: state random_rel and systematic_rel, 0 for none."
    )
    assert sentences.exact_sentence(series[0]) is None
    assert errors.exact_notices(series) == [
        "Taken as exact, since the books state no error of it, not even 0: the content of RDX in GRENADE (1 series)."
    ]
    assert errors.exact_notices(series[:1]) == []


def test_joined_inventories_are_said(series: tuple[SeriesView, ...]) -> None:
    assert sentences.site_sentence(series[0]) is None
    assert sentences.site_sentence(series[9]) == (
        "The whole site: FILLING, PRESSING, STORE-1 added up; what passed between them cancels. 13 inventories, each "
        "joined from those of the areas that stand nearest to each other, at most 30 hours apart; the last one: "
        "STORE-1 on 28 June 2026; FILLING, PRESSING on 30 June 2026. Outside of it: GATE, never counted: what goes "
        "there counts as gone from the site."
    )
    site = series[9].site
    assert site is not None
    together = replace(site, alike=True, apart_days=0.0, outside=())
    assert sentences.joined_inventories(together, "UTC") == "13 inventories, of the same name and moment in every area"
    assert sentences.joined_inventories(replace(site, apart_days=6.5), "UTC").count("at most 6.5 days apart;") == 1
    named = sentences.joined_inventories(replace(site, alike=True, apart_days=0.125), "UTC")
    assert named == "13 inventories, of the same name in every area, at most 3 hours apart"
    assert sentences.late_begin(site, "UTC") == ""
    late = replace(
        site, since=datetime(2026, 3, 5, tzinfo=UTC), counted_before=("FILLING",), first_counted=("STORE-1",)
    )
    told = (
        "looked at from 5 March 2026 on, with the first complete inventory of STORE-1; FILLING had been counted before"
    )
    assert sentences.late_begin(late, "UTC") == told
    assert f" It is {told}. Outside of it" in str(sentences.site_sentence(replace(series[9], site=late)))
    assert sentences.late_begin(replace(late, first_counted=()), "UTC") == (
        "looked at from 5 March 2026 on: before that its areas were not counted together"
    )
    never = replace(site, inventories=0, apart_days=None, reason="only GATE was ever counted")
    assert sentences.joined_inventories(never, "UTC") == "none: only GATE was ever counted"


def test_discrepancies_one_several_or_unlisted(series: tuple[SeriesView, ...]) -> None:
    one, (found,) = series[2], series[2].exact
    assert sentences.finding(one) == (
        "3 items of SHELL-155 are missing from MAGAZINE-2 between 2 November and 2 December 2025: "
        "an exact count, not yet explained."
    )
    surplus = replace(found, difference=-1.0, start=found.end, end=found.end + timedelta(days=30))
    assert claims.claim(replace(one, exact=(surplus,))).startswith(
        "1 item of SHELL-155 is surplus in MAGAZINE-2 between"
    )
    several = replace(one, exact=(found, surplus))
    assert claims.claim(several) == (
        "SHELL-155 in MAGAZINE-2 has 2 exact differences: 3 items missing between 2 November and 2 December 2025; "
        "1 item surplus between 2 December 2025 and 1 January 2026"
    )
    assert claims.amounts(several) == ["+3 items", "−1 item"]
    assert claims.spans(several) == ["2025-11-02 2025-12-02", "2025-12-02 2026-01-01"]
    unknown = replace(one, exact=())
    assert claims.claim(unknown) == "SHELL-155 in MAGAZINE-2 does not agree with the books"
    assert claims.amount(unknown) == "–"


def test_of_many_exact_differences_the_largest_are_told(series: tuple[SeriesView, ...]) -> None:
    (found,) = series[2].exact
    many = replace(series[2], exact=tuple(replace(found, difference=float(size)) for size in range(1, 7)))
    assert claims.claim(many).startswith(
        "SHELL-155 in MAGAZINE-2 has 6 exact differences, the 4 largest: 3 items missing"
    )
    assert claims.amounts(many) == ["+6 items", "+5 items", "+4 items", "+3 items", "and 2 more"]


def test_a_difference_that_rounds_to_nothing_is_not_0(series: tuple[SeriesView, ...]) -> None:
    (found,) = series[2].exact
    faint = replace(series[2], exact=(replace(found, difference=1e-300),))
    assert claims.claim(faint).startswith("1e-300 items of SHELL-155 are missing")


def test_what_went_and_what_came_to_light_are_both_told(series: tuple[SeriesView, ...]) -> None:
    went, came = loss(series[0], 14.71, 13.86, 15.58, 3, 3), loss(series[0], -15.17, -15.97, -14.38, 8, 8)
    one = said(series[0], losses=(went, came))
    assert claims.claim(one) == (
        "14.7 (13.9 to 15.6) kg of TNT went missing from FILLING not before 26 July and not after 2 August 2025; "
        "15.2 (14.4 to 16.0) kg more than the books say came to light not before 30 August and not after "
        "6 September 2025"
    )
    assert claims.amounts(one) == ["+14.7 (13.9 to 15.6) kg", "−15.2 (14.4 to 16.0) kg"]
    assert claims.claim(said(series[0], losses=(came, went))).startswith("14.7 (13.9 to 15.6) kg of TNT went missing")
    turned = claims.claim(said(series[0], verdict=Verdict.GAIN, losses=(came, went)))
    assert turned.startswith("15.2 (14.4 to 16.0) kg more TNT than the books say came to light in FILLING not before")
    assert "; 14.7 (13.9 to 15.6) kg went missing not before" in turned
    lasting = claims.claim(said(series[0], losses=(went, loss(series[0], -9.0, -10.0, -8.0, 40, 51))))
    assert lasting.endswith("came to light: that began not before 11 April 2026 and may still go on")


def test_what_cancels_says_what_to_do(series: tuple[SeriesView, ...]) -> None:
    went, came = loss(series[0], 90.1, 89.0, 91.2, 3, 3), loss(series[0], -89.9, -91.0, -88.8, 4, 4)
    pair = Cancelled(series=0, first=0, second=1, all_told=True, inventories=("W04",))
    one = replace(said(series[0], losses=(went, came)), cancelled=(pair,))
    assert claims.advice(one) == (
        "They cancel, so a movement may be booked on the wrong side of inventory W04, or its count be wrong: "
        "check the movements near it, and its quantity and unit."
    )
    assert sentences.event_sentence([one]).endswith(claims.advice(one))
    assert sentences.review_headline([one]) == (
        "A count may be wrong, or a movement stand on its wrong side: what differs before and after it cancels."
    )
    assert sentences.review_headline([one, series[2]]) == "An exact count does not agree with the books."
    apart = replace(one, cancelled=(replace(pair, inventories=()),))
    assert claims.advice(apart).startswith("They cancel: what was missing may have been brought back")
    assert sentences.review_headline([apart]) == "A loss and a gain cancel, each of them more than measuring explains."
    other = loss(series[0], 5.0, 4.0, 6.0, 20, 20)
    more = replace(said(one, losses=(went, came, other)), cancelled=(replace(pair, all_told=False),))
    assert claims.advice(more).startswith("Of these, 90.1 (89.0 to 91.2) kg and 89.9 (88.8 to 91.0) kg cancel, so")
    assert sentences.review_headline([more]) == "More is missing than measuring explains."


def test_a_loss_of_nothing_is_not_told(series: tuple[SeriesView, ...]) -> None:
    went, nothing = loss(series[0], 14.7, 13.9, 15.6, 3, 3), loss(series[0], 0.0, -1.0, 0.0, 8, 8)
    one = said(series[0], losses=(went, nothing))
    assert claims.amounts(one) == ["+14.7 (13.9 to 15.6) kg"]
    assert one.losses == (went,)


def test_the_largest_and_what_may_go_on_are_never_cut(series: tuple[SeriesView, ...]) -> None:
    sizes = (4.0, 9.0, 5.0, 6.0, 7.0)
    many = [loss(series[0], size, size - 1, size + 1, 2 * place, 2 * place) for place, size in enumerate(sizes)]
    one = said(series[0], losses=(*many, loss(series[0], 3.0, 2.0, 4.0, 40, 51)))
    assert [text.split(" ")[0] for text in claims.amounts(one)] == ["+3.0", "+9.0", "+7.0", "+6.0", "and"]
    assert claims.spans(one)[0].endswith("2026-07-04")


def test_what_has_no_error_is_said_beside_the_verdict(series: tuple[SeriesView, ...]) -> None:
    assert claims.grounds(series[1]) == [
        "The error of the content of RDX in GRENADE is blank, so it is taken as exact: give it."
    ]
    exact = replace(series[0], balances=series[0].balances.with_columns(sigma=0.0))
    exact = said(exact, verdict=Verdict.DISCREPANCY, losses=())
    assert claims.grounds(exact)[-1].startswith("Method")


def test_write_offs_stand_beside_the_difference(series: tuple[SeriesView, ...]) -> None:
    text = sentences.totals(series[0])
    assert text is not None
    assert text.endswith("The difference stands before what the books adjust: 3 kg written off in 1 period.")
    assert str(sentences.totals(series[1])).endswith("Nothing was written off or booked as found.")
    assert sentences.totals(series[7]) is None


def test_a_large_normal_loss_stands_in_the_first_sentence(full: ReviewAnswer, series: tuple[SeriesView, ...]) -> None:
    lossy = series[0].balances.with_columns(normal_loss=1.5)
    one = replace(said(series[0], verdict=Verdict.BALANCED, losses=()), balances=lossy)
    found = full.unseen[0]
    assert found.detectable is not None
    seen = (replace(found, detectable=replace(found.detectable, even_year=7.0)),)
    assert sentences.review_headline([one], seen) == (
        "Nothing is missing beyond what measuring and normal loss explain: 78 kg of TNT in FILLING was taken as normal "
        "loss."
    )
    blinder = (replace(found, detectable=replace(found.detectable, even_year=90.0)),)
    assert sentences.review_headline([one], blinder) == "Nothing is missing beyond what measuring explains."
    partly = said(one, verdict=Verdict.BALANCED_IN_PART)
    assert sentences.review_headline([partly], seen).endswith(" Taken as normal loss: 78 kg of TNT in FILLING.")


def test_a_short_record_says_over_what_a_loss_is_spread(full: ReviewAnswer, series: tuple[SeriesView, ...]) -> None:
    found = full.unseen[0]
    assert unseen.spread_over(series[0], found) == "spread over a year"
    month = replace(found, even_days=30.0)
    partly = "spread over the 30 days of the record that could be tested"
    assert unseen.spread_over(series[0], month) == partly
    short = replace(series[0], balances=series[0].balances.head(4))
    assert unseen.spread_over(short, month) == "spread over the 30 days of the record"
    assert partly in unseen.sentence(series[0], month)


def test_a_loss_at_once_that_is_far_harder_to_see_is_said(full: ReviewAnswer, series: tuple[SeriesView, ...]) -> None:
    known = full.unseen[0].detectable
    assert known is not None
    only = (replace(full.unseen[0], detectable=replace(known, even_year=8.0, abrupt=9.0, abrupt_last=2761.0)),)
    told = unseen.unseen_headline(replace(full, unseen=only), series[:1])
    assert "a smaller one may go unseen. At once in the last period, it would be found only from 2 761 kg." in told
    never = (replace(full.unseen[0], detectable=replace(known, abrupt_last=None)),)
    told = unseen.unseen_headline(replace(full, unseen=never), series[:1])
    assert "At once in the last period, a loss of no size could be told from errors." in told


def test_what_stands_in_items_shows_by_the_item(full: ReviewAnswer, series: tuple[SeriesView, ...]) -> None:
    counted = replace(full.unseen[0], in_items=True)
    told = unseen.unseen_headline(replace(full, unseen=(counted,)), series[:1])
    assert told == (
        "TNT in FILLING is counted in items of stated content: any missing item shows, but not what is taken out of "
        "one."
    )
    assert unseen.sentence(series[0], counted).startswith(f"{told} By their content alone: found with 95")
    # Where anything else is measured, that is told instead.
    assert "is counted in items" not in unseen.unseen_headline(
        replace(full, unseen=(counted, *full.unseen[1:])), series
    )


def test_every_goal_is_told_met_or_not(full: ReviewAnswer, series: tuple[SeriesView, ...]) -> None:
    goal = GoalAnswer(
        quantity=5.0, within_days=30.0, probability=0.4, detectable=9.0, met=False, short_by=4.0,
        found_within_days=None, reason=None,
    )  # fmt: skip
    met = replace(goal, quantity=50.0, within_days=90.0, met=True, short_by=-41.0, found_within_days=30.0)
    apart = replace(goal, within_days=7.0, detectable=None, short_by=None, reason="count more often")
    found = replace(full.unseen[0], goal=goal, further_goals=(met, apart), remedies=())
    told = unseen.goal_lines(replace(full, unseen=(found,)), series[:1])
    assert told == (
        "Goal for TNT in FILLING, 5 kg in 30 days: not met, only from 9.00 kg.",
        "Goal for TNT in FILLING, 5 kg in 7 days: not met (count more often).",
        "Goal for TNT in FILLING, 50 kg in 90 days: met, from 9.00 kg, found after 30 days.",
    )
    restoring = replace(found, remedies=(replace(full.unseen[0].remedies[0], measure="count weekly", restores=True),))
    told = unseen.goal_lines(replace(full, unseen=(restoring,)), series[:1])
    assert told[0].endswith("only from 9.00 kg. Count weekly: that reaches it.")
    many = unseen.goal_lines(replace(full, unseen=(replace(found, further_goals=(met,) * 12),)), series[:1])
    assert (len(many), many[-1]) == (unseen.GOALS_SHOWN + 1, "and 3 more goals.")


@pytest.mark.parametrize(
    ("loss", "unit", "text"),
    [
        (41.37, "kg", "41.4 kg"),
        (0.0123, "t", "0.012 t"),
        (0.0004, "t", "0.0004 t"),
        (3.58e-6, "kg", "3.6e-06 kg"),
        (0.0, "kg", "any loss shows"),
        (None, "kg", "–"),
    ],
)
def test_a_smallest_loss_is_never_rounded_to_nothing(loss: float | None, unit: str, text: str) -> None:
    assert unseen.unseen_amount(loss, unit) == text
