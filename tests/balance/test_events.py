"""What series say of one loss is told once, and what cancels is told as that."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from small_sites import Closed, write_site

from stockward.answers.losses import Event, SameOverSite
from stockward.balance.findings.events import events_of
from stockward.balance.items import find_in_items

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


def of_area(area: str, material: str, quantities: list[float], method: str = "") -> str:
    """The counts of one area, without a header, so that those of several stand in one table."""
    rows = counts_of(material, quantities, method).split("\n")[1:]
    return "\n".join(row.replace(",A,", f",{area},") for row in rows)


def of_two(first: str, second: str) -> str:
    return "\n".join(["inventory,at,area,material,quantity,method", first, second])


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


def test_a_wrong_count_beside_a_loss_cancels_in_part(tmp_path: Path) -> None:
    """The count of N3 is 300 too low, and 40 went before it."""
    (event,) = events(tmp_path, counts_of("TNT", [1000, 1000, 1000, 660, 960, 960, 960, 960], "scale"))
    assert event.cancelled == ()
    (part,) = event.in_part
    assert (part.series, part.first, part.second, part.inventories) == (0, 0, 1, ("N3",))
    assert abs(part.left - 40) < 5


def test_a_small_surplus_behind_a_large_loss_cancels_nothing(tmp_path: Path) -> None:
    (event,) = events(tmp_path, counts_of("TNT", [1000, 1000, 1000, 660, 760, 760, 760, 760], "scale"))
    assert event.in_part == ()


def test_what_another_area_accounts_for_is_no_wrong_count(tmp_path: Path) -> None:
    lost = of_area("A", "TNT", [1000, 1000, 1000, 660, 960, 960, 960, 960], "scale")
    gained = of_area("B", "TNT", [1000, 1000, 1000, 1340, 1340, 1340, 1340, 1340], "scale")
    (event,) = events(tmp_path, of_two(lost, gained))
    assert event.between_areas
    assert event.in_part == ()


def test_pieces_cancel_exactly_and_one_pair_each(tmp_path: Path) -> None:
    (event,) = events(tmp_path, counts_of("BOX", [100, 98, 100, 99, 99, 100]))
    assert [one.difference for one in event.exact] == [2.0, -2.0, 1.0, -1.0]
    assert [(pair.first, pair.second, pair.inventories) for pair in event.cancelled] == [(0, 1, ("N1",)), (2, 3, ())]
    assert not any(pair.all_told for pair in event.cancelled)
    (event,) = events(tmp_path / "other", counts_of("BOX", [100, 98, 99]))
    assert event.cancelled == ()


def test_what_one_area_lacks_and_another_has_more_is_one_event(tmp_path: Path) -> None:
    lost = of_area("A", "TNT", [1000, 1000, 1000, 900, 900, 900, 900, 900], "scale")
    gained = of_area("B", "TNT", [1000, 1000, 1000, 1100, 1100, 1100, 1100, 1100], "scale")
    (event,) = events(tmp_path, of_two(lost, gained))
    (pair,) = event.between_areas
    assert event.series == (0, 1)
    assert (pair.lost, pair.loss, pair.gained, pair.gain) == (0, 0, 1, 0)
    assert pair.left == 0.0
    assert pair.site_sum is not None
    assert pair.site_sigma is not None
    assert abs(pair.site_sum) < 1e-9 < pair.site_sigma < 10


def test_areas_counted_on_different_days_leave_it_in_two_periods_of_the_site(tmp_path: Path) -> None:
    """What was booked to A and went to B between the counts of both is short a period later than it is surplus."""
    lost = of_area("A", "TNT", [1000, 1000, 1000, 1000, 900, 900, 900, 900], "scale")
    gained = of_area("B", "TNT", [1000, 1000, 1000, 1100, 1100, 1100, 1100, 1100], "scale")
    counts = of_two(lost, gained.replace("-01T12:00", "-04T12:00"))
    (event,) = events(tmp_path, counts)
    (pair,) = event.between_areas
    assert (sorted(event.series), pair.agree, pair.left) == ([0, 1, 2], True, 0.0)
    assert pair.over_site == SameOverSite(series=2, places=(1, 0))
    # A loss beside it is left.
    stolen = of_two(lost.replace("N6,2025-07-01T12:00,A,TNT,900", "N6,2025-07-01T12:00,A,TNT,850"), "")
    stolen = stolen.replace("N7,2025-08-01T12:00,A,TNT,900", "N7,2025-08-01T12:00,A,TNT,850").strip()
    (event, *_) = events(tmp_path / "more", "\n".join([stolen, gained.replace("-01T12:00", "-04T12:00")]))
    assert [(pair.agree, pair.over_site, round(pair.left)) for pair in event.between_areas] == [(False, None, 50)]


def test_another_loss_that_fits_as_well_is_named(tmp_path: Path) -> None:
    lost = [of_area(area, "TNT", [1000, 1000, 1000, 900, 900, 900, 900, 900], "scale") for area in ("A", "C")]
    gained = of_area("B", "TNT", [1000, 1000, 1000, 1100, 1100, 1100, 1100, 1100], "scale")
    areas = "area,kind\nA,store\nB,store\nC,store\n"
    found = events(tmp_path, "\n".join([of_two(lost[0], gained), lost[1]]), areas=areas)
    (pair,) = [pair for event in found for pair in event.between_areas]
    assert pair.agree
    assert (pair.lost, pair.gained) == (0, 1)
    assert (pair.lost_as_well, pair.gained_as_well) == ((2,), ())
    assert pair.left_low is not None
    assert pair.left_high is not None
    assert pair.left_low < 100 < pair.left_high


def test_a_loss_beside_a_transfer_is_not_explained_away(tmp_path: Path) -> None:
    lost = of_area("A", "TNT", [1000, 1000, 1000, 850, 850, 850, 850, 850], "scale")
    gained = of_area("B", "TNT", [1000, 1000, 1000, 1100, 1100, 1100, 1100, 1100], "scale")
    (event,) = events(tmp_path, of_two(lost, gained))
    (pair,) = event.between_areas
    assert not pair.agree
    assert pair.left_low is not None
    assert pair.left_high is not None
    assert pair.left_low < 50 < pair.left_high
    assert 30 < pair.left < 70


def test_a_loss_and_a_gain_at_other_times_are_two_events(tmp_path: Path) -> None:
    lost = of_area("A", "TNT", [1000, 1000, 900, 900, 900, 900, 900, 900], "scale")
    gained = of_area("B", "TNT", [1000, 1000, 1000, 1000, 1000, 1100, 1100, 1100], "scale")
    found = events(tmp_path, of_two(lost, gained))
    assert [event.between_areas for event in found if 0 in event.series or 1 in event.series] == [(), ()]


def test_a_slow_gain_is_not_what_went_at_once(tmp_path: Path) -> None:
    lost = of_area("A", "TNT", [1000, 1000, 1000, 1000, 900, 900, 900, 900], "scale")
    gained = of_area("B", "TNT", [1000, 1015, 1030, 1045, 1060, 1075, 1090, 1105], "scale")
    assert not any(event.between_areas for event in events(tmp_path, of_two(lost, gained)))


def test_pieces_of_one_material_cancel_between_two_areas(tmp_path: Path) -> None:
    (event,) = events(tmp_path, of_two(of_area("A", "BOX", [100, 80, 80]), of_area("B", "BOX", [50, 70, 70])))
    assert [(pair.left, pair.site_sum) for pair in event.between_areas] == [(0.0, None)]
    (event,) = events(tmp_path / "more", of_two(of_area("A", "BOX", [100, 75, 75]), of_area("B", "BOX", [50, 70, 70])))
    assert [pair.left for pair in event.between_areas] == [5.0]


def test_each_loss_is_in_one_pair(tmp_path: Path) -> None:
    (event,) = events(tmp_path, of_two(of_area("A", "BOX", [100, 80, 70]), of_area("B", "BOX", [50, 70, 80])))
    assert [(pair.loss, pair.gain, pair.left) for pair in event.between_areas] == [(0, 0, 0.0), (1, 1, 0.0)]


def test_pieces_that_come_back_in_parts_are_told_with_their_loss(tmp_path: Path) -> None:
    (event,) = events(tmp_path, counts_of("BOX", [100, 80, 80, 92, 92, 97]))
    (some,) = event.returned
    assert (some.losses, some.gains, some.left, some.all_told) == ((0,), (1, 2), 3.0, True)
    (event,) = events(tmp_path / "all", counts_of("BOX", [100, 80, 80, 92, 92, 100]))
    assert [one.left for one in event.returned] == [0.0]


def test_pieces_that_come_before_their_loss_do_not_come_back(tmp_path: Path) -> None:
    (event,) = events(tmp_path, counts_of("BOX", [100, 105, 105, 102, 102, 101]))
    assert event.returned == ()


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
