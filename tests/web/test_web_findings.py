"""Findings on the pages: raised by a review, looked into, explained by one and approved by another, told beside it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.web.handing_in import FIRST_SITE, files_of_first_site, hand_in

from stockward.book.store.findings import FindingRecord, FindingState
from stockward.web.models import KnownSite, ReviewRun, RoleHeld
from stockward.web.records.findings import ledger_of
from stockward.web.records.lists import entries_of
from stockward.web.records.the_book import standing_files

pytestmark = pytest.mark.usefixtures("new_book")

Enter = Callable[..., Any]
AT = "/sites/ridgeway"


def with_a_loss() -> dict[str, str]:
    """The counts of the site of the manual, with most of one of them gone."""
    lines = (FIRST_SITE / "counts.csv").read_text(encoding="utf-8").splitlines()
    header, last = lines[0].split(","), lines[-1].split(",")
    last[header.index("quantity")] = "1"
    return {"counts": "\n".join([*lines[:-1], ",".join(last)])}


def entered(clerk: Any, officer: Any, **instead: str) -> None:
    officer.post(f"{AT}/submissions/{hand_in(clerk, files_of_first_site(**instead))}/approve/")


def reviewed(officer: Any, as_of: str = "") -> str:
    where = officer.post(f"{AT}/reviews/", {"as_of": as_of}).headers["Location"]
    run = ReviewRun.objects.first()
    assert run is not None and run.state == "done", run and run.fault
    return str(where)


def the_finding() -> FindingRecord:
    (one,) = ledger_of("ridgeway").records.values()
    return one


def page_of(browser: Any, where: str = "/") -> str:
    return re.sub(r"\s+", " ", browser.get(where).content.decode().replace("&#x27;", "'"))


def day(days: int) -> str:
    return f"{timezone.now().date() + timedelta(days=days)}"


@pytest.fixture
def people(come_in: Enter) -> tuple[Any, Any, Any]:
    return (
        come_in("clerk", ridgeway="clerk"),
        come_in("officer", ridgeway="officer"),
        come_in("inspector", ridgeway="inspector"),
    )


def test_from_the_alarm_to_its_approved_explanation(people: tuple[Any, Any, Any]) -> None:
    clerk, officer, inspector = people
    entered(clerk, officer, **with_a_loss())
    where = reviewed(officer)
    one = the_finding()
    assert one.state is FindingState.OPEN
    beside = page_of(officer, where)
    assert "What became of the findings" in beside and one.subject.series in beside
    assert "What became of the findings" not in page_of(officer, f"{where}report/")
    assert "nobody looks into 1 finding" in page_of(officer)
    assert "finding" not in page_of(clerk)
    at = f"{AT}/findings/{one.number}"
    names = {"looks": inspector.account.key, "answers": officer.account.key}
    assert officer.post(f"{at}/change/", {**names, "due": day(10), "once": "a"}).status_code == 302
    assert f"you look into {one.subject.series}" in page_of(inspector)
    assert f"you answer for {one.subject.series}" in page_of(officer)
    explaining = entries_of("ridgeway", {"stock", "guards"}, table="counts", after=0)[0].entry.number
    said = {"state": "explained", "entry": explaining, "reason": "<b>the scale stuck</b>"}
    officer.post(f"{at}/settle/", said)
    waiting = the_finding().waiting
    assert waiting is not None
    assert "You proposed it, so somebody else decides" in page_of(officer, f"{at}/")
    officer.post(f"{at}/decide/", {"proposal": waiting.number})
    assert "cannot decide on it" in page_of(officer, f"{at}/") and the_finding().state is FindingState.LOOKED_INTO
    assert "decide on what is proposed" in page_of(inspector)
    inspector.post(f"{at}/decide/", {"proposal": waiting.number})
    assert the_finding().state is FindingState.EXPLAINED
    page = page_of(inspector, f"{at}/")
    assert "&lt;b&gt;the scale stuck&lt;/b&gt;" in page and "Approved by inspector" in page and "<b>" not in page
    assert f'id="entry-{explaining}"' in page_of(officer, f"{AT}/entries/?after={explaining - 1}")
    beside = page_of(officer, reviewed(officer))
    assert "Nothing new was found" in beside
    assert len(ledger_of("ridgeway").records) == 1, "the next review finds the same"
    assert "Settled since the review before" in page_of(officer, where), "until the next one it stands beside the first"


def test_what_is_overdue_is_said_until_it_is_settled(people: tuple[Any, Any, Any]) -> None:
    clerk, officer, inspector = people
    entered(clerk, officer, **with_a_loss())
    where = reviewed(officer)
    at = f"{AT}/findings/{the_finding().number}"
    names = {"looks": inspector.account.key, "answers": officer.account.key}
    officer.post(f"{at}/change/", {**names, "due": day(-1)})
    assert "1 finding is overdue" in page_of(officer) and "1 finding is overdue" in page_of(inspector)
    assert "Overdue" in page_of(officer, where) and "overdue" in page_of(officer, f"{AT}/findings/")
    officer.post(f"{at}/settle/", {"state": "confirmed_loss", "reason": "it is gone"})
    waiting = the_finding().waiting
    assert waiting is not None
    inspector.post(f"{at}/decide/", {"proposal": waiting.number, "send_back": "1", "reason": "count again"})
    assert the_finding().waiting is None and "count again" in page_of(officer, f"{at}/")
    officer.post(f"{at}/settle/", {"state": "confirmed_loss", "reason": "counted: it is gone"})
    waiting = the_finding().waiting
    assert waiting is not None
    inspector.post(f"{at}/decide/", {"proposal": waiting.number})
    assert "overdue" not in page_of(officer) and the_finding().state is FindingState.CONFIRMED_LOSS
    officer.post(f"{at}/change/", {"again": "1", "due": day(5), "reason": "the drum was seen"})
    assert the_finding().state is FindingState.OPEN and "the drum was seen" in page_of(officer, f"{at}/")


def test_a_finding_that_a_correction_has_ended_is_still_to_be_explained(people: tuple[Any, Any, Any]) -> None:
    from stockward.book.store.handed_in import Correction, HandedIn
    from stockward.web.records.the_book import the_book

    clerk, officer, _ = people
    entered(clerk, officer, **with_a_loss())
    reviewed(officer)
    right = (FIRST_SITE / "counts.csv").read_text(encoding="utf-8").splitlines()
    wrong = entries_of("ridgeway", {"stock", "guards"}, table="counts", after=0)[-1].entry
    cells = dict(zip(right[0].split(","), right[-1].split(","), strict=True))
    changes = HandedIn(corrections=(Correction(wrong.number, "counts", cells, "one digit was lost"),))
    submission = the_book().submit("ridgeway", clerk.account.key, changes)
    officer.post(f"{AT}/submissions/{submission}/approve/")
    beside = page_of(officer, reviewed(officer))
    assert "Not found again since the facts have changed" in beside
    said = {"state": "explained", "entry": submission + 1, "reason": "a digit was lost"}
    officer.post(f"{AT}/findings/{the_finding().number}/settle/", said)
    assert the_finding().waiting is not None


def test_a_past_book_raises_nothing(people: tuple[Any, Any, Any]) -> None:
    clerk, officer, _ = people
    entered(clerk, officer, **with_a_loss())
    where = reviewed(officer, as_of=day(0))
    assert not ledger_of("ridgeway").records
    assert "What became of the findings" not in page_of(officer, where)


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ("change", {"looks": "nobody", "answers": "", "due": "soon"}),
        ("change", {"again": "1", "due": "2026-02-31", "reason": ""}),
        ("settle", {"state": "vanished", "entry": "x", "reason": "why"}),
        ("settle", {"state": "explained", "entry": "9" * 40, "reason": "why"}),
        ("settle", {"state": "explained", "reason": "x" * 3000}),
    ],
)
def test_what_cannot_be_is_said_at_the_form(people: tuple[Any, Any, Any], end: str, said: dict[str, str]) -> None:
    clerk, officer, _ = people
    entered(clerk, officer, **with_a_loss())
    reviewed(officer)
    one = the_finding()
    answer = officer.post(f"{AT}/findings/{one.number}/{end}/", said)
    assert answer.status_code == 200 and 'class="errors"' in answer.content.decode()
    assert the_finding() == one


def test_what_the_book_refuses_is_said_in_one_line(people: tuple[Any, Any, Any]) -> None:
    clerk, officer, inspector = people
    entered(clerk, officer, **with_a_loss())
    reviewed(officer)
    at = f"{AT}/findings/{the_finding().number}"
    officer.post(f"{at}/settle/", {"state": "explained", "entry": "0", "reason": "why"})
    assert "it is no approved change of ridgeway" in page_of(officer, f"{at}/")
    inspector.post(f"{at}/decide/", {"proposal": "7"})
    assert "has changed meanwhile" in page_of(inspector, f"{at}/")
    assert officer.get(f"{AT}/findings/{'9' * 30}/").status_code == 404
    assert inspector.post(f"{at}/settle/", {"state": "confirmed_loss", "reason": "x"}).status_code == 403


def test_nobody_is_named_who_could_not_see_it(people: tuple[Any, Any, Any]) -> None:
    clerk, officer, _ = people
    entered(clerk, officer, **with_a_loss())
    reviewed(officer)
    at = f"{AT}/findings/{the_finding().number}"
    for name in (clerk.account.key, "x"):
        officer.post(f"{at}/change/", {"looks": name, "answers": officer.account.key, "due": day(3)})
    assert the_finding().state is FindingState.OPEN
    assert ">clerk<" not in page_of(officer, f"{at}/")


def test_who_may_enter_everything_does_not_read_of_findings(people: tuple[Any, Any, Any], come_in: Enter) -> None:
    clerk, officer, _ = people
    entered(clerk, officer, **with_a_loss())
    reviewed(officer)
    both = come_in("both", ridgeway="clerk")
    RoleHeld.objects.create(account=both.account, site=KnownSite.objects.get(), role="guards_manager")
    last = the_finding().number
    assert f'id="entry-{last}"' in page_of(officer, f"{AT}/entries/?after={last - 1}")
    assert f'id="entry-{last}"' not in page_of(both, f"{AT}/entries/?after={last - 1}")


SETTLED = {
    "state": "confirmed_loss",
    "reason": "a drum was taken",
    "amount": "{missing}",
    "from_inventory": "{before}",
    "to_inventory": "{after}",
}


def with_amount(**instead: str) -> dict[str, str]:
    """What is said of the loss: its two inventories are the last two of the site."""
    lines = (FIRST_SITE / "counts.csv").read_text(encoding="utf-8").splitlines()
    place = lines[0].split(",").index("inventory")
    before, after = list(dict.fromkeys(line.split(",")[place] for line in lines[1:]))[-2:]
    amounts = [one.amount for one in the_finding().alarms]
    known = {"missing": f"{amounts[-1] or 6_950:g}", "before": before, "after": after}
    return {name: text.format(**known) for name, text in SETTLED.items()} | instead


def test_an_approved_loss_with_an_amount_stands_among_the_facts_and_alarms_no_more(
    people: tuple[Any, Any, Any],
) -> None:
    clerk, officer, inspector = people
    entered(clerk, officer, **with_a_loss())
    reviewed(officer)
    records = ledger_of("ridgeway").records
    before = standing_files("ridgeway")
    for number in records:
        officer.post(f"{AT}/findings/{number}/settle/", with_amount())
        waiting = ledger_of("ridgeway").records[number].waiting
        assert waiting is not None, page_of(officer, f"{AT}/findings/{number}/")
        assert "settled.csv" not in standing_files("ridgeway") or number != min(records), "nothing before the approval"
        inspector.post(f"{AT}/findings/{number}/decide/", {"proposal": waiting.number})
    after = standing_files("ridgeway")
    assert {name: after[name] for name in before} == before
    row = after["settled.csv"].decode()
    assert "a drum was taken" in row and inspector.account.key in row and f"finding-{min(records)}" in row
    reviewed(officer)
    run = ReviewRun.objects.first()
    assert run is not None and run.conclusion == 0
    report = page_of(officer, f"{AT}/reviews/{run.key}/report/")
    assert "But for what is settled" in report and "a drum was taken" in report
    assert ledger_of("ridgeway").records.keys() == records.keys(), "nothing new is found"
    page = page_of(officer, f"{AT}/findings/{min(records)}/")
    assert "Settled with" in page
    officer.post(f"{AT}/findings/{min(records)}/change/", {"again": "1", "due": day(5), "reason": "it was seen"})
    assert f"finding-{min(records)}" not in standing_files("ridgeway").get("settled.csv", b"").decode()
    reviewed(officer)
    run = ReviewRun.objects.first()
    assert run is not None and run.conclusion == 1


@pytest.mark.parametrize(
    ("instead", "said"),
    [
        ({"amount": "much"}, "amount: "),
        ({"amount": ""}, "amount: it is blank"),
        ({"from_inventory": "NOBODY"}, "no row of counts in that area is of this inventory"),
        ({"sigma": "-1"}, "sigma: "),
        ({"amount": "1\x00"}, "Null characters are not allowed"),
    ],
)
def test_an_amount_that_cannot_be_is_said_at_the_form(
    people: tuple[Any, Any, Any], instead: dict[str, str], said: str
) -> None:
    clerk, officer, _ = people
    entered(clerk, officer, **with_a_loss())
    reviewed(officer)
    one = the_finding()
    answer = officer.post(f"{AT}/findings/{one.number}/settle/", with_amount(**instead))
    page = answer.content.decode()
    assert answer.status_code == 200 and said in page and "a drum was taken" in page
    assert the_finding() == one


def test_facts_are_what_they_were(people: tuple[Any, Any, Any]) -> None:
    clerk, officer, _ = people
    entered(clerk, officer, **with_a_loss())
    before = standing_files("ridgeway")
    reviewed(officer)
    assert standing_files("ridgeway") == before
    assert the_finding().raised <= datetime.now(UTC)


def test_it_all_comes_in_german(people: tuple[Any, Any, Any]) -> None:
    clerk, officer, _ = people
    entered(clerk, officer, **with_a_loss())
    where = reviewed(officer)
    german = {"headers": {"accept-language": "de"}}
    for address in (where, f"{AT}/findings/", f"{AT}/findings/{the_finding().number}/", "/"):
        page = officer.get(address, **german).content.decode()
        assert "Befund" in page
        assert not re.search(r"Findings|looks into|Settled|overdue|What was done", page)
