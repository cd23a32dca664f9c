"""Floor 3: synthetic sites in format 1, with what was put into them stated beside what their books say."""

from stockward.simulation.catalogue import standard_plan
from stockward.simulation.many.writing import write_sites
from stockward.simulation.plan import (
    ClericalCluster,
    ClericalErrors,
    ForcePlan,
    Miscount,
    ProductionSurge,
    ScaleDrift,
    SeededLoss,
    SitePlan,
)
from stockward.simulation.ridgeway import RIDGEWAY_SEED, plan_asked, ridgeway_plan
from stockward.simulation.seeding import with_losses
from stockward.simulation.site import SyntheticSite, simulate_site
from stockward.simulation.write import write_site

__all__ = [
    "RIDGEWAY_SEED",
    "ClericalCluster",
    "ClericalErrors",
    "ForcePlan",
    "Miscount",
    "ProductionSurge",
    "ScaleDrift",
    "SeededLoss",
    "SitePlan",
    "SyntheticSite",
    "plan_asked",
    "ridgeway_plan",
    "simulate_site",
    "standard_plan",
    "with_losses",
    "write_site",
    "write_sites",
]
