"""Floor 1: the only room that reads a site. It gives facts and all their problems, and guesses nothing."""

from stockward.facts.dictionary import tables
from stockward.facts.problems import Problem
from stockward.facts.settings import Settings
from stockward.facts.site import Site, read_site

__all__ = ["Problem", "Settings", "Site", "read_site", "tables"]
