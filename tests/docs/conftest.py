from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from fresh_reviews import Reviewed, load, reviewed, shown_of
from manual_pages import DOCS, PUBLISHED, ROOT

import stockward as sw


@pytest.fixture(scope="session")
def ridgeway(ridgeway_review: sw.Review) -> Reviewed:
    return shown_of(ridgeway_review)


@pytest.fixture(scope="session")
def first_site() -> Reviewed:
    return reviewed(DOCS / "first_site")


@pytest.fixture(scope="session")
def faulty() -> Reviewed:
    return reviewed(DOCS / "faulty")


@pytest.fixture(scope="session")
def depot() -> Reviewed:
    return reviewed(ROOT / "examples" / "magazine")


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Path]:
    """A folder in which the commands of a page may write, with the examples where the pages say."""
    for name in ("docs", "examples", "pyproject.toml", "Makefile"):
        (tmp_path / name).symlink_to(ROOT / name)
    with contextlib.chdir(tmp_path):
        yield tmp_path


@pytest.fixture(scope="session")
def make_tables() -> ModuleType:
    return load(DOCS / "make_tables.py")


@pytest.fixture(scope="session")
def published() -> ModuleType:
    return load(PUBLISHED / "read.py")
