"""What the tests of the facts share."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_folders import SiteFolder


@pytest.fixture
def folder(tmp_path: Path) -> SiteFolder:
    """A clean site of CSV files that writes a decimal point."""
    return SiteFolder(tmp_path / "site")


@pytest.fixture
def comma_folder(tmp_path: Path) -> SiteFolder:
    """A clean site that has declared the decimal comma, and separates cells by semicolons."""
    return SiteFolder(tmp_path / "comma", decimal=",")
