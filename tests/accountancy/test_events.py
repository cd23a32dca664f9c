"""What series say of one loss is told once, and what cancels is told as that."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from small_sites import Closed, write_site

from stockward.accountancy.events import events_of
from stockward.accountancy.items import find_in_items
from stockward.answers.losses import Event

METHODS = "method,random_rel\nscale,0.001\n"
MOVEMENTS = "movement,kind,at,from_area,to_area,material,quantity,method\n"


def counts_of(material: str, quantities: list[float], method: str = "") -> str:
    rows = [
        f"N{number},2025-{number + 1:02d}-01T12:00,A,{material},{quantity},{method}"
        for number, quantity in enumerate(quantities)
    ]
    return "\n".join(["inventory,at,area,material,quantity,method", *rows])


def events(folder: Path, counts: str, **tables: str) -> tuple[Event, ...]:
    closed = Closed(write_site(folder, counts=counts, movements=MOVEMENTS, methods=METHODS, **tables))
    verdicts = list(closed.verdicts().values())
    found = find_in_items(closed.books, closed.balances, seed=1)
    return events_of(closed.books, closed.balances, verdicts, found.discrepancies)


def test_a_count_that_is_wrong_cancels_on_both_sides(tmp_path: Path) -> None:
    (event,) = events(tmp_path, counts_of("TNT", [1000, 1000, 1000, 900, 1000, 1000, 1000, 1000], "scale"))
    (pair,) = event.cancelled
    assert (pair.series, pair.first, pair.second, pair.all_told) == (0, 0, 1, True)
    assert pair.inventories == ("N3",)
    assert event.exact == ()


def test_a_count_that_is_too_high_cancels_as_well(tmp_path: Path) -> None:
    (event,) = events(tmp_path, counts_of("TNT", [1000, 1000, 1000, 1000, 1090, 1000, 1000, 1000], "scale"))
    assert [pair.inventories for pair in event.cancelled] == [("N4",)]


def test_what_is_brought_back_later_names_no_inventory(tmp_path: Path) -> None:
    (event,) = events(tmp_path, counts_of("TNT", [1000, 1000, 950, 950, 950, 1000, 1000, 1000], "scale"))
    assert [pair.inventories for pair in event.cancelled] == [()]


def test_what_is_brought_back_in_part_does_not_cancel(tmp_path: Path) -> None:
    (event,) = events(tmp_path, counts_of("TNT", [1000, 1000, 950, 950, 950, 970, 970, 970], "scale"))
    assert event.cancelled == ()


def test_pieces_cancel_exactly_and_one_pair_each(tmp_path: Path) -> None:
    (event,) = events(tmp_path, counts_of("BOX", [100, 98, 100, 99, 99, 100]))
    assert [one.difference for one in event.exact] == [2.0, -2.0, 1.0, -1.0]
    assert [(pair.first, pair.second, pair.inventories) for pair in event.cancelled] == [(0, 1, ("N1",)), (2, 3, ())]
    assert not any(pair.all_told for pair in event.cancelled)
    (event,) = events(tmp_path / "other", counts_of("BOX", [100, 98, 99]))
    assert event.cancelled == ()


def test_each_of_many_series_has_the_event_that_it_has_alone(tmp_path: Path) -> None:
    quantities = [[100, 98, 100, 99, 99, 100], [100, 98, 99, 99, 99, 99], [50, 50, 47, 50, 50, 49]]
    alone = [events(tmp_path / str(place), counts_of("BOX", one))[0] for place, one in enumerate(quantities)]
    areas = "area,kind\n" + "".join(f"A{place},store\n" for place in range(3))
    rows = [
        line.replace(",A,", f",A{place},")
        for place, one in enumerate(quantities)
        for line in counts_of("BOX", one).splitlines()[1:]
    ]
    counts = "\n".join(["inventory,at,area,material,quantity,method", *rows])
    together = sorted(events(tmp_path / "all", counts, areas=areas), key=lambda event: event.series)
    assert [event.series for event in together] == [(0,), (1,), (2,)]
    for one, event in zip(alone, together, strict=True):
        assert [replace(gone, series=0) for gone in event.exact] == list(one.exact)
        assert [replace(pair, series=0) for pair in event.cancelled] == list(one.cancelled)
