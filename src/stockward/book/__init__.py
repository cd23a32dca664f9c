"""Floor 2: the only room that reads a site. It gives facts and all their problems, and guesses nothing."""

from stockward.book.problems import Problem
from stockward.book.schema.dictionary import tables
from stockward.book.settings import Settings
from stockward.book.site import Site
from stockward.book.sources.site_folder import read_site

__all__ = ["Problem", "Settings", "Site", "read_site", "tables"]
