"""The reviews that the tests of the report share."""

from __future__ import annotations

import pytest
from reviews_made_by_hand import empty_site, full_site, hostile_site, surged_site, unknown_site

from stockward.answers.review import Review


@pytest.fixture(scope="session")
def full() -> Review:
    """A site of which every part of the report has something to show."""
    return full_site()


@pytest.fixture(scope="session")
def surged() -> Review:
    """The same site at a surge."""
    return surged_site()


@pytest.fixture(scope="session")
def empty() -> Review:
    """A site without a series."""
    return empty_site()


@pytest.fixture(scope="session")
def unknown() -> Review:
    """A site of which nothing is known."""
    return unknown_site()


@pytest.fixture(scope="session")
def hostile(full: Review) -> Review:
    """A site whose texts try to be something else."""
    return hostile_site(full)
