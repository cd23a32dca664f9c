"""Facts of tables in memory are those of the same tables in a folder."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest
from small_folders import CLEAN, SETTINGS, SiteFolder

from stockward.book import Site
from stockward.terms.errors import SiteError

KNOWN = tomllib.loads(SETTINGS.format(timezone="Asia/Seoul", decimal="."))


def frames(**changed: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The clean tables as texts, as a CSV has them."""
    return {name: pl.read_csv(text.encode(), infer_schema=False) for name, text in CLEAN.items()} | changed


def refusal(tables: dict[str, pl.DataFrame], settings: dict[str, Any]) -> str:
    with pytest.raises(SiteError) as caught:
        Site.from_tables(tables, settings)
    return str(caught.value)


def test_texts_give_the_facts_of_the_folder(folder: SiteFolder) -> None:
    there, here = folder.read(), Site.from_tables(frames(), KNOWN)
    assert (here.settings, here.problems, here.notices) == (there.settings, there.problems, there.notices)
    assert all(here[name].equals(there[name]) for name in there.tables)


def test_typed_columns_give_them_too() -> None:
    times = pl.col("at").str.to_datetime("%Y-%m-%dT%H:%M")
    typed = frames()["movements"].with_columns(times, pl.col("quantity").cast(pl.Float64))
    here = Site.from_tables(frames(movements=typed), KNOWN)
    assert here["movements"].equals(Site.from_tables(frames(), KNOWN)["movements"])
    assert here["movements"]["at"][0] == datetime(2026, 1, 1, 23, tzinfo=UTC)


def test_a_row_at_fault_is_set_aside_under_the_name_of_its_table() -> None:
    bad = frames()["movements"].with_columns(pl.col("quantity").str.replace("500", "much"))
    site = Site.from_tables(frames(movements=bad), KNOWN)
    assert [(one.file, one.row, one.column, one.value) for one in site.problems] == [
        ("movements", 2, "quantity", "much")
    ]
    assert site.set_aside["movements"]["movement"].to_list() == ["0001"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"movments": frames()["movements"]}, "movments: it is no table of the format, did you mean movements?"),
        ({"movements": frames()["movements"].drop("quantity")}, "movements: the required column quantity is missing"),
        ({"movements": frames()["movements"].rename({"note": "sheets"})}, None),
        (
            {"movements": frames()["movements"].with_columns(at=pl.duration(days=1))},
            "movements: column at holds lengths of time",
        ),
    ],
)
def test_what_is_no_table_is_refused(changed: dict[str, pl.DataFrame], said: str | None) -> None:
    if said is None:
        told = Site.from_tables(frames(**changed), KNOWN).notices
        assert told == ("movements: left out what the format does not know: column sheets",)
    else:
        assert refusal(frames(**changed), KNOWN).startswith(said)


def test_a_table_that_must_be_there_is_asked_for() -> None:
    tables = frames()
    del tables["counts"]
    assert refusal(tables, KNOWN).startswith("counts.csv: the required table is missing")


def test_every_broken_setting_is_said() -> None:
    broken = {"format": 1, "site": {"name": "Works", "timezone": "Nowhere"}, "detection": KNOWN["detection"] | {"x": 1}}
    said = refusal(frames(), broken)
    assert said.startswith("settings: site.timezone = 'Nowhere'")
    assert "detection.x is no known setting" in said
