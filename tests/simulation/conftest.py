"""Sites that several tests look at; each is simulated once."""

from __future__ import annotations

import pytest
from seeded_plans import plan_with_everything

from stockward.simulation import RIDGEWAY_SEED, SyntheticSite, ridgeway_plan, simulate_site


@pytest.fixture(scope="session")
def small() -> SyntheticSite:
    return simulate_site(plan_with_everything(), seed=3)


@pytest.fixture(scope="session")
def ridgeway() -> SyntheticSite:
    return simulate_site(ridgeway_plan(), seed=RIDGEWAY_SEED)
