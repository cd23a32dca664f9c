"""A guard sees the own shifts alone; the link of a calendar opens them to a program, and ends when it should."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from rosters_there import asked_roster, tables_in_force

from stockward.book.store.entries import BookEntry
from stockward.book.store.tables import ENTRIES
from stockward.web.models import CalendarLink, GuardBinding, RoleHeld, RosterRun
from stockward.web.records.rosters import stored_roster
from stockward.web.records.the_book import the_book
from stockward.web.running.log import WithoutLinks

pytestmark = pytest.mark.usefixtures("new_book")


@pytest.fixture
def works(come_in: Callable[..., Any]) -> dict[str, Any]:
    """A works with a published roster, and a guard whose account is bound."""
    roles = ("clerk", "guards_manager", "officer", "guard")
    people = {role: come_in(role.replace("_", "-"), ridgeway=role) for role in roles}
    tables_in_force(people["clerk"], people["guards_manager"], people["officer"])
    run = asked_roster(people["guards_manager"])
    people["guards_manager"].post(f"/sites/ridgeway/rosters/{run.key}/publish/", {"in_place_of": ""})
    bind(people["guards_manager"], people["guard"], "G-01")
    return people


def bind(manager: Any, guard: Any, person: str) -> None:
    manager.post("/sites/ridgeway/guards/", {"account": guard.account.key, "person": person})


def link_of(guard: Any) -> str:
    """Make a link, as the page shows it."""
    answer = guard.post("/sites/ridgeway/shifts/calendar/")
    return str(answer.context["link"]).removeprefix("http://testserver")


def test_a_guard_sees_the_own_shifts_alone(works: dict[str, Any]) -> None:
    roster = stored_roster(RosterRun.objects.get())
    page = works["guard"].get("/sites/ridgeway/shifts/").content.decode()
    own = [duty for duty in roster.duties if duty.person == "G-01"]
    assert own and page.count('<tr><th scope="row">') == len(own)
    assert "G-01" in page and not any(f"G-0{other}" in page for other in range(2, 6))
    for place in ("rosters/", "guards/", "entries/", "reviews/", "submissions/"):
        assert works["guard"].get(f"/sites/ridgeway/{place}").status_code == 403


def test_who_is_bound_stands_in_the_book(works: dict[str, Any], come_in: Callable[..., Any]) -> None:
    manager, other = works["guards_manager"], come_in("other-guard", ridgeway="guard")
    bind(manager, other, "G-01")
    bind(manager, works["clerk"], "G-02")
    bind(manager, other, "nobody")
    assert [(one.account.name, one.person) for one in GuardBinding.objects.all()] == [("guard", "G-01")]
    assert "not bound to a guard" in other.get("/sites/ridgeway/shifts/").content.decode()
    manager.post(f"/sites/ridgeway/guards/{works['guard'].account.key}/", {"binding": "end"})
    assert not GuardBinding.objects.exists()
    with the_book().database.reading() as connection:
        rows = connection.execute(ENTRIES.select().where(ENTRIES.c.kind == "event").order_by(ENTRIES.c.number))
        told = [dict(BookEntry.of_text(row.entry).about) for row in rows][-2:]
    who = {"account": works["guard"].account.key, "person": "G-01"}
    assert told == [{"event": "guard bound", **who}, {"event": "guard unbound", **who}]


def test_a_calendar_holds_the_own_shifts_and_no_other_name(works: dict[str, Any]) -> None:
    link = link_of(works["guard"])
    assert len(link.removeprefix("/calendar/").removesuffix(".ics")) >= 43
    answer = Client().get(link)
    text = answer.content.decode()
    roster = stored_roster(RosterRun.objects.get())
    assert text.count("BEGIN:VEVENT") == sum(duty.person == "G-01" for duty in roster.duties) > 0
    assert not any(f"G-0{other}" in text for other in range(2, 6))
    assert answer.headers["Content-Type"].startswith("text/calendar")
    assert answer.headers["Cache-Control"] == "no-store" and not answer.cookies
    token = link.removeprefix("/calendar/").removesuffix(".ics")
    assert token not in CalendarLink.objects.get().digest
    record = logging.LogRecord("x", logging.ERROR, "", 0, f"fault: {link}", (), None)
    assert WithoutLinks().filter(record) and token not in record.getMessage()


def gone(link: str) -> bool:
    """Whether the answer is that of a link that was never made, to the byte."""
    never, answer = Client().get("/calendar/never-made.ics"), Client().get(link)
    assert answer.status_code in (200, 404)
    same = (answer.content, answer.headers.items() == never.headers.items()) == (never.content, True)
    assert same is (answer.status_code == 404) and not answer.cookies
    return same


def test_a_link_ends_with_whatever_it_stands_on(works: dict[str, Any], come_in: Callable[..., Any]) -> None:
    guard, manager = works["guard"], works["guards_manager"]
    keeper = come_in("keeper", administrator=True)
    first = link_of(guard)
    assert not gone(first)
    second = link_of(guard)
    assert gone(first) and not gone(second)
    guard.post("/sites/ridgeway/shifts/calendar/", {"end": "1"})
    assert gone(second)
    third = link_of(guard)
    manager.post(f"/sites/ridgeway/guards/{guard.account.key}/", {"link": "end"})
    assert gone(third)
    fourth = link_of(guard)
    manager.post(f"/sites/ridgeway/guards/{guard.account.key}/", {"binding": "end"})
    assert gone(fourth)
    bind(manager, guard, "G-01")
    fifth = link_of(guard)
    held = RoleHeld.objects.get(account=guard.account)
    keeper.post(f"/accounts/{guard.account.key}/", {f"role-{held.site_id}-guard": "on"})
    assert gone(fifth), "the account may no longer sign in"
    keeper.post(f"/accounts/{guard.account.key}/", {f"role-{held.site_id}-guard": "on", "is_active": "on"})
    assert gone(fifth), "it does not come back with the account"


def test_a_link_serves_no_longer_than_the_role(works: dict[str, Any]) -> None:
    link = link_of(works["guard"])
    RoleHeld.objects.filter(account=works["guard"].account).delete()
    assert gone(link)


def test_what_is_taken_back_is_in_no_calendar(works: dict[str, Any]) -> None:
    link, run = link_of(works["guard"]), RosterRun.objects.get()
    works["guards_manager"].post(f"/sites/ridgeway/rosters/{run.key}/publish/", {"take_back": "1"})
    assert "VEVENT" not in Client().get(link).content.decode()
    assert "no shift to come" in works["guard"].get("/sites/ridgeway/shifts/").content.decode()


def test_whoever_guesses_is_held_off_and_calendars_go_on(works: dict[str, Any]) -> None:
    link = link_of(works["guard"])
    answers = [Client().get(f"/calendar/{number}.ics").status_code for number in range(70)]
    assert answers[0] == 404 and answers[-1] == 429
    assert Client().get(link).status_code == 200
    assert [Client().get(link).status_code for _ in range(40)][-1] == 429
    for odd in ("%00", "a" * 5000, "%F0%9F%92%A5"):
        assert Client().get(f"/calendar/{odd}.ics").status_code in (404, 429)
    assert Client().post(link).status_code in (403, 405)
