"""A fresh drill of the example: what must hold of it, and the reading on the page of the drill."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from manual_pages import DOCS, plain, prose, rows, section, text

from stockward.answers.drill import DrillAnswer, DrillLine
from stockward.book import Site
from stockward.drill.findings import CAUSES, DISAGREE
from stockward.drill.losses import BEARS, PLACES
from stockward.drill.running import COPIES, DrillOptions, make_drill
from stockward.drill.targets import PATTERNS
from stockward.report.drill import sentences as say
from stockward.unseen.patterns import YEAR

PAGE = DOCS / "drill.md"


@pytest.fixture(scope="module")
def drill(ridgeway_site: Site) -> DrillAnswer:
    return make_drill(ridgeway_site, DrillOptions(), generated=datetime(2026, 7, 1, tzinfo=UTC))


def test_ridgeway_is_found_as_predicted(drill: DrillAnswer) -> None:
    assert drill.agreement is not None
    assert drill.agreement.agrees
    assert abs(drill.agreement.predicted - drill.agreement.found) < 0.02
    assert abs(drill.agreement.predicted - drill.agreement.found) < drill.agreement.error
    # Sized to be found with 95 %: as a review states it, less what alarms before the loss begins.
    assert all(line.stated == pytest.approx(0.95, abs=0.003) for line in drill.lines)


def test_ridgeway_is_drilled_round_all_weighed_series(drill: DrillAnswer) -> None:
    assert len({line.id for line in drill.lines}) == 17
    assert len(drill.lines) == 2 * 14 + 3
    assert {line.copies for line in drill.lines} == {35, 36}
    reasons = {reason for _, reason in drill.left_out}
    assert reasons == {"counted, not weighed: any loss shows"}
    assert len(drill.left_out) == 60


def test_the_losses_that_stand_in_ridgeway_are_taken_out(drill: DrillAnswer) -> None:
    """Of weighed series nothing stays; the boxes that left and the count that was wrong stay, being exact."""
    assert drill.standing == (
        ("magazine_2/RDX", pytest.approx(9), "kg"),
        ("magazine_2/grenade", 60, "each"),
        ("parts_store/body_81", 2, "each"),
    )
    alarmed, chance = (sum(getattr(one, name) for one in drill.elsewhere) for name in ("alarmed", "by_chance"))
    assert abs(alarmed - chance) < 4 * chance**0.5


def test_the_reading_is_that_of_the_example(drill: DrillAnswer) -> None:
    assert plain(say.drill_headline(drill)) in prose(PAGE)
    assert drill.agreement is not None
    assert f"{abs(drill.agreement.predicted - drill.agreement.found) * 100:.1f} points are within it" in prose(PAGE)
    lines = {(line.label, line.pattern): line for line in drill.lines}
    quoted = rows(section(PAGE, "## One reading"))
    assert len(quoted) == 3
    for row in quoted:
        line = lines[row[0], row[1]]
        assert row[2:] == [plain(cell) for cell in cells(line)]
    alarmed, chance = (sum(getattr(one, name) for one in drill.elsewhere) for name in ("alarmed", "by_chance"))
    assert f"alarmed {alarmed} times; their share of `false_alarm` allows {chance:.0f}" in prose(PAGE)
    slow = lines["TNT in Melt-pour hall", "even"]
    assert f"half of those found had run for {slow.days_median:.0f} days" in prose(PAGE)
    whole, dock = lines["TNT in the whole site", "spread"], lines["TNT in Receiving dock", "even"]
    areas = next(one for one in drill.spread if one.id == whole.id)
    assert f"Out of the whole site it takes {plain(say.drill_loss(whole))}" in prose(PAGE)
    assert f"it alone would take {plain(say.drill_loss(dock))}" in prose(PAGE)
    assert f"In {areas.any_area} of these {areas.copies} copies the series of an area alarmed too" in prose(PAGE)
    assert f"{drill.copies} copies leave an error" in prose(PAGE)


def cells(line: DrillLine) -> list[str]:
    return [say.drill_loss(line), say.drill_percent(line.predicted), say.found(line), say.drill_days(line)]


def test_lists_and_constants_are_those_of_the_code() -> None:
    tables = [[row[0].strip("`") for row in rows(part)] for part in text(PAGE).split("\n\n") if part.startswith("| pa")]
    assert tables[0] == list(PATTERNS)
    places = [[row[0].strip("`") for row in rows(part)] for part in text(PAGE).split("\n\n") if part.startswith("| pl")]
    assert places[0] == list(PLACES)
    assert f"last {YEAR:g} days" in prose(PAGE)
    assert f"makes {COPIES} copies" in prose(PAGE)
    assert f"below {DISAGREE:g} once in {1 / DISAGREE:.0f} drills" in prose(PAGE)
    assert (BEARS, "more than half" in prose(PAGE)) == (0.5, True)
    described = next(row[1] for row in rows(section(PAGE, "## The JSON")) if row[0] == "`causes[].key`")
    assert all(f"`{key}`" in described for key in CAUSES)
