"""What is used as it stands, and was most likely not meant, is told in a notice; what is plain is not."""

from __future__ import annotations

import polars as pl
import pytest
from small_folders import CLEAN, SiteFolder, cells

from stockward.terms.errors import SiteError


def notices(folder: SiteFolder, word: str) -> list[str]:
    site = folder.read()
    assert site.problems == ()
    return [notice for notice in site.notices if word in notice]


def test_a_clean_site_raises_no_doubt(folder: SiteFolder) -> None:
    assert folder.read().notices == ()


def test_a_grain_is_told_once_a_file(folder: SiteFolder) -> None:
    folder.replace("movements", "TNT,500,kg", "TNT,500,gr").replace("movements", "TNT,200,kg", "TNT,200,gr")
    assert notices(folder, "grain") == [
        "movements.csv row 2: unit gr is the grain of 0.0648 g: write g if grams are meant (and 1 more row like it)"
    ]


UNITS = CLEAN["movements"].replace("unit", "UOM")
STOPS = "the column UOM holds units, and would not be read: rename it to unit"


def test_units_under_another_name_stop_the_reading_of_a_csv(folder: SiteFolder) -> None:
    with pytest.raises(SiteError, match=STOPS):
        folder.write("movements", UNITS).read()
    assert folder.write("movements", UNITS.replace("UOM", "unit")).read().problems == ()


def test_units_under_another_name_stop_the_reading_of_a_sheet(folder: SiteFolder) -> None:
    with pytest.raises(SiteError, match=STOPS):
        folder.workbook(movements=cells(UNITS.replace("kg", "KG"))).read()


def test_units_under_another_name_stop_the_reading_of_a_parquet_file(folder: SiteFolder) -> None:
    frame = pl.read_csv(UNITS.encode(), infer_schema=False).with_columns(size=pl.lit(1.5))
    with pytest.raises(SiteError, match=STOPS):
        folder.parquet("movements", frame).read()


@pytest.mark.parametrize(("old", "new"), [("500,kg", "500,drum"), ("500,kg", "500,5"), ("kg", ""), ("kg", "T")])
def test_other_columns_of_another_name_are_left_out(folder: SiteFolder, old: str, new: str) -> None:
    text = UNITS.replace(old, new).replace("each", "" if old == "kg" else "each")
    assert notices(folder.write("movements", text), "UOM") == [
        "movements.csv: left out what the format does not know: column UOM"
    ]


def test_a_table_with_its_unit_may_hold_other_units(folder: SiteFolder) -> None:
    text = CLEAN["movements"].replace("\n", ",kg\n").replace("note,kg", "note,weighed_in")
    assert len(notices(folder.write("movements", text), "weighed_in")) == 1
