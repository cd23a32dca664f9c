"""Every door of the report over sites drawn at random: whatever the books hold, something is said."""

from __future__ import annotations

import csv
import importlib.util
import io
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

import stockward as sw
from stockward.report import print_review, write_html, write_json, write_xlsx

SETTINGS = """format = 1
[site]
name = "Random"
timezone = "UTC"
[detection]
false_alarm = 0.05
detection = 0.95
"""
# Among them: a period that nothing begins, errors that span more than numbers hold, inventories that may spend nothing.
SEEDS = (2, 5, 11, 30, 46)


@pytest.fixture(scope="module")
def random_sites() -> Any:
    """The sites that the accountancy is tested with."""
    folder = Path(__file__).parents[1] / "balance"
    for name in ("oracle", "random_sites"):
        spec = importlib.util.spec_from_file_location(name, folder / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules["random_sites"]


@pytest.mark.parametrize("seed", SEEDS)
def test_every_door_opens(seed: int, random_sites: Any, tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text(SETTINGS, encoding="utf-8")
    for name, rows in random_sites.Draw(seed).rows().items():
        if rows:
            columns = list(dict.fromkeys(key for row in rows for key in row))
            with (tmp_path / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, columns)
                writer.writeheader()
                writer.writerows(rows)
    review = sw.review(sw.read_site(tmp_path)).answers
    out = io.StringIO()
    print_review(review, Console(file=out, width=80))
    write_xlsx(review, tmp_path / "review.xlsx")
    for text in (out.getvalue(), write_html(review), write_json(review)):
        assert "Random" in text
        assert " nan " not in text
        assert " inf " not in text
