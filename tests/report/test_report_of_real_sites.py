"""Sentences over small sites that are closed and tested: what the books make, the report tells."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest
from rich.console import Console

import stockward as sw
from stockward.answers.review import ReviewAnswer
from stockward.report import print_review, write_html, write_xlsx

SETTINGS = """format = 1
[site]
name = "Small"
timezone = "UTC"
[detection]
false_alarm = 0.05
detection = 0.95
"""
BOXES = {
    "areas": "area,kind\nM1,store\n",
    "materials": "material,kind,unit\nSHELL,item,each\nGRENADE,item,each\nMINE,item,each\n",
    "contents": "material,substance,amount,unit\nSHELL,TNT,2,kg\nGRENADE,TNT,1,kg\nSHELL,RDX,1,kg\nGRENADE,RDX,2,kg\n"
    "MINE,PETN,1,kg\n",
    "movements": "movement,at,kind,material,quantity,from_area,to_area\nR1,2026-01-05,receipt,SHELL,10,,M1\n",
    "counts": "inventory,at,area,material,quantity\nA,2026-01-01,M1,SHELL,100\nA,2026-01-01,M1,GRENADE,100\n"
    "B,2026-02-01,M1,SHELL,100\nB,2026-02-01,M1,GRENADE,90\n",
    "goals": "substance,quantity,unit\nTNT,5,kg\nPETN,2,kg\n",
}


def reviewed(folder: Path, tables: dict[str, str]) -> ReviewAnswer:
    (folder / "site.toml").write_text(SETTINGS, encoding="utf-8")
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return sw.review(sw.read_site(folder)).answers


def printed(review: ReviewAnswer) -> str:
    out = io.StringIO()
    print_review(review, Console(file=out, width=80))
    return " ".join(out.getvalue().split())


def test_items_that_hold_two_substances_are_one_event(tmp_path: Path) -> None:
    review = reviewed(tmp_path, BOXES)
    assert len(review.events) == 1
    assert len(review.events[0].series) == 4


@pytest.mark.parametrize("door", ["page", "terminal", "workbook"])
def test_every_door_tells_the_event_and_the_goal_that_nobody_answers_for(tmp_path: Path, door: str) -> None:
    review = reviewed(tmp_path, BOXES)
    if door == "workbook":
        write_xlsx(review, tmp_path / "review.xlsx")
        summary = openpyxl.load_workbook(tmp_path / "review.xlsx")["summary"]
        text = " ".join(str(cell) for row in summary.iter_rows(values_only=True) for cell in row)
    else:
        text = " ".join(write_html(review).split()) if door == "page" else printed(review)
    assert (
        "10 items of GRENADE are missing from M1 between 1 January and 1 February 2026, and 10 items of SHELL; with "
        "them 30 kg of RDX and 30 kg of TNT."
    ) in text
    assert "PETN in the whole site: nobody holds any of it there by these books" in text


def counted(quantities: dict[str, list[float]], material: str = "TNT", method: str = "scale") -> str:
    """The counts of areas, one a month."""
    rows = [
        f"N{number},2025-{number + 1:02d}-01T12:00,{area},{material},{quantity},{method}"
        for area, counts in quantities.items()
        for number, quantity in enumerate(counts)
    ]
    return "\n".join(["inventory,at,area,material,quantity,method", *rows, ""])


def two_magazines(counts: str, kind: str = "bulk,kg", material: str = "TNT") -> dict[str, str]:
    return {
        "areas": "area,kind,name\nM1,store,Magazine 1\nM2,store,Magazine 2\n",
        "materials": f"material,kind,unit\n{material},{kind}\n",
        "methods": "method,random_rel\nscale,0.001\n",
        "movements": "movement,at,kind,material,quantity,from_area,to_area,method\n",
        "counts": counts,
    }


LACKS = [1000, 1000, 1000, 900, 900, 900, 900]
HAS_MORE = [1000, 1000, 1000, 1100, 1100, 1100, 1100]
TRANSFER = "look for a transfer from Magazine 1 to Magazine 2 that was not booked"
DOORS = ["page", "terminal", "workbook"]


def told(review: ReviewAnswer, door: str, folder: Path) -> str:
    """All that one door says, its lines joined."""
    if door == "workbook":
        write_xlsx(review, folder / "review.xlsx")
        summary = openpyxl.load_workbook(folder / "review.xlsx")["summary"]
        return " ".join(str(cell) for row in summary.iter_rows(values_only=True) for cell in row)
    return " ".join(write_html(review).split()) if door == "page" else printed(review)


SAME = "over the whole site the same stands in two periods: together its differences of these days give 0.0"


@pytest.mark.parametrize(
    ("last", "headline", "beside"),
    [
        (900, "What is missing in one area is surplus in another: a transfer may not have been booked.", SAME),
        (850, "More is missing than measuring explains.", "Even then about 50 kg is missing."),
    ],
)
def test_areas_counted_on_different_days_lack_nothing_over_the_site(
    tmp_path: Path, last: float, headline: str, beside: str
) -> None:
    """What went to another area than booked, between its count and that of the first, and a loss beside it."""
    lacks, has_more = [1000] * 4 + [900, 900, last, last], [1000] * 3 + [1100] * 5
    first, second = counted({"M1": lacks}), counted({"M2": has_more}).replace("-01T12:00", "-04T12:00")
    text = printed(reviewed(tmp_path, two_magazines(first + second.split("\n", 1)[1])))
    assert f"recorded so far {headline} shortage:" in text
    assert beside in text


@pytest.mark.parametrize("door", DOORS)
def test_every_door_asks_for_a_transfer_that_was_not_booked(tmp_path: Path, door: str) -> None:
    review = reviewed(tmp_path, two_magazines(counted({"M1": LACKS, "M2": HAS_MORE})))
    text = told(review, door, tmp_path)
    assert "What is missing in one area is surplus in another: a transfer may not have been booked." in text
    assert f"What is missing from Magazine 1 and what is surplus in Magazine 2 cancel: {TRANSFER}" in text
    assert "The whole site is balanced: its differences of these days give" in text
    assert door == "page" or "More is missing than measuring explains" not in text


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("booked", "moved", "why"),
    [
        (["7", "7"], 7, "another row of that day has the same quantity: if one of the two is a repeat"),
        (["3.5"], -3.5, "its direction: if it went the other way between these two"),
    ],
)
def test_every_door_asks_for_the_row_in_doubt_before_a_transfer(
    tmp_path: Path, door: str, booked: list[str], moved: float, why: str
) -> None:
    """What was booked twice, or the wrong way, looks like a transfer the other way that was not."""
    counts = counted({"M1": [100] * 3 + [100 + moved] * 3, "M2": [100] * 3 + [100 - moved] * 3})
    rows = [f"V{place},2025-03-09T0{place}:00,transfer,TNT,{kg},M2,M1,scale,D\n" for place, kg in enumerate(booked)]
    tables = {**two_magazines(counts), "movements": MOVED + "".join(rows)}
    text = told(reviewed(tmp_path, tables), door, tmp_path).replace("\u2009", " ").replace("\u202f", " ")
    assert "What is missing from Magazine 1 and what is surplus in Magazine 2 cancel. Check first movements row" in text
    assert f"against its document, as {why}" in text or f"against its document, and {why}" in text
    assert "that explains both, 7.00 kg each. Only if the document says the same, look for a transfer" in text
    assert "If the document says the same, look further." not in text
    assert door == "page" or "surplus in another: check first the movement that its finding names." in text


@pytest.mark.parametrize("door", DOORS)
def test_every_door_says_what_a_transfer_leaves_over(tmp_path: Path, door: str) -> None:
    lost = [quantity - 50 * (quantity < 1000) for quantity in LACKS]
    review = reviewed(tmp_path, two_magazines(counted({"M1": lost, "M2": HAS_MORE})))
    text = told(review, door, tmp_path)
    assert "More is missing than measuring explains." in text
    assert f"may in part be one movement: {TRANSFER}" in text
    assert "Even then 50.0 (47.9 to 52.1) kg is missing over the whole site." in text


@pytest.mark.parametrize("door", DOORS)
def test_every_door_says_what_a_wrong_count_would_leave(tmp_path: Path, door: str) -> None:
    counts = counted({"M1": [1000, 1000, 1000, 660, 960, 960, 960, 960]})
    text = told(reviewed(tmp_path, two_magazines(counts)), door, tmp_path)
    assert (
        "The two may in part be one mistake: check the count of inventory N3, and the movements near it, before "
        "anything else. Even then about 40 kg is missing."
    ) in text.replace("40.0 kg", "40 kg").replace("\u2009", " ")


@pytest.mark.parametrize("door", DOORS)
def test_every_door_names_what_fits_as_well(tmp_path: Path, door: str) -> None:
    tables = two_magazines(counted({"M1": LACKS, "M2": HAS_MORE, "M3": LACKS}))
    text = told(reviewed(tmp_path, {**tables, "areas": f"{tables['areas']}M3,store,Magazine 3\n"}), door, tmp_path)
    assert f"What is missing from Magazine 1 and what is surplus in Magazine 2 cancel: {TRANSFER}" in text
    assert "What is missing from Magazine 3 fits as well: the documents must say which of them it was." in text
    assert "kg is missing all the same." in text


@pytest.mark.parametrize("door", DOORS)
def test_an_item_and_the_substance_in_it_may_have_one_key(tmp_path: Path, door: str) -> None:
    tables = two_magazines(counted({"M1": [100, 94, 94]}, "BOX", ""), "item,each", "BOX")
    contents = "material,substance,amount,unit,random_rel,systematic_rel\nBOX,BOX,0.5,kg,0,0\n"
    text = told(reviewed(tmp_path, {**tables, "contents": contents}), door, tmp_path)
    assert "6 items of BOX are missing from Magazine 1" in text
    assert "with them 3 kg of BOX" in text
    assert "3 items" not in text
    assert "6 kg" not in text


def test_items_that_another_area_has_more_of(tmp_path: Path) -> None:
    counts = counted({"M1": [100, 80, 80], "M2": [50, 70, 70]}, "BOX", "")
    text = printed(reviewed(tmp_path, two_magazines(counts, "item,each", "BOX")))
    assert "20 items of BOX are missing from Magazine 1" in text
    assert "20 items of BOX are surplus in Magazine 2" in text
    assert TRANSFER in text
    fewer = counted({"M1": [100, 75, 75], "M2": [50, 70, 70]}, "BOX", "")
    assert "Even then 5 items are missing." in printed(reviewed(tmp_path, two_magazines(fewer, "item,each", "BOX")))


def test_items_that_come_back_in_parts_are_told_once(tmp_path: Path) -> None:
    tables = two_magazines(counted({"M1": [100, 80, 80, 92, 92, 97]}, "BOX", ""), "item,each", "BOX")
    text = printed(reviewed(tmp_path, tables))
    assert (
        "Of BOX in Magazine 1, 20 items went missing between 1 January and 1 February 2025; 12 items came to light "
        "again between 1 March and 1 April 2025 and 5 items between 1 May and 1 June 2025; so 3 items are still "
        "missing."
    ) in text
    assert "An exact count does not agree with the books." in text
    whole = two_magazines(counted({"M1": [100, 80, 80, 92, 92, 100]}, "BOX", ""), "item,each", "BOX")
    text = printed(reviewed(tmp_path, whole))
    assert "so none is still missing." in text
    assert "Exact differences cancel" in text


@pytest.mark.parametrize("door", DOORS)
def test_every_door_prints_the_next_step(tmp_path: Path, door: str) -> None:
    short = reviewed(tmp_path, two_magazines(counted({"M1": LACKS})))
    step = "count and weigh again; check the weighings and rows behind it against their documents; report what stays"
    assert step in told(short, door, tmp_path)
    more = reviewed(tmp_path, two_magazines(counted({"M1": HAS_MORE})))
    assert "look for receipts or returns not booked, and for a scale that drifts." in told(more, door, tmp_path)


@pytest.mark.parametrize("door", DOORS)
def test_no_next_step_begins_with_a_count_where_the_finding_names_what_to_check(tmp_path: Path, door: str) -> None:
    counts = counted({"M1": [1000, 1000, 1000, 660, 960, 960, 960, 960]})
    text = told(reviewed(tmp_path, two_magazines(counts)), door, tmp_path)
    assert "check first what its finding names; then count and weigh again;" in text


BULK_AND_BOXES = {
    **two_magazines(""),
    "materials": "material,kind,unit\nBOX,item,each\nRDXB,bulk,kg\n",
    "contents": "material,substance,amount,unit,random_rel\nBOX,RDX,5,kg,0\nRDXB,RDX,1,kg,0\n",
}


def boxes_and_bulk(boxes: list[float], bulk: list[float]) -> dict[str, str]:
    first, second = counted({"M1": boxes}, "BOX", ""), counted({"M1": bulk}, "RDXB")
    return {**BULK_AND_BOXES, "counts": first + second.split("\n", 1)[1]}


@pytest.mark.parametrize("door", DOORS)
def test_missing_items_hold_what_is_in_them_and_no_bulk(tmp_path: Path, door: str) -> None:
    tables = boxes_and_bulk([100, 100, 70, 70, 70, 70], [1000, 1000, 999, 999, 999, 999])
    text = told(reviewed(tmp_path, tables), door, tmp_path)
    assert (
        "30 items of BOX are missing from Magazine 1 between 1 February and 1 March 2025, with them 150 kg of RDX."
        in text
    )


def test_what_is_missing_beside_the_items_is_told_apart(tmp_path: Path) -> None:
    tables = boxes_and_bulk([100, 100, 70, 70, 70, 70], [1000, 1000, 1000, 1000, 900, 900])
    text = printed(reviewed(tmp_path, tables))
    assert "with them 150 kg of RDX; 100.0 (9" in text
    assert "more of RDX went missing not before 1 April and not after 1 May 2025" in text


BESIDE = [
    # boxes of 5 kg, bulk: both go at once, and what is short in the substance is told once
    ([100] * 3 + [80] * 4, [1000] * 3 + [980] * 4, "20 items of BOX are missing", "with them 100 kg of RDX; 20.0 (1"),
    # some of the boxes come back: what is still missing holds so much
    ([100] * 3 + [80, 90, 90, 90], [1000] * 7, "so 10 items are still missing", "with them 50 kg of RDX. What was"),
    (
        [100] * 3 + [80, 90, 90, 90], [1000] * 3 + [980] * 4, "so 10 items are still missing",
        "with them 50 kg of RDX; 20.0 (1",
    ),
    # the books gained bulk while boxes went
    (
        [100] * 3 + [80] * 4, [1000] * 3 + [1030] * 4, "20 items of BOX are missing",
        "with them 100 kg of RDX; 30.0 (28.5 to 31.5) kg of RDX, more than the books say, came to light",
    ),
    # all of the boxes are back
    ([100] * 3 + [80, 100, 100, 100], [1000] * 7, "BOX in Magazine 1 has 2 exact", "with them RDX: 100 kg missing, "),
]  # fmt: skip


@pytest.mark.parametrize(("boxes", "bulk", "items", "held"), BESIDE)
def test_what_boxes_hold_and_what_is_short_beside_them_add_up(
    tmp_path: Path, boxes: list[float], bulk: list[float], items: str, held: str
) -> None:
    review = reviewed(tmp_path, boxes_and_bulk(boxes, bulk))
    text = printed(review)
    assert len(review.events) == 1
    assert items in text
    assert held in text


@pytest.mark.parametrize("others", [{}, {"M2": [1000] * 8}, {"M2": [1000] * 8, "M3": [1000] * 8}])
def test_a_wrong_count_is_no_shortage_however_many_areas_there_are(
    tmp_path: Path, others: dict[str, list[float]]
) -> None:
    tables = two_magazines(counted({"M1": [1000] * 3 + [900] + [1000] * 4, **others}))
    tables["areas"] += "M3,store,Magazine 3\n"
    text = printed(reviewed(tmp_path, tables))
    assert "recorded so far A count may be wrong, or a movement stand on its wrong side:" in text
    assert "Next, for a shortage" not in text
    stolen = counted({"M1": [1000] * 3 + [900] + [1000] * 4, **others, "M2": [1000] * 5 + [900] * 3})
    assert "recorded so far More is missing" in printed(reviewed(tmp_path, {**tables, "counts": stolen}))


@pytest.mark.parametrize("door", DOORS)
def test_without_goals_the_blindest_series_is_named_and_the_whole_site_takes_part(tmp_path: Path, door: str) -> None:
    review = reviewed(tmp_path, two_magazines(counted({"M1": [1000] * 6, "M2": [1000] * 6})))
    least = dict(zip(review.balances.series["id"], (found.detectable for found in review.unseen), strict=True))
    assert least["*/TNT"] is not None
    assert least["M1/TNT"] is not None
    assert (least["*/TNT"].even_year or 0) > (least["M1/TNT"].even_year or 0)
    assert "of TNT from the whole site, spread over the" in told(review, door, tmp_path)
    with_goal = {
        **two_magazines(counted({"M1": [1000] * 6, "M2": [1000] * 6})),
        "goals": "substance,quantity,unit,area,within_days\nTNT,1,kg,M2,60\n",
    }
    assert "of TNT from Magazine 2, spread over the" in told(reviewed(tmp_path, with_goal), door, tmp_path)


MOVED = "movement,at,kind,material,quantity,from_area,to_area,method,document\n"


@pytest.mark.parametrize("door", DOORS)
def test_every_door_names_the_movement_with_the_amount_that_cancels(tmp_path: Path, door: str) -> None:
    late = MOVED + "V1,2025-04-09T08:00,receipt,BOX,7,,M1,,NOTE-12\n"
    tables = two_magazines(counted({"M1": [100, 100, 107, 107, 107]}, "BOX", ""), "item,each", "BOX")
    text = told(reviewed(tmp_path, {**tables, "movements": late}), door, tmp_path)
    assert "wrong side of inventory N3" not in text
    late = MOVED + "V1,2025-03-09T08:00,receipt,BOX,7,,M1,,NOTE-12\n"
    text = told(reviewed(tmp_path, {**tables, "movements": late}), door, tmp_path)
    assert (
        "wrong side of inventory N2, or its count be wrong: check first movements row 2 (receipt of 7 items on 9 March "
        "2025, document NOTE-12), which has about this amount, by its document; then the others near it, and its "
        "quantity and unit."
    ) in text


@pytest.mark.parametrize("door", DOORS)
def test_every_door_says_on_which_side_of_a_count_a_movement_was_taken_to_be(tmp_path: Path, door: str) -> None:
    moved = MOVED + "V1,2025-03-01,issue,BOX,7,M1,,,\n"
    tables = two_magazines(counted({"M1": [100, 100, 100, 93, 93]}, "BOX", ""), "item,each", "BOX")
    text = told(reviewed(tmp_path, {**tables, "movements": moved}), door, tmp_path)
    assert (
        "Movements row 2 (issue of 7 items on 1 March 2025) stands on the day of inventory N2, and a time of day is "
        "missing: it was taken to come before the count. If it came after it, that explains 7 items."
    ) in text


@pytest.mark.parametrize("door", DOORS)
def test_every_door_names_a_row_that_a_decimal_point_may_have_made_wrong(tmp_path: Path, door: str) -> None:
    rows = [f"V{day},2025-02-{day:02d}T08:00,receipt,BOX,{10 * (1 + 9 * (day == 7))},,M1,,\n" for day in range(5, 10)]
    tables = two_magazines(counted({"M1": [100, 100, 150, 150]}, "BOX", ""), "item,each", "BOX")
    text = told(reviewed(tmp_path, {**tables, "movements": MOVED + "".join(rows)}), door, tmp_path)
    assert (
        "Check movements row 4 (receipt of 100 items on 7 February 2025) against its document, and its decimal point: "
        "if that was misplaced, that explains 90 items. If the document says the same, look further."
    ) in text


def test_a_theft_beside_a_misplaced_decimal_point_leaves_the_row_named(tmp_path: Path) -> None:
    rows = [f"V{day},2025-02-{day:02d}T08:00,receipt,BOX,{10 * (1 + 9 * (day == 7))},,M1,,\n" for day in range(5, 10)]
    tables = two_magazines(counted({"M1": [100, 100, 138, 138]}, "BOX", ""), "item,each", "BOX")
    text = told(reviewed(tmp_path, {**tables, "movements": MOVED + "".join(rows)}), "terminal", tmp_path)
    assert "if that was misplaced, it changes this by 90 items. If the document says the same, look further." in text


@pytest.mark.parametrize(("place", "row"), [(0, 2), (4, 6)])
def test_a_count_at_an_end_of_the_books_may_have_a_misplaced_decimal_point(
    tmp_path: Path, place: int, row: int
) -> None:
    counts = [100] * 5
    counts[place] = 1000
    tables = two_magazines(counted({"M1": counts}, "BOX", ""), "item,each", "BOX")
    text = told(reviewed(tmp_path, tables), "terminal", tmp_path)
    assert f"Check counts row {row} (count of 1 000 items on" in text
    assert "if that was misplaced, that explains 900 items. If the list says the same, look further." in text


def test_a_movement_that_stands_twice_is_named_once(tmp_path: Path) -> None:
    moved = MOVED + "".join(f"V{n},2025-02-07T0{n}:00,receipt,BOX,7,,M1,,\n" for n in (8, 9))
    tables = two_magazines(counted({"M1": [100, 100, 107, 107]}, "BOX", ""), "item,each", "BOX")
    text = told(reviewed(tmp_path, {**tables, "movements": moved}), "terminal", tmp_path)
    said = "if one of the two is a repeat, that explains 7 items. If the document says the same, look further."
    assert text.count(said) == 1
    assert "Check movements row 3 (receipt of 7 items on 7 February 2025) against its document" in text


def test_one_movement_of_the_day_of_a_count_is_likelier_than_all_of_them(tmp_path: Path) -> None:
    moved = MOVED + "V1,2025-03-01,issue,BOX,7,M1,,,\nV2,2025-03-01,issue,BOX,2,M1,,,\n"
    tables = two_magazines(counted({"M1": [100, 100, 98, 91, 91]}, "BOX", ""), "item,each", "BOX")
    text = told(reviewed(tmp_path, {**tables, "movements": moved}), "terminal", tmp_path)
    assert "Movements row 2 (issue of 7 items on 1 March 2025) stands on the day of inventory N2" in text
    assert "row 3 (issue of 2 items" not in text


@pytest.mark.parametrize("door", DOORS)
def test_materials_of_one_name_are_told_apart_by_their_keys(tmp_path: Path, door: str) -> None:
    tables = two_magazines(counted({"M1": [100, 100, 93, 93]}, "BOX", ""), "item,each", "BOX")
    tables["materials"] = "material,name,kind,unit\nBOX,Box of grenades,item,each\nCASE,box of  grenades,item,each\n"
    assert "Box of grenades (BOX)" in told(reviewed(tmp_path, tables), door, tmp_path)


@pytest.mark.parametrize("when", ["", "T14:00", "T23:00"])
@pytest.mark.parametrize("month", [2, 4])
def test_a_count_that_is_wrong_and_was_made_again_is_no_loss(tmp_path: Path, month: int, when: str) -> None:
    """By the day alone both stand at one moment; after the last inventory the whole site has no other to join it to."""
    magazines = counted({"M1": [1000] * 5, "M2": [500] * 5}).replace("T12:00", "")
    wrong = magazines.replace(f"N{month},2025-0{month + 1}-01,M1,TNT,1000", f"N{month},2025-0{month + 1}-01,M1,TNT,900")
    again = f"N{month}b,2025-0{month + 1}-01{when},M1,TNT,1000,scale\n"
    text = told(reviewed(tmp_path, two_magazines(wrong + again)), "terminal", tmp_path)
    assert "A count may be wrong, or a movement stand on its wrong side" in text
    assert "More is missing" not in text
    assert f"the wrong side of inventory N{month}, or its count be wrong" in text


def test_rows_set_aside_are_why_nothing_could_be_tested(tmp_path: Path) -> None:
    """Where areas and materials are not filled in yet, no row can be read, and no series is there."""
    blank = {"areas": "area,kind\n", "materials": "material,kind,unit\n"}
    text = printed(reviewed(tmp_path, {**blank, "movements": BOXES["movements"], "counts": BOXES["counts"]}))
    assert "5 rows are set aside, and nothing could be tested: mend them first, areas and materials before" in text
    assert "There is no balance to close" not in text


def test_the_row_on_which_others_hang_is_named_before_all_else(tmp_path: Path) -> None:
    tables = two_magazines(counted({"M1": [100] * 4, "M2": [50] * 4}))
    tables["methods"] = "method,random_rel\nscale,0.1 %\n"
    text = printed(reviewed(tmp_path, tables))
    assert "9 rows are set aside, and nothing could be tested: mend methods.csv row 2 first, as 8 rows hang on" in text


def test_the_row_on_which_others_hang_is_named_beside_what_could_be_tested(tmp_path: Path) -> None:
    tables = two_magazines(counted({"M1": [100] * 6, "M2": [50] * 6}))
    tables["methods"] = "method,random_rel\nscale,0.01\nbad,0.1 %\n"
    tables["counts"] = tables["counts"].replace(",50,scale", ",50,bad")
    text = printed(reviewed(tmp_path, tables))
    assert "Mend methods.csv row 3 first, as 6 rows hang on it (stockward check says how)." in text
    assert "nothing could be tested" not in text


def test_one_reason_for_most_rows_is_told_before_all_else(tmp_path: Path) -> None:
    rows = counted({"M1": [100] * 4}).splitlines()
    rows = [rows[0], *(row.replace(f"N{number}", f"{number}") for number, row in enumerate(rows[1:]))]
    rows += [
        row.replace("TNT", "RDX").replace(f"{number},", f"{number + 4},", 1) for number, row in enumerate(rows[1:])
    ]
    tables = two_magazines("\n".join(rows) + "\n")
    tables["materials"] += "RDX,bulk,kg\n"
    text = printed(reviewed(tmp_path, tables))
    assert "8 rows are set aside, and nothing could be tested: counts.csv row 2, inventory, and 7 others alike:" in text


@pytest.mark.parametrize("door", ["page", "terminal"])
def test_an_inventory_that_left_out_a_material_is_told_though_the_next_has_it(tmp_path: Path, door: str) -> None:
    both = counted({"M1": [100] * 6}) + counted({"M1": [50] * 6}, "RDX").split("\n", 1)[1]
    tables = two_magazines(both.replace("N3,2025-04-01T12:00,M1,RDX,50,scale\n", ""))
    tables["materials"] += "RDX,bulk,kg\n"
    text = told(reviewed(tmp_path, tables), door, tmp_path)
    assert "Nothing is missing beyond what measuring explains." in text
    assert "RDX in Magazine 1: at N3 the inventory left out RDX, of which the book holds some: its period" in text
    assert "its period runs on to N4." in text


@pytest.mark.parametrize("door", DOORS)
def test_every_door_names_the_material_that_may_be_meant(tmp_path: Path, door: str) -> None:
    """A hint calls a material what the findings call it, with its key beside."""
    counts = counted({"M1": [100, 100, 107, 107]}, "B1", "") + counted({"M1": [100] * 4}, "B2", "").split("\n", 1)[1]
    tables = two_magazines(counts)
    tables["materials"] = "material,kind,unit,name\nB1,item,each,Box 1\nB2,item,each,Box 2\n"
    tables["movements"] = MOVED + "V1,2025-02-07T08:00,receipt,B2,7,,M1,,NOTE-1\n"
    text = told(reviewed(tmp_path, tables), door, tmp_path)
    assert "and its material: if that is Box 1 (B1), that explains both, 7 items each" in text
