"""The reviews that the tests of the report share."""

from __future__ import annotations

import pytest
from reviews_made_by_hand import empty_site, full_site, hostile_site, surged_site, unknown_site

from stockward.answers.review import ReviewAnswer


@pytest.fixture(scope="session")
def full() -> ReviewAnswer:
    """A site of which every part of the report has something to show."""
    return full_site()


@pytest.fixture(scope="session")
def surged() -> ReviewAnswer:
    """The same site at a surge."""
    return surged_site()


@pytest.fixture(scope="session")
def empty() -> ReviewAnswer:
    """A site without a series."""
    return empty_site()


@pytest.fixture(scope="session")
def unknown() -> ReviewAnswer:
    """A site of which nothing is known."""
    return unknown_site()


@pytest.fixture(scope="session")
def hostile(full: ReviewAnswer) -> ReviewAnswer:
    """A site whose texts try to be something else."""
    return hostile_site(full)
